//! Where a job works: the job with its catalogue, decisions and secrets, and its output folders, which belong to one
//! process at a time and to the same inputs for ever.

mod lock;
mod workplace;

pub use lock::{Changed, Held, LockError, Looking, Reads, hold, hold_custody, is_begun, look_into};
pub use workplace::Workplace;
