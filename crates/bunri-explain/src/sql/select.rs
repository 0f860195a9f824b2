//! A query under construction, and how it is laid out on the page.

use std::fmt;

use super::text::{hang, stacked};

/// `SELECT … FROM … WHERE …`.
#[derive(Debug, Default)]
pub(super) struct Select {
    /// Expressions with their names.
    pub(super) what: Vec<String>,
    pub(super) from: String,
    /// Each with its `ON`.
    pub(super) joins: Vec<String>,
    pub(super) filter: Option<String>,
    /// `GROUP BY`, `ORDER BY`.
    pub(super) tail: Vec<String>,
}

impl fmt::Display for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            from,
            joins,
            filter,
            tail,
        } = self;
        match what.as_slice() {
            [one] if !one.contains('\n') => write!(f, "SELECT {one}")?,
            _ => write!(f, "SELECT\n{}", stacked(what, 2))?,
        }
        write!(f, "\nFROM {}", hang(from, 5))?;
        for join in joins {
            write!(f, "\n{join}")?;
        }
        if let Some(filter) = filter {
            write!(f, "\nWHERE {}", hang(filter, 6))?;
        }
        tail.iter().try_for_each(|part| write!(f, "\n{part}"))
    }
}

/// Named steps before a query: `WITH name AS (…)`.
#[derive(Debug, Default)]
pub(super) struct Steps(Vec<String>);

impl Steps {
    /// Further steps after these.
    pub(super) fn append(&mut self, later: Steps) {
        self.0.extend(later.0);
    }

    /// A further step, with a sentence that says what it is.
    pub(super) fn add(&mut self, name: &str, says: &str, query: impl fmt::Display) {
        let query = format!("  {}", hang(&query.to_string(), 2));
        self.0.push(format!("-- {says}\n{name} AS (\n{query}\n)"));
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        writeln!(f, "WITH\n{}", self.0.join(",\n"))
    }
}
