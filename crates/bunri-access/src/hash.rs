//! How tables in memory find their keys.

/// Hashes with fixed keys: what is put into these tables comes from the operator's own, and a log only asks.
pub(crate) type RandomState = std::hash::BuildHasherDefault<ahash::AHasher>;
