//! Delimited text files: a folder of them at rest. docs/sources.md says what becomes of each odd thing.
//!
//! | module | does |
//! |---|---|
//! | `folder` | which files there are and whose they are, their digest, and that nobody changed them |
//! | `bytes` | the bytes of a file, unpacked |
//! | `records` | bytes become records of fields |
//! | `text` | the bytes of a field become characters |
//! | `read` | the records of a table, for who reads it |
//! | `figures` | counts and sums, by a scanner of its own |

mod bytes;
mod figures;
mod folder;
mod read;
mod records;
#[cfg(test)]
mod tests;
mod text;

pub use folder::{Folder, digest};
pub use read::{FileReader, Interrupt};

/// What a record may take, as it lies and decoded: a quote that was opened and forgotten would swallow a file.
const RECORD_BYTES: usize = 64 << 20;
