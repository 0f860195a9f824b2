//! The reviewed classification and the job: parse, check, explain. No Arrow here, and no evaluation.

mod grant;
mod model;

pub use grant::{granted, possible_classes, possible_ownerships, store_columns};
pub use model::*;
