//! What the other tables say about a row: who supplied its point ([`ledger`]), whose its parents are
//! ([`parents`]). Each is a **fact file**, sorted by key, read beside the rows that ask. Rows that do not come in
//! that order ask through a request that is sorted twice ([`join`]). Memory stays bounded at any size.

pub(crate) mod decided_tables;
pub(crate) mod file;
pub(crate) mod fold;
pub(crate) mod join;
pub(crate) mod ledger;
pub(crate) mod ledger_rows;
pub(crate) mod parent_index;
pub(crate) mod parents;
pub(crate) mod rejected;
pub(crate) mod through;
mod verdict;

use std::collections::BTreeMap;
use std::sync::Arc;

use bunri_catalogue::{Catalogue, KeyThrough};
use bunri_columnar::Staging;
use bunri_evaluator::Terms;

use self::file::FactFile;
use self::fold::Scratch;
use crate::RedecideError;

/// What the tables decided so far leave for those that come after them.
#[derive(Clone)]
pub struct Indexes {
    /// The timelines of each ledger's keys.
    pub(crate) ledgers: Vec<Arc<FactFile>>,
    /// The keys that tables have through another one.
    pub(crate) through: BTreeMap<KeyThrough, Arc<FactFile>>,
    /// By parent table and the columns referred to.
    pub(crate) parents: BTreeMap<(usize, Vec<usize>), Arc<FactFile>>,
}

impl Indexes {
    /// Before the first table: the timelines of the ledgers, and of keys through other tables, read from staging.
    ///
    /// # Errors
    /// When staging cannot be read, or a row of the ledger has no key that can be.
    pub fn of_ledgers(
        catalogue: &Catalogue,
        staging: &Staging,
        terms: &[Terms],
        scratch: &Scratch,
    ) -> Result<Self, RedecideError> {
        let mut ledgers = Vec::new();
        for terms in terms {
            let facts = ledger::build(catalogue, terms, staging, scratch)?;
            ledgers.push(Arc::new(facts));
        }
        let mut through = BTreeMap::new();
        for key in catalogue.keys_through() {
            let ledger = &ledgers[catalogue.tables[key.table].ledger];
            let facts = through::build(catalogue, key, staging, ledger, scratch)?;
            through.insert(key.clone(), facts.into());
        }
        Ok(Self {
            ledgers,
            through,
            parents: BTreeMap::new(),
        })
    }

    /// Takes what a table has left that was decided with a copy of these.
    pub fn take(&mut self, mut left: Self) {
        self.parents.append(&mut left.parents);
    }
}
