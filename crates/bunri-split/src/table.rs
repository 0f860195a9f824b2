//! One table from staging to the stores: its rows stream past the ledger's answers and the parents' verdicts,
//! are decided batch by batch, and go to the writers of each store.

use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::{Array, ArrayRef, RecordBatch};
use bunri_catalogue::{Catalogue, ClassRule, KnownAt, Ownership, Store, Table};
use bunri_columnar::{
    BatchSorter, ColumnarError, Event, KeyRanges, Observer, PendingFile, Staging, StoreTableWriter,
    key_converter,
};
use bunri_manifest::FileEntry;
use polars::prelude::Column;
use serde::{Deserialize, Serialize};

use crate::SplitError;
use crate::answers::{Answers, PASS_ROWS, Spill, stop_if_cancelled};
use crate::cells::StorePlan;
use crate::codes::Codes;
use crate::decide::{Decider, Decisions};
use crate::decided::{Decided, Refusal};
use crate::frame::rule_columns;
use crate::ownership::{OwnershipIndex, key_bytes};
use crate::parents::{
    Found, Pairs, ParentSearch, VerdictWriter, parent_rules, referred, verdict_path,
};
use crate::probe::LedgerQuestions;
use crate::rekey::{KeyWatch, Rekeys};
use crate::verdict::{UNDECIDED, ownership, reason_word};

/// What became of one table's rows. Every figure counts rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableStats {
    /// Rows in staging.
    pub staging_rows: u64,
    /// By ownership: `own`, `other`, `undecided`, `reference`.
    pub ownership_rows: BTreeMap<String, u64>,
    /// Undecided rows by reason.
    pub reason_rows: BTreeMap<String, u64>,
    /// Of the own and other rows, those that a person decided, by ownership.
    pub decided_rows: BTreeMap<String, u64>,
    /// By store; a store that the table brings nothing is absent.
    pub store_rows: BTreeMap<String, u64>,
    /// For each column with cases, the rows that fell to `else` (NULL among them).
    pub else_rows: BTreeMap<String, u64>,
}

/// What every table's split shares.
pub(crate) struct Shared<'a> {
    pub(crate) staging: &'a Staging,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) codes: &'a Codes,
    pub(crate) index: &'a OwnershipIndex,
    pub(crate) cutover: i64,
    pub(crate) decisions: &'a bunri_catalogue::Decisions,
    pub(crate) rekeys: &'a Rekeys,
    pub(crate) spill: Spill<'a>,
    /// For the verdict files of parent tables.
    pub(crate) verdicts: &'a Path,
    pub(crate) observer: &'a dyn Observer,
}

/// A store's root and the parts of its tables.
pub(crate) struct Target<'a> {
    pub(crate) store: Store,
    pub(crate) root: &'a Path,
}

/// What a table's split leaves.
pub(crate) struct Done {
    pub(crate) stats: TableStats,
    /// By store.
    pub(crate) files: BTreeMap<String, Vec<FileEntry>>,
    /// Decisions that decide nothing.
    pub(crate) refused: Vec<Refusal>,
}

