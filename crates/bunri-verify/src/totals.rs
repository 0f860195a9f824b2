//! The first half of C3: the source's rows are staging and rejects together, by the source's own counts and control
//! totals. The sums are taken here from the cells themselves.

use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use bunri_catalogue::Table;
use bunri_columnar::{RawValue, Reject};
use bunri_manifest::{ColumnTotal, Source, StagedTable, Total};
use bunri_report::{About, Claim, Findings, Place, Rule};
use bunri_types::{OPEN_END, ValueForm, ValueType};

const MICROS_A_DAY: i64 = 86_400_000_000;

/// Counts and sums over one table.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) rows: u64,
    rejected: u64,
    columns: Vec<ColumnSums>,
    /// Whether the source knows no types: then it sums decimals that are texts.
    untyped: bool,
}

#[derive(Debug, Default, Clone, Copy)]
struct ColumnSums {
    non_null: u64,
    /// Of ints, or of decimals in units of their scale. 2^63 rows of the largest 38-digit number would not fit, so it
    /// saturates, and then it differs.
    sum: i128,
    text_bytes: u64,
    /// Rejected decimals that the source cannot sum.
    not_summed: u64,
    /// Staged days of no end, and rejected values that mean it.
    open: u64,
    /// Rejected values that mean nothing.
    nothing: u64,
    /// Rejected integers of a column that takes them beside texts.
    integers: u64,
}

impl Totals {
    pub(crate) fn new(table: &Table) -> Self {
        Self {
            columns: vec![ColumnSums::default(); table.columns.len()],
            ..Self::default()
        }
    }

    /// Whose rows they are: how rejected ones were summed depends on it.
    pub(crate) fn of_source(&mut self, source: &Source) {
        self.untyped = source.kind == "delimited";
    }

    /// Takes staged rows.
    pub(crate) fn staged(&mut self, batch: &RecordBatch) {
        self.rows += batch.num_rows() as u64;
        for (sums, array) in self.columns.iter_mut().zip(batch.columns()) {
            sums.non_null += (array.len() - array.null_count()) as u64;
            match array.data_type() {
                DataType::Int64 => {
                    let values = array.as_primitive::<Int64Type>().iter().flatten();
                    sums.sum = sums.sum.saturating_add(values.map(i128::from).sum());
                }
                DataType::Decimal128(..) => {
                    let values = array.as_primitive::<Decimal128Type>().iter().flatten();
                    sums.sum = values.fold(sums.sum, i128::saturating_add);
                }
                DataType::Date32 => {
                    let days = array.as_primitive::<Date32Type>().iter().flatten();
                    sums.open += days.filter(|day| *day == OPEN_END).count() as u64;
                }
                DataType::Timestamp(TimeUnit::Microsecond, None) => {
                    let moments = array.as_primitive::<TimestampMicrosecondType>().iter();
                    let is_open =
                        |moment: &i64| moment.div_euclid(MICROS_A_DAY) == i64::from(OPEN_END);
                    sums.open += moments.flatten().filter(is_open).count() as u64;
                }
                DataType::Utf8 => {
                    let bytes = array.as_string::<i32>().iter().flatten().map(str::len);
                    sums.text_bytes += bytes.sum::<usize>() as u64;
                }
                _ => {}
            }
        }
    }

