//! One table: its staged rows are decided once, and every store is compared beside them, each on a thread of its own
//! where there are threads.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::ScopedJoinHandle;

use bunri_catalogue::{Catalogue, Store, Table};
use bunri_columnar::{Event, KeyRanges, Observer, STAGING, Staging};
use bunri_control::{AskedControl, Compared};
use bunri_decisions::Decisions;
use bunri_evaluator::{Terms, Unused, WhyUnused};
use bunri_fingerprint::FingerprintKey;
use bunri_leak::Vocabulary;
use bunri_redecide::{
    Closed, Decided, Decider, Indexes, Layout, ReferenceFiles, ReferenceRule, ReferenceTaker,
    RekeyKeys, Scratch, Seen,
};
use bunri_report::{About, Claim, Findings, Place, Rule};
use bunri_types::Day;

use crate::cost::{Costs, Work};
use crate::days::DayWatch;
use crate::store::check::{StoreCheck, StoreContext, StoreOutcome};
use crate::store::elements::{ElementMaker, SharedRows};
use crate::store::files::StoreFiles;
use crate::tally::Tally;
use crate::{VerifyError, leak};

/// Decided batches that wait for a store's thread.
const WAITING: usize = 2;

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
    pub(crate) threads: usize,
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
    pub(crate) observer: &'a dyn Observer,
}

/// Decides a table, and follows its references beside it.
struct TableDecider<'a> {
    decider: Decider<'a>,
    references: ReferenceTaker<'a>,
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

impl<'a, 'v> Run<'a, 'v> {
    pub(crate) fn table(
        &self,
        position: usize,
        ranges: &KeyRanges,
        indexes: &Mutex<Indexes>,
    ) -> Result<TableOutcome<'a>, VerifyError> {
        let table = &self.catalogue.tables[position];
        self.observer.event(Event::Table { id: &table.id });
        let layouts: Vec<Layout<'_>> = Store::ALL
            .into_iter()
            .filter_map(|store| Layout::new(table, store))
            .map(|layout| layout.keyed(self.rekeys))
            .collect::<Result<_, _>>()?;
        // Other tables leave theirs meanwhile; those that this one refers to have done so.
        let mut known = indexes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut decider = self.costs.of(Work::Decide, || {
            let decider = Decider::new(
                self.catalogue,
                position,
                self.staging,
                (self.terms, self.decisions),
                &known,
                self.scratch,
            )?;
            let references = ReferenceTaker::new(
                (self.catalogue, position),
                self.references,
                self.staging,
                &layouts,
                self.scratch,
            )?;
            Ok::<_, VerifyError>(TableDecider {
                decider,
                references,
            })
        })?;
        let elements = ElementMaker::new(table, &layouts, self.key);
        let days = DayWatch::new(self.catalogue, position, self.cutover);
        let mut tally = Tally::new(table, days, (self.controls, position));
        let outcomes = if self.threads > 1 {
            self.side_by_side(
                table,
                &layouts,
                (ranges, &elements),
                &mut decider,
                &mut tally,
            )?
        } else {
            self.in_turn(
                table,
                &layouts,
                (ranges, &elements),
                &mut decider,
                &mut tally,
            )?
        };
        let mut findings = Findings::default();
        let controls = tally.finish(table, self.staging, &mut findings)?;
        for reject in self.staging.rejects(table)?.into_iter().flatten() {
            self.vocabulary()
                .rejected(self.sources[position], table, &reject?)?;
        }
        let Closed {
            seen,
            applied,
            through,
            unused,
        } = self
            .costs
            .of(Work::Decide, || decider.decider.finish(&mut known))?;
        let left = self
            .costs
            .of(Work::Decide, || decider.references.finish())?;
        self.reference_files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take(left);
        indexes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take(known);
        refuse_unused(table, &unused, &mut findings);
        self.observer.event(Event::TableDone {
            id: &table.id,
            rows: tally.totals.rows,
        });
        let stores = layouts
            .iter()
            .map(|layout| layout.store)
            .zip(outcomes)
            .collect();
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

    fn vocabulary(&self) -> MutexGuard<'_, Vocabulary<'v>> {
        self.vocabulary
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn context<'b>(
        &'b self,
        layout: &Layout<'_>,
        (ranges, elements): (&'b KeyRanges, &'b ElementMaker<'b>),
    ) -> StoreContext<'b> {
        StoreContext {
            files: &self.stores[layout.store as usize],
            ranges,
            key: self.key,
            elements,
            scratch: self.scratch,
            costs: self.costs,
            observer: self.observer,
            rebuild: layout.store == Store::Retail,
        }
    }

