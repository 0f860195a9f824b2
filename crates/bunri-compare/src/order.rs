//! Whether the rows of a table's files come in the store's order, and each in the part that it belongs to. Read before
//! the rows are compared, because a comparison in key order can say nothing sensible about rows that are not.

use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_row::RowConverter;
use arrow_schema::DataType;
use bunri_columnar::{KeyRanges, Observer, guarded, part_name, row_converter};
use bunri_redecide::Layout;
use bunri_report::{About, Claim, Findings, Place, Rule};

use crate::CompareError;
use crate::reader::Part;

/// Whether rows come in the store's order and in their parts.
pub(crate) struct Order<'a> {
    layout: &'a Layout<'a>,
    ranges: &'a KeyRanges,
    columns: Vec<usize>,
    converter: RowConverter,
    last: Vec<u8>,
    pub(crate) kept: bool,
}

impl<'a> Order<'a> {
    pub(crate) fn new(layout: &'a Layout<'a>, ranges: &'a KeyRanges) -> Result<Self, CompareError> {
        let columns = order_columns(layout);
        let converter = converter(layout, &columns)?;
        Ok(Self {
            layout,
            ranges,
            columns,
            converter,
            last: Vec::new(),
            kept: true,
        })
    }

    /// Reads the ordering columns of one file.
    pub(crate) fn part(
        &mut self,
        part: &Part,
        observer: &dyn Observer,
        findings: &mut Findings,
    ) -> Result<(), CompareError> {
        let in_file = |&column: &usize| part.mapping.columns[column];
        let wanted: Vec<usize> = self.columns.iter().filter_map(in_file).collect();
        let Some(mut reader) = part.file.read(Some(&wanted), None) else {
            return Ok(());
        };
        let (mut disordered, mut misplaced) = (0, 0);
        // Damage further on is found, and named, when the rows are read.
        while let Some(batch) = guarded(|| reader.next()?.ok()) {
            if observer.cancelled() {
                return Err(CompareError::Interrupted);
            }
            disordered += self.disorder(part, &wanted, &batch)?;
            misplaced += self.misplaced(part, &batch);
        }
        self.kept &= disordered == 0;
        let about = About {
            store: self.layout.store.word(),
            table: Some(&self.layout.table.id),
        };
        for (rule, rows) in [
            (Rule::RowOrder, disordered),
            (Rule::RowInWrongPart, misplaced),
        ] {
            if rows > 0 {
                findings.add_many(Claim::C2, rule, about, Place::file(&part.name), rows);
            }
        }
        Ok(())
    }

    /// How many rows belong to another part. A file that is none of the parts is a finding itself.
    fn misplaced(&self, part: &Part, batch: &RecordBatch) -> u64 {
        let id = &self.layout.table.id;
        let named = |number: &usize| part.name == format!("{id}/{}", part_name(*number));
        let Some(own) = (0..self.ranges.parts()).find(named) else {
            return 0;
        };
        let pieces = self.ranges.cut(batch).into_iter();
        pieces
            .filter(|(number, _)| *number != own)
            .map(|(_, rows)| rows.num_rows() as u64)
            .sum()
    }

    /// How many rows are before the row that precedes them.
    fn disorder(
        &mut self,
        part: &Part,
        wanted: &[usize],
        batch: &RecordBatch,
    ) -> Result<u64, CompareError> {
        // A reader gives projected columns in file order.
        let mut ascending = wanted.to_vec();
        ascending.sort_unstable();
        let column = |&column: &usize| -> ArrayRef {
            let field = self.layout.schema.field(column);
            let position = part.mapping.columns[column]
                .and_then(|file| ascending.iter().position(|&other| other == file));
            position.map_or_else(
                || new_null_array(field.data_type(), batch.num_rows()),
                |position| batch.column(position).clone(),
            )
        };
        let columns: Vec<ArrayRef> = self.columns.iter().map(column).collect();
        let rows = self
            .converter
            .convert_columns(&columns)
            .map_err(CompareError::arrow(&self.layout.table.id))?;
        let mut disordered = 0;
        for row in 0..rows.num_rows() {
            let before = if row == 0 {
                self.last.as_slice()
            } else {
                rows.row(row - 1).data()
            };
            disordered += u64::from(before > rows.row(row).data());
        }
        if rows.num_rows() > 0 {
            self.last = rows.row(rows.num_rows() - 1).data().to_vec();
        }
        Ok(disordered)
    }
}

/// The columns that order a store's rows: the key, or of a multiset all of them.
pub fn order_columns(layout: &Layout<'_>) -> Vec<usize> {
    if layout.key.is_empty() {
        (0..layout.schema.fields().len()).collect()
    } else {
        layout.key.clone()
    }
}

/// Bytes in the order of these columns.
pub(crate) fn converter(
    layout: &Layout<'_>,
    columns: &[usize],
) -> Result<RowConverter, CompareError> {
    let types: Vec<&DataType> = columns
        .iter()
        .map(|&column| layout.schema.field(column).data_type())
        .collect();
    Ok(row_converter(&layout.table.id, types)?)
}
