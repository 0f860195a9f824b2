//! How a stored value becomes a typed cell: exactly, or not at all (design section 6). One copier per column
//! holds both the Arrow type and the conversion, so that schema and copying cannot disagree.

mod calendar;
mod day;
mod decimal;
mod era;
mod literal;
mod untyped;

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{
    BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int64Builder,
    StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_schema::ArrowError;
use bunri_types::{DateForm, Moment, OPEN_END, ValueForm, ValueType};
use literal::Literals;
pub use untyped::int as plain_integer;

use crate::model::{SourceValue, TypedValue};

/// The rule that a value broke. Its word stands in the rejects file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// Not stored as text.
    Text,
    /// Text whose bytes are not UTF-8.
    Utf8,
    /// Bytes that are no characters in the encoding of the source.
    Undecodable,
    /// Not stored as an integer.
    Int,
    /// No finite number, or no plain decimal text.
    Decimal,
    /// More digits after the point than the column has.
    Scale,
    /// More digits than the column has.
    Precision,
    /// No finite number.
    Real,
    /// Not a calendar day in the declared form.
    Date,
    /// Not a moment in a form that is known here.
    Timestamp,
    /// A day that its era does not have.
    Era,
    /// Not the integer 0 or 1, or none of the declared words.
    Bool,
    /// Not stored as bytes.
    Bytes,
    /// A value that means nothing, in a column of the table's key.
    KeyIsNothing,
}

impl Misfit {
    /// The word of the rejects file.
    pub fn word(self) -> &'static str {
        match self {
            Misfit::Text => "not_text",
            Misfit::Utf8 => "not_utf8",
            Misfit::Undecodable => "undecodable",
            Misfit::Int => "not_an_integer",
            Misfit::Decimal => "not_a_decimal",
            Misfit::Scale => "does_not_fit_scale",
            Misfit::Precision => "does_not_fit_precision",
            Misfit::Real => "not_a_real",
            Misfit::Date => "not_a_date",
            Misfit::Timestamp => "not_a_timestamp",
            Misfit::Era => "outside_its_era",
            Misfit::Bool => "not_a_bool",
            Misfit::Bytes => "not_bytes",
            Misfit::KeyIsNothing => "key_is_nothing",
        }
    }
}

/// Reads a calendar day as a [`Copier`] does, in days since 1970-01-01; NULL is [`None`].
///
/// # Errors
/// The rule that the value broke.
pub fn read_date(value: SourceValue<'_>, form: DateForm) -> Result<Option<i32>, Misfit> {
    day::date(value, form)
}

/// Reads a moment as a [`Copier`] does, in microseconds of Japan local time since 1970-01-01; NULL is [`None`].
///
/// # Errors
/// The rule that the value broke.
pub fn read_moment(value: SourceValue<'_>, moment: Moment) -> Result<Option<i64>, Misfit> {
    day::timestamp(value, moment)
}

/// A typed cell, NULL, or the rule that the value broke.
type Cell<T> = Result<Option<T>, Misfit>;

/// Takes the values of one column.
#[derive(Debug)]
pub struct Copier {
    nothing: Literals,
    open: Literals,
    in_key: bool,
    cells: Cells,
}

/// The cells of one column, and how they are read.
#[derive(Debug)]
enum Cells {
    Text {
        cells: StringBuilder,
        takes_integers: bool,
    },
    Int(Int64Builder),
    Decimal {
        cells: Decimal128Builder,
        precision: u8,
        scale: u8,
    },
    Real(Float64Builder),
    Date {
        cells: Date32Builder,
        form: DateForm,
    },
    Timestamp {
        cells: TimestampMicrosecondBuilder,
        moment: Moment,
    },
    Bool {
        cells: BooleanBuilder,
        yes: Literals,
        no: Literals,
    },
    Bytes(BinaryBuilder),
}

impl Copier {
    /// A copier for this declared type, read in this way; `in_key`: for a column of the table's key.
    pub fn new(
        value_type: ValueType,
        reading: &ValueForm,
        in_key: bool,
    ) -> Result<Self, ArrowError> {
        Ok(Self {
            nothing: Literals::new(&reading.nothing),
            open: Literals::new(&reading.open),
            in_key,
            cells: Cells::new(value_type, reading)?,
        })
    }