/// Splits one table. Without targets its rows are decided only: for its children, and to look at decisions.
pub(crate) fn split_table(
    shared: &Shared<'_>,
    position: usize,
    ranges: &KeyRanges,
    targets: &[Target<'_>],
) -> Result<Done, SplitError> {
    let table = &shared.catalogue.tables[position];
    let file = shared.staging.table(table)?;
    let mut facts = Facts::prepare(shared, position)?;
    let mut outputs = targets
        .iter()
        .filter_map(|target| Output::open(table, target, ranges, shared).transpose())
        .collect::<Result<Vec<_>, SplitError>>()?;
    let mut stats = TableStats::default();
    for batch in file.all(PASS_ROWS)? {
        stop_if_cancelled(shared.observer)?;
        let batch = batch?;
        let decisions = facts.decide(&batch)?;
        stats.count(table, &decisions);
        for output in &mut outputs {
            output.write(table, &batch, &decisions)?;
        }
        if !targets.is_empty() {
            shared.observer.event(Event::Rows {
                rows: batch.num_rows() as u64,
            });
        }
    }
    let refused = facts.finish()?;
    let mut files = BTreeMap::new();
    for output in outputs {
        let store = output.plan.store.word().to_owned();
        let entries = output.commit(table, shared.observer)?;
        stats
            .store_rows
            .insert(store.clone(), entries.iter().map(|file| file.rows).sum());
        files.insert(store, entries);
    }
    Ok(Done {
        stats,
        files,
        refused,
    })
}

impl TableStats {
    fn count(&mut self, table: &Table, decisions: &Decisions) {
        let add = |counts: &mut BTreeMap<String, u64>, word: &str, rows: u64| {
            *counts.entry(word.to_owned()).or_default() += rows;
        };
        self.staging_rows += decisions.verdicts.len() as u64;
        let mut verdicts: BTreeMap<i64, u64> = BTreeMap::new();
        decisions
            .verdicts
            .iter()
            .for_each(|verdict| *verdicts.entry(*verdict).or_default() += 1);
        for (verdict, rows) in verdicts {
            add(&mut self.ownership_rows, ownership(verdict).word(), rows);
            if verdict >= UNDECIDED {
                add(&mut self.reason_rows, reason_word(verdict), rows);
            }
        }
        for row in decisions.ruled.keys() {
            let word = ownership(decisions.verdicts[*row]).word();
            add(&mut self.decided_rows, word, 1);
        }
        let mut rows_of_variant = vec![0; decisions.variants.len()];
        decisions
            .numbers
            .iter()
            .for_each(|&number| rows_of_variant[number] += 1);
        for (variant, rows) in decisions.variants.iter().zip(rows_of_variant) {
            let mut cases = variant.cases.iter();
            for column in &table.columns {
                let ClassRule::ByValue { cases: known, .. } = &column.class else {
                    continue;
                };
                if cases.next() == Some(&known.len()) {
                    add(&mut self.else_rows, &column.name, rows);
                }
            }
        }
    }
}

/// Everything that is asked about the rows of a table, batch by batch.
struct Facts<'a> {
    table: &'a Table,
    answers: Answers,
    pairs: Vec<Pairs>,
    decider: Decider<'a>,
    decided: Decided<'a>,
    heirs: Vec<VerdictWriter>,
    owner: Option<arrow_row::RowConverter>,
}

impl<'a> Facts<'a> {
    fn prepare(shared: &Shared<'a>, position: usize) -> Result<Self, SplitError> {
        let table = &shared.catalogue.tables[position];
        let file = shared.staging.table(table)?;
        let questions = LedgerQuestions::new(shared.catalogue, table, shared.cutover);
        let answers = Answers::prepare(
            table,
            &file,
            questions,
            shared.index,
            shared.spill,
            shared.observer,
        )?;
        let known = match &table.known_at {
            KnownAt::Column { column, .. } if table.ledger_key.is_none() => Some(*column),
            KnownAt::Column { .. } | KnownAt::None { .. } | KnownAt::NotNeeded => None,
        };
        let has_heirs = !referred(shared.catalogue, position).is_empty();
        let mut pairs = Vec::new();
        for (rule_position, rule) in parent_rules(table).iter().enumerate() {
            let verdicts = verdict_path(
                shared.verdicts,
                shared.catalogue,
                rule.table,
                &rule.references,
            );
            let search = ParentSearch {
                table,
                rule,
                position: rule_position,
                known: known.filter(|_| rule_position == 0),
                owners: rule_position == 0
                    && (known.is_some() || (table.ledger_key.is_none() && has_heirs)),
                verdicts: &verdicts,
                index: shared.index,
                spill: shared.spill,
            };
            pairs.push(search.run(&file, shared.observer)?);
        }
        let heirs = referred(shared.catalogue, position)
            .into_iter()
            .map(|references| {
                let path = verdict_path(shared.verdicts, shared.catalogue, position, &references);
                let mut writer = VerdictWriter::new(table, references, path, shared.spill)?;
                writer.push_rejected(table, shared.staging)?;
                Ok(writer)
            })
            .collect::<Result<_, SplitError>>()?;
        let owner = table
            .ledger_key
            .as_ref()
            .map(|key| key_converter(table, key))
            .transpose()?;
        let decider = Decider::new(table, shared.codes, shared.cutover);
        Ok(Self {
            table,
            answers,
            pairs,
            decider,
            decided: Decided::new(table, position, shared.decisions)?,
            heirs,
            owner,
        })
    }

    fn decide(&mut self, batch: &RecordBatch) -> Result<Decisions, SplitError> {
        let mut columns = self.answers.next(self.table, batch)?;
        let found: Vec<Found> = self
            .pairs
            .iter_mut()
            .map(|pairs| pairs.take(batch.num_rows()))
            .collect::<Result<_, _>>()?;
        columns.extend(found.iter().flat_map(|found| found.flags.iter().cloned()));
        let read = self.decider.columns.iter();
        columns.extend(read.flat_map(|&column| rule_columns(column, batch.column(column))));
        let mut seen = std::collections::BTreeSet::new();
        columns.retain(|column: &Column| seen.insert(column.name().to_string()));
        let decided = self.decided.of(batch)?;
        let decisions = self
            .decider
            .decide(batch.num_rows(), columns, &decided)
            .map_err(SplitError::polars(&self.table.id))?;
        self.decided.ruled(&decisions.ruled);
        if !self.heirs.is_empty() {
            let owners = self.owners(batch, &found)?;
            for heir in &mut self.heirs {
                heir.push(self.table, batch, &decisions.verdicts, &owners)?;
            }
        }
        Ok(decisions)
    }

