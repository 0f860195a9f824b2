//! The files of a folder: whose they are, what they are by digest, and that nobody changed them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bunri_columnar::Observer;
use bunri_job::{Delimited, LineForm};
use bunri_manifest::{Blake3Hex, Source, open_regular};

use super::records::Records;
use super::text::decode;
use bunri_source_model::{DelimitedError, SourceError};

/// The folder as it stood when it was opened.
#[derive(Debug)]
pub struct Folder {
    job: Delimited,
    entries: BTreeMap<String, FileStamp>,
    /// By table, its files in the order of their names.
    tables: BTreeMap<String, Vec<String>>,
    /// Files that are no table's, and folders.
    others: BTreeSet<String>,
}

/// What changes when somebody writes a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FileStamp {
    is_file: bool,
    bytes: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

impl FileStamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Self {
            is_file: metadata.is_file(),
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
            inode,
        }
    }
}

impl Folder {
    /// Looks which files there are, and gives each to its table.
    pub fn open(job: &Delimited) -> Result<Self, SourceError> {
        let entries = entries(&job.folder)?;
        let mut claims = Claims {
            job,
            tables: BTreeMap::new(),
            owner: BTreeMap::new(),
        };
        for (table, files) in &job.tables {
            for pattern in &files.files {
                claims.named(table, pattern, &entries)?;
            }
        }
        let others = claims.called(&entries)?;
        let Claims { mut tables, .. } = claims;
        tables.values_mut().for_each(|files| files.sort());
        Ok(Self {
            job: job.clone(),
            entries,
            tables,
            others,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.job.folder
    }

    pub(super) fn form(&self) -> &LineForm {
        &self.job.form
    }

    pub(super) fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }

    pub(super) fn others(&self) -> impl Iterator<Item = &str> {
        self.others.iter().map(String::as_str)
    }

    pub(super) fn files(&self, table: &str) -> &[String] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }

    /// Bytes of a table's files, as they lie.
    pub(super) fn bytes(&self, table: &str) -> u64 {
        let files = self.files(table).iter();
        let bytes = files.filter_map(|file| self.entries.get(file));
        bytes.map(|stamp| stamp.bytes).sum()
    }

    /// The columns of a table, in the order of the fields.
    pub(super) fn columns(&self, table: &str) -> Result<Vec<String>, DelimitedError> {
        if !self.job.form.header {
            let named = self.job.tables.get(table);
            return named.map(|files| files.columns.clone()).ok_or_else(|| {
                DelimitedError::NoColumns {
                    table: table.to_owned(),
                }
            });
        }
        let mut first: Option<(&String, Vec<String>)> = None;
        for file in self.files(table) {
            let mut records = Records::open(self.path(), file, &self.job.form)?;
            let names = header(file, &mut records, &self.job.form)?;
            match &first {
                None => first = Some((file, names)),
                Some((_, known)) if *known == names => {}
                Some((one, _)) => {
                    return Err(DelimitedError::Headers {
                        table: table.to_owned(),
                        one: (*one).clone(),
                        other: file.clone(),
                    });
                }
            }
        }
        Ok(first.map_or_else(Vec::new, |(_, names)| names))
    }

    /// What the folder is, by digest.
    pub fn hash(&self, threads: usize, observer: &dyn Observer) -> Result<Source, SourceError> {
        let files = self.entries.iter();
        let files = files.filter(|(_, stamp)| stamp.is_file);
        let names: Vec<&String> = files.map(|(name, _)| name).collect();
        let (bytes, blake3) = of_files(&self.job, &names, threads, observer)
            .map_err(|source| self.wrong(source))?
            .ok_or(SourceError::Interrupted)?;
        Ok(Source {
            state: None,
            kind: "delimited".to_owned(),
            bytes,
            blake3,
        })
    }

    /// Refuses a folder that is not what it was, as far as that is seen without reading.
    pub fn at_rest_still(&self) -> Result<(), SourceError> {
        if entries(&self.job.folder)? == self.entries {
            return Ok(());
        }
        Err(self.changed("names, lengths or times of change"))
    }

    /// The same, by digest too: nothing kept writers away.
    pub fn unchanged(
        &self,
        before: &Source,
        threads: usize,
        observer: &dyn Observer,
    ) -> Result<(), SourceError> {
        self.at_rest_still()?;
        if self.hash(threads, observer)? != *before {
            return Err(self.changed("its digest"));
        }
        Ok(())
    }

