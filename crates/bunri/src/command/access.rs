//! `bunri incident access`: the access log, held against whose point each was on the day of the read, and against accounts, rights and
//! terminals. The ledger comes from the job's source; nothing is extracted and nothing is written.

use bunri_access::known::Guarded;
use bunri_access::points::{Ownership, PointsBuilder};
use bunri_access::{Beside, PrepareError, Prepared, Rule, TABLES, Work, prepare, scan};
use bunri_arguments::IncidentAccessArguments;
use bunri_catalogue::{Catalogue, Class};
use bunri_columnar::{Event, Observer};
use bunri_job::{Job, load_job};
use bunri_parse::load;
use bunri_security::{IncidentFile, Outcome, Security, load_incidents};
use bunri_supplier::suppliers;
use bunri_types::Day;

use super::inspect::threads;
use crate::exit::Failure;
use crate::progress::Progress;

/// What the log shows.
pub(crate) fn access(
    arguments: &IncidentAccessArguments,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let IncidentAccessArguments {
        file,
        json: _,
        threads: wanted,
    } = arguments;
    let incidents = load_incidents(file)?;
    let access = incidents.access_log.as_ref();
    let most_held = access.ok_or(PrepareError::NoLog)?.most_held;
    let job = load_job(&incidents.job)?;
    let catalogue = load(&job.catalogue)?;
    let (security, tables) = Security::read(&incidents, &TABLES)?;
    let points = points(&job, &catalogue, &incidents, most_held)?;
    let columns = columns(&catalogue);
    let incumbent = |code: &str, day: Day| is_incumbent(&catalogue, code, day);
    let beside = Beside {
        columns: &columns,
        incumbent: &incumbent,
    };
    let Prepared { log, known, terms } = prepare(&incidents, &security, points, &beside)?;
    progress.event(Event::Stage {
        name: "access",
        rows: 0,
    });
    let work = Work::new(wanted.map_or_else(threads, usize::from));
    let report = scan(&log, &known, &terms, work, |rows| {
        progress.event(Event::Rows { rows });
        !progress.cancelled()
    })?;
    progress.done();
    Ok(bunri_access::outcome(&report, &incidents, tables))
}

/// Whose every point was, if a rule asks.
fn points(
    job: &Job,
    catalogue: &Catalogue,
    incidents: &IncidentFile,
    most_held: usize,
) -> Result<PointsBuilder, Failure> {
    let mut points = PointsBuilder::new(most_held);
    let asked = [Rule::OtherCompanyRead, Rule::SwitchingAfterRead];
    let off = |rule: &Rule| incidents.rules.get(rule.word()).is_some_and(|it| it.off);
    if asked.iter().all(off) {
        return Ok(points);
    }
    suppliers(&job.source, catalogue, most_held, |point, stretches| {
        for it in stretches {
            let ownership = match it.verdict.ownership() {
                bunri_catalogue::Ownership::Own => Ownership::Own,
                bunri_catalogue::Ownership::Other => Ownership::Other,
                bunri_catalogue::Ownership::Undecided | bunri_catalogue::Ownership::Reference => {
                    Ownership::Undecided
                }
            };
            points.period(point, it.first, it.last, ownership)?;
        }
        // A point of which the ledger says nothing on any day is known nevertheless.
        if stretches.is_empty() {
            points.period(point, Day::MIN, Day::MIN, Ownership::Undecided)?;
        }
        Ok::<(), Failure>(())
    })?;
    Ok(points)
}

/// Every column, by the names that logs have for it, and whether it is one side's only. What may be either, by the row, is.
fn columns(catalogue: &Catalogue) -> Vec<(String, Guarded)> {
    let mut columns = Vec::new();
    for table in &catalogue.tables {
        for column in &table.columns {
            let guarded = column
                .class
                .possible()
                .into_iter()
                .any(|class| match class {
                    Class::OwnCustomer | Class::TransmissionOnly => true,
                    Class::AnyRetailer
                    | Class::RetailOnly
                    | Class::Hold
                    | Class::Reference
                    | Class::Discard => false,
                });
            let guarded = if guarded { Guarded::Yes } else { Guarded::No };
            columns.push((format!("{}.{}", table.name, column.name), guarded));
        }
    }
    columns
}

fn is_incumbent(catalogue: &Catalogue, code: &str, day: Day) -> bool {
    catalogue.incumbent.iter().any(|it| {
        let begun = it.from.is_none_or(|from| from <= day);
        it.code == code.trim() && begun && it.until.is_none_or(|until| day <= until)
    })
}
