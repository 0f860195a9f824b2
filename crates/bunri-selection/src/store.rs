//! A store as its manifest lists it. Whatever is read of it was hashed first, through the same handle.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, TimeUnit};
use arrow_select::filter::filter_record_batch;
use bunri_manifest::{
    B3SUMS, Blake3Hex, Digester, FileEntry, MANIFEST, SHA256SUMS, StoreManifest, TableEntry,
    open_regular,
};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

use crate::errors::SelectionError;
use crate::filter::Filter;

const BATCH_ROWS: usize = 8_192;
/// A manifest of a million files.
const MOST_MANIFEST_BYTES: u64 = 1 << 30;

/// A finished store.
#[derive(Debug)]
pub struct StoreFolder {
    root: PathBuf,
    manifest: StoreManifest,
    digest: Blake3Hex,
}

impl StoreFolder {
    /// Opens a store: its manifest is one that bunri writes, and the two files of sums say the same.
    ///
    /// # Errors
    /// [`SelectionError`] when it is not. No data file is looked at yet.
    pub fn open(root: &Path) -> Result<Self, SelectionError> {
        refuse_link(root)?;
        let path = root.join(MANIFEST);
        let text = small(&path)?;
        let parsed = StoreManifest::parse(&text);
        let manifest = parsed.map_err(|source| SelectionError::Manifest {
            path: path.clone(),
            source,
        })?;
        if !manifest.is_canonical(&text) {
            return Err(SelectionError::NotCanonical(path));
        }
        let mut digester = Digester::new();
        digester.update(&text);
        let digests = digester.finish();
        for (name, sums) in [
            (B3SUMS, manifest.b3sums(&digests)),
            (SHA256SUMS, manifest.sha256sums(&digests)),
        ] {
            let path = root.join(name);
            if small(&path)? != sums.as_bytes() {
                return Err(SelectionError::Changed(path));
            }
        }
        Ok(Self {
            root: root.to_path_buf(),
            manifest,
            digest: digests.blake3,
        })
    }

    /// What it contains.
    #[must_use]
    pub fn manifest(&self) -> &StoreManifest {
        &self.manifest
    }

    /// BLAKE3 of the manifest's bytes.
    #[must_use]
    pub fn digest(&self) -> &Blake3Hex {
        &self.digest
    }

    /// A table by its id.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&TableEntry> {
        self.manifest.tables.iter().find(|table| table.id == id)
    }

    /// Shows the rows that meet every condition, in the order of the store: batches of the columns `read` (places in the table,
    /// ascending, among them all that the filter needs).
    ///
    /// # Errors
    /// When a file is not the listed one, and what `see` returns.
    pub fn select(
        &self,
        table: &TableEntry,
        filter: &Filter,
        read: &[usize],
        see: &mut dyn FnMut(&RecordBatch) -> Result<(), SelectionError>,
    ) -> Result<(), SelectionError> {
        for entry in &table.files {
            let path = entry.path.below(&self.root);
            let file = self.listed(entry, &path)?;
            let rows = each_batch(&path, file, table, read, &mut |batch| {
                let mask = filter.mask(batch, read)?;
                let kept = filter_record_batch(batch, &mask).map_err(|_| SelectionError::Batch)?;
                see(&kept)
            })?;
            if rows != entry.rows {
                return Err(SelectionError::Shape(path));
            }
        }
        Ok(())
    }

    /// The listed file, hashed, and wound back to its beginning.
    fn listed(&self, entry: &FileEntry, path: &Path) -> Result<File, SelectionError> {
        let failed = |source| SelectionError::Read {
            path: path.to_path_buf(),
            source,
        };
        // Every folder between the root and the file.
        let mut below = self.root.clone();
        for part in entry.path.as_str().split('/') {
            below.push(part);
            refuse_link(&below)?;
        }
        let mut file = open_regular(path).map_err(failed)?;
        let mut digester = Digester::new();
        io::copy(&mut file, &mut digester).map_err(failed)?;
        if !entry.is_of(&digester.finish()) {
            return Err(SelectionError::Changed(path.to_path_buf()));
        }
        file.rewind().map_err(failed)?;
        Ok(file)
    }
}

/// Rows that were read.
fn each_batch(
    path: &Path,
    file: File,
    table: &TableEntry,
    read: &[usize],
    see: &mut dyn FnMut(&RecordBatch) -> Result<(), SelectionError>,
) -> Result<u64, SelectionError> {
    let failed = |source| SelectionError::Parquet {
        path: path.to_path_buf(),
        source,
    };
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let footer = ArrowReaderMetadata::load(&file, options).map_err(failed)?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, footer);
    let fields = builder.schema().fields();
    let same = fields.len() == table.columns.len()
        && fields.iter().zip(&table.columns).all(|(field, column)| {
            *field.name() == column.name
                && word(field.data_type()).as_deref() == Some(&column.value_type)
        });
    if !same {
        return Err(SelectionError::Shape(path.to_path_buf()));
    }
    let mask = ProjectionMask::roots(builder.parquet_schema(), read.iter().copied());
    let reader = builder
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .build()
        .map_err(failed)?;
    let mut rows = 0;
    for batch in reader {
        // The library's words may quote what it read.
        let batch = batch.map_err(|_| SelectionError::Shape(path.to_path_buf()))?;
        rows += batch.num_rows() as u64;
        see(&batch)?;
    }
    Ok(rows)
}

/// The catalogue's word for a type, as manifests write it; [`None`] of what no store has.
fn word(data_type: &DataType) -> Option<String> {
    Some(match data_type {
        DataType::Utf8 => "text".to_owned(),
        DataType::Int64 => "int".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Float64 => "real".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(TimeUnit::Microsecond, None) => "timestamp".to_owned(),
        DataType::Boolean => "bool".to_owned(),
        DataType::Binary => "bytes".to_owned(),
        _ => return None,
    })
}

fn refuse_link(path: &Path) -> Result<(), SelectionError> {
    let about = path
        .symlink_metadata()
        .map_err(|source| SelectionError::Read {
            path: path.to_path_buf(),
            source,
        })?;
    if about.file_type().is_symlink() {
        return Err(SelectionError::Link(path.to_path_buf()));
    }
    Ok(())
}

fn small(path: &Path) -> Result<Vec<u8>, SelectionError> {
    refuse_link(path)?;
    let mut bytes = Vec::new();
    let read =
        open_regular(path).and_then(|file| file.take(MOST_MANIFEST_BYTES).read_to_end(&mut bytes));
    read.map_err(|source| SelectionError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    Ok(bytes)
}
