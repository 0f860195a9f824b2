//! The ledger, the row rules and `known_at`, in words.

use bunri_catalogue::{
    Catalogue, CellGroup, CodeDay, Compare, Early, KnownAt, Ledger, LedgerEnd, LedgerTime, Match,
    OtherWhen, RowRule, Table, UntilIs, ValueList,
};
use bunri_types::day_text;

use super::{Page, named, quoted};

/// Where every ownership comes from.
pub(super) fn ledgers(catalogue: &Catalogue, page: &mut Page) {
    for of in &catalogue.ledgers {
        ledger(catalogue, of, page);
    }
}

fn ledger(catalogue: &Catalogue, ledger: &Ledger, page: &mut Page) {
    // A ledger has at least one table, and all of them name their columns alike.
    let Some(part) = ledger.tables.first() else {
        return;
    };
    let table = &catalogue.tables[part.table];
    let name = |column: usize| &table.columns[column].name;
    let tables: Vec<&str> = ledger
        .tables
        .iter()
        .map(|part| catalogue.tables[part.table].id.as_str())
        .collect();
    let days = match (&ledger.end, part.until) {
        (LedgerEnd::Until { until_is, .. }, Some(until)) => format!(
            "from `{}` until `{}` ({})",
            name(part.from),
            name(until),
            end(*until_is)
        ),
        (LedgerEnd::Until { .. } | LedgerEnd::Next, _) => format!(
            "from `{}` until the day before the point's next `{}`",
            name(part.from),
            name(part.from)
        ),
    };
    page.line(
        0,
        format!(
            "Who supplied which point comes from the ledger {}{}: point {}, retailer `{}`{}, {days}.",
            ledger
                .name
                .as_ref()
                .map(|name| format!("`{name}`, "))
                .unwrap_or_default(),
            tables.join(" and "),
            named(table, &part.key),
            name(part.retailer),
            compared(ledger.compare),
        ),
    );
    if let LedgerEnd::Until {
        open, null_is_open, ..
    } = &ledger.end
    {
        let mut open: Vec<String> = open.iter().map(|&day| day_text(day)).collect();
        open.extend(null_is_open.then(|| "NULL".to_owned()));
        match open.as_slice() {
            [] => page.line(0, "No end means \"still running\"."),
            ends => page.line(
                0,
                format!("Still running: an end of {}.", ends.join(" or ")),
            ),
        }
    }
    if let (Some(counts), Some(column)) = (&ledger.counts, part.counts) {
        page.line(
            0,
            format!(
                "A ledger row counts where `{0}`{1} is {2}, and is as if it were not there where `{0}` is {3}; with any other value \
                 every day of its point is undecided.",
                name(column),
                compared(counts.compare),
                listed(&counts.counting),
                listed(&counts.never)
            ),
        );
    }
    for (entry, &column) in ledger.own_when.iter().zip(&part.own_when) {
        let other = match &entry.other {
            OtherWhen::Listed(list) => listed(list),
            OtherWhen::Retailers => {
                format!("another code of {}", retailers(catalogue))
            }
        };
        page.line(
            0,
            format!(
                "Where the code says own, it stays own only where `{0}`{1} is {2}; where `{0}` is {other} it is other, with any other \
                 value undecided.",
                name(column),
                compared(entry.compare),
                listed(&entry.own),
            ),
        );
    }
    let exceptions = [
        (
            &ledger.overlap_same_verdict,
            "Several rows that touch a day are believed where all of them say own, or all say other",
        ),
        (
            &ledger.gap_other,
            "A day that no row of a known point touches is another's",
        ),
    ];
    for (basis, says) in exceptions {
        if let Some(basis) = basis {
            page.line(0, format!("{says} (basis: {basis})."));
        }
    }
}

fn retailers(catalogue: &Catalogue) -> String {
    let list = &catalogue.retailers;
    let table = &catalogue.tables[list.table];
    format!("the list {}", table.id)
}

/// What holds of every row that the ledger decides.
pub(super) fn cutover(page: &mut Page) {
    page.line(
        0,
        "What comes after the cutover is not yet: a row that begins by then is asked up to the cutover, and one that begins \
         later is own only if the incumbent supplies without a change from the cutover until it begins.",
    );
}

/// The values of a list.
fn listed(list: &ValueList) -> String {
    let mut values: Vec<String> = list.values.iter().map(|value| quoted(value)).collect();
    values.extend(list.null.then(|| "NULL".to_owned()));
    if values.is_empty() {
        return "nothing".to_owned();
    }
    values.join(" or ")
}

