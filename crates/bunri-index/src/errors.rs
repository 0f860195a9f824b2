//! Why an index cannot be made or asked. Nothing here holds a record's value.

use bunri_columnar::ColumnarError;
use bunri_vectorized::VectorizedError;

/// What other tables say of a row could not be found out.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Reading staging, or a file of our own, failed.
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    /// A decision could not be computed.
    #[error(transparent)]
    Vectorized(#[from] VectorizedError),
    /// A thread panicked while it held what all threads share: a bug.
    #[error("a thread ended with a bug while it held what all threads share; please report it")]
    LockPoisoned,
    /// A row's key cannot be told.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Lines for children that are not made as this version makes them.
    #[error(
        "table `{table}`: what came back of a unit for the table's children is not what this version of bunri makes"
    )]
    OtherLines {
        /// The table's id.
        table: String,
    },
    /// Asked to stop.
    #[error("interrupted; run again to resume")]
    Interrupted,
}

/// A row of which nobody can tell which others it decides about: to be corrected in the source.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A rejected ledger row whose key cannot be read: nobody knows which point it speaks of.
    #[error(
        "ledger table `{table}`: the key column `{column}` of a rejected row cannot be read, so it is unknown \
         which supply point it speaks of; correct the row in the source (line {line} of its rejects file)"
    )]
    UnreadableLedgerKey {
        /// The table's id.
        table: String,
        /// The key column.
        column: String,
        /// Line in `rejects/<id>.jsonl`, from 1.
        line: usize,
    },
    /// A rejected row that others refer to, by a column that cannot be read: it could be anybody's parent.
    #[error(
        "table `{table}`: the column `{column}`, by which other tables refer to a rejected row, cannot be read, so the \
         row could be the parent of any; correct the row in the source (line {line} of its rejects file)"
    )]
    UnreadableParentKey {
        /// The table's id.
        table: String,
        /// The column referred to.
        column: String,
        /// Line in `rejects/<id>.jsonl`, from 1.
        line: usize,
    },
    /// A staged ledger row without a key: nobody knows which point it speaks of.
    #[error(
        "ledger table `{table}`: row {row} has no key, so it is unknown which supply point it speaks of; correct \
         the row in the source and extract again"
    )]
    LedgerKeyNull {
        /// The table's id.
        table: String,
        /// Row in staging, from 1.
        row: u64,
    },
}
