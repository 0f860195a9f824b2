//! Whose every supply point was on every day: the ledger of a job's catalogue, read from the job's source without extracting it, cell by
//! cell as extraction reads it, and decided by the evaluator (docs/rules.md, section 1). For whoever judges what was done at a time, such as
//! access logs; a store is never made from it.
//!
//! Held in memory: about 100 bytes a row of the ledger, up to a number that the caller says.

mod rows;
mod timelines;

pub use timelines::{Stretch, Suppliers, suppliers};

use bunri_source::SourceError;

/// Why nobody can say whose a point was.
#[derive(Debug, thiserror::Error)]
pub enum SupplierError {
    /// The source cannot be read, or is not at rest.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The source does not have a table of the ledger.
    #[error("the source has no table `{0}`, which the catalogue's ledger names: run `bunri check`")]
    NoTable(String),
    /// A supply point that is several columns cannot be found in a log.
    #[error("the ledger's key in `{table}` is {columns} columns; a log names a point by one")]
    Key {
        /// The table.
        table: String,
        /// How many.
        columns: usize,
    },
    /// A row without a point could be any point's.
    #[error(
        "row {row} of `{table}`, as the source gives them, has no supply point that can be read: whose days it speaks of nobody can say"
    )]
    NoPoint {
        /// The table.
        table: String,
        /// Which row, from 1.
        row: u64,
    },
    /// More rows than may be held in memory.
    #[error("the ledger has more than {0} rows: raise `most_held` of `[access_log]`")]
    TooMany(usize),
    /// A column is of a type that its place in the catalogue does not allow.
    #[error("a column of `{0}` cannot be read as the catalogue says")]
    Type(String),
}
