//! A place in a log.

/// Where a line stands: its file by place in the log, and its number there, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file's place among the files.
    pub file: u32,
    /// The line, or the row number of a table.
    pub line: u64,
}
