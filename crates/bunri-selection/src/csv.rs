//! Rows as CSV (RFC 4180, UTF-8, lines that end in LF): the same rows give the same bytes. A text stands in quotation marks, so that the
//! empty text and NULL, of which nothing stands, are two things.

use std::io::{self, Write};

use arrow_array::{
    Array, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow_schema::DataType;
use bunri_types::{Value, value_text};

use crate::errors::{SelectionError, downcast};

/// The first line: the names of the columns.
#[must_use]
pub fn header<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.into_iter().map(quoted).collect();
    names.join(",") + "\n"
}

/// One text as a cell.
#[must_use]
pub fn cell(text: &str) -> String {
    quoted(text)
}

/// The rows of a batch; `columns` are places in it, in the order in which they are written.
///
/// # Errors
/// When the batch is not of the table, or what `out` says.
pub(crate) fn rows(
    batch: &RecordBatch,
    columns: &[usize],
    out: &mut dyn Write,
) -> Result<(), SelectionError> {
    let mut line = String::new();
    for row in 0..batch.num_rows() {
        line.clear();
        for (number, &column) in columns.iter().enumerate() {
            if number > 0 {
                line.push(',');
            }
            match value(batch.column(column).as_ref(), row)? {
                Value::Null => {}
                Value::Text(text) => line.push_str(&quoted(text)),
                other => line.push_str(&value_text(other)),
            }
        }
        line.push('\n');
        out.write_all(line.as_bytes()).map_err(written)?;
    }
    Ok(())
}

fn written(source: io::Error) -> SelectionError {
    SelectionError::Write(source)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn value(column: &dyn Array, row: usize) -> Result<Value<'_>, SelectionError> {
    if column.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match column.data_type() {
        DataType::Utf8 => Value::Text(downcast::<StringArray>(column)?.value(row)),
        DataType::Int64 => Value::Int(downcast::<Int64Array>(column)?.value(row)),
        DataType::Decimal128(_, scale) => Value::Decimal {
            scale: u8::try_from(*scale).map_err(|_| SelectionError::Batch)?,
            unscaled: downcast::<Decimal128Array>(column)?.value(row),
        },
        DataType::Float64 => Value::Real(downcast::<Float64Array>(column)?.value(row).to_bits()),
        DataType::Date32 => Value::Date(downcast::<Date32Array>(column)?.value(row)),
        DataType::Timestamp(..) => {
            Value::Timestamp(downcast::<TimestampMicrosecondArray>(column)?.value(row))
        }
        DataType::Boolean => Value::Bool(downcast::<BooleanArray>(column)?.value(row)),
        DataType::Binary => Value::Bytes(downcast::<BinaryArray>(column)?.value(row)),
        // A store has no other types (bunri_columnar::arrow_type), and its columns were held against its manifest.
        _ => return Err(SelectionError::Batch),
    })
}
