//! `bunri control`: the queries that the legacy team runs for its own figures. Reads the job and its catalogue; no record, and no
//! source.

use bunri_arguments::{ControlArguments, SqlDialect};
use bunri_control::{Dialect, Shape, query};
use bunri_job::{Source, check_job, load_job};
use bunri_parse::load;

use crate::exit::{Failure, Outcome};
use crate::screen;

pub(crate) fn run(arguments: &ControlArguments) -> Result<Outcome, Failure> {
    let ControlArguments {
        job,
        sql: _,
        dialect,
    } = arguments;
    let job = load_job(job)?;
    let catalogue = load(&job.catalogue)?;
    check_job(&job, &catalogue)?;
    let dialect = match (dialect, &job.source) {
        (Some(SqlDialect::Standard), _) | (None, Source::Delimited(_) | Source::Odbc(_)) => {
            Dialect::Standard
        }
        (Some(SqlDialect::Sqlite), _) | (None, Source::Sqlite(_)) => Dialect::Sqlite,
        (Some(SqlDialect::Postgresql), _) | (None, Source::Postgresql(_)) => Dialect::Postgresql,
        (Some(SqlDialect::Oracle), _) => Dialect::Oracle,
    };
    let shapes = job
        .controls
        .iter()
        .filter_map(|control| Some((control, Shape::of(control, &catalogue)?)));
    let queries: Vec<String> = shapes
        .map(|(control, shape)| {
            let table = &catalogue.tables[shape.table];
            query(&control.name, &shape, table, dialect)
        })
        .collect();
    if queries.is_empty() {
        return Err(Failure::NoControl);
    }
    screen::say_exact(queries.join("\n").trim_end());
    Ok(Outcome::Clean)
}
