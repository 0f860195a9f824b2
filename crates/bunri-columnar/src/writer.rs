//! The canonical Parquet writer: the bytes of a file are a function of its rows.
//!
//! Everything a writer may choose is fixed here: row groups and pages are cut by rows, and by bytes where a column's
//! cells are long, never by how the rows arrived; no statistics, no bloom filter, no page index, no Arrow schema, no key-value metadata; a
//! dictionary holds the values that its own row group wrote, because it is built from them.

use std::io::Write;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::ByteArrayType;
use arrow_array::{Array, ArrayRef, GenericByteArray, RecordBatch, make_array};
use arrow_schema::{ArrowError, DataType, FieldRef, SchemaRef};
use arrow_select::concat::concat;
use bunri_manifest::{FileEntry, RelativePath};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriterOptions, compute_leaves,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;

use crate::{ColumnarError, KeyRanges, PendingFile, part_name};

/// Rows in every row group but the last.
pub const ROW_GROUP_ROWS: usize = 1 << 16;
/// Rows in every page but the last of a row group.
const PAGE_ROWS: usize = 1 << 13;
/// Plain text and bytes, with their lengths, after which a page ends before it has its rows. Also the most that is handed
/// to an encoder at once, so that a page never takes twice as much, or this and one long cell.
const PAGE_BYTES: usize = 1 << 23;
/// The longest text or bytes of one cell. A reader holds a dictionary and a page of every column at one time, and
/// verification is to read whatever extraction wrote.
pub const CELL_BYTES: usize = 1 << 25;
/// Before every text stands its length.
const LENGTH_BYTES: usize = 4;
/// Values are handed to the encoders in steps of this size, which divides the page.
const STEP_ROWS: usize = 1 << 10;
/// What the files say wrote them: the version of this layout, which is not the tool's.
pub const CREATED_BY: &str = "bunri canonical 2";
/// A dictionary that has reached this is given up, and the rest of the chunk is plain: a page of 8,192 different values of eight
/// bytes. A column that repeats itself so little takes more space by dictionary, and most of its writing time goes into looking
/// values up.
const DICTIONARY_BYTES: usize = 1 << 16;

fn properties() -> Result<WriterProperties, ParquetError> {
    Ok(WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by(CREATED_BY.to_owned())
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_write_batch_size(STEP_ROWS)
        .set_dictionary_enabled(true)
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_bloom_filter_enabled(false)
        .set_key_value_metadata(None)
        .build())
}

/// Writes one file. Rows are regrouped to whole pages, so the caller's batches leave no trace.
pub struct CanonicalWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    /// One a column, while a row group is open.
    encoders: Vec<ArrowColumnWriter>,
    waiting: Vec<Waiting>,
    waiting_rows: usize,
    group_rows: usize,
    groups: usize,
    rows: u64,
    /// Rows of the table in files before this one, for messages.
    rows_before: u64,
    path: PathBuf,
}

/// Cells of one column that are not encoded yet. They are cut column by column: what stands in one column leaves no trace
/// in the pages of another.
#[derive(Default)]
struct Waiting {
    cells: Vec<ArrayRef>,
    /// What they take in a plain page; nothing is counted of types of fixed size.
    bytes: usize,
}

/// A sink after its last byte, and what went into it.
#[derive(Debug)]
pub struct Finished<W> {
    /// Where the bytes went.
    pub sink: W,
    /// Rows written.
    pub rows: u64,
}

impl<W: Write + Send> CanonicalWriter<W> {
    /// Begins a file; `path` is for error messages only.
    ///
    /// # Errors
    /// When the sink refuses the first bytes or a type has no Parquet form.
    pub fn new(sink: W, schema: SchemaRef, path: &Path) -> Result<Self, ColumnarError> {
        let wrap = ColumnarError::parquet("begin", path);
        let options = properties().map_err(&wrap)?;
        let options = ArrowWriterOptions::new()
            .with_properties(options)
            .with_skip_arrow_metadata(true);
        let writer =
            ArrowWriter::try_new_with_options(sink, schema.clone(), options).map_err(&wrap)?;
        let (file, factory) = writer.into_serialized_writer().map_err(&wrap)?;
        let waiting = schema.fields().iter().map(|_| Waiting::default());
        Ok(Self {
            file,
            factory,
            encoders: Vec::new(),
            waiting: waiting.collect(),
            schema,
            waiting_rows: 0,
            group_rows: 0,
            groups: 0,
            rows: 0,
            rows_before: 0,
            path: path.to_path_buf(),
        })
    }

    /// The same writer of a table that has so many rows in earlier files: messages count them.
    #[must_use]
    pub fn after(self, rows_before: u64) -> Self {
        Self {
            rows_before,
            ..self
        }
    }

