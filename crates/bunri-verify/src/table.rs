//! One table: its units are decided side by side, each on one thread, which also holds what the stores must have of it against what
//! they have ([`PositionalStore`]). What units leave is put together in their order. Where a store is not as it must
//! be, the table is then gone through once more, whole, for that store alone, and compared by key ([`StoreCheck`]).

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bunri_catalogue::{Catalogue, Store, Table};
use bunri_columnar::{Event, KeyRanges, Observer, STAGING, StagedRows, Staging, usual_unit_rows};
use bunri_compare::{
    CompareError, Costs, ElementMaker, PositionalStore, PositionalUnit, SharedRows, StoreCheck,
    StoreContext, StoreFiles, StoreOutcome, Stretch, Work,
};
use bunri_control::{AskedControl, Compared};
use bunri_decisions::Decisions;
use bunri_evaluator::{Terms, Unused, WhyUnused};
use bunri_fingerprint::FingerprintKey;
use bunri_leak::Vocabulary;
use bunri_redecide::{
    Closed, DecidedUnit, Decider, Indexes, Layout, ReferenceFiles, ReferenceRule, ReferenceTaker,
    RekeyKeys, Scratch, Seen,
};
use bunri_report::{About, Claim, Findings, Place, Rule};
use bunri_types::Day;
use bunri_work::{Fork, ForkJoin};

use crate::days::DayWatch;
use crate::tally::Tally;
use crate::{VerifyError, leak};

/// What every table needs.
pub(crate) struct Run<'a, 'v> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) staging: &'a Staging,
    pub(crate) terms: &'a [Terms],
    pub(crate) decisions: &'a Decisions,
    pub(crate) cutover: Day,
    pub(crate) rekeys: &'a RekeyKeys,
    pub(crate) scratch: &'a Scratch,
    /// Bytes of a table's rows that may wait, while files are made again, for the units before theirs.
    pub(crate) room: usize,
    pub(crate) stores: &'a [StoreFiles; 3],
    pub(crate) key: &'a FingerprintKey,
    /// Rows of a unit, if it is not what suits the table.
    pub(crate) unit_rows: Option<u64>,
    pub(crate) costs: &'a Costs,
    /// Figures of the legacy team.
    pub(crate) controls: &'a [AskedControl],
    /// For C5.
    pub(crate) vocabulary: &'a Mutex<Vocabulary<'v>>,
    /// By table: the number that its first column has there.
    pub(crate) sources: &'a [usize],
    /// What refers to what.
    pub(crate) references: &'a [ReferenceRule],
    /// What decided tables have left of it.
    pub(crate) reference_files: &'a Mutex<ReferenceFiles>,
    /// What decided tables have left for their children.
    pub(crate) indexes: &'a Mutex<Indexes>,
    pub(crate) observer: &'a dyn Observer,
}

/// What became of a table.
pub(crate) struct TableOutcome<'a> {
    pub(crate) findings: Findings,
    pub(crate) stores: Vec<(Store, StoreOutcome)>,
    pub(crate) tally: Tally<'a>,
    /// By the place of the control in the job.
    pub(crate) controls: Vec<(usize, Compared)>,
    pub(crate) seen: Seen,
    /// Rows that people decided own, and other.
    pub(crate) decided: [u64; 2],
    /// By another table: rows of this one that are own, and other, because people decided rows of that one.
    pub(crate) through: BTreeMap<usize, [u64; 2]>,
}

/// One table at work.
pub(crate) struct TableUnits<'r, 'a, 'v> {
    run: &'r Run<'a, 'v>,
    position: usize,
    units: Vec<StagedRows>,
    ranges: KeyRanges,
    layouts: Vec<Layout<'a>>,
    work: ForkJoin<TableWork<'a>, Gathered<'a>>,
}

/// What units have left so far.
struct Gathered<'a> {
    tally: Tally<'a>,
    /// By unit.
    units: BTreeMap<usize, UnitLeft>,
}

/// What all units of a table share.
struct TableWork<'a> {
    elements: ElementMaker<'a>,
    /// Of the parents, which are decided.
    known: Indexes,
    /// By layout.
    stores: Vec<PositionalStore>,
}

/// What a unit leaves beside its counts.
struct UnitLeft {
    decided: DecidedUnit,
    references: ReferenceFiles,
    /// By layout.
    stores: Vec<StoreUnit>,
}

/// What a unit has seen of a store.
enum StoreUnit {
    /// The rows that are there; [`None`]: something is not as it must be.
    ByPosition(Option<Box<Stretch>>),
    /// Of the table's only unit.
    ByKey(Box<StoreOutcome>),
}

