//! Databases that are reached through ODBC, read: blocks of rows in buffers of C types, decoded here. Where a driver is known to change
//! a value (a day of zeros, an infinite one, a text with a zero in it), the database is asked for the bytes of what it would print
//! itself, and the driver hands on bytes.
//!
//! | module | does |
//! |---|---|
//! | `session` | the database, held, and the sessions that see it |
//! | `columns` | the columns of a table, as the database's own lists have them |
//! | `form` | how a type is asked for and what comes, by database |
//! | `words` | what a declared type can mean |
//! | `widths` | how long the values of a column are, so that buffers fit |
//! | `read`, `decode` | rows and their values |
//! | `order` | rows in the order of a key, where an index gives that for little |
//! | `figures`, `sqlite` | counts and sums, by the database |
//! | `outline` | keys, references and sizes, before there is a catalogue |

mod columns;
mod decode;
mod figures;
mod form;
mod order;
mod outline;
mod read;
mod session;
mod sqlite;
mod widths;
mod words;

pub use session::{OdbcDatabase, OdbcReader};
pub use words::compatible;
