//! One store against what it must be: its files ([`look`]), its shape ([`check_store`], [`check_entry`]), and row beside row what it
//! holds against what staging and the evaluator say it must hold ([`bunri_redecide::Expected`]). That is done by position
//! ([`PositionalStore`]), which tells whether all is right, and by key where it is not ([`StoreCheck`]), which tells what is wrong.
//!
//! What is found are findings; a [`CompareError`] means that it could not look.

mod again;
mod check;
mod compare;
mod cost;
mod cursor;
mod elements;
mod errors;
mod expected_sums;
mod files;
mod mapping;
mod multiset;
mod order;
mod parts;
mod positional;
mod raw;
mod reader;
mod rebuild;
mod row_name;
mod shape;
mod sums;
mod units;

pub use again::confirm;
pub use check::{StoreCheck, StoreContext, StoreOutcome};
pub use cost::{Costs, Work};
pub use elements::{ElementMaker, SharedRows};
pub use errors::CompareError;
pub use files::{Listing, StoreFiles, is_link, look, look_staged};
pub use order::order_columns;
pub use parts::check_columns;
pub use positional::{PositionalRows, PositionalTable};
pub use raw::RawBytes;
pub use row_name::row_name;
pub use shape::{Facts, check_entry, check_store};
pub use sums::ByRegion;
pub use units::{PositionalStore, PositionalUnit, Stretch};
