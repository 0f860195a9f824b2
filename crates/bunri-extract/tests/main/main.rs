//! Stories about extraction, over small SQLite files made on the spot.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod at_rest;
mod delta;
mod drift;
mod figures;
mod order;
mod parts;
mod resume;
mod story;
mod values;
