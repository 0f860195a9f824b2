//! One column while its table is read: counts of how its values are stored and written. No value is kept.

use bunri_source::SourceValue;
use serde::Serialize;

use super::forms::FormCounts;
use super::hashing::of_value;
use super::literals::{SENTINELS, TRUTHS, is_open, sentinel, truth};
use super::numbers::{Decimals, Digits};
use super::shapes::{Shape, ShapeCounts, is_kana};
use super::sketch::{Distinct, Sketch};

/// What was seen in one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// Its type in the source's words; empty where there is none.
    pub declared: String,
    /// Whether the source refuses NULL in it.
    pub not_null: bool,
    /// How its values are stored.
    pub stored: Stored,
    /// Distinct values, but for NULL.
    pub distinct: Distinct,
    /// Whether no two rows that were read have the same value and none has NULL; [`None`] where nobody looked so far.
    pub unique: Option<bool>,
    /// How its texts are written.
    pub texts: Texts,
    /// Of numbers, and of texts that are plain decimal numbers.
    pub numbers: Digits,
    /// Forms in which its values can be read as days, moments or months, with how many can; a value may have several.
    pub forms: Vec<FormSeen>,
    /// Days by the years of an era that does not have them (H32).
    pub beyond_era: u64,
    /// Values that mean nothing or "no end yet" somewhere, from a closed list.
    pub sentinels: Vec<SentinelSeen>,
    /// Words of truth that every value is one of, from a closed list: the word for true and the word for false.
    pub truth: Option<(String, String)>,
    /// The shape of most texts, where that means something.
    pub shape: Option<Shape>,
    /// Whether people typed into it, by its texts.
    pub free_text: bool,
    /// What its name says it is, by the dictionaries under schemas/names.
    pub term: Option<String>,
}

/// Of a hundred values that are no sentinels, so many are readable in the form of a type at least.
pub(crate) const READABLE_OF_100: u64 = 95;

impl ColumnProfile {
    /// Values that may be days: neither blank nor a sentinel.
    #[must_use]
    pub fn perhaps_days(&self) -> u64 {
        let sentinels: u64 = self.sentinels.iter().map(|one| one.values).sum();
        let nothing = self.texts.empty + self.texts.blank + sentinels;
        self.stored.values().saturating_sub(nothing)
    }

    /// Two forms of days that read nearly all values together and neither of them alone, each with how many; the form of most first.
    #[must_use]
    pub fn days_in_two_forms(&self) -> Option<[(&str, u64); 2]> {
        let values = self.perhaps_days();
        let enough = |read: u64| read > 0 && read * 100 >= values * READABLE_OF_100;
        // Numbers are seconds of some epoch by chance, and months are no days.
        let forms = self.forms.iter();
        let forms = forms.filter(|one| one.of != FormOf::Month && !one.form.starts_with("epoch"));
        let forms: Vec<&FormSeen> = forms.collect();
        // `max_by_key` takes the last of equals: a day with a time of day that says nothing is told as a moment.
        let most = forms.iter().max_by_key(|one| one.values)?;
        // What both forms read is counted twice, so that two that share values come to more than there are.
        let others = forms
            .iter()
            .filter(|one| most.values + one.values <= values);
        let other = others.max_by_key(|one| one.values)?;
        (!enough(most.values) && other.values > 0 && enough(most.values + other.values)).then_some(
            [
                (most.form.as_str(), most.values),
                (other.form.as_str(), other.values),
            ],
        )
    }
}

