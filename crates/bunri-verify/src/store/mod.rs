//! One store against what it must be: its files ([`files`]), its shape ([`shape`]), and row beside row what it holds against what
//! staging and the evaluator say it must hold ([`bunri_redecide::Expected`]). That is done by position ([`positional`]), which tells
//! whether all is right, and by key where it is not ([`check`], [`compare`]), which tells what is wrong.

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
pub(crate) mod positional;
pub(crate) mod raw;
pub(crate) mod reader;
pub(crate) mod rebuild;
pub(crate) mod row_name;
pub(crate) mod shape;
pub(crate) mod sums;
