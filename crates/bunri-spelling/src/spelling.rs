//! The two forms of a text. *Strict*: NFKC, without control characters, zero-width characters and variation selectors.
//! *Loose*: letters and digits only, with spelling variants as one ([`Variants`]).
//!
//! Of every character of the loose form it is known where it stands in the strict one, and whether something that
//! separates was dropped before it: digits on both sides of a gap are two runs that may be one number.
//!
//! Most cells are identifiers, numbers and codes: a few bytes, each of which stands for itself. They have forms of their own
//! ([`SimpleForm`]), which answer the same questions sooner.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use crate::variants::{Fold, Variants};

/// A longer value is known by its beginning.
pub const LONGEST: usize = 64;

/// What a digit carries, see [`weight`]: no letter carries less.
pub const LIGHTEST: usize = 33;

/// One form of a text.
#[derive(Debug, Default)]
pub struct Form {
    /// Its characters.
    pub chars: Vec<char>,
    /// By character: whether something that separates was dropped before it.
    pub gaps: Vec<bool>,
}

impl Form {
    fn clear(&mut self) {
        self.chars.clear();
        self.gaps.clear();
    }

    fn push(&mut self, ch: char, gap: bool) {
        self.chars.push(ch);
        self.gaps.push(gap);
    }

    /// The characters by which a value of this form is known.
    #[must_use]
    #[inline]
    pub fn value(&self) -> &[char] {
        &self.chars[..self.chars.len().min(LONGEST)]
    }

    /// Whether a cut before `at` would go through a run of digits, or of Latin letters.
    #[must_use]
    #[inline]
    pub fn cuts_run(&self, at: usize) -> bool {
        at > 0
            && at < self.chars.len()
            && !self.gaps[at]
            && is_run(self.chars[at - 1], self.chars[at])
    }

    /// Whether the match of so many characters from here on may begin where it does: not inside a run of which it is a part.
    /// [`TOKEN`] characters that nothing separates are the value and no accident, wherever they stand.
    #[must_use]
    #[inline]
    pub fn may_begin(&self, from: usize, length: usize) -> bool {
        !self.cuts_run(from) || (length >= TOKEN && self.is_token(from))
    }

    /// The same of its end. Of a value of [`LONGEST`] characters or more nobody knows whether this is its end.
    #[must_use]
    #[inline]
    pub fn may_end(&self, from: usize, length: usize) -> bool {
        let until = from + length;
        length == LONGEST
            || !self.cuts_run(until)
            || (length >= TOKEN && self.is_token(until - TOKEN))
    }

    /// Whether [`TOKEN`] Latin letters and digits from here on stand side by side.
    fn is_token(&self, from: usize) -> bool {
        let inner = from + 1..from + TOKEN;
        inner.end <= self.chars.len()
            && self.chars[from].is_ascii_alphanumeric()
            && inner
                .into_iter()
                .all(|at| !self.gaps[at] && self.chars[at].is_ascii_alphanumeric())
    }
}

/// Both forms of a text.
#[derive(Debug, Default)]
pub struct TextForms {
    /// NFKC, without what nobody sees.
    pub strict: Form,
    /// Letters and digits only, with spelling variants as one.
    pub loose: Form,
    /// By character of the loose form: where it stands in the strict one.
    pub origin: Vec<usize>,
}

/// So many letters and digits side by side are found within longer runs too: an identifier, a key in hex.
pub const TOKEN: usize = 18;

/// Whether these neighbours belong to one run of digits, or of Latin letters. Japanese is written without spaces, so that kana
/// and kanji have no runs: a name stands anywhere in a text. Wide letters and digits are plain ones by now.
#[inline]
fn is_run(before: char, after: char) -> bool {
    (before.is_ascii_digit() && after.is_ascii_digit())
        || (before.is_ascii_alphabetic() && after.is_ascii_alphabetic())
}

/// More characters have no simple form.
const SIMPLE: usize = 63;

/// One form of a short text in which no character means more than itself.
#[derive(Debug, Clone, Copy)]
pub struct SimpleForm {
    /// Its characters, which are ASCII, and zeros behind them.
    bytes: [u8; SIMPLE + 9],
    /// How many they are.
    pub length: usize,
    /// Bit *n*: a cut before character *n* would go through a run of digits, or of letters.
    pub cuts: u64,
    /// Bit *n*: characters *n* − 1 and *n* are letters or digits, and nothing stood between them.
    joined: u64,
}

impl SimpleForm {
    #[inline]
    fn new() -> Self {
        Self {
            bytes: [0; SIMPLE + 9],
            length: 0,
            cuts: 0,
            joined: 0,
        }
    }

