//! Values that stand for something by what is written, not by their type: nothing, no end yet, true, false.

use bunri_types::{TruthWords, listed_integer};

use super::untyped::int as plain_integer;
use crate::model::SourceValue;

/// A list of such values. Texts are compared byte for byte, integers by their plain digits, other exact numbers by
/// the digits that the source prints; reals and bytes are never listed.
#[derive(Debug, Default)]
pub(super) struct Literals {
    texts: Vec<Vec<u8>>,
    numbers: Vec<i64>,
}

impl Literals {
    pub(super) fn new(values: &[String]) -> Self {
        let numbers = values.iter().filter_map(|text| listed_integer(text));
        Self {
            texts: values.iter().map(|text| text.as_bytes().to_vec()).collect(),
            numbers: numbers.collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.numbers.is_empty()
    }

    /// Most columns list nothing, and are asked of every value.
    #[inline]
    pub(super) fn hold(&self, value: SourceValue<'_>) -> bool {
        !self.is_empty() && self.lists(value)
    }

    fn lists(&self, value: SourceValue<'_>) -> bool {
        match value {
            SourceValue::Text(bytes) | SourceValue::Decimal(bytes) => {
                self.texts.iter().any(|text| text == bytes)
            }
            SourceValue::Integer(number) => self.numbers.contains(&number),
            // Digits are a number, too, for the lists that are given as numbers.
            SourceValue::Untyped(bytes) => {
                self.texts.iter().any(|text| text == bytes)
                    || plain_integer(bytes).is_some_and(|number| self.numbers.contains(&number))
            }
            SourceValue::Null
            | SourceValue::Real(_)
            | SourceValue::Blob(_)
            | SourceValue::Undecodable(_) => false,
        }
    }
}

/// What is true and what is false; without words the numbers 1 and 0.
pub(super) fn truth_words(declared: Option<&TruthWords>) -> (Literals, Literals) {
    let number = |number| Literals {
        texts: Vec::new(),
        numbers: vec![number],
    };
    declared.map_or_else(
        || (number(1), number(0)),
        |words| (Literals::new(&words.yes), Literals::new(&words.no)),
    )
}
