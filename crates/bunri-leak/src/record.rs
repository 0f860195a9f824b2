//! A record of the vocabulary: the names of one value, the column that it comes from, and its fate, as bytes whose order is
//! that of the loose names, then of the strict ones.

use crate::fate::Fate;
use crate::hashing::{Kind, Name, Secret};

/// Characters of a beginning by which a text is looked through.
pub(crate) const BEGINNING: usize = 6;
pub(crate) const SHORT_BEGINNING: usize = 3;
/// What stands in one record, in the order of the bytes.
pub(crate) const RECORD: usize = 54;

/// Where a value can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Inside a text too, and not as a whole cell alone.
    pub(crate) anywhere: bool,
    /// It is ASCII, in one form at least.
    pub(crate) ascii: bool,
}

impl Reach {
    pub(crate) fn byte(self) -> u8 {
        u8::from(self.anywhere) | u8::from(self.ascii) << 1
    }

    pub(crate) fn of(byte: u8) -> Self {
        Self {
            anywhere: byte & 1 != 0,
            ascii: byte & 2 != 0,
        }
    }
}

/// A record of the vocabulary. Of two forms, the loose one comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) loose: Name,
    pub(crate) strict: Name,
    pub(crate) fate: Fate,
    /// The column.
    pub(crate) source: u16,
    /// Characters.
    pub(crate) lengths: [u8; 2],
    pub(crate) reach: Reach,
    /// The names of the beginnings.
    pub(crate) beginnings: [u64; 2],
}

impl Record {
    /// Of a value that has these forms, of at most [`bunri_spelling::LONGEST`] characters each.
    pub(crate) fn of(
        secret: &Secret,
        (loose, strict): (&[char], &[char]),
        (fate, source): (Fate, u16),
        anywhere: bool,
    ) -> Self {
        let of_loose = secret.summed(loose);
        let of_strict = if loose == strict {
            of_loose
        } else {
            secret.summed(strict)
        };
        let forms = [loose, strict];
        let ascii = |signs: &[char]| signs.iter().all(char::is_ascii);
        Self {
            loose: of_loose.name(secret, Kind::Loose),
            strict: of_strict.name(secret, Kind::Strict),
            fate,
            source,
            lengths: forms.map(|form| form.len() as u8),
            reach: Reach {
                anywhere,
                ascii: forms.into_iter().any(ascii),
            },
            beginnings: forms.map(|form| secret.beginning(beginning(form))),
        }
    }

    pub(crate) fn bytes(&self) -> [u8; RECORD] {
        let mut bytes = [0; RECORD];
        bytes[..16].copy_from_slice(&self.loose);
        bytes[16..32].copy_from_slice(&self.strict);
        bytes[32] = self.fate.0;
        bytes[33..35].copy_from_slice(&self.source.to_be_bytes());
        bytes[35..37].copy_from_slice(&self.lengths);
        bytes[37] = self.reach.byte();
        bytes[38..46].copy_from_slice(&self.beginnings[0].to_be_bytes());
        bytes[46..].copy_from_slice(&self.beginnings[1].to_be_bytes());
        bytes
    }

    /// [`None`] of bytes that are no record.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
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

/// The characters of a value by which texts are looked through.
fn beginning(signs: &[char]) -> &[char] {
    match signs.len() {
        BEGINNING.. => &signs[..BEGINNING],
        SHORT_BEGINNING.. => &signs[..SHORT_BEGINNING],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn record(loose: &str, strict: &str, fate: Fate) -> Record {
        let forms = [loose, strict].map(|form| form.chars().collect::<Vec<_>>());
        let secret = Secret::random().unwrap();
        Record::of(&secret, (&forms[0], &forms[1]), (fate, 0x0102), true)
    }

    #[test]
    fn what_was_written_is_read() {
        let forms = [
            ("0901234567", "090-1234-567"),
            ("高崎太郎", "髙﨑太郎"),
            ("高橋", "高橋"),
        ];
        for (loose, strict) in forms {
            for fate in [Fate::GRANTED_EVERYWHERE, Fate::WITHHELD_EVERYWHERE] {
                let record = record(loose, strict, fate);
                assert_eq!(Record::read(&record.bytes()), Some(record));
            }
        }
        let bytes = record("高橋", "高橋", Fate::GRANTED_EVERYWHERE).bytes();
        assert_eq!(Record::read(&bytes[1..]), None);
    }

    #[test]
    fn a_value_has_a_beginning_by_its_length_and_is_ascii_if_a_form_is() {
        let lengths = |text: &str| beginning(&text.chars().collect::<Vec<_>>()).len();
        assert_eq!(
            ["", "ab", "abc", "abcde", "abcdef", "abcdefg"].map(lengths),
            [0, 0, 3, 3, 6, 6]
        );
        let ascii = |loose, strict| record(loose, strict, Fate::default()).reach.ascii;
        assert!(ascii("ab", "ab") && ascii("ab", "あ") && ascii("あ", "ab") && !ascii("あ", "あ"));
    }
}
