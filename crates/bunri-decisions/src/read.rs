//! The file of decisions, read with every mistake at once, each with its line.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bunri_catalogue::{Catalogue, Ownership, Table, possible_ownerships};
use bunri_text::{CsvRecord, Log, Problems, Spot, csv_records, decode, did_you_mean, listed};
use bunri_types::{Day, parse_day};

use crate::decisions::{Decision, Decisions};
use crate::key::{self, KeyPart};

const HEADER: [&str; 6] = ["table", "key", "ownership", "basis", "approver", "date"];

/// Reads a file of decisions against a catalogue.
///
/// # Errors
/// Every mistake at once, each with file and line; never with a part of a key, which may be a customer's.
pub fn read_decisions(path: &Path, catalogue: &Catalogue) -> Result<Decisions, Problems> {
    let read = read(path, catalogue, Approval::Needed)?;
    Ok(read.decisions)
}

/// A file that people are still at work on: its decisions as if they were approved, for nothing but to see what they would move.
#[derive(Debug)]
#[non_exhaustive]
pub struct DraftDecisions {
    /// The lines that say own or other.
    pub decisions: Decisions,
    /// Lines that say neither yet; they decide nothing.
    pub lines_open: usize,
    /// Lines that decide and that nobody approved: basis, approver or date are missing, and split refuses them.
    pub lines_unapproved: usize,
}

/// Reads a file of decisions in which lines may lack an ownership or the approval. No stage that writes a store takes it.
///
/// # Errors
/// As [`read_decisions`], but for what is missing.
pub fn read_draft(path: &Path, catalogue: &Catalogue) -> Result<DraftDecisions, Problems> {
    read(path, catalogue, Approval::Later)
}

/// Whether a line counts that nobody approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Approval {
    Needed,
    Later,
}

fn read(
    path: &Path,
    catalogue: &Catalogue,
    approval: Approval,
) -> Result<DraftDecisions, Problems> {
    let bytes = fs::read(path)
        .map_err(|error| Problems::whole(path, format!("the decisions cannot be read: {error}")))?;
    let digest = blake3::hash(&bytes).to_hex().to_string();
    let mut log = Log::default();
    let files = [decode(0, path.to_owned(), bytes, &mut log)];
    let mut read = Vec::new();
    let (mut lines_open, mut lines_unapproved) = (0, 0);
    if files[0].readable {
        let mut reading = Reading {
            catalogue,
            approval,
            lines_open: 0,
            lines_unapproved: 0,
            log: &mut log,
            seen: BTreeMap::new(),
        };
        read = reading.file(&files[0].text);
        (lines_open, lines_unapproved) = (reading.lines_open, reading.lines_unapproved);
    }
    if !log.is_empty() {
        return Err(log.into_problems(&files));
    }
    Ok(DraftDecisions {
        decisions: Decisions::of_file(path.to_owned(), digest, read),
        lines_open,
        lines_unapproved,
    })
}

struct Reading<'a> {
    catalogue: &'a Catalogue,
    approval: Approval,
    lines_open: usize,
    lines_unapproved: usize,
    log: &'a mut Log,
    /// The line that spoke of a row first.
    seen: BTreeMap<(usize, Vec<KeyPart>), usize>,
}

