//! `bunri verify --store … --loaded …`: does a target hold what the store holds? It is no claim of a report: a record.

use std::path::Path;

use bunri_columnar::replace_whole;
use bunri_job::load_target;
use bunri_load::{CompareOptions, LoadError, LoadedStatus, compare, refuse_in_store};

use crate::Log;
use crate::command::load::{checked, say};
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;

/// What sorts may hold where tables differ; a comparison of tables that are the same sorts nothing.
const MEMORY: usize = 512 << 20;

pub(crate) fn run(
    folder: &Path,
    target: &str,
    record: Option<&Path>,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let target = load_target(target)?;
    if let Some(path) = record {
        refuse_in_store(path, folder)?;
    }
    let Some(store) = checked(folder, log)? else {
        return Ok(Outcome::ClaimBroken);
    };
    let options = CompareOptions {
        memory: MEMORY,
        folder: std::env::temp_dir(),
    };
    let compared = compare(&store, &target, &options, progress)?;
    if let Some(path) = record {
        replace_whole(path, &compared.to_bytes().map_err(LoadError::from)?)?;
    }
    say(&compared.lines(), &compared.event(), log, progress);
    Ok(match compared.status {
        LoadedStatus::Same => Outcome::Clean,
        LoadedStatus::NothingCompared => Outcome::SomethingToRead,
        LoadedStatus::Different => Outcome::ClaimBroken,
    })
}
