//! One job at a time in an output folder, and only ever the same job: `job.lock.json` holds the digest of every
//! input, and a run whose inputs differ is refused with the difference named.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use bunri_catalogue::Store;
use bunri_columnar::{
    ColumnarError, CustodyLayout, Observer, Staging, create_folder, replace_whole,
};
use bunri_job::{Job, Source};
use bunri_manifest::{Blake3Hex, TOOL};
use bunri_retire::is_retired;
use bunri_source::{SourceError, SourceState};
use bunri_types::day_text;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::workplace::Workplace;

/// The input that the source is, in the lock.
const SOURCE_BLAKE3: &str = "source blake3";
/// The folder of the retail store, in the lock.
const OUTPUT_RETAIL: &str = "output.retail";

/// What a run is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JobLock {
    format: String,
    /// By name, so that a difference can be named.
    inputs: BTreeMap<String, String>,
}

/// Why a folder is not this job's to use.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Files of custody.
    #[error(transparent)]
    Columnar(#[from] ColumnarError),
    /// A source that is a file and cannot be read.
    #[error("cannot read the source `{}`: {source}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The source.
    #[error(transparent)]
    Source(SourceError),
    /// Somebody asked to stop.
    #[error("interrupted while the source was hashed; run again")]
    Interrupted,
    /// Another process works there.
    #[error("another bunri is at work in `{}`; wait for it to end", path.display())]
    Busy {
        /// The file or folder.
        path: PathBuf,
    },
    /// A folder that holds something else.
    #[error(
        "`{}` is not empty and no bunri job began it; name an empty folder in [output]", path.display()
    )]
    Foreign {
        /// The file or folder.
        path: PathBuf,
    },
    /// The folders belong to other inputs.
    #[error(
        "`{}` belongs to another job:\n{}\nname another folder in [output], or restore the old input to resume; of the same source, \
         `bunri run --again` says what stands and makes the rest anew",
        path.display(), differences.join("\n")
    )]
    OtherJob {
        /// The file or folder.
        path: PathBuf,
        /// Each input that differs, with both values.
        differences: Vec<String>,
    },
    /// A PostgreSQL source that was written to.
    #[error(
        "`{place}` was written to since `{}` was bound to it, and rows of two states are not mixed. Where staging is complete, go on \
         with `bunri split` and `bunri verify`; else name an empty folder in [output], and read from a standby whose replay is \
         paused, or from a `snapshot` that another session holds: then an interrupted run can go on", path.display()
    )]
    MovedOn {
        /// Where the source is, without a secret.
        place: String,
        /// The file or folder.
        path: PathBuf,
    },
    /// An ODBC source in another state.
    #[error(
        "`{}` is bound to another state of `{place}`, and rows of two states are not mixed: a snapshot ends with its connection, and a \
         database at rest was written to, or read through another driver. Where staging is complete, go on with `bunri split` and \
         `bunri verify`; else name an empty folder in [output], and read a database at rest (`rest`): then an interrupted run can go on",
        path.display()
    )]
    OtherState {
        /// Where the source is, without a secret.
        place: String,
        /// The file or folder.
        path: PathBuf,
    },
    /// No extraction yet.
    #[error("nothing was extracted into `{}` yet; run `bunri extract` or `bunri run` first", path.display())]
    NotBegun {
        /// The file or folder.
        path: PathBuf,
    },
    /// A run whose staging is deleted.
    #[error(
        "the run in `{}` is retired: its staging is gone or about to go, and nothing is made of it any more (`bunri verify JOB \
         --evidence` still says who signed it); for another run, name another folder in [output]", path.display()
    )]
    Retired {
        /// The file or folder.
        path: PathBuf,
    },
    /// A lock that this version did not write.
    #[error(
        "`{}` is not the lock of this version ({why}); put back the file that bunri wrote, or name an empty folder in \
         [output]", path.display()
    )]
    Illegible {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Staging of another source than the lock.
    #[error(
        "staging and lock are of two sources:\n  source blake3 in `{}`: {staged}\n  source blake3 in `{}`: {bound}\n\
         remove the folder of staging and run `bunri extract` again, or put back the staging that belongs here",
        staging.display(), lock.display()
    )]
    OtherSource {
        /// Staging's manifest.
        staging: PathBuf,
        /// The digest there.
        staged: Blake3Hex,
        /// The lock.
        lock: PathBuf,
        /// The digest there.
        bound: Blake3Hex,
    },
    /// Custody that others may enter.
    #[error(
        "`{}` has mode {mode:04o}: others could read or change what is in it; find out who did, then \
         `chmod 700` it and run again", path.display()
    )]
    Open {
        /// The file or folder.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
}

