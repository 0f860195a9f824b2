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
        let mut written = vec![OnceCell::new(); forms.len()];
        let mut all = true;
        self.connection
            .copy_out(&action, &statement, |piece| {
                let wanted = rows.piece(piece, |bytes, fields| {
                    written.iter_mut().for_each(|text| drop(text.take()));
                    let row = CopyRow {
                        bytes,
                        fields,
                        forms: &forms,
                        written: &written,
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
                    Err(Stop::NotTheFormat) => Err(Ended(strange().into())),
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
    NotTheFormat,
}

impl<E> From<NotTheFormat> for Stop<E> {
    fn from(_: NotTheFormat) -> Self {
        Self::NotTheFormat
    }
}

/// The row that came last. A value is decoded when somebody asks for it.
struct CopyRow<'a, F> {
    bytes: &'a [u8],
    fields: &'a [FieldRange],
    forms: &'a [Form],
    /// By column: the characters of a value that came in others, once they were asked for.
    written: &'a [OnceCell<Vec<u8>>],
    /// What is said of bytes that are none of their type.
    strange: &'a F,
}

impl<F: Fn() -> SourceError> SourceRow for CopyRow<'_, F> {
    // Everything that a value passes is one piece of code for the compiler: returned by memory, field by field, each costs as much as
    // its decoding.
    #[inline(always)]
    fn value(&self, column: usize) -> Result<SourceValue<'_>, SourceError> {
        let Some((from, to)) = self.fields[column] else {
            return Ok(SourceValue::Null);
        };
        let (content, text) = (&self.bytes[from..to], &self.written[column]);
        value(self.forms[column], content, text).ok_or_else(self.strange)
    }

    #[inline(always)]
    fn typed(&self, column: usize) -> Option<TypedValue> {
        let (from, to) = self.fields[column]?;
        typed(self.forms[column], &self.bytes[from..to])
    }
}

/// A value that is a number of its own, if it is one that is written out in one way alone.
#[inline(always)]
fn typed(form: Form, content: &[u8]) -> Option<TypedValue> {
    let moment = |micros: &[u8]| {
        let micros = i64::from_be_bytes(micros.try_into().ok()?);
        calendar::typed_moment(micros)
    };
    Some(match form {
        Form::Bool | Form::Int2 | Form::Int4 | Form::Int8 | Form::Oid => {
            TypedValue::Integer(integer(form, content)?)
        }
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
        Form::Float4 | Form::Float8 | Form::Text | Form::Padded | Form::Bytes | Form::Written => {
            return None;
        }
    })
}

/// A whole number, of a type that has no others. [`None`]: the bytes are none of the type's.
#[inline(always)]
fn integer(form: Form, content: &[u8]) -> Option<i64> {
    Some(match form {
        Form::Int8 => i64::from_be_bytes(content.try_into().ok()?),
        Form::Int4 => i32::from_be_bytes(content.try_into().ok()?).into(),
        Form::Int2 => i16::from_be_bytes(content.try_into().ok()?).into(),
        Form::Oid => u32::from_be_bytes(content.try_into().ok()?).into(),
        Form::Bool => match content {
            [0] => 0,
            [1] => 1,
            _ => return None,
        },
        Form::Float4
        | Form::Float8
        | Form::Numeric
        | Form::Money
        | Form::Text
        | Form::Padded
        | Form::Bytes
        | Form::Date
        | Form::Timestamp
        | Form::TimestampTz
        | Form::Written => return None,
    })
}

/// A value in the characters that the server prints, where it has any: they lie in the bytes that came, or are written to `text`.
/// [`None`]: the bytes are none of the type's.
#[inline(always)]
fn value<'a>(
    form: Form,
    content: &'a [u8],
    text: &'a OnceCell<Vec<u8>>,
) -> Option<SourceValue<'a>> {
    Some(match form {
        Form::Text | Form::Padded | Form::Written => SourceValue::Text(content),
        Form::Bool | Form::Int2 | Form::Int4 | Form::Int8 | Form::Oid => {
            SourceValue::Integer(integer(form, content)?)
        }
        Form::Bytes => SourceValue::Blob(content),
        // What people see of a single is its shortest decimal form, and that is the number that goes on.
        Form::Float4 => {
            let single = f32::from_be_bytes(content.try_into().ok()?);
            SourceValue::Real(single.to_string().parse().ok()?)
        }
        Form::Float8 => SourceValue::Real(f64::from_be_bytes(content.try_into().ok()?)),
        Form::Numeric | Form::Money => {
            let mut digits = Vec::new();
            match number(content, &mut digits)? {
                Number::Whole(whole) => SourceValue::Integer(whole),
                Number::Written => SourceValue::Decimal(text.get_or_init(|| digits)),
            }
        }
        Form::Date => {
            let days = i32::from_be_bytes(content.try_into().ok()?);
            SourceValue::Text(text.get_or_init(|| written(|text| calendar::day(days, text))))
        }
        Form::Timestamp | Form::TimestampTz => {
            let micros = i64::from_be_bytes(content.try_into().ok()?);
            let zone: &[u8] = if form == Form::TimestampTz {
                b"+00:00"
            } else {
                b""
            };
            let moment = |text: &mut Vec<u8>| calendar::moment(micros, zone, text);
            SourceValue::Text(text.get_or_init(|| written(moment)))
        }
    })
}

/// What is appended to nothing.
fn written(append: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut text = Vec::new();
    append(&mut text);
    text
}
