//! What the rows of all tables ask: retailer codes, the timelines of each ledger, and those of keys through another table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use bunri_catalogue::{Catalogue, KeyThrough, Table};
use bunri_columnar::{StagedRows, Staging};
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
        let listed = staging.table(&catalogue.tables[catalogue.retailers.table])?;
        let codes = Codes::new(catalogue, retailers(&listed, catalogue)?);
        let paths = IndexPaths::new(catalogue, (folder, inputs));
        let mut ledgers = Vec::new();
        for (ledger, path) in catalogue.ledgers.iter().zip(&paths.ledgers) {
            let place = (path.as_path(), spill, spare);
            let of = (catalogue, ledger);
            ledgers.push(OwnershipIndex::open_or_build(staging, of, &codes, place)?);
        }
        for (key, path) in catalogue.keys_through().into_iter().zip(&paths.through) {
            let table = &catalogue.tables[key.table];
            if !path.is_file() {
                let building = Building {
                    staging,
                    table,
                    through: key,
                    point: catalogue.point_key(key.table).unwrap_or_default(),
                    spill,
                };
                building.write(&ledgers[table.ledger], path)?;
            }
        }
        Self::at(codes, ledgers, catalogue, &paths)
    }

    /// Uses the index files in a folder, which are complete there, beside the list of retailers.
    ///
    /// # Errors
    /// [`IndexError`]: what cannot be read.
    pub fn open(
        listed: &StagedRows,
        catalogue: &Catalogue,
        place: (&Path, &Blake3Hex),
    ) -> Result<Self, IndexError> {
        let codes = Codes::new(catalogue, retailers(listed, catalogue)?);
        let paths = IndexPaths::new(catalogue, place);
        let ledgers = paths.ledgers.iter();
        let ledgers = ledgers.map(|path| OwnershipIndex::at(path, Absent::NotInLedger));
        let ledgers = ledgers.collect::<Result<_, _>>()?;
        Self::at(codes, ledgers, catalogue, &paths)
    }

    /// Where [`Indexes::open`] looks for the index files.
    #[must_use]
    pub fn paths(catalogue: &Catalogue, place: (&Path, &Blake3Hex)) -> Vec<PathBuf> {
        let IndexPaths { ledgers, through } = IndexPaths::new(catalogue, place);
        ledgers.into_iter().chain(through).collect()
    }

    fn at(
        codes: Codes,
        ledgers: Vec<OwnershipIndex>,
        catalogue: &Catalogue,
        paths: &IndexPaths,
    ) -> Result<Self, IndexError> {
        let keys = catalogue.keys_through().into_iter().zip(&paths.through);
        let through = keys.map(|(key, path)| {
            let index = OwnershipIndex::at(path, Absent::NotAssigned)?;
            Ok((key.clone(), index))
        });
        Ok(Self {
            codes,
            ledgers,
            through: through.collect::<Result<_, IndexError>>()?,
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

/// The index files of a job.
struct IndexPaths {
    /// In the order of the ledgers.
    ledgers: Vec<PathBuf>,
    /// In the order of the keys through another table.
    through: Vec<PathBuf>,
}

impl IndexPaths {
    fn new(catalogue: &Catalogue, (folder, inputs): (&Path, &Blake3Hex)) -> Self {
        let path = |kind: &str, number| folder.join(format!("{kind}-{number}-{inputs}.parquet"));
        let through = catalogue.keys_through().len();
        Self {
            ledgers: (0..catalogue.ledgers.len())
                .map(|number| path("ledger", number))
                .collect(),
            through: (0..through).map(|number| path("through", number)).collect(),
        }
    }
}

/// The list of known retailers; a row that was rejected is not a known retailer.
fn retailers(listed: &StagedRows, catalogue: &Catalogue) -> Result<BTreeSet<String>, IndexError> {
    let columns = [catalogue.retailers.column];
    let mut retailers = BTreeSet::new();
    for batch in listed.columns(&columns, READ_ROWS)? {
        let batch = batch?;
        let codes = batch.column(0).as_string::<i32>();
        retailers.extend(codes.iter().flatten().map(str::to_owned));
    }
    Ok(retailers)
}
