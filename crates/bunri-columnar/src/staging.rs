//! The staging layout: `staging/<id>/part-00000.parquet` and so on in key order, `rejects/<id>.jsonl`, and
//! `staging/manifest.json`, whose presence means "complete".
//!
//! Parts are cut by rows ([`STAGING_PART_ROWS`]); whoever reads a table reads its rows one after the other, or those of a
//! **unit**: rows from one number to another, wherever parts end.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use bunri_catalogue::{Catalogue, Table};
use bunri_manifest::{
    FileEntry, ManifestError, StagedTable, StagingManifest, open_regular, read_regular,
};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};

use crate::{ColumnarError, CustodyLayout, ROW_GROUP_ROWS, RejectReader, staging_schema};

/// Rows in every part of a staged table but the last: sixteen row groups.
pub const STAGING_PART_ROWS: usize = ROW_GROUP_ROWS << 4;

/// Rows of a unit of a table whose ledger key leads its own and that has no parents: its place in every index is found for little.
const STREAMED_ROWS: u64 = 1 << 17;

/// Rows of a unit of this table, a question of cost alone. What is asked beforehand, sorted by another key, goes through all that the
/// parents left once a unit, so that such units are large.
#[must_use]
pub fn usual_unit_rows(table: &Table) -> u64 {
    let key = table.ledger_key.as_ref();
    let leads = key.is_none_or(|key| table.key.starts_with(key));
    if leads && table.parent_rules().is_empty() {
        STREAMED_ROWS
    } else {
        STAGING_PART_ROWS as u64
    }
}

/// A complete staging folder whose tables have the shape that the catalogue declares.
#[derive(Debug, Clone)]
pub struct Staging {
    custody: PathBuf,
    manifest: StagingManifest,
}

impl Staging {
    /// Opens the staging of a custody folder.
    ///
    /// # Errors
    /// When staging is absent, incomplete, or was extracted with other tables, types or keys.
    pub fn open(custody: &Path, catalogue: &Catalogue) -> Result<Self, ColumnarError> {
        let path = CustodyLayout::new(custody).staging_manifest();
        let wrong = |message: String| ColumnarError::Staging {
            path: path.clone(),
            message,
        };
        let text = read_regular(&path).map_err(|refused| match refused.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => wrong(format!(
                "no complete extraction here ({refused}); run `bunri extract` first"
            )),
            // Whether an extraction is here, nobody can say: the disk may be well again next time.
            _ => ColumnarError::io("read", &path)(refused),
        })?;
        let manifest = StagingManifest::parse(&text).map_err(|refused| {
            let of_another_version = matches!(refused, ManifestError::Format { .. });
            let advice = if of_another_version {
                "; extract again into an empty folder"
            } else {
                ""
            };
            wrong(format!("{refused}{advice}"))
        })?;
        if manifest.shape.as_str() != catalogue.shape_digest {
            return Err(wrong(
                "extracted with other tables, columns, types or keys than this catalogue declares; \
                 extract again into an empty folder"
                    .to_owned(),
            ));
        }
        for table in &catalogue.tables {
            if manifest.table(&table.id).is_none() {
                return Err(wrong(format!(
                    "the manifest lacks the table `{}`",
                    table.id
                )));
            }
        }
        Ok(Self {
            custody: custody.to_path_buf(),
            manifest,
        })
    }

    /// What extraction wrote.
    #[must_use]
    pub fn manifest(&self) -> &StagingManifest {
        &self.manifest
    }

    /// What extraction wrote of this table. [`Staging::open`] has seen that every catalogue table is there.
    ///
    /// # Errors
    /// When the table is not of the catalogue that staging was opened with.
    pub fn entry(&self, table: &Table) -> Result<&StagedTable, ColumnarError> {
        self.manifest
            .table(&table.id)
            .ok_or_else(|| ColumnarError::Staging {
                path: CustodyLayout::new(&self.custody).staging(),
                message: format!("the manifest lacks the table `{}`", table.id),
            })
    }

    /// The typed rows of a table.
    ///
    /// # Errors
    /// As [`Staging::entry`].
    pub fn table(&self, table: &Table) -> Result<StagedRows, ColumnarError> {
        let entry = self.entry(table)?;
        Ok(StagedRows::of_parts(&self.custody, table, &entry.files))
    }

    /// The rejected rows of a table, if it has any.
    ///
    /// # Errors
    /// When the file that the manifest names cannot be opened.
    pub fn rejects(&self, table: &Table) -> Result<Option<RejectReader>, ColumnarError> {
        let file = self.entry(table)?.rejects.as_ref();
        file.map(|file| RejectReader::open(&file.path.below(&self.custody)))
            .transpose()
    }
}

