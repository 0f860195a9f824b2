//! Inheritance: what the rows of a parent table turned out to be, sorted by the columns that children refer to; and, for a child,
//! its parents, found by a merge join of its rows with that.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use arrow_array::builder::BinaryBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, BinaryArray, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bunri_catalogue::{Catalogue, ParentRule, Table};
use bunri_columnar::{
    BatchSorter, CanonicalWriter, ColumnarError, Observer, PendingFile, SortedBatches, StagedRows,
    Staging,
};
use bunri_vectorized::{
    Decider, Decisions, Owner, Parent, ParentFacts, ReadColumns, RowFacts, keep_begun,
    one_of_each_kind,
};

use crate::IndexError;
use crate::keyed::{KeyedFile, KeyedRows};
use crate::keys::{Keys, NullPart, unreadable_parent};
use crate::passes::{ByRow, PASS_ROWS, RowNumbers, Spill, batch, keyed_schema, stop_if_cancelled};

/// The columns of owners: first and last day, key.
#[derive(Default)]
pub(crate) struct OwnerColumns {
    first: Vec<Option<i64>>,
    last: Vec<Option<i64>>,
    key: BinaryBuilder,
}

impl OwnerColumns {
    pub(crate) fn push(&mut self, owner: Option<&Owner>) {
        let days = owner.and_then(|owner| owner.days);
        self.first.push(days.map(|days| days.0));
        self.last.push(days.map(|days| days.1));
        self.key.append_option(owner.map(|owner| &owner.key));
    }

    pub(crate) fn finish(mut self) -> [ArrayRef; 3] {
        [
            Arc::new(Int64Array::from(self.first)),
            Arc::new(Int64Array::from(self.last)),
            Arc::new(self.key.finish()),
        ]
    }
}

/// What [`OwnerColumns::push`] took for a line of these columns.
pub(crate) fn owner_of(columns: [&ArrayRef; 3], line: usize) -> Option<Owner> {
    let [first, last, key] = columns;
    let key = key.as_binary::<i32>();
    let day = |days: &ArrayRef| {
        let days = days.as_primitive::<Int64Type>();
        days.is_valid(line).then(|| days.value(line))
    };
    key.is_valid(line).then(|| Owner {
        key: key.value(line).to_vec(),
        days: day(first).zip(day(last)),
    })
}

/// Lines of parents, after a column that says whose parents they are: the key by which children refer to them, or a child's row.
#[derive(Default)]
struct ParentColumns {
    verdict: Vec<i64>,
    to_come: Vec<i64>,
    last: Vec<Option<i64>>,
    owner: OwnerColumns,
    clear: Vec<i64>,
}

/// The columns of [`ParentColumns`] after the first one.
fn parent_schema(first: &str, kind: DataType) -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new(first, kind, false),
        Field::new("verdict", DataType::Int64, false),
        Field::new("to_come", DataType::Int64, false),
        Field::new("last", DataType::Int64, true),
        Field::new("owner_first", DataType::Int64, true),
        Field::new("owner_last", DataType::Int64, true),
        Field::new("owner", DataType::Binary, true),
        Field::new("clear", DataType::Int64, false),
    ]))
}

/// Parents by the key by which children refer to them.
fn entry_schema() -> SchemaRef {
    parent_schema("key", DataType::Binary)
}

/// Parents by the rows of their children.
fn pair_schema() -> SchemaRef {
    parent_schema("row", DataType::Int64)
}

impl ParentColumns {
    fn push(&mut self, parent: &Parent) {
        self.verdict.push(parent.verdict);
        self.to_come.push(i64::from(parent.to_come));
        self.last.push(parent.last);
        self.owner.push(parent.owner.as_ref());
        self.clear.push(parent.clear);
    }

    fn finish(self, first: ArrayRef) -> Vec<ArrayRef> {
        let [owner_first, owner_last, owner] = self.owner.finish();
        vec![
            first,
            Arc::new(Int64Array::from(self.verdict)),
            Arc::new(Int64Array::from(self.to_come)),
            Arc::new(Int64Array::from(self.last)),
            owner_first,
            owner_last,
            owner,
            Arc::new(Int64Array::from(self.clear)),
        ]
    }
}

