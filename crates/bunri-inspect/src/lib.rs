//! Before the first run: what a legacy source holds ([`inspect`]), and a catalogue proposed for it ([`propose`]). A source is read
//! table by table, once; names and counts come out, never a value.

mod inspect;
mod names;
mod profile;
mod propose;
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
pub use propose::{
    InitError, InitOptions, Proposal, ProposedTable, ProposedType, Updated, propose, update,
    write_new,
};
pub use references::{Inclusion, ReferenceProfile};
