//! What bunri knows, in the words of other tools: the catalogue as data contracts ([`Contract`], Open Data Contract Standard) and
//! a finished run as lineage ([`lineage`], OpenLineage). Functions of the catalogue and of manifests: the same inputs give the
//! same bytes. No file is read or written here, and no record: nothing of a record's value can come out.
//!
//! 1. `place`: where rows lie after a run, and what a table has there;
//! 2. `contract`: the documents of the standard;
//! 3. `deciding`: the columns that decide where a row or a cell goes;
//! 4. `facets`, `lineage`: the events, and what they say of tables;
//! 5. `id`, `time`: what other systems know runs by, without a clock or a random number.

mod contract;
mod deciding;
mod errors;
mod facets;
mod id;
mod lineage;
mod place;
mod time;

pub use contract::{Contract, ContractInputs, Holder};
pub use errors::ExportError;
pub use lineage::{ReadManifest, RunInputs, lineage};
pub use time::EventTime;

/// The contracts and the events name the tool by this, where they ask for a URI. bunri has no home on the web to point at.
const PRODUCER: &str = concat!("urn:bunri:tool:", env!("CARGO_PKG_VERSION"));
