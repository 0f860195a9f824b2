//! The table of spelling variants (`schemas/spelling-variants.json`): what is one spelling to a person and several to
//! Unicode. It is data with a version, and the report names which one was used.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use serde::Deserialize;

use crate::escapes::begins_escape;

/// Kana, kanji and the punctuation among them.
const KANA: RangeInclusive<char> = '\u{3000}'..='\u{9fff}';

const SHIPPED: &str = include_str!("../../../schemas/spelling-variants.json");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    format: String,
    version: String,
    same: Vec<String>,
    small_kana_as_large: bool,
    hiragana_as_katakana: bool,
    dropped: String,
    dropped_words: Words,
    prefixes: Vec<Prefix>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    anywhere: Vec<String>,
    at_start: Vec<String>,
    at_end: Vec<String>,
}

/// A way to begin a number that means another.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Prefix {
    from: String,
    to: String,
}

/// What becomes of one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    /// It stays, as this one.
    Kept(char),
    /// It separates.
    Dropped,
}

/// The table, prepared.
#[derive(Debug)]
pub struct Variants {
    same: BTreeMap<char, char>,
    small_kana: bool,
    hiragana: bool,
    dropped: Vec<char>,
    pub(crate) anywhere: Vec<Vec<char>>,
    pub(crate) at_start: Vec<Vec<char>>,
    pub(crate) at_end: Vec<Vec<char>>,
    pub(crate) prefixes: Vec<(Vec<char>, Vec<char>)>,
    ascii: [Fold; 128],
    /// What becomes of a byte that stands for itself alone in any text: printable ASCII that begins no word, no prefix and no
    /// escape. 0 if it separates; [`None`] of every other byte.
    simple: [Option<u8>; 256],
    /// What kana and kanji become, from [`KANA`] on.
    kana: Vec<Fold>,
    /// With what words and prefixes begin.
    firsts: Vec<char>,
    /// Version and digest.
    pub name: String,
}

impl Variants {
    /// The table that was built in.
    ///
    /// # Errors
    /// If it cannot be read; a test holds that it can.
    pub fn shipped() -> Result<Self, serde_json::Error> {
        let table: Table = serde_json::from_str(SHIPPED)?;
        let mut same = BTreeMap::new();
        for group in &table.same {
            let mut members = group.chars();
            if let Some(first) = members.next() {
                same.extend(members.map(|member| (member, first)));
            }
        }
        let digest = blake3::hash(SHIPPED.as_bytes()).to_hex();
        let mut variants = Self {
            same,
            small_kana: table.small_kana_as_large,
            hiragana: table.hiragana_as_katakana,
            dropped: table.dropped.chars().collect(),
            anywhere: Vec::new(),
            at_start: Vec::new(),
            at_end: Vec::new(),
            prefixes: Vec::new(),
            ascii: [Fold::Dropped; 128],
            simple: [None; 256],
            kana: Vec::new(),
            firsts: Vec::new(),
            name: format!(
                "{} version {} (blake3 {})",
                table.format,
                table.version,
                &digest[..16]
            ),
        };
        for code in 0..128_u8 {
            variants.ascii[usize::from(code)] = variants.look_up(char::from(code));
        }
        variants.kana = variants.kana();
        variants.anywhere = variants.words(&table.dropped_words.anywhere);
        variants.at_start = variants.words(&table.dropped_words.at_start);
        variants.at_end = variants.words(&table.dropped_words.at_end);
        variants.prefixes = table
            .prefixes
            .iter()
            .map(|prefix| (prefix.from.chars().collect(), prefix.to.chars().collect()))
            .collect();
        variants.firsts = variants.firsts();
        for code in b' '..=b'~' {
            let ch = char::from(code);
            variants.simple[usize::from(code)] = match variants.fold(ch) {
                _ if variants.begins(variants.written(ch)) || begins_escape(code) => None,
                Fold::Dropped => Some(0),
                Fold::Kept(ch) => u8::try_from(ch).ok().filter(u8::is_ascii),
            };
        }
        Ok(variants)
    }

