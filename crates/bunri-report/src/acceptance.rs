//! The `[expect]` that would accept a run as it was, as text for the job. Counts and names, never a value. What a person must
//! answer for is left empty, and a job with an empty basis is refused.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::claim::Grade;
use crate::report::{Finding, Note, Report, Status};
use crate::rules::NoteRule;

/// Rows by table id.
pub type ByTable<'a> = BTreeMap<&'a str, u64>;

/// What a review finding speaks of: rule, table, column, and the column that the value is withheld in.
type Reviewed<'a> = (&'static str, &'a str, Option<&'a str>, Option<&'a str>);

impl Report {
    /// The `[expect]` that accepts this run and nothing more.
    #[must_use]
    pub fn acceptance(&self) -> String {
        let held = self
            .claims
            .iter()
            .filter(|claim| claim.status == Status::Held);
        let held: Vec<String> = held.map(|claim| format!("{:?}", claim.code)).collect();
        let mut text = format!("[expect]\nclaims = {held:?}\n");
        let of = |rows: fn(&crate::TableReport) -> u64| -> ByTable<'_> {
            let tables = self.tables.iter().map(|it| (it.table.as_str(), rows(it)));
            tables.filter(|(_, rows)| *rows > 0).collect()
        };
        section(
            &mut text,
            "rejected.tables",
            &of(crate::TableReport::rejected_rows),
        );
        section(
            &mut text,
            "undecided.tables",
            &of(crate::TableReport::undecided_rows),
        );
        let own = of(|table| table.own);
        if !own.is_empty() {
            line(&mut text, "\n[expect.own]");
        }
        for (table, rows) in &own {
            let bounds = format!("{table} = {{ at_least = {rows}, at_most = {rows} }}");
            line(&mut text, &bounds);
        }
        for (rule, tables) in noted_rows(&self.notes) {
            section(&mut text, &format!("notes.{rule}"), &tables);
        }
        for ((rule, table, column, withheld), count) in self.reviews() {
            let mut found = format!("\n[[expect.review]]\nrule = {rule:?}\ntable = {table:?}\n");
            for (key, name) in [("column", column), ("withheld", withheld)] {
                if let Some(name) = name {
                    found += &format!("{key} = {name:?}\n");
                }
            }
            line(&mut text, &format!("{found}at_most = {count}"));
            line(&mut text, "basis = \"\" # who accepted it, and why");
        }
        text
    }

    fn reviews(&self) -> BTreeMap<Reviewed<'_>, u64> {
        let mut reviews = BTreeMap::new();
        for finding in self.findings.iter().filter(|it| it.grade == Grade::Review) {
            let table = finding.table.as_deref().unwrap_or_default();
            let key = (
                finding.rule.word(),
                table,
                finding.column.as_deref(),
                finding.withheld(),
            );
            let count: &mut u64 = reviews.entry(key).or_default();
            *count = count.saturating_add(finding.count);
        }
        reviews
    }
}

/// Rows that notes speak of, by rule and table, but for those with a key of `[expect]` of their own.
#[must_use]
pub fn noted_rows(notes: &[Note]) -> BTreeMap<NoteRule, ByTable<'_>> {
    let mut rules: BTreeMap<NoteRule, ByTable<'_>> = BTreeMap::new();
    for note in notes.iter().filter(|note| !note.rule.is_bounded_alone()) {
        let rows = rules.entry(note.rule).or_default();
        let rows = rows.entry(note.table.as_str()).or_default();
        *rows = rows.saturating_add(note.count);
    }
    rules
}

impl Finding {
    /// `table.column` that a value of C5 is withheld in.
    #[must_use]
    pub fn withheld(&self) -> Option<&str> {
        let place = self.detail.as_deref()?.split(", ").next()?;
        let plain = !place.contains(' ') && place.contains('.');
        plain.then_some(place)
    }
}

impl NoteRule {
    /// Whether its rows are bounded under a key of `[expect]` of their own.
    #[must_use]
    pub fn is_bounded_alone(self) -> bool {
        matches!(self, Self::RejectedRows | Self::UndecidedRows)
    }
}

fn section(text: &mut String, name: &str, rows: &ByTable<'_>) {
    if rows.is_empty() {
        return;
    }
    line(text, &format!("\n[expect.{name}]"));
    for (table, rows) in rows {
        line(text, &format!("{table} = {rows}"));
    }
}

fn line(text: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}