/// Lines of parents that are read back.
struct ParentLines<'a> {
    verdict: &'a Int64Array,
    to_come: &'a Int64Array,
    last: &'a Int64Array,
    owner: [&'a ArrayRef; 3],
    clear: &'a Int64Array,
}

impl<'a> ParentLines<'a> {
    fn of(lines: &'a RecordBatch) -> Self {
        let numbers = |column: usize| lines.column(column).as_primitive::<Int64Type>();
        Self {
            verdict: numbers(1),
            to_come: numbers(2),
            last: numbers(3),
            owner: [4, 5, 6].map(|column| lines.column(column)),
            clear: numbers(7),
        }
    }

    fn parent(&self, line: usize) -> Parent {
        Parent {
            verdict: self.verdict.value(line),
            to_come: self.to_come.value(line) != 0,
            last: self.last.is_valid(line).then(|| self.last.value(line)),
            owner: owner_of(self.owner, line),
            clear: self.clear.value(line),
        }
    }
}

/// The file of a parent's verdicts by one set of referred columns.
pub(crate) fn verdict_path(
    folder: &Path,
    catalogue: &Catalogue,
    table: usize,
    references: &[usize],
) -> PathBuf {
    let columns: Vec<String> = references.iter().map(ToString::to_string).collect();
    folder.join(format!(
        "parents-{}-{}.parquet",
        catalogue.tables[table].id,
        columns.join("-")
    ))
}

/// Makes, of rows that are decided, the lines that children will ask. It knows nothing of other units.
pub struct HeirLines<'a> {
    table: &'a Table,
    /// The ledger key, where it is the rows' owner key.
    owner: Option<Keys<'a>>,
    /// Each set of columns that children refer to.
    references: Vec<Keys<'a>>,
}

impl<'a> HeirLines<'a> {
    pub(crate) fn new(catalogue: &'a Catalogue, position: usize) -> Result<Self, IndexError> {
        let table = &catalogue.tables[position];
        // Through another table it is another on every day; the catalogue's check sees that no child asks for it.
        let key = table.ledger_key.as_ref();
        let key = key.filter(|_| table.through.is_none());
        let references = catalogue.references_to(position).into_iter();
        let references = references.map(|references| Keys::new(table, references));
        Ok(Self {
            table,
            owner: key.map(|key| Keys::new(table, key)).transpose()?,
            references: references.collect::<Result<_, _>>()?,
        })
    }

    /// Whether no child asks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.references.is_empty()
    }

    /// The lines of the rows of a batch: for each set of columns that children refer to, in the order of [`Heirs`].
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn of(
        &self,
        batch: &RecordBatch,
        decider: &Decider<'_>,
        decided: (&RowFacts, &Decisions),
    ) -> Result<Vec<RecordBatch>, IndexError> {
        if self.is_empty() {
            return Ok(Vec::new());
        }
        let columns = ReadColumns::all(self.table, batch);
        let keys = self.owner.as_ref().map(|owner| owner.of(&columns));
        let keys = keys.transpose()?;
        let parents = decider.parents(batch, decided, keys.as_ref())?;
        let references = self.references.iter();
        let lines = references.map(|references| self.by(references, &columns, &parents));
        lines.collect()
    }

    /// The lines of each row by some columns; a row of which one is NULL is nobody's parent.
    fn by(
        &self,
        references: &Keys<'_>,
        columns: &ReadColumns<'_>,
        parents: &[Vec<Parent>],
    ) -> Result<RecordBatch, IndexError> {
        let keys = references.of(columns)?;
        let (mut of, mut lines) = (Vec::new(), ParentColumns::default());
        for row in (0..columns.rows()).filter(|&row| keys.is_valid(row)) {
            for parent in &parents[row] {
                of.push(keys.value(row));
                lines.push(parent);
            }
        }
        let lines = lines.finish(Arc::new(BinaryArray::from(of)));
        Ok(entry_batch(&self.table.id, lines)?)
    }
}

fn entry_batch(table: &str, lines: Vec<ArrayRef>) -> Result<RecordBatch, ColumnarError> {
    batch(table, entry_schema(), lines)
}

/// What children will ask of the rows of a table, gathered from all its units.
pub struct Heirs {
    /// The table's id.
    id: String,
    /// By each set of columns that children refer to.
    writers: Vec<VerdictWriter>,
}