    /// What becomes of kana and kanji, looked up beforehand.
    fn kana(&self) -> Vec<Fold> {
        let plain = |ch: char| {
            if ch.is_alphanumeric() {
                Fold::Kept(ch)
            } else {
                Fold::Dropped
            }
        };
        let mut kana: Vec<Fold> = KANA.map(plain).collect();
        let special = self.same.keys().chain(&self.dropped).copied();
        for ch in special.chain('\u{3040}'..='\u{30ff}') {
            if KANA.contains(&ch) {
                kana[ch as usize - *KANA.start() as usize] = self.look_up(ch);
            }
        }
        kana
    }

    /// With what words and prefixes begin, once each.
    fn firsts(&self) -> Vec<char> {
        let words = [&self.anywhere, &self.at_start, &self.at_end];
        let words = words.into_iter().flatten();
        let prefixes = self.prefixes.iter().map(|(from, _)| from);
        let firsts = words.chain(prefixes).filter_map(|word| word.first());
        let firsts: BTreeSet<char> = firsts.copied().collect();
        firsts.into_iter().collect()
    }

    /// What becomes of a byte of a text, if it stands for itself, whatever stands beside it: 0 if it separates.
    #[inline]
    pub(crate) fn simple(&self, byte: u8) -> Option<u8> {
        self.simple[usize::from(byte)]
    }

    /// Whether a word or a prefix can begin with this character, as it is compared.
    #[inline]
    pub(crate) fn begins(&self, written: char) -> bool {
        self.firsts.contains(&written)
    }

    /// Words as they stand after every character was folded, longest first.
    fn words(&self, words: &[String]) -> Vec<Vec<char>> {
        let folded = |word: &String| word.chars().map(|ch| self.written(ch)).collect();
        let mut words: Vec<Vec<char>> = words.iter().map(folded).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words
    }

    /// What becomes of a character of the strict form.
    #[inline]
    pub(crate) fn fold(&self, ch: char) -> Fold {
        if let Some(&fold) = self.ascii.get(ch as usize) {
            return fold;
        }
        let kana = (ch as usize).checked_sub(*KANA.start() as usize);
        match kana.and_then(|at| self.kana.get(at)) {
            Some(&fold) => fold,
            None => self.look_up(ch),
        }
    }

    /// A character as words are compared: folded, and itself where it separates.
    pub(crate) fn written(&self, ch: char) -> char {
        match self.fold(ch) {
            Fold::Kept(kept) => kept,
            Fold::Dropped => ch,
        }
    }

    fn look_up(&self, ch: char) -> Fold {
        if self.dropped.contains(&ch) || !ch.is_alphanumeric() {
            return Fold::Dropped;
        }
        let ch = self.same.get(&ch).copied().unwrap_or(ch);
        let ch = if self.hiragana { katakana(ch) } else { ch };
        let ch = if self.small_kana { large_kana(ch) } else { ch };
        Fold::Kept(ch.to_ascii_lowercase())
    }
}

/// The two syllabaries stand in Unicode at a fixed distance.
fn katakana(ch: char) -> char {
    match ch {
        '\u{3041}'..='\u{3096}' => char::from_u32(ch as u32 + 0x60).unwrap_or(ch),
        other => other,
    }
}

fn large_kana(ch: char) -> char {
    const SMALL: &str = "ァィゥェォッャュョヮヵヶ";
    const LARGE: &str = "アイウエオツヤユヨワカケ";
    let pair = SMALL.chars().zip(LARGE.chars());
    pair.into_iter()
        .find(|(small, _)| *small == ch)
        .map_or(ch, |(_, large)| large)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    #[test]
    fn a_character_stands_in_one_group_and_is_its_own_strict_form() {
        let table: Table = serde_json::from_str(SHIPPED).unwrap();
        let mut seen = BTreeSet::new();
        for group in &table.same {
            assert!(group.chars().count() > 1, "{group} is no group");
            for ch in group.chars() {
                assert!(seen.insert(ch), "{ch} stands twice");
                assert!(
                    ch.to_string().nfkc().eq([ch]),
                    "{ch} never occurs in the strict form"
                );
            }
        }
    }

    #[test]
    fn what_was_looked_up_beforehand_is_what_would_be_looked_up() {
        let variants = Variants::shipped().unwrap();
        for ch in '\0'..='\u{ffff}' {
            assert_eq!(variants.fold(ch), variants.look_up(ch), "{ch}");
        }
    }
}
