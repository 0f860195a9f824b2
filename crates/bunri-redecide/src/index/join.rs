//! Rows beside facts. Where a table's rows come in the order of the facts' key, both are read side by side. Where
//! they do not, the keys are sorted, joined, and the answers are sorted back into the order of the rows, as a
//! fact file keyed by the row's number.

use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use bunri_catalogue::Table;
use bunri_columnar::StagedRows;

use super::file::{Fact, FactFile, FactReader, FactWriter};
use super::fold::{Scratch, cut};
use crate::RedecideError;
use crate::rows::{BATCH_ROWS, EncodedKeys, Keys};

/// Facts that can be asked row by row.
#[derive(Clone)]
pub(crate) struct Joined {
    facts: Arc<FactFile>,
    /// The key columns; [`None`] where the facts are keyed by the row's number in its table.
    by_key: Option<Vec<usize>>,
}

impl Joined {
    /// Facts about `columns` of the rows of a table.
    pub(crate) fn new(
        table: &Table,
        rows: &StagedRows,
        columns: &[usize],
        facts: &Arc<FactFile>,
        scratch: &Scratch,
    ) -> Result<Self, RedecideError> {
        if table.key.starts_with(columns) {
            return Ok(Self {
                facts: facts.clone(),
                by_key: Some(columns.to_vec()),
            });
        }
        Ok(Self::by_number(scatter(
            table, rows, columns, facts, scratch,
        )?))
    }

    /// Facts keyed by the row's number.
    pub(crate) fn by_number(facts: FactFile) -> Self {
        Self {
            facts: Arc::new(facts),
            by_key: None,
        }
    }

    pub(crate) fn read(&self, table: &Table) -> Result<Asking, RedecideError> {
        let keys = self
            .by_key
            .as_ref()
            .map(|columns| Keys::new(table, columns))
            .transpose()?;
        Ok(Asking {
            reader: self.facts.read()?,
            keys,
            encoded: None,
        })
    }
}

/// Asks for one row after the other, in staging order.
pub(crate) struct Asking {
    reader: FactReader,
    keys: Option<Keys>,
    encoded: Option<EncodedKeys>,
}

impl Asking {
    /// The rows of this batch will be asked next.
    pub(crate) fn begin(&mut self, batch: &RecordBatch) -> Result<(), RedecideError> {
        self.encoded = self
            .keys
            .as_mut()
            .map(|keys| keys.encode(batch))
            .transpose()?;
        Ok(())
    }

    /// The fact about a row; [`None`] if its key is NULL or unknown.
    pub(crate) fn fact(
        &mut self,
        row: usize,
        number: u64,
    ) -> Result<Option<Fact<'_>>, RedecideError> {
        match &self.encoded {
            None => self.reader.find(&number.to_be_bytes()),
            Some(encoded) => match encoded.key(row) {
                Some(key) => self.reader.find(key),
                None => Ok(None),
            },
        }
    }
}

/// Sorts the keys of these rows, joins them with the facts, and sorts the answers by the number of the row in its table.
fn scatter(
    table: &Table,
    rows: &StagedRows,
    columns: &[usize],
    facts: &FactFile,
    scratch: &Scratch,
) -> Result<FactFile, RedecideError> {
    let mut requests = scratch.sorter();
    let mut keys = Keys::projected(table, columns)?;
    let mut number = rows.first_row();
    for batch in rows.columns(&keys.projection(), BATCH_ROWS)? {
        let batch = batch?;
        let encoded = keys.encode(&batch)?;
        for row in 0..batch.num_rows() {
            if let Some(key) = encoded.key(row) {
                requests.push_parts(&[
                    key,
                    &number.to_be_bytes(),
                    &(key.len() as u64).to_le_bytes(),
                ])?;
            }
            number += 1;
        }
    }
    let mut requests = requests.finish()?;
    let mut reader = facts.read()?;
    let mut answers = scratch.sorter();
    while let Some(request) = requests.next()? {
        let (key, number) = cut(request);
        if let Some(fact) = reader.find(key)? {
            answers.push_parts(&[number, fact.bytes])?;
        }
    }
    write_answers(answers.finish()?, &scratch.folder)
}

fn write_answers(
    mut answers: bunri_columnar::SortedRecords,
    folder: &Path,
) -> Result<FactFile, RedecideError> {
    let mut writer = FactWriter::create(folder)?;
    while let Some(answer) = answers.next()? {
        let (number, fact) = answer.split_at_checked(8).ok_or(RedecideError::Index)?;
        writer.write(number, fact)?;
    }
    writer.finish()
}
