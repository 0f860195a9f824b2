//! Conditions held against the columns of a table, and then against its rows.

use std::collections::BTreeSet;

use arrow_array::{
    Array, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use bunri_manifest::TableEntry;
use bunri_types::{Day, parse_day};

use crate::condition::{Condition, Literal};
use crate::errors::{SelectionError, downcast};

const DAY_MICROS: i64 = 86_400_000_000;

/// Conditions that fit the columns of a table.
#[derive(Debug)]
pub struct Filter(Vec<(usize, Test)>);

#[derive(Debug)]
enum Test {
    Text(BTreeSet<String>),
    Int(BTreeSet<i64>),
    Decimal(BTreeSet<i128>),
    Bool(BTreeSet<bool>),
    Days(BTreeSet<Day>),
    /// First and last day.
    DayRange(Day, Day),
    /// First microsecond, and the first behind.
    MomentRange(i64, i64),
}

impl Filter {
    /// Holds conditions against a table.
    ///
    /// # Errors
    /// [`SelectionError::Unanswerable`]: every condition on a column that the store does not hold, or of values that the column's type
    /// does not have.
    pub fn new(table: &TableEntry, conditions: &[Condition]) -> Result<Self, SelectionError> {
        let (mut tests, mut refusals) = (Vec::new(), Vec::new());
        for condition in conditions {
            let place = table
                .columns
                .iter()
                .position(|column| column.name == condition.column);
            let test = place
                .ok_or_else(|| {
                    format!(
                        "table `{}` of this store holds no column `{}`",
                        table.id,
                        condition.column.escape_debug()
                    )
                })
                .and_then(|place| Ok((place, test(condition, &table.columns[place].value_type)?)));
            match test {
                Ok(test) => tests.push(test),
                Err(message) => refusals.push(message),
            }
        }
        if refusals.is_empty() {
            Ok(Self(tests))
        } else {
            Err(SelectionError::Unanswerable(refusals))
        }
    }

    /// The columns that it reads, by their places in the table.
    pub fn columns(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|(column, _)| *column)
    }

    /// Which rows of a batch meet every condition; `read` are the places in the table of the batch's columns, ascending.
    ///
    /// # Errors
    /// When the batch is not of the table.
    pub fn mask(
        &self,
        batch: &RecordBatch,
        read: &[usize],
    ) -> Result<BooleanArray, SelectionError> {
        let mut met = vec![true; batch.num_rows()];
        for (column, test) in &self.0 {
            let place = read
                .binary_search(column)
                .map_err(|_| SelectionError::Batch)?;
            test.narrow(batch.column(place).as_ref(), &mut met)?;
        }
        Ok(met.into())
    }
}

fn test(condition: &Condition, value_type: &str) -> Result<Test, String> {
    let column = condition.column.escape_debug();
    let Some(values) = &condition.one_of else {
        return range(condition, value_type);
    };
    let wanted = |what: &str| {
        format!("column `{column}` is of the type {value_type}: its values are written as {what}")
    };
    match value_type {
        "text" => all(values, |it| match it {
            Literal::Text(text) => Some(text.clone()),
            Literal::Bool(_) | Literal::Int(_) => None,
        })
        .map(Test::Text)
        .ok_or_else(|| wanted("texts, in quotes")),
        "int" => all(values, |it| match it {
            Literal::Int(number) => Some(*number),
            Literal::Bool(_) | Literal::Text(_) => None,
        })
        .map(Test::Int)
        .ok_or_else(|| wanted("whole numbers, without quotes")),
        "bool" => all(values, |it| match it {
            Literal::Bool(truth) => Some(*truth),
            Literal::Int(_) | Literal::Text(_) => None,
        })
        .map(Test::Bool)
        .ok_or_else(|| wanted("true or false")),
        "date" => all(values, |it| match it {
            Literal::Text(text) => parse_day(text),
            Literal::Bool(_) | Literal::Int(_) => None,
        })
        .map(Test::Days)
        .ok_or_else(|| wanted("days such as \"2026-04-01\"")),
        "timestamp" => Err(format!(
            "column `{column}` is of the type timestamp: ask for it by days, with `from` and `until`"
        )),
        _ => match scale(value_type) {
            Some(scale) => all(values, |it| match it {
                Literal::Text(text) => unscaled(text, scale),
                Literal::Int(number) => unscaled(&number.to_string(), scale),
                Literal::Bool(_) => None,
            })
            .map(Test::Decimal)
            .ok_or_else(|| wanted("numbers in quotes, of no more digits behind the point")),
            None => Err(format!(
                "column `{column}` is of the type {value_type}, of which no condition can be asked"
            )),
        },
    }
}

