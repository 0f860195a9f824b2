//! Hashes of values: 122 bits each, under a secret that is drawn for every run.
//!
//! A hash is made of two polynomials over the characters, modulo 2^61−1, each at a secret point. So the hash of any piece
//! of a text follows from two sums over its beginnings, whatever the piece's length: that is what makes it affordable to
//! ask for many lengths. Two values that were fixed before the secret was drawn share a hash with probability below
//! (64/2^61)². The values' own order, length and content leave no trace in the order of the hashes.
//!
//! The first few characters of a value have a hash of another kind ([`Secret::prefix`]), which costs less and is asked for at
//! every position of a text.

use ahash::RandomState;
use bunri_spelling::LONGEST;

use crate::LeakError;

const P: u64 = (1 << 61) - 1;

/// The hash of a value in one form.
pub(crate) type Hash = u128;

/// Which form a value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum FormKind {
    /// Spelling variants are one.
    Loose,
    /// As written.
    Strict,
}

/// Drawn once a run.
pub(crate) struct Secret {
    first: Point,
    second: Point,
    cells: RandomState,
}

struct Point {
    powers: [u64; LONGEST + 1],
    salt: u64,
}

impl Point {
    fn new(random: [u64; 2]) -> Self {
        // Any point but the first few thousand; which are as unlikely as any others.
        let base = random[0] % (P - 4096) + 4096;
        let mut powers = [1; LONGEST + 1];
        for length in 1..=LONGEST {
            powers[length] = times(powers[length - 1], base);
        }
        Self {
            powers,
            salt: random[1],
        }
    }

    #[inline]
    fn next(&self, sum: u64, ch: char) -> u64 {
        let next = times(sum, self.powers[1]) + u64::from(u32::from(ch)) + 1;
        if next >= P { next - P } else { next }
    }

    /// Of the sums before and after a piece, the piece's own.
    #[inline]
    fn piece(&self, before: u64, after: u64, length: usize) -> u64 {
        let taken = times(before, self.powers[length]);
        if after >= taken {
            after - taken
        } else {
            after + P - taken
        }
    }

