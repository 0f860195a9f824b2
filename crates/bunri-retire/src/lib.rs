//! Retiring a run: what only the work needed (staging, rejects, ownership, spill, the fingerprint key) is listed, the list is signed, and
//! then it is deleted. The stores and the evidence stay. The record comes first and the ledger's line last, so that an interrupted run of
//! this can be run again, and a line in the ledger says that it was finished.

mod errors;
mod record;
mod retire;
mod survey;
#[cfg(test)]
mod tests;

pub use errors::RetireError;
pub use record::{DELETED_FILES, DELETION, DeletedFile, DeletedFiles, DeletionPredicate};
pub use retire::{Retired, retire};
pub use survey::{Group, Survey, is_retired, survey};
