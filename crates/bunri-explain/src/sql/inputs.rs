//! What the script reads: views of staging and of rejected rows' keys, as extraction wrote them (docs/formats.md).

use std::collections::BTreeSet;
use std::path::Path;

use bunri_catalogue::{LedgerTime, Table};
use bunri_types::ValueType;

use super::Script;
use super::text::{comment, literal, literals, name};

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
            "owners",
            "decided",
            "retail",
            "transmission",
            "quarantine",
        ] {
            self.statement(&format!("CREATE SCHEMA IF NOT EXISTS {schema}"));
        }
        self.gap();
        for table in &self.catalogue.tables {
            let path = self.below(&format!("staging/{}/part-*.parquet", table.id));
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
        self.days_of_rules();
    }

    /// Macros for days.
    fn days_of_rules(&mut self) {
        self.gap();
        self.say("What comes after the cutover is not yet: the day after the last of a period that is asked up to the cutover, or on");
        self.say("its first day only where it begins later.");
        let after = self.after_cutover();
        self.statement(&format!(
            "CREATE OR REPLACE MACRO until_cutover(first_day, next_day) AS\n  \
             CASE WHEN next_day > greatest(first_day + 1, {after}) THEN greatest(first_day + 1, {after})\n       \
             ELSE next_day END"
        ));
        let tables = self.catalogue.tables.iter();
        let types: Vec<ValueType> = tables.flat_map(months).collect();
        let is_text = types.contains(&ValueType::Text);
        if types.iter().any(|value_type| value_type.is_day()) {
            self.gap();
            self.say("The first day of a day's month; NULL beyond the years 1000 to 9999.");
            self.statement(
                "CREATE OR REPLACE MACRO month_of_day(value) AS\n  \
                 CASE WHEN value BETWEEN DATE '1000-01-01' AND DATE '9999-12-31'\n       \
                 THEN CAST(date_trunc('month', value) AS DATE) END",
            );
        }
        if is_text || types.contains(&ValueType::Int) {
            self.gap();
            self.say("The same of a month that is written 202601; NULL where it is none.");
            self.statement(
                "CREATE OR REPLACE MACRO month_of_int(value) AS\n  \
                 CASE WHEN value BETWEEN 100001 AND 999912 AND value % 100 BETWEEN 1 AND 12\n       \
                 THEN make_date(value // 100, value % 100, 1) END",
            );
        }
        if is_text {
            self.gap();
            self.say(
                "The same of 202601, 2026-01 or 2026/01 as a text, with nothing before or after.",
            );
            self.statement(
                "CREATE OR REPLACE MACRO month_of_text(value) AS\n  \
                 month_of_int(CASE WHEN regexp_full_match(value, '[0-9]{4}[-/]?[0-9]{2}')\n    \
                 THEN CAST(replace(replace(value, '-', ''), '/', '') AS BIGINT) END)",
            );
        }
    }

    fn below(&self, path: &str) -> String {
        literal(&Path::new(self.inputs.custody).join(path).to_string_lossy())
    }

    /// The keys of rejected rows: of the ledger, and of tables that others refer to. There is a file only if there are
    /// such rows.
    fn rejects(&mut self) {
        self.say(
            "The keys of rows that did not fit their declared types: of the ledger, and of tables that others refer to; no \
             file, no rows.",
        );
        let catalogue = self.catalogue;
        for (position, table) in catalogue.tables.iter().enumerate() {
            let referred = self.referred(position);
            let part = catalogue.ledger_table(position);
            if part.is_some() || !referred.is_empty() {
                let mut keys = referred.clone();
                keys.extend(part.into_iter().flat_map(|part| &part.key));
                self.rejected_keys(table, &keys, &referred);
            }
        }
        self.refuse_unreadable();
    }

    /// The columns by which other tables refer to this one, for whole rows or for some of their cells, or find the ledger's key.
    fn referred(&self, parent: usize) -> BTreeSet<usize> {
        let lists = self.catalogue.references_to(parent).into_iter();
        let keys = self.catalogue.keys_through().into_iter();
        let keys = keys.filter(|through| through.table == parent);
        let keys = keys.flat_map(|through| &through.references);
        lists.flatten().chain(keys).copied().collect()
    }

    fn rejected_keys(&mut self, table: &Table, keys: &BTreeSet<usize>, referred: &BTreeSet<usize>) {
        let path = self.below(&format!("rejects/{}.jsonl", table.id));
        let files = format!("rejects_{}", table.id);
        self.statement(&format!(
            "SET VARIABLE {files} = (SELECT coalesce(list(file), []) FROM glob({path}))"
        ));
        let mut what: Vec<String> = keys
            .iter()
            .map(|&column| reject_value(table, column))
            .collect();
        let unreadable: Vec<String> = referred
            .iter()
            .map(|&column| is_unreadable(table, column))
            .collect();
        if !unreadable.is_empty() {
            let whether = unreadable.join(" OR ");
            what.push(format!("({whether}) AS {}", self.own("unreadable")));
        }
        self.statement(&format!(
            "CREATE VIEW IF NOT EXISTS rejects.{} AS\n  SELECT {}\n  \
             FROM (SELECT unnest(string_split(content, chr(10))) AS line FROM read_text(getvariable('{files}')))\n  \
             WHERE line <> ''",
            name(&table.id),
            what.join(", ")
        ));
    }

    fn refuse_unreadable(&mut self) {
        let catalogue = self.catalogue;
        self.say("A ledger row without a key that can be read could speak of any point: nothing is decided then.");
        for part in catalogue.ledger_tables() {
            let table = &catalogue.tables[part.table];
            let missing: Vec<String> = part
                .key
                .iter()
                .map(|&column| format!("{} IS NULL", name(&table.columns[column].name)))
                .collect();
            for schema in ["staging", "rejects"] {
                let message = literal(&format!("a row of {schema}.{} has no key", table.id));
                self.statement(&format!(
                    "SELECT error({message})\nFROM {schema}.{}\nWHERE {}",
                    name(&table.id),
                    missing.join(" OR ")
                ));
            }
        }
        self.say("Nor is anything decided beside a rejected row that could be the parent of any.");
        for (position, table) in catalogue.tables.iter().enumerate() {
            if self.referred(position).is_empty() {
                continue;
            }
            let message = literal(&format!(
                "a rejected row of {} could be any row's parent",
                table.id
            ));
            self.statement(&format!(
                "SELECT error({message})\nFROM rejects.{}\nWHERE {}",
                name(&table.id),
                self.own("unreadable")
            ));
        }
    }

    /// A line of comment.
    pub(super) fn say(&mut self, text: &str) {
        self.line(&comment(text));
    }
}

