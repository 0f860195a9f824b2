//! A row that goes to retail or transmission takes its whole key along. Without this rule a store would hold
//! cells that nobody, and no verification, could match with the row they came from.

use std::collections::BTreeSet;

use bunri_text::Log;

use crate::draft::TableDraft;
use crate::grant::{granted, possible_ownerships};
use crate::model::{Class, Ownership, Store, Table};

/// Checks both stores; one message a store is enough, the first case stands for the others.
pub(crate) fn check(table: &Table, draft: &TableDraft, log: &mut Log) {
    for store in [Store::Retail, Store::Transmission] {
        if let Some((spot, message)) =
            first_gap(table, store).map(|gap| gap.say(table, draft, store))
        {
            log.refuse(spot, message);
        }
    }
}

/// A granted cell whose row's key is not granted.
struct Gap {
    ownership: Ownership,
    column: usize,
    key: usize,
    key_class: Class,
    /// The conditions that hold, by position.
    holding: Vec<usize>,
}

fn first_gap(table: &Table, store: Store) -> Option<Gap> {
    for &ownership in possible_ownerships(table) {
        for holding in subsets(table, ownership) {
            if let Some(gap) = gap_in(table, store, ownership, holding) {
                return Some(gap);
            }
        }
    }
    None
}

/// Every combination of the conditions that speak of such rows; the empty one first.
fn subsets(table: &Table, ownership: Ownership) -> Vec<Vec<usize>> {
    let mut subsets = vec![Vec::new()];
    for (position, when) in table.when.iter().enumerate() {
        if when.rows.contains(&ownership) {
            let with: Vec<Vec<usize>> = subsets
                .iter()
                .map(|subset| [subset.as_slice(), &[position]].concat())
                .collect();
            subsets.extend(with);
        }
    }
    subsets
}

fn gap_in(table: &Table, store: Store, ownership: Ownership, holding: Vec<usize>) -> Option<Gap> {
    let goes = |class: Class| granted(store, ownership, class, table.any_retailer_on_other_rows);
    let classes = |column: usize| classes_under(table, column, &holding);
    let column = (0..table.columns.len()).find(|&column| classes(column).into_iter().any(goes))?;
    let withheld = |key: usize| classes(key).into_iter().find(|&class| !goes(class));
    let (key, key_class) = table
        .key
        .iter()
        .find_map(|&key| withheld(key).map(|class| (key, class)))?;
    Some(Gap {
        ownership,
        column,
        key,
        key_class,
        holding,
    })
}

/// The classes a column can have when exactly these conditions hold.
fn classes_under(table: &Table, column: usize, holding: &[usize]) -> BTreeSet<Class> {
    let changed = |class: Class, when: usize| table.when[when].changed(column, class);
    let classes = table.columns[column].class.possible().into_iter();
    classes
        .map(|class| {
            holding
                .iter()
                .fold(class, |class, &when| changed(class, when))
        })
        .collect()
}

impl Gap {
    fn say(&self, table: &Table, draft: &TableDraft, store: Store) -> (bunri_text::Spot, String) {
        let Gap {
            ownership,
            column,
            key,
            key_class,
            holding,
        } = self;
        let conditions: Vec<String> = holding.iter().map(|when| (when + 1).to_string()).collect();
        let under = match conditions.as_slice() {
            [] => String::new(),
            [one] => format!(" when condition {one} holds"),
            many => format!(" when conditions {} hold", many.join(", ")),
        };
        let message = format!(
            "the {} store gets `{}` of {} rows{under}, but not their key: `{}` is `{}` there. A store that \
             gets a row gets its whole key (or the table has `key = \"none\"`)",
            store.word(),
            table.columns[*column].name,
            ownership.word(),
            table.columns[*key].name,
            key_class.word()
        );
        (draft.columns[*key].name.spot, message)
    }
}
