//! Names of values: 122 bits each, under a secret that is drawn for every run.
//!
//! A name is made of two polynomials over the characters, modulo 2^61−1, each at a secret point. So the name of any piece
//! of a text follows from two sums over its beginnings, whatever the piece's length: that is what makes it affordable to
//! ask at every position. Two values that were fixed before the secret was drawn share a name with probability below
//! (64/2^61)². The values' own order, length and content leave no trace in the names' order.

use ahash::RandomState;
use bunri_fingerprint::KeyError;

use super::spelling::LONGEST;

const P: u64 = (1 << 61) - 1;

/// The name of a value in one form.
pub(crate) type Name = [u8; 16];

/// Which form a value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Kind {
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
    fn next(&self, sum: u64, sign: char) -> u64 {
        let next = times(sum, self.powers[1]) + u64::from(u32::from(sign)) + 1;
        if next >= P { next - P } else { next }
    }

    /// Of the sums before and after a piece, the piece's own.
    #[inline]
    fn piece(&self, before: u64, after: u64, length: usize) -> u64 {
        let gone = times(before, self.powers[length]);
        if after >= gone {
            after - gone
        } else {
            after + P - gone
        }
    }

    #[inline]
    fn name(&self, sum: u64, length: usize, kind: Kind) -> u64 {
        let tag = (length as u64) << 1 | kind as u64;
        mixed(sum ^ self.salt ^ tag.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}

impl Secret {
    pub(crate) fn random() -> Result<Self, KeyError> {
        let mut bytes = [0; 64];
        getrandom::fill(&mut bytes)?;
        let (words, _) = bytes.as_chunks::<8>();
        let word = |at: usize| u64::from_le_bytes(words[at]);
        Ok(Self {
            first: Point::new([word(0), word(1)]),
            second: Point::new([word(2), word(3)]),
            cells: RandomState::with_seeds(word(4), word(5), word(6), word(7)),
        })
    }

    /// A name for raw bytes, to know a cell again that was seen before.
    #[inline]
    pub(crate) fn cell(&self, bytes: &[u8]) -> u64 {
        self.cells.hash_one(bytes)
    }

    /// The name of a whole value of at most [`LONGEST`] characters.
    pub(crate) fn name(&self, signs: &[char], kind: Kind) -> Name {
        self.begun(signs, 0).name(self, kind)
    }

    /// The sums of a whole value of at most [`LONGEST`] characters and of so many at its beginning.
    pub(crate) fn begun(&self, signs: &[char], begins: usize) -> Begun {
        let (beginning, rest) = signs.split_at(begins.min(signs.len()));
        let on = |sums: (u64, u64), &sign: &char| {
            (
                self.first.next(sums.0, sign),
                self.second.next(sums.1, sign),
            )
        };
        let begun = beginning.iter().fold((0, 0), on);
        Begun {
            beginning: (begun.0, beginning.len()),
            whole: rest.iter().fold(begun, on),
            length: signs.len(),
        }
    }

    /// The sums of a text's beginnings.
    pub(crate) fn sums(&self, signs: &[char], sums: &mut Vec<u64>) {
        sums.clear();
        sums.push(0);
        let mut sum = 0;
        for &sign in signs {
            sum = self.first.next(sum, sign);
            sums.push(sum);
        }
    }

    /// The sum of a text, of the sum of its beginning.
    #[inline]
    pub(crate) fn sum(&self, beginning: u64, rest: &[char]) -> u64 {
        let on = |sum, &sign: &char| self.first.next(sum, sign);
        rest.iter().fold(beginning, on)
    }

    /// The first half of the name of a text with this sum.
    #[inline]
    pub(crate) fn half(&self, sum: u64, length: usize, kind: Kind) -> u64 {
        self.first.name(sum, length, kind)
    }

    /// The first half of the name of a piece.
    #[inline]
    pub(crate) fn piece(&self, sums: &[u64], from: usize, length: usize, kind: Kind) -> u64 {
        let sum = self.first.piece(sums[from], sums[from + length], length);
        self.half(sum, length, kind)
    }
}

/// What the names of a value are made of, whatever its kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    beginning: (u64, usize),
    whole: (u64, u64),
    length: usize,
}

impl Begun {
    /// The name of the whole value.
    pub(crate) fn name(&self, secret: &Secret, kind: Kind) -> Name {
        let first = secret.first.name(self.whole.0, self.length, kind);
        let second = secret.second.name(self.whole.1, self.length, kind);
        let mut name = [0; 16];
        name[..8].copy_from_slice(&first.to_be_bytes());
        name[8..].copy_from_slice(&second.to_be_bytes());
        name
    }

    /// The first half of the name of its beginning.
    pub(crate) fn beginning(&self, secret: &Secret, kind: Kind) -> u64 {
        let (sum, length) = self.beginning;
        secret.half(sum, length, kind)
    }
}

/// The first half of a name, by which filters know it.
#[inline]
pub(crate) fn half(name: &Name) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&name[..8]);
    u64::from_be_bytes(first)
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
    fn a_piece_has_the_name_of_the_value_that_it_is() {
        let secret = Secret::random().unwrap();
        let text: Vec<char> = "氏名丙野カナリア零一、電話09012345678".chars().collect();
        let mut sums = Vec::new();
        secret.sums(&text, &mut sums);
        for from in 0..text.len() {
            for length in 1..=text.len() - from {
                let name = secret.name(&text[from..from + length], Kind::Loose);
                assert_eq!(half(&name), secret.piece(&sums, from, length, Kind::Loose));
            }
        }
    }

    #[test]
    fn forms_and_values_have_names_of_their_own() {
        let secret = Secret::random().unwrap();
        let name = |text: &str, kind| secret.name(&text.chars().collect::<Vec<_>>(), kind);
        assert_ne!(name("高橋", Kind::Loose), name("高橋", Kind::Strict));
        assert_ne!(name("高橋", Kind::Loose), name("橋高", Kind::Loose));
        assert_eq!(name("高橋", Kind::Loose), name("高橋", Kind::Loose));
    }
}