    /// Takes the next value. One that does not fit leaves NULL in its place, so that the columns of a batch
    /// stay level; the caller drops its row.
    pub fn take(&mut self, value: SourceValue<'_>) -> Result<(), Misfit> {
        if self.nothing.hold(value) {
            self.cells.take(SourceValue::Null)?;
            return if self.in_key {
                Err(Misfit::KeyIsNothing)
            } else {
                Ok(())
            };
        }
        if self.open.hold(value) {
            return self.cells.take_open_end();
        }
        if let SourceValue::Undecodable(_) = value {
            self.cells.take(SourceValue::Null)?;
            return Err(Misfit::Undecodable);
        }
        self.cells.take(value)
    }

    /// Takes the next value, which the source has as a number, if that is how the column is read; else, and where the value does not
    /// fit, nothing is taken, and [`Copier::take`] is to be given what is written out.
    pub fn take_typed(&mut self, value: TypedValue) -> bool {
        // Listed values are compared as they are written.
        self.nothing.is_empty() && self.open.is_empty() && self.cells.take_typed(value)
    }

    /// The cells taken since the last call.
    pub fn finish(&mut self) -> ArrayRef {
        match &mut self.cells {
            Cells::Text { cells, .. } => Arc::new(cells.finish()),
            Cells::Int(cells) => Arc::new(cells.finish()),
            Cells::Decimal { cells, .. } => Arc::new(cells.finish()),
            Cells::Real(cells) => Arc::new(cells.finish()),
            Cells::Date { cells, .. } => Arc::new(cells.finish()),
            Cells::Timestamp { cells, .. } => Arc::new(cells.finish()),
            Cells::Bool { cells, .. } => Arc::new(cells.finish()),
            Cells::Bytes(cells) => Arc::new(cells.finish()),
        }
    }
}

impl Cells {
    fn new(value_type: ValueType, reading: &ValueForm) -> Result<Self, ArrowError> {
        Ok(match value_type {
            ValueType::Text => Self::Text {
                cells: StringBuilder::new(),
                takes_integers: reading.takes_integers,
            },
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
            ValueType::Real => Self::Real(Float64Builder::new()),
            ValueType::Date(form) => Self::Date {
                cells: Date32Builder::new(),
                form,
            },
            ValueType::Timestamp => Self::Timestamp {
                cells: TimestampMicrosecondBuilder::new(),
                moment: reading.moment,
            },
            ValueType::Bool => {
                let (yes, no) = literal::truth_words(reading.truth.as_ref());
                Self::Bool {
                    cells: BooleanBuilder::new(),
                    yes,
                    no,
                }
            }
            ValueType::Bytes => Self::Bytes(BinaryBuilder::new()),
        })
    }

    fn take(&mut self, value: SourceValue<'_>) -> Result<(), Misfit> {
        let mut misfit = Ok(());
        match self {
            Self::Text {
                cells,
                takes_integers,
            } => {
                let mut digits = String::new();
                let text = text(value, *takes_integers, &mut digits);
                cells.append_option(kept(text, &mut misfit));
            }
            Self::Int(cells) => cells.append_option(kept(int(value), &mut misfit)),
            Self::Decimal {
                cells,
                precision,
                scale,
            } => {
                cells.append_option(kept(decimal::cell(value, *precision, *scale), &mut misfit));
            }
            Self::Real(cells) => cells.append_option(kept(real(value), &mut misfit)),
            Self::Date { cells, form } => {
                cells.append_option(kept(day::date(value, *form), &mut misfit));
            }
            Self::Timestamp { cells, moment } => {
                cells.append_option(kept(day::timestamp(value, *moment), &mut misfit));
            }
            Self::Bool { cells, yes, no } => {
                cells.append_option(kept(truth(value, yes, no), &mut misfit));
            }
            Self::Bytes(cells) => cells.append_option(kept(bytes(value), &mut misfit)),
        }
        misfit
    }

    fn take_typed(&mut self, value: TypedValue) -> bool {
        match (self, value) {
            (Self::Int(cells), TypedValue::Integer(number)) => cells.append_value(number),
            (
                Self::Date {
                    cells,
                    form: DateForm::Iso,
                },
                TypedValue::Day(day),
            ) => cells.append_value(day),
            (Self::Timestamp { cells, moment }, _) => {
                let Some(micros) = day::typed_timestamp(value, *moment) else {
                    return false;
                };
                cells.append_value(micros);
            }
            (
                Self::Decimal {
                    cells,
                    precision,
                    scale,
                },
                TypedValue::Decimal {
                    unscaled,
                    scale: of_value,
                },
            ) => {
                let Some(unscaled) = decimal::rescaled(unscaled, of_value, *precision, *scale)
                else {
                    return false;
                };
                cells.append_value(unscaled);
            }
            _ => return false,
        }
        true
    }

