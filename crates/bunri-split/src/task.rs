//! A unit's **task**, written down (design section 9: "a table (or a key range of one) is the unit of work"; format
//! `bunri.split-task/1`, docs/formats.md): what is to be decided, on what terms, and every file that it takes, by digest. Whoever
//! has those files, the catalogue, the decisions and the secrets can do it with [`UnitTask::run`] and gives the same rows as the process that wrote it,
//! or refuses before a row is decided. No record's value and no secret is in it.
//!
//! A unit is the rows from one number to another of a table in key order, which is a cut between two keys without holding them: a
//! key would be a value, and the digests of the parts already say which rows those are.
//!
//! Not here: how a task and what comes of it travel, and who may send one. A task is believed as far as its sender is.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use bunri_catalogue::{Catalogue, Store, Table};
use bunri_columnar::{CREATED_BY, ColumnarError, CustodyLayout, Observer, StagedRows, Staging};
use bunri_decisions::Decisions;
use bunri_index::{Indexes, Lookups, Spill};
use bunri_job::RekeySecrets;
use bunri_manifest::{Blake3Hex, FileEntry, RelativePath, TOOL, hash_file};
use bunri_types::Day;
use serde::{Deserialize, Serialize};

use crate::SplitError;
use crate::cells::StorePlan;
use crate::errors::TaskError;
use crate::rekey::Rekeys;
use crate::unit::{UnitContext, UnitLeft, UnitSink};

/// What the rows of every table are decided by, beside staging: the job, the catalogue and the version. A label or a kind stands in
/// manifests alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Terms {
    tool: String,
    layout: String,
    catalogue: String,
    cutover: Day,
    decisions: Option<String>,
    /// Of each secret what tells it from another without telling of it.
    secrets: BTreeMap<String, String>,
}

impl Terms {
    /// Those of this version.
    pub(crate) fn new(
        catalogue: &Catalogue,
        cutover: Day,
        (decisions, secrets): (&Decisions, &RekeySecrets),
    ) -> Self {
        Self {
            tool: TOOL.to_owned(),
            layout: CREATED_BY.to_owned(),
            catalogue: catalogue.digest.clone(),
            cutover,
            decisions: decisions.digest().map(str::to_owned),
            secrets: secrets.checks(),
        }
    }

    /// What is not the same of the others.
    fn differs_in(&self, other: &Self) -> Option<&'static str> {
        let Self {
            tool,
            layout,
            catalogue,
            cutover,
            decisions,
            secrets,
        } = self;
        let compared = [
            (*tool == other.tool, "version of bunri"),
            (*layout == other.layout, "layout of files"),
            (*catalogue == other.catalogue, "catalogue"),
            (*cutover == other.cutover, "day of the cutover"),
            (*decisions == other.decisions, "file of decisions"),
            (*secrets == other.secrets, "set of secrets"),
        ];
        let mut differing = compared.iter().filter(|(same, _)| !same);
        differing.next().map(|(_, what)| *what)
    }
}

/// A file below custody that is not one of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskFile {
    path: RelativePath,
    blake3: Blake3Hex,
}

/// The task of a unit: its rows are to be decided for some stores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitTask {
    format: String,
    /// The digest of everything that the stores' bytes are a function of. Tasks of one split have the same.
    inputs: Blake3Hex,
    terms: Terms,
    /// The table's id.
    table: String,
    /// The number, from 0 and in the first of the files of staging, of the unit's first row.
    first_row: u64,
    /// Rows of the unit.
    rows: u64,
    /// The stores that get rows.
    stores: Vec<String>,
    /// The parts of the table that hold the unit's rows.
    staging: Vec<FileEntry>,
    /// The parts of the list of retailers.
    retailers: Vec<FileEntry>,
    /// Who supplied when.
    indexes: Vec<TaskFile>,
    /// What became of the rows of the table's parents.
    parents: Vec<TaskFile>,
}

/// Where a task is done, and with what.
#[derive(Clone, Copy)]
pub struct TaskPlace<'a> {
    /// The catalogue that the task was written with.
    pub catalogue: &'a Catalogue,
    /// The folder below which the task's files lie as they do in the run's custody.
    pub custody: &'a Path,
    /// What people decided.
    pub decisions: &'a Decisions,
    /// Under which retail's keys are hashed.
    pub secrets: &'a RekeySecrets,
    /// An empty folder to sort in.
    pub temporary: &'a Path,
    /// Bytes of memory that one sort may use; a unit may have several under way.
    pub sort_memory: usize,
    /// Whoever may wish to stop.
    pub observer: &'a dyn Observer,
}

impl UnitTask {
    /// What `format` says.
    pub const FORMAT: &str = "bunri.split-task/1";

