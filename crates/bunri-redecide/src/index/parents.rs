//! Parents as fact files: for every referenced key the final ownerships of its rows and their **owner keys**,
//! the supply points that they stand for. And what those points say of the day on which a child was written.

use std::collections::BTreeSet;
use std::sync::Arc;

use bunri_catalogue::{KnownAt, Table};
use bunri_columnar::StagedRows;
use bunri_evaluator::{
    Days, EVER, Facts, OwnershipSet, ParentFacts, Reason, Row, Terms, Timeline, Written,
    WrittenSet, asked_parent, by_days, parents_now, written, written_in_own_days, written_on,
};

use super::decided_tables::DecidedTables;
use super::file::{FactFile, LastFact};
use super::fold::{FactBuilder, Fold, Scratch, cut};
use super::join::{Asking, Joined};
use super::ledger::read_timeline;
use crate::RedecideError;
use crate::rows::{BATCH_ROWS, View};

/// What a fact says about the parents of one key.
#[derive(Clone, Copy)]
pub(crate) struct Parents<'a> {
    /// What a rule asks of them.
    pub(crate) facts: ParentFacts,
    /// Some parent stands for no supply point, or for one that cannot be named.
    unowned: bool,
    /// Of which tables people decided rows that these are, or go back to.
    pub(crate) decided: DecidedTables,
    owners: &'a [u8],
}

impl<'a> Parents<'a> {
    pub(crate) fn read(fact: &'a [u8]) -> Result<Self, RedecideError> {
        let read = || {
            let ([ownerships, unowned, to_come], rest) = fact.split_first_chunk::<3>()?;
            let (last, rest) = rest.split_first_chunk::<8>()?;
            let (decided, rest) = rest.split_first_chunk::<8>()?;
            let (clear, owners) = rest.split_first_chunk::<8>()?;
            let last = Days::from_le_bytes(*last);
            Some(Self {
                facts: ParentFacts {
                    ownerships: OwnershipSet(*ownerships),
                    last: (last != EVER).then_some(last),
                    to_come: *to_come != 0,
                    clear: u64::from_le_bytes(*clear),
                },
                unowned: *unowned != 0,
                decided: DecidedTables(u64::from_le_bytes(*decided)),
                owners,
            })
        };
        read().ok_or(RedecideError::Index)
    }

    /// All but the owners.
    fn write(&self, record: &mut Vec<u8>) {
        let ParentFacts {
            ownerships,
            last,
            to_come,
            clear,
        } = self.facts;
        record.extend_from_slice(&[ownerships.0, u8::from(self.unowned), u8::from(to_come)]);
        record.extend_from_slice(&last.unwrap_or(EVER).to_le_bytes());
        record.extend_from_slice(&self.decided.0.to_le_bytes());
        record.extend_from_slice(&clear.to_le_bytes());
        record.extend_from_slice(self.owners);
    }
}

/// An owner key, with the days of the own row that it comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Owner<K> {
    key: K,
    days: Option<(Days, Days)>,
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
    let rejected = Parents {
        facts: ParentFacts::REJECTED,
        unowned: true,
        decided: DecidedTables::default(),
        owners: &[],
    };
    rejected.write(&mut record);
    record
}

/// A row of a parent table, decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DecidedParent {
    pub(crate) facts: ParentFacts,
    /// The days that go with its owner key.
    pub(crate) days: Option<(Days, Days)>,
    /// What people had to do with its verdict.
    pub(crate) decided: DecidedTables,
}

/// One row of a parent table, as a record for its keys (a fact is one too, of the rows that it joins): its owner keys are its own ledger key if its table has one, else those of the
/// parents that it asks (docs/rules.md, section 4).
pub(crate) fn write_record(
    DecidedParent {
        facts,
        days,
        decided,
    }: DecidedParent,
    own_key: Option<Option<&[u8]>>,
    above: Option<&[u8]>,
    record: &mut Vec<u8>,
) -> Result<(), RedecideError> {
    record.clear();
    let mut parent = Parents {
        facts,
        unowned: false,
        decided,
        owners: &[],
    };
    match (own_key, above) {
        (Some(Some(key)), _) => {
            parent.write(record);
            write_owner(&Owner { key, days }, record);
            return Ok(());
        }
        (None, Some(fact)) => {
            let above = Parents::read(fact)?;
            parent.unowned = above.unowned;
            parent.owners = above.owners;
        }
        (Some(None), _) | (None, None) => parent.unowned = true,
    }
    parent.write(record);
    Ok(())
}