/// The types of the columns that hold the months of a table's rules.
fn months(table: &Table) -> Vec<ValueType> {
    let rules = table.ledger_rules().into_iter();
    let columns = rules.filter_map(|(_, time)| match time {
        LedgerTime::Month { column } => Some(column),
        LedgerTime::During { .. }
        | LedgerTime::At { .. }
        | LedgerTime::AtCutover
        | LedgerTime::AtSlot { .. } => None,
    });
    columns
        .map(|column| table.columns[column].value_type)
        .collect()
}

/// What stands in a line of rejects under this word, as a text.
fn raw_in_reject(column: usize, word: &str) -> String {
    format!("CAST(line AS JSON) ->> '$.values[{column}].{word}'")
}

/// Where a line of rejects holds a value of the column's declared type, if that type is read of rejected rows.
fn value_in_reject(table: &Table, column: usize) -> Option<String> {
    let value = |word: &str| raw_in_reject(column, word);
    let reading = &table.columns[column].reading;
    // What means nothing is NULL in staging, and so it is here.
    let without_nothing = |value: String| match reading.nothing.as_slice() {
        [] => value,
        nothing => {
            let listed = literals(nothing.iter().map(String::as_str));
            format!("CASE WHEN {value} IN ({listed}) THEN NULL ELSE {value} END")
        }
    };
    match table.columns[column].value_type {
        ValueType::Int => {
            let value = without_nothing(format!("({})", value("int")));
            Some(format!("CAST({value} AS BIGINT)"))
        }
        ValueType::Text if reading.takes_integers => {
            let printed = format!("coalesce({}, {})", value("text"), value("int"));
            Some(without_nothing(printed))
        }
        ValueType::Text => Some(without_nothing(format!("({})", value("text")))),
        ValueType::Decimal { .. }
        | ValueType::Real
        | ValueType::Date(_)
        | ValueType::Timestamp
        | ValueType::Bool
        | ValueType::Bytes => None,
    }
}

/// One value of a reject as its declared type; anything else is NULL.
fn reject_value(table: &Table, column: usize) -> String {
    let value = value_in_reject(table, column).unwrap_or_else(|| {
        let word = match table.columns[column].value_type {
            ValueType::Text => "VARCHAR".to_owned(),
            ValueType::Int => "BIGINT".to_owned(),
            ValueType::Decimal { precision, scale } => format!("DECIMAL({precision}, {scale})"),
            ValueType::Real => "DOUBLE".to_owned(),
            ValueType::Date(_) => "DATE".to_owned(),
            ValueType::Timestamp => "TIMESTAMP".to_owned(),
            ValueType::Bool => "BOOLEAN".to_owned(),
            ValueType::Bytes => "BLOB".to_owned(),
        };
        format!("CAST(NULL AS {word})")
    });
    format!("{value} AS {}", name(&table.columns[column].name))
}

/// Whether what stands there is neither NULL nor a value that can be read.
fn is_unreadable(table: &Table, column: usize) -> String {
    let mut not_null = format!("CAST(line AS JSON) ->> '$.values[{column}]' <> 'null'");
    let nothing = &table.columns[column].reading.nothing;
    if !nothing.is_empty() {
        let (text, int) = (raw_in_reject(column, "text"), raw_in_reject(column, "int"));
        let listed = literals(nothing.iter().map(String::as_str));
        not_null =
            format!("({not_null} AND coalesce(coalesce({text}, {int}) NOT IN ({listed}), true))");
    }
    match value_in_reject(table, column) {
        Some(value) => format!("({not_null} AND ({value}) IS NULL)"),
        None => format!("({not_null})"),
    }
}
