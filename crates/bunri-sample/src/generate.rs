//! From options to files: makes the points chunk by chunk, writes their rows, renames the files when done.

use std::path::{Path, PathBuf};

use bunri_legacy::dice::{Dice, shuffle};
use bunri_legacy::ordinary::{Rows, Totals, area_totals, fixed_rows, rows_of};
use bunri_legacy::point::Point;
use bunri_legacy::schema::TABLES;
use tempfile::TempPath;

use crate::database::Database;
use crate::planted::{self, Planted};
use crate::story::{self, StoryError};

/// The stories need this many points.
pub const MIN_POINTS: u64 = 60;

/// Points whose rows are held in memory at a time.
const CHUNK: u64 = 1000;

/// What to make.
#[derive(Debug, Clone)]
pub struct SampleOptions {
    /// Number of supply points, at least [`MIN_POINTS`].
    pub points: u64,
    /// Decides every ordinary row.
    pub seed: u64,
    /// The database. The list of planted cells gets the same name with `.planted.json` appended.
    pub out: PathBuf,
    /// Inserts the rows of every table in another order. Holds all rows in memory: for small samples.
    pub shuffle: Option<u64>,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleStats {
    /// Supply points.
    pub points_made: u64,
    /// Table and number of its rows, in the order of creation.
    pub tables: Vec<(&'static str, u64)>,
    /// Rows of all tables.
    pub rows_written: u64,
    /// Cells in the list of planted cells.
    pub cells_planted: usize,
}

/// Why no sample came out.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// Too small for the stories.
    #[error("{points} points are too few: the planted stories need at least {MIN_POINTS}")]
    TooFewPoints {
        /// What was asked for.
        points: u64,
    },
    /// Too small for the scenarios of the security system.
    #[error(
        "{points} points are too few for a security system with its scenarios: at least {least}"
    )]
    TooFewSecurityPoints {
        /// What was asked for.
        points: u64,
        /// What it takes.
        least: u64,
    },
    /// Something of that name is there.
    #[error("{}: exists already, and a sample never overwrites; remove it or name another file", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file could not be made.
    #[error("{}: cannot be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A story does not fit its rows: a bug of this crate.
    #[error("a planted story cannot be told; this is a bug of the sample")]
    Story(#[from] StoryError),
    /// SQLite refused.
    #[error("{}: SQLite cannot write the sample", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
}

/// Makes the database and the list of planted cells. `progress` hears how many points are done.
///
/// # Errors
/// Too few points, an output that exists or cannot be written. No half-made file has a final name then.
pub fn generate(
    options: &SampleOptions,
    progress: &dyn Fn(u64),
) -> Result<SampleStats, SampleError> {
    if options.points < MIN_POINTS {
        return Err(SampleError::TooFewPoints {
            points: options.points,
        });
    }
    let list = planted_path(&options.out);
    refuse_existing(&options.out)?;
    refuse_existing(&list)?;
    let temporary = temporary_beside(&options.out)?;
    let (rows_by_table, planted) = fill(options, &temporary, progress)?;
    let temporary_list = temporary_beside(&list)?;
    planted::write(&planted, &temporary_list).map_err(|source| SampleError::Write {
        path: list.clone(),
        source,
    })?;
    // The database comes last: whoever sees it sees its list.
    persist(temporary_list, &list)?;
    persist(temporary, &options.out)?;
    Ok(SampleStats {
        points_made: options.points,
        tables: TABLES
            .iter()
            .map(|table| table.name)
            .zip(rows_by_table)
            .collect(),
        rows_written: rows_by_table.iter().sum(),
        cells_planted: planted.len(),
    })
}

/// Where the list of planted cells of a sample stands: `legacy.db.planted.json`.
#[must_use]
pub fn planted_path(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".planted.json");
    name.into()
}

/// Fills the database: the rows that belong to no point, the stories, then ordinary points chunk by chunk.
fn fill(
    options: &SampleOptions,
    path: &Path,
    progress: &dyn Fn(u64),
) -> Result<([u64; TABLES.len()], Vec<Planted>), SampleError> {
    let failed = |source| SampleError::Database {
        path: options.out.clone(),
        source,
    };
    let mut database = Database::create(path).map_err(failed)?;
    let (mut rows, mut totals, mut planted) = (Rows::new(), Totals::new(), Vec::new());
    fixed_rows(&mut rows);
    story::tell_all(&mut rows, &mut totals, &mut planted)?;
    for index in story::count()..options.points {
        rows_of(
            &Point::ordinary(options.seed, index),
            &mut rows,
            &mut totals,
        );
        if (index + 1).is_multiple_of(CHUNK) {
            if options.shuffle.is_none() {
                database.insert(&mut rows).map_err(failed)?;
            }
            progress(index + 1);
        }
    }
    area_totals(&totals, &mut rows);
    if let Some(seed) = options.shuffle {
        for (number, table) in (0..).zip(rows.by_table()) {
            shuffle(table, Dice::new(seed, number));
        }
    }
    database.insert(&mut rows).map_err(failed)?;
    progress(options.points);
    Ok((database.finish().map_err(failed)?, planted))
}

fn refuse_existing(path: &Path) -> Result<(), SampleError> {
    if path.symlink_metadata().is_ok() {
        return Err(SampleError::Exists {
            path: path.to_owned(),
        });
    }
    Ok(())
}

fn temporary_beside(path: &Path) -> Result<TempPath, SampleError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    tempfile::Builder::new()
        .prefix(".bunri-sample-")
        .tempfile_in(folder)
        .map(tempfile::NamedTempFile::into_temp_path)
        .map_err(|source| SampleError::Write {
            path: path.to_owned(),
            source,
        })
}

fn persist(temporary: TempPath, path: &Path) -> Result<(), SampleError> {
    temporary
        .persist_noclobber(path)
        .map_err(|failed| match failed.error.kind() {
            std::io::ErrorKind::AlreadyExists => SampleError::Exists {
                path: path.to_owned(),
            },
            _ => SampleError::Write {
                path: path.to_owned(),
                source: failed.error,
            },
        })
}