    /// Adds those of other rows of the table.
    pub(crate) fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.rejected += other.rejected;
        for (sums, more) in self.columns.iter_mut().zip(&other.columns) {
            let ColumnSums {
                non_null,
                sum,
                text_bytes,
                not_summed,
                open,
                nothing,
                integers,
            } = *more;
            sums.non_null += non_null;
            sums.sum = sums.sum.saturating_add(sum);
            sums.text_bytes += text_bytes;
            sums.not_summed += not_summed;
            sums.open += open;
            sums.nothing += nothing;
            sums.integers += integers;
        }
    }

    /// Takes a rejected row, as the source stored it.
    pub(crate) fn rejected(&mut self, table: &Table, reject: &Reject) {
        self.rejected += 1;
        let untyped = self.untyped;
        for ((sums, value), column) in self
            .columns
            .iter_mut()
            .zip(&reject.values)
            .zip(&table.columns)
        {
            // By the rule by which the source was asked for its figures: what means nothing is in none of them.
            if value.is_listed(&column.reading.nothing) {
                sums.nothing += 1;
                continue;
            }
            sums.open += u64::from(value.is_listed(&column.reading.open));
            sums.non_null += u64::from(!matches!(value, RawValue::Null | RawValue::Unknown));
            match (value, column.value_type) {
                (RawValue::Int(number), ValueType::Text) if column.reading.takes_integers => {
                    sums.integers += 1;
                    sums.text_bytes += number.to_string().len() as u64;
                }
                (RawValue::Int(number), ValueType::Int) => sums.add(i128::from(*number)),
                (RawValue::Null | RawValue::Unknown, _) => {}
                (RawValue::Text(text), ValueType::Decimal { scale, .. }) if untyped => {
                    match summed_text(text, scale) {
                        Some(units) => sums.add(units),
                        None => sums.not_summed += 1,
                    }
                }
                (value, ValueType::Decimal { scale, .. }) => match summed(value, scale) {
                    Some(units) => sums.add(units),
                    None => sums.not_summed += 1,
                },
                (RawValue::Text(text), ValueType::Text) => sums.text_bytes += text.len() as u64,
                (RawValue::TextHex(hex), ValueType::Text) => {
                    sums.text_bytes += hex.len() as u64 / 2
                }
                _ => {}
            }
        }
    }

    /// What an extraction would have written down of these rows.
    #[cfg(test)]
    pub(crate) fn as_the_source_says(&self, column: usize, of: ValueType) -> Option<Total> {
        let sums = &self.columns[column];
        let sum = sums.sum.to_string();
        match Due::of(of) {
            Due::IntSum => Some(Total::IntSum { sum }),
            Due::DecimalSum => Some(Total::DecimalSum {
                sum,
                not_summed: sums.not_summed,
            }),
            Due::TextBytes => Some(Total::TextBytes {
                bytes: sums.text_bytes,
            }),
            Due::Nothing => None,
        }
    }

    /// Against the source's own figures.
    pub(crate) fn check(&self, table: &Table, entry: &StagedTable, findings: &mut Findings) {
        let about = About {
            store: "staging",
            table: Some(&table.id),
        };
        let mut differs = |rule, column: Option<&str>, same: bool| {
            if !same {
                findings.add(
                    Claim::C3,
                    rule,
                    about,
                    column.map_or_else(Place::default, Place::column),
                );
            }
        };
        differs(Rule::StagedRowsDiffer, None, self.rows == entry.rows());
        let rejected = entry.rejects.as_ref().map_or(0, |file| file.rows);
        differs(Rule::RejectedRowsDiffer, None, self.rejected == rejected);
        differs(
            Rule::SourceRowsDiffer,
            None,
            self.rows + self.rejected == entry.source_rows,
        );
        for (sums, column) in self.columns.iter().zip(&table.columns) {
            let name = Some(column.name.as_str());
            let Some(figures) = entry
                .totals
                .iter()
                .find(|total| total.column == column.name)
            else {
                differs(Rule::SourceTotalMissing, name, false);
                continue;
            };
            differs(
                Rule::SourceValuesDiffer,
                name,
                sums.non_null == figures.non_null,
            );
            differs(
                Rule::SourceValuesDiffer,
                name,
                sums.explains(figures, &column.reading, self.rows + self.rejected),
            );
            match (Due::of(column.value_type), &figures.total) {
                (Due::Nothing, None) => {}
                // A sum that nobody makes of such a column was written by somebody else.
                (Due::Nothing, Some(_)) => differs(Rule::SourceTotalDiffers, name, false),
                // No sum, or one of another kind, is no agreement.
                (due, Some(total)) if due.is_met_by(total) => {
                    let same = sums.agree(total) && total.left_out() <= figures.non_null;
                    differs(Rule::SourceTotalDiffers, name, same);
                }
                (Due::IntSum | Due::DecimalSum | Due::TextBytes, _) => {
                    differs(Rule::SourceTotalMissing, name, false);
                }
            }
        }
        // Figures are in column order, and there are none but those of the columns.
        let listed = entry.totals.iter().map(|total| &total.column);
        let same = listed.eq(table.columns.iter().map(|column| &column.name));
        differs(
            Rule::SourceTotalDiffers,
            None,
            same || entry.totals.len() < table.columns.len(),
        );
    }
}

/// The sum that the source makes of a column of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    IntSum,
    DecimalSum,
    TextBytes,
    Nothing,
}

impl Due {
    fn of(value_type: ValueType) -> Self {
        match value_type {
            ValueType::Int => Self::IntSum,
            ValueType::Decimal { scale, .. } if scale <= Total::MOST_SUMMED_SCALE => {
                Self::DecimalSum
            }
            ValueType::Text => Self::TextBytes,
            ValueType::Decimal { .. }
            | ValueType::Real
            | ValueType::Date(_)
            | ValueType::Timestamp
            | ValueType::Bool
            | ValueType::Bytes => Self::Nothing,
        }
    }

    fn is_met_by(self, total: &Total) -> bool {
        let kind = match total {
            Total::IntSum { .. } => Self::IntSum,
            Total::DecimalSum { .. } => Self::DecimalSum,
            Total::TextBytes { .. } => Self::TextBytes,
        };
        self == kind
    }
}

