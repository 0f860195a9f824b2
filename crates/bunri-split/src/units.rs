//! A table as its units: each is decided by itself, on whatever thread or machine, and what a table has once is put together from them.
//! What a unit gives its table does not depend on which was first: rows go to the stores in the order of units
//! ([`ReorderBuffer`]), verdicts for children are sorted, figures are summed.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::RecordBatch;
use bunri_catalogue::{Store, Table};
use bunri_columnar::{Event, KeyRanges, StagedRows, Staging, usual_unit_rows};
use bunri_index::{Heirs, ParentFiles};
use bunri_manifest::FileEntry;
use bunri_work::{Fork, ForkJoin, ReorderBuffer};

use crate::SplitError;
use crate::cells::StorePlan;
use crate::decided::{Refusal, met_nothing};
use crate::errors::{TaskError, stop_if_cancelled};
use crate::rekey::Rekeys;
use crate::stats::TableStats;
use crate::store_files::{StoreFiles, Target};
use crate::task::{TableTask, TaskWriter, UnitExecutor};
use crate::unit::{UnitContext, UnitLeft, UnitSink};

/// What every table's split shares.
pub(crate) struct Shared<'a> {
    pub(crate) staging: &'a Staging,
    pub(crate) unit: UnitContext<'a>,
    pub(crate) rekeys: &'a Rekeys,
    /// Rows of a unit, if it is not what suits the table.
    pub(crate) unit_rows: Option<u64>,
    /// Bytes of one store's rows that may wait for the units before theirs.
    pub(crate) room: usize,
    /// Who does the units, and what writes them down for them; [`None`]: this process.
    pub(crate) elsewhere: Option<(&'a dyn UnitExecutor, TaskWriter<'a>)>,
}

impl Shared<'_> {
    /// Rows of a unit of this table. Any number gives the same stores.
    fn unit_rows(&self, table: &Table) -> u64 {
        self.unit_rows.unwrap_or_else(|| usual_unit_rows(table))
    }
}

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
    work: ForkJoin<TableWork<'a>, Gathered>,
}

/// What units have left so far.
#[derive(Default)]
struct Gathered {
    stats: TableStats,
    /// The decisions that met a row.
    met: BTreeSet<usize>,
    refused: Vec<Refusal>,
}

/// What all units of a table share.
struct TableWork<'a> {
    /// What became of the parents.
    parents: ParentFiles,
    /// What children will ask.
    heirs: Heirs,
    /// Of each store that gets rows.
    plans: Vec<StorePlan>,
    /// The rows of each of them.
    outputs: Vec<ReorderBuffer<StoreFiles>>,
    elsewhere: Option<(&'a dyn UnitExecutor, TableTask)>,
}

impl<'a> TableUnits<'a> {
    pub(crate) fn new(
        shared: &'a Shared<'a>,
        position: usize,
        ranges: KeyRanges,
        targets: Vec<Target<'a>>,
    ) -> Result<Self, SplitError> {
        let table = &shared.unit.lookups.catalogue.tables[position];
        let units = shared
            .staging
            .table(table)?
            .units(shared.unit_rows(table))?;
        Ok(Self {
            shared,
            position,
            work: ForkJoin::new(units.len(), Gathered::default()),
            units,
            ranges,
            targets,
        })
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    pub(crate) fn table(&self) -> &'a Table {
        &self.shared.unit.lookups.catalogue.tables[self.position]
    }

    /// How many units there are. They are to be begun in their order.
    pub(crate) fn count(&self) -> usize {
        self.units.len()
    }

    /// Does a unit. The last one to end gives what the table came to.
    pub(crate) fn split(&self, unit: usize) -> Result<Option<Done>, SplitError> {
        Ok(self.work.run(self, unit)?)
    }
}

