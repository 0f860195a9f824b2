//! The staging of an earlier run, from which rows that did not change are taken (docs/delta.md). It is believed by the digests of
//! its manifest, and only where this run would have read the same database in the same shape.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use bunri_catalogue::{Catalogue, Table};
use bunri_columnar::{ColumnarError, CustodyLayout, Staging};
use bunri_job::{Amount, ChangedAt, Delta, OnDifference, Source};
use bunri_manifest::{
    Blake3Hex, FileEntry, Source as Identity, StagedTable, StagingManifest, TOOL, hash_file,
    read_regular,
};
use bunri_source::OpenSource;
use bunri_types::Day;

use crate::ExtractError;

/// An earlier run's staging, opened.
#[derive(Debug)]
pub(crate) struct Earlier<'a> {
    custody: PathBuf,
    staging: Staging,
    /// Of its manifest.
    digest: Blake3Hex,
    way: Option<&'a ChangedAt>,
}

/// How one table is made of an earlier staging and of what changed since.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way<'a> {
    pub(crate) earlier: &'a Earlier<'a>,
    /// The column that says when a row was changed, by position and name.
    pub(crate) column: usize,
    pub(crate) name: &'a str,
    /// Rows changed on this day or later are read whatever else is known of them.
    pub(crate) since: Day,
    pub(crate) sample: Amount,
    pub(crate) on_difference: OnDifference,
}

/// What the staging of an earlier run says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierSeen {
    /// The digest of its manifest, which a cutover pins.
    pub blake3: Blake3Hex,
    /// Tables and columns of `changed_at` that may hold NULL in the source: such rows are always read.
    pub nullable: Vec<(String, String)>,
}

/// Looks at the earlier run that a job names, as an extraction would before it reads, and at the columns that it believes, if the
/// source is there. The files of its staging are not looked at: an extraction believes them by digest.
///
/// # Errors
/// [`ExtractError::Earlier`] when rows cannot be taken from it; what the source says.
pub fn look_at_earlier(
    delta: &Delta,
    catalogue: &Catalogue,
    source: Option<&Source>,
) -> Result<EarlierSeen, ExtractError> {
    let earlier = Earlier::of_shape(delta, catalogue)?;
    let mut nullable = Vec::new();
    if let (Some(source), Some(way)) = (source, &delta.changed_at) {
        let open = OpenSource::open(source)?;
        let identity = match source {
            // A file has no name but its content, which is another one by now.
            Source::Sqlite(_) | Source::Delimited(_) => None,
            Source::Postgresql(_) | Source::Odbc(_) => {
                Some(open.identity(1, &bunri_columnar::Silent)?)
            }
        };
        if let Some(identity) = identity {
            earlier.refuse_another_database(&identity)?;
        }
        let objects = open.session()?.outline()?;
        for (id, column) in &way.columns {
            let Some(table) = catalogue.table(id) else {
                continue;
            };
            let object = objects.iter().find(|object| object.name == table.name);
            let columns = object.into_iter().flat_map(|object| &object.columns);
            let declared = columns
                .into_iter()
                .find(|declared| declared.name == *column);
            if declared.is_some_and(|declared| !declared.not_null) {
                nullable.push((id.clone(), column.clone()));
            }
        }
    }
    Ok(EarlierSeen {
        blake3: earlier.digest,
        nullable,
    })
}

impl<'a> Earlier<'a> {
    /// Opens what the job names, if rows of this source can be taken from it.
    pub(crate) fn open(
        delta: &'a Delta,
        catalogue: &Catalogue,
        source: &Identity,
    ) -> Result<Self, ExtractError> {
        let earlier = Self::of_shape(delta, catalogue)?;
        earlier.refuse_another_database(source)?;
        Ok(earlier)
    }

