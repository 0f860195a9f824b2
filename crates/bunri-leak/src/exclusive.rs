//! The values that occur only in cells withheld from a store.
//!
//! A value is searched for in the loose form if none of its spellings is granted anywhere. If another spelling is granted,
//! the withheld spelling is searched for in the strict form alone. If this very spelling is granted somewhere, it carries
//! nothing that only withheld cells hold: such values are counted, not searched.
//!
//! *Granted* is what the ledger vouches for. A copy that retail made itself (`all_retail`) does not silence the search, and an
//! original of which retail gets a keyed hash is searched for whatever else holds it.

use crate::LeakError;
use crate::grants::{Access, Grants};
use crate::hashing::filter_key;
use crate::lexicon::Lexicon;
use crate::partitions::{PARTITIONS, Record, partition};
use crate::records::{Scratch, Sorter};
use crate::values::{Candidate, Entry, Value, ValueSet, ValueSetBuilder};
use crate::vocabulary::Vocabulary;

/// Values that are searched for in the strict form are few, about so many.
const STRICT: u64 = 1 << 16;

/// What is searched for in one store.
pub(crate) struct ExclusiveValues<'a> {
    pub(crate) lexicon: &'a Lexicon,
    /// Loose, strict.
    pub(crate) sets: [ValueSet; 2],
    pub(crate) totals: Totals,
}

/// What of the withheld is searched for in one store, and what is not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Cells: found anywhere, as whole cells only, too short, of another type.
    pub(crate) withheld: [u64; 4],
    /// Different values.
    pub(crate) searched: u64,
    /// Different values that are granted too.
    pub(crate) granted_too: u64,
    /// Whether cells of the store that are as they should be hold any value that is searched for.
    pub(crate) copies: bool,
}

impl<'a> ExclusiveValues<'a> {
    /// What is searched for in retail and in transmission; whichever thread is free takes the next partition.
    pub(crate) fn of(
        vocabulary: Vocabulary<'a>,
        scratch: &Scratch,
        threads: usize,
    ) -> Result<Vec<Self>, LeakError> {
        let lexicon = vocabulary.lexicon;
        let mut of_stores = [0, 1].map(|store| {
            let withheld = vocabulary.counts.withheld(store);
            let totals = Totals {
                withheld,
                ..Totals::default()
            };
            (Vec::new(), totals)
        });
        // What else the vocabulary remembers is of no use any more, and is as large as a filter.
        let records = vocabulary.into_records()?;
        let mut stores = Vec::new();
        for _ in &of_stores {
            let loose = ValueSetBuilder::new(records.records(), scratch)?;
            stores.push((loose, Sorter::new(scratch)));
        }
        let gather = |space: &mut Vec<Record>, partition| {
            records.read(partition, space)?;
            let gather = |(at, (loose, strict)): (usize, &(ValueSetBuilder, Sorter<Value>))| {
                let (values, totals) = Gathering::of(at, strict, space)?;
                Ok::<_, LeakError>((loose.part(&values)?, totals))
            };
            let gathered = stores.iter().enumerate().map(gather);
            gathered.collect::<Result<Vec<_>, _>>()
        };
        for gathered in bunri_work::run_with(threads, PARTITIONS, Vec::new, gather)? {
            for ((parts, totals), (part, more)) in of_stores.iter_mut().zip(gathered) {
                parts.push(part);
                totals.searched += more.searched;
                totals.granted_too += more.granted_too;
                totals.copies |= more.copies;
            }
        }
        drop(records);
        let stores = stores.into_iter().zip(of_stores);
        let finished = stores.map(|((loose, strict), (parts, totals))| {
            let sets = [loose.finish(parts), of_strict(&strict, scratch)?];
            Ok(Self {
                lexicon,
                sets,
                totals,
            })
        });
        finished.collect()
    }

    /// Looks up what the filter let through.
    pub(crate) fn confirm(&self, candidate: &Candidate) -> Result<Option<Entry>, LeakError> {
        let entry = self.sets[candidate.kind as usize].find(candidate.hash)?;
        Ok(entry.filter(|entry| candidate.whole || !entry.whole_only))
    }
}

/// How one store stands to a spelling, over all its cells.
#[derive(Debug, Clone, Copy, Default)]
struct SpellingAccess {
    /// The first column that it is withheld in; of an original, the first that has a hash in retail.
    source: Option<u16>,
    granted: bool,
    unvouched: bool,
    original: bool,
}

