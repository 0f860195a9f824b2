//! A store into a target database, and the target held against the store.
//!
//! | module | does |
//! |---|---|
//! | `sealed` | the store, by its manifest alone; each file held against its digest when it is opened |
//! | `kinds` | the types of a manifest, and what they are called in PostgreSQL |
//! | `target` | the database: reached, asked what it is and what it holds |
//! | `plan` | what is done with each table, decided before anything is written |
//! | `encode` | rows as binary COPY takes them |
//! | `load` | one table, one transaction |
//! | `mark` | what is noted of a loaded table, in its comment |
//! | `beside` | what lies around a store |
//! | `compare` | every row of the target against the store's, as sums |
//! | `shape` | columns, types and keys of the target against the store's |
//! | `decode` | what the target says of its rows, out of text |
//! | `pairs` | rows laid beside each other, where sums differ |
//! | `sqlldr` | files for Oracle's loader, in place of a target |
//! | `record` | what is written down |
//! | `words` | … and said |

mod beside;
mod compare;
mod decode;
mod encode;
mod errors;
mod kinds;
mod load;
mod mark;
mod pairs;
mod plan;
mod record;
mod sealed;
mod shape;
mod sqlldr;
mod target;
mod words;

pub use beside::{refuse_in_store, sources_of};
pub use compare::{CompareOptions, compare};
pub use errors::LoadError;
pub use load::{LoadOptions, load};
pub use record::{
    ComparedRecord, ComparedTable, Difference, DifferenceRule, LoadRecord, LoadedPlace,
    LoadedStatus, LoadedStore, LoadedTable, TableState,
};
pub use sealed::SealedStore;
pub use sqlldr::{LoaderFiles, write_sqlldr};
