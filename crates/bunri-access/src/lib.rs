//! Access logs (docs/incidents.md): who was shown whose customers, when, on which screen and from which terminal; and whether the log itself
//! is whole. A log is read once, in the order in which it was written, whatever its size.
//!
//! | module | holds |
//! |---|---|
//! | [`form`] | how a log is written: columns, patterns, characters, clocks |
//! | [`time`] | when a line says that something happened |
//! | [`known`] | accounts, screens, terminals as the operator's tables know them |
//! | [`points`] | whose each point was on every day, and the switching requests |
//! | [`rules`] | what is looked for |
//! | [`report`] | what was found |
//!
//! [`prepare`] makes them of the operator's tables and the incident file, [`outcome`] says what every command says. [`scan`] puts them together. No value of a customer is ever part of what comes out: a name that no table of the operator has is
//! counted, and told by the place of its line. No Arrow, no catalogue.

mod block;
mod blocks;
mod cut;
mod error;
mod field;
pub mod form;
mod hash;
mod judge;
pub mod known;
mod location;
mod order;
mod outcome;
mod pattern;
pub mod points;
mod prepare;
pub mod report;
pub mod rules;
mod scan;
mod table;
mod tally;
pub mod time;

pub use cut::Malformed;
pub use error::AccessError;
pub use location::Location;
pub use outcome::outcome;
pub use pattern::{Pattern, PatternError};
pub use prepare::{Beside, PrepareError, Prepared, TABLES, prepare};
pub use report::Report;
pub use rules::{NotJudged, Rule, Terms};
pub use scan::{Work, scan};
pub use tally::{EXAMPLES, Seen};
