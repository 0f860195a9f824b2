//! How a stored value becomes a typed cell: exactly, or not at all (design section 6). One copier per column
//! holds both the Arrow type and the conversion, so that schema and copying cannot disagree.

mod day;
mod decimal;

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{
    BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_schema::ArrowError;
use bunri_catalogue::{DateForm, ValueType};

use crate::source::SourceValue;

/// The rule that a value broke. Its word stands in the rejects file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// Not stored as text.
    Text,
    /// Text whose bytes are not UTF-8.
    Utf8,
    /// Not stored as an integer.
    Int,
    /// No finite number, or no plain decimal text.
    Decimal,
    /// More digits after the point than the column has.
    Scale,
    /// More digits than the column has.
    Precision,
    /// Not a calendar day in the declared form.
    Date,
    /// Not a moment in a form that is known here.
    Timestamp,
    /// Not the integer 0 or 1.
    Bool,
    /// Not stored as bytes.
    Bytes,
}

impl Misfit {
    /// The word of the rejects file.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Misfit::Text => "not_text",
            Misfit::Utf8 => "not_utf8",
            Misfit::Int => "not_an_integer",
            Misfit::Decimal => "not_a_decimal",
            Misfit::Scale => "does_not_fit_scale",
            Misfit::Precision => "does_not_fit_precision",
            Misfit::Date => "not_a_date",
            Misfit::Timestamp => "not_a_timestamp",
            Misfit::Bool => "not_a_bool",
            Misfit::Bytes => "not_bytes",
        }
    }
}

/// A typed cell, NULL, or the rule that the value broke.
type Cell<T> = Result<Option<T>, Misfit>;

/// Takes the values of one column.
#[derive(Debug)]
pub(crate) enum Copier {
    Text(StringBuilder),
    Int(Int64Builder),
    Decimal {
        cells: Decimal128Builder,
        precision: u8,
        scale: u8,
    },
    Date {
        cells: Date32Builder,
        form: DateForm,
    },
    Timestamp(TimestampMicrosecondBuilder),
    Bool(BooleanBuilder),
    Bytes(BinaryBuilder),
}

impl Copier {
    /// A copier for this declared type.
    pub(crate) fn new(value_type: ValueType) -> Result<Self, ArrowError> {
        Ok(match value_type {
            ValueType::Text => Self::Text(StringBuilder::new()),
            ValueType::Int => Self::Int(Int64Builder::new()),
            ValueType::Decimal { precision, scale } => {
                let cells = Decimal128Builder::new()
                    .with_precision_and_scale(precision, scale.cast_signed())?;
                Self::Decimal {
                    cells,
                    precision,
                    scale,
                }
            }
            ValueType::Date(form) => Self::Date {
                cells: Date32Builder::new(),
                form,
            },
            ValueType::Timestamp => Self::Timestamp(TimestampMicrosecondBuilder::new()),
            ValueType::Bool => Self::Bool(BooleanBuilder::new()),
            ValueType::Bytes => Self::Bytes(BinaryBuilder::new()),
        })
    }

    /// Takes the next value. One that does not fit leaves NULL in its place, so that the columns of a batch
    /// stay level; the caller drops its row.
    pub(crate) fn take(&mut self, value: SourceValue<'_>) -> Result<(), Misfit> {
        let mut misfit = Ok(());
        match self {
            Self::Text(cells) => cells.append_option(kept(text(value), &mut misfit)),
            Self::Int(cells) => cells.append_option(kept(int(value), &mut misfit)),
            Self::Decimal {
                cells,
                precision,
                scale,
            } => {
                cells.append_option(kept(decimal::cell(value, *precision, *scale), &mut misfit));
            }
            Self::Date { cells, form } => {
                cells.append_option(kept(day::date(value, *form), &mut misfit));
            }
            Self::Timestamp(cells) => cells.append_option(kept(day::timestamp(value), &mut misfit)),
            Self::Bool(cells) => cells.append_option(kept(truth(value), &mut misfit)),
            Self::Bytes(cells) => cells.append_option(kept(bytes(value), &mut misfit)),
        }
        misfit
    }

