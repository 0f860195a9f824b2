//! Emergency extracts: rows of the transmission store within a declaration's time, area and fields, sealed to named people. Each file is
//! sealed twice, to its recipient and to a key of the grant that stays with a custodian; without both it does not open, and a grant whose
//! keys were destroyed is withdrawn. `docs/emergency.md` says what that is worth, and what it is not.

mod envelope;
mod errors;
mod finding;
mod ledger;
mod make;
mod open;
mod register;
mod release;
mod review;
mod scope;
mod seal;
mod statement;
#[cfg(test)]
mod tests;

pub use errors::EmergencyError;
pub use finding::{ReviewFinding, ReviewRule};
pub use ledger::{Event, EventKind, OPENINGS};
pub use make::{Extract, make};
pub use open::{Opened, Opening, open};
pub use register::{
    Area, Declaration, EmergencyRegister, Grant, Recipient, Window, load_emergency,
};
pub use release::{Released, release, withdraw};
pub use review::{Review, review};
pub use seal::new_identity;
pub use statement::{GrantPredicate, GrantedTable};
