//! Parents as fact files: for every referenced key the final ownerships of its rows and their **owner keys**,
//! the supply points that they stand for. And who supplied those points on the day a child was written.

use std::collections::BTreeSet;
use std::sync::Arc;

use bunri_catalogue::{Catalogue, KnownAt, Ownership, RowRule, Table};
use bunri_columnar::TableFile;
use bunri_evaluator::{Days, OwnershipSet, Row, Timeline, Verdict};

use super::file::FactFile;
use super::fold::{FactBuilder, Fold, Scratch, cut};
use super::join::{Asking, Joined};
use super::ledger::read_timeline;
use crate::RedecideError;
use crate::rows::{BATCH_ROWS, View};

/// A parent rule: the child's key columns, the parent table, the columns referred to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParentRule {
    /// The parent table, in the catalogue.
    pub table: usize,
    /// The child's columns.
    pub key: Vec<usize>,
    /// The parent's columns.
    pub references: Vec<usize>,
}

/// The parent rules of a row rule, in its order.
#[must_use]
pub fn parent_rules(rule: &RowRule) -> Vec<ParentRule> {
    match rule {
        RowRule::Parent {
            table,
            key,
            references,
            ..
        } => {
            vec![ParentRule {
                table: *table,
                key: key.clone(),
                references: references.clone(),
            }]
        }
        RowRule::All(rules) => rules.iter().flat_map(parent_rules).collect(),
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => Vec::new(),
    }
}

/// The columns by which other tables refer to this one, each list once.
pub(crate) fn referenced(catalogue: &Catalogue, table: usize) -> BTreeSet<Vec<usize>> {
    let rules = catalogue
        .tables
        .iter()
        .flat_map(|table| parent_rules(&table.rows));
    rules
        .filter(|rule| rule.table == table)
        .map(|rule| rule.references)
        .collect()
}

/// What a fact says about the parents of one key.
pub(crate) struct Parents<'a> {
    pub(crate) ownerships: OwnershipSet,
    /// Some parent stands for no supply point, or for one that cannot be named.
    pub(crate) unowned: bool,
    owners: &'a [u8],
}

impl<'a> Parents<'a> {
    pub(crate) fn read(fact: &'a [u8]) -> Result<Self, RedecideError> {
        match fact {
            [ownerships, unowned, owners @ ..] => Ok(Self {
                ownerships: OwnershipSet(*ownerships),
                unowned: *unowned != 0,
                owners,
            }),
            _ => Err(RedecideError::Index),
        }
    }

    /// The owner keys.
    pub(crate) fn owners(&self) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = self.owners;
        std::iter::from_fn(move || {
            let (length, after) = rest.split_first_chunk::<8>()?;
            let (key, after) =
                after.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
            rest = after;
            Some(key)
        })
    }
}

fn write_owner(key: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(key.len() as u64).to_le_bytes());
    out.extend_from_slice(key);
}

/// A rejected row of a parent table, as a record for its keys: nobody knows whose it is, nor of which point.
pub(crate) const REJECTED_RECORD: [u8; 2] = [OwnershipSet::REJECTED.0, 1];

/// One row of a parent table, as a record for its keys.
pub(crate) fn write_record(
    verdict: Verdict,
    own_key: Option<Option<&[u8]>>,
    above: Option<&[u8]>,
    record: &mut Vec<u8>,
) -> Result<(), RedecideError> {
    record.clear();
    record.push(OwnershipSet::from_iter([verdict.ownership()]).0);
    match (own_key, above) {
        (Some(Some(key)), _) => {
            record.push(0);
            write_owner(key, record);
        }
        (None, Some(fact)) => {
            let parents = Parents::read(fact)?;
            record.push(u8::from(parents.unowned));
            record.extend_from_slice(parents.owners);
        }
        (Some(None), _) | (None, None) => record.push(1),
    }
    Ok(())
}

/// Joins the parents of one key.
#[derive(Default)]
pub(crate) struct ParentFold {
    ownerships: OwnershipSet,
    unowned: bool,
    owners: BTreeSet<Vec<u8>>,
}

impl Fold for ParentFold {
    fn add(&mut self, record: &[u8]) -> Result<(), RedecideError> {
        let parents = Parents::read(record)?;
        self.ownerships.0 |= parents.ownerships.0;
        self.unowned |= parents.unowned;
        for owner in parents.owners() {
            if !self.owners.contains(owner) {
                self.owners.insert(owner.to_vec());
            }
        }
        Ok(())
    }

