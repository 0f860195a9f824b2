//! `bunri load`: a store, checked, into a database or into files for a loader.

use std::path::Path;

use bunri_arguments::LoadArguments;
use bunri_columnar::replace_whole;
use bunri_job::{load_job, load_target};
use bunri_load::{
    LoadError, LoadOptions, SealedStore, load, refuse_in_store, sources_of, write_sqlldr,
};
use bunri_verify::verify_store_alone;
use serde_json::Value;

use crate::Log;
use crate::command::said;
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen;

pub(crate) fn run(
    arguments: &LoadArguments,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let LoadArguments {
        store: folder,
        into,
        replace,
        job,
        record,
        format: _,
        out,
    } = arguments;
    // What is wrong with the target is told before a large store is read.
    let target = into.as_deref().map(load_target).transpose()?;
    for path in [record, out].into_iter().flatten() {
        refuse_in_store(path, folder)?;
    }
    let Some(store) = checked(folder, log)? else {
        return Ok(Outcome::ClaimBroken);
    };
    let Some(target) = target else {
        // The parser asks for one of the two.
        let out = out.as_deref().ok_or(Failure::NothingToVerify)?;
        let files = write_sqlldr(&store, out, progress)?;
        say(&files.lines(), &files.event(), log, progress);
        // That nobody ran it is something to read, whatever is in it.
        return Ok(Outcome::SomethingToRead);
    };
    let custody = job
        .as_deref()
        .map(load_job)
        .transpose()?
        .map(|job| job.custody);
    let options = LoadOptions {
        replace: *replace,
        sources: sources_of(folder, custody.as_deref())?,
    };
    let loaded = load(&store, &target, &options, progress)?;
    if let Some(path) = record {
        replace_whole(path, &loaded.to_bytes().map_err(LoadError::from)?)?;
    }
    say(&loaded.lines(), &loaded.event(), log, progress);
    Ok(Outcome::Clean)
}

/// A store whose files are what its manifest says, and nothing beside it (C1, and what the files alone say of C6); [`None`] where they
/// are not, which was told.
pub(crate) fn checked(folder: &Path, log: Log) -> Result<Option<SealedStore>, Failure> {
    if !folder.is_dir() {
        return Err(Failure::NoStore(folder.to_path_buf()));
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let report = verify_store_alone(folder, None, None, threads)?;
    let judged = report.judged.stores.first();
    match judged.and_then(|store| store.manifest.as_ref()) {
        Some(manifest) if !report.broken() => Ok(Some(SealedStore::open(folder, manifest)?)),
        _ => {
            said::report(&report, log);
            Ok(None)
        }
    }
}

/// What a record says, to people or to a log.
pub(crate) fn say(lines: &[String], event: &Value, log: Log, progress: &Progress) {
    progress.done();
    match log {
        Log::Json => screen::event(event),
        Log::Human => lines.iter().for_each(|line| screen::say_wrapped(line, 4)),
    }
}