fn all<T: Ord>(values: &[Literal], one: impl Fn(&Literal) -> Option<T>) -> Option<BTreeSet<T>> {
    values.iter().map(one).collect()
}

fn range(condition: &Condition, value_type: &str) -> Result<Test, String> {
    let column = condition.column.escape_debug();
    let day = |text: &Option<String>, open: Day| match text {
        None => Ok(open),
        Some(text) => parse_day(text).ok_or_else(|| format!("a day of column `{column}` is none")),
    };
    let (from, until) = (
        day(&condition.from, Day::MIN)?,
        day(&condition.until, Day::MAX)?,
    );
    match value_type {
        "date" => Ok(Test::DayRange(from, until)),
        "timestamp" => {
            let begin = i64::from(from).saturating_mul(DAY_MICROS);
            let end = (i64::from(until) + 1).saturating_mul(DAY_MICROS);
            Ok(Test::MomentRange(begin, end))
        }
        _ => Err(format!(
            "column `{column}` is of the type {value_type}: `from` and `until` are of dates and timestamps"
        )),
    }
}

/// The digits behind the point of `decimal(p,s)`.
fn scale(value_type: &str) -> Option<usize> {
    let inside = value_type.strip_prefix("decimal(")?.strip_suffix(')')?;
    inside.split_once(',')?.1.trim().parse().ok()
}

/// A decimal as a whole number of its smallest parts, if it has no more digits than that.
fn unscaled(text: &str, scale: usize) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) || fraction.len() > scale {
        return None;
    }
    let number: i128 = format!("{whole}{fraction:0<scale$}").parse().ok()?;
    Some(sign * number)
}

impl Test {
    fn narrow(&self, column: &dyn Array, met: &mut [bool]) -> Result<(), SelectionError> {
        match self {
            Test::Text(these) => {
                let cells = downcast::<StringArray>(column)?;
                each(cells, met, |row| these.contains(cells.value(row)));
            }
            Test::Int(these) => {
                let cells = downcast::<Int64Array>(column)?;
                each(cells, met, |row| these.contains(&cells.value(row)));
            }
            Test::Decimal(these) => {
                let cells = downcast::<Decimal128Array>(column)?;
                each(cells, met, |row| these.contains(&cells.value(row)));
            }
            Test::Bool(these) => {
                let cells = downcast::<BooleanArray>(column)?;
                each(cells, met, |row| these.contains(&cells.value(row)));
            }
            Test::Days(these) => {
                let cells = downcast::<Date32Array>(column)?;
                each(cells, met, |row| these.contains(&cells.value(row)));
            }
            Test::DayRange(from, until) => {
                let cells = downcast::<Date32Array>(column)?;
                each(cells, met, |row| {
                    (*from..=*until).contains(&cells.value(row))
                });
            }
            Test::MomentRange(from, behind) => {
                let cells = downcast::<TimestampMicrosecondArray>(column)?;
                each(cells, met, |row| {
                    (*from..*behind).contains(&cells.value(row))
                });
            }
        }
        Ok(())
    }
}

/// NULL meets nothing.
fn each(cells: &dyn Array, met: &mut [bool], holds: impl Fn(usize) -> bool) {
    for (row, met) in met.iter_mut().enumerate() {
        *met = *met && !cells.is_null(row) && holds(row);
    }
}

#[cfg(test)]
mod tests {
    use super::unscaled;

    #[test]
    fn a_decimal_is_read_exactly_or_not_at_all() {
        assert_eq!(unscaled("12.5", 2), Some(1250));
        assert_eq!(unscaled("-0.05", 2), Some(-5));
        assert_eq!(unscaled("7", 0), Some(7));
        for refused in ["", ".5", "1.234", "1e3", "+1", "１", "--1", "1.2.3"] {
            assert_eq!(unscaled(refused, 2), None, "{refused}");
        }
    }
}
