//! The list of planted cells that comes out beside the database. Its format stands in the documentation of the
//! crate.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use bunri_legacy::cell::{source_text, staged_text};
use bunri_legacy::schema::{Row, Table};
use rusqlite::types::Value;
use serde::Serialize;
use serde_json::{Map, json};

/// Where a cell ends, as a person decided it from the domain, row by row: not computed from the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// An own customer's row, or a public code: both companies have it.
    Both,
    /// The operator alone: another's row, or an item that never leaves it.
    Operator,
    /// A row that nobody can decide: with the operator, and waiting in the quarantine.
    Waiting,
    /// The retailer's own business on an own row.
    Retail,
    /// The retailer's business on a row that is not known to be its own: the quarantine alone.
    Held,
    /// Counted and not migrated.
    Nowhere,
    /// The row does not fit its types.
    Rejected,
    /// On an own row of both companies, but this value's class keeps the cell with the operator.
    OwnWithheld,
    /// On a waiting row, but this value's class keeps the cell with the operator.
    WaitingWithheld,
    /// On an own row of which the quarantine holds another cell for a person to read.
    BothBesideHeld,
    /// On another's row that the quarantine holds for the sake of another cell.
    OperatorBesideHeld,
}

#[derive(Debug, Serialize)]
struct Expect {
    retail: &'static str,
    transmission: &'static str,
    quarantine: &'static str,
    staging: &'static str,
}

/// One planted cell.
#[derive(Debug, Serialize)]
pub(crate) struct Planted {
    id: String,
    trap: &'static str,
    table: &'static str,
    source_table: &'static str,
    key: Map<String, serde_json::Value>,
    column: &'static str,
    value: serde_json::Value,
    staged: Option<String>,
    expect: Expect,
    note: &'static str,
}

impl Planted {
    /// Describes the cell at `position` of a row as it now stands.
    pub(crate) fn cell(
        number: usize,
        (trap, note): (&'static str, &'static str),
        table: &'static Table,
        row: &Row,
        position: usize,
        fate: Fate,
    ) -> Self {
        let column = &table.columns[position];
        let value = &row[position];
        let staged = staged_text(value, column.kind);
        let is_null = staged.is_none();
        Planted {
            id: format!("P{number:04}"),
            trap,
            table: table.id,
            source_table: table.name,
            key: key_of(table, row),
            column: column.name,
            value: source_json(value),
            staged: staged.filter(|_| fate != Fate::Rejected),
            expect: fate.expect(is_null),
            note,
        }
    }
}

fn key_of(table: &Table, row: &Row) -> Map<String, serde_json::Value> {
    let text = |name: &str| {
        let position = table.position(name)?;
        staged_text(&row[position], table.columns[position].kind)
    };
    table
        .key
        .iter()
        .map(|name| ((*name).to_owned(), json!(text(name))))
        .collect()
}

fn source_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => json!(null),
        Value::Integer(number) => json!(number),
        Value::Real(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::Blob(_) => json!(source_text(value)),
    }
}

impl Fate {
    fn expect(self, is_null: bool) -> Expect {
        let (retail, transmission, quarantine) = match self {
            Fate::Both => ("present", "present", "absent"),
            Fate::Operator => ("absent", "present", "absent"),
            Fate::Waiting => ("absent", "present", "present"),
            Fate::Retail => ("present", "absent", "absent"),
            Fate::Held => ("absent", "absent", "present"),
            Fate::Nowhere | Fate::Rejected => ("absent", "absent", "absent"),
            Fate::OwnWithheld => ("null", "present", "absent"),
            Fate::BothBesideHeld => ("present", "present", "null"),
            Fate::WaitingWithheld | Fate::OperatorBesideHeld => ("absent", "present", "null"),
        };
        // A NULL that is granted cannot be told from one that is not: the row is there, the cell is NULL.
        let shown = |word| {
            if is_null && word == "present" {
                "null"
            } else {
                word
            }
        };
        Expect {
            retail: shown(retail),
            transmission: shown(transmission),
            quarantine: shown(quarantine),
            staging: if self == Fate::Rejected {
                "rejected"
            } else {
                "typed"
            },
        }
    }
}

/// Writes the list, one entry a line, so that a difference between two samples reads well.
pub(crate) fn write(planted: &[Planted], path: &Path) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let mut before = "[\n";
    for entry in planted {
        write!(file, "{before}{}", serde_json::to_string(entry)?)?;
        before = ",\n";
    }
    writeln!(file, "\n]")?;
    file.flush()
}
