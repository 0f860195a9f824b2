//! The plain evaluator: whose a row is, what class a cell has, which store may hold it. The rules are those of
//! `docs/rules.md`, in its order; no query engine, no Arrow, no file. An auditor reads this folder in an hour:
//!
//! 1. [`verdict`]: the words (own, other, undecided and why);
//! 2. [`codes`]: what a retailer code says on a day;
//! 3. [`timeline`]: who supplied a point on every day;
//! 4. [`through`]: who supplied the point that a key through another table had on every day;
//! 5. [`days`]: the days that a row speaks of;
//! 6. [`rows`]: the row rules;
//! 7. [`parents`]: what several parents are together;
//! 8. [`known`]: written when, by whom;
//! 9. [`decisions`]: the last word of people;
//! 10. [`cells`]: the class of a cell;
//! 11. [`grants`]: which class of which row goes to which store.
//!
//! The splitter decides the same with other code. Where the two disagree, verification says so.

pub mod cells;
pub mod codes;
pub mod days;
pub mod decisions;
pub mod grants;
pub mod known;
pub mod parents;
pub mod rows;
pub mod through;
pub mod timeline;
pub mod verdict;

pub use cells::{CellRules, clear};
pub use codes::{Codes, code_text};
pub use days::Row;
pub use decisions::{LastWords, Unused, WhyUnused, may_overrule_other};
pub use known::{Written, WrittenSet, written, written_in_own_days};
pub use parents::{ParentFacts, asked_parent, parents_asked, parents_now};
pub use rows::{Answer, Facts, Terms, by_days, decide, foreign_cells, written_on};
pub use through::{Assignment, KeyAssignments, assigned_days};
pub use timeline::{Period, Segment, Timeline};
pub use verdict::{OwnershipSet, Reason, Verdict};

/// Days are counted in 64 bits, so that one before the first and one after the last can still be named.
pub type Days = i64;

/// −∞.
pub const EVER: Days = Days::MIN;
/// +∞.
pub const FOREVER: Days = Days::MAX;

#[cfg(test)]
mod tests;
