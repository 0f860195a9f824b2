//! A table's staged rows, batch by batch, with the evaluator's decision on every row and the class of every cell.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use bunri_catalogue::{Catalogue, Class, Ownership, Table};
use bunri_columnar::{Batches, Staging};

use crate::VerifyError;
use crate::evaluator::grants::ownerships;
use crate::evaluator::{CellRules, Facts, OwnershipSet, Terms, Timeline, Verdict, decide};
use crate::index::file::FactFile;
use crate::index::fold::{FactBuilder, Scratch};
use crate::index::join::{Asking, Joined};
use crate::index::parents::{
    KnownTimeline, ParentFold, Parents, parent_rules, referenced, suppliers, write_record,
};
use crate::rows::{BATCH_ROWS, BatchRow, EncodedKeys, Keys, View};

/// What the tables decided so far leave for those that come after them.
pub(crate) struct Indexes {
    pub(crate) ledger: Arc<FactFile>,
    /// By parent table and the columns referred to.
    pub(crate) parents: BTreeMap<(usize, Vec<usize>), Arc<FactFile>>,
}

/// The classes of a column's cells in one batch.
#[derive(Debug, Clone)]
pub(crate) enum ColumnClasses {
    /// The same in every row.
    Fixed(Class),
    /// By row.
    PerRow(Vec<Class>),
}

impl ColumnClasses {
    pub(crate) fn class(&self, row: usize) -> Class {
        match self {
            Self::Fixed(class) => *class,
            Self::PerRow(classes) => classes[row],
        }
    }
}

/// A batch of staged rows, decided.
pub(crate) struct Decided {
    /// Every catalogue column.
    pub(crate) batch: RecordBatch,
    pub(crate) verdicts: Vec<Verdict>,
    /// By catalogue column.
    pub(crate) classes: Vec<ColumnClasses>,
    /// The table's key; [`None`] for a multiset.
    pub(crate) keys: Option<EncodedKeys>,
    /// The number of the first row in staging, from 0.
    pub(crate) first: u64,
}

/// Values without a case, and conditions that were met: what a reviewer should know of.
#[derive(Debug, Default, Clone)]
pub(crate) struct Seen {
    /// Rows with an unseen deciding value, by column.
    pub(crate) unseen: BTreeMap<usize, u64>,
    /// Rows that met each `[[when]]`.
    pub(crate) when: Vec<u64>,
}

/// Decides a table from its first row to its last.
pub(crate) struct Decider<'a> {
    table: &'a Table,
    terms: &'a Terms,
    rules: CellRules<'a>,
    batches: Batches,
    timelines: Option<Asking>,
    known: KnownTimeline,
    parents: Vec<Asking>,
    suppliers: Option<Asking>,
    index: Vec<ParentIndex>,
    key: Option<Keys>,
    last_key: Vec<u8>,
    position: usize,
    next: u64,
    pub(crate) seen: Seen,
}

impl<'a> Decider<'a> {
    pub(crate) fn new(
        catalogue: &'a Catalogue,
        position: usize,
        staging: &Staging,
        terms: &'a Terms,
        indexes: &Indexes,
        scratch: &Scratch,
    ) -> Result<Self, VerifyError> {
        let table = &catalogue.tables[position];
        let rows = staging.table(table)?;
        let join = |columns: &[usize], facts| Joined::new(table, &rows, columns, facts, scratch);
        let timelines = table
            .ledger_key
            .as_ref()
            .map(|key| join(key, &indexes.ledger))
            .transpose()?;
        let mut parents = Vec::new();
        for rule in parent_rules(&table.rows) {
            let facts = indexes
                .parents
                .get(&(rule.table, rule.references))
                .ok_or(VerifyError::Index)?;
            parents.push(join(&rule.key, facts)?);
        }
        let suppliers = match (&timelines, parents.first()) {
            (None, Some(first)) => suppliers(table, &rows, first, &indexes.ledger, scratch)?,
            _ => None,
        };
        let index = referenced(catalogue, position).into_iter();
        Ok(Self {
            table,
            terms,
            rules: CellRules::new(table),
            batches: rows.all(BATCH_ROWS)?,
            timelines: timelines.map(|joined| joined.read(table)).transpose()?,
            known: KnownTimeline::default(),
            parents: parents
                .iter()
                .map(|joined| joined.read(table))
                .collect::<Result<_, _>>()?,
            suppliers: suppliers.map(|joined| joined.read(table)).transpose()?,
            index: index
                .map(|key| ParentIndex::new(table, key, scratch))
                .collect::<Result<_, _>>()?,
            key: (!table.key.is_empty())
                .then(|| Keys::new(table, &table.key))
                .transpose()?,
            last_key: Vec::new(),
            position,
            next: 0,
            seen: Seen {
                unseen: BTreeMap::new(),
                when: vec![0; table.when.len()],
            },
        })
    }

