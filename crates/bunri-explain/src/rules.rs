//! The ledger, the row rules and `known_at`, in words.

use super::{Page, named, quoted};
use bunri_catalogue::day_text;
use bunri_catalogue::{
    Catalogue, CodeDay, Compare, KnownAt, LedgerTime, Match, RowRule, Table, UntilIs,
};

/// Where every ownership comes from.
pub(super) fn ledger(catalogue: &Catalogue, page: &mut Page) {
    let ledger = &catalogue.ledger;
    let table = &catalogue.tables[ledger.table];
    let name = |column: usize| &table.columns[column].name;
    page.line(
        0,
        format!(
            "Who supplied which point comes from the ledger {}: point {}, retailer `{}`{}, from `{}` until `{}` \
             ({}).",
            table.id,
            named(table, &ledger.key),
            name(ledger.retailer),
            compared(ledger.compare),
            name(ledger.from),
            name(ledger.until),
            end(ledger.until_is)
        ),
    );
    let mut open: Vec<String> = ledger.open.iter().map(|&day| day_text(day)).collect();
    open.extend(ledger.null_is_open.then(|| "NULL".to_owned()));
    match open.as_slice() {
        [] => page.line(0, "No end means \"still running\"."),
        ends => page.line(
            0,
            format!("Still running: an end of {}.", ends.join(" or ")),
        ),
    }
    if let Some(not_own) = &ledger.not_own_when {
        let values: Vec<String> = not_own.values.iter().map(|value| quoted(value)).collect();
        let (column, values) = (name(not_own.column), values.join(" or "));
        page.line(
            0,
            format!("Not own although the code says so: where `{column}` is {values}."),
        );
    }
}

/// Whose a row is.
pub(super) fn rows(catalogue: &Catalogue, table: &Table, page: &mut Page) {
    match &table.rows {
        RowRule::All(rules) => {
            page.line(
                2,
                "Rows: own only if every one of these says so; other if any says other:",
            );
            for rule in rules {
                page.line(4, format!("{};", sentence(catalogue, table, rule)));
            }
        }
        rule @ (RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::Parent { .. }
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference) => {
            page.line(2, format!("Rows: {}.", sentence(catalogue, table, rule)));
        }
    }
}

fn sentence(catalogue: &Catalogue, table: &Table, rule: &RowRule) -> String {
    let name = |column: usize| &table.columns[column].name;
    match rule {
        RowRule::Ledger(time) => ledger_sentence(table, time),
        RowRule::Column {
            column,
            compare,
            at,
        } => {
            let day = match at {
                Some(CodeDay::Column(day)) => format!(" on the day in `{}`", name(*day)),
                Some(CodeDay::Cutover) => " on the day of the cutover".to_owned(),
                None => String::new(),
            };
            format!(
                "own if the code in `{}`{} is the incumbent's{day}",
                name(*column),
                compared(*compare)
            )
        }
        RowRule::Parent {
            table: parent,
            key,
            references,
            matching,
        } => {
            let parent = &catalogue.tables[*parent];
            let combined = match matching {
                Match::All => "all of them have to agree",
                Match::Any => "one own parent makes the row own",
            };
            format!(
                "as the rows of {} whose {} equals {}; {combined}",
                parent.id,
                named(parent, references),
                named(table, key)
            )
        }
        RowRule::All(rules) => {
            let parts: Vec<String> = rules
                .iter()
                .map(|rule| sentence(catalogue, table, rule))
                .collect();
            parts.join("; ")
        }
        RowRule::AllTransmission => "every row is the transmission operator's (other)".to_owned(),
        RowRule::AllRetail => "every row is the incumbent retailer's (own)".to_owned(),
        RowRule::Reference => "a public code table; both companies get every row".to_owned(),
    }
}

fn ledger_sentence(table: &Table, time: &LedgerTime) -> String {
    let name = |column: usize| &table.columns[column].name;
    match time {
        LedgerTime::During {
            from,
            until,
            until_is,
        } => format!(
            "own if the incumbent supplied the point on every day from `{}` until `{}` ({}), other if on none, \
             else undecided",
            name(*from),
            name(*until),
            end(*until_is)
        ),
        LedgerTime::At { column } => {
            format!(
                "own if the incumbent supplied the point on the day in `{}`",
                name(*column)
            )
        }
        LedgerTime::AtCutover => {
            "own if the incumbent supplies the point on the day of the cutover".to_owned()
        }
        LedgerTime::AtSlot { date, slot } => format!(
            "own if the incumbent supplied the point on the day in `{}` (half-hour `{}`; 48 belongs to its own \
             day)",
            name(*date),
            name(*slot)
        ),
    }
}

/// What happens to rows that the next supplier may have written.
pub(super) fn known_at(table: &Table, page: &mut Page) {
    match &table.known_at {
        KnownAt::NotNeeded => {}
        KnownAt::None { basis } => {
            page.line(2, format!("Written when: not asked ({basis})."));
        }
        KnownAt::Column { column, grace_days } => {
            let column = &table.columns[*column].name;
            page.line(
                2,
                format!(
                    "Written when: `{column}`. A row written while somebody else supplied is other, whatever it \
                     describes."
                ),
            );
            if *grace_days > 0 {
                page.line(
                    4,
                    format!("Except a value of an own period written up to {grace_days} days after its end."),
                );
            }
        }
    }
}

fn end(until_is: UntilIs) -> &'static str {
    match until_is {
        UntilIs::Inclusive => "inclusive",
        UntilIs::Exclusive => "exclusive",
    }
}

fn compared(compare: Compare) -> &'static str {
    match compare {
        Compare::Exact => "",
        Compare::Trim => " (white space trimmed)",
    }
}
