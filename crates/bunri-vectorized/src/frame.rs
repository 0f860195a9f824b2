//! From Arrow columns to the few Polars columns that rules read: days, whole numbers, codes; and the whole-column
//! steps that rules are made of. Days are `i64`, so that no dtype feature of Polars is needed, and −∞ and +∞ fit.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use bunri_catalogue::{self as catalogue, Compare};
use polars::prelude::{
    BooleanChunked, ChunkCompareIneq, ChunkFillNullValue, ChunkFull, ChunkFullNull, ChunkZip,
    Column, DataFrame, Int64Chunked, IntoColumn, NamedFrom, PlSmallStr, PolarsError, PolarsResult,
    Series,
};

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

/// A column as its days are asked: of a stamp of an interval's end, the microsecond before.
pub(crate) fn as_stamped(column: &catalogue::Column, array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Microsecond, _) if column.reading.moment.is_end_stamp() => {
            let instants = array.as_primitive::<TimestampMicrosecondType>();
            let before = |instant: i64| instant.saturating_sub(1);
            Arc::new(instants.unary::<_, TimestampMicrosecondType>(before))
        }
        _ => array.clone(),
    }
}

/// The day before each date, and the day of the microsecond before each timestamp.
pub(crate) fn day_before(array: &ArrayRef) -> Vec<Option<i64>> {
    if let DataType::Timestamp(TimeUnit::Microsecond, _) = array.data_type() {
        let before = |instant: i64| instant.saturating_sub(1).div_euclid(MICROSECONDS_A_DAY);
        let instants = array.as_primitive::<TimestampMicrosecondType>();
        return instants.iter().map(|instant| instant.map(before)).collect();
    }
    let days = as_numbers(array).into_iter();
    days.map(|day| day.map(|day| day - 1)).collect()
}

/// One number that stands for every row.
pub(crate) fn word(value: i64) -> Int64Chunked {
    Int64Chunked::full(PlSmallStr::EMPTY, value, 1)
}

/// The same number in every row.
pub(crate) fn constant(value: i64, rows: usize) -> Int64Chunked {
    Int64Chunked::full(PlSmallStr::EMPTY, value, rows)
}

/// No number in any row.
pub(crate) fn nothing(rows: usize) -> Int64Chunked {
    Int64Chunked::full_null(PlSmallStr::EMPTY, rows)
}

/// The latest day of some columns; NULL only where all are.
pub(crate) fn latest(columns: &[Int64Chunked], rows: usize) -> PolarsResult<Int64Chunked> {
    best(columns, rows, |column, before| column.gt(before))
}

/// The earliest day of some columns; NULL only where all are.
pub(crate) fn earliest(columns: &[Int64Chunked], rows: usize) -> PolarsResult<Int64Chunked> {
    best(columns, rows, |column, before| column.lt(before))
}

fn best(
    columns: &[Int64Chunked],
    rows: usize,
    is_better: impl Fn(&Int64Chunked, &Int64Chunked) -> BooleanChunked,
) -> PolarsResult<Int64Chunked> {
    let mut best = nothing(rows);
    for column in columns {
        let takes = best.is_null() | known(&is_better(column, &best))?;
        best = first_of(&[(&takes, column)], &best)?;
    }
    Ok(best)
}

/// The same flag in every row.
pub(crate) fn mask(value: bool, rows: usize) -> BooleanChunked {
    BooleanChunked::full(PlSmallStr::EMPTY, value, rows)
}

/// A comparison that says no where it has nothing to compare.
pub(crate) fn known(compared: &BooleanChunked) -> PolarsResult<BooleanChunked> {
    compared.fill_null_with_values(false)
}

/// In every row the answer of the first condition that holds; a condition that is NULL does not.
pub(crate) fn first_of(
    cases: &[(&BooleanChunked, &Int64Chunked)],
    otherwise: &Int64Chunked,
) -> PolarsResult<Int64Chunked> {
    let start = otherwise.clone();
    cases
        .iter()
        .rev()
        .try_fold(start, |rest, (holds, answer)| answer.zip_with(holds, &rest))
}

/// The answers in every row. No rule may leave one open: zero means own, so nothing stands in for a NULL.
pub(crate) fn results(answers: &Int64Chunked, what: &str) -> PolarsResult<Vec<i64>> {
    let open = || PolarsError::ComputeError(format!("the answer `{what}` of a row is NULL").into());
    answers
        .iter()
        .map(|answer| answer.ok_or_else(open))
        .collect()
}

/// The values of an i64 Arrow column of one of our own intermediate batches.
pub(crate) fn int_column(batch: &RecordBatch, column: usize) -> Vec<Option<i64>> {
    batch
        .column(column)
        .as_primitive::<Int64Type>()
        .iter()
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_answer_that_is_null_is_refused_and_never_own() {
        let answers: Int64Chunked = [Some(1), None].into_iter().collect();
        let refused = results(&answers, "verdict").unwrap_err().to_string();
        assert!(refused.contains("`verdict` of a row is NULL"), "{refused}");
    }

    #[test]
    fn the_first_condition_that_holds_answers_and_null_does_not_hold() {
        let first: BooleanChunked = [Some(true), None, Some(false)].into_iter().collect();
        let second: BooleanChunked = [Some(true), Some(true), None].into_iter().collect();
        let answers = first_of(&[(&first, &word(1)), (&second, &word(2))], &word(3)).unwrap();
        assert_eq!(results(&answers, "a").unwrap(), [1, 2, 3]);
    }

    #[test]
    fn no_row_and_one_row_have_as_many_answers() {
        for rows in [0, 1] {
            let never = mask(false, rows);
            let answers = first_of(&[(&never, &word(1))], &word(2)).unwrap();
            assert_eq!(answers.len(), rows);
        }
    }
}
