//! Rows of a finished store, chosen by typed conditions on its columns, and written as CSV: what a hand-over and an emergency extract
//! are made of. No query language: a condition is a column with the values or the days that it may have, and all of them must hold.
//!
//! A store is believed only as its manifest lists it: every file that is read was hashed through the handle that is read from.

mod condition;
mod csv;
mod errors;
mod filter;
mod selection;
mod store;
#[cfg(test)]
mod tests;

pub use condition::{Condition, Literal, condition, conditions};
pub use csv::{cell, header};
pub use errors::SelectionError;
pub use filter::Filter;
pub use selection::Selection;
pub use store::StoreFolder;
