//! The catalogue as SQL that a database administrator can read, and run in DuckDB over staging: the same stores, by a
//! third way of deciding. The meaning is docs/rules.md; the words of its sections are the names used here.

mod classes;
mod codes;
mod combine;
mod days;
mod facts;
mod inputs;
mod known;
mod ledger;
mod owners;
mod people;
mod periods;
mod rows;
mod rules;
mod select;
mod stores;
mod text;
mod through;

use std::collections::BTreeSet;
use std::path::Path;

use bunri_catalogue::{Catalogue, Store, Table};
use bunri_types::{Day, day_text};
use text::comment;

use super::{Page, rules as words};

/// What the script is told beside the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct SqlInputs<'a> {
    /// Where staging and the rejects lie.
    pub custody: &'a Path,
    /// The day of the cutover.
    pub cutover: Day,
    /// The file of human decisions, if the job names one.
    pub decisions: Option<&'a Path>,
}

/// Writes every decision of the catalogue as one SQL script.
#[must_use]
pub fn explain_sql(catalogue: &Catalogue, inputs: SqlInputs<'_>) -> String {
    let mut script = Script {
        catalogue,
        inputs,
        asked: 0,
        mark: mark(catalogue),
        text: String::new(),
    };
    script.preface();
    script.inputs();
    script.decisions();
    script.timelines();
    script.keys_through();
    for position in catalogue.parents_first() {
        script.table(&catalogue.tables[position]);
    }
    script.text
}

/// A script under construction.
struct Script<'a> {
    catalogue: &'a Catalogue,
    inputs: SqlInputs<'a>,
    /// The ledger that what is being written asks, by its place in [`Catalogue::ledgers`].
    asked: usize,
    /// What the names of computed columns begin with.
    mark: String,
    text: String,
}

/// `bunri_`, made longer until no column of the source begins with it. DuckDB does not tell `A` from `a` in names.
fn mark(catalogue: &Catalogue) -> String {
    let taken = |mark: &str| {
        let mut columns = catalogue.tables.iter().flat_map(|table| &table.columns);
        columns.any(|column| column.name.to_lowercase().starts_with(mark))
    };
    let mut mark = "bunri_".to_owned();
    while taken(&mark) {
        mark.push('_');
    }
    mark
}

impl Script<'_> {
    /// The name of a computed column.
    fn own(&self, noun: &str) -> String {
        format!("{}{noun}", self.mark)
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn gap(&mut self) {
        self.line("");
    }

    fn heading(&mut self, text: &str) {
        let rule = "-".repeat(100_usize.saturating_sub(text.chars().count()));
        self.gap();
        self.line(&format!("{} {rule}", comment(text)));
    }

    fn statement(&mut self, text: &str) {
        self.line(&format!("{text};"));
    }

    fn preface(&mut self) {
        let Catalogue {
            name,
            version,
            digest,
            ..
        } = self.catalogue;
        let cutover = day_text(self.inputs.cutover);
        let mark = self.mark.clone();
        let lines = [
            format!("What goes where, as SQL: catalogue {name}, version {version}, cutover {cutover}"),
            format!("BLAKE3 {digest}"),
            String::new(),
            "For reading, and for running after `bunri extract`, in DuckDB 1.4 or later:".to_owned(),
            "    bunri check job.toml --explain=sql > stores.sql".to_owned(),
            "    duckdb sql.duckdb < stores.sql".to_owned(),
            "It makes the schemas retail, transmission and quarantine: every table of every store, column by".to_owned(),
            "column and row by row as the store holds it. To compare one, both ways:".to_owned(),
            "    FROM retail.meter EXCEPT ALL FROM 'retail/meter/*.parquet';".to_owned(),
            String::new(),
            "How to read it. The rules are docs/rules.md; names in double quotes are the catalogue's.".to_owned(),
            "  * decided.<table> holds the staged rows with their verdict, and every step towards it.".to_owned(),
            format!("  * {mark}verdict is own, other or reference; anything else is the reason of an undecided row."),
            "  * A span of days is [first_day, next_day): next_day is the day after its last. So is after_t: T, the last day that".to_owned(),
            "    a row speaks of, is the day before it.".to_owned(),
            "  * owners.<table> holds the supply points behind a table that has no ledger key of its own; ledger.points_1, … those".to_owned(),
            "    of keys through another table, and ledger.segments_1, … what is said of such a key.".to_owned(),
            "  * Texts are compared byte by byte, and so ordered; numbers and days by value.".to_owned(),
            String::new(),
            "Not standard SQL: read_parquet, read_text, read_csv, glob, unnest, JSON, SET VARIABLE, CREATE MACRO, IF".to_owned(),
            "NOT EXISTS, error(), bool_or, greatest and least (which pass over NULL); a day plus a number; the days infinity and".to_owned(),
            "-infinity; trim with several letters; and a table keeps the order in which its rows came. PostgreSQL knows most of".to_owned(),
            "the rest.".to_owned(),
            "Names that differ only in capital letters are one name to DuckDB: such a source needs other names here.".to_owned(),
        ];
        lines.iter().for_each(|line| self.say(line));
        self.hashes();
    }

    /// No secret is printed, so no database can hash by itself.
    fn hashes(&mut self) {
        let columns = self
            .catalogue
            .tables
            .iter()
            .flat_map(|table| &table.columns);
        let names: BTreeSet<&str> = columns
            .filter_map(|column| column.rekey.as_deref())
            .collect();
        if names.is_empty() {
            return;
        }
        let lines = [
            String::new(),
            format!("Retail holds keyed hashes of {}. Functions of yours have to make them before this runs,", names.into_iter().collect::<Vec<_>>().join(", ")),
            "as docs/rules.md says under \"Rekeyed columns\" and tests/python/rekey.py does; each of a name and a value:".to_owned(),
            "    bunri_rekey_int(VARCHAR, BIGINT) -> VARCHAR, bunri_rekey_text(VARCHAR, VARCHAR) -> VARCHAR".to_owned(),
        ];
        lines.iter().for_each(|line| self.say(line));
    }

    fn table(&mut self, table: &Table) {
        self.asked = table.ledger;
        self.heading(&table.id);
        let mut page = Page::default();
        words::rows(self.catalogue, table, &mut page);
        words::known_at(table, &mut page);
        words::cells(self.catalogue, table, &mut page);
        page.0.lines().for_each(|line| {
            let line = line.strip_prefix("  ").unwrap_or(line);
            self.say(line);
        });
        self.decided(table);
        for store in Store::ALL {
            self.stored(table, store);
        }
    }
}