    /// "No end yet". The catalogue admits it of days and moments only; elsewhere it is a value that does not fit.
    fn take_open_end(&mut self) -> Result<(), Misfit> {
        match self {
            Self::Date { cells, .. } => cells.append_value(OPEN_END),
            Self::Timestamp { cells, .. } => cells.append_value(day::midnight(OPEN_END)),
            Self::Text { .. }
            | Self::Int(_)
            | Self::Decimal { .. }
            | Self::Real(_)
            | Self::Bool { .. }
            | Self::Bytes(_) => {
                self.take(SourceValue::Null)?;
                return Err(Misfit::Date);
            }
        }
        Ok(())
    }
}

fn kept<T>(cell: Cell<T>, misfit: &mut Result<(), Misfit>) -> Option<T> {
    cell.unwrap_or_else(|broken| {
        *misfit = Err(broken);
        None
    })
}

/// `digits`: room for those of an integer.
fn text<'v>(value: SourceValue<'v>, takes_integers: bool, digits: &'v mut String) -> Cell<&'v str> {
    match value {
        SourceValue::Null => Ok(None),
        SourceValue::Text(bytes) | SourceValue::Untyped(bytes) => std::str::from_utf8(bytes)
            .map(Some)
            .map_err(|_| Misfit::Utf8),
        // As the source prints it. A real has no one form that all programs print.
        SourceValue::Integer(number) if takes_integers => {
            *digits = number.to_string();
            Ok(Some(digits))
        }
        SourceValue::Integer(_)
        | SourceValue::Real(_)
        | SourceValue::Decimal(_)
        | SourceValue::Blob(_)
        | SourceValue::Undecodable(_) => Err(Misfit::Text),
    }
}

fn int(value: SourceValue<'_>) -> Cell<i64> {
    match value {
        SourceValue::Null => Ok(None),
        SourceValue::Integer(number) => Ok(Some(number)),
        SourceValue::Untyped(digits) => untyped::int(digits).map(Some).ok_or(Misfit::Int),
        SourceValue::Real(_)
        | SourceValue::Text(_)
        | SourceValue::Blob(_)
        | SourceValue::Decimal(_)
        | SourceValue::Undecodable(_) => Err(Misfit::Int),
    }
}

/// An integer counts as the number that it is, if 64 bits of a real can say it.
fn real(value: SourceValue<'_>) -> Cell<f64> {
    match value {
        SourceValue::Null => Ok(None),
        SourceValue::Real(number) if number.is_finite() => Ok(Some(number)),
        SourceValue::Integer(number) => {
            #[allow(clippy::cast_precision_loss)] // whether any is lost is what is asked
            let real = number as f64;
            #[allow(clippy::cast_possible_truncation)] // an i64 came in
            let same = real as i128 == i128::from(number);
            same.then_some(Some(real)).ok_or(Misfit::Precision)
        }
        SourceValue::Untyped(digits) => untyped::real(digits).map(Some),
        SourceValue::Real(_)
        | SourceValue::Text(_)
        | SourceValue::Decimal(_)
        | SourceValue::Blob(_)
        | SourceValue::Undecodable(_) => Err(Misfit::Real),
    }
}

fn truth(value: SourceValue<'_>, yes: &Literals, no: &Literals) -> Cell<bool> {
    match value {
        SourceValue::Null => Ok(None),
        value if yes.hold(value) => Ok(Some(true)),
        value if no.hold(value) => Ok(Some(false)),
        SourceValue::Integer(_)
        | SourceValue::Real(_)
        | SourceValue::Decimal(_)
        | SourceValue::Text(_)
        | SourceValue::Blob(_)
        | SourceValue::Untyped(_)
        | SourceValue::Undecodable(_) => Err(Misfit::Bool),
    }
}

