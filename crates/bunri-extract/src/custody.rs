//! Where extraction writes, and what an earlier run left there. A table is kept only if its note says that
//! it was made by this version from this source and shape, and its files are what the note says. Notes stay when staging is
//! whole: where the catalogue changes later, the tables that it leaves as they were are not read again.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use bunri_catalogue::{Table, table_shape};
use bunri_columnar::{
    ColumnarError, CustodyLayout, REJECTS, StagedRows, TEMPORARY, create_folder, part_name,
    replace_whole, write_whole,
};
use bunri_manifest::{
    Blake3Hex, FileEntry, RelativePath, Source, StagedTable, StagingManifest, TOOL, hash_file,
    open_regular,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::ExtractError;
use crate::seam::Seam;

/// What the bytes of staging, or of one table in it, depend on, beside the version of the tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    /// The database file.
    pub(crate) source: Source,
    /// Names, columns, types and keys: of all tables of the catalogue, or of that one.
    pub(crate) shape: Blake3Hex,
}

impl Identity {
    /// Of one table: a changed type of another one leaves it as it is.
    pub(crate) fn of_table(source: &Source, table: &Table) -> Self {
        Self {
            source: source.clone(),
            shape: Blake3Hex::of(table_shape(table).as_bytes()),
        }
    }
}

/// What a run says of a table to a later one: that it is complete ([`StagedTable`]), or how far it has come ([`PartialTable`]).
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Note<T> {
    tool: String,
    identity: Identity,
    of: T,
}

/// How far a table has come, in parts of so many rows.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartialTable {
    part_rows: u64,
    seam: Seam,
}

impl<T: Serialize + DeserializeOwned> Note<T> {
    /// What is noted at `path`, by this version and of this source and shape. A note that cannot be read is no note: the table is
    /// made again.
    fn read(path: &Path, now: &Identity) -> Result<Option<T>, ColumnarError> {
        let Some(text) = read_if_there(path)? else {
            return Ok(None);
        };
        let note = serde_json::from_slice::<Self>(&text).ok();
        let note = note.filter(|note| note.tool == TOOL && note.identity == *now);
        Ok(note.map(|note| note.of))
    }

    /// The note that [`Note::read`] finds at `path`.
    fn bytes(path: &Path, now: &Identity, of: T) -> Result<Vec<u8>, ColumnarError> {
        let note = Self {
            tool: TOOL.to_owned(),
            identity: now.clone(),
            of,
        };
        serde_json::to_vec(&note)
            .map_err(|refused| ColumnarError::io("write", path)(refused.into()))
    }
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

