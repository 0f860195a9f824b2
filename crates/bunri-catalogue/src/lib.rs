//! The reviewed classification and the job: parse, check, explain. No Arrow here, and no evaluation.

mod check;
mod day;
mod digest;
mod draft;
mod explain;
mod grant;
mod job;
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
pub use explain::explain;
pub use grant::{granted, possible_classes, possible_ownerships, store_columns};
pub use job::{Job, JobKind, Source, check_basis, check_job, check_pin, check_ranges, load_job};
pub use load::load;
pub use model::*;
pub use problem::{Position, Problem, Problems};
