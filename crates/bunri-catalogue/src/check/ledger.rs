//! The ledger decides its own rows by its own periods; any other rule would let a period go where the ledger
//! itself says that it does not belong.

use crate::draft::TableDraft;
use crate::model::{Ledger, LedgerTime, RowRule};
use crate::problem::Log;
use crate::resolve::Resolved;

/// Checks the ledger's own table.
pub(crate) fn check(resolved: &Resolved, drafts: &[TableDraft], log: &mut Log) {
    let Some(ledger) = &resolved.ledger else {
        return;
    };
    let Some(table) = &resolved.tables[ledger.table] else {
        return;
    };
    let draft = &drafts[ledger.table];
    if table.rows != RowRule::Ledger(own_period(ledger)) {
        let spot = draft.rows.as_ref().map_or(draft.spot, |rows| rows.spot);
        let (from, until) = (
            &table.columns[ledger.from].name,
            &table.columns[ledger.until].name,
        );
        let message = format!(
            "this table is the ledger: its rows are decided by its own periods, `rows = {{ by = \"ledger\", \
             during = [\"{from}\", \"{until}\"] }}`, with the `until_is` of `[ledger]`"
        );
        log.refuse(spot, message);
    }
    if table.ledger_key.as_ref() != Some(&ledger.key) {
        let spot = draft.ledger_key.as_ref().map_or(draft.spot, |key| key.spot);
        log.refuse(
            spot,
            "this table is the ledger: its `ledger_key` is the key named in `[ledger]`",
        );
    }
}

fn own_period(ledger: &Ledger) -> LedgerTime {
    LedgerTime::During {
        from: ledger.from,
        until: ledger.until,
        until_is: ledger.until_is,
    }
}
