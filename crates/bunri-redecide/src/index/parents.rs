//! Parents as fact files: for every referenced key the final ownerships of its rows and their **owner keys**,
//! the supply points that they stand for. And what those points say of the day on which a child was written.

use std::collections::BTreeSet;
use std::sync::Arc;

use bunri_catalogue::{KnownAt, Ownership, Table};
use bunri_columnar::StagedRows;
use bunri_evaluator::{
    Days, EVER, Facts, OwnershipSet, ParentFacts, Row, RowDays, Terms, Timeline, Verdict,
    WrittenSet, asked_parent, last, written, written_on,
};

use super::decided_tables::DecidedTables;
use super::file::{FactFile, LastFact};
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
    /// None of them has begun by the cutover.
    to_come: bool,
    /// The last day that the own ones speak of; [`EVER`] where none is own.
    last: Days,
    /// Of which tables people decided rows that these are, or go back to.
    pub(crate) decided: DecidedTables,
    /// The conditions of children that none of them meets, as bits.
    clear: u64,
    owners: &'a [u8],
}

impl<'a> Parents<'a> {
    pub(crate) fn read(fact: &'a [u8]) -> Result<Self, RedecideError> {
        let read = || {
            let ([ownerships, unowned, to_come], rest) = fact.split_first_chunk::<3>()?;
            let (last, rest) = rest.split_first_chunk::<8>()?;
            let (decided, rest) = rest.split_first_chunk::<8>()?;
            let (clear, owners) = rest.split_first_chunk::<8>()?;
            Some(Self {
                ownerships: OwnershipSet(*ownerships),
                unowned: *unowned != 0,
                to_come: *to_come != 0,
                last: Days::from_le_bytes(*last),
                decided: DecidedTables(u64::from_le_bytes(*decided)),
                clear: u64::from_le_bytes(*clear),
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
            to_come: self.to_come,
            clear: self.clear,
        }
    }
}

/// An owner key, with the days of the own row that it comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Owner<K> {
    key: K,
    days: Option<(Days, Days)>,
}

impl<K> Owner<K> {
    /// Whether an own parent speaks of this day.
    fn holds(&self, day: Days) -> bool {
        self.days
            .is_some_and(|(first, last)| first <= day && day <= last)
    }
}

/// No day lies in between.
const NO_DAYS: (Days, Days) = (Days::MAX, Days::MIN);

/// The owners that [`write_owner`] wrote.
fn owners(bytes: &[u8]) -> impl Iterator<Item = Owner<&[u8]>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<8>()?;
        let (key, after) =
            after.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let (first, after) = after.split_first_chunk::<8>()?;
        let (last, after) = after.split_first_chunk::<8>()?;
        rest = after;
        let days = (Days::from_le_bytes(*first), Days::from_le_bytes(*last));
        let days = (days != NO_DAYS).then_some(days);
        Some(Owner { key, days })
    })
}

fn write_owner(owner: &Owner<&[u8]>, out: &mut Vec<u8>) {
    out.extend_from_slice(&(owner.key.len() as u64).to_le_bytes());
    out.extend_from_slice(owner.key);
    let (first, last) = owner.days.unwrap_or(NO_DAYS);
    out.extend_from_slice(&first.to_le_bytes());
    out.extend_from_slice(&last.to_le_bytes());
}

/// A rejected row of a parent table, as a record for its keys: nobody knows whose it is, nor of which point.
pub(crate) fn rejected_record() -> Vec<u8> {
    let mut record = Vec::new();
    let head = Head {
        ownerships: OwnershipSet::REJECTED,
        unowned: true,
        to_come: false,
        last: EVER,
        decided: DecidedTables::default(),
        // What it would have said to a condition nobody knows either.
        clear: 0,
    };
    head.write(&mut record);
    record
}

/// What a fact begins with.
#[derive(Debug, Clone, Copy)]
struct Head {
    ownerships: OwnershipSet,
    unowned: bool,
    to_come: bool,
    last: Days,
    decided: DecidedTables,
    clear: u64,
}

