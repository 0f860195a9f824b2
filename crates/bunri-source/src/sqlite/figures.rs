//! The source's own figures: SQLite counts the rows of a table, in a pass of its own, and hands every value to an aggregate function
//! (`bunri_figures`) that counts, sums and measures it. Nothing here is shared with what reads and converts rows, so that a row that
//! the reader lost or a value that it changed is missed. Sums are exact.
//!
//! `COUNT` and `SUM` of SQL would say the same, as the tests do; but SQLite's interpreter takes some ninety steps for them for a row of
//! eight columns, which was a third of extraction's processor time, and ten for one function of all columns.
//!
//! A value that means nothing by the catalogue is staged as NULL, so the figures follow the same rule: such a value is none, and
//! counted beside them.

use std::fmt::Write;

use bunri_catalogue::{Column, Table};
use bunri_manifest::{ColumnTotal, Total};
use bunri_types::{ValueForm, ValueType, listed_integer};
use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::ValueRef;

use super::{Reader, sql};
use bunri_source_model::SourceError;
use bunri_source_model::{Figures, ObjectKind};

/// SQLite passes a function at most 127 arguments.
const COLUMNS_AT_ONCE: usize = 100;

impl Reader {
    /// Counts and sums, from the table itself.
    pub(crate) fn figures(&self, table: &Table, kind: ObjectKind) -> Result<Figures, SourceError> {
        let mut figures = Figures {
            rows: 0,
            broken: 0,
            totals: Vec::with_capacity(table.columns.len()),
        };
        let from = sql::from(table, kind);
        for columns in table.columns.chunks(COLUMNS_AT_ONCE) {
            let stored: Vec<String> = columns.iter().map(sql::column).collect();
            let rules = columns
                .iter()
                .map(|column| Rule::of(column.value_type, &column.reading))
                .collect();
            let asked = ask(&self.connection, &from, &stored, rules);
            let (rows, measured) =
                asked.map_err(self.error(&format!("count table \"{}\"", table.name)))?;
            figures.rows = rows;
            let measured = columns.iter().zip(measured);
            let totals = measured.map(|(column, measured)| measured.total(column));
            figures.totals.extend(totals);
        }
        Ok(figures)
    }

    /// `COUNT(*)` alone.
    pub(crate) fn count(&self, table: &Table, kind: ObjectKind) -> Result<u64, SourceError> {
        let sql = format!("SELECT COUNT(*) {}", sql::from(table, kind));
        let counted = self
            .connection
            .query_row(&sql, [], |row| row.get::<_, i64>(0).map(i64::unsigned_abs));
        counted.map_err(self.error(&format!("count table \"{}\"", table.name)))
    }
}

/// The number of rows, and what is measured of these terms, each by its rule.
fn ask(
    connection: &Connection,
    from: &str,
    terms: &[String],
    rules: Vec<Rule>,
) -> rusqlite::Result<(u64, Vec<Measured>)> {
    connection.create_aggregate_function(
        "bunri_figures",
        -1,
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY,
        AllColumns(rules),
    )?;
    let sql = format!(
        "SELECT COUNT(*), bunri_figures({}) {from}",
        terms.join(", ")
    );
    let (rows, answer): (i64, String) =
        connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut answer = answer.split(' ');
    let measured = terms.iter().map(|_| Measured::read(&mut answer));
    let measured: Option<Vec<Measured>> = measured.collect();
    // The function was written here: it answers so.
    let measured = measured.ok_or(rusqlite::Error::InvalidQuery)?;
    Ok((rows.unsigned_abs(), measured))
}

/// What is asked of a column.
struct Rule {
    nothing: Listed,
    open: Listed,
    takes_integers: bool,
    sum: Sum,
}

/// What is summed.
enum Sum {
    /// Integers.
    Integers,
    /// Numbers, in units of a scale, if they can be summed so exactly: not finer than the unit, and no more than this many.
    Units { in_one: i64, most: i64 },
    /// Bytes of texts.
    Bytes,
    /// Nothing.
    Nothing,
}

impl Sum {
    fn of(value_type: ValueType) -> Self {
        match value_type {
            ValueType::Int => Self::Integers,
            ValueType::Decimal { scale, .. } if scale <= Total::MOST_SUMMED_SCALE => {
                let in_one = 10_i64.pow(u32::from(scale));
                Self::Units {
                    in_one,
                    most: Total::LARGEST_SUMMED / in_one,
                }
            }
            ValueType::Text => Self::Bytes,
            // Beyond the scale that can be summed exactly, and where nothing can be summed, they are counted only.
            ValueType::Decimal { .. }
            | ValueType::Real
            | ValueType::Date(_)
            | ValueType::Timestamp
            | ValueType::Bool
            | ValueType::Bytes => Self::Nothing,
        }
    }
}

