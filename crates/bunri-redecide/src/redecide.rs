//! The plain evaluator on a staging alone, without any store beside it: what every store must hold, as digests under a
//! key of the caller's, and row by row what is withheld. `bunri prove` asks it whether two stagings grant the same.

use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::RecordBatch;
use bunri_catalogue::{Catalogue, Ownership, Store, Table};
use bunri_columnar::{CustodyLayout, Observer, Staging, create_folder};
use bunri_decisions::Decisions;
use bunri_fingerprint::{ElementHasher, Fingerprint, FingerprintKey, Region};
use bunri_job::RekeySecrets;
use bunri_types::Day;

use crate::RedecideError;
use crate::decide::{Decided, DecidedUnit, Decider};
use crate::expected::{Expected, belongs};
use crate::index::fold::Scratch;
use crate::index::{Indexes, ledger};
use crate::layout::Layout;
use crate::rekey::RekeyKeys;
use crate::rows::View;

/// What decides, and where staging lies.
#[derive(Debug, Clone, Copy)]
pub struct RedecideInputs<'a> {
    /// The classification that decides.
    pub catalogue: &'a Catalogue,
    /// The custody folder: staging and rejects.
    pub custody: &'a Path,
    /// The day of the cutover.
    pub cutover: Day,
    /// What people decided about rows that the rules leave undecided.
    pub decisions: &'a Decisions,
    /// Under which retail's keys are hashed.
    pub secrets: &'a RekeySecrets,
}

/// What the names of temporary folders begin with. Verification removes what a killed run left under this name.
const TEMPORARY: &str = "verify-";

/// Sorts that can be under way at one time.
const SORTS_AT_ONCE: u64 = 12;

/// Of every table of every store, an order-free sum over the rows that must be there with the cells that they must
/// have, and their count. Equal digests under one key: the same rows with the same cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExpectedDigests {
    by_table: BTreeMap<(Store, String), Fingerprint>,
    unused: BTreeMap<String, u64>,
}

impl ExpectedDigests {
    /// The tables of a store whose expected content differs between two stagings of one catalogue, by id.
    #[must_use]
    pub fn differences<'a>(&'a self, other: &'a Self, store: Store) -> Vec<&'a str> {
        let of_store = |(at, _): &(&'a (Store, String), &Fingerprint)| at.0 == store;
        let differs =
            |(at, sum): &(&'a (Store, String), &Fingerprint)| other.by_table.get(*at) != Some(sum);
        self.by_table
            .iter()
            .filter(of_store)
            .filter(differs)
            .map(|((_, id), _)| id.as_str())
            .collect()
    }

    /// Tables with decisions of people that decide nothing, by id: no splitter takes such a staging.
    #[must_use]
    pub fn unused_decisions(&self) -> Vec<&str> {
        let some = self.unused.iter().filter(|(_, count)| **count > 0);
        some.map(|(id, _)| id.as_str()).collect()
    }

    /// Rows that a store must hold of a table.
    #[must_use]
    pub fn rows(&self, store: Store, table: &str) -> u64 {
        self.by_table
            .get(&(store, table.to_owned()))
            .map_or(0, Fingerprint::count)
    }
}

/// A batch of staged rows with the evaluator's decisions.
pub struct DecidedRows<'a> {
    table: usize,
    decided: &'a Decided,
    layouts: &'a [Layout<'a>],
}

impl DecidedRows<'_> {
    /// Position of the table in the catalogue.
    #[must_use]
    pub fn table(&self) -> usize {
        self.table
    }

    /// The staged rows, every catalogue column.
    #[must_use]
    pub fn batch(&self) -> &RecordBatch {
        &self.decided.batch
    }

    /// The number of the first row in staging, from 0.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.decided.first
    }

    /// Whose row it is.
    #[must_use]
    pub fn ownership(&self, row: usize) -> Ownership {
        self.decided.verdicts[row].ownership()
    }

    /// Whether a store must hold the row.
    #[must_use]
    pub fn holds_row(&self, store: Store, row: usize) -> bool {
        self.layout(store)
            .is_some_and(|layout| belongs(layout, self.decided, row))
    }

    /// Whether a store must hold this cell, in a row that it must hold.
    #[must_use]
    pub fn holds_cell(&self, store: Store, row: usize, column: usize) -> bool {
        let class = self.decided.classes[column].class(row);
        self.layout(store).is_some_and(|layout| {
            layout.columns.contains(&column)
                && layout.granted(self.ownership(row), class)
                && belongs(layout, self.decided, row)
        })
    }

    fn layout(&self, store: Store) -> Option<&Layout<'_>> {
        self.layouts.iter().find(|layout| layout.store == store)
    }
}

