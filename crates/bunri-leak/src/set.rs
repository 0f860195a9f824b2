//! The values that are searched for in one form: a filter, the beginnings by which texts are looked through, and a sorted
//! file that confirms.

use std::ops::BitOrAssign;

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
    pub(crate) beginnings: Beginnings,
    pub(crate) entries: EntryFile,
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
    /// Whether a cell that nobody vouches for holds it too.
    pub(crate) copied: bool,
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
    pub(crate) fn append(&mut self, other: Self) {
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
    beginnings: Beginnings,
    entries: EntryWriter,
}

impl SetBuilder {
    pub(crate) fn new(values: u64, scratch: &Scratch) -> Result<Self, LeakError> {
        Ok(Self {
            filter: FilterBuilder::new(scratch.budget / 2),
            rare: Rare::default(),
            beginnings: Beginnings::new(values),
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
            let mut beginnings = Beginnings::new(values);
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
        let mut beginnings = Beginnings::new(1000);
        let whole = Reach {
            anywhere: false,
            ascii: true,
        };
        beginnings.add(1, 6, whole);
        beginnings.add(1, 5, whole);
        beginnings.add(1, 2, ANYWHERE);
        assert_eq!((beginnings.long(1), beginnings.short(1)), (0, 0));
        assert!(!beginnings.short_in_ascii);
    }

    #[test]
    fn beginnings_put_together_tell_what_each_told() {
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
            let [mut one, other] = [1, 2].map(|beginning: u64| {
                let mut beginnings = Beginnings::new(1000);
                beginnings.add(beginning, 6 + beginning as usize, ANYWHERE);
                beginnings.add(3, 10 + beginning as usize, ANYWHERE);
                beginnings.add(4, 3 + beginning as usize, reaches[beginning as usize - 1]);
                beginnings
            });
            one.append(&other);
            assert_eq!(
                [1, 2, 3].map(|at| one.long(at)),
                [1 << 1, 1 << 2, 0b11 << 5]
            );
            assert_eq!(one.short(4), 0b110);
            let expected = reaches.iter().any(|reach| reach.ascii);
            assert_eq!(one.short_in_ascii, expected);
        }
    }
}
