//! Verification: what the stores hold against what staging, the catalogue and the ledger say they must hold.
//!
//! Every row and every cell is decided again ([`bunri_redecide`]) with an evaluator that shares no code with the splitter, held against the
//! stores ([`bunri_compare`]), and
//! this crate reports of every claim of the design whether it holds. [`verify`] returns a [`Report`](bunri_report::Report) however
//! bad the news; a [`VerifyError`] means that it could not look. `docs/what-verify-proves.md` says what a held claim
//! is worth.

mod alone;
mod days;
mod errors;
mod evidence;
mod expect;
mod inputs;
mod judged;
mod leak;
mod misfit;
mod notes;
mod references;
mod sign;
mod table;
mod tally;
#[cfg(test)]
mod tests;
mod totals;
mod verify;
mod views;

pub use alone::verify_store_alone;
pub use errors::VerifyError;
pub use evidence::REPORT;
pub use expect::with_expect_words;
pub use inputs::{VerifyInputs, VerifyOptions};
pub use judged::{EarlierReport, earlier_report};
pub use sign::{SignError, sign};
pub use verify::verify;