    fn changed(&self, what: &'static str) -> SourceError {
        let path = self.job.folder.clone();
        DelimitedError::Changed { path, what }.into()
    }

    fn wrong(&self, source: io::Error) -> SourceError {
        let path = self.job.folder.clone();
        DelimitedError::Io { path, source }.into()
    }
}

/// Files, as they are given to tables.
struct Claims<'a> {
    job: &'a Delimited,
    tables: BTreeMap<String, Vec<String>>,
    owner: BTreeMap<String, String>,
}

impl Claims<'_> {
    /// What the job names.
    fn named(
        &mut self,
        table: &str,
        pattern: &str,
        entries: &BTreeMap<String, FileStamp>,
    ) -> Result<(), DelimitedError> {
        let files = entries.iter().filter(|(_, stamp)| stamp.is_file);
        let files = files.filter(|(name, _)| matches(pattern.as_bytes(), name.as_bytes()));
        let mut any = false;
        for (name, _) in files {
            any = true;
            match self.owner.insert(name.clone(), table.to_owned()) {
                None => self
                    .tables
                    .entry(table.to_owned())
                    .or_default()
                    .push(name.clone()),
                // Two patterns of one table may match one file.
                Some(owner) if owner == table => {}
                Some(owner) => {
                    return Err(DelimitedError::TwoTables {
                        file: name.clone(),
                        one: owner,
                        other: table.to_owned(),
                    });
                }
            }
        }
        if any {
            return Ok(());
        }
        Err(DelimitedError::NoFile {
            folder: self.job.folder.clone(),
            table: table.to_owned(),
            pattern: pattern.to_owned(),
        })
    }

    /// What is called after its table; and what nobody wants.
    fn called(
        &mut self,
        entries: &BTreeMap<String, FileStamp>,
    ) -> Result<BTreeSet<String>, DelimitedError> {
        let mut others = BTreeSet::new();
        for (name, stamp) in entries {
            if self.owner.contains_key(name) {
                continue;
            }
            match table_of(name).filter(|_| stamp.is_file) {
                // A table that the job describes has these files and no others.
                Some(table) if !self.job.tables.contains_key(table) => {
                    let files = self.tables.entry(table.to_owned()).or_default();
                    if let Some(one) = files.first() {
                        return Err(DelimitedError::TwoFiles {
                            table: table.to_owned(),
                            one: one.clone(),
                            other: name.clone(),
                        });
                    }
                    files.push(name.clone());
                }
                Some(_) | None => _ = others.insert(name.clone()),
            }
        }
        Ok(others)
    }
}

/// The table that a file is called after.
fn table_of(name: &str) -> Option<&str> {
    let cut = |name: &str, ending: &str| {
        let at = name.len().checked_sub(ending.len())?;
        let (stem, end) = name.split_at_checked(at)?;
        end.eq_ignore_ascii_case(ending)
            .then_some(at)
            .filter(|_| !stem.is_empty())
    };
    let packed = cut(name, ".gz").or_else(|| cut(name, ".zst"));
    let name = &name[..packed.unwrap_or(name.len())];
    let stem = cut(name, ".csv").or_else(|| cut(name, ".tsv"))?;
    Some(&name[..stem])
}

