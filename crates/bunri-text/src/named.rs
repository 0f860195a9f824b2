//! A table of tables whose keys are names that people chose.

use std::collections::BTreeMap;

use crate::item::Item;
use crate::problem::Log;
use crate::section::{Entry, Section};

/// Every part of a table whose keys are names of `[A-Za-z0-9_-]`: at least one. [`None`] after a mistake.
pub fn named<T>(
    value: Option<Item<'_>>,
    what: &str,
    log: &mut Log,
    one: &mut dyn FnMut(&Entry<'_>, &mut Log) -> Option<T>,
) -> Option<BTreeMap<String, T>> {
    let value = value?;
    let mut section = Section::open(&value, what, log)?;
    let entries = section.take_all();
    section.close(log);
    if entries.is_empty() {
        log.refuse(value.spot, format!("{what} names nobody and nothing"));
        return None;
    }
    let mut read = BTreeMap::new();
    let mut sound = true;
    for entry in &entries {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if entry.key.is_empty() || !entry.key.bytes().all(plain) {
            let message = "a name here is of [A-Za-z0-9_-]: it becomes part of files and messages";
            log.refuse(entry.spot, message);
            sound = false;
        }
        match one(entry, log) {
            Some(it) => {
                read.insert(entry.key.to_owned(), it);
            }
            None => sound = false,
        }
    }
    sound.then_some(read)
}

impl Item<'_> {
    /// Text with something in it that stands in one line of a file and of the screen.
    pub fn line(&self, log: &mut Log) -> Option<String> {
        let text = self.filled_text(log)?;
        if text.value.chars().any(char::is_control) {
            log.refuse(
                text.spot,
                format!("{} holds a control character", self.label()),
            );
            return None;
        }
        Some(text.value)
    }
}