/// Decides the staging below `inputs.custody`; `visit` sees every batch, parents before their children. No store is
/// read, and nothing is written but temporary files. `memory` is what sorts may use together, in bytes, about.
///
/// # Errors
/// When staging cannot be read or decided, or the observer asked to stop.
pub fn redecide(
    inputs: &RedecideInputs<'_>,
    memory: u64,
    key: &FingerprintKey,
    observer: &dyn Observer,
    visit: &mut dyn FnMut(&DecidedRows<'_>),
) -> Result<ExpectedDigests, RedecideError> {
    let staging = Staging::open(inputs.custody, inputs.catalogue)?;
    let temporary = temporary_folder(inputs.custody)?;
    let scratch = Scratch {
        folder: temporary.path().to_path_buf(),
        budget: usize::try_from(memory / SORTS_AT_ONCE).unwrap_or(usize::MAX),
    };
    let terms = ledger::terms(inputs.catalogue, &staging, inputs.cutover)?;
    let mut indexes = Indexes::of_ledgers(inputs.catalogue, &staging, &terms, &scratch)?;
    let rekeys = RekeyKeys::new(inputs.secrets);
    let mut digests = ExpectedDigests::default();
    for position in inputs.catalogue.parents_first() {
        let table = &inputs.catalogue.tables[position];
        let layouts = layouts(table, &rekeys)?;
        let mut sums: Vec<Sum> = layouts.iter().map(|layout| Sum::new(layout, key)).collect();
        let mut decider = Decider::new(
            inputs.catalogue,
            position,
            &staging,
            (&terms, inputs.decisions),
            &indexes,
            &scratch,
        )?;
        while let Some(decided) = decider.next()? {
            if observer.cancelled() {
                return Err(RedecideError::Interrupted);
            }
            for (layout, sum) in layouts.iter().zip(&mut sums) {
                sum.add(layout, &decided)?;
            }
            visit(&DecidedRows {
                table: position,
                decided: &decided,
                layouts: &layouts,
            });
        }
        let closed = DecidedUnit::join(
            vec![decider.finish()?],
            (inputs.catalogue, position),
            inputs.decisions,
            &mut indexes,
            &scratch,
        )?;
        let unused = closed.unused.len() as u64;
        digests.unused.insert(table.id.clone(), unused);
        for (layout, sum) in layouts.iter().zip(sums) {
            let at = (layout.store, table.id.clone());
            digests.by_table.insert(at, sum.total);
        }
    }
    Ok(digests)
}

/// [`redecide`] for the digests alone.
///
/// # Errors
/// As [`redecide`].
pub fn expected_digests(
    inputs: &RedecideInputs<'_>,
    memory: u64,
    key: &FingerprintKey,
    observer: &dyn Observer,
) -> Result<ExpectedDigests, RedecideError> {
    redecide(inputs, memory, key, observer, &mut |_| {})
}

/// A folder for what is under way, in custody; it vanishes with what is given, and verification removes what a killed run left.
///
/// # Errors
/// When the file system refuses.
pub fn temporary_folder(custody: &Path) -> Result<tempfile::TempDir, RedecideError> {
    let folder = CustodyLayout::new(custody).temporary();
    create_folder(&folder)?;
    tempfile::Builder::new()
        .prefix(TEMPORARY)
        .tempdir_in(&folder)
        .map_err(RedecideError::io("create a folder in", &folder))
}

fn layouts<'a>(table: &'a Table, rekeys: &RekeyKeys) -> Result<Vec<Layout<'a>>, RedecideError> {
    Store::ALL
        .into_iter()
        .filter_map(|store| Layout::new(table, store))
        .map(|layout| layout.keyed(rekeys))
        .collect()
}

/// One table of one store.
struct Sum {
    hasher: ElementHasher,
    total: Fingerprint,
}

impl Sum {
    fn new(layout: &Layout<'_>, key: &FingerprintKey) -> Self {
        Self {
            // Whole rows, whatever the regions of their cells: a row that stays the same may change its region.
            hasher: ElementHasher::new(&Region::new(
                key,
                [&layout.table.id, layout.store.word(), "row"],
                layout.table.columns.iter().map(|column| &*column.name),
            )),
            total: Fingerprint::default(),
        }
    }

    fn add(&mut self, layout: &Layout<'_>, decided: &Decided) -> Result<(), RedecideError> {
        let expected = Expected::of(layout, decided)?;
        let view = View::of(&expected.rows)?;
        for row in 0..expected.rows.num_rows() {
            let key = layout.key.iter().map(|&at| view.cells[at].value(row));
            let places = layout.columns.iter().zip(&view.cells);
            let cells = places.map(|(&place, cells)| (place, cells.value(row)));
            self.total.add(&self.hasher.element(key, cells));
        }
        Ok(())
    }
}
