//! A case as it is told: the catalogue's texts with a few rows each, split and verified by the real binary.

use super::stores::Stores;
use crate::job::Job;
use crate::rig::Rig;

/// `[ledger]` over the table below, as most systems have it.
pub(super) const LEDGER: &str = r#"
table = "supply_period"
key = ["supply_point_id"]
retailer = "retailer_code"
from = "valid_from"
until = "valid_until"
until_is = "inclusive"
compare = "exact"
open = ["9999-12-31"]
"#;

/// Periods of supply: point, first day, last day, retailer. Ends that are still to come are withheld, and so is that there is none: what is
/// empty in retail must not tell who is about to leave.
pub(super) const SUPPLY_PERIOD: &str = r#"
table = "supply_period"
key = ["supply_point_id", "valid_from"]
rows = { by = "ledger", during = ["valid_from", "valid_until"] }
known_at = { none = "a period is entered when it is agreed" }
[columns]
supply_point_id = "own_customer"
valid_from = "own_customer"
valid_until = "own_customer"
retailer_code = "own_customer"
[types]
valid_from = "date"
valid_until = "date"
[[when]]
if = { column = "valid_until", at_least = "cutover" }
rows = ["own"]
change = { own_customer = "transmission_only" }
columns = ["valid_until"]
basis = "an end that is still to come is another retailer's start request"
"#;

/// Notes of a day: note, point, day.
pub(super) const DAY_NOTE: &str = r#"
table = "day_note"
key = ["note_id"]
rows = { by = "ledger", at = "noted_on" }
known_at = { none = "written on its day" }
[columns]
note_id = "own_customer"
supply_point_id = "own_customer"
noted_on = "own_customer"
[types]
noted_on = "date"
"#;

/// Readings of a period: reading, point, first day, last day, day of writing, kWh.
pub(super) const READING: &str = r#"
table = "reading"
key = ["reading_id"]
rows = { by = "ledger", during = ["period_from", "period_until"], until_is = "inclusive" }
known_at = { column = "written_on", grace_days = 45 }
[columns]
reading_id = "own_customer"
supply_point_id = "own_customer"
period_from = "own_customer"
period_until = "own_customer"
written_on = "transmission_only"
usage_kwh = "own_customer"
[types]
period_from = "date"
period_until = "date"
written_on = "date"
usage_kwh = "int"
"#;

/// The point as it stands today.
pub(super) const POINT: &str = r#"
table = "point"
key = ["supply_point_id"]
rows = { by = "ledger", at = "cutover" }
known_at = { none = "the night batch writes it anew" }
[columns]
supply_point_id = "own_customer"
"#;

const CATALOGUE: &str = r#"
[catalogue]
name = "case"
version = "1"
incumbent = [{ code = "99010" }]
vacant = ["00000"]
retailers = { table = "code_retailer", column = "retailer_code" }
[ledger]
"#;

const RETAILERS: &str = r#"
table = "code_retailer"
key = ["retailer_code"]
rows = "reference"
[columns]
retailer_code = "reference"
retailer_name = "reference"
"#;

/// A tiny legacy system, its catalogue and what people decided.
pub(super) struct Case {
    catalogue: String,
    tables: Vec<(String, String)>,
    statements: String,
    decisions: Vec<String>,
}

impl Case {
    /// The ordinary ledger with these periods: `point|first day|last day|retailer`.
    pub(super) fn of(periods: &[&str]) -> Self {
        Self::under(LEDGER).table(SUPPLY_PERIOD, periods)
    }

    /// Another `[ledger]`, over tables that are still to come.
    pub(super) fn under(ledger: &str) -> Self {
        let case = Self {
            catalogue: format!("{CATALOGUE}{ledger}"),
            tables: Vec::new(),
            statements: String::new(),
            decisions: Vec::new(),
        };
        case.table(
            RETAILERS,
            &["99010|甲電力", "99020|乙でんき", "99030|丙エナジー"],
        )
    }

