//! What a store holds of a table, in this test's own values, and how it differs from what it should.

use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Date32Type, Decimal128Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use bunri_columnar::open_parquet;

use super::oracle::Stored;
use super::world::Value;

/// What lies in a store's folder of a table, part after part.
pub(super) fn read(folder: &Path) -> Option<Stored> {
    let mut parts: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .map(|entry| entry.unwrap().path())
        .collect();
    parts.sort();
    let mut stored = Stored {
        columns: Vec::new(),
        rows: Vec::new(),
    };
    for part in parts {
        let reader = open_parquet(&part).unwrap();
        stored.columns = reader
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        for batch in reader.build().unwrap() {
            let batch = batch.unwrap();
            let row = |at: usize| {
                batch
                    .columns()
                    .iter()
                    .map(|cells| cell(cells, at))
                    .collect()
            };
            stored.rows.extend((0..batch.num_rows()).map(row));
        }
    }
    Some(stored)
}

fn cell(cells: &ArrayRef, at: usize) -> Value {
    if cells.is_null(at) {
        return Value::Null;
    }
    match cells.data_type() {
        DataType::Utf8 => Value::Text(cells.as_string::<i32>().value(at).to_owned()),
        DataType::Int64 => Value::Int(cells.as_primitive::<Int64Type>().value(at)),
        DataType::Decimal128(_, 1) => {
            Value::Tenths(i64::try_from(cells.as_primitive::<Decimal128Type>().value(at)).unwrap())
        }
        DataType::Date32 => Value::Day(cells.as_primitive::<Date32Type>().value(at).into()),
        DataType::Timestamp(..) => {
            Value::Moment(cells.as_primitive::<TimestampMicrosecondType>().value(at))
        }
        other => panic!("a store holds a column of {other:?}"),
    }
}

/// The rows that only one side has.
pub(super) fn difference(wanted: Option<&Stored>, found: Option<&Stored>) -> String {
    let (Some(wanted), Some(found)) = (wanted, found) else {
        let told = |stored: Option<&Stored>| {
            stored.map_or("no such table".to_owned(), |stored| {
                format!("{:?}", stored.columns)
            })
        };
        return format!("the page: {}\nthe store: {}", told(wanted), told(found));
    };
    let lines = |title: &str, these: &Stored, others: &Stored| {
        let only: Vec<String> = these
            .rows
            .iter()
            .filter(|row| !others.rows.contains(row))
            .map(|row| format!("  {row:?}"))
            .collect();
        format!(
            "{title}: {} rows, of which only here:\n{}\n",
            these.rows.len(),
            only.join("\n")
        )
    };
    let (page, store) = (
        lines("the page", wanted, found),
        lines("the store", found, wanted),
    );
    format!(
        "columns {:?} and {:?}\n{page}{store}",
        wanted.columns, found.columns
    )
}
