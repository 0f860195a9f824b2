//! From TOML to drafts: every word understood, every unknown key refused, no name looked up yet.

mod catalogue;
mod columns;
mod rows;
mod table;
mod types;
mod when;

pub(crate) use catalogue::catalogue;
pub(crate) use rows::constant_word;
pub(crate) use table::table;

use crate::item::Item;
use crate::model::Compare;
use crate::problem::{Log, Name, Spotted};
use crate::section::Section;
use crate::words::COMPARES;

/// An optional text that must not be empty.
fn optional_text(section: &mut Section<'_>, key: &'static str, log: &mut Log) -> Option<String> {
    section.take(key)?.filled_text(log).map(|text| text.value)
}

/// A name that has to be there.
fn required_name(section: &mut Section<'_>, key: &'static str, log: &mut Log) -> Option<Name> {
    section.require(key)?.filled_text(log)
}

/// A list of names that has to be there.
fn required_names(
    section: &mut Section<'_>,
    key: &'static str,
    log: &mut Log,
) -> Option<Vec<Name>> {
    section.require(key)?.some_texts(log)
}

/// A word of a closed vocabulary that has to be there.
fn required_word<T: Copy>(
    section: &mut Section<'_>,
    key: &'static str,
    of: &str,
    words: &[(&'static str, T)],
    log: &mut Log,
) -> Option<T> {
    Some(section.require(key)?.word(of, words, log)?.value)
}

/// An optional key that, when written, has to be readable: the outer [`None`] spoils what it belongs to.
pub(crate) fn readable<T>(
    value: Option<Item<'_>>,
    read: impl FnOnce(&Item<'_>) -> Option<T>,
) -> Option<Option<T>> {
    match value {
        None => Some(None),
        Some(value) => read(&value).map(Some),
    }
}

/// How texts are compared, where that is said.
fn optional_compare(section: &mut Section<'_>, log: &mut Log) -> Option<Option<Spotted<Compare>>> {
    readable(section.take("compare"), |value| {
        value.word("comparison", &COMPARES, log)
    })
}

fn spotted<T>(value: &Item<'_>, inner: T) -> Spotted<T> {
    Spotted {
        value: inner,
        spot: value.spot,
    }
}

fn is_id(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}
