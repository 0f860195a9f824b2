//! The Parquet files of a store, cell by cell: whoever wrote them, listed or not. Equal cells that follow each other, and cells
//! that were looked at lately and held nothing, are not looked at again. Of rows that nothing explains, a reading of its own
//! collects what may be combined, because an ordinary store has none.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_row::RowConverter;
use arrow_schema::SchemaRef;
use bunri_columnar::{ColumnarError, Observer, open_parquet, row_converter};
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use crate::LeakError;
use crate::cells::{Cell, Column, SMALLEST_NUMBER};
use crate::combination::Suspects;
use crate::hashing::Secret;
use crate::hits::{Location, NO_COLUMN, Position};
use crate::inputs::StoreTable;
use crate::retailers::Retailers;
use crate::scan::Scanner;
use crate::text::Origin;
use crate::unmatched::Unmatched;

/// Cells that are remembered as holding nothing, for each column.
const CLEAN: usize = 1 << 14;

/// Anything that the Parquet reader does with a damaged file, a panic included, is "nothing could be read".
pub(crate) fn guarded<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok().flatten()
}

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

impl Piece<'_> {
    /// Looks at every cell.
    pub(crate) fn look(
        &self,
        secret: &Secret,
        scanner: &mut Scanner<'_>,
        observer: &dyn Observer,
    ) -> Result<Looked, LeakError> {
        let mut looked = Looked::default();
        if let Some(mut reading) = self.open()? {
            let mut clean: Vec<Vec<u64>> = vec![Vec::new(); reading.columns];
            while let Some(batch) = reading.next(observer)? {
                for (column, clean) in clean.iter_mut().enumerate() {
                    looked.cells += reading.look(&batch, column, (secret, clean), scanner)?;
                }
            }
            looked.rows = reading.rows;
            if looked.rows >= self.rows {
                return Ok(looked);
            }
        }
        looked.short.insert(self.site);
        Ok(looked)
    }

    /// Hands over the rows that nothing explains, with the cells that nothing explains.
    pub(crate) fn suspects(
        &self,
        suspects: &mut Suspects<'_>,
        observer: &dyn Observer,
    ) -> Result<(), LeakError> {
        let Some(mut reading) = self.open()?.filter(|reading| !reading.explains_all()) else {
            return Ok(());
        };
        while let Some(batch) = reading.next(observer)? {
            for row in 0..batch.rows.num_rows() {
                let cells = reading.unexplained(&batch, row)?;
                if cells.is_empty() {
                    continue;
                }
                let location = reading.location(&batch, row, NO_COLUMN, false);
                if !suspects.suspect(location, &cells) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Every column is read, because the key and the multiset's rows need them; what is not searched costs little.
    fn open(&self) -> Result<Option<Reading<'_>>, LeakError> {
        let opened = guarded(|| {
            let builder = open_parquet(&self.path).ok()?;
            let schema = builder.schema().clone();
            let builder = builder.with_row_groups(self.groups.clone());
            let reader = builder.with_batch_size(self.batch_rows).build().ok()?;
            Some((reader, schema))
        });
        let Some((reader, schema)) = opened else {
            return Ok(None);
        };
        let known = |table| Known::new(table, self.unmatched, &schema);
        Ok(Some(Reading {
            piece: self,
            reader,
            known: self.table.map(known).transpose()?,
            columns: schema.fields().len(),
            rows: 0,
        }))
    }
}

/// A piece that is read.
struct Reading<'p> {
    piece: &'p Piece<'p>,
    reader: ParquetRecordBatchReader,
    known: Option<Known<'p>>,
    columns: usize,
    /// So far.
    rows: u64,
}

/// Rows of a piece.
struct Batch {
    rows: RecordBatch,
    /// The number of the first row in the file.
    first: u64,
}

