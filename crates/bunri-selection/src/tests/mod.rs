#![allow(clippy::unwrap_used)]

mod fixture;
mod selected;
