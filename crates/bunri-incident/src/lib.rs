//! What the tables of a system's screens, roles, accounts, rights and terminals say of the incidents of the regulator's deck
//! (docs/incidents.md).
//!
//! | module | holds |
//! |---|---|
//! | `desk` | a rule looked for, or why it was not |
//! | `sight` | who may see which class of whose point |
//! | `ways` | which screens a role reaches, and by which keys |
//! | `exposure` | `bunri incident exposure`: the screen dictionary against the classes |
//! | `accounts`, `rights` | `bunri incident accounts`: accounts, terminals; emergency and standing rights |
//! | `revocation` | what a person should sign off |
//! | `sentences` | a rule and a finding in words, in two languages |
//! | `picture` | the screens as a picture |
//! | `page` | the page for the regulator |
//!
//! Nothing is read from disk here: tables and catalogue come in, an outcome goes out.

pub mod accounts;
mod desk;
pub mod exposure;
mod page;
mod picture;
mod revocation;
mod rights;
mod sentences;
mod sight;
mod ways;

pub use accounts::{ACCOUNT_TABLES, accounts};
pub use exposure::{EXPOSURE_TABLES, exposure};
pub use page::{PageInputs, html};
pub use picture::{Picture, picture};
pub use revocation::revocations;
pub use sentences::{details, found, rule_text};
