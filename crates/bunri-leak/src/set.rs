//! The values that are searched for in one form: a filter, the beginnings by which texts are looked through, and a sorted
//! file that confirms.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64};

use crate::LeakError;
use crate::entries::{EntryFile, EntryWriter};
use crate::filter::{Filter, FilterBuilder, Rare};
use crate::hashing::{Name, half};
use crate::record::{BEGINNING, Reach, SHORT_BEGINNING};
use crate::scratch::Scratch;

/// Values in one form.
pub(crate) struct Set {
    pub(crate) filter: Filter,
    pub(crate) rare: Rare,
    pub(crate) beginnings: Arc<Beginnings>,
    pub(crate) entries: EntryFile,
}

/// Which lengths values have that begin like this. All threads that gather values add to the same, because it is as large as a
/// filter; bits are only ever set, so it does not matter who was first.
pub(crate) struct Beginnings {
    /// Whether there is anything in a slot of `long`: small enough to stay near the processor.
    begins: Vec<AtomicU64>,
    /// From [`BEGINNING`] on.
    long: Vec<AtomicU64>,
    /// Shorter.
    short: Vec<AtomicU8>,
    /// Whether any of the shorter is ASCII; nine digits or six Latin letters are longer.
    short_in_ascii: AtomicBool,
}

impl Beginnings {
    /// Of about so many values.
    pub(crate) fn new(values: u64) -> Self {
        let size = |most: u64| {
            usize::try_from(values.clamp(1, most))
                .unwrap_or(1)
                .next_power_of_two()
        };
        let words = |count: usize| (0..count).map(|_| AtomicU64::new(0)).collect();
        let long = size(1 << 21);
        Self {
            begins: words(long.div_ceil(64)),
            long: words(long),
            short: (0..size(1 << 16)).map(|_| AtomicU8::new(0)).collect(),
            short_in_ascii: AtomicBool::new(false),
        }
    }

    /// Of a value that is found as a whole cell only, the beginning is of no use.
    fn add(&self, beginning: u64, length: usize, reach: Reach) {
        if !reach.anywhere {
            return;
        }
        match length {
            BEGINNING.. => {
                let slot = self.long_slot(beginning);
                self.long[slot].fetch_or(1 << (length - BEGINNING), Relaxed);
                self.begins[slot / 64].fetch_or(1 << (slot % 64), Relaxed);
            }
            SHORT_BEGINNING.. => {
                let slot = self.short_slot(beginning);
                self.short[slot].fetch_or(1 << (length - SHORT_BEGINNING), Relaxed);
                self.short_in_ascii.fetch_or(reach.ascii, Relaxed);
            }
            _ => {}
        }
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
        if self.begins[slot / 64].load(Relaxed) >> (slot % 64) & 1 == 0 {
            return 0;
        }
        self.long[slot].load(Relaxed)
    }

    /// Bit *n*: a value of [`SHORT_BEGINNING`] + *n* characters.
    #[inline]
    pub(crate) fn short(&self, beginning: u64) -> u8 {
        self.short[self.short_slot(beginning)].load(Relaxed)
    }

    /// Whether any value shorter than [`BEGINNING`] is ASCII.
    pub(crate) fn short_in_ascii(&self) -> bool {
        self.short_in_ascii.load(Relaxed)
    }
}

/// What is known of a value that is searched for.
pub(crate) struct Entry<'a> {
    pub(crate) source: u16,
    pub(crate) anywhere: bool,
    /// Whether a cell that nobody vouches for holds it too.
    pub(crate) copied: bool,
    /// The names of its strict spellings.
    pub(crate) spellings: &'a [Name],
}

impl Set {
    /// Goes on with another set, whose names are all greater and whose beginnings are the same.
    pub(crate) fn append(&mut self, other: Self) {
        self.filter.append(other.filter);
        self.rare.append(other.rare);
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
            anywhere: head[2] & 1 != 0,
            copied: head[2] & 2 != 0,
            spellings,
        })
    }

    pub(crate) fn write(
        source: u16,
        (anywhere, copied): (bool, bool),
        spellings: impl Iterator<Item = Name>,
    ) -> Vec<u8> {
        let mut fact = source.to_be_bytes().to_vec();
        fact.push(u8::from(anywhere) | u8::from(copied) << 1);
        spellings.for_each(|name| fact.extend_from_slice(&name));
        fact
    }
}

