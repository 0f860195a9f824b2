//! The Parquet files of a store, cell by cell: whoever wrote them, listed or not. Cells that were looked at lately and held nothing are not
//! looked at again. Of rows that nothing explains, a reading of its own collects what may be combined, because an ordinary store has none.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::FieldRef;
use bunri_columnar::{ColumnarError, Observer, guarded, open_parquet, row_converter};
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use crate::LeakError;
use crate::cells::{CellValue, SMALLEST_NUMBER, cells, stored_cells};
use crate::combination::Suspects;
use crate::hits::{Location, NO_COLUMN, Position};
use crate::inputs::{ColumnSet, Mismatches, StoreTable};
use crate::retailers::Retailers;
use crate::text::Scanner;

/// Cells that are remembered as holding nothing, for each column.
const CLEAN: usize = 1 << 14;

/// Row groups of one file: a thread's share of the work.
pub(crate) struct RowGroupChunk<'a> {
    pub(crate) site: u32,
    pub(crate) path: &'a Path,
    pub(crate) groups: Range<usize>,
    /// How many rows the file says that they have.
    pub(crate) rows: u64,
    /// The number of its first row in the file.
    pub(crate) first: u64,
    pub(crate) batch_rows: usize,
    /// The table that the store has here, if it has one.
    pub(crate) table: Option<&'a dyn StoreTable>,
    /// What is there that is not as the source's granted cells say, if anything is.
    pub(crate) mismatches: Option<&'a Mismatches>,
    /// What the texts of this file may not name.
    pub(crate) retailers: Option<&'a Retailers>,
}

/// What was looked at.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    pub(crate) rows: u64,
    pub(crate) cells: u64,
    /// Sites of files that could not be read to their ends.
    pub(crate) short: BTreeSet<u32>,
}