fn bytes(value: SourceValue<'_>) -> Cell<Cow<'_, [u8]>> {
    match value {
        SourceValue::Null => Ok(None),
        SourceValue::Blob(bytes) => Ok(Some(bytes.into())),
        SourceValue::Untyped(digits) => untyped::bytes(digits)
            .map(|bytes| Some(bytes.into()))
            .ok_or(Misfit::Bytes),
        SourceValue::Integer(_)
        | SourceValue::Real(_)
        | SourceValue::Text(_)
        | SourceValue::Decimal(_)
        | SourceValue::Undecodable(_) => Err(Misfit::Bytes),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Date32Type, Float64Type};
    use bunri_types::{MomentForm, TruthWords};

    use super::*;

    fn copier(value_type: ValueType) -> Copier {
        Copier::new(value_type, &ValueForm::default(), false).unwrap()
    }

    fn texts(values: &[&str]) -> Vec<String> {
        values.iter().map(|&value| value.to_owned()).collect()
    }

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
            let mut copier = copier(value_type);
            assert_eq!(copier.take(fits), Ok(()), "{value_type:?}");
            assert_eq!(copier.take(SourceValue::Null), Ok(()), "{value_type:?}");
            for other in others {
                assert_eq!(copier.take(other), Err(misfit), "{value_type:?} {other:?}");
            }
            assert_eq!((copier.finish().len(), copier.finish().len()), (5, 0));
        }
    }

    /// Whatever a typed value gives, its text gives too; it may be left to the text.
    #[test]
    fn a_typed_value_is_read_as_its_text_is() {
        let moments = [
            0,
            -1,
            1_500_000,
            253_402_300_799_999_999,
            -62_135_596_800_000_000,
        ];
        let texts = [
            "1970-01-01 00:00:00",
            "1969-12-31 23:59:59.999999",
            "1970-01-01 00:00:01.5",
            "9999-12-31 23:59:59.999999",
            "0001-01-01 00:00:00",
        ];
        let mut list: Vec<(TypedValue, String)> = Vec::new();
        for (micros, text) in moments.into_iter().zip(texts) {
            list.push((TypedValue::Moment(micros), text.to_owned()));
            list.push((TypedValue::UtcMoment(micros), format!("{text}+00:00")));
        }
        for (day, text) in [
            (0, "1970-01-01"),
            (19_782, "2024-02-29"),
            (-719_162, "0001-01-01"),
        ] {
            list.push((TypedValue::Day(day), text.to_owned()));
        }
        let decimals = ["0.0", "-0.5", "12.50", "99999.999", "100000.0", "1.2345"];
        for text in decimals {
            let scale = text.len() - 1 - text.find('.').unwrap();
            list.push((
                TypedValue::Decimal {
                    unscaled: text.replace('.', "").parse().unwrap(),
                    scale: u8::try_from(scale).unwrap(),
                },
                text.to_owned(),
            ));
        }
        let largest = TypedValue::Decimal {
            unscaled: i64::MAX,
            scale: 1,
        };
        list.push((largest, "922337203685477580.7".to_owned()));
        let mut types = vec![
            ValueType::Text,
            ValueType::Int,
            ValueType::Real,
            ValueType::Bool,
            ValueType::Bytes,
            ValueType::Timestamp,
        ];
        for form in [
            DateForm::Iso,
            DateForm::IsoMidnight,
            DateForm::Slashed,
            DateForm::Compact,
        ] {
            types.push(ValueType::Date(form));
        }
        for (precision, scale) in [(8, 3), (8, 1), (38, 0), (38, 38)] {
            types.push(ValueType::Decimal { precision, scale });
        }
        let mut readings = vec![ValueForm::default()];
        for form in [
            MomentForm::Slashed,
            MomentForm::Compact,
            MomentForm::EpochSeconds,
        ] {
            let mut reading = ValueForm::default();
            reading.moment.form = form;
            readings.push(reading);
        }
        let mut utc = ValueForm::default();
        utc.moment.clock_seconds = 0;
        readings.push(utc);
        let mut listed = ValueForm::default();
        listed.nothing = texts.map(str::to_owned).to_vec();
        readings.push(listed);
        let (mut taken, mut left) = (0, 0);
        for value_type in types {
            for reading in &readings {
                let mut typed = Copier::new(value_type, reading, false).unwrap();
                let mut written = Copier::new(value_type, reading, false).unwrap();
                for (value, text) in &list {
                    if !typed.take_typed(*value) {
                        left += 1;
                        continue;
                    }
                    taken += 1;
                    let text = match value {
                        TypedValue::Decimal { .. } => SourceValue::Decimal(text.as_bytes()),
                        _ => SourceValue::Text(text.as_bytes()),
                    };
                    assert_eq!(
                        written.take(text),
                        Ok(()),
                        "{value_type:?} {reading:?} {text:?}"
                    );
                }
                assert_eq!(
                    &typed.finish(),
                    &written.finish(),
                    "{value_type:?} {reading:?}"
                );
            }
        }
        assert!(taken > 50 && left > 50, "{taken} {left}");
    }

    #[test]
    fn text_is_utf8_and_the_empty_text_is_not_null() {
        let mut copier = copier(ValueType::Text);
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
        let mut copier = copier(ValueType::Bool);
        assert_eq!(copier.take(SourceValue::Integer(0)), Ok(()));
        assert_eq!(copier.take(SourceValue::Integer(2)), Err(Misfit::Bool));
        assert_eq!(copier.take(SourceValue::Integer(-1)), Err(Misfit::Bool));
    }

    #[test]
    fn what_means_nothing_is_null_and_no_end_yet_is_the_last_day() {
        let mut reading = ValueForm::default();
        reading.nothing = texts(&["00000000", "", "0"]);
        reading.open = texts(&["99999999"]);
        let form = ValueType::Date(DateForm::Compact);
        let mut copier = Copier::new(form, &reading, false).unwrap();
        for value in [
            SourceValue::Text(b"00000000"),
            SourceValue::Text(b""),
            SourceValue::Integer(0),
            SourceValue::Text(b"99999999"),
            SourceValue::Integer(99_999_999),
            SourceValue::Text(b"20240401"),
        ] {
            assert_eq!(copier.take(value), Ok(()), "{value:?}");
        }
        for value in [
            SourceValue::Text(b"0 "),
            SourceValue::Text(b"999999990"),
            SourceValue::Text(b"20160231"),
            SourceValue::Blob(b""),
        ] {
            assert_eq!(copier.take(value), Err(Misfit::Date), "{value:?}");
        }
        let cells = copier.finish();
        let days: Vec<Option<i32>> = cells.as_primitive::<Date32Type>().iter().take(6).collect();
        let open = Some(OPEN_END);
        assert_eq!(days, [None, None, None, open, open, Some(19_814)]);
    }

    #[test]
    fn a_key_that_means_nothing_rejects_its_row() {
        let mut reading = ValueForm::default();
        reading.nothing = texts(&["0000000000"]);
        let mut copier = Copier::new(ValueType::Text, &reading, true).unwrap();
        assert_eq!(copier.take(SourceValue::Text(b"0000000001")), Ok(()));
        let nothing = copier.take(SourceValue::Text(b"0000000000"));
        assert_eq!(nothing, Err(Misfit::KeyIsNothing));
        assert_eq!(copier.finish().len(), 2);
    }

    #[test]
    fn numbers_beside_texts_are_texts_as_the_source_prints_them() {
        let mut reading = ValueForm::default();
        reading.takes_integers = true;
        let mut copier = Copier::new(ValueType::Text, &reading, true).unwrap();
        assert_eq!(copier.take(SourceValue::Text(b"0012")), Ok(()));
        assert_eq!(copier.take(SourceValue::Integer(-12)), Ok(()));
        assert_eq!(copier.take(REAL), Err(Misfit::Text));
        assert_eq!(copier.take(BLOB), Err(Misfit::Text));
        let cells = copier.finish();
        let cells: Vec<Option<&str>> = cells.as_string::<i32>().iter().collect();
        assert_eq!(cells, [Some("0012"), Some("-12"), None, None]);
    }

    #[test]
    fn reals_are_finite_and_kept_bit_by_bit() {
        let mut copier = copier(ValueType::Real);
        for number in [0.1, -0.0, f64::MIN_POSITIVE, f64::MAX] {
            assert_eq!(copier.take(SourceValue::Real(number)), Ok(()), "{number}");
        }
        assert_eq!(copier.take(SourceValue::Integer(-3)), Ok(()));
        let cells = copier.finish();
        let bits = cells.as_primitive::<Float64Type>().values().iter();
        let kept = [0.1, -0.0, f64::MIN_POSITIVE, f64::MAX, -3.0].map(f64::to_bits);
        assert_eq!(
            bits.map(|number| number.to_bits()).collect::<Vec<_>>(),
            kept
        );
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(
                copier.take(SourceValue::Real(number)),
                Err(Misfit::Real),
                "{number}"
            );
        }
        let beyond = SourceValue::Integer((1 << 53) + 1);
        assert_eq!(copier.take(beyond), Err(Misfit::Precision));
        assert_eq!(copier.take(TEXT), Err(Misfit::Real));
    }

    #[test]
    fn truth_may_have_words() {
        let mut reading = ValueForm::default();
        let (yes, no) = (texts(&["Y", "1"]), texts(&["N"]));
        reading.truth = Some(TruthWords { yes, no });
        let mut copier = Copier::new(ValueType::Bool, &reading, false).unwrap();
        for value in [SourceValue::Text(b"Y"), INT, TEXT, SourceValue::Text(b"N")] {
            assert_eq!(copier.take(value), Ok(()), "{value:?}");
        }
        for value in [SourceValue::Text(b"y"), SourceValue::Integer(0), REAL] {
            assert_eq!(copier.take(value), Err(Misfit::Bool), "{value:?}");
        }
        let cells = copier.finish();
        let cells: Vec<Option<bool>> = cells.as_boolean().iter().take(4).collect();
        assert_eq!(cells, [Some(true), Some(true), Some(true), Some(false)]);
    }
}
