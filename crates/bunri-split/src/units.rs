//! A table as its units: each is decided by itself, on whatever thread, and what a table has once is put together from them. What
//! a unit gives its table does not depend on which was first: rows go to the stores in the order of units
//! ([`ReorderBuffer`]), verdicts for children are sorted, figures are summed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use bunri_catalogue::Table;
use bunri_columnar::{ColumnarError, Event, KeyRanges, StagedRows};
use bunri_index::PASS_ROWS;
use bunri_manifest::FileEntry;
use bunri_work::ReorderBuffer;

use crate::SplitError;
use crate::cells::StorePlan;
use crate::decided::{Refusal, met_nothing};
use crate::errors::stop_if_cancelled;
use crate::store_files::{StoreFiles, Target};
use crate::table::{Kin, Shared, TableStats, UnitDecider};

/// What a table's split leaves.
pub(crate) struct Done {
    pub(crate) stats: TableStats,
    /// By store.
    pub(crate) files: BTreeMap<String, Vec<FileEntry>>,
    /// Decisions that decide nothing.
    pub(crate) refused: Vec<Refusal>,
}

/// One table at work. Without targets its rows are decided only: for its children, and to look at decisions.
pub(crate) struct TableUnits<'a> {
    shared: &'a Shared<'a>,
    position: usize,
    units: Vec<StagedRows>,
    ranges: KeyRanges,
    targets: Vec<Target<'a>>,
    gathered: Mutex<Gathered<'a>>,
}

/// What units have left so far.
struct Gathered<'a> {
    once: Once<'a>,
    stats: TableStats,
    /// The decisions that met a row.
    met: BTreeSet<usize>,
    refused: Vec<Refusal>,
    /// Units that are not at their end.
    left: usize,
}

/// What a table has once, made by the first of its units.
enum Once<'a> {
    NotYet,
    Made(Arc<TableWork<'a>>),
    /// It could not be made, or is finished.
    Gone,
}

/// What all units of a table share.
struct TableWork<'a> {
    kin: Kin<'a>,
    outputs: Vec<Output>,
}

/// The rows of one store.
struct Output {
    plan: StorePlan,
    rows: ReorderBuffer<StoreFiles>,
}

impl<'a> TableUnits<'a> {
    pub(crate) fn new(
        shared: &'a Shared<'a>,
        position: usize,
        ranges: KeyRanges,
        targets: Vec<Target<'a>>,
    ) -> Result<Self, SplitError> {
        let table = &shared.lookups.catalogue.tables[position];
        let units = shared
            .staging
            .table(table)?
            .units(shared.unit_rows(table))?;
        let gathered = Gathered {
            once: Once::NotYet,
            stats: TableStats::default(),
            met: BTreeSet::new(),
            refused: Vec::new(),
            left: units.len(),
        };
        Ok(Self {
            shared,
            position,
            units,
            ranges,
            targets,
            gathered: Mutex::new(gathered),
        })
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    pub(crate) fn table(&self) -> &'a Table {
        &self.shared.lookups.catalogue.tables[self.position]
    }

    /// How many units there are. They are to be begun in their order.
    pub(crate) fn count(&self) -> usize {
        self.units.len()
    }

    /// Does a unit. The last one to end gives what the table came to.
    pub(crate) fn split(&self, unit: usize) -> Result<Option<Done>, SplitError> {
        stop_if_cancelled(self.shared.lookups.observer)?;
        let work = self.work()?;
        // Also when it fails or panics: nobody may wait for it.
        let mut ending = Ending {
            work: &work,
            unit,
            is_whole: false,
        };
        let (stats, told) = self.decide(&work, unit)?;
        ending.is_whole = true;
        drop(ending);
        drop(work);
        let mut gathered = held(&self.gathered)?;
        gathered.stats.add(stats);
        gathered.met.extend(told.0);
        gathered.refused.extend(told.1);
        gathered.left -= 1;
        if gathered.left > 0 {
            return Ok(None);
        }
        let Once::Made(work) = std::mem::replace(&mut gathered.once, Once::Gone) else {
            return Err(SplitError::LockPoisoned);
        };
        let (stats, met) = (
            std::mem::take(&mut gathered.stats),
            std::mem::take(&mut gathered.met),
        );
        let mut refused = std::mem::take(&mut gathered.refused);
        drop(gathered);
        let decisions = self.shared.decisions.of(self.position);
        refused.extend(met_nothing(self.table(), decisions, &met));
        // Nobody else has it: the other units are at their ends.
        let work = Arc::into_inner(work).ok_or(SplitError::LockPoisoned)?;
        self.finish(work, stats, refused).map(Some)
    }

