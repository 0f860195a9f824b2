//! What has to be true of a catalogue beyond its names: nothing is loosened, every row that goes somewhere
//! takes its key along, every rule ends in the ledger, and replaced keys still fit their references. What an honest
//! engineer gets wrong needs a reason ([`Lint`](crate::Lint)).

mod cells;
mod classes;
mod grace;
mod joins;
mod key_grant;
mod ledger;
mod ledger_key;
mod nobody;
mod not_asked;
mod opened;
mod otherwise;
mod parents;
mod rekey;
mod stamps;
mod thought;
mod through;
mod whens;
mod written_when;

use bunri_text::Log;

use crate::draft::TableDraft;
use crate::resolve::Resolved;

/// Checks everything that could be resolved. `drafts` are in the order of `resolved.tables`.
pub(crate) fn check(resolved: &Resolved, drafts: &[TableDraft], log: &mut Log) {
    for (position, (table, draft)) in resolved.tables.iter().zip(drafts).enumerate() {
        let Some(table) = table else { continue };
        classes::check(table, draft, log);
        otherwise::check(table, draft, log);
        stamps::check(resolved, (position, table), draft, log);
        nobody::check(table, draft, log);
        cells::check(table, draft, log);
        written_when::check(table, draft, log);
        grace::check(table, draft, log);
        thought::check(resolved, (position, table), draft, log);
        not_asked::check(resolved, (position, table), draft, log);
        if whens::check(table, draft, log) {
            key_grant::check(table, draft, log);
        }
    }
    ledger::check(resolved, drafts, log);
    through::check(resolved, drafts, log);
    parents::check(resolved, drafts, log);
    joins::check(resolved, drafts, log);
    opened::check(resolved, log);
    rekey::check(resolved, drafts, log);
}
