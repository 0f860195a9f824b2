//! Codes of which rules ask, held against the lists that the catalogue and the source have of them: what no list knows leaves its
//! rows undecided. Codes are counted, never told.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use bunri_catalogue::{Catalogue, Compare, OtherWhen, RowRule, Table, ValueList};

/// So many different codes of a column are kept: a longer list is no list of codes.
const MOST_CODES: usize = 1 << 16;

/// What the codes of one column should be among.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CodeList {
    pub(super) column: usize,
    compare: Compare,
    /// How the list is called in messages.
    called: &'static str,
    known: BTreeSet<String>,
    /// Whether the retailers of the source's own list are known too.
    with_retailers: bool,
    /// Whether no value is a known one. Where there is no such list, NULL is asked of nothing.
    null_is_known: bool,
}

/// The lists that rules of this table read.
pub(super) fn lists_of(catalogue: &Catalogue, number: usize) -> Vec<CodeList> {
    let table = &catalogue.tables[number];
    let mut lists = Vec::new();
    rule_lists(catalogue, &table.rows, &mut lists);
    for group in &table.cells {
        rule_lists(catalogue, &group.rows, &mut lists);
    }
    for ledger in &catalogue.ledgers {
        for part in ledger.tables.iter().filter(|part| part.table == number) {
            lists.push(retailers(catalogue, part.retailer, ledger.compare));
            if let (Some(column), Some(counts)) = (part.counts, &ledger.counts) {
                lists.push(listed(
                    column,
                    counts.compare,
                    "`counts`",
                    &[&counts.counting, &counts.never],
                ));
            }
            for (column, entry) in part.own_when.iter().zip(&ledger.own_when) {
                let mut list = listed(*column, entry.compare, "`own_when`", &[&entry.own]);
                match &entry.other {
                    OtherWhen::Listed(other) => list.add(other),
                    OtherWhen::Retailers => list.with_retailers = true,
                }
                lists.push(list);
            }
        }
    }
    let mut seen: Vec<CodeList> = Vec::new();
    for list in lists {
        // Two rules of a table may ask the same.
        if !seen.contains(&list) {
            seen.push(list);
        }
    }
    seen
}

/// A code in the form in which it is compared.
fn compared(code: &str, compare: Compare) -> &str {
    match compare {
        Compare::Exact => code,
        Compare::Trim => code.trim(),
    }
}

fn rule_lists(catalogue: &Catalogue, rule: &RowRule, lists: &mut Vec<CodeList>) {
    match rule {
        RowRule::Column {
            column, compare, ..
        } => lists.push(retailers(catalogue, *column, *compare)),
        RowRule::Cases {
            column,
            compare,
            cases,
        } => {
            let known = cases
                .iter()
                .map(|(value, _)| compared(value, *compare).to_owned());
            lists.push(CodeList {
                column: *column,
                compare: *compare,
                called: "`cases`",
                known: known.collect(),
                with_retailers: false,
                null_is_known: false,
            });
            for (_, rule) in cases {
                rule_lists(catalogue, rule, lists);
            }
        }
        RowRule::All(rules) | RowRule::Any(rules) => {
            for rule in rules {
                rule_lists(catalogue, rule, lists);
            }
        }
        RowRule::Ledger(_)
        | RowRule::Parent { .. }
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => {}
    }
}

fn listed(
    column: usize,
    compare: Compare,
    called: &'static str,
    values: &[&ValueList],
) -> CodeList {
    let mut list = CodeList {
        column,
        compare,
        called,
        known: BTreeSet::new(),
        with_retailers: false,
        null_is_known: false,
    };
    values.iter().for_each(|values| list.add(values));
    list
}

fn retailers(catalogue: &Catalogue, column: usize, compare: Compare) -> CodeList {
    let incumbent = catalogue.incumbent.iter().map(|entry| &entry.code);
    let known = incumbent
        .chain(&catalogue.vacant)
        .map(|code| compared(code, compare).to_owned());
    CodeList {
        column,
        compare,
        called: "the list of retailers",
        known: known.collect(),
        with_retailers: true,
        null_is_known: false,
    }
}

impl CodeList {
    fn add(&mut self, values: &ValueList) {
        let values_listed = values.values.iter();
        let listed = values_listed.map(|value| compared(value, self.compare).to_owned());
        self.known.extend(listed);
        self.null_is_known |= values.null;
    }
}

/// The different codes of a column, each with its rows, as they stand.
#[derive(Debug, Default)]
pub(super) struct CodesSeen {
    codes: BTreeMap<String, u64>,
    missing: u64,
    too_many: bool,
}

impl CodesSeen {
    /// Takes the rows of a batch that fit.
    pub(super) fn take(&mut self, cells: &ArrayRef, fits: &[bool]) {
        if self.too_many {
            return;
        }
        let kept = fits.iter().enumerate().filter(|(_, fits)| **fits);
        for (row, _) in kept {
            if cells.is_null(row) {
                self.missing += 1;
                continue;
            }
            match cells.data_type() {
                DataType::Utf8 => self.count(cells.as_string::<i32>().value(row)),
                DataType::Int64 => {
                    self.count(&cells.as_primitive::<Int64Type>().value(row).to_string());
                }
                // Codes are texts or integers: the catalogue is refused otherwise.
                _ => {}
            }
        }
    }

    fn count(&mut self, code: &str) {
        if let Some(rows) = self.codes.get_mut(code) {
            *rows += 1;
        } else if self.codes.len() == MOST_CODES {
            self.too_many = true;
            self.codes.clear();
        } else {
            self.codes.insert(code.to_owned(), 1);
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.codes.keys().map(String::as_str)
    }
}

/// What is wrong with the codes of a column, if anything is.
pub(super) fn complaint(
    list: &CodeList,
    seen: &CodesSeen,
    retailers: &CodesSeen,
    table: &Table,
) -> Option<String> {
    let column = &table.columns[list.column].name;
    let called = list.called;
    if seen.too_many || (list.with_retailers && retailers.too_many) {
        return Some(format!(
            "column \"{column}\": more than {MOST_CODES} different values, too many to be held against {called}: not checked"
        ));
    }
    let mut known: BTreeSet<&str> = list.known.iter().map(String::as_str).collect();
    if list.with_retailers {
        known.extend(retailers.names().map(|code| compared(code, list.compare)));
    }
    let (mut codes, mut rows) = (BTreeSet::new(), 0);
    for (code, count) in &seen.codes {
        let code = compared(code, list.compare);
        if !known.contains(code) {
            codes.insert(code);
            rows += count;
        }
    }
    let missing = if list.null_is_known { 0 } else { seen.missing };
    let what = match (codes.len(), missing) {
        (0, 0) => return None,
        (0, missing) => format!("{missing} rows have NULL"),
        (codes, 0) => format!("{rows} rows have one of {codes} codes"),
        (codes, missing) => {
            format!("{rows} rows have one of {codes} codes, {missing} rows have NULL")
        }
    };
    Some(format!(
        "column \"{column}\": {what} that {called} does not know; where a rule asks it, such rows wait undecided"
    ))
}
