//! The code verdict (docs/rules.md, section 1, point 5): whose a retailer code is.

use super::text::{day, literal, literals};

use bunri_catalogue::{Catalogue, Compare, IncumbentCode};

/// What a code is that no case knows.
pub(super) const UNKNOWN: &str = "'retailer_unknown'";

/// The value as it is compared.
pub(super) fn compared(value: &str, compare: Compare) -> String {
    match compare {
        Compare::Exact => value.to_owned(),
        Compare::Trim => format!("trimmed({value})"),
    }
}

/// Whether a text is one of these, compared as declared.
pub(super) fn is_one_of<'t>(
    value: &str,
    compare: Compare,
    values: impl IntoIterator<Item = &'t str>,
) -> String {
    let mut keys: Vec<&str> = Vec::new();
    for key in values.into_iter().map(|value| compare.key(value)) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let value = compared(value, compare);
    match keys.as_slice() {
        [one] => format!("{value} = {}", literal(one)),
        _ => format!("{value} IN ({})", literals(keys)),
    }
}

/// Whose the code is on a day (an expression; [`None`] where no incumbent code has a validity), as cases after which
/// nobody knows; `own` is what a code of the incumbent means.
pub(super) fn verdicts(
    catalogue: &Catalogue,
    code: &str,
    compare: Compare,
    on: Option<&str>,
    own: &str,
) -> Vec<(String, String)> {
    let mut arms = vec![(format!("{code} IS NULL"), UNKNOWN.to_owned())];
    if !catalogue.vacant.is_empty() {
        let vacant = catalogue.vacant.iter().map(String::as_str);
        arms.push((is_one_of(code, compare, vacant), "'other'".to_owned()));
    }
    for entry in &catalogue.incumbent {
        arms.push((incumbent(entry, code, compare, on), own.to_owned()));
    }
    let (asked, listed) = (compared(code, compare), compared("r.code", compare));
    arms.push((
        format!("{asked} IN (SELECT {listed} FROM ledger.retailers AS r)"),
        "'other'".to_owned(),
    ));
    arms
}

fn incumbent(entry: &IncumbentCode, code: &str, compare: Compare, on: Option<&str>) -> String {
    let mut conditions = vec![is_one_of(code, compare, [entry.code.as_str()])];
    if let Some(on) = on {
        conditions.extend(entry.from.map(|from| format!("{on} >= {}", day(from))));
        conditions.extend(entry.until.map(|until| format!("{on} <= {}", day(until))));
    }
    conditions.join(" AND ")
}
