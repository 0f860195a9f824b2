//! The parts of one table while its rows stream in: each is committed when it has its rows, and the next begun with the
//! first row that it holds.

use std::path::Path;

use arrow_array::RecordBatch;
use bunri_catalogue::Table;
use bunri_columnar::{CanonicalWriter, ColumnarError, PendingFile, create_folder, staging_schema};
use bunri_manifest::FileEntry;

use crate::custody::Custody;
use crate::key::KeyWatch;
use crate::seam::Seam;

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
        })
    }

    /// Goes on behind the parts of an earlier run; [`None`] if what is noted of them cannot be read.
    pub(crate) fn behind(
        custody: &'a Custody,
        table: &'a Table,
        part_rows: usize,
        seam: &Seam,
    ) -> Result<Option<Self>, ColumnarError> {
        let Ok(last) = base16ct::lower::decode_vec(&seam.last_key) else {
            return Ok(None);
        };
        Ok(Some(Self {
            files: seam.files.clone(),
            watch: Some(KeyWatch::behind(table, seam.rows_staged(), last)?),
            ..Self::create(custody, table, part_rows)?
        }))
    }

    /// Where every part is full: the parts, and the key of the last row by value. Nobody goes on where keys are doubled.
    pub(crate) fn full_parts(&self) -> Option<(Vec<FileEntry>, String)> {
        let last = self.watch.as_ref()?.last_key()?;
        let full = self.part.is_none() && !self.files.is_empty();
        full.then(|| (self.files.clone(), base16ct::lower::encode_string(last)))
    }

    /// Takes rows, unless they do not ascend.
    pub(crate) fn take(&mut self, batch: &RecordBatch) -> Result<bool, ColumnarError> {
        if let Some(watch) = &mut self.watch
            && !watch.ascends(batch)?
        {
            return Ok(false);
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

/// Makes the folder of a file.
pub(crate) fn create_parent(path: &Path) -> Result<(), ColumnarError> {
    path.parent().map_or(Ok(()), create_folder)
}
