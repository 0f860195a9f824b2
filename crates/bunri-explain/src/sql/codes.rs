//! Values of lists, and the code verdict (docs/rules.md, section 1, point 6): whose a retailer code is.

use bunri_catalogue::{Catalogue, Compare, IncumbentCode, ValueList};
use bunri_types::ValueType;

use super::text::{day, literal, literals};

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

/// Whether a value of a text or int column is one of these.
pub(super) fn one_of(
    column: &str,
    value_type: ValueType,
    compare: Compare,
    values: &[String],
) -> String {
    if value_type != ValueType::Int {
        return is_one_of(column, compare, values.iter().map(String::as_str));
    }
    // The values of an int column are decimal texts, checked when the catalogue was read.
    match values {
        [one] => format!("{column} = {one}"),
        _ => format!("{column} IN ({})", values.join(", ")),
    }
}

/// Whether a value, or NULL where `"NULL"` is listed, is in a list.
pub(super) fn is_listed(
    column: &str,
    value_type: ValueType,
    compare: Compare,
    list: &ValueList,
) -> String {
    let null = format!("{column} IS NULL");
    match (list.values.is_empty(), list.null) {
        (true, true) => null,
        (true, false) => "false".to_owned(),
        (false, true) => format!(
            "{null} OR {}",
            one_of(column, value_type, compare, &list.values)
        ),
        (false, false) => one_of(column, value_type, compare, &list.values),
    }
}

/// Whether a code is in the list of retailers.
pub(super) fn is_retailer(code: &str, compare: Compare) -> String {
    let (asked, listed) = (compared(code, compare), compared("r.code", compare));
    format!("{asked} IN (SELECT {listed} FROM ledger.retailers AS r)")
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
    arms.push((is_retailer(code, compare), "'other'".to_owned()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_null_only_where_it_is_listed() {
        let list = |values: &[&str], null| ValueList {
            values: values.iter().map(|&value| value.to_owned()).collect(),
            null,
        };
        let text = |values: &[&str], null| {
            is_listed("x", ValueType::Text, Compare::Trim, &list(values, null))
        };
        assert_eq!(text(&["0"], false), "trimmed(x) = '0'");
        assert_eq!(
            text(&["0", "1"], true),
            "x IS NULL OR trimmed(x) IN ('0', '1')"
        );
        assert_eq!(text(&[], true), "x IS NULL");
        assert_eq!(text(&[], false), "false");
        let int = is_listed(
            "x",
            ValueType::Int,
            Compare::Exact,
            &list(&["-1", "2"], false),
        );
        assert_eq!(int, "x IN (-1, 2)");
    }
}
