//! What is asked before a value is looked up. The prefix table tells which lengths values have that begin like this: it is asked at
//! every position of every text, so that the filter behind it is asked of few of them. A binary fuse filter tells whether a
//! hash is among those of the values, and says yes for no reason once in 65,536 times.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use xorf::{BinaryFuse16, Filter as _};

use crate::hashing::Secret;
use crate::records::record;

/// Characters of a prefix.
pub(crate) const PREFIX: usize = 6;
/// And of a value that is shorter. None of those is ASCII: five such characters carry less than a value that is found
/// anywhere (`vocabulary`).
pub(crate) const SHORT_PREFIX: usize = 3;
/// The bits of its lengths.
const SHORT: u64 = (1 << (PREFIX - SHORT_PREFIX)) - 1;

record! {
    /// What the table takes of a value.
    #[derive(Copy, PartialOrd, Ord)]
    Prefix {
        hash: u64,
        /// Characters of the whole value.
        length: u8,
    }
}

impl Prefix {
    /// Of a value of at most [`LONGEST`](bunri_spelling::LONGEST) characters.
    pub(crate) fn of(chars: &[char], secret: &Secret) -> Self {
        let prefix = match chars.len() {
            PREFIX.. => &chars[..PREFIX],
            SHORT_PREFIX.. => &chars[..SHORT_PREFIX],
            _ => &[],
        };
        Self {
            hash: secret.prefix(prefix),
            length: chars.len() as u8,
        }
    }
}

/// All threads that gather values add to one table, because it is as large as a filter; bits are only ever set, so it does
/// not matter who was first.
pub(crate) struct PrefixTable {
    /// Whether there is anything in a slot: small enough to stay near the processor.
    present: Vec<AtomicU64>,
    /// Bit *n*: a value of [`SHORT_PREFIX`] + *n* characters begins so.
    lengths: Vec<AtomicU64>,
}

impl PrefixTable {
    /// For about so many values.
    pub(crate) fn new(values: u64) -> Self {
        let slots = (values.clamp(1, 1 << 21) as usize).next_power_of_two();
        let words = |count: usize| (0..count).map(|_| AtomicU64::new(0)).collect();
        Self {
            present: words(slots.div_ceil(64)),
            lengths: words(slots),
        }
    }

    /// Adds a value that is found anywhere.
    pub(crate) fn add(&self, prefix: Prefix) {
        if let Some(longer) = usize::from(prefix.length).checked_sub(SHORT_PREFIX) {
            let slot = self.slot(prefix.hash);
            self.lengths[slot].fetch_or(1 << longer, Relaxed);
            self.present[slot / 64].fetch_or(1 << (slot % 64), Relaxed);
        }
    }

    /// By the hash of [`PREFIX`] characters, bit *n*: perhaps there is a value of [`SHORT_PREFIX`] + *n*.
    #[inline]
    pub(crate) fn long(&self, hash: u64) -> u64 {
        self.lengths(hash) & !SHORT
    }

    /// The same of [`SHORT_PREFIX`] characters.
    #[inline]
    pub(crate) fn short(&self, hash: u64) -> u64 {
        self.lengths(hash) & SHORT
    }

    #[inline]
    fn lengths(&self, hash: u64) -> u64 {
        let slot = self.slot(hash);
        if self.present[slot / 64].load(Relaxed) >> (slot % 64) & 1 == 0 {
            return 0;
        }
        self.lengths[slot].load(Relaxed)
    }

    #[inline]
    fn slot(&self, hash: u64) -> usize {
        hash as usize & (self.lengths.len() - 1)
    }
}

/// Fewer hashes than this are kept as they are.
const FEW: usize = 64;

/// The hashes of one partition of the values.
pub(crate) enum Filter {
    Sorted(Vec<u64>),
    Fuse(BinaryFuse16),
}

impl Filter {
    /// Of hashes in ascending order, each once.
    pub(crate) fn new(hashes: Vec<u64>) -> Self {
        if hashes.len() < FEW {
            return Self::Sorted(hashes);
        }
        // Building can fail by bad luck; a sorted list is always right.
        BinaryFuse16::try_from(&hashes).map_or(Self::Sorted(hashes), Self::Fuse)
    }

    #[inline]
    pub(crate) fn may_hold(&self, hash: u64) -> bool {
        match self {
            Self::Sorted(hashes) => hashes.binary_search(&hash).is_ok(),
            Self::Fuse(filter) => filter.contains(&hash),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn every_hash_is_found_in_however_many() {
        for count in [0, 1, 63, 64, 65, 5000] {
            let hash = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut hashes: Vec<u64> = (1..=count).map(hash).collect();
            hashes.sort_unstable();
            let filter = Filter::new(hashes.clone());
            assert_eq!(matches!(filter, Filter::Fuse(_)), count >= 64);
            assert!(hashes.iter().all(|&hash| filter.may_hold(hash)));
            let others = (1..100_000_u64)
                .filter(|number| filter.may_hold(number.wrapping_mul(0xd6e8_feb8_6659_fd93)));
            assert!(others.count() < 50, "the filter lets too much through");
        }
    }

    fn add(table: &PrefixTable, hash: u64, length: u8) {
        table.add(Prefix { hash, length });
    }

    #[test]
    fn a_prefix_tells_every_length_and_no_other_does() {
        for values in [0, 1, 63, 64, 65, 1000] {
            let table = PrefixTable::new(values);
            for length in [6, 7, 40, 64] {
                add(&table, 0, length);
            }
            for length in 3..=5 {
                add(&table, 7, length);
            }
            assert_eq!(table.long(0), 1 << 3 | 1 << 4 | 1 << 37 | 1 << 61);
            assert_eq!(table.short(7), 0b111);
            if values > 1 {
                assert_eq!((table.long(1), table.short(6)), (0, 0));
            }
        }
    }

    #[test]
    fn a_value_of_two_characters_has_no_prefix() {
        let table = PrefixTable::new(1000);
        add(&table, 1, 2);
        assert_eq!((table.long(1), table.short(1)), (0, 0));
    }

    #[test]
    fn a_value_has_a_prefix_by_its_length() {
        let secret = Secret::random().unwrap();
        let prefix = |text: &str| Prefix::of(&text.chars().collect::<Vec<_>>(), &secret);
        let hash = |text: &str| prefix(text).hash;
        assert_eq!(hash("abcde"), hash("abc"));
        assert_eq!(hash("abcdefg"), hash("abcdef"));
        assert_ne!(hash("abcdef"), hash("abc"));
        assert_eq!(hash("ab"), hash(""));
        assert_eq!(
            ["", "ab", "abcdefg"].map(|text| prefix(text).length),
            [0, 2, 7]
        );
    }

    #[test]
    fn what_several_threads_add_is_all_there() {
        let table = PrefixTable::new(1000);
        std::thread::scope(|scope| {
            for thread in 1..3_u8 {
                let table = &table;
                scope.spawn(move || {
                    add(table, thread.into(), 6 + thread);
                    add(table, 3, 10 + thread);
                    add(table, 4, 3 + thread);
                });
            }
        });
        let long = [1, 2, 3].map(|hash| table.long(hash));
        assert_eq!(long, [1 << 4, 1 << 5, 0b11 << 8]);
        assert_eq!(table.short(4), 0b110);
    }
}
