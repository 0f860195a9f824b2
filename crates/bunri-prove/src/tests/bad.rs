//! Splitters that let something through: the real one, and then a hand on the retail store that knows all of staging.

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use bunri_columnar::{Staging, open_parquet, part_name};
use bunri_fingerprint::Cells;
use bunri_split::SplitError;
use bunri_types::Value;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};

use crate::plain::Plain;
use crate::{Shipped, SplitTask, Splitter};

/// The real splitter, and what comes after it.
pub(super) struct Bad<F: Fn(&After<'_>)>(pub(super) F);

impl<F: Fn(&After<'_>)> Splitter for Bad<F> {
    fn split(&self, task: &SplitTask<'_>) -> Result<(), SplitError> {
        Shipped.split(task)?;
        (self.0)(&After { task });
        Ok(())
    }
}

/// A split that has just ended.
pub(super) struct After<'a> {
    pub(super) task: &'a SplitTask<'a>,
}

impl After<'_> {
    /// All staged rows of a table.
    pub(super) fn staged(&self, id: &str) -> RecordBatch {
        let catalogue = self.task.catalogue;
        let staging = Staging::open(&self.task.roots.custody, catalogue).unwrap();
        let table = staging.table(catalogue.table(id).unwrap()).unwrap();
        let batches: Vec<RecordBatch> = table.all(1024).unwrap().map(Result::unwrap).collect();
        let schema = bunri_columnar::staging_schema(catalogue.table(id).unwrap());
        concat_batches(&schema, &batches).unwrap()
    }

    pub(super) fn path(&self, id: &str) -> PathBuf {
        self.task.roots.retail.join(id).join(part_name(0))
    }

    /// All rows of a table of retail.
    pub(super) fn retail(&self, id: &str) -> RecordBatch {
        let reader = open_parquet(&self.path(id)).unwrap();
        let schema = reader.schema().clone();
        let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
        concat_batches(&schema, &batches).unwrap()
    }

    /// Writes a table of retail again, a row group for each batch.
    pub(super) fn write(
        &self,
        id: &str,
        groups: &[RecordBatch],
        properties: WriterPropertiesBuilder,
    ) {
        let file = File::create(self.path(id)).unwrap();
        let schema = groups[0].schema();
        let mut writer = ArrowWriter::try_new(file, schema, Some(properties.build())).unwrap();
        for group in groups {
            writer.write(group).unwrap();
            writer.flush().unwrap();
        }
        writer.close().unwrap();
    }

    /// Writes a table of retail as it was, with a word in its metadata.
    pub(super) fn with_metadata(&self, id: &str, word: String) {
        let entry = KeyValue::new("note".to_owned(), word);
        let properties = plain().set_key_value_metadata(Some(vec![entry]));
        self.write(id, &[self.retail(id)], properties);
    }

    /// The staged row of every retail row, by the first key column, which is unique in the tables that are asked.
    pub(super) fn partners(&self, id: &str) -> Vec<usize> {
        let staged = texts(&self.staged(id), 0);
        let by_key: HashMap<&Option<String>, usize> = staged
            .iter()
            .enumerate()
            .map(|(row, key)| (key, row))
            .collect();
        texts(&self.retail(id), 0)
            .iter()
            .map(|key| by_key[key])
            .collect()
    }
}

pub(super) fn plain() -> WriterPropertiesBuilder {
    WriterProperties::builder()
}

pub(super) fn compressed(level: usize) -> WriterPropertiesBuilder {
    let level = ZstdLevel::try_new(i32::try_from(level).unwrap()).unwrap();
    plain().set_compression(Compression::ZSTD(level))
}

/// The rows in another order, or fewer.
pub(super) fn taken(batch: &RecordBatch, rows: &[usize]) -> RecordBatch {
    let rows: arrow_array::UInt64Array = rows.iter().map(|&row| row as u64).collect();
    take_record_batch(batch, &rows).unwrap()
}

pub(super) fn position(batch: &RecordBatch, column: &str) -> usize {
    batch.schema().index_of(column).unwrap()
}

/// A text column.
pub(super) fn texts(batch: &RecordBatch, column: usize) -> Vec<Option<String>> {
    let cells = Cells::of(batch.column(column).as_ref()).unwrap();
    let text = |row| match cells.value(row) {
        Value::Text(text) => Some(text.to_owned()),
        _ => None,
    };
    (0..batch.num_rows()).map(text).collect()
}

/// Any column.
pub(super) fn values(batch: &RecordBatch, column: &str) -> Vec<Option<Plain>> {
    let cells = Cells::of(batch.column(position(batch, column)).as_ref()).unwrap();
    (0..batch.num_rows())
        .map(|row| Plain::of(cells.value(row)))
        .collect()
}
