//! A table as its units: each is decided by itself, on whatever thread, and what a table has once is put together from them. What
//! a unit gives its table does not depend on which was first: rows go to the stores in the order of units
//! ([`ReorderBuffer`]), verdicts for children are sorted, figures are summed.

use std::collections::{BTreeMap, BTreeSet};

use bunri_catalogue::Table;
use bunri_columnar::{ColumnarError, Event, KeyRanges, StagedRows};
use bunri_index::PASS_ROWS;
use bunri_manifest::FileEntry;
use bunri_work::{Fork, ForkJoin, ReorderBuffer};

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
        &self.shared.lookups.catalogue.tables[self.position]
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
    type Left = (TableStats, Told);
    type Joined = Done;
    type Error = SplitError;

    fn begin(&self) -> Result<TableWork<'a>, SplitError> {
        // Parents that were stopped have left nothing that could be asked.
        stop_if_cancelled(self.shared.lookups.observer)?;
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
    fn task(&self, work: &TableWork<'a>, unit: usize) -> Result<Self::Left, SplitError> {
        stop_if_cancelled(self.shared.lookups.observer)?;
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

    fn give_up(&self, work: &TableWork<'a>, unit: usize) {
        let outputs = work.outputs.iter();
        outputs.for_each(|output| output.rows.give_up(unit));
    }

    fn gather(&self, gathered: &mut Gathered, _: usize, (stats, told): Self::Left) {
        gathered.stats.add(stats);
        gathered.met.extend(told.0);
        gathered.refused.extend(told.1);
    }

    fn join(&self, work: TableWork<'a>, gathered: Gathered) -> Result<Done, SplitError> {
        let Gathered {
            mut stats,
            met,
            mut refused,
        } = gathered;
        let decisions = self.shared.decisions.of(self.position);
        refused.extend(met_nothing(self.table(), decisions, &met));
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

/// The decisions that met a row of a unit, and those of them that decide nothing.
type Told = (Vec<usize>, Vec<Refusal>);
