//! The rows of one unit of a table, wherever they are decided: they stream past what others say of them, and what becomes of them is
//! given to a [`UnitSink`]. Nothing here knows of other units, of the order in which they end, or of the files that stores are made of.

use arrow_array::RecordBatch;
use bunri_catalogue::Store;
use bunri_columnar::{ColumnarError, StagedRows};
use bunri_index::{HeirLines, Lookups, PASS_ROWS, ParentFiles};
use bunri_vectorized::Decider;
use serde::{Deserialize, Serialize};

use crate::SplitError;
use crate::cells::StorePlan;
use crate::decided::{Decided, Refusal};
use crate::errors::stop_if_cancelled;
use crate::stats::TableStats;

/// Takes what becomes of the rows of a unit while they go by, in their order.
pub trait UnitSink {
    /// The next rows that a store gets, in its schema. Not every batch of a unit has rows for every store.
    ///
    /// # Errors
    /// Why they are not taken; then the unit is at its end.
    fn rows(&mut self, store: Store, rows: RecordBatch) -> Result<(), SplitError>;

    /// Lines that children of the table will ask, by each set of columns that they refer to ([`HeirLines::of`]).
    ///
    /// # Errors
    /// As [`UnitSink::rows`].
    fn heirs(&mut self, lines: &[RecordBatch]) -> Result<(), SplitError>;

    /// So many more rows of staging are decided. For whoever watches.
    fn decided(&mut self, rows: u64);
}

/// What a unit leaves beside rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitLeft {
    /// Counts of its rows. Those of stores are absent: they are counted where they are written.
    pub stats: TableStats,
    /// The decisions that met one of its rows, by their number among those of the table.
    pub met: Vec<usize>,
    /// Lines of the file of decisions that decide nothing, and why not.
    pub refused: Vec<Refusal>,
}

/// What it takes to decide a unit of any table.
#[derive(Clone, Copy)]
pub(crate) struct UnitContext<'a> {
    pub(crate) lookups: Lookups<'a>,
    pub(crate) decisions: &'a bunri_decisions::Decisions,
}

impl UnitContext<'_> {
    /// Decides the rows of a unit of the table at this position, for these stores.
    pub(crate) fn decide(
        &self,
        position: usize,
        rows: &StagedRows,
        (parents, plans): (&ParentFiles, &[StorePlan]),
        sink: &mut dyn UnitSink,
    ) -> Result<UnitLeft, SplitError> {
        let Lookups {
            catalogue,
            indexes,
            cutover,
            observer,
            ..
        } = self.lookups;
        let table = &catalogue.tables[position];
        let heirs: HeirLines<'_> = self.lookups.heir_lines(position)?;
        let has_heirs = !heirs.is_empty();
        let mut lookups = self.lookups.begin(position, rows, (parents, has_heirs))?;
        let terms = (indexes.codes(), cutover);
        let decider = Decider::new(catalogue, position, terms, has_heirs);
        let mut decided = Decided::new((catalogue, position), self.decisions)?;
        let mut stats = TableStats::default();
        for batch in rows.all(PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            let batch = batch?;
            let facts = lookups.next(&batch)?;
            let by_people = decided.of(&batch)?;
            let decisions = decider.decide(&batch, &facts, &by_people)?;
            decided.ruled(&decisions.ruled);
            if has_heirs {
                sink.heirs(&heirs.of(&batch, &decider, (&facts, &decisions))?)?;
            }
            stats.count(table, &decisions);
            for plan in plans {
                let rows = plan.rows(table, &batch, &decisions);
                sink.rows(plan.store, rows.map_err(ColumnarError::arrow(&table.id))?)?;
            }
            sink.decided(batch.num_rows() as u64);
        }
        let (met, refused) = decided.finish();
        Ok(UnitLeft {
            stats,
            met,
            refused,
        })
    }
}
