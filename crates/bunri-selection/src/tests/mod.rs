#![allow(clippy::unwrap_used, clippy::panic)]

mod fixture;
mod selected;