/// Values that stand for something. Texts are compared byte for byte, integers by their plain digits; a real that is equal to an
/// integer is not written as one.
struct Listed {
    texts: Vec<Vec<u8>>,
    numbers: Vec<i64>,
}

impl Listed {
    fn of(values: &[String]) -> Self {
        let numbers = values.iter().filter_map(|value| listed_integer(value));
        Self {
            texts: values.iter().map(|value| value.clone().into()).collect(),
            numbers: numbers.collect(),
        }
    }

    fn has(&self, value: ValueRef<'_>) -> bool {
        match value {
            ValueRef::Text(bytes) => self.texts.iter().any(|text| text == bytes),
            ValueRef::Integer(number) => self.numbers.contains(&number),
            ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => false,
        }
    }
}

impl Rule {
    fn of(value_type: ValueType, reading: &ValueForm) -> Self {
        Self {
            nothing: Listed::of(&reading.nothing),
            open: Listed::of(&reading.open),
            takes_integers: reading.takes_integers,
            sum: Sum::of(value_type),
        }
    }

    /// What the value adds to the sum; [`None`] if it cannot be summed.
    fn summand(&self, value: ValueRef<'_>) -> Option<i128> {
        match (&self.sum, value) {
            (Sum::Integers, ValueRef::Integer(number)) => Some(number.into()),
            (Sum::Units { in_one, most }, ValueRef::Integer(number)) => {
                let summed = (-most..=*most).contains(&number);
                summed.then(|| i128::from(number) * i128::from(*in_one))
            }
            (Sum::Units { in_one, most }, ValueRef::Real(number)) => units(number, *in_one, *most),
            (Sum::Bytes, ValueRef::Text(bytes)) => Some(bytes.len() as i128),
            (Sum::Bytes, ValueRef::Integer(number)) if self.takes_integers => {
                let sign = u32::from(number < 0);
                let digits = number
                    .unsigned_abs()
                    .checked_ilog10()
                    .map_or(1, |log| log + 1);
                Some((sign + digits).into())
            }
            _ => None,
        }
    }
}

/// A real in units, of which there are `in_one` in 1, if it is a whole number of them. Up to the bound, whole numbers of units are exact
/// as reals, and so the nearest real of a decimal is told from every other.
fn units(number: f64, in_one: i64, most: i64) -> Option<i128> {
    #[allow(clippy::cast_precision_loss)] // both are below 2^53
    let (in_one, most) = (in_one as f64, most as f64);
    let whole = (number * in_one).round();
    #[allow(clippy::float_cmp)] // exactly
    let is_whole = number.abs() <= most && whole / in_one == number;
    #[allow(clippy::cast_possible_truncation)] // whole, and bounded
    is_whole.then_some(whole as i128)
}

/// What was seen of a column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Measured {
    nothing: u64,
    open: u64,
    integers: u64,
    non_null: u64,
    summed: u64,
    sum: i128,
}

impl Measured {
    #[inline]
    fn take(&mut self, rule: &Rule, value: ValueRef<'_>) {
        self.open += u64::from(rule.open.has(value));
        if rule.nothing.has(value) {
            self.nothing += 1;
            return;
        }
        if value == ValueRef::Null {
            return;
        }
        self.non_null += 1;
        if rule.takes_integers && matches!(value, ValueRef::Integer(_)) {
            self.integers += 1;
        }
        if let Some(summand) = rule.summand(value) {
            self.summed += 1;
            self.sum += summand;
        }
    }

    /// As the function answers.
    fn write(&self, answer: &mut String) {
        let Self {
            nothing,
            open,
            integers,
            non_null,
            summed,
            sum,
        } = self;
        let between = if answer.is_empty() { "" } else { " " };
        // A text takes everything.
        let _ = write!(
            answer,
            "{between}{nothing} {open} {integers} {non_null} {summed} {sum}"
        );
    }

