//! A class for every column, with its reason: by the table's name, by the column's, by the shape of its values. It stands in a
//! comment beside `"?"`: a person decides. Where several are plausible it is the strictest; of what no list knows, `hold`.

use crate::profile::{ColumnProfile, Shape};
use bunri_names::{Meaning, SuggestedClass, TableKind};

/// What a column probably is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Suggestion {
    /// The class.
    pub(super) class: SuggestedClass,
    /// The category, where one is likely.
    pub(super) category: Option<String>,
    /// Why.
    pub(super) reason: String,
}

fn because(class: SuggestedClass, category: Option<&str>, reason: impl Into<String>) -> Suggestion {
    Suggestion {
        class,
        category: category.map(str::to_owned),
        reason: reason.into(),
    }
}

/// The class of one column of a table of this kind. `persons`: whether the table, or the column's name, speaks of persons.
pub(super) fn suggest(
    kind: Option<TableKind>,
    meaning: &Meaning<'_>,
    column: &ColumnProfile,
    persons: bool,
) -> Suggestion {
    let named = by_name(meaning, persons || looks_like_names(column));
    let is_free_text = |one: &Suggestion| one.category.as_deref() == Some("free_text");
    let is_audit = |one: &Suggestion| one.category.as_deref() == Some("audit");
    let by_kind = |class: SuggestedClass, category: Option<&str>, of: &str| {
        because(class, category, format!("the table is {of} by its name"))
    };
    let own = || named.clone().or_else(|| by_shape(column));
    match kind {
        Some(TableKind::Retail) => {
            if own().as_ref().is_some_and(is_free_text) {
                return because(
                    SuggestedClass::Hold,
                    Some("free_text"),
                    "text that people typed, in a table of the retailer: a person reads it first",
                );
            }
            let category = own().and_then(|one| one.category);
            by_kind(
                SuggestedClass::RetailOnly,
                category.as_deref(),
                "the retailer's own",
            )
        }
        Some(TableKind::Security) => match &named {
            Some(one) if one.class == SuggestedClass::Discard => one.clone(),
            Some(_) | None => by_kind(
                SuggestedClass::TransmissionOnly,
                Some("security"),
                "one of accounts and logs",
            ),
        },
        Some(TableKind::Code) => match &named {
            Some(one) if is_audit(one) || one.category.as_deref() == Some("derived") => one.clone(),
            Some(_) | None => by_kind(SuggestedClass::Reference, None, "a public list"),
        },
        Some(TableKind::Total) => by_kind(
            SuggestedClass::TransmissionOnly,
            None,
            "one of sums over customers",
        ),
        Some(TableKind::Operator) => {
            let category = named.and_then(|one| one.category);
            by_kind(
                SuggestedClass::TransmissionOnly,
                category.as_deref(),
                "the operator's alone",
            )
        }
        Some(TableKind::Ledger) | None => strictest(named, by_shape(column)).unwrap_or_else(|| {
            because(
                SuggestedClass::Hold,
                None,
                "no list knows this name: a person reads it first",
            )
        }),
    }
}

/// Whether values look like the names of persons. Alone that says too little; in a column that is called a name it does.
fn looks_like_names(column: &ColumnProfile) -> bool {
    match column.shape {
        Some(Shape::Kana | Shape::KanjiWord | Shape::PersonName) => true,
        Some(
            Shape::SupplyPoint
            | Shape::RetailerCode
            | Shape::Telephone
            | Shape::PostalCode
            | Shape::Mail
            | Shape::Address
            | Shape::Json
            | Shape::Sentence,
        )
        | None => false,
    }
}

fn by_name(meaning: &Meaning<'_>, persons: bool) -> Option<Suggestion> {
    let item = meaning.item?;
    if item.of_persons && !persons {
        return Some(because(
            SuggestedClass::Hold,
            None,
            "a name, and nothing here speaks of persons: a person reads what it names",
        ));
    }
    // One reason for all of them: what each is says nothing of whose it is, and who agrees agrees once.
    let what = if item.general {
        "どのプログラムにもある項目"
    } else {
        &item.term
    };
    Some(because(
        item.class,
        item.category.as_deref(),
        format!("{what}, by its name"),
    ))
}

/// What the values look like. Kanji alone say too little: a name, a place, a kind.
fn by_shape(column: &ColumnProfile) -> Option<Suggestion> {
    let own = |what: &str| {
        because(
            SuggestedClass::OwnCustomer,
            Some("personal"),
            format!("{what}, by its values"),
        )
    };
    if column.free_text {
        return Some(because(
            SuggestedClass::TransmissionOnly,
            Some("free_text"),
            "sentences, by its values",
        ));
    }
    match column.shape? {
        Shape::SupplyPoint => Some(because(
            SuggestedClass::AnyRetailer,
            None,
            "供給地点特定番号, by its 22 digits",
        )),
        Shape::Telephone => Some(own("telephone numbers")),
        Shape::PostalCode => Some(own("postal codes")),
        Shape::Mail => Some(own("mail addresses")),
        Shape::Kana => Some(own("names in kana")),
        Shape::Address => Some(own("addresses")),
        Shape::Json | Shape::Sentence => Some(because(
            SuggestedClass::TransmissionOnly,
            Some("free_text"),
            "sentences or structures, by its values",
        )),
        Shape::RetailerCode | Shape::KanjiWord | Shape::PersonName => None,
    }
}

/// Of a name and of values, whichever is stricter; addresses and names may well look like sentences.
fn strictest(named: Option<Suggestion>, shaped: Option<Suggestion>) -> Option<Suggestion> {
    match (named, shaped) {
        (Some(named), Some(shaped)) => {
            let is_known = named.category.is_some() || shaped.class <= named.class;
            Some(if is_known { named } else { shaped })
        }
        (one, other) => one.or(other),
    }
}
