//! One job at a time in an output folder, and only ever the same job: `job.lock.json` holds the digest of every
//! input, and a run whose inputs differ is refused with the difference named.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use bunri_catalogue::{Catalogue, Job, Source, day_text};
use bunri_columnar::{ColumnarError, create_folder, write_whole};
use bunri_manifest::{TOOL, hash_file};
use serde::{Deserialize, Serialize};

/// The lock's file name in custody.
const LOCK: &str = "job.lock.json";

/// What a run is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobLock {
    format: String,
    /// By name, so that a difference can be named.
    inputs: BTreeMap<String, String>,
}

/// Why a folder is not this job's to use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockError {
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    #[error("cannot read the source `{}`: {source}", path.display())]
    Source {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("another bunri is at work in `{}`; wait for it to end", path.display())]
    Busy { path: PathBuf },
    #[error(
        "`{}` is not empty and no bunri job began it; name an empty folder in [output]", path.display()
    )]
    Foreign { path: PathBuf },
    #[error(
        "`{}` belongs to another job:\n{}\nname another folder in [output], or restore the old input to resume",
        path.display(), differences.join("\n")
    )]
    OtherJob {
        path: PathBuf,
        differences: Vec<String>,
    },
    #[error("nothing was extracted into `{}` yet; run `bunri extract` or `bunri run` first", path.display())]
    NotBegun { path: PathBuf },
}

/// Output folders that are this process's alone while it lives.
#[derive(Debug)]
pub(crate) struct Held {
    _folders: Vec<File>,
}

impl JobLock {
    const FORMAT: &str = "bunri.lock/1";

    /// What the job is bound to; `source` is the digest of the database.
    fn of(job: &Job, catalogue: &Catalogue, source: &str) -> Self {
        let retail = std::path::absolute(&job.retail).unwrap_or_else(|_| job.retail.clone());
        let inputs = [
            ("tool", TOOL.to_owned()),
            ("label", job.label.clone()),
            ("kind", job.kind.word().to_owned()),
            ("cutover", day_text(job.cutover)),
            ("source blake3", source.to_owned()),
            ("catalogue blake3", catalogue.digest.clone()),
            ("output.retail", retail.display().to_string()),
            ("ranges", format!("{:?}", job.ranges)),
        ];
        let inputs = inputs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        Self {
            format: Self::FORMAT.to_owned(),
            inputs,
        }
    }

    fn read(custody: &Path) -> Option<Self> {
        let text = std::fs::read(custody.join(LOCK)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    fn source(&self) -> &str {
        self.inputs.get("source blake3").map_or("", String::as_str)
    }

    fn differences(&self, now: &Self) -> Vec<String> {
        let names = self.inputs.keys().chain(now.inputs.keys());
        let mut lines: Vec<String> = names
            .filter(|name| self.inputs.get(*name) != now.inputs.get(*name))
            .map(|name| {
                let value = |lock: &Self| lock.inputs.get(name).cloned().unwrap_or_default();
                format!("  {name}: was {}, is {}", value(self), value(now))
            })
            .collect();
        lines.sort();
        lines.dedup();
        lines
    }
}

/// Whether the command reads the source, and so must see that it is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reads {
    Source,
    StagingOnly,
}

/// Takes the job's output folders for this process, or says why they are not its to take.
pub(crate) fn hold(job: &Job, catalogue: &Catalogue, reads: Reads) -> Result<Held, LockError> {
    if reads == Reads::StagingOnly && !job.custody.join(LOCK).is_file() {
        return Err(LockError::NotBegun {
            path: job.custody.clone(),
        });
    }
    let source = match reads {
        Reads::Source => Some(source_digest(job)?),
        Reads::StagingOnly => None,
    };
    create_folder(&job.custody)?;
    close_to_others(&job.custody)?;
    create_folder(&job.retail)?;
    let held = Held {
        _folders: vec![take(&job.custody)?, take(&job.retail)?],
    };
    match JobLock::read(&job.custody) {
        Some(lock) => {
            let source = source.unwrap_or_else(|| lock.source().to_owned());
            let differences = lock.differences(&JobLock::of(job, catalogue, &source));
            if !differences.is_empty() {
                return Err(LockError::OtherJob {
                    path: job.custody.clone(),
                    differences,
                });
            }
        }
        None => {
            for folder in [&job.custody, &job.retail] {
                refuse_unless_empty(folder)?;
            }
            let lock = JobLock::of(job, catalogue, &source.unwrap_or_default());
            let text = serde_json::to_vec_pretty(&lock).unwrap_or_default();
            write_whole(&job.custody.join(LOCK), &text)?;
        }
    }
    Ok(held)
}

fn source_digest(job: &Job) -> Result<String, LockError> {
    let path = match &job.source {
        Source::Sqlite(path) => path,
        // A later kind of source brings its own identity.
        _ => return Ok(String::new()),
    };
    let digests = hash_file(path).map_err(|source| LockError::Source {
        path: path.clone(),
        source,
    })?;
    Ok(digests.blake3.to_string())
}

/// Custody holds everything; only its owner may look (0700).
fn close_to_others(folder: &Path) -> Result<(), ColumnarError> {
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
        .map_err(ColumnarError::io("set the permissions of", folder))
}

/// The kernel lets go of the lock when the process ends, however it ends.
fn take(folder: &Path) -> Result<File, LockError> {
    let file = File::open(folder).map_err(ColumnarError::io("open", folder))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LockError::Busy {
            path: folder.to_path_buf(),
        }),
        Err(TryLockError::Error(source)) => Err(ColumnarError::io("lock", folder)(source).into()),
    }
}

fn refuse_unless_empty(folder: &Path) -> Result<(), LockError> {
    let entries = std::fs::read_dir(folder).map_err(ColumnarError::io("list", folder))?;
    for entry in entries {
        let entry = entry.map_err(ColumnarError::io("list", folder))?;
        // What a kill left of the lock itself is nobody's data.
        if !entry
            .file_name()
            .to_string_lossy()
            .starts_with(".bunri-tmp-")
        {
            return Err(LockError::Foreign {
                path: folder.to_path_buf(),
            });
        }
    }
    Ok(())
}
