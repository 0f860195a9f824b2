//! What a run would do, before it does it, and what is left for people after it. Staging is decided by the plain evaluator
//! ([`bunri_redecide`]), never by the splitter; rows and cells are counted, and no store is written.
//!
//! 1. [`quarantine`]: what waits, a draft of the file of decisions, and such a file tried out;
//! 2. [`compare`]: two classifications held against each other, with what that moves.
//!
//! One [`pass`](mod@pass) over staging serves all of them: a [`Side`] decides every table, or two sides do in step.

mod compare;
mod errors;
mod moves;
mod pass;
mod placement;
mod quarantine;
mod side;
mod waiting;

pub use compare::compare;
pub use errors::PlanError;
pub use quarantine::{QuarantineInputs, quarantine};
pub use side::{Ground, Side};
