//! A store's table held against what must be there by position: its first row against the first expected one, its second against the
//! second. Of a store that is right this is all that there is to compare: no key is read, and a unit of staging is compared by
//! itself, from the place where the store has its first key. The stretches of the units must then cover the store without a gap
//! and without an overlap.
//!
//! Nothing is found here but that all is as it must be, or that it is not. In the second case the table is compared by key
//! ([`crate::check`]), which says what is wrong.

use std::ops::Range;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_row::Rows;
use arrow_schema::SchemaRef;
use bunri_columnar::{KeyRanges, Observer, partition_point, row_converter};
use bunri_redecide::Layout;
use bunri_report::Findings;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use crate::CompareError;
use crate::files::StoreFiles;
use crate::order::order_columns;
use crate::parts::Parts;
use crate::reader::{Read, ReadableFile, read_next};
use crate::shape::check_entry;

/// The files of a table that are, by their own account, what they must be.
pub struct PositionalTable {
    id: String,
    schema: SchemaRef,
    files: Vec<StoredFile>,
    rows: u64,
    /// The key columns, in the order of the key.
    order: Vec<usize>,
}

struct StoredFile {
    file: ReadableFile,
    rows: u64,
    /// The number of its first row in the table.
    first: u64,
    /// Where its row groups begin.
    groups: Vec<FirstRow>,
}

/// The first row of a row group: its number in the table, and its key.
type FirstRow = (u64, Vec<u8>);

impl StoredFile {
    fn end(&self) -> u64 {
        self.first + self.rows
    }
}

impl PositionalTable {
    /// [`None`] if something is wrong with the files, or rows do not come in the order of staging. `entered`: whether reading will
    /// begin at other places than the first row.
    ///
    /// # Errors
    /// For a key of a type that has no order; when the observer asked to stop.
    pub fn open(
        layout: &Layout<'_>,
        files: &StoreFiles,
        ranges: &KeyRanges,
        (entered, observer): (bool, &dyn Observer),
    ) -> Result<Option<Self>, CompareError> {
        if layout.reorders() {
            return Ok(None);
        }
        let mut findings = Findings::default();
        check_entry(layout, files, ranges.parts(), &mut findings);
        let parts = Parts::open(layout, files, &mut findings);
        if !findings.is_empty() || !parts.are_of(&layout.table.id, ranges) {
            return Ok(None);
        }
        // Headers of pages may lie about rows: whoever skips pages would believe them where others do not.
        if !parts.are_clean(files) {
            return Ok(None);
        }
        let mut table = Self {
            id: layout.table.id.clone(),
            schema: layout.schema.clone(),
            files: Vec::new(),
            rows: 0,
            order: order_columns(layout),
        };
        for (number, part) in parts.into_iter().enumerate() {
            let first = table.rows;
            let rows = u64::try_from(part.file.rows()).ok();
            let (Some(rows), Some(end)) = (rows, rows.and_then(|rows| first.checked_add(rows)))
            else {
                return Ok(None);
            };
            let mut file = StoredFile {
                file: part.file,
                rows,
                first,
                groups: Vec::new(),
            };
            if !table.is_in_range(&file, (number, ranges))? {
                return Ok(None);
            }
            if entered {
                let Some(groups) = table.groups(&file, observer)? else {
                    return Ok(None);
                };
                file.groups = groups;
            }
            table.rows = end;
            table.files.push(file);
        }
        Ok(Some(table))
    }

    /// How many there are.
    #[must_use]
    pub fn files(&self) -> u64 {
        self.files.len() as u64
    }

