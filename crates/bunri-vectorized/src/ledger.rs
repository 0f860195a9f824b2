//! The ledger's rows as the timeline reads them (docs/rules.md, sections 1.1 to 1.3 and 1.7): key, whether the row counts, its days,
//! its retailer, and what `own_when` says.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Int64Array, RecordBatch, new_null_array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;
use bunri_catalogue::{Ledger, LedgerTable};
use polars::prelude::PolarsResult;

use crate::VectorizedError;
use crate::codes::{Codes, Counting};
use crate::frame::{as_numbers, first_of, results, word};
use crate::read::ReadColumns;
use crate::timeline::{COUNTS, LEDGER_COLUMNS, NEVER_COUNTS, REJECTED, STATUS_UNKNOWN};

/// The columns of the ledger's rows on their way to [`crate::sweep()`], which takes them sorted.
#[must_use]
pub fn ledger_schema() -> SchemaRef {
    let kind = |name: &str| match name {
        "key" => DataType::Binary,
        "code" => DataType::Utf8,
        _ => DataType::Int64,
    };
    let field = |name: &&str| Field::new(*name, kind(name), true);
    Arc::new(Schema::new(
        LEDGER_COLUMNS.iter().map(field).collect::<Vec<_>>(),
    ))
}

/// Some rows of one of the ledger's tables, with [`ledger_schema`]: those that may count. `keys` are their keys as bytes in order.
///
/// # Errors
/// [`VectorizedError`].
pub fn ledger_rows(
    codes: &Codes,
    (ledger, part): (&Ledger, &LedgerTable),
    keys: BinaryArray,
    columns: &ReadColumns<'_>,
) -> Result<RecordBatch, VectorizedError> {
    let id = &columns.table().id;
    let rows = columns.rows();
    let days = |position: usize| -> Result<ArrayRef, VectorizedError> {
        let days = as_numbers(columns.column(position)?);
        Ok(Arc::new(Int64Array::from(days)))
    };
    let until = match part.until {
        Some(until) => days(until)?,
        None => new_null_array(&DataType::Int64, rows),
    };
    let entries = columns.columns(&part.own_when)?;
    let own_when = codes
        .own_when(&ledger.own_when, &entries, rows)
        .and_then(|said| results(&said, "own_when"))
        .map_err(VectorizedError::polars(id))?;
    let counts = part
        .counts
        .map(|counts| columns.column(counts))
        .transpose()?;
    let status = status(ledger, counts, rows).map_err(VectorizedError::polars(id))?;
    let all: Vec<ArrayRef> = vec![
        Arc::new(keys),
        Arc::new(Int64Array::from(status)),
        days(part.from)?,
        until,
        columns.column(part.retailer)?.clone(),
        Arc::new(Int64Array::from(own_when)),
    ];
    let all = RecordBatch::try_new(ledger_schema(), all);
    all.and_then(|rows| that_matter(&rows))
        .map_err(VectorizedError::arrow(id))
}

/// Rejected rows of the ledger with these keys, with [`ledger_schema`].
///
/// # Errors
/// When the batch cannot be made, which is a bug.
pub fn rejected_ledger_rows(keys: BinaryArray) -> Result<RecordBatch, ArrowError> {
    let rows = keys.len();
    let number = new_null_array(&DataType::Int64, rows);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(keys),
        Arc::new(Int64Array::from(vec![REJECTED; rows])),
        number.clone(),
        number.clone(),
        new_null_array(&DataType::Utf8, rows),
        number,
    ];
    RecordBatch::try_new(ledger_schema(), columns)
}

/// Whether each row counts, never does, or nobody knows, by the column that tells.
fn status(ledger: &Ledger, column: Option<&ArrayRef>, rows: usize) -> PolarsResult<Vec<i64>> {
    let Some((counts, column)) = ledger.counts.as_ref().zip(column) else {
        return Ok(vec![COUNTS; rows]);
    };
    let counting = Counting::of(counts, column)?;
    let status = first_of(
        &[
            (&counting.never, &word(NEVER_COUNTS)),
            (&counting.unknown, &word(STATUS_UNKNOWN)),
        ],
        &word(COUNTS),
    )?;
    results(&status, "counts")
}

/// The rows without those that never count: for the timeline they are not there.
fn that_matter(rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let status = rows.column(1).as_primitive::<Int64Type>().values().iter();
    let kept: BooleanArray = status.map(|status| Some(*status != NEVER_COUNTS)).collect();
    filter_record_batch(rows, &kept)
}
