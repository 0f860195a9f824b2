//! Names of tables and columns, looked up, with a suggestion when there is no such name.

use std::collections::BTreeMap;

use bunri_text::{Log, Name};
use bunri_types::ValueType;

use crate::draft::{LedgerDraft, TableDraft};
use crate::model::{Ledger, LedgerEnd, UntilIs};

/// Every table as written, and the facts about the ledger that all tables need.
#[derive(Debug)]
pub(crate) struct Book<'a> {
    pub(crate) tables: &'a [TableDraft],
    by_id: BTreeMap<&'a str, usize>,
    /// Whether some incumbent code has a validity.
    pub(crate) codes_have_validity: bool,
    /// What the tables need to know of each ledger.
    pub(crate) ledgers: Vec<LedgerFacts<'a>>,
}

/// What tables need to know of a ledger; nothing of one that could not be resolved.
#[derive(Debug, Default)]
pub(crate) struct LedgerFacts<'a> {
    name: Option<&'a str>,
    /// Name and type of every column of its key, when they could be resolved.
    pub(crate) key: Option<Vec<(&'a str, ValueType)>>,
    /// Its tables.
    pub(crate) tables: Vec<usize>,
    /// The meaning of its ends.
    pub(crate) until_is: Option<UntilIs>,
}

/// The part that a column plays, for messages: "the ledger's `from`", and the types that can play it.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    pub(crate) role: &'a str,
    pub(crate) wanted: &'a str,
    pub(crate) accepts: fn(ValueType) -> bool,
}

impl<'a> Book<'a> {
    pub(crate) fn new(tables: &'a [TableDraft], codes_have_validity: bool) -> Self {
        let mut by_id = BTreeMap::new();
        for (position, table) in tables.iter().enumerate() {
            if let Some(id) = &table.id {
                by_id.entry(id.value.as_str()).or_insert(position);
            }
        }
        Book {
            tables,
            by_id,
            codes_have_validity,
            ledgers: Vec::new(),
        }
    }

    /// Two files for one table, or two tables for one folder.
    pub(crate) fn refuse_doubles(&self, files: &[String], log: &mut Log) {
        let ids = self.tables.iter().filter_map(|table| table.id.as_ref());
        refuse_repeated("id", ids, files, log);
        let names = self.tables.iter().filter_map(|table| table.name.as_ref());
        refuse_repeated("table", names, files, log);
    }

    /// Remembers what the tables' own ledger keys are held against.
    pub(crate) fn note_ledger(&mut self, draft: Option<&'a LedgerDraft>, ledger: Option<&Ledger>) {
        let mut facts = LedgerFacts {
            name: draft.and_then(|draft| Some(draft.name.as_ref()?.value.as_str())),
            ..LedgerFacts::default()
        };
        if let (Some(draft), Some(ledger)) = (draft, ledger)
            && let Some(first) = ledger.tables.first()
        {
            facts.tables = ledger.tables.iter().map(|one| one.table).collect();
            facts.until_is = match &ledger.end {
                LedgerEnd::Until { until_is, .. } => Some(*until_is),
                LedgerEnd::Next => None,
            };
            let names = draft.key.iter().flatten().map(|name| name.value.as_str());
            let types = first
                .key
                .iter()
                .map(|&column| self.tables[first.table].columns[column].value_type);
            facts.key = names
                .zip(types)
                .map(|(name, value_type)| Some((name, value_type?)))
                .collect();
        }
        self.ledgers.push(facts);
    }

    /// The ledger that a table asks, by its place.
    pub(crate) fn ledger_of(&self, table: usize, log: &mut Log) -> Option<usize> {
        let Some(name) = self.tables[table].ledger.as_ref()? else {
            return Some(0);
        };
        let mut ledgers = self.ledgers.iter();
        let found = ledgers.position(|ledger| ledger.name == Some(name.value.as_str()));
        if found.is_none() {
            let known = self.ledgers.iter().filter_map(|ledger| ledger.name);
            let hint = log.did_you_mean(&name.value, known);
            let message = format!("there is no ledger `[ledgers.{}]`", name.value);
            log.refuse_hint(name.spot, message, hint);
        }
        found
    }

