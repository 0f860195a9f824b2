//! From TOML to drafts: every word understood, every unknown key refused, no name looked up yet.

mod catalogue;
mod columns;
mod rows;
mod table;
mod types;
mod when;

pub(crate) use catalogue::catalogue;
pub(crate) use table::table;

use bunri_catalogue::{Class, Compare};
use bunri_text::{Item, Log, Name, Section, Spotted, readable};

use crate::words::{COMPARES, classes};

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

/// One name that has to be there, or a list of them by another key. `owner` is called so in messages.
fn one_or_several(
    section: &mut Section<'_>,
    (one, several): (&'static str, &'static str),
    owner: &str,
    log: &mut Log,
) -> Option<Vec<Name>> {
    let Some(names) = section.take(several) else {
        return required_name(section, one, log).map(|name| vec![name]);
    };
    let names = names.some_texts(log);
    if let Some(name) = section.take(one) {
        let message = format!("{owner} has either `{one}` or `{several}`, not both");
        log.refuse(name.spot, message);
        return None;
    }
    names
}

/// A class. One that waits for a person is counted and is none.
fn class(value: &Item<'_>, log: &mut Log) -> Option<Class> {
    if value.waits() {
        log.wait_for_class(value.spot);
        return None;
    }
    value
        .word("class", &classes(), log)
        .map(|class| class.value)
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

/// How texts are compared, where that is said.
fn optional_compare(section: &mut Section<'_>, log: &mut Log) -> Option<Option<Spotted<Compare>>> {
    readable(section.take("compare"), |value| {
        value.word("comparison", &COMPARES, log)
    })
}

fn is_id(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}
