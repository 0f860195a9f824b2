//! Every decision of the catalogue over whole columns of a batch, with Polars: whose a row is, and what class each of its cells has.
//! The rules are those of `docs/rules.md`, in its order. No file is read here: what other tables say of a row is handed in, as the
//! segments of timelines ([`Slice`]) and as what its parents turned out to be ([`ParentFacts`]). No other crate knows Polars.
//!
//! 1. `ledger`, `timeline` and [`sweep()`]: from the ledger's rows to the segments of every supply point; `through` for keys that
//!    go through another table;
//! 2. `days`, [`LedgerQuestions`] and [`Slice`]: the days that a row speaks of, and what the segments say of them;
//! 3. `codes`, `rules` and `parents`: the row rules;
//! 4. `known` and [`Settling`]: written when, by whom;
//! 5. `conditions` and [`Decider`]: all of it together, to a [`Decisions`] for every batch.
//!
//! `bunri-evaluator` decides the same row by row, and shares no code with this crate.

mod codes;
mod conditions;
mod days;
mod decide;
mod errors;
mod frame;
mod known;
mod ledger;
mod parents;
mod questions;
mod read;
mod rules;
mod settle;
mod slice;
mod sweep;
#[cfg(test)]
mod tests;
mod through;
mod timeline;
mod verdict;

pub use codes::Codes;
pub use decide::{Decider, Decisions, RowFacts, Variant, rules_with_owners};
pub use errors::VectorizedError;
pub use ledger::{ledger_rows, ledger_schema, rejected_ledger_rows};
pub use parents::{Owner, Owners, Parent, ParentFacts, keep_begun, one_of_each_kind, owners_by};
pub use questions::{LedgerAnswers, LedgerQuestions};
pub use read::ReadColumns;
pub use settle::{PointQuestion, Ruled, Settled, Settling};
pub use slice::{Absent, Assigned, Slice, Timeline};
pub use sweep::{index_schema, sweep};
pub use through::{KeyAssignments, assigned_days, unknown_point};
pub use verdict::{OTHER, OWN, UNDECIDED, ownership, reason_word, waiting_word};
