//! Manifests as somebody hostile would write them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod chance;
mod corpus;
mod mutation;