    fn read<'a>(answer: &mut impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut count = || answer.next()?.parse().ok();
        Some(Self {
            nothing: count()?,
            open: count()?,
            integers: count()?,
            non_null: count()?,
            summed: count()?,
            sum: answer.next()?.parse().ok()?,
        })
    }

    fn total(self, column: &Column) -> ColumnTotal {
        let sum = self.sum.to_string();
        let total = match Sum::of(column.value_type) {
            Sum::Integers => Some(Total::IntSum { sum }),
            Sum::Units { .. } => Some(Total::DecimalSum {
                sum,
                not_summed: self.non_null - self.summed,
            }),
            Sum::Bytes => Some(Total::TextBytes {
                bytes: u64::try_from(self.sum).unwrap_or(u64::MAX),
            }),
            Sum::Nothing => None,
        };
        ColumnTotal {
            column: column.name.clone(),
            non_null: self.non_null,
            nothing: self.nothing,
            open: self.open,
            integers: self.integers,
            total,
        }
    }
}

/// The function: of every row it is given the values of all columns.
struct AllColumns(Vec<Rule>);

impl Aggregate<Vec<Measured>, String> for AllColumns {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Vec<Measured>> {
        Ok(vec![Measured::default(); self.0.len()])
    }

    fn step(&self, row: &mut Context<'_>, all: &mut Vec<Measured>) -> rusqlite::Result<()> {
        for (at, (rule, measured)) in self.0.iter().zip(all).enumerate() {
            measured.take(rule, row.get_raw(at));
        }
        Ok(())
    }

    fn finalize(
        &self,
        _: &mut Context<'_>,
        all: Option<Vec<Measured>>,
    ) -> rusqlite::Result<String> {
        // Of no row nothing was begun.
        let all = all.unwrap_or_else(|| vec![Measured::default(); self.0.len()]);
        let mut answer = String::new();
        all.iter().for_each(|measured| measured.write(&mut answer));
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FROM: &str = "FROM main.t AS t NOT INDEXED";
    /// Values of every storage class, at and beyond every bound, by one of the columns' affinities.
    const VALUES: [&str; 34] = [
        "NULL",
        "0",
        "1",
        "-1",
        "7",
        "-0",
        "10",
        "'10'",
        "'010'",
        "' 10'",
        "10.0",
        "1e1",
        "0.1",
        "0.29",
        "-3.7",
        "1.15",
        "1e300",
        "-9e999",
        "9e999",
        "1e15",
        "1e14",
        "100000000000000.1",
        "9223372036854775807",
        "-9223372036854775808",
        "''",
        "'電力'",
        "'a' || char(0) || 'b'",
        "CAST(x'ff80' AS TEXT)",
        "x''",
        "x'00ff'",
        "x'3130'",
        "'9999-12-31'",
        "0.049999999999999996",
        "4503599627370497.5",
    ];

    fn database(affinity: &str) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        let rows: Vec<String> = VALUES.iter().map(|value| format!("({value})")).collect();
        let rows = rows.join(", ");
        // Some twice.
        let sql = format!(
            "CREATE TABLE t (v {affinity}); INSERT INTO t VALUES {rows}, (0.29), ('電力'), (7)"
        );
        connection.execute_batch(&sql).unwrap();
        connection
    }

