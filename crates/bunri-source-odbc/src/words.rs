//! What a column can mean, by the words of its declared type. These databases keep to declared types, so this is no guess; for SQLite
//! its own rules hold.

use bunri_types::{DateForm, EraForm, MomentForm, ValueForm, ValueType};

/// What a declared type speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Whole,
    Number,
    /// Of 32 bits. No database sums what its shortest digits say.
    Single,
    Float,
    Truth,
    Text,
    Day,
    Moment,
    Bytes,
    /// As the database prints it.
    Other,
}

fn family(declared: &str) -> Family {
    let word = declared.split('(').next().unwrap_or_default().trim();
    let word = word
        .trim_end_matches(" zerofill")
        .trim_end_matches(" unsigned");
    match word {
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" | "oid" | "year"
        | "bit" => Family::Whole,
        "decimal" | "numeric" | "money" => Family::Number,
        "float" | "real" => Family::Single,
        "double" | "double precision" => Family::Float,
        "boolean" => Family::Truth,
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "enum" | "set"
        | "json" | "character varying" | "character" | "bpchar" | "name" => Family::Text,
        "date" => Family::Day,
        // `timestamp(3) without time zone`: the words behind the number are cut off.
        "datetime" | "timestamp" | "timestamp without time zone" | "timestamp with time zone" => {
            Family::Moment
        }
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "bytea"
        | "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" => Family::Bytes,
        _ => Family::Other,
    }
}

/// Whether a column that a database declares so can hold values of this type, read in this way.
#[must_use]
pub fn compatible(declared: &str, value_type: ValueType, reading: &ValueForm) -> bool {
    let family = family(declared);
    match value_type {
        ValueType::Text => match family {
            Family::Text | Family::Other | Family::Day | Family::Moment => true,
            Family::Whole | Family::Number | Family::Truth => reading.takes_integers,
            Family::Single | Family::Float | Family::Bytes => false,
        },
        ValueType::Int => matches!(family, Family::Whole | Family::Number | Family::Truth),
        ValueType::Decimal { .. } => matches!(
            family,
            Family::Whole | Family::Number | Family::Float | Family::Text
        ),
        ValueType::Real => matches!(family, Family::Whole | Family::Single | Family::Float),
        ValueType::Date(form) => match family {
            Family::Text | Family::Other => true,
            Family::Day => form == DateForm::Iso,
            Family::Moment => form == DateForm::IsoMidnight,
            Family::Whole | Family::Number => matches!(
                form,
                DateForm::Compact
                    | DateForm::Era {
                        form: EraForm::Compact,
                        ..
                    }
            ),
            Family::Single | Family::Float | Family::Truth | Family::Bytes => false,
        },
        ValueType::Timestamp => match family {
            Family::Text | Family::Other => true,
            Family::Moment => reading.moment.form == MomentForm::Iso,
            Family::Whole | Family::Number => matches!(
                reading.moment.form,
                MomentForm::Compact | MomentForm::EpochSeconds | MomentForm::EpochMilliseconds
            ),
            Family::Single | Family::Float | Family::Truth | Family::Day | Family::Bytes => false,
        },
        ValueType::Bool => match family {
            Family::Truth | Family::Whole | Family::Number => true,
            Family::Text | Family::Other => reading.truth.is_some(),
            Family::Single | Family::Float | Family::Day | Family::Moment | Family::Bytes => false,
        },
        ValueType::Bytes => family == Family::Bytes,
    }
}