impl ColumnProfile {
    /// What its values are, in a few words and without one of them: `text, like telephone numbers`.
    #[must_use]
    pub fn seen(&self) -> String {
        let kinds = [
            (self.stored.integer, "integers"),
            (self.stored.real, "fractions"),
            (self.stored.text, "texts"),
            (self.stored.bytes, "bytes"),
        ];
        let kinds: Vec<&str> = kinds
            .into_iter()
            .filter_map(|(count, kind)| (count > 0).then_some(kind))
            .collect();
        if kinds.is_empty() {
            return "NULL alone".to_owned();
        }
        let mut seen = kinds.join(" and ");
        let days = self.forms.iter().max_by_key(|one| one.values);
        let perhaps = self.perhaps_days();
        if let Some(days) = days
            && perhaps > 0
            && days.values * 100 >= perhaps * READABLE_OF_100
        {
            seen.push_str(&format!(", readable as {}", days.form));
        } else if let Some(shape) = self.shape {
            seen.push_str(&format!(", like {}", shape.words()));
        } else if self.free_text {
            seen.push_str(", typed freely");
        }
        seen
    }
}

/// How values are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Stored {
    /// NULL.
    pub null: u64,
    /// Integers.
    pub integer: u64,
    /// Floating-point numbers.
    pub real: u64,
    /// Texts, those that are not UTF-8 among them.
    pub text: u64,
    /// Texts that are not UTF-8.
    pub not_utf8: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Stored {
    /// Values but for NULL.
    #[must_use]
    pub fn values(&self) -> u64 {
        self.integer + self.real + self.text + self.bytes
    }

    /// Whether numbers, texts and bytes stand beside each other.
    #[must_use]
    pub fn is_mixed(&self) -> bool {
        let kinds = [self.integer + self.real, self.text, self.bytes];
        kinds.iter().filter(|count| **count > 0).count() > 1
    }
}

/// How texts are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Texts {
    /// Empty.
    pub empty: u64,
    /// Nothing but white space.
    pub blank: u64,
    /// With white space before or behind.
    pub padded: u64,
    /// With letters, digits or signs of full width that have another of half width.
    pub full_width: u64,
    /// With kana of half width.
    pub half_width_kana: u64,
    /// With a line break.
    pub line_breaks: u64,
    /// Letters of the shortest that is not empty.
    pub shortest: u64,
    /// Letters of the longest.
    pub longest: u64,
    /// Digits alone.
    pub digits: u64,
    /// Digits alone, more than one, and the first is 0: no number keeps it.
    pub zero_led: u64,
}

/// How many values can be read in a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormSeen {
    /// The form, in the catalogue's word.
    pub form: String,
    /// Whether it is of a day, a moment or a month.
    pub of: FormOf,
    /// How many values.
    pub values: u64,
}

/// What a form writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FormOf {
    /// A day.
    Date,
    /// A moment.
    Timestamp,
    /// A month.
    Month,
}

/// How many values are a sentinel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SentinelSeen {
    /// From the closed list.
    pub literal: String,
    /// Whether it says "no end yet" where it stands for a day, and not "nothing".
    pub is_open: bool,
    /// How many values.
    pub values: u64,
}

/// Counts while the table is read.
#[derive(Debug, Default)]
pub(super) struct ColumnWatch {
    stored: Stored,
    texts: Texts,
    forms: FormCounts,
    decimals: Decimals,
    shapes: ShapeCounts,
    sentinels: [u64; SENTINELS.len()],
    truths: [u64; TRUTHS.len()],
    pub(super) sketch: Sketch,
}

impl ColumnWatch {
    /// Takes the next value; gives its number.
    pub(super) fn take(&mut self, value: SourceValue<'_>) -> Option<u64> {
        match value {
            SourceValue::Null => {
                self.stored.null += 1;
                return None;
            }
            SourceValue::Integer(number) => {
                self.stored.integer += 1;
                self.decimals.integer(number);
            }
            SourceValue::Real(number) => {
                self.stored.real += 1;
                self.decimals.real(number);
            }
            SourceValue::Text(bytes) | SourceValue::Untyped(bytes) => self.text(bytes),
            SourceValue::Undecodable(_) => {
                self.stored.text += 1;
                self.stored.not_utf8 += 1;
            }
            SourceValue::Decimal(digits) => {
                self.stored.real += 1;
                self.decimals.text(digits);
            }
            SourceValue::Blob(_) => self.stored.bytes += 1,
        }
        self.forms.take(value);
        if let Some(place) = sentinel(value) {
            self.sentinels[place] += 1;
        }
        if let Some(place) = truth(value) {
            self.truths[place] += 1;
        }
        let number = of_value(value);
        if let Some(number) = number {
            self.sketch.take(number);
        }
        number
    }