    /// What the table has once.
    fn work(&self) -> Result<Arc<TableWork<'a>>, SplitError> {
        let mut gathered = held(&self.gathered)?;
        match &gathered.once {
            Once::Made(work) => Ok(Arc::clone(work)),
            Once::Gone => Err(SplitError::Interrupted),
            Once::NotYet => {
                // If it cannot be made, no other unit tries.
                gathered.once = Once::Gone;
                let work = Arc::new(self.begin()?);
                gathered.once = Once::Made(Arc::clone(&work));
                Ok(work)
            }
        }
    }

    fn begin(&self) -> Result<TableWork<'a>, SplitError> {
        let (shared, table) = (self.shared, self.table());
        if !self.targets.is_empty() {
            shared
                .lookups
                .observer
                .event(Event::Table { id: &table.id });
        }
        let kin = Kin {
            parents: shared.lookups.parents(table)?,
            heirs: shared.lookups.heirs(self.position, shared.staging)?,
        };
        let output = |target: &Target<'_>| {
            let Some(plan) = StorePlan::new(table, target.store, shared.rekeys)? else {
                return Ok(None);
            };
            let files = StoreFiles::open(table, &plan, target, &self.ranges, shared.lookups.spill)?;
            let rows = ReorderBuffer::new(files, shared.room);
            Ok(Some(Output { plan, rows }))
        };
        let outputs = self.targets.iter();
        let outputs = outputs.filter_map(|target| output(target).transpose());
        Ok(TableWork {
            kin,
            outputs: outputs.collect::<Result<_, SplitError>>()?,
        })
    }

    /// Decides the rows of a unit and hands them on.
    fn decide(&self, work: &TableWork<'a>, unit: usize) -> Result<(TableStats, Told), SplitError> {
        let (shared, table, rows) = (self.shared, self.table(), &self.units[unit]);
        let mut decider = UnitDecider::prepare(shared, self.position, rows, &work.kin)?;
        let mut stats = TableStats::default();
        for batch in rows.all(PASS_ROWS)? {
            stop_if_cancelled(shared.lookups.observer)?;
            let batch = batch?;
            let decisions = decider.decide(&batch)?;
            stats.count(table, &decisions);
            for output in &work.outputs {
                let rows = output.plan.rows(table, &batch, &decisions);
                let rows = rows.map_err(ColumnarError::arrow(&table.id))?;
                let bytes = rows.get_array_memory_size();
                output.rows.push(unit, rows, bytes)?;
            }
            if !self.targets.is_empty() {
                shared.lookups.observer.event(Event::Rows {
                    rows: batch.num_rows() as u64,
                });
            }
        }
        for output in &work.outputs {
            output.rows.end(unit)?;
        }
        Ok((stats, decider.finish()))
    }

    fn finish(
        &self,
        work: TableWork<'a>,
        mut stats: TableStats,
        refused: Vec<Refusal>,
    ) -> Result<Done, SplitError> {
        work.kin.heirs.finish()?;
        let mut files = BTreeMap::new();
        for Output { plan, rows } in work.outputs {
            let store = plan.store.word().to_owned();
            let entries = rows.into_taker()?.commit(self.shared.lookups.observer)?;
            let count = entries.iter().map(|file| file.rows).sum();
            stats.store_rows.insert(store.clone(), count);
            files.insert(store, entries);
        }
        Ok(Done {
            stats,
            files,
            refused,
        })
    }
}

/// What a lock guards, unless a thread panicked while it held it.
fn held<T>(lock: &Mutex<T>) -> Result<MutexGuard<'_, T>, SplitError> {
    lock.lock().map_err(|_| SplitError::LockPoisoned)
}

/// The decisions that met a row of a unit, and those of them that decide nothing.
type Told = (Vec<usize>, Vec<Refusal>);

/// Says, when it is dropped, that a unit is not whole.
struct Ending<'w, 'a> {
    work: &'w TableWork<'a>,
    unit: usize,
    is_whole: bool,
}

impl Drop for Ending<'_, '_> {
    fn drop(&mut self) {
        if !self.is_whole {
            let outputs = self.work.outputs.iter();
            outputs.for_each(|output| output.rows.give_up(self.unit));
        }
    }
}
