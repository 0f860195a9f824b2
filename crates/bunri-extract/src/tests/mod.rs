//! Extraction of small databases that were made, damaged or left in disorder on purpose.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod at_rest;
mod damage;
pub(crate) mod fixture;