    /// Rows taken so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Takes rows in their order.
    ///
    /// # Errors
    /// When the sink refuses, or a cell is longer than [`CELL_BYTES`].
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), ColumnarError> {
        let mut start = 0;
        while start < batch.num_rows() {
            let taken = (PAGE_ROWS - self.waiting_rows).min(batch.num_rows() - start);
            for (column, cells) in batch.columns().iter().enumerate() {
                self.take(column, &cells.slice(start, taken))?;
            }
            self.rows += taken as u64;
            self.waiting_rows += taken;
            start += taken;
            if self.waiting_rows == PAGE_ROWS {
                self.end_step()?;
            }
        }
        Ok(())
    }

    /// Cells of one column within a step; long ones are encoded as soon as a page's worth of bytes is there.
    fn take(&mut self, column: usize, cells: &ArrayRef) -> Result<(), ColumnarError> {
        let mut start = 0;
        // Of types of fixed size, 8,192 cells never come near.
        if let Some(sizes) = sizes(cells) {
            for (row, size) in sizes.enumerate() {
                if size > CELL_BYTES + LENGTH_BYTES {
                    return Err(self.too_large(column, row, size - LENGTH_BYTES));
                }
                let held = self.waiting[column].bytes;
                if held > 0 && held + size > PAGE_BYTES {
                    self.waiting[column].push(cells, start..row);
                    self.encode(column)?;
                    start = row;
                }
                self.waiting[column].bytes += size;
            }
        }
        self.waiting[column].push(cells, start..cells.len());
        Ok(())
    }

    fn too_large(&self, column: usize, row: usize, bytes: usize) -> ColumnarError {
        let folder = self.path.parent().and_then(Path::file_name);
        ColumnarError::CellTooLarge {
            table: folder.unwrap_or_default().to_string_lossy().into_owned(),
            column: self.schema.field(column).name().clone(),
            row: self.rows_before + self.rows + row as u64 + 1,
            bytes,
        }
    }

    /// Hands what waits in a column to its encoder.
    fn encode(&mut self, column: usize) -> Result<(), ColumnarError> {
        let waiting = std::mem::take(&mut self.waiting[column]);
        if waiting.cells.is_empty() {
            return Ok(());
        }
        let wrap = ColumnarError::parquet("write", &self.path);
        if self.encoders.is_empty() {
            let encoders = self.factory.create_column_writers(self.groups);
            self.encoders = encoders.map_err(&wrap)?;
        }
        let cells = waiting.joined();
        let cells = cells.map_err(ColumnarError::arrow(&self.path.display().to_string()))?;
        let field: &FieldRef = &self.schema.fields()[column];
        for leaf in compute_leaves(field, &cells).map_err(&wrap)? {
            self.encoders[column].write(&leaf).map_err(&wrap)?;
        }
        Ok(())
    }

    /// The encoders get the rest of a step's rows, and the row group ends when it is full.
    fn end_step(&mut self) -> Result<(), ColumnarError> {
        (0..self.waiting.len()).try_for_each(|column| self.encode(column))?;
        self.group_rows += self.waiting_rows;
        self.waiting_rows = 0;
        if self.group_rows >= ROW_GROUP_ROWS {
            self.end_group()
        } else {
            Ok(())
        }
    }

    fn end_group(&mut self) -> Result<(), ColumnarError> {
        self.group_rows = 0;
        let encoders = std::mem::take(&mut self.encoders);
        if encoders.is_empty() {
            return Ok(());
        }
        self.groups += 1;
        let file = &mut self.file;
        let written = || {
            let mut group = file.next_row_group()?;
            for encoder in encoders {
                encoder.close()?.append_to_row_group(&mut group)?;
            }
            group.close().map(drop)
        };
        written().map_err(ColumnarError::parquet("write", &self.path))
    }

    /// Nothing more will come: what waits is written.
    fn flush_group(&mut self) -> Result<(), ColumnarError> {
        self.end_step()?;
        self.end_group()
    }

    /// Writes the footer and gives the sink back.
    ///
    /// # Errors
    /// When the sink refuses.
    pub fn finish(mut self) -> Result<Finished<W>, ColumnarError> {
        self.flush_group()?;
        let sink = self
            .file
            .into_inner()
            .map_err(ColumnarError::parquet("finish", &self.path))?;
        Ok(Finished {
            sink,
            rows: self.rows,
        })
    }
}

impl Waiting {
    fn push(&mut self, cells: &ArrayRef, rows: std::ops::Range<usize>) {
        if !rows.is_empty() {
            self.cells.push(cells.slice(rows.start, rows.len()));
        }
    }

    fn joined(self) -> Result<ArrayRef, ArrowError> {
        let cells: Vec<&dyn Array> = self.cells.iter().map(AsRef::as_ref).collect();
        without_idle_mask(concat(&cells)?)
    }
}

/// What each cell takes in a plain page; [`None`] for types of fixed size.
fn sizes(cells: &ArrayRef) -> Option<Box<dyn Iterator<Item = usize> + '_>> {
    match cells.data_type() {
        DataType::Utf8 => Some(Box::new(sizes_of(cells.as_string::<i32>()))),
        DataType::Binary => Some(Box::new(sizes_of(cells.as_binary::<i32>()))),
        _ => None,
    }
}