impl Heirs {
    pub(crate) fn new(
        (catalogue, position): (&Catalogue, usize),
        staging: &Staging,
        (folder, spill): (&Path, Spill<'_>),
    ) -> Result<Self, IndexError> {
        let table = &catalogue.tables[position];
        let references = catalogue.references_to(position).into_iter();
        let writer = |references: &[usize]| {
            let path = verdict_path(folder, catalogue, position, references);
            let sorter = spill.sorter(&table.id, entry_schema(), &[0])?;
            let writer = VerdictWriter {
                sorter: Mutex::new(sorter),
                path,
            };
            writer.push_rejected(table, references, staging)?;
            Ok(writer)
        };
        Ok(Self {
            id: table.id.clone(),
            writers: references.map(writer).collect::<Result<_, IndexError>>()?,
        })
    }

    /// Takes the lines of some rows, as [`HeirLines::of`] makes them.
    ///
    /// # Errors
    /// [`IndexError`]: above all lines that are not made so.
    pub fn push(&self, lines: &[RecordBatch]) -> Result<(), IndexError> {
        let is_entry = |lines: &RecordBatch| lines.schema() == entry_schema();
        if lines.len() != self.writers.len() || !lines.iter().all(is_entry) {
            return Err(IndexError::OtherLines {
                table: self.id.clone(),
            });
        }
        let mut writers = self.writers.iter().zip(lines);
        writers.try_for_each(|(writer, lines)| Ok(writer.sorter()?.push(lines)?))
    }

    /// Writes the files that children ask.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn finish(self) -> Result<(), IndexError> {
        let mut writers = self.writers.into_iter();
        writers.try_for_each(VerdictWriter::finish)
    }
}

/// Gathers the verdicts of a parent table while it streams, by one set of columns.
struct VerdictWriter {
    /// Units push as they come: the order of what is sorted is that of its bytes.
    sorter: Mutex<BatchSorter>,
    path: PathBuf,
}

impl VerdictWriter {
    fn sorter(&self) -> Result<MutexGuard<'_, BatchSorter>, IndexError> {
        self.sorter.lock().map_err(|_| IndexError::LockPoisoned)
    }

    /// Takes the rejected rows of the table: their children have a parent of which nobody knows whose it is.
    fn push_rejected(
        &self,
        table: &Table,
        references: &[usize],
        staging: &Staging,
    ) -> Result<(), IndexError> {
        let references = Keys::new(table, references)?;
        for (at, reject) in staging.rejects(table)?.into_iter().flatten().enumerate() {
            let unreadable = unreadable_parent(table, at + 1);
            let key = references.of_reject(&reject?, NullPart::MatchesNothing, unreadable)?;
            let Some(key) = key else {
                continue;
            };
            let mut lines = ParentColumns::default();
            lines.push(&Parent::rejected());
            let entry = entry_batch(&table.id, lines.finish(Arc::new(key)))?;
            self.sorter()?.push(&entry)?;
        }
        Ok(())
    }

    /// Writes the file.
    fn finish(self) -> Result<(), IndexError> {
        let file = PendingFile::create(&self.path)?;
        let mut writer = CanonicalWriter::new(file, entry_schema(), &self.path)?;
        let sorter = self.sorter.into_inner();
        let mut sorted = sorter.map_err(|_| IndexError::LockPoisoned)?.finish()?;
        while let Some(batch) = sorted.next_batch(PASS_ROWS)? {
            writer.write(&batch)?;
        }
        writer.finish()?.sink.commit()?;
        Ok(())
    }
}

/// Goes through a file of verdicts once, beside keys that ascend.
struct VerdictCursor {
    rows: KeyedRows,
    held: (Vec<u8>, Vec<Parent>),
}

impl VerdictCursor {
    fn new(file: &Arc<KeyedFile>) -> Self {
        Self {
            rows: file.rows(),
            held: (Vec::new(), Vec::new()),
        }
    }

    /// The parents of a key: those that have begun by the cutover, or all if none has.
    fn parents(&mut self, key: &[u8]) -> Result<&[Parent], ColumnarError> {
        if self.held.0 != key {
            let mut found = Vec::new();
            self.rows.seek(key)?;
            while let Some((batch, row)) = self.rows.row() {
                if batch.column(0).as_binary::<i32>().value(row) != key {
                    break;
                }
                found.push(ParentLines::of(batch).parent(row));
                self.rows.step()?;
            }
            keep_begun(&mut found);
            self.held = (key.to_vec(), found);
        }
        Ok(&self.held.1)
    }
}

