//! The fictional utility's legacy system, at any size: one combined SQLite database with the customers of
//! every retailer in it, and a list of the cells that were planted to be told apart.
//!
//! The content is a function of the number of points and the seed. The first points are the planted stories
//! and are the same at every size and seed; the rest are ordinary.
//!
//! # The list of planted cells
//!
//! `legacy.db.planted.json` is a JSON array beside the database: for tests, never read by the tool. Each entry
//! names one cell and where it has to end, as a person decided it from the domain: nothing of it is computed
//! from the catalogue.
//!
//! | field | meaning |
//! |---|---|
//! | `id`, `trap`, `note` | a number, the name of the situation, and why the cell ends where it does |
//! | `table`, `source_table` | the folder in every store, and the name in the database |
//! | `key` | the key's columns and their values as staged text; for the table without a key, what to look it up by |
//! | `column` | the planted column |
//! | `value` | what the source holds (bytes: hexadecimal) |
//! | `staged` | the text that a store's column gives when it is cast to text (bytes: hexadecimal); null for NULL, for what means nothing, and for rejected rows |
//! | `expect` | `retail`, `transmission`, `quarantine`: `present` (the row is there and the cell holds the value), `null` (row and column are there, the cell is NULL), `absent` (no such row, or the store has no such column or table); `staging`: `typed` or `rejected` (the whole row) |

mod database;
mod generate;
mod planted;
mod security;
mod story;

pub use generate::{MIN_POINTS, SampleError, SampleOptions, SampleStats, generate, planted_path};
pub use security::{
    MIN_SECURITY_POINTS, SecurityOptions, SecurityStats, generate_security, refuse_security,
};
pub use story::StoryError;
