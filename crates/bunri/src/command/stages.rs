//! `bunri extract`, `bunri split` and `bunri run`.

use bunri_arguments::{JobArguments, RunArguments, SplitArguments};
use bunri_catalogue::Store;
use bunri_explain::explain;
use bunri_extract::{BoundSource, ExtractStats, ReadValues, extract_since};
use bunri_manifest::TableDelta;
use bunri_split::{SplitStats, split};
use bunri_workplace::{Changed, Held, Reads, Workplace, hold};
use serde_json::json;

use crate::Log;
use crate::command::{again, journal, verify};
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen;

pub(crate) fn run(
    arguments: &RunArguments,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let workplace = Workplace::open(&arguments.job)?;
    let changed = if arguments.again {
        Changed::Named
    } else {
        Changed::Refused
    };
    let mut held = hold(&workplace, Reads::Source, changed, progress)?;
    if arguments.again {
        again::clear(&workplace, &held, arguments, log, progress)?;
    }
    // What they have to tell, verification tells again, and holds it against what the job expects.
    do_extract(&workplace, &held, log, progress)?;
    // A server keeps what a snapshot sees, and must not keep it while stores are written.
    held.source.release();
    do_split(&workplace, log, progress)?;
    verify::of_job(&workplace, log, progress)
}

pub(crate) fn extract_only(
    arguments: &JobArguments,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let workplace = Workplace::open(&arguments.job)?;
    let held = hold(&workplace, Reads::Source, Changed::Refused, progress)?;
    do_extract(&workplace, &held, log, progress)
}

pub(crate) fn split_only(
    arguments: &SplitArguments,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let workplace = Workplace::open(&arguments.job)?;
    if arguments.explain {
        screen::say(&explain(&workplace.catalogue));
        return Ok(Outcome::Clean);
    }
    let _held = hold(&workplace, Reads::StagingOnly, Changed::Refused, progress)?;
    do_split(&workplace, log, progress)
}

fn do_extract(
    workplace: &Workplace,
    held: &Held,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let custody = &workplace.job.custody;
    journal::note(custody, "extract", "begun")?;
    let source = BoundSource {
        source: &workplace.job.source,
        state: &held.source,
    };
    let options = workplace.extract_options();
    let delta = workplace.job.delta.as_ref();
    let stats = extract_since(
        &source,
        delta,
        &workplace.catalogue,
        custody,
        &options,
        progress,
    )?;
    progress.done();
    journal::note(custody, "extract", "done")?;
    say_extracted(&stats, log);
    progress.end_with("rows_staged", json!(stats.rows_staged));
    progress.end_with("rows_rejected", json!(stats.rows_rejected));
    let named = workplace
        .job
        .expect
        .as_ref()
        .map(|expect| &expect.rejected.tables);
    // What the job says of a table, verification holds against it; no other may lose every row.
    let is_outside = |id: &String| named.is_none_or(|named| !named.contains_key(id));
    Ok(if stats.tables_lost.iter().any(is_outside) {
        Outcome::Outside
    } else if stats.rows_rejected > 0 || stats.deltas.iter().any(|(_, delta)| delta.differing > 0) {
        Outcome::SomethingToRead
    } else {
        Outcome::Clean
    })
}

fn say_extracted(stats: &ExtractStats, log: Log) {
    let ExtractStats {
        tables,
        tables_kept,
        rows_staged,
        rows_rejected,
        tables_lost,
        values_read,
        deltas,
        source_bytes,
        staged_bytes,
    } = stats;
    match log {
        Log::Json => screen::event(&json!({
            "event": "extracted", "tables": tables, "tables_kept": tables_kept, "rows_staged": rows_staged,
            "rows_rejected": rows_rejected, "tables_lost": tables_lost, "source_bytes": source_bytes, "staged_bytes": staged_bytes,
            "values_read": values_read.iter().map(|read| json!({
                "table": read.table, "column": read.column, "nothing": read.nothing, "open": read.open,
                "integers": read.integers,
            })).collect::<Vec<_>>(),
            "deltas": deltas.iter().map(|(table, delta)| json!({
                "table": table, "changed_at": delta.changed_at, "taken": delta.taken, "read": delta.read,
                "left_out": delta.left_out, "sampled": delta.sampled, "differing": delta.differing,
            })).collect::<Vec<_>>(),
        })),
        Log::Human => {
            screen::say_wrapped(
                &format!(
                    "extract  {rows_staged} rows of {tables} tables staged, {rows_rejected} rejected (rows that do \
                     not fit their declared types)",
                ),
                4,
            );
            if !tables_lost.is_empty() {
                let tables = tables_lost.join(", ");
                screen::say_wrapped(
                    &format!(
                        "         every row was rejected of {tables}: see `[types]` of the catalogue and rejects/"
                    ),
                    9,
                );
            }
            for line in values_read_lines(values_read) {
                screen::say(&line);
            }
            for (table, delta) in deltas {
                screen::say_wrapped(&format!("         {}", delta_told(table, delta)), 9);
            }
        }
    }
}

