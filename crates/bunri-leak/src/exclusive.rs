//! The values that occur only in cells withheld from a store.
//!
//! A value is searched for in the loose form if none of its spellings is granted anywhere. If another spelling is granted,
//! the withheld spelling is searched for in the strict form alone. If this very spelling is granted somewhere, it carries
//! nothing that only withheld cells hold: such values are counted, not searched.
//!
//! *Granted* is what the ledger vouches for. A copy that retail made itself (`all_retail`) does not silence the search, and an
//! original of which retail gets a keyed hash is searched for whatever else holds it.

use std::sync::{Mutex, PoisonError};

use bunri_columnar::ByteSorter;

use crate::LeakError;
use crate::fate::{Standing, Withheld};
use crate::fields::{Field, record};
use crate::hashing::{Kind, Name, half};
use crate::inputs::Scratch;
use crate::partitions::{Divided, PARTITIONS, Record, partition};
use crate::prefixes::Prefix;
use crate::text::Candidate;
use crate::values::{Entry, Part, PartBuilder, ValueSet, ValueSetBuilder};
use crate::vocabulary::Vocabulary;

/// Strict values are few, about so many.
const STRICT: u64 = 1 << 16;

/// What is searched for in one store.
pub(crate) struct Exclusive {
    /// Loose, strict.
    pub(crate) sets: [ValueSet; 2],
    /// Whether cells of the store that are as they should be hold any of it.
    pub(crate) copies: bool,
    pub(crate) blind: Blind,
}

/// What of the withheld is not searched for, in one store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Blind {
    pub(crate) withheld: Withheld,
    /// Different values.
    pub(crate) searched: u64,
    /// Different values that are granted too.
    pub(crate) granted_too: u64,
}

/// A candidate that is a value, with what is known of it.
pub(crate) struct Confirmed {
    pub(crate) name: Name,
    pub(crate) from: usize,
    pub(crate) source: u16,
    /// In another spelling than any withheld cell has.
    pub(crate) loose: bool,
    pub(crate) copied: bool,
}

impl Exclusive {
    /// What is searched for in retail and in transmission; whichever thread is free takes the next partition.
    pub(crate) fn of(
        vocabulary: Vocabulary<'_>,
        scratch: &Scratch,
        threads: usize,
    ) -> Result<[Self; 2], LeakError> {
        let withheld = [0, 1].map(|store| vocabulary.counts.withheld(store));
        // What else the vocabulary remembers is of no use any more, and is as large as a filter.
        let records = vocabulary.into_records()?;
        let budget = scratch.budget / threads.max(1);
        let store = || Building::new(records.records(), scratch);
        let stores = [store()?, store()?];
        let gathered = bunri_work::run(threads, PARTITIONS, |partition| {
            gather(&records, partition, budget, &stores)
        })?;
        let mut parts = [Vec::new(), Vec::new()];
        for gathered in gathered {
            for (parts, gathered) in parts.iter_mut().zip(gathered) {
                parts.push(gathered);
            }
        }
        drop(records);
        let [retail, transmission] = stores;
        let [of_retail, of_transmission] = parts;
        Ok([
            retail.finish(of_retail, withheld[0], scratch)?,
            transmission.finish(of_transmission, withheld[1], scratch)?,
        ])
    }

    /// Looks up what the filter let through.
    pub(crate) fn confirm(&self, candidate: &Candidate) -> Result<Option<Confirmed>, LeakError> {
        let found = self.sets[candidate.kind as usize].find(&candidate.name)?;
        let entry = found.filter(|entry| entry.anywhere || candidate.whole);
        Ok(entry.map(|entry| Confirmed {
            name: entry.name,
            from: candidate.from,
            source: entry.source,
            loose: candidate.kind == Kind::Loose && !entry.spellings.contains(&candidate.strict),
            copied: entry.copied,
        }))
    }
}

/// One strict spelling of a value, put together from its records.
struct Spelling {
    record: Record,
    stores: [Stand; 2],
}

/// How one store stands to a spelling, over all its cells.
#[derive(Debug, Clone, Copy, Default)]
struct Stand {
    /// The first column that it is withheld in; of an original, the first that has a hash in retail.
    source: Option<u16>,
    granted: bool,
    unvouched: bool,
    original: bool,
}

