//! The source's own figures: SQLite counts and sums, not our reader, so that a row that the reader lost is
//! missed. Sums are exact: where one does not fit in 64 bits the table is asked once more, for the sums over two halves of
//! each integer, which no number of rows can overflow.
//!
//! Most of the time goes into the steps that SQLite's interpreter takes for every cell, so a term has as few of them as it
//! can: a storage class is told by comparing where that says the same, because SQLite orders numbers before texts before
//! bytes, and a unary `+` keeps a column's affinity from turning one into another.
//!
//! A value that means nothing by the catalogue is staged as NULL, so the source is asked for its figures by the same rule:
//! such a value is NULL in them, and counted beside them.

use bunri_catalogue::{Column, Table};
use bunri_manifest::{ColumnTotal, Total};
use bunri_types::{ValueForm, ValueType, listed_integer};
use rusqlite::{ErrorCode, Row};

use super::{Reader, sql};
use bunri_source_model::SourceError;
use bunri_source_model::{Figures, ObjectKind};

/// SQLite holds at most 2000 result columns; a column takes at most seven.
const COLUMNS_AT_ONCE: usize = 250;

impl Reader {
    /// SQLite's counts and sums, from the table itself.
    pub(crate) fn figures(&self, table: &Table, kind: ObjectKind) -> Result<Figures, SourceError> {
        let mut figures = Figures {
            rows: 0,
            broken: 0,
            totals: Vec::with_capacity(table.columns.len()),
        };
        for columns in table.columns.chunks(COLUMNS_AT_ONCE) {
            let wrap = self.error(&format!("count table \"{}\"", table.name));
            let whole = self.ask(table, kind, columns, Sums::Whole);
            let asked = match whole {
                // A sum that does not fit is an error of this kind, and so is what no other way of asking mends.
                Err(failed) if failed.sqlite_error_code() == Some(ErrorCode::Unknown) => {
                    self.ask(table, kind, columns, Sums::Halves)
                }
                asked => asked,
            };
            let (rows, totals) = asked.map_err(&wrap)?;
            figures.rows = rows;
            figures.totals.extend(totals);
        }
        Ok(figures)
    }

    /// The number of rows, and the totals of these columns.
    fn ask(
        &self,
        table: &Table,
        kind: ObjectKind,
        columns: &[Column],
        sums: Sums,
    ) -> rusqlite::Result<(u64, Vec<ColumnTotal>)> {
        let terms = columns.iter().flat_map(|column| terms(column, sums));
        let terms: Vec<String> = terms.collect();
        let sql = format!(
            "SELECT COUNT(*), {} {}",
            terms.join(", "),
            sql::from(table, kind)
        );
        let mut statement = self.connection.prepare(&sql)?;
        statement.query_row([], |row| {
            let rows = row.get::<_, i64>(0)?.unsigned_abs();
            let mut next = 1;
            let totals = columns.iter();
            let totals = totals.map(|column| total(row, column, sums, &mut next));
            Ok((rows, totals.collect::<Result<_, _>>()?))
        })
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

/// How integers are summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sums {
    /// In one sum, which SQLite refuses where it does not fit.
    Whole,
    /// In two, of the upper and the lower 32 bits.
    Halves,
}

impl Sums {
    /// `v = (v >> 32) × 2^32 + (v & (2^32 − 1))`, below zero too.
    fn terms(self, value: &str) -> Vec<String> {
        match self {
            Self::Whole => vec![format!("SUM({value})")],
            Self::Halves => vec![
                format!("SUM(({value}) >> 32)"),
                format!("SUM(({value}) & 4294967295)"),
            ],
        }
    }

    fn sum(self, mut take: impl FnMut() -> rusqlite::Result<i64>) -> rusqlite::Result<String> {
        Ok(match self {
            Self::Whole => take()?.to_string(),
            Self::Halves => ((i128::from(take()?) << 32) + i128::from(take()?)).to_string(),
        })
    }
}

fn terms(column: &Column, sums: Sums) -> Vec<String> {
    let stored = sql::column(column);
    let meanings = Meanings::of(column);
    let mut terms = meanings.terms(&stored);
    let q = meanings.without_nothing(&stored);
    terms.push(format!("COUNT({q})"));
    match column.value_type {
        ValueType::Int => {
            terms.extend(sums.terms(&format!("CASE typeof({q}) WHEN 'integer' THEN {q} END")));
        }
        ValueType::Decimal { scale, .. } if scale <= Total::MOST_SUMMED_SCALE => {
            let (can_be, units) = summed(&q, scale);
            terms.push(format!("COUNT(CASE WHEN {can_be} THEN 1 END)"));
            terms.extend(sums.terms(&format!("CASE WHEN {can_be} THEN {units} END")));
        }
        ValueType::Text => {
            terms.push(if column.reading.takes_integers {
                format!(
                    "SUM(CASE typeof({q}) WHEN 'integer' THEN octet_length(CAST({q} AS TEXT)) \
                     WHEN 'text' THEN octet_length({q}) END)"
                )
            } else {
                // A blob without bytes is among them, and adds nothing.
                format!(
                    "SUM(CASE WHEN (+{q}) COLLATE BINARY BETWEEN '' AND x'' THEN octet_length({q}) END)"
                )
            });
        }
        // Beyond the scale that SQLite can sum exactly, and where nothing can be summed, they are counted only.
        ValueType::Decimal { .. }
        | ValueType::Real
        | ValueType::Date(_)
        | ValueType::Timestamp
        | ValueType::Bool
        | ValueType::Bytes => {}
    }
    terms
}

/// What is counted of a column beside its values: those that are not staged as they stand there.
struct Meanings<'a> {
    reading: &'a ValueForm,
}

