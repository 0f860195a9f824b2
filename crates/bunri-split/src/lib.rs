//! Staging to stores: every cell goes where the reviewed classification sends it, decided by Polars.
//!
//! 1. `ownership` makes the timeline of every supply point from the ledger (`timeline`), once.
//! 2. `table` streams each table past it, parents before children: `answers` and `parents` gather what the
//!    rules ask for, `decide` holds the rules over Polars columns, `cells` turns verdicts into rows of stores.
//! 3. [`split`] runs the tables, remembers the finished ones, and writes the manifests last.
//!
//! The exact rules stand in docs/rules.md; `bunri-verify` decides them again without this crate.

mod answers;
mod cells;
mod codes;
mod decide;
mod decided;
mod errors;
mod frame;
mod ownership;
mod parents;
mod probe;
mod record;
mod rekey;
mod stage;
mod table;
mod timeline;
mod verdict;

pub use errors::SplitError;
pub use stage::{SplitOptions, SplitStats, StoreRoots, split};
pub use table::TableStats;