    #[inline]
    fn push(&mut self, byte: u8, gap: bool) {
        if let Some(before) = self.length.checked_sub(1).filter(|_| !gap) {
            let before = self.bytes[before];
            let cut = is_run(before.into(), byte.into());
            let joined = before.is_ascii_alphanumeric() && byte.is_ascii_alphanumeric();
            self.cuts |= u64::from(cut) << self.length;
            self.joined |= u64::from(joined) << self.length;
        }
        self.bytes[self.length] = byte;
        self.length += 1;
    }

    /// The strict form, which is the text.
    #[must_use]
    #[inline]
    pub fn strict(text: &[u8]) -> Self {
        let mut simple = Self::new();
        text.iter().for_each(|&byte| simple.push(byte, false));
        simple
    }

    /// Its characters.
    #[must_use]
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Bit *n*: [`TOKEN`] letters and digits begin with character *n* and stand side by side.
    #[must_use]
    #[inline]
    pub fn tokens(&self) -> u64 {
        // Each step doubles how many neighbours are known to be joined: 2, 4, 8, 16, and one more.
        let joined = [1, 2, 4, 8]
            .into_iter()
            .fold(self.joined, |joined, more| joined & joined >> more);
        (joined & self.joined >> (TOKEN - 2)) >> 1
    }

    /// The characters from here on, the first in the lowest byte, at most eight.
    #[must_use]
    #[inline]
    pub fn word(&self, from: usize) -> u64 {
        let word = self.bytes[from..].first_chunk();
        word.map_or(0, |word| u64::from_le_bytes(*word))
    }
}

/// Puts texts into their forms; holds only space to work in.
#[derive(Debug)]
pub struct Speller<'a> {
    variants: &'a Variants,
    plain: String,
    written: Vec<char>,
}

impl<'a> Speller<'a> {
    /// By this table of variants.
    #[must_use]
    pub fn new(variants: &'a Variants) -> Self {
        Self {
            variants,
            plain: String::new(),
            written: Vec::new(),
        }
    }

    /// The loose form of a text that is its own strict form, if it is short and simple.
    #[must_use]
    #[inline]
    pub fn simple(&self, text: &[u8]) -> Option<SimpleForm> {
        if text.len() > SIMPLE {
            return None;
        }
        let (mut simple, mut gap) = (SimpleForm::new(), false);
        for &byte in text {
            match self.variants.simple(byte)? {
                0 => gap = true,
                byte => simple.push(byte, std::mem::take(&mut gap)),
            }
        }
        Some(simple)
    }

    /// Both forms of a text.
    #[inline]
    pub fn spell(&mut self, text: &str, spelled: &mut TextForms) {
        let simple = |byte| self.variants.simple(byte).is_some();
        if text.bytes().all(simple) {
            return self.byte_by_byte(text, spelled);
        }
        if alone(text, &mut spelled.strict) {
            self.loose(spelled);
        } else {
            self.by_unicode(text, spelled);
        }
    }

    /// Both forms by way of Unicode's tables, whatever the text.
    pub fn by_unicode(&mut self, text: &str, spelled: &mut TextForms) {
        self.strict(text, &mut spelled.strict);
        self.loose(spelled);
    }

    /// Both forms of a text in which no character means more than itself.
    fn byte_by_byte(&self, text: &str, spelled: &mut TextForms) {
        let TextForms {
            strict,
            loose,
            origin,
        } = spelled;
        strict.clear();
        loose.clear();
        origin.clear();
        strict.chars.extend(text.chars());
        strict.gaps.resize(text.len(), false);
        let mut gap = false;
        for (at, &ch) in strict.chars.iter().enumerate() {
            match self.variants.fold(ch) {
                Fold::Dropped => gap = true,
                Fold::Kept(ch) => {
                    loose.push(ch, std::mem::take(&mut gap));
                    origin.push(at);
                }
            }
        }
    }

    fn strict(&mut self, text: &str, form: &mut Form) {
        form.clear();
        let mut gap = false;
        let mut push = |ch: char| {
            if ch.is_control() || matches!(ch, '\u{2028}' | '\u{2029}') {
                gap = true;
            } else if !invisible(ch) {
                form.push(ch, std::mem::take(&mut gap));
            }
        };
        // What is invisible could stand between a letter and its mark, so it goes first.
        self.plain.clear();
        self.plain.extend(text.chars().filter(|&ch| !invisible(ch)));
        if is_nfkc_quick(self.plain.chars()) == IsNormalized::Yes {
            self.plain.chars().for_each(push);
        } else {
            self.plain.nfkc().for_each(&mut push);
        }
    }