/// Whose a row is.
pub(super) fn rows(catalogue: &Catalogue, table: &Table, page: &mut Page) {
    tell(catalogue, table, &table.rows, (2, "Rows: ", "."), page);
    if let Some(name) = &catalogue.ledger_of(table).name {
        page.line(4, format!("The ledger that is asked is `{name}`."));
    }
    let (Some(key), Some(through)) = (&table.ledger_key, &table.through) else {
        return;
    };
    let other = &catalogue.tables[through.table];
    let name = |column: usize| &other.columns[column].name;
    page.line(
        4,
        format!(
            "The point of a day is that of the row of {} with {} = {} on it, from `{}` until `{}` ({}); on a day with none, or with two \
             points, it is undecided.",
            other.id,
            named(other, &through.references),
            named(table, key),
            name(through.from),
            name(through.until),
            end(through.until_is)
        ),
    );
}

/// Whose some of its cells are.
pub(super) fn cells(catalogue: &Catalogue, table: &Table, page: &mut Page) {
    let mut rest = table.cells.as_slice();
    while let Some((group, others)) = rest.split_first() {
        if let Some((from, days)) = calendar(rest) {
            let columns: Vec<usize> = rest[..days]
                .iter()
                .flat_map(|group| group.columns.clone())
                .collect();
            page.line(
                2,
                format!(
                    "The cells {} of an own row speak of one day each, from the day in `{}` on: own if the incumbent supplied the \
                     point on it.",
                    named(table, &columns),
                    table.columns[from].name
                ),
            );
            rest = &rest[days..];
            continue;
        }
        rest = others;
        let columns = named(table, &group.columns);
        let lead = match group.columns.as_slice() {
            [_] => format!("The cell {columns} of an own row has a rule of its own: "),
            _ => format!("The cells {columns} of an own row have a rule of their own: "),
        };
        tell(catalogue, table, &group.rows, (2, &lead, "."), page);
    }
    if !table.cells.is_empty() {
        page.line(
            4,
            "Where such a rule does not say own, the cell is withheld from retail.",
        );
    }
}

/// The column of the first day, and how many groups from here on are single columns that speak of one day after the other;
/// at least two.
fn calendar(groups: &[CellGroup]) -> Option<(usize, usize)> {
    let day = |group: &CellGroup| match (&group.rows, group.columns.as_slice()) {
        (RowRule::Ledger(LedgerTime::At { column, days_after }), [_]) => {
            Some((*column, usize::from(*days_after)))
        }
        (
            RowRule::Ledger(_)
            | RowRule::Column { .. }
            | RowRule::Parent { .. }
            | RowRule::Cases { .. }
            | RowRule::All(_)
            | RowRule::Any(_)
            | RowRule::AllTransmission
            | RowRule::AllRetail
            | RowRule::Reference,
            _,
        ) => None,
    };
    let (from, _) = day(groups.first()?)?;
    let run = groups.iter().enumerate();
    let days = run
        .take_while(|(at, group)| day(group) == Some((from, *at)))
        .count();
    (days > 1).then_some((from, days))
}

/// A rule as a sentence, or as a list of sentences under a first one.
fn tell(
    catalogue: &Catalogue,
    table: &Table,
    rule: &RowRule,
    (indent, lead, stop): (usize, &str, &str),
    page: &mut Page,
) {
    let below = indent + 2;
    match rule {
        RowRule::All(rules) => {
            let text = "own only if every one of these says so; other if any says other:";
            page.line(indent, format!("{lead}{text}"));
            for rule in rules {
                tell(catalogue, table, rule, (below, "", ";"), page);
            }
        }
        RowRule::Any(rules) => {
            let text = "own if any one of these says so; other only if every one says other:";
            page.line(indent, format!("{lead}{text}"));
            for rule in rules {
                tell(catalogue, table, rule, (below, "", ";"), page);
            }
        }
        RowRule::Cases {
            column,
            compare,
            cases,
        } => {
            let by = &table.columns[*column].name;
            let text = format!(
                "by the row's `{by}`{}; undecided if it is NULL or none of these:",
                compared(*compare)
            );
            page.line(indent, format!("{lead}{text}"));
            for (value, rule) in cases {
                let lead = format!("where it is {}: ", quoted(value));
                tell(catalogue, table, rule, (below, &lead, ";"), page);
            }
        }
        leaf @ (RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::Parent { .. }
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference) => {
            let text = sentence(catalogue, table, leaf);
            page.line(indent, format!("{lead}{text}{stop}"));
        }
    }
}

/// A rule that asks something by itself.
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
        RowRule::AllTransmission => "every row is the transmission operator's (other)".to_owned(),
        RowRule::AllRetail => "every row is the incumbent retailer's (own)".to_owned(),
        RowRule::Reference => "a public code table; both companies get every row".to_owned(),
        // Lists and cases are told line by line.
        RowRule::All(_) | RowRule::Any(_) | RowRule::Cases { .. } => String::new(),
    }
}

