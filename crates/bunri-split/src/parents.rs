//! Inheritance: what the rows of a parent table turned out to be, sorted by the columns that children refer
//! to; and, for a child, which ownerships its parents have, the last day of its own ones, and their owner keys.
//!
//! Gathering is done here; what follows from it is decided in [`crate::rules`] and [`crate::known`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use arrow_array::builder::BinaryBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, BinaryArray, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bunri_catalogue::{AskedOfParent, Catalogue, ParentRule, Table};
use bunri_columnar::{
    BatchSorter, CanonicalWriter, ColumnarError, Observer, PendingFile, Reject, SortedBatches,
    StagedRows, Staging, key_converter,
};
use polars::prelude::Column;

use crate::SplitError;
use crate::conditions::clear;
use crate::frame::{int_column, numbers, plain_numbers};
use crate::keyed::{KeyedFile, KeyedRows};
use crate::ownership::{key_bytes, rejected_null, rejected_value};
use crate::passes::{PASS_ROWS, Spill, keyed_schema, read_column, stop_if_cancelled};
use crate::rules::{leaf_clear, leaf_kinds, leaf_last};
use crate::unit_order::held;
use crate::verdict::{Kind, REJECTED_ROW, TO_COME};

fn entry_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("key", DataType::Binary, false),
        Field::new("verdict", DataType::Int64, false),
        Field::new("to_come", DataType::Int64, false),
        Field::new("last", DataType::Int64, true),
        Field::new("owner_first", DataType::Int64, true),
        Field::new("owner_last", DataType::Int64, true),
        Field::new("owner", DataType::Binary, true),
        Field::new("clear", DataType::Int64, false),
    ]))
}

/// A supply point that a row stands for, with the days of the own row that it comes from: then the incumbent supplied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Owner {
    pub(crate) key: Vec<u8>,
    pub(crate) days: Option<(i64, i64)>,
}

impl Owner {
    /// Whether an own parent speaks of this day.
    pub(crate) fn holds(&self, day: Option<i64>) -> bool {
        let within = |(first, last)| day.is_some_and(|day| first <= day && day <= last);
        self.days.is_some_and(within)
    }
}

/// The owner keys of a row; [`None`] for one of which nothing is known.
pub(crate) type Owners = Vec<Option<Owner>>;

/// The columns of some owners: first and last day, key.
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

    /// What [`OwnerColumns::push`] took for a line of these columns.
    pub(crate) fn owner(columns: [&ArrayRef; 3], line: usize) -> Option<Owner> {
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
}

/// What children are told of some rows of a parent table.
#[derive(Debug, Default)]
pub(crate) struct HeirFacts {
    /// The last days that own rows speak of.
    pub(crate) lasts: Vec<Option<i64>>,
    /// The days that own rows asked the ledger for; of rows that people decided none.
    pub(crate) days: Vec<Option<(i64, i64)>>,
    /// Whether rows have not begun by the cutover.
    pub(crate) to_come: Vec<bool>,
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

/// Gathers the verdicts of a parent table while it streams.
pub(crate) struct VerdictWriter<'a> {
    references: Vec<usize>,
    /// What children ask of the rows of the table.
    asked: Vec<AskedOfParent<'a>>,
    cutover: i64,
    converter: arrow_row::RowConverter,
    /// Units push as they come: the order of what is sorted is that of its bytes.
    sorter: Mutex<BatchSorter>,
    path: PathBuf,
}

