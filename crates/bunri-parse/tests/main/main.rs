//! The catalogue as its users meet it: a folder of text, loaded or refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod damage;
mod digests;
mod edges;
mod granted;
mod hostile;
mod invalid;
mod samples;
mod valid;
mod warned;