fn ledger_sentence(table: &Table, time: &LedgerTime) -> String {
    let name = |column: usize| &table.columns[column].name;
    match *time {
        LedgerTime::During {
            from,
            until,
            until_is,
        } => format!(
            "own if the incumbent supplied the point on every day from `{}` until `{}` ({}), other if on none, \
             else undecided",
            name(from),
            name(until),
            end(until_is)
        ),
        LedgerTime::Month { column } => format!(
            "own if the incumbent supplied the point on every day of the month in `{}`, other if on none, else undecided",
            name(column)
        ),
        LedgerTime::At { column, days_after } => {
            let after = match days_after {
                0 => String::new(),
                1 => "the day after ".to_owned(),
                days => format!("the day {days} days after "),
            };
            format!(
                "own if the incumbent supplied the point on {after}the day in `{}`",
                name(column)
            )
        }
        LedgerTime::AtCutover => {
            "own if the incumbent supplies the point on the day of the cutover".to_owned()
        }
        LedgerTime::AtSlot { date, slot } => format!(
            "own if the incumbent supplied the point on the day in `{}` (half-hour `{}`; 48 belongs to its own \
             day)",
            name(date),
            name(slot)
        ),
    }
}

/// What happens to rows that were written in somebody else's time.
pub(super) fn known_at(table: &Table, page: &mut Page) {
    match &table.known_at {
        KnownAt::NotNeeded => {}
        KnownAt::None { basis } => {
            page.line(2, format!("Written when: not asked ({basis})."));
        }
        KnownAt::Column {
            columns,
            grace_days,
            early,
        } => {
            let which = match columns.as_slice() {
                [_] => named(table, columns),
                _ => format!("the latest day of {}", named(table, columns)),
            };
            let whose = match (&table.ledger_key, &table.through) {
                (Some(_), None) => "the point",
                (Some(_), Some(_)) => {
                    "the point that the key belonged to on the last day it speaks of"
                }
                (None, _) => "the points of its parents",
            };
            page.line(
                2,
                format!(
                    "Written when: {which}; asked of own rows only. Written while the incumbent supplied {whose}, it is own."
                ),
            );
            page.line(4, after(*grace_days));
            page.line(4, before(*early));
            page.line(
                4,
                "If nobody knows when it was written, or who supplied after that last day, it is undecided.",
            );
        }
    }
}

/// A row that was written after the last day that it speaks of.
fn after(grace_days: u32) -> String {
    let grace = match grace_days {
        0 => String::new(),
        1 => ", but own on the first day".to_owned(),
        days => format!(", but own in the first {days} days"),
    };
    format!(
        "Written after the last day that it speaks of, while another supplied, it is other{grace}."
    )
}

/// A row that was written in somebody else's time, before the incumbent's own days.
fn before(early: Early) -> String {
    let lead = "Written by that day, but in somebody else's time, it is";
    match early {
        Early::Own => format!("{lead} own all the same."),
        Early::Undecided => format!("{lead} undecided."),
        Early::Days(days) => format!(
            "{lead} own up to {days} days before the incumbent's supply began, else undecided."
        ),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn day(column: usize, days_after: u16, of: usize) -> CellGroup {
        CellGroup {
            columns: vec![of],
            rows: RowRule::Ledger(LedgerTime::At { column, days_after }),
        }
    }

    #[test]
    fn columns_of_a_calendar_are_told_in_one_sentence() {
        let groups = [day(1, 0, 4), day(1, 1, 5), day(1, 2, 6), day(2, 0, 7)];
        assert_eq!(calendar(&groups), Some((1, 3)));
        assert_eq!(calendar(&groups[1..]), None, "it begins with its first day");
        assert_eq!(calendar(&groups[3..]), None, "one day is no calendar");
        assert_eq!(calendar(&[]), None);
    }

    #[test]
    fn a_list_names_null_as_null() {
        let list = |values: &[&str], null| {
            listed(&ValueList {
                values: values.iter().map(|&value| value.to_owned()).collect(),
                null,
            })
        };
        assert_eq!(list(&["0", "1"], false), "\"0\" or \"1\"");
        assert_eq!(list(&["0"], true), "\"0\" or NULL");
        assert_eq!(list(&["NULL"], false), "\"NULL\"");
        assert_eq!(list(&[], true), "NULL");
        assert_eq!(list(&[], false), "nothing");
    }

    #[test]
    fn grace_and_early_are_told_in_days() {
        assert!(after(0).ends_with("another supplied, it is other."));
        assert!(after(45).ends_with("it is other, but own in the first 45 days."));
        let days = "own up to 60 days before the incumbent's supply began, else undecided.";
        assert!(before(Early::Days(60)).ends_with(days));
        assert!(before(Early::Undecided).ends_with("it is undecided."));
        assert!(before(Early::Own).ends_with("it is own all the same."));
    }
}
