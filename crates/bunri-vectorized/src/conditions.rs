//! Conditions of `[[when]]`: which rows meet one, and what a parent row says to those of its children (docs/rules.md, section 5).

use bunri_catalogue::{AskedOfParent, AskingParents, Bound, Compare, Condition, Table};
use bunri_types::ValueType;
use polars::prelude::{BooleanChunked, ChunkCompareIneq, DataFrame, Int64Chunked, PolarsResult};

use crate::VectorizedError;
use crate::codes::{column, is_one_number_of, is_one_of, text_column};
use crate::frame::{frame, known, mask};
use crate::read::ReadColumns;
use crate::rules::leaf_clear;

/// Whether the row meets a condition; NULL does, since conditions only make classes stricter.
pub(crate) fn is_met(
    table: &Table,
    frame: &DataFrame,
    position: usize,
    condition: &Condition,
    cutover: i64,
) -> PolarsResult<BooleanChunked> {
    let value = column(frame, position)?;
    let met = match condition {
        Condition::In { values, compare } => is_listed(table, frame, position, values, *compare)?,
        Condition::NotIn { values, compare } => {
            !is_listed(table, frame, position, values, *compare)?
        }
        Condition::Within { at_least, below } => {
            let not_below = match at_least {
                None => mask(true, frame.height()),
                Some(bound) => is_at_least(value.i64()?, *bound, cutover)?,
            };
            let below = match below {
                None => mask(true, frame.height()),
                Some(bound) => !is_at_least(value.i64()?, *bound, cutover)?,
            };
            not_below & below
        }
    };
    Ok(value.is_null() | met)
}

/// Whether a condition is met by the row's parents: unless all of them are known not to meet it.
pub(crate) fn parents_meet(
    frame: &DataFrame,
    asking: Option<&AskingParents>,
) -> PolarsResult<BooleanChunked> {
    let Some(asking) = asking else {
        return Ok(mask(true, frame.height()));
    };
    let said = frame.column(&leaf_clear(asking.leaf))?.i64()?;
    let met = |bits: Option<i64>| bits.is_none_or(|bits| bits >> asking.place & 1 == 0);
    Ok(said.iter().map(|bits| Some(met(bits))).collect())
}

/// Of the conditions that children ask of the rows of a table, those that each row does not meet, as bits by their place.
pub(crate) fn clear(
    columns: &ReadColumns<'_>,
    asked: &[AskedOfParent<'_>],
    cutover: i64,
) -> Result<Vec<i64>, VectorizedError> {
    let table = columns.table();
    let mut bits = vec![0; columns.rows()];
    for (place, asked) in asked.iter().enumerate() {
        let column = columns.rule_columns(&[asked.column])?;
        let met = frame(column)
            .and_then(|frame| is_met(table, &frame, asked.column, asked.condition, cutover))
            .map_err(VectorizedError::polars(&table.id))?;
        for (bits, met) in bits.iter_mut().zip(met.iter()) {
            // Only what is known not to meet it is clear of it.
            if met == Some(false) {
                *bits |= 1 << place;
            }
        }
    }
    Ok(bits)
}

/// Whether a text or int column holds one of these values; NULL does not.
fn is_listed(
    table: &Table,
    frame: &DataFrame,
    position: usize,
    values: &[String],
    compare: Compare,
) -> PolarsResult<BooleanChunked> {
    let values = values.iter().map(String::as_str);
    Ok(match table.columns[position].value_type {
        ValueType::Int => is_one_number_of(column(frame, position)?.i64()?, values),
        ValueType::Text
        | ValueType::Decimal { .. }
        | ValueType::Real
        | ValueType::Date(_)
        | ValueType::Timestamp
        | ValueType::Bool
        | ValueType::Bytes => is_one_of(text_column(frame, position, compare)?, values, compare),
    })
}

/// Whether a number or day is not below a bound; NULL is below every one.
fn is_at_least(value: &Int64Chunked, bound: Bound, cutover: i64) -> PolarsResult<BooleanChunked> {
    let bound = match bound {
        Bound::Unscaled(unscaled) => unscaled,
        Bound::Day(day) => i128::from(day),
        Bound::Cutover => i128::from(cutover),
    };
    match i64::try_from(bound) {
        Ok(bound) => known(&value.gt_eq(bound)),
        // Beyond every value that a column can hold.
        Err(_) => Ok(mask(bound < 0, value.len())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn bounds_are_of_numbers_and_days_and_may_lie_beyond_all_values() {
        let values: Int64Chunked = [Some(4), Some(5), None].into_iter().collect();
        let is = |bound| {
            let mask = is_at_least(&values, bound, 5).unwrap();
            mask.iter().flatten().collect::<Vec<_>>()
        };
        assert_eq!(is(Bound::Unscaled(5)), [false, true, false]);
        assert_eq!(is(Bound::Day(5)), [false, true, false]);
        assert_eq!(is(Bound::Cutover), [false, true, false]);
        assert_eq!(is(Bound::Unscaled(i128::MAX)), [false; 3]);
        assert_eq!(is(Bound::Unscaled(i128::MIN)), [true; 3]);
    }
}
