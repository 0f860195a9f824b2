//! What a server is to us.

/// It decides what a refusal of the server means, and so what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UseOf {
    /// It is read.
    Source,
    /// A store is loaded into it.
    Target,
}
