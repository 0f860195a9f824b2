//! Inheritance: what the rows of a parent table turned out to be, sorted by the columns that children refer
//! to; and, for a child, which ownerships its parents have and who supplied their points on a day.
//!
//! Gathering is done here; what follows from it is decided in [`crate::decide`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, BinaryArray, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bunri_catalogue::{Catalogue, RowRule, Table};
use bunri_columnar::{
    BatchSorter, CanonicalWriter, ColumnarError, Observer, PendingFile, RawValue, Reject,
    SortedBatches, Staging, TableFile, key_converter, open_parquet,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use polars::prelude::{Column, Int64Chunked};

use crate::SplitError;
use crate::answers::{PASS_ROWS, Spill, keyed_schema, read_column, stop_if_cancelled};
use crate::frame::{as_numbers, int_column, plain_numbers, results};
use crate::ownership::{OwnershipIndex, key_bytes, rejected_value};
use crate::verdict::{OTHER, OWN, REJECTED_ROW, Reason};

/// A parent rule of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParentRule {
    pub(crate) table: usize,
    pub(crate) key: Vec<usize>,
    pub(crate) references: Vec<usize>,
}

/// The parent rules of a table, in the order of its row rule.
pub(crate) fn parent_rules(table: &Table) -> Vec<ParentRule> {
    let of = |rule: &RowRule| match rule {
        RowRule::Parent {
            table,
            key,
            references,
            ..
        } => Some(ParentRule {
            table: *table,
            key: key.clone(),
            references: references.clone(),
        }),
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::All(_)
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => None,
    };
    table.rows.direct().iter().filter_map(of).collect()
}

/// The sets of columns by which children refer to this table.
pub(crate) fn referred(catalogue: &Catalogue, table: usize) -> Vec<Vec<usize>> {
    let mut sets: Vec<Vec<usize>> = catalogue
        .tables
        .iter()
        .flat_map(parent_rules)
        .filter(|rule| rule.table == table)
        .map(|rule| rule.references)
        .collect();
    sets.sort();
    sets.dedup();
    sets
}

fn entry_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("key", DataType::Binary, false),
        Field::new("verdict", DataType::Int64, false),
        Field::new("owner", DataType::Binary, true),
    ]))
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
pub(crate) struct VerdictWriter {
    references: Vec<usize>,
    converter: arrow_row::RowConverter,
    sorter: BatchSorter,
    path: PathBuf,
}

impl VerdictWriter {
    pub(crate) fn new(
        table: &Table,
        references: Vec<usize>,
        path: PathBuf,
        spill: Spill<'_>,
    ) -> Result<Self, ColumnarError> {
        let converter = key_converter(table, &references)?;
        let sorter = BatchSorter::new(&table.id, entry_schema(), &[0], spill.folder, spill.budget)?;
        Ok(Self {
            references,
            converter,
            sorter,
            path,
        })
    }

    /// Takes the verdicts of a batch; `owners` holds the owner keys of each row, one entry or more.
    pub(crate) fn push(
        &mut self,
        table: &Table,
        batch: &RecordBatch,
        verdicts: &[i64],
        owners: &[Vec<Option<Vec<u8>>>],
    ) -> Result<(), ColumnarError> {
        let wrap = || ColumnarError::arrow(&table.id);
        let keys: Vec<ArrayRef> = self
            .references
            .iter()
            .map(|&column| batch.column(column).clone())
            .collect();
        let keys = key_bytes(&self.converter, &keys).map_err(wrap())?;
        let mut columns = (Vec::new(), Vec::new(), Vec::new());
        for row in (0..batch.num_rows()).filter(|&row| keys.is_valid(row)) {
            for owner in &owners[row] {
                columns.0.push(keys.value(row));
                columns.1.push(verdicts[row]);
                columns.2.push(owner.as_deref());
            }
        }
        let entries = RecordBatch::try_new(
            entry_schema(),
            vec![
                Arc::new(BinaryArray::from(columns.0)),
                Arc::new(Int64Array::from(columns.1)),
                Arc::new(BinaryArray::from(columns.2)),
            ],
        );
        self.sorter.push(&entries.map_err(wrap())?)
    }

