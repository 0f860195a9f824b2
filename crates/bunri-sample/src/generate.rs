//! From options to files: makes the points chunk by chunk, writes their rows, renames the files when done.

use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::database::Database;
use crate::dice::{Dice, shuffle};
use crate::ordinary::{Rows, Totals, area_totals, fixed_rows, rows_of};
use crate::point::Point;
use crate::schema::TABLES;

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
/// Too few points, an output that exists or cannot be written. Nothing is left under the final names then.
pub fn generate(
    options: &SampleOptions,
    progress: &dyn Fn(u64),
) -> Result<SampleStats, SampleError> {
    if options.points < MIN_POINTS {
        return Err(SampleError::TooFewPoints {
            points: options.points,
        });
    }
    refuse_existing(&options.out)?;
    let temporary = temporary_beside(&options.out)?;
    let rows_by_table =
        fill(options, &temporary, progress).map_err(|source| SampleError::Database {
            path: options.out.clone(),
            source,
        })?;
    persist(temporary, &options.out)?;
    Ok(SampleStats {
        points_made: options.points,
        tables: TABLES
            .iter()
            .map(|table| table.name)
            .zip(rows_by_table)
            .collect(),
        rows_written: rows_by_table.iter().sum(),
    })
}

fn fill(
    options: &SampleOptions,
    path: &Path,
    progress: &dyn Fn(u64),
) -> rusqlite::Result<[u64; TABLES.len()]> {
    let mut database = Database::create(path)?;
    let mut rows = Rows::new();
    let mut totals = Totals::new();
    fixed_rows(&mut rows);
    for index in 0..options.points {
        let point = Point::ordinary(options.seed, index);
        rows_of(&point, &mut rows, &mut totals);
        if (index + 1).is_multiple_of(CHUNK) {
            if options.shuffle.is_none() {
                database.insert(&mut rows)?;
            }
            progress(index + 1);
        }
    }
    area_totals(&totals, &mut rows);
    if let Some(seed) = options.shuffle {
        for (table, pending) in rows
            .by_table()
            .zip(0..)
            .map(|(pending, table)| (table, pending))
        {
            shuffle(pending, Dice::new(seed, table));
        }
    }
    database.insert(&mut rows)?;
    progress(options.points);
    database.finish()
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
