//! What a retailer code says on a day (docs/rules.md, section 1, number 6).

use std::borrow::Cow;
use std::collections::BTreeSet;

use bunri_catalogue::{Compare, IncumbentCode, ValueList};
use bunri_types::Value;

use super::{Days, EVER, FOREVER, Reason, Verdict};

/// The lists of codes; how they are compared, whoever asks says.
#[derive(Debug, Clone)]
pub struct Codes {
    incumbent: Vec<IncumbentCode>,
    vacant: BTreeSet<String>,
    retailers: BTreeSet<String>,
    /// The same without white space at either end.
    trimmed: BTreeSet<String>,
}

impl Codes {
    /// The catalogue's lists, and the codes in the list of retailers.
    #[must_use]
    pub fn new(
        incumbent: &[IncumbentCode],
        vacant: &BTreeSet<String>,
        retailers: BTreeSet<String>,
    ) -> Self {
        let trimmed = retailers.iter().map(|code| code.trim().to_owned());
        Self {
            incumbent: incumbent.to_vec(),
            vacant: vacant.clone(),
            trimmed: trimmed.collect(),
            retailers,
        }
    }

    /// Whose customer a code speaks of on a day.
    #[must_use]
    pub fn verdict(&self, code: Option<&str>, compare: Compare, day: Days) -> Verdict {
        let Some(code) = code else {
            return Verdict::Undecided(Reason::RetailerUnknown);
        };
        let is_own = |own: &IncumbentCode| {
            let (from, until) = validity(own);
            same(&own.code, code, compare) && from <= day && day <= until
        };
        if listed(code, &self.vacant, compare) {
            Verdict::Other
        } else if self.incumbent.iter().any(is_own) {
            Verdict::Own
        } else if self.is_retailer(code, compare) {
            Verdict::Other
        } else {
            Verdict::Undecided(Reason::RetailerUnknown)
        }
    }

    /// Whether the list of retailers has this code.
    #[must_use]
    pub fn is_retailer(&self, code: &str, compare: Compare) -> bool {
        match compare {
            Compare::Exact => self.retailers.contains(code),
            Compare::Trim => self.trimmed.contains(code.trim()),
        }
    }

    /// The days on which some incumbent code begins or has just ended to be valid.
    pub fn changes(&self) -> impl Iterator<Item = Days> {
        let validities = self.incumbent.iter().map(validity);
        let bounds = validities.flat_map(|(from, until)| [from, until.saturating_add(1)]);
        bounds.filter(|&day| day != EVER && day != FOREVER)
    }
}

/// The first and the last day on which a code is the incumbent's.
fn validity(code: &IncumbentCode) -> (Days, Days) {
    let from = code.from.map_or(EVER, Days::from);
    (from, code.until.map_or(FOREVER, Days::from))
}

/// Whether a value of a row and one of a list are the same, compared as declared.
#[must_use]
pub fn same(listed: &str, value: &str, compare: Compare) -> bool {
    match compare {
        Compare::Exact => listed == value,
        Compare::Trim => listed.trim() == value.trim(),
    }
}

/// The place of the case whose text equals a value.
#[must_use]
pub fn case<T>(cases: &[(String, T)], value: &str, compare: Compare) -> Option<usize> {
    let mut cases = cases.iter();
    cases.position(|(case, _)| same(case, value, compare))
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
pub fn listed<'a>(
    value: &str,
    list: impl IntoIterator<Item = &'a String>,
    compare: Compare,
) -> bool {
    let mut list = list.into_iter();
    list.any(|entry| same(entry, value, compare))
}

/// Whether a list names a value, or a missing one.
#[must_use]
pub fn names(list: &ValueList, value: Option<&str>, compare: Compare) -> bool {
    value.map_or(list.null, |value| listed(value, &list.values, compare))
}

#[cfg(test)]
mod tests;
