//! A table with the edits of a pair carried out, written as staging: typed, in key order, each key once.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;
use arrow_select::take::take_record_batch;
use bunri_columnar::{
    BatchSorter, CanonicalWriter, CustodyLayout, PendingFile, STAGING, SortedBatches, Staging,
    create_folder, key_converter, part_name, staging_schema,
};
use bunri_fingerprint::Cells;
use bunri_manifest::{FileEntry, RelativePath, StagedTable};

use crate::ProveError;
use crate::apply::{Ground, Prepared};
use crate::plain::{Plain, column};
use crate::plan::{Edit, fresh_column};
use crate::strategy::Strategy;
use crate::tally::Changes;

const BATCH_ROWS: usize = 8192;
/// Among rows of one key, those that were there sort before those that were made; it is not written.
const MADE: &str = "bunri_made";

/// Writes a table below `custody` and says how much each edit changed.
pub(crate) fn perturb(
    ground: Ground<'_>,
    staging: &Staging,
    position: usize,
    edits: &[&Edit],
    custody: &Path,
    budget: usize,
) -> Result<(StagedTable, Vec<Changes>), ProveError> {
    let table = &ground.catalogue.tables[position];
    let prepared: Vec<Prepared<'_>> = edits
        .iter()
        .map(|edit| Prepared::new(edit, ground))
        .collect();
    let mut work = Work {
        prepared: &prepared,
        ground,
        position,
        changes: vec![Changes::default(); edits.len()],
    };
    let schema = with_mark(&staging_schema(table));
    let mark = table.columns.len();
    let first: Vec<usize> = match table.key[..] {
        [] => Vec::new(),
        _ => table.key.iter().copied().chain([mark]).collect(),
    };
    let mut sorter = BatchSorter::new(&table.id, schema.clone(), &first, custody, budget)?;
    let mut row = 0;
    for batch in staging.table(table)?.all(BATCH_ROWS)? {
        let batch = batch?;
        let (rows, made) = work.batch(&batch, row)?;
        row += batch.num_rows();
        sorter.push(&marked(&schema, &rows, made).map_err(ProveError::arrow(&table.id))?)?;
        if let Some(new) = work.new_rows(&batch, row - batch.num_rows())? {
            let made = vec![true; new.num_rows()];
            sorter.push(&marked(&schema, &new, made).map_err(ProveError::arrow(&table.id))?)?;
        }
    }
    let file = write(ground, position, sorter.finish()?, custody)?;
    let before = staging.entry(table)?;
    let rejected = before.rejects.as_ref().map_or(0, |rejects| rejects.rows);
    let entry = StagedTable {
        id: table.id.clone(),
        name: table.name.clone(),
        source_rows: file.rows + rejected,
        files: vec![file],
        rejects: before.rejects.clone(),
        // The source's figures are those of a source that does not exist.
        totals: Vec::new(),
        foreign_keys: before.foreign_keys.clone(),
        made_of: before.made_of.clone(),
        delta: None,
    };
    Ok((entry, work.changes))
}

fn with_mark(schema: &SchemaRef) -> SchemaRef {
    let mark = Arc::new(Field::new(MADE, DataType::Boolean, true));
    let fields = schema.fields().iter().cloned().chain([mark]);
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn marked(
    schema: &SchemaRef,
    rows: &RecordBatch,
    made: Vec<bool>,
) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let mark: ArrayRef = Arc::new(BooleanArray::from(made));
    let columns = rows.columns().iter().cloned().chain([mark]).collect();
    RecordBatch::try_new(schema.clone(), columns)
}

/// The edits of one table at work.
struct Work<'a> {
    prepared: &'a [Prepared<'a>],
    ground: Ground<'a>,
    position: usize,
    changes: Vec<Changes>,
}

