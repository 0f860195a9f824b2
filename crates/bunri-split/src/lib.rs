//! Staging to stores: every cell goes where the reviewed classification sends it.
//!
//! 1. `units` cuts each table, parents before children, into units that are decided side by side. `unit` streams one past what
//!    others say of its rows ([`bunri_index`]) and decides it with the rules over whole columns ([`bunri_vectorized`]); people have the
//!    last word (`decided`). A unit can be written down and done elsewhere (`task`).
//! 2. `cells` turns verdicts into rows of stores, with other keys where these are to be replaced (`rekey`); they come to the writers
//!    (`store_files`) in the order of units.
//! 3. [`split`] runs the tables, remembers the finished ones (`record`, `ground`), and writes the manifests last.
//!
//! The exact rules stand in docs/rules.md; `bunri-verify` decides them again without this crate.

mod cells;
mod decided;
mod discard;
mod errors;
mod ground;
mod own_files;
mod record;
mod rekey;
mod stage;
mod stats;
mod store_files;
mod task;
mod unit;
mod units;

pub use discard::discard;
pub use errors::{SplitError, TaskError};
pub use record::SplitStats;
pub use stage::{SplitOptions, StoreRoots, split, split_by};
pub use stats::TableStats;
pub use task::{TaskPlace, UnitExecutor, UnitTask};
pub use unit::{UnitLeft, UnitSink};
