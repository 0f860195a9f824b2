//! Who answers for a run: their keys, what they signed, and the ledger of runs.
//!
//! A statement is an in-toto Statement v1 in a DSSE envelope, signed with Ed25519. A job pins the keys of four roles; each signs one
//! kind of statement ([`StatementKind`]). What a statement must say is built from the files that lie there, by whoever signs and by
//! whoever judges, and the two must be equal; nothing of an envelope is believed. `docs/evidence-signing.md` is the page.

mod chain;
mod cosign;
mod envelope;
mod file;
mod judge;
mod key;
mod policy;
mod runs;
mod secret;
mod statement;
#[cfg(test)]
mod tests;

pub use chain::{Chain, ChainError, FIRST, Link};
pub use cosign::{CosignError, cosign};
pub use envelope::{Envelope, EnvelopeError, MOST_BYTES, PAYLOAD_TYPE, Signature, pae};
pub use file::{TEMPORARY, create_private, replace, replace_with};
pub use judge::{Fault, judge, standing, unsigned};
pub use key::{KeyError, PublicKey};
pub use policy::{Policy, Role};
pub use runs::{RUNS, Run, RunStores, Runs, RunsError};
pub use secret::{SecretError, SecretKey, read_private, read_public};
pub use statement::{
    AcceptancePredicate, ApprovalPredicate, CatalogueName, DigestSet, Predicate, PredicateType,
    ReleasePredicate, RunPredicate, STATEMENT_TYPE, Statement, StatementError, StatementKind,
    Subject, TypedStatement,
};

/// The retail copy of the attestation, below `evidence/` in custody: the release envelope, once it has its threshold.
pub const ATTESTATION: &str = "retail-attestation.json";
