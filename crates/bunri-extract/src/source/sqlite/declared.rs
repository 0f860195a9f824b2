//! Whether a column's declared SQLite type can mean what the catalogue says. SQLite binds nobody to a
//! declared type, so this only catches drift; every value is tested on its own.

use bunri_catalogue::{DateForm, ValueType};

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

/// Whether `declared` may hold values of this type. No type, and words that say nothing here, may.
pub(in crate::source) fn compatible(declared: &str, value_type: ValueType) -> bool {
    let accepted = accepted(value_type);
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

fn accepted(value_type: ValueType) -> &'static [Family] {
    match value_type {
        // Legacy systems declare a date and keep whatever was typed; text can hold all of it.
        ValueType::Text => &[Family::Text, Family::Day, Family::Moment],
        ValueType::Int => &[Family::Whole, Family::Number],
        ValueType::Decimal { .. } => &[Family::Number, Family::Whole, Family::Text],
        ValueType::Date(DateForm::Compact) => &[
            Family::Day,
            Family::Moment,
            Family::Text,
            Family::Whole,
            Family::Number,
        ],
        ValueType::Date(DateForm::Iso | DateForm::Slashed) | ValueType::Timestamp => {
            &[Family::Day, Family::Moment, Family::Text]
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
                compatible(declared, value_type),
                expected,
                "{declared} {value_type:?}"
            );
        }
    }
}