/// The staged rows of one table, or those of one unit of it: parts one after the other, rows in key order.
#[derive(Debug, Clone)]
pub struct StagedRows {
    id: String,
    parts: Arc<[Part]>,
    schema: SchemaRef,
    rows: u64,
    /// Of a unit, which rows of the table it holds; [`None`]: all that lie in the parts.
    unit: Option<Range<u64>>,
}

/// One file of a table, as the manifest has it.
#[derive(Debug)]
struct Part {
    path: PathBuf,
    rows: u64,
}

impl StagedRows {
    /// The rows in these parts of a table, of which there need not be a manifest yet.
    #[must_use]
    pub fn of_parts(custody: &Path, table: &Table, files: &[FileEntry]) -> Self {
        let part = |file: &FileEntry| Part {
            path: file.path.below(custody),
            rows: file.rows,
        };
        Self {
            id: table.id.clone(),
            parts: files.iter().map(part).collect(),
            schema: staging_schema(table),
            rows: files.iter().map(|file| file.rows).sum(),
            unit: None,
        }
    }

    /// Rows, as the manifest says.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The number in the table of the first of them, from 0.
    #[must_use]
    pub fn first_row(&self) -> u64 {
        self.unit.as_ref().map_or(0, |unit| unit.start)
    }

    /// The same rows as units of so many rows, in order; the last one may be shorter. A table without rows is one unit.
    ///
    /// # Errors
    /// When a part does not hold the rows that the manifest says: they are what units are cut by.
    pub fn units(&self, rows: u64) -> Result<Vec<Self>, ColumnarError> {
        self.refuse_other_parts()?;
        let Range { start, end } = self.unit.clone().unwrap_or(0..self.rows);
        let rows = rows.max(1);
        let count = (end - start).div_ceil(rows).max(1);
        let unit = |number: u64| {
            let first = start + number * rows;
            self.between(first..end.min(first.saturating_add(rows)))
        };
        Ok((0..count).map(unit).collect())
    }

    /// The unit of these rows, by their numbers in the parts, from 0.
    ///
    /// # Errors
    /// As [`StagedRows::units`], and when there are fewer rows.
    pub fn unit(&self, rows: Range<u64>) -> Result<Self, ColumnarError> {
        self.refuse_other_parts()?;
        if rows.start > rows.end || rows.end > self.rows {
            let first = self.parts.first();
            return Err(ColumnarError::Staging {
                path: first.map_or_else(PathBuf::new, |part| part.path.clone()),
                message: format!(
                    "table `{}` has {} rows here, and the rows {} to {} are asked for",
                    self.id, self.rows, rows.start, rows.end
                ),
            });
        }
        Ok(self.between(rows))
    }

    fn between(&self, unit: Range<u64>) -> Self {
        Self {
            rows: unit.end - unit.start,
            unit: Some(unit),
            ..self.clone()
        }
    }

    fn refuse_other_parts(&self) -> Result<(), ColumnarError> {
        let mut parts = self.parts.iter();
        parts.try_for_each(|part| self.refuse_other_rows(part, &open_parquet(&part.path)?))
    }

