//! The rows of one unit of a table: they stream past the ledger's answers and the parents' verdicts, and are decided batch by batch.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use bunri_catalogue::{Catalogue, ClassRule, KnownAt, Ownership, ParentRule, Table};
use bunri_columnar::{
    ColumnarError, Observer, STAGING_PART_ROWS, StagedRows, Staging, key_converter,
};
use polars::prelude::{Column, IntoColumn, PolarsError, PolarsResult};
use serde::{Deserialize, Serialize};

use crate::SplitError;
use crate::answers::Answers;
use crate::codes::Codes;
use crate::days::{Calendar, day_columns};
use crate::decide::{Decider, Decisions};
use crate::decided::{Decided, Refusal};
use crate::frame::{as_stamped, rule_columns};
use crate::keyed::KeyedFile;
use crate::known::{KnownRule, is_any};
use crate::ownership::key_bytes;
use crate::parents::{Found, Owner, Owners, Pairs, ParentSearch, VerdictWriter};
use crate::passes::Spill;
use crate::probe::LedgerQuestions;
use crate::rekey::Rekeys;
use crate::rules::{leaf_first, leaf_last, leaf_verdict, may_be_asked};
use crate::settle::{Settled, SettledRows, Settling, owners_of};
use crate::through::Indexes;
use crate::verdict::{UNDECIDED, ownership, reason_word};

/// Rows of a unit of a table whose ledger key leads its own: its units find their place in the index for little.
const STREAMED_ROWS: u64 = 1 << 17;

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
    /// Rows of a unit, if it is not what suits the table.
    pub(crate) unit_rows: Option<u64>,
    /// Bytes of one store's rows that may wait for the units before theirs.
    pub(crate) room: usize,
    pub(crate) observer: &'a dyn Observer,
}

impl Shared<'_> {
    /// Rows of a unit of this table. Any number gives the same stores; what is asked beforehand, sorted by another key, goes through
    /// a parent's verdicts once a unit, so that such units are large.
    pub(crate) fn unit_rows(&self, table: &Table) -> u64 {
        let key = table.ledger_key.as_ref();
        let leads = key.is_none_or(|key| table.key.starts_with(key));
        let usual = if leads && table.parent_rules().is_empty() {
            STREAMED_ROWS
        } else {
            STAGING_PART_ROWS as u64
        };
        self.unit_rows.unwrap_or(usual)
    }
}

/// What all units of a table share of its parents and its children.
pub(crate) struct Kin<'a> {
    /// What became of the parents, by the number of the rule that asks.
    pub(crate) parents: BTreeMap<usize, Arc<KeyedFile>>,
    /// What children will ask.
    pub(crate) heirs: Vec<VerdictWriter<'a>>,
}

impl TableStats {
    /// Adds those of another unit.
    pub(crate) fn add(&mut self, other: Self) {
        let Self {
            staging_rows,
            ownership_rows,
            reason_rows,
            decided_rows,
            store_rows,
            else_rows,
        } = other;
        self.staging_rows += staging_rows;
        for (counts, more) in [
            (&mut self.ownership_rows, ownership_rows),
            (&mut self.reason_rows, reason_rows),
            (&mut self.decided_rows, decided_rows),
            (&mut self.store_rows, store_rows),
            (&mut self.else_rows, else_rows),
        ] {
            for (word, rows) in more {
                *counts.entry(word).or_default() += rows;
            }
        }
    }

    pub(crate) fn count(&mut self, table: &Table, decisions: &Decisions) {
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

/// Everything that is asked about the rows of a unit, batch by batch.
pub(crate) struct Facts<'w, 'a> {
    table: &'a Table,
    answers: Answers,
    /// Of the parent rules whose facts come neither with the answers nor settled.
    pairs: Vec<Pairs>,
    settled: Option<SettledRows>,
    calendar: Calendar,
    decider: Decider<'a>,
    decided: Decided<'a>,
    heirs: &'w [VerdictWriter<'a>],
    owner: Option<arrow_row::RowConverter>,
}

impl<'w, 'a> Facts<'w, 'a> {
    pub(crate) fn prepare(
        shared: &Shared<'a>,
        position: usize,
        unit: &StagedRows,
        kin: &'w Kin<'a>,
    ) -> Result<Self, SplitError> {
        let table = &shared.catalogue.tables[position];
        let has_heirs = !kin.heirs.is_empty();
        let asking = Asking { shared, kin, unit };
        let mut pairs = asking.parents(table, has_heirs)?;
        let questions = LedgerQuestions::new(shared.catalogue, table, shared.cutover);
        let answers = Answers::prepare(
            table,
            unit,
            questions,
            shared.indexes.of(table),
            &mut pairs,
            shared.spill,
            shared.observer,
        )?;
        let settled = settle(shared, table, unit, &mut pairs, has_heirs)?;
        asking.parents_again(position, &mut pairs)?;
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
            decided: Decided::new((shared.catalogue, position), shared.decisions)?,
            heirs: &kin.heirs,
            owner,
        })
    }

    pub(crate) fn decide(&mut self, batch: &RecordBatch) -> Result<Decisions, SplitError> {
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
            for heir in self.heirs {
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

    /// After the last row: the decisions that met one, and those of them that decide nothing.
    pub(crate) fn finish(self) -> (Vec<usize>, Vec<Refusal>) {
        self.decided.finish()
    }
}

/// Asks the parents of a unit's rows.
struct Asking<'s, 'a> {
    shared: &'s Shared<'a>,
    kin: &'s Kin<'a>,
    unit: &'s StagedRows,
}

impl Asking<'_, '_> {
    /// The parents of all rows, by every parent rule of the table.
    fn parents(&self, table: &Table, has_heirs: bool) -> Result<Vec<Pairs>, SplitError> {
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
            .map(|(leaf, rule)| self.search(table, (leaf, rule), owners.contains(&leaf)))
            .collect()
    }

    fn search(
        &self,
        table: &Table,
        (leaf, rule): (usize, ParentRule<'_>),
        owners: bool,
    ) -> Result<Pairs, SplitError> {
        let verdicts = self.kin.parents.get(&leaf);
        let search = ParentSearch {
            table,
            leaf,
            rule,
            owners,
            verdicts: verdicts.ok_or_else(|| SplitError::ColumnNotRead {
                table: table.id.clone(),
                column: leaf,
            })?,
            spill: self.shared.spill,
        };
        search.run(self.unit, self.shared.observer)
    }

    /// What parents say to conditions is asked while rows stream; of a rule whose facts went another way they are searched again.
    fn parents_again(&self, position: usize, pairs: &mut Vec<Pairs>) -> Result<(), SplitError> {
        let table = &self.shared.catalogue.tables[position];
        let asking = self.shared.catalogue.asking_parents(position);
        for (leaf, rule) in table.parent_rules() {
            let asked = asking.iter().any(|asking| asking.leaf == leaf);
            if asked && !pairs.iter().any(|pairs| pairs.leaf() == leaf) {
                pairs.push(self.search(table, (leaf, rule), false)?);
            }
        }
        Ok(())
    }
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
