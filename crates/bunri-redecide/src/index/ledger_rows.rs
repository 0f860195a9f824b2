//! The rows of a ledger by supply point, each by its name: for whoever wants to know which of them left a row undecided.
//! Nothing is decided by it.

use std::sync::Arc;

use arrow_array::RecordBatch;
use bunri_catalogue::{Catalogue, LedgerTable, Table};
use bunri_columnar::Staging;
use bunri_decisions::written_key;
use bunri_types::value_text;

use super::file::FactFile;
use super::fold::{FactBuilder, Fold, Scratch};
use super::join::{Asking, Joined};
use super::rejected::ledger_keys;
use crate::RedecideError;
use crate::rows::{BATCH_ROWS, Keys, View};

/// Names that are kept of one supply point; the others are counted.
const NAMED: usize = 16;

/// What the name of a ledger row is.
const BY_KEY: u8 = 0;
const BY_NUMBER: u8 = 1;
const REJECTED: u8 = 2;

/// One row of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// The table, by its place in the catalogue.
    pub table: usize,
    /// Which of its rows.
    pub name: LedgerRowName,
}

/// How a ledger row is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerRowName {
    /// By its key, as decisions write it.
    Key(String),
    /// By its number in staging, from 1.
    Number(u64),
    /// A row of the rejects has this supply point; which one, they say themselves.
    Rejected,
}

/// Every ledger's rows by supply point.
#[derive(Debug)]
pub struct LedgerRows {
    /// In the order of the catalogue's ledgers.
    ledgers: Vec<Arc<FactFile>>,
}

impl LedgerRows {
    /// Reads the ledgers and their rejects.
    ///
    /// # Errors
    /// When staging cannot be read, or a row of the ledger has no key that can be.
    pub fn build(
        catalogue: &Catalogue,
        staging: &Staging,
        scratch: &Scratch,
    ) -> Result<Self, RedecideError> {
        let one = |ledger: &bunri_catalogue::Ledger| {
            let mut builder = FactBuilder::new(NamesFold::default(), false, scratch)?;
            for part in &ledger.tables {
                add_table(catalogue, part, staging, &mut builder)?;
            }
            Ok(Arc::new(builder.finish()?))
        };
        let ledgers = catalogue.ledgers.iter().map(one);
        Ok(Self {
            ledgers: ledgers.collect::<Result<_, RedecideError>>()?,
        })
    }

    /// To be asked beside the rows of a table; [`None`] of a table that does not hold its ledger's key itself.
    ///
    /// # Errors
    /// When staging or a temporary file cannot be read.
    pub fn beside(
        &self,
        table: &Table,
        staging: &Staging,
        scratch: &Scratch,
    ) -> Result<Option<LedgerRowsAsking>, RedecideError> {
        let Some(key) = table
            .ledger_key
            .as_ref()
            .filter(|_| table.through.is_none())
        else {
            return Ok(None);
        };
        let rows = staging.table(table)?;
        let facts = self.ledgers.get(table.ledger).ok_or(RedecideError::Index)?;
        let joined = Joined::new(table, &rows, key, facts, scratch)?;
        Ok(Some(LedgerRowsAsking {
            asking: joined.read(table)?,
        }))
    }
}

/// Asks which ledger rows speak of the supply point of a row.
pub struct LedgerRowsAsking {
    asking: Asking,
}

impl LedgerRowsAsking {
    /// The rows of this batch will be asked next.
    ///
    /// # Errors
    /// For a batch that is not of the catalogue's types.
    pub fn begin(&mut self, batch: &RecordBatch) -> Result<(), RedecideError> {
        self.asking.begin(batch)
    }

    /// The ledger's rows of the supply point of a row of the batch, whose number in staging is `number` (from 0): the first
    /// few in the order of tables and keys, and how many there are.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn of(&mut self, row: usize, number: u64) -> Result<(Vec<LedgerRow>, u64), RedecideError> {
        match self.asking.fact(row, number)? {
            Some(fact) => read_names(fact.bytes).ok_or(RedecideError::Index),
            None => Ok((Vec::new(), 0)),
        }
    }
}

