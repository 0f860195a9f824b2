//! Before the first run: what a legacy source holds ([`inspect`]), a catalogue proposed for it ([`propose`]), and a catalogue held
//! against it ([`check_source`]). A source is read table by table, once; names and counts come out, never a value.

mod check;
mod inspect;
mod profile;
mod propose;
mod references;
mod roles;
mod sessions;

pub use bunri_names::{NamesError, SuggestedClass, TableKind};
pub use check::{CheckError, CheckOptions, SourceCheck, check_source};
pub use inspect::{
    InspectError, InspectOptions, LedgerCandidate, SourceProfile, TableProfile, ViewProfile,
    inspect,
};
pub use profile::{
    ColumnProfile, Digits, Distinct, FormOf, FormSeen, FoundKey, Periods, SentinelSeen, Shape,
    Stored, Texts,
};
pub use propose::{
    InitError, InitOptions, Proposal, ProposedTable, ProposedType, Updated, propose, update,
    write_new,
};
pub use references::{Inclusion, ReferenceProfile};
