//! The plan as a page for people (`plan.md`). Long lists are cut, and say so: `plan.json` has all.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bunri_report::{
    Comparison, Extent, Plan, PlannedReference, PlannedTable, QueryOrigin, QueryReport, ReadAs,
};

use crate::plan::missed;

/// Lines of one list.
const MOST_LINES: usize = 400;

/// Names are whatever somebody else wrote: none of them may end a cell, a line, or begin a tag.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let letters: Vec<char> = text.chars().collect();
    for (at, &letter) in letters.iter().enumerate() {
        let in_word = |at: Option<usize>| {
            let beside = at.and_then(|at| letters.get(at));
            beside.is_some_and(|letter| letter.is_alphanumeric())
        };
        match letter {
            // Between letters it means nothing, and names are full of it.
            '_' if in_word(at.checked_sub(1)) && in_word(at.checked_add(1)) => out.push('_'),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\r' | '\t' => out.push(' '),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' => {
                out.push('\\');
                out.push(letter);
            }
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

/// Text under construction. Writing to a String cannot fail, so the result is dropped in one place.
#[derive(Default)]
pub(crate) struct Markdown(pub(crate) String);

impl Markdown {
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        let _ = writeln!(self.0, "{}", text.as_ref());
    }

    fn heading(&mut self, text: &str) {
        self.line(format!("\n## {text}\n"));
    }

    /// A table; the cells are escaped already.
    fn table(&mut self, head: &[&str], lines: Vec<Vec<String>>) {
        self.line(format!("| {} |", head.join(" | ")));
        self.line(format!("|{}", "---|".repeat(head.len())));
        let more = lines.len().saturating_sub(MOST_LINES);
        for line in lines.into_iter().take(MOST_LINES) {
            self.line(format!("| {} |", line.join(" | ")));
        }
        if more > 0 {
            self.line(format!("\n… and {more} lines more, in `plan.json`."));
        }
    }
}

/// The page of a plan.
#[must_use]
pub fn page(plan: &Plan) -> String {
    let mut page = Markdown::default();
    head(plan, &mut page);
    matrix(plan, &mut page);
    waiting(plan, &mut page);
    references(&plan.references, &mut page);
    if let Some(changes) = &plan.changes {
        comparison(changes, &mut page);
    }
    queries(&plan.queries, &mut page);
    page.heading("Who can read withheld columns today");
    page.line(escaped(&plan.grants));
    classes(plan, &mut page);
    without_basis(plan, &mut page);
    cost(plan, &mut page);
    rerun(plan, &mut page);
    page.0
}

fn head(plan: &Plan, page: &mut Markdown) {
    let (label, kind, cutover) = (escaped(&plan.label), &plan.kind, &plan.cutover);
    page.line(format!("# Plan: {label} ({kind}, cutover {cutover})\n"));
    let catalogue = &plan.catalogue;
    page.line(format!(
        "* catalogue {} {}, BLAKE3 `{}`",
        escaped(&catalogue.name),
        escaped(&catalogue.version),
        catalogue.blake3
    ));
    match (&plan.source, &plan.staging_manifest) {
        (Some(source), Some(manifest)) => {
            let (blake3, bytes) = (&source.blake3, source.bytes);
            page.line(format!("* source BLAKE3 `{blake3}`, {bytes} bytes"));
            page.line(format!("* manifest of staging BLAKE3 `{manifest}`"));
        }
        (None, _) | (_, None) => {
            page.line("* nothing was extracted yet: this page says what the catalogue alone tells");
        }
    }
    if let Some(decisions) = &plan.decisions {
        page.line(format!("* decisions BLAKE3 `{decisions}`"));
    }
    page.line(
        "\nDecided by the plain evaluator from staging; no store was written. Names and counts only, no value of a record.",
    );
    page.heading("What this plan does not know");
    if plan.not_known.is_empty() {
        page.line("Nothing that it should.");
    }
    for it in &plan.not_known {
        page.line(format!("* {}: {}", escaped(&it.what), escaped(&it.why)));
    }
}

const STORES: [&str; 3] = ["retail", "transmission", "quarantine"];

fn matrix(plan: &Plan, page: &mut Markdown) {
    page.heading("Where everything goes");
    let mut lines = Vec::new();
    for table in &plan.tables {
        let Some(rows) = table.rows else {
            let stores = table.stores.join(", ");
            let stores = if stores.is_empty() {
                "no store"
            } else {
                &stores
            };
            lines.push(vec![escaped(&table.table), format!("to {stores}")]);
            continue;
        };
        let owned = [
            ("own", rows.own),
            ("other", rows.other),
            ("undecided", rows.undecided),
            ("reference", rows.reference),
        ];
        for (ownership, rows) in owned.into_iter().filter(|(_, rows)| *rows > 0) {
            lines.push(destinations(table, ownership, rows));
        }
        if table.rejected > 0 {
            let rejected = table.rejected.to_string();
            let name = escaped(&table.table);
            lines.push(vec![name, "rejected".to_owned(), rejected]);
        }
    }
    for line in &mut lines {
        line.resize(6, String::new());
    }
    page.line("Of each store: rows, cells that are not NULL, bytes of their values before any compression.\n");
    page.table(
        &[
            "table",
            "whose",
            "rows",
            "retail",
            "transmission",
            "quarantine",
        ],
        lines,
    );
}

fn destinations(table: &PlannedTable, ownership: &str, rows: u64) -> Vec<String> {
    let here = |store: &str| {
        let found = table
            .destinations
            .iter()
            .find(|it| it.ownership == ownership && it.store == store);
        found.map_or_else(
            || "–".to_owned(),
            |it| format!("{} / {} / {}", it.rows, it.cells, it.bytes),
        )
    };
    let mut line = vec![
        escaped(&table.table),
        ownership.to_owned(),
        rows.to_string(),
    ];
    line.extend(STORES.map(here));
    line
}

fn waiting(plan: &Plan, page: &mut Markdown) {
    page.heading("What will wait for a person");
    if plan.waiting.is_empty() {
        page.line("Nothing.");
        return;
    }
    let lines = plan.waiting.iter().map(|group| {
        vec![
            escaped(&group.table),
            escaped(&group.reason),
            group.rows.to_string(),
            group.remedy.advice().to_owned(),
            group.remedy.owner().to_owned(),
        ]
    });
    let head = [
        "table",
        "reason",
        "rows",
        "what frees them",
        "who has to act",
    ];
    page.table(&head, lines.collect());
    page.line(
        "\n`bunri quarantine` drafts the file of decisions, and says what such a file would move.",
    );
}

fn references(references: &[PlannedReference], page: &mut Markdown) {
    page.heading("References that will find nothing");
    let mut lines = Vec::new();
    for reference in references.iter().filter(|it| missed(it) > 0) {
        let place = format!(
            "{}.{} → {}",
            escaped(&reference.table),
            escaped(&reference.columns.join("+")),
            escaped(&reference.to)
        );
        for it in reference.stores.iter().filter(|it| it.dangling.total() > 0) {
            let causes = it.dangling.by_cause().into_iter();
            let causes = causes.filter(|(_, rows)| *rows > 0);
            let causes: Vec<String> = causes
                .map(|(cause, rows)| format!("{rows} {cause}"))
                .collect();
            let (of, total) = (it.rows.to_string(), it.dangling.total().to_string());
            lines.push(vec![
                place.clone(),
                it.store.clone(),
                of,
                total,
                causes.join(", "),
            ]);
        }
    }
    if lines.is_empty() {
        page.line("None in the stores of the two companies.");
    } else {
        page.table(
            &[
                "reference",
                "store",
                "rows that refer",
                "find nothing",
                "because",
            ],
            lines,
        );
    }
    for it in references.iter() {
        if let Some(why) = &it.not_followed {
            let (table, to) = (escaped(&it.table), escaped(&it.to));
            page.line(format!(
                "\n{table} → {to} was not followed: {}.",
                escaped(why)
            ));
        }
    }
}

fn comparison(changes: &Comparison, page: &mut Markdown) {
    page.heading("What changes");
    let from = &changes.from;
    page.line(format!(
        "Against {} {}, BLAKE3 `{}`.\n",
        escaped(&from.name),
        escaped(&from.version),
        from.blake3
    ));
    if changes.said.is_empty() {
        page.line("Both say the same.");
    } else {
        let said = changes.said.iter().map(|it| {
            let text = |text: &Option<String>| text.as_deref().map_or("–".to_owned(), escaped);
            let column = it.column.as_deref().map(escaped).unwrap_or_default();
            vec![
                escaped(&it.table),
                column,
                it.what.clone(),
                text(&it.from),
                text(&it.to),
            ]
        });
        page.table(&["table", "column", "what", "was", "is"], said.collect());
    }
    if let Some(why) = &changes.not_counted {
        page.line(format!(
            "\nRows and cells were not counted: {}.",
            escaped(why)
        ));
        return;
    }
    let mut lines = Vec::new();
    for table in &changes.tables {
        for it in &table.stores {
            let cells = format!("+{} −{}", it.cells_gained, it.cells_lost);
            let rows = format!("+{} −{}", it.rows_gained, it.rows_lost);
            lines.push(vec![escaped(&table.table), it.store.clone(), rows, cells]);
        }
        for it in &table.rows {
            let what = format!("{} → {}", it.from, it.to);
            lines.push(vec![
                escaped(&table.table),
                what,
                it.rows.to_string(),
                String::new(),
            ]);
        }
        for it in &table.classes {
            let what = format!("{} → {}", it.from, it.to);
            lines.push(vec![
                escaped(&table.table),
                what,
                String::new(),
                it.cells.to_string(),
            ]);
        }
    }
    page.line("");
    if lines.is_empty() {
        page.line("Nothing moves.");
    } else {
        page.table(
            &["table", "store, or what becomes what", "rows", "cells"],
            lines,
        );
    }
}

fn queries(queries: &[QueryReport], page: &mut Markdown) {
    page.heading("Views and queries of the legacy system");
    if queries.is_empty() {
        page.line("None was given.");
        return;
    }
    let unknown = queries.iter().filter(|it| !it.unknown.is_empty()).count();
    page.line(format!(
        "{} statements; {unknown} of them are unknown, which is never clean.\n",
        queries.len()
    ));
    let mut lines = Vec::new();
    for query in queries {
        let origin = match query.origin {
            QueryOrigin::View => "view",
            QueryOrigin::File => "file",
        };
        let name = format!("{origin} {}, {}", escaped(&query.name), query.statement);
        for why in &query.unknown {
            lines.push(vec![
                name.clone(),
                "**unknown**".to_owned(),
                escaped(why),
                String::new(),
                String::new(),
            ]);
        }
        for read in &query.reads {
            let column = format!("{}.{}", escaped(&read.table), escaped(&read.column));
            let read_as = match read.read_as {
                ReadAs::Shown => "shown",
                ReadAs::Filter => "filter",
                ReadAs::Join => "join",
                ReadAs::Group => "group",
                ReadAs::Order => "order",
            };
            let [retail, transmission] = [read.retail, read.transmission].map(extent);
            lines.push(vec![
                name.clone(),
                read_as.to_owned(),
                column,
                retail.to_owned(),
                transmission.to_owned(),
            ]);
        }
        if query.unknown.is_empty() && query.reads.is_empty() {
            let whole = format!(
                "reads nothing that is withheld ({} columns)",
                query.reads_whole
            );
            lines.push(vec![
                name,
                String::new(),
                whole,
                String::new(),
                String::new(),
            ]);
        }
    }
    page.table(
        &[
            "statement",
            "how",
            "column",
            "retail has",
            "transmission has",
        ],
        lines,
    );
}

fn extent(extent: Extent) -> &'static str {
    match extent {
        Extent::Whole => "all",
        Extent::Part => "some cells",
        Extent::Hashed => "hashes",
        Extent::Nothing => "nothing",
    }
}