impl<'r, 'a, 'v> TableUnits<'r, 'a, 'v> {
    pub(crate) fn new(
        run: &'r Run<'a, 'v>,
        position: usize,
        ranges: KeyRanges,
    ) -> Result<Self, VerifyError> {
        let table = &run.catalogue.tables[position];
        let layouts = Store::ALL.into_iter();
        let layouts = layouts.filter_map(|store| Layout::new(table, store));
        let layouts = layouts.map(|layout| layout.keyed(run.rekeys));
        let layouts: Vec<Layout<'a>> = layouts.collect::<Result<_, _>>()?;
        let rows = run.staging.table(table)?;
        let units = if layouts.iter().any(Layout::reorders) {
            // Nobody knows where in the store a unit's rows stand.
            None
        } else {
            // Where the manifest does not say how many rows there are, C3 says so, and the rows are read as they lie.
            let unit = run.unit_rows.unwrap_or_else(|| usual_unit_rows(table));
            rows.units(unit).ok()
        };
        let units = units.unwrap_or_else(|| vec![rows]);
        let gathered = Gathered {
            tally: run.tally(position),
            units: BTreeMap::new(),
        };
        Ok(Self {
            run,
            position,
            work: ForkJoin::new(units.len(), gathered),
            units,
            ranges,
            layouts,
        })
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    fn table(&self) -> &'a Table {
        &self.run.catalogue.tables[self.position]
    }

    /// How many units there are. They are to be begun in their order.
    pub(crate) fn count(&self) -> usize {
        self.units.len()
    }

    /// Does a unit. The last one to end gives what became of the table.
    pub(crate) fn check(&self, unit: usize) -> Result<Option<TableOutcome<'a>>, VerifyError> {
        Ok(self.work.run(self, unit)?)
    }

    fn stop_if_cancelled(&self) -> Result<(), VerifyError> {
        if self.run.observer.cancelled() {
            Err(VerifyError::Interrupted)
        } else {
            Ok(())
        }
    }

    fn check_of<'w>(
        &'w self,
        work: &'w TableWork<'a>,
        (layout, store): (&'w Layout<'a>, &'w PositionalStore),
        unit: usize,
    ) -> Result<UnitCheck<'w>, CompareError> {
        let context = self.context(layout, &work.elements);
        Ok(match store.unit(layout, context, unit) {
            Some(check) => UnitCheck::ByPosition(Box::new(check)),
            None if self.units.len() == 1 => {
                UnitCheck::ByKey(Box::new(StoreCheck::new(layout, context)?))
            }
            None => UnitCheck::Later,
        })
    }

    fn context<'w>(
        &'w self,
        layout: &Layout<'_>,
        elements: &'w ElementMaker<'w>,
    ) -> StoreContext<'w> {
        StoreContext {
            files: &self.run.stores[layout.store as usize],
            ranges: &self.ranges,
            key: self.run.key,
            elements,
            scratch: self.run.scratch,
            costs: self.run.costs,
            observer: self.run.observer,
            rebuild: layout.store == Store::Retail,
        }
    }

    /// What became of the stores, by what their units have seen.
    fn stores(
        &self,
        (elements, known): (&ElementMaker<'_>, &Indexes),
        stores: Vec<PositionalStore>,
        by_store: Vec<Vec<StoreUnit>>,
    ) -> Result<Vec<(Store, StoreOutcome)>, VerifyError> {
        let mut outcomes = BTreeMap::new();
        let mut differ = Vec::new();
        let stores = self.layouts.iter().zip(stores).zip(by_store);
        for (at, ((layout, store), units)) in stores.enumerate() {
            let context = self.context(layout, elements);
            match together(store, (layout, context), units)? {
                Some(outcome) => _ = outcomes.insert(at, outcome),
                None => differ.push(at),
            }
        }
        let compared = self.by_key(&differ, elements, known)?;
        outcomes.extend(differ.into_iter().zip(compared));
        let words = self.layouts.iter().map(|layout| layout.store);
        Ok(words.zip(outcomes.into_values()).collect())
    }

    /// Decides the table once more, whole, and compares these stores of it by key.
    fn by_key(
        &self,
        stores: &[usize],
        elements: &ElementMaker<'_>,
        known: &Indexes,
    ) -> Result<Vec<StoreOutcome>, VerifyError> {
        if stores.is_empty() {
            return Ok(Vec::new());
        }
        let run = self.run;
        let start = |&at: &usize| {
            let layout = &self.layouts[at];
            StoreCheck::new(layout, self.context(layout, elements))
        };
        let mut checks = stores.iter().map(start).collect::<Result<Vec<_>, _>>()?;
        let mut decider = Decider::new(
            run.catalogue,
            self.position,
            run.staging,
            (run.terms, run.decisions),
            known,
            run.scratch,
        )?;
        while let Some(decided) = run.costs.of(Work::Decide, || decider.next())? {
            self.stop_if_cancelled()?;
            let shared = SharedRows::new(decided);
            for check in &mut checks {
                check.take(&shared)?;
            }
        }
        let outcomes = checks.into_iter().map(StoreCheck::finish);
        Ok(outcomes.collect::<Result<_, _>>()?)
    }
}

