//! What the rows of all tables ask: retailer codes, the timelines of each ledger, and those of keys through another table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use arrow_array::cast::AsArray;
use bunri_catalogue::{Catalogue, KeyThrough, Table};
use bunri_columnar::Staging;
use bunri_manifest::Blake3Hex;
use bunri_vectorized::{Absent, Codes};
use bunri_work::SpareThreads;

use crate::IndexError;
use crate::ownership::OwnershipIndex;
use crate::passes::Spill;
use crate::through::Building;

/// Rows of the list of retailers that are read at once.
const READ_ROWS: usize = 8192;

/// The finished indexes of a job.
#[derive(Debug)]
pub struct Indexes {
    codes: Codes,
    ledgers: Vec<OwnershipIndex>,
    through: BTreeMap<KeyThrough, OwnershipIndex>,
}

impl Indexes {
    /// Uses the index files in a folder that are complete there, and makes those that are not. `inputs` is the digest of everything that
    /// they are made from and part of their names, so that a stale one is never taken for one of these.
    ///
    /// # Errors
    /// [`IndexError`]: above all ledger rows, and rejected ones, of which nobody can tell the supply point.
    pub fn open_or_build(
        staging: &Staging,
        catalogue: &Catalogue,
        (folder, inputs): (&Path, &Blake3Hex),
        (spill, spare): (Spill<'_>, &SpareThreads),
    ) -> Result<Self, IndexError> {
        let codes = Codes::new(catalogue, retailers(staging, catalogue)?);
        let mut ledgers = Vec::new();
        for (number, ledger) in catalogue.ledgers.iter().enumerate() {
            let path = folder.join(format!("ledger-{number}-{inputs}.parquet"));
            let place = (path.as_path(), spill, spare);
            let of = (catalogue, ledger);
            ledgers.push(OwnershipIndex::open_or_build(staging, of, &codes, place)?);
        }
        let mut through = BTreeMap::new();
        for (number, key) in catalogue.keys_through().into_iter().enumerate() {
            let path = folder.join(format!("through-{number}-{inputs}.parquet"));
            let table = &catalogue.tables[key.table];
            if !path.is_file() {
                let building = Building {
                    staging,
                    table,
                    through: key,
                    point: catalogue.point_key(key.table).unwrap_or_default(),
                    spill,
                };
                building.write(&ledgers[table.ledger], &path)?;
            }
            let index = OwnershipIndex::at(&path, Absent::NotAssigned)?;
            through.insert(key.clone(), index);
        }
        Ok(Self {
            codes,
            ledgers,
            through,
        })
    }

    /// What retailer codes mean.
    #[must_use]
    pub fn codes(&self) -> &Codes {
        &self.codes
    }

    /// What the rows of a table ask of their ledger key.
    pub(crate) fn of(&self, table: &Table) -> &OwnershipIndex {
        let through = table.through.as_ref();
        through
            .and_then(|through| self.through.get(through))
            .unwrap_or_else(|| self.ledger_of(table))
    }

    /// The timelines of the ledger that the rows of a table ask.
    pub(crate) fn ledger_of(&self, table: &Table) -> &OwnershipIndex {
        &self.ledgers[table.ledger]
    }
}

/// The list of known retailers; a row that was rejected is not a known retailer.
fn retailers(staging: &Staging, catalogue: &Catalogue) -> Result<BTreeSet<String>, IndexError> {
    let table = &catalogue.tables[catalogue.retailers.table];
    let columns = [catalogue.retailers.column];
    let mut retailers = BTreeSet::new();
    for batch in staging.table(table)?.columns(&columns, READ_ROWS)? {
        let batch = batch?;
        let codes = batch.column(0).as_string::<i32>();
        retailers.extend(codes.iter().flatten().map(str::to_owned));
    }
    Ok(retailers)
}
