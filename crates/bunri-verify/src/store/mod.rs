//! One store against what it must be: its files ([`files`]), its shape ([`shape`]), and row beside row
//! ([`compare`]) what it holds ([`reader`]) against what staging and the evaluator say it must hold
//! ([`bunri_redecide::Expected`]).

pub(crate) mod again;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod cursor;
pub(crate) mod elements;
pub(crate) mod files;
pub(crate) mod mapping;
pub(crate) mod multiset;
pub(crate) mod order;
pub(crate) mod parts;
pub(crate) mod raw;
pub(crate) mod reader;
pub(crate) mod rebuild;
pub(crate) mod row_name;
pub(crate) mod shape;
pub(crate) mod sums;