/// One form's values while they come in order.
pub(crate) struct SetBuilder {
    filter: FilterBuilder,
    rare: Rare,
    beginnings: Arc<Beginnings>,
    entries: EntryWriter,
}

impl SetBuilder {
    /// Adds to these beginnings.
    pub(crate) fn new(beginnings: &Arc<Beginnings>, scratch: &Scratch) -> Result<Self, LeakError> {
        Ok(Self {
            filter: FilterBuilder::new(scratch.budget / 2),
            rare: Rare::default(),
            beginnings: beginnings.clone(),
            entries: EntryWriter::create(&scratch.folder)?,
        })
    }

    pub(crate) fn add(
        &mut self,
        name: &Name,
        beginning: u64,
        (length, reach): (u8, Reach),
        fact: &[u8],
    ) -> Result<(), LeakError> {
        self.filter.push(half(name));
        self.rare.push(length.into(), half(name));
        self.beginnings.add(beginning, length.into(), reach);
        self.entries.write(name, fact)
    }

    pub(crate) fn finish(self) -> Result<Set, LeakError> {
        Ok(Set {
            filter: self.filter.finish(),
            rare: self.rare,
            beginnings: self.beginnings,
            entries: self.entries.finish()?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const ANYWHERE: Reach = Reach {
        anywhere: true,
        ascii: false,
    };

    #[test]
    fn a_beginning_tells_every_length_and_no_other_does() {
        for values in [0, 1, 63, 64, 65, 1000] {
            let beginnings = Beginnings::new(values);
            for length in [6, 7, 40, 64] {
                beginnings.add(0, length, ANYWHERE);
            }
            for length in 3..=5 {
                beginnings.add(7, length, ANYWHERE);
            }
            assert_eq!(beginnings.long(0), 1 | 1 << 1 | 1 << 34 | 1 << 58);
            assert_eq!(beginnings.short(7), 0b111);
            if values > 1 {
                assert_eq!((beginnings.long(1), beginnings.short(6)), (0, 0));
            }
        }
    }

    #[test]
    fn a_value_that_is_no_part_of_a_text_has_no_beginning() {
        let beginnings = Beginnings::new(1000);
        let whole = Reach {
            anywhere: false,
            ascii: true,
        };
        beginnings.add(1, 6, whole);
        beginnings.add(1, 5, whole);
        beginnings.add(1, 2, ANYWHERE);
        assert_eq!((beginnings.long(1), beginnings.short(1)), (0, 0));
        assert!(!beginnings.short_in_ascii());
    }

    #[test]
    fn what_several_threads_add_is_all_there() {
        let ascii = Reach {
            ascii: true,
            ..ANYWHERE
        };
        for reaches in [
            [ANYWHERE, ascii],
            [ascii, ANYWHERE],
            [ANYWHERE; 2],
            [ascii; 2],
        ] {
            let beginnings = Beginnings::new(1000);
            std::thread::scope(|scope| {
                for (beginning, reach) in (1..).zip(reaches) {
                    let beginnings = &beginnings;
                    scope.spawn(move || {
                        beginnings.add(beginning, 6 + beginning as usize, ANYWHERE);
                        beginnings.add(3, 10 + beginning as usize, ANYWHERE);
                        beginnings.add(4, 3 + beginning as usize, reach);
                    });
                }
            });
            assert_eq!(
                [1, 2, 3].map(|at| beginnings.long(at)),
                [1 << 1, 1 << 2, 0b11 << 5]
            );
            assert_eq!(beginnings.short(4), 0b110);
            let expected = reaches.iter().any(|reach| reach.ascii);
            assert_eq!(beginnings.short_in_ascii(), expected);
        }
    }
}
