//! What records say on a screen, a line each, and in a log for machines.

use serde_json::{Value, json};

use crate::record::{
    ComparedRecord, Difference, DifferenceRule, LoadRecord, LoadedStatus, TableState,
};
use crate::sqlldr::LoaderFiles;

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let (head, groups) = digits.split_at(digits.len() % 3);
    let groups = groups.as_bytes().chunks(3);
    let groups = groups.filter_map(|group| std::str::from_utf8(group).ok());
    let parts: Vec<&str> = Some(head)
        .filter(|head| !head.is_empty())
        .into_iter()
        .chain(groups)
        .collect();
    parts.join(",")
}

impl LoadRecord {
    /// For people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let Self {
            store,
            target,
            tables,
            removed,
            ..
        } = self;
        let of = |state: TableState| tables.iter().filter(|table| table.state == state).count();
        let (kept, replaced) = (of(TableState::Kept), of(TableState::Replaced));
        let rows = tables
            .iter()
            .map(|table| table.rows)
            .fold(0, u64::saturating_add);
        let mut text = format!(
            "{} is in {}, schema `{}`: {} tables, {} rows",
            store.store,
            target.address,
            target.schema,
            tables.len(),
            grouped(rows)
        );
        if kept > 0 {
            text.push_str(&format!(
                "; {kept} of the tables were loaded before, and not looked at now"
            ));
        }
        if replaced > 0 {
            text.push_str(&format!("; {replaced} replaced those of an earlier store"));
        }
        if !removed.is_empty() {
            text.push_str(&format!("; removed: {}", removed.join(", ")));
        }
        let next = "whether the target holds what the store holds says `bunri verify --store STORE --loaded TARGET`";
        vec![text, next.to_owned()]
    }

    /// For a log.
    #[must_use]
    pub fn event(&self) -> Value {
        json!({
            "event": "loaded", "store": self.store, "target": self.target, "tables": self.tables, "removed": self.removed,
        })
    }
}

impl ComparedRecord {
    /// For people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let Self {
            store,
            target,
            status,
            tables,
            differences,
            ..
        } = self;
        let place = format!("{}, schema `{}`", target.address, target.schema);
        let rows = tables
            .iter()
            .map(|table| table.store_rows)
            .fold(0, u64::saturating_add);
        let name = &store.store;
        let verdict = match status {
            LoadedStatus::Same => format!(
                "{place} holds {name}: {} tables, {} rows, the same by the encoding of every cell. Nobody looked at rights, \
                 triggers, defaults, collations or other schemas, nor whether the store holds what it should (`bunri verify JOB`)",
                tables.len(),
                grouped(rows)
            ),
            LoadedStatus::NothingCompared => format!(
                "{place} has the tables of {name}, and no row was compared: the store has none"
            ),
            LoadedStatus::Different => {
                let same = tables.iter().filter(|table| table.same).count();
                format!(
                    "{place} does NOT hold {name}: {} differences, {same} of {} tables are the same. Do not hand over",
                    differences.len(),
                    tables.len()
                )
            }
        };
        differences
            .iter()
            .map(Difference::line)
            .chain([verdict])
            .collect()
    }

    /// For a log.
    #[must_use]
    pub fn event(&self) -> Value {
        json!({
            "event": "compared", "status": self.status, "store": self.store, "target": self.target, "tables": self.tables,
            "differences": self.differences,
        })
    }
}

impl Difference {
    fn line(&self) -> String {
        let Self {
            rule,
            table,
            column,
            rows,
            expected,
            found,
        } = self;
        let what = match rule {
            DifferenceRule::TableMissing => "table_missing: the target does not have it",
            DifferenceRule::TableSurplus => "table_surplus: the store does not have it",
            DifferenceRule::NotATable => "not_a_table: something else stands under its name",
            DifferenceRule::ColumnMissing => "column_missing: the target does not have it",
            DifferenceRule::ColumnSurplus => "column_surplus: the store does not have it",
            DifferenceRule::ColumnOrder => "column_order: the columns stand in another order",
            DifferenceRule::ColumnType => "column_type",
            DifferenceRule::KeyDiffers => "key_differs",
            DifferenceRule::RowsMissing => "rows_missing: of the store, and not in the target",
            DifferenceRule::RowsSurplus => "rows_surplus: of the target, and not in the store",
            DifferenceRule::RowsDoubled => "rows_doubled: once more than in the store",
            DifferenceRule::ValueChanged => "value_changed: cells of rows that both have",
        };
        let column = column
            .as_ref()
            .map_or(String::new(), |name| format!(", column {name}"));
        let mut text = format!("{table}{column}: {what}");
        if let (Some(expected), Some(found)) = (expected, found) {
            let shown = |word: &str| {
                if word.is_empty() {
                    "none".to_owned()
                } else {
                    word.to_owned()
                }
            };
            text.push_str(&format!(
                " (store {}, target {})",
                shown(expected),
                shown(found)
            ));
        }
        if let Some(rows) = rows {
            text.push_str(&format!(", {} rows", grouped(*rows)));
        }
        text
    }
}

impl LoaderFiles {
    /// For people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let first = format!(
            "{} tables, {} rows for SQL*Loader. NOT RUN: nobody who made bunri has run such files on an Oracle database",
            self.tables,
            grouped(self.rows)
        );
        let empty = self.empty_texts.iter().map(|(table, column, cells)| {
            let cells = grouped(*cells);
            format!("{table}, column {column}: {cells} empty texts, which Oracle takes for NULL")
        });
        [first].into_iter().chain(empty).collect()
    }

    /// For a log.
    #[must_use]
    pub fn event(&self) -> Value {
        let empty = self.empty_texts.iter().map(
            |(table, column, cells)| json!({"table": table, "column": column, "cells": cells}),
        );
        json!({
            "event": "loader_files", "tables": self.tables, "rows": self.rows, "empty_texts": empty.collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let shown = [0, 12, 123, 1_234, 123_456, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
    }
}
