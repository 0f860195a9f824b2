//! Where the rows and cells of a case ended, read by a library that is not ours.

use serde_json::Value;

use crate::rig::Rig;

/// The three stores of a case. A row is named by its first cells, between bars: `A` or `A|2016-04-01`.
pub(super) struct Stores {
    tables: Value,
}

impl Stores {
    #[track_caller]
    pub(super) fn read(rig: &Rig) -> Self {
        let printed = rig.python("stores_json.py", ["."]).must(0).out;
        Self {
            tables: serde_json::from_str(&printed).unwrap(),
        }
    }

    /// Every one of these rows of a table ended so: `own`, `other`, or the reason why it waits for a person.
    #[track_caller]
    pub(super) fn fates(&self, table: &str, expected: &[(&str, &str)]) {
        let wrong: Vec<String> = expected
            .iter()
            .map(|(row, right)| (row, right, self.fate(table, row)))
            .filter(|(_, right, found)| **right != found)
            .map(|(row, right, found)| format!("{table} {row}: right is {right}, it is {found}"))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// `own`: in retail and transmission; `other`: in transmission alone; else in transmission and, with this reason, in the quarantine.
    #[track_caller]
    pub(super) fn fate(&self, table: &str, row: &str) -> String {
        let retail = self.row("retail", table, row).is_some();
        let transmission = self.row("transmission", table, row).is_some();
        let reason = self.cell("quarantine", table, row, "bunri_reason");
        match (retail, transmission, reason) {
            (true, true, None) => "own".to_owned(),
            (false, true, None) => "other".to_owned(),
            (false, true, Some(reason)) => reason.to_owned(),
            strange => {
                panic!("{table} {row}: in retail, in transmission, why quarantined: {strange:?}")
            }
        }
    }

    /// These cells of an own row are in retail as they are in transmission.
    #[track_caller]
    pub(super) fn granted<C: AsRef<str>>(&self, table: &str, row: &str, columns: &[C]) {
        for column in columns.iter().map(AsRef::as_ref) {
            let (retail, kept) = self.both(table, row, column);
            assert_eq!(retail, kept, "{table} {row} {column}: retail must have it");
        }
    }

    /// These cells of an own row are in transmission, and are not in retail.
    #[track_caller]
    pub(super) fn withheld<C: AsRef<str>>(&self, table: &str, row: &str, columns: &[C]) {
        for column in columns.iter().map(AsRef::as_ref) {
            let (retail, _) = self.both(table, row, column);
            assert_eq!(
                retail, None,
                "{table} {row} {column}: must not be in retail"
            );
        }
    }

    #[track_caller]
    fn both(&self, table: &str, row: &str, column: &str) -> (Option<&str>, Option<&str>) {
        let there = self.row("retail", table, row).is_some();
        assert!(there, "{table} {row}: the row must be in retail");
        let kept = self.cell("transmission", table, row, column);
        assert!(
            kept.is_some(),
            "{table} {row} {column}: not in transmission"
        );
        (self.cell("retail", table, row, column), kept)
    }

    /// The row waits in the quarantine for this reason, with these cells; no other store holds them.
    #[track_caller]
    pub(super) fn waits(&self, table: &str, row: &str, reason: &str, columns: &[&str]) {
        let why = self.cell("quarantine", table, row, "bunri_reason");
        assert_eq!(why, Some(reason), "{table} {row}");
        for column in columns {
            let waiting = self.cell("quarantine", table, row, column);
            assert!(waiting.is_some(), "{table} {row} {column}: does not wait");
            self.empty("retail", table, row, column);
            self.empty("transmission", table, row, column);
        }
    }

    /// The store has not this cell.
    #[track_caller]
    pub(super) fn empty(&self, store: &str, table: &str, row: &str, column: &str) {
        let cell = self.cell(store, table, row, column);
        assert_eq!(cell, None, "{table} {row} {column}: must not be in {store}");
    }

    /// Whether a store has a row.
    pub(super) fn has(&self, store: &str, table: &str, row: &str) -> bool {
        self.row(store, table, row).is_some()
    }

    /// The store's table has no column of this name.
    #[track_caller]
    pub(super) fn lacks_column(&self, store: &str, table: &str, column: &str) {
        let columns = self.tables[store][table]["columns"].as_array().unwrap();
        assert!(!columns.iter().any(|name| name == column), "{store}");
    }

    /// How many rows of a table a store has.
    pub(super) fn count(&self, store: &str, table: &str) -> usize {
        self.rows(store, table).len()
    }

    /// A cell of a store, as it is printed.
    #[track_caller]
    pub(super) fn holds(&self, store: &str, table: &str, row: &str, column: &str, text: &str) {
        let cell = self.cell(store, table, row, column);
        assert_eq!(cell, Some(text), "{store} {table} {row} {column}");
    }

    /// No cell of a table of retail holds this.
    #[track_caller]
    pub(super) fn retail_lacks(&self, table: &str, text: &str) {
        for row in self.rows("retail", table) {
            let shown = joined(row);
            assert!(!shown.contains(text), "retail {table}: {shown}");
        }
    }

    fn cell(&self, store: &str, table: &str, row: &str, column: &str) -> Option<&str> {
        let columns = self.tables[store][table]["columns"].as_array()?;
        let place = columns.iter().position(|name| name == column)?;
        self.row(store, table, row)?[place].as_str()
    }

    fn row(&self, store: &str, table: &str, row: &str) -> Option<&Value> {
        let name = format!("{row}|");
        let rows = self.rows(store, table).iter();
        let mut found = rows.filter(|one| joined(one).starts_with(&name));
        let first = found.next();
        assert!(found.next().is_none(), "{table} {row}: two rows in {store}");
        first
    }

    fn rows(&self, store: &str, table: &str) -> &[Value] {
        let rows = self.tables[store][table]["rows"].as_array();
        rows.map_or(&[], Vec::as_slice)
    }
}

fn joined(row: &Value) -> String {
    let cells = row.as_array().unwrap().iter();
    cells
        .map(|cell| cell.as_str().unwrap_or("NULL").to_owned() + "|")
        .collect()
}
