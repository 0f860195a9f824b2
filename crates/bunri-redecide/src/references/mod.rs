//! References that dangle: rows of a store whose reference finds no row there, counted by what became of the row that they
//! refer to (docs/rules.md, section 8). Nothing is repaired here and nothing is a finding: two rows may rightly go two ways.
//!
//! Every table leaves two kinds of sorted fact files while it is decided: what it refers to, with the number of its rows by
//! store, and where its own rows stand that others refer to ([`taker`]). When all tables are decided, the files are read side
//! by side ([`count`]). So tables may refer to each other in any order, in circles too, and memory stays bounded.

mod count;
mod presence;
mod rule;
mod taker;

pub use count::{Cause, ReferenceCounts, StoreReferences};
pub use presence::{Presence, Stores, bit as store_bit};
pub use rule::{ReferenceRule, Unfollowed, reference_rules};
pub use taker::{ReferenceFiles, ReferenceTaker};
