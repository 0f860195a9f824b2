//! The fact file of a parent table, or of one unit of it, while its rows are decided.

use arrow_array::RecordBatch;
use bunri_catalogue::Table;
use bunri_columnar::{StagedRows, Staging};

use super::file::FactFile;
use super::fold::{FactBuilder, Scratch};
use super::parents::{DecidedParent, ParentFold, rejected_record, write_record};
use super::rejected::parent_keys;
use crate::RedecideError;
use crate::rows::BatchKeys;

/// The index of one parent table by one list of columns, while it is built.
pub(crate) struct ParentIndex {
    pub(crate) references: Vec<usize>,
    keys: BatchKeys,
    /// The table's own ledger keys, if it has some itself: through another table they are others on every day, and the
    /// catalogue's check sees that no child asks for them.
    owners: Option<BatchKeys>,
    builder: FactBuilder<ParentFold>,
    record: Vec<u8>,
}

impl ParentIndex {
    pub(crate) fn new(
        table: &Table,
        references: Vec<usize>,
        (staging, rows): (&Staging, &StagedRows),
        scratch: &Scratch,
    ) -> Result<Self, RedecideError> {
        // Of several units the first one has them.
        let rejected = if rows.first_row() == 0 {
            parent_keys(table, &references, staging)?
        } else {
            Vec::new()
        };
        // Rejected rows are read apart from the staged ones, so that both together are in no order.
        let in_order = table.key.starts_with(&references) && rejected.is_empty();
        let mut builder = FactBuilder::new(ParentFold::default(), in_order, scratch)?;
        for key in &rejected {
            builder.push(key, &rejected_record())?;
        }
        Ok(Self {
            keys: BatchKeys::new(table, &references)?,
            owners: table
                .ledger_key
                .as_ref()
                .filter(|_| table.through.is_none())
                .map(|key| BatchKeys::new(table, key))
                .transpose()?,
            builder,
            record: Vec::new(),
            references,
        })
    }

    pub(crate) fn begin(&mut self, batch: &RecordBatch) -> Result<(), RedecideError> {
        self.keys.begin(batch)?;
        self.owners
            .iter_mut()
            .try_for_each(|keys| keys.begin(batch))
    }

    pub(crate) fn push(
        &mut self,
        row: usize,
        parent: DecidedParent,
        above: Option<&[u8]>,
    ) -> Result<(), RedecideError> {
        // NULL matches nothing, so a parent without a key has no children.
        let Some(key) = self.keys.key(row) else {
            return Ok(());
        };
        let own_key = self.owners.as_ref().map(|owners| owners.key(row));
        write_record(parent, own_key, above, &mut self.record)?;
        self.builder.push(key, &self.record)
    }

    pub(crate) fn finish(self) -> Result<FactFile, RedecideError> {
        self.builder.finish()
    }
}
