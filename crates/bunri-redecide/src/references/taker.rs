//! What a table leaves behind while it is decided: for each key that it refers to, its rows by store; for each key that others
//! refer to, the stores in which it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bunri_catalogue::{Catalogue, Ownership, Store, Table};
use bunri_columnar::{StagedRows, Staging};
use bunri_evaluator::parents_asked;

use super::presence::{Presence, Stores, bit};
use super::rule::ReferenceRule;
use crate::RedecideError;
use crate::decide::Decided;
use crate::index::file::FactFile;
use crate::index::fold::{FactBuilder, Fold, Scratch, merge};
use crate::index::rejected::{RejectedKeys, referred_keys};
use crate::layout::Layout;
use crate::rows::{BatchKeys, View};

/// Fact files of tables that were decided.
#[derive(Default)]
pub struct ReferenceFiles {
    /// By the number of the reference.
    pub(super) referring: BTreeMap<usize, (FactFile, Stores)>,
    /// By table and the columns referred to.
    pub(super) referred: BTreeMap<(usize, Vec<usize>), Referred>,
}

impl ReferenceFiles {
    /// Takes what another table has left.
    pub fn take(&mut self, mut left: Self) {
        self.referring.append(&mut left.referring);
        self.referred.append(&mut left.referred);
    }

    /// What the units of a table have left, in any order.
    ///
    /// # Errors
    /// When a temporary file cannot be read or written.
    pub fn of_units(units: Vec<Self>, folder: &Path) -> Result<Self, RedecideError> {
        let mut referring: BTreeMap<usize, (Vec<FactFile>, Stores)> = BTreeMap::new();
        let mut referred: BTreeMap<(usize, Vec<usize>), Vec<Referred>> = BTreeMap::new();
        for unit in units {
            for (number, (file, possible)) in unit.referring {
                let of_units = referring.entry(number).or_insert((Vec::new(), possible));
                of_units.0.push(file);
            }
            for (at, rows) in unit.referred {
                referred.entry(at).or_default().push(rows);
            }
        }
        let mut all = Self::default();
        for (number, (files, possible)) in referring {
            let file = merge::<RowCounts>(files, folder)?;
            all.referring.insert(number, (file, possible));
        }
        for (at, units) in referred {
            let (mut files, mut rejected, mut possible) = (Vec::new(), RejectedKeys::default(), 0);
            for unit in units {
                files.push(unit.staged);
                rejected.join(unit.rejected);
                possible = unit.possible;
            }
            let referred = Referred {
                staged: merge::<Standing>(files, folder)?,
                rejected,
                possible,
            };
            all.referred.insert(at, referred);
        }
        Ok(all)
    }
}

/// The rows of a table that others refer to by some columns.
pub(super) struct Referred {
    /// Of every key its [`Standing`].
    pub(super) staged: FactFile,
    pub(super) rejected: RejectedKeys,
    /// The stores that have these columns at all.
    pub(super) possible: Stores,
}

/// Takes the decided batches of one table, or of one unit of it.
pub struct ReferenceTaker<'a> {
    table: &'a Table,
    position: usize,
    referring: Vec<ReferringRows<'a>>,
    referred: Vec<ReferredRows<'a>>,
    asked: Vec<bool>,
}

