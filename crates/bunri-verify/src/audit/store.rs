//! All files of a store: outlines first, then row group by row group on as many threads as there are.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use bunri_manifest::StoreManifest;
use bunri_redecide::BATCH_ROWS;
use bunri_report::{About, Checked, Findings};

use super::contents::Contents;
use super::file::{group, structure};
use super::folder::{Permissions, look_at_folder};
use super::outline::{Outline, Refused};
use super::residue::{Residues, Rule};
use super::source::FileSource;
use crate::VerifyError;
use crate::cost::{Costs, Work};
use crate::store::files::StoreFiles;

/// The cells of one batch of a column may take as much where many rows share a long entry of a dictionary.
const BATCH_BYTES: usize = 1 << 27;

/// The files that may be handed to the Parquet library, and how many rows of each at a time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Admitted {
    batch_rows: BTreeMap<String, usize>,
    audited: u64,
}

impl Admitted {
    /// Rows of a batch; [`None`] of a file that is not to be read.
    pub(crate) fn batch_rows(&self, name: &str) -> Option<usize> {
        self.batch_rows.get(name).copied()
    }

    /// What the audit looked at.
    pub(crate) fn checked(&self) -> Checked {
        Checked {
            files: self.audited,
            ..Checked::default()
        }
    }
}

/// Looks at everything of a store that is not a row.
pub(crate) struct Auditor<'a> {
    pub(crate) store: &'a str,
    /// The columns of its tables. A table without is not granted, which is a finding elsewhere, and only the contents
    /// of its files are audited.
    pub(crate) schemas: &'a BTreeMap<String, SchemaRef>,
    pub(crate) permissions: Permissions,
    pub(crate) threads: usize,
    pub(crate) costs: &'a Costs,
}

impl Auditor<'_> {
    /// Audits the folder, and in it every Parquet file of a table, listed or not.
    pub(crate) fn audit(
        &self,
        files: &StoreFiles,
        findings: &mut Findings,
    ) -> Result<Admitted, VerifyError> {
        let mut audited = Vec::new();
        self.costs.of(Work::Audit, || {
            let about = About {
                store: self.store,
                table: None,
            };
            look_at_folder(
                &files.root,
                files.listed(),
                self.permissions,
                about,
                findings,
            );
            self.outlines(files, &mut audited)
        })?;
        contents(&mut audited, self.threads, self.costs)?;
        let mut admitted = Admitted {
            audited: audited.len() as u64,
            ..Admitted::default()
        };
        for file in audited {
            if file.outline.is_some() {
                let rows = BATCH_BYTES / (file.longest as usize).max(1);
                let rows = rows.clamp(1, BATCH_ROWS);
                admitted.batch_rows.insert(file.name.clone(), rows);
            }
            self.report(file, findings);
        }
        Ok(admitted)
    }

    fn outlines(&self, files: &StoreFiles, audited: &mut Vec<Audited>) -> Result<(), VerifyError> {
        for table in files.tables() {
            for name in files.parts(table) {
                let path = files.path_of(&name);
                let file = outline(name, path.clone(), self.schemas.get(table).cloned());
                audited.push(file.map_err(VerifyError::io("read", &path))?);
            }
        }
        Ok(())
    }

    fn report(&self, file: Audited, findings: &mut Findings) {
        let schema = file.schema.as_ref();
        let name = |column: usize| Some(schema?.fields().get(column)?.name().as_str());
        let about = About {
            store: self.store,
            table: file.name.split('/').next(),
        };
        file.residues.report(&file.name, name, about, findings);
    }
}

/// A file under audit.
struct Audited {
    name: String,
    path: PathBuf,
    schema: Option<SchemaRef>,
    outline: Option<Outline>,
    residues: Residues,
    longest: u32,
}

fn outline(name: String, path: PathBuf, schema: Option<SchemaRef>) -> io::Result<Audited> {
    let mut residues = Residues::default();
    let read = match FileSource::open(&path) {
        Ok(source) => Outline::read(&source, &mut residues),
        // Its name is not UTF-8, so it cannot be found under what stands in the list.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Refused::Finding(Rule::NotParquet, String::new()))
        }
        Err(error) => Err(Refused::Io(error)),
    };
    let outline = match read {
        Ok(outline) => {
            residues.append(structure(&outline, schema.as_deref()));
            Some(outline)
        }
        Err(Refused::Io(error)) => return Err(error),
        Err(Refused::Finding(rule, why)) => {
            residues.add(rule, None, &why);
            None
        }
    };
    Ok(Audited {
        name,
        path,
        schema,
        outline,
        residues,
        longest: 0,
    })
}

/// Every row group of every file. What is found is put together in the files' order, whatever thread found it.
fn contents(audited: &mut [Audited], threads: usize, costs: &Costs) -> Result<(), VerifyError> {
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
            costs.of(Work::Audit, || {
                look_into(&files[file], group, contents)
                    .map_err(VerifyError::io("read", &files[file].path))
            })
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
    group(&FileSource::open(&file.path)?, outline, number, contents)
}

/// The gate alone, for files that are no store's: an error instead of a finding.
pub(crate) fn refuse_hostile(path: &Path) -> Result<(), VerifyError> {
    let source = FileSource::open(path).map_err(VerifyError::io("open", path))?;
    match Outline::read(&source, &mut Residues::default()) {
        Ok(_) => Ok(()),
        Err(Refused::Io(error)) => Err(VerifyError::io("read", path)(error)),
        Err(Refused::Finding(rule, why)) => Err(VerifyError::Hostile {
            path: path.to_path_buf(),
            rule: rule.word(),
            why,
        }),
    }
}

/// The columns of every table as the manifest tells them, for whoever has no catalogue.
pub(crate) fn schemas_of_manifest(manifest: &StoreManifest) -> BTreeMap<String, SchemaRef> {
    let schema = |table: &bunri_manifest::TableEntry| {
        let field = |column: &bunri_manifest::ColumnEntry| {
            Some(Field::new(&column.name, type_of(&column.value_type)?, true))
        };
        let fields = table
            .columns
            .iter()
            .map(field)
            .collect::<Option<Vec<_>>>()?;
        Some((table.id.clone(), SchemaRef::from(Schema::new(fields))))
    };
    manifest.tables.iter().filter_map(schema).collect()
}

/// The type of a word of the catalogue.
fn type_of(word: &str) -> Option<DataType> {
    Some(match word {
        "text" => DataType::Utf8,
        "int" => DataType::Int64,
        "date" => DataType::Date32,
        "timestamp" => DataType::Timestamp(TimeUnit::Microsecond, None),
        "bool" => DataType::Boolean,
        "bytes" => DataType::Binary,
        decimal => {
            let numbers = decimal.strip_prefix("decimal(")?.strip_suffix(')')?;
            let (precision, scale) = numbers.split_once(',')?;
            DataType::Decimal128(precision.parse().ok()?, scale.parse().ok()?)
        }
    })
}