    /// The next decided batch, counted and announced.
    fn next(
        &self,
        table: &Table,
        decider: &mut TableDecider<'_>,
        tally: &mut Tally<'_>,
    ) -> Result<Option<Decided>, VerifyError> {
        if self.observer.cancelled() {
            return Err(VerifyError::Interrupted);
        }
        let decided = self.costs.of(Work::Decide, || {
            let decided = decider.decider.next()?;
            if let Some(decided) = &decided {
                decider.references.take(decided)?;
            }
            Ok::<_, VerifyError>(decided)
        })?;
        if let Some(decided) = &decided {
            self.costs
                .of(Work::Compare, || tally.take(table, decided))?;
            let first = self.sources[decider.decider.position()];
            self.costs.of(Work::Search, || {
                leak::take(&mut self.vocabulary(), table, first, decided)
            })?;
            self.observer.event(Event::Rows {
                rows: decided.verdicts.len() as u64,
            });
        }
        Ok(decided)
    }

    fn in_turn(
        &self,
        table: &Table,
        layouts: &[Layout<'_>],
        of_table: (&KeyRanges, &ElementMaker<'_>),
        decider: &mut TableDecider<'_>,
        tally: &mut Tally<'_>,
    ) -> Result<Vec<StoreOutcome>, VerifyError> {
        let start = |layout| StoreCheck::new(layout, self.context(layout, of_table));
        let mut checks = layouts.iter().map(start).collect::<Result<Vec<_>, _>>()?;
        while let Some(decided) = self.next(table, decider, tally)? {
            let shared = SharedRows::new(decided);
            for check in &mut checks {
                check.take(&shared)?;
            }
        }
        checks.into_iter().map(StoreCheck::finish).collect()
    }

    fn side_by_side(
        &self,
        table: &Table,
        layouts: &[Layout<'_>],
        of_table: (&KeyRanges, &ElementMaker<'_>),
        decider: &mut TableDecider<'_>,
        tally: &mut Tally<'_>,
    ) -> Result<Vec<StoreOutcome>, VerifyError> {
        let beside = std::thread::scope(|scope| {
            let mut senders = Vec::new();
            let mut workers = Vec::new();
            for layout in layouts {
                let (sender, receiver) = sync_channel(WAITING);
                let context = self.context(layout, of_table);
                let check = move || store(layout, context, &receiver);
                // Nothing was fed yet: workers that began end when their senders are dropped, and no row is lost.
                let worker = std::thread::Builder::new().spawn_scoped(scope, check);
                workers.push(worker.ok()?);
                senders.push(sender);
            }
            let fed = self.feed(table, senders, decider, tally);
            let outcomes: Vec<_> = workers
                .into_iter()
                .map(|worker| joined(worker, table))
                .collect();
            Some(fed.and_then(|()| outcomes.into_iter().collect()))
        });
        // Where the system refuses a thread, this one does the work.
        beside.unwrap_or_else(|| self.in_turn(table, layouts, of_table, decider, tally))
    }

    /// Hands every batch to every store. A store that stopped listening has failed, and says why when it is joined.
    fn feed(
        &self,
        table: &Table,
        senders: Vec<SyncSender<Message>>,
        decider: &mut TableDecider<'_>,
        tally: &mut Tally<'_>,
    ) -> Result<(), VerifyError> {
        while let Some(decided) = self.next(table, decider, tally)? {
            let decided = Arc::new(SharedRows::new(decided));
            for sender in &senders {
                if sender.send(Message::Rows(decided.clone())).is_err() {
                    return Ok(());
                }
            }
        }
        // Whoever hears no end has lost its feeder to an error, and must not report what it did not see as missing.
        senders
            .iter()
            .for_each(|sender| drop(sender.send(Message::End)));
        Ok(())
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

enum Message {
    Rows(Arc<SharedRows>),
    End,
}

fn store(
    layout: &Layout<'_>,
    context: StoreContext<'_>,
    receiver: &Receiver<Message>,
) -> Result<StoreOutcome, VerifyError> {
    let mut check = StoreCheck::new(layout, context)?;
    loop {
        match receiver.recv() {
            Ok(Message::Rows(decided)) => check.take(&decided)?,
            Ok(Message::End) => return check.finish(),
            Err(_) => return Err(VerifyError::Interrupted),
        }
    }
}

fn joined(
    worker: ScopedJoinHandle<'_, Result<StoreOutcome, VerifyError>>,
    table: &Table,
) -> Result<StoreOutcome, VerifyError> {
    worker.join().unwrap_or_else(|_| {
        Err(VerifyError::Thread {
            table: table.id.clone(),
        })
    })
}
