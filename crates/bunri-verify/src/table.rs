//! One table: its units are decided side by side, each on one thread, which also holds what the stores must have of it against what
//! they have ([`crate::store::positional`]). What units leave is put together in their order. Where a store is not as it must
//! be, the table is then gone through once more, whole, for that store alone, and compared by key ([`crate::store::check`]).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bunri_catalogue::{Catalogue, Store, Table};
use bunri_columnar::{Event, KeyRanges, Observer, STAGING, STAGING_PART_ROWS, StagedRows, Staging};
use bunri_control::{AskedControl, Compared};
use bunri_decisions::Decisions;
use bunri_evaluator::{Terms, Unused, WhyUnused};
use bunri_fingerprint::{Fingerprint, FingerprintKey};
use bunri_leak::{Mismatches, Vocabulary};
use bunri_redecide::{
    Closed, DecidedUnit, Decider, Expected, Indexes, Layout, ReferenceFiles, ReferenceRule,
    ReferenceTaker, RekeyKeys, Scratch, Seen,
};
use bunri_report::{About, Checked, Claim, Findings, Place, Rule};
use bunri_types::Day;
use bunri_work::ReorderBuffer;

use crate::cost::{Costs, Work};
use crate::days::DayWatch;
use crate::store::check::{StoreCheck, StoreContext, StoreOutcome};
use crate::store::elements::{ElementMaker, SharedRows};
use crate::store::files::StoreFiles;
use crate::store::positional::{StoredRows, StoredTable};
use crate::store::rebuild::Rebuild;
use crate::store::sums::{ByRegion, ExpectedSums, add_sums};
use crate::tally::Tally;
use crate::{VerifyError, leak};

/// Rows of a unit where a place in every index is found for little.
const STREAMED_ROWS: u64 = 1 << 17;

/// What every table needs.
pub(crate) struct Run<'a, 'v> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) staging: &'a Staging,
    pub(crate) terms: &'a [Terms],
    pub(crate) decisions: &'a Decisions,
    pub(crate) cutover: Day,
    pub(crate) rekeys: &'a RekeyKeys,
    pub(crate) scratch: &'a Scratch,
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
    gathered: Mutex<Gathered<'a>>,
}

/// What units have left so far.
struct Gathered<'a> {
    once: Once<'a>,
    /// By unit.
    outcomes: Vec<Option<UnitOutcome<'a>>>,
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
    elements: ElementMaker<'a>,
    /// Of the parents, which are decided.
    known: Indexes,
    /// By layout.
    stores: Vec<StoreWork>,
}

/// What all units of a table share of one store.
struct StoreWork {
    /// Its files; [`None`] if they are not as they must be, or are not compared by position.
    stored: Option<StoredTable>,
    /// Whether something was not as it must be.
    differs: AtomicBool,
    /// The files, made again; [`None`] where they are not, or a comparison by key makes them.
    rebuild: Option<ReorderBuffer<Rebuild>>,
}

/// What a unit has seen.
struct UnitOutcome<'a> {
    decided: DecidedUnit,
    references: ReferenceFiles,
    tally: Tally<'a>,
    /// By layout.
    stores: Vec<StoreUnit>,
}

/// What a unit has seen of a store.
enum StoreUnit {
    /// The rows of the store from one number to another are those that must be there.
    Same(Box<Stretch>),
    /// The table's only unit was compared by key.
    ByKey(Box<StoreOutcome>),
    /// Something is not as it must be.
    Differs,
}

