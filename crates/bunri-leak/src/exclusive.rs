//! The values that occur only in cells withheld from a store: sorted by name in a file, with a filter and the
//! beginnings by which texts are looked through.
//!
//! A value is searched for in the loose form if none of its spellings is granted anywhere. If another spelling is granted,
//! the withheld spelling is searched for in the strict form alone. If this very spelling is granted somewhere, it carries
//! nothing that only withheld cells hold: such values are counted, not searched.
//!
//! *Granted* is what the ledger vouches for. A copy that retail made itself (`all_retail`) does not silence the search, and an
//! original of which retail gets a keyed hash is searched for whatever else holds it.

use std::ops::Range;
use std::sync::Arc;

use bunri_columnar::ByteSorter;

use crate::LeakError;
use crate::fate::{Standing, Withheld};
use crate::hashing::Name;
use crate::partitions::{Divided, PARTITIONS};
use crate::record::{Reach, Record};
use crate::scratch::Scratch;
use crate::set::{Beginnings, Entry, Set, SetBuilder};
use crate::vocabulary::Vocabulary;

/// Threads that gather at one time, because each holds the names of a part of a filter.
const GATHERING_AT_ONCE: usize = 4;

/// What is searched for in one store.
pub(crate) struct Exclusive {
    /// Loose, strict.
    pub(crate) sets: [Set; 2],
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

/// One strict spelling of the current value, put together from its records.
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

/// One store's values of some partitions while they come in order.
struct Gathering {
    loose: SetBuilder,
    strict: ByteSorter,
    copies: bool,
    blind: Blind,
}

/// And after the last.
struct Gathered {
    loose: Set,
    strict: ByteSorter,
    copies: bool,
    blind: Blind,
}

impl Exclusive {
    /// What is searched for in retail and in transmission. Each thread takes partitions of its own.
    pub(crate) fn of(
        vocabulary: Vocabulary<'_>,
        scratch: &Scratch,
        threads: usize,
    ) -> Result<[Self; 2], LeakError> {
        let withheld = vocabulary.withheld;
        // What else the vocabulary remembers is of no use any more, and is as large as a filter.
        let records = &vocabulary.into_records()?;
        let threads = threads.clamp(1, GATHERING_AT_ONCE);
        let share = |thread| PARTITIONS * thread / threads..PARTITIONS * (thread + 1) / threads;
        let beginnings = [(); 2].map(|()| Arc::new(Beginnings::new(records.records())));
        let gather = |thread| {
            let scratch = Scratch {
                budget: scratch.budget / threads,
                ..scratch.clone()
            };
            gather(records, share(thread), &beginnings, &scratch)
        };
        let gathered = bunri_work::run(threads, threads, gather)?;
        let mut gathered = gathered.into_iter();
        let [mut retail, mut transmission] = gathered.next().ok_or(LeakError::Index)?;
        for [more_retail, more_transmission] in gathered {
            retail.append(more_retail)?;
            transmission.append(more_transmission)?;
        }
        let [of_retail, of_transmission] = withheld;
        Ok([
            retail.finish(of_retail, scratch)?,
            transmission.finish(of_transmission, scratch)?,
        ])
    }
}

/// What is searched for in both stores, of these partitions.
fn gather(
    records: &Divided,
    partitions: Range<usize>,
    beginnings: &[Arc<Beginnings>; 2],
    scratch: &Scratch,
) -> Result<[Gathered; 2], LeakError> {
    let gathering = |beginnings| {
        Ok::<_, LeakError>(Gathering {
            loose: SetBuilder::new(beginnings, scratch)?,
            strict: scratch.sorter(),
            copies: false,
            blind: Blind::default(),
        })
    };
    let mut stores = [gathering(&beginnings[0])?, gathering(&beginnings[1])?];
    let mut group: Vec<Spelling> = Vec::new();
    for partition in partitions {
        let mut sorted = records.sorted(partition, scratch.budget)?;
        while let Some(bytes) = sorted.next()? {
            let record = Record::read(bytes).ok_or(LeakError::Index)?;
            if group
                .first()
                .is_some_and(|first| first.record.loose != record.loose)
            {
                close(&mut stores, &mut group)?;
            }
            add(&mut group, record);
        }
    }
    close(&mut stores, &mut group)?;
    let [retail, transmission] = stores;
    Ok([retail.finish()?, transmission.finish()?])
}

/// Records of one spelling follow each other.
fn add(group: &mut Vec<Spelling>, record: Record) {
    let known = group
        .last()
        .is_some_and(|last| last.record.strict == record.strict);
    if !known {
        group.push(Spelling {
            record,
            stores: [Stand::default(); 2],
        });
    }
    let Some(spelling) = group.last_mut() else {
        return;
    };
    for (at, stand) in spelling.stores.iter_mut().enumerate() {
        stand.add(record.fate.standing(at), record.source);
    }
}

fn close(stores: &mut [Gathering; 2], group: &mut Vec<Spelling>) -> Result<(), LeakError> {
    for (at, store) in stores.iter_mut().enumerate() {
        store.value(at, group)?;
    }
    group.clear();
    Ok(())
}

impl Gathering {
    fn value(&mut self, at: usize, group: &[Spelling]) -> Result<(), LeakError> {
        let withheld = || {
            let spellings = group.iter().map(|spelling| (spelling, spelling.stores[at]));
            spellings.filter_map(|(spelling, stand)| Some((spelling, stand, stand.source?)))
        };
        if !group
            .iter()
            .any(|spelling| spelling.stores[at].is_explained())
        {
            let Some((first, ..)) = withheld().next() else {
                return Ok(());
            };
            let source = withheld().map(|(_, _, source)| source).min();
            let names = withheld().map(|(spelling, ..)| spelling.record.strict);
            // A copy may be spelled otherwise than what it was copied from.
            let copied = group.iter().any(|spelling| spelling.stores[at].unvouched);
            self.copies |= copied || withheld().any(|(_, stand, _)| stand.is_copied());
            let record = &first.record;
            let extent = (record.lengths[0], record.reach);
            let found = (record.reach.anywhere, copied);
            let fact = Entry::write(source.unwrap_or(0), found, names);
            self.blind.searched += withheld().count() as u64;
            return self
                .loose
                .add(&record.loose, record.beginnings[0], extent, &fact);
        }
        for (Spelling { record, .. }, stand, source) in withheld() {
            if stand.is_explained() {
                self.blind.granted_too += 1;
                continue;
            }
            self.copies |= stand.is_copied();
            self.blind.searched += 1;
            self.strict.push_parts(&[
                &record.strict,
                &record.beginnings[1].to_be_bytes(),
                // Of several under one name, what is found anywhere comes first.
                &[record.lengths[1], !record.reach.byte()],
                &source.to_be_bytes(),
                &[u8::from(stand.unvouched)],
            ])?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Gathered, LeakError> {
        Ok(Gathered {
            loose: self.loose.finish()?,
            strict: self.strict,
            copies: self.copies,
            blind: self.blind,
        })
    }
}

impl Gathered {
    /// Adds what was gathered of the partitions after these.
    fn append(&mut self, other: Self) -> Result<(), LeakError> {
        self.loose.append(other.loose);
        let mut sorted = other.strict.finish()?;
        while let Some(record) = sorted.next()? {
            self.strict.push(record)?;
        }
        self.copies |= other.copies;
        self.blind.searched += other.blind.searched;
        self.blind.granted_too += other.blind.granted_too;
        Ok(())
    }

    fn finish(self, withheld: Withheld, scratch: &Scratch) -> Result<Exclusive, LeakError> {
        Ok(Exclusive {
            sets: [self.loose, strict(self.strict, scratch)?],
            copies: self.copies,
            blind: Blind {
                withheld,
                ..self.blind
            },
        })
    }
}

fn strict(sorter: ByteSorter, scratch: &Scratch) -> Result<Set, LeakError> {
    let mut set = SetBuilder::new(&Arc::new(Beginnings::new(1 << 16)), scratch)?;
    let mut sorted = sorter.finish()?;
    let mut last: Option<Name> = None;
    while let Some(bytes) = sorted.next()? {
        let fields = || {
            let (name, rest) = bytes.split_first_chunk::<16>()?;
            let (beginning, rest) = rest.split_first_chunk::<8>()?;
            Some((
                *name,
                u64::from_be_bytes(*beginning),
                <[u8; 5]>::try_from(rest).ok()?,
            ))
        };
        let (name, beginning, [length, reach, high, low, copied]) =
            fields().ok_or(LeakError::Index)?;
        let reach = Reach::of(!reach);
        // Truncated, one spelling can stand under two loose forms; one entry is enough.
        if last.replace(name) == Some(name) {
            continue;
        }
        let fact = Entry::write(
            u16::from_be_bytes([high, low]),
            (reach.anywhere, copied != 0),
            std::iter::empty(),
        );
        set.add(&name, beginning, (length, reach), &fact)?;
    }
    set.finish()
}