    /// Reads a task.
    ///
    /// # Errors
    /// [`TaskError::Malformed`] and [`TaskError::Format`].
    pub fn parse(text: &[u8]) -> Result<Self, TaskError> {
        #[derive(Deserialize)]
        struct Format {
            format: String,
        }
        let Format { format } = serde_json::from_slice(text).map_err(TaskError::Malformed)?;
        if format != Self::FORMAT {
            return Err(TaskError::Format { found: format });
        }
        serde_json::from_slice(text).map_err(TaskError::Malformed)
    }

    /// The task as text: JSON, one line, the same of the same task.
    ///
    /// # Errors
    /// None that is known.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TaskError> {
        let mut text = serde_json::to_vec(self).map_err(TaskError::Malformed)?;
        text.push(b'\n');
        Ok(text)
    }

    /// The table's id.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Rows of the unit.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Every file that the task takes, below custody.
    pub fn files(&self) -> impl Iterator<Item = &RelativePath> {
        self.digests().map(|(path, _)| path)
    }

    fn digests(&self) -> impl Iterator<Item = (&RelativePath, &Blake3Hex)> {
        let staged = self.staging.iter().chain(&self.retailers);
        let made = self.indexes.iter().chain(&self.parents);
        staged
            .map(|file| (&file.path, &file.blake3))
            .chain(made.map(|file| (&file.path, &file.blake3)))
    }

    /// Decides the rows of the unit and gives the sink what becomes of them.
    ///
    /// # Errors
    /// [`SplitError::Task`] before a row is decided, where anything is not what the task was written with; else as
    /// [`split()`](crate::split).
    pub fn run(
        &self,
        place: &TaskPlace<'_>,
        sink: &mut dyn UnitSink,
    ) -> Result<UnitLeft, SplitError> {
        let TaskPlace {
            catalogue,
            custody,
            decisions,
            secrets,
            temporary,
            sort_memory,
            observer,
        } = *place;
        let here = Terms::new(catalogue, self.terms.cutover, (decisions, secrets));
        if let Some(what) = self.terms.differs_in(&here) {
            let table = self.table.clone();
            return Err(TaskError::Other { table, what }.into());
        }
        let position = self.position(catalogue)?;
        let table = &catalogue.tables[position];
        let stores = self.stores()?;
        self.refuse_other_files(custody)?;

        let layout = CustodyLayout::new(custody);
        let ownership = layout.ownership();
        let indexed = (ownership.as_path(), &self.inputs);
        self.refuse_unlisted(custody, &self.indexes, Indexes::paths(catalogue, indexed))?;
        let listed = &catalogue.tables[catalogue.retailers.table];
        let listed = StagedRows::of_parts(custody, listed, &self.retailers);
        let indexes = Indexes::open(&listed, catalogue, indexed)?;
        let lookups = Lookups {
            catalogue,
            indexes: &indexes,
            cutover: i64::from(self.terms.cutover),
            verdicts: &layout.verdicts(),
            spill: Spill {
                folder: temporary,
                budget: sort_memory,
            },
            observer,
        };
        self.refuse_unlisted(custody, &self.parents, lookups.parent_paths(table))?;
        let parents = lookups.parents(table)?;
        let end = self.first_row.saturating_add(self.rows);
        let parts = StagedRows::of_parts(custody, table, &self.staging);
        let rows = parts.unit(self.first_row..end)?;
        let rekeys = Rekeys::new(secrets);
        let plans = stores.into_iter();
        let plans = plans.filter_map(|store| StorePlan::new(table, store, &rekeys).transpose());
        let plans = plans.collect::<Result<Vec<_>, _>>()?;
        let context = UnitContext { lookups, decisions };
        context.decide(position, &rows, (&parents, &plans), sink)
    }

    fn position(&self, catalogue: &Catalogue) -> Result<usize, TaskError> {
        let mut tables = catalogue.tables.iter();
        let position = tables.position(|table| table.id == self.table);
        position.ok_or_else(|| TaskError::Unknown {
            what: "table",
            name: self.table.clone(),
        })
    }

    fn stores(&self) -> Result<Vec<Store>, TaskError> {
        let store = |word: &String| {
            let store = Store::ALL.into_iter().find(|store| store.word() == word);
            store.ok_or_else(|| TaskError::Unknown {
                what: "store",
                name: word.clone(),
            })
        };
        self.stores.iter().map(store).collect()
    }

    fn other_file(&self, path: PathBuf) -> TaskError {
        TaskError::File {
            table: self.table.clone(),
            path,
        }
    }

    fn refuse_other_files(&self, custody: &Path) -> Result<(), SplitError> {
        for (path, blake3) in self.digests() {
            let path = path.below(custody);
            let seen = match hash_file(&path) {
                Ok(seen) => seen,
                Err(refused) if refused.kind() == ErrorKind::NotFound => {
                    return Err(self.other_file(path).into());
                }
                Err(refused) => return Err(ColumnarError::io("read", &path)(refused).into()),
            };
            if seen.blake3 != *blake3 {
                return Err(self.other_file(path).into());
            }
        }
        Ok(())
    }

    /// What is opened must be what was listed: of a file that no task names nobody has seen the digest.
    fn refuse_unlisted(
        &self,
        custody: &Path,
        listed: &[TaskFile],
        opened: impl IntoIterator<Item = PathBuf>,
    ) -> Result<(), TaskError> {
        let listed = listed.iter().map(|file| file.path.below(custody));
        let listed: BTreeSet<PathBuf> = listed.collect();
        let unlisted = opened.into_iter().find(|path| !listed.contains(path));
        unlisted.map_or(Ok(()), |path| Err(self.other_file(path)))
    }
}

