//! The second reader: the source read once more on another path than extraction's, by conversions of its own, and every row
//! held against staging and rejects. Two texts that extraction exchanged keep every count and every sum; here they are seen.
//!
//! 1. `source`: the database, held still; every value as SQLite writes it, and not as its interface hands it over;
//! 2. `convert`: typed cells of them, by docs/catalogue.md and docs/formats.md alone;
//! 3. `encode`: a row as bytes, the same of both sides; `sums`: rows added up, in whatever order;
//! 4. `compare`: both sides of every table, and `differ`: where the sums differ, which rows and columns;
//! 5. `record` gives what it came to: `evidence/reread.json`.
//!
//! It shares nothing with extraction but SQLite itself and what the catalogue declares (docs/reread.md).

mod compare;
mod convert;
mod differ;
mod encode;
mod errors;
mod files;
mod held;
mod pairs;
mod record;
mod reread;
mod rows;
mod source;
mod staged;
mod sums;

pub use errors::RereadError;
pub use reread::{RereadInputs, RereadOptions, reread};
