//! The rows of one table that wait for a person, while they are decided: counted by reason, and, where somebody wants them,
//! named: for the draft of a file of decisions, and for the list with the ledger rows that left them undecided.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write};
use std::path::Path;

use arrow_array::Array as _;
use bunri_catalogue::{Catalogue, Ownership, Store, Table, possible_ownerships};
use bunri_columnar::Staging;
use bunri_decisions::written_key;
use bunri_evaluator::{Reason, Verdict, may_overrule_other};
use bunri_redecide::{
    Decided, Layout, LedgerRow, LedgerRowName, LedgerRows, LedgerRowsAsking, Scratch, Stores, View,
    quarantine_reason, store_bit,
};
use bunri_report::{Remedy, WaitingGroup};
use bunri_types::value_text;
use serde_json::{Map, Value as Json, json};

use crate::PlanError;

/// Which rows are named, beside being counted.
#[derive(Clone, Copy, Default)]
pub(crate) struct RowsToName<'a> {
    /// Those that a person can decide, for a file of decisions.
    pub(crate) draft: bool,
    /// All, with these rows of the ledgers.
    pub(crate) list: Option<&'a LedgerRows>,
}

/// Of one table.
pub(crate) struct Waiting<'a> {
    catalogue: &'a Catalogue,
    table: &'a Table,
    /// In the quarantine, if it has the table.
    layout: Option<&'a Layout<'a>>,
    /// Whether other tables ask whose its rows are.
    is_parent: bool,
    /// Whether a line of the file of decisions can name every row on which one of these hangs.
    parents_can_be_decided: bool,
    /// Whether a person may say own of a row that the rules call another's.
    overrules_other: bool,
    /// And of a row of some table that it follows.
    parents_are_overruled: bool,
    groups: BTreeMap<(&'static str, Remedy), Rows>,
    names: RowLines,
}

#[derive(Debug, Clone, Copy, Default)]
struct Rows {
    rows: u64,
    in_quarantine: u64,
}

/// Lines about the rows that were named, in staging order.
struct RowLines {
    draft: Option<BufWriter<File>>,
    list: Option<BufWriter<File>>,
    asking: Option<LedgerRowsAsking>,
}

/// Lines about the rows of one table, to be copied from the beginning.
#[derive(Default)]
pub(crate) struct NamedRows {
    pub(crate) draft: Option<File>,
    pub(crate) list: Option<File>,
}

impl<'a> Waiting<'a> {
    pub(crate) fn new(
        (catalogue, position): (&'a Catalogue, usize),
        layouts: &'a [Layout<'a>],
        named: RowsToName<'_>,
        staging: &Staging,
        scratch: &Scratch,
    ) -> Result<Self, PlanError> {
        let table = &catalogue.tables[position];
        let layout = layouts.iter().find(|it| it.store == Store::Quarantine);
        let can_be_decided = |parent: usize| {
            let parent = &catalogue.tables[parent];
            !parent.key.is_empty() && possible_ownerships(parent).contains(&Ownership::Undecided)
        };
        let overruled = |position: usize| {
            !catalogue.tables[position].key.is_empty() && may_overrule_other(catalogue, position)
        };
        let spool = |wanted: bool| wanted.then(|| spool(&scratch.folder)).transpose();
        let asking = named.list.map(|rows| rows.beside(table, staging, scratch));
        Ok(Self {
            catalogue,
            table,
            layout,
            is_parent: !catalogue.references_to(position).is_empty(),
            overrules_other: overruled(position),
            parents_are_overruled: table.parents().into_iter().any(overruled),
            parents_can_be_decided: table.parents().into_iter().all(can_be_decided),
            groups: BTreeMap::new(),
            names: RowLines {
                draft: spool(named.draft && !table.key.is_empty())?,
                list: spool(named.list.is_some())?,
                asking: asking.transpose()?.flatten(),
            },
        })
    }

    /// `stores` are those of every row.
    pub(crate) fn take(&mut self, decided: &Decided, stores: &[Stores]) -> Result<(), PlanError> {
        let mut found = Vec::new();
        for (row, &stores) in stores.iter().enumerate() {
            let in_quarantine = stores & store_bit(Store::Quarantine) != 0;
            let Some((reason, remedy)) = self.why(decided, row, in_quarantine) else {
                continue;
            };
            let group = self.groups.entry((reason, remedy)).or_default();
            group.rows += 1;
            group.in_quarantine += u64::from(in_quarantine);
            if self.names.draft.is_some() || self.names.list.is_some() {
                found.push((row, reason, remedy));
            }
        }
        if found.is_empty() {
            return Ok(());
        }
        self.name(decided, &found)
    }

    /// Why a row waits; [`None`] if it does not.
    fn why(
        &self,
        decided: &Decided,
        row: usize,
        in_quarantine: bool,
    ) -> Option<(&'static str, Remedy)> {
        if let Verdict::Undecided(reason) = decided.verdicts[row] {
            // With nothing to wait for and nobody who asks, no decision would move anything.
            let matters = in_quarantine || self.is_parent;
            return matters.then(|| (reason.word(), self.remedy(reason)));
        }
        let layout = self.layout.filter(|_| in_quarantine)?;
        let reason = quarantine_reason(layout, decided, row);
        let remedy = if reason == bunri_evaluator::verdict::HOLD {
            Remedy::Reading
        } else if self.parents_are_overruled && decided.hangs[row] {
            Remedy::ParentDecision
        } else if self.overrules_other {
            Remedy::OwnDecision
        } else {
            Remedy::Catalogue
        };
        Some((reason, remedy))
    }

