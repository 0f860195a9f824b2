//! One Parquet file of a store, cell by cell: whoever wrote it, listed or not. Equal cells that follow each other, and cells
//! that were looked at lately and held nothing, are not looked at again.

use std::collections::BTreeSet;
use std::path::PathBuf;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_row::RowConverter;
use arrow_schema::SchemaRef;
use bunri_columnar::{Observer, open_parquet, row_converter};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use crate::LeakError;
use crate::cells::{Column, Held, is_searched};
use crate::hashing::Secret;
use crate::inputs::StoreTable;
use crate::look::Looker;
use crate::parquet_file::guarded;
use crate::retailers::Retailers;
use crate::seek::Origin;
use crate::spot::Spot;
use crate::unmatched::Unmatched;
use crate::written::{SMALLEST_NUMBER, number_text};

/// Cells that are remembered as holding nothing, for each column.
const CLEAN: usize = 1 << 14;

/// Row groups of one file: a thread's piece of work.
pub(crate) struct Piece<'a> {
    pub(crate) site: u32,
    pub(crate) path: PathBuf,
    pub(crate) groups: Vec<usize>,
    /// How many rows the file says that they have.
    pub(crate) rows: u64,
    /// The number of its first row in the file.
    pub(crate) first: u64,
    pub(crate) batch_rows: usize,
    /// The table that the store has here, if it has one.
    pub(crate) table: Option<&'a dyn StoreTable>,
    pub(crate) unmatched: Option<&'a Unmatched>,
    /// What the texts of this file may not name.
    pub(crate) retailers: Option<&'a Retailers>,
}

/// What was looked at.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    pub(crate) rows: u64,
    pub(crate) cells: u64,
    /// Sites of files that could not be read to their ends.
    pub(crate) short: BTreeSet<u32>,
}

impl Looked {
    pub(crate) fn add(&mut self, mut more: Self) {
        self.rows += more.rows;
        self.cells += more.cells;
        self.short.append(&mut more.short);
    }
}

/// The columns of a file that the store's table has: by position in the file, the position in the store.
pub(crate) struct Known<'a> {
    table: &'a dyn StoreTable,
    unmatched: &'a Unmatched,
    /// By column of the store: the column of the batch.
    places: Vec<Option<usize>>,
    order: Vec<usize>,
    converter: RowConverter,
}

impl<'a> Known<'a> {
    pub(crate) fn new(
        table: &'a dyn StoreTable,
        unmatched: &'a Unmatched,
        schema: &SchemaRef,
    ) -> Result<Self, LeakError> {
        let order = table.order();
        let columns = table.schema().fields();
        let types = order.iter().map(|&column| columns[column].data_type());
        let place = |field: &arrow_schema::FieldRef| {
            let fields = schema.fields();
            let found = fields.iter().position(|other| other.name() == field.name());
            found.filter(|&at| fields[at].data_type() == field.data_type())
        };
        Ok(Self {
            places: columns.iter().map(place).collect(),
            converter: row_converter(table.id(), types.collect::<Vec<_>>())?,
            order,
            table,
            unmatched,
        })
    }

    fn key(&self, batch: &RecordBatch, row: usize) -> Result<Option<Vec<u8>>, LeakError> {
        let column = |&position: &usize| Some(batch.column(self.places[position]?).slice(row, 1));
        let Some(columns) = self
            .order
            .iter()
            .map(column)
            .collect::<Option<Vec<ArrayRef>>>()
        else {
            return Ok(None);
        };
        let rows = self
            .converter
            .convert_columns(&columns)
            .map_err(LeakError::arrow(self.table.id()))?;
        Ok(Some(rows.row(0).data().to_vec()))
    }

    /// Whether that is so of every cell of a file with so many columns.
    pub(crate) fn explains_all(&self, columns: usize) -> bool {
        self.unmatched.is_empty() && self.places.iter().flatten().count() == columns
    }

    /// Where every text comes from in a column of a file with so many.
    fn of_column(&self, column: usize, columns: usize) -> Origin {
        let position = self.places.iter().position(|place| *place == Some(column));
        // Where a hash stands for a value, the source has another text.
        let same = position.is_some_and(|position| !self.table.is_rekeyed(position));
        if same && self.explains_all(columns) {
            Origin::Granted
        } else {
            Origin::Unknown
        }
    }

    /// Whether the source's own granted cell holds what stands here.
    pub(crate) fn explains(
        &self,
        batch: &RecordBatch,
        row: usize,
        column: usize,
    ) -> Result<bool, LeakError> {
        let Some(position) = self.places.iter().position(|place| *place == Some(column)) else {
            return Ok(false);
        };
        if self.unmatched.is_empty() {
            return Ok(true);
        }
        let key = self.key(batch, row)?;
        Ok(key.is_some_and(|key| !self.unmatched.has(&key, position)))
    }

