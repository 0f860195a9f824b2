//! The source's own figures: SQLite counts and sums, not our reader, so that a row that the reader lost is
//! missed. Sums are exact: they run over two halves of each integer, which no number of rows can overflow.

use bunri_catalogue::{Column, Table, ValueType};
use bunri_manifest::{ColumnTotal, Total};
use rusqlite::Row;

use super::{Reader, sql};
use crate::ExtractError;
use crate::source::{Figures, ObjectKind};

/// SQLite holds at most 2000 result columns; a column takes at most four.
const COLUMNS_AT_ONCE: usize = 400;

impl Reader {
    /// SQLite's counts and sums, from the table itself.
    pub(in crate::source) fn figures(
        &self,
        table: &Table,
        kind: ObjectKind,
    ) -> Result<Figures, ExtractError> {
        let mut figures = Figures {
            rows: 0,
            totals: Vec::with_capacity(table.columns.len()),
        };
        for columns in table.columns.chunks(COLUMNS_AT_ONCE) {
            let wrap = self.error(&format!("count table \"{}\"", table.name));
            let terms: Vec<String> = columns.iter().flat_map(terms).collect();
            let sql = format!(
                "SELECT COUNT(*), {} {}",
                terms.join(", "),
                sql::from(table, kind)
            );
            let mut statement = self.connection.prepare(&sql).map_err(&wrap)?;
            let asked = statement.query_row([], |row| {
                figures.rows = row.get::<_, i64>(0)?.unsigned_abs();
                let mut next = 1;
                for column in columns {
                    figures.totals.push(total(row, column, &mut next)?);
                }
                Ok(())
            });
            asked.map_err(&wrap)?;
        }
        Ok(figures)
    }

    /// `COUNT(*)` alone.
    pub(in crate::source) fn count(
        &self,
        table: &Table,
        kind: ObjectKind,
    ) -> Result<u64, ExtractError> {
        let sql = format!("SELECT COUNT(*) {}", sql::from(table, kind));
        let counted = self
            .connection
            .query_row(&sql, [], |row| row.get::<_, i64>(0).map(i64::unsigned_abs));
        counted.map_err(self.error(&format!("count table \"{}\"", table.name)))
    }
}

fn terms(column: &Column) -> Vec<String> {
    let q = sql::column(column);
    let mut terms = vec![format!("COUNT({q})")];
    match column.value_type {
        ValueType::Int => {
            terms.extend(halves(&format!(
                "CASE typeof({q}) WHEN 'integer' THEN {q} END"
            )));
        }
        ValueType::Decimal { scale, .. } if scale <= Total::MOST_SUMMED_SCALE => {
            let summed = summed(&q, scale);
            terms.push(format!("COUNT({q}) - COUNT({summed})"));
            terms.extend(halves(&summed));
        }
        ValueType::Text => {
            terms.push(format!(
                "SUM(CASE typeof({q}) WHEN 'text' THEN octet_length({q}) END)"
            ));
        }
        // Beyond the scale that SQLite can sum exactly, and where nothing can be summed, they are counted only.
        ValueType::Decimal { .. }
        | ValueType::Date(_)
        | ValueType::Timestamp
        | ValueType::Bool
        | ValueType::Bytes => {}
    }
    terms
}

/// `v = (v >> 32) × 2^32 + (v & (2^32 − 1))`, below zero too.
fn halves(value: &str) -> [String; 2] {
    [
        format!("SUM(({value}) >> 32)"),
        format!("SUM(({value}) & 4294967295)"),
    ]
}

/// A value in units of the scale, if it can be summed exactly: no text, no bytes, not too large, not finer than the scale.
fn summed(q: &str, scale: u8) -> String {
    let unit = 10_i64.pow(u32::from(scale));
    let bound = Total::LARGEST_SUMMED / unit;
    format!(
        "CASE typeof({q}) \
         WHEN 'integer' THEN CASE WHEN {q} BETWEEN -{bound} AND {bound} THEN {q} * {unit} END \
         WHEN 'real' THEN CASE WHEN {q} BETWEEN -{bound}.0 AND {bound}.0 AND ROUND({q} * {unit}.0) / {unit}.0 = {q} \
         THEN CAST(ROUND({q} * {unit}.0) AS INTEGER) END END"
    )
}

fn total(row: &Row<'_>, column: &Column, next: &mut usize) -> rusqlite::Result<ColumnTotal> {
    let mut take = || {
        *next += 1;
        // A sum over no values is NULL.
        row.get::<_, Option<i64>>(*next - 1)
            .map(|figure| figure.unwrap_or(0))
    };
    let non_null = take()?.unsigned_abs();
    let total = match column.value_type {
        ValueType::Int => Some(Total::IntSum {
            sum: joined(take()?, take()?),
        }),
        ValueType::Decimal { scale, .. } if scale <= Total::MOST_SUMMED_SCALE => {
            let not_summed = take()?.unsigned_abs();
            let sum = joined(take()?, take()?);
            Some(Total::DecimalSum { sum, not_summed })
        }
        ValueType::Text => Some(Total::TextBytes {
            bytes: take()?.unsigned_abs(),
        }),
        ValueType::Decimal { .. }
        | ValueType::Date(_)
        | ValueType::Timestamp
        | ValueType::Bool
        | ValueType::Bytes => None,
    };
    Ok(ColumnTotal {
        column: column.name.clone(),
        non_null,
        total,
    })
}

fn joined(high: i64, low: i64) -> String {
    ((i128::from(high) << 32) + i128::from(low)).to_string()
}
