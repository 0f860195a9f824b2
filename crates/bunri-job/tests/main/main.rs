//! The job as its users meet it: a file, loaded with its catalogue or refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod jobs;
mod rekey;
#[allow(dead_code, reason = "shared with the tests of the catalogue")]
#[path = "../../../bunri-parse/tests/main/samples.rs"]
mod samples;