fn classes(plan: &Plan, page: &mut Markdown) {
    page.heading("Columns by class, with what each rests on");
    let mut lines = Vec::new();
    for table in &plan.tables {
        let mut by_class: BTreeMap<(&str, Option<&str>), Vec<&str>> = BTreeMap::new();
        for it in &table.columns {
            let columns = by_class
                .entry((&it.class, it.basis.as_deref()))
                .or_default();
            columns.push(&it.column);
        }
        for ((class, basis), columns) in by_class {
            let basis = basis.map_or("**none**".to_owned(), escaped);
            let columns = escaped(&columns.join(", "));
            lines.push(vec![escaped(&table.table), escaped(class), columns, basis]);
        }
    }
    page.table(&["table", "class", "columns", "basis"], lines);
}

fn without_basis(plan: &Plan, page: &mut Markdown) {
    page.heading("Columns without a basis");
    if plan.without_basis.is_empty() {
        page.line("None.");
        return;
    }
    page.line("A cutover refuses them. Who keeps the catalogue has to name a law, a guideline or a decision.\n");
    let lines = plan.without_basis.iter();
    let lines = lines.map(|it| vec![escaped(&it.table), escaped(&it.column), escaped(&it.class)]);
    page.table(&["table", "column", "class"], lines.collect());
}

