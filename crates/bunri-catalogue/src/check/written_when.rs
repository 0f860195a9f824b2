//! What was written in somebody else's time about a customer who is the incumbent's now: where personal data would go to
//! retail, a person says what holds of it.

use bunri_text::{Lint, Log};

use crate::draft::{KnownAtDraft, TableDraft};
use crate::grant::{granted, possible_classes};
use crate::model::{Category, Ownership, Store, Table};

/// Asks for `early` where it matters.
pub(crate) fn check(table: &Table, draft: &TableDraft, log: &mut Log) {
    let Some(known_at) = &draft.known_at else {
        return;
    };
    let KnownAtDraft::Column { early: None, .. } = known_at.value else {
        return;
    };
    let goes = |column: usize| {
        let opened = table.any_retailer_on_other_rows;
        possible_classes(table, column, Ownership::Own)
            .into_iter()
            .any(|class| granted(Store::Retail, Ownership::Own, class, opened))
    };
    let personal = (0..table.columns.len())
        .find(|&column| table.columns[column].category == Some(Category::Personal) && goes(column));
    if let Some(column) = personal {
        let message = format!(
            "`early` is missing: `{}` is personal and goes to retail, so say what holds of a row that was written before the \
             incumbent's supply began (\"own\", \"undecided\" or {{ days = 60 }})",
            table.columns[column].name
        );
        log.lint(Lint::EarlyUnsaid, known_at.spot, message);
    }
}
