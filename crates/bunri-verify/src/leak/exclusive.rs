//! The values that occur only in cells withheld from a store: sorted by name in a file, with a filter and the
//! beginnings by which texts are looked through.
//!
//! A value is searched for in the loose form if none of its spellings is granted anywhere. If another spelling is granted,
//! the withheld spelling is searched for in the strict form alone. If this very spelling is granted somewhere, it carries
//! nothing that only withheld cells hold: such values are counted, not searched.

use std::ops::{BitOrAssign, Range};
use std::panic::resume_unwind;

use bunri_columnar::ByteSorter;

use super::filter::{Filter, FilterBuilder, Rare};
use super::hashing::{Name, half};
use super::partitions::{PARTITIONS, Partitions};
use super::vocabulary::{BEGINNING, Fate, RECORD, Reach, SHORT_BEGINNING, Vocabulary, Withheld};
use crate::VerifyError;
use crate::cost::{Costs, Work};
use crate::index::file::{FactFile, FactWriter};
use crate::index::fold::Scratch;

/// Threads that gather at one time, because each has beginnings of its own until they are put together.
const GATHERING_AT_ONCE: usize = 4;

/// What is searched for in one store.
pub(crate) struct Exclusive {
    /// Loose, strict.
    pub(crate) sets: [Set; 2],
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

/// Values in one form.
pub(crate) struct Set {
    pub(crate) filter: Filter,
    pub(crate) rare: Rare,
    pub(crate) beginnings: Beginnings,
    pub(crate) entries: FactFile,
}

/// Which lengths values have that begin like this.
pub(crate) struct Beginnings {
    /// Whether there is anything in a slot of `long`: small enough to stay near the processor.
    begins: Vec<u64>,
    /// From [`BEGINNING`] on.
    long: Vec<u64>,
    /// Shorter.
    short: Vec<u8>,
    /// Whether any of the shorter is ASCII; nine digits or six Latin letters are longer.
    pub(crate) short_in_ascii: bool,
}

impl Beginnings {
    fn new(values: u64) -> Self {
        let size = |most: u64| {
            usize::try_from(values.clamp(1, most))
                .unwrap_or(1)
                .next_power_of_two()
        };
        let long = size(1 << 21);
        Self {
            begins: vec![0; long.div_ceil(64)],
            long: vec![0; long],
            short: vec![0; size(1 << 16)],
            short_in_ascii: false,
        }
    }

    /// Of a value that is found as a whole cell only, the beginning is of no use.
    fn add(&mut self, beginning: u64, length: usize, reach: Reach) {
        if !reach.anywhere {
            return;
        }
        match length {
            BEGINNING.. => {
                let slot = self.long_slot(beginning);
                self.long[slot] |= 1 << (length - BEGINNING);
                self.begins[slot / 64] |= 1 << (slot % 64);
            }
            SHORT_BEGINNING.. => {
                let slot = self.short_slot(beginning);
                self.short[slot] |= 1 << (length - SHORT_BEGINNING);
                self.short_in_ascii |= reach.ascii;
            }
            _ => {}
        }
    }

    /// Adds the beginnings of other values, of as many.
    fn append(&mut self, other: &Self) {
        or(&mut self.begins, &other.begins);
        or(&mut self.long, &other.long);
        or(&mut self.short, &other.short);
        self.short_in_ascii |= other.short_in_ascii;
    }

    fn long_slot(&self, beginning: u64) -> usize {
        beginning as usize & (self.long.len() - 1)
    }

    fn short_slot(&self, beginning: u64) -> usize {
        beginning as usize & (self.short.len() - 1)
    }

    /// Bit *n*: a value of [`BEGINNING`] + *n* characters.
    #[inline]
    pub(crate) fn long(&self, beginning: u64) -> u64 {
        let slot = self.long_slot(beginning);
        if self.begins[slot / 64] >> (slot % 64) & 1 == 0 {
            return 0;
        }
        self.long[slot]
    }

    /// Bit *n*: a value of [`SHORT_BEGINNING`] + *n* characters.
    #[inline]
    pub(crate) fn short(&self, beginning: u64) -> u8 {
        self.short[self.short_slot(beginning)]
    }
}

/// What is known of a value that is searched for.
pub(crate) struct Entry<'a> {
    pub(crate) source: u16,
    pub(crate) anywhere: bool,
    /// The names of its strict spellings.
    pub(crate) spellings: &'a [Name],
}

fn or<T: Copy + BitOrAssign>(words: &mut [T], more: &[T]) {
    for (word, more) in words.iter_mut().zip(more) {
        *word |= *more;
    }
}

impl Set {
    /// Goes on with another set, whose names are all greater.
    fn append(&mut self, other: Self) {
        self.filter.append(other.filter);
        self.rare.append(other.rare);
        self.beginnings.append(&other.beginnings);
        self.entries.append(other.entries);
    }