    fn loose(&mut self, spelled: &mut TextForms) {
        let TextForms {
            strict,
            loose,
            origin,
        } = spelled;
        loose.clear();
        origin.clear();
        self.written.clear();
        let written = strict.chars.iter().map(|&ch| self.variants.written(ch));
        self.written.extend(written);
        let (mut at, mut gap) = (0, false);
        while at < strict.chars.len() {
            gap |= strict.gaps[at];
            if self.variants.begins(self.written[at]) {
                let word = self.word(at);
                if word > 0 {
                    at += word;
                    gap = true;
                    continue;
                }
                if let Some(length) = self.prefix(at, loose, origin) {
                    at += length;
                    gap = false;
                    continue;
                }
            }
            match self.variants.fold(strict.chars[at]) {
                Fold::Dropped => gap = true,
                Fold::Kept(ch) => {
                    loose.push(ch, std::mem::take(&mut gap));
                    origin.push(at);
                }
            }
            at += 1;
        }
    }

    /// The length of a word that is dropped here; 0 if there is none.
    fn word(&self, at: usize) -> usize {
        let (rest, variants) = (&self.written[at..], self.variants);
        let begins = |words: &[Vec<char>]| {
            let found = words.iter().find(|word| rest.starts_with(word));
            found.map_or(0, Vec::len)
        };
        let length = begins(&variants.anywhere);
        if length > 0 {
            return length;
        }
        if at == 0 {
            return begins(&variants.at_start);
        }
        let ends = variants.at_end.iter().any(|word| rest == word.as_slice());
        if ends { rest.len() } else { 0 }
    }

    /// Writes what a prefix of a number means, and says how much of the strict form that was.
    fn prefix(&self, at: usize, loose: &mut Form, origin: &mut Vec<usize>) -> Option<usize> {
        let rest = &self.written[at..];
        let (from, to) = self
            .variants
            .prefixes
            .iter()
            .find(|(from, _)| rest.starts_with(from))?;
        let digit = |length: usize| {
            let separators = rest[length..]
                .iter()
                .take_while(|ch| !ch.is_ascii_digit() && self.variants.fold(**ch) == Fold::Dropped);
            length + separators.count()
        };
        let mut length = digit(from.len());
        if rest[length..].starts_with(to) {
            length = digit(length + to.len());
        }
        if !rest.get(length).is_some_and(char::is_ascii_digit) {
            return None;
        }
        for &ch in to {
            loose.push(ch, true);
            origin.push(at);
        }
        Some(length)
    }
}

/// Writes the strict form of a text of the characters that most Japanese text is made of, each of which has a strict form
/// by itself and never joins with its neighbours; whether it was such a text.
fn alone(text: &str, form: &mut Form) -> bool {
    form.clear();
    for ch in text.chars() {
        let ch = match ch {
            ' '..='~' | '\u{3001}'..='\u{3029}' | '\u{4e00}'..='\u{9fff}' => ch,
            '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fc}' => ch,
            '\u{3000}' => ' ',
            // The wide forms of the printable ASCII characters.
            '\u{ff01}'..='\u{ff5e}' => char::from((ch as u32 - 0xfee0) as u8),
            _ => return false,
        };
        form.push(ch, false);
    }
    true
}

