//! The staging layout: `staging/<id>/part-00000.parquet` in key order, `rejects/<id>.jsonl`, and
//! `staging/manifest.json`, whose presence means "complete".

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use bunri_catalogue::{Catalogue, Table};
use bunri_manifest::{StagedTable, StagingManifest, open_regular, read_regular};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::{ColumnarError, CustodyLayout, RejectReader, staging_schema};

/// The first (in staging the only) part of a table.
pub const PARQUET_PART: &str = "part-00000.parquet";

/// The file name of part *k*.
#[must_use]
pub fn part_name(part: usize) -> String {
    format!("part-{part:05}.parquet")
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
        let manifest =
            StagingManifest::parse(&text).map_err(|refused| wrong(refused.to_string()))?;
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
    pub fn table(&self, table: &Table) -> Result<TableFile, ColumnarError> {
        let entry = self.entry(table)?;
        Ok(TableFile {
            id: table.id.clone(),
            path: entry.file.path.below(&self.custody),
            rows: entry.file.rows,
            schema: staging_schema(table),
        })
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

/// The staged rows of one table.
#[derive(Debug, Clone)]
pub struct TableFile {
    id: String,
    path: PathBuf,
    rows: u64,
    schema: SchemaRef,
}

impl TableFile {
    /// Rows, as the manifest says.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Reads every column.
    ///
    /// # Errors
    /// When the file is not the Parquet file that the catalogue's types describe.
    pub fn all(&self, batch_rows: usize) -> Result<Batches, ColumnarError> {
        let every: Vec<usize> = (0..self.schema.fields().len()).collect();
        self.columns(&every, batch_rows)
    }

    /// Reads these columns (positions in the catalogue's table, ascending).
    ///
    /// # Errors
    /// As [`TableFile::all`].
    pub fn columns(&self, columns: &[usize], batch_rows: usize) -> Result<Batches, ColumnarError> {
        let builder = open_parquet(&self.path)?;
        let plain = |schema: &SchemaRef| {
            let of =
                |field: &arrow_schema::FieldRef| (field.name().clone(), field.data_type().clone());
            schema.fields().iter().map(of).collect::<Vec<_>>()
        };
        if plain(builder.schema()) != plain(&self.schema) {
            return Err(ColumnarError::Staging {
                path: self.path.clone(),
                message: format!(
                    "the columns of table `{}` are not those of the catalogue",
                    self.id
                ),
            });
        }
        let mask = ProjectionMask::roots(builder.parquet_schema(), columns.iter().copied());
        let reader = builder
            .with_projection(mask)
            .with_batch_size(batch_rows)
            .build()
            .map_err(|source| parquet_read(&self.path, source))?;
        Ok(Batches {
            reader,
            id: self.id.clone(),
            path: self.path.clone(),
        })
    }
}

/// Opens a Parquet file for reading, trusting nothing in it but what it says of itself: an Arrow schema
/// embedded by another writer is not followed.
///
/// # Errors
/// When it cannot be opened or has no readable footer.
pub fn open_parquet(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, ColumnarError> {
    use parquet::arrow::arrow_reader::ArrowReaderOptions;
    let file = open_regular(path).map_err(ColumnarError::io("open", path))?;
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)
        .map_err(|source| parquet_read(path, source))
}

fn parquet_read(path: &Path, source: parquet::errors::ParquetError) -> ColumnarError {
    ColumnarError::Parquet {
        action: "read",
        path: path.to_path_buf(),
        source,
    }
}

/// Batches of a staged table, in key order.
pub struct Batches {
    reader: ParquetRecordBatchReader,
    id: String,
    path: PathBuf,
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ColumnarError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?;
        Some(batch.map_err(|failed| self.failed(failed)))
    }
}

impl Batches {
    /// A disk that did not answer is no damage: what is staged may be whole, and extracting again is a night's work.
    fn failed(&self, failed: ArrowError) -> ColumnarError {
        let words = failed.to_string();
        if from_the_system(&words) {
            return ColumnarError::io("read", &self.path)(io::Error::other(failed));
        }
        ColumnarError::Staging {
            path: self.path.clone(),
            message: format!(
                "table `{}` is damaged ({words}); extract again into an empty folder",
                self.id
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