impl Head {
    fn write(self, record: &mut Vec<u8>) {
        let Self {
            ownerships,
            unowned,
            to_come,
            last,
            decided,
            clear,
        } = self;
        record.extend_from_slice(&[ownerships.0, u8::from(unowned), u8::from(to_come)]);
        record.extend_from_slice(&last.to_le_bytes());
        record.extend_from_slice(&decided.0.to_le_bytes());
        record.extend_from_slice(&clear.to_le_bytes());
    }
}

/// A row of a parent table, decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DecidedParent {
    pub(crate) verdict: Verdict,
    /// Its days are for children only if it is own by the rules, not by a person's word.
    pub(crate) days: RowDays,
    /// What people had to do with its verdict.
    pub(crate) decided: DecidedTables,
    /// The conditions of children that it does not meet, as bits.
    pub(crate) clear: u64,
}

/// One row of a parent table, as a record for its keys.
pub(crate) fn write_record(
    DecidedParent {
        verdict,
        days,
        decided,
        clear,
    }: DecidedParent,
    own_key: Option<Option<&[u8]>>,
    above: Option<&[u8]>,
    record: &mut Vec<u8>,
) -> Result<(), RedecideError> {
    record.clear();
    let is_own = verdict == Verdict::Own;
    let mut head = Head {
        ownerships: OwnershipSet::from_iter([verdict.ownership()]),
        unowned: false,
        to_come: days.to_come,
        last: if is_own { days.last } else { EVER },
        decided,
        clear,
    };
    match (own_key, above) {
        (Some(Some(key)), _) => {
            head.write(record);
            let days = days.asked.filter(|_| is_own);
            write_owner(&Owner { key, days }, record);
        }
        (None, Some(fact)) => {
            let parents = Parents::read(fact)?;
            head.unowned = parents.unowned;
            head.write(record);
            record.extend_from_slice(parents.owners);
        }
        (Some(None), _) | (None, None) => {
            head.unowned = true;
            head.write(record);
        }
    }
    Ok(())
}

/// Joins the parents of one key: those that have begun by the cutover, or all if none has.
#[derive(Default)]
pub(crate) struct ParentFold {
    begun: JoinedParents,
    to_come: JoinedParents,
}

/// Some parents of one key.
struct JoinedParents {
    ownerships: OwnershipSet,
    unowned: bool,
    last: Days,
    decided: DecidedTables,
    /// One that meets a condition is enough; [`None`] of no parent.
    clear: Option<u64>,
    owners: BTreeSet<Owner<Vec<u8>>>,
}

impl Default for JoinedParents {
    fn default() -> Self {
        Self {
            ownerships: OwnershipSet::EMPTY,
            unowned: false,
            last: EVER,
            decided: DecidedTables::default(),
            clear: None,
            owners: BTreeSet::new(),
        }
    }
}

impl Fold for ParentFold {
    fn add(&mut self, record: &[u8]) -> Result<(), RedecideError> {
        let parents = Parents::read(record)?;
        let joined = if parents.to_come {
            &mut self.to_come
        } else {
            &mut self.begun
        };
        joined.ownerships.0 |= parents.ownerships.0;
        joined.unowned |= parents.unowned;
        joined.last = joined.last.max(parents.last);
        joined.decided.join(parents.decided);
        let clear = joined.clear.unwrap_or(parents.clear);
        joined.clear = Some(clear & parents.clear);
        for Owner { key, days } in owners(parents.owners) {
            let key = key.to_vec();
            joined.owners.insert(Owner { key, days });
        }
        Ok(())
    }

