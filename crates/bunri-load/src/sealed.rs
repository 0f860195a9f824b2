//! A store as its manifest seals it: read by its manifest alone, each file held against its digest when it is opened.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use bunri_catalogue::Store;
use bunri_columnar::{ColumnarError, arrow_type, parquet_footer};
use bunri_manifest::{Blake3Hex, FileEntry, MANIFEST, StoreManifest, TableEntry, read_regular};
use bunri_types::ValueType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::LoadError;
use crate::kinds::value_type;

/// Rows that are decoded at once, at most.
const BATCH_ROWS: usize = 8_192;
/// Bytes that are decoded at once, by the sizes that the file says of itself.
const BATCH_BYTES: i64 = 32 << 20;

/// A store whose manifest was read.
#[derive(Debug)]
pub struct SealedStore {
    dir: PathBuf,
    pub(crate) store: Store,
    pub(crate) label: String,
    pub(crate) kind: String,
    /// Of the manifest.
    pub(crate) digest: Blake3Hex,
    pub(crate) tables: Vec<SealedTable>,
}

/// One table of it.
#[derive(Debug, Clone)]
pub(crate) struct SealedTable {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Positions of the key's columns; none for a multiset.
    pub(crate) key: Vec<usize>,
    pub(crate) columns: Vec<SealedColumn>,
    files: Vec<FileEntry>,
    pub(crate) rows: u64,
}

/// One column of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SealedColumn {
    pub(crate) name: String,
    pub(crate) value_type: ValueType,
}

impl SealedStore {
    /// Opens the store whose manifest has this digest. Whoever gives the digest has checked the store.
    ///
    /// # Errors
    /// When the manifest has another digest by now, or says what no store is.
    pub fn open(dir: &Path, checked: &Blake3Hex) -> Result<Self, LoadError> {
        let path = dir.join(MANIFEST);
        let wrong = |why: String| LoadError::Store {
            path: path.clone(),
            why,
        };
        let text = read_regular(&path).map_err(ColumnarError::io("read", &path))?;
        let digest = Blake3Hex::of(&text);
        if digest != *checked {
            return Err(wrong(
                "its manifest changed after it was checked".to_owned(),
            ));
        }
        let manifest = StoreManifest::parse(&text).map_err(|refused| wrong(refused.to_string()))?;
        let mut stores = Store::ALL.into_iter();
        let store = stores
            .find(|store| store.word() == manifest.store)
            .ok_or_else(|| {
                wrong("its manifest says which store it is in no known word".to_owned())
            })?;
        let tables: Result<Vec<SealedTable>, String> =
            manifest.tables.iter().map(sealed_table).collect();
        Ok(Self {
            dir: dir.to_path_buf(),
            store,
            label: manifest.label,
            kind: manifest.kind,
            digest,
            tables: tables.map_err(wrong)?,
        })
    }

    /// Rows of all tables.
    #[must_use]
    pub fn rows(&self) -> u64 {
        let rows = self.tables.iter().map(|table| table.rows);
        rows.fold(0, u64::saturating_add)
    }

    /// The rows of a table in the store's order, of these columns.
    pub(crate) fn batches<'s>(
        &'s self,
        table: &'s SealedTable,
        columns: &'s [usize],
    ) -> Batches<'s> {
        Batches {
            store: self,
            table,
            columns,
            next: 0,
            reader: None,
        }
    }

    /// Opens a file that still is what the manifest says.
    fn reader(
        &self,
        table: &SealedTable,
        entry: &FileEntry,
        columns: &[usize],
    ) -> Result<(PathBuf, ParquetRecordBatchReader), LoadError> {
        let path = entry.path.below(&self.dir);
        let wrong = |why: &str| LoadError::Store {
            path: path.clone(),
            why: why.to_owned(),
        };
        let (mut file, footer) = parquet_footer(&path)?;
        // The check of the whole store may be hours ago; what is hashed here is what is read below.
        if digest_of(&mut file).map_err(ColumnarError::io("read", &path))? != entry.blake3 {
            return Err(wrong("changed after it was checked"));
        }
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, footer);
        let fields = builder.schema().fields();
        let same = fields.len() == table.columns.len()
            && fields.iter().zip(&table.columns).all(|(field, column)| {
                *field.name() == column.name && *field.data_type() == arrow_type(column.value_type)
            });
        if !same {
            return Err(wrong("its columns are not those of the manifest"));
        }
        let (mut bytes, mut rows) = (0_i64, 0_i64);
        for group in builder.metadata().row_groups() {
            bytes = bytes.saturating_add(group.total_byte_size());
            rows = rows.saturating_add(group.num_rows());
        }
        let fitting = BATCH_BYTES / (bytes / rows.max(1)).max(1);
        let batch_rows = usize::try_from(fitting).unwrap_or(1).clamp(1, BATCH_ROWS);
        let mask = ProjectionMask::roots(builder.parquet_schema(), columns.iter().copied());
        let reader = builder
            .with_projection(mask)
            .with_batch_size(batch_rows)
            .build()
            .map_err(ColumnarError::parquet("read", &path))?;
        Ok((path, reader))
    }
}

fn digest_of(file: &mut File) -> std::io::Result<Blake3Hex> {
    file.seek(SeekFrom::Start(0))?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&mut *file)?;
    file.seek(SeekFrom::Start(0))?;
    let hex = hasher.finalize().to_hex().to_string();
    Blake3Hex::try_from(hex).map_err(std::io::Error::other)
}

fn sealed_table(entry: &TableEntry) -> Result<SealedTable, String> {
    let column = |column: &bunri_manifest::ColumnEntry| {
        let value_type = value_type(&column.value_type)
            .ok_or_else(|| format!("table `{}` has a column of an unknown type", entry.id))?;
        Ok(SealedColumn {
            name: column.name.clone(),
            value_type,
        })
    };
    let columns: Vec<SealedColumn> = entry
        .columns
        .iter()
        .map(column)
        .collect::<Result<_, String>>()?;
    let position = |name: &String| columns.iter().position(|column| column.name == *name);
    let key: Option<Vec<usize>> = entry.key.iter().map(position).collect();
    let rows = entry.files.iter().map(|file| file.rows);
    Ok(SealedTable {
        id: entry.id.clone(),
        name: entry.name.clone(),
        key: key.ok_or_else(|| format!("table `{}` lacks a column of its key", entry.id))?,
        files: entry.files.clone(),
        rows: rows.fold(0, u64::saturating_add),
        columns,
    })
}

/// Batches of a table, file after file. A file that has other rows than its manifest says is refused at its end.
pub(crate) struct Batches<'s> {
    store: &'s SealedStore,
    table: &'s SealedTable,
    columns: &'s [usize],
    next: usize,
    reader: Option<(PathBuf, ParquetRecordBatchReader)>,
}

impl Batches<'_> {
    /// The next rows; [`None`] after the last.
    pub(crate) fn next_batch(&mut self) -> Result<Option<RecordBatch>, LoadError> {
        loop {
            if let Some((path, reader)) = &mut self.reader {
                if let Some(batch) = reader.next() {
                    let batch = batch
                        .map_err(|error| ColumnarError::parquet("read", path)(error.into()))?;
                    return Ok(Some(batch));
                }
                self.reader = None;
            }
            let Some(entry) = self.table.files.get(self.next) else {
                return Ok(None);
            };
            self.next += 1;
            self.reader = Some(self.store.reader(self.table, entry, self.columns)?);
        }
    }
}
