//! Rules made of rules (docs/rules.md, section 3): `all`, `any` and `cases`, over the answers of their parts.

use super::codes::one_of;
use super::rules::NO_DAY;
use super::text::{case, name};
use bunri_catalogue::{Compare, RowRule, Table};

/// What a rule says of a row: expressions over the columns of the step before.
#[derive(Clone)]
pub(super) struct Whole {
    /// own, other, or a reason.
    pub(super) verdict: String,
    /// The day after the last day that it speaks of.
    pub(super) after_t: String,
}

/// What a rule says, given what each of its leaves says, in their order.
pub(super) fn combined(
    table: &Table,
    rule: &RowRule,
    leaves: &mut impl Iterator<Item = Whole>,
) -> Whole {
    let parts: Vec<Whole> = match rule {
        RowRule::All(rules) | RowRule::Any(rules) => rules
            .iter()
            .map(|rule| combined(table, rule, leaves))
            .collect(),
        RowRule::Cases { cases, .. } => cases
            .iter()
            .map(|(_, rule)| combined(table, rule, leaves))
            .collect(),
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::Parent { .. }
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => leaves.next().into_iter().collect(),
    };
    match rule {
        RowRule::All(_) => all(&parts),
        RowRule::Any(_) => any(&parts),
        RowRule::Cases {
            column,
            compare,
            cases,
        } => chosen(table, *column, *compare, cases, &parts),
        RowRule::Ledger(_)
        | RowRule::Column { .. }
        | RowRule::Parent { .. }
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => parts.into_iter().next().unwrap_or_else(|| Whole {
            verdict: "'other'".to_owned(),
            after_t: NO_DAY.to_owned(),
        }),
    }
}

/// Any other makes it other; else the first that is undecided counts; else it is own.
fn all(parts: &[Whole]) -> Whole {
    let verdict = first_but(parts, "other", "own");
    let days: Vec<&str> = parts.iter().map(|part| part.after_t.as_str()).collect();
    Whole {
        verdict,
        after_t: format!("least({})", days.join(", ")),
    }
}

/// Any own makes it own; else the first that is undecided counts; else it is other.
fn any(parts: &[Whole]) -> Whole {
    let verdict = first_but(parts, "own", "other");
    let days: Vec<String> = parts
        .iter()
        .map(|Whole { verdict, after_t }| format!("CASE WHEN {verdict} = 'own' THEN {after_t} END"))
        .collect();
    Whole {
        verdict,
        after_t: format!("greatest({})", days.join(",\n         ")),
    }
}

/// `strong` if any part says so; else the first that does not say `weak`; else `weak`.
fn first_but(parts: &[Whole], strong: &str, weak: &str) -> String {
    let verdicts: Vec<&str> = parts.iter().map(|part| part.verdict.as_str()).collect();
    let mut arms = vec![(
        format!("'{strong}' IN ({})", verdicts.join(", ")),
        format!("'{strong}'"),
    )];
    arms.extend(
        verdicts
            .iter()
            .map(|verdict| (format!("{verdict} <> '{weak}'"), (*verdict).to_owned())),
    );
    format!("({})", case(&arms, &format!("'{weak}'")))
}

/// The rule of the case that the row's value names.
fn chosen(
    table: &Table,
    column: usize,
    compare: Compare,
    cases: &[(String, RowRule)],
    parts: &[Whole],
) -> Whole {
    let is = |value: &str| is_case(table, "answered", column, compare, value);
    let arms = |of: fn(&Whole) -> &String| -> Vec<(String, String)> {
        cases
            .iter()
            .zip(parts)
            .map(|((value, _), part)| (is(value), of(part).clone()))
            .collect()
    };
    let missing = (
        format!("answered.{} IS NULL", name(&table.columns[column].name)),
        "'case_missing'".to_owned(),
    );
    let verdicts = [vec![missing], arms(|part| &part.verdict)].concat();
    Whole {
        verdict: format!("({})", case(&verdicts, "'case_unlisted'")),
        after_t: case(&arms(|part| &part.after_t), NO_DAY),
    }
}

/// Whether the value of the row `alias` names a case.
pub(super) fn is_case(
    table: &Table,
    alias: &str,
    column: usize,
    compare: Compare,
    value: &str,
) -> String {
    let column = &table.columns[column];
    one_of(
        &format!("{alias}.{}", name(&column.name)),
        column.value_type,
        compare,
        &[value.to_owned()],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(verdict: &str, after_t: &str) -> Whole {
        Whole {
            verdict: verdict.to_owned(),
            after_t: after_t.to_owned(),
        }
    }

    #[test]
    fn all_is_other_and_any_is_own_before_anything_undecided_is_heard() {
        let parts = [part("a", "day_a"), part("b", "day_b")];
        let every = all(&parts);
        assert_eq!(
            every.verdict,
            "(CASE WHEN 'other' IN (a, b) THEN 'other'\n     WHEN a <> 'own' THEN a\n     WHEN b <> 'own' THEN b\n     \
             ELSE 'own' END)"
        );
        assert_eq!(every.after_t, "least(day_a, day_b)");
        let some = any(&parts);
        assert_eq!(
            some.verdict,
            "(CASE WHEN 'own' IN (a, b) THEN 'own'\n     WHEN a <> 'other' THEN a\n     WHEN b <> 'other' THEN b\n     \
             ELSE 'other' END)"
        );
        assert!(some.after_t.contains("CASE WHEN a = 'own' THEN day_a END"));
    }
}
