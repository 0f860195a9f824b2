//! `bunri extract`, `bunri split` and `bunri run`.

use bunri_catalogue::Store;
use bunri_explain::explain;
use bunri_extract::{BoundSource, ExtractStats, ReadValues, extract};
use bunri_split::{SplitStats, split};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::json;

use crate::args::{JobArguments, Log, SplitArguments};
use crate::command::{journal, verify};
use crate::exit::{Failure, Outcome};
use crate::lock::{Held, Reads, hold};
use crate::progress::Progress;
use crate::screen;
use crate::workplace::Workplace;

pub(crate) fn run(
    arguments: &JobArguments,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let workplace = Workplace::open(&arguments.job)?;
    let held = hold(&workplace, Reads::Source, progress)?;
    let extracted = do_extract(&workplace, &held, log, progress)?;
    let divided = do_split(&workplace, log, progress)?;
    let verified = verify::of_job(&workplace, log, progress)?;
    Ok([extracted, divided, verified]
        .into_iter()
        .max_by_key(severity)
        .unwrap_or(Outcome::Clean))
}

fn severity(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Clean => 0,
        Outcome::SomethingToRead => 1,
        Outcome::ClaimBroken => 2,
    }
}

pub(crate) fn extract_only(
    arguments: &JobArguments,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let workplace = Workplace::open(&arguments.job)?;
    let held = hold(&workplace, Reads::Source, progress)?;
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
    let _held = hold(&workplace, Reads::StagingOnly, progress)?;
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
        blake3: &held.source,
    };
    let options = workplace.extract_options();
    let stats = extract(&source, &workplace.catalogue, custody, &options, progress)?;
    progress.done();
    journal::note(custody, "extract", "done")?;
    say_extracted(&stats, log);
    Ok(if stats.rows_rejected > 0 {
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
        values_read,
        source_bytes,
        staged_bytes,
    } = stats;
    match log {
        Log::Json => screen::event(&json!({
            "event": "extracted", "tables": tables, "tables_kept": tables_kept, "rows_staged": rows_staged,
            "rows_rejected": rows_rejected, "source_bytes": source_bytes, "staged_bytes": staged_bytes,
            "values_read": values_read.iter().map(|read| json!({
                "table": read.table, "column": read.column, "nothing": read.nothing, "open": read.open,
                "integers": read.integers,
            })).collect::<Vec<_>>(),
        })),
        Log::Human => {
            screen::say(&format!(
                "extract  {rows_staged} rows of {tables} tables staged, {rows_rejected} rejected (rows that do not fit \
                 their declared types)",
            ));
            for line in values_read_lines(values_read) {
                screen::say(&line);
            }
        }
    }
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

fn arrow_to(store: Store) -> &'static str {
    match store {
        Store::Retail => "→ retail",
        Store::Transmission => "→ transmission",
        Store::Quarantine => "→ quarantine",
    }
}

/// Rows by ownership and by store.
fn split_table(stats: &SplitStats) -> String {
    let mut screen = Table::new();
    screen.load_style(presets::UTF8_FULL_CONDENSED);
    screen.set_content_arrangement(ContentArrangement::Dynamic);
    let stores = Store::ALL.map(Store::word);
    let ownerships = ["own", "other", "undecided", "reference"];
    let header = ["table", "staging"]
        .into_iter()
        .chain(ownerships)
        .chain(Store::ALL.map(arrow_to));
    screen.set_header(header);
    for (id, table) in &stats.tables {
        let owned = |word: &str| {
            table
                .ownership_rows
                .get(word)
                .copied()
                .unwrap_or_default()
                .to_string()
        };
        let stored = |word: &str| {
            table
                .store_rows
                .get(word)
                .map_or("–".to_owned(), ToString::to_string)
        };
        let mut row = vec![id.clone(), table.staging_rows.to_string()];
        row.extend(ownerships.map(owned));
        row.extend(stores.map(stored));
        screen.add_row(row);
    }
    for column in 1..9 {
        if let Some(column) = screen.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    screen.to_string()
}
