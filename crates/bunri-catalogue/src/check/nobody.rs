//! What no company gets: columns that are discarded, or that every row sends to the quarantine, and tables of nothing else.

use bunri_text::{Lint, Log};

use crate::draft::TableDraft;
use crate::grant::{reaches_nobody, store_columns};
use crate::model::{Class, Store, Table};

/// Checks one table: each column for itself, or the table as a whole.
pub(crate) fn check(table: &Table, draft: &TableDraft, log: &mut Log) {
    let lost = reaches_nobody(table);
    if lost.len() == table.columns.len() {
        if table.basis.is_none() {
            let message = "no company gets anything of this table: state a `basis` for it, or give its columns other classes";
            log.lint(Lint::GoesToNobody, draft.spot, message);
        }
        return;
    }
    for column in lost {
        let one = &table.columns[column];
        // A person reads it, and says whose it is: that is what the class is for.
        let read_by_a_person = one.class.possible().contains(&Class::Hold);
        if one.basis.is_some() || read_by_a_person {
            continue;
        }
        let end = if store_columns(table, Store::Quarantine).contains(&column) {
            "goes to the quarantine on every row"
        } else {
            "is counted and not migrated"
        };
        let message = format!(
            "no company gets `{}`: it {end}; state a `basis` on the column, or give it another class",
            one.name
        );
        log.lint(Lint::GoesToNobody, draft.columns[column].name.spot, message);
    }
}
