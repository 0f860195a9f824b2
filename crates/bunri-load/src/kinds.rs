//! The types of a store's columns: from the words of its manifest to PostgreSQL's names, one for one.

use bunri_types::{DateForm, ValueType};

/// The type that a manifest's word means.
pub(crate) fn value_type(word: &str) -> Option<ValueType> {
    Some(match word {
        "text" => ValueType::Text,
        "int" => ValueType::Int,
        "real" => ValueType::Real,
        // A store does not say how the source wrote it.
        "date" => ValueType::Date(DateForm::Iso),
        "timestamp" => ValueType::Timestamp,
        "bool" => ValueType::Bool,
        "bytes" => ValueType::Bytes,
        decimal => {
            let digits = decimal.strip_prefix("decimal(")?.strip_suffix(')')?;
            let (precision, scale) = digits.split_once(',')?;
            let (precision, scale) = (precision.parse().ok()?, scale.parse().ok()?);
            let sound = (1..=38).contains(&precision) && scale <= precision;
            sound.then_some(ValueType::Decimal { precision, scale })?
        }
    })
}

/// The type of a target's column, as `format_type` prints it.
pub(crate) fn postgresql_type(value_type: ValueType) -> String {
    match value_type {
        ValueType::Text => "text".to_owned(),
        ValueType::Int => "bigint".to_owned(),
        ValueType::Decimal { precision, scale } => format!("numeric({precision},{scale})"),
        ValueType::Real => "double precision".to_owned(),
        ValueType::Date(_) => "date".to_owned(),
        // What is staged is Japan local: a clock on the wall, which no zone moves.
        ValueType::Timestamp => "timestamp without time zone".to_owned(),
        ValueType::Bool => "boolean".to_owned(),
        ValueType::Bytes => "bytea".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_manifest_has_a_type_and_no_other_has() {
        let types = [
            ("text", "text"),
            ("int", "bigint"),
            ("decimal(12,1)", "numeric(12,1)"),
            ("decimal(38,38)", "numeric(38,38)"),
            ("real", "double precision"),
            ("date", "date"),
            ("timestamp", "timestamp without time zone"),
            ("bool", "boolean"),
            ("bytes", "bytea"),
        ];
        for (word, name) in types {
            let found = value_type(word).map(postgresql_type);
            assert_eq!(found.as_deref(), Some(name));
        }
        for word in [
            "",
            "Text",
            "decimal(39,1)",
            "decimal(2,3)",
            "decimal(0,0)",
            "decimal(1)",
            "date(YYYYMMDD)",
        ] {
            assert_eq!(value_type(word), None, "{word}");
        }
    }
}
