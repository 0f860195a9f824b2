//! Cells of another time: no key, nothing of the retailer's own, each column in one group, in a table whose rows can be own.

use std::collections::BTreeSet;

use bunri_text::Log;

use crate::draft::TableDraft;
use crate::grant::possible_ownerships;
use crate::model::{Class, Ownership, RowRule, Table};

/// Checks every group of a table.
pub(crate) fn check(table: &Table, draft: &TableDraft, log: &mut Log) {
    let mut seen = BTreeSet::new();
    for group in &table.cells {
        for &column in &group.columns {
            let written = &draft.columns[column];
            let name = &written.name.value;
            let mut refuse = |why: &str| log.refuse(written.name.spot, format!("`{name}` {why}"));
            if table.key.contains(&column) {
                refuse("belongs to the key: a row has one key, whatever time its cells speak of");
            }
            let classes = table.columns[column].class.possible();
            if classes.contains(&Class::RetailOnly) {
                refuse(
                    "is `retail_only`: the retailer's own business is its own at any time, so it has no `rows` of its own",
                );
            }
            if !seen.insert(column) {
                refuse("has two rules of its own: one column speaks of one time");
            }
            if group.rows == RowRule::Reference || group.rows == RowRule::AllRetail {
                refuse("has a rule of its own that withholds nothing: leave it out");
            }
            if !possible_ownerships(table).contains(&Ownership::Own) {
                refuse("has a rule of its own in a table whose rows are never own: leave it out");
            }
        }
    }
}