/// Does the units of a split, on this machine or another.
pub trait UnitExecutor: Sync {
    /// Does a task: the sink gets what becomes of the unit's rows, in their order, and the rest is returned. Called from several
    /// threads, each with another unit; the files that the task names stay where they are until it is done.
    ///
    /// # Errors
    /// Why the unit was not done: the split fails then, and may be run again.
    fn execute(&self, task: &UnitTask, sink: &mut dyn UnitSink) -> Result<UnitLeft, SplitError>;
}

/// Writes the tasks of a split down.
pub(crate) struct TaskWriter<'a> {
    staging: &'a Staging,
    custody: &'a Path,
    inputs: Blake3Hex,
    terms: Terms,
    retailers: Vec<FileEntry>,
    indexes: Vec<TaskFile>,
}

impl<'a> TaskWriter<'a> {
    /// The indexes are made.
    pub(crate) fn new(
        catalogue: &Catalogue,
        (staging, custody): (&'a Staging, &'a Path),
        (inputs, terms): (&Blake3Hex, Terms),
    ) -> Result<Self, SplitError> {
        let retailers = staging.entry(&catalogue.tables[catalogue.retailers.table])?;
        let ownership = CustodyLayout::new(custody).ownership();
        let indexes = Indexes::paths(catalogue, (&ownership, inputs));
        Ok(Self {
            staging,
            custody,
            inputs: inputs.clone(),
            terms,
            retailers: retailers.files.clone(),
            indexes: hashed(custody, indexes)?,
        })
    }

    /// What the tasks of a table share. Its parents are decided.
    pub(crate) fn table(
        &self,
        lookups: &Lookups<'_>,
        table: &Table,
        stores: impl Iterator<Item = Store>,
    ) -> Result<TableTask, SplitError> {
        Ok(TableTask {
            parts: self.staging.entry(table)?.files.clone(),
            task: UnitTask {
                format: UnitTask::FORMAT.to_owned(),
                inputs: self.inputs.clone(),
                terms: self.terms.clone(),
                table: table.id.clone(),
                first_row: 0,
                rows: 0,
                stores: stores.map(|store| store.word().to_owned()).collect(),
                staging: Vec::new(),
                retailers: self.retailers.clone(),
                indexes: self.indexes.clone(),
                parents: hashed(self.custody, lookups.parent_paths(table))?,
            },
        })
    }
}

fn hashed(
    custody: &Path,
    paths: impl IntoIterator<Item = PathBuf>,
) -> Result<Vec<TaskFile>, SplitError> {
    let paths = paths.into_iter();
    let file = |path: PathBuf| {
        let digests = hash_file(&path).map_err(ColumnarError::io("read", &path))?;
        let below = path.strip_prefix(custody).unwrap_or(&path);
        let refused = |why: &str| ColumnarError::Staging {
            path: path.clone(),
            message: why.to_owned(),
        };
        let below = RelativePath::try_from(below.display().to_string()).map_err(refused)?;
        Ok(TaskFile {
            path: below,
            blake3: digests.blake3,
        })
    };
    paths.map(file).collect()
}

/// The task of any unit of a table.
pub(crate) struct TableTask {
    /// All parts of the table.
    parts: Vec<FileEntry>,
    /// Of no rows.
    task: UnitTask,
}

impl TableTask {
    /// The task of these rows: it names the parts that hold some of them, and no others.
    pub(crate) fn of(&self, rows: &StagedRows) -> UnitTask {
        let (first_row, end) = (rows.first_row(), rows.first_row() + rows.rows());
        let (mut staging, mut before, mut first) = (Vec::new(), 0, 0);
        for part in &self.parts {
            let after = before + part.rows;
            if before < end && first_row < after {
                if staging.is_empty() {
                    first = before;
                }
                staging.push(part.clone());
            }
            before = after;
        }
        UnitTask {
            first_row: first_row.saturating_sub(first),
            rows: rows.rows(),
            staging,
            ..self.task.clone()
        }
    }
}