    /// The last of them, or none where there is none.
    #[must_use]
    pub fn last(&self) -> Self {
        let end = self.unit.as_ref().map_or(self.rows, |unit| unit.end);
        self.between(end - self.rows.min(1)..end)
    }

    /// Reads every column.
    ///
    /// # Errors
    /// When a file is not the Parquet file that the catalogue's types describe.
    pub fn all(&self, batch_rows: usize) -> Result<Batches, ColumnarError> {
        let every: Vec<usize> = (0..self.schema.fields().len()).collect();
        self.columns(&every, batch_rows)
    }

    /// Reads these columns (positions in the catalogue's table, ascending).
    ///
    /// # Errors
    /// As [`StagedRows::all`].
    pub fn columns(&self, columns: &[usize], batch_rows: usize) -> Result<Batches, ColumnarError> {
        let mut batches = Batches {
            rows: self.clone(),
            columns: columns.to_vec(),
            batch_rows,
            next: 0,
            first_row: 0,
            reader: None,
        };
        batches.open_next()?;
        Ok(batches)
    }

    /// The rows `wanted` of a part, or all of it.
    fn read_part(
        &self,
        part: &Part,
        (columns, batch_rows): (&[usize], usize),
        wanted: Option<Range<u64>>,
    ) -> Result<ParquetRecordBatchReader, ColumnarError> {
        let builder = open_parquet(&part.path)?;
        let wrong = |message: String| ColumnarError::Staging {
            path: part.path.clone(),
            message,
        };
        let plain = |schema: &SchemaRef| {
            let of =
                |field: &arrow_schema::FieldRef| (field.name().clone(), field.data_type().clone());
            schema.fields().iter().map(of).collect::<Vec<_>>()
        };
        if plain(builder.schema()) != plain(&self.schema) {
            return Err(wrong(format!(
                "the columns of table `{}` are not those of the catalogue",
                self.id
            )));
        }
        let mask = ProjectionMask::roots(builder.parquet_schema(), columns.iter().copied());
        let mut builder = builder.with_projection(mask).with_batch_size(batch_rows);
        if let Some(wanted) = wanted {
            self.refuse_other_rows(part, &builder)?;
            builder = rows_within(builder, wanted);
        }
        builder
            .build()
            .map_err(ColumnarError::parquet("read", &part.path))
    }

    /// Rows that the manifest does not count would be in no unit.
    fn refuse_other_rows(
        &self,
        part: &Part,
        builder: &ParquetRecordBatchReaderBuilder<File>,
    ) -> Result<(), ColumnarError> {
        let there = builder.metadata().file_metadata().num_rows();
        if u64::try_from(there) == Ok(part.rows) {
            return Ok(());
        }
        Err(ColumnarError::Staging {
            path: part.path.clone(),
            message: format!(
                "table `{}` is not what its manifest says; extract again into an empty folder",
                self.id
            ),
        })
    }
}

/// Reads some rows of a file, by their numbers from 0; row groups before and behind them are not looked at.
#[must_use]
pub fn rows_within(
    builder: ParquetRecordBatchReaderBuilder<File>,
    wanted: Range<u64>,
) -> ParquetRecordBatchReaderBuilder<File> {
    let (mut first, mut skipped, mut groups) = (0, 0, Vec::new());
    for (number, group) in builder.metadata().row_groups().iter().enumerate() {
        let end = first + u64::try_from(group.num_rows()).unwrap_or(0);
        if end <= wanted.start {
            skipped = end;
        } else if first < wanted.end {
            groups.push(number);
        }
        first = end;
    }
    let rows = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX);
    builder
        .with_row_groups(groups)
        .with_offset(rows(wanted.start - skipped))
        .with_limit(rows(wanted.end - wanted.start))
}

/// Reads of a file that somebody else may have written or damaged: what the Parquet library makes of it, a panic included, is "nothing
/// could be read".
pub fn guarded<T>(read: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(read)).ok().flatten()
}

