//! `else` of a class by value: what nobody listed goes nowhere where a listed value does not.

use bunri_text::{Lint, Log};

use crate::draft::TableDraft;
use crate::grant::{granted, possible_ownerships};
use crate::model::{Class, ClassRule, Ownership, Store, Table};

/// Checks every column of a table.
pub(crate) fn check(table: &Table, draft: &TableDraft, log: &mut Log) {
    let rows = possible_ownerships(table);
    for (column, written) in table.columns.iter().zip(&draft.columns) {
        let ClassRule::ByValue {
            cases, otherwise, ..
        } = &column.class
        else {
            continue;
        };
        let stricter = cases.iter().find_map(|(value, class)| {
            Some((value, class, goes_beyond(*otherwise, *class, rows)?))
        });
        let (Some((value, class, store)), None) = (stricter, &column.basis) else {
            continue;
        };
        let message = format!(
            "`else` of `{}` is `{}`, and the case \"{}\" is `{}`: a value that nobody listed would go to {} where that one does \
             not; write `else = \"{}\"`, or state a `basis` on the column",
            column.name,
            otherwise.word(),
            value.escape_debug(),
            class.word(),
            store.word(),
            strictest(cases, rows).word()
        );
        log.lint(Lint::ElseLooser, written.name.spot, message);
    }
}

/// The first store that gets cells of one class, on some of these rows, and not those of the other. As if the table were
/// opened: a class is what the regulator says, and tables are opened later.
fn goes_beyond(one: Class, other: Class, rows: &[Ownership]) -> Option<Store> {
    let differs = |store: &Store| {
        rows.iter().any(|&ownership| {
            granted(*store, ownership, one, true) && !granted(*store, ownership, other, true)
        })
    };
    [Store::Retail, Store::Transmission]
        .into_iter()
        .find(differs)
}

/// The first of the listed classes that goes nowhere where another does not. Where each company has something of its own
/// there is none, and a person reads what nobody listed.
fn strictest(cases: &[(String, Class)], rows: &[Ownership]) -> Class {
    let goes_nowhere_else = |class: &Class| {
        cases
            .iter()
            .all(|(_, case)| goes_beyond(*class, *case, rows).is_none())
    };
    let mut classes = cases.iter().map(|(_, class)| *class);
    classes.find(goes_nowhere_else).unwrap_or(Class::Hold)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strictest_of(classes: &[Class]) -> Class {
        let cases: Vec<_> = classes
            .iter()
            .map(|&class| (class.word().to_owned(), class))
            .collect();
        let rows = [Ownership::Own, Ownership::Other, Ownership::Undecided];
        strictest(&cases, &rows)
    }

    #[test]
    fn the_strictest_case_is_the_one_that_no_store_gets_more_of() {
        use Class::{AnyRetailer, Hold, OwnCustomer, RetailOnly, TransmissionOnly};
        assert_eq!(strictest_of(&[AnyRetailer, OwnCustomer]), OwnCustomer);
        assert_eq!(
            strictest_of(&[TransmissionOnly, OwnCustomer]),
            TransmissionOnly
        );
        // What one company must not have, the other must not have either.
        assert_eq!(strictest_of(&[RetailOnly, OwnCustomer]), RetailOnly);
        assert_eq!(strictest_of(&[RetailOnly, TransmissionOnly]), Hold);
    }
}