impl ColumnSums {
    fn add(&mut self, number: i128) {
        self.sum = self.sum.saturating_add(number);
    }

    /// Whether so many values can have meant nothing or "no end yet", or been integers. Staging does not say which of its NULLs
    /// were written as nothing, so these are bounds.
    fn explains(&self, figures: &ColumnTotal, reading: &ValueForm, rows: u64) -> bool {
        let nulls = rows.saturating_sub(self.non_null);
        let declared = |count: u64, declared: bool| declared || count == 0;
        declared(figures.nothing, !reading.nothing.is_empty())
            && (self.nothing..=nulls).contains(&figures.nothing)
            && declared(figures.open, !reading.open.is_empty())
            && figures.open <= self.open
            && declared(figures.integers, reading.takes_integers)
            && (self.integers..=self.non_null).contains(&figures.integers)
    }

    fn agree(&self, total: &Total) -> bool {
        match total {
            Total::IntSum { sum } => sum.parse() == Ok(self.sum),
            // Of staged values nobody can tell whether the source summed them. If it left out more than was rejected,
            // some of them are in the sum here and not in its own.
            Total::DecimalSum { sum, not_summed } => match not_summed.cmp(&self.not_summed) {
                Ordering::Equal => sum.parse() == Ok(self.sum),
                Ordering::Greater => true,
                Ordering::Less => false,
            },
            Total::TextBytes { bytes } => self.text_bytes == *bytes,
        }
    }
}

/// A rejected decimal in units of its scale, if the source could sum it.
fn summed(value: &RawValue, scale: u8) -> Option<i128> {
    let unit = 10_i64.checked_pow(u32::from(scale))?;
    let bound = Total::LARGEST_SUMMED / unit;
    match value {
        RawValue::Int(number) => {
            let few = (-bound..=bound).contains(number);
            few.then(|| i128::from(*number) * i128::from(unit))
        }
        RawValue::Real(text) => {
            let number: f64 = text.parse().ok()?;
            let units = (number * unit as f64).round();
            // The source compares in the same way, with the same doubles.
            (number.abs() <= bound as f64 && units / unit as f64 == number).then_some(units as i128)
        }
        RawValue::Decimal(text) => summed_text(text, scale),
        _ => None,
    }
}

/// The same of a text, in a source that knows no types: a plain decimal, not finer than the scale, of at most fifteen digits in its units.
fn summed_text(text: &str, scale: u8) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let mut parts = digits.split('.');
    let (whole, fraction) = (parts.next()?, parts.next());
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || !plain(whole) || !fraction.is_none_or(plain) {
        return None;
    }
    let mut units: i128 = 0;
    let mut push = |digit: u8| {
        units = units * 10 + i128::from(digit - b'0');
        (units < Total::LARGEST_SUMMED.into()).then_some(())
    };
    whole.bytes().try_for_each(&mut push)?;
    let mut fraction = fraction.unwrap_or_default().bytes();
    for _ in 0..scale {
        push(fraction.next().unwrap_or(b'0'))?;
    }
    fraction.all(|digit| digit == b'0').then_some(sign * units)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn sums(sum: i128, not_summed: u64) -> ColumnSums {
        ColumnSums {
            sum,
            not_summed,
            ..ColumnSums::default()
        }
    }

    fn by_source(sum: i128, not_summed: u64) -> Total {
        Total::DecimalSum {
            sum: sum.to_string(),
            not_summed,
        }
    }

    #[test]
    fn a_rejected_value_without_a_sum_does_not_hide_a_changed_one() {
        assert!(sums(1234, 1).agree(&by_source(1234, 1)));
        assert!(!sums(1235, 1).agree(&by_source(1234, 1)));
        assert!(!sums(1234, 2).agree(&by_source(1234, 1)));
    }

    #[test]
    fn a_staged_value_without_a_sum_is_no_difference() {
        assert!(sums(1299, 0).agree(&by_source(1234, 1)));
    }

    #[test]
    fn rejected_decimals_sum_as_in_the_source() {
        let real = |text: &str| summed(&RawValue::Real(text.to_owned()), 1);
        assert_eq!(real("12.3"), Some(123));
        assert_eq!(real("-0.1"), Some(-1));
        assert_eq!(real("1e14"), Some(1_000_000_000_000_000));
        for not_summed in ["12.34", "1e15", "inf", "-inf", "0.30000000000000004"] {
            assert_eq!(real(not_summed), None, "{not_summed}");
        }
        assert_eq!(summed(&RawValue::Int(-7), 2), Some(-700));
        assert_eq!(summed(&RawValue::Int(i64::MIN), 2), None);
        assert_eq!(summed(&RawValue::Text("7".to_owned()), 2), None);
        assert_eq!(summed(&RawValue::Int(1), 20), None);
    }
}
