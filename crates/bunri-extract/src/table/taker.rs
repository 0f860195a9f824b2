//! What takes the rows of a table in their order, on whichever thread has them: into the parts or the sorter, the rejected ones beside,
//! with a note of how far the table has come whenever a part is full.

use arrow_array::RecordBatch;
use bunri_catalogue::Table;
use bunri_work::TakeInOrder;

use super::destination::Destination;
use super::{Bench, Progress};
use crate::ExtractError;
use crate::output::Output;
use crate::rejects::Rejects;
use crate::rows::{BATCH_BYTES, ReadBatch};
use crate::seam::{Place, Seam};

/// The rows of a table, as far as they have come.
pub(super) struct RowTaker<'a> {
    bench: &'a Bench<'a>,
    table: &'a Table,
    destination: Destination<'a>,
    rejects: Rejects<'a>,
    progress: Progress<'a>,
    /// Rows of the source up to here, rejected ones among them.
    rows_read: u64,
    /// Behind the last row that was marked.
    place: Option<Place>,
    /// The lines of rows that were rejected behind it, which a seam there must not have; and their bytes.
    rejected: Vec<Vec<u8>>,
    rejected_bytes: usize,
    /// Rows to come that are in parts already.
    rows_over: u64,
    /// Whether they turned out to be others.
    differs: bool,
}

/// What it leaves.
pub(super) struct TakenRows<'a> {
    pub(super) destination: Destination<'a>,
    pub(super) rejects: Rejects<'a>,
    pub(super) rows_read: u64,
    /// Whether the rows behind the place of a seam are not those in the parts.
    pub(super) differs: bool,
}

impl<'a> RowTaker<'a> {
    /// For all rows.
    pub(super) fn new(
        (bench, table): (&'a Bench<'a>, &'a Table),
        destination: Destination<'a>,
        rejects: Rejects<'a>,
        progress: Progress<'a>,
    ) -> Self {
        Self {
            bench,
            table,
            destination,
            rejects,
            progress,
            rows_read: 0,
            place: None,
            rejected: Vec::new(),
            rejected_bytes: 0,
            rows_over: 0,
            differs: false,
        }
    }

    /// For the rows behind the place of a seam.
    pub(super) fn behind(
        (bench, table): (&'a Bench<'a>, &'a Table),
        seam: &Seam,
        rejects: Rejects<'a>,
        progress: Progress<'a>,
    ) -> Result<Self, ExtractError> {
        let output = Output::behind(bench.custody, table, bench.part_rows, seam)?;
        let destination = Destination::Parts(Box::new(output));
        progress.reach(seam.rows_read);
        Ok(Self {
            rows_read: seam.rows_read,
            rows_over: seam.rows_over,
            ..Self::new((bench, table), destination, rejects, progress)
        })
    }

    pub(super) fn finish(mut self) -> Result<TakenRows<'a>, ExtractError> {
        self.push_rejected()?;
        Ok(TakenRows {
            differs: self.differs || self.rows_over > 0,
            destination: self.destination,
            rejects: self.rejects,
            rows_read: self.rows_read,
        })
    }

    fn hold_rejected(&mut self, lines: &[Vec<u8>]) {
        self.rejected_bytes += lines.iter().map(Vec::len).sum::<usize>();
        self.rejected.extend_from_slice(lines);
    }

    fn push_rejected(&mut self) -> Result<(), ExtractError> {
        self.rejected_bytes = 0;
        for line in self.rejected.drain(..) {
            self.rejects.push(&line)?;
        }
        Ok(())
    }

    /// These rows without those that are in parts already.
    fn without_those_over(&mut self, rows: &RecordBatch) -> Result<RecordBatch, ExtractError> {
        let over = usize::try_from(self.rows_over).unwrap_or(usize::MAX);
        let over = over.min(rows.num_rows());
        self.rows_over -= over as u64;
        if over > 0 && self.rows_over == 0 {
            self.differs |= !self.destination.ends_with(&rows.slice(0, over))?;
        }
        Ok(rows.slice(over, rows.num_rows() - over))
    }

    /// A part is full: notes it.
    fn note_seam(&mut self) -> Result<(), ExtractError> {
        let (bench, table) = (self.bench, self.table);
        if let Destination::Parts(output) = &self.destination
            && let Some(place) = self.place.take()
            && let Some(seam) = output.seam(place, self.rejects.seam()?)
        {
            let identity = bench.identity_of(table);
            bench
                .custody
                .note_seam(&table.id, &identity, bench.part_rows, seam)?;
        }
        Ok(())
    }
}

impl TakeInOrder for RowTaker<'_> {
    type Item = ReadBatch;
    type Error = ExtractError;

    fn take(&mut self, read: &ReadBatch) -> Result<(), ExtractError> {
        self.bench.halt.check()?;
        let rows = self.without_those_over(&read.rows)?;
        if self.differs {
            // The table begins again.
            return Ok(());
        }
        let committed = self.destination.rows_committed();
        self.destination
            .take((self.bench, self.table), &rows, self.rows_read)?;
        if self.destination.rows_committed() > committed {
            self.note_seam()?;
        }
        let mut rejected = read.rejected.as_slice();
        if let Some(mark) = &read.mark {
            let before;
            (before, rejected) = rejected.split_at(mark.rejected);
            self.hold_rejected(before);
            self.push_rejected()?;
            let rows_read = self.rows_read + mark.rows_read;
            self.place = Some(Place {
                last: mark.key.clone(),
                rows_read,
                rows_staged: rows_read - self.rejects.rows,
            });
        }
        self.hold_rejected(rejected);
        if self.place.is_none() || self.rejected_bytes > BATCH_BYTES {
            self.push_rejected()?;
            self.place = None;
        }
        self.rows_read += read.rows_read;
        self.progress
            .reach(self.destination.rows_done(self.rows_read));
        Ok(())
    }
}