    /// Whether a table belongs to a ledger.
    pub(crate) fn is_of_a_ledger(&self, table: usize) -> bool {
        let mut ledgers = self.ledgers.iter();
        ledgers.any(|ledger| ledger.tables.contains(&table))
    }

    /// The table with this id.
    pub(crate) fn table(&self, id: &Name, log: &mut Log) -> Option<usize> {
        let found = self.by_id.get(id.value.as_str()).copied();
        if found.is_none() {
            let hint = self
                .id_of_name(&id.value)
                .or_else(|| log.did_you_mean(&id.value, self.by_id.keys().copied()));
            log.refuse_hint(
                id.spot,
                format!("there is no table with the id `{}`", id.value),
                hint,
            );
        }
        found
    }

    /// For someone who wrote the source's name where the id is meant.
    fn id_of_name(&self, name: &str) -> Option<String> {
        let named = |table: &&TableDraft| table.name.as_ref().is_some_and(|own| own.value == name);
        let id = self.tables.iter().find(named)?.id.as_ref()?;
        Some(format!("tables are named by their id: `{}`", id.value))
    }

    /// The column of this name.
    pub(crate) fn column(&self, table: usize, name: &Name, log: &mut Log) -> Option<usize> {
        let columns = &self.tables[table].columns;
        // A table without columns is one mistake, not one for every name.
        if columns.is_empty() {
            return None;
        }
        let found = columns
            .iter()
            .position(|column| column.name.value == name.value);
        if found.is_none() {
            let names = columns.iter().map(|column| column.name.value.as_str());
            let label = self.tables[table].label();
            let message = format!("the table `{label}` has no column `{}`", name.value);
            let hint = log.did_you_mean(&name.value, names);
            log.refuse_hint(name.spot, message, hint);
        }
        found
    }

    /// The column of this name, if its type can play the part.
    pub(crate) fn column_for(
        &self,
        part: Part<'_>,
        table: usize,
        name: &Name,
        log: &mut Log,
    ) -> Option<usize> {
        let column = self.column(table, name, log)?;
        // A type that could not be read is a mistake already.
        let value_type = self.tables[table].columns[column].value_type?;
        if (part.accepts)(value_type) {
            return Some(column);
        }
        let Part { role, wanted, .. } = part;
        let message = format!(
            "{role} must be {wanted}; `{}` is {}",
            name.value,
            value_type.word()
        );
        let declare = || "declare its type in `[types]`".to_owned();
        log.refuse_hint(
            name.spot,
            message,
            (value_type == ValueType::Text).then(declare),
        );
        None
    }

    /// All of these names, or nothing.
    pub(crate) fn columns(
        &self,
        table: usize,
        names: &[Name],
        log: &mut Log,
    ) -> Option<Vec<usize>> {
        let found: Vec<usize> = names
            .iter()
            .filter_map(|name| self.column(table, name, log))
            .collect();
        (found.len() == names.len()).then_some(found)
    }
}

fn refuse_repeated<'n>(
    what: &str,
    names: impl Iterator<Item = &'n Name>,
    files: &[String],
    log: &mut Log,
) {
    let mut first: BTreeMap<&str, &Name> = BTreeMap::new();
    for name in names {
        // Drafts are sorted by id; the file that comes first in the folder keeps the name.
        match first.get(name.value.as_str()).copied() {
            None => {
                first.insert(&name.value, name);
            }
            Some(other) => {
                let (kept, refused) = if other.spot < name.spot {
                    (other, name)
                } else {
                    (name, other)
                };
                let file = files
                    .get(kept.spot.file)
                    .map_or("another file", String::as_str);
                let message = format!("the {what} `{}` is already that of {file}", name.value);
                log.refuse(refused.spot, message);
            }
        }
    }
}

/// Refuses a real as a key.
pub(crate) fn refuse_real(name: &Name, log: &mut Log) {
    let message = format!(
        "`{}` is a real, which is no key: declare it decimal(p,s) where every value has so many digits",
        name.value
    );
    log.refuse(name.spot, message);
}
