//! Logs written by hand, a rule at a time; and logs drawn at random, cut into files at any line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bounds;
mod forms;
mod order;
mod rig;
mod rules;
mod splits;
