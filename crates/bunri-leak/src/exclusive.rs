//! The values that occur only in cells withheld from a store.
//!
//! A value is searched for in the loose form if none of its spellings is granted anywhere. If another spelling is granted,
//! the withheld spelling is searched for in the strict form alone. If this very spelling is granted somewhere, it carries
//! nothing that only withheld cells hold: such values are counted, not searched.
//!
//! *Granted* is what the ledger vouches for. A copy that retail made itself (`all_retail`) does not silence the search, and an
//! original of which retail gets a keyed hash is searched for whatever else holds it.

use std::sync::{Mutex, PoisonError};

use crate::LeakError;
use crate::fate::Standing;
use crate::filter::Prefix;
use crate::hashing::{Name, half};
use crate::inputs::Scratch;
use crate::lexicon::Lexicon;
use crate::partitions::{PARTITIONS, Record, partition};
use crate::records::{Sorter, record};
use crate::text::Candidate;
use crate::values::{Entry, Part, PartBuilder, ValueSet, ValueSetBuilder};
use crate::vocabulary::Vocabulary;

/// Values that are searched for in the strict form are few, about so many.
const STRICT: u64 = 1 << 16;

/// What is searched for in one store.
pub(crate) struct Exclusive<'a> {
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

impl<'a> Exclusive<'a> {
    /// What is searched for in retail and in transmission; whichever thread is free takes the next partition.
    pub(crate) fn of(
        vocabulary: Vocabulary<'a>,
        scratch: &Scratch,
        threads: usize,
    ) -> Result<Vec<Self>, LeakError> {
        let lexicon = vocabulary.lexicon;
        let withheld = [0, 1].map(|store| vocabulary.counts.withheld(store));
        // What else the vocabulary remembers is of no use any more, and is as large as a filter.
        let records = vocabulary.into_records()?;
        let mut stores = Vec::new();
        for withheld in withheld {
            stores.push(Building {
                loose: ValueSetBuilder::new(records.records(), scratch)?,
                strict: Sorter::new(scratch),
                totals: Mutex::new(Totals {
                    withheld,
                    ..Totals::default()
                }),
            });
        }
        let gather = |space: &mut Vec<Record>, partition| {
            records.read(partition, space)?;
            let gather = |(at, store)| Gathering::gather(at, store, space);
            stores.iter().enumerate().map(gather).collect()
        };
        let parts: Vec<Vec<Part>> = bunri_work::run_with(threads, PARTITIONS, Vec::new, gather)?;
        drop(records);
        let mut of_stores: Vec<Vec<Part>> = stores.iter().map(|_| Vec::new()).collect();
        for parts in parts {
            let parts = of_stores.iter_mut().zip(parts);
            parts.for_each(|(of_store, part)| of_store.push(part));
        }
        let stores = stores.into_iter().zip(of_stores).map(|(store, loose)| {
            let totals = store.totals.into_inner();
            Ok(Self {
                lexicon,
                sets: [
                    store.loose.finish(loose),
                    of_strict(&store.strict, scratch)?,
                ],
                totals: totals.unwrap_or_else(PoisonError::into_inner),
            })
        });
        stores.collect()
    }

    /// Looks up what the filter let through.
    pub(crate) fn confirm(&self, candidate: &Candidate) -> Result<Option<Entry>, LeakError> {
        let entry = self.sets[candidate.kind as usize].find(candidate.name)?;
        Ok(entry.filter(|entry| candidate.whole || !entry.whole_only))
    }
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
    /// How the store of this number stands to all records of a spelling.
    fn of(at: usize, records: &[Record]) -> Self {
        let mut stand = Self::default();
        for record in records {
            stand.add(record.fate.standing(at), record.source);
        }
        stand
    }

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
        entry: Entry,
        prefix: Prefix,
    }
}

/// What is searched for in one store, while the partitions are gathered.
struct Building {
    loose: ValueSetBuilder,
    strict: Sorter<StrictValue>,
    totals: Mutex<Totals>,
}