/// Whether a name is of a pattern, in which `*` stands for any bytes and `?` for one.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    // The last star, and where what it stands for ends so far.
    let (mut at, mut star) = (0, None);
    let mut byte = 0;
    while byte < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, byte));
                at += 1;
            }
            Some(sign) if *sign == b'?' || *sign == name[byte] => {
                at += 1;
                byte += 1;
            }
            Some(_) | None => match star {
                Some((place, end)) => {
                    star = Some((place, end + 1));
                    (at, byte) = (place + 1, end + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|sign| *sign == b'*')
}

/// The names in a file's first line.
pub(super) fn header(
    file: &str,
    records: &mut Records,
    form: &LineForm,
) -> Result<Vec<String>, DelimitedError> {
    let refused = |what| DelimitedError::Header {
        file: file.to_owned(),
        what,
    };
    let record = records
        .next()?
        .ok_or_else(|| refused("the file is empty"))?;
    if record.broken {
        return Err(refused("its quotes are broken"));
    }
    let mut names = Vec::with_capacity(record.len());
    for at in 0..record.len() {
        let mut name = Vec::new();
        if !decode(record.field(at).0, form.encoding, &mut name) {
            return Err(refused("a name is not in the encoding"));
        }
        let name = String::from_utf8(name).map_err(|_| refused("a name is no text"))?;
        if name.is_empty() {
            return Err(refused("a name is empty"));
        }
        if names.contains(&name) {
            return Err(refused("a name stands there twice"));
        }
        names.push(name);
    }
    Ok(names)
}

fn entries(folder: &Path) -> Result<BTreeMap<String, FileStamp>, SourceError> {
    let wrong = |path: &Path| {
        let path = path.to_path_buf();
        move |source| DelimitedError::Io { path, source }
    };
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(wrong(folder))? {
        let entry = entry.map_err(wrong(folder))?;
        let path = entry.path();
        let name = name_of(&path)?;
        // A link is what it leads to; what that is, opening says.
        let metadata = std::fs::metadata(&path).map_err(wrong(&path))?;
        found.insert(name, FileStamp::of(&metadata));
    }
    Ok(found)
}

fn name_of(path: &Path) -> Result<String, DelimitedError> {
    let name = path.file_name().and_then(|name| name.to_str());
    let plain = name.filter(|name| !name.chars().any(char::is_control));
    plain
        .map(str::to_owned)
        .ok_or_else(|| DelimitedError::Name {
            path: path.to_path_buf(),
        })
}

/// The digest of a folder, before anything else is known of it; [`None`] if the observer asked to stop.
pub fn digest(
    job: &Delimited,
    threads: usize,
    observer: &dyn Observer,
) -> io::Result<Option<Blake3Hex>> {
    let found = entries(&job.folder).map_err(|error| match error {
        SourceError::Delimited(DelimitedError::Io { source, .. }) => source,
        other => io::Error::other(other),
    })?;
    let files = found.iter().filter(|(_, stamp)| stamp.is_file);
    let names: Vec<&String> = files.map(|(name, _)| name).collect();
    Ok(of_files(job, &names, threads, observer)?.map(|(_, blake3)| blake3))
}

/// Bytes and digest of files with these names: how they are read, then a line for each.
fn of_files(
    job: &Delimited,
    names: &[&String],
    threads: usize,
    observer: &dyn Observer,
) -> io::Result<Option<(u64, Blake3Hex)>> {
    let mut list = job.declaration();
    let mut all = 0;
    for name in names {
        let path: PathBuf = job.folder.join(name);
        let file = open_regular(&path)?;
        let Some((bytes, blake3)) = bunri_source_model::digest(&file, threads, observer)? else {
            return Ok(None);
        };
        all += bytes;
        list.push_str(&format!("file {bytes} {blake3} {name}\n"));
    }
    let blake3 = blake3::hash(list.as_bytes()).to_hex().to_string();
    let blake3 = Blake3Hex::try_from(blake3).map_err(io::Error::other)?;
    Ok(Some((all, blake3)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_names() {
        for (pattern, name, fits) in [
            ("a.csv", "a.csv", true),
            ("a.csv", "aa.csv", false),
            ("a*.csv", "a.csv", true),
            ("a*.csv", "a-1.csv.csv", true),
            ("a*.csv", "a-1.csv.gz", false),
            ("*", "", true),
            ("**a", "bca", true),
            ("a?", "a", false),
            ("a?c*", "abcd", true),
            ("[a]", "a", false),
            ("", "a", false),
        ] {
            assert_eq!(
                matches(pattern.as_bytes(), name.as_bytes()),
                fits,
                "{pattern} {name}"
            );
        }
    }

    #[test]
    fn a_file_is_called_after_its_table() {
        for (name, table) in [
            ("customer.csv", Some("customer")),
            ("CUSTOMER.TSV.GZ", Some("CUSTOMER")),
            ("customer.csv.zst", Some("customer")),
            ("顧客.csv", Some("顧客")),
            ("a.b.csv", Some("a.b")),
            (".csv", None),
            ("customer.txt", None),
            ("customer.gz", None),
            ("顧", None),
        ] {
            assert_eq!(table_of(name), table, "{name}");
        }
    }
}
