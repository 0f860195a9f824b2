//! Rows and their values, out of what `COPY` sends.

use std::cell::OnceCell;

use bunri_catalogue::Table;
use bunri_postgresql::PostgresqlError;

use super::binary::{FieldRange, NotTheFormat, Rows};
use super::calendar;
use super::form::Form;
use super::form::{Column, Object};
use super::number::{Number, exact, number};
use super::server::ServerReader;
use bunri_source_model::SourceError;
use bunri_source_model::{ObjectKind, Query, RowSink, SourceRow, SourceValue, TypedValue};

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
                    if !row.decode::<S>(&forms, bytes, fields) {
                        return Err(Stop::Strange);
                    }
                    let row = CopyRow {
                        bytes,
                        decoded: &row,
                        strange: &strange,
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
    /// What is written only if somebody asks for it.
    Typed {
        value: TypedValue,
        /// The bytes that came, which tell how.
        form: Form,
        at: (usize, usize),
    },
}

/// The values of one row. Kept from row to row for its memory.
#[derive(Debug, Default)]
struct Decoded {
    cells: Vec<FieldValue>,
    written: Vec<u8>,
    /// Of every column.
    late: Vec<OnceCell<LateCharacters>>,
}

/// Characters that were written because somebody asked for them, behind the value that they are; [`None`] of bytes that are none of their type.
type LateCharacters = Option<(FieldValue, Vec<u8>)>;

impl Decoded {
    /// Reads the fields of a row; says whether all of them have the length that their types have.
    fn decode<S: RowSink>(&mut self, forms: &[Form], bytes: &[u8], fields: &[FieldRange]) -> bool {
        self.cells.clear();
        self.written.clear();
        self.late.resize_with(forms.len(), OnceCell::new);
        for late in &mut self.late {
            late.take();
        }
        for (form, field) in forms.iter().zip(fields) {
            let typed = if S::TAKES_TYPED {
                typed(*form, bytes, *field)
            } else {
                None
            };
            let cell = typed.or_else(|| written(*form, bytes, *field, &mut self.written));
            let Some(cell) = cell else {
                return false;
            };
            self.cells.push(cell);
        }
        true
    }
}

/// A value that is a number of its own, if it is one that is written out in one way alone.
fn typed(form: Form, bytes: &[u8], field: FieldRange) -> Option<FieldValue> {
    let at = field?;
    let content = &bytes[at.0..at.1];
    let moment = |micros: &[u8]| {
        let micros = i64::from_be_bytes(micros.try_into().ok()?);
        calendar::typed_moment(micros)
    };
    let value = match form {
        Form::Numeric | Form::Money => {
            let (unscaled, scale) = exact(content)?;
            TypedValue::Decimal { unscaled, scale }
        }
        Form::Date => {
            let days = i32::from_be_bytes(content.try_into().ok()?);
            TypedValue::Day(calendar::typed_day(days)?)
        }
        Form::Timestamp => TypedValue::Moment(moment(content)?),
        Form::TimestampTz => TypedValue::UtcMoment(moment(content)?),
        Form::Bool
        | Form::Int2
        | Form::Int4
        | Form::Int8
        | Form::Oid
        | Form::Float4
        | Form::Float8
        | Form::Text
        | Form::Padded
        | Form::Bytes
        | Form::Written => return None,
    };
    Some(FieldValue::Typed { value, form, at })
}

/// A value in the characters that the server prints, where it has any: they are appended to `written`, or lie in the bytes. [`None`]: the bytes
/// are none of the type's.
fn written(
    form: Form,
    bytes: &[u8],
    field: FieldRange,
    written: &mut Vec<u8>,
) -> Option<FieldValue> {
    let Some((from, to)) = field else {
        return Some(FieldValue::Null);
    };
    let content = &bytes[from..to];
    let begin = written.len();
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
        Form::Numeric | Form::Money => match number(content, written)? {
            Number::Whole(whole) => FieldValue::Integer(whole),
            Number::Written => FieldValue::Decimal(begin, written.len()),
        },
        Form::Text | Form::Padded | Form::Written => FieldValue::Text(from, to),
        Form::Bytes => FieldValue::Bytes(from, to),
        Form::Date => {
            calendar::day(i32::from_be_bytes(content.try_into().ok()?), written);
            FieldValue::Written(begin, written.len())
        }
        Form::Timestamp | Form::TimestampTz => {
            let micros = i64::from_be_bytes(content.try_into().ok()?);
            let zone: &[u8] = if form == Form::TimestampTz {
                b"+00:00"
            } else {
                b""
            };
            calendar::moment(micros, zone, written);
            FieldValue::Written(begin, written.len())
        }
    })
}

/// The row that came last.
struct CopyRow<'a, F> {
    bytes: &'a [u8],
    decoded: &'a Decoded,
    /// What is said of bytes that are none of their type.
    strange: &'a F,
}

impl<F: Fn() -> SourceError> SourceRow for CopyRow<'_, F> {
    fn value(&self, column: usize) -> Result<SourceValue<'_>, SourceError> {
        let FieldValue::Typed { form, at, .. } = self.decoded.cells[column] else {
            let written = &self.decoded.written;
            return Ok(self.decoded.cells[column].lend(self.bytes, written));
        };
        let late = self.decoded.late[column].get_or_init(|| {
            let mut late = Vec::new();
            let cell = written(form, self.bytes, Some(at), &mut late)?;
            Some((cell, late))
        });
        let (cell, late) = late.as_ref().ok_or_else(self.strange)?;
        Ok(cell.lend(self.bytes, late))
    }

    fn typed(&self, column: usize) -> Option<TypedValue> {
        match self.decoded.cells[column] {
            FieldValue::Typed { value, .. } => Some(value),
            _ => None,
        }
    }
}

impl FieldValue {
    /// The value, with the characters that it has among these.
    fn lend<'a>(self, bytes: &'a [u8], written: &'a [u8]) -> SourceValue<'a> {
        match self {
            // Whoever lends it asks for its characters first.
            Self::Null | Self::Typed { .. } => SourceValue::Null,
            Self::Integer(number) => SourceValue::Integer(number),
            Self::Real(number) => SourceValue::Real(number),
            Self::Text(from, to) => SourceValue::Text(&bytes[from..to]),
            Self::Bytes(from, to) => SourceValue::Blob(&bytes[from..to]),
            Self::Written(from, to) => SourceValue::Text(&written[from..to]),
            Self::Decimal(from, to) => SourceValue::Decimal(&written[from..to]),
        }
    }
}
