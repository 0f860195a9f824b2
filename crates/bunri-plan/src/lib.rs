//! What a run would do, before it does it, and what is left for people after it. Staging is decided by the plain evaluator
//! ([`bunri_redecide`]), never by the splitter; rows and cells are counted, and no store is written.
//!
//! 1. [`plan`]: rows, cells and bytes by destination, references that will dangle, what will wait, what a rerun does again;
//! 2. [`quarantine`]: what waits, a draft of the file of decisions, and such a file tried out;
//! 3. [`compare`]: two classifications held against each other, with what that moves;
//! 4. [`look_at_queries`]: which withheld columns the views and queries of the legacy system read.
//!
//! One pass over staging serves all of them: a [`Side`] decides every table, or two sides do in step.

mod compare;
mod errors;
mod folder;
mod moves;
mod page;
mod pass;
mod placement;
mod plan;
mod quarantine;
mod queries;
mod runbook;
mod side;
mod tally;
mod waiting;

pub use compare::compare;
pub use errors::PlanError;
pub use folder::{PLAN_FILES, prepare_folder, write_folder};
pub use page::page;
pub use plan::{PlanInputs, plan, withheld_columns};
pub use quarantine::{QuarantineInputs, quarantine};
pub use queries::{QueryText, look_at_queries};
pub use runbook::{Language, RunbookFacts, runbook};
pub use side::{Ground, Side};