    /// The next batch, decided.
    pub(crate) fn next(&mut self) -> Result<Option<Decided>, VerifyError> {
        let Some(batch) = self.batches.next().transpose()? else {
            return Ok(None);
        };
        let every_asking = self
            .timelines
            .iter_mut()
            .chain(&mut self.parents)
            .chain(&mut self.suppliers);
        for asking in every_asking {
            asking.begin(&batch)?;
        }
        for index in &mut self.index {
            index.begin(&batch)?;
        }
        let view = View::of(&batch)?;
        let mut verdicts = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            verdicts.push(self.row(row, &view.row(row))?);
        }
        let classes = self.classes(&view, &verdicts);
        let keys = self.keys(&batch)?;
        let first = self.next;
        self.next += batch.num_rows() as u64;
        Ok(Some(Decided {
            batch,
            verdicts,
            classes,
            keys,
            first,
        }))
    }

    /// The keys, which ascend, or else nothing that reads rows beside rows can be believed.
    fn keys(&mut self, batch: &RecordBatch) -> Result<Option<EncodedKeys>, VerifyError> {
        let Some(encoded) = self
            .key
            .as_mut()
            .map(|keys| keys.encode(batch))
            .transpose()?
        else {
            return Ok(None);
        };
        for row in 0..batch.num_rows() {
            let before = if row == 0 {
                self.last_key.as_slice()
            } else {
                encoded.bytes(row - 1)
            };
            if before >= encoded.bytes(row) {
                let row = self.next + row as u64 + 1;
                return Err(VerifyError::StagingOrder {
                    table: self.table.id.clone(),
                    row,
                });
            }
        }
        if batch.num_rows() > 0 {
            self.last_key = encoded.bytes(batch.num_rows() - 1).to_vec();
        }
        Ok(Some(encoded))
    }

    fn row(&mut self, row: usize, cells: &BatchRow<'_>) -> Result<Verdict, VerifyError> {
        let number = self.next + row as u64;
        let timeline = match &mut self.timelines {
            None => None,
            Some(asking) => match asking.fact(row, number)? {
                Some(fact) => Some(self.known.read(fact.bytes, fact.record)?),
                None => Some(Timeline::unknown()),
            },
        };
        let mut sets = Vec::with_capacity(self.parents.len());
        let mut above: Option<Vec<u8>> = None;
        for (at, asking) in self.parents.iter_mut().enumerate() {
            let fact = asking.fact(row, number)?;
            let set = fact
                .as_ref()
                .map(|fact| Parents::read(fact.bytes))
                .transpose()?;
            sets.push(set.map_or(OwnershipSet::EMPTY, |parents| parents.ownerships));
            if at == 0 && !self.index.is_empty() {
                above = fact.map(|fact| fact.bytes.to_vec());
            }
        }
        let suppliers = match &mut self.suppliers {
            None => OwnershipSet::EMPTY,
            Some(asking) => asking
                .fact(row, number)?
                .map_or(OwnershipSet::EMPTY, |fact| {
                    OwnershipSet(fact.bytes.first().copied().unwrap_or(0))
                }),
        };
        let facts = Facts {
            timeline,
            parents: &sets,
            suppliers,
        };
        let verdict = decide(
            &self.table.rows,
            &self.table.known_at,
            cells,
            facts,
            self.terms,
        );
        for index in &mut self.index {
            index.push(row, verdict, above.as_deref())?;
        }
        Ok(verdict)
    }

    fn classes(&mut self, view: &View<'_>, verdicts: &[Verdict]) -> Vec<ColumnClasses> {
        for when in 0..self.table.when.len() {
            let met = |(row, verdict): &(usize, &Verdict)| {
                self.rules.meets(when, verdict.ownership(), &view.row(*row))
            };
            self.seen.when[when] += verdicts.iter().enumerate().filter(met).count() as u64;
        }
        (0..self.table.columns.len())
            .map(|column| self.column(column, view, verdicts))
            .collect()
    }

    fn column(&mut self, column: usize, view: &View<'_>, verdicts: &[Verdict]) -> ColumnClasses {
        let possible: Vec<Option<Class>> = ownerships(self.table)
            .iter()
            .map(|&ownership: &Ownership| self.rules.fixed(column, ownership))
            .collect();
        if let [Some(class), ..] = possible[..]
            && possible.iter().all(|other| *other == Some(class))
        {
            return ColumnClasses::Fixed(class);
        }
        let mut unseen = 0;
        let class = |(row, verdict): (usize, &Verdict)| {
            let decided = self
                .rules
                .class(column, verdict.ownership(), &view.row(row));
            unseen += u64::from(decided.unseen);
            decided.class
        };
        let classes = verdicts.iter().enumerate().map(class).collect();
        if unseen > 0 {
            *self.seen.unseen.entry(column).or_default() += unseen;
        }
        ColumnClasses::PerRow(classes)
    }

    /// After the last batch: the indexes for children of this table.
    pub(crate) fn finish(self, indexes: &mut Indexes) -> Result<Seen, VerifyError> {
        for index in self.index {
            let key = (self.position, index.references);
            indexes
                .parents
                .insert(key, Arc::new(index.builder.finish()?));
        }
        Ok(self.seen)
    }
}