    /// One that is there, or not; nothing is made.
    pub(crate) fn at(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
        }
    }

    /// The ids of tables that have a folder in staging, sorted.
    pub(crate) fn staged(&self) -> Result<Vec<String>, ColumnarError> {
        let folders = listed(&CustodyLayout::new(&self.root).staging())?;
        let folders = folders.iter().filter(|path| path.is_dir());
        let names = folders.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
        let mut names: Vec<String> = names.collect();
        names.sort();
        Ok(names)
    }

    /// Whether a run of this version noted this table as whole, in its present shape and of this source.
    pub(crate) fn is_noted(
        &self,
        table: &Table,
        source: &Blake3Hex,
    ) -> Result<bool, ColumnarError> {
        let Some(text) = read_if_there(&self.note(&table.id))? else {
            return Ok(false);
        };
        let note = serde_json::from_slice::<Note<StagedTable>>(&text).ok();
        Ok(note.is_some_and(|note| {
            let now = Identity::of_table(&note.identity.source, table);
            note.tool == TOOL && note.identity == now && note.identity.source.blake3 == *source
        }))
    }

    /// Whether there is the manifest of a staging that is not of this shape, or not of this version.
    pub(crate) fn is_of_another(&self, shape: &Blake3Hex) -> Result<bool, ColumnarError> {
        let Some(text) = read_if_there(&self.manifest_path())? else {
            return Ok(false);
        };
        let manifest = StagingManifest::parse(&text).ok();
        Ok(!manifest.is_some_and(|manifest| manifest.tool == TOOL && manifest.shape == *shape))
    }

    /// Removes that manifest.
    pub(crate) fn reopen(&self, shape: &Blake3Hex) -> Result<(), ColumnarError> {
        if self.is_of_another(shape)? {
            remove_if_there(&self.manifest_path())?;
        }
        Ok(())
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

    /// Where rejected rows lie aside until their table is whole.
    pub(crate) fn rejects_aside(
        &self,
        id: &str,
        number: usize,
    ) -> Result<(RelativePath, PathBuf), ColumnarError> {
        let relative = Self::relative(format!("{TEMPORARY}/{}rejects-{number:05}.jsonl", of(id)))?;
        Ok((relative.clone(), relative.below(&self.root)))
    }

    /// Gives `each` the lines of a file that was believed.
    pub(crate) fn lines(
        &self,
        file: &FileEntry,
        mut each: impl FnMut(&[u8]) -> Result<(), ColumnarError>,
    ) -> Result<(), ColumnarError> {
        let path = file.path.below(&self.root);
        let wrong = |refused| ColumnarError::io("read", &path)(refused);
        let opened = open_regular(&path).map_err(&wrong)?;
        for line in BufReader::new(opened).split(b'\n') {
            each(&line.map_err(&wrong)?)?;
        }
        Ok(())
    }

    fn note(&self, id: &str) -> PathBuf {
        self.tmp().join(format!("{}json", of(id)))
    }

    fn seam_note(&self, id: &str) -> PathBuf {
        self.tmp().join(format!("{}seam.json", of(id)))
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
        let noted = Note::<StagedTable>::read(&self.note(id), now)?;
        let Some(table) = noted.filter(|table| table.id == id) else {
            return Ok(None);
        };
        Ok(self.holds_all(table.all_files())?.then_some(table))
    }

    /// How far an earlier run came with this table, if all of that is still there as it was. Whatever else lies there of
    /// the table is removed.
    pub(crate) fn begun(
        &self,
        id: &str,
        now: &Identity,
        part_rows: usize,
    ) -> Result<Option<Seam>, ColumnarError> {
        let seam = self.seam(id, now, part_rows)?;
        match &seam {
            None => self.clear(id)?,
            Some(seam) => {
                remove_if_there(&self.note(id))?;
                remove_if_there(&self.rejects(id)?.1)?;
                self.clear_parts(id, seam.files.len())?;
                self.clear_aside(id, seam.rejects.len())?;
            }
        }
        Ok(seam)
    }

    fn seam(
        &self,
        id: &str,
        now: &Identity,
        part_rows: usize,
    ) -> Result<Option<Seam>, ColumnarError> {
        let part_rows = part_rows as u64;
        let noted = Note::<PartialTable>::read(&self.seam_note(id), now)?;
        let Some(PartialTable { seam, .. }) = noted.filter(|noted| noted.part_rows == part_rows)
        else {
            return Ok(None);
        };
        for (part, file) in seam.files.iter().enumerate() {
            if file.path != self.part(id, part)?.0 || file.rows != part_rows {
                return Ok(None);
            }
        }
        let files = seam.files.iter().chain(&seam.rejects);
        Ok(self.holds_all(files)?.then_some(seam))
    }

    /// Notes how far a table has come.
    pub(crate) fn note_seam(
        &self,
        id: &str,
        now: &Identity,
        part_rows: usize,
        seam: Seam,
    ) -> Result<(), ColumnarError> {
        let path = self.seam_note(id);
        let part_rows = part_rows as u64;
        replace_whole(
            &path,
            &Note::bytes(&path, now, PartialTable { part_rows, seam })?,
        )
    }

    /// Whether a file is there with the digests that were noted of it; its length alone would not show a damaged
    /// disk. A file that cannot be read is neither: the disk may be well again next time.
    fn holds(&self, entry: &FileEntry) -> Result<bool, ColumnarError> {
        let path = entry.path.below(&self.root);
        match hash_file(&path) {
            Ok(seen) => Ok(entry.is_of(&seen)),
            Err(absent) if absent.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(refused) => Err(ColumnarError::io("read", &path)(refused)),
        }
    }

    /// Whether all of them are.
    fn holds_all<'e>(
        &self,
        entries: impl IntoIterator<Item = &'e FileEntry>,
    ) -> Result<bool, ColumnarError> {
        for entry in entries {
            if !self.holds(entry)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Notes that a table's files are committed.
    pub(crate) fn note_table(
        &self,
        table: &StagedTable,
        now: &Identity,
    ) -> Result<(), ColumnarError> {
        let path = self.note(&table.id);
        write_whole(&path, &Note::bytes(&path, now, table.clone())?).map(drop)
    }

    /// Removes what an earlier run left of this table, the notes first: they must not outlive its files.
    pub(crate) fn clear(&self, id: &str) -> Result<(), ColumnarError> {
        self.forget_notes(id)?;
        remove_if_there(&self.rejects(id)?.1)?;
        self.clear_parts(id, 0)
    }

    /// Removes the note of how far a table has come, then its parts: they are made again from the rows that were in them. Rejected rows
    /// that lie aside stay until the table is whole, because somebody may be writing them.
    pub(crate) fn clear_written(&self, id: &str) -> Result<(), ColumnarError> {
        remove_if_there(&self.seam_note(id))?;
        self.clear_parts(id, 0)
    }

    /// The rows in these parts.
    pub(crate) fn rows(&self, table: &Table, files: &[FileEntry]) -> StagedRows {
        StagedRows::of_parts(&self.root, table, files)
    }

    /// Removes a table that the catalogue no longer has; what somebody else put into its folder keeps that.
    pub(crate) fn remove(&self, id: &str) -> Result<(), ColumnarError> {
        self.clear(id)?;
        let _ = std::fs::remove_dir(CustodyLayout::new(&self.root).staging().join(id));
        Ok(())
    }

    /// Removes the parts of a table but for the first ones, also those that a killed run left under temporary names.
    fn clear_parts(&self, id: &str, kept: usize) -> Result<(), ColumnarError> {
        let folder = CustodyLayout::new(&self.root).staging().join(id);
        let kept = (0..kept).map(part_name).collect::<BTreeSet<_>>();
        for path in listed(&folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_part = name.starts_with("part-") && name.ends_with(".parquet");
            let is_left_over = name.starts_with(".bunri-tmp-part-");
            if is_left_over || (is_part && !kept.contains(name.as_ref())) {
                remove_if_there(&path)?;
            }
        }
        Ok(())
    }

    /// Removes what was noted of a table, the notes before the rejected rows that lie aside.
    fn forget_notes(&self, id: &str) -> Result<(), ColumnarError> {
        remove_if_there(&self.note(id))?;
        self.forget_seam(id)
    }

    /// Removes what was noted of the parts of a table: it is whole, or begun again.
    pub(crate) fn forget_seam(&self, id: &str) -> Result<(), ColumnarError> {
        remove_if_there(&self.seam_note(id))?;
        self.clear_aside(id, 0)
    }

    /// Removes the rejected rows that lie aside but for the first files: a kill may come between a file and the note of it.
    fn clear_aside(&self, id: &str, kept: usize) -> Result<(), ColumnarError> {
        let kept = (0..kept)
            .map(|number| Ok(self.rejects_aside(id, number)?.1))
            .collect::<Result<BTreeSet<_>, ColumnarError>>()?;
        let aside = format!("{}rejects-", of(id));
        for path in listed(&self.tmp())? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_ours = name.trim_start_matches(".bunri-tmp-").starts_with(&aside);
            if is_ours && !kept.contains(&path) {
                remove_if_there(&path)?;
            }
        }
        Ok(())
    }
}

/// How the names of everything begin that is noted of a table. No id holds a point.
fn of(id: &str) -> String {
    format!("extract-{id}.")
}

/// Makes the folder of a file.
pub(crate) fn create_parent(path: &Path) -> Result<(), ColumnarError> {
    path.parent().map_or(Ok(()), create_folder)
}

/// What lies in a folder; nothing where there is none.
fn listed(folder: &Path) -> Result<Vec<PathBuf>, ColumnarError> {
    let wrong = |refused| ColumnarError::io("list", folder)(refused);
    let entries = match std::fs::read_dir(folder) {
        Err(absent) if absent.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(&wrong)?,
    };
    let path = |entry: io::Result<std::fs::DirEntry>| Ok(entry.map_err(&wrong)?.path());
    entries.map(path).collect()
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
