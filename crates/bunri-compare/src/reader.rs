//! What a store's table holds, as its files say: batches with the store's columns. A file that cannot be read is a
//! finding and the end of that file, never the end of the verification.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use arrow_array::{Array, RecordBatch, new_null_array};
use arrow_schema::{ArrowError, SchemaRef};
use bunri_columnar::{guarded, parquet_footer, rows_within};
use bunri_manifest::open_regular;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};

use crate::files::StoreFiles;
use crate::mapping::Mapping;

/// One readable file of a table.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file: ReadableFile,
    pub(crate) mapping: Mapping,
    pub(crate) names: Vec<String>,
}

/// A file and what it says of itself, read once.
pub(crate) struct ReadableFile {
    path: PathBuf,
    footer: ArrowReaderMetadata,
    /// Rows to be read at a time.
    batch_rows: usize,
}

impl ReadableFile {
    /// [`None`] if it cannot be read. A file that the audit did not admit is not opened.
    pub(crate) fn open(files: &StoreFiles, name: &str) -> Option<Self> {
        let batch_rows = files.admitted.batch_rows(name)?;
        let path = files.path_of(name);
        let (_, footer) = guarded(|| parquet_footer(&path).ok())?;
        Some(Self {
            path,
            footer,
            batch_rows,
        })
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        self.footer.schema()
    }

    /// By its own account.
    pub(crate) fn rows(&self) -> i64 {
        self.footer.metadata().file_metadata().num_rows()
    }

    /// Rows of each row group, by its own account; [`None`] if they cannot be counted.
    pub(crate) fn row_groups(&self) -> Option<Vec<u64>> {
        let groups = self.footer.metadata().row_groups().iter();
        groups
            .map(|group| u64::try_from(group.num_rows()).ok())
            .collect()
    }

    /// Reads these of its columns, and of its rows those with these numbers, or all.
    pub(crate) fn read(
        &self,
        columns: Option<&[usize]>,
        rows: Option<Range<u64>>,
    ) -> Option<ParquetRecordBatchReader> {
        guarded(|| {
            // Every reader has a handle of its own: where a file is read next belongs to the handle.
            let file = open_regular(&self.path).ok()?;
            let builder =
                ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.footer.clone());
            let mask = match columns {
                Some(columns) => {
                    ProjectionMask::roots(builder.parquet_schema(), columns.iter().copied())
                }
                None => ProjectionMask::all(),
            };
            let builder = builder
                .with_projection(mask)
                .with_batch_size(self.batch_rows);
            let builder = match rows {
                Some(rows) => rows_within(builder, rows),
                None => builder,
            };
            builder.build().ok()
        })
    }
}

/// Rows by a file's own account; 0 if it cannot be read.
pub(crate) fn rows_in_footer(files: &StoreFiles, name: &str) -> u64 {
    let file = ReadableFile::open(files, name);
    file.and_then(|file| u64::try_from(file.rows()).ok())
        .unwrap_or(0)
}

/// Whether every row can be read that a file says it has.
pub(crate) fn reads_whole(files: &StoreFiles, name: &str) -> bool {
    let Some(file) = ReadableFile::open(files, name) else {
        return false;
    };
    let Some(mut reader) = file.read(None, None) else {
        return false;
    };
    let mut rows = 0;
    loop {
        match read_next(&mut reader) {
            Read::Batch(batch) => rows += batch.num_rows() as u64,
            Read::End => return u64::try_from(file.rows()) == Ok(rows),
            Read::Damage => return false,
        }
    }
}

/// The rows of a table's files, one file after the other.
pub(crate) struct FileRows {
    waiting: Vec<Part>,
    current: Option<(Part, ParquetRecordBatchReader)>,
    schema: SchemaRef,
    /// Cells that are not NULL in columns that are none of the store's.
    pub(crate) extra: BTreeMap<String, u64>,
    pub(crate) unreadable: Vec<String>,
}

impl FileRows {
    /// Of these files, in their order.
    pub(crate) fn new(parts: Vec<Part>, schema: &SchemaRef) -> Self {
        Self {
            waiting: parts.into_iter().rev().collect(),
            current: None,
            schema: schema.clone(),
            extra: BTreeMap::new(),
            unreadable: Vec::new(),
        }
    }

    /// The next rows; [`None`] after the last readable one.
    pub(crate) fn next(&mut self) -> Option<RecordBatch> {
        loop {
            if self.current.is_none() {
                let part = self.waiting.pop()?;
                match part.file.read(None, None) {
                    Some(reader) => self.current = Some((part, reader)),
                    None => self.unreadable.push(part.name),
                }
            }
            let Some((part, reader)) = &mut self.current else {
                continue;
            };
            match read_next(reader) {
                Read::Batch(batch) => {
                    count_extra(part, &batch, &mut self.extra);
                    if let Ok(batch) = self.project(&batch) {
                        return Some(batch);
                    }
                    self.fail();
                }
                Read::End => self.current = None,
                Read::Damage => self.fail(),
            }
        }
    }

    fn fail(&mut self) {
        self.unreadable
            .extend(self.current.take().map(|(part, _)| part.name));
    }

    fn project(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let Some((part, _)) = &self.current else {
            return Err(ArrowError::SchemaError(String::new()));
        };
        let columns =
            part.mapping
                .columns
                .iter()
                .zip(self.schema.fields())
                .map(|(position, field)| match position {
                    Some(position) => batch.column(*position).clone(),
                    None => new_null_array(field.data_type(), batch.num_rows()),
                });
        RecordBatch::try_new(self.schema.clone(), columns.collect())
    }
}

pub(crate) enum Read {
    Batch(RecordBatch),
    End,
    Damage,
}

pub(crate) fn read_next(reader: &mut ParquetRecordBatchReader) -> Read {
    let read = guarded(|| {
        Some(match reader.next() {
            None => Read::End,
            Some(Ok(batch)) => Read::Batch(batch),
            Some(Err(_)) => Read::Damage,
        })
    });
    read.unwrap_or(Read::Damage)
}

fn count_extra(part: &Part, batch: &RecordBatch, extra: &mut BTreeMap<String, u64>) {
    for &column in &part.mapping.extra {
        let array = batch.column(column);
        let filled = (array.len() - array.logical_null_count()) as u64;
        *extra.entry(part.names[column].clone()).or_default() += filled;
    }
}
