//! How SQL is written here: every name quoted and qualified, so that no name can be taken for a keyword or,
//! by SQLite's old courtesy, for a text.

use bunri_catalogue::{Column, Table};

/// Whether SQLite may take another way to the rows than the table itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// The table itself: an index that lost a row must not hide it.
    TableOnly,
    /// Whatever SQLite likes (views take nothing else).
    Any,
}

/// A name as SQL writes it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A column of the table that [`from`] names.
pub(crate) fn column(column: &Column) -> String {
    format!("t.{}", quoted(&column.name))
}

/// The table under the name `t`.
pub(crate) fn named(table: &Table, access: Access) -> String {
    let hint = match access {
        Access::TableOnly => " NOT INDEXED",
        Access::Any => "",
    };
    format!("main.{} AS t{hint}", quoted(&table.name))
}

/// `FROM` with the table under the name `t`.
pub(crate) fn from(table: &Table, access: Access) -> String {
    format!("FROM {}", named(table, access))
}

/// `SELECT` of every column, in catalogue order.
pub(crate) fn select_all(table: &Table, access: Access) -> String {
    select_all_from(table, &from(table, access))
}

/// `SELECT` of every column of `t`, which `from` brings in or will.
pub(crate) fn select_all_from(table: &Table, from: &str) -> String {
    let columns: Vec<String> = table.columns.iter().map(column).collect();
    format!("SELECT {} {from}", columns.join(", "))
}
