//! Which rows of a file are suspect: collected in a reading of their own, because an ordinary store has none.

use arrow_array::{Array, RecordBatch};
use bunri_columnar::Observer;

use crate::LeakError;
use crate::cells::{Column, Held};
use crate::combine::Suspects;
use crate::file::{Known, Piece};
use crate::parquet_file::guarded;
use crate::spot::{NO_COLUMN, Spot};
use crate::unmatched::Unmatched;
use crate::written::{hex, number_text};

impl Piece<'_> {
    /// Hands the rows that nothing explains, with the cells that nothing explains.
    pub(crate) fn suspects(
        &self,
        suspects: &mut Suspects<'_>,
        observer: &dyn Observer,
    ) -> Result<(), LeakError> {
        let Some((mut reader, schema)) = self.open() else {
            return Ok(());
        };
        let nothing = Unmatched::default();
        let known = self
            .table
            .map(|table| Known::new(table, self.unmatched.unwrap_or(&nothing), &schema))
            .transpose()?;
        if known
            .as_ref()
            .is_some_and(|known| known.explains_all(schema.fields().len()))
        {
            return Ok(());
        }
        let mut first = self.first;
        while let Some(batch) = guarded(|| reader.next()?.ok()) {
            if observer.cancelled() {
                return Err(LeakError::Interrupted);
            }
            for row in 0..batch.num_rows() {
                let cells = unexplained(known.as_ref(), &batch, row)?;
                if cells.is_empty() {
                    continue;
                }
                let number = first + row as u64;
                let label = match &known {
                    Some(known) => known.name(&batch, row, number),
                    None => format!("store row {}", number + 1),
                };
                let spot = Spot {
                    site: self.site,
                    row: number,
                    column: NO_COLUMN,
                    explained: false,
                    label,
                };
                if !suspects.suspect(spot, &cells) {
                    return Ok(());
                }
            }
            first += batch.num_rows() as u64;
        }
        Ok(())
    }
}

fn unexplained(
    known: Option<&Known<'_>>,
    batch: &RecordBatch,
    row: usize,
) -> Result<Vec<String>, LeakError> {
    let mut cells = Vec::new();
    for column in 0..batch.num_columns() {
        let array = batch.column(column);
        let explained = known.map_or(Ok(false), |known| known.explains(batch, row, column))?;
        if explained || array.is_null(row) {
            continue;
        }
        let Some(column) = Column::of(array) else {
            continue;
        };
        let mut text = String::new();
        match column.held(row) {
            Held::Text(held) => text.push_str(held),
            Held::Number(value, scale) => number_text(value, scale, &mut text),
            Held::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(held) => text.push_str(held),
                Err(_) => hex(bytes, &mut text),
            },
        }
        cells.push(text);
    }
    Ok(cells)
}