/// Joins the parents of one key.
#[derive(Default)]
pub(crate) struct ParentFold {
    begun: Option<JoinedParents>,
    to_come: Option<JoinedParents>,
}

/// Some parents of one key.
struct JoinedParents {
    facts: ParentFacts,
    unowned: bool,
    decided: DecidedTables,
    owners: BTreeSet<Owner<Vec<u8>>>,
}

impl Fold for ParentFold {
    fn add(&mut self, record: &[u8]) -> Result<(), RedecideError> {
        let parents = Parents::read(record)?;
        let joined = if parents.facts.to_come {
            &mut self.to_come
        } else {
            &mut self.begun
        };
        let joined = joined.get_or_insert_with(|| JoinedParents {
            facts: parents.facts,
            unowned: false,
            decided: DecidedTables::default(),
            owners: BTreeSet::new(),
        });
        joined.facts = joined.facts.join(parents.facts);
        joined.unowned |= parents.unowned;
        joined.decided.join(parents.decided);
        for Owner { key, days } in owners(parents.owners) {
            let key = key.to_vec();
            joined.owners.insert(Owner { key, days });
        }
        Ok(())
    }

    fn take(&mut self, fact: &mut Vec<u8>) -> Result<(), RedecideError> {
        let Self { begun, to_come } = std::mem::take(self);
        let joined = parents_now(begun, to_come).ok_or(RedecideError::Index)?;
        let parents = Parents {
            facts: joined.facts,
            unowned: joined.unowned,
            decided: joined.decided,
            owners: &[],
        };
        parents.write(fact);
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
    let mut number = rows.first_row();
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
        let Some((asked, _)) = asked_parent(&table.rows, cells) else {
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
            let facts = found.map(|found| found.facts).unwrap_or_default();
            self.facts.push(facts);
            if place == asked {
                asked_owners = found.map(|found| (found.unowned, found.owners.to_vec()));
            }
        }
        let Some((unowned, asked_owners)) = asked_owners else {
            return Ok(());
        };
        let number_bytes = number.to_be_bytes();
        let own_days = owners(&asked_owners).filter_map(|owner| owner.days);
        if let Some(stands) = written_in_own_days(own_days, known) {
            let stands = WrittenSet::of(stands);
            return self.answers.push(&number_bytes, &write_set(stands));
        }
        if unowned {
            let unknown = WrittenSet::of(Written::Unknown(Reason::KnownAtUndecided));
            self.answers.push(&number_bytes, &write_set(unknown))?;
        }
        let facts = Facts {
            timeline: None,
            assignments: None,
            parents: &self.facts,
            written: None,
        };
        let last = by_days(&table.rows, cells, facts, terms).last(terms);
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

/// What the best and the worst of several owner keys say, as bytes: each a word and days. Of a key of which nobody can say, why is
/// not told.
fn write_set(set: WrittenSet) -> [u8; 18] {
    let mut bytes = [0; 18];
    let (best, worst) = bytes.split_at_mut(9);
    for (bytes, written) in [(best, set.best), (worst, set.worst)] {
        let (word, days) = match written {
            Written::Stands => (STANDS, 0),
            Written::Early(days) => (EARLY, days),
            Written::Unknown(_) => (UNKNOWN, 0),
            Written::After => (AFTER, 0),
        };
        bytes[0] = word;
        bytes[1..].copy_from_slice(&days.to_le_bytes());
    }
    bytes
}

const STANDS: u8 = 0;
const EARLY: u8 = 1;
const UNKNOWN: u8 = 2;
const AFTER: u8 = 3;

/// The reverse of [`write_set`].
pub(crate) fn read_set(bytes: &[u8]) -> Result<WrittenSet, RedecideError> {
    let written = |&[word, ref days @ ..]: &[u8; 9]| match word {
        STANDS => Ok(Written::Stands),
        EARLY => Ok(Written::Early(Days::from_le_bytes(*days))),
        UNKNOWN => Ok(Written::Unknown(Reason::KnownAtUndecided)),
        AFTER => Ok(Written::After),
        _ => Err(RedecideError::Index),
    };
    match bytes.as_chunks::<9>() {
        ([best, worst], []) => Ok(WrittenSet {
            best: written(best)?,
            worst: written(worst)?,
        }),
        _ => Err(RedecideError::Index),
    }
}

#[derive(Default)]
struct WrittenFold(Option<WrittenSet>);

impl Fold for WrittenFold {
    fn add(&mut self, record: &[u8]) -> Result<(), RedecideError> {
        let one = read_set(record)?;
        self.0 = Some(self.0.map_or(one, |set| set.join(one)));
        Ok(())
    }

    fn take(&mut self, fact: &mut Vec<u8>) -> Result<(), RedecideError> {
        let set = self.0.take().ok_or(RedecideError::Index)?;
        fact.extend_from_slice(&write_set(set));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn what_owner_keys_say_is_read_back_but_for_the_reason() {
        let unknown = Written::Unknown(Reason::KnownAtUndecided);
        let said = [
            Written::Stands,
            Written::Early(1),
            Written::Early(Days::MAX),
            unknown,
            Written::After,
        ];
        for best in said {
            for worst in said {
                let set = WrittenSet { best, worst };
                assert_eq!(read_set(&write_set(set)).unwrap(), set);
            }
        }
        let of_ledger = WrittenSet::of(Written::Unknown(Reason::LedgerGap));
        let read = read_set(&write_set(of_ledger)).unwrap();
        assert_eq!(read, WrittenSet::of(unknown));
    }

    #[test]
    fn bytes_that_nobody_wrote_are_no_words() {
        let bytes = write_set(WrittenSet::of(Written::After));
        assert!(read_set(&bytes[1..]).is_err());
        let mut wrong = bytes;
        wrong[9] = AFTER + 1;
        assert!(read_set(&wrong).is_err());
    }

    #[test]
    fn of_one_key_those_that_have_begun_are_the_parents() {
        let row = |to_come, last| {
            let mut record = Vec::new();
            let facts = ParentFacts {
                ownerships: OwnershipSet::of(bunri_catalogue::Ownership::Own),
                last: Some(last),
                to_come,
                clear: 1,
            };
            let parent = DecidedParent {
                facts,
                days: None,
                decided: DecidedTables::default(),
            };
            let key = [last as u8];
            write_record(parent, Some(Some(&key)), None, &mut record).unwrap();
            record
        };
        let folded = |records: &[Vec<u8>]| {
            let mut fold = ParentFold::default();
            for record in records {
                fold.add(record).unwrap();
            }
            let mut fact = Vec::new();
            fold.take(&mut fact).unwrap();
            let parents = Parents::read(&fact).unwrap();
            let keys: Vec<u8> = owners(parents.owners).map(|owner| owner.key[0]).collect();
            (parents.facts.last, parents.facts.to_come, keys)
        };
        let (begun, to_come) = (row(false, 7), row(true, 9));
        assert_eq!(
            folded(&[to_come.clone(), begun.clone(), row(false, 8)]),
            (Some(8), false, vec![7, 8])
        );
        assert_eq!(
            folded(std::slice::from_ref(&to_come)),
            (Some(9), true, vec![9])
        );
        // What some rows came to counts as a row among others: that is how units of a table are put together.
        let fact = |records: &[Vec<u8>]| {
            let mut fold = ParentFold::default();
            records.iter().for_each(|it| fold.add(it).unwrap());
            let mut fact = Vec::new();
            fold.take(&mut fact).unwrap();
            fact
        };
        let all = [to_come.clone(), begun, row(false, 8), to_come];
        for cut in 1..all.len() {
            let (some, others) = all.split_at(cut);
            assert_eq!(fact(&[fact(some), fact(others)]), fact(&all), "{cut}");
        }
    }
}