impl<'a> Fork<TableWork<'a>, Gathered<'a>> for TableUnits<'_, 'a, '_> {
    type Left = (Tally<'a>, UnitLeft);
    type Joined = TableOutcome<'a>;
    type Error = VerifyError;

    fn begin(&self) -> Result<TableWork<'a>, VerifyError> {
        // Parents that were stopped have left nothing that could be asked.
        self.stop_if_cancelled()?;
        let (run, table) = (self.run, self.table());
        run.observer.event(Event::Table { id: &table.id });
        let elements = ElementMaker::new(table, &self.layouts, run.key);
        let store = |layout: &Layout<'_>| {
            let entered = self.units.len() > 1;
            let context = self.context(layout, &elements);
            PositionalStore::open(layout, context, entered, run.room)
        };
        let stores = self.layouts.iter().map(store);
        let stores = stores.collect::<Result<_, _>>()?;
        Ok(TableWork {
            elements,
            // Other tables leave theirs meanwhile; those that this one refers to have done so.
            known: run.indexes().clone(),
            stores,
        })
    }

    /// Decides the rows of a unit and compares them.
    fn task(&self, work: &TableWork<'a>, unit: usize) -> Result<Self::Left, VerifyError> {
        self.stop_if_cancelled()?;
        let (run, table, rows) = (self.run, self.table(), &self.units[unit]);
        let staged = (run.staging, rows);
        let (mut decider, mut references) = run.costs.of(Work::Decide, || {
            let decider = Decider::of_unit(
                run.catalogue,
                self.position,
                staged,
                (run.terms, run.decisions),
                &work.known,
                run.scratch,
            )?;
            let references = ReferenceTaker::new(
                (run.catalogue, self.position),
                run.references,
                staged,
                &self.layouts,
                run.scratch,
            )?;
            Ok::<_, VerifyError>((decider, references))
        })?;
        let mut tally = run.tally(self.position);
        let stores = self.layouts.iter().zip(&work.stores);
        let checks = stores.map(|(layout, store)| self.check_of(work, (layout, store), unit));
        let mut checks: Vec<UnitCheck<'_>> = checks.collect::<Result<_, _>>()?;
        loop {
            self.stop_if_cancelled()?;
            let decided = run.costs.of(Work::Decide, || {
                let decided = decider.next()?;
                if let Some(decided) = &decided {
                    references.take(decided)?;
                }
                Ok::<_, VerifyError>(decided)
            })?;
            let Some(decided) = decided else { break };
            run.costs
                .of(Work::Compare, || tally.take(table, &decided))?;
            run.costs.of(Work::Search, || {
                leak::take(
                    &mut run.vocabulary(),
                    table,
                    run.sources[self.position],
                    &decided,
                )
            })?;
            let rows = decided.verdicts.len() as u64;
            let shared = SharedRows::new(decided);
            for check in &mut checks {
                check.take(&shared)?;
            }
            run.observer.event(Event::Rows { rows });
        }
        let stores = checks.into_iter().map(UnitCheck::finish);
        let stores = stores.collect::<Result<_, CompareError>>()?;
        let left = run.costs.of(Work::Decide, || {
            Ok::<_, VerifyError>(UnitLeft {
                decided: decider.finish()?,
                references: references.finish()?,
                stores,
            })
        })?;
        Ok((tally, left))
    }

    fn give_up(&self, work: &TableWork<'a>, unit: usize) {
        work.stores.iter().for_each(|store| store.give_up(unit));
    }

    fn gather(&self, gathered: &mut Gathered<'a>, unit: usize, (tally, left): Self::Left) {
        gathered.tally.add(tally);
        gathered.units.insert(unit, left);
    }

    fn join(
        &self,
        work: TableWork<'a>,
        gathered: Gathered<'a>,
    ) -> Result<TableOutcome<'a>, VerifyError> {
        let (run, table) = (self.run, self.table());
        let mut findings = Findings::default();
        let (mut decided, mut references) = (Vec::new(), Vec::new());
        let mut by_store: Vec<Vec<StoreUnit>> = self.layouts.iter().map(|_| Vec::new()).collect();
        let Gathered { mut tally, units } = gathered;
        for unit in units.into_values() {
            decided.push(unit.decided);
            references.push(unit.references);
            for (units, unit) in by_store.iter_mut().zip(unit.stores) {
                units.push(unit);
            }
        }
        let controls = tally.finish(table, run.staging, &mut findings)?;
        for reject in run.staging.rejects(table)?.into_iter().flatten() {
            run.vocabulary()
                .rejected(run.sources[self.position], table, &reject?)?;
        }
        let TableWork {
            elements,
            known,
            stores,
        } = work;
        let stores = self.stores((&elements, &known), stores, by_store)?;
        let mut left = known;
        let Closed {
            seen,
            applied,
            through,
            unused,
        } = run.costs.of(Work::Decide, || {
            let of_table = (run.catalogue, self.position);
            DecidedUnit::join(decided, of_table, run.decisions, &mut left, run.scratch)
        })?;
        let references = run.costs.of(Work::Decide, || {
            ReferenceFiles::of_units(references, &run.scratch.folder)
        })?;
        run.reference_files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take(references);
        run.indexes().take(left);
        refuse_unused(table, &unused, &mut findings);
        run.observer.event(Event::TableDone {
            id: &table.id,
            rows: tally.totals.rows,
        });
        Ok(TableOutcome {
            findings,
            stores,
            tally,
            controls,
            seen,
            decided: applied,
            through,
        })
    }
}

