//! A TOML table being read: it hands out its keys, and whatever nobody asked for is refused. Written by
//! hand instead of derived, because serde stops at the first mistake and `flatten` swallows misspelt keys.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::item::Item;
use crate::problem::{Log, Spot, closest, did_you_mean, listed};

/// Keys that people rightly expect and wrongly write here: refused, but not as a misspelling.
const NOT_HERE: [(&str, &str); 5] = [
    (
        "rekey",
        "a `rekey` stands in the braces of its column, as in `{ class = \"own_customer\", rekey = \"consumer\" }`, and \
         its secret in `[rekey]` of the job",
    ),
    (
        "not_own_when",
        "`not_own_when` listed what is not own, so that an unlisted kind was own: list what is, as in `own_when = [{ column \
         = \"supply_kind\", own = [\"normal\"], other = [\"island\"], compare = \"trim\" }]`",
    ),
    (
        "first_of",
        "of several columns that say when a row was written the latest day counts: `latest_of = [\"updated_at\", \
         \"created_at\"]`",
    ),
    (
        "decisions",
        "human decisions are an input of a run: name their file in `[decisions]` of the job",
    ),
    (
        "approval",
        "a decision is approved in its own line of the file that `[decisions]` of the job names",
    ),
];

/// One key of a section.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The key.
    pub key: &'a str,
    /// Where it stands.
    pub spot: Spot,
    /// What is written for it.
    pub value: Item<'a>,
}

/// A table of a TOML file, half read.
#[derive(Debug)]
pub struct Section<'a> {
    what: String,
    spot: Spot,
    unread: Vec<Entry<'a>>,
    known: Vec<&'static str>,
    missing: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// The top level of a file.
    pub fn file(file: usize, table: &'a DeTable<'a>) -> Self {
        let spot = Spot { file, offset: None };
        Section::new("this file".to_owned(), spot, entries(file, table))
    }

    /// A value that has to be a table.
    pub fn open(value: &Item<'a>, what: &str, log: &mut Log) -> Option<Self> {
        let DeValue::Table(table) = value.raw else {
            value.refuse_kind("a table `{ … }`", log);
            return None;
        };
        Some(Section::new(
            what.to_owned(),
            value.spot,
            entries(value.spot.file, table),
        ))
    }

    fn new(what: String, spot: Spot, unread: Vec<Entry<'a>>) -> Self {
        Section {
            what,
            spot,
            unread,
            known: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// Where the section begins.
    pub fn spot(&self) -> Spot {
        self.spot
    }

    /// Whether the key is there and not yet read.
    pub fn has(&self, key: &str) -> bool {
        self.unread.iter().any(|entry| entry.key == key)
    }

    /// Whether a key that nobody asked for looks like a misspelling of this one.
    pub fn misspells(&self, key: &'static str) -> bool {
        self.unread
            .iter()
            .any(|entry| closest(entry.key, [key]).is_some())
    }

    /// An optional key.
    pub fn take(&mut self, key: &'static str) -> Option<Item<'a>> {
        self.known.push(key);
        let position = self.unread.iter().position(|entry| entry.key == key)?;
        Some(self.unread.remove(position).value)
    }

    /// A key that has to be there.
    pub fn require(&mut self, key: &'static str) -> Option<Item<'a>> {
        let value = self.take(key);
        if value.is_none() {
            self.missing.push(key);
        }
        value
    }

    /// Every key that is left, in the order written: for sections whose keys are names.
    pub fn take_all(&mut self) -> Vec<Entry<'a>> {
        std::mem::take(&mut self.unread)
    }

    /// Refuses what was not asked for, and says what is missing unless a misspelt key explains it.
    pub fn close(self, log: &mut Log) {
        let mut explained = Vec::new();
        for entry in &self.unread {
            explained.extend(closest(entry.key, self.known.iter().copied()));
            self.refuse_unknown(entry, log);
        }
        for key in self.missing.iter().filter(|key| !explained.contains(key)) {
            log.refuse(self.spot, format!("`{key}` is missing in {}", self.what));
        }
    }

    fn refuse_unknown(&self, entry: &Entry<'a>, log: &mut Log) {
        let key = entry.key;
        if let Some((_, why)) = NOT_HERE.iter().find(|(other, _)| *other == key) {
            log.refuse(entry.spot, *why);
            return;
        }
        let hint = did_you_mean(key, self.known.iter().copied())
            .or_else(|| Some(format!("known here: {}", listed(&self.known))));
        log.refuse_hint(
            entry.spot,
            format!("unknown key `{key}` in {}", self.what),
            hint,
        );
    }
}

/// The keys of a table in the order written; the parser's map is sorted by name, the spans are not.
fn entries<'a>(file: usize, table: &'a DeTable<'a>) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = table
        .iter()
        .map(|(key, value)| entry(file, key.get_ref(), key.span().start, value))
        .collect();
    entries.sort_by_key(|entry| entry.spot);
    entries
}

fn entry<'a>(
    file: usize,
    key: &'a str,
    offset: usize,
    value: &'a Spanned<DeValue<'a>>,
) -> Entry<'a> {
    let spot = Spot {
        file,
        offset: Some(offset),
    };
    Entry {
        key,
        spot,
        value: Item::new(file, format!("`{key}`"), value),
    }
}