/// One store's values of a partition.
struct Gathering<'b> {
    at: usize,
    store: &'b Building,
    loose: PartBuilder<'b>,
    totals: Totals,
}

impl<'b> Gathering<'b> {
    fn gather(at: usize, store: &'b Building, records: &[Record]) -> Result<Part, LeakError> {
        let mut gathering = Self {
            at,
            store,
            loose: PartBuilder::new(&store.loose),
            totals: Totals::default(),
        };
        for value in records.chunk_by(|a, b| a.loose == b.loose) {
            gathering.value(value)?;
        }
        gathering.finish()
    }

    /// A value with all its spellings.
    fn value(&mut self, records: &[Record]) -> Result<(), LeakError> {
        let at = self.at;
        let stands = || {
            let spellings = records.chunk_by(|a, b| a.strict == b.strict);
            spellings.map(|records| (&records[0], Stand::of(at, records)))
        };
        let withheld =
            || stands().filter_map(|(record, stand)| Some((record, stand, stand.source?)));
        let Some((record, ..)) = withheld().next() else {
            return Ok(());
        };
        if stands().any(|(_, stand)| stand.is_explained()) {
            return withheld().try_for_each(|spelling| self.spelling(spelling));
        }
        // A copy may be spelled otherwise than what it was copied from.
        let copied = stands().any(|(_, stand)| stand.unvouched);
        self.totals.copies |= copied || withheld().any(|(_, stand, _)| stand.is_copied());
        self.totals.searched += withheld().count() as u64;
        let entry = Entry {
            name: record.loose,
            source: withheld().map(|(.., source)| source).min().unwrap_or(0),
            whole_only: !record.anywhere,
            copied,
            spellings: withheld().map(|(record, ..)| record.strict).collect(),
        };
        self.loose.push(&entry, record.loose_prefix);
        Ok(())
    }

    /// A withheld spelling of a value of which this spelling is granted, or another.
    fn spelling(
        &mut self,
        (record, stand, source): (&Record, Stand, u16),
    ) -> Result<(), LeakError> {
        if stand.is_explained() {
            self.totals.granted_too += 1;
            return Ok(());
        }
        self.totals.copies |= stand.is_copied();
        self.totals.searched += 1;
        let entry = Entry {
            name: record.strict,
            whole_only: !record.anywhere,
            source,
            copied: stand.unvouched,
            spellings: Vec::new(),
        };
        let prefix = record.strict_prefix;
        self.store.strict.push(&StrictValue { entry, prefix })
    }

    fn finish(self) -> Result<Part, LeakError> {
        let totals = self.store.totals.lock();
        let mut totals = totals.unwrap_or_else(PoisonError::into_inner);
        totals.searched += self.totals.searched;
        totals.granted_too += self.totals.granted_too;
        totals.copies |= self.totals.copies;
        self.loose.finish()
    }
}

fn of_strict(values: &Sorter<StrictValue>, scratch: &Scratch) -> Result<ValueSet, LeakError> {
    let set = ValueSetBuilder::new(STRICT, scratch)?;
    let mut values = values.sorted()?.peekable();
    let mut parts = Vec::with_capacity(PARTITIONS);
    for number in 0..PARTITIONS {
        let mut part = PartBuilder::new(&set);
        let mut last: Option<Name> = None;
        let own = |value: &Result<StrictValue, _>| {
            let name = value.as_ref().map(|value| value.entry.name);
            name.map_or(true, |name| partition(half(name)) == number)
        };
        while let Some(value) = values.next_if(own) {
            let StrictValue { entry, prefix } = value?;
            // Truncated, one spelling can stand under two loose forms; one entry is enough.
            if last.replace(entry.name) != Some(entry.name) {
                part.push(&entry, prefix);
            }
        }
        parts.push(part.finish()?);
    }
    Ok(set.finish(parts))
}
