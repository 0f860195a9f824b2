//! What the other tables say about a row: who supplied its point ([`ledger`]), whose its parents are
//! ([`parents`]). Each is a **fact file**, sorted by key, read beside the rows that ask. Rows that do not come in
//! that order ask through a request that is sorted twice ([`join`]). Memory stays bounded at any size.

pub(crate) mod file;
pub(crate) mod fold;
pub(crate) mod join;
pub(crate) mod ledger;
pub(crate) mod parent_index;
pub(crate) mod parents;
pub(crate) mod rejected;