    /// The cells taken since the last call.
    pub(crate) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(cells) => Arc::new(cells.finish()),
            Self::Int(cells) => Arc::new(cells.finish()),
            Self::Decimal { cells, .. } => Arc::new(cells.finish()),
            Self::Date { cells, .. } => Arc::new(cells.finish()),
            Self::Timestamp(cells) => Arc::new(cells.finish()),
            Self::Bool(cells) => Arc::new(cells.finish()),
            Self::Bytes(cells) => Arc::new(cells.finish()),
        }
    }
}

fn kept<T>(cell: Cell<T>, misfit: &mut Result<(), Misfit>) -> Option<T> {
    cell.unwrap_or_else(|broken| {
        *misfit = Err(broken);
        None
    })
}

fn text(value: SourceValue<'_>) -> Cell<&str> {
    match value {
        SourceValue::Null => Ok(None),
        SourceValue::Text(bytes) => std::str::from_utf8(bytes)
            .map(Some)
            .map_err(|_| Misfit::Utf8),
        _ => Err(Misfit::Text),
    }
}

fn int(value: SourceValue<'_>) -> Cell<i64> {
    match value {
        SourceValue::Null => Ok(None),
        SourceValue::Integer(number) => Ok(Some(number)),
        _ => Err(Misfit::Int),
    }
}

fn truth(value: SourceValue<'_>) -> Cell<bool> {
    match value {
        SourceValue::Null => Ok(None),
        SourceValue::Integer(0) => Ok(Some(false)),
        SourceValue::Integer(1) => Ok(Some(true)),
        _ => Err(Misfit::Bool),
    }
}

fn bytes(value: SourceValue<'_>) -> Cell<&[u8]> {
    match value {
        SourceValue::Null => Ok(None),
        SourceValue::Blob(bytes) => Ok(Some(bytes)),
        _ => Err(Misfit::Bytes),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use arrow_array::Array;

    use super::*;

    const BLOB: SourceValue<'_> = SourceValue::Blob(b"1");
    const TEXT: SourceValue<'_> = SourceValue::Text(b"1");
    const REAL: SourceValue<'_> = SourceValue::Real(1.0);
    const INT: SourceValue<'_> = SourceValue::Integer(1);

    #[test]
    fn each_type_takes_only_the_storage_it_names() {
        let list = [
            (ValueType::Text, TEXT, [INT, REAL, BLOB], Misfit::Text),
            (ValueType::Int, INT, [TEXT, REAL, BLOB], Misfit::Int),
            (ValueType::Bool, INT, [TEXT, REAL, BLOB], Misfit::Bool),
            (ValueType::Bytes, BLOB, [TEXT, REAL, INT], Misfit::Bytes),
        ];
        for (value_type, fits, others, misfit) in list {
            let mut copier = Copier::new(value_type).unwrap();
            assert_eq!(copier.take(fits), Ok(()), "{value_type:?}");
            assert_eq!(copier.take(SourceValue::Null), Ok(()), "{value_type:?}");
            for other in others {
                assert_eq!(copier.take(other), Err(misfit), "{value_type:?} {other:?}");
            }
            assert_eq!((copier.finish().len(), copier.finish().len()), (5, 0));
        }
    }

    #[test]
    fn text_is_utf8_and_the_empty_text_is_not_null() {
        let mut copier = Copier::new(ValueType::Text).unwrap();
        assert_eq!(copier.take(SourceValue::Text(b"")), Ok(()));
        assert_eq!(
            copier.take(SourceValue::Text("\u{20bb7}\0\u{e000}".as_bytes())),
            Ok(())
        );
        assert_eq!(
            copier.take(SourceValue::Text(b"\x93\xfa")),
            Err(Misfit::Utf8)
        );
        assert_eq!(copier.finish().null_count(), 1);
    }

    #[test]
    fn a_bool_is_zero_or_one() {
        let mut copier = Copier::new(ValueType::Bool).unwrap();
        assert_eq!(copier.take(SourceValue::Integer(0)), Ok(()));
        assert_eq!(copier.take(SourceValue::Integer(2)), Err(Misfit::Bool));
        assert_eq!(copier.take(SourceValue::Integer(-1)), Err(Misfit::Bool));
    }
}
