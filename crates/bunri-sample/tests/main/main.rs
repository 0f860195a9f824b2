//! The sample as its users meet it: a database, a list beside it, and a catalogue that fits both.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod catalogue;
mod made;
mod planted;
mod same_content;
mod security;