impl Work<'_> {
    /// The rows of a batch that stay, with other cells, and which of them got another key.
    fn batch(
        &mut self,
        batch: &RecordBatch,
        first: usize,
    ) -> Result<(RecordBatch, Vec<bool>), ProveError> {
        let table = &self.ground.catalogue.tables[self.position];
        let mut columns = batch.columns().to_vec();
        let mut made = vec![false; batch.num_rows()];
        let mut stays = vec![true; batch.num_rows()];
        for (edit, changes) in self.prepared.iter().zip(&mut self.changes) {
            if let Some(at) = edit.edit.column {
                let (replaced, rows) = edit.on_column(&columns[at], at, first)?;
                columns[at] = replaced;
                changes.cells += rows.len() as u64;
                if table.key.contains(&at) {
                    changes.rows += rows.len() as u64;
                    rows.iter().for_each(|&row| made[row] = true);
                }
            } else if edit.edit.strategy == Strategy::Delete {
                let gone = (0..stays.len()).filter(|row| edit.takes(first + row));
                for row in gone.collect::<Vec<_>>() {
                    stays[row] = false;
                    changes.rows += 1;
                }
            }
        }
        let wrap = ProveError::arrow(&table.id);
        let rows = RecordBatch::try_new(batch.schema(), columns)
            .and_then(|rows| filter_record_batch(&rows, &BooleanArray::from(stays.clone())))
            .map_err(wrap)?;
        let mut kept = stays.into_iter();
        made.retain(|_| kept.next().unwrap_or(false));
        Ok((rows, made))
    }

    /// Rows that were not there, made from rows of the batch.
    fn new_rows(
        &mut self,
        batch: &RecordBatch,
        first: usize,
    ) -> Result<Option<RecordBatch>, ProveError> {
        let table = &self.ground.catalogue.tables[self.position];
        let adds = |edit: &Prepared<'_>| {
            edit.edit.column.is_none() && edit.edit.strategy != Strategy::Delete
        };
        let Some(at) = self.prepared.iter().position(adds) else {
            return Ok(None);
        };
        let edit = &self.prepared[at];
        let fresh = fresh_column(self.ground.flows, self.position, table);
        let cells: Vec<Cells<'_>> = batch
            .columns()
            .iter()
            .map(|column| Cells::of(column.as_ref()))
            .collect::<Result<_, _>>()?;
        let mut columns: Vec<Vec<Option<Plain>>> = vec![Vec::new(); cells.len()];
        for row in (0..batch.num_rows()).filter(|row| edit.takes(first + row)) {
            let mut new: Vec<Option<Plain>> = cells
                .iter()
                .map(|cells| Plain::of(cells.value(row)))
                .collect();
            edit.on_new_row(&mut new, fresh, edit.edit.draw.at((first + row) as u64));
            columns
                .iter_mut()
                .zip(new)
                .for_each(|(column, cell)| column.push(cell));
            self.changes[at].rows += 1;
        }
        let arrays = columns.iter().zip(batch.columns());
        let arrays: Result<Vec<ArrayRef>, _> = arrays
            .map(|(cells, like)| column(like.data_type(), cells))
            .collect();
        let rows = arrays.and_then(|arrays| RecordBatch::try_new(batch.schema(), arrays));
        rows.map(Some).map_err(ProveError::arrow(&table.id))
    }
}

/// Writes sorted rows. Of several rows with one key the first is kept, and those that were there sort first: a made key
/// that happens to be taken must not cost retail a row.
fn write(
    ground: Ground<'_>,
    position: usize,
    mut sorted: SortedBatches,
    custody: &Path,
) -> Result<FileEntry, ProveError> {
    let table = &ground.catalogue.tables[position];
    let folder = CustodyLayout::new(custody).staging().join(&table.id);
    create_folder(&folder)?;
    let path = folder.join(part_name(0));
    let schema = staging_schema(table);
    let mut writer = CanonicalWriter::new(PendingFile::create(&path)?, schema, &path)?;
    let converter = key_converter(table, &table.key)?;
    let every: Vec<usize> = (0..table.columns.len()).collect();
    let mut last: Option<Vec<u8>> = None;
    while let Some(batch) = sorted.next_batch(BATCH_ROWS)? {
        let rows = batch
            .project(&every)
            .map_err(ProveError::arrow(&table.id))?;
        if table.key.is_empty() {
            writer.write(&rows)?;
            continue;
        }
        let keys: Vec<ArrayRef> = table
            .key
            .iter()
            .map(|&at| rows.column(at).clone())
            .collect();
        let keys = converter
            .convert_columns(&keys)
            .map_err(ProveError::arrow(&table.id))?;
        let mut firsts = Vec::with_capacity(rows.num_rows());
        for row in 0..rows.num_rows() {
            let key = keys.row(row);
            if last.as_deref() != Some(key.data()) {
                firsts.push(row as u64);
                last = Some(key.data().to_vec());
            }
        }
        let firsts = arrow_array::UInt64Array::from(firsts);
        writer.write(&take_record_batch(&rows, &firsts).map_err(ProveError::arrow(&table.id))?)?;
    }
    let finished = writer.finish()?;
    let digests = finished.sink.commit()?;
    let name = format!("{STAGING}/{}/{}", table.id, part_name(0));
    let name = RelativePath::try_from(name).map_err(ProveError::Name)?;
    Ok(FileEntry::new(name, finished.rows, digests))
}
