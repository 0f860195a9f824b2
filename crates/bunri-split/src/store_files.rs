//! The files of one table in one store, while they are written.

use std::path::Path;

use arrow_array::RecordBatch;
use bunri_catalogue::{Store, Table};
use bunri_columnar::{
    BatchSorter, ColumnarError, KeyRanges, Observer, PendingFile, StoreTableWriter,
};
use bunri_index::{PASS_ROWS, Spill};
use bunri_manifest::FileEntry;
use bunri_work::TakeInOrder;

use crate::SplitError;
use crate::cells::StorePlan;
use crate::errors::stop_if_cancelled;
use crate::rekey::KeyWatch;

/// A store and its root.
#[derive(Debug, Clone)]
pub(crate) struct Target<'a> {
    pub(crate) store: Store,
    pub(crate) root: &'a Path,
}

/// Takes a store's rows in staging order and writes them in the store's.
pub(crate) struct StoreFiles {
    id: String,
    writer: StoreTableWriter<PendingFile>,
    /// A multiset has no key, and a hash another order than its value: such rows are sorted first.
    sorter: Option<BatchSorter>,
    watch: Option<KeyWatch>,
}

impl TakeInOrder for StoreFiles {
    type Item = RecordBatch;
    type Error = SplitError;

    fn take(&mut self, rows: &RecordBatch) -> Result<(), SplitError> {
        match &mut self.sorter {
            Some(sorter) => sorter.push(rows)?,
            None => self.writer.write(rows)?,
        }
        Ok(())
    }
}

impl StoreFiles {
    pub(crate) fn open(
        table: &Table,
        plan: &StorePlan,
        target: &Target<'_>,
        ranges: &KeyRanges,
        spill: Spill<'_>,
    ) -> Result<Self, SplitError> {
        let writer = StoreTableWriter::create(target.root, &table.id, &plan.schema, ranges)?;
        let (key, reorders) = (plan.key(table), plan.reorders(table));
        let mut sorter = None;
        if key.is_empty() || reorders {
            let schema = plan.schema.clone();
            sorter = Some(spill.sorter(&table.id, schema, &key)?);
        }
        let watch = reorders.then(|| KeyWatch::new(&table.id, &plan.schema, key));
        Ok(Self {
            id: table.id.clone(),
            writer,
            sorter,
            watch: watch.transpose()?,
        })
    }

    pub(crate) fn commit(mut self, observer: &dyn Observer) -> Result<Vec<FileEntry>, SplitError> {
        if let Some(sorter) = self.sorter.take() {
            let mut sorted = sorter.finish()?;
            while let Some(batch) = sorted.next_batch(PASS_ROWS)? {
                stop_if_cancelled(observer)?;
                if let Some(watch) = &mut self.watch
                    && watch
                        .sees_double(&batch)
                        .map_err(ColumnarError::arrow(&self.id))?
                {
                    return Err(SplitError::RekeyCollision { table: self.id });
                }
                self.writer.write(&batch)?;
            }
        }
        Ok(self.writer.commit(&self.id)?)
    }
}
