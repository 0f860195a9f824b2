//! `bunri reread`: does staging hold what the source holds? Another reader says.

use bunri_arguments::RereadArguments;
use bunri_columnar::EVIDENCE;
use bunri_report::{Reread, RereadStatus, RereadTable};
use bunri_reread::{RereadInputs, RereadOptions, reread};
use bunri_workplace::{Workplace, look_into};
use serde_json::json;

use crate::Log;
use crate::command::journal;
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen::{self, grouped};

pub(crate) fn run(
    arguments: &RereadArguments,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let RereadArguments { job, share } = arguments;
    let workplace = Workplace::open(job)?;
    let job = &workplace.job;
    let _looking = look_into(&workplace)?;
    journal::note(&job.custody, "reread", "begun")?;
    let inputs = RereadInputs {
        catalogue: &workplace.catalogue,
        custody: &job.custody,
        source: &job.source,
    };
    let options = RereadOptions {
        share: *share,
        memory: job.memory,
        threads: job.threads,
    };
    let record = reread(&inputs, &options, progress)?;
    progress.done();
    let state = match record.status {
        RereadStatus::Held => "done",
        RereadStatus::Broken => "broken",
        RereadStatus::NothingCompared => "nothing compared",
    };
    journal::note(&job.custody, "reread", state)?;
    say(&record, log);
    if log == Log::Human {
        let custody = job.custody.display();
        screen::say(&format!(
            "record        {custody}/{EVIDENCE}/{}",
            Reread::FILE
        ));
    }
    match record.status {
        RereadStatus::Broken => Ok(Outcome::ClaimBroken),
        RereadStatus::NothingCompared => Err(Failure::NothingShown(
            "no row was compared: the tables are empty, or the share takes none of their rows"
                .to_owned(),
        )),
        // A part in place of the whole is something to read.
        RereadStatus::Held if record.rows_not_compared() > 0 => Ok(Outcome::SomethingToRead),
        RereadStatus::Held => Ok(Outcome::Clean),
    }
}

fn say(record: &Reread, log: Log) {
    let differing = || record.tables.iter().filter(|table| !table.same);
    if log == Log::Json {
        // Without the keys, which are of records: they stay in custody.
        let tables: Vec<_> = differing()
            .map(|table| {
                json!({
                    "table": table.table, "rows_differing": table.rows_differing, "columns": table.columns,
                    "rows_missing": table.rows_missing, "rows_added": table.rows_added, "rejects": table.rejects,
                })
            })
            .collect();
        screen::event(&json!({
            "event": "reread", "status": record.status, "share": record.share,
            "rows_not_compared": record.rows_not_compared(), "differences": tables,
        }));
        return;
    }
    for table in differing() {
        screen::say_wrapped(&line(table), 4);
    }
    screen::say_wrapped(&verdict(record), 4);
}

/// What differs of a table, in one line.
fn line(table: &RereadTable) -> String {
    let mut parts = Vec::new();
    if table.rows_differing > 0 {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|column| format!("{} {}", column.column, grouped(column.rows)))
            .collect();
        let rows = grouped(table.rows_differing);
        parts.push(format!("{rows} rows differ ({})", columns.join(", ")));
    }
    if table.rows_missing > 0 {
        let rows = grouped(table.rows_missing);
        parts.push(format!("{rows} rows of the source are not in staging"));
    }
    if table.rows_added > 0 {
        let rows = grouped(table.rows_added);
        parts.push(format!("{rows} rows of staging are not in the source"));
    }
    for reject in &table.rejects {
        let (source, rejects) = (reject.source_rows, reject.reject_rows);
        let told = if source == rejects {
            format!("{} times, with other values", grouped(source))
        } else {
            format!(
                "{} in the source, {} in the rejects",
                grouped(source),
                grouped(rejects)
            )
        };
        parts.push(format!("{} of {}: {told}", reject.rule, reject.column));
    }
    format!("{}: {}", table.table, parts.join("; "))
}

fn verdict(record: &Reread) -> String {
    let of = |rows: fn(&RereadTable) -> u64| grouped(record.tables.iter().map(rows).sum());
    let compared = of(|table| table.compared_rows);
    let left = match record.rows_not_compared() {
        0 => String::new(),
        rows => format!(
            "; {} rows were not compared (--share {})",
            grouped(rows),
            record.share
        ),
    };
    match record.status {
        RereadStatus::Held => format!(
            "C9 faithful: {compared} rows of the source are in staging or in the rejects as a second reader reads them{left}"
        ),
        RereadStatus::Broken => {
            format!(
                "C9 faithful is BROKEN: staging is not what the source holds. Do not hand over{left}"
            )
        }
        RereadStatus::NothingCompared => format!("C9 faithful: nothing was compared{left}"),
    }
}
