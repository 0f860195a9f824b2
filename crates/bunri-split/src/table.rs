//! One table from staging to the stores: its rows stream past the ledger's answers and the parents' verdicts,
//! are decided batch by batch, and go to the writers of each store.

use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::{Array, ArrayRef, RecordBatch};
use bunri_catalogue::{Catalogue, ClassRule, KnownAt, Ownership, ParentRule, Store, Table};
use bunri_columnar::{
    BatchSorter, ColumnarError, Event, KeyRanges, Observer, PendingFile, StagedRows, Staging,
    StoreTableWriter, key_converter,
};
use bunri_manifest::FileEntry;
use polars::prelude::{Column, IntoColumn, PolarsError, PolarsResult};
use serde::{Deserialize, Serialize};

use crate::SplitError;
use crate::answers::Answers;
use crate::cells::StorePlan;
use crate::codes::Codes;
use crate::days::{Calendar, day_columns};
use crate::decide::{Decider, Decisions};
use crate::decided::{Decided, Refusal};
use crate::frame::{as_stamped, rule_columns};
use crate::known::{KnownRule, is_any};
use crate::ownership::key_bytes;
use crate::parents::{Found, Owner, Owners, Pairs, ParentSearch, VerdictWriter, verdict_path};
use crate::passes::{PASS_ROWS, Spill, stop_if_cancelled};
use crate::probe::LedgerQuestions;
use crate::rekey::{KeyWatch, Rekeys};
use crate::rules::{leaf_first, leaf_last, leaf_verdict, may_be_asked};
use crate::settle::{Settled, SettledRows, Settling, owners_of};
use crate::through::Indexes;
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
    pub(crate) indexes: &'a Indexes,
    pub(crate) cutover: i64,
    pub(crate) decisions: &'a bunri_decisions::Decisions,
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
    /// Of the parent rules whose facts come neither with the answers nor settled.
    pairs: Vec<Pairs>,
    settled: Option<SettledRows>,
    calendar: Calendar,
    decider: Decider<'a>,
    decided: Decided<'a>,
    heirs: Vec<VerdictWriter<'a>>,
    owner: Option<arrow_row::RowConverter>,
}

impl<'a> Facts<'a> {
    fn prepare(shared: &Shared<'a>, position: usize) -> Result<Self, SplitError> {
        let table = &shared.catalogue.tables[position];
        let file = shared.staging.table(table)?;
        let references = shared.catalogue.references_to(position);
        let has_heirs = !references.is_empty();
        let mut pairs = search_parents(shared, table, &file, has_heirs)?;
        let questions = LedgerQuestions::new(shared.catalogue, table, shared.cutover);
        let answers = Answers::prepare(
            table,
            &file,
            questions,
            shared.indexes.of(table),
            &mut pairs,
            shared.spill,
            shared.observer,
        )?;
        let settled = settle(shared, table, &file, &mut pairs, has_heirs)?;
        search_again(shared, position, &file, &mut pairs)?;
        let heirs = references
            .into_iter()
            .map(|references| {
                let path = verdict_path(shared.verdicts, shared.catalogue, position, references);
                let asked = shared.catalogue.conditions_on(position);
                let terms = (asked, shared.cutover);
                let mut writer =
                    VerdictWriter::new(table, references.to_vec(), terms, path, shared.spill)?;
                writer.push_rejected(table, shared.staging)?;
                Ok(writer)
            })
            .collect::<Result<_, SplitError>>()?;
        // Through another table it is another on every day; the catalogue's check sees that no child asks for it.
        let owner = table
            .ledger_key
            .as_ref()
            .filter(|_| table.through.is_none())
            .map(|key| key_converter(table, key))
            .transpose()?;
        let (catalogue, codes) = (shared.catalogue, shared.codes);
        let decider = Decider::new(catalogue, position, codes, shared.cutover, has_heirs);
        Ok(Self {
            table,
            answers,
            pairs,
            settled,
            calendar: Calendar::new(shared.catalogue.ledger_of(table), shared.cutover),
            decider,
            decided: Decided::new(table, position, shared.decisions)?,
            heirs,
            owner,
        })
    }

    fn decide(&mut self, batch: &RecordBatch) -> Result<Decisions, SplitError> {
        let rows = batch.num_rows();
        let found = self.pairs.iter_mut().map(|pairs| pairs.take(rows));
        let found: Vec<Found> = found.collect::<Result<_, _>>()?;
        let settled = self.settled.as_mut().map(|settled| settled.take(rows));
        let settled = settled.transpose()?;
        let answers = self.answers.next(self.table, batch, &found)?;
        let mut columns = self
            .with_days(batch, answers)
            .map_err(SplitError::polars(&self.table.id))?;
        columns.extend(found.iter().flat_map(Found::columns));
        let read = self.decider.columns.iter();
        columns.extend(read.flat_map(|&column| {
            let cells = as_stamped(&self.table.columns[column], batch.column(column));
            rule_columns(column, &cells)
        }));
        let mut seen = std::collections::BTreeSet::new();
        columns.retain(|column: &Column| seen.insert(column.name().to_string()));
        let decided = self.decided.of(batch)?;
        let decisions = self
            .decider
            .decide(rows, columns, settled.as_ref(), &decided)
            .map_err(SplitError::polars(&self.table.id))?;
        self.decided.ruled(&decisions.ruled);
        if !self.heirs.is_empty() {
            let owners = self.owners(batch, &found, settled.as_ref(), &decisions)?;
            for heir in &mut self.heirs {
                let facts = (decisions.verdicts.as_slice(), &decisions.told);
                heir.push(self.table, batch, facts, &owners)?;
            }
        }
        Ok(decisions)
    }

