//! What kind of text a column holds, by the shape of some of its texts: digits of one length, telephone numbers, names in
//! kana, addresses, sentences. Shapes lead to suggestions only, so every sixteenth text is enough once thousands were seen.

use serde::Serialize;

/// All texts up to here are looked at, and then one in [`STEP`].
const ALL: u64 = 4_096;
const STEP: u64 = 16;

/// A shape that means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// 22 digits, as 供給地点特定番号 has.
    SupplyPoint,
    /// Five digits, as codes of retailers have.
    RetailerCode,
    /// A telephone number of Japan.
    Telephone,
    /// 123-4567.
    PostalCode,
    /// With one @ and a dot behind it.
    Mail,
    /// Kana alone, full or half width.
    Kana,
    /// Two to ten kanji, perhaps with kana or a space between: a name, or a word.
    KanjiWord,
    /// Two or three words of Latin letters, each large at its head and small behind: a name, or a place.
    PersonName,
    /// A prefecture or a city at its head and a number in it.
    Address,
    /// `{…}` or `[…]`.
    Json,
    /// A sentence: punctuation, line breaks, or several words.
    Sentence,
}

const SHAPES: usize = 11;

impl Shape {
    const ALL: [Shape; SHAPES] = [
        Shape::SupplyPoint,
        Shape::RetailerCode,
        Shape::Telephone,
        Shape::PostalCode,
        Shape::Mail,
        Shape::Kana,
        Shape::KanjiWord,
        Shape::PersonName,
        Shape::Address,
        Shape::Json,
        Shape::Sentence,
    ];

    /// What has it, for people.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::SupplyPoint => "numbers of supply points",
            Self::RetailerCode => "codes of retailers",
            Self::Telephone => "telephone numbers",
            Self::PostalCode => "postal codes",
            Self::Mail => "addresses of mail",
            Self::Kana => "kana alone",
            Self::KanjiWord => "names or words in kanji",
            Self::PersonName => "names of persons or places",
            Self::Address => "addresses",
            Self::Json => "JSON",
            Self::Sentence => "sentences",
        }
    }
}

/// How many of the texts that were looked at have which shape.
#[derive(Debug, Clone, Default)]
pub(crate) struct ShapeCounts {
    seen: u64,
    looked_at: u64,
    counts: [u64; SHAPES],
}

impl ShapeCounts {
    pub(super) fn take(&mut self, text: &str) {
        self.seen += 1;
        if self.seen > ALL && !self.seen.is_multiple_of(STEP) {
            return;
        }
        self.looked_at += 1;
        if let Some(shape) = shape(text) {
            self.counts[shape as usize] += 1;
        }
    }

    /// The shape of most texts, if most have one: nine in ten, and half for sentences, which short notes hide among.
    pub(super) fn main(&self) -> Option<Shape> {
        let count = |shape: Shape| self.counts[shape as usize];
        let most = |shape: &Shape| {
            let share = match shape {
                Shape::Sentence | Shape::Address => 2,
                Shape::SupplyPoint
                | Shape::RetailerCode
                | Shape::Telephone
                | Shape::PostalCode
                | Shape::Mail
                | Shape::Kana
                | Shape::KanjiWord
                | Shape::PersonName
                | Shape::Json => 9,
            };
            self.looked_at > 0
                && match share {
                    2 => count(*shape) * 2 >= self.looked_at,
                    _ => count(*shape) * 10 >= self.looked_at * 9,
                }
        };
        Shape::ALL.into_iter().find(|shape| most(shape))
    }

    /// Whether any text is a sentence or holds a structure in which anything may be.
    pub(super) fn some_sentences(&self) -> bool {
        (self.counts[Shape::Sentence as usize] + self.counts[Shape::Json as usize]) * 20
            >= self.looked_at.max(1)
    }
}

fn shape(text: &str) -> Option<Shape> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let bytes = text.as_bytes();
    if bytes.iter().all(u8::is_ascii_digit) {
        return match bytes.len() {
            22 => Some(Shape::SupplyPoint),
            5 => Some(Shape::RetailerCode),
            7 => Some(Shape::PostalCode),
            10 | 11 if bytes[0] == b'0' => Some(Shape::Telephone),
            _ => None,
        };
    }
    if bytes.is_ascii() {
        return of_ascii(text);
    }
    of_japanese(text)
}

