//! What the tests of several modules begin with.
#![allow(clippy::expect_used)]

use std::path::Path;
use std::sync::LazyLock;

use bunri_catalogue::{Compare, Ledger, LedgerEnd};
use bunri_parse::load;

/// A ledger of which every row counts, and nothing but the code must hold for own.
pub(crate) fn plain_ledger(end: LedgerEnd) -> Ledger {
    static LEDGER: LazyLock<Ledger> = LazyLock::new(|| {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let catalogue = load(&repository.join("samples/catalogues/valid/every_rule"));
        catalogue.expect("a valid catalogue").ledgers.remove(0)
    });
    let mut ledger = LEDGER.clone();
    ledger.end = end;
    ledger.compare = Compare::Exact;
    ledger.counts = None;
    ledger.own_when = Vec::new();
    ledger.overlap_same_verdict = None;
    ledger.gap_other = None;
    ledger
}

/// Codes as a set.
pub(crate) fn set<const N: usize>(codes: [&str; N]) -> std::collections::BTreeSet<String> {
    codes.into_iter().map(str::to_owned).collect()
}
