//! Who may open what in the legacy system, and from where: the **incident file** (docs/incidents.md), the tables of screens,
//! roles, accounts, grants, terminals and rooms that it names, read and typed, and what every command of `bunri incident` says.
//!
//! | module | holds |
//! |---|---|
//! | [`tables`] | which tables and fields there are, by our names |
//! | [`mod@file`] | the incident file: where each table is, and what its columns are called there |
//! | [`rows`] | rows of such a table as texts: CSV and SQLite |
//! | [`moment`] | days and moments as such systems write them |
//! | [`model`] | the rows, typed |
//! | [`security`] | all tables together, with every name that one takes from another looked up |
//! | [`rules`] | what is looked for: rules as data, each with its basis and its threshold |
//! | [`outcome`] | what a command says: checks and findings, as JSON |
//!
//! No Arrow, no catalogue: what a column's class is, and whose a point was, other crates know. A cell's text is never part of a
//! message; names of screens, roles, accounts, terminals, rooms and companies are.

mod access_log;
mod access_rules;
mod error;
pub mod file;
pub mod model;
pub mod moment;
pub mod outcome;
mod read;
mod read_table;
pub mod rows;
mod rule;
pub mod rules;
pub mod security;
pub mod tables;

pub use access_rules::ACCESS_RULES;
pub use error::SecurityError;
pub use file::{AccessLog, Companies, IncidentFile, Side};
pub use moment::Moment;
pub use outcome::{Check, Finding, Outcome, Status, Step};
pub use read::load_incidents;
pub use rule::{Command, Incident, Rule, RuleTerms};
pub use security::Security;
pub use tables::{FieldKind, TableName};
