//! Where extraction writes, and what an earlier run left there. A table is kept only if its note says that
//! it was made by this version from this source and shape, and its files are what the note says.

use std::io;
use std::path::{Path, PathBuf};

use bunri_columnar::{ColumnarError, CustodyLayout, REJECTS, create_folder, write_whole};
use bunri_manifest::{
    Blake3Hex, FileEntry, RelativePath, Source, StagedTable, StagingManifest, TOOL, hash_file,
};
use serde::{Deserialize, Serialize};

use crate::ExtractError;

/// What the bytes of staging depend on, beside the version of the tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    /// The database file.
    pub(crate) source: Source,
    /// Names, columns, types and keys of the catalogue.
    pub(crate) shape: Blake3Hex,
}

/// Says that a table is complete; lives until the manifest says so of all.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    tool: String,
    identity: Identity,
    table: StagedTable,
}

/// The custody folder.
#[derive(Debug)]
pub(crate) struct Custody {
    root: PathBuf,
}

impl Custody {
    /// Makes the folders, closed to everybody else.
    pub(crate) fn prepare(root: &Path) -> Result<Self, ColumnarError> {
        create_folder(root)?;
        let layout = CustodyLayout::new(root);
        create_folder(&layout.staging())?;
        create_folder(&layout.temporary())?;
        Ok(Self {
            root: root.to_path_buf(),
        })
    }

    pub(crate) fn tmp(&self) -> PathBuf {
        CustodyLayout::new(&self.root).temporary()
    }

    pub(crate) fn manifest_path(&self) -> PathBuf {
        CustodyLayout::new(&self.root).staging_manifest()
    }

    /// A path as manifests write it.
    fn relative(path: String) -> Result<RelativePath, ColumnarError> {
        RelativePath::try_from(path.clone()).map_err(|refused| ColumnarError::Staging {
            path: path.into(),
            message: refused.to_owned(),
        })
    }

    /// Part `part` of a table.
    pub(crate) fn part(
        &self,
        id: &str,
        part: usize,
    ) -> Result<(RelativePath, PathBuf), ColumnarError> {
        let relative = Self::relative(StagedTable::part_path(id, part))?;
        Ok((relative.clone(), relative.below(&self.root)))
    }

    pub(crate) fn rejects(&self, id: &str) -> Result<(RelativePath, PathBuf), ColumnarError> {
        let relative = Self::relative(format!("{REJECTS}/{id}.jsonl"))?;
        Ok((relative.clone(), relative.below(&self.root)))
    }

    fn note(&self, id: &str) -> PathBuf {
        self.tmp().join(format!("extract-{id}.json"))
    }

    /// The manifest of an earlier run, if that run came to its end. One of another source, shape or version
    /// is refused: staging is never replaced.
    pub(crate) fn finished(&self, now: &Identity) -> Result<Option<StagingManifest>, ExtractError> {
        let path = self.manifest_path();
        let Some(text) = read_if_there(&path)? else {
            return Ok(None);
        };
        let occupied = |difference: String| ExtractError::Occupied {
            path: path.clone(),
            difference,
        };
        let manifest =
            StagingManifest::parse(&text).map_err(|refused| occupied(refused.to_string()))?;
        if manifest.tool != TOOL {
            return Err(occupied(format!(
                "written by {}, this is {TOOL}",
                manifest.tool
            )));
        }
        if manifest.source != now.source {
            return Err(occupied("extracted from another database file".to_owned()));
        }
        if manifest.shape != now.shape {
            return Err(occupied(
                "extracted with other tables, columns, types or keys".to_owned(),
            ));
        }
        for entry in manifest.tables.iter().flat_map(StagedTable::all_files) {
            if !self.holds(entry)? {
                return Err(occupied(format!(
                    "`{}` is not there whole, as it was written",
                    entry.path
                )));
            }
        }
        Ok(Some(manifest))
    }

    /// What an earlier run noted of this table, if it still holds.
    pub(crate) fn kept(
        &self,
        id: &str,
        now: &Identity,
    ) -> Result<Option<StagedTable>, ColumnarError> {
        let Some(text) = read_if_there(&self.note(id))? else {
            return Ok(None);
        };
        // A note that cannot be read is no note: the table is made again.
        let Ok(note) = serde_json::from_slice::<Note>(&text) else {
            return Ok(None);
        };
        if note.tool != TOOL || note.identity != *now || note.table.id != id {
            return Ok(None);
        }
        for entry in note.table.all_files() {
            if !self.holds(entry)? {
                return Ok(None);
            }
        }
        Ok(Some(note.table))
    }

    /// Whether a file is there with the digests that were noted of it; its length alone would not show a damaged
    /// disk. A file that cannot be read is neither: the disk may be well again next time.
    fn holds(&self, entry: &FileEntry) -> Result<bool, ColumnarError> {
        let path = entry.path.below(&self.root);
        match hash_file(&path) {
            Ok(seen) => Ok(*entry == FileEntry::new(entry.path.clone(), entry.rows, seen)),
            Err(absent) if absent.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(refused) => Err(ColumnarError::io("read", &path)(refused)),
        }
    }

    /// Notes that a table's files are committed.
    pub(crate) fn note_table(
        &self,
        table: &StagedTable,
        now: &Identity,
    ) -> Result<(), ColumnarError> {
        let note = Note {
            tool: TOOL.to_owned(),
            identity: now.clone(),
            table: table.clone(),
        };
        let path = self.note(&table.id);
        let bytes = serde_json::to_vec(&note)
            .map_err(|refused| ColumnarError::io("write", &path)(refused.into()))?;
        write_whole(&path, &bytes).map(drop)
    }

    /// Removes what an earlier run left of this table, the note first: it must not outlive its files.
    pub(crate) fn clear(&self, id: &str) -> Result<(), ColumnarError> {
        for path in [self.note(id), self.rejects(id)?.1] {
            remove_if_there(&path)?;
        }
        self.clear_parts(id)
    }

    /// Removes the parts of a table, also those that a killed run left under temporary names.
    fn clear_parts(&self, id: &str) -> Result<(), ColumnarError> {
        let folder = CustodyLayout::new(&self.root).staging().join(id);
        let entries = match std::fs::read_dir(&folder) {
            Err(absent) if absent.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(ColumnarError::io("list", &folder))?,
        };
        for entry in entries {
            let entry = entry.map_err(ColumnarError::io("list", &folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_part = name.starts_with("part-") && name.ends_with(".parquet");
            if is_part || name.starts_with(".bunri-tmp-part-") {
                remove_if_there(&entry.path())?;
            }
        }
        Ok(())
    }

    /// Removes the notes, once the manifest speaks for all tables.
    pub(crate) fn forget_notes<'a>(
        &self,
        ids: impl Iterator<Item = &'a str>,
    ) -> Result<(), ColumnarError> {
        for id in ids {
            remove_if_there(&self.note(id))?;
        }
        Ok(())
    }
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, ColumnarError> {
    match std::fs::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(absent) if absent.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(refused) => Err(ColumnarError::io("read", path)(refused)),
    }
}

fn remove_if_there(path: &Path) -> Result<(), ColumnarError> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(absent) if absent.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(refused) => Err(ColumnarError::io("remove", path)(refused)),
    }
}
