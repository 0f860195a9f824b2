//! The ways in which withheld data are changed, and which of them a column of some type can bear.

use bunri_types::ValueType;

/// One way to change something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strategy {
    /// A text or bytes of more than two hundred.
    Longer,
    /// The empty text, or one sign.
    Shorter,
    /// NULL.
    Null,
    /// The least value of the type.
    Lowest,
    /// The greatest.
    Highest,
    /// A value that retail is granted elsewhere in the same column.
    Granted,
    /// A value like the others of the column.
    Ordinary,
    /// The same day at another time: rules read days.
    Clock,
    /// A day a little earlier or later.
    Shifted,
    /// The code of another company that is not the incumbent.
    Supplier,
    /// A period of a point that was never the incumbent's.
    Period,
    /// Another key, so that the row stands elsewhere among the others.
    Reorder,
    /// Rows that were not there.
    Insert,
    /// Rows that are no more.
    Delete,
    /// Rows a second time (where there is a key: under another).
    Duplicate,
}

impl Strategy {
    /// Every strategy.
    pub(crate) const ALL: [Self; 15] = [
        Self::Longer,
        Self::Shorter,
        Self::Null,
        Self::Lowest,
        Self::Highest,
        Self::Granted,
        Self::Ordinary,
        Self::Clock,
        Self::Shifted,
        Self::Supplier,
        Self::Period,
        Self::Reorder,
        Self::Insert,
        Self::Delete,
        Self::Duplicate,
    ];

    /// What is done to whole rows.
    pub(crate) const OF_ROWS: [Self; 3] = [Self::Insert, Self::Delete, Self::Duplicate];

    /// The word of the record.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Longer => "longer",
            Self::Shorter => "shorter",
            Self::Null => "null",
            Self::Lowest => "lowest",
            Self::Highest => "highest",
            Self::Granted => "equal_to_granted",
            Self::Ordinary => "ordinary",
            Self::Clock => "other_time_of_day",
            Self::Shifted => "other_day",
            Self::Supplier => "other_supplier",
            Self::Period => "moved_period",
            Self::Reorder => "other_key",
            Self::Insert => "inserted_rows",
            Self::Delete => "deleted_rows",
            Self::Duplicate => "duplicated_rows",
        }
    }

    /// For a column that no rule reads.
    pub(crate) fn of_data(value_type: ValueType) -> &'static [Self] {
        match value_type {
            ValueType::Text | ValueType::Bytes => &[
                Self::Ordinary,
                Self::Longer,
                Self::Granted,
                Self::Null,
                Self::Shorter,
                Self::Highest,
            ],
            ValueType::Bool => &[Self::Ordinary, Self::Null, Self::Granted],
            ValueType::Int
            | ValueType::Decimal { .. }
            | ValueType::Real
            | ValueType::Date(_)
            | ValueType::Timestamp => &[
                Self::Ordinary,
                Self::Highest,
                Self::Granted,
                Self::Lowest,
                Self::Null,
            ],
        }
    }

    /// For a column that a rule reads: nothing that goes far.
    pub(crate) fn of_rule_input(value_type: ValueType) -> &'static [Self] {
        match value_type {
            ValueType::Timestamp => &[Self::Clock, Self::Shifted, Self::Null],
            ValueType::Date(_) => &[Self::Shifted, Self::Ordinary, Self::Null],
            ValueType::Text
            | ValueType::Int
            | ValueType::Decimal { .. }
            | ValueType::Real
            | ValueType::Bool
            | ValueType::Bytes => &[Self::Ordinary, Self::Null],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_strategy_has_a_word_of_its_own() {
        let words: BTreeSet<&str> = Strategy::ALL.iter().map(|one| one.word()).collect();
        assert_eq!(words.len(), Strategy::ALL.len());
    }
}
