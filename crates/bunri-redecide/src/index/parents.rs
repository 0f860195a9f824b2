//! Parents as fact files: for every referenced key the final ownerships of its rows and their **owner keys**,
//! the supply points that they stand for. And what those points say of the day on which a child was written.

use std::collections::BTreeSet;
use std::sync::Arc;

use bunri_catalogue::{KnownAt, Ownership, Table};
use bunri_columnar::TableFile;
use bunri_evaluator::{
    Days, EVER, Facts, OwnershipSet, ParentFacts, Row, Terms, Timeline, Verdict, WrittenSet,
    asked_parent, last, written, written_on,
};

use super::file::FactFile;
use super::fold::{FactBuilder, Fold, Scratch, cut};
use super::join::{Asking, Joined};
use super::ledger::read_timeline;
use crate::RedecideError;
use crate::rows::{BATCH_ROWS, View};

/// What a fact says about the parents of one key.
pub(crate) struct Parents<'a> {
    pub(crate) ownerships: OwnershipSet,
    /// Some parent stands for no supply point, or for one that cannot be named.
    pub(crate) unowned: bool,
    /// The last day that the own ones speak of; [`EVER`] where none is own.
    last: Days,
    owners: &'a [u8],
}

impl<'a> Parents<'a> {
    pub(crate) fn read(fact: &'a [u8]) -> Result<Self, RedecideError> {
        let read = || {
            let ([ownerships, unowned], rest) = fact.split_first_chunk::<2>()?;
            let (last, owners) = rest.split_first_chunk::<8>()?;
            Some(Self {
                ownerships: OwnershipSet(*ownerships),
                unowned: *unowned != 0,
                last: Days::from_le_bytes(*last),
                owners,
            })
        };
        read().ok_or(RedecideError::Index)
    }

    /// What a rule asks of them.
    pub(crate) fn facts(&self) -> ParentFacts {
        ParentFacts {
            ownerships: self.ownerships,
            last: self.ownerships.has(Ownership::Own).then_some(self.last),
        }
    }

    /// The owner keys.
    pub(crate) fn owners(&self) -> impl Iterator<Item = &'a [u8]> {
        owner_keys(self.owners)
    }
}

/// The keys that [`write_owner`] wrote.
fn owner_keys(owners: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = owners;
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<8>()?;
        let (key, after) =
            after.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        rest = after;
        Some(key)
    })
}

fn write_owner(key: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(key.len() as u64).to_le_bytes());
    out.extend_from_slice(key);
}

/// A rejected row of a parent table, as a record for its keys: nobody knows whose it is, nor of which point.
pub(crate) fn rejected_record() -> Vec<u8> {
    let mut record = Vec::new();
    write_head(OwnershipSet::REJECTED, true, EVER, &mut record);
    record
}

fn write_head(ownerships: OwnershipSet, unowned: bool, last: Days, record: &mut Vec<u8>) {
    record.extend_from_slice(&[ownerships.0, u8::from(unowned)]);
    record.extend_from_slice(&last.to_le_bytes());
}

/// One row of a parent table, as a record for its keys. `last` is the last day that an own row speaks of.
pub(crate) fn write_record(
    (verdict, last): (Verdict, Option<Days>),
    own_key: Option<Option<&[u8]>>,
    above: Option<&[u8]>,
    record: &mut Vec<u8>,
) -> Result<(), RedecideError> {
    record.clear();
    let ownerships = OwnershipSet::from_iter([verdict.ownership()]);
    let last = last.unwrap_or(EVER);
    match (own_key, above) {
        (Some(Some(key)), _) => {
            write_head(ownerships, false, last, record);
            write_owner(key, record);
        }
        (None, Some(fact)) => {
            let parents = Parents::read(fact)?;
            write_head(ownerships, parents.unowned, last, record);
            record.extend_from_slice(parents.owners);
        }
        (Some(None), _) | (None, None) => write_head(ownerships, true, last, record),
    }
    Ok(())
}

/// Joins the parents of one key.
pub(crate) struct ParentFold {
    ownerships: OwnershipSet,
    unowned: bool,
    last: Days,
    owners: BTreeSet<Vec<u8>>,
}

impl Default for ParentFold {
    fn default() -> Self {
        Self {
            ownerships: OwnershipSet::EMPTY,
            unowned: false,
            last: EVER,
            owners: BTreeSet::new(),
        }
    }
}

impl Fold for ParentFold {
    fn add(&mut self, record: &[u8]) -> Result<(), RedecideError> {
        let parents = Parents::read(record)?;
        self.ownerships.0 |= parents.ownerships.0;
        self.unowned |= parents.unowned;
        self.last = self.last.max(parents.last);
        for owner in parents.owners() {
            if !self.owners.contains(owner) {
                self.owners.insert(owner.to_vec());
            }
        }
        Ok(())
    }

    fn take(&mut self, fact: &mut Vec<u8>) -> Result<(), RedecideError> {
        let parents = std::mem::take(self);
        write_head(parents.ownerships, parents.unowned, parents.last, fact);
        for owner in &parents.owners {
            write_owner(owner, fact);
        }
        Ok(())
    }
}

