//! The declared types of columns, and how the source writes dates.

/// A declared column type (design section 6). A value that does not fit exactly is rejected with its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// UTF-8 text; the empty text is not NULL.
    Text,
    /// 64-bit signed integer.
    Int,
    /// Fixed-point number: 1 ≤ precision ≤ 38, scale ≤ precision.
    Decimal {
        /// Total digits.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// Floating-point number of 64 bits, never a part of a key.
    Real,
    /// Calendar day, read in the given form.
    Date(DateForm),
    /// Microseconds, Japan local once staged ([`Moment`](crate::Moment) says how the source writes them).
    Timestamp,
    /// True or false.
    Bool,
    /// Raw bytes.
    Bytes,
}

/// How the source writes a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateForm {
    /// `2026-04-01` (`date`)
    Iso,
    /// `20260401` (`date(YYYYMMDD)`), as text or as a number
    Compact,
    /// `2026/04/01` (`date(YYYY/MM/DD)`)
    Slashed,
    /// `2026-04-01 00:00:00` (`date(YYYY-MM-DD 00:00:00)`): a day with a time of day that says nothing.
    IsoMidnight,
    /// `2026/04/01 00:00:00` (`date(YYYY/MM/DD 00:00:00)`)
    SlashedMidnight,
    /// By the years of an era.
    Era {
        /// How it is written.
        form: EraForm,
        /// Which years an era has.
        years: EraYears,
    },
}

/// How the source writes a day of an era.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EraForm {
    /// `R08.04.01` (`date(GYY.MM.DD)`): M, T, S, H or R, or 1 to 5.
    Dotted,
    /// `R080401`, `5080401` (`date(GYYMMDD)`), the latter as a number too.
    Compact,
    /// `令和8年4月1日`, `令和元年5月1日` (`date(元号Y年M月D日)`)
    Kanji,
}

/// Which years an era has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EraYears {
    /// Those of its own days: `H32.03.31` is none.
    Strict,
    /// Counted on, as systems do that nobody told of the next era: `H32.03.31` is 2020-03-31.
    Continued,
}

impl ValueType {
    /// The word of the catalogue.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            ValueType::Text => "text".to_owned(),
            ValueType::Int => "int".to_owned(),
            ValueType::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
            ValueType::Real => "real".to_owned(),
            ValueType::Date(DateForm::Iso) => "date".to_owned(),
            ValueType::Date(form) => format!("date({})", form.word()),
            ValueType::Timestamp => "timestamp".to_owned(),
            ValueType::Bool => "bool".to_owned(),
            ValueType::Bytes => "bytes".to_owned(),
        }
    }

    /// Digits after the point; 0 of what has none.
    #[must_use]
    pub fn scale(self) -> u8 {
        match self {
            ValueType::Decimal { scale, .. } => scale,
            ValueType::Text
            | ValueType::Int
            | ValueType::Real
            | ValueType::Date(_)
            | ValueType::Timestamp
            | ValueType::Bool
            | ValueType::Bytes => 0,
        }
    }

    /// Whether two columns hold comparable values once staged: dates do, however the source wrote them.
    #[must_use]
    pub fn compares_with(self, other: ValueType) -> bool {
        match (self, other) {
            (ValueType::Date(_), ValueType::Date(_)) => true,
            _ => self == other,
        }
    }

    /// Whether it can hold a code.
    #[must_use]
    pub fn is_code(self) -> bool {
        matches!(self, ValueType::Text | ValueType::Int)
    }

    /// Whether its values are of a day.
    #[must_use]
    pub fn is_day(self) -> bool {
        matches!(self, ValueType::Date(_) | ValueType::Timestamp)
    }
}