impl<'a> ReferenceTaker<'a> {
    /// Before the first batch of the table at this position.
    ///
    /// # Errors
    /// When a temporary file cannot be made, or the rejects cannot be read.
    pub fn new(
        (catalogue, position): (&'a Catalogue, usize),
        rules: &'a [ReferenceRule],
        (staging, rows): (&Staging, &StagedRows),
        layouts: &'a [Layout<'a>],
        scratch: &Scratch,
    ) -> Result<Self, RedecideError> {
        let table = &catalogue.tables[position];
        let of_table = rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.table == position);
        let of_table: Vec<(usize, &ReferenceRule)> = of_table.collect();
        let to_table = rules.iter().filter(|rule| rule.to == position);
        let to_table: BTreeSet<&[usize]> = to_table.map(|rule| &rule.references[..]).collect();
        // They sort at the same time, and together hold what one sort may.
        let sorts = (of_table.len() + to_table.len()).max(1);
        let scratch = Scratch {
            folder: scratch.folder.clone(),
            budget: scratch.budget / sorts,
        };
        Ok(Self {
            table,
            position,
            referring: of_table
                .into_iter()
                .map(|numbered| ReferringRows::new(table, numbered, layouts, &scratch))
                .collect::<Result<_, _>>()?,
            referred: to_table
                .into_iter()
                .map(|columns| {
                    ReferredRows::new(table, columns, layouts, (staging, rows), &scratch)
                })
                .collect::<Result<_, _>>()?,
            asked: Vec::new(),
        })
    }

    /// The next batch.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub fn take(&mut self, decided: &Decided) -> Result<(), RedecideError> {
        for rows in &mut self.referred {
            rows.begin(self.table, decided)?;
            for row in 0..decided.verdicts.len() {
                rows.push(decided, row)?;
            }
        }
        let mut depends = false;
        for rows in &mut self.referring {
            rows.begin(self.table, decided)?;
            depends |= rows.rule.asked_by.is_some();
        }
        let view = depends.then(|| View::of(&decided.batch)).transpose()?;
        for row in 0..decided.verdicts.len() {
            if let Some(view) = &view {
                self.asked = parents_asked(self.table, &view.row(self.table, row));
            }
            for rows in &mut self.referring {
                rows.push(decided, row, &self.asked)?;
            }
        }
        Ok(())
    }

    /// After the last batch.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub fn finish(self) -> Result<ReferenceFiles, RedecideError> {
        let mut files = ReferenceFiles::default();
        for rows in self.referring {
            let possible = rows.presence.possible();
            files
                .referring
                .insert(rows.number, (rows.builder.finish()?, possible));
        }
        for rows in self.referred {
            let possible = rows.presence.possible();
            let referred = Referred {
                staged: rows.builder.finish()?,
                rejected: rows.rejected,
                possible,
            };
            files
                .referred
                .insert((self.position, rows.columns), referred);
        }
        Ok(files)
    }
}

/// The rows of a table by what they refer to.
struct ReferringRows<'a> {
    number: usize,
    rule: &'a ReferenceRule,
    keys: BatchKeys,
    presence: Presence<'a>,
    builder: FactBuilder<RowCounts>,
}

impl<'a> ReferringRows<'a> {
    fn new(
        table: &Table,
        (number, rule): (usize, &'a ReferenceRule),
        layouts: &'a [Layout<'a>],
        scratch: &Scratch,
    ) -> Result<Self, RedecideError> {
        let in_order = table.key.starts_with(&rule.columns);
        Ok(Self {
            number,
            rule,
            keys: BatchKeys::new(table, &rule.columns)?,
            presence: Presence::new(table, layouts, &rule.columns),
            builder: FactBuilder::new(RowCounts::default(), in_order, scratch)?,
        })
    }

    fn begin(&mut self, table: &Table, decided: &Decided) -> Result<(), RedecideError> {
        self.presence.begin(table, decided);
        self.keys.begin(&decided.batch)
    }

    fn push(&mut self, decided: &Decided, row: usize, asked: &[bool]) -> Result<(), RedecideError> {
        let refers = self
            .rule
            .asked_by
            .as_ref()
            .is_none_or(|places| places.iter().any(|&place| asked.get(place) == Some(&true)));
        let Some(key) = self.keys.key(row).filter(|_| refers) else {
            return Ok(());
        };
        match self.presence.of(decided, row) {
            0 => Ok(()),
            stores => self.builder.push(key, &[stores]),
        }
    }
}

/// How many rows refer to one key, by store.
#[derive(Default)]
pub(super) struct RowCounts([u64; Store::ALL.len()]);

