//! Tables and columns, and how a type of PostgreSQL is read: what the statement asks for, and what the bytes that come are. And what a column of the type can
//! mean: PostgreSQL keeps to its declared types, so this is no guess.

use bunri_types::{DateForm, EraForm, MomentForm, ValueForm, ValueType};

use bunri_postgresql::quoted;
use bunri_source_model::ObjectKind;

/// What comes for a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One byte.
    Bool,
    /// Two bytes.
    Int2,
    /// Four bytes.
    Int4,
    /// Eight bytes.
    Int8,
    /// Four bytes without a sign.
    Oid,
    /// IEEE 754, single.
    Float4,
    /// IEEE 754, double.
    Float8,
    /// Digits of base 10,000.
    Numeric,
    /// Money, asked for as a number: its own text depends on the server's locale.
    Money,
    /// The bytes of a text.
    Text,
    /// The bytes of a text of fixed length, with the blanks that fill it: a cast would take them away.
    Padded,
    /// Bytes.
    Bytes,
    /// Days since 2000-01-01.
    Date,
    /// Microseconds since 2000-01-01, by a clock on the wall.
    Timestamp,
    /// The same, in UTC.
    TimestampTz,
    /// Everything else, as the server writes it.
    Written,
}

impl Form {
    /// Of a type of the server's own, by its name; of others the name is empty.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "bool" => Self::Bool,
            "int2" => Self::Int2,
            "int4" => Self::Int4,
            "int8" => Self::Int8,
            "oid" => Self::Oid,
            "float4" => Self::Float4,
            "float8" => Self::Float8,
            "numeric" => Self::Numeric,
            "money" => Self::Money,
            "text" | "varchar" | "name" => Self::Text,
            "bpchar" => Self::Padded,
            "bytea" => Self::Bytes,
            "date" => Self::Date,
            "timestamp" => Self::Timestamp,
            "timestamptz" => Self::TimestampTz,
            _ => Self::Written,
        }
    }
}

/// A table or view of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    /// Its number in the server's catalogue.
    pub(super) oid: String,
    pub(super) kind: ObjectKind,
    /// As SQL names it, with its schema.
    pub(super) name: String,
    /// Of a table that others inherit from: only its own rows are its own, and theirs are theirs.
    pub(super) only: bool,
}

/// A column, and how it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    /// Its type as the server writes it; of a domain, what the domain is over.
    pub(super) declared: String,
    pub(super) not_null: bool,
    pub(super) form: Form,
}

impl Object {
    /// `FROM` with the object under the name `t`.
    pub(super) fn from(&self) -> String {
        let only = if self.only { "ONLY " } else { "" };
        format!("FROM {only}{} AS t", self.name)
    }
}

impl Column {
    /// What the statement asks for; the table has the name `t`.
    pub(super) fn asked(&self) -> String {
        let name = self.stored();
        match self.form {
            Form::Money => format!("{name}::numeric"),
            Form::Written => written(&name),
            _ => name,
        }
    }

    /// The column itself.
    pub(super) fn stored(&self) -> String {
        format!("t.{}", quoted(&self.name))
    }

    /// Of `numeric(p, s)`: all digits, and those behind the point.
    pub(super) fn digits(&self) -> Option<(u8, u8)> {
        let inner = self.declared.strip_prefix("numeric(")?.strip_suffix(')')?;
        let (all, behind) = inner.split_once(',')?;
        let (all, behind): (u8, u8) = (all.parse().ok()?, behind.parse().ok()?);
        (behind <= all).then_some((all, behind))
    }

    /// The text that is read of it, by SQL: of what is read as a text.
    pub(super) fn text(&self) -> Option<String> {
        let name = self.stored();
        match self.form {
            Form::Text | Form::Date | Form::Timestamp => Some(format!("{name}::text")),
            Form::Written => Some(written(&name)),
            // Zones have minutes here; the days that are no days have no zone.
            Form::TimestampTz => Some(format!(
                "({name}::text || CASE WHEN isfinite({name}) THEN ':00' ELSE '' END)"
            )),
            // `||` gives a text, and takes away the blanks as a cast does; `rpad` puts them back.
            Form::Padded => Some(format!(
                "rpad({name}::text, length({name}::text) + octet_length({name}) - octet_length({name}::text))"
            )),
            Form::Bool
            | Form::Int2
            | Form::Int4
            | Form::Int8
            | Form::Oid
            | Form::Float4
            | Form::Float8
            | Form::Numeric
            | Form::Money
            | Form::Bytes => None,
        }
    }
}