    /// Whether a value of this length and name may be there.
    #[inline]
    pub(crate) fn may_hold(&self, length: usize, name: u64) -> bool {
        self.rare.may_hold(length, name) && self.filter.may_hold(name)
    }
}

impl<'a> Entry<'a> {
    pub(crate) fn read(fact: &'a [u8]) -> Option<Self> {
        let (head, rest) = fact.split_first_chunk::<3>()?;
        let (spellings, _) = rest.as_chunks::<16>();
        Some(Self {
            source: u16::from_be_bytes([head[0], head[1]]),
            anywhere: head[2] != 0,
            spellings,
        })
    }

    fn write(source: u16, anywhere: bool, spellings: impl Iterator<Item = Name>) -> Vec<u8> {
        let mut fact = source.to_be_bytes().to_vec();
        fact.push(u8::from(anywhere));
        spellings.for_each(|name| fact.extend_from_slice(&name));
        fact
    }
}

/// A record of the vocabulary.
#[derive(Clone, Copy)]
struct Record {
    loose: Name,
    strict: Name,
    fate: Fate,
    source: u16,
    lengths: [u8; 2],
    reach: Reach,
    beginnings: [u64; 2],
}

impl Record {
    fn read(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; RECORD] = bytes.try_into().ok()?;
        let word = |at: usize| Some(u64::from_be_bytes(bytes[at..at + 8].try_into().ok()?));
        Some(Self {
            loose: bytes[..16].try_into().ok()?,
            strict: bytes[16..32].try_into().ok()?,
            fate: Fate(bytes[32]),
            source: u16::from_be_bytes([bytes[33], bytes[34]]),
            lengths: [bytes[35], bytes[36]],
            reach: Reach::of(bytes[37]),
            beginnings: [word(38)?, word(46)?],
        })
    }
}

/// One strict spelling of the current value, put together from its records.
struct Spelling {
    record: Record,
    fate: u8,
    /// The first column that it is withheld in, by store.
    sources: [u16; 2],
}

/// One form's values while they come in order.
struct SetBuilder {
    filter: FilterBuilder,
    rare: Rare,
    beginnings: Beginnings,
    entries: FactWriter,
}

impl SetBuilder {
    fn new(values: u64, scratch: &Scratch) -> Result<Self, VerifyError> {
        Ok(Self {
            filter: FilterBuilder::new(scratch.budget / 2),
            rare: Rare::default(),
            beginnings: Beginnings::new(values),
            entries: FactWriter::create(&scratch.folder)?,
        })
    }

    fn add(
        &mut self,
        name: &Name,
        beginning: u64,
        (length, reach): (u8, Reach),
        fact: &[u8],
    ) -> Result<(), VerifyError> {
        self.filter.push(half(name));
        self.rare.push(length.into(), half(name));
        self.beginnings.add(beginning, length.into(), reach);
        self.entries.write(name, fact)
    }

    fn finish(self) -> Result<Set, VerifyError> {
        Ok(Set {
            filter: self.filter.finish(),
            rare: self.rare,
            beginnings: self.beginnings,
            entries: self.entries.finish()?,
        })
    }
}

/// One store's values of some partitions while they come in order.
struct Gathering {
    loose: SetBuilder,
    strict: ByteSorter,
    blind: Blind,
}

/// And after the last.
struct Gathered {
    loose: Set,
    strict: ByteSorter,
    blind: Blind,
}

impl Exclusive {
    /// What is searched for in retail and in transmission. Each thread takes partitions of its own.
    pub(crate) fn of(
        vocabulary: Vocabulary<'_>,
        scratch: &Scratch,
        threads: usize,
        costs: &Costs,
    ) -> Result<[Self; 2], VerifyError> {
        let (records, withheld) = (&vocabulary.records, vocabulary.withheld);
        let threads = threads.clamp(1, GATHERING_AT_ONCE);
        let share = |thread| PARTITIONS * thread / threads..PARTITIONS * (thread + 1) / threads;
        let gather = |thread| {
            let scratch = Scratch {
                budget: scratch.budget / threads,
                ..scratch.clone()
            };
            costs.of(Work::Search, || gather(records, share(thread), &scratch))
        };
        let gathered = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads)
                .map(|thread| scope.spawn(move || gather(thread)))
                .collect();
            let first = gather(0);
            let others = others
                .into_iter()
                .map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            std::iter::once(first)
                .chain(others)
                .collect::<Result<Vec<_>, _>>()
        })?;
        costs.of(Work::Search, || {
            let mut gathered = gathered.into_iter();
            let [mut retail, mut transmission] = gathered.next().ok_or(VerifyError::Index)?;
            for [more_retail, more_transmission] in gathered {
                retail.append(more_retail)?;
                transmission.append(more_transmission)?;
            }
            let [of_retail, of_transmission] = withheld;
            Ok([
                retail.finish(of_retail, scratch)?,
                transmission.finish(of_transmission, scratch)?,
            ])
        })
    }
}

