//! `bunri check`: is the classification, or a job with it, sound?

use bunri_catalogue::{Catalogue, reaches_nobody};
use bunri_decisions::Decisions;
use bunri_explain::{SqlInputs, explain, explain_sql};
use bunri_job::{Job, RekeySecrets};
use bunri_parse::load;

use crate::args::{CheckArguments, Explained};
use crate::command::sides::is_catalogue;
use crate::exit::{Failure, Outcome};
use crate::screen;
use crate::workplace::Workplace;

pub(crate) fn run(arguments: &CheckArguments) -> Result<Outcome, Failure> {
    let path = &arguments.path;
    let (job, catalogue) = if is_catalogue(path) {
        (None, load(path)?)
    } else {
        let Workplace {
            job,
            catalogue,
            decisions,
            secrets,
        } = Workplace::open(path)?;
        (Some((job, decisions, secrets)), catalogue)
    };
    match arguments.explain {
        None => {
            let outcome = if catalogue.warnings.is_empty() {
                Outcome::Clean
            } else {
                Outcome::SomethingToRead
            };
            job.iter().for_each(|(job, ..)| describe_job(job));
            describe(&catalogue);
            if let Some((_, decisions, secrets)) = &job {
                describe_decisions(decisions);
                describe_secrets(secrets);
            }
            Ok(outcome)
        }
        Some(Explained::Words) => {
            screen::say(explain(&catalogue).trim_end());
            Ok(Outcome::Clean)
        }
        Some(Explained::Sql) => {
            let (job, ..) = job.ok_or_else(|| Failure::NoJob(path.clone()))?;
            let inputs = SqlInputs {
                custody: &job.custody,
                cutover: job.cutover,
                decisions: job.decisions.as_deref(),
            };
            screen::say_exact(explain_sql(&catalogue, inputs).trim_end());
            Ok(Outcome::Clean)
        }
    }
}

fn describe_job(job: &Job) {
    let (label, kind) = (&job.label, job.kind.word());
    screen::say(&format!("job `{label}` ({kind}) is sound"));
}

fn describe_decisions(decisions: &Decisions) {
    if let Some(digest) = decisions.digest() {
        let (lines, tables) = (decisions.count(), decisions.tables().len());
        screen::say(&format!(
            "decisions on {lines} rows of {tables} tables are approved; whether each is needed, the split will tell"
        ));
        screen::say(&format!("[decisions] blake3 = \"{digest}\""));
    }
}

fn describe_secrets(secrets: &RekeySecrets) {
    for (name, check) in secrets.checks() {
        screen::say(&format!("[rekey] {name}: check = \"{check}\""));
    }
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
    describe_what_nobody_gets(catalogue);
    describe_warnings(catalogue);
}

/// With a basis or without: whoever reads this should not have to look for what is not migrated.
fn describe_what_nobody_gets(catalogue: &Catalogue) {
    for table in &catalogue.tables {
        let columns = reaches_nobody(table);
        if columns.is_empty() {
            continue;
        }
        let names: Vec<&str> = columns
            .iter()
            .map(|&column| table.columns[column].name.as_str())
            .collect();
        let id = &table.id;
        let what = if names.len() == table.columns.len() {
            format!("no company gets anything of {id}")
        } else {
            format!("no company gets, of {id}: {}", names.join(", "))
        };
        screen::say_wrapped(&what, 4);
    }
}

fn describe_warnings(catalogue: &Catalogue) {
    for warning in &catalogue.warnings {
        screen::say(&format!("warning: {warning}"));
    }
    let count = catalogue.warnings.len();
    if count > 0 {
        screen::say_wrapped(
            &format!(
                "{count} warnings: each needs a reason, as docs/catalogue.md says; a cutover would refuse them"
            ),
            4,
        );
    }
}
