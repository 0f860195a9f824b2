//! The catalogue in plain words: for each table, whose its rows are and which cells go where. It reads the same
//! tables of grants as the checks do, so it cannot tell another story than the split.

mod destinations;
mod rules;
mod sql;

use std::collections::BTreeMap;
use std::fmt::Write as _;

pub use sql::{SqlInputs, explain_sql};

use bunri_catalogue::{
    Bound, Catalogue, Class, ClassRule, Column, Condition, IgnoredObject, IncumbentCode, Reference,
    Subject, Table, ViewOf, ViewRows, When,
};
use bunri_types::day_text;

/// Lines of text under construction. Writing to a String cannot fail, so the result is dropped in one place.
#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, indent: usize, text: impl AsRef<str>) {
        let _ = writeln!(self.0, "{:indent$}{}", "", text.as_ref());
    }
}

/// Says for each table, in words, which rows and cells go where.
#[must_use]
pub fn explain(catalogue: &Catalogue) -> String {
    let mut page = Page::default();
    heading(catalogue, &mut page);
    for table in &catalogue.tables {
        page.line(0, "");
        explain_table(catalogue, table, &mut page);
    }
    page.0
}

/// What holds for every table, line by line: the incumbent's codes, the ledgers, what is not read, what refers to what.
#[must_use]
pub fn terms_in_words(catalogue: &Catalogue) -> Vec<String> {
    let mut page = Page::default();
    terms(catalogue, &mut page);
    lines_of(&page)
}

/// The rules of one table, line by line: whose its rows are, when they were written, cells of another time, conditions. Classes and
/// where cells go are not among them.
#[must_use]
pub fn rules_in_words(catalogue: &Catalogue, table: &Table) -> Vec<String> {
    let mut page = Page::default();
    table_head(catalogue, table, &mut page);
    table_conditions(catalogue, table, &mut page);
    lines_of(&page)
}

fn lines_of(page: &Page) -> Vec<String> {
    page.0.lines().map(|line| line.trim().to_owned()).collect()
}

fn heading(catalogue: &Catalogue, page: &mut Page) {
    let Catalogue {
        name,
        version,
        digest,
        ..
    } = catalogue;
    page.line(
        0,
        format!("Catalogue {name}, version {version}, BLAKE3 {digest}"),
    );
    terms(catalogue, page);
}

fn terms(catalogue: &Catalogue, page: &mut Page) {
    let codes: Vec<String> = catalogue.incumbent.iter().map(incumbent).collect();
    page.line(
        0,
        format!("The incumbent retailer is {}.", codes.join(", ")),
    );
    if !catalogue.vacant.is_empty() {
        let vacant: Vec<String> = catalogue.vacant.iter().map(|code| quoted(code)).collect();
        page.line(
            0,
            format!(
                "A point with the code {} is vacant: nobody's, so other.",
                vacant.join(" or ")
            ),
        );
    }
    rules::ledgers(catalogue, page);
    rules::cutover(page);
    for IgnoredObject { object, basis } in &catalogue.ignored {
        page.line(
            0,
            format!("{} of the source is not read: {basis}.", quoted(object)),
        );
    }
    for reference in &catalogue.references {
        page.line(0, refers(catalogue, reference));
    }
}

fn refers(catalogue: &Catalogue, reference: &Reference) -> String {
    let Reference {
        table,
        columns,
        to,
        references,
        basis,
    } = reference;
    let side = |table: usize, columns: &[usize]| {
        let table = &catalogue.tables[table];
        let names = columns
            .iter()
            .map(|&column| &table.columns[column].name[..]);
        (&table.id, names.collect::<Vec<_>>().join(", "))
    };
    let ((own, columns), (other, references)) = (side(*table, columns), side(*to, references));
    let basis = basis
        .as_ref()
        .map(|basis| format!(" ({basis})"))
        .unwrap_or_default();
    format!(
        "{own} refers by {columns} to {references} of {other}{basis}: rows of a store that find none there are counted."
    )
}

fn view_of(view: &ViewOf) -> String {
    let tables = view.tables.join(", ");
    match &view.rows {
        ViewRows::OneForEach(each) => format!(
            "It is a view of {tables}, with one row for each row of {}.",
            each.join(", ")
        ),
        ViewRows::Reasoned(basis) => {
            format!("It is a view of {tables}, with rows of its own number: {basis}.")
        }
    }
}