impl<'a> Meanings<'a> {
    fn of(column: &'a Column) -> Self {
        Self {
            reading: &column.reading,
        }
    }

    /// One term for each of nothing, "no end yet" and integers beside texts, if the column has such.
    fn terms(&self, stored: &str) -> Vec<String> {
        let lists = [&self.reading.nothing, &self.reading.open];
        let listed = lists.into_iter().filter(|values| !values.is_empty());
        let mut terms: Vec<String> = listed
            .map(|values| format!("SUM({})", is_listed(stored, values)))
            .collect();
        if self.reading.takes_integers {
            let nothing = self.without_nothing(stored);
            terms.push(format!("SUM(typeof({nothing}) = 'integer')"));
        }
        terms
    }

    fn without_nothing(&self, stored: &str) -> String {
        if self.reading.nothing.is_empty() {
            return stored.to_owned();
        }
        let nothing = is_listed(stored, &self.reading.nothing);
        format!("(CASE WHEN {nothing} THEN NULL ELSE {stored} END)")
    }

    /// The counts, in the order of the terms.
    fn counted(
        &self,
        mut take: impl FnMut() -> rusqlite::Result<i64>,
    ) -> rusqlite::Result<[u64; 3]> {
        let asked = [
            !self.reading.nothing.is_empty(),
            !self.reading.open.is_empty(),
            self.reading.takes_integers,
        ];
        let mut counts = [0; 3];
        for (count, asked) in counts.iter_mut().zip(asked) {
            if asked {
                *count = take()?.unsigned_abs();
            }
        }
        Ok(counts)
    }
}

/// Whether a value is one of these: as the copiers compare, texts byte for byte and integers by their plain digits. The `+`
/// takes the column's affinity away, which would turn the texts of the list into numbers.
fn is_listed(stored: &str, values: &[String]) -> String {
    let texts: Vec<String> = values.iter().map(|value| sql::literal(value)).collect();
    let numbers: Vec<String> = values
        .iter()
        .filter_map(|value| listed_integer(value))
        .map(|number| number.to_string())
        .collect();
    // Without an affinity no number and no bytes are equal to a text.
    let is_text = format!("(+{stored}) COLLATE BINARY IN ({})", texts.join(", "));
    if numbers.is_empty() {
        return format!("({is_text})");
    }
    // A real that is equal to an integer is not written as one.
    format!(
        "({is_text} OR (+{stored}) IN ({}) AND typeof({stored}) = 'integer')",
        numbers.join(", ")
    )
}

/// Whether a value can be summed exactly (no text, no bytes, not too large, not finer than the scale), and the value in units
/// of the scale. Up to the bound, integers and their products are exact as reals.
fn summed(q: &str, scale: u8) -> (String, String) {
    let unit = 10_i64.pow(u32::from(scale));
    let bound = Total::LARGEST_SUMMED / unit;
    let units = format!("ROUND({q} * {unit}.0)");
    (
        format!("+{q} BETWEEN -{bound} AND {bound} AND {units} / {unit}.0 = {q}"),
        format!("CAST({units} AS INTEGER)"),
    )
}

fn total(
    row: &Row<'_>,
    column: &Column,
    sums: Sums,
    next: &mut usize,
) -> rusqlite::Result<ColumnTotal> {
    let mut take = || {
        *next += 1;
        // A sum over no values is NULL.
        row.get::<_, Option<i64>>(*next - 1)
            .map(|figure| figure.unwrap_or(0))
    };
    let [nothing, open, integers] = Meanings::of(column).counted(&mut take)?;
    let non_null = take()?.unsigned_abs();
    let total = match column.value_type {
        ValueType::Int => Some(Total::IntSum {
            sum: sums.sum(take)?,
        }),
        ValueType::Decimal { scale, .. } if scale <= Total::MOST_SUMMED_SCALE => {
            let not_summed = non_null.saturating_sub(take()?.unsigned_abs());
            let sum = sums.sum(take)?;
            Some(Total::DecimalSum { sum, not_summed })
        }
        ValueType::Text => Some(Total::TextBytes {
            bytes: take()?.unsigned_abs(),
        }),
        ValueType::Decimal { .. }
        | ValueType::Real
        | ValueType::Date(_)
        | ValueType::Timestamp
        | ValueType::Bool
        | ValueType::Bytes => None,
    };
    Ok(ColumnTotal {
        column: column.name.clone(),
        non_null,
        nothing,
        open,
        integers,
        total,
    })
}
