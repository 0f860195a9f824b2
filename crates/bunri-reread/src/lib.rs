//! The second reader: the source read once more on another path than extraction's, by conversions of its own, and every row
//! held against staging and rejects. Two texts that extraction exchanged keep every count and every sum; here they are seen.
//!
//! 1. `held`: the source, held still: `sqlite`, every value as SQLite writes it and not as its interface hands it over; `postgresql`, as the
//!    server prints it; `odbc`, as the driver does; `files`, by a reader of RFC 4180;
//! 2. `convert`: typed cells of them, by docs/catalogue.md and docs/formats.md alone;
//! 3. `encode`: a row as bytes, the same of both sides; `sums`: rows added up, in whatever order;
//! 4. `compare`: both sides of every table, and `differ`: where the sums differ, which rows and columns;
//! 5. `record` gives what it came to: `evidence/reread.json`.
//!
//! It shares nothing with extraction but SQLite itself, the way to a server, and what the catalogue declares (docs/reread.md).

mod compare;
mod convert;
mod differ;
mod encode;
mod errors;
mod files;
mod held;
mod line;
mod odbc;
mod pairs;
mod postgresql;
mod record;
mod reread;
mod rows;
mod sqlite;
mod staged;
mod sums;

pub use errors::RereadError;
pub use reread::{RereadInputs, RereadOptions, reread};
