//! From verdicts to the rows and cells of each store: which variants bring a row, which of its cells, and the
//! batch that remains. Every column is classified once; batches stream through without branching.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, StringArray, new_null_array};
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::filter::filter_record_batch;
use arrow_select::nullif::nullif;
use bunri_catalogue::{Class, Ownership, Store, Table, granted, store_columns};
use bunri_columnar::store_schema;
use bunri_vectorized::{Decisions, Variant, waiting_word};

use crate::SplitError;
use crate::rekey::{Rekey, Rekeys};

/// Which cells of which variant one store takes of one table.
pub(crate) struct StorePlan {
    pub(crate) store: Store,
    pub(crate) schema: SchemaRef,
    columns: Vec<usize>,
    /// For each of the store's columns the hash that takes its values' place.
    rekeys: Vec<Option<Rekey>>,
}

/// What a variant brings to a store.
struct Brought {
    row: RowIs,
    /// One flag for each of the store's columns.
    cells: Vec<bool>,
    /// Positions, among the table's columns, of the cells that it takes.
    taken: Vec<usize>,
    /// Those of them that are `hold`.
    held: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowIs {
    There,
    Absent,
    /// There if a cell that the store takes is not NULL.
    ThereIfFilled,
}

impl StorePlan {
    /// [`None`] when the table brings the store nothing.
    pub(crate) fn new(
        table: &Table,
        store: Store,
        rekeys: &Rekeys,
    ) -> Result<Option<Self>, SplitError> {
        let columns = store_columns(table, store);
        let schema = store_schema(table, store);
        let rekey = |&column: &usize| match &table.columns[column].rekey {
            Some(name) if store == Store::Retail => {
                let missing = || SplitError::NoSecret {
                    table: table.id.clone(),
                    name: name.clone(),
                };
                rekeys.get(name).ok_or_else(missing).map(Some)
            }
            _ => Ok(None),
        };
        let rekeys = columns.iter().map(rekey).collect::<Result<_, _>>()?;
        Ok((!columns.is_empty()).then_some(Self {
            store,
            schema,
            columns,
            rekeys,
        }))
    }

    /// The key's columns among the store's.
    pub(crate) fn key(&self, table: &Table) -> Vec<usize> {
        let place = |key: &usize| self.columns.iter().position(|column| column == key);
        table.key.iter().filter_map(place).collect()
    }

    /// Whether a key column is stored as a hash, so that rows come in another order than in staging.
    pub(crate) fn reorders(&self, table: &Table) -> bool {
        self.key(table)
            .iter()
            .any(|&column| self.rekeys[column].is_some())
    }

    fn brought(&self, table: &Table, variant: &Variant) -> Brought {
        let classes = variant.classes(table);
        let grants = |column: usize| {
            granted(
                self.store,
                variant.ownership,
                classes[column],
                table.any_retailer_on_other_rows,
            )
        };
        let some = (0..table.columns.len()).any(grants);
        let keyed = table.key.iter().all(|&column| grants(column));
        let row = match self.store {
            _ if !some => RowIs::Absent,
            Store::Quarantine if variant.ownership != Ownership::Undecided => RowIs::ThereIfFilled,
            Store::Quarantine => RowIs::There,
            Store::Retail | Store::Transmission if keyed => RowIs::There,
            Store::Retail | Store::Transmission => RowIs::Absent,
        };
        let is_key = |column: usize| self.store == Store::Quarantine && table.key.contains(&column);
        let cells = self
            .columns
            .iter()
            .map(|&column| grants(column) || is_key(column))
            .collect();
        let taken: Vec<usize> = (0..table.columns.len()).filter(|&c| grants(c)).collect();
        let held = taken.iter().copied().filter(|&c| classes[c] == Class::Hold);
        Brought {
            row,
            cells,
            held: held.collect(),
            taken,
        }
    }

    /// The store's rows of a staging batch, in the same order.
    pub(crate) fn rows(
        &self,
        table: &Table,
        batch: &RecordBatch,
        decisions: &Decisions,
    ) -> Result<RecordBatch, ArrowError> {
        let of_variant: Vec<Brought> = decisions
            .variants
            .iter()
            .map(|variant| self.brought(table, variant))
            .collect();
        let of_row = |row: usize| &of_variant[decisions.numbers[row]];
        let keep: BooleanArray = (0..batch.num_rows())
            .map(|row| Some(is_there(of_row(row), batch, row)))
            .collect();
        let kept_rows: Vec<usize> = (0..batch.num_rows())
            .filter(|&row| keep.value(row))
            .collect();
        let brought: Vec<&Brought> = kept_rows.iter().map(|&row| of_row(row)).collect();
        let kept = filter_record_batch(&batch.project(&self.columns)?, &keep)?;
        let mut columns: Vec<ArrayRef> = kept
            .columns()
            .iter()
            .enumerate()
            .map(|(position, column)| {
                let cells = withhold(column, position, &brought)?;
                Ok(match &self.rekeys[position] {
                    Some(rekey) => Arc::new(rekey.column(&cells)),
                    None => cells,
                })
            })
            .collect::<Result<_, ArrowError>>()?;
        if self.store == Store::Quarantine {
            let reasons = kept_rows.iter().map(|&row| {
                let held = filled(&of_row(row).held, batch, row);
                Some(waiting_word(decisions.verdicts[row], held))
            });
            columns.push(Arc::new(reasons.collect::<StringArray>()));
        }
        RecordBatch::try_new(self.schema.clone(), columns)
    }
}

fn is_there(brought: &Brought, batch: &RecordBatch, row: usize) -> bool {
    match brought.row {
        RowIs::There => true,
        RowIs::Absent => false,
        RowIs::ThereIfFilled => filled(&brought.taken, batch, row),
    }
}

/// Whether one of these cells of the row is not NULL.
fn filled(columns: &[usize], batch: &RecordBatch, row: usize) -> bool {
    let mut columns = columns.iter();
    columns.any(|&column| batch.column(column).is_valid(row))
}

/// The column with NULL where the row's variant does not bring the cell.
fn withhold(
    column: &ArrayRef,
    position: usize,
    brought: &[&Brought],
) -> Result<ArrayRef, ArrowError> {
    if brought.iter().all(|brought| brought.cells[position]) {
        return Ok(column.clone());
    }
    if brought.iter().all(|brought| !brought.cells[position]) {
        return Ok(new_null_array(column.data_type(), column.len()));
    }
    let withheld: BooleanArray = brought
        .iter()
        .map(|brought| Some(!brought.cells[position]))
        .collect();
    // The bytes of withheld values stay behind in the array, but the writer copies valid values only.
    nullif(column, &withheld)
}