/// What one parent rule found, pair by pair, sorted by the child's row.
pub(crate) struct Pairs {
    sorted: ByRow,
    leaf: usize,
    owners: bool,
}

/// Finds the parents of every row of a child table.
pub(crate) struct ParentSearch<'a> {
    pub(crate) table: &'a Table,
    /// The number of the rule ([`Table::leaves`]).
    pub(crate) leaf: usize,
    pub(crate) rule: ParentRule<'a>,
    /// Whether the owner keys of the parents are asked for; without them equal verdicts are one.
    pub(crate) owners: bool,
    pub(crate) verdicts: &'a Arc<KeyedFile>,
    pub(crate) spill: Spill<'a>,
}

impl ParentSearch<'_> {
    pub(crate) fn run(
        &self,
        file: &StagedRows,
        observer: &dyn Observer,
    ) -> Result<Pairs, IndexError> {
        let mut by_row = self.spill.sorter(&self.table.id, pair_schema(), &[0])?;
        let mut parents = VerdictCursor::new(self.verdicts);
        let mut children = self.children(file, observer)?;
        while let Some(batch) = children.next_batch(PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            by_row.push(&self.pairs(&batch, &mut parents)?)?;
        }
        Ok(Pairs {
            sorted: ByRow::new(by_row.finish()?),
            leaf: self.leaf,
            owners: self.owners,
        })
    }

    /// Every pair of a child and a parent.
    fn pairs(
        &self,
        children: &RecordBatch,
        parents: &mut VerdictCursor,
    ) -> Result<RecordBatch, ColumnarError> {
        let keys = children.column(0).as_binary::<i32>();
        let rows = children.column(1).as_primitive::<Int64Type>();
        let (mut of, mut lines) = (Vec::new(), ParentColumns::default());
        for child in (0..keys.len()).filter(|&child| keys.is_valid(child)) {
            let found = parents.parents(keys.value(child))?;
            let mut push = |parent: &Parent| {
                of.push(rows.value(child));
                lines.push(parent);
            };
            if self.owners {
                found.iter().for_each(push);
            } else {
                one_of_each_kind(found).iter().for_each(&mut push);
            }
        }
        let lines = lines.finish(Arc::new(Int64Array::from(of)));
        batch(&self.table.id, pair_schema(), lines)
    }

    /// The key that refers to the parent, and the row, of every row, sorted by that key.
    fn children(
        &self,
        file: &StagedRows,
        observer: &dyn Observer,
    ) -> Result<SortedBatches, IndexError> {
        let mut read: Vec<usize> = self.rule.key.to_vec();
        read.sort_unstable();
        read.dedup();
        let schema = keyed_schema(&[]);
        let mut sorter = self.spill.sorter(&self.table.id, schema.clone(), &[0])?;
        let key = Keys::new(self.table, self.rule.key)?;
        let mut numbers = RowNumbers::default();
        for rows in file.columns(&read, PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            let rows = rows?;
            let arrays: Vec<ArrayRef> = vec![
                Arc::new(key.of(&ReadColumns::some(self.table, &rows, &read))?),
                Arc::new(numbers.next(rows.num_rows())),
            ];
            sorter.push(&batch(&self.table.id, schema.clone(), arrays)?)?;
        }
        Ok(sorter.finish()?)
    }
}

impl Pairs {
    /// The number of the parent rule.
    pub(crate) fn leaf(&self) -> usize {
        self.leaf
    }

    /// What was found for the next `rows` rows.
    pub(crate) fn take(&mut self, rows: usize) -> Result<ParentFacts, ColumnarError> {
        let mut facts = ParentFacts::new(self.leaf, rows);
        self.sorted.take(rows, |lines, rows| {
            let lines = ParentLines::of(lines);
            for (line, &row) in rows.iter().enumerate() {
                let parent = lines.parent(line);
                facts.add(row, &parent);
                if self.owners {
                    facts.add_owner(row, parent.owner);
                }
            }
        })?;
        Ok(facts)
    }
}
