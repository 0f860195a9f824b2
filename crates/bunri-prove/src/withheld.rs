//! What is withheld from retail, by the plain evaluator: a bit for every cell and row of the staging that is perturbed.

use std::collections::BTreeSet;

use arrow_array::{Array, ArrayRef};
use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder};
use bunri_catalogue::{Catalogue, Compare, KeyThrough, Store, Table};
use bunri_columnar::{Observer, Staging, key_converter};
use bunri_fingerprint::{Cells, FingerprintKey, UnsupportedType};
use bunri_redecide::{DecidedRows, ExpectedDigests, RedecideInputs, redecide};
use bunri_types::Value;

use crate::ProveError;
use crate::donors::{Gathering, Pool};
use crate::draw::Draw;

const BATCH_ROWS: usize = 8192;

/// One table before any perturbation.
#[derive(Debug)]
pub(crate) struct TableBase {
    /// Rows that retail does not have.
    pub(crate) outside: BooleanBuffer,
    /// By column: cells that retail does not have.
    pub(crate) withheld: Vec<BooleanBuffer>,
    /// By column: values to borrow.
    pub(crate) pools: Vec<Pool>,
    /// In tables that name points: rows that retail does not have, of points that were never the incumbent's. However
    /// their periods, days and codes are changed, no rule that asks the ledger can make them own.
    pub(crate) never_own: Option<BooleanBuffer>,
}

impl TableBase {
    /// Rows in staging.
    pub(crate) fn rows(&self) -> usize {
        self.outside.len()
    }
}

/// The staging before any perturbation.
#[derive(Debug)]
pub(crate) struct Base {
    /// By position in the catalogue.
    pub(crate) tables: Vec<TableBase>,
    /// What every store must hold of it.
    pub(crate) digests: ExpectedDigests,
    /// Listed codes of companies that are not the incumbent, as the list writes them.
    pub(crate) other_codes: Vec<String>,
}

impl Base {
    /// Decides the staging below `inputs.custody`.
    pub(crate) fn look(
        inputs: &RedecideInputs<'_>,
        memory: u64,
        key: &FingerprintKey,
        draw: Draw,
        observer: &dyn Observer,
    ) -> Result<Self, ProveError> {
        let catalogue = inputs.catalogue;
        let mut looks: Vec<Look> = catalogue
            .tables
            .iter()
            .map(|table| Look::new(table.columns.len(), draw.of(&table.id)))
            .collect();
        let mut failed = None;
        let digests = redecide(inputs, memory, key, observer, &mut |rows| {
            if let Err(refused) = looks[rows.table()].take(rows) {
                failed = Some(refused);
            }
        })?;
        if let Some(refused) = failed {
            return Err(refused.into());
        }
        let mut tables: Vec<TableBase> = looks.into_iter().map(Look::finish).collect();
        let staging = Staging::open(inputs.custody, catalogue)?;
        let own = own_points(catalogue, &staging)?;
        for (table, base) in catalogue.tables.iter().zip(&mut tables) {
            let Some(key) = &table.ledger_key else {
                continue;
            };
            let own = match &table.through {
                Some(through) => &own_through(catalogue, through, &own, &staging)?,
                None => &own,
            };
            let never: BooleanBuffer = points(table, key, &staging)?
                .map(|point| point.is_none_or(|point| !own.contains(&point)))
                .collect();
            base.never_own = Some(&never & &base.outside);
        }
        Ok(Self {
            tables,
            digests,
            other_codes: other_codes(catalogue, &staging)?,
        })
    }

    /// Rows of customers that retail holds: public code tables prove nothing.
    pub(crate) fn retail_rows(&self, catalogue: &Catalogue) -> u64 {
        let of_customers = catalogue
            .tables
            .iter()
            .filter(|table| table.rows != bunri_catalogue::RowRule::Reference);
        of_customers
            .map(|table| self.digests.rows(Store::Retail, &table.id))
            .sum()
    }
}

/// One table while it is looked at.
struct Look {
    outside: BooleanBufferBuilder,
    withheld: Vec<BooleanBufferBuilder>,
    donors: Gathering,
}

impl Look {
    fn new(columns: usize, draw: Draw) -> Self {
        Self {
            outside: BooleanBufferBuilder::new(0),
            withheld: (0..columns).map(|_| BooleanBufferBuilder::new(0)).collect(),
            donors: Gathering::new(draw),
        }
    }

    fn take(&mut self, rows: &DecidedRows<'_>) -> Result<(), UnsupportedType> {
        let count = rows.batch().num_rows();
        let outside = |row: usize| !rows.holds_row(Store::Retail, row);
        let granted = |row: usize, column: usize| rows.holds_cell(Store::Retail, row, column);
        (0..count).for_each(|row| self.outside.append(outside(row)));
        for (column, bits) in self.withheld.iter_mut().enumerate() {
            (0..count).for_each(|row| bits.append(!granted(row, column)));
        }
        self.donors
            .offer(rows.batch(), rows.first(), outside, granted)
    }

