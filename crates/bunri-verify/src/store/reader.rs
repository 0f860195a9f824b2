//! What a store's table holds, as its files say: batches with the store's columns. A file that cannot be read is a
//! finding and the end of that file, never the end of the verification.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use arrow_array::{Array, RecordBatch, new_null_array};
use arrow_schema::{ArrowError, SchemaRef};
use bunri_columnar::{KeyRanges, Observer, open_parquet};
use bunri_redecide::Layout;
use bunri_report::{About, Claim, Findings, Place, Rule};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use super::files::StoreFiles;
use super::order::Order;
use super::shape::{Mapping, map_file};
use crate::VerifyError;

/// One readable file of a table.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) mapping: Mapping,
    /// Rows to be read at a time.
    batch_rows: usize,
    names: Vec<String>,
}

/// The files of a table, and whether their rows come in the store's order.
pub(crate) struct Parts {
    parts: Vec<Part>,
    pub(crate) in_order: bool,
    pub(crate) files: u64,
}

/// Anything that the Parquet reader does with a damaged file, a panic included, is an error.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok().flatten()
}

/// What a file says of itself.
struct Told {
    schema: SchemaRef,
    rows: i64,
    batch_rows: usize,
}

/// Columns and rows by a file's own account. A file that the audit did not admit is not opened.
fn footer(files: &StoreFiles, name: &str) -> Option<Told> {
    let batch_rows = files.admitted.batch_rows(name)?;
    guarded(|| {
        let builder = open_parquet(&files.path_of(name)).ok()?;
        Some(Told {
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

/// One file's columns and rows, for a check without staging. Gives its rows.
pub(crate) fn check_columns(
    layout: &Layout<'_>,
    files: &StoreFiles,
    name: &str,
    findings: &mut Findings,
) -> u64 {
    let about = About {
        store: layout.store.word(),
        table: Some(&layout.table.id),
    };
    let Some(told) = footer(files, name) else {
        findings.add(Claim::C2, Rule::Unreadable, about, Place::file(name));
        return 0;
    };
    check_rows(files, name, told.rows, about, findings);
    map_file(layout, &told.schema, about, findings);
    u64::try_from(told.rows).unwrap_or(0)
}

impl Parts {
    /// Opens every file of a table once: columns, rows, order, and the part that each row belongs to.
    pub(crate) fn examine(
        layout: &Layout<'_>,
        files: &StoreFiles,
        ranges: &KeyRanges,
        observer: &dyn Observer,
        findings: &mut Findings,
    ) -> Result<Self, VerifyError> {
        let mut examined = Self {
            parts: Vec::new(),
            in_order: true,
            files: 0,
        };
        let mut order = Order::new(layout, ranges)?;
        for name in files.parts(&layout.table.id) {
            examined.files += 1;
            let about = About {
                store: layout.store.word(),
                table: Some(&layout.table.id),
            };
            let Some(Told {
                schema,
                rows,
                batch_rows,
            }) = footer(files, &name)
            else {
                findings.add(Claim::C2, Rule::Unreadable, about, Place::file(&name));
                continue;
            };
            check_rows(files, &name, rows, about, findings);
            let mapping = map_file(layout, &schema, about, findings);
            let names = schema
                .fields()
                .iter()
                .map(|field| field.name().clone())
                .collect();
            let part = Part {
                path: files.path_of(&name),
                name,
                mapping,
                batch_rows,
                names,
            };
            order.part(&part, observer, findings)?;
            examined.parts.push(part);
        }
        examined.in_order = order.kept;
        Ok(examined)
    }

    pub(crate) fn read(self, schema: &SchemaRef) -> FileRows {
        FileRows {
            waiting: self.parts.into_iter().rev().collect(),
            current: None,
            schema: schema.clone(),
            extra: BTreeMap::new(),
            unreadable: Vec::new(),
        }
    }
}

fn check_rows(
    files: &StoreFiles,
    name: &str,
    rows: i64,
    about: About<'_>,
    findings: &mut Findings,
) {
    let listed = files.manifest.iter().flat_map(|manifest| manifest.files());
    let entry = listed.into_iter().find(|file| file.path.as_str() == name);
    if entry.is_some_and(|entry| i64::try_from(entry.rows) != Ok(rows)) {
        findings.add(Claim::C2, Rule::ManifestRows, about, Place::file(name));
    }
}

pub(crate) fn open_reader(
    part: &Part,
    columns: Option<&[usize]>,
) -> Option<ParquetRecordBatchReader> {
    guarded(|| {
        let builder = open_parquet(&part.path).ok()?;
        let mask = match columns {
            Some(columns) => {
                ProjectionMask::roots(builder.parquet_schema(), columns.iter().copied())
            }
            None => ProjectionMask::all(),
        };
        builder
            .with_projection(mask)
            .with_batch_size(part.batch_rows)
            .build()
            .ok()
    })
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
    /// The next rows; [`None`] after the last readable one.
    pub(crate) fn next(&mut self) -> Option<RecordBatch> {
        loop {
            if self.current.is_none() {
                let part = self.waiting.pop()?;
                match open_reader(&part, None) {
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

enum Read {
    Batch(RecordBatch),
    End,
    Damage,
}

fn read_next(reader: &mut ParquetRecordBatchReader) -> Read {
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