    fn take(&mut self, fact: &mut Vec<u8>) -> Result<(), RedecideError> {
        let Self { begun, to_come } = std::mem::take(self);
        let none_begun = begun.ownerships.is_empty();
        let joined = if none_begun { to_come } else { begun };
        let head = Head {
            ownerships: joined.ownerships,
            unowned: joined.unowned,
            to_come: none_begun,
            last: joined.last,
            decided: joined.decided,
            clear: joined.clear.unwrap_or_default(),
        };
        head.write(fact);
        for Owner { key, days } in &joined.owners {
            let days = *days;
            write_owner(&Owner { key, days }, fact);
        }
        Ok(())
    }
}

/// For a table without a ledger key: what its parents' points say of the day on which each row was written.
pub(crate) fn written_by_parents(
    table: &Table,
    rows: &StagedRows,
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
            let cells = view.row(table, row);
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
        let mut asked_owners = None;
        for (place, parents) in self.parents.iter_mut().enumerate() {
            let fact = parents.fact(row, number)?;
            let found = fact
                .as_ref()
                .map(|fact| Parents::read(fact.bytes))
                .transpose()?;
            let facts = found.as_ref().map(Parents::facts).unwrap_or_default();
            self.facts.push(facts);
            if place == asked.place {
                asked_owners = found.map(|found| (found.unowned, found.owners.to_vec()));
            }
        }
        let Some((unowned, asked_owners)) = asked_owners else {
            return Ok(());
        };
        let number_bytes = number.to_be_bytes();
        if owners(&asked_owners).any(|owner| owner.holds(known)) {
            let held = WrittenSet {
                held: true,
                ..WrittenSet::default()
            };
            return self.answers.push(&number_bytes, &write_set(held));
        }
        if unowned {
            self.answers
                .push(&number_bytes, &write_set(WrittenSet::UNKNOWN))?;
        }
        let facts = Facts {
            timeline: None,
            assignments: None,
            parents: &self.facts,
            written: WrittenSet::default(),
        };
        let last = last(&table.rows, cells, facts, terms);
        for Owner { key, .. } in owners(&asked_owners) {
            let length = (key.len() as u64).to_le_bytes();
            self.asked.push_parts(&[
                key,
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
        let mut timelines = LastFact::default();
        while let Some(request) = asked.next()? {
            let (key, rest) = cut(request);
            let (number, days) = rest.split_first_chunk::<8>().ok_or(RedecideError::Index)?;
            let ([known, day], []) = days.as_chunks::<8>() else {
                return Err(RedecideError::Index);
            };
            let (known, last) = (Days::from_le_bytes(*known), Days::from_le_bytes(*day));
            let said = match reader.find(key)? {
                Some(fact) => {
                    let timeline = timelines.read(&fact, read_timeline)?;
                    written(timeline, known, last, grace_days)
                }
                None => written(Timeline::unknown(), known, last, grace_days),
            };
            answers.push(number, &write_set(WrittenSet::of(said)))?;
        }
        answers.finish()
    }
}

/// What several owner keys say, as bytes: four flags, whether some is early, and by how many days at least and at most.
fn write_set(set: WrittenSet) -> [u8; 21] {
    let mut bytes = [0; 21];
    let flags = [
        set.held,
        set.stands,
        set.after,
        set.unknown,
        set.early.is_some(),
    ];
    for (byte, flag) in bytes.iter_mut().zip(flags) {
        *byte = u8::from(flag);
    }
    let (least, most) = set.early.unwrap_or_default();
    bytes[5..13].copy_from_slice(&least.to_le_bytes());
    bytes[13..].copy_from_slice(&most.to_le_bytes());
    bytes
}

/// The reverse of [`write_set`].
pub(crate) fn read_set(bytes: &[u8]) -> Result<WrittenSet, RedecideError> {
    let read = || {
        let ([held, stands, after, unknown, early], rest) = bytes.split_first_chunk::<5>()?;
        let ([least, most], []) = rest.as_chunks::<8>() else {
            return None;
        };
        let days = (Days::from_le_bytes(*least), Days::from_le_bytes(*most));
        Some(WrittenSet {
            held: *held != 0,
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
