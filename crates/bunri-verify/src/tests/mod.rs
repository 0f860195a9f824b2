//! Runs made by hand, looked at whole and damaged on purpose.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod again;
mod bits;
mod classes;
mod damage;
mod figures;
mod fixture;
mod gaps;
mod judged;
mod names;
mod ordinary;
mod positional;
mod refusals;
mod told;
mod whole;