/// The index of one parent table by one list of columns, while it is built.
struct ParentIndex {
    references: Vec<usize>,
    keys: Keys,
    owner_keys: Option<Keys>,
    encoded: Option<EncodedKeys>,
    owners: Option<EncodedKeys>,
    builder: FactBuilder<ParentFold>,
    record: Vec<u8>,
}

impl ParentIndex {
    fn new(table: &Table, references: Vec<usize>, scratch: &Scratch) -> Result<Self, VerifyError> {
        let in_order = table.key.starts_with(&references);
        Ok(Self {
            keys: Keys::new(table, &references)?,
            owner_keys: table
                .ledger_key
                .as_ref()
                .map(|key| Keys::new(table, key))
                .transpose()?,
            encoded: None,
            owners: None,
            builder: FactBuilder::new(ParentFold::default(), in_order, scratch)?,
            record: Vec::new(),
            references,
        })
    }

    fn begin(&mut self, batch: &RecordBatch) -> Result<(), VerifyError> {
        self.encoded = Some(self.keys.encode(batch)?);
        self.owners = self
            .owner_keys
            .as_mut()
            .map(|keys| keys.encode(batch))
            .transpose()?;
        Ok(())
    }

    fn push(
        &mut self,
        row: usize,
        verdict: Verdict,
        above: Option<&[u8]>,
    ) -> Result<(), VerifyError> {
        // NULL matches nothing, so a parent without a key has no children.
        let Some(key) = self.encoded.as_ref().and_then(|encoded| encoded.key(row)) else {
            return Ok(());
        };
        let own_key = self.owners.as_ref().map(|owners| owners.key(row));
        write_record(verdict, own_key, above, &mut self.record)?;
        self.builder.push(key, &self.record)
    }
}