/// Rows of a store that are as they must be.
struct Stretch {
    first: u64,
    end: u64,
    sums: ByRegion<Fingerprint>,
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
            rows.units(unit_rows(table, run.unit_rows)).ok()
        };
        let units = units.unwrap_or_else(|| vec![rows]);
        let outcomes = units.iter().map(|_| None).collect();
        Ok(Self {
            run,
            position,
            units,
            ranges,
            layouts,
            gathered: Mutex::new(Gathered {
                once: Once::NotYet,
                outcomes,
            }),
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
        self.stop_if_cancelled()?;
        let work = self.work()?;
        // Also when it fails or panics: nobody may wait for it.
        let mut ending = Ending {
            work: &work,
            unit,
            is_whole: false,
        };
        let outcome = self.unit(&work, unit)?;
        ending.is_whole = true;
        drop(ending);
        drop(work);
        let mut gathered = self.gathered()?;
        gathered.outcomes[unit] = Some(outcome);
        if gathered.outcomes.iter().any(Option::is_none) {
            return Ok(None);
        }
        let Once::Made(work) = std::mem::replace(&mut gathered.once, Once::Gone) else {
            return Err(VerifyError::LockPoisoned);
        };
        let outcomes = std::mem::take(&mut gathered.outcomes);
        drop(gathered);
        // Nobody else has it: the other units are at their ends.
        let work = Arc::into_inner(work).ok_or(VerifyError::LockPoisoned)?;
        self.finish(work, outcomes.into_iter().flatten().collect())
            .map(Some)
    }

    fn stop_if_cancelled(&self) -> Result<(), VerifyError> {
        if self.run.observer.cancelled() {
            Err(VerifyError::Interrupted)
        } else {
            Ok(())
        }
    }

    fn gathered(&self) -> Result<MutexGuard<'_, Gathered<'a>>, VerifyError> {
        self.gathered.lock().map_err(|_| VerifyError::LockPoisoned)
    }

    /// What the table has once.
    fn work(&self) -> Result<Arc<TableWork<'a>>, VerifyError> {
        let mut gathered = self.gathered()?;
        match &gathered.once {
            Once::Made(work) => Ok(Arc::clone(work)),
            Once::Gone => Err(VerifyError::Interrupted),
            Once::NotYet => {
                // If it cannot be made, no other unit tries.
                gathered.once = Once::Gone;
                let work = Arc::new(self.begin()?);
                gathered.once = Once::Made(Arc::clone(&work));
                Ok(work)
            }
        }
    }

    fn begin(&self) -> Result<TableWork<'a>, VerifyError> {
        let (run, table) = (self.run, self.table());
        run.observer.event(Event::Table { id: &table.id });
        let entered = self.units.len() > 1;
        let store = |layout: &Layout<'_>| {
            let files = &run.stores[layout.store as usize];
            let open = || StoredTable::open(layout, files, &self.ranges, entered);
            let stored = run.costs.of(Work::Shape, open)?;
            let made_again = stored.is_some() && layout.store == Store::Retail;
            let rebuild = made_again.then(|| Rebuild::new(layout, &self.ranges));
            let rebuild = rebuild.transpose()?;
            Ok(StoreWork {
                differs: AtomicBool::new(stored.is_none()),
                stored,
                rebuild: rebuild.map(|it| ReorderBuffer::new(it, run.scratch.budget)),
            })
        };
        Ok(TableWork {
            elements: ElementMaker::new(table, &self.layouts, run.key),
            // Other tables leave theirs meanwhile; those that this one refers to have done so.
            known: run.indexes().clone(),
            stores: self
                .layouts
                .iter()
                .map(store)
                .collect::<Result<_, VerifyError>>()?,
        })
    }

    /// Decides the rows of a unit and compares them.
    fn unit(&self, work: &TableWork<'a>, unit: usize) -> Result<UnitOutcome<'a>, VerifyError> {
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
        let days = DayWatch::new(run.catalogue, self.position, run.cutover);
        let mut tally = Tally::new(table, days, (run.controls, self.position));
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
        let stores = stores.collect::<Result<_, VerifyError>>()?;
        run.costs.of(Work::Decide, || {
            Ok(UnitOutcome {
                decided: decider.finish()?,
                references: references.finish()?,
                tally,
                stores,
            })
        })
    }

    fn check_of<'w>(
        &'w self,
        work: &'w TableWork<'a>,
        (layout, store): (&'w Layout<'a>, &'w StoreWork),
        unit: usize,
    ) -> Result<UnitCheck<'w>, VerifyError> {
        Ok(match &store.stored {
            Some(stored) => UnitCheck::ByPosition(Box::new(PositionCheck {
                layout,
                store,
                stored,
                unit,
                elements: &work.elements,
                costs: self.run.costs,
                rows: None,
                first: 0,
                sums: ExpectedSums::new(layout, self.run.key),
                total: ByRegion::default(),
            })),
            None if self.units.len() == 1 => {
                let check = StoreCheck::new(layout, self.context(layout, &work.elements))?;
                UnitCheck::ByKey(Box::new(check))
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

    fn finish(
        &self,
        work: TableWork<'a>,
        outcomes: Vec<UnitOutcome<'a>>,
    ) -> Result<TableOutcome<'a>, VerifyError> {
        let (run, table) = (self.run, self.table());
        let mut findings = Findings::default();
        let (mut decided, mut references) = (Vec::new(), Vec::new());
        let mut all: Option<Tally<'a>> = None;
        let mut by_store: Vec<Vec<StoreUnit>> = self.layouts.iter().map(|_| Vec::new()).collect();
        for outcome in outcomes {
            decided.push(outcome.decided);
            references.push(outcome.references);
            match &mut all {
                Some(tally) => tally.add(outcome.tally),
                None => all = Some(outcome.tally),
            }
            for (units, unit) in by_store.iter_mut().zip(outcome.stores) {
                units.push(unit);
            }
        }
        let mut tally = all.ok_or(VerifyError::LockPoisoned)?;
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
        run.costs.of(Work::Decide, || {
            let mut files = run
                .reference_files
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            files.take(references, &run.scratch.folder)
        })?;
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

    /// What became of the stores, by what their units have seen.
    fn stores(
        &self,
        (elements, known): (&ElementMaker<'_>, &Indexes),
        stores: Vec<StoreWork>,
        by_store: Vec<Vec<StoreUnit>>,
    ) -> Result<Vec<(Store, StoreOutcome)>, VerifyError> {
        let mut outcomes = BTreeMap::new();
        let mut differ = Vec::new();
        let stores = self.layouts.iter().zip(stores).zip(by_store);
        for (at, ((layout, store), units)) in stores.enumerate() {
            match self.together(layout, store, units)? {
                Some(outcome) => _ = outcomes.insert(at, outcome),
                None => differ.push(at),
            }
        }
        let compared = self.by_key(&differ, elements, known)?;
        outcomes.extend(differ.into_iter().zip(compared));
        let words = self.layouts.iter().map(|layout| layout.store);
        Ok(words.zip(outcomes.into_values()).collect())
    }

    /// What units have seen of a store; [`None`] if it must be compared by key.
    fn together(
        &self,
        layout: &Layout<'_>,
        store: StoreWork,
        units: Vec<StoreUnit>,
    ) -> Result<Option<StoreOutcome>, VerifyError> {
        let mut sums = ByRegion::default();
        let mut next = 0;
        for unit in units {
            match unit {
                StoreUnit::ByKey(outcome) => return Ok(Some(*outcome)),
                StoreUnit::Same(stretch) if stretch.first == next => {
                    add_sums(&mut sums, &stretch.sums);
                    next = stretch.end;
                }
                StoreUnit::Same(_) | StoreUnit::Differs => return Ok(None),
            }
        }
        let Some(stored) = store.stored.filter(|stored| stored.rows() == next) else {
            return Ok(None);
        };
        let about = About {
            store: layout.store.word(),
            table: Some(&layout.table.id),
        };
        let checked = Checked {
            files: stored.files(),
            tables: 1,
            rows: next,
            cells: next * layout.schema.fields().len() as u64,
        };
        let mut findings = Findings::default();
        let mut rebuilt = Checked::default();
        if let Some(rebuild) = store.rebuild {
            let digests = &self.run.stores[layout.store as usize].digests;
            let files = self.run.costs.of(Work::Rebuild, || {
                rebuild.into_taker()?.finish(digests, about, &mut findings)
            })?;
            rebuilt = Checked { files, ..checked };
        }
        Ok(Some(StoreOutcome {
            findings,
            checked,
            rebuilt,
            must: sums,
            is: sums,
            mismatches: Mismatches::default(),
        }))
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
        checks.into_iter().map(StoreCheck::finish).collect()
    }
}

impl<'v> Run<'_, 'v> {
    fn vocabulary(&self) -> MutexGuard<'_, Vocabulary<'v>> {
        self.vocabulary
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn indexes(&self) -> MutexGuard<'_, Indexes> {
        self.indexes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rows of a unit of this table. What is asked beforehand, sorted by another key, goes through a parent's facts once a unit, so that
/// such units are large.
fn unit_rows(table: &Table, told: Option<u64>) -> u64 {
    let key = table.ledger_key.as_ref();
    let leads = key.is_none_or(|key| table.key.starts_with(key));
    let usual = if leads && table.parent_rules().is_empty() {
        STREAMED_ROWS
    } else {
        STAGING_PART_ROWS as u64
    };
    told.unwrap_or(usual)
}

/// A store beside one unit.
enum UnitCheck<'w> {
    ByPosition(Box<PositionCheck<'w>>),
    ByKey(Box<StoreCheck<'w>>),
    /// When all units are decided.
    Later,
}

impl UnitCheck<'_> {
    /// The next staged rows.
    fn take(&mut self, shared: &SharedRows) -> Result<(), VerifyError> {
        match self {
            Self::ByPosition(check) => check.take(shared),
            Self::ByKey(check) => check.take(shared),
            Self::Later => Ok(()),
        }
    }

    /// After the last staged row.
    fn finish(self) -> Result<StoreUnit, VerifyError> {
        match self {
            Self::ByPosition(check) => check.finish(),
            Self::ByKey(check) => Ok(StoreUnit::ByKey(Box::new(check.finish()?))),
            Self::Later => Ok(StoreUnit::Differs),
        }
    }
}

/// A store's rows beside those of one unit.
struct PositionCheck<'w> {
    layout: &'w Layout<'w>,
    store: &'w StoreWork,
    stored: &'w StoredTable,
    unit: usize,
    elements: &'w ElementMaker<'w>,
    costs: &'w Costs,
    /// From the unit's first row on, once it is known.
    rows: Option<StoredRows<'w>>,
    first: u64,
    sums: ExpectedSums<'w>,
    total: ByRegion<Fingerprint>,
}

impl PositionCheck<'_> {
    fn take(&mut self, shared: &SharedRows) -> Result<(), VerifyError> {
        // Who knows that the table will be gone through once more does no more than it must.
        if self.store.differs.load(Ordering::Relaxed) {
            return Ok(());
        }
        let costs = self.costs;
        let expected = costs.of(Work::Compare, || {
            let expected = Expected::of(self.layout, &shared.decided)?;
            if self.is_there(shared, &expected)? {
                self.sum(shared, &expected)?;
            } else {
                self.store.differs.store(true, Ordering::Relaxed);
            }
            Ok::<_, VerifyError>(expected)
        })?;
        if let Some(rebuild) = &self.store.rebuild {
            let bytes = expected.rows.get_array_memory_size();
            costs.of(Work::Rebuild, || {
                rebuild.push(self.unit, expected.rows, bytes)
            })?;
        }
        Ok(())
    }

    /// Whether the store has these rows next.
    fn is_there(&mut self, shared: &SharedRows, expected: &Expected) -> Result<bool, VerifyError> {
        if self.rows.is_none() {
            let first = match &shared.decided.keys {
                _ if self.unit == 0 => Some(0),
                Some(keys) => self.stored.first_from(keys.bytes(0))?,
                None => None,
            };
            let Some(first) = first else {
                return Ok(false);
            };
            self.first = first;
            self.rows = Some(self.stored.read_from(first));
        }
        let next = self.rows.as_mut();
        Ok(next.is_some_and(|rows| rows.are_next(&expected.rows)))
    }

    fn sum(&mut self, shared: &SharedRows, expected: &Expected) -> Result<(), VerifyError> {
        let made = if self.layout.holds_hashes() {
            None
        } else {
            shared.elements(self.elements)
        };
        let rows = 0..expected.rows.num_rows();
        let sums = self.sums.of(expected, rows, made)?;
        add_sums(&mut self.total, &sums);
        Ok(())
    }

    fn finish(self) -> Result<StoreUnit, VerifyError> {
        if let Some(rebuild) = &self.store.rebuild {
            self.costs.of(Work::Rebuild, || rebuild.end(self.unit))?;
        }
        if self.store.differs.load(Ordering::Relaxed) {
            return Ok(StoreUnit::Differs);
        }
        Ok(StoreUnit::Same(Box::new(Stretch {
            first: self.first,
            end: self.rows.map_or(self.first, |rows| rows.end()),
            sums: self.total,
        })))
    }
}

/// Says, when it is dropped, that a unit is not whole.
struct Ending<'w, 'a> {
    work: &'w TableWork<'a>,
    unit: usize,
    is_whole: bool,
}

impl Drop for Ending<'_, '_> {
    fn drop(&mut self) {
        if !self.is_whole {
            let rebuilds = self.work.stores.iter().filter_map(|it| it.rebuild.as_ref());
            rebuilds.for_each(|rebuild| rebuild.give_up(self.unit));
        }
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