    /// The same by SQL alone: `COUNT`, `SUM`, `octet_length`. Integers are summed in two halves, which no sum of theirs overflows.
    fn by_sql(connection: &Connection, value_type: ValueType, reading: &ValueForm) -> Measured {
        let number = |term: &str| -> i128 {
            let sql = format!("SELECT {term} {FROM}");
            let number = connection.query_row(&sql, [], |row| row.get::<_, Option<i64>>(0));
            number.unwrap().unwrap_or(0).into()
        };
        let count = |condition: &str| {
            let count = number(&format!("COUNT(CASE WHEN {condition} THEN 1 END)"));
            u64::try_from(count).unwrap()
        };
        let listed = |values: &[String]| {
            let texts: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
            let numbers: Vec<String> = values
                .iter()
                .filter_map(|value| listed_integer(value))
                .map(|number| number.to_string())
                .collect();
            format!(
                "COALESCE(typeof(v) = 'text' AND (+v) COLLATE BINARY IN ({}) OR typeof(v) = 'integer' AND (+v) IN ({}), false)",
                texts.join(", "),
                numbers.join(", ")
            )
        };
        let (nothing, open) = (listed(&reading.nothing), listed(&reading.open));
        let q = format!("(CASE WHEN {nothing} THEN NULL ELSE v END)");
        let integers = count(&format!("typeof({q}) = 'integer'"));
        let (summed, sum) = match value_type {
            ValueType::Int => {
                let half = |half: &str| {
                    number(&format!(
                        "SUM(CASE typeof({q}) WHEN 'integer' THEN {q} {half} END)"
                    ))
                };
                (integers, (half(">> 32") << 32) + half("& 4294967295"))
            }
            ValueType::Decimal { scale, .. } if scale <= Total::MOST_SUMMED_SCALE => {
                let unit = 10_i64.pow(scale.into());
                let bound = Total::LARGEST_SUMMED / unit;
                let summed = format!(
                    "+{q} BETWEEN -{bound} AND {bound} AND ROUND({q} * {unit}.0) / {unit}.0 = {q}"
                );
                let units = format!("CAST(ROUND({q} * {unit}.0) AS INTEGER)");
                let sum = number(&format!("SUM(CASE WHEN {summed} THEN {units} END)"));
                (count(&summed), sum)
            }
            ValueType::Text => {
                let (types, integers) = if reading.takes_integers {
                    ("'text', 'integer'", format!("CAST({q} AS TEXT)"))
                } else {
                    ("'text'", "NULL".to_owned())
                };
                let bytes = number(&format!(
                    "SUM(octet_length(CASE typeof({q}) WHEN 'text' THEN {q} WHEN 'integer' THEN {integers} END))"
                ));
                (count(&format!("typeof({q}) IN ({types})")), bytes)
            }
            _ => (0, 0),
        };
        Measured {
            nothing: count(&nothing),
            open: count(&open),
            integers: if reading.takes_integers { integers } else { 0 },
            non_null: count(&format!("{q} IS NOT NULL")),
            summed,
            sum,
        }
    }

    /// Every type, read in several ways.
    fn all_rules() -> Vec<(ValueType, ValueForm)> {
        let types = [
            ValueType::Int,
            ValueType::Text,
            ValueType::Real,
            ValueType::Timestamp,
            ValueType::Bytes,
        ];
        let decimals = [0, 1, 2, 15, 16].map(|scale| ValueType::Decimal {
            precision: 38,
            scale,
        });
        let reading = |nothing: &[&str], open: &[&str], takes_integers| {
            let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
            let mut reading = ValueForm::default();
            (reading.nothing, reading.open) = (texts(nothing), texts(open));
            reading.takes_integers = takes_integers;
            reading
        };
        let readings = [
            reading(&[], &[], false),
            reading(&["", "10", "0"], &[], false),
            reading(&["-1", "電力"], &["9999-12-31", "7", "-1"], true),
        ];
        let types = types.into_iter().chain(decimals);
        types
            .flat_map(|value_type| readings.clone().map(|reading| (value_type, reading)))
            .collect()
    }

    fn by_function(
        connection: &Connection,
        rules: &[(ValueType, ValueForm)],
    ) -> (u64, Vec<Measured>) {
        let terms = vec!["t.v".to_owned(); rules.len()];
        let rules = rules
            .iter()
            .map(|(value_type, reading)| Rule::of(*value_type, reading));
        ask(connection, FROM, &terms, rules.collect()).unwrap()
    }

    #[test]
    fn the_function_says_what_sql_says() {
        for affinity in ["", "TEXT", "NUMERIC", "INTEGER", "REAL", "BLOB"] {
            let connection = database(affinity);
            let rules = all_rules();
            let (rows, measured) = by_function(&connection, &rules);
            assert_eq!(rows, VALUES.len() as u64 + 3);
            for ((value_type, reading), measured) in rules.iter().zip(measured) {
                let by_sql = by_sql(&connection, *value_type, reading);
                assert_eq!(measured, by_sql, "{affinity} {value_type:?} {reading:?}");
            }
        }
    }

    #[test]
    fn a_table_without_rows_has_no_values() {
        let connection = database("");
        connection.execute_batch("DELETE FROM t").unwrap();
        let (rows, measured) = by_function(&connection, &all_rules());
        assert_eq!(rows, 0);
        assert!(measured.iter().all(|it| *it == Measured::default()));
    }

    #[test]
    fn a_sum_may_be_beyond_64_bits() {
        let connection = database("");
        let sql =
            "DELETE FROM t; INSERT INTO t VALUES (9223372036854775807), (9223372036854775807)";
        connection.execute_batch(sql).unwrap();
        let rules = [(ValueType::Int, ValueForm::default())];
        let (_, measured) = by_function(&connection, &rules);
        assert_eq!(measured[0].sum, 2 * i128::from(i64::MAX));
    }
}
