//! The real splitter and deliberately bad ones, held to noninterference.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad;
mod guards;
mod interference;
mod shipped;
mod town;