    pub(crate) fn name(&self, batch: &RecordBatch, row: usize, number: u64) -> String {
        self.table.row_name(number, &|position| {
            let place = self.places.get(position).copied().flatten()?;
            Some(batch.column(place).slice(row, 1))
        })
    }
}

impl Piece<'_> {
    /// Looks at every cell.
    pub(crate) fn look(
        &self,
        secret: &Secret,
        looker: &mut Looker<'_>,
        observer: &dyn Observer,
    ) -> Result<Looked, LeakError> {
        let mut looked = Looked::default();
        let Some((mut reader, schema)) = self.open() else {
            looked.short.insert(self.site);
            return Ok(looked);
        };
        let nothing = Unmatched::default();
        let known = self
            .table
            .map(|table| Known::new(table, self.unmatched.unwrap_or(&nothing), &schema))
            .transpose()?;
        let mut clean: Vec<Vec<u64>> = vec![Vec::new(); schema.fields().len()];
        // Damage is C2's finding; what could be read before it was searched.
        while let Some(batch) = guarded(|| reader.next()?.ok()) {
            if observer.cancelled() {
                return Err(LeakError::Interrupted);
            }
            let first = self.first + looked.rows;
            for (column, clean) in clean.iter_mut().enumerate() {
                let cells = Cells {
                    piece: self,
                    known: known.as_ref(),
                    batch: &batch,
                    first,
                    column,
                };
                looked.cells += cells.look(secret, looker, clean)?;
            }
            looked.rows += batch.num_rows() as u64;
        }
        if looked.rows < self.rows {
            looked.short.insert(self.site);
        }
        Ok(looked)
    }

    /// Every column is read, because the key and the multiset's rows need them; what is not searched costs little.
    pub(crate) fn open(&self) -> Option<(ParquetRecordBatchReader, SchemaRef)> {
        guarded(|| {
            let builder = open_parquet(&self.path).ok()?;
            let schema = builder.schema().clone();
            let builder = builder.with_projection(ProjectionMask::all());
            let reader = builder
                .with_row_groups(self.groups.clone())
                .with_batch_size(self.batch_rows);
            Some((reader.build().ok()?, schema))
        })
    }
}

/// One column of one batch.
struct Cells<'c> {
    piece: &'c Piece<'c>,
    known: Option<&'c Known<'c>>,
    batch: &'c RecordBatch,
    /// The number of the batch's first row in the file.
    first: u64,
    column: usize,
}

impl Cells<'_> {
    /// Gives the number of cells that were looked at.
    fn look(
        &self,
        secret: &Secret,
        looker: &mut Looker<'_>,
        clean: &mut Vec<u64>,
    ) -> Result<u64, LeakError> {
        let array = self.batch.column(self.column);
        if !is_searched(array.data_type()) {
            return Ok(0);
        }
        let Some(cells) = Column::of(array) else {
            return Ok(0);
        };
        if clean.is_empty() {
            clean.resize(CLEAN, 0);
        }
        let origin = self.known.map_or(Origin::Unknown, |known| {
            known.of_column(self.column, self.batch.num_columns())
        });
        let mut looked = 0;
        let mut last: Option<&[u8]> = None;
        let mut number = String::new();
        let nulls = array.nulls();
        let valid = |row: &usize| nulls.is_none_or(|nulls| nulls.is_valid(*row));
        for row in (0..array.len()).filter(valid) {
            looked += 1;
            let place = || self.spot(row);
            let held = cells.held(row);
            let raw = match held {
                Held::Number(value, scale) => {
                    if value.unsigned_abs() >= SMALLEST_NUMBER {
                        number_text(value, scale, &mut number);
                        looker.number(&number, &place)?;
                    }
                    continue;
                }
                Held::Text(text) => text.as_bytes(),
                Held::Bytes(bytes) => bytes,
            };
            if last == Some(raw) {
                continue;
            }
            let name = secret.cell(raw);
            let slot = name as usize % CLEAN;
            if clean[slot] == name {
                last = Some(raw);
                continue;
            }
            let nothing = match held {
                Held::Text(text) => {
                    let nothing = looker.text(text, origin, &place)?;
                    let named = self.piece.retailers.map_or(Ok(true), |retailers| {
                        looker.retailers(retailers, text, &place)
                    });
                    nothing & named?
                }
                _ => looker.bytes(raw, &place)?,
            };
            // Only what held nothing is passed over, so that everything else is counted each time.
            last = nothing.then_some(raw);
            if nothing {
                clean[slot] = name;
            }
        }
        Ok(looked)
    }

    fn spot(&self, row: usize) -> Result<Spot, LeakError> {
        let number = self.first + row as u64;
        let (explained, label) = match self.known {
            Some(known) => (
                known.explains(self.batch, row, self.column)?,
                known.name(self.batch, row, number),
            ),
            None => (false, format!("store row {}", number + 1)),
        };
        Ok(Spot {
            site: self.piece.site,
            row: number,
            column: u16::try_from(self.column).unwrap_or(crate::spot::NO_COLUMN),
            explained,
            label,
        })
    }
}
