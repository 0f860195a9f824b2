//! What a store's table holds, as its files say: batches with the store's columns. A file that cannot be read is a
//! finding and the end of that file, never the end of the verification.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use arrow_array::{Array, RecordBatch, new_null_array};
use arrow_schema::{ArrowError, SchemaRef};
use bunri_columnar::{guarded, open_parquet, rows_within};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use super::files::StoreFiles;
use super::mapping::Mapping;

/// One readable file of a table.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) mapping: Mapping,
    /// By its own account.
    pub(super) rows: u64,
    /// Rows to be read at a time.
    pub(super) batch_rows: usize,
    pub(super) names: Vec<String>,
}

impl Part {
    /// Where it lies, and rows to be read at a time.
    pub(crate) fn file(&self) -> (&Path, usize) {
        (&self.path, self.batch_rows)
    }
}

/// What a file says of itself.
pub(super) struct FooterFacts {
    pub(super) schema: SchemaRef,
    pub(super) rows: i64,
    pub(super) batch_rows: usize,
}

/// Columns and rows by a file's own account. A file that the audit did not admit is not opened.
pub(super) fn footer(files: &StoreFiles, name: &str) -> Option<FooterFacts> {
    let batch_rows = files.admitted.batch_rows(name)?;
    guarded(|| {
        let builder = open_parquet(&files.path_of(name)).ok()?;
        Some(FooterFacts {
            schema: builder.schema().clone(),
            rows: builder.metadata().file_metadata().num_rows(),
            batch_rows,
        })
    })
}

/// Rows by a file's own account; 0 if it cannot be read.
pub(crate) fn rows_in_footer(files: &StoreFiles, name: &str) -> u64 {
    footer(files, name)
        .and_then(|told| u64::try_from(told.rows).ok())
        .unwrap_or(0)
}

/// Rows of each row group, by a file's own account; [`None`] if it has none that can be counted.
pub(super) fn row_groups(part: &Part) -> Option<Vec<u64>> {
    guarded(|| {
        let builder = open_parquet(&part.path).ok()?;
        let groups = builder.metadata().row_groups().iter();
        groups
            .map(|group| u64::try_from(group.num_rows()).ok())
            .collect()
    })
}

/// Reads a file, so many rows at a time: these of its columns, and of its rows those with these numbers, or all.
pub(crate) fn open_reader(
    (path, batch_rows): (&Path, usize),
    columns: Option<&[usize]>,
    rows: Option<Range<u64>>,
) -> Option<ParquetRecordBatchReader> {
    guarded(|| {
        let builder = open_parquet(path).ok()?;
        let mask = match columns {
            Some(columns) => {
                ProjectionMask::roots(builder.parquet_schema(), columns.iter().copied())
            }
            None => ProjectionMask::all(),
        };
        let builder = builder.with_projection(mask).with_batch_size(batch_rows);
        let builder = match rows {
            Some(rows) => rows_within(builder, rows),
            None => builder,
        };
        builder.build().ok()
    })
}

/// Whether every row can be read that a file says it has.
pub(super) fn reads_whole(files: &StoreFiles, name: &str) -> bool {
    let Some(told) = footer(files, name) else {
        return false;
    };
    let path = files.path_of(name);
    let Some(mut reader) = open_reader((&path, told.batch_rows), None, None) else {
        return false;
    };
    let mut rows = 0;
    loop {
        match read_next(&mut reader) {
            Read::Batch(batch) => rows += batch.num_rows() as u64,
            Read::End => return u64::try_from(told.rows) == Ok(rows),
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
    pub(super) fn new(parts: Vec<Part>, schema: &SchemaRef) -> Self {
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
                match open_reader(part.file(), None, None) {
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

pub(super) enum Read {
    Batch(RecordBatch),
    End,
    Damage,
}

pub(super) fn read_next(reader: &mut ParquetRecordBatchReader) -> Read {
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
