//! What other tables say of a row: files whose first column is a key that ascends, and the merge joins that ask them about the rows of a
//! unit. Whatever is asked is sorted by the key, streams past the file once, and is sorted back, all within a memory bound. What
//! follows from an answer is decided by [`bunri_vectorized`].
//!
//! 1. `keyed`: such a file, which may be entered at any key; `keys`: values as bytes in their order;
//! 2. [`Indexes`]: the timelines of ledger keys (`ownership`), and of those that go through another table (`through`), made once;
//! 3. [`HeirLines`], [`Heirs`] and `parents`: what the rows of a parent table turned out to be, by unit and of all units, and the parents
//!    of a child's rows;
//! 4. [`Lookups`]: all that is asked about a unit (`answers` of the ledger, `settle` for when a row was written), batch by batch.

mod answers;
mod errors;
mod indexes;
mod keyed;
mod keys;
mod lookups;
mod ownership;
mod parents;
mod passes;
mod settle;
mod through;

pub use errors::{IndexError, KeyError};
pub use indexes::Indexes;
pub use lookups::{Lookups, ParentFiles, UnitLookups};
pub use parents::{HeirLines, Heirs};
pub use passes::{PASS_ROWS, Spill};