/// Characters that nobody sees.
fn invisible(ch: char) -> bool {
    matches!(ch,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Tenths of bits that these characters carry, about: what a digit, a Latin letter, a kana or a kanji can be. Fewer than
/// three different ones carry nothing (`0000000000`, `＊＊＊`).
#[must_use]
pub fn weight(chars: &[char]) -> u32 {
    let mut different: [Option<char>; 2] = [None; 2];
    let mut more = false;
    let mut total = 0;
    for &ch in chars {
        if !more && !different.contains(&Some(ch)) {
            match different.iter_mut().find(|slot| slot.is_none()) {
                Some(slot) => *slot = Some(ch),
                None => more = true,
            }
        }
        total += match ch {
            '0'..='9' => LIGHTEST as u32,
            'a'..='z' | 'A'..='Z' => 47,
            '\u{3040}'..='\u{30ff}' => 60,
            other if other.is_alphanumeric() => 100,
            _ => 0,
        };
    }
    // Two kanji are a name.
    if more || (chars.len() == 2 && total >= 200 && different[1].is_some()) {
        total
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// `tests/python/spelling.py` computes them another way.
    const VECTORS: &str = include_str!("../../../schemas/spelling-vectors.json");

    fn spelled(text: &str) -> [String; 2] {
        let variants = Variants::shipped().unwrap();
        let mut spelled = TextForms::default();
        Speller::new(&variants).spell(text, &mut spelled);
        assert_eq!(spelled.origin.len(), spelled.loose.chars.len());
        [&spelled.strict, &spelled.loose].map(|form| {
            assert_eq!(form.gaps.len(), form.chars.len());
            form.chars.iter().collect()
        })
    }

    #[test]
    fn both_forms_of_every_published_vector_come_out() {
        let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
        let vectors = vectors["vectors"].as_array().unwrap();
        assert!(vectors.len() > 70);
        for vector in vectors {
            let [text, strict, loose] =
                ["text", "strict", "loose"].map(|field| vector[field].as_str().unwrap());
            assert_eq!(spelled(text), [strict, loose], "{text:?}");
        }
    }

    fn assert_short_is_long(text: &str, speller: &mut Speller<'_>) {
        let mut short = TextForms::default();
        speller.spell(text, &mut short);
        let mut long = TextForms::default();
        speller.by_unicode(text, &mut long);
        for (short, long) in [(&short.strict, &long.strict), (&short.loose, &long.loose)] {
            assert_eq!(
                (&short.chars, &short.gaps),
                (&long.chars, &long.gaps),
                "{text:?}"
            );
        }
        assert_eq!(short.origin, long.origin, "{text:?}");
        if let Some(loose) = speller.simple(text.as_bytes()) {
            assert_simple(&loose, &long.loose, text);
            assert_simple(&SimpleForm::strict(text.as_bytes()), &long.strict, text);
        }
    }

    fn assert_simple(simple: &SimpleForm, form: &Form, text: &str) {
        let chars: Vec<char> = simple.bytes().iter().copied().map(char::from).collect();
        assert_eq!(chars, form.chars, "{text:?}");
        for at in 0..=chars.len() {
            assert_eq!(
                simple.cuts >> at & 1 != 0,
                form.cuts_run(at),
                "{text:?} at {at}"
            );
            let token = at < chars.len() && form.is_token(at);
            assert_eq!(simple.tokens() >> at & 1 != 0, token, "{text:?} at {at}");
            let word = simple.word(at).to_le_bytes();
            let rest = chars[at..].iter().map(|&ch| ch as u8);
            assert!(rest.chain([0; 8]).take(8).eq(word), "{text:?} at {at}");
        }
    }

    #[test]
    fn the_short_ways_give_every_character_the_forms_that_unicode_gives_it() {
        let variants = Variants::shipped().unwrap();
        let mut speller = Speller::new(&variants);
        for ch in '\0'..='\u{ffff}' {
            assert_short_is_long(&format!("1{ch}カ{ch}a"), &mut speller);
        }
    }

    proptest::proptest! {
        #[test]
        fn simple_texts_have_the_forms_of_every_text(text in "[0-9a-zA-Z ./:#-]{0,70}") {
            let variants = Variants::shipped().unwrap();
            assert_short_is_long(&text, &mut Speller::new(&variants));
        }

        #[test]
        fn the_short_ways_lead_where_the_long_one_does(
            text in "[ -~]{0,20}|[ -~\u{3000}-\u{3035}ぁ-ヿ一-丏(株式会社)(カ+81！-～ｱ-ﾟ\u{200b}\n]{0,20}"
        ) {
            let variants = Variants::shipped().unwrap();
            assert_short_is_long(&text, &mut Speller::new(&variants));
        }
    }

    #[test]
    fn a_cut_goes_through_digits_only_where_nothing_separates_them() {
        let variants = Variants::shipped().unwrap();
        let mut spelled = TextForms::default();
        let cuts = |text: &str, spelled: &mut TextForms| {
            Speller::new(&variants).spell(text, spelled);
            let loose = &spelled.loose;
            let cuts = (0..=loose.chars.len()).filter(|&at| loose.cuts_run(at));
            cuts.collect::<Vec<_>>()
        };
        assert_eq!(cuts("12-3", &mut spelled), [1]);
        assert_eq!(cuts("12\n3", &mut spelled), [1]);
        assert_eq!(cuts("12\u{200b}3", &mut spelled), [1, 2]);
        assert_eq!(cuts("1a23", &mut spelled), [3]);
    }

    #[test]
    fn a_value_weighs_what_its_characters_can_be() {
        let weigh = |text: &str| weight(&text.chars().collect::<Vec<_>>());
        assert!(weigh("090123456") >= 280 && weigh("09012345") < 280);
        assert!(weigh("丙丁戊") >= 280 && weigh("カキクケコ") >= 280);
        assert!((200..280).contains(&weigh("丙丁")) && (200..280).contains(&weigh("カキクケ")));
        assert_eq!(weigh("0000000000"), 0);
        assert_eq!(weigh("丙丙"), 0);
        assert_eq!(weigh("99999999"), weigh(""));
    }
}