fn incumbent(code: &IncumbentCode) -> String {
    let mut text = quoted(&code.code);
    if let Some(from) = code.from {
        let _ = write!(text, " from {}", day_text(from));
    }
    if let Some(until) = code.until {
        let _ = write!(text, " until {} (inclusive)", day_text(until));
    }
    text
}

/// What stands in a column otherwise than it says: stamps of ends, values that mean nothing or "no end yet".
fn readings(table: &Table, page: &mut Page) {
    let named_where = |is: fn(&Column) -> bool| {
        let columns: Vec<usize> = (0..table.columns.len())
            .filter(|&column| is(&table.columns[column]))
            .collect();
        (!columns.is_empty()).then(|| named(table, &columns))
    };
    if let Some(stamps) = named_where(|column| column.reading.moment.is_end_stamp()) {
        let line =
            format!("Stamps of an interval's end, of the day of the microsecond before: {stamps}.");
        page.line(2, line);
    }
    for column in &table.columns {
        let lists = [
            (&column.reading.nothing, "nothing"),
            (&column.reading.open, "no end yet"),
        ];
        for (values, meaning) in lists.into_iter().filter(|(values, _)| !values.is_empty()) {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            let line = format!(
                "`{}`: {} means {meaning}.",
                column.name,
                values.join(" or ")
            );
            page.line(2, line);
        }
    }
}

fn explain_table(catalogue: &Catalogue, table: &Table, page: &mut Page) {
    if table.id == table.name {
        page.line(0, format!("Table {}", table.id));
    } else {
        page.line(
            0,
            format!("Table {} ({} in the source)", table.id, table.name),
        );
    }
    table_head(catalogue, table, page);
    classes(table, page);
    table_conditions(catalogue, table, page);
    destinations::destinations(table, page);
}

fn table_head(catalogue: &Catalogue, table: &Table, page: &mut Page) {
    if let Some(view) = &table.view_of {
        page.line(2, view_of(view));
    }
    rules::rows(catalogue, table, page);
    rules::known_at(table, page);
    readings(table, page);
    match table.key.as_slice() {
        [] => page.line(2, "Key: none; equal rows are counted."),
        key => page.line(2, format!("Key: {}.", named(table, key))),
    }
}

fn table_conditions(catalogue: &Catalogue, table: &Table, page: &mut Page) {
    rules::cells(catalogue, table, page);
    for (position, when) in table.when.iter().enumerate() {
        explain_when(catalogue, table, (position, when), page);
    }
}

/// Columns by class, in the order of the classes; those decided by a value after them.
fn classes(table: &Table, page: &mut Page) {
    let mut fixed: BTreeMap<Class, Vec<usize>> = BTreeMap::new();
    for (position, column) in table.columns.iter().enumerate() {
        if let ClassRule::Fixed(class) = column.class {
            fixed.entry(class).or_default().push(position);
        }
    }
    for (class, columns) in fixed {
        page.line(
            2,
            format!(
                "{} ({}): {}.",
                class.word(),
                class.term(),
                named(table, &columns)
            ),
        );
    }
    for column in &table.columns {
        by_value(table, column, page);
    }
    for column in &table.columns {
        if let Some(name) = &column.rekey {
            let text = format!(
                "Retail gets a keyed hash instead of `{}` ({name}).",
                column.name
            );
            page.line(2, text);
        }
    }
}

fn by_value(table: &Table, column: &Column, page: &mut Page) {
    let ClassRule::ByValue {
        column: by,
        cases,
        otherwise,
        ..
    } = &column.class
    else {
        return;
    };
    let by = &table.columns[*by].name;
    let class = |class: Class| format!("{} ({})", class.word(), class.term());
    page.line(2, format!("Decided by `{by}`: `{}` is", column.name));
    for (value, of_value) in cases {
        page.line(
            4,
            format!("{} where `{by}` is {},", class(*of_value), quoted(value)),
        );
    }
    page.line(4, format!("{} elsewhere.", class(*otherwise)));
}