fn cost(plan: &Plan, page: &mut Markdown) {
    let cost = &plan.cost;
    page.heading("Disk, memory and time");
    page.line(format!(
        "* staging: {} rows, {} bytes on disk, {} bytes of values",
        cost.rows, cost.staged_bytes, cost.value_bytes
    ));
    for it in &cost.store_bytes {
        page.line(format!(
            "* {}: about {} bytes on disk, if its values compress as those of staging did",
            it.store, it.bytes
        ));
    }
    page.line(format!(
        "* sorts may hold {} bytes, on {} threads (`[limits]`); beyond it they go to `custody/tmp`",
        cost.memory, cost.threads
    ));
    for it in &cost.measured {
        page.line(format!(
            "* the last {} took {} s, by the job's journal",
            it.stage, it.seconds
        ));
    }
    if cost.measured.is_empty() {
        page.line("* time: not known");
    }
}

fn rerun(plan: &Plan, page: &mut Markdown) {
    page.heading("What a rerun does again");
    for it in &plan.rerun {
        let what = if it.stands { "stands" } else { "is done again" };
        page.line(format!("* {} {what}: {}", it.stage, escaped(&it.why)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_no_cell_no_line_and_begins_no_tag() {
        assert_eq!(
            escaped("a|b\n<script>`x`_ snake_case \u{1b}[2K"),
            "a\\|b &lt;script&gt;\\`x\\`\\_ snake_case \\[2K"
        );
    }
}
