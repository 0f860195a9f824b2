//! What the script reads: views of staging and of the ledger's rejects, as extraction wrote them (docs/formats.md).

use std::path::Path;

use super::Script;
use super::text::{comment, literal, name};
use crate::model::{Table, ValueType};

/// The white space of Unicode, which `trim` takes away. The list is printed by number, because it cannot be seen.
const WHITE_SPACE: [u32; 25] = [
    9, 10, 11, 12, 13, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200,
    8201, 8202, 8232, 8233, 8239, 8287, 12288,
];

impl Script<'_> {
    /// Schemas, views and the one macro.
    pub(super) fn inputs(&mut self) {
        self.heading("Inputs");
        self.say("A view that is there already is used as it is.");
        for schema in [
            "staging",
            "rejects",
            "ledger",
            "decided",
            "retail",
            "transmission",
            "quarantine",
        ] {
            self.statement(&format!("CREATE SCHEMA IF NOT EXISTS {schema}"));
        }
        self.gap();
        for table in &self.catalogue.tables {
            let path = self.below(&format!("staging/{}/part-00000.parquet", table.id));
            self.statement(&format!(
                "CREATE VIEW IF NOT EXISTS staging.{} AS\n  SELECT * FROM read_parquet({path})",
                name(&table.id)
            ));
        }
        self.gap();
        self.rejects();
        self.gap();
        self.say("Without Unicode white space at either end.");
        let letters = WHITE_SPACE.map(|letter| format!("chr({letter})"));
        let lines: Vec<String> = letters.chunks(9).map(|some| some.join(" || ")).collect();
        self.statement(&format!(
            "CREATE OR REPLACE MACRO trimmed(value) AS trim(value,\n  {})",
            lines.join("\n  || ")
        ));
    }

    fn below(&self, path: &str) -> String {
        literal(&Path::new(self.inputs.custody).join(path).to_string_lossy())
    }

    /// The keys of the ledger's rejected rows. There is a file only if there are such rows.
    fn rejects(&mut self) {
        let ledger = &self.catalogue.tables[self.catalogue.ledger.table];
        let path = self.below(&format!("rejects/{}.jsonl", ledger.id));
        self.say(
            "The keys of ledger rows that did not fit their declared types; no file, no rows.",
        );
        self.statement(&format!(
            "SET VARIABLE rejects = (SELECT coalesce(list(file), []) FROM glob({path}))"
        ));
        let keys: Vec<String> = self
            .catalogue
            .ledger
            .key
            .iter()
            .map(|&column| reject_value(ledger, column))
            .collect();
        self.statement(&format!(
            "CREATE VIEW IF NOT EXISTS rejects.{} AS\n  SELECT {}\n  \
             FROM (SELECT unnest(string_split(content, chr(10))) AS line FROM read_text(getvariable('rejects')))\n  \
             WHERE line <> ''",
            name(&ledger.id),
            keys.join(", ")
        ));
        self.refuse_unreadable(ledger);
    }

    /// A ledger row without a key could speak of any point, so nothing is decided at all.
    fn refuse_unreadable(&mut self, ledger: &Table) {
        self.say("A ledger row without a key that can be read could speak of any point: nothing is decided then.");
        for schema in ["staging", "rejects"] {
            let missing: Vec<String> = self
                .catalogue
                .ledger
                .key
                .iter()
                .map(|&column| format!("{} IS NULL", name(&ledger.columns[column].name)))
                .collect();
            let message = literal(&format!("a row of {schema}.{} has no key", ledger.id));
            self.statement(&format!(
                "SELECT error({message})\nFROM {schema}.{}\nWHERE {}",
                name(&ledger.id),
                missing.join(" OR ")
            ));
        }
    }

    /// A line of comment.
    pub(super) fn say(&mut self, text: &str) {
        self.line(&comment(text));
    }
}

/// One value of a reject as its declared type; anything else is NULL and so refused.
fn reject_value(table: &Table, column: usize) -> String {
    let name = name(&table.columns[column].name);
    let value = |word: &str| format!("CAST(line AS JSON) ->> '$.values[{column}].{word}'");
    match table.columns[column].value_type {
        ValueType::Int => format!("CAST({} AS BIGINT) AS {name}", value("int")),
        // Keys of the ledger and of retailers are text or int; the check refuses the others.
        ValueType::Text
        | ValueType::Decimal { .. }
        | ValueType::Date(_)
        | ValueType::Timestamp
        | ValueType::Bool
        | ValueType::Bytes => format!("{} AS {name}", value("text")),
    }
}