impl RowGroupChunk<'_> {
    /// Looks at every cell.
    pub(crate) fn look(
        &self,
        scanner: &mut Scanner<'_>,
        observer: &dyn Observer,
    ) -> Result<Coverage, LeakError> {
        let mut coverage = Coverage::default();
        if let Some(mut reader) = self.open() {
            let columns = reader.columns.iter();
            let mut clean: Vec<_> = columns.map(|_| vec![0; CLEAN]).collect();
            while let Some(batch) = reader.next(observer)? {
                for (column, clean) in clean.iter_mut().enumerate() {
                    coverage.cells += reader.look(&batch, column, clean, scanner)?;
                }
            }
            coverage.rows = reader.next_row - self.first;
            if coverage.rows >= self.rows {
                return Ok(coverage);
            }
        }
        coverage.short.insert(self.site);
        Ok(coverage)
    }

    /// Hands over the rows that nothing explains, with the texts of the cells that nothing explains.
    pub(crate) fn suspects(
        &self,
        suspects: &mut Suspects<'_>,
        observer: &dyn Observer,
    ) -> Result<(), LeakError> {
        let Some(mut reader) = self.open().filter(|reader| !reader.explains_all()) else {
            return Ok(());
        };
        while let Some(batch) = reader.next(observer)? {
            for row in 0..batch.num_rows() {
                let mismatches = reader.mismatches(&batch, row)?;
                let text = |(column, array)| {
                    let cells = cells(array).filter(|_| array.is_valid(row))?;
                    let explained = reader.explains(mismatches, column);
                    let text = || cells(row).text(&mut String::new()).to_owned();
                    (!explained).then(text)
                };
                let cells = batch.columns().iter().enumerate().filter_map(text);
                let cells: Vec<String> = cells.collect();
                if !cells.is_empty() {
                    let location = reader.location(&batch, row, NO_COLUMN, false);
                    if !suspects.suspect(location, &cells) {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Every column is read, because the key and the multiset's rows need them; what is not searched costs little.
    fn open(&self) -> Option<ChunkReader<'_>> {
        let (reader, schema) = guarded(|| {
            let builder = open_parquet(self.path).ok()?;
            let schema = builder.schema().clone();
            let builder = builder.with_row_groups(self.groups.clone().collect());
            let reader = builder.with_batch_size(self.batch_rows).build().ok()?;
            Some((reader, schema))
        })?;
        let stored = self.table.map(|table| table.schema().fields().as_ref());
        // Of several columns of one name, the first is the store's.
        let in_store = |(at, field): (usize, &FieldRef)| {
            let same = stored?.iter().position(|it| it.name() == field.name())?;
            let is_first = schema.index_of(field.name()).is_ok_and(|first| first == at);
            let same_type = stored?[same].data_type() == field.data_type();
            (is_first && same_type).then_some(same)
        };
        Some(ChunkReader {
            chunk: self,
            reader,
            columns: schema.fields().iter().enumerate().map(in_store).collect(),
            next_row: self.first,
        })
    }
}

/// A chunk of row groups that is read.
struct ChunkReader<'p> {
    chunk: &'p RowGroupChunk<'p>,
    reader: ParquetRecordBatchReader,
    /// By column of the file: the column of the store that it is.
    columns: Vec<Option<usize>>,
    /// Behind the batch that was read last, in the file.
    next_row: u64,
}

impl ChunkReader<'_> {
    /// Damage is C2's finding; what could be read before it is searched.
    fn next(&mut self, observer: &dyn Observer) -> Result<Option<RecordBatch>, LeakError> {
        if observer.cancelled() {
            return Err(LeakError::Interrupted);
        }
        let batch = guarded(|| self.reader.next()?.ok());
        self.next_row += batch.as_ref().map_or(0, RecordBatch::num_rows) as u64;
        Ok(batch)
    }

    /// The cell of a row in this column of the store, if the file has it.
    fn stored_cell(&self, batch: &RecordBatch, row: usize, column: usize) -> Option<ArrayRef> {
        let in_file = self.columns.iter().position(|it| *it == Some(column))?;
        Some(batch.column(in_file).slice(row, 1))
    }

    /// Whether every cell of the file is as the source's granted cells say.
    fn explains_all(&self) -> bool {
        let chunk = self.chunk;
        let as_granted = chunk.table.is_some() && chunk.mismatches.is_none();
        as_granted && self.columns.iter().all(Option::is_some)
    }

    /// Whether the source's own granted cell holds what stands in this column of a row with these mismatches.
    fn explains(&self, mismatches: ColumnSet, column: usize) -> bool {
        self.columns[column].is_some_and(|column| !mismatches.has(column))
    }

    /// The columns of a row that are not as the source's granted cells say.
    fn mismatches(&self, batch: &RecordBatch, row: usize) -> Result<ColumnSet, LeakError> {
        let (Some(table), Some(mismatches)) = (self.chunk.table, self.chunk.mismatches) else {
            return Ok(ColumnSet::default());
        };
        let order = table.order().into_iter();
        let cells = order.map(|column| self.stored_cell(batch, row, column));
        let Some(cells) = cells.collect::<Option<Vec<_>>>() else {
            return Ok(ColumnSet::ALL);
        };
        let types: Vec<_> = cells.iter().map(|cell| cell.data_type()).collect();
        let key = row_converter(table.id(), types)?.convert_columns(&cells);
        let key = key.map_err(ColumnarError::arrow(table.id()))?;
        Ok(mismatches.columns(key.row(0).data()))
    }

    fn location(&self, batch: &RecordBatch, at: usize, column: u16, explained: bool) -> Location {
        let site = self.chunk.site;
        let row = self.next_row - (batch.num_rows() - at) as u64;
        let label = match self.chunk.table {
            Some(table) => table.row_name(row, &|column| self.stored_cell(batch, at, column)),
            None => format!("store row {}", row + 1),
        };
        Location {
            position: Position { site, row, column },
            explained,
            label,
        }
    }

    /// Looks at the cells of one column; gives their number.
    fn look(
        &self,
        batch: &RecordBatch,
        column: usize,
        clean: &mut [u64],
        scanner: &mut Scanner<'_>,
    ) -> Result<u64, LeakError> {
        let array = batch.column(column);
        let Some(cells) = stored_cells(array) else {
            return Ok(0);
        };
        let mut looked = 0;
        let mut space = String::new();
        let nulls = array.nulls();
        let valid = |row: &usize| nulls.is_none_or(|nulls| nulls.is_valid(*row));
        for row in (0..array.len()).filter(valid) {
            looked += 1;
            let place = || -> Result<Location, LeakError> {
                let explained = self.explains(self.mismatches(batch, row)?, column);
                let column = u16::try_from(column).unwrap_or(NO_COLUMN);
                Ok(self.location(batch, row, column, explained))
            };
            let cell = cells(row);
            let raw = match cell {
                CellValue::Number(unscaled, _) => {
                    if unscaled.unsigned_abs() >= SMALLEST_NUMBER {
                        scanner.number(cell.text(&mut space), &place)?;
                    }
                    continue;
                }
                CellValue::Text(text) => text.as_bytes(),
                CellValue::Bytes(bytes) => bytes,
            };
            let hash = scanner.forms.secret.cell_hash(raw);
            let slot = hash as usize % CLEAN;
            if clean[slot] == hash {
                continue;
            }
            scanner.clean = true;
            if let CellValue::Text(text) = cell {
                scanner.text(text, &place)?;
                if let Some(retailers) = self.chunk.retailers {
                    scanner.retailers(retailers, text, &place)?;
                }
            } else {
                scanner.bytes(raw, &place)?;
            }
            // Only what held nothing is passed over, so that everything else is counted each time.
            if scanner.clean {
                clean[slot] = hash;
            }
        }
        Ok(looked)
    }
}
