//! `bunri load`: a store, checked, into a database or into files for a loader.

use std::path::Path;

use bunri_columnar::{CustodyLayout, replace_whole};
use bunri_job::{load_job, load_target};
use bunri_load::{LoadOptions, LoadRecord, SealedStore, TableState, load, write_sqlldr};
use bunri_manifest::{StagingManifest, read_regular};
use bunri_verify::verify_store_alone;
use serde_json::json;

use crate::Log;
use crate::args::LoadArguments;
use crate::command::said;
use crate::exit::{Failure, Outcome};
use crate::progress::Progress;
use crate::screen::{self, grouped};

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
        let folder = out.as_deref().ok_or(Failure::NothingToVerify)?;
        return of_loader(&store, folder, log, progress);
    };
    let options = LoadOptions {
        replace: *replace,
        sources: sources(folder, job.as_deref())?,
    };
    let loaded = load(&store, &target, &options, progress)?;
    progress.done();
    if let Some(path) = record {
        let bytes = loaded.to_bytes().map_err(bunri_load::LoadError::from)?;
        replace_whole(path, &bytes)?;
    }
    say(&loaded, log);
    Ok(Outcome::Clean)
}

/// A store whose files are what its manifest says, and nothing beside it (C1, and what the files alone say of C6); [`None`] where they are not,
/// which was told.
pub(crate) fn checked(folder: &Path, log: Log) -> Result<Option<SealedStore>, Failure> {
    if !folder.is_dir() {
        return Err(Failure::NoStore(folder.to_path_buf()));
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let report = verify_store_alone(folder, None, threads)?;
    let manifest = report
        .judged
        .stores
        .first()
        .and_then(|store| store.manifest.as_ref());
    match manifest {
        Some(manifest) if !report.broken() => Ok(Some(SealedStore::open(folder, manifest)?)),
        _ => {
            said::report(&report, log);
            Ok(None)
        }
    }
}

/// A store holds what its manifest lists, and no record of ours.
pub(crate) fn refuse_in_store(path: &Path, store: &Path) -> Result<(), Failure> {
    let known = |path: &Path| path.ancestors().find_map(|it| it.canonicalize().ok());
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    match (known(&absolute), store.canonicalize()) {
        (Some(path), Ok(store)) if path.starts_with(&store) => {
            Err(Failure::InStore(absolute.clone()))
        }
        _ => Ok(()),
    }
}

/// What the store was made of, where that is known: by the job, or by the custody that the store lies in.
fn sources(store: &Path, job: Option<&Path>) -> Result<Vec<String>, Failure> {
    let mut custodies = Vec::new();
    if let Some(job) = job {
        let custody = load_job(job)?.custody;
        custodies.push((custody, true));
    }
    let above = std::path::absolute(store).ok();
    let above = above
        .as_deref()
        .and_then(Path::parent)
        .map(Path::to_path_buf);
    custodies.extend(above.map(|above| (above, false)));
    let mut sources = Vec::new();
    for (custody, must_be) in custodies {
        let path = CustodyLayout::new(&custody).staging_manifest();
        if !must_be && !path.is_file() {
            continue;
        }
        let text = read_regular(&path).map_err(|source| Failure::Unread {
            path: path.clone(),
            source,
        })?;
        let manifest = StagingManifest::parse(&text)
            .map_err(|source| Failure::UnreadableManifest { path, source })?;
        sources.extend(manifest.source.state);
    }
    Ok(sources)
}

/// Files for a loader that bunri does not run.
fn of_loader(
    store: &SealedStore,
    folder: &Path,
    log: Log,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let files = write_sqlldr(store, folder, progress)?;
    progress.done();
    if log == Log::Json {
        let empty = files.empty_texts.iter();
        let empty = empty.map(
            |(table, column, cells)| json!({"table": table, "column": column, "cells": cells}),
        );
        screen::event(&json!({
            "event": "loader_files", "folder": folder, "tables": files.tables, "rows": files.rows,
            "empty_texts": empty.collect::<Vec<_>>(),
        }));
    } else {
        screen::say_wrapped(
            &format!(
                "{}: {} tables, {} rows for SQL*Loader. NOT RUN: nobody who made bunri has run such files on an Oracle database",
                folder.display(),
                files.tables,
                grouped(files.rows)
            ),
            4,
        );
        for (table, column, cells) in &files.empty_texts {
            let cells = grouped(*cells);
            screen::say_wrapped(
                &format!(
                    "{table}, column {column}: {cells} empty texts, which Oracle takes for NULL"
                ),
                4,
            );
        }
    }
    // That nobody ran it is something to read, whatever is in it.
    Ok(Outcome::SomethingToRead)
}

fn say(record: &LoadRecord, log: Log) {
    let LoadRecord {
        store,
        target,
        tables,
        removed,
        ..
    } = record;
    if log == Log::Json {
        screen::event(&json!({
            "event": "loaded", "store": store, "target": target, "tables": tables, "removed": removed,
        }));
        return;
    }
    let of = |state: TableState| tables.iter().filter(|table| table.state == state).count();
    let (kept, replaced) = (of(TableState::Kept), of(TableState::Replaced));
    let rows = tables
        .iter()
        .map(|table| table.rows)
        .fold(0, u64::saturating_add);
    let mut text = format!(
        "{} is in {}, schema `{}`: {} tables, {} rows",
        store.store,
        target.address,
        target.schema,
        tables.len(),
        grouped(rows)
    );
    if kept > 0 {
        text.push_str(&format!(
            "; {kept} of the tables were loaded before, and not looked at now"
        ));
    }
    if replaced > 0 {
        text.push_str(&format!("; {replaced} replaced those of an earlier store"));
    }
    if !removed.is_empty() {
        text.push_str(&format!("; removed: {}", removed.join(", ")));
    }
    screen::say_wrapped(&text, 4);
    screen::say_wrapped(
        "whether the target holds what the store holds says `bunri verify --store STORE --loaded TARGET`",
        4,
    );
}