    fn finish(mut self) -> TableBase {
        let columns = self.withheld.len();
        TableBase {
            outside: self.outside.finish(),
            withheld: self
                .withheld
                .iter_mut()
                .map(BooleanBufferBuilder::finish)
                .collect(),
            pools: self.donors.finish(columns),
            never_own: None,
        }
    }
}

/// The points with a ledger row of the incumbent's code, by 64 bits of their key's digest: two that meet there count as
/// the incumbent's, which only leaves them alone.
fn own_points(catalogue: &Catalogue, staging: &Staging) -> Result<BTreeSet<u64>, ProveError> {
    let mut own = BTreeSet::new();
    for part in catalogue.ledger_tables() {
        let table = &catalogue.tables[part.table];
        let mut points = points(table, &part.key, staging)?;
        for batch in staging
            .table(table)?
            .columns(&[part.retailer], BATCH_ROWS)?
        {
            let batch = batch?;
            let codes = Cells::of(batch.column(0).as_ref())?;
            for row in 0..batch.num_rows() {
                let point = points.next().flatten();
                if let Value::Text(code) = codes.value(row)
                    && is_incumbent(catalogue, code)
                {
                    own.extend(point);
                }
            }
        }
    }
    Ok(own)
}

/// The keys through another table that ever belonged to one of these points.
fn own_through(
    catalogue: &Catalogue,
    through: &KeyThrough,
    own: &BTreeSet<u64>,
    staging: &Staging,
) -> Result<BTreeSet<u64>, ProveError> {
    let table = &catalogue.tables[through.table];
    let key = catalogue.point_key(through.table).unwrap_or_default();
    let keys = points(table, &through.references, staging)?;
    let pairs = points(table, key, staging)?.zip(keys);
    let of_own = pairs.filter(|(point, _)| point.is_some_and(|point| own.contains(&point)));
    Ok(of_own.filter_map(|(_, key)| key).collect())
}

/// The point of every row of a table; none where a part of its key is NULL.
fn points(
    table: &Table,
    key: &[usize],
    staging: &Staging,
) -> Result<impl Iterator<Item = Option<u64>> + use<>, ProveError> {
    let read: BTreeSet<usize> = key.iter().copied().collect();
    let read: Vec<usize> = read.into_iter().collect();
    let converter = key_converter(table, key)?;
    let mut points = Vec::new();
    for batch in staging.table(table)?.columns(&read, BATCH_ROWS)? {
        let batch = batch?;
        let position = |column: &usize| read.iter().position(|one| one == column);
        let keys: Vec<ArrayRef> = key
            .iter()
            .filter_map(position)
            .map(|at| batch.column(at).clone())
            .collect();
        let rows = converter
            .convert_columns(&keys)
            .map_err(ProveError::arrow(&table.id))?;
        points.extend((0..batch.num_rows()).map(|row| {
            let whole = keys.iter().all(|column| column.is_valid(row));
            whole.then(|| Draw::new(0).bytes(rows.row(row).data()).number())
        }));
    }
    Ok(points.into_iter())
}

/// Whether a code is the incumbent's, compared in whichever way.
fn is_incumbent(catalogue: &Catalogue, code: &str) -> bool {
    let listed = catalogue.incumbent.iter();
    listed
        .map(|one| one.code.trim())
        .any(|one| one == code.trim())
}

/// Listed companies but the incumbent and the codes of vacancy, as the ledger would compare them.
fn other_codes(catalogue: &Catalogue, staging: &Staging) -> Result<Vec<String>, ProveError> {
    let retailers = &catalogue.retailers;
    let table = staging.table(&catalogue.tables[retailers.table])?;
    let mut codes = BTreeSet::new();
    for batch in table.columns(&[retailers.column], BATCH_ROWS)? {
        let batch = batch?;
        let cells = Cells::of(batch.column(0).as_ref())?;
        for row in 0..batch.num_rows() {
            if let Value::Text(code) = cells.value(row) {
                let vacant = catalogue.vacant.iter().any(|one| one.trim() == code.trim());
                if !vacant && !is_incumbent(catalogue, code) {
                    codes.insert(code.to_owned());
                }
            }
        }
    }
    Ok(codes.into_iter().collect())
}

/// A code as a rule compares it.
pub(crate) fn as_compared(code: &str, compare: Compare) -> &str {
    match compare {
        Compare::Exact => code,
        Compare::Trim => code.trim(),
    }
}