impl<'a> VerdictWriter<'a> {
    pub(crate) fn new(
        table: &Table,
        references: Vec<usize>,
        (asked, cutover): (Vec<AskedOfParent<'a>>, i64),
        path: PathBuf,
        spill: Spill<'_>,
    ) -> Result<Self, ColumnarError> {
        let converter = key_converter(table, &references)?;
        let sorter = BatchSorter::new(&table.id, entry_schema(), &[0], spill.folder, spill.budget)?;
        Ok(Self {
            references,
            asked,
            cutover,
            converter,
            sorter: Mutex::new(sorter),
            path,
        })
    }

    /// Takes the verdicts of a batch and what children are told of its rows; `owners` holds the owner keys of each row, one
    /// entry or more.
    pub(crate) fn push(
        &self,
        table: &Table,
        batch: &RecordBatch,
        (verdicts, told): (&[i64], &HeirFacts),
        owners: &[Owners],
    ) -> Result<(), SplitError> {
        let wrap = || ColumnarError::arrow(&table.id);
        let keys: Vec<ArrayRef> = self
            .references
            .iter()
            .map(|&column| batch.column(column).clone())
            .collect();
        let keys = key_bytes(&self.converter, &keys).map_err(wrap())?;
        let clear = clear(table, batch, &self.asked, self.cutover)
            .map_err(SplitError::polars(&table.id))?;
        let mut columns = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut owner_columns = OwnerColumns::default();
        for row in (0..batch.num_rows()).filter(|&row| keys.is_valid(row)) {
            for owner in &owners[row] {
                columns.0.push(keys.value(row));
                columns.1.push(verdicts[row]);
                columns.2.push(i64::from(told.to_come[row]));
                columns.3.push(told.lasts[row]);
                owner_columns.push(owner.as_ref());
                columns.4.push(clear[row]);
            }
        }
        let [first, last, owner] = owner_columns.finish();
        let entries = RecordBatch::try_new(
            entry_schema(),
            vec![
                Arc::new(BinaryArray::from(columns.0)),
                Arc::new(Int64Array::from(columns.1)),
                Arc::new(Int64Array::from(columns.2)),
                Arc::new(Int64Array::from(columns.3)),
                first,
                last,
                owner,
                Arc::new(Int64Array::from(columns.4)),
            ],
        );
        let entries = entries.map_err(wrap())?;
        Ok(held(&self.sorter)?.push(&entries)?)
    }

    /// Takes the rejected rows of the table: their children have a parent of which nobody knows whose it is.
    pub(crate) fn push_rejected(&self, table: &Table, staging: &Staging) -> Result<(), SplitError> {
        let wrap = || ColumnarError::arrow(&table.id);
        for (at, reject) in staging.rejects(table)?.into_iter().flatten().enumerate() {
            let Some(values) = referred_values(table, &self.references, &reject?, at + 1)? else {
                continue;
            };
            let keys = key_bytes(&self.converter, &values).map_err(wrap())?;
            let mut nobody = OwnerColumns::default();
            nobody.push(None);
            let [first, last, owner] = nobody.finish();
            let entry = RecordBatch::try_new(
                entry_schema(),
                vec![
                    Arc::new(keys),
                    Arc::new(Int64Array::from(vec![REJECTED_ROW])),
                    Arc::new(Int64Array::from(vec![0])),
                    Arc::new(Int64Array::from(vec![None])),
                    first,
                    last,
                    owner,
                    Arc::new(Int64Array::from(vec![0])),
                ],
            );
            held(&self.sorter)?.push(&entry.map_err(wrap())?)?;
        }
        Ok(())
    }

    /// Writes the file.
    pub(crate) fn finish(self) -> Result<(), SplitError> {
        let file = PendingFile::create(&self.path)?;
        let mut writer = CanonicalWriter::new(file, entry_schema(), &self.path)?;
        let sorter = self.sorter.into_inner();
        let mut sorted = sorter.map_err(|_| SplitError::LockPoisoned)?.finish()?;
        while let Some(batch) = sorted.next_batch(PASS_ROWS)? {
            writer.write(&batch)?;
        }
        writer.finish()?.sink.commit()?;
        Ok(())
    }
}

/// The values by which others refer to a rejected row; [`None`] if one is NULL, which matches nothing.
pub(crate) fn referred_values(
    table: &Table,
    references: &[usize],
    reject: &Reject,
    line: usize,
) -> Result<Option<Vec<ArrayRef>>, SplitError> {
    let mut values = Vec::with_capacity(references.len());
    let mut null = false;
    for &column in references {
        if rejected_null(table, column, reject) {
            null = true;
            continue;
        }
        let unreadable = || SplitError::UnreadableParentKey {
            table: table.id.clone(),
            column: table.columns[column].name.clone(),
            line,
        };
        values.push(rejected_value(table, column, reject).ok_or_else(unreadable)?);
    }
    Ok((!null).then_some(values))
}

/// A parent of some row.
struct Parent {
    verdict: i64,
    to_come: bool,
    /// The last day that it speaks of, of an own one.
    last: Option<i64>,
    owner: Option<Owner>,
    /// The conditions that it does not meet, as bits.
    clear: i64,
}

/// The parents of one key.
type Parents = Vec<Parent>;

/// Goes through a file of verdicts once, beside keys that ascend.
struct VerdictCursor {
    rows: KeyedRows,
    held: (Vec<u8>, Parents),
}

impl VerdictCursor {
    fn new(file: &Arc<KeyedFile>) -> Self {
        Self {
            rows: file.rows(),
            held: (Vec::new(), Vec::new()),
        }
    }

