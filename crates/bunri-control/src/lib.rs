//! Control totals (docs/control.md): figures that the legacy team makes itself, by group.
//!
//! 1. [`query`]: the query that they are asked to run, in the words of their database;
//! 2. [`load_controls`]: their answer, a CSV file, read with every mistake at once;
//! 3. [`ControlTally`]: the same figures, taken while staging is read once and its rows are decided, and held against the answer.
//!
//! Groups are told by their values, which the job's check allows for no column that speaks of a customer; a sum over few rows is
//! compared and not told.

mod amount;
mod figures;
mod judge;
mod raw;
mod shape;
mod sql;
mod tally;

pub use figures::{AskedControl, Figures, load_controls};
pub use judge::Compared;
pub use shape::Shape;
pub use sql::{Dialect, query};
pub use tally::ControlTally;
