//! A TOML value with its place and the name it is called by in messages, read as what the catalogue expects.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use bunri_types::{Day, day_from_parts, parse_day};
use toml::Spanned;
use toml::de::DeValue;

use crate::problem::{Log, Name, Spot, Spotted, WAITING, did_you_mean, listed};

/// Some lists are compared with each other item by item.
const MOST_ITEMS: usize = 10_000;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Item<'a> {
    /// Where.
    pub spot: Spot,
    /// As the TOML parser gave it.
    pub raw: &'a DeValue<'a>,
    label: String,
}

impl<'a> Item<'a> {
    pub(crate) fn new(file: usize, label: String, value: &'a Spanned<DeValue<'a>>) -> Self {
        let spot = Spot {
            file,
            offset: Some(value.span().start),
        };
        Item {
            spot,
            raw: value.get_ref(),
            label,
        }
    }

    /// How messages call it.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Refuses a value of another kind.
    pub fn refuse_kind(&self, wanted: &str, log: &mut Log) {
        if self.waits() {
            self.refuse_waiting(log);
            return;
        }
        let got = kind(self.raw);
        log.refuse(
            self.spot,
            format!("{} must be {wanted}, not {got}", self.label),
        );
    }

    /// Whether a person has still to decide what stands here.
    pub fn waits(&self) -> bool {
        matches!(self.raw, DeValue::String(text) if text == WAITING)
    }

    fn refuse_waiting(&self, log: &mut Log) {
        let message = format!("{} waits for a person: replace \"{WAITING}\"", self.label);
        log.refuse(self.spot, message);
    }

    /// Something made of it, with its place.
    pub fn spotted<T>(&self, value: T) -> Spotted<T> {
        Spotted {
            value,
            spot: self.spot,
        }
    }

    /// Text, possibly empty.
    pub fn text(&self, log: &mut Log) -> Option<Name> {
        let DeValue::String(text) = self.raw else {
            self.refuse_kind("text in quotes", log);
            return None;
        };
        Some(self.spotted(text.clone().into_owned()))
    }

    /// Text with something in it.
    pub fn filled_text(&self, log: &mut Log) -> Option<Name> {
        let text = self.text(log)?;
        if self.waits() {
            self.refuse_waiting(log);
            return None;
        }
        if text.value.trim().is_empty() {
            log.refuse(self.spot, format!("{} is empty", self.label));
            return None;
        }
        Some(text)
    }

    /// The items of a list.
    pub fn list(&self, log: &mut Log) -> Option<Vec<Item<'a>>> {
        let DeValue::Array(items) = self.raw else {
            self.refuse_kind("a list `[ … ]`", log);
            return None;
        };
        if items.len() > MOST_ITEMS {
            let (many, label) = (items.len(), &self.label);
            let message = format!("{label} lists {many} items; {MOST_ITEMS} are the most");
            log.refuse(self.spot, message);
            return None;
        }
        let item = |item| Item::new(self.spot.file, format!("an item of {}", self.label), item);
        Some(items.iter().map(item).collect())
    }

    /// A list of texts, none of them twice. An item that is no text, or doubled, spoils the list.
    pub fn texts(&self, log: &mut Log) -> Option<Vec<Name>> {
        let items = self.list(log)?;
        let texts: Vec<Name> = items.iter().filter_map(|item| item.text(log)).collect();
        let mut good = texts.len() == items.len();
        let mut seen = BTreeSet::new();
        for text in &texts {
            if !seen.insert(text.value.as_str()) {
                log.refuse(
                    text.spot,
                    format!("`{}` stands twice in {}", text.value, self.label),
                );
                good = false;
            }
        }
        good.then_some(texts)
    }

    /// A list of texts with at least one item.
    pub fn some_texts(&self, log: &mut Log) -> Option<Vec<Name>> {
        let texts = self.texts(log)?;
        if texts.is_empty() {
            log.refuse(self.spot, format!("{} is an empty list", self.label));
            return None;
        }
        Some(texts)
    }

    /// A whole number within bounds.
    pub fn integer(&self, range: RangeInclusive<i64>, log: &mut Log) -> Option<i64> {
        let DeValue::Integer(number) = self.raw else {
            self.refuse_kind("a whole number", log);
            return None;
        };
        let number = i64::from_str_radix(number.as_str(), number.radix()).ok();
        let fitting = number.filter(|number| range.contains(number));
        if fitting.is_none() {
            let (low, high) = (range.start(), range.end());
            log.refuse(
                self.spot,
                format!("{} must be between {low} and {high}", self.label),
            );
        }
        fitting
    }

    /// A day: `2026-04-01`, with or without quotes.
    pub fn day(&self, log: &mut Log) -> Option<Spotted<Day>> {
        let day = match self.raw {
            DeValue::Datetime(at) if at.time.is_none() && at.offset.is_none() => at
                .date
                .and_then(|date| day_from_parts(date.year.into(), date.month, date.day)),
            DeValue::String(text) => parse_day(text),
            _ => {
                self.refuse_kind("a day such as \"2026-04-01\"", log);
                return None;
            }
        };
        if day.is_none() {
            let label = &self.label;
            log.refuse(
                self.spot,
                format!("{label} is not a day; write it as \"2026-04-01\""),
            );
        }
        day.map(|day| self.spotted(day))
    }

    /// One word of a closed vocabulary. `of` says what the words are.
    pub fn word<T: Copy>(
        &self,
        of: &str,
        words: &[(&'static str, T)],
        log: &mut Log,
    ) -> Option<Spotted<T>> {
        let text = self.text(log)?;
        if self.waits() {
            self.refuse_waiting(log);
            return None;
        }
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text.value) {
            return Some(self.spotted(*meaning));
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let hint = did_you_mean(&text.value, known.iter().copied())
            .or_else(|| Some(format!("it is one of {}", listed(&known))));
        log.refuse_hint(self.spot, format!("unknown {of} `{}`", text.value), hint);
        None
    }
}

/// An optional key that, when written, has to be readable: the outer [`None`] spoils what it belongs to.
pub fn readable<T>(
    value: Option<Item<'_>>,
    read: impl FnOnce(&Item<'_>) -> Option<T>,
) -> Option<Option<T>> {
    match value {
        None => Some(None),
        Some(value) => read(&value).map(Some),
    }
}

/// What a value is, for messages.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
