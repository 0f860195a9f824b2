//! Everything that is asked of others about the rows of a unit: its passes are made when it is begun, and then it streams.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use bunri_catalogue::{Catalogue, ParentRule, Table};
use bunri_columnar::{Observer, StagedRows, Staging};
use bunri_vectorized::{
    LedgerQuestions, ParentFacts, ReadColumns, RowFacts, Settling, VectorizedError,
    rules_with_owners,
};

use crate::IndexError;
use crate::answers::Answers;
use crate::indexes::Indexes;
use crate::keyed::KeyedFile;
use crate::parents::{HeirLines, Heirs, Pairs, ParentSearch, verdict_path};
use crate::passes::Spill;
use crate::settle::{SettledRows, SettlingPass};

/// What the lookups of all tables share.
#[derive(Clone, Copy)]
pub struct Lookups<'a> {
    /// What the tables are, and their rules.
    pub catalogue: &'a Catalogue,
    /// What all of them ask.
    pub indexes: &'a Indexes,
    /// The day of the cutover, since 1970.
    pub cutover: i64,
    /// The folder of the verdict files of parent tables.
    pub verdicts: &'a Path,
    /// Where passes may spill.
    pub spill: Spill<'a>,
    /// Whoever may wish to stop.
    pub observer: &'a dyn Observer,
}

/// What became of the parents of a table's rows.
#[derive(Debug)]
pub struct ParentFiles {
    /// By the number of the rule that asks.
    files: BTreeMap<usize, Arc<KeyedFile>>,
}

impl<'a> Lookups<'a> {
    /// What became of a table's parents, which are all decided.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn parents(&self, table: &Table) -> Result<ParentFiles, IndexError> {
        let opened = |(leaf, path): (usize, PathBuf)| Ok((leaf, KeyedFile::open(&path)?));
        let files = self.verdict_files(table).map(opened);
        Ok(ParentFiles {
            files: files.collect::<Result<_, IndexError>>()?,
        })
    }

    /// The files that [`Lookups::parents`] opens.
    #[must_use]
    pub fn parent_paths(&self, table: &Table) -> BTreeSet<PathBuf> {
        self.verdict_files(table).map(|(_, path)| path).collect()
    }

    /// By the number of the rule that asks.
    fn verdict_files<'t>(
        &'t self,
        table: &'t Table,
    ) -> impl Iterator<Item = (usize, PathBuf)> + 't {
        let rules = table.parent_rules().into_iter();
        rules.map(|(leaf, rule)| {
            let path = verdict_path(self.verdicts, self.catalogue, rule.table, rule.references);
            (leaf, path)
        })
    }

    /// What children will ask of the table at this position, with its rejected rows.
    ///
    /// # Errors
    /// [`IndexError`]: above all rejected rows of which nobody can tell whose parents they are.
    pub fn heirs(&self, position: usize, staging: &Staging) -> Result<Heirs, IndexError> {
        let place = (self.verdicts, self.spill);
        Heirs::new((self.catalogue, position), staging, place)
    }

    /// What makes the lines that children will ask, of rows of the table at this position.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn heir_lines(&self, position: usize) -> Result<HeirLines<'a>, IndexError> {
        HeirLines::new(self.catalogue, position)
    }

    /// Begins a unit of the table at this position, which has heirs or not.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn begin(
        &self,
        position: usize,
        unit: &StagedRows,
        (parents, has_heirs): (&ParentFiles, bool),
    ) -> Result<UnitLookups<'a>, IndexError> {
        let table = &self.catalogue.tables[position];
        let search = Search {
            lookups: self,
            table,
            parents,
            unit,
        };
        let mut pairs = search.all(has_heirs)?;
        let questions = LedgerQuestions::new(self.catalogue, table, self.cutover);
        let answers = Answers::prepare(
            table,
            unit,
            (questions, self.indexes.of(table)),
            &mut pairs,
            self.spill,
            self.observer,
        )?;
        let settled = self.settle(table, unit, &mut pairs, has_heirs)?;
        search.again(self.catalogue, position, &mut pairs)?;
        Ok(UnitLookups {
            table,
            answers,
            pairs,
            settled,
        })
    }

    /// Settles the rows of a table that asks its parents' points when a row was written; takes the facts of its row rule.
    fn settle(
        &self,
        table: &Table,
        unit: &StagedRows,
        pairs: &mut Vec<Pairs>,
        has_heirs: bool,
    ) -> Result<Option<SettledRows>, IndexError> {
        let Some(settling) = Settling::of(table, self.indexes.codes(), self.cutover) else {
            return Ok(None);
        };
        let of_rows = table.rows.leaves().len();
        let (taken, left) = std::mem::take(pairs)
            .into_iter()
            .partition(|pairs: &Pairs| pairs.leaf() < of_rows);
        *pairs = left;
        let pass = SettlingPass {
            table,
            settling,
            owners: has_heirs,
            index: self.indexes.ledger_of(table),
            spill: self.spill,
        };
        pass.run(unit, taken, self.observer).map(Some)
    }
}

