//! Before the first run: what a legacy source holds ([`inspect`]). It reads each table once, says names and counts and never a
//! value, and writes nothing.

mod inspect;
mod names;
mod profile;
mod references;
mod roles;

pub use inspect::{
    InspectError, InspectOptions, LedgerCandidate, SourceProfile, TableProfile, ViewProfile,
    inspect,
};
pub use names::{NamesError, SuggestedClass, TableKind};
pub use profile::{
    ColumnProfile, Digits, Distinct, FormOf, FormSeen, FoundKey, Periods, SentinelSeen, Shape,
    Stored, Texts,
};
pub use references::{Inclusion, ReferenceProfile};
