//! The closed vocabularies of a catalogue. Those of the forms of dates and timestamps stand beside the types.

use bunri_catalogue::{Class, Compare, Match, Ownership, UntilIs};
use bunri_types::{EraYears, Stamp};

pub(crate) const COMPARES: [(&str, Compare); 2] =
    [("exact", Compare::Exact), ("trim", Compare::Trim)];

pub(crate) const UNTILS: [(&str, UntilIs); 2] = [
    ("inclusive", UntilIs::Inclusive),
    ("exclusive", UntilIs::Exclusive),
];

pub(crate) const MATCHES: [(&str, Match); 2] = [("all", Match::All), ("any", Match::Any)];

/// The ownerships that a `when` may speak of.
pub(crate) const ROWS: [(&str, Ownership); 3] = [
    ("own", Ownership::Own),
    ("other", Ownership::Other),
    ("undecided", Ownership::Undecided),
];

/// Which end of its interval a timestamp may stamp.
pub(crate) const STAMPS: [(&str, Stamp); 2] = [("begin", Stamp::Begin), ("end", Stamp::End)];

/// Whether digits of a fraction beyond the sixth are cut off.
pub(crate) const FRACTIONS: [(&str, bool); 2] = [("exact", false), ("truncate", true)];

/// Which years an era may have.
pub(crate) const ERA_YEARS: [(&str, EraYears); 2] = [
    ("strict", EraYears::Strict),
    ("continued", EraYears::Continued),
];

/// Every class by its word.
pub(crate) fn classes() -> [(&'static str, Class); 7] {
    Class::ALL.map(|class| (class.word(), class))
}
