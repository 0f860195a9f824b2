//! One pair: two stagings that grant retail the same, and whether retail's bytes are the same.

use std::collections::BTreeSet;

use bunri_catalogue::Store;
use bunri_manifest::ProofDifference;

use crate::ProveError;
use crate::bench::{Bench, Staged};
use crate::bisect::causes;
use crate::flows::ancestors;
use crate::guards::{Guard, Missed};
use crate::place::Trees;
use crate::plan::{Edit, Scope};
use crate::tally::Tally;

/// As often is a pair drawn again; by then every delicate edit has been narrowed to nothing.
const MOST_DRAWS: u64 = 24;
/// So many tables of one ledger at once change their grants only through it.
const LEDGERS_WORK: usize = 3;

/// What the pairs so far came to.
#[derive(Default)]
pub(crate) struct Seen {
    /// Pairs compared.
    pub(crate) pairs: u64,
    pub(crate) tally: Tally,
    pub(crate) redrawn: u64,
    pub(crate) differences: Vec<ProofDifference>,
    pub(crate) missed: BTreeSet<Missed>,
}

/// A perturbed staging that grants retail what the base does.
struct Accepted {
    edits: Vec<Edit>,
    staged: Staged,
    /// Stores and tables whose content must have changed.
    moved: Vec<(Store, String)>,
}

/// Runs one pair against the base's stores.
pub(crate) fn run(
    bench: &Bench<'_>,
    edits: Vec<Edit>,
    pair: u64,
    base: &Trees,
    unchanged: &bunri_manifest::Blake3Hex,
    seen: &mut Seen,
) -> Result<(), ProveError> {
    let accepted = settle(bench, edits, pair, &mut seen.redrawn)?;
    let Accepted {
        edits,
        staged,
        moved,
    } = accepted;
    seen.tally.add(&edits, &staged.changes);
    if &staged.digest == unchanged {
        seen.missed.insert(Missed::of(Guard::StagingUnchanged));
    }
    let stores = bench.split(&staged.place)?;
    for (store, table) in moved {
        if base.of(store).same_table(stores.of(store), &table) {
            seen.missed.insert(Missed {
                guard: Guard::StoreUnmoved,
                store: Some(store),
                table: Some(table),
                column: None,
            });
        }
    }
    let differences = bench.differences(base, &stores, Store::Retail);
    drop(staged);
    if !differences.is_empty() {
        for causes in causes(bench, &edits, base, &differences)? {
            seen.differences.push(ProofDifference {
                pair,
                causes,
                files: differences.files.clone(),
                strange_files: differences.strange,
            });
        }
    }
    Ok(())
}

/// Carries the edits out, and narrows those that may have changed a grant until none is changed.
fn settle(
    bench: &Bench<'_>,
    mut edits: Vec<Edit>,
    pair: u64,
    redrawn: &mut u64,
) -> Result<Accepted, ProveError> {
    for _ in 0..MOST_DRAWS {
        let staged = bench.stage(&edits)?;
        let expected = bench.expected(&staged.place)?;
        let changed = bench.changed_grants(&expected);
        if changed.is_empty() {
            let moved = [Store::Transmission, Store::Quarantine]
                .into_iter()
                .flat_map(|store| {
                    let tables = bench.base.digests.differences(&expected, store);
                    tables.into_iter().map(move |id| (store, id.to_owned()))
                });
            let moved = moved.collect();
            return Ok(Accepted {
                edits,
                staged,
                moved,
            });
        }
        *redrawn += 1;
        if !narrow(bench, &mut edits, &changed) {
            return Err(unsettled(bench, pair, changed[0]));
        }
    }
    Err(unsettled(bench, pair, 0))
}

fn unsettled(bench: &Bench<'_>, pair: u64, table: usize) -> ProveError {
    let table = bench.catalogue().tables[table].id.clone();
    ProveError::Unsettled { pair, table }
}

/// Narrows the edits that are most likely to have changed these grants; false if none is left.
fn narrow(bench: &Bench<'_>, edits: &mut [Edit], changed: &[usize]) -> bool {
    let catalogue = bench.catalogue();
    let is_ledger = |table: usize| catalogue.ledger_table(table).is_some();
    // The ledger that a table asks: what another one says of a point changes nothing in it.
    let asks = |table: usize| catalogue.tables[table].ledger;
    let by_ledger = |table: usize| {
        let asking = changed.iter().filter(|&&other| asks(other) == asks(table));
        let ledgers_work = asking.clone().count() >= LEDGERS_WORK;
        is_ledger(table) && (ledgers_work || asking.into_iter().any(|&other| is_ledger(other)))
    };
    let near: BTreeSet<usize> = changed
        .iter()
        .flat_map(|&table| ancestors(catalogue, table).into_iter().chain([table]))
        .collect();
    let suspects: [&dyn Fn(&Edit) -> bool; 3] = [
        &|edit| by_ledger(edit.table),
        &|edit| near.contains(&edit.table),
        &|_| true,
    ];
    for suspect in suspects {
        let mut any = false;
        for edit in edits.iter_mut() {
            if edit.risky && edit.scope != Scope::Nothing && suspect(edit) {
                edit.narrow();
                any = true;
            }
        }
        if any {
            return true;
        }
    }
    false
}
