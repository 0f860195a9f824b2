//! The query that the legacy team is asked to run: one table, quoted names, the words of its database.

use bunri_catalogue::{Column, Table};
use bunri_types::ValueType;

use crate::amount::units;
use crate::raw::Form;
use crate::shape::{MONTH, Shape};

/// Whose words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQL:1992, as far as it goes.
    Standard,
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgresql,
    /// Oracle.
    Oracle,
}

/// The query of one control, with its name in a comment.
#[must_use]
pub fn query(name: &str, shape: &Shape, table: &Table, dialect: Dialect) -> String {
    let words = Words { dialect };
    let by = shape.by.iter().map(|&at| {
        let column = &table.columns[at];
        (words.part(column), column.name.as_str())
    });
    let month = shape.month_of.iter();
    let month = month.map(|&at| (words.month(&table.columns[at]), MONTH));
    let groups: Vec<(String, &str)> = by.chain(month).collect();
    let sums = shape.sums.iter().map(|&at| {
        let column = &table.columns[at];
        (words.sum(column), column.name.as_str())
    });
    let count = std::iter::once(("COUNT(*)".to_owned(), "count"));
    let figures = count.chain(sums);
    let selected = groups
        .iter()
        .cloned()
        .chain(figures)
        .map(|(expression, header)| format!("  {expression} AS {}", quoted(header)));
    let selected: Vec<String> = selected.collect();
    let mut query = format!(
        "-- control {name}\nSELECT\n{}\nFROM {}",
        selected.join(",\n"),
        words.table(&table.name)
    );
    if !groups.is_empty() {
        let expressions: Vec<&str> = groups.iter().map(|(it, _)| it.as_str()).collect();
        let numbers: Vec<String> = (1..=groups.len()).map(|it| it.to_string()).collect();
        query += &format!(
            "\nGROUP BY\n  {}\nORDER BY {}",
            expressions.join(",\n  "),
            numbers.join(", ")
        );
    }
    query + ";\n"
}

struct Words {
    dialect: Dialect,
}

impl Words {
    /// PostgreSQL's tables of other schemas are called `schema.table`.
    fn table(&self, name: &str) -> String {
        match (self.dialect, name.split_once('.')) {
            (Dialect::Postgresql, Some((schema, table))) => {
                format!("{}.{}", quoted(schema), quoted(table))
            }
            _ => quoted(name),
        }
    }

    fn part(&self, column: &Column) -> String {
        let name = quoted(&column.name);
        let value = match column.value_type {
            ValueType::Text => format!("NULLIF({name}, '')"),
            _ => name,
        };
        unless_nothing(column, value)
    }

    fn month(&self, column: &Column) -> String {
        let Some(form) = Form::of(column) else {
            let word = column.value_type.word();
            return format!(
                "/* write here, as YYYY-MM, the month of {}, which is {} */",
                quoted(&column.name),
                comment(&word)
            );
        };
        let name = quoted(&column.name);
        let separator = form.separator();
        let month = match (self.dialect, separator) {
            (Dialect::Oracle, "-") => {
                format!("TO_CHAR({name}, 'YYYY-MM') /* of text: SUBSTR({name}, 1, 7) */")
            }
            (_, "-") => self.cut(&name, 1, 7),
            (_, separator) => {
                let month = 5 + separator.len();
                let (year, month) = (self.cut(&name, 1, 4), self.cut(&name, month, 2));
                format!("{year} || '-' || {month}")
            }
        };
        let open = &column.reading.open;
        let month = if open.is_empty() {
            month
        } else {
            let list = literals(column, open);
            format!("CASE WHEN {name} IN ({list}) THEN '9999-12' ELSE {month} END")
        };
        unless_nothing(column, month)
    }

    /// A piece of a value's text.
    fn cut(&self, name: &str, from: usize, length: usize) -> String {
        let text = format!("CAST({name} AS VARCHAR(30))");
        match self.dialect {
            Dialect::Standard | Dialect::Postgresql => {
                format!("SUBSTRING({text} FROM {from} FOR {length})")
            }
            Dialect::Sqlite | Dialect::Oracle => format!("SUBSTR({text}, {from}, {length})"),
        }
    }

    fn sum(&self, column: &Column) -> String {
        let value = unless_nothing(column, quoted(&column.name));
        let scale = usize::from(column.value_type.scale());
        match self.dialect {
            // Its decimals are binary numbers, or texts; whole units have an exact sum.
            Dialect::Sqlite if scale > 0 => {
                let unit = format!("1{}", "0".repeat(scale));
                let units = format!("SUM(CAST(ROUND({value} * {unit}) AS INTEGER))");
                format!("printf('%.{scale}f', COALESCE({units}, 0) / {unit}.0)")
            }
            // Else half a kWh is written .5, or with a comma.
            Dialect::Oracle => {
                let fraction = match scale {
                    0 => String::new(),
                    scale => format!(".{}", "0".repeat(scale)),
                };
                let whole = "9".repeat(37 - scale);
                format!("TO_CHAR(COALESCE(SUM({value}), 0), 'FM{whole}0{fraction}')")
            }
            Dialect::Standard | Dialect::Sqlite | Dialect::Postgresql => {
                format!("COALESCE(SUM({value}), 0)")
            }
        }
    }
}

/// NULL where the value means nothing, as it is staged.
fn unless_nothing(column: &Column, value: String) -> String {
    let nothing: Vec<String> = column.reading.nothing.clone();
    // An empty text is nothing in any group.
    let nothing: Vec<String> = nothing.into_iter().filter(|it| !it.is_empty()).collect();
    if nothing.is_empty() {
        return value;
    }
    let list = literals(column, &nothing);
    let name = quoted(&column.name);
    format!("CASE WHEN {name} IN ({list}) THEN NULL ELSE {value} END")
}

fn literals(column: &Column, literals: &[String]) -> String {
    let number = matches!(
        column.value_type,
        ValueType::Int | ValueType::Decimal { .. }
    );
    let written = literals.iter().map(|literal| {
        if number && units(literal, 38).is_ok() {
            literal.clone()
        } else {
            format!("'{}'", literal.replace('\'', "''"))
        }
    });
    written.collect::<Vec<String>>().join(", ")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Nothing ends a comment in it.
fn comment(text: &str) -> String {
    text.replace("*/", "* /")
}
