//! What is said of a key that is none, by whoever finds it first.

use bunri_catalogue::Table;

/// What is said of a column of the key in which so many rows have NULL.
#[must_use]
pub fn null_in_key(table: &Table, column: usize, rows: u64) -> String {
    format!(
        "source table \"{}\", column \"{}\": {rows} rows have NULL in this column of the key; correct `key` in tables/{}.toml",
        table.name, table.columns[column].name, table.id
    )
}

/// What is said of so many rows that share their key with another one; `first`: where the first stands, if somebody knows.
#[must_use]
pub fn doubled_key(table: &Table, rows: u64, first: Option<&str>) -> String {
    let key = key_names(table);
    let first = first.map_or(String::new(), |first| format!(", {first}"));
    format!(
        "source table \"{}\": {rows} rows share their key ({key}) with another row{first}; correct `key` in \
         tables/{}.toml (or `key = \"none\"` for a multiset)",
        table.name, table.id
    )
}

/// The columns of a key as a person names them.
#[must_use]
pub fn key_names(table: &Table) -> String {
    let names: Vec<&str> = table
        .key
        .iter()
        .map(|&column| table.columns[column].name.as_str())
        .collect();
    names.join(", ")
}
