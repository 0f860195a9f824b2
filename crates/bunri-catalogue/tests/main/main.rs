//! The catalogue and the job as their users meet them: folders of text, loaded or refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod damage;
mod decisions;
mod digests;
mod edges;
mod granted;
mod hostile;
mod invalid;
mod jobs;
mod rekey;
mod samples;
mod valid;
mod warned;
