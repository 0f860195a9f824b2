//! Whether a column's declared SQLite type can mean what the catalogue says. SQLite binds nobody to a
//! declared type, so this only catches drift; every value is tested on its own.

use bunri_types::{DateForm, EraForm, MomentForm, ValueForm, ValueType};

/// What a word of a declared type speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Text,
    Whole,
    Number,
    Day,
    Moment,
    Truth,
    Bytes,
}

const WORDS: [(Family, &[&str]); 7] = [
    (
        Family::Text,
        &[
            "TEXT",
            "CHAR",
            "VARCHAR",
            "NCHAR",
            "NVARCHAR",
            "VARCHAR2",
            "NVARCHAR2",
            "CHARACTER",
            "CLOB",
            "NCLOB",
            "STRING",
            "NTEXT",
            "LONGTEXT",
            "MEDIUMTEXT",
            "TINYTEXT",
            "JSON",
            "UUID",
        ],
    ),
    (
        Family::Whole,
        &[
            "INT",
            "INTEGER",
            "TINYINT",
            "SMALLINT",
            "MEDIUMINT",
            "BIGINT",
            "INT2",
            "INT4",
            "INT8",
            "INT64",
            "SERIAL",
            "BIGSERIAL",
        ],
    ),
    (
        Family::Number,
        &[
            "NUMERIC", "DECIMAL", "DEC", "NUMBER", "REAL", "FLOAT", "DOUBLE", "MONEY", "FLOAT4",
            "FLOAT8",
        ],
    ),
    (Family::Day, &["DATE"]),
    (
        Family::Moment,
        &["DATETIME", "TIMESTAMP", "TIMESTAMPTZ", "TIME"],
    ),
    (Family::Truth, &["BOOL", "BOOLEAN", "BIT"]),
    (
        Family::Bytes,
        &["BLOB", "BINARY", "VARBINARY", "BYTEA", "RAW", "IMAGE"],
    ),
];

/// Whether a column that SQLite declares so may hold values of this type, read in this way. No type, and words that say nothing here,
/// may.
#[must_use]
pub fn compatible(declared: &str, value_type: ValueType, reading: &ValueForm) -> bool {
    let accepted = accepted(value_type, reading);
    let mut known = families(declared).peekable();
    known.peek().is_none() || known.any(|family| accepted.contains(&family))
}

fn families(declared: &str) -> impl Iterator<Item = Family> {
    let words = declared.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter_map(|word| {
        let word = word.to_ascii_uppercase();
        WORDS
            .iter()
            .find(|(_, words)| words.contains(&word.as_str()))
            .map(|(family, _)| *family)
    })
}

fn accepted(value_type: ValueType, reading: &ValueForm) -> &'static [Family] {
    const WRITTEN_DAYS: &[Family] = &[Family::Day, Family::Moment, Family::Text];
    const NUMBERED_DAYS: &[Family] = &[
        Family::Day,
        Family::Moment,
        Family::Text,
        Family::Whole,
        Family::Number,
    ];
    match value_type {
        ValueType::Text if reading.takes_integers => &[
            Family::Text,
            Family::Whole,
            Family::Number,
            Family::Day,
            Family::Moment,
            Family::Truth,
        ],
        // Legacy systems declare a date and keep whatever was typed; text can hold all of it.
        ValueType::Text => WRITTEN_DAYS,
        ValueType::Int => &[Family::Whole, Family::Number],
        ValueType::Decimal { .. } => &[Family::Number, Family::Whole, Family::Text],
        ValueType::Real => &[Family::Number, Family::Whole],
        ValueType::Date(form) => match form {
            DateForm::Compact
            | DateForm::Era {
                form: EraForm::Compact,
                ..
            } => NUMBERED_DAYS,
            DateForm::Iso
            | DateForm::Slashed
            | DateForm::IsoMidnight
            | DateForm::SlashedMidnight
            | DateForm::Era {
                form: EraForm::Dotted | EraForm::Kanji,
                ..
            } => WRITTEN_DAYS,
        },
        ValueType::Timestamp => match reading.moment.form {
            MomentForm::Iso | MomentForm::Slashed => WRITTEN_DAYS,
            MomentForm::Compact | MomentForm::EpochSeconds | MomentForm::EpochMilliseconds => {
                NUMBERED_DAYS
            }
        },
        ValueType::Bool if reading.truth.is_some() => {
            &[Family::Truth, Family::Whole, Family::Number, Family::Text]
        }
        ValueType::Bool => &[Family::Truth, Family::Whole, Family::Number],
        ValueType::Bytes => &[Family::Bytes],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_words_against_types() {
        let decimal = ValueType::Decimal {
            precision: 12,
            scale: 1,
        };
        let list = [
            ("VARCHAR(22)", ValueType::Text, true),
            ("varchar (22)", ValueType::Text, true),
            ("INTEGER", ValueType::Text, false),
            ("DATE", ValueType::Text, true),
            ("BIGINT UNSIGNED", ValueType::Int, true),
            ("NUMBER(9)", ValueType::Int, true),
            ("TEXT", ValueType::Int, false),
            ("BLOB", ValueType::Int, false),
            ("DOUBLE PRECISION", decimal, true),
            ("NUMERIC", decimal, true),
            ("BLOB", decimal, false),
            ("INTEGER", ValueType::Date(DateForm::Iso), false),
            ("INTEGER", ValueType::Date(DateForm::Compact), true),
            ("TIMESTAMP WITH TIME ZONE", ValueType::Timestamp, true),
            ("REAL", ValueType::Timestamp, false),
            ("BOOLEAN", ValueType::Bool, true),
            ("TEXT", ValueType::Bool, false),
            ("TEXT", ValueType::Bytes, false),
            ("", ValueType::Bytes, true),
            ("文字列", ValueType::Int, true),
            ("POINT", ValueType::Text, true),
        ];
        for (declared, value_type, expected) in list {
            assert_eq!(
                compatible(declared, value_type, &ValueForm::default()),
                expected,
                "{declared} {value_type:?}"
            );
        }
    }
}
