//! `bunri verify --store … --loaded …`: does a target hold what the store holds? It is no claim of a report: a record.

use std::path::Path;

use bunri_columnar::replace_whole;
use bunri_job::load_target;
use bunri_load::{
    CompareOptions, ComparedRecord, Difference, DifferenceRule, LoadedStatus, compare,
};
use serde_json::json;

use crate::Log;
use crate::command::load::{checked, refuse_in_store};
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen::{self, grouped};

/// What sorts may hold where tables differ; a comparison of tables that are the same sorts nothing.
const MEMORY: usize = 512 << 20;

pub(crate) fn run(
    folder: &Path,
    target: &str,
    record: Option<&Path>,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let target = load_target(target)?;
    if let Some(path) = record {
        refuse_in_store(path, folder)?;
    }
    let Some(store) = checked(folder, log)? else {
        return Ok(Outcome::ClaimBroken);
    };
    let options = CompareOptions {
        memory: MEMORY,
        folder: std::env::temp_dir(),
    };
    let compared = compare(&store, &target, &options, progress)?;
    progress.done();
    if let Some(path) = record {
        let bytes = compared.to_bytes().map_err(bunri_load::LoadError::from)?;
        replace_whole(path, &bytes)?;
    }
    say(&compared, log);
    Ok(match compared.status {
        LoadedStatus::Same => Outcome::Clean,
        LoadedStatus::NothingCompared => Outcome::SomethingToRead,
        LoadedStatus::Different => Outcome::ClaimBroken,
    })
}

fn say(record: &ComparedRecord, log: Log) {
    let ComparedRecord {
        store,
        target,
        status,
        tables,
        differences,
        ..
    } = record;
    if log == Log::Json {
        screen::event(&json!({
            "event": "compared", "status": status, "store": store, "target": target, "tables": tables,
            "differences": differences,
        }));
        return;
    }
    for difference in differences {
        screen::say_wrapped(&line(difference), 4);
    }
    let place = format!("{}, schema `{}`", target.address, target.schema);
    let rows = tables
        .iter()
        .map(|table| table.store_rows)
        .fold(0, u64::saturating_add);
    let name = &store.store;
    let text = match status {
        LoadedStatus::Same => format!(
            "{place} holds {name}: {} tables, {} rows, the same by the encoding of every cell. Nobody looked at rights, triggers, \
             defaults, collations or other schemas, nor whether the store holds what it should (`bunri verify JOB`)",
            tables.len(),
            grouped(rows)
        ),
        LoadedStatus::NothingCompared => {
            format!("{place} has the tables of {name}, and no row was compared: the store has none")
        }
        LoadedStatus::Different => {
            let same = tables.iter().filter(|table| table.same).count();
            format!(
                "{place} does NOT hold {name}: {} differences, {same} of {} tables are the same. Do not hand over",
                differences.len(),
                tables.len()
            )
        }
    };
    screen::say_wrapped(&text, 4);
}

fn line(difference: &Difference) -> String {
    let Difference {
        rule,
        table,
        column,
        rows,
        expected,
        found,
    } = difference;
    let what = match rule {
        DifferenceRule::TableMissing => "table_missing: the target does not have it",
        DifferenceRule::TableSurplus => "table_surplus: the store does not have it",
        DifferenceRule::NotATable => "not_a_table: something else stands under its name",
        DifferenceRule::ColumnMissing => "column_missing: the target does not have it",
        DifferenceRule::ColumnSurplus => "column_surplus: the store does not have it",
        DifferenceRule::ColumnOrder => "column_order: the columns stand in another order",
        DifferenceRule::ColumnType => "column_type",
        DifferenceRule::KeyDiffers => "key_differs",
        DifferenceRule::RowsMissing => "rows_missing: of the store, and not in the target",
        DifferenceRule::RowsSurplus => "rows_surplus: of the target, and not in the store",
        DifferenceRule::RowsDoubled => "rows_doubled: once more than in the store",
        DifferenceRule::ValueChanged => "value_changed: cells of rows that both have",
    };
    let mut text = table.clone();
    if let Some(column) = column {
        text.push_str(&format!(", column {column}"));
    }
    text.push_str(&format!(": {what}"));
    if let (Some(expected), Some(found)) = (expected, found) {
        let shown = |word: &String| {
            if word.is_empty() {
                "none".to_owned()
            } else {
                word.clone()
            }
        };
        text.push_str(&format!(
            " (store {}, target {})",
            shown(expected),
            shown(found)
        ));
    }
    if let Some(rows) = rows {
        text.push_str(&format!(", {} rows", grouped(*rows)));
    }
    text
}
