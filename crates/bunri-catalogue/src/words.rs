//! The closed vocabularies of the catalogue.

use crate::model::{
    Category, Class, Compare, DateForm, EraForm, EraYears, Match, Ownership, UntilIs,
};
use crate::reading::{MomentForm, Stamp};

pub(crate) const COMPARES: [(&str, Compare); 2] =
    [("exact", Compare::Exact), ("trim", Compare::Trim)];

pub(crate) const UNTILS: [(&str, UntilIs); 2] = [
    ("inclusive", UntilIs::Inclusive),
    ("exclusive", UntilIs::Exclusive),
];

pub(crate) const MATCHES: [(&str, Match); 2] = [("all", Match::All), ("any", Match::Any)];

pub(crate) const CATEGORIES: [(&str, Category); 6] = [
    ("personal", Category::Personal),
    ("free_text", Category::FreeText),
    ("grid_operation", Category::GridOperation),
    ("security", Category::Security),
    ("derived", Category::Derived),
    ("audit", Category::Audit),
];

/// The ownerships that a `when` may speak of.
pub(crate) const ROWS: [(&str, Ownership); 3] = [
    ("own", Ownership::Own),
    ("other", Ownership::Other),
    ("undecided", Ownership::Undecided),
];

pub(crate) const DATE_FORMS: [(&str, DateForm); 8] = [
    ("YYYY-MM-DD", DateForm::Iso),
    ("YYYYMMDD", DateForm::Compact),
    ("YYYY/MM/DD", DateForm::Slashed),
    ("YYYY-MM-DD 00:00:00", DateForm::IsoMidnight),
    ("YYYY/MM/DD 00:00:00", DateForm::SlashedMidnight),
    ("GYY.MM.DD", era(EraForm::Dotted)),
    ("GYYMMDD", era(EraForm::Compact)),
    ("元号Y年M月D日", era(EraForm::Kanji)),
];

pub(crate) const MOMENT_FORMS: [(&str, MomentForm); 5] = [
    ("YYYY-MM-DD HH:MM:SS", MomentForm::Iso),
    ("YYYY/MM/DD HH:MM:SS", MomentForm::Slashed),
    ("YYYYMMDDHHMMSS", MomentForm::Compact),
    ("epoch_seconds", MomentForm::EpochSeconds),
    ("epoch_milliseconds", MomentForm::EpochMilliseconds),
];

pub(crate) const STAMPS: [(&str, Stamp); 2] = [("begin", Stamp::Begin), ("end", Stamp::End)];

/// Whether digits of a fraction beyond the sixth are cut off.
pub(crate) const FRACTIONS: [(&str, bool); 2] = [("exact", false), ("truncate", true)];

pub(crate) const ERA_YEARS: [(&str, EraYears); 2] = [
    ("strict", EraYears::Strict),
    ("continued", EraYears::Continued),
];

const fn era(form: EraForm) -> DateForm {
    DateForm::Era {
        form,
        years: EraYears::Strict,
    }
}

/// Every class by its word.
pub(crate) fn classes() -> [(&'static str, Class); 7] {
    Class::ALL.map(|class| (class.word(), class))
}

impl Class {
    /// The regulator's own term.
    #[must_use]
    pub fn term(self) -> &'static str {
        match self {
            Class::AnyRetailer => "他社小売からも閲覧できるもの",
            Class::OwnCustomer => "自社顧客のみ閲覧可能",
            Class::TransmissionOnly => "託送システムのみ",
            Class::RetailOnly => "小売専用",
            Class::Hold => "要判断",
            Class::Reference => "公開コード表",
            Class::Discard => "移行しない",
        }
    }
}

impl Compare {
    /// The word of the catalogue.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Compare::Exact => "exact",
            Compare::Trim => "trim",
        }
    }

    /// The value as it is compared: trimmed of Unicode white space, or as it is.
    #[must_use]
    pub fn key(self, value: &str) -> &str {
        match self {
            Compare::Exact => value,
            Compare::Trim => value.trim(),
        }
    }
}

impl DateForm {
    /// The word of the catalogue.
    pub(crate) fn word(self) -> &'static str {
        let alike = match self {
            DateForm::Era { form, .. } => era(form),
            DateForm::Iso
            | DateForm::Compact
            | DateForm::Slashed
            | DateForm::IsoMidnight
            | DateForm::SlashedMidnight => self,
        };
        word_of(&DATE_FORMS, alike)
    }
}

impl MomentForm {
    /// The word of the catalogue.
    pub(crate) fn word(self) -> &'static str {
        word_of(&MOMENT_FORMS, self)
    }
}

fn word_of<T: PartialEq + Copy>(words: &[(&'static str, T)], of: T) -> &'static str {
    let found = words.iter().find(|(_, form)| *form == of);
    found.map_or("", |(word, _)| word)
}
