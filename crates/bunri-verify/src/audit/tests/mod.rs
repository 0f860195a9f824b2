//! The audit against the canonical writer's files, whole and damaged.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod canonical;
mod flips;
mod made;
mod mutations;
mod planted;