    /// By the files' own account.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether the first row and the last of a file belong to that part. If rows ascend, all between them do.
    fn is_in_range(
        &self,
        file: &StoredFile,
        (number, ranges): (usize, &KeyRanges),
    ) -> Result<bool, CompareError> {
        if ranges.parts() == 1 || file.rows == 0 {
            return Ok(true);
        }
        for row in [0, file.rows - 1] {
            let Some(batch) = self.row(file, row) else {
                return Ok(false);
            };
            let pieces = ranges.cut(&batch);
            if !pieces.iter().all(|(part, _)| *part == number) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The key columns of one row of a file, by its number there.
    fn row(&self, file: &StoredFile, row: u64) -> Option<RecordBatch> {
        let mut reader = self.keys_of(file, row..row + 1)?;
        match read_next(&mut reader) {
            Read::Batch(batch) => Some(batch),
            Read::End | Read::Damage => None,
        }
    }

    /// Where row groups begin.
    fn groups(
        &self,
        file: &StoredFile,
        observer: &dyn Observer,
    ) -> Result<Option<Vec<FirstRow>>, CompareError> {
        let Some(sizes) = file.file.row_groups() else {
            return Ok(None);
        };
        let mut groups = Vec::with_capacity(sizes.len());
        let mut row = 0;
        for rows in sizes {
            if observer.cancelled() {
                return Err(CompareError::Interrupted);
            }
            if rows > 0 {
                let Some(batch) = self.row(file, row) else {
                    return Ok(None);
                };
                let keys = self.encode(&batch)?;
                groups.push((file.first + row, keys.row(0).data().to_vec()));
            }
            row += rows;
        }
        Ok(Some(groups))
    }

    fn keys_of(&self, file: &StoredFile, rows: Range<u64>) -> Option<ParquetRecordBatchReader> {
        file.file.read(Some(&self.order), Some(rows))
    }

    /// The keys of rows of which only the key columns were read. A reader gives columns in the order of the file, which is the
    /// layout's.
    fn encode(&self, batch: &RecordBatch) -> Result<Rows, CompareError> {
        let mut ascending = self.order.clone();
        ascending.sort_unstable();
        let place = |column: &usize| ascending.iter().position(|other| other == column);
        let places = self.order.iter().filter_map(place);
        let columns: Vec<ArrayRef> = places.map(|at| batch.column(at).clone()).collect();
        let kind = |&column: &usize| self.schema.field(column).data_type();
        row_converter(&self.id, self.order.iter().map(kind))?
            .convert_columns(&columns)
            .map_err(CompareError::arrow(&self.id))
    }

    /// The number of the first row that is not before `key`, if rows ascend; [`None`] if it cannot be read.
    ///
    /// # Errors
    /// For a key of a type that has no order.
    pub fn first_from(&self, key: &[u8]) -> Result<Option<u64>, CompareError> {
        let starts = || self.files.iter().flat_map(|file| &file.groups);
        let before = starts().take_while(|(_, start)| start.as_slice() < key);
        let Some(&(mut row, _)) = before.last() else {
            return Ok(Some(0));
        };
        let after = starts().find(|(start, _)| *start > row);
        let end = after.map_or(self.rows, |(start, _)| *start);
        let Some(file) = self.files.iter().find(|file| row < file.end()) else {
            return Ok(None);
        };
        let within = row - file.first..end.min(file.end()) - file.first;
        let Some(mut reader) = self.keys_of(file, within) else {
            return Ok(None);
        };
        loop {
            let batch = match read_next(&mut reader) {
                Read::Batch(batch) => batch,
                Read::End => return Ok(Some(row)),
                Read::Damage => return Ok(None),
            };
            let keys = self.encode(&batch)?;
            let rows = batch.num_rows();
            let at = partition_point(0..rows, |row| keys.row(row).data() < key);
            row += at as u64;
            if at < rows {
                return Ok(Some(row));
            }
        }
    }

    /// Reads rows from the one of this number on.
    #[must_use]
    pub fn read_from(&self, row: u64) -> PositionalRows<'_> {
        PositionalRows {
            files: &self.files,
            schema: &self.schema,
            row,
            file_end: row,
            reader: None,
            batch: None,
        }
    }
}

/// Rows of a table, one after the other, whatever file they lie in.
pub struct PositionalRows<'t> {
    files: &'t [StoredFile],
    schema: &'t SchemaRef,
    /// The number of the next one in the table.
    row: u64,
    /// Of the file that has it, and the number behind that file's last row.
    reader: Option<ParquetRecordBatchReader>,
    file_end: u64,
    /// Rows that were read, from the next one on.
    batch: Option<RecordBatch>,
}

impl PositionalRows<'_> {
    /// The number of the row behind all that were compared.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.row
    }

    /// Whether the next rows are these, cell for cell. If they are not, where reading stands says nothing.
    pub fn are_next(&mut self, expected: &RecordBatch) -> bool {
        let mut from = 0;
        while from < expected.num_rows() {
            let Some(batch) = self.batch.take().or_else(|| self.next_batch()) else {
                return false;
            };
            let rows = batch.num_rows().min(expected.num_rows() - from);
            let mut columns = expected.columns().iter().zip(batch.columns());
            let same = columns
                .all(|(must, is)| must.slice(from, rows).as_ref() == is.slice(0, rows).as_ref());
            if !same {
                return false;
            }
            from += rows;
            self.row += rows as u64;
            let left = batch.num_rows() - rows;
            self.batch = (left > 0).then(|| batch.slice(rows, left));
        }
        true
    }

    fn next_batch(&mut self) -> Option<RecordBatch> {
        loop {
            if let Some(reader) = &mut self.reader {
                match read_next(reader) {
                    Read::Batch(batch) => {
                        return RecordBatch::try_new(self.schema.clone(), batch.columns().to_vec())
                            .ok();
                    }
                    Read::End => self.reader = None,
                    Read::Damage => return None,
                }
            }
            // A file that ends before its account of itself does would be opened for ever.
            if self.row != self.file_end {
                return None;
            }
            let file = self.files.iter().find(|file| self.row < file.end())?;
            let rows = self.row - file.first..file.rows;
            let reader = file.file.read(None, Some(rows))?;
            (self.reader, self.file_end) = (Some(reader), file.end());
        }
    }
}
