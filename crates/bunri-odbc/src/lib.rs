//! A database, reached through ODBC: the driver manager, loaded when it is asked for; connections, all on one state; what the database
//! is, for whoever binds a run to it; and what it says, in words without values. Whoever reads rows decodes them himself:
//! extraction takes blocks of C types, the second reader characters, value by value; they share the way to the database and nothing
//! of what comes back.
//!
//! | module | does |
//! |---|---|
//! | `manager` | calls the driver manager; the only unsafe code |
//! | `text` | the connection string, for the moment in which it is needed |
//! | `server` | which driver and which database it is |
//! | `dbms` | what that changes, and what it can promise |
//! | `connection` | statements, and their rows as characters |
//! | `block` | rows in buffers of C types |
//! | `tables` | what the driver lists |
//! | `held` | the state that all sessions of a run see, and its name |
//! | `error` | what went wrong |

mod block;
mod connection;
mod dbms;
mod error;
mod held;
mod manager;
mod server;
mod tables;
mod text;

pub use block::{Block, Bound, BufferKind, Cell};
pub use connection::{AnswerColumn, Connection, Interrupter, Rows};
pub use dbms::{Dbms, literal};
pub use error::{CUT, OdbcError, TOO_LONG};
pub use held::{HeldDatabase, SharedConnection};
pub use server::Server;
pub use tables::{Reference, TableEntry};
