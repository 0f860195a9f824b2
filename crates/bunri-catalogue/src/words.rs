//! The closed vocabularies of the catalogue.

use crate::model::{Category, Class, Compare, Match, Ownership, UntilIs};

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

/// Every class by its word.
pub(crate) fn classes() -> [(&'static str, Class); 6] {
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