/// Opens a Parquet file for reading, trusting nothing in it but what it says of itself: an Arrow schema
/// embedded by another writer is not followed.
///
/// # Errors
/// When it cannot be opened or has no readable footer.
pub fn open_parquet(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, ColumnarError> {
    let (file, footer) = parquet_footer(path)?;
    Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(
        file, footer,
    ))
}

/// The footer of a file that is opened as by [`open_parquet`], for whoever opens it more than once.
///
/// # Errors
/// As [`open_parquet`].
pub fn parquet_footer(path: &Path) -> Result<(File, ArrowReaderMetadata), ColumnarError> {
    let file = open_regular(path).map_err(ColumnarError::io("open", path))?;
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let footer = ArrowReaderMetadata::load(&file, options);
    Ok((file, footer.map_err(ColumnarError::parquet("read", path))?))
}

/// Batches of a staged table or of a unit, in key order.
pub struct Batches {
    rows: StagedRows,
    columns: Vec<usize>,
    batch_rows: usize,
    /// The part that is opened next.
    next: usize,
    /// The number in the table of that part's first row.
    first_row: u64,
    reader: Option<ParquetRecordBatchReader>,
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ColumnarError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let batch = self.reader.as_mut()?.next();
            if let Some(batch) = batch {
                return Some(batch.map_err(|failed| self.failed(failed)));
            }
            if let Err(refused) = self.open_next() {
                return Some(Err(refused));
            }
        }
    }
}

impl Batches {
    /// Goes on to the next part that has rows of the unit; to none after the last.
    fn open_next(&mut self) -> Result<(), ColumnarError> {
        self.reader = None;
        while let Some(part) = self.rows.parts.get(self.next) {
            self.next += 1;
            let (first, end) = (self.first_row, self.first_row.saturating_add(part.rows));
            self.first_row = end;
            let wanted = self.rows.unit.as_ref().map(|unit| {
                let within = |row: u64| row.clamp(first, end) - first;
                within(unit.start)..within(unit.end)
            });
            if wanted.as_ref().is_some_and(Range::is_empty) {
                continue;
            }
            let how = (self.columns.as_slice(), self.batch_rows);
            self.reader = Some(self.rows.read_part(part, how, wanted)?);
            break;
        }
        Ok(())
    }

    /// A disk that did not answer is no damage: what is staged may be whole, and extracting again is a night's work.
    fn failed(&self, failed: ArrowError) -> ColumnarError {
        let words = failed.to_string();
        let part = self.next.checked_sub(1);
        let part = part.and_then(|part| self.rows.parts.get(part));
        let path = part.map_or_else(PathBuf::new, |part| part.path.clone());
        if from_the_system(&words) {
            return ColumnarError::io("read", &path)(io::Error::other(failed));
        }
        ColumnarError::Staging {
            path,
            message: format!(
                "table `{}` is damaged ({words}); extract again into an empty folder",
                self.rows.id
            ),
        }
    }
}

/// Whether an error came from the operating system. The Parquet reader hands on words alone; the standard library
/// ends every error of the system like this, and decompression errors have no such number.
fn from_the_system(words: &str) -> bool {
    words.contains("(os error ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_disk_is_told_from_damage_through_the_words_of_the_parquet_reader() {
        let through =
            |error: io::Error| ArrowError::from(parquet::errors::ParquetError::from(error));
        let words = |error| through(error).to_string();
        // 5 is EIO, 24 is EMFILE.
        assert!(from_the_system(&words(io::Error::from_raw_os_error(5))));
        assert!(from_the_system(&words(io::Error::from_raw_os_error(24))));
        assert!(!from_the_system(&words(io::Error::other("corrupt block"))));
        assert!(!from_the_system(&words(
            io::ErrorKind::UnexpectedEof.into()
        )));
    }
}