    /// The parents of a key: those that have begun by the cutover, or all if none has.
    fn parents(&mut self, key: &[u8]) -> Result<&Parents, SplitError> {
        if self.held.0 != key {
            let mut found = Vec::new();
            self.rows.seek(key)?;
            while let Some((batch, row)) = self.rows.row() {
                if batch.column(0).as_binary::<i32>().value(row) != key {
                    break;
                }
                let numbers = |column: usize| batch.column(column).as_primitive::<Int64Type>();
                let lasts = numbers(3);
                let owner = [4, 5, 6].map(|column| batch.column(column));
                found.push(Parent {
                    verdict: numbers(1).value(row),
                    to_come: numbers(2).value(row) != 0,
                    last: lasts.is_valid(row).then(|| lasts.value(row)),
                    owner: OwnerColumns::owner(owner, row),
                    clear: numbers(7).value(row),
                });
                self.rows.step()?;
            }
            // What has not begun is no parent yet, unless nothing else is there.
            if found.iter().any(|parent| !parent.to_come) {
                found.retain(|parent| !parent.to_come);
            }
            self.held = (key.to_vec(), found);
        }
        Ok(&self.held.1)
    }
}

/// What one parent rule found, pair by pair, sorted by the child's row.
pub(crate) struct Pairs {
    sorted: SortedBatches,
    ahead: Option<RecordBatch>,
    leaf: usize,
    first_row: i64,
    owners: bool,
}

fn pair_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("row", DataType::Int64, false),
        Field::new("verdict", DataType::Int64, false),
        Field::new("to_come", DataType::Int64, false),
        Field::new("last", DataType::Int64, true),
        Field::new("owner_first", DataType::Int64, true),
        Field::new("owner_last", DataType::Int64, true),
        Field::new("owner", DataType::Binary, true),
        Field::new("clear", DataType::Int64, false),
    ]))
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
    ) -> Result<Pairs, SplitError> {
        let mut by_row = self.sorter(pair_schema())?;
        let mut parents = VerdictCursor::new(self.verdicts);
        let mut children = self.children(file, observer)?;
        while let Some(batch) = children.next_batch(PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            by_row.push(&self.pairs(&batch, &mut parents)?)?;
        }
        Ok(Pairs {
            sorted: by_row.finish()?,
            ahead: None,
            leaf: self.leaf,
            first_row: 0,
            owners: self.owners,
        })
    }

    /// Every pair of a child and a parent.
    fn pairs(
        &self,
        children: &RecordBatch,
        parents: &mut VerdictCursor,
    ) -> Result<RecordBatch, SplitError> {
        let keys = children.column(0).as_binary::<i32>();
        let rows = int_column(children, 1);
        let mut columns = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut owners = OwnerColumns::default();
        for child in (0..keys.len()).filter(|&child| keys.is_valid(child)) {
            let found = parents.parents(keys.value(child))?;
            // Either all of them have begun or none has.
            let to_come = found.iter().any(|parent| parent.to_come);
            let mut push = |(verdict, last, clear), owner: Option<&Owner>| {
                columns.0.push(rows[child]);
                columns.1.push(verdict);
                columns.2.push(i64::from(to_come));
                columns.3.push(last);
                columns.4.push(clear);
                owners.push(owner);
            };
            if self.owners {
                for parent in found {
                    let said = (parent.verdict, parent.last, parent.clear);
                    push(said, parent.owner.as_ref());
                }
            } else {
                for said in distinct(found) {
                    push(said, None);
                }
            }
        }
        let [first, last, owner] = owners.finish();
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(columns.0)),
            Arc::new(Int64Array::from(columns.1)),
            Arc::new(Int64Array::from(columns.2)),
            Arc::new(Int64Array::from(columns.3)),
            first,
            last,
            owner,
            Arc::new(Int64Array::from(columns.4)),
        ];
        Ok(self.batch(pair_schema(), arrays)?)
    }

    /// The key that refers to the parent, and the row, of every row, sorted by that key.
    fn children(
        &self,
        file: &StagedRows,
        observer: &dyn Observer,
    ) -> Result<SortedBatches, SplitError> {
        let mut read: Vec<usize> = self.rule.key.to_vec();
        read.sort_unstable();
        read.dedup();
        let schema = keyed_schema(&[]);
        let mut sorter = self.sorter(schema.clone())?;
        let converter = key_converter(self.table, self.rule.key)?;
        let mut first_row = 0_i64;
        for batch in file.columns(&read, PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            let batch = batch?;
            let keys: Vec<ArrayRef> = self
                .rule
                .key
                .iter()
                .map(|&column| read_column(&self.table.id, &batch, &read, column))
                .collect::<Result<_, _>>()?;
            let keys =
                key_bytes(&converter, &keys).map_err(ColumnarError::arrow(&self.table.id))?;
            let next_row = first_row + i64::try_from(batch.num_rows()).unwrap_or(i64::MAX);
            let arrays: Vec<ArrayRef> = vec![
                Arc::new(keys),
                Arc::new(Int64Array::from_iter_values(first_row..next_row)),
            ];
            sorter.push(&self.batch(schema.clone(), arrays)?)?;
            first_row = next_row;
        }
        Ok(sorter.finish()?)
    }

    fn sorter(&self, schema: SchemaRef) -> Result<BatchSorter, ColumnarError> {
        BatchSorter::new(
            &self.table.id,
            schema,
            &[0],
            self.spill.folder,
            self.spill.budget,
        )
    }

    fn batch(
        &self,
        schema: SchemaRef,
        arrays: Vec<ArrayRef>,
    ) -> Result<RecordBatch, ColumnarError> {
        RecordBatch::try_new(schema, arrays).map_err(ColumnarError::arrow(&self.table.id))
    }
}