    fn take(&mut self, fact: &mut Vec<u8>) -> Result<(), RedecideError> {
        let Self {
            ownerships,
            unowned,
            owners,
        } = std::mem::take(self);
        fact.extend_from_slice(&[ownerships.0, u8::from(unowned)]);
        owners.iter().for_each(|owner| write_owner(owner, fact));
        Ok(())
    }
}

/// For a table without a ledger key: who supplied its parents' points on the day that each row was written.
pub(crate) fn suppliers(
    table: &Table,
    rows: &TableFile,
    parents: &Joined,
    ledger: &Arc<FactFile>,
    scratch: &Scratch,
) -> Result<Option<Joined>, RedecideError> {
    let KnownAt::Column { column, .. } = table.known_at else {
        return Ok(None);
    };
    let mut asking = Requests {
        asked: scratch.sorter(),
        answers: FactBuilder::new(SupplierFold::default(), false, scratch)?,
        parents: parents.read(table)?,
    };
    let mut number = 0_u64;
    for batch in rows.all(BATCH_ROWS)? {
        let batch = batch?;
        let view = View::of(&batch)?;
        asking.parents.begin(&batch)?;
        for row in 0..batch.num_rows() {
            if let Some(day) = view.row(row).day(column) {
                asking.ask(row, number, Days::from(day))?;
            }
            number += 1;
        }
    }
    Ok(Some(Joined::by_number(asking.answer(ledger)?)))
}

struct Requests {
    asked: bunri_columnar::ByteSorter,
    answers: FactBuilder<SupplierFold>,
    parents: Asking,
}

impl Requests {
    fn ask(&mut self, row: usize, number: u64, day: Days) -> Result<(), RedecideError> {
        let number_bytes = number.to_be_bytes();
        let Some(fact) = self.parents.fact(row, number)? else {
            return Ok(());
        };
        let parents = Parents::read(fact.bytes)?;
        if parents.unowned {
            self.answers.push(
                &number_bytes,
                &[OwnershipSet::from_iter([Ownership::Undecided]).0],
            )?;
        }
        for owner in parents.owners() {
            let length = (owner.len() as u64).to_le_bytes();
            self.asked
                .push_parts(&[owner, &number_bytes, &day.to_le_bytes(), &length])?;
        }
        Ok(())
    }

    fn answer(self, ledger: &FactFile) -> Result<FactFile, RedecideError> {
        let Self {
            asked, mut answers, ..
        } = self;
        let mut asked = asked.finish()?;
        let mut reader = ledger.read()?;
        let mut known = KnownTimeline::default();
        while let Some(request) = asked.next()? {
            let (key, rest) = cut(request);
            let (number, day) = rest.split_first_chunk::<8>().ok_or(RedecideError::Index)?;
            let day = Days::from_le_bytes(day.try_into().map_err(|_| RedecideError::Index)?);
            let supplier = match reader.find(key)? {
                Some(fact) => known.read(fact.bytes, fact.record)?.on(day).ownership(),
                None => Ownership::Undecided,
            };
            answers.push(number, &[OwnershipSet::from_iter([supplier]).0])?;
        }
        answers.finish()
    }
}

/// The timeline read last; a run of rows of one point reads it once.
#[derive(Default)]
pub(crate) struct KnownTimeline(Option<(u64, Timeline)>);

impl KnownTimeline {
    pub(crate) fn read(&mut self, fact: &[u8], record: u64) -> Result<&Timeline, RedecideError> {
        let known = match self.0.take() {
            Some(known) if known.0 == record => known,
            _ => (record, read_timeline(fact)?),
        };
        Ok(&self.0.insert(known).1)
    }
}

#[derive(Default)]
struct SupplierFold(OwnershipSet);

impl Fold for SupplierFold {
    fn add(&mut self, record: &[u8]) -> Result<(), RedecideError> {
        self.0.0 |= record.first().copied().unwrap_or(0);
        Ok(())
    }

    fn take(&mut self, fact: &mut Vec<u8>) -> Result<(), RedecideError> {
        fact.push(std::mem::take(&mut self.0).0);
        Ok(())
    }
}
