//! The audit against the canonical writer's files, whole and damaged.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod canonical;
pub(crate) mod flips;
pub(crate) mod made;
mod mutations;
mod planted;