impl<'a, 'v> Run<'a, 'v> {
    /// Of the table at this position, before any row.
    fn tally(&self, position: usize) -> Tally<'a> {
        let days = DayWatch::new(self.catalogue, position, self.cutover);
        let table = &self.catalogue.tables[position];
        Tally::new(table, days, (self.controls, position))
    }

    fn vocabulary(&self) -> MutexGuard<'_, Vocabulary<'v>> {
        self.vocabulary
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn indexes(&self) -> MutexGuard<'_, Indexes> {
        self.indexes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What units have seen of a store; [`None`] if it must be compared by key.
fn together(
    store: PositionalStore,
    (layout, context): (&Layout<'_>, StoreContext<'_>),
    units: Vec<StoreUnit>,
) -> Result<Option<StoreOutcome>, CompareError> {
    let mut stretches = Vec::with_capacity(units.len());
    for unit in units {
        match unit {
            StoreUnit::ByKey(outcome) => return Ok(Some(*outcome)),
            StoreUnit::ByPosition(stretch) => stretches.push(stretch.map(|it| *it)),
        }
    }
    store.together(layout, context, stretches.into_iter())
}

/// A store beside one unit.
enum UnitCheck<'w> {
    ByPosition(Box<PositionalUnit<'w>>),
    ByKey(Box<StoreCheck<'w>>),
    /// When all units are decided.
    Later,
}

impl UnitCheck<'_> {
    /// The next staged rows.
    fn take(&mut self, shared: &SharedRows) -> Result<(), CompareError> {
        match self {
            Self::ByPosition(check) => check.take(shared),
            Self::ByKey(check) => check.take(shared),
            Self::Later => Ok(()),
        }
    }

    /// After the last staged row.
    fn finish(self) -> Result<StoreUnit, CompareError> {
        Ok(match self {
            Self::ByPosition(check) => StoreUnit::ByPosition(check.finish()?.map(Box::new)),
            Self::ByKey(check) => StoreUnit::ByKey(Box::new(check.finish()?)),
            Self::Later => StoreUnit::ByPosition(None),
        })
    }
}

/// An approved decision that decides nothing was approved for something else. The line is named, never the key.
fn refuse_unused(table: &Table, unused: &[Unused], findings: &mut Findings) {
    let about = About {
        store: STAGING,
        table: Some(&table.id),
    };
    for Unused { line, why } in unused {
        let why = match why {
            WhyUnused::NotStaged => "no staged row has its key",
            WhyUnused::NotUndecided => "the rules decide the row",
        };
        let place = Place::detail(&format!("line {line}: {why}"));
        findings.add(Claim::C4, Rule::DecisionUnused, about, place);
    }
}
