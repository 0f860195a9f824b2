//! A PostgreSQL server, reached: connections, all on one snapshot; what the database is, for whoever binds a run to it; and what
//! the server says, in words without values. Whoever reads rows decodes them himself: extraction and the second reader share
//! the way to the server and nothing of what comes back.
//!
//! | module | does |
//! |---|---|
//! | `server` | where the server is, TLS, the password |
//! | `password` | finds the password where the job or PostgreSQL says |
//! | `pace` | so many rows a second, over all connections |
//! | `connection` | statements and their rows, one thread a connection |
//! | `snapshot` | the state that all connections of a run see, and its name |
//! | `grants`, `readers` | which roles may read what |
//! | `use_of` | whether it is read, or loaded into |
//! | `error` | what went wrong, by the server's codes |
//!
//! **What is asked of a server that is read.** Everything runs in read-only transactions of isolation REPEATABLE READ, on one exported
//! snapshot, with `SET LOCAL` alone, so that a pooler may hand the connection to others afterwards. A target, which a store is loaded into,
//! is spoken to over plain [`Connection`]s.

mod connection;
mod error;
mod grants;
mod pace;
mod password;
mod readers;
mod server;
mod snapshot;
mod use_of;

pub use connection::{Connection, Interrupter, Rows};
pub use error::PostgresqlError;
pub use grants::readers;
pub use readers::{ReadPath, ReaderRole};
pub use server::Server;
pub use snapshot::{HeldSnapshot, database_name, literal, quoted, refuse_old_server};