    /// Takes the rejected rows of the table: their children have a parent of which nobody knows whose it is.
    pub(crate) fn push_rejected(
        &mut self,
        table: &Table,
        staging: &Staging,
    ) -> Result<(), SplitError> {
        let wrap = || ColumnarError::arrow(&table.id);
        for (at, reject) in staging.rejects(table)?.into_iter().flatten().enumerate() {
            let Some(values) = referred_values(table, &self.references, &reject?, at + 1)? else {
                continue;
            };
            let keys = key_bytes(&self.converter, &values).map_err(wrap())?;
            let entry = RecordBatch::try_new(
                entry_schema(),
                vec![
                    Arc::new(keys),
                    Arc::new(Int64Array::from(vec![REJECTED_ROW])),
                    Arc::new(BinaryArray::from(vec![None::<&[u8]>])),
                ],
            );
            self.sorter.push(&entry.map_err(wrap())?)?;
        }
        Ok(())
    }

    /// Writes the file.
    pub(crate) fn finish(self) -> Result<(), ColumnarError> {
        let file = PendingFile::create(&self.path)?;
        let mut writer = CanonicalWriter::new(file, entry_schema(), &self.path)?;
        let mut sorted = self.sorter.finish()?;
        while let Some(batch) = sorted.next_batch(PASS_ROWS)? {
            writer.write(&batch)?;
        }
        writer.finish()?.sink.commit().map(|_| ())
    }
}