    /// Another text in `catalogue.toml`, in place of one that is there.
    pub(super) fn catalogued(mut self, from: &str, to: &str) -> Self {
        assert!(self.catalogue.contains(from), "{from}");
        self.catalogue = self.catalogue.replace(from, to);
        self
    }

    /// A table by its catalogue file, and its rows: cells in the order of `[columns]`, as they stand between bars; `NULL` is none,
    /// `#12` a number.
    pub(super) fn table<R: AsRef<str>>(mut self, file: &str, rows: &[R]) -> Self {
        let name = file
            .lines()
            .find_map(|line| line.strip_prefix("table = "))
            .unwrap()
            .trim_matches('"');
        let columns: Vec<String> = section(file, "[columns]")
            .map(|column| format!("{column} {}", affinity(file, column)))
            .collect();
        let columns = columns.join(", ");
        self.statements += &format!("CREATE TABLE {name} ({columns});\n");
        for row in rows {
            let cells: Vec<String> = row.as_ref().split('|').map(literal).collect();
            let cells = cells.join(", ");
            self.statements += &format!("INSERT INTO {name} VALUES ({cells});\n");
        }
        self.tables.push((name.to_owned(), file.to_owned()));
        self
    }

    /// What a person decided of a row of a table.
    pub(super) fn decided(mut self, table: &str, key: &str, ownership: &str) -> Self {
        let approved = "\"meeting of 2026-05-11, point 3\",甲野太郎,2026-05-12";
        self.decisions
            .push(format!("{table},{key},{ownership},{approved}\n"));
        self
    }

    /// The system, its catalogue and its job, before anything ran.
    pub(super) fn rig(&self) -> Rig {
        let rig = Rig::empty();
        rig.write("legacy.db", "");
        rig.sql(&self.statements);
        std::fs::create_dir_all(rig.path("catalogue/tables")).unwrap();
        rig.write("catalogue/catalogue.toml", &self.catalogue);
        for (name, file) in &self.tables {
            rig.write(&format!("catalogue/tables/{name}.toml"), file);
        }
        let job = Job {
            catalogue: "catalogue".to_owned(),
            ..Job::default()
        };
        let mut job = job.text();
        if !self.decisions.is_empty() {
            job += "[decisions]\npath = \"decisions.csv\"\n";
            let header = "table,key,ownership,basis,approver,date\n";
            rig.write(
                "decisions.csv",
                header.to_owned() + &self.decisions.concat(),
            );
        }
        rig.write("job.toml", job);
        rig
    }

    /// What extraction says on the screen.
    #[track_caller]
    pub(super) fn extracted(&self) -> String {
        self.rig().bunri(["extract", "job.toml"]).out
    }

    /// The stores that the real binary makes, and that verification holds.
    #[track_caller]
    pub(super) fn stores(&self) -> Stores {
        let rig = self.rig();
        let run = rig.bunri(["run", "job.toml"]);
        // Of a case's few rows all may be rejected or undecided, and that is no quiet ending (docs/job.md).
        assert!(matches!(run.code, Some(1 | 7)), "{run}");
        Stores::read(&rig)
    }
}

/// The names on the left of a section's lines.
fn section<'a>(file: &'a str, head: &str) -> impl Iterator<Item = &'a str> {
    let lines = file.lines().skip_while(move |line| *line != head).skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
}

/// SQLite keeps what stands in the row as text, but for integers; where a column mixes them, as it stands.
fn affinity(file: &str, column: &str) -> &'static str {
    let mixed = [
        "\"real\"",
        "\"text(any)\"",
        "{ type = \"text(any)\"",
        "{ timestamp = \"epoch",
    ];
    let declares = |a_type: &&str| file.contains(&format!("\n{column} = {a_type}"));
    if mixed.iter().any(declares) {
        ""
    } else if file.contains(&format!("\n{column} = \"int\"")) {
        "INTEGER"
    } else {
        "TEXT"
    }
}

fn literal(cell: &str) -> String {
    match cell {
        "NULL" => cell.to_owned(),
        number if number.starts_with('#') => number[1..].to_owned(),
        cell => format!("'{}'", cell.replace('\'', "''")),
    }
}
