//! The ledger decides its own rows by its own periods; any other rule would let a period go where the ledger
//! itself says that it does not belong.

use std::collections::BTreeSet;

use bunri_text::{Lint, Log};

use crate::draft::TableDraft;
use crate::grant::granted;
use crate::model::{
    Bound, CodeDay, Condition, Ledger, LedgerEnd, LedgerTable, LedgerTime, Ownership, RowRule,
    Store, Table, When,
};
use crate::resolve::Resolved;

/// Checks the ledger's own tables.
pub(crate) fn check(resolved: &Resolved, drafts: &[TableDraft], log: &mut Log) {
    let mut seen = BTreeSet::new();
    for (place, ledger) in resolved.ledgers.iter().enumerate() {
        let Some(ledger) = ledger else { continue };
        for part in &ledger.tables {
            let Some(table) = &resolved.tables[part.table] else {
                continue;
            };
            let draft = &drafts[part.table];
            if !seen.insert(part.table) {
                let message =
                    "this table belongs to two ledgers: a period is one of the one or of the other";
                log.refuse(draft.spot, message);
                continue;
            }
            if table.ledger != place {
                let message = match &ledger.name {
                    Some(name) => {
                        format!("this table is of the ledger `{name}`: add `ledger = \"{name}\"`")
                    }
                    None => "this table is of `[ledger]`: remove `ledger`".to_owned(),
                };
                log.refuse(draft.spot, message);
                continue;
            }
            check_table(ledger, part, table, draft, log);
        }
    }
}

fn check_table(
    ledger: &Ledger,
    part: &LedgerTable,
    table: &Table,
    draft: &TableDraft,
    log: &mut Log,
) {
    if table.rows != own_rule(ledger, part) {
        let spot = draft.rows.as_ref().map_or(draft.spot, |rows| rows.spot);
        let message = format!(
            "this table is the ledger: its rows are decided by its own periods, `rows = {}`{}",
            written(ledger, part, table),
            match (ledger.counts.is_some(), part.until.is_some()) {
                (true, _) => "; a row that does not count is own only if its own code says so too",
                (false, true) => ", with the `until_is` of `[ledger]`",
                (false, false) => "",
            }
        );
        log.refuse(spot, message);
    }
    check_end(part, table, draft, log);
    if table.ledger_key.as_ref() != Some(&part.key) || table.through.is_some() {
        let spot = draft.ledger_key_spot();
        log.refuse(
            spot,
            "this table is the ledger: its `ledger_key` is the key named in `[ledger]`",
        );
    }
}

/// What a row of the ledger speaks of: its period, or the day on which a list of switches begins one.
fn own_time(ledger: &Ledger, part: &LedgerTable) -> LedgerTime {
    match (&ledger.end, part.until) {
        (LedgerEnd::Until { until_is, .. }, Some(until)) => LedgerTime::During {
            from: part.from,
            until,
            until_is: *until_is,
        },
        (LedgerEnd::Until { .. } | LedgerEnd::Next, _) => LedgerTime::At {
            column: part.from,
            days_after: 0,
        },
    }
}

/// A row that does not count is not what the timeline says of its days: a competitor's cancelled request within the incumbent's
/// own days would be own by the timeline alone.
fn own_rule(ledger: &Ledger, part: &LedgerTable) -> RowRule {
    let by_period = RowRule::Ledger(own_time(ledger, part));
    if ledger.counts.is_none() {
        return by_period;
    }
    RowRule::All(vec![
        by_period,
        RowRule::Column {
            column: part.retailer,
            compare: ledger.compare,
            at: Some(CodeDay::Column(part.from)),
        },
    ])
}

/// The rule as a catalogue writes it.
fn written(ledger: &Ledger, part: &LedgerTable, table: &Table) -> String {
    let name = |column: usize| &table.columns[column].name;
    let from = name(part.from);
    let by_period = match part.until {
        Some(until) => format!(
            "{{ by = \"ledger\", during = [\"{from}\", \"{}\"] }}",
            name(until)
        ),
        None => format!("{{ by = \"ledger\", at = \"{from}\" }}"),
    };
    if ledger.counts.is_none() {
        return by_period;
    }
    let compare = ledger.compare.word();
    format!(
        "{{ all = [{by_period}, {{ by = \"column\", column = \"{}\", compare = \"{compare}\", at = \"{from}\" }}] }}",
        name(part.retailer)
    )
}

/// An end after the cutover is another retailer's start request (取戻し営業): it goes to retail with a basis only.
fn check_end(part: &LedgerTable, table: &Table, draft: &TableDraft, log: &mut Log) {
    let Some(until) = part.until else { return };
    let column = &table.columns[until];
    let opened = table.any_retailer_on_other_rows;
    let goes = |class| granted(Store::Retail, Ownership::Own, class, opened);
    let withheld = |when: &When| {
        let from_cutover = Condition::Within {
            at_least: Some(Bound::Cutover),
            below: None,
        };
        when.subject.of_row() == Some(until)
            && when.condition == from_cutover
            && when.rows.contains(&Ownership::Own)
            && !column
                .class
                .possible()
                .into_iter()
                .any(|class| goes(when.changed(until, class)))
    };
    let shown = column.class.possible().into_iter().any(goes);
    if shown && column.basis.is_none() && !table.when.iter().any(withheld) {
        let name = &column.name;
        let message = format!(
            "`{name}` goes to retail, and an end of supply after the cutover is another retailer's start request: withhold it \
             with `[[when]]`, `if = {{ column = \"{name}\", at_least = \"cutover\" }}`, `columns = [\"{name}\"]`, or state a `basis` on \
             the column"
        );
        log.lint(Lint::EndShown, draft.columns[until].name.spot, message);
    }
}