/// A value as the server prints it. A cast to text is not always that: of `inet` it adds the length of the prefix. `concat` prints,
/// and takes NULL for the empty text.
fn written(name: &str) -> String {
    format!("CASE WHEN {name} IS NOT NULL THEN concat({name}) END")
}

/// What a declared type speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TypeFamily {
    Whole,
    Number,
    Float,
    Truth,
    Text,
    Day,
    Moment,
    Bytes,
    Other,
}

fn family(declared: &str) -> TypeFamily {
    let word = declared.split('(').next().unwrap_or_default().trim();
    match word {
        "smallint" | "integer" | "bigint" | "oid" => TypeFamily::Whole,
        "numeric" | "money" => TypeFamily::Number,
        "real" | "double precision" => TypeFamily::Float,
        "boolean" => TypeFamily::Truth,
        "text" | "character varying" | "character" | "bpchar" | "name" | "json" => TypeFamily::Text,
        "date" => TypeFamily::Day,
        // `timestamp(3) without time zone`: the words behind the number are cut off.
        "timestamp without time zone" | "timestamp with time zone" | "timestamp" => {
            TypeFamily::Moment
        }
        "bytea" => TypeFamily::Bytes,
        _ => TypeFamily::Other,
    }
}

/// Whether a column that PostgreSQL declares so can hold values of this type, read in this way.
pub(crate) fn compatible(declared: &str, value_type: ValueType, reading: &ValueForm) -> bool {
    let family = family(declared);
    match value_type {
        ValueType::Text => match family {
            TypeFamily::Text | TypeFamily::Other | TypeFamily::Day | TypeFamily::Moment => true,
            TypeFamily::Whole | TypeFamily::Number | TypeFamily::Truth => reading.takes_integers,
            TypeFamily::Float | TypeFamily::Bytes => false,
        },
        ValueType::Int => matches!(
            family,
            TypeFamily::Whole | TypeFamily::Number | TypeFamily::Truth
        ),
        ValueType::Decimal { .. } => matches!(
            family,
            TypeFamily::Whole | TypeFamily::Number | TypeFamily::Float | TypeFamily::Text
        ),
        ValueType::Real => matches!(family, TypeFamily::Whole | TypeFamily::Float),
        ValueType::Date(form) => match family {
            TypeFamily::Text | TypeFamily::Other => true,
            TypeFamily::Day => form == DateForm::Iso,
            TypeFamily::Moment => form == DateForm::IsoMidnight,
            TypeFamily::Whole | TypeFamily::Number => matches!(
                form,
                DateForm::Compact
                    | DateForm::Era {
                        form: EraForm::Compact,
                        ..
                    }
            ),
            TypeFamily::Float | TypeFamily::Truth | TypeFamily::Bytes => false,
        },
        ValueType::Timestamp => match family {
            TypeFamily::Text | TypeFamily::Other => true,
            TypeFamily::Moment => reading.moment.form == MomentForm::Iso,
            TypeFamily::Whole | TypeFamily::Number => matches!(
                reading.moment.form,
                MomentForm::Compact | MomentForm::EpochSeconds | MomentForm::EpochMilliseconds
            ),
            TypeFamily::Float | TypeFamily::Truth | TypeFamily::Day | TypeFamily::Bytes => false,
        },
        ValueType::Bool => match family {
            TypeFamily::Truth | TypeFamily::Whole | TypeFamily::Number => true,
            TypeFamily::Text | TypeFamily::Other => reading.truth.is_some(),
            TypeFamily::Float | TypeFamily::Day | TypeFamily::Moment | TypeFamily::Bytes => false,
        },
        ValueType::Bytes => family == TypeFamily::Bytes,
    }
}