impl Reading<'_> {
    /// Damage is C2's finding; what could be read before it is searched.
    fn next(&mut self, observer: &dyn Observer) -> Result<Option<Batch>, LeakError> {
        if observer.cancelled() {
            return Err(LeakError::Interrupted);
        }
        let rows = guarded(|| self.reader.next()?.ok());
        Ok(rows.map(|rows| {
            let first = self.piece.first + self.rows;
            self.rows += rows.num_rows() as u64;
            Batch { rows, first }
        }))
    }

    /// Whether every cell of the file is as the source's granted cells say.
    fn explains_all(&self) -> bool {
        let known = self.known.as_ref();
        known.is_some_and(|known| known.explains_all(self.columns))
    }

    /// Whether the source's own granted cell holds what stands here.
    fn explains(&self, batch: &Batch, row: usize, column: usize) -> Result<bool, LeakError> {
        let known = self.known.as_ref();
        known.map_or(Ok(false), |known| known.explains(&batch.rows, row, column))
    }

    fn location(&self, batch: &Batch, row: usize, column: u16, explained: bool) -> Location {
        let number = batch.first + row as u64;
        let label = match &self.known {
            Some(known) => known.name(&batch.rows, row, number),
            None => format!("store row {}", number + 1),
        };
        Location {
            position: Position {
                site: self.piece.site,
                row: number,
                column,
            },
            explained,
            label,
        }
    }

    /// Looks at the cells of one column; gives their number.
    fn look(
        &self,
        batch: &Batch,
        column: usize,
        (secret, clean): (&Secret, &mut Vec<u64>),
        scanner: &mut Scanner<'_>,
    ) -> Result<u64, LeakError> {
        let array = batch.rows.column(column);
        let Some(cells) = Column::of(array).filter(Column::is_searched) else {
            return Ok(0);
        };
        if clean.is_empty() {
            clean.resize(CLEAN, 0);
        }
        let origin = match &self.known {
            Some(known) if self.explains_all() => known.origin(column),
            Some(_) | None => Origin::Unknown,
        };
        let mut looked = 0;
        let mut last: Option<&[u8]> = None;
        let mut space = String::new();
        let nulls = array.nulls();
        let valid = |row: &usize| nulls.is_none_or(|nulls| nulls.is_valid(*row));
        for row in (0..array.len()).filter(valid) {
            looked += 1;
            let place = || -> Result<Location, LeakError> {
                let explained = self.explains(batch, row, column)?;
                let column = u16::try_from(column).unwrap_or(NO_COLUMN);
                Ok(self.location(batch, row, column, explained))
            };
            let cell = cells.cell(row);
            let raw = match cell {
                Cell::Number(unscaled, _) => {
                    if unscaled.unsigned_abs() >= SMALLEST_NUMBER {
                        scanner.number(cell.text(&mut space), &place)?;
                    }
                    continue;
                }
                Cell::Text(text) => text.as_bytes(),
                Cell::Bytes(bytes) => bytes,
            };
            if last == Some(raw) {
                continue;
            }
            let hash = secret.cell(raw);
            let slot = hash as usize % CLEAN;
            if clean[slot] == hash {
                last = Some(raw);
                continue;
            }
            let nothing = match cell {
                Cell::Text(text) => {
                    let nothing = scanner.text(text, origin, &place)?;
                    let named = self.piece.retailers.map_or(Ok(true), |retailers| {
                        scanner.retailers(retailers, text, &place)
                    });
                    nothing & named?
                }
                Cell::Bytes(_) | Cell::Number(..) => scanner.bytes(raw, &place)?,
            };
            // Only what held nothing is passed over, so that everything else is counted each time.
            last = nothing.then_some(raw);
            if nothing {
                clean[slot] = hash;
            }
        }
        Ok(looked)
    }

    /// The texts of a row's cells that nothing explains.
    fn unexplained(&self, batch: &Batch, row: usize) -> Result<Vec<String>, LeakError> {
        let mut cells = Vec::new();
        for (column, array) in batch.rows.columns().iter().enumerate() {
            if array.is_null(row) || self.explains(batch, row, column)? {
                continue;
            }
            let column = Column::of(array);
            cells.extend(column.map(|column| column.cell(row).text(&mut String::new()).to_owned()));
        }
        Ok(cells)
    }
}

/// The columns of a file that the store's table has.
struct Known<'a> {
    table: &'a dyn StoreTable,
    unmatched: Option<&'a Unmatched>,
    /// By column of the store: the column of the file.
    columns: Vec<Option<usize>>,
    order: Vec<usize>,
    converter: RowConverter,
}

impl<'a> Known<'a> {
    fn new(
        table: &'a dyn StoreTable,
        unmatched: Option<&'a Unmatched>,
        schema: &SchemaRef,
    ) -> Result<Self, LeakError> {
        let order = table.order();
        let columns = table.schema().fields();
        let types = order.iter().map(|&column| columns[column].data_type());
        let in_file = |field: &arrow_schema::FieldRef| {
            let fields = schema.fields();
            let found = fields.iter().position(|other| other.name() == field.name());
            found.filter(|&at| fields[at].data_type() == field.data_type())
        };
        Ok(Self {
            columns: columns.iter().map(in_file).collect(),
            converter: row_converter(table.id(), types.collect::<Vec<_>>())?,
            unmatched: unmatched.filter(|unmatched| !unmatched.is_empty()),
            order,
            table,
        })
    }

    fn key(&self, rows: &RecordBatch, row: usize) -> Result<Option<Vec<u8>>, LeakError> {
        let cell = |&column: &usize| Some(rows.column(self.columns[column]?).slice(row, 1));
        let cells: Option<Vec<ArrayRef>> = self.order.iter().map(cell).collect();
        let key = |cells: Vec<ArrayRef>| {
            let key = self.converter.convert_columns(&cells);
            key.map(|key| key.row(0).data().to_vec())
        };
        let key = cells.map(key).transpose();
        Ok(key.map_err(ColumnarError::arrow(self.table.id()))?)
    }

    /// The store's column that this column of the file is.
    fn column(&self, in_file: usize) -> Option<usize> {
        self.columns.iter().position(|at| *at == Some(in_file))
    }

    fn explains_all(&self, columns: usize) -> bool {
        self.unmatched.is_none() && self.columns.iter().flatten().count() == columns
    }

    /// Where every text of a column comes from, if everything is explained. Where a hash stands for a value, the source has
    /// another text.
    fn origin(&self, in_file: usize) -> Origin {
        let column = self.column(in_file);
        let same = column.is_some_and(|column| !self.table.is_rekeyed(column));
        if same {
            Origin::Granted
        } else {
            Origin::Unknown
        }
    }

    fn explains(&self, rows: &RecordBatch, row: usize, in_file: usize) -> Result<bool, LeakError> {
        let Some(column) = self.column(in_file) else {
            return Ok(false);
        };
        let Some(unmatched) = self.unmatched else {
            return Ok(true);
        };
        let key = self.key(rows, row)?;
        Ok(key.is_some_and(|key| !unmatched.has(&key, column)))
    }

    fn name(&self, rows: &RecordBatch, row: usize, number: u64) -> String {
        self.table.row_name(number, &|column| {
            let in_file = self.columns.get(column).copied().flatten()?;
            Some(rows.column(in_file).slice(row, 1))
        })
    }
}