fn sizes_of<T: ByteArrayType<Offset = i32>>(
    cells: &GenericByteArray<T>,
) -> impl Iterator<Item = usize> + '_ {
    // Under a NULL bytes may lie that nobody sees; they are not written.
    (0..cells.len()).map(|row| match cells.is_null(row) {
        true => 0,
        false => cells.value_length(row) as usize + LENGTH_BYTES,
    })
}

/// A mask of NULLs without a NULL says that there were some in the batch from which these rows were cut, and the encoder
/// steps otherwise where there is a mask. Only rows may tell in a file, so such masks go.
fn without_idle_mask(cells: ArrayRef) -> Result<ArrayRef, ArrowError> {
    if cells.null_count() > 0 || cells.nulls().is_none() {
        return Ok(cells);
    }
    let data = cells.to_data().into_builder().nulls(None).build()?;
    Ok(make_array(data))
}

/// Writes all parts of one table of a store, from rows in store order. Empty parts are written too.
pub struct StoreTableWriter<W: Write + Send> {
    ranges: KeyRanges,
    parts: Vec<CanonicalWriter<W>>,
    current: usize,
}

impl<W: Write + Send> StoreTableWriter<W> {
    /// Begins every part; `open` makes the sink of part *k* and its name for messages.
    ///
    /// # Errors
    /// When a part cannot be begun.
    pub fn new(
        schema: &SchemaRef,
        ranges: &KeyRanges,
        mut open: impl FnMut(usize) -> Result<(W, PathBuf), ColumnarError>,
    ) -> Result<Self, ColumnarError> {
        let begin = |part| {
            let (sink, path) = open(part)?;
            CanonicalWriter::new(sink, schema.clone(), &path)
        };
        let parts = (0..ranges.parts()).map(begin).collect::<Result<_, _>>()?;
        Ok(Self {
            ranges: ranges.clone(),
            parts,
            current: 0,
        })
    }

    /// Takes rows in store order.
    ///
    /// # Errors
    /// When a sink refuses.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), ColumnarError> {
        for (part, piece) in self.ranges.cut(batch) {
            // Rows ascend, so the parts before this one are whole: their last row group need not wait in memory.
            self.parts[self.current.min(part)..part]
                .iter_mut()
                .try_for_each(CanonicalWriter::flush_group)?;
            self.current = self.current.max(part);
            self.parts[part].write(&piece)?;
        }
        Ok(())
    }

    /// Finishes every part, in order.
    ///
    /// # Errors
    /// When a sink refuses.
    pub fn finish(self) -> Result<Vec<Finished<W>>, ColumnarError> {
        self.parts
            .into_iter()
            .map(CanonicalWriter::finish)
            .collect()
    }
}

impl StoreTableWriter<PendingFile> {
    /// Begins the files of table `id` below `root`; they appear only with [`StoreTableWriter::commit`].
    ///
    /// # Errors
    /// When the folder cannot be made or a file of that name is there.
    pub fn create(
        root: &Path,
        id: &str,
        schema: &SchemaRef,
        ranges: &KeyRanges,
    ) -> Result<Self, ColumnarError> {
        let folder = root.join(id);
        crate::create_folder(&folder)?;
        Self::new(schema, ranges, |part| {
            let path = folder.join(part_name(part));
            Ok((PendingFile::create(&path)?, path))
        })
    }

    /// Makes every part appear, in order, and says what was written.
    ///
    /// # Errors
    /// When the disk refuses; parts committed before the failure stay, and no manifest names them.
    pub fn commit(self, id: &str) -> Result<Vec<FileEntry>, ColumnarError> {
        let finished = self.finish()?;
        let entry = |(part, file): (usize, Finished<PendingFile>)| {
            let digests = file.sink.commit()?;
            let path = format!("{id}/{}", part_name(part));
            let path =
                RelativePath::try_from(path.clone()).map_err(|refused| ColumnarError::Staging {
                    path: path.into(),
                    message: refused.to_owned(),
                })?;
            Ok(FileEntry::new(path, file.rows, digests))
        };
        finished.into_iter().enumerate().map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use arrow_array::StringArray;

    use super::*;

    #[test]
    fn a_cell_beyond_the_limit_is_refused_with_its_place() {
        let cells = ["a".to_owned(), "x".repeat(CELL_BYTES)].map(Some);
        let column: ArrayRef = Arc::new(StringArray::from_iter(cells));
        let batch = RecordBatch::try_from_iter([("scan", column)]).unwrap();
        let path = Path::new("staging/point/part-00000.parquet");
        let mut writer = CanonicalWriter::new(Vec::new(), batch.schema(), path).unwrap();
        writer.write(&batch).unwrap();
        let column: ArrayRef = Arc::new(StringArray::from_iter([Some("x".repeat(CELL_BYTES + 1))]));
        let batch = RecordBatch::try_from_iter([("scan", column)]).unwrap();
        let message = writer.write(&batch).unwrap_err().to_string();
        let place = "table `point`, column `scan`: the cell of row 3 in the table's order has 33554433 bytes";
        assert!(message.starts_with(place), "{message}");
    }
}