    /// The owner keys of every row: its own ledger key, else those of the parents by its first parent rule, at
    /// least one entry.
    fn owners(
        &self,
        batch: &RecordBatch,
        found: &[Found],
    ) -> Result<Vec<Vec<Option<Vec<u8>>>>, SplitError> {
        if let (Some(converter), Some(key)) = (&self.owner, &self.table.ledger_key) {
            let keys: Vec<ArrayRef> = key
                .iter()
                .map(|&column| batch.column(column).clone())
                .collect();
            let keys = key_bytes(converter, &keys).map_err(ColumnarError::arrow(&self.table.id))?;
            let owner = |row: usize| vec![keys.is_valid(row).then(|| keys.value(row).to_vec())];
            return Ok((0..batch.num_rows()).map(owner).collect());
        }
        let owners = |row: usize| {
            let mut all: Vec<Option<Vec<u8>>> = found
                .first()
                .into_iter()
                .filter_map(|found| found.owners.get(&row))
                .flatten()
                .cloned()
                .collect();
            all.sort();
            all.dedup();
            if all.is_empty() { vec![None] } else { all }
        };
        Ok((0..batch.num_rows()).map(owners).collect())
    }

    /// After the last row: what the table leaves for its children, and the decisions that decided nothing.
    fn finish(self) -> Result<Vec<Refusal>, SplitError> {
        for heir in self.heirs {
            heir.finish()?;
        }
        Ok(self.decided.finish())
    }
}

/// The files of one table in one store, while they are written.
struct Output {
    plan: StorePlan,
    writer: StoreTableWriter<PendingFile>,
    /// A multiset has no key, and a hash another order than its value: such rows are sorted first.
    sorter: Option<BatchSorter>,
    watch: Option<KeyWatch>,
}

impl Output {
    fn open(
        table: &Table,
        target: &Target<'_>,
        ranges: &KeyRanges,
        shared: &Shared<'_>,
    ) -> Result<Option<Self>, SplitError> {
        let Some(plan) = StorePlan::new(table, target.store, shared.rekeys)? else {
            return Ok(None);
        };
        let writer = StoreTableWriter::create(target.root, &table.id, &plan.schema, ranges)?;
        let (key, reorders) = (plan.key(table), plan.reorders(table));
        let mut sorter = None;
        if key.is_empty() || reorders {
            let (folder, budget) = (shared.spill.folder, shared.spill.budget);
            let schema = plan.schema.clone();
            sorter = Some(BatchSorter::new(&table.id, schema, &key, folder, budget)?);
        }
        let watch = reorders.then(|| KeyWatch::new(&table.id, &plan.schema, key));
        Ok(Some(Self {
            plan,
            writer,
            sorter,
            watch: watch.transpose()?,
        }))
    }

    fn write(
        &mut self,
        table: &Table,
        batch: &RecordBatch,
        decisions: &Decisions,
    ) -> Result<(), SplitError> {
        let rows = self
            .plan
            .rows(table, batch, decisions)
            .map_err(ColumnarError::arrow(&table.id))?;
        match &mut self.sorter {
            Some(sorter) => sorter.push(&rows)?,
            None => self.writer.write(&rows)?,
        }
        Ok(())
    }

    fn commit(
        mut self,
        table: &Table,
        observer: &dyn Observer,
    ) -> Result<Vec<FileEntry>, SplitError> {
        if let Some(sorter) = self.sorter.take() {
            let mut sorted = sorter.finish()?;
            while let Some(batch) = sorted.next_batch(PASS_ROWS)? {
                stop_if_cancelled(observer)?;
                if let Some(watch) = &mut self.watch
                    && watch
                        .sees_double(&batch)
                        .map_err(ColumnarError::arrow(&table.id))?
                {
                    return Err(SplitError::RekeyCollision {
                        table: table.id.clone(),
                    });
                }
                self.writer.write(&batch)?;
            }
        }
        Ok(self.writer.commit(&table.id)?)
    }
}

/// The rows of an ownership, zero where none were seen.
impl TableStats {
    /// Rows of this ownership.
    #[must_use]
    pub fn rows_of(&self, ownership: Ownership) -> u64 {
        self.ownership_rows
            .get(ownership.word())
            .copied()
            .unwrap_or_default()
    }
}