impl<'a> Fork<TableWork<'a>, Gathered> for TableUnits<'a> {
    type Left = UnitLeft;
    type Joined = Done;
    type Error = SplitError;

    fn begin(&self) -> Result<TableWork<'a>, SplitError> {
        // Parents that were stopped have left nothing that could be asked.
        let (shared, table) = (self.shared, self.table());
        let lookups = &shared.unit.lookups;
        stop_if_cancelled(lookups.observer)?;
        if !self.targets.is_empty() {
            lookups.observer.event(Event::Table { id: &table.id });
        }
        let (mut plans, mut outputs) = (Vec::new(), Vec::new());
        for target in &self.targets {
            let Some(plan) = StorePlan::new(table, target.store, shared.rekeys)? else {
                continue;
            };
            let files = StoreFiles::open(table, &plan, target, &self.ranges, lookups.spill)?;
            plans.push(plan);
            outputs.push(ReorderBuffer::new(files, shared.room));
        }
        let mut elsewhere = None;
        if let Some((executor, writer)) = &shared.elsewhere {
            let stores = plans.iter().map(|plan| plan.store);
            elsewhere = Some((*executor, writer.table(lookups, table, stores)?));
        }
        Ok(TableWork {
            parents: lookups.parents(table)?,
            heirs: lookups.heirs(self.position, shared.staging)?,
            plans,
            outputs,
            elsewhere,
        })
    }

    /// Decides the rows of a unit, or has it done, and hands them on.
    fn task(&self, work: &TableWork<'a>, unit: usize) -> Result<UnitLeft, SplitError> {
        stop_if_cancelled(self.shared.unit.lookups.observer)?;
        let rows = &self.units[unit];
        let mut sink = TableSink {
            table: self,
            work,
            unit,
        };
        let left = match &work.elsewhere {
            None => {
                let beside = (&work.parents, work.plans.as_slice());
                let unit = &self.shared.unit;
                unit.decide(self.position, rows, beside, &mut sink)?
            }
            Some((executor, task)) => {
                let left = executor.execute(&task.of(rows), &mut sink)?;
                self.refuse_other_results(rows, &left)?;
                left
            }
        };
        for output in &work.outputs {
            output.end(unit)?;
        }
        Ok(left)
    }

    fn give_up(&self, work: &TableWork<'a>, unit: usize) {
        work.outputs.iter().for_each(|output| output.give_up(unit));
    }

    fn gather(&self, gathered: &mut Gathered, _: usize, left: UnitLeft) {
        let UnitLeft {
            stats,
            met,
            refused,
        } = left;
        gathered.stats.add(stats);
        gathered.met.extend(met);
        gathered.refused.extend(refused);
    }

    fn join(&self, work: TableWork<'a>, gathered: Gathered) -> Result<Done, SplitError> {
        let Gathered {
            mut stats,
            met,
            mut refused,
        } = gathered;
        let decisions = self.shared.unit.decisions.of(self.position);
        refused.extend(met_nothing(self.table(), decisions, &met));
        work.heirs.finish()?;
        let mut files = BTreeMap::new();
        for (plan, rows) in work.plans.iter().zip(work.outputs) {
            let store = plan.store.word().to_owned();
            let entries = rows
                .into_taker()?
                .commit(self.shared.unit.lookups.observer)?;
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

impl TableUnits<'_> {
    fn results(&self, what: &'static str) -> SplitError {
        let table = self.table().id.clone();
        TaskError::Results { table, what }.into()
    }

    /// What another process left must be of these rows, as far as that can be seen without deciding them: verification does that.
    fn refuse_other_results(&self, rows: &StagedRows, left: &UnitLeft) -> Result<(), SplitError> {
        let UnitLeft {
            stats,
            met,
            refused: _,
        } = left;
        let of_ownerships = stats.ownership_rows.values();
        let of_ownerships = of_ownerships.fold(0, |sum: u64, rows| sum.saturating_add(*rows));
        if stats.staging_rows != rows.rows() || of_ownerships != rows.rows() {
            return Err(self.results("it is of another number of rows"));
        }
        if !stats.store_rows.is_empty() {
            return Err(self.results("it counts the rows of stores"));
        }
        let decisions = self.shared.unit.decisions.of(self.position).len();
        if met.iter().any(|&number| number >= decisions) {
            return Err(self.results("it met a decision that nobody made"));
        }
        Ok(())
    }
}

/// Hands what becomes of a unit's rows to the stores and to the table's children.
struct TableSink<'t, 'a> {
    table: &'t TableUnits<'a>,
    work: &'t TableWork<'a>,
    unit: usize,
}

impl UnitSink for TableSink<'_, '_> {
    fn rows(&mut self, store: Store, rows: RecordBatch) -> Result<(), SplitError> {
        let TableWork { plans, outputs, .. } = self.work;
        let mut to_stores = plans.iter().zip(outputs);
        let found = to_stores.find(|(plan, _)| plan.store == store);
        let Some((plan, output)) = found else {
            return Err(self.table.results("it has rows for a store that gets none"));
        };
        if rows.schema() != plan.schema {
            return Err(self.table.results("its columns are not those of the store"));
        }
        let bytes = rows.get_array_memory_size();
        Ok(output.push(self.unit, rows, bytes)?)
    }

    fn heirs(&mut self, lines: &[RecordBatch]) -> Result<(), SplitError> {
        Ok(self.work.heirs.push(lines)?)
    }

    fn decided(&mut self, rows: u64) {
        if !self.table.targets.is_empty() {
            let observer = self.table.shared.unit.lookups.observer;
            observer.event(Event::Rows { rows });
        }
    }
}
