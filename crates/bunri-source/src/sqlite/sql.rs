//! How SQL is written here: every name quoted and qualified, so that no name can be taken for a keyword or,
//! by SQLite's old courtesy, for a text.

use bunri_catalogue::{Column, Table};

use bunri_source_model::ObjectKind;

/// A name as SQL writes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A column of the table that [`from`] names.
pub(super) fn column(column: &Column) -> String {
    format!("t.{}", quoted(&column.name))
}

/// The object under the name `t`. Of a table the table itself is read: an index that lost a row must not hide it. A view
/// takes no such hint.
pub(super) fn named(table: &Table, kind: ObjectKind) -> String {
    let hint = match kind {
        ObjectKind::Table => " NOT INDEXED",
        ObjectKind::View => "",
    };
    format!("main.{} AS t{hint}", quoted(&table.name))
}

/// `FROM` with the table under the name `t`.
pub(super) fn from(table: &Table, kind: ObjectKind) -> String {
    format!("FROM {}", named(table, kind))
}

/// `FROM` with the table under the name `t`, by whatever index SQLite likes: for an order alone, never for a value.
pub(super) fn from_any_index(table: &Table) -> String {
    format!("FROM main.{} AS t", quoted(&table.name))
}

/// `SELECT` of every column of `t`, in catalogue order; `from` brings `t` in, or what follows does.
pub(super) fn select_all(table: &Table, from: &str) -> String {
    let columns: Vec<String> = table.columns.iter().map(column).collect();
    format!("SELECT {} {from}", columns.join(", "))
}
