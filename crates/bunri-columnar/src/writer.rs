//! The canonical Parquet writer: the bytes of a file are a function of its rows.
//!
//! Everything a writer may choose is fixed here: row groups and pages are cut by rows, never by bytes or by how
//! the rows arrived; no statistics, no bloom filter, no page index, no Arrow schema, no key-value metadata; a
//! dictionary holds the values that its own row group wrote, because it is built from them.

use std::io::Write;
use std::path::{Path, PathBuf};

use arrow_array::{Array, ArrayRef, RecordBatch, make_array};
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::concat::concat_batches;
use bunri_manifest::{FileEntry, RelativePath};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};

use crate::{ColumnarError, KeyRanges, PendingFile, part_name};

/// Rows in every row group but the last.
pub const ROW_GROUP_ROWS: usize = 1 << 16;
/// Rows in every page but the last of a row group.
const PAGE_ROWS: usize = 1 << 13;
/// Values are handed to the encoders in steps of this size, which divides the page.
const STEP_ROWS: usize = 1 << 10;
/// What the files say wrote them; the version of this layout, not of the tool.
const CREATED_BY: &str = "bunri canonical 1";
const DICTIONARY_BYTES: usize = 1 << 20;

fn properties() -> Result<WriterProperties, ParquetError> {
    Ok(WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by(CREATED_BY.to_owned())
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_data_page_size_limit(usize::MAX)
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
    writer: ArrowWriter<W>,
    schema: SchemaRef,
    waiting: Vec<RecordBatch>,
    waiting_rows: usize,
    group_rows: usize,
    rows: u64,
    path: PathBuf,
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
        let wrap = parquet_error("begin", path);
        let options = properties().map_err(&wrap)?;
        let options = ArrowWriterOptions::new()
            .with_properties(options)
            .with_skip_arrow_metadata(true);
        let writer =
            ArrowWriter::try_new_with_options(sink, schema.clone(), options).map_err(&wrap)?;
        let path = path.to_path_buf();
        Ok(Self {
            writer,
            schema,
            waiting: Vec::new(),
            waiting_rows: 0,
            group_rows: 0,
            rows: 0,
            path,
        })
    }

    /// Takes rows in their order.
    ///
    /// # Errors
    /// When the sink refuses.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), ColumnarError> {
        let mut start = 0;
        while start < batch.num_rows() {
            let taken = (PAGE_ROWS - self.waiting_rows).min(batch.num_rows() - start);
            self.waiting.push(batch.slice(start, taken));
            self.waiting_rows += taken;
            start += taken;
            if self.waiting_rows == PAGE_ROWS {
                self.encode_page()?;
            }
        }
        Ok(())
    }

    /// Hands a page's rows to the encoders, and ends the row group when it is full.
    fn encode_page(&mut self) -> Result<(), ColumnarError> {
        if self.waiting_rows == 0 {
            return Ok(());
        }
        let name = self.path.display().to_string();
        let wrap = || ColumnarError::arrow(&name);
        let page = concat_batches(&self.schema, &self.waiting).map_err(wrap())?;
        let page = without_idle_masks(&page).map_err(wrap())?;
        self.waiting.clear();
        self.waiting_rows = 0;
        self.group_rows += page.num_rows();
        self.rows += page.num_rows() as u64;
        self.writer
            .write(&page)
            .map_err(parquet_error("write", &self.path))?;
        if self.group_rows >= ROW_GROUP_ROWS {
            self.end_group()
        } else {
            Ok(())
        }
    }

    fn end_group(&mut self) -> Result<(), ColumnarError> {
        self.group_rows = 0;
        self.writer
            .flush()
            .map_err(parquet_error("write", &self.path))
    }

    /// Nothing more will come: what waits is written.
    fn flush_group(&mut self) -> Result<(), ColumnarError> {
        self.encode_page()?;
        self.end_group()
    }

    /// Writes the footer and gives the sink back.
    ///
    /// # Errors
    /// When the sink refuses.
    pub fn finish(mut self) -> Result<Finished<W>, ColumnarError> {
        self.flush_group()?;
        let sink = self
            .writer
            .into_inner()
            .map_err(parquet_error("finish", &self.path))?;
        Ok(Finished {
            sink,
            rows: self.rows,
        })
    }
}

/// A mask of NULLs without a NULL says that there were some in the batch from which these rows were cut, and the encoder
/// steps otherwise where there is a mask. Only rows may tell in a file, so such masks go.
fn without_idle_masks(page: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let plain = |column: &ArrayRef| {
        if column.null_count() > 0 || column.nulls().is_none() {
            return Ok(column.clone());
        }
        let data = column.to_data().into_builder().nulls(None).build()?;
        Ok(make_array(data))
    };
    let columns = page.columns().iter().map(plain);
    RecordBatch::try_new(page.schema(), columns.collect::<Result<_, ArrowError>>()?)
}

fn parquet_error(action: &'static str, path: &Path) -> impl Fn(ParquetError) -> ColumnarError {
    let path = path.to_path_buf();
    move |source| ColumnarError::Parquet {
        action,
        path: path.clone(),
        source,
    }
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
