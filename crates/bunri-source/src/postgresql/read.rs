//! Rows and their values, out of what `COPY` sends.

use bunri_catalogue::Table;
use bunri_postgresql::PostgresqlError;

use super::binary::{FieldRange, NotTheFormat, Rows};
use super::calendar;
use super::form::Form;
use super::form::{Column, Object};
use super::number::{Number, number};
use super::server::ServerReader;
use bunri_source_model::SourceError;
use bunri_source_model::{ObjectKind, Query, RowSink, SourceRow, SourceValue};

impl ServerReader {
    /// Gives the sink every row of the answer, until it wants no more. What a query holds is which rows and in which order.
    pub(crate) fn read<S: RowSink>(
        &self,
        table: &Table,
        query: &Query,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        let names: Vec<&str> = table
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        self.read_rows(&table.name, &names, &query.text, sink)
    }

    /// Gives the sink these columns of an object, in whatever order its rows lie, until it wants no more.
    pub(crate) fn read_columns<S: RowSink>(
        &self,
        object: &str,
        columns: &[&str],
        _kind: ObjectKind,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        self.read_rows(object, columns, "", sink)
    }

    pub(super) fn read_rows<S: RowSink>(
        &self,
        name: &str,
        columns: &[&str],
        rest: &str,
        sink: &mut S,
    ) -> Result<(), S::Error> {
        let object = self.object(name)?;
        let columns = self.named(name, columns)?;
        let action = format!("read table \"{name}\"");
        let statement = format!(
            "COPY ({}) TO STDOUT (FORMAT binary)",
            select(object, &columns, rest)
        );
        let strange = || -> SourceError {
            PostgresqlError::Protocol {
                place: self.connection.server().place().to_owned(),
                action: action.clone(),
            }
            .into()
        };
        let forms: Vec<Form> = columns.iter().map(|column| column.form).collect();
        let mut rows = Rows::new(forms.len());
        let mut row = Decoded::default();
        let mut all = true;
        self.connection
            .copy_out(&action, &statement, |piece| {
                let wanted = rows.piece(piece, |bytes, fields| {
                    if !row.decode(&forms, bytes, fields) {
                        return Err(Stop::Strange);
                    }
                    let row = CopyRow {
                        bytes,
                        decoded: &row,
                    };
                    sink.take(&row).map_err(Stop::Sink)
                });
                match wanted {
                    Ok(wanted) => {
                        all = wanted;
                        Ok(wanted)
                    }
                    Err(Stop::Sink(refused)) => Err(Ended(refused)),
                    Err(Stop::Strange) => Err(Ended(strange().into())),
                }
            })
            .map_err(|Ended(refused)| refused)?;
        if all {
            rows.end().map_err(|NotTheFormat| strange())?;
        }
        Ok(())
    }

    /// Columns by their names, in this order.
    pub(super) fn named(&self, table: &str, names: &[&str]) -> Result<Vec<Column>, SourceError> {
        let there = self.columns(table)?;
        let found = names.iter().map(|name| {
            let column = there.iter().find(|column| column.name == *name);
            column.cloned().ok_or_else(|| {
                PostgresqlError::Refused {
                    place: self.connection.server().place().to_owned(),
                    action: format!("read table \"{table}\""),
                    why: format!("it has no column \"{name}\""),
                }
                .into()
            })
        });
        found.collect()
    }
}

/// The statement that gives these columns; `rest` says which rows, and in which order.
pub(super) fn select(object: &Object, columns: &[Column], rest: &str) -> String {
    let asked: Vec<String> = columns.iter().map(Column::asked).collect();
    format!("SELECT {} {} {rest}", asked.join(", "), object.from())
}

/// Why no more pieces are taken: the sink's own error. The driver's errors become the sink's too.
struct Ended<E>(E);

impl<E: From<SourceError>> From<PostgresqlError> for Ended<E> {
    fn from(error: PostgresqlError) -> Self {
        Self(SourceError::from(error).into())
    }
}

enum Stop<E> {
    Sink(E),
    Strange,
}

impl<E> From<NotTheFormat> for Stop<E> {
    fn from(_: NotTheFormat) -> Self {
        Self::Strange
    }
}

