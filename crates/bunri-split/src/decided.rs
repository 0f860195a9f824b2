//! Human decisions beside the rows of a table (docs/rules.md, section 4): found by the row's key as ordered bytes.
//! A decision that meets a row that the rules decide is kept to be refused, and so is one that meets no row of any unit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray, new_null_array,
};
use arrow_row::{RowConverter, Rows};
use arrow_schema::{ArrowError, DataType};
use bunri_catalogue::{Catalogue, Ownership, Table, is_retailers_own};
use bunri_columnar::{ColumnarError, key_converter, partition_point};
use bunri_decisions::{Decision, Decisions, KeyPart, not_staged, not_undecided};
use bunri_types::ValueType;
use bunri_vectorized::{OTHER, OWN, UNDECIDED, ownership};

/// A line of the file of decisions, and what is wrong with it.
pub(crate) type Refusal = (usize, String);

/// The decisions on one table while its rows go by in key order.
pub(crate) struct Decided<'a> {
    table: &'a Table,
    decisions: &'a [Decision],
    /// Whether own may be said of a row that the rules call another's.
    overrules_other: bool,
    /// The table's key as ordered bytes, and the decisions' keys; [`None`] without decisions.
    keys: Option<(RowConverter, Rows)>,
    /// The first decision whose row may be to come; none before the first row.
    next: Option<usize>,
    /// The decisions that met a row of the current batch, in the order of rows.
    current: Vec<usize>,
    /// Those that met a row of any batch.
    met: Vec<usize>,
    refused: Vec<Refusal>,
}

impl<'a> Decided<'a> {
    pub(crate) fn new(
        (catalogue, position): (&'a Catalogue, usize),
        decisions: &'a Decisions,
    ) -> Result<Self, ColumnarError> {
        let table = &catalogue.tables[position];
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
            overrules_other: is_retailers_own(catalogue, position),
            keys,
            next: None,
            current: Vec::new(),
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
        self.current.clear();
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
        // Decisions about rows before these belong to other units.
        let next = self.next.unwrap_or_else(|| first_from(keys, rows.row(0)));
        let end = (next..self.decisions.len())
            .find(|&number| keys.row(number) > rows.row(last))
            .unwrap_or(self.decisions.len());
        for number in next..end {
            if let Some(row) = bisect(&rows, keys.row(number)) {
                found.insert(row, verdict(self.decisions[number].ownership));
                self.current.push(number);
            }
        }
        self.next = Some(end);
        self.met.extend(&self.current);
        Ok(found)
    }

    /// What the rules say of the rows that [`Decided::of`] found, in the order of rows.
    pub(crate) fn ruled(&mut self, ruled: &BTreeMap<usize, i64>) {
        for (&number, &verdict) in self.current.iter().zip(ruled.values()) {
            let own = self.decisions[number].ownership == Ownership::Own;
            let overruled = self.overrules_other && own && verdict == OTHER;
            if verdict < UNDECIDED && !overruled {
                let message = not_undecided(self.table, ownership(verdict));
                self.refused.push((self.decisions[number].line, message));
            }
        }
    }

    /// After the last row: the numbers of the decisions that met a row, and what is wrong with some of these.
    pub(crate) fn finish(self) -> (Vec<usize>, Vec<Refusal>) {
        (self.met, self.refused)
    }
}

/// The decisions on a table that met none of its rows.
pub(crate) fn met_nothing(
    table: &Table,
    decisions: &[Decision],
    met: &BTreeSet<usize>,
) -> Vec<Refusal> {
    let missed = decisions
        .iter()
        .enumerate()
        .filter(|(number, _)| !met.contains(number));
    missed
        .map(|(_, decision)| (decision.line, not_staged(table)))
        .collect()
}

fn verdict(decided: Ownership) -> i64 {
    match decided {
        Ownership::Own => OWN,
        Ownership::Other => OTHER,
        // The reader of the file admits neither; the stricter one stands.
        Ownership::Undecided | Ownership::Reference => OTHER,
    }
}

/// The first row that does not come before the wanted one.
fn first_from(rows: &Rows, wanted: arrow_row::Row<'_>) -> usize {
    partition_point(0..rows.num_rows(), |row| rows.row(row) < wanted)
}

fn bisect(rows: &Rows, wanted: arrow_row::Row<'_>) -> Option<usize> {
    let row = first_from(rows, wanted);
    (row < rows.num_rows() && rows.row(row) == wanted).then_some(row)
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
