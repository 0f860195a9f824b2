//! What a retailer code says on a day (docs/rules.md, section 1, number 6).

use std::borrow::Cow;
use std::collections::BTreeSet;

use bunri_catalogue::{Compare, IncumbentCode, ValueList};
use bunri_types::Value;

use super::{Days, EVER, FOREVER, Reason, Verdict};

/// The lists of codes, in the form in which they are compared.
#[derive(Debug, Clone)]
pub struct Codes {
    compare: Compare,
    vacant: BTreeSet<String>,
    incumbent: Vec<(String, Days, Days)>,
    retailers: BTreeSet<String>,
}

impl Codes {
    /// The lists under one way to compare.
    #[must_use]
    pub fn new<'a>(
        compare: Compare,
        incumbent: &[IncumbentCode],
        vacant: impl IntoIterator<Item = &'a String>,
        retailers: impl IntoIterator<Item = &'a String>,
    ) -> Self {
        let form = |code: &String| comparable(code, compare).to_owned();
        let entry = |entry: &IncumbentCode| {
            (
                form(&entry.code),
                entry.from.map_or(EVER, Days::from),
                entry.until.map_or(FOREVER, Days::from),
            )
        };
        Self {
            compare,
            vacant: vacant.into_iter().map(form).collect(),
            incumbent: incumbent.iter().map(entry).collect(),
            retailers: retailers.into_iter().map(form).collect(),
        }
    }

    /// Whose customer a code speaks of on a day.
    #[must_use]
    pub fn verdict(&self, code: Option<&str>, day: Days) -> Verdict {
        let Some(code) = code else {
            return Verdict::Undecided(Reason::RetailerUnknown);
        };
        let code = comparable(code, self.compare);
        let incumbent = |(own, from, until): &(String, Days, Days)| {
            own == code && (*from..=*until).contains(&day)
        };
        if self.vacant.contains(code) {
            Verdict::Other
        } else if self.incumbent.iter().any(incumbent) {
            Verdict::Own
        } else if self.retailers.contains(code) {
            Verdict::Other
        } else {
            Verdict::Undecided(Reason::RetailerUnknown)
        }
    }

    /// Whether the list of retailers has this code.
    #[must_use]
    pub fn is_retailer(&self, code: &str) -> bool {
        self.retailers.contains(comparable(code, self.compare))
    }

    /// The days on which some incumbent code begins or has just ended to be valid.
    pub fn changes(&self) -> impl Iterator<Item = Days> {
        let bounds = |(_, from, until): &(String, Days, Days)| [*from, until.saturating_add(1)];
        self.incumbent
            .iter()
            .flat_map(bounds)
            .filter(|&day| day != EVER && day != FOREVER)
    }
}

/// A code in the form in which it is compared.
#[must_use]
pub fn comparable(code: &str, compare: Compare) -> &str {
    match compare {
        Compare::Exact => code,
        Compare::Trim => code.trim(),
    }
}

/// A deciding value as the catalogue writes it: text as it is, an int in decimal digits.
#[must_use]
pub fn code_text(value: Value<'_>) -> Option<Cow<'_, str>> {
    match value {
        Value::Text(text) => Some(text.into()),
        Value::Int(number) => Some(number.to_string().into()),
        Value::Null
        | Value::Decimal { .. }
        | Value::Real(_)
        | Value::Date(_)
        | Value::Timestamp(_)
        | Value::Bool(_)
        | Value::Bytes(_) => None,
    }
}

/// Whether a value is one of a list.
#[must_use]
pub fn listed(value: &str, list: &[String], compare: Compare) -> bool {
    list.iter()
        .any(|entry| comparable(entry, compare) == comparable(value, compare))
}

/// Whether a list names a value, or a missing one.
#[must_use]
pub fn names(list: &ValueList, value: Option<&str>, compare: Compare) -> bool {
    value.map_or(list.null, |value| listed(value, &list.values, compare))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bunri_catalogue::Ownership::{Other, Own, Undecided};

    fn codes(compare: Compare) -> Codes {
        let incumbent = [
            IncumbentCode {
                code: "99010".into(),
                from: None,
                until: None,
            },
            IncumbentCode {
                code: "99011".into(),
                from: Some(100),
                until: Some(200),
            },
        ];
        let retailers = ["99020".to_owned(), "99010".to_owned(), " 99030 ".to_owned()];
        Codes::new(compare, &incumbent, &["00000".to_owned()], &retailers)
    }

    #[test]
    fn each_list_has_its_verdict() {
        let codes = codes(Compare::Exact);
        for (code, expected) in [
            ("99010", Own),
            ("00000", Other),
            ("99020", Other),
            ("", Undecided),
            ("99010 ", Undecided),
        ] {
            assert_eq!(
                codes.verdict(Some(code), 0).ownership(),
                expected,
                "{code:?}"
            );
        }
        assert_eq!(
            codes.verdict(None, 0),
            Verdict::Undecided(Reason::RetailerUnknown)
        );
    }

    #[test]
    fn trimmed_codes_meet_trimmed_lists() {
        let codes = codes(Compare::Trim);
        assert_eq!(codes.verdict(Some("\u{3000}99010 "), 0), Verdict::Own);
        assert_eq!(codes.verdict(Some("99030"), 0), Verdict::Other);
        assert_eq!(
            codes.verdict(Some(" "), 0),
            Verdict::Undecided(Reason::RetailerUnknown)
        );
    }

    #[test]
    fn a_merged_code_is_own_within_its_validity_only() {
        let codes = codes(Compare::Exact);
        let on = |day| codes.verdict(Some("99011"), day).ownership();
        assert_eq!(
            [on(99), on(100), on(200), on(201)],
            [Undecided, Own, Own, Undecided]
        );
        assert_eq!(codes.changes().collect::<Vec<_>>(), [100, 201]);
    }
}