    fn remedy(&self, reason: Reason) -> Remedy {
        if reason == Reason::ParentUndecided && self.parents_can_be_decided {
            Remedy::ParentDecision
        } else if self.table.key.is_empty() {
            Remedy::Key
        } else {
            Remedy::Decision
        }
    }

    fn name(
        &mut self,
        decided: &Decided,
        found: &[(usize, &'static str, Remedy)],
    ) -> Result<(), PlanError> {
        let view = View::of(&decided.batch).map_err(bunri_redecide::RedecideError::from)?;
        let text = |row: usize, columns: &[usize]| {
            let whole = columns
                .iter()
                .all(|&at| decided.batch.column(at).is_valid(row));
            let parts = columns
                .iter()
                .map(|&at| value_text(view.cells[at].value(row)));
            whole.then(|| written_key(parts))
        };
        let RowLines {
            draft,
            list,
            asking,
        } = &mut self.names;
        if let Some(asking) = asking {
            asking.begin(&decided.batch)?;
        }
        for &(row, reason, remedy) in found {
            let key = text(row, &self.table.key).filter(|_| !self.table.key.is_empty());
            let decidable = matches!(remedy, Remedy::Decision | Remedy::OwnDecision);
            if let (Some(draft), Some(key), true) = (&mut *draft, &key, decidable) {
                let line = format!("{},{},,,,\n", self.table.id, field(key));
                write(draft, line.as_bytes())?;
            }
            let Some(list) = &mut *list else { continue };
            let number = decided.first + row as u64;
            let mut line = Map::new();
            line.insert("table".to_owned(), json!(self.table.id));
            line.insert("row".to_owned(), json!(number + 1));
            line.insert("key".to_owned(), json!(key));
            line.insert("reason".to_owned(), json!(reason));
            line.insert("remedy".to_owned(), json!(remedy));
            if let Some(asking) = &mut *asking {
                let (rows, count) = asking.of(row, number)?;
                line.insert("ledger_rows".to_owned(), json!(count));
                line.insert("ledger".to_owned(), ledger_rows(self.catalogue, &rows));
            }
            line.insert(
                "refers_to".to_owned(),
                refers_to(self.catalogue, self.table, |at| text(row, at)),
            );
            write(list, format!("{}\n", Json::Object(line)).as_bytes())?;
        }
        Ok(())
    }

    /// After the last row.
    pub(crate) fn finish(self) -> Result<(Vec<WaitingGroup>, NamedRows), PlanError> {
        let table = &self.table.id;
        let groups = self.groups.into_iter().map(|((reason, remedy), rows)| {
            let reason = reason.to_owned();
            WaitingGroup {
                table: table.clone(),
                reason,
                remedy,
                rows: rows.rows,
                rows_in_quarantine: rows.in_quarantine,
            }
        });
        let named = NamedRows {
            draft: self.names.draft.map(rewound).transpose()?,
            list: self.names.list.map(rewound).transpose()?,
        };
        Ok((groups.collect(), named))
    }
}

/// Names of ledger rows, as the list tells them.
fn ledger_rows(catalogue: &Catalogue, rows: &[LedgerRow]) -> Json {
    let one = |row: &LedgerRow| {
        let table = &catalogue.tables[row.table].id;
        match &row.name {
            LedgerRowName::Key(key) => json!({"table": table, "key": key}),
            LedgerRowName::Number(number) => json!({"table": table, "row": number}),
            LedgerRowName::Rejected => json!({"table": table, "rejected": true}),
        }
    };
    rows.iter().map(one).collect()
}

/// The rows of other tables by which this one is decided: its parents, and the table through which its key is found.
fn refers_to(
    catalogue: &Catalogue,
    table: &Table,
    key: impl Fn(&[usize]) -> Option<String>,
) -> Json {
    let parents = table.parent_rules().into_iter();
    let parents = parents.map(|(_, rule)| (rule.table, rule.key));
    let through = table.through.as_ref().zip(table.ledger_key.as_deref());
    let through = through.map(|(through, key)| (through.table, key));
    parents
        .chain(through)
        .map(|(to, columns)| json!({"table": catalogue.tables[to].id, "key": key(columns)}))
        .collect()
}

/// A field of a CSV file (RFC 4180).
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) || text.starts_with('\u{feff}') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn spool(folder: &Path) -> Result<BufWriter<File>, PlanError> {
    let file = tempfile::tempfile_in(folder).map_err(PlanError::io("create a file in", folder))?;
    Ok(BufWriter::new(file))
}

fn write(spool: &mut BufWriter<File>, line: &[u8]) -> Result<(), PlanError> {
    spool
        .write_all(line)
        .map_err(PlanError::io("write", Path::new("a temporary file")))
}

fn rewound(spool: BufWriter<File>) -> Result<File, PlanError> {
    let at = Path::new("a temporary file");
    let mut file = spool
        .into_inner()
        .map_err(|refused| PlanError::io("write", at)(refused.into_error()))?;
    file.seek(SeekFrom::Start(0))
        .map_err(PlanError::io("read", at))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_with_a_comma_or_a_line_end_stands_in_quotes() {
        let fields = ["a|b", "a,b", "say \"a\"", "two\nlines"].map(field);
        assert_eq!(
            fields,
            ["a|b", "\"a,b\"", "\"say \"\"a\"\"\"", "\"two\nlines\""]
        );
    }
}