/// How a table was made of an earlier run's staging.
fn delta_told(table: &str, delta: &TableDelta) -> String {
    let TableDelta {
        earlier: _,
        changed_at,
        taken,
        read,
        left_out,
        sampled,
        differing,
    } = delta;
    if *differing > 0 {
        return format!(
            "{table}: of {sampled} rows that are unchanged by `{changed_at}`, {differing} had changed; read whole"
        );
    }
    format!(
        "{table}: {taken} rows taken from the earlier run, {read} read, {left_out} of the earlier run left out; of those taken, \
         {sampled} were read too, and are the same"
    )
}

/// More columns are in the manifest.
const MOST_COLUMNS_TOLD: usize = 20;

/// How many values were not staged as they stand in the source, a line a column. Never a value.
fn values_read_lines(columns: &[ReadValues]) -> Vec<String> {
    let line = |read: &ReadValues| {
        let meanings = [
            (read.nothing, "as nothing"),
            (read.open, "as \"no end yet\""),
            (read.integers, "as text from integers"),
        ];
        let meanings = meanings.into_iter().filter(|(count, _)| *count > 0);
        let told: Vec<String> = meanings
            .map(|(count, meaning)| format!("{count} {meaning}"))
            .collect();
        let (table, column) = (&read.table, &read.column);
        format!("         {table}.{column}: values read {}", told.join(", "))
    };
    let mut lines: Vec<String> = columns.iter().take(MOST_COLUMNS_TOLD).map(line).collect();
    if columns.len() > MOST_COLUMNS_TOLD {
        let more = columns.len() - MOST_COLUMNS_TOLD;
        lines.push(format!(
            "         and {more} columns more, see staging/manifest.json"
        ));
    }
    lines
}

fn do_split(workplace: &Workplace, log: Log, progress: &Progress) -> Result<Outcome, Failure> {
    let custody = &workplace.job.custody;
    journal::note(custody, "split", "begun")?;
    let stats = split(
        &workplace.catalogue,
        &workplace.roots(),
        &workplace.split_options(),
        progress,
    )?;
    progress.done();
    journal::note(custody, "split", "done")?;
    match log {
        Log::Json => screen::event(&json!({"event": "split", "tables": stats.tables})),
        Log::Human => screen::say(&split_table(&stats)),
    }
    let undecided = stats
        .tables
        .values()
        .any(|table| !table.reason_rows.is_empty());
    Ok(if undecided {
        Outcome::SomethingToRead
    } else {
        Outcome::Clean
    })
}

/// The columns of a table of counts: a name, and then numbers.
pub(crate) fn counts_line(name: &str, counts: [&str; 6]) -> String {
    // However long a number is, a blank stands before it.
    let counts: Vec<String> = counts.iter().map(|count| format!(" {count:>8}")).collect();
    let line = counts.concat();
    // A name that is longer than its column stands above its numbers; one in kanji takes two columns a letter.
    match NAME.checked_sub(screen::width(name)) {
        Some(left) => format!("{name}{:left$}{line}", ""),
        None => format!("{name}\n{:NAME$}{line}", ""),
    }
}

const NAME: usize = 25;

/// Rows by ownership and by store. A public table has neither own nor other rows.
fn split_table(stats: &SplitStats) -> String {
    let head = ["own", "other", "undec.", "retail", "transm.", "quarant."];
    let mut lines = vec![counts_line("rows of, and in", head)];
    for (id, table) in &stats.tables {
        let owned = |word: &str| table.ownership_rows.get(word);
        let stored = |store: Store| table.store_rows.get(store.word());
        let counts = [
            owned("own"),
            owned("other"),
            owned("undecided"),
            stored(Store::Retail),
            stored(Store::Transmission),
            stored(Store::Quarantine),
        ];
        let counts = counts.map(|count| count.map_or("–".to_owned(), ToString::to_string));
        lines.push(counts_line(id, counts.each_ref().map(String::as_str)));
    }
    lines.join("\n")
}