fn add_table(
    catalogue: &Catalogue,
    part: &LedgerTable,
    staging: &Staging,
    builder: &mut FactBuilder<NamesFold>,
) -> Result<(), RedecideError> {
    let table = &catalogue.tables[part.table];
    let position = (part.table as u64).to_be_bytes();
    for rejected in ledger_keys(table, &part.key, staging)? {
        builder.push(&rejected, &[&position[..], &[REJECTED]].concat())?;
    }
    let mut keys = Keys::new(table, &part.key)?;
    let mut number: u64 = 0;
    for batch in staging.table(table)?.all(BATCH_ROWS)? {
        let batch = batch?;
        let encoded = keys.encode(&batch)?;
        let view = View::of(&batch)?;
        for row in 0..batch.num_rows() {
            number += 1;
            let Some(key) = encoded.key(row) else {
                return Err(RedecideError::LedgerKeyNull {
                    table: table.id.clone(),
                    row: number,
                });
            };
            let record = if table.key.is_empty() {
                [&position[..], &[BY_NUMBER], &number.to_be_bytes()].concat()
            } else {
                let parts = table
                    .key
                    .iter()
                    .map(|&at| value_text(view.cells[at].value(row)));
                let name = written_key(parts);
                [&position[..], &[BY_KEY], name.as_bytes()].concat()
            };
            builder.push(key, &record)?;
        }
    }
    Ok(())
}

/// The first names of a supply point, each with its length, behind the count of all.
#[derive(Default)]
struct NamesFold {
    count: u64,
    names: Vec<u8>,
}

impl Fold for NamesFold {
    fn add(&mut self, record: &[u8]) -> Result<(), RedecideError> {
        if self.count < NAMED as u64 {
            self.names
                .extend_from_slice(&(record.len() as u64).to_le_bytes());
            self.names.extend_from_slice(record);
        }
        self.count += 1;
        Ok(())
    }

    fn take(&mut self, fact: &mut Vec<u8>) -> Result<(), RedecideError> {
        fact.extend_from_slice(&self.count.to_le_bytes());
        fact.append(&mut self.names);
        self.count = 0;
        Ok(())
    }
}

fn read_names(fact: &[u8]) -> Option<(Vec<LedgerRow>, u64)> {
    let (count, mut rest) = fact.split_first_chunk::<8>()?;
    let mut rows = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (record, after) = after.split_at_checked(length)?;
        rows.push(read_name(record)?);
        rest = after;
    }
    Some((rows, u64::from_le_bytes(*count)))
}

fn read_name(record: &[u8]) -> Option<LedgerRow> {
    let (table, rest) = record.split_first_chunk::<8>()?;
    let (kind, rest) = rest.split_first()?;
    let name = match *kind {
        BY_KEY => LedgerRowName::Key(String::from_utf8(rest.to_vec()).ok()?),
        BY_NUMBER => LedgerRowName::Number(u64::from_be_bytes(rest.try_into().ok()?)),
        REJECTED => LedgerRowName::Rejected,
        _ => return None,
    };
    Some(LedgerRow {
        table: usize::try_from(u64::from_be_bytes(*table)).ok()?,
        name,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_first_names_of_a_point_are_kept_and_all_are_counted() {
        let mut fold = NamesFold::default();
        let table = 3_u64.to_be_bytes();
        fold.add(&[&table[..], &[REJECTED]].concat()).unwrap();
        for number in 1..=20_u64 {
            let record = [&table[..], &[BY_NUMBER], &number.to_be_bytes()].concat();
            fold.add(&record).unwrap();
        }
        fold.add(&[&table[..], &[BY_KEY], b"a|b"].concat()).unwrap();
        let mut fact = Vec::new();
        fold.take(&mut fact).unwrap();
        let (rows, count) = read_names(&fact).unwrap();
        assert_eq!((rows.len(), count), (NAMED, 22));
        assert_eq!(rows[0].name, LedgerRowName::Rejected);
        assert_eq!(rows[15].name, LedgerRowName::Number(15));
        // The next point begins anew.
        fold.add(&[&table[..], &[BY_KEY], b"a|b"].concat()).unwrap();
        fact.clear();
        fold.take(&mut fact).unwrap();
        let (rows, count) = read_names(&fact).unwrap();
        let name = LedgerRowName::Key("a|b".to_owned());
        assert_eq!((rows, count), (vec![LedgerRow { table: 3, name }], 1));
    }
}
