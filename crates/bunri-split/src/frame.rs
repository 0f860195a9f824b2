//! From Arrow columns to the few Polars columns that rules read: days, whole numbers, codes. Days are `i64`,
//! so that no dtype feature of Polars is needed, and −∞ and +∞ fit.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use bunri_catalogue::Compare;
use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, PolarsResult, Series};

/// −∞ and +∞ as days: beyond every date of 32 bits.
pub(crate) const FIRST_DAY: i64 = -4_000_000_000;
pub(crate) const LAST_DAY: i64 = 4_000_000_000;
const MICROSECONDS_A_DAY: i64 = 86_400_000_000;

/// The name of a table's column in a frame: its position, since names are any Unicode.
pub(crate) fn column_name(column: usize) -> String {
    format!("c{column}")
}

/// The name of a text column without the white space at either end.
pub(crate) fn trimmed_name(column: usize) -> String {
    format!("c{column}trimmed")
}

/// A frame of these columns.
pub(crate) fn frame(columns: Vec<Column>) -> PolarsResult<DataFrame> {
    DataFrame::new_infer_height(columns)
}

/// Whole numbers as a Polars column.
pub(crate) fn numbers(name: &str, values: Vec<Option<i64>>) -> Column {
    Series::new(name.into(), values).into_column()
}

/// Whole numbers without NULL as a Polars column.
pub(crate) fn plain_numbers(name: &str, values: Vec<i64>) -> Column {
    Series::new(name.into(), values).into_column()
}

/// A rule column as Polars sees it: text as it is and trimmed, everything else as whole numbers ([`as_numbers`]).
pub(crate) fn rule_columns(position: usize, array: &ArrayRef) -> Vec<Column> {
    let name = column_name(position);
    match array.data_type() {
        DataType::Utf8 => vec![
            text(&name, array, Compare::Exact),
            text(&trimmed_name(position), array, Compare::Trim),
        ],
        _ => vec![numbers(&name, as_numbers(array))],
    }
}

/// A text column, without Unicode white space at either end if it is to be compared so.
pub(crate) fn text(name: &str, array: &ArrayRef, compare: Compare) -> Column {
    let texts = array.as_string::<i32>().iter();
    let texts: Vec<Option<&str>> = match compare {
        Compare::Exact => texts.collect(),
        Compare::Trim => texts.map(|text| text.map(str::trim)).collect(),
    };
    Series::new(name.into(), texts).into_column()
}

/// Days, integers, and decimals in units of their scale; a timestamp becomes its local day. The catalogue
/// admits no other type, and no decimal of more than 18 digits, where a rule reads.
pub(crate) fn as_numbers(array: &ArrayRef) -> Vec<Option<i64>> {
    match array.data_type() {
        DataType::Date32 => array
            .as_primitive::<Date32Type>()
            .iter()
            .map(|day| day.map(i64::from))
            .collect(),
        DataType::Timestamp(TimeUnit::Microsecond, _) => array
            .as_primitive::<TimestampMicrosecondType>()
            .iter()
            .map(|instant| instant.map(|instant| instant.div_euclid(MICROSECONDS_A_DAY)))
            .collect(),
        DataType::Decimal128(_, _) => array
            .as_primitive::<Decimal128Type>()
            .iter()
            .map(|value| value.and_then(|value| i64::try_from(value).ok()))
            .collect(),
        DataType::Int64 => array.as_primitive::<Int64Type>().iter().collect(),
        _ => vec![None; array.len()],
    }
}

/// The i64 values of a result column, NULL-free by construction.
pub(crate) fn results(frame: &DataFrame, name: &str) -> PolarsResult<Vec<i64>> {
    Ok(frame
        .column(name)?
        .i64()?
        .iter()
        .map(|value| value.unwrap_or(i64::MIN))
        .collect())
}

/// The values of an i64 Arrow column of one of our own intermediate batches.
pub(crate) fn int_column(batch: &RecordBatch, column: usize) -> Vec<Option<i64>> {
    batch
        .column(column)
        .as_primitive::<Int64Type>()
        .iter()
        .collect()
}
