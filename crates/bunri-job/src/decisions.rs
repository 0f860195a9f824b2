//! The decisions that a job names, and that they are those which it pins.

use std::path::Path;

use bunri_catalogue::Catalogue;
use bunri_decisions::{Decisions, read_decisions};
use bunri_text::{Problem, Problems};

use crate::job::Job;

/// Reads the decisions that a job names.
///
/// # Errors
/// Every mistake at once; and a file that is not the one that the job pins.
pub fn load_decisions(job: &Job, catalogue: &Catalogue) -> Result<Decisions, Problems> {
    let Some(path) = &job.decisions else {
        return Ok(Decisions::none());
    };
    let decisions = read_decisions(path, catalogue)?;
    match (&job.decisions_blake3, decisions.digest()) {
        (Some(pin), Some(digest)) if pin != digest => Err(other_file(job, path, pin, digest)),
        _ => Ok(decisions),
    }
}

fn other_file(job: &Job, path: &Path, pin: &str, digest: &str) -> Problems {
    let message = format!(
        "the decisions are not those that were approved: the job pins {pin}, and {} has {digest}",
        path.display()
    );
    let problem = Problem::at(&job.places.file, job.places.decisions, message);
    Problems(vec![problem])
}