fn of_ascii(text: &str) -> Option<Shape> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let dashed = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'(' | b')' | b'+' | b' '));
    if text.len() == 8 && text.as_bytes()[3] == b'-' && digits == 7 {
        return Some(Shape::PostalCode);
    }
    if dashed && (9..=13).contains(&digits) && text.starts_with(['0', '+', '(']) {
        return Some(Shape::Telephone);
    }
    let mut at = text.split('@');
    if let (Some(name), Some(host), None) = (at.next(), at.next(), at.next())
        && !name.is_empty()
        && host.contains('.')
        && !text.contains(' ')
    {
        return Some(Shape::Mail);
    }
    if text.starts_with(['{', '[']) && text.ends_with(['}', ']']) {
        return Some(Shape::Json);
    }
    if is_person_name(text) {
        return Some(Shape::PersonName);
    }
    let words = text.split_whitespace().count();
    (words >= 5 || text.contains('\n')).then_some(Shape::Sentence)
}

/// `Ann Smith`, `John Q. Public`, `O'Neil Jean-Luc`.
fn is_person_name(text: &str) -> bool {
    let word = |word: &str| {
        let small =
            |letter: u8| letter.is_ascii_alphabetic() || matches!(letter, b'.' | b'\'' | b'-');
        let bytes = word.as_bytes();
        let initial = bytes.len() == 2 && bytes[1] == b'.';
        bytes[0].is_ascii_uppercase()
            && bytes[1..].iter().copied().all(small)
            && (initial || bytes.iter().any(u8::is_ascii_lowercase))
    };
    let words = text.split_ascii_whitespace().count();
    (2..=3).contains(&words) && text.split_ascii_whitespace().all(word)
}

fn of_japanese(text: &str) -> Option<Shape> {
    let all = |test: fn(char) -> bool| text.chars().all(test);
    if text.starts_with(['{', '[']) && text.ends_with(['}', ']']) {
        return Some(Shape::Json);
    }
    if all(|letter| is_kana(letter) || is_space(letter)) {
        return Some(Shape::Kana);
    }
    let length = text.chars().count();
    let has_digit = text
        .chars()
        .any(|letter| letter.is_ascii_digit() || ('０'..='９').contains(&letter));
    let place = ['都', '道', '府', '県', '市', '区', '郡', '町', '村'];
    if length >= 5 && has_digit && text.chars().filter(|letter| place.contains(letter)).count() >= 2
    {
        return Some(Shape::Address);
    }
    if text.contains(['。', '、', '\n', '「', '→', '※', '～', '〜']) || length > 24 {
        return Some(Shape::Sentence);
    }
    let word = (2..=10).contains(&length)
        && all(|letter| is_kanji(letter) || is_kana(letter) || is_space(letter));
    (word && text.chars().any(is_kanji)).then_some(Shape::KanjiWord)
}

/// Kana of either width, with the marks that stand among them.
pub(super) fn is_kana(letter: char) -> bool {
    matches!(letter, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fc}' | '\u{ff66}'..='\u{ff9f}')
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\u{3000}' | '・' | '･')
}

fn is_kanji(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '々')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_texts() {
        for (text, expected) in [
            ("0900000000000000000012", Some(Shape::SupplyPoint)),
            ("99010", Some(Shape::RetailerCode)),
            ("090-1234-5678", Some(Shape::Telephone)),
            ("09012345678", Some(Shape::Telephone)),
            ("123-4567", Some(Shape::PostalCode)),
            ("a.b@example.jp", Some(Shape::Mail)),
            ("ﾔﾏﾀﾞ ﾀﾛｳ", Some(Shape::Kana)),
            ("山田　太郎", Some(Shape::KanjiWord)),
            ("甲県乙市丙町１－２", Some(Shape::Address)),
            ("{\"a\":1}", Some(Shape::Json)),
            ("在宅酸素使用、要注意", Some(Shape::Sentence)),
            ("call back after five o'clock", Some(Shape::Sentence)),
            ("Ann Smith", Some(Shape::PersonName)),
            ("John Q. Public", Some(Shape::PersonName)),
            ("Ann", None),
            ("WGS 84", None),
            ("ann smith", None),
            ("normal", None),
            ("", None),
            ("2026-04-01", None),
        ] {
            assert_eq!(shape(text), expected, "{text}");
        }
    }
}
