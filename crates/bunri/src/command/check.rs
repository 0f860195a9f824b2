//! `bunri check`: is the classification, or a job with it and its source, sound?

use bunri_arguments::{CheckArguments, Explained};
use bunri_catalogue::{Catalogue, reaches_nobody};
use bunri_decisions::Decisions;
use bunri_explain::{SqlInputs, explain, explain_sql};
use bunri_extract::{EarlierSeen, look_at_earlier};
use bunri_inspect::{CheckOptions, SourceCheck, check_source};
use bunri_job::{Job, RekeySecrets, Source};
use bunri_parse::{Places, load};
use bunri_source::{Concerns, Finding};
use bunri_text::{Problem, Problems};
use bunri_workplace::Workplace;

use crate::command::sides::is_catalogue;
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen::{self, grouped};

pub(crate) fn run(arguments: &CheckArguments, progress: &Progress) -> Result<Outcome, Failure> {
    let path = &arguments.path;
    let (job, catalogue) = if is_catalogue(path) {
        (None, load(path)?)
    } else {
        let Workplace {
            job,
            catalogue,
            decisions,
            secrets,
            controls: _,
        } = Workplace::open(path)?;
        (Some((job, decisions, secrets)), catalogue)
    };
    match arguments.explain {
        None => {
            let mut something = !catalogue.warnings.is_empty();
            job.iter().for_each(|(job, ..)| describe_job(job));
            describe(&catalogue);
            if let Some((_, decisions, secrets)) = &job {
                describe_decisions(decisions);
                describe_secrets(secrets);
            }
            if let Some((job, ..)) = &job
                && !arguments.no_source
            {
                something |= describe_delta(job, &catalogue)?;
                something |= hold_against_source(job, &catalogue, progress)?;
            }
            Ok(if something {
                Outcome::SomethingToRead
            } else {
                Outcome::Clean
            })
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

/// Says what of the source does not fit. Whether there is something to read; what extraction would refuse is refused.
fn hold_against_source(
    job: &Job,
    catalogue: &Catalogue,
    progress: &Progress,
) -> Result<bool, Failure> {
    if job.source.is_absent() {
        let source = job.source.place();
        screen::say_wrapped(&format!("source not checked: `{source}` is not there"), 4);
        return Ok(false);
    }
    let options = CheckOptions {
        memory: job.memory,
        threads: job.threads,
    };
    let check = check_source(&job.source, catalogue, &options, progress)?;
    progress.done();
    let places = Places::read(&job.catalogue)?;
    let problem = |finding: &Finding| placed(finding, catalogue, &places);
    for note in &check.notes {
        screen::say(&format!("note: {}", problem(note)));
    }
    describe_source(job, catalogue, &check);
    if !check.refused.is_empty() {
        return Err(Problems(check.refused.iter().map(problem).collect()).into());
    }
    Ok(!check.notes.is_empty())
}

/// Looks at the earlier run that the job names. Whether there is something to read.
fn describe_delta(job: &Job, catalogue: &Catalogue) -> Result<bool, Failure> {
    let Some(delta) = &job.delta else {
        return Ok(false);
    };
    let source = (!job.source.is_absent()).then_some(&job.source);
    let EarlierSeen { blake3, nullable } = look_at_earlier(delta, catalogue, source)?;
    screen::say_wrapped(
        "rows can be taken from the earlier run; whether its files are whole, the extraction will see",
        4,
    );
    screen::say(&format!("[delta] blake3 = \"{blake3}\""));
    for (table, column) in &nullable {
        screen::say_wrapped(
            &format!(
                "note: the source does not refuse NULL in {table}.{column}, by which rows are said to be changed: such rows are \
                 read every time"
            ),
            4,
        );
    }
    Ok(!nullable.is_empty())
}

fn placed(finding: &Finding, catalogue: &Catalogue, places: &Places) -> Problem {
    let id = |table: usize| catalogue.tables[table].id.as_str();
    let (file, position) = match finding.concerns {
        Concerns::Catalogue => (places.main(), None),
        Concerns::Table(table) => (places.table(id(table)), None),
        Concerns::Key(table) => (places.table(id(table)), places.key(id(table))),
        Concerns::Column { table, column } => {
            let name = &catalogue.tables[table].columns[column].name;
            (places.table(id(table)), places.column(id(table), name))
        }
    };
    Problem::at(file, position, finding.message.clone())
}

fn describe_source(job: &Job, catalogue: &Catalogue, check: &SourceCheck) {
    let fits = if check.refused.is_empty() {
        "fits the catalogue"
    } else {
        "does not fit the catalogue"
    };
    screen::say_wrapped(
        &format!(
            "source `{}` {fits}: {} rows of {} tables were read, {} would be rejected",
            job.source.place(),
            grouped(check.rows),
            check.tables,
            grouped(check.rejected)
        ),
        4,
    );
    if let Some((day, table, column)) = check.newest {
        let table = &catalogue.tables[table];
        let when = match i64::from(job.cutover) - i64::from(day) {
            0 => "on the day of the cutover".to_owned(),
            1 => "on the day before the cutover".to_owned(),
            days if days > 0 => format!("{days} days before the cutover"),
            -1 => "on the day after the cutover".to_owned(),
            days => format!("{} days after the cutover", -days),
        };
        screen::say_wrapped(
            &format!(
                "newest entry, by {}.{}: {when}",
                table.id, table.columns[column].name
            ),
            4,
        );
    }
    match &job.source {
        Source::Sqlite(_) => {
            screen::say("not checked here: the database's own integrity, which extraction checks")
        }
        Source::Postgresql(_) => screen::say(
            "not checked here or elsewhere: the server's pages, which it checks itself if it was made with checksums",
        ),
        Source::Odbc(_) => screen::say(
            "not checked here or elsewhere: the database's own integrity, and what its driver does with values that nobody reads",
        ),
        Source::Delimited(_) => {}
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
