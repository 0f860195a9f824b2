//! Staging to stores: every cell goes where the reviewed classification sends it, decided by Polars.
//!
//! 1. `ownership` makes the timeline of every supply point from the ledger (`timeline`), once.
//! 2. `units` cuts each table, parents before children, into units that are decided side by side, `table` streams a unit past the
//!    index: `answers` and `parents` gather what the
//!    rules ask for (`settle`, where parents say who supplied when a row was written), `days`, `rules`, `known` and `decide`
//!    hold the rules over Polars columns, `cells` turns verdicts into rows of stores, which `unit_order` puts in order for the writers (`store_files`).
//! 3. [`split`] runs the tables, remembers the finished ones, and writes the manifests last.
//!
//! The exact rules stand in docs/rules.md; `bunri-verify` decides them again without this crate.

mod answers;
mod cells;
mod codes;
mod conditions;
mod days;
mod decide;
mod decided;
mod discard;
mod errors;
mod frame;
mod ground;
mod keyed;
mod known;
mod ownership;
mod parents;
mod passes;
mod probe;
mod record;
mod rekey;
mod rules;
mod settle;
mod slice;
mod stage;
mod store_files;
mod table;
mod through;
mod timeline;
mod unit_order;
mod units;
mod verdict;

pub use discard::discard;
pub use errors::SplitError;
pub use record::SplitStats;
pub use stage::{SplitOptions, StoreRoots, split};
pub use table::TableStats;