/// The values by which others refer to a rejected row; [`None`] if one is NULL, which matches nothing.
fn referred_values(
    table: &Table,
    references: &[usize],
    reject: &Reject,
    line: usize,
) -> Result<Option<Vec<ArrayRef>>, SplitError> {
    let mut values = Vec::with_capacity(references.len());
    let mut null = false;
    for &column in references {
        if reject.values.get(column) == Some(&RawValue::Null) {
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

/// The parents of one key: verdict and owner key.
type Parents = Vec<(i64, Option<Vec<u8>>)>;

/// Goes through a file of verdicts once, beside keys that ascend.
struct VerdictCursor {
    reader: ParquetRecordBatchReader,
    batch: Option<RecordBatch>,
    next: usize,
    held: (Vec<u8>, Parents),
    path: PathBuf,
}

impl VerdictCursor {
    fn open(path: &Path) -> Result<Self, SplitError> {
        let reader = open_parquet(path)?
            .with_batch_size(8192)
            .build()
            .map_err(|source| ColumnarError::Parquet {
                action: "read",
                path: path.into(),
                source,
            })?;
        let held = (Vec::new(), Vec::new());
        let mut cursor = Self {
            reader,
            batch: None,
            next: 0,
            held,
            path: path.into(),
        };
        cursor.fill()?;
        Ok(cursor)
    }

    fn fill(&mut self) -> Result<(), SplitError> {
        while self
            .batch
            .as_ref()
            .is_none_or(|batch| self.next >= batch.num_rows())
        {
            let name = self.path.display().to_string();
            self.batch = self
                .reader
                .next()
                .transpose()
                .map_err(ColumnarError::arrow(&name))?;
            self.next = 0;
            if self.batch.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn parents(&mut self, key: &[u8]) -> Result<&Parents, SplitError> {
        if self.held.0 != key {
            let mut found = Vec::new();
            while let Some(batch) = &self.batch {
                let here = batch.column(0).as_binary::<i32>().value(self.next);
                if here > key {
                    break;
                }
                if here == key {
                    let verdict = batch.column(1).as_primitive::<Int64Type>().value(self.next);
                    let owners = batch.column(2).as_binary::<i32>();
                    let owner = owners
                        .is_valid(self.next)
                        .then(|| owners.value(self.next).to_vec());
                    found.push((verdict, owner));
                }
                self.next += 1;
                self.fill()?;
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
    rule: usize,
    first_row: i64,
}

/// The flags of a parent rule, by name: which ownerships the parents have, and which suppliers.
pub(crate) const FLAGS: [&str; 7] = [
    "own",
    "other",
    "undecided",
    "rejected",
    "supplier_own",
    "supplier_other",
    "supplier_undecided",
];

/// How many of [`FLAGS`] speak of the parents themselves.
const VERDICT_FLAGS: usize = 4;

fn pair_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("row", DataType::Int64, false),
        Field::new("verdict", DataType::Int64, false),
        Field::new("supplier", DataType::Int64, false),
        Field::new("owner", DataType::Binary, true),
    ]))
}

/// Finds the parents of every row of a child table.
pub(crate) struct ParentSearch<'a> {
    pub(crate) table: &'a Table,
    pub(crate) rule: &'a ParentRule,
    pub(crate) position: usize,
    /// The known_at column, if this rule's parents are to say who supplied on that day.
    pub(crate) known: Option<usize>,
    /// Whether the owner keys of the parents are asked for; without them equal verdicts are one.
    pub(crate) owners: bool,
    pub(crate) verdicts: &'a Path,
    pub(crate) index: &'a OwnershipIndex,
    pub(crate) spill: Spill<'a>,
}

impl ParentSearch<'_> {
    pub(crate) fn run(
        &self,
        file: &TableFile,
        observer: &dyn Observer,
    ) -> Result<Pairs, SplitError> {
        let mut by_owner = self.pair_up(file, observer)?;
        let mut cursor = self.index.cursor()?;
        let mut by_row = self.sorter(pair_schema())?;
        while let Some(batch) = by_owner.next_batch(PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            let supplier = match self.known {
                None => vec![OWN; batch.num_rows()],
                Some(_) => {
                    let slice = cursor.slice(batch.column(0).as_binary::<i32>())?;
                    let known: Int64Chunked = int_column(&batch, 3).into_iter().collect();
                    let ask = || results(&slice.on(&known, Reason::KnownAtMissing)?, "supplier");
                    ask().map_err(SplitError::polars(&self.table.id))?
                }
            };
            let supplier: ArrayRef = Arc::new(Int64Array::from(supplier));
            let column = |position: usize| batch.column(position).clone();
            let columns = vec![column(1), column(2), supplier, column(0)];
            by_row.push(&self.batch(pair_schema(), columns)?)?;
        }
        Ok(Pairs {
            sorted: by_row.finish()?,
            ahead: None,
            rule: self.position,
            first_row: 0,
        })
    }

    /// Owner key, row, verdict and known day of every pair of a child and a parent, sorted by owner key.
    fn pair_up(
        &self,
        file: &TableFile,
        observer: &dyn Observer,
    ) -> Result<SortedBatches, SplitError> {
        let schema = keyed_schema(&["verdict".to_owned(), "known".to_owned()]);
        let mut pairs = self.sorter(schema.clone())?;
        let mut parents = VerdictCursor::open(self.verdicts)?;
        let mut children = self.children(file, observer)?;
        while let Some(batch) = children.next_batch(PASS_ROWS)? {
            stop_if_cancelled(observer)?;
            let keys = batch.column(0).as_binary::<i32>();
            let (rows, known) = (int_column(&batch, 1), int_column(&batch, 2));
            let mut columns = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            for child in (0..keys.len()).filter(|&child| keys.is_valid(child)) {
                let found = parents.parents(keys.value(child))?;
                if !self.owners {
                    for verdict in distinct(found) {
                        columns.0.push(None);
                        columns.1.push(rows[child]);
                        columns.2.push(verdict);
                        columns.3.push(known[child]);
                    }
                    continue;
                }
                for (verdict, owner) in found {
                    columns.0.push(owner.clone());
                    columns.1.push(rows[child]);
                    columns.2.push(*verdict);
                    columns.3.push(known[child]);
                }
            }
            let owners: BinaryArray = columns.0.iter().map(Option::as_deref).collect();
            let arrays: Vec<ArrayRef> = vec![
                Arc::new(owners),
                Arc::new(Int64Array::from(columns.1)),
                Arc::new(Int64Array::from(columns.2)),
                Arc::new(Int64Array::from(columns.3)),
            ];
            pairs.push(&self.batch(schema.clone(), arrays)?)?;
        }
        Ok(pairs.finish()?)
    }

    /// The key that refers to the parent, row and known day of every row, sorted by that key.
    fn children(
        &self,
        file: &TableFile,
        observer: &dyn Observer,
    ) -> Result<SortedBatches, SplitError> {
        let mut read: Vec<usize> = self.rule.key.iter().copied().chain(self.known).collect();
        read.sort_unstable();
        read.dedup();
        let schema = keyed_schema(&["known".to_owned()]);
        let mut sorter = self.sorter(schema.clone())?;
        let converter = key_converter(self.table, &self.rule.key)?;
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
            let known = match self.known {
                Some(column) => as_numbers(&read_column(&self.table.id, &batch, &read, column)?),
                None => vec![None; batch.num_rows()],
            };
            let arrays: Vec<ArrayRef> = vec![
                Arc::new(keys),
                Arc::new(Int64Array::from_iter_values(first_row..next_row)),
                Arc::new(Int64Array::from(known)),
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

/// The parents of some rows: one flag column for each of [`FLAGS`], and the owner keys.
pub(crate) struct Found {
    pub(crate) flags: Vec<Column>,
    pub(crate) owners: BTreeMap<usize, Vec<Option<Vec<u8>>>>,
}

impl Pairs {
    /// What was found for the next `rows` rows.
    pub(crate) fn take(&mut self, rows: usize) -> Result<Found, SplitError> {
        let end = self.first_row + i64::try_from(rows).unwrap_or(i64::MAX);
        let mut flags = vec![vec![0_i64; rows]; FLAGS.len()];
        let mut owners: BTreeMap<usize, Vec<Option<Vec<u8>>>> = BTreeMap::new();
        while let Some(batch) = self.ahead.take().map_or_else(
            || self.sorted.next_batch(PASS_ROWS),
            |batch| Ok(Some(batch)),
        )? {
            let row_numbers = int_column(&batch, 0);
            let here = row_numbers.partition_point(|row| row.is_some_and(|row| row < end));
            let (verdicts, suppliers) = (int_column(&batch, 1), int_column(&batch, 2));
            let keys = batch.column(3).as_binary::<i32>();
            for pair in 0..here {
                let row =
                    row_numbers[pair].and_then(|row| usize::try_from(row - self.first_row).ok());
                let Some(row) = row else { continue };
                flags[flag(verdicts[pair])][row] = 1;
                flags[VERDICT_FLAGS + flag(suppliers[pair])][row] = 1;
                let owner = keys.is_valid(pair).then(|| keys.value(pair).to_vec());
                owners.entry(row).or_default().push(owner);
            }
            if here < batch.num_rows() {
                self.ahead = Some(batch.slice(here, batch.num_rows() - here));
                break;
            }
        }
        self.first_row = end;
        let rule = self.rule;
        let name = |flag: &str| format!("parent{rule}_{flag}");
        let flags = FLAGS.iter().zip(flags);
        let flags = flags
            .map(|(flag, values)| plain_numbers(&name(flag), values))
            .collect();
        Ok(Found { flags, owners })
    }
}

/// One verdict of each kind that is there: more would say nothing more.
fn distinct(parents: &Parents) -> Vec<i64> {
    let mut kinds: BTreeMap<usize, i64> = BTreeMap::new();
    for (verdict, _) in parents {
        kinds.entry(flag(Some(*verdict))).or_insert(*verdict);
    }
    kinds.into_values().collect()
}

/// The position of a verdict's flag among the first [`VERDICT_FLAGS`] of [`FLAGS`].
fn flag(verdict: Option<i64>) -> usize {
    match verdict.unwrap_or(Reason::ParentMissing.verdict()) {
        OWN => 0,
        OTHER => 1,
        REJECTED_ROW => 3,
        _ => 2,
    }
}