impl Stand {
    fn add(&mut self, standing: Standing, source: u16) {
        let first = |before: Option<u16>| before.map_or(source, |before| before.min(source));
        match standing {
            Standing::Unvouched => self.unvouched = true,
            Standing::Granted => self.granted = true,
            Standing::Withheld if self.original => {}
            Standing::Withheld => self.source = Some(first(self.source)),
            Standing::Original => {
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

record! {
    /// A value that is searched for in the strict form. Of several under one name, what is found anywhere comes first.
    StrictValue {
        name: Name,
        whole_only: bool,
        source: u16,
        copied: bool,
        prefix: Prefix,
    }
}

/// What is searched for in one store, while the partitions are gathered.
struct Building {
    loose: ValueSetBuilder,
    strict: Mutex<ByteSorter>,
}

/// What is searched for in one store, of one partition.
struct Gathered {
    loose: Part,
    copies: bool,
    blind: Blind,
}

/// What is searched for in both stores, of this partition.
fn gather(
    records: &Divided,
    partition: usize,
    budget: usize,
    stores: &[Building; 2],
) -> Result<[Gathered; 2], LeakError> {
    let [retail, transmission] = stores;
    let mut stores = [Gathering::new(retail), Gathering::new(transmission)];
    let mut spellings: Vec<Spelling> = Vec::new();
    let mut sorted = records.sorted(partition, budget)?;
    while let Some(bytes) = sorted.next()? {
        let record = Record::read(bytes)?;
        let last = spellings.last().map(|last| &last.record);
        let same_value = last.is_some_and(|last| last.loose == record.loose);
        let same_spelling = last.is_some_and(|last| last.strict == record.strict);
        if !same_value {
            close(&mut stores, &mut spellings)?;
        }
        let (fate, source) = (record.fate, record.source);
        if !(same_value && same_spelling) {
            let stores = [Stand::default(); 2];
            spellings.push(Spelling { record, stores });
        }
        let stands = spellings.last_mut().into_iter();
        for (at, stand) in stands.flat_map(|last| last.stores.iter_mut().enumerate()) {
            stand.add(fate.standing(at), source);
        }
    }
    close(&mut stores, &mut spellings)?;
    let [retail, transmission] = stores;
    Ok([retail.finish()?, transmission.finish()?])
}

fn close(stores: &mut [Gathering<'_>; 2], value: &mut Vec<Spelling>) -> Result<(), LeakError> {
    for (at, store) in stores.iter_mut().enumerate() {
        store.value(at, value)?;
    }
    value.clear();
    Ok(())
}

/// One store's values of a partition while they come in order.
struct Gathering<'b> {
    loose: PartBuilder<'b>,
    strict: &'b Mutex<ByteSorter>,
    copies: bool,
    blind: Blind,
}

impl<'b> Gathering<'b> {
    fn new(store: &'b Building) -> Self {
        Self {
            loose: PartBuilder::new(&store.loose),
            strict: &store.strict,
            copies: false,
            blind: Blind::default(),
        }
    }

    /// A value with all its spellings, as the store of this number stands to it.
    fn value(&mut self, at: usize, spellings: &[Spelling]) -> Result<(), LeakError> {
        let stands = spellings.iter().map(|it| (&it.record, it.stores[at]));
        let withheld = || {
            let stands = stands.clone();
            stands.filter_map(|(record, stand)| Some((record, stand, stand.source?)))
        };
        let Some((record, ..)) = withheld().next() else {
            return Ok(());
        };
        if stands.clone().any(|(_, stand)| stand.is_explained()) {
            return withheld().try_for_each(|spelling| self.spelling(spelling));
        }
        // A copy may be spelled otherwise than what it was copied from.
        let copied = stands.clone().any(|(_, stand)| stand.unvouched);
        self.copies |= copied || withheld().any(|(_, stand, _)| stand.is_copied());
        self.blind.searched += withheld().count() as u64;
        let entry = Entry {
            name: record.loose,
            source: withheld().map(|(.., source)| source).min().unwrap_or(0),
            anywhere: record.anywhere,
            copied,
            spellings: withheld().map(|(record, ..)| record.strict).collect(),
        };
        self.loose.push(&entry, record.loose_prefix);
        Ok(())
    }

    /// A withheld spelling of a value of which another is granted, or this one.
    fn spelling(
        &mut self,
        (record, stand, source): (&Record, Stand, u16),
    ) -> Result<(), LeakError> {
        if stand.is_explained() {
            self.blind.granted_too += 1;
            return Ok(());
        }
        self.copies |= stand.is_copied();
        self.blind.searched += 1;
        let value = StrictValue {
            name: record.strict,
            whole_only: !record.anywhere,
            source,
            copied: stand.unvouched,
            prefix: record.strict_prefix,
        };
        let mut strict = self.strict.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(strict.push(&value.bytes())?)
    }

    fn finish(self) -> Result<Gathered, LeakError> {
        Ok(Gathered {
            loose: self.loose.finish()?,
            copies: self.copies,
            blind: self.blind,
        })
    }
}

impl Building {
    fn new(values: u64, scratch: &Scratch) -> Result<Self, LeakError> {
        Ok(Self {
            loose: ValueSetBuilder::new(values, &scratch.folder)?,
            strict: Mutex::new(scratch.sorter()),
        })
    }

    fn finish(
        self,
        gathered: Vec<Gathered>,
        withheld: Withheld,
        scratch: &Scratch,
    ) -> Result<Exclusive, LeakError> {
        let mut blind = Blind {
            withheld,
            ..Blind::default()
        };
        for of in &gathered {
            blind.searched += of.blind.searched;
            blind.granted_too += of.blind.granted_too;
        }
        let strict = self.strict.into_inner();
        let strict = strict.unwrap_or_else(PoisonError::into_inner);
        Ok(Exclusive {
            copies: gathered.iter().any(|of| of.copies),
            sets: [
                self.loose.finish(gathered.into_iter().map(|of| of.loose)),
                of_strict(strict, scratch)?,
            ],
            blind,
        })
    }
}

fn of_strict(values: ByteSorter, scratch: &Scratch) -> Result<ValueSet, LeakError> {
    let set = ValueSetBuilder::new(STRICT, &scratch.folder)?;
    let (mut parts, mut part) = (Vec::new(), PartBuilder::new(&set));
    let mut sorted = values.finish()?;
    let mut last: Option<Name> = None;
    while let Some(bytes) = sorted.next()? {
        let value = StrictValue::read(bytes)?;
        // Truncated, one spelling can stand under two loose forms; one entry is enough.
        if last.replace(value.name) == Some(value.name) {
            continue;
        }
        while parts.len() < partition(half(&value.name)) {
            parts.push(std::mem::replace(&mut part, PartBuilder::new(&set)).finish()?);
        }
        let entry = Entry {
            name: value.name,
            source: value.source,
            anywhere: !value.whole_only,
            copied: value.copied,
            spellings: Vec::new(),
        };
        part.push(&entry, value.prefix);
    }
    while parts.len() < PARTITIONS {
        parts.push(std::mem::replace(&mut part, PartBuilder::new(&set)).finish()?);
    }
    Ok(set.finish(parts))
}