impl Reading<'_> {
    fn file(&mut self, text: &str) -> Vec<Decision> {
        let spot = |offset| Spot {
            file: 0,
            offset: Some(offset),
        };
        let records = match csv_records(text) {
            Ok(records) => records,
            Err((offset, message)) => {
                self.refuse(spot(offset), message);
                return Vec::new();
            }
        };
        let offset = records.first().map_or(0, |first| first.offset);
        let Some(([_header], rest)) = records
            .split_first_chunk::<1>()
            .filter(|([first], _)| first.fields == HEADER)
        else {
            let message = format!("the first line must be `{}`", HEADER.join(","));
            self.refuse(spot(offset), message);
            return Vec::new();
        };
        rest.iter()
            .filter_map(|record| self.decision(record, spot(record.offset)))
            .collect()
    }

    fn refuse(&mut self, spot: Spot, message: impl Into<String>) {
        self.log.refuse(spot, message);
    }

    /// Every field is looked at before a bad one spoils the line.
    fn decision(&mut self, record: &CsvRecord, spot: Spot) -> Option<Decision> {
        let CsvRecord { fields, line, .. } = record;
        let [table, key, ownership, basis, approver, date] = fields.as_slice() else {
            let message = format!(
                "{} fields where there must be {}: a text with a comma in it stands in double quotes",
                fields.len(),
                HEADER.len()
            );
            self.refuse(spot, message);
            return None;
        };
        let table = self.table(table, spot);
        let key = table.and_then(|table| self.key(table, key, spot));
        let later = self.approval == Approval::Later;
        let open = later && ownership.trim().is_empty();
        let approval = [basis, approver, date];
        if later && !open && approval.iter().any(|field| field.trim().is_empty()) {
            self.lines_unapproved += 1;
        }
        let ownership = if open {
            self.lines_open += 1;
            None
        } else {
            self.ownership(ownership, spot)
        };
        let basis = self.filled("basis", basis, spot);
        let approver = self.filled("approver", approver, spot);
        let date = self.date(date, spot);
        let (table, key) = (table?, key?);
        let first = *self.seen.entry((table, key.clone())).or_insert(*line);
        if first != *line {
            let message = format!(
                "the row was decided in line {first} already: a row is decided once, so keep one of the lines"
            );
            self.refuse(spot, message);
        }
        Some(Decision {
            table,
            key,
            ownership: ownership?,
            basis: basis?,
            approver: approver?,
            date: date?,
            line: *line,
        })
    }

    fn table(&mut self, id: &str, spot: Spot) -> Option<usize> {
        let tables = &self.catalogue.tables;
        let Some(position) = tables.iter().position(|table| table.id == id) else {
            let hint = did_you_mean(id, tables.iter().map(|table| table.id.as_str()));
            let message = format!(
                "the catalogue has no table with the id `{}`",
                id.escape_debug()
            );
            self.log.refuse_hint(spot, message, hint);
            return None;
        };
        let table = &tables[position];
        if !possible_ownerships(table).contains(&Ownership::Undecided) {
            let message =
                format!("the rows of `{id}` are never undecided: there is nothing to decide");
            self.refuse(spot, message);
            return None;
        }
        if table.key.is_empty() {
            let message =
                format!("`{id}` has no key, so none of its rows can be named, nor decided");
            self.refuse(spot, message);
            return None;
        }
        Some(position)
    }

    fn key(&mut self, table: usize, written: &str, spot: Spot) -> Option<Vec<KeyPart>> {
        let table = &self.catalogue.tables[table];
        let Some(parts) = key::cut(written) else {
            let message = "in a key a backslash stands only before `|` and before a backslash";
            self.refuse(spot, message);
            return None;
        };
        if parts.len() != table.key.len() {
            self.refuse(spot, wrong_width(table, parts.len()));
            return None;
        }
        let mut read = Vec::new();
        for (number, (text, &column)) in parts.iter().zip(&table.key).enumerate() {
            let column = &table.columns[column];
            let part = key::part(text, column.value_type);
            if part.is_none() {
                let message = format!(
                    "part {} of the key is not spelt as `{}` is: {}",
                    number + 1,
                    column.name,
                    key::example(column.value_type)
                );
                self.refuse(spot, message);
            }
            read.extend(part);
        }
        (read.len() == parts.len()).then_some(read)
    }

    fn ownership(&mut self, written: &str, spot: Spot) -> Option<Ownership> {
        let found = [Ownership::Own, Ownership::Other]
            .into_iter()
            .find(|ownership| ownership.word() == written);
        if found.is_none() {
            self.refuse(spot, "`ownership` is `own` or `other`, in these letters");
        }
        found
    }

    fn filled(&mut self, field: &str, written: &str, spot: Spot) -> Option<String> {
        if written.trim().is_empty() && self.approval == Approval::Needed {
            let message =
                format!("`{field}` is empty: a decision counts once somebody has approved it");
            self.refuse(spot, message);
            return None;
        }
        Some(written.to_owned())
    }

    fn date(&mut self, written: &str, spot: Spot) -> Option<Day> {
        if written.trim().is_empty() && self.approval == Approval::Later {
            // It is not approved, and nothing reads the day of it.
            return Some(0);
        }
        let date = parse_day(written);
        if date.is_none() {
            let message = "`date` is the day of the approval, such as 2026-05-12: without it the decision is \
                           not approved";
            self.refuse(spot, message);
        }
        date
    }
}

fn wrong_width(table: &Table, parts: usize) -> String {
    let names: Vec<&str> = table
        .key
        .iter()
        .map(|&column| table.columns[column].name.as_str())
        .collect();
    format!(
        "the key of `{}` is {} columns ({}), joined by `|`; here are {parts}",
        table.id,
        names.len(),
        listed(&names)
    )
}
