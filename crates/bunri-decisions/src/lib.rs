//! Human decisions: whose a quarantined row is, as somebody approved it. The file is read and held against the catalogue here,
//! so whoever holds [`Decisions`] holds valid ones; whether each meets an undecided row, split and verification see.

mod decisions;
mod key;
mod read;

pub use decisions::{Decision, Decisions, not_staged, not_undecided};
pub use key::{KeyPart, written_key};
pub use read::{DraftDecisions, read_decisions, read_draft};