    /// The same, whatever its source is.
    fn of_shape(delta: &'a Delta, catalogue: &Catalogue) -> Result<Self, ExtractError> {
        let path = CustodyLayout::new(&delta.custody).staging_manifest();
        let refuse = |why: String| ExtractError::Earlier {
            path: path.clone(),
            why,
        };
        let text = read_regular(&path).map_err(|refused| match refused.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => refuse(
                "there is no complete staging: the run was not extracted to its end, or it is retired".to_owned(),
            ),
            _ => ColumnarError::io("read", &path)(refused).into(),
        })?;
        let manifest =
            StagingManifest::parse(&text).map_err(|refused| refuse(refused.to_string()))?;
        if manifest.tool != TOOL {
            let why = format!("written by {}, and this is {TOOL}", manifest.tool);
            return Err(refuse(why));
        }
        if manifest.shape.as_str() != catalogue.shape_digest {
            let why =
                "extracted with other tables, columns, types or keys than this catalogue declares";
            return Err(refuse(why.to_owned()));
        }
        let digest = Blake3Hex::of(&text);
        if let Some(pin) = delta.blake3.as_ref().filter(|pin| **pin != digest.as_str()) {
            let why = format!("its blake3 is {digest}, and the job pins {pin}");
            return Err(refuse(why));
        }
        let staging = Staging::open(&delta.custody, catalogue)?;
        Ok(Self {
            custody: delta.custody.clone(),
            staging,
            digest,
            way: delta.changed_at.as_ref(),
        })
    }

    fn refuse_another_database(&self, now: &Identity) -> Result<(), ExtractError> {
        let before = &self.staging.manifest().source;
        let refuse = |why: String| ExtractError::Earlier {
            path: CustodyLayout::new(&self.custody).staging_manifest(),
            why,
        };
        if before.kind != now.kind {
            let why = format!(
                "extracted from a source of another kind ({}, and this one is {})",
                before.kind, now.kind
            );
            return Err(refuse(why));
        }
        if before.installation() != now.installation() {
            let told = |source: &Identity| source.installation().unwrap_or_default().to_owned();
            let why = format!(
                "extracted from another database ({}, and this one is {})",
                told(before),
                told(now)
            );
            return Err(refuse(why));
        }
        Ok(())
    }

    /// Of its manifest.
    pub(crate) fn digest(&self) -> &Blake3Hex {
        &self.digest
    }

    /// The staging.
    pub(crate) fn staging(&self) -> &Staging {
        &self.staging
    }

    /// How this table is made, if it is not to be read whole.
    pub(crate) fn way(&'a self, table: &'a Table) -> Option<Way<'a>> {
        let way = self.way?;
        let name = way.columns.get(&table.id)?;
        let named = |column: &bunri_catalogue::Column| column.name == *name;
        Some(Way {
            earlier: self,
            column: table.columns.iter().position(named)?,
            name,
            since: way.since,
            sample: way.sample,
            on_difference: way.on_difference,
        })
    }

    /// Refuses the staging of a table that is not what the manifest says of it.
    pub(crate) fn refuse_damage(&self, table: &Table) -> Result<(), ExtractError> {
        let entry = self.staging.entry(table)?;
        for file in StagedTable::all_files(entry) {
            self.refuse_other_bytes(file)?;
        }
        Ok(())
    }

    fn refuse_other_bytes(&self, file: &FileEntry) -> Result<(), ExtractError> {
        let path: &Path = &file.path.below(&self.custody);
        let refuse = |why: &str| ExtractError::Earlier {
            path: path.to_path_buf(),
            why: why.to_owned(),
        };
        match hash_file(path) {
            Ok(seen) if file.is_of(&seen) => Ok(()),
            Ok(_) => Err(refuse("it is not what the manifest of its run says")),
            Err(absent) if absent.kind() == ErrorKind::NotFound => Err(refuse(
                "it is not there, and the manifest of its run lists it",
            )),
            Err(refused) => Err(ColumnarError::io("read", path)(refused).into()),
        }
    }
}

/// Days of this many microseconds.
const DAY_MICROS: i64 = 86_400_000_000;

/// The day of a cell of a date or timestamp column, as staging holds it.
pub(crate) fn day_of(cell: i64, is_date: bool) -> i64 {
    if is_date {
        cell
    } else {
        cell.div_euclid(DAY_MICROS)
    }
}
