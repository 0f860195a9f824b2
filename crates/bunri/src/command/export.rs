//! `bunri export`: the catalogue as data contracts, or a finished run as lineage. Reads the job, its catalogue and manifests;
//! no record, and no source.

use std::path::{Path, PathBuf};

use bunri_arguments::{ExportArguments, ExportFormat};
use bunri_catalogue::{Catalogue, Store};
use bunri_columnar::{ColumnarError, CustodyLayout, create_folder, write_whole};
use bunri_export::{Contract, ContractInputs, EventTime, Holder, ReadManifest, RunInputs, lineage};
use bunri_job::{Job, JobKind, check_job, load_job};
use bunri_manifest::{
    Blake3Hex, MANIFEST, ManifestError, StagingManifest, StoreManifest, read_regular,
};
use bunri_parse::load;
use bunri_workplace::{LockError, Workplace, is_begun, look_into};
use serde_json::json;

use crate::Log;
use crate::command::journal;
use crate::exit::{Failure, Outcome};
use crate::screen;

pub(crate) fn run(arguments: &ExportArguments, log: Log) -> Result<Outcome, Failure> {
    let ExportArguments {
        job,
        format,
        out,
        time,
    } = arguments;
    let texts = match (format, time) {
        (ExportFormat::Odcs, Some(_)) => return Err(Failure::NeedlessTime),
        (ExportFormat::Odcs, None) => {
            // Neither secrets nor what people decided is asked for: whoever describes stores need not have them.
            let job = load_job(job)?;
            let catalogue = load(&job.catalogue)?;
            check_job(&job, &catalogue)?;
            let contracts = contracts(&job, &catalogue)?;
            // A folder of files on disk, a stream of documents elsewhere.
            match out {
                Some(folder) => place_contracts(&job, folder, &contracts)?,
                None => {
                    return Ok(say_all(
                        contracts.iter().map(|(_, text)| format!("---\n{text}")),
                    ));
                }
            }
        }
        (ExportFormat::Openlineage, time) => {
            let named = time.as_deref().map(str::parse::<EventTime>).transpose()?;
            let workplace = Workplace::open(job)?;
            let noted = || journal::split_ended(&workplace.job.custody)?.parse().ok();
            // Of a run that never was, that there is none says more.
            let time = match named.or_else(noted) {
                Some(time) => time,
                None if is_begun(&workplace.job.custody)? => return Err(Failure::NoTime),
                None => return Err(not_begun(&workplace.job.custody)),
            };
            let events = events(&workplace, time)?;
            match out {
                Some(path) => {
                    refuse_retail(&workplace.job, path)?;
                    vec![(path.clone(), events)]
                }
                None => return Ok(say_all([events])),
            }
        }
    };
    // All of them are looked at before the first is written.
    let mut missing = Vec::new();
    for (path, text) in &texts {
        if !is_there(path, text)? {
            missing.push((path, text));
        }
    }
    for (path, text) in missing {
        write_whole(path, text.as_bytes())?;
    }
    for (path, _) in &texts {
        say(log, path);
    }
    Ok(Outcome::Clean)
}

/// The contracts of both holders.
fn contracts(job: &Job, catalogue: &Catalogue) -> Result<Vec<(Holder, String)>, Failure> {
    let inputs = ContractInputs {
        catalogue,
        label: &job.label,
        kind: job.kind.word(),
        is_cutover: match job.kind {
            JobKind::Cutover => true,
            JobKind::Rehearsal => false,
        },
    };
    let holders = Holder::ALL.into_iter();
    let texts = holders.map(|holder| Ok((holder, Contract::of(&inputs, holder).to_text()?)));
    texts.collect()
}

fn place_contracts(
    job: &Job,
    folder: &Path,
    contracts: &[(Holder, String)],
) -> Result<Vec<(PathBuf, String)>, Failure> {
    refuse_retail(job, folder)?;
    if folder.exists() && !folder.is_dir() {
        return Err(exists(folder));
    }
    create_folder(folder)?;
    let files = contracts.iter();
    Ok(files
        .map(|(holder, text)| (folder.join(holder.file()), text.clone()))
        .collect())
}

/// The events of the run that lies in custody.
fn events(workplace: &Workplace, time: EventTime) -> Result<String, Failure> {
    let custody = &workplace.job.custody;
    let layout = CustodyLayout::new(custody);
    if !is_begun(custody)? {
        return Err(not_begun(custody));
    }
    // Before anything is held against it.
    let staging = manifest(
        "extract",
        &layout.staging_manifest(),
        StagingManifest::parse,
    )?;
    let looking = look_into(workplace)?;
    if !looking.differences.is_empty() {
        return Err(LockError::OtherJob {
            path: custody.clone(),
            differences: looking.differences,
        }
        .into());
    }
    let store = |store: Store| {
        let path = layout.store(store, &workplace.job.retail).join(MANIFEST);
        manifest("split", &path, StoreManifest::parse)
    };
    let [retail, transmission, quarantine] = Store::ALL;
    let stores = [store(retail)?, store(transmission)?, store(quarantine)?];
    let inputs = RunInputs {
        catalogue: &workplace.catalogue,
        label: &workplace.job.label,
        kind: workplace.job.kind.word(),
        staging: &staging,
        stores: &stores,
        time,
    };
    Ok(lineage(&inputs)?)
}

fn not_begun(custody: &Path) -> Failure {
    LockError::NotBegun {
        path: custody.to_path_buf(),
    }
    .into()
}

/// A manifest that a stage writes last, so that one that is not there means an unfinished run.
fn manifest<M>(
    stage: &'static str,
    path: &Path,
    parse: impl Fn(&[u8]) -> Result<M, ManifestError>,
) -> Result<ReadManifest<M>, Failure> {
    if path.symlink_metadata().is_err() {
        return Err(Failure::Unfinished {
            stage,
            path: path.to_path_buf(),
        });
    }
    let text = read(path)?;
    let manifest = parse(&text).map_err(|source| Failure::UnreadableManifest {
        path: path.to_path_buf(),
        source,
    })?;
    Ok(ReadManifest {
        manifest,
        blake3: Blake3Hex::of(&text),
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    read_regular(path).map_err(|source| Failure::Unread {
        path: path.to_path_buf(),
        source,
    })
}

/// Even the retail contract: the store has the files that its manifest lists, and no other.
fn refuse_retail(job: &Job, path: &Path) -> Result<(), Failure> {
    if job.is_in_retail(path) {
        return Err(Failure::InRetail(path.to_path_buf()));
    }
    Ok(())
}

/// Whether a file of an earlier export is there, the same to the byte. Another one is never overwritten.
fn is_there(path: &Path, text: &str) -> Result<bool, Failure> {
    if path.symlink_metadata().is_err() {
        return Ok(false);
    }
    if path.is_file() && read(path)? == text.as_bytes() {
        return Ok(true);
    }
    Err(exists(path))
}

fn exists(path: &Path) -> Failure {
    ColumnarError::Exists {
        path: path.to_path_buf(),
    }
    .into()
}

fn say_all(texts: impl IntoIterator<Item = String>) -> Outcome {
    for text in texts {
        screen::say_exact(text.trim_end());
    }
    Outcome::Clean
}

fn say(log: Log, path: &Path) {
    let path = path.display().to_string();
    match log {
        Log::Json => screen::event(&json!({"event": "export", "path": path})),
        Log::Human => screen::say(&format!("export        {path}")),
    }
}
