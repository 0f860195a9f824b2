//! `bunri check`: is the classification, or a job with it, sound?

use bunri_catalogue::{Catalogue, load};

use crate::args::CheckArguments;
use crate::exit::{Failure, Outcome};
use crate::screen;
use crate::workplace::Workplace;

pub(crate) fn run(arguments: &CheckArguments) -> Result<Outcome, Failure> {
    let path = &arguments.path;
    let is_catalogue = path.is_dir()
        || path
            .file_name()
            .is_some_and(|name| name == "catalogue.toml");
    if is_catalogue {
        describe(&load(path)?);
    } else {
        let Workplace { job, catalogue } = Workplace::open(path)?;
        screen::say(&format!(
            "job `{}` ({}) is sound",
            job.label,
            job.kind.word()
        ));
        describe(&catalogue);
    }
    Ok(Outcome::Clean)
}

fn describe(catalogue: &Catalogue) {
    let columns: usize = catalogue
        .tables
        .iter()
        .map(|table| table.columns.len())
        .sum();
    screen::say(&format!(
        "catalogue `{}` {} is sound: {} tables, {columns} columns",
        catalogue.name,
        catalogue.version,
        catalogue.tables.len(),
    ));
    screen::say(&format!("blake3 = \"{}\"", catalogue.digest));
    let without = catalogue.without_basis().len();
    if without > 0 {
        screen::say(&format!(
            "{without} columns have no basis: a cutover would refuse them"
        ));
    }
}