/// What is searched for in both stores, of these partitions.
fn gather(
    records: &Partitions,
    partitions: Range<usize>,
    scratch: &Scratch,
) -> Result<[Gathered; 2], VerifyError> {
    let gathering = || {
        Ok::<_, VerifyError>(Gathering {
            loose: SetBuilder::new(records.records(), scratch)?,
            strict: scratch.sorter(),
            blind: Blind::default(),
        })
    };
    let mut stores = [gathering()?, gathering()?];
    let mut group: Vec<Spelling> = Vec::new();
    for partition in partitions {
        let mut sorted = records.sorted(partition, scratch.budget)?;
        while let Some(bytes) = sorted.next()? {
            let record = Record::read(bytes).ok_or(VerifyError::Index)?;
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
            fate: 0,
            sources: [u16::MAX; 2],
        });
    }
    let Some(spelling) = group.last_mut() else {
        return;
    };
    spelling.fate |= record.fate.0;
    for (at, source) in spelling.sources.iter_mut().enumerate() {
        if record.fate.withheld(at) {
            *source = (*source).min(record.source);
        }
    }
}

fn close(stores: &mut [Gathering; 2], group: &mut Vec<Spelling>) -> Result<(), VerifyError> {
    for (at, store) in stores.iter_mut().enumerate() {
        store.value(at, group)?;
    }
    group.clear();
    Ok(())
}

impl Gathering {
    fn value(&mut self, at: usize, group: &[Spelling]) -> Result<(), VerifyError> {
        let withheld = || {
            group
                .iter()
                .filter(|spelling| Fate(spelling.fate).withheld(at))
        };
        let granted = |spelling: &Spelling| Fate(spelling.fate).granted(at);
        if !group.iter().any(granted) {
            let Some(first) = withheld().next() else {
                return Ok(());
            };
            let source = withheld().map(|spelling| spelling.sources[at]).min();
            let names = withheld().map(|spelling| spelling.record.strict);
            let record = &first.record;
            let extent = (record.lengths[0], record.reach);
            let fact = Entry::write(source.unwrap_or(0), record.reach.anywhere, names);
            self.blind.searched += withheld().count() as u64;
            return self
                .loose
                .add(&record.loose, record.beginnings[0], extent, &fact);
        }
        for spelling in withheld() {
            if granted(spelling) {
                self.blind.granted_too += 1;
                continue;
            }
            self.blind.searched += 1;
            let Spelling {
                record, sources, ..
            } = spelling;
            self.strict.push_parts(&[
                &record.strict,
                &record.beginnings[1].to_be_bytes(),
                &[record.lengths[1], record.reach.byte()],
                &sources[at].to_be_bytes(),
            ])?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Gathered, VerifyError> {
        Ok(Gathered {
            loose: self.loose.finish()?,
            strict: self.strict,
            blind: self.blind,
        })
    }
}

impl Gathered {
    /// Adds what was gathered of the partitions after these.
    fn append(&mut self, other: Self) -> Result<(), VerifyError> {
        self.loose.append(other.loose);
        let mut sorted = other.strict.finish()?;
        while let Some(record) = sorted.next()? {
            self.strict.push(record)?;
        }
        self.blind.searched += other.blind.searched;
        self.blind.granted_too += other.blind.granted_too;
        Ok(())
    }

    fn finish(self, withheld: Withheld, scratch: &Scratch) -> Result<Exclusive, VerifyError> {
        Ok(Exclusive {
            sets: [self.loose, strict(self.strict, scratch)?],
            blind: Blind {
                withheld,
                ..self.blind
            },
        })
    }
}

fn strict(sorter: ByteSorter, scratch: &Scratch) -> Result<Set, VerifyError> {
    let mut set = SetBuilder::new(1 << 16, scratch)?;
    let mut sorted = sorter.finish()?;
    let mut last: Option<Name> = None;
    while let Some(bytes) = sorted.next()? {
        let fields = || {
            let (name, rest) = bytes.split_first_chunk::<16>()?;
            let (beginning, rest) = rest.split_first_chunk::<8>()?;
            Some((
                *name,
                u64::from_be_bytes(*beginning),
                <[u8; 4]>::try_from(rest).ok()?,
            ))
        };
        let (name, beginning, [length, reach, source @ ..]) = fields().ok_or(VerifyError::Index)?;
        let reach = Reach::of(reach);
        // Truncated, one spelling can stand under two loose forms; one entry is enough.
        if last.replace(name) == Some(name) {
            continue;
        }
        let fact = Entry::write(
            u16::from_be_bytes(source),
            reach.anywhere,
            std::iter::empty(),
        );
        set.add(&name, beginning, (length, reach), &fact)?;
    }
    set.finish()
}
