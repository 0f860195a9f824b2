//! PostgreSQL: a database of a server, one connection a session, all on one snapshot. Rows come by `COPY … TO STDOUT (FORMAT
//! binary)` and are decoded here, so that no number and no moment goes through a text that somebody formats; types that have no
//! place in the model come as the server itself writes them, by a cast in the statement.
//!
//! | module | does |
//! |---|---|
//! | `server` | holds the snapshot, opens sessions |
//! | `objects` | tables, views and their columns, under the names that a catalogue calls them by |
//! | `form` | how a type is read, and what it can mean |
//! | `read` | rows and their values |
//! | `binary` | the format of `COPY` |
//! | `number`, `calendar` | numeric, dates and moments, out of their binary forms |
//! | `figures` | counts and sums, by the server |
//! | `order` | rows in key order, where an index gives that for little |
//! | `keyed` | the rows with some keys |
//! | `outline` | keys, references and sizes, before there is a catalogue |

mod binary;
mod calendar;
mod cut;
mod figures;
mod form;
mod keyed;
mod number;
mod objects;
mod order;
mod outline;
mod read;
mod server;

pub(super) use bunri_postgresql::HeldSnapshot;
pub(super) use form::compatible;
pub(super) use server::{CurrentInterrupter, HeldDatabase, ServerReader};
