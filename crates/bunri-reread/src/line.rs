//! What a source gives: a row, or what should be one.

use crate::convert::{Raw, Rule};

/// What stands in a place of the source.
pub(crate) enum Line<'a> {
    Row(&'a [Raw<'a>]),
    /// No row, for this reason; as it lies.
    Broken(Rule, &'a [u8]),
}