/// The parents of some rows by one parent rule.
pub(crate) struct Found {
    pub(crate) leaf: usize,
    /// For every row the kinds of parents that it has ([`Kind::is_among`]), with [`TO_COME`]; 0 without any.
    pub(crate) kinds: Vec<i64>,
    /// For every row the latest last day of its own parents.
    pub(crate) last: Vec<Option<i64>>,
    /// For every row the conditions that none of its parents meets, as bits; none without parents.
    clear: Vec<Option<i64>>,
    /// By row, if they were asked for.
    pub(crate) owners: BTreeMap<usize, Owners>,
}

impl Found {
    /// As columns of the frame that rules read.
    pub(crate) fn columns(&self) -> [Column; 3] {
        [
            plain_numbers(&leaf_kinds(self.leaf), self.kinds.clone()),
            numbers(&leaf_last(self.leaf), self.last.clone()),
            numbers(&leaf_clear(self.leaf), self.clear.clone()),
        ]
    }
}

impl Pairs {
    /// The number of the parent rule.
    pub(crate) fn leaf(&self) -> usize {
        self.leaf
    }

    /// What was found for the next `rows` rows.
    pub(crate) fn take(&mut self, rows: usize) -> Result<Found, SplitError> {
        let end = self.first_row + i64::try_from(rows).unwrap_or(i64::MAX);
        let mut found = Found {
            leaf: self.leaf,
            kinds: vec![0; rows],
            last: vec![None; rows],
            clear: vec![None; rows],
            owners: BTreeMap::new(),
        };
        while let Some(batch) = self.ahead.take().map_or_else(
            || self.sorted.next_batch(PASS_ROWS),
            |batch| Ok(Some(batch)),
        )? {
            let row_numbers = int_column(&batch, 0);
            let here = row_numbers.partition_point(|row| row.is_some_and(|row| row < end));
            let [verdicts, to_come, lasts] = [1, 2, 3].map(|column| int_column(&batch, column));
            let owners = [4, 5, 6].map(|column| batch.column(column));
            let clears = int_column(&batch, 7);
            for pair in 0..here {
                let row =
                    row_numbers[pair].and_then(|row| usize::try_from(row - self.first_row).ok());
                let Some(row) = row else { continue };
                found.kinds[row] |= Kind::of(verdicts[pair]).bit();
                if to_come[pair] == Some(1) {
                    found.kinds[row] |= TO_COME;
                }
                // None is less than any day.
                found.last[row] = found.last[row].max(lasts[pair]);
                // One parent that meets a condition is enough.
                let clear = clears[pair].unwrap_or_default();
                found.clear[row] = Some(found.clear[row].map_or(clear, |all| all & clear));
                if self.owners {
                    let owner = OwnerColumns::owner(owners, pair);
                    found.owners.entry(row).or_default().push(owner);
                }
            }
            if here < batch.num_rows() {
                self.ahead = Some(batch.slice(here, batch.num_rows() - here));
                break;
            }
        }
        self.first_row = end;
        Ok(found)
    }
}

/// One verdict of each kind that is there, with its latest last day and the conditions that none of the kind meets: more would say
/// nothing more.
fn distinct(parents: &Parents) -> Vec<(i64, Option<i64>, i64)> {
    let mut kinds: BTreeMap<Kind, (i64, Option<i64>, i64)> = BTreeMap::new();
    for parent in parents {
        let kind = kinds.entry(Kind::of(Some(parent.verdict))).or_insert((
            parent.verdict,
            None,
            parent.clear,
        ));
        kind.1 = kind.1.max(parent.last);
        kind.2 &= parent.clear;
    }
    kinds.into_values().collect()
}