impl SpellingAccess {
    /// How the store of this number stands to all records of a spelling.
    fn of(at: usize, records: &[Record]) -> Self {
        let mut access = Self::default();
        for record in records {
            access.add(Grants(record.grants).access(at), record.source);
        }
        access
    }

    fn add(&mut self, access: Access, source: u16) {
        let first = |before: Option<u16>| before.map_or(source, |before| before.min(source));
        match access {
            Access::Unvouched => self.unvouched = true,
            Access::Granted => self.granted = true,
            Access::Withheld if self.original => {}
            Access::Withheld => self.source = Some(first(self.source)),
            Access::Original => {
                let before = self.source.filter(|_| self.original);
                self.source = Some(first(before));
                self.original = true;
            }
        }
    }

    /// Whether the store may know it.
    fn is_explained(self) -> bool {
        self.granted && !self.original
    }

    /// Whether it is searched for, and stands in cells that are as they should be.
    fn is_copied(self) -> bool {
        self.source.is_some() && (self.unvouched || (self.granted && self.original))
    }
}

/// One store's values of a partition.
struct Gathering<'b> {
    at: usize,
    loose: Vec<Value>,
    strict: &'b Sorter<Value>,
    totals: Totals,
}

impl<'b> Gathering<'b> {
    /// Those of the store of this number that are searched for in the loose form; the others are pushed.
    fn of(
        at: usize,
        strict: &'b Sorter<Value>,
        records: &[Record],
    ) -> Result<(Vec<Value>, Totals), LeakError> {
        let mut gathering = Self {
            at,
            loose: Vec::new(),
            strict,
            totals: Totals::default(),
        };
        for value in records.chunk_by(|a, b| a.loose == b.loose) {
            gathering.value(value)?;
        }
        Ok((gathering.loose, gathering.totals))
    }

    /// A value with all its spellings.
    fn value(&mut self, records: &[Record]) -> Result<(), LeakError> {
        let at = self.at;
        let spellings = || {
            let spellings = records.chunk_by(|a, b| a.strict == b.strict);
            spellings.map(|records| (&records[0], SpellingAccess::of(at, records)))
        };
        let withheld =
            || spellings().filter_map(|(record, access)| Some((record, access, access.source?)));
        let Some((record, ..)) = withheld().next() else {
            return Ok(());
        };
        if spellings().any(|(_, access)| access.is_explained()) {
            return withheld().try_for_each(|spelling| self.spelling(spelling));
        }
        // A copy may be spelled otherwise than what it was copied from.
        let copied = spellings().any(|(_, access)| access.unvouched);
        self.totals.copies |= copied || withheld().any(|(_, access, _)| access.is_copied());
        self.totals.searched += withheld().count() as u64;
        let entry = Entry {
            hash: record.loose,
            source: withheld().map(|(.., source)| source).min().unwrap_or(0),
            whole_only: !record.anywhere,
            copied,
            spellings: withheld().map(|(record, ..)| record.strict).collect(),
        };
        let prefix = record.loose_prefix;
        self.loose.push(Value { entry, prefix });
        Ok(())
    }

    /// A withheld spelling of a value of which this spelling is granted, or another.
    fn spelling(
        &mut self,
        (record, access, source): (&Record, SpellingAccess, u16),
    ) -> Result<(), LeakError> {
        if access.is_explained() {
            self.totals.granted_too += 1;
            return Ok(());
        }
        self.totals.copies |= access.is_copied();
        self.totals.searched += 1;
        let entry = Entry {
            hash: record.strict,
            whole_only: !record.anywhere,
            source,
            copied: access.unvouched,
            spellings: Vec::new(),
        };
        let prefix = record.strict_prefix;
        self.strict.push(&Value { entry, prefix })
    }
}

fn of_strict(values: &Sorter<Value>, scratch: &Scratch) -> Result<ValueSet, LeakError> {
    let set = ValueSetBuilder::new(STRICT, scratch)?;
    let mut sorted = values.sorted()?.peekable();
    let mut parts = Vec::with_capacity(PARTITIONS);
    for number in 0..PARTITIONS {
        let own = |value: &Result<Value, _>| {
            let hash = value.as_ref().map(|value| value.entry.hash);
            hash.map_or(true, |hash| partition(filter_key(hash)) == number)
        };
        let mut values: Vec<Value> = Vec::new();
        while let Some(value) = sorted.next_if(own) {
            values.push(value?);
        }
        // Truncated, one spelling can stand under two loose forms; one entry is enough.
        values.dedup_by_key(|value| value.entry.hash);
        parts.push(set.part(&values)?);
    }
    Ok(set.finish(parts))
}
