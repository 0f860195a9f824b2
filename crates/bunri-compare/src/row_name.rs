//! How a row is named in a finding: by its key, or by its number where the key is a personal value.

use bunri_redecide::Layout;

/// A row's name: its key, or its number (from 1) where the key is a personal value.
pub fn row_name(
    layout: &Layout<'_>,
    whose: &str,
    number: u64,
    value: impl Fn(usize) -> String,
) -> String {
    if !layout.table.is_named_by_key() {
        return format!("{whose} row {}", number + 1);
    }
    let part = |&position: &usize| {
        let name = &layout.table.columns[layout.columns[position]].name;
        format!("{name}={}", value(position))
    };
    layout.key.iter().map(part).collect::<Vec<_>>().join(" ")
}
