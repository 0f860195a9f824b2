//! Human decisions beside the rows of a table (docs/rules.md, section 4): found by the row's key as ordered bytes.
//! A decision that meets no row, or a row that the rules decide, is kept to be refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray, new_null_array,
};
use arrow_row::{RowConverter, Rows};
use arrow_schema::{ArrowError, DataType};
use bunri_catalogue::{Ownership, Table};
use bunri_columnar::{ColumnarError, key_converter};
use bunri_decisions::{Decision, Decisions, KeyPart, not_staged, not_undecided};
use bunri_types::ValueType;

use crate::verdict::{OTHER, OWN, UNDECIDED, ownership};

/// A line of the file of decisions, and what is wrong with it.
pub(crate) type Refusal = (usize, String);

/// The decisions on one table while its rows go by in key order.
pub(crate) struct Decided<'a> {
    table: &'a Table,
    decisions: &'a [Decision],
    /// The table's key as ordered bytes, and the decisions' keys; [`None`] without decisions.
    keys: Option<(RowConverter, Rows)>,
    /// The first decision whose row was not seen yet.
    next: usize,
    /// The decisions that met a row of the current batch, in the order of rows.
    met: Vec<&'a Decision>,
    refused: Vec<Refusal>,
}

impl<'a> Decided<'a> {
    pub(crate) fn new(
        table: &'a Table,
        position: usize,
        decisions: &'a Decisions,
    ) -> Result<Self, ColumnarError> {
        let decisions = decisions.of(position);
        let mut keys = None;
        if !decisions.is_empty() {
            let converter = key_converter(table, &table.key)?;
            let rows = encoded(table, &converter, decisions);
            keys = Some((converter, rows.map_err(ColumnarError::arrow(&table.id))?));
        }
        Ok(Self {
            table,
            decisions,
            keys,
            next: 0,
            met: Vec::new(),
            refused: Vec::new(),
        })
    }

    /// The rows of the next batch that a person decided, each with the person's verdict.
    pub(crate) fn of(
        &mut self,
        batch: &RecordBatch,
    ) -> Result<BTreeMap<usize, i64>, ColumnarError> {
        let mut found = BTreeMap::new();
        self.met.clear();
        let Some((converter, keys)) = &self.keys else {
            return Ok(found);
        };
        let columns: Vec<ArrayRef> = self
            .table
            .key
            .iter()
            .map(|&column| batch.column(column).clone())
            .collect();
        let rows = converter
            .convert_columns(&columns)
            .map_err(ColumnarError::arrow(&self.table.id))?;
        let Some(last) = rows.num_rows().checked_sub(1) else {
            return Ok(found);
        };
        while self.next < self.decisions.len() && keys.row(self.next) <= rows.row(last) {
            let decision = &self.decisions[self.next];
            if let Some(row) = bisect(&rows, keys.row(self.next)) {
                found.insert(row, verdict(decision.ownership));
                self.met.push(decision);
            } else {
                self.refused.push((decision.line, not_staged(self.table)));
            }
            self.next += 1;
        }
        Ok(found)
    }

    /// What the rules say of the rows that [`Decided::of`] found, in the order of rows.
    pub(crate) fn ruled(&mut self, ruled: &BTreeMap<usize, i64>) {
        for (decision, &verdict) in self.met.iter().zip(ruled.values()) {
            if verdict < UNDECIDED {
                let message = not_undecided(self.table, ownership(verdict));
                self.refused.push((decision.line, message));
            }
        }
    }

    /// After the last row: everything that decides nothing.
    pub(crate) fn finish(mut self) -> Vec<Refusal> {
        let left = self.decisions[self.next..].iter();
        self.refused
            .extend(left.map(|decision| (decision.line, not_staged(self.table))));
        self.refused
    }
}

fn verdict(decided: Ownership) -> i64 {
    match decided {
        Ownership::Own => OWN,
        Ownership::Other => OTHER,
        // The reader of the file admits neither; the stricter one stands.
        Ownership::Undecided | Ownership::Reference => OTHER,
    }
}

fn bisect(rows: &Rows, wanted: arrow_row::Row<'_>) -> Option<usize> {
    let (mut low, mut high) = (0, rows.num_rows());
    while low < high {
        let middle = low.midpoint(high);
        if rows.row(middle) < wanted {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    (low < rows.num_rows() && rows.row(low) == wanted).then_some(low)
}

/// The keys of the decisions as the converter of the table's key makes them.
fn encoded(
    table: &Table,
    converter: &RowConverter,
    decisions: &[Decision],
) -> Result<Rows, ArrowError> {
    let columns: Vec<ArrayRef> = table
        .key
        .iter()
        .enumerate()
        .map(|(part, &column)| {
            let parts: Vec<&KeyPart> = decisions.iter().map(|one| &one.key[part]).collect();
            column_of(&parts, table.columns[column].value_type)
        })
        .collect::<Result<_, _>>()?;
    converter.convert_columns(&columns)
}

/// A column of key parts; the reader of the file has made every part of its column's type.
fn column_of(parts: &[&KeyPart], value_type: ValueType) -> Result<ArrayRef, ArrowError> {
    macro_rules! values {
        ($array:ty, $kind:ident, $value:expr) => {
            parts
                .iter()
                .map(|part| match part {
                    KeyPart::$kind(value) => Some($value(value)),
                    _ => None,
                })
                .collect::<$array>()
        };
    }
    Ok(match value_type {
        ValueType::Text => Arc::new(values!(StringArray, Text, String::as_str)),
        ValueType::Int => Arc::new(values!(Int64Array, Int, |value: &i64| *value)),
        ValueType::Decimal { precision, scale } => {
            let unscaled = values!(Decimal128Array, Decimal, |value: &i128| *value);
            Arc::new(unscaled.with_precision_and_scale(precision, scale.cast_signed())?)
        }
        // No key is a real, and no decision names one.
        ValueType::Real => new_null_array(&DataType::Float64, parts.len()),
        ValueType::Date(_) => Arc::new(values!(Date32Array, Day, |value: &i32| *value)),
        ValueType::Timestamp => {
            Arc::new(values!(TimestampMicrosecondArray, Moment, |value: &i64| {
                *value
            }))
        }
        ValueType::Bool => Arc::new(values!(BooleanArray, Bool, |value: &bool| *value)),
        ValueType::Bytes => Arc::new(values!(BinaryArray, Bytes, Vec::as_slice)),
    })
}
