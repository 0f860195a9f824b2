//! Hand-overs: rows or counts that leave the operator for a declared purpose, made from the store of the recipient, signed by whoever
//! answers for it, and bound to the recipient. `check` refuses everything else. `docs/handover.md` is the page.

mod check;
mod errors;
mod make;
mod manifest;
mod records;
mod register;
mod request;
#[cfg(test)]
mod tests;

pub use check::{CheckRule, Checked, HandoverFinding, check};
pub use errors::HandoverError;
pub use make::{Made, make};
pub use manifest::{
    HandoverFile, HandoverManifest, HandoverPredicate, HandoverPurpose, HandoverRecipient,
    HandoverStore,
};
pub use register::{Answer, Count, Purpose, Recipient, RecipientKind, Register, load_register};
pub use request::{Request, load_request};
