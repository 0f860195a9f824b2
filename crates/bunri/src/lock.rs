//! One job at a time in an output folder, and only ever the same job: `job.lock.json` holds the digest of every
//! input, and a run whose inputs differ is refused with the difference named.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use bunri_catalogue::{Job, Source, day_text};
use bunri_columnar::{ColumnarError, Observer, create_folder, write_whole};
use bunri_manifest::TOOL;
use serde::{Deserialize, Serialize};

use crate::workplace::Workplace;

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
    #[error("interrupted while the source was hashed; run again")]
    Interrupted,
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
    fn of(workplace: &Workplace, source: &str) -> Self {
        let Workplace {
            job,
            catalogue,
            decisions,
            secrets,
        } = workplace;
        let retail = true_path(&job.retail);
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
        let decisions = decisions
            .digest()
            .map(|digest| ("decisions blake3", digest.to_owned()));
        // Derived from the secret, which it does not tell; it tells only whether the secret is the same.
        let secrets = secrets
            .checks()
            .into_iter()
            .map(|(name, check)| (format!("rekey {name}"), check));
        let inputs = inputs
            .into_iter()
            .chain(decisions)
            .map(|(name, value)| (name.to_owned(), value))
            .chain(secrets)
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

/// The folder itself, however it was spelt and from wherever; its last part may not be there yet.
fn true_path(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut missing = Vec::new();
    for above in absolute.ancestors() {
        if let Ok(real) = above.canonicalize() {
            return missing
                .into_iter()
                .rev()
                .fold(real, |path, part| path.join(part));
        }
        missing.extend(above.file_name());
    }
    absolute
}

/// Whether the command reads the source, and so must see that it is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reads {
    Source,
    StagingOnly,
}

/// Takes the job's output folders for this process, or says why they are not its to take. Nothing is made or
/// changed before the folders have been judged.
pub(crate) fn hold(
    workplace: &Workplace,
    reads: Reads,
    observer: &dyn Observer,
) -> Result<Held, LockError> {
    let job = &workplace.job;
    let there = JobLock::read(&job.custody);
    if there.is_none() {
        if reads == Reads::StagingOnly {
            return Err(LockError::NotBegun {
                path: job.custody.clone(),
            });
        }
        refuse_unless_empty(&job.custody)?;
        refuse_unless_empty(&job.retail)?;
    }
    let source = match (reads, &there) {
        (Reads::StagingOnly, Some(lock)) => lock.source().to_owned(),
        _ => source_digest(job, observer)?,
    };
    let now = JobLock::of(workplace, &source);
    if let Some(lock) = &there {
        let differences = lock.differences(&now);
        if !differences.is_empty() && !may_be_renewed(job)? {
            return Err(LockError::OtherJob {
                path: job.custody.clone(),
                differences,
            });
        }
    }
    create_folder(&job.custody)?;
    close_to_others(&job.custody)?;
    create_folder(&job.retail)?;
    let held = Held {
        _folders: vec![take(&job.custody)?, take(&job.retail)?],
    };
    if there.as_ref() != Some(&now) {
        let path = job.custody.join(LOCK);
        if there.is_some() {
            std::fs::remove_file(&path).map_err(ColumnarError::io("remove", &path))?;
        }
        write_whole(&path, &serde_json::to_vec_pretty(&now).unwrap_or_default())?;
    }
    Ok(held)
}

/// Until a split was begun no store holds anything, so a corrected job or catalogue may take the place of the
/// refused one. Staging is not lost by it: extraction itself refuses staging of another source or shape.
fn may_be_renewed(job: &Job) -> Result<bool, LockError> {
    let begun = ["tmp/split.begun.json", "tmp/split.json"];
    if begun.iter().any(|record| job.custody.join(record).exists()) {
        return Ok(false);
    }
    let stores = [
        job.retail.clone(),
        job.custody.join("transmission"),
        job.custody.join("quarantine"),
    ];
    for store in stores {
        if !is_empty(&store)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The BLAKE3 of the source, which takes about a second a gigabyte.
fn source_digest(job: &Job, observer: &dyn Observer) -> Result<String, LockError> {
    let path = match &job.source {
        Source::Sqlite(path) => path,
        // A later kind of source brings its own identity.
        _ => return Ok(String::new()),
    };
    let failed = |source| LockError::Source {
        path: path.clone(),
        source,
    };
    let mut file = bunri_extract::open_regular(path).map_err(failed)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        if observer.cancelled() {
            return Err(LockError::Interrupted);
        }
        let read = file.read(&mut buffer).map_err(failed)?;
        if read == 0 {
            return Ok(hasher.finalize().to_hex().to_string());
        }
        hasher.update(&buffer[..read]);
    }
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
    if is_empty(folder)? {
        Ok(())
    } else {
        Err(LockError::Foreign {
            path: folder.to_path_buf(),
        })
    }
}

/// Whether a folder is absent or holds nothing but what a kill left of a commit.
fn is_empty(folder: &Path) -> Result<bool, LockError> {
    if folder.symlink_metadata().is_err() {
        return Ok(true);
    }
    let entries = std::fs::read_dir(folder).map_err(ColumnarError::io("list", folder))?;
    for entry in entries {
        let entry = entry.map_err(ColumnarError::io("list", folder))?;
        if !entry
            .file_name()
            .to_string_lossy()
            .starts_with(".bunri-tmp-")
        {
            return Ok(false);
        }
    }
    Ok(true)
}
