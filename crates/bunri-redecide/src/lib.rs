//! Every row and every cell decided again, from staging: indexes around [`bunri_evaluator`], and from its verdicts what
//! each store must hold.
//!
//! A [`Decider`] reads one table and asks the evaluator row by row. What other tables say of a row (the ledger's timeline of
//! its supply point, whose its parents are) lies in **fact files** ([`Indexes`]), so that memory stays bounded at any size.
//! A [`Layout`] is a table of a store as the catalogue grants it, and [`Expected`] the rows that must stand there.
//! Verification compares stores with that, and [`redecide`] gives `bunri prove` digests of it. No store is read here, and
//! no code is shared with the splitter.

mod classes;
mod decide;
mod errors;
mod expected;
mod index;
mod layout;
mod redecide;
mod references;
mod rekey;
mod rows;

pub use classes::{ColumnClasses, ColumnsByClass, Seen, bit};
pub use decide::{Closed, Decided, DecidedUnit, Decider};
pub use errors::RedecideError;
pub use expected::{Expected, Regions, quarantine_reason};
pub use index::{
    Indexes,
    fold::{Scratch, cut},
    ledger::terms,
    ledger_rows::{LedgerRow, LedgerRowName, LedgerRows, LedgerRowsAsking},
};
pub use layout::Layout;
pub use redecide::{
    DecidedRows, ExpectedDigests, RedecideInputs, expected_digests, redecide, temporary_folder,
};
pub use references::{
    Cause, Presence, ReferenceCounts, ReferenceFiles, ReferenceRule, ReferenceTaker,
    StoreReferences, Stores, Unfollowed, reference_rules, store_bit,
};
pub use rekey::RekeyKeys;
pub use rows::{BATCH_ROWS, EncodedKeys, View};