/// For a table without a ledger key: what its parents' points say of the day on which each row was written.
pub(crate) fn written_by_parents(
    table: &Table,
    rows: &TableFile,
    parents: &[Joined],
    (ledger, terms): (&Arc<FactFile>, &Terms),
    scratch: &Scratch,
) -> Result<Option<Joined>, RedecideError> {
    let KnownAt::Column {
        columns,
        grace_days,
        ..
    } = &table.known_at
    else {
        return Ok(None);
    };
    let mut asking = Requests {
        asked: scratch.sorter(),
        answers: FactBuilder::new(WrittenFold::default(), false, scratch)?,
        parents: parents
            .iter()
            .map(|joined| joined.read(table))
            .collect::<Result<_, _>>()?,
        facts: Vec::new(),
    };
    let mut number = 0_u64;
    for batch in rows.all(BATCH_ROWS)? {
        let batch = batch?;
        let view = View::of(&batch)?;
        for parents in &mut asking.parents {
            parents.begin(&batch)?;
        }
        for row in 0..batch.num_rows() {
            let cells = view.row(row);
            if let Some(known) = written_on(columns, &cells) {
                asking.ask((table, terms), (row, number), &cells, known)?;
            }
            number += 1;
        }
    }
    Ok(Some(Joined::by_number(asking.answer(ledger, *grace_days)?)))
}

struct Requests {
    asked: bunri_columnar::ByteSorter,
    answers: FactBuilder<WrittenFold>,
    /// By parent rule.
    parents: Vec<Asking>,
    facts: Vec<ParentFacts>,
}

impl Requests {
    fn ask(
        &mut self,
        (table, terms): (&Table, &Terms),
        (row, number): (usize, u64),
        cells: &impl Row,
        known: Days,
    ) -> Result<(), RedecideError> {
        let Some(asked) = asked_parent(&table.rows, cells) else {
            return Ok(());
        };
        self.facts.clear();
        let mut owners = None;
        for (place, parents) in self.parents.iter_mut().enumerate() {
            let fact = parents.fact(row, number)?;
            let found = fact
                .as_ref()
                .map(|fact| Parents::read(fact.bytes))
                .transpose()?;
            let facts = found.as_ref().map(Parents::facts).unwrap_or_default();
            self.facts.push(facts);
            if place == asked.place {
                owners = found.map(|found| (found.unowned, found.owners.to_vec()));
            }
        }
        let Some((unowned, owners)) = owners else {
            return Ok(());
        };
        let number_bytes = number.to_be_bytes();
        if unowned {
            self.answers
                .push(&number_bytes, &write_set(WrittenSet::UNKNOWN))?;
        }
        let facts = Facts {
            timeline: None,
            parents: &self.facts,
            written: WrittenSet::default(),
        };
        let last = last(&table.rows, cells, facts, terms);
        for owner in owner_keys(&owners) {
            let length = (owner.len() as u64).to_le_bytes();
            self.asked.push_parts(&[
                owner,
                &number_bytes,
                &known.to_le_bytes(),
                &last.to_le_bytes(),
                &length,
            ])?;
        }
        Ok(())
    }

    fn answer(self, ledger: &FactFile, grace_days: u32) -> Result<FactFile, RedecideError> {
        let Self {
            asked, mut answers, ..
        } = self;
        let mut asked = asked.finish()?;
        let mut reader = ledger.read()?;
        let mut timelines = KnownTimeline::default();
        while let Some(request) = asked.next()? {
            let (key, rest) = cut(request);
            let (number, days) = rest.split_first_chunk::<8>().ok_or(RedecideError::Index)?;
            let ([known, day], []) = days.as_chunks::<8>() else {
                return Err(RedecideError::Index);
            };
            let (known, last) = (Days::from_le_bytes(*known), Days::from_le_bytes(*day));
            let said = match reader.find(key)? {
                Some(fact) => {
                    let timeline = timelines.read(fact.bytes, fact.record)?;
                    written(timeline, known, last, grace_days)
                }
                None => written(Timeline::unknown(), known, last, grace_days),
            };
            answers.push(number, &write_set(WrittenSet::of(said)))?;
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

/// What several owner keys say, as bytes: three flags, whether some is early, and by how many days at least and at most.
fn write_set(set: WrittenSet) -> [u8; 20] {
    let mut bytes = [0; 20];
    let flags = [set.stands, set.after, set.unknown, set.early.is_some()];
    for (byte, flag) in bytes.iter_mut().zip(flags) {
        *byte = u8::from(flag);
    }
    let (least, most) = set.early.unwrap_or_default();
    bytes[4..12].copy_from_slice(&least.to_le_bytes());
    bytes[12..].copy_from_slice(&most.to_le_bytes());
    bytes
}

/// The reverse of [`write_set`].
pub(crate) fn read_set(bytes: &[u8]) -> Result<WrittenSet, RedecideError> {
    let read = || {
        let ([stands, after, unknown, early], rest) = bytes.split_first_chunk::<4>()?;
        let ([least, most], []) = rest.as_chunks::<8>() else {
            return None;
        };
        let days = (Days::from_le_bytes(*least), Days::from_le_bytes(*most));
        Some(WrittenSet {
            stands: *stands != 0,
            after: *after != 0,
            unknown: *unknown != 0,
            early: (*early != 0).then_some(days),
        })
    };
    read().ok_or(RedecideError::Index)
}

#[derive(Default)]
struct WrittenFold(WrittenSet);

impl Fold for WrittenFold {
    fn add(&mut self, record: &[u8]) -> Result<(), RedecideError> {
        self.0.join(read_set(record)?);
        Ok(())
    }

    fn take(&mut self, fact: &mut Vec<u8>) -> Result<(), RedecideError> {
        fact.extend_from_slice(&write_set(std::mem::take(&mut self.0)));
        Ok(())
    }
}