    #[inline]
    fn hash(&self, sum: u64, length: usize, kind: FormKind) -> u64 {
        let tag = (length as u64) << 1 | kind as u64;
        mixed(sum ^ self.salt ^ tag.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}

impl Secret {
    pub(crate) fn random() -> Result<Self, LeakError> {
        let mut bytes = [0; 64];
        getrandom::fill(&mut bytes).map_err(LeakError::Random)?;
        let (words, _) = bytes.as_chunks::<8>();
        let word = |at: usize| u64::from_le_bytes(words[at]);
        Ok(Self {
            first: Point::new([word(0), word(1)]),
            second: Point::new([word(2), word(3)]),
            cells: RandomState::with_seeds(word(4), word(5), word(6), word(7)),
        })
    }

    /// A hash of raw bytes, to know a cell again that was seen before.
    #[inline]
    pub(crate) fn cell_hash(&self, bytes: &[u8]) -> u64 {
        self.cells.hash_one(bytes)
    }

    /// The hash of a whole value of at most [`LONGEST`] characters.
    pub(crate) fn hash(&self, chars: &[char], kind: FormKind) -> Hash {
        self.hashes(chars)[kind as usize]
    }

    /// Its hashes in both forms, if it has the same characters in both.
    pub(crate) fn hashes(&self, chars: &[char]) -> [Hash; 2] {
        let (mut first, mut second) = (0, 0);
        for &ch in chars {
            first = self.first.next(first, ch);
            second = self.second.next(second, ch);
        }
        [FormKind::Loose, FormKind::Strict].map(|kind| {
            let first = self.first.hash(first, chars.len(), kind);
            let second = self.second.hash(second, chars.len(), kind);
            u128::from(first) << 64 | u128::from(second)
        })
    }

    /// A hash of the first characters of a value, at most six. Where all of them are ASCII, it is that of
    /// [`Secret::prefix_of_bytes`].
    pub(crate) fn prefix(&self, chars: &[char]) -> u64 {
        let (mut narrow, mut wide, mut ascii) = (0, 0, true);
        for &ch in chars.iter().rev() {
            narrow = narrow << 8 | u64::from(ch as u8);
            wide = wide << 21 | u128::from(u32::from(ch));
            ascii &= ch.is_ascii();
        }
        if ascii {
            self.prefix_of_bytes(narrow)
        } else {
            let (low, high) = (wide as u64, (wide >> 64) as u64);
            mixed(mixed(high ^ self.first.salt) ^ low ^ self.second.salt)
        }
    }

    /// The hash of ASCII characters, the first in the lowest byte.
    #[inline]
    pub(crate) fn prefix_of_bytes(&self, bytes: u64) -> u64 {
        mixed(bytes ^ self.first.salt)
    }

    /// The sums of a text's beginnings.
    pub(crate) fn running_sums(&self, chars: &[char], sums: &mut Vec<u64>) {
        sums.clear();
        sums.push(0);
        let mut sum = 0;
        for &ch in chars {
            sum = self.first.next(sum, ch);
            sums.push(sum);
        }
    }

    /// The filter key of a text of ASCII characters.
    #[inline]
    pub(crate) fn filter_key_of_bytes(&self, bytes: &[u8], kind: FormKind) -> u64 {
        let on = |sum, &byte: &u8| self.first.next(sum, char::from(byte));
        let sum = bytes.iter().fold(0, on);
        self.first.hash(sum, bytes.len(), kind)
    }

    /// The filter key of a piece.
    #[inline]
    pub(crate) fn filter_key_of_piece(
        &self,
        sums: &[u64],
        from: usize,
        length: usize,
        kind: FormKind,
    ) -> u64 {
        let sum = self.first.piece(sums[from], sums[from + length], length);
        self.first.hash(sum, length, kind)
    }
}

/// The first half of a hash, by which filters and partitions know it.
#[inline]
pub(crate) fn filter_key(hash: Hash) -> u64 {
    (hash >> 64) as u64
}

#[inline]
fn times(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    let (low, high) = ((product as u64) & P, (product >> 61) as u64);
    let sum = low + high;
    if sum >= P { sum - P } else { sum }
}

/// A bijection that spreads every bit over all (the finaliser of MurmurHash3).
#[inline]
fn mixed(mut word: u64) -> u64 {
    word ^= word >> 33;
    word = word.wrapping_mul(0xff51_afd7_ed55_8ccd);
    word ^= word >> 33;
    word = word.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    word ^ (word >> 33)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_piece_has_the_hash_of_the_value_that_it_is() {
        let secret = Secret::random().unwrap();
        let text: Vec<char> = "氏名丙野カナリア零一、電話09012345678".chars().collect();
        let mut sums = Vec::new();
        secret.running_sums(&text, &mut sums);
        for from in 0..text.len() {
            for length in 1..=text.len() - from {
                let hash = secret.hash(&text[from..from + length], FormKind::Loose);
                assert_eq!(
                    filter_key(hash),
                    secret.filter_key_of_piece(&sums, from, length, FormKind::Loose)
                );
            }
        }
    }

    #[test]
    fn a_prefix_has_one_hash_however_its_characters_are_held() {
        let secret = Secret::random().unwrap();
        let hash = |text: &str| secret.prefix(&text.chars().collect::<Vec<_>>());
        for text in ["090123", "abc", "a"] {
            let bytes = text
                .bytes()
                .rev()
                .fold(0, |all, byte| all << 8 | u64::from(byte));
            assert_eq!(hash(text), secret.prefix_of_bytes(bytes));
        }
        let texts = [
            "丙野カナリア",
            "丙野カナリイ",
            "甲野カナリア",
            "丙野カ",
            "090123",
            "aaaaaa",
            "aaaaaあ",
        ];
        let hashes: std::collections::BTreeSet<u64> = texts.into_iter().map(hash).collect();
        assert_eq!(hashes.len(), texts.len());
        let bytes = secret.filter_key_of_bytes(b"0901234567", FormKind::Strict);
        let chars: Vec<char> = "0901234567".chars().collect();
        assert_eq!(bytes, filter_key(secret.hash(&chars, FormKind::Strict)));
    }

    #[test]
    fn forms_and_values_have_hashes_of_their_own() {
        let secret = Secret::random().unwrap();
        let hash = |text: &str, kind| secret.hash(&text.chars().collect::<Vec<_>>(), kind);
        assert_ne!(
            hash("高橋", FormKind::Loose),
            hash("高橋", FormKind::Strict)
        );
        assert_ne!(hash("高橋", FormKind::Loose), hash("橋高", FormKind::Loose));
        assert_eq!(hash("高橋", FormKind::Loose), hash("高橋", FormKind::Loose));
    }
}
