//! Rules made of rules (docs/rules.md, section 3): `all`, `any` and `cases`, over the answers of their parts.

use super::codes::one_of;
use super::facts::{Fact, NO_DAY, RowFacts};
use super::text::{case, name};
use bunri_catalogue::{Compare, RowRule, Table};

/// What a rule says of a row: expressions over the columns of the step before.
#[derive(Clone)]
pub(super) struct Whole {
    /// own, other, or a reason.
    pub(super) verdict: String,
    /// What else is asked of the row.
    pub(super) facts: RowFacts,
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
            facts: RowFacts::last_only(NO_DAY),
        }),
    }
}

/// Any other makes it other; else the first that is undecided counts; else it is own. It speaks of the days that its parts
/// have in common, and has begun when all have.
fn all(parts: &[Whole]) -> Whole {
    Whole {
        verdict: first_but(parts, "other", "own"),
        facts: RowFacts::each(|fact| {
            let each: Vec<&str> = parts.iter().map(|part| part.facts.get(fact)).collect();
            match fact {
                Fact::AfterT | Fact::NextDay => format!("least({})", each.join(", ")),
                Fact::FirstDay => format!("greatest({})", each.join(", ")),
                Fact::ToCome => format!("({})", each.join(" OR ")),
            }
        }),
    }
}

/// Any own makes it own; else the first that is undecided counts; else it is other. It has begun when one has.
fn any(parts: &[Whole]) -> Whole {
    let days: Vec<String> = parts
        .iter()
        .map(|Whole { verdict, facts }| {
            let after_t = facts.get(Fact::AfterT);
            format!("CASE WHEN {verdict} = 'own' THEN {after_t} END")
        })
        .collect();
    let to_come: Vec<&str> = parts
        .iter()
        .map(|part| part.facts.get(Fact::ToCome))
        .collect();
    Whole {
        verdict: first_but(parts, "own", "other"),
        facts: RowFacts::each(|fact| match fact {
            Fact::AfterT => format!("greatest({})", days.join(",\n         ")),
            Fact::ToCome => format!("({})", to_come.join(" AND ")),
            Fact::FirstDay | Fact::NextDay => fact.nothing().to_owned(),
        }),
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
    let arms = |of: &dyn Fn(&Whole) -> String| -> Vec<(String, String)> {
        cases
            .iter()
            .zip(parts)
            .map(|((value, _), part)| (is(value), of(part)))
            .collect()
    };
    let missing = (
        format!("answered.{} IS NULL", name(&table.columns[column].name)),
        "'case_missing'".to_owned(),
    );
    let verdicts = [vec![missing], arms(&|part| part.verdict.clone())].concat();
    Whole {
        verdict: format!("({})", case(&verdicts, "'case_unlisted'")),
        facts: RowFacts::each(|fact| {
            let arms = arms(&|part| part.facts.get(fact).to_owned());
            case(&arms, fact.nothing())
        }),
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
            facts: RowFacts::last_only(after_t),
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
        assert_eq!(every.facts.get(Fact::AfterT), "least(day_a, day_b)");
        let some = any(&parts);
        assert_eq!(
            some.verdict,
            "(CASE WHEN 'own' IN (a, b) THEN 'own'\n     WHEN a <> 'other' THEN a\n     WHEN b <> 'other' THEN b\n     \
             ELSE 'other' END)"
        );
        let after_t = some.facts.get(Fact::AfterT);
        assert!(after_t.contains("CASE WHEN a = 'own' THEN day_a END"));
    }
}