    /// The ledger's answers, with the reason where the days of a row cannot be told, and the last of these days.
    fn with_days(&self, batch: &RecordBatch, answers: Vec<Column>) -> PolarsResult<Vec<Column>> {
        let mut columns = Vec::new();
        for (leaf, time) in self.table.ledger_rules() {
            let read: Vec<ArrayRef> = day_columns(time)
                .into_iter()
                .map(|column| as_stamped(&self.table.columns[column], batch.column(column)))
                .collect();
            let days = self.calendar.days(time, &read, batch.num_rows())?;
            let name = leaf_verdict(leaf);
            let answer = answers.iter().find(|answer| answer.name() == name.as_str());
            let missing = || PolarsError::ColumnNotFound(name.clone().into());
            let verdict = days.or_reason(answer.ok_or_else(missing)?.i64()?)?;
            columns.push(verdict.with_name(name.into()).into_column());
            if self.decider.wants_lasts() {
                let [first, last] = days.told()?;
                columns.push(first.with_name(leaf_first(leaf).into()).into_column());
                columns.push(last.with_name(leaf_last(leaf).into()).into_column());
            }
        }
        // What is there already is not taken again.
        columns.extend(answers);
        Ok(columns)
    }

    /// The owner keys of every row: its own ledger key, else those of the parents by the parent rule that was asked, at
    /// least one entry.
    fn owners(
        &self,
        batch: &RecordBatch,
        found: &[Found],
        settled: Option<&Settled>,
        decisions: &Decisions,
    ) -> Result<Vec<Owners>, SplitError> {
        if let (Some(converter), Some(key)) = (&self.owner, &self.table.ledger_key) {
            let keys: Vec<ArrayRef> = key
                .iter()
                .map(|&column| batch.column(column).clone())
                .collect();
            let keys = key_bytes(converter, &keys).map_err(ColumnarError::arrow(&self.table.id))?;
            let owner = |row: usize| {
                let key = || keys.value(row).to_vec();
                let days = decisions.told.days[row];
                vec![keys.is_valid(row).then(|| Owner { key: key(), days })]
            };
            return Ok((0..batch.num_rows()).map(owner).collect());
        }
        let owners = |row: usize| {
            let of_row = match (settled, decisions.asked.get(row)) {
                (Some(settled), _) => settled.owners.get(&row),
                (None, Some(&asked)) => owners_of(found, asked, row),
                (None, None) => None,
            };
            let mut all: Owners = of_row.cloned().unwrap_or_default();
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

/// The parents of all rows, by every parent rule of the table.
fn search_parents(
    shared: &Shared<'_>,
    table: &Table,
    file: &StagedRows,
    has_heirs: bool,
) -> Result<Vec<Pairs>, SplitError> {
    // The points of parents are asked, or handed on to children, where the table has none of its own.
    let is_known = match &table.known_at {
        KnownAt::Column { .. } => true,
        KnownAt::None { .. } | KnownAt::NotNeeded => false,
    };
    let mut owners = Vec::new();
    if table.ledger_key.is_none() && (is_known || has_heirs) {
        owners = may_be_asked(&table.rows);
    }
    let rules = table.parent_rules().into_iter();
    rules
        .map(|(leaf, rule)| search(shared, table, file, (leaf, rule), owners.contains(&leaf)))
        .collect()
}

fn search(
    shared: &Shared<'_>,
    table: &Table,
    file: &StagedRows,
    (leaf, rule): (usize, ParentRule<'_>),
    owners: bool,
) -> Result<Pairs, SplitError> {
    let (folder, catalogue) = (shared.verdicts, shared.catalogue);
    let search = ParentSearch {
        table,
        leaf,
        rule,
        owners,
        verdicts: &verdict_path(folder, catalogue, rule.table, rule.references),
        spill: shared.spill,
    };
    search.run(file, shared.observer)
}

/// What parents say to conditions is asked while rows stream; of a rule whose facts went another way they are searched again.
fn search_again(
    shared: &Shared<'_>,
    position: usize,
    file: &StagedRows,
    pairs: &mut Vec<Pairs>,
) -> Result<(), SplitError> {
    let table = &shared.catalogue.tables[position];
    let asking = shared.catalogue.asking_parents(position);
    for (leaf, rule) in table.parent_rules() {
        let asked = asking.iter().any(|asking| asking.leaf == leaf);
        if asked && !pairs.iter().any(|pairs| pairs.leaf() == leaf) {
            pairs.push(search(shared, table, file, (leaf, rule), false)?);
        }
    }
    Ok(())
}

/// Settles the rows of a table that asks its parents' points when a row was written; takes the facts of its row rule.
fn settle(
    shared: &Shared<'_>,
    table: &Table,
    file: &StagedRows,
    pairs: &mut Vec<Pairs>,
    has_heirs: bool,
) -> Result<Option<SettledRows>, SplitError> {
    let (
        KnownAt::Column {
            columns,
            grace_days,
            early,
        },
        None,
    ) = (&table.known_at, &table.ledger_key)
    else {
        return Ok(None);
    };
    let of_rows = table.rows.leaves().len();
    let (taken, left) = std::mem::take(pairs)
        .into_iter()
        .partition(|pairs: &Pairs| pairs.leaf() < of_rows);
    *pairs = left;
    let rules = table.parent_rules().into_iter();
    let settling = Settling {
        table,
        codes: shared.codes,
        cutover: shared.cutover,
        rule: KnownRule {
            grace_days: *grace_days,
            early: *early,
        },
        known: columns,
        any: rules
            .filter(|(_, rule)| is_any(rule.matching))
            .map(|(leaf, _)| leaf as i64)
            .collect(),
        owners: has_heirs,
        index: shared.indexes.ledger_of(table),
        spill: shared.spill,
    };
    settling.run(file, taken, shared.observer).map(Some)
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
