//! The words of declared column types.

use bunri_text::{Log, Name};
use bunri_types::{DATE_FORMS, DateForm, ValueType};

/// What people write who think of a database, and what it is called here.
const SYNONYMS: [(&str, &str); 16] = [
    ("string", "text"),
    ("varchar", "text"),
    ("char", "text"),
    ("integer", "int"),
    ("bigint", "int"),
    ("int64", "int"),
    ("smallint", "int"),
    ("float", "real"),
    ("double", "real"),
    ("numeric", "decimal(p,s)"),
    ("number", "decimal(p,s)"),
    ("decimal", "decimal(p,s)"),
    ("datetime", "timestamp"),
    ("boolean", "bool"),
    ("blob", "bytes"),
    ("binary", "bytes"),
];

/// A type of one word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TypeWord {
    pub(crate) value_type: ValueType,
    /// `text(any)`.
    pub(crate) takes_integers: bool,
}

/// Reads a declared type, and says what is wrong with it.
pub(crate) fn read(word: &Name, log: &mut Log) -> Option<TypeWord> {
    if word.value == "text(any)" {
        return Some(TypeWord {
            value_type: ValueType::Text,
            takes_integers: true,
        });
    }
    let value_type = simple(&word.value).or_else(|| decimal_or_refuse(word, log))?;
    Some(TypeWord {
        value_type,
        takes_integers: false,
    })
}

fn decimal_or_refuse(word: &Name, log: &mut Log) -> Option<ValueType> {
    let Some(arguments) = arguments(&word.value, "decimal") else {
        refuse_unknown(word, log);
        return None;
    };
    let decimal = decimal(arguments);
    if decimal.is_none() {
        let message = format!(
            "`{}` is no decimal type: `decimal(p,s)` has p digits (1 to 38), s of them after the point",
            word.value
        );
        log.refuse(word.spot, message);
    }
    decimal
}

fn arguments<'a>(word: &'a str, of: &str) -> Option<&'a str> {
    word.strip_prefix(of)?.strip_prefix('(')?.strip_suffix(')')
}

fn simple(word: &str) -> Option<ValueType> {
    Some(match word {
        "text" => ValueType::Text,
        "int" => ValueType::Int,
        "real" => ValueType::Real,
        "date" => ValueType::Date(DateForm::Iso),
        "timestamp" => ValueType::Timestamp,
        "bool" => ValueType::Bool,
        "bytes" => ValueType::Bytes,
        _ => {
            let form = arguments(word, "date")?;
            let (_, form) = DATE_FORMS.iter().find(|(word, _)| *word == form)?;
            ValueType::Date(*form)
        }
    })
}

fn decimal(arguments: &str) -> Option<ValueType> {
    let (precision, scale) = arguments.split_once(',')?;
    let precision: u8 = digits(precision)?;
    let scale: u8 = digits(scale)?;
    ((1..=38).contains(&precision) && scale <= precision)
        .then_some(ValueType::Decimal { precision, scale })
}

/// One or two digits, with spaces around them: no sign, no leading zero.
fn digits(text: &str) -> Option<u8> {
    let text = text.trim_matches(' ');
    let number: u8 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn refuse_unknown(word: &Name, log: &mut Log) {
    let written = word
        .value
        .split('(')
        .next()
        .unwrap_or_default()
        .trim()
        .to_lowercase();
    let hint = SYNONYMS
        .iter()
        .find(|(synonym, _)| *synonym == written)
        .map(|(_, ours)| format!("here it is called `{ours}`"))
        .unwrap_or_else(|| {
            "it is one of `text`, `text(any)`, `int`, `decimal(p,s)`, `real`, `date`, `date(YYYYMMDD)`, \
             `date(YYYY/MM/DD)`, `timestamp`, `bool`, `bytes`, or a table (docs/catalogue.md, Types)"
                .to_owned()
        });
    log.refuse_hint(
        word.spot,
        format!("unknown type `{}`", word.value),
        Some(hint),
    );
}
