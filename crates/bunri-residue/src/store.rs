//! All files of a store: outlines first, then row group by row group on as many threads as there are.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use arrow_schema::{Schema, SchemaRef};
use bunri_report::{About, Findings};

use crate::contents::Contents;
use crate::errors::ResidueError;
use crate::file::{group, structure};
use crate::outline::{Outline, Refused};
use crate::residue::{Residues, Rule};
use crate::source::FileSource;

/// The cells of one batch of a column may take as much where many rows share a long entry of a dictionary.
const BATCH_BYTES: usize = 1 << 27;

/// A Parquet file that lies in a table's folder of a store, listed or not.
#[derive(Debug, Clone)]
pub struct DataFile {
    /// Its path below the store's root, by which findings name it: `table/part.parquet`.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// The columns of its table. A table without is not granted, which is not for the audit to find: only the contents
    /// of its files are audited.
    pub schema: Option<SchemaRef>,
}

/// The files that may be handed to the Parquet library, and how many rows of each at a time.
#[derive(Debug, Clone, Default)]
pub struct Admitted {
    files: BTreeMap<String, AdmittedFile>,
    audited: u64,
}

#[derive(Debug, Clone, Copy)]
struct AdmittedFile {
    batch_rows: usize,
    is_clean: bool,
}

impl Admitted {
    /// Rows of a batch; [`None`] of a file that is not to be read.
    #[must_use]
    pub fn batch_rows(&self, name: &str) -> Option<usize> {
        self.files.get(name).map(|file| file.batch_rows)
    }

    /// Whether the audit found nothing in a file: then it is a function of its rows, and says of itself what is so.
    #[must_use]
    pub fn is_clean(&self, name: &str) -> bool {
        self.files.get(name).is_some_and(|file| file.is_clean)
    }

    /// How many files the audit looked at.
    #[must_use]
    pub fn audited(&self) -> u64 {
        self.audited
    }
}

/// How files are audited.
#[derive(Debug, Clone, Copy)]
pub struct Auditor<'a> {
    /// The store's word, for findings.
    pub store: &'a str,
    /// Threads; what is found does not depend on them.
    pub threads: usize,
    /// Rows that a reader of an admitted file takes at one time, if their cells allow it.
    pub batch_rows: usize,
}

impl Auditor<'_> {
    /// Audits files from their first byte to their last.
    ///
    /// # Errors
    /// When a file cannot be read. Whatever stands in it is a finding.
    pub fn audit(
        &self,
        files: Vec<DataFile>,
        findings: &mut Findings,
    ) -> Result<Admitted, ResidueError> {
        let mut audited = files
            .into_iter()
            .map(outline)
            .collect::<Result<Vec<_>, _>>()?;
        contents(&mut audited, self.threads)?;
        let mut admitted = Admitted {
            audited: audited.len() as u64,
            ..Admitted::default()
        };
        for file in audited {
            if file.outline.is_some() {
                let rows = BATCH_BYTES / (file.longest as usize).max(1);
                let admission = AdmittedFile {
                    batch_rows: rows.clamp(1, self.batch_rows.max(1)),
                    is_clean: file.residues.is_empty(),
                };
                admitted.files.insert(file.file.name.clone(), admission);
            }
            self.report(file, findings);
        }
        Ok(admitted)
    }

    fn report(&self, audited: Audited, findings: &mut Findings) {
        let DataFile { name, schema, .. } = audited.file;
        let column = |column: usize| Some(schema.as_ref()?.fields().get(column)?.name().as_str());
        let about = About {
            store: self.store,
            table: name.split('/').next(),
        };
        audited.residues.report(&name, column, about, findings);
    }
}

/// A file in memory audited alone: whether it is clean, which is to say a function of its rows.
///
/// # Errors
/// When the zstd library cannot be set up.
pub fn is_clean(bytes: &[u8], schema: &Schema) -> io::Result<bool> {
    let (source, mut residues) = (bytes.to_vec(), Residues::default());
    let outline = match Outline::read(&source, &mut residues) {
        Ok(outline) => outline,
        Err(Refused::Finding(..)) => return Ok(false),
        Err(Refused::Io(error)) => return Err(error),
    };
    residues.append(structure(&outline, Some(schema)));
    let mut contents = Contents::new()?;
    for number in 0..outline.pages.len() {
        residues.append(group(&source, &outline, number, Some(schema), &mut contents)?.0);
    }
    Ok(residues.is_empty())
}

/// A file under audit.
struct Audited {
    file: DataFile,
    outline: Option<Outline>,
    residues: Residues,
    longest: u32,
}

fn outline(file: DataFile) -> Result<Audited, ResidueError> {
    let mut residues = Residues::default();
    let read = match FileSource::open(&file.path) {
        Ok(source) => Outline::read(&source, &mut residues),
        // Its name is not UTF-8, so it cannot be found under what stands in the list.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Refused::Finding(Rule::NotParquet, String::new()))
        }
        Err(error) => Err(Refused::Io(error)),
    };
    let outline = match read {
        Ok(outline) => {
            residues.append(structure(&outline, file.schema.as_deref()));
            Some(outline)
        }
        Err(Refused::Io(error)) => return Err(ResidueError::io("read", &file.path)(error)),
        Err(Refused::Finding(rule, why)) => {
            residues.add(rule, None, &why);
            None
        }
    };
    Ok(Audited {
        file,
        outline,
        residues,
        longest: 0,
    })
}

/// Every row group of every file. What is found is put together in the files' order, whatever thread found it.
fn contents(audited: &mut [Audited], threads: usize) -> Result<(), ResidueError> {
    let groups = |(file, audited): (usize, &Audited)| {
        let count = audited
            .outline
            .as_ref()
            .map_or(0, |outline| outline.pages.len());
        (0..count).map(move |group| (file, group))
    };
    let jobs: Vec<(usize, usize)> = audited.iter().enumerate().flat_map(groups).collect();
    let files = &*audited;
    let seen = bunri_work::run_with(
        threads,
        jobs.len(),
        || None,
        |contents, at| {
            let (file, group) = jobs[at];
            let file = &files[file];
            look_into(file, group, contents).map_err(ResidueError::io("read", &file.file.path))
        },
    )?;
    for ((file, _), (residues, longest)) in jobs.iter().zip(seen) {
        let file = &mut audited[*file];
        file.residues.append(residues);
        file.longest = file.longest.max(longest);
    }
    Ok(())
}

fn look_into(
    file: &Audited,
    number: usize,
    contents: &mut Option<Contents>,
) -> io::Result<(Residues, u32)> {
    let Some(outline) = &file.outline else {
        return Ok(Default::default());
    };
    let contents = match contents {
        Some(contents) => contents,
        None => contents.insert(Contents::new()?),
    };
    group(
        &FileSource::open(&file.file.path)?,
        outline,
        number,
        file.file.schema.as_deref(),
        contents,
    )
}

/// The gate alone, for files that are no store's: an error instead of a finding.
///
/// # Errors
/// When the file cannot be read, or should not be handed to a reader.
pub fn refuse_hostile(path: &Path) -> Result<(), ResidueError> {
    let source = FileSource::open(path).map_err(ResidueError::io("open", path))?;
    match Outline::read(&source, &mut Residues::default()) {
        Ok(_) => Ok(()),
        Err(Refused::Io(error)) => Err(ResidueError::io("read", path)(error)),
        Err(Refused::Finding(rule, why)) => Err(ResidueError::Hostile {
            path: path.to_path_buf(),
            rule: rule.word(),
            why,
        }),
    }
}