    fn text(&mut self, bytes: &[u8]) {
        self.stored.text += 1;
        let Ok(text) = std::str::from_utf8(bytes) else {
            self.stored.not_utf8 += 1;
            return;
        };
        if text.is_empty() {
            self.texts.empty += 1;
            return;
        }
        let texts = &mut self.texts;
        let letters = if text.is_ascii() {
            text.len() as u64
        } else {
            let (mut letters, mut full, mut half) = (0, false, false);
            for letter in text.chars() {
                letters += 1;
                full |= matches!(letter, '\u{ff01}'..='\u{ff5e}' | '\u{3000}');
                half |= matches!(letter, '\u{ff61}'..='\u{ff9f}') && is_kana(letter);
            }
            texts.full_width += u64::from(full);
            texts.half_width_kana += u64::from(half);
            letters
        };
        let trimmed = text.trim().len();
        texts.blank += u64::from(trimmed == 0);
        texts.padded += u64::from(trimmed != 0 && trimmed < text.len());
        texts.longest = texts.longest.max(letters);
        if texts.shortest == 0 || letters < texts.shortest {
            texts.shortest = letters;
        }
        let first = bytes[0];
        if first.is_ascii_digit() || first == b'-' {
            if bytes.iter().all(u8::is_ascii_digit) {
                texts.digits += 1;
                texts.zero_led += u64::from(first == b'0' && bytes.len() > 1);
            }
            self.decimals.text(bytes);
        }
        texts.line_breaks += u64::from(bytes.contains(&b'\n'));
        self.shapes.take(text);
    }

    pub(super) fn profile(
        self,
        (name, declared, not_null): (String, String, bool),
        unique: Option<bool>,
    ) -> (ColumnProfile, Sketch) {
        let values = self.stored.values();
        let sentinels = SENTINELS.iter().zip(self.sentinels);
        let sentinels = sentinels.filter(|(_, count)| *count > 0);
        let truth = TRUTHS.iter().zip(self.truths);
        let truth = truth
            .filter(|(_, count)| values > 0 && *count == values)
            .map(|((yes, no), _)| ((*yes).to_owned(), (*no).to_owned()))
            .next();
        let texts = self.texts;
        let typed = self.shapes.some_sentences() || texts.line_breaks > 0;
        let profile = ColumnProfile {
            name,
            declared,
            not_null,
            stored: self.stored,
            distinct: self.sketch.distinct(),
            unique,
            numbers: self.decimals.digits(),
            forms: forms(&self.forms),
            beyond_era: self.forms.beyond_era(),
            sentinels: sentinels
                .map(|(literal, values)| SentinelSeen {
                    literal: (*literal).to_owned(),
                    is_open: is_open(literal),
                    values,
                })
                .collect(),
            truth,
            shape: self.shapes.main(),
            free_text: self.stored.text > 0 && typed,
            texts,
            term: None,
        };
        (profile, self.sketch)
    }
}

fn forms(counts: &FormCounts) -> Vec<FormSeen> {
    let seen = |form: &str, of: FormOf, values: u64| FormSeen {
        form: form.to_owned(),
        of,
        values,
    };
    let dates = counts.dates_read();
    let dates = dates.map(|(form, values)| seen(form.word(), FormOf::Date, values));
    let moments = counts.moments_read();
    let moments = moments.map(|(form, values)| seen(form.word(), FormOf::Timestamp, values));
    let months = counts.months_read();
    let months = months.map(|(form, values)| seen(form, FormOf::Month, values));
    dates.chain(moments).chain(months).collect()
}