/// Searches the parents of a unit's rows.
struct Search<'s, 'a> {
    lookups: &'s Lookups<'a>,
    table: &'a Table,
    parents: &'s ParentFiles,
    unit: &'s StagedRows,
}

impl Search<'_, '_> {
    /// The parents of all rows, by every parent rule of the table.
    fn all(&self, has_heirs: bool) -> Result<Vec<Pairs>, IndexError> {
        let owners = rules_with_owners(self.table, has_heirs);
        let rules = self.table.parent_rules().into_iter();
        rules
            .map(|(leaf, rule)| self.by((leaf, rule), owners.contains(&leaf)))
            .collect()
    }

    fn by(&self, (leaf, rule): (usize, ParentRule<'_>), owners: bool) -> Result<Pairs, IndexError> {
        let missing = || VectorizedError::ColumnNotRead {
            table: self.table.id.clone(),
            column: leaf,
        };
        let search = ParentSearch {
            table: self.table,
            leaf,
            rule,
            owners,
            verdicts: self.parents.files.get(&leaf).ok_or_else(missing)?,
            spill: self.lookups.spill,
        };
        search.run(self.unit, self.lookups.observer)
    }

    /// What parents say to conditions is asked while rows stream; of a rule whose facts went another way they are searched again.
    fn again(
        &self,
        catalogue: &Catalogue,
        position: usize,
        pairs: &mut Vec<Pairs>,
    ) -> Result<(), IndexError> {
        let asking = catalogue.asking_parents(position);
        for (leaf, rule) in self.table.parent_rules() {
            let asked = asking.iter().any(|asking| asking.leaf == leaf);
            if asked && !pairs.iter().any(|pairs| pairs.leaf() == leaf) {
                pairs.push(self.by((leaf, rule), false)?);
            }
        }
        Ok(())
    }
}

/// What others say of the rows of a unit, batch by batch.
pub struct UnitLookups<'a> {
    table: &'a Table,
    answers: Answers<'a>,
    /// Of the parent rules whose facts come neither with the answers nor settled.
    pairs: Vec<Pairs>,
    settled: Option<SettledRows>,
}

impl UnitLookups<'_> {
    /// What is said of the rows of the next batch, which has all columns of the table.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn next(&mut self, batch: &RecordBatch) -> Result<RowFacts, IndexError> {
        let rows = batch.num_rows();
        let parents = self.pairs.iter_mut().map(|pairs| pairs.take(rows));
        let parents: Vec<ParentFacts> = parents.collect::<Result<_, _>>()?;
        let settled = self.settled.as_mut().map(|settled| settled.take(rows));
        let columns = ReadColumns::all(self.table, batch);
        Ok(RowFacts {
            settled: settled.transpose()?,
            answers: self.answers.next(&columns, &parents)?,
            parents,
        })
    }
}
