//! The reviewed classification and the job: parse, check, explain. No Arrow here, and no evaluation.

mod check;
mod day;
mod digest;
mod draft;
mod grant;
mod load;
mod model;
mod problem;
mod read;
mod resolve;
mod section;
mod syntax;
mod types;
mod value;
mod words;

pub use day::day_text;
pub use digest::digest_files;
pub use grant::{granted, possible_classes, possible_ownerships, store_columns};
pub use load::load;
pub use model::*;
pub use problem::{Position, Problem, Problems};
