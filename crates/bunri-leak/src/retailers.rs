//! Retailers' codes and names as words: in a text that retail may have of its own customers, they tell who supplies, or will.

use std::collections::{BTreeMap, BTreeSet};

use bunri_spelling::{Form, LONGEST, SimpleForm};

use crate::hashing::{FormKind, Hash};
use crate::lexicon::{Forms, Lexicon};

/// Fewer characters say nothing, be they digits alone or not.
const FEWEST: usize = 3;
const FEWEST_DIGITS: usize = 4;

/// The words that are looked for, in the loose form.
#[derive(Default)]
pub struct Retailers {
    /// With the hash of another retailer's; [`None`] of the incumbent's, or nobody's: what stands inside it is not looked at.
    words: BTreeMap<Vec<char>, Option<Hash>>,
    /// Of the words, one bit for each: none is as long as [`LONGEST`].
    lengths: u64,
    begins: BTreeSet<char>,
    /// The bytes among them: one bit for each.
    begins_in_ascii: u128,
    /// Words too short to be looked for.
    pub(crate) too_short: u64,
}

impl Retailers {
    /// Of codes and names; those of `excepted` are the incumbent's own, or nobody's.
    #[must_use]
    pub fn new<'t>(
        lexicon: &Lexicon,
        words: impl Iterator<Item = &'t str>,
        excepted: impl Iterator<Item = &'t str>,
    ) -> Self {
        let mut retailers = Self::default();
        let mut forms = Forms::new(lexicon);
        let words = words.map(|word| (word, true));
        // The exception comes last, and holds.
        for (word, named) in words.chain(excepted.map(|word| (word, false))) {
            forms.spell(word);
            let hash = named.then(|| forms.hash(FormKind::Loose));
            retailers.add(forms.of(FormKind::Loose).value(), hash);
        }
        retailers
    }

    fn add(&mut self, chars: &[char], hash: Option<Hash>) {
        let digits = chars.iter().all(char::is_ascii_digit);
        let fewest = if digits { FEWEST_DIGITS } else { FEWEST };
        if chars.len() < fewest || chars.len() == LONGEST {
            self.too_short += u64::from(hash.is_some());
            return;
        }
        self.words.insert(chars.to_vec(), hash);
        self.lengths |= 1 << chars.len();
        self.begins.insert(chars[0]);
        if chars[0].is_ascii() {
            self.begins_in_ascii |= 1 << u32::from(chars[0]);
        }
    }

    /// Whether a text of this loose form can say a word, by where its runs of digits and letters begin and end. Most texts are
    /// identifiers, one run each.
    pub(crate) fn may_be_in(&self, form: &SimpleForm) -> bool {
        let mut places = !form.cuts & ((1 << form.length) - 1);
        while places != 0 {
            let from = places.trailing_zeros() as usize;
            places &= places - 1;
            let begins = self.begins_in_ascii >> form.bytes()[from] & 1 != 0;
            // Bit n: n characters from here on are there, and end with a run.
            let ends = !form.cuts >> from & u64::MAX >> (63 - (form.length - from));
            if begins && ends & self.lengths != 0 {
                return true;
            }
        }
        false
    }

    /// Every retailer but the excepted that this text says, once.
    pub(crate) fn named(&self, form: &Form) -> BTreeSet<Hash> {
        let (mut found, mut from) = (BTreeSet::new(), 0);
        while from < form.chars.len() {
            let (length, hash) = self.longest(form, from).unwrap_or((1, None));
            found.extend(hash);
            from += length;
        }
        found
    }

    /// The longest word that begins here. None begins or ends inside a run of digits or letters.
    fn longest(&self, form: &Form, from: usize) -> Option<(usize, Option<Hash>)> {
        if form.cuts_run(from) || !self.begins.contains(&form.chars[from]) {
            return None;
        }
        let lengths = (FEWEST..LONGEST).rev();
        let mut lengths = lengths.filter(|length| self.lengths >> length & 1 != 0);
        lengths.find_map(|length| {
            let piece = form.chars.get(from..from + length)?;
            let hash = *self.words.get(piece)?;
            (!form.cuts_run(from + length)).then_some((length, hash))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn named(text: &str) -> usize {
        let lexicon = Lexicon::new().unwrap();
        let words = ["99010", "甲電力", "99020", "乙でんき", "電力丙", "12", "乙"];
        let excepted = ["99010", "甲電力"];
        let retailers = Retailers::new(&lexicon, words.into_iter(), excepted.into_iter());
        assert_eq!(retailers.too_short, 2);
        let mut forms = Forms::new(&lexicon);
        forms.spell(text);
        let found = retailers.named(forms.of(FormKind::Loose)).len();
        let simple = forms.simple(text);
        assert!(found == 0 || simple.is_none_or(|simple| retailers.may_be_in(&simple)));
        found
    }

    #[test]
    fn a_retailer_is_named_by_code_or_name_and_not_inside_a_number() {
        for (text, retailers) in [
            ("乙でんきへ切替予定 4/1～ SW廃止 99020", 2),
            ("乙デンキ 乙でんき", 1),
            ("SW-99020", 1),
            ("９９０２０", 1),
            ("199020", 0),
            ("0399020000", 0),
            ("99010 甲電力", 0),
            ("甲電力丙", 0),
            ("12 乙", 0),
            ("", 0),
        ] {
            assert_eq!(named(text), retailers, "{text}");
        }
    }
}
