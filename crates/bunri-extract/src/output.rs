//! The parts of one table while its rows stream in: each is committed when it has its rows, and the next begun with the
//! first row that it holds. Rows that turn out not to be in their order are given back.

use arrow_array::{Array, RecordBatch};
use arrow_schema::ArrowError;
use bunri_catalogue::Table;
use bunri_columnar::{CanonicalWriter, ColumnarError, PendingFile, staging_schema};
use bunri_manifest::FileEntry;

use crate::ExtractError;
use crate::custody::{Custody, create_parent};
use crate::key::KeyWatch;
use crate::rows::{BATCH_BYTES, BATCH_ROWS};
use crate::seam::{Place, Seam};

/// The parts of a table while they are written, and the watch over its key.
pub(crate) struct Output<'a> {
    custody: &'a Custody,
    table: &'a Table,
    part_rows: usize,
    /// The part under way; none where the last one is full.
    part: Option<CanonicalWriter<PendingFile>>,
    /// The parts that are committed, in order.
    files: Vec<FileEntry>,
    watch: Option<KeyWatch<'a>>,
    /// The most bytes that a row takes, on the average of a batch.
    row_bytes: usize,
}

/// All parts of a table.
pub(crate) struct Parts<'a> {
    pub(crate) files: Vec<FileEntry>,
    /// What was seen of the key, if there is one.
    pub(crate) watch: Option<KeyWatch<'a>>,
}

impl<'a> Output<'a> {
    pub(crate) fn create(
        custody: &'a Custody,
        table: &'a Table,
        part_rows: usize,
    ) -> Result<Self, ColumnarError> {
        let watch = (!table.key.is_empty())
            .then(|| KeyWatch::new(table))
            .transpose()?;
        Ok(Self {
            custody,
            table,
            part_rows: part_rows.max(1),
            part: None,
            files: Vec::new(),
            watch,
            row_bytes: 0,
        })
    }

    /// Goes on behind the parts of an earlier run, of which there is one at least.
    pub(crate) fn behind(
        custody: &'a Custody,
        table: &'a Table,
        part_rows: usize,
        seam: &Seam,
    ) -> Result<Self, ColumnarError> {
        let mut watch = KeyWatch::new(table)?;
        for batch in custody.rows(table, &seam.files).last().all(1)? {
            watch.begin_behind(seam.rows_staged(), &batch?)?;
        }
        Ok(Self {
            files: seam.files.clone(),
            watch: Some(watch),
            row_bytes: usize::try_from(seam.row_bytes).unwrap_or(usize::MAX),
            ..Self::create(custody, table, part_rows)?
        })
    }

    /// Rows in parts that are full.
    pub(crate) fn rows_committed(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// Whether the last of these rows has the key of the last one that was taken.
    pub(crate) fn ends_with(&self, rows: &RecordBatch) -> Result<bool, ColumnarError> {
        self.watch
            .as_ref()
            .map_or(Ok(false), |watch| watch.is_at_last_of(rows))
    }

    /// What a later run must know to go on behind the full parts from a place before their end. Nobody goes on where keys are doubled.
    pub(crate) fn seam(&self, place: Place, rejects: Vec<FileEntry>) -> Option<Seam> {
        let Place {
            last,
            rows_read,
            rows_staged,
        } = place;
        let is_sound = self.watch.as_ref().is_some_and(KeyWatch::is_sound);
        let rows_over = self.rows_committed().checked_sub(rows_staged)?;
        is_sound.then(|| Seam {
            files: self.files.clone(),
            rejects,
            rows_read,
            last,
            rows_over,
            row_bytes: self.row_bytes as u64,
        })
    }

    /// Takes rows, all of them or, if they do not ascend, none.
    pub(crate) fn take(&mut self, batch: &RecordBatch) -> Result<bool, ColumnarError> {
        if let Some(watch) = &mut self.watch
            && !watch.ascends(batch)?
        {
            return Ok(false);
        }
        if batch.num_rows() > 0 {
            let bytes = slice_bytes(batch).map_err(ColumnarError::arrow(&self.table.id))?;
            self.row_bytes = self.row_bytes.max(bytes.div_ceil(batch.num_rows()));
        }
        let mut start = 0;
        while start < batch.num_rows() {
            let mut part = self.take_part()?;
            let held = usize::try_from(part.rows()).unwrap_or(usize::MAX);
            let room = self.part_rows.saturating_sub(held);
            let taken = room.min(batch.num_rows() - start);
            part.write(&batch.slice(start, taken))?;
            start += taken;
            if taken == room {
                self.commit(part)?;
            } else {
                self.part = Some(part);
            }
        }
        Ok(true)
    }

    /// The part under way, or a new one.
    fn take_part(&mut self) -> Result<CanonicalWriter<PendingFile>, ColumnarError> {
        if let Some(part) = self.part.take() {
            return Ok(part);
        }
        let (_, path) = self.custody.part(&self.table.id, self.files.len())?;
        create_parent(&path)?;
        let sink = PendingFile::create(&path)?;
        let writer = CanonicalWriter::new(sink, staging_schema(self.table), &path)?;
        Ok(writer.after(self.files.iter().map(|file| file.rows).sum()))
    }

    fn commit(&mut self, part: CanonicalWriter<PendingFile>) -> Result<(), ColumnarError> {
        let (path, _) = self.custody.part(&self.table.id, self.files.len())?;
        let finished = part.finish()?;
        let file = FileEntry::new(path, finished.rows, finished.sink.commit()?);
        self.files.push(file);
        Ok(())
    }

    /// Gives back every row that was written, and leaves none of them. No batch takes much more than those that were taken.
    pub(crate) fn give_back(
        &mut self,
        mut each: impl FnMut(RecordBatch) -> Result<(), ExtractError>,
    ) -> Result<(), ExtractError> {
        if let Some(part) = self.part.take() {
            self.commit(part)?;
        }
        let batch_rows = (BATCH_BYTES / self.row_bytes.max(1)).clamp(1, BATCH_ROWS);
        for batch in self.custody.rows(self.table, &self.files).all(batch_rows)? {
            each(batch?)?;
        }
        Ok(self.custody.clear_written(&self.table.id)?)
    }

    /// Commits what is left. A table without rows has one part, without rows.
    pub(crate) fn finish(mut self) -> Result<Parts<'a>, ColumnarError> {
        if self.part.is_some() || self.files.is_empty() {
            let part = self.take_part()?;
            self.commit(part)?;
        }
        Ok(Parts {
            files: self.files,
            watch: self.watch,
        })
    }
}

/// Bytes of the cells of a batch.
fn slice_bytes(batch: &RecordBatch) -> Result<usize, ArrowError> {
    let cells = batch.columns().iter();
    cells
        .map(|cells| cells.to_data().get_slice_memory_size())
        .sum()
}
