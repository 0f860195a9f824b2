//! Files whose first column is a key that ascends: ownership indexes, and what parents turned out to be. The first key of every row
//! group is known, so that whoever asks about some keys reads the row groups that may hold them and no others: every
//! unit of a table enters where its own keys are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use bunri_columnar::{ColumnarError, parquet_footer, partition_point};
use bunri_manifest::open_regular;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};

/// Rows that are read at once.
const READ_ROWS: usize = 8192;

/// A file that may be entered at any key.
#[derive(Debug)]
pub(crate) struct KeyedFile {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    /// The first key of every row group.
    firsts: Vec<Vec<u8>>,
}

impl KeyedFile {
    pub(crate) fn open(path: &Path) -> Result<Arc<Self>, ColumnarError> {
        let (_, metadata) = parquet_footer(path)?;
        let mut opened = Self {
            path: path.to_path_buf(),
            metadata,
            firsts: Vec::new(),
        };
        for group in 0..opened.groups() {
            let first = opened.read(group, Some(1))?.next();
            let first = first.transpose();
            let first = first.map_err(ColumnarError::arrow(&path.display().to_string()))?;
            let key = first.map(|row| row.column(0).as_binary::<i32>().value(0).to_vec());
            opened.firsts.push(key.unwrap_or_default());
        }
        Ok(Arc::new(opened))
    }

    /// The rows from the beginning.
    pub(crate) fn rows(self: &Arc<Self>) -> KeyedRows {
        KeyedRows {
            file: Arc::clone(self),
            next_group: 0,
            reader: None,
            batch: None,
            next: 0,
        }
    }

    fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// Reads a row group, or the keys of so many of its rows.
    fn read(
        &self,
        group: usize,
        keys: Option<usize>,
    ) -> Result<ParquetRecordBatchReader, ColumnarError> {
        // Every reader has a handle of its own: where a file is read next belongs to the handle.
        let file = open_regular(&self.path).map_err(ColumnarError::io("open", &self.path))?;
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_row_groups(vec![group])
                .with_batch_size(keys.unwrap_or(READ_ROWS));
        let builder = match keys {
            None => builder,
            Some(rows) => {
                let key = ProjectionMask::roots(builder.parquet_schema(), [0]);
                builder.with_projection(key).with_limit(rows)
            }
        };
        builder
            .build()
            .map_err(ColumnarError::parquet("read", &self.path))
    }
}

/// Goes forward through a file.
pub(crate) struct KeyedRows {
    file: Arc<KeyedFile>,
    /// The row group after the one that is read.
    next_group: usize,
    reader: Option<ParquetRecordBatchReader>,
    batch: Option<RecordBatch>,
    next: usize,
}

impl KeyedRows {
    /// Goes to the first row whose key does not come before `key`, of those that were not passed yet.
    pub(crate) fn seek(&mut self, key: &[u8]) -> Result<(), ColumnarError> {
        loop {
            if let Some(batch) = &self.batch {
                let keys = batch.column(0).as_binary::<i32>();
                self.next = partition_point(self.next..keys.len(), |row| keys.value(row) < key);
                if self.next < keys.len() {
                    return Ok(());
                }
            }
            // Rows with the key may begin in the group before one that begins with it.
            let firsts = &self.file.firsts;
            let before = firsts.partition_point(|first| first.as_slice() < key);
            let group = before.saturating_sub(1);
            if group >= self.next_group {
                self.next_group = group;
                self.reader = None;
            }
            if !self.fill()? {
                return Ok(());
            }
        }
    }

    /// The row here, as a batch and its place there; [`None`] after the last.
    pub(crate) fn row(&self) -> Option<(&RecordBatch, usize)> {
        self.batch.as_ref().map(|batch| (batch, self.next))
    }

    /// Goes to the next row.
    pub(crate) fn step(&mut self) -> Result<(), ColumnarError> {
        self.next += 1;
        let here = |batch: &RecordBatch| self.next < batch.num_rows();
        if !self.batch.as_ref().is_some_and(here) {
            self.fill()?;
        }
        Ok(())
    }

    /// The next batch with rows; says whether there is one.
    fn fill(&mut self) -> Result<bool, ColumnarError> {
        (self.batch, self.next) = (None, 0);
        loop {
            let batch = self.reader.as_mut().and_then(Iterator::next).transpose();
            let name = || self.file.path.display().to_string();
            if let Some(batch) = batch.map_err(|failed| ColumnarError::arrow(&name())(failed))? {
                if batch.num_rows() > 0 {
                    self.batch = Some(batch);
                    return Ok(true);
                }
            } else if self.next_group < self.file.groups() {
                self.reader = Some(self.file.read(self.next_group, None)?);
                self.next_group += 1;
            } else {
                return Ok(false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use arrow_array::{ArrayRef, BinaryArray, Int64Array};
    use bunri_columnar::{CanonicalWriter, PendingFile, ROW_GROUP_ROWS};

    use super::*;

    /// Three row groups and some rows: the key 7 over the first seam, each other key twice.
    fn file(folder: &Path) -> (Arc<KeyedFile>, Vec<u32>) {
        let path = folder.join("keyed.parquet");
        let count = 3 * ROW_GROUP_ROWS + 10;
        let key = |row: usize| match row {
            65_000..66_000 => 100_000,
            row => u32::try_from(row / 2 * 3).unwrap() + if row < 65_000 { 0 } else { 10_000 },
        };
        let keys: Vec<u32> = (0..count).map(key).collect();
        let bytes = keys.iter().map(|key| Some(key.to_be_bytes()));
        let column: ArrayRef = Arc::new(bytes.collect::<BinaryArray>());
        let rows: ArrayRef = Arc::new(Int64Array::from_iter_values(0..count as i64));
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("key", column, false),
            ("row", rows, false),
        ]);
        let batch = batch.unwrap();
        let sink = PendingFile::create(&path).unwrap();
        let mut writer = CanonicalWriter::new(sink, batch.schema(), &path).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap().sink.commit().unwrap();
        (KeyedFile::open(&path).unwrap(), keys)
    }

    #[test]
    fn every_key_is_found_where_it_begins_whatever_was_asked_before() {
        let folder = tempfile::tempdir().unwrap();
        let (file, keys) = file(folder.path());
        assert!(keys.is_sorted());
        assert_eq!(file.firsts.len(), 4);
        let place = |wanted: u32| keys.partition_point(|key| *key < wanted);
        let asked = |from: u32, step: u32| {
            let mut rows = file.rows();
            for wanted in (from..400_000).step_by(step as usize) {
                rows.seek(&wanted.to_be_bytes()).unwrap();
                let here = rows.row().map(|(batch, row)| {
                    let numbers = batch.column(1);
                    let numbers = numbers.as_primitive::<arrow_array::types::Int64Type>();
                    usize::try_from(numbers.value(row)).unwrap()
                });
                assert_eq!(
                    here.unwrap_or(keys.len()),
                    place(wanted),
                    "{wanted} by {step}"
                );
            }
        };
        for (from, step) in [(0, 17), (97_000, 1_000), (100_000, 400_000), (0, 99_991)] {
            asked(from, step);
        }
    }
}
