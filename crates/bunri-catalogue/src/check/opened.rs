//! Opened tables: customers of 500 kW and more are not in the switching system, so no other retailer sees them there, and
//! their rows stay out of retail.

use bunri_text::{Lint, Log};

use crate::model::{Class, Ownership, Table, When};
use crate::resolve::Resolved;

/// Checks every table that `[release]` opens.
pub(crate) fn check(resolved: &Resolved, log: &mut Log) {
    for opened in &resolved.opened {
        let Some(table) = &resolved.tables[opened.table] else {
            continue;
        };
        let takes_back = |when: &When| takes_back(table, when);
        if opened.has_basis || table.when.iter().any(takes_back) {
            continue;
        }
        let message = format!(
            "`{id}` is opened whatever the customer's size, and 500 kW and more is not in the switching system: add `[[when]]` \
             with `rows = [\"other\"]` and `change = {{ any_retailer = \"transmission_only\" }}` where the row says how large the \
             customer is, or write `{{ table = \"{id}\", basis = \"…\" }}`",
            id = table.id
        );
        log.lint(Lint::OpenedWithoutSize, opened.spot, message);
    }
}

/// Whether a condition withholds every `any_retailer` cell of other rows that meet it.
fn takes_back(table: &Table, when: &When) -> bool {
    let opens = |column: &usize| {
        let classes = table.columns[*column].class.possible();
        classes.contains(&Class::AnyRetailer)
    };
    when.rows.contains(&Ownership::Other)
        && (0..table.columns.len())
            .filter(opens)
            .all(|column| when.changed(column, Class::AnyRetailer) != Class::AnyRetailer)
}