impl RowCounts {
    pub(super) fn read(fact: &[u8]) -> Result<[u64; Store::ALL.len()], RedecideError> {
        let (counts, rest) = fact.as_chunks::<8>();
        let counts: Result<[[u8; 8]; Store::ALL.len()], _> = counts.try_into();
        match (counts, rest) {
            (Ok(counts), []) => Ok(counts.map(u64::from_le_bytes)),
            (_, _) => Err(RedecideError::Index),
        }
    }
}

impl Fold for RowCounts {
    /// A row, by the stores in which it stands, or the counts of another unit.
    fn add(&mut self, record: &[u8]) -> Result<(), RedecideError> {
        let more = match record {
            &[stores] => Store::ALL.map(|store| u64::from(stores & bit(store) != 0)),
            counts => Self::read(counts)?,
        };
        for (count, more) in self.0.iter_mut().zip(more) {
            *count += more;
        }
        Ok(())
    }

    fn take(&mut self, fact: &mut Vec<u8>) -> Result<(), RedecideError> {
        for count in std::mem::take(&mut self.0) {
            fact.extend_from_slice(&count.to_le_bytes());
        }
        Ok(())
    }
}

/// The rows of a table by what others refer to.
struct ReferredRows<'a> {
    columns: Vec<usize>,
    keys: BatchKeys,
    presence: Presence<'a>,
    builder: FactBuilder<Standing>,
    rejected: RejectedKeys,
}

impl<'a> ReferredRows<'a> {
    fn new(
        table: &Table,
        columns: &[usize],
        layouts: &'a [Layout<'a>],
        (staging, rows): (&Staging, &StagedRows),
        scratch: &Scratch,
    ) -> Result<Self, RedecideError> {
        let in_order = table.key.starts_with(columns);
        // Of several units the first one has them.
        let rejected = if rows.first_row() == 0 {
            referred_keys(table, columns, staging)?
        } else {
            RejectedKeys::default()
        };
        Ok(Self {
            columns: columns.to_vec(),
            keys: BatchKeys::new(table, columns)?,
            presence: Presence::new(table, layouts, columns),
            builder: FactBuilder::new(Standing::default(), in_order, scratch)?,
            rejected,
        })
    }

    fn begin(&mut self, table: &Table, decided: &Decided) -> Result<(), RedecideError> {
        self.presence.begin(table, decided);
        self.keys.begin(&decided.batch)
    }

    fn push(&mut self, decided: &Decided, row: usize) -> Result<(), RedecideError> {
        let Some(key) = self.keys.key(row) else {
            return Ok(());
        };
        let ownership = 1 << (decided.verdicts[row].ownership() as u8);
        let stores = self.presence.of(decided, row);
        self.builder.push(key, &[stores, ownership])
    }
}

/// The rows of one key together: where some of them stand, and whose they are.
#[derive(Default, Clone, Copy)]
pub(super) struct Standing {
    pub(super) stores: Stores,
    ownerships: u8,
}

impl Standing {
    pub(super) fn read(fact: &[u8]) -> Result<Self, RedecideError> {
        let &[stores, ownerships] = fact else {
            return Err(RedecideError::Index);
        };
        Ok(Self { stores, ownerships })
    }

    pub(super) fn has(self, ownership: Ownership) -> bool {
        self.ownerships & (1 << (ownership as u8)) != 0
    }
}

impl Fold for Standing {
    fn add(&mut self, record: &[u8]) -> Result<(), RedecideError> {
        let row = Self::read(record)?;
        self.stores |= row.stores;
        self.ownerships |= row.ownerships;
        Ok(())
    }

    fn take(&mut self, fact: &mut Vec<u8>) -> Result<(), RedecideError> {
        let key = std::mem::take(self);
        fact.extend_from_slice(&[key.stores, key.ownerships]);
        Ok(())
    }
}
