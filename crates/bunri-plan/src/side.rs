//! A **side**: one classification with its decisions and its cutover, over one staging. A plan has one side; a comparison has
//! two, whose tables are decided in step.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use bunri_catalogue::Catalogue;
use bunri_columnar::{Observer, Staging};
use bunri_decisions::Decisions;
use bunri_evaluator::Terms;
use bunri_redecide::{Closed, DecidedUnit, Decider, Indexes, Scratch, terms};
use bunri_types::Day;

use crate::PlanError;

/// Sorts that can be under way at one time, of one side.
const SORTS_AT_ONCE: u64 = 12;

/// What decides.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The classification.
    pub catalogue: &'a Catalogue,
    /// What people decided.
    pub decisions: &'a Decisions,
    /// The day of the cutover.
    pub cutover: Day,
}

/// Where staging lies, and how much may be used.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The custody folder.
    pub custody: &'a Path,
    /// Threads; nothing that is counted depends on them.
    pub threads: usize,
    /// Bytes that sorts may use together, about.
    pub memory: u64,
    /// Hears what is done, and is asked whether to go on.
    pub observer: &'a dyn Observer,
}

/// A side at work.
pub(crate) struct Deciding<'a> {
    pub(crate) side: Side<'a>,
    pub(crate) staging: Staging,
    pub(crate) scratch: Scratch,
    terms: Vec<Terms>,
    indexes: Mutex<Indexes>,
}

/// A table of a side at work.
pub(crate) struct TableDecider<'a> {
    pub(crate) decider: Decider<'a>,
    known: Indexes,
}

impl<'a> Deciding<'a> {
    /// `sides` share the memory.
    pub(crate) fn new(
        ground: &Ground<'_>,
        side: Side<'a>,
        temporary: &Path,
        sides: u64,
    ) -> Result<Self, PlanError> {
        let staging = Staging::open(ground.custody, side.catalogue)?;
        let budget = ground.memory / (SORTS_AT_ONCE * sides.max(1));
        let scratch = Scratch {
            folder: temporary.to_path_buf(),
            budget: usize::try_from(budget).unwrap_or(usize::MAX),
        };
        let terms = terms(side.catalogue, &staging, side.cutover)?;
        let indexes = Indexes::of_ledgers(side.catalogue, &staging, &terms, &scratch)?;
        Ok(Self {
            side,
            staging,
            scratch,
            terms,
            indexes: Mutex::new(indexes),
        })
    }

    /// Begins a table whose parents are decided.
    pub(crate) fn begin(&self, position: usize) -> Result<TableDecider<'_>, PlanError> {
        // Other tables leave theirs meanwhile; those that this one refers to have done so.
        let known = self
            .indexes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let decider = Decider::new(
            self.side.catalogue,
            position,
            &self.staging,
            (&self.terms, self.side.decisions),
            &known,
            &self.scratch,
        )?;
        Ok(TableDecider { decider, known })
    }

    /// After the last batch of a table.
    pub(crate) fn end(&self, table: TableDecider<'_>) -> Result<Closed, PlanError> {
        let TableDecider { decider, mut known } = table;
        let position = decider.position();
        let closed = DecidedUnit::join(
            vec![decider.finish()?],
            (self.side.catalogue, position),
            self.side.decisions,
            &mut known,
            &self.scratch,
        )?;
        self.indexes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take(known);
        Ok(closed)
    }
}