/// A value of a row, before it is lent to whoever takes it.
#[derive(Debug, Clone, Copy)]
enum FieldValue {
    Null,
    Integer(i64),
    Real(f64),
    /// Of the bytes that came.
    Text(usize, usize),
    Bytes(usize, usize),
    /// Of the texts that were written here.
    Written(usize, usize),
    Decimal(usize, usize),
}

/// The values of one row. Kept from row to row for its memory.
#[derive(Debug, Default)]
struct Decoded {
    cells: Vec<FieldValue>,
    written: Vec<u8>,
}

impl Decoded {
    /// Reads the fields of a row; says whether all of them have the length that their types have.
    fn decode(&mut self, forms: &[Form], bytes: &[u8], fields: &[FieldRange]) -> bool {
        self.cells.clear();
        self.written.clear();
        for (form, field) in forms.iter().zip(fields) {
            let Some(cell) = self.cell(*form, bytes, *field) else {
                return false;
            };
            self.cells.push(cell);
        }
        true
    }

    fn cell(&mut self, form: Form, bytes: &[u8], field: FieldRange) -> Option<FieldValue> {
        let Some((from, to)) = field else {
            return Some(FieldValue::Null);
        };
        let content = &bytes[from..to];
        let begin = self.written.len();
        Some(match form {
            Form::Bool => match content {
                [0] => FieldValue::Integer(0),
                [1] => FieldValue::Integer(1),
                _ => return None,
            },
            Form::Int2 => FieldValue::Integer(i16::from_be_bytes(content.try_into().ok()?).into()),
            Form::Int4 => FieldValue::Integer(i32::from_be_bytes(content.try_into().ok()?).into()),
            Form::Int8 => FieldValue::Integer(i64::from_be_bytes(content.try_into().ok()?)),
            Form::Oid => FieldValue::Integer(u32::from_be_bytes(content.try_into().ok()?).into()),
            // What people see of a single is its shortest decimal form, and that is the number that goes on.
            Form::Float4 => {
                let single = f32::from_be_bytes(content.try_into().ok()?);
                FieldValue::Real(single.to_string().parse().ok()?)
            }
            Form::Float8 => FieldValue::Real(f64::from_be_bytes(content.try_into().ok()?)),
            Form::Numeric | Form::Money => match number(content, &mut self.written)? {
                Number::Whole(whole) => FieldValue::Integer(whole),
                Number::Written => FieldValue::Decimal(begin, self.written.len()),
            },
            Form::Text | Form::Padded | Form::Written => FieldValue::Text(from, to),
            Form::Bytes => FieldValue::Bytes(from, to),
            Form::Date => {
                calendar::day(
                    i32::from_be_bytes(content.try_into().ok()?),
                    &mut self.written,
                );
                FieldValue::Written(begin, self.written.len())
            }
            Form::Timestamp | Form::TimestampTz => {
                let micros = i64::from_be_bytes(content.try_into().ok()?);
                let zone: &[u8] = if form == Form::TimestampTz {
                    b"+00:00"
                } else {
                    b""
                };
                calendar::moment(micros, zone, &mut self.written);
                FieldValue::Written(begin, self.written.len())
            }
        })
    }
}

/// The row that came last.
struct CopyRow<'a> {
    bytes: &'a [u8],
    decoded: &'a Decoded,
}

impl SourceRow for CopyRow<'_> {
    fn value(&self, column: usize) -> Result<SourceValue<'_>, SourceError> {
        let written = &self.decoded.written;
        Ok(match self.decoded.cells[column] {
            FieldValue::Null => SourceValue::Null,
            FieldValue::Integer(number) => SourceValue::Integer(number),
            FieldValue::Real(number) => SourceValue::Real(number),
            FieldValue::Text(from, to) => SourceValue::Text(&self.bytes[from..to]),
            FieldValue::Bytes(from, to) => SourceValue::Blob(&self.bytes[from..to]),
            FieldValue::Written(from, to) => SourceValue::Text(&written[from..to]),
            FieldValue::Decimal(from, to) => SourceValue::Decimal(&written[from..to]),
        })
    }
}