fn explain_when(
    catalogue: &Catalogue,
    table: &Table,
    (position, when): (usize, &When),
    page: &mut Page,
) {
    let where_met = where_met(catalogue, table, when);
    let rows: Vec<&str> = when.rows.iter().map(|row| row.word()).collect();
    let changes: Vec<String> = when
        .change
        .iter()
        .map(|(from, to)| format!("{} becomes {}", from.word(), to.word()))
        .collect();
    let only = when.columns.as_ref().map_or_else(String::new, |columns| {
        let columns: Vec<usize> = columns.iter().copied().collect();
        format!(" in {}", named(table, &columns))
    });
    let rows = rows.join(", ");
    page.line(
        2,
        format!(
            "Condition {}: where {where_met}, on rows that are {rows}: {}{only} ({}).",
            position + 1,
            changes.join(", "),
            when.basis
        ),
    );
}

/// What the row or its parents meet.
fn where_met(catalogue: &Catalogue, table: &Table, when: &When) -> String {
    let said = |column: &Column| {
        let condition = condition(&when.condition, column.value_type.scale());
        format!("{condition}, or is NULL")
    };
    match when.subject {
        Subject::Row { column } => {
            let column = &table.columns[column];
            format!("`{}` {}", column.name, said(column))
        }
        Subject::Parents { leaf, column } => {
            let parents = table.parent_rule(leaf).map(|rule| {
                let parent = &catalogue.tables[rule.table];
                let column = &parent.columns[column];
                format!(
                    "`{}` of any of its rows of {} {}, or none of them is there, or one was rejected",
                    column.name,
                    parent.id,
                    said(column)
                )
            });
            parents.unwrap_or_default()
        }
    }
}

fn condition(condition: &Condition, scale: u8) -> String {
    let listed = |values: &[String], word: &str| {
        let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        values.join(word)
    };
    match condition {
        Condition::In { values, .. } => format!("is {}", listed(values, " or ")),
        Condition::NotIn { values, .. } => match values.as_slice() {
            [one] => format!("is not {}", quoted(one)),
            several => format!("is neither {}", listed(several, " nor ")),
        },
        Condition::Within { at_least, below } => {
            let side = |word: &str, bound: &Option<Bound>| {
                bound.map(|one| format!("{word} {}", bound_text(one, scale)))
            };
            let sides: Vec<String> = [side("at least", at_least), side("below", below)]
                .into_iter()
                .flatten()
                .collect();
            format!("is {}", sides.join(" and "))
        }
    }
}

fn bound_text(bound: Bound, scale: u8) -> String {
    match bound {
        Bound::Unscaled(unscaled) => decimal(unscaled, scale),
        Bound::Day(day) => day_text(day),
        Bound::Cutover => "the day of the cutover".to_owned(),
    }
}

fn decimal(unscaled: i128, scale: u8) -> String {
    let sign = if unscaled < 0 { "-" } else { "" };
    let scale = usize::from(scale);
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

fn named(table: &Table, columns: &[usize]) -> String {
    let names: Vec<String> = columns
        .iter()
        .map(|&column| format!("`{}`", table.columns[column].name))
        .collect();
    names.join(", ")
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use bunri_catalogue::Compare;

    #[test]
    fn a_condition_reads_as_it_was_written() {
        let texts = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
        let compare = Compare::Exact;
        let is_in = |values: &[&str]| Condition::In {
            values: texts(values),
            compare,
        };
        let not_in = |values: &[&str]| Condition::NotIn {
            values: texts(values),
            compare,
        };
        let within = |at_least, below| Condition::Within { at_least, below };
        for (written, said) in [
            (is_in(&["S6", "S7"]), "is \"S6\" or \"S7\""),
            (not_in(&["low"]), "is not \"low\""),
            (not_in(&["low", "high"]), "is neither \"low\" nor \"high\""),
            (within(Some(Bound::Unscaled(5000)), None), "is at least 500"),
            (within(None, Some(Bound::Unscaled(-5))), "is below -0.5"),
            (
                within(Some(Bound::Cutover), Some(Bound::Day(20_544))),
                "is at least the day of the cutover and below 2026-04-01",
            ),
        ] {
            assert_eq!(condition(&written, 1), said);
        }
    }

    #[test]
    fn a_bound_reads_as_it_was_written() {
        assert_eq!(decimal(5000, 1), "500");
        assert_eq!(decimal(-5, 1), "-0.5");
        assert_eq!(decimal(7, 0), "7");
        assert_eq!(decimal(-120, 3), "-0.12");
    }
}