/// Output folders that are this process's alone while it lives.
#[derive(Debug)]
pub struct Held {
    _folders: Vec<File>,
    /// The state of the source, taken once; what is extracted and what is split must be of it.
    pub source: SourceState,
    /// What the stores were made of and is otherwise now, a line each: nothing may be written before they are discarded.
    pub differences: Vec<String>,
    now: JobLock,
}

impl Held {
    /// Binds the folders to the job as it is now. Whoever calls this has discarded what was made of another.
    pub fn renew(&self, custody: &Path) -> Result<(), LockError> {
        self.now.write(custody)
    }
}

impl JobLock {
    const FORMAT: &str = "bunri.lock/1";

    /// What the job is bound to; `source` is the digest of the database.
    fn of(workplace: &Workplace, source: &Blake3Hex) -> Self {
        let Workplace {
            job,
            catalogue,
            decisions,
            secrets,
            // What was asked of others changes no store.
            controls: _,
        } = workplace;
        let retail = true_path(&job.retail);
        let inputs = [
            ("tool", TOOL.to_owned()),
            ("label", job.label.clone()),
            ("kind", job.kind.word().to_owned()),
            ("cutover", day_text(job.cutover)),
            (SOURCE_BLAKE3, source.as_str().to_owned()),
            ("catalogue blake3", catalogue.digest.clone()),
            (OUTPUT_RETAIL, retail.display().to_string()),
            ("ranges", json!(job.ranges).to_string()),
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

    /// The lock of a folder, if a job began it. One that cannot be read is not taken for none: the folder would
    /// look like somebody else's, or like nobody's.
    fn read(custody: &Path) -> Result<Option<Self>, LockError> {
        let path = CustodyLayout::new(custody).lock();
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(absent) if absent.kind() == ErrorKind::NotFound => return Ok(None),
            Err(refused) => return Err(ColumnarError::io("read", &path)(refused).into()),
        };
        let illegible = |why: String| LockError::Illegible { path, why };
        let lock: Self = match serde_json::from_slice(&text) {
            Ok(lock) => lock,
            Err(refused) => return Err(illegible(refused.to_string())),
        };
        if lock.format == Self::FORMAT {
            Ok(Some(lock))
        } else {
            Err(illegible(format!("its format is not {}", Self::FORMAT)))
        }
    }

    /// The digest of the source that the job is bound to.
    fn source(&self, custody: &Path) -> Result<Blake3Hex, LockError> {
        let text = self.inputs.get(SOURCE_BLAKE3).cloned().unwrap_or_default();
        Blake3Hex::try_from(text).map_err(|why| LockError::Illegible {
            path: CustodyLayout::new(custody).lock(),
            why: format!("{SOURCE_BLAKE3}: {why}"),
        })
    }

    fn write(&self, custody: &Path) -> Result<(), LockError> {
        let path = CustodyLayout::new(custody).lock();
        let text = serde_json::to_vec_pretty(self)
            .map_err(|refused| ColumnarError::io("write", &path)(refused.into()))?;
        Ok(replace_whole(&path, &text)?)
    }

    fn differs(&self, now: &Self, name: &str) -> bool {
        self.inputs.get(name) != now.inputs.get(name)
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

/// What becomes of stores that were made of other inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// The job is refused.
    Refused,
    /// They are named in [`Held::differences`], unless they are of another source or lie elsewhere: those are refused.
    Named,
}

/// Whether the command reads the source, and so must see that it is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// The source.
    Source,
    /// What was staged, which must be of the source that the folders are bound to.
    StagingOnly,
    /// Evidence and manifests, which stay when a run is retired.
    Evidence,
}

/// Takes the job's output folders for this process, or says why they are not its to take. Nothing is made or
/// changed before the folders have been judged.
pub fn hold(
    workplace: &Workplace,
    reads: Reads,
    changed: Changed,
    observer: &dyn Observer,
) -> Result<Held, LockError> {
    let job = &workplace.job;
    let mut stale = Vec::new();
    if reads != Reads::Evidence {
        refuse_retired(&job.custody)?;
    }
    let there = JobLock::read(&job.custody)?;
    let source = match (&there, reads) {
        (None, Reads::StagingOnly | Reads::Evidence) => {
            return Err(LockError::NotBegun {
                path: job.custody.clone(),
            });
        }
        (None, Reads::Source) => {
            refuse_unless_empty(&job.custody)?;
            refuse_unless_empty(&job.retail)?;
            source_state(job, observer)?
        }
        (Some(_), Reads::Source) => source_state(job, observer)?,
        (Some(lock), Reads::StagingOnly | Reads::Evidence) => {
            SourceState::of_digest(lock.source(&job.custody)?)
        }
    };
    let now = JobLock::of(workplace, &source.blake3);
    if let Some(lock) = &there {
        refuse_open(&job.custody)?;
        let differences = lock.differences(&now);
        if !differences.is_empty() && !may_be_renewed(job)? {
            let moved_on = differences.len() == 1 && lock.differs(&now, SOURCE_BLAKE3);
            if moved_on && matches!(job.source, Source::Postgresql(_)) {
                return Err(LockError::MovedOn {
                    place: job.source.place(),
                    path: job.custody.clone(),
                });
            }
            if moved_on && matches!(job.source, Source::Odbc(_)) {
                return Err(LockError::OtherState {
                    place: job.source.place(),
                    path: job.custody.clone(),
                });
            }
            let bound = [SOURCE_BLAKE3, OUTPUT_RETAIL];
            if changed == Changed::Refused || bound.iter().any(|name| lock.differs(&now, name)) {
                return Err(LockError::OtherJob {
                    path: job.custody.clone(),
                    differences,
                });
            }
            stale = differences;
        }
    }
    if reads == Reads::StagingOnly {
        refuse_staging_of_another(workplace, &source.blake3)?;
    }
    create_folder(&job.custody)?;
    create_folder(&job.retail)?;
    let held = Held {
        _folders: vec![take(&job.custody)?, take(&job.retail)?],
        source,
        differences: stale,
        now,
    };
    // Another run may have come and gone between the look at the lock and the hold on the folder.
    if JobLock::read(&job.custody)? != there {
        return Err(LockError::Busy {
            path: job.custody.clone(),
        });
    }
    if there.is_none() {
        // It is empty: nobody can have seen anything in it.
        close_to_others(&job.custody)?;
    }
    if there.as_ref() != Some(&held.now) && held.differences.is_empty() {
        held.renew(&job.custody)?;
    }
    Ok(held)
}

/// Custody that a command looks into, while nobody else changes it.
#[derive(Debug)]
pub struct Looking {
    _custody: File,
    /// Whether a split was begun.
    pub split_begun: bool,
    /// What the stores were made of and is otherwise now, a line each; empty while no store was begun.
    pub differences: Vec<String>,
}

/// Takes the custody folder for a command that writes no store and binds nothing: a changed catalogue, or changed decisions, may be
/// looked at beside the stores of the old ones. Staging must be that of the source to which the folder is bound.
pub fn look_into(workplace: &Workplace) -> Result<Looking, LockError> {
    let custody = &workplace.job.custody;
    let Some(lock) = JobLock::read(custody)? else {
        return Err(LockError::NotBegun {
            path: custody.clone(),
        });
    };
    refuse_open(custody)?;
    refuse_retired(custody)?;
    let source = lock.source(custody)?;
    refuse_staging_of_another(workplace, &source)?;
    let taken = take(custody)?;
    let split_begun = !may_be_renewed(&workplace.job)?;
    let differences = if split_begun {
        lock.differences(&JobLock::of(workplace, &source))
    } else {
        Vec::new()
    };
    Ok(Looking {
        _custody: taken,
        split_begun,
        differences,
    })
}

/// What a record of deletion speaks of is not worked on: it would be gone in the middle, or be there again.
fn refuse_retired(custody: &Path) -> Result<(), LockError> {
    if is_retired(custody).map_err(ColumnarError::io("look at", custody))? {
        return Err(LockError::Retired {
            path: custody.to_path_buf(),
        });
    }
    Ok(())
}

/// Whether a job began this custody folder.
pub fn is_begun(custody: &Path) -> Result<bool, LockError> {
    Ok(JobLock::read(custody)?.is_some())
}

/// Takes custody for this process, as it lies there: for what is written beside a report and says itself of what.
pub fn hold_custody(custody: &Path) -> Result<File, LockError> {
    if JobLock::read(custody)?.is_none() {
        return Err(LockError::NotBegun {
            path: custody.to_path_buf(),
        });
    }
    refuse_open(custody)?;
    take(custody)
}

/// Staging is read by its name alone: one of an older dump, put into custody by hand, must not be split under the
/// lock of another.
fn refuse_staging_of_another(workplace: &Workplace, bound: &Blake3Hex) -> Result<(), LockError> {
    let custody = &workplace.job.custody;
    let staging = Staging::open(custody, &workplace.catalogue)?;
    let staged = &staging.manifest().source.blake3;
    if staged == bound {
        return Ok(());
    }
    Err(LockError::OtherSource {
        staging: CustodyLayout::new(custody).staging_manifest(),
        staged: staged.clone(),
        lock: CustodyLayout::new(custody).lock(),
        bound: bound.clone(),
    })
}

/// Custody that a job began stays closed to others. Closing it again in silence would hide that it was open.
fn refuse_open(custody: &Path) -> Result<(), LockError> {
    let about = std::fs::metadata(custody).map_err(ColumnarError::io("look at", custody))?;
    let mode = about.permissions().mode() & 0o7777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(LockError::Open {
        path: custody.to_path_buf(),
        mode,
    })
}

/// Until a split was begun no store holds anything, so a corrected job or catalogue may take the place of the
/// refused one. Staging is not lost by it: extraction itself refuses staging of another source or shape.
fn may_be_renewed(job: &Job) -> Result<bool, LockError> {
    let layout = CustodyLayout::new(&job.custody);
    for record in ["split.begun.json", "split.json"] {
        let path = layout.temporary().join(record);
        if path
            .try_exists()
            .map_err(ColumnarError::io("look at", &path))?
        {
            return Ok(false);
        }
    }
    for store in Store::ALL {
        if !is_empty(&layout.store(store, &job.retail))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The state of the source: of a file its BLAKE3, which takes about a second a gigabyte and thread.
fn source_state(job: &Job, observer: &dyn Observer) -> Result<SourceState, LockError> {
    SourceState::of(&job.source, job.threads, observer).map_err(|wrong| match wrong {
        SourceError::Interrupted => LockError::Interrupted,
        SourceError::Io { path, source } => LockError::Unreadable { path, source },
        wrong => LockError::Source(wrong),
    })
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
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        // A link that leads nowhere is there all the same.
        Err(absent) if absent.kind() == ErrorKind::NotFound => {
            return Ok(folder.symlink_metadata().is_err());
        }
        Err(refused) => return Err(ColumnarError::io("list", folder)(refused).into()),
    };
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lock(source: &str) -> JobLock {
        JobLock {
            format: JobLock::FORMAT.to_owned(),
            inputs: BTreeMap::from([(SOURCE_BLAKE3.to_owned(), source.to_owned())]),
        }
    }

    #[test]
    fn a_lock_is_replaced_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        assert!(JobLock::read(folder.path()).unwrap().is_none());
        for digit in ["a", "b"] {
            let lock = lock(&digit.repeat(64));
            lock.write(folder.path()).unwrap();
            assert_eq!(JobLock::read(folder.path()).unwrap(), Some(lock));
        }
    }

    #[test]
    fn a_lock_of_another_format_or_without_a_source_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let other = JobLock {
            format: "bunri.lock/0".to_owned(),
            ..lock("")
        };
        other.write(folder.path()).unwrap();
        assert!(matches!(
            JobLock::read(folder.path()),
            Err(LockError::Illegible { .. })
        ));
        assert!(matches!(
            lock("").source(folder.path()),
            Err(LockError::Illegible { .. })
        ));
    }

    #[test]
    fn custody_that_others_may_enter_is_refused_and_one_of_its_owner_alone_is_not() {
        let folder = tempfile::tempdir().unwrap();
        for (mode, open) in [(0o700, false), (0o750, true), (0o701, true)] {
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(refuse_open(folder.path()).is_err(), open, "{mode:o}");
        }
    }
}
