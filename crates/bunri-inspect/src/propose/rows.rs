//! Whose a row is and when it was written: proposals that ask the ledger wherever the table has what it takes, and wait for a
//! person wherever it does not. None of them makes more rows own than another that is as likely.

use std::collections::BTreeMap;

use bunri_types::ValueType;

use crate::references::ReferenceProfile;
use bunri_names::{Role, TableKind};

use super::ledger::LedgerPlan;
use super::plan::TablePlan;
use super::text::{list, quoted};

/// A proposed row rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RowsPlan {
    /// Asks the ledger.
    Ledger(Time),
    /// Inherits from another table.
    Parent {
        to: usize,
        key: Vec<usize>,
        references: Vec<usize>,
    },
    /// A public list.
    Reference,
    /// Every row is the operator's: in the word alone, or waiting for a reason.
    Operator { needs_basis: bool },
    /// A person has to say.
    Waits,
}

/// The days that a row speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Time {
    During { from: usize, until: usize },
    At(usize),
    Slot { date: usize, slot: usize },
    Month(usize),
    Cutover,
}

/// A rule for every table, with its reason.
pub(super) fn row_rules(
    plans: &[TablePlan<'_>],
    ledger: Option<&LedgerPlan>,
    references: &[ReferenceProfile],
) -> Vec<(RowsPlan, String)> {
    let mut rules: Vec<Option<(RowsPlan, String)>> = plans
        .iter()
        .enumerate()
        .map(|(number, plan)| by_itself(number, plan, ledger))
        .collect();
    // Parents before children, however deep; a ring has no end that knows, and stays open.
    loop {
        let mut found = Vec::new();
        for (number, plan) in plans.iter().enumerate() {
            if rules[number].is_none()
                && let Some(rule) = inherited(plan, plans, &rules, references, ledger)
            {
                found.push((number, rule));
            }
        }
        if found.is_empty() {
            break;
        }
        for (number, rule) in found {
            rules[number] = Some(rule);
        }
    }
    let open = |(plan, rule): (&TablePlan<'_>, Option<(RowsPlan, String)>)| {
        rule.unwrap_or_else(|| without_owner(plan))
    };
    plans.iter().zip(rules).map(open).collect()
}

/// What a table says without asking another one.
fn by_itself(
    number: usize,
    plan: &TablePlan<'_>,
    ledger: Option<&LedgerPlan>,
) -> Option<(RowsPlan, String)> {
    let told = |rule: RowsPlan, reason: &str| Some((rule, reason.to_owned()));
    if let Some(ledger) = ledger.filter(|ledger| ledger.tables.contains(&number)) {
        let rule = match (ledger.from, ledger.until) {
            (Some(from), Some(until)) => RowsPlan::Ledger(Time::During { from, until }),
            (Some(from), None) => RowsPlan::Ledger(Time::At(from)),
            (None, _) => RowsPlan::Waits,
        };
        return told(rule, "the ledger's own periods");
    }
    match plan.kind {
        Some(TableKind::Code) => return told(RowsPlan::Reference, "a public list, by its name"),
        Some(TableKind::Security | TableKind::Total) => {
            let needs_basis = speaks_of_customers(plan);
            let reason = "the operator's alone, by the table's name";
            return told(RowsPlan::Operator { needs_basis }, reason);
        }
        Some(TableKind::Retail | TableKind::Operator | TableKind::Ledger) | None => {}
    }
    let point = ledger_key(plan, ledger?)?;
    if let (Some(from), Some(until)) = (first_day(plan, Role::From), first_day(plan, Role::Until)) {
        return told(
            RowsPlan::Ledger(Time::During { from, until }),
            "a point and a period: every day of it must be the incumbent's",
        );
    }
    let named = |name: &str| {
        plan.profile
            .columns
            .iter()
            .position(|column| column.name.to_lowercase() == name)
    };
    if let (Some(date), Some(slot)) = (only_day(plan), named("slot"))
        && plan.types[slot].value_type == ValueType::Int
    {
        return told(
            RowsPlan::Ledger(Time::Slot { date, slot }),
            "a point, a day and a slot",
        );
    }
    if plan.key == [point] {
        return told(
            RowsPlan::Ledger(Time::Cutover),
            "one row a point: as it stands on the day of the cutover",
        );
    }
    if let Some(date) = only_day(plan) {
        return told(RowsPlan::Ledger(Time::At(date)), "a point and a day");
    }
    if let Some(month) = month(plan) {
        return told(
            RowsPlan::Ledger(Time::Month(month)),
            "a point and a month: every day of it must be the incumbent's",
        );
    }
    told(
        RowsPlan::Waits,
        "a point, and no day or several: which days does a row speak of?",
    )
}

fn first_day(plan: &TablePlan<'_>, role: Role) -> Option<usize> {
    plan.days_of_role(role).first().copied()
}

/// The one day on which something was measured or done. A day on which a thing that is still there began says nothing of
/// whose it is since, and of several days nobody knows which counts.
fn only_day(plan: &TablePlan<'_>) -> Option<usize> {
    match plan.days_of_role(Role::Day).as_slice() {
        [only] => Some(*only),
        [] | [_, ..] => None,
    }
}

/// A column of months alone.
fn month(plan: &TablePlan<'_>) -> Option<usize> {
    let is_month = |place: &usize| {
        let column = plan.column(*place);
        let values = column.stored.values();
        let type_fits = matches!(
            plan.types[*place].value_type,
            ValueType::Text | ValueType::Int
        );
        type_fits
            && values > 0
            && column
                .forms
                .iter()
                .any(|form| form.of == crate::profile::FormOf::Month && form.values == values)
    };
    let mut months = (0..plan.types.len()).filter(is_month);
    let only = months.next()?;
    months.next().is_none().then_some(only)
}

/// The column of the ledger's key, if it is there and of the same type.
pub(super) fn ledger_key(plan: &TablePlan<'_>, ledger: &LedgerPlan) -> Option<usize> {
    let key = ledger.key.as_ref()?;
    let by_name = plan.place(&key.name);
    let place = by_name.or_else(|| plan.of_role(Role::SupplyPoint))?;
    plan.types[place].joins(&key.value_type).then_some(place)
}

/// Whether the catalogue wants a reason for a rule that decides every row alike.
fn speaks_of_customers(plan: &TablePlan<'_>) -> bool {
    let personal = |one: &super::classes::Suggestion| one.category.as_deref() == Some("personal");
    plan.of_role(Role::SupplyPoint).is_some() || plan.suggestions.iter().any(personal)
}

fn without_owner(plan: &TablePlan<'_>) -> (RowsPlan, String) {
    let needs_basis = plan.kind.is_none() || speaks_of_customers(plan);
    let reason =
        "neither a point nor a parent: nobody knows whose its rows are, so retail gets none";
    (RowsPlan::Operator { needs_basis }, reason.to_owned())
}

/// From a table that it refers to, or through one that ties its key to points.
fn inherited(
    plan: &TablePlan<'_>,
    plans: &[TablePlan<'_>],
    rules: &[Option<(RowsPlan, String)>],
    references: &[ReferenceProfile],
    ledger: Option<&LedgerPlan>,
) -> Option<(RowsPlan, String)> {
    if !matches!(
        plan.kind,
        None | Some(TableKind::Retail | TableKind::Operator)
    ) {
        return None;
    }
    let numbers: BTreeMap<&str, usize> = plans
        .iter()
        .enumerate()
        .map(|(number, plan)| (plan.profile.name.as_str(), number))
        .collect();
    let knows = |number: usize| {
        let rule = rules[number].as_ref().map(|(rule, _)| rule);
        matches!(rule, Some(RowsPlan::Ledger(_) | RowsPlan::Parent { .. }))
    };
    let own = references
        .iter()
        .filter(|one| one.table == plan.profile.name);
    let mut own: Vec<&ReferenceProfile> = own.collect();
    // What the source declares first, then what more of the values say.
    own.sort_by_key(|one| {
        (
            !one.declared,
            std::cmp::Reverse(one.inclusion.map(|it| it.found)),
        )
    });
    for reference in own {
        let Some(to) = numbers
            .get(reference.to.as_str())
            .copied()
            .filter(|to| knows(*to))
        else {
            continue;
        };
        let places = |plan: &TablePlan<'_>, names: &[String]| -> Option<Vec<usize>> {
            names.iter().map(|name| plan.place(name)).collect()
        };
        let key = places(plan, &reference.columns)?;
        let columns = places(&plans[to], &reference.references)?;
        let joins =
            |(own, other): (&usize, &usize)| plan.types[*own].joins(&plans[to].types[*other]);
        if key.iter().zip(&columns).all(joins) {
            if is_of_a_day(to, rules) && has_days(plan) {
                let reason = format!(
                    "rows of days, and {} is decided by one day of its own: a `ledger_key` through a history?",
                    plans[to].profile.name
                );
                return Some((RowsPlan::Waits, reason));
            }
            let reason = if reference.declared {
                "the source declares the reference"
            } else {
                "its values are there, under the same name"
            };
            let rule = RowsPlan::Parent {
                to,
                key,
                references: columns,
            };
            return Some((rule, reason.to_owned()));
        }
    }
    through_a_link(plan, plans, &knows, ledger?)
}

/// Whether a table is decided by one day, or inherits from one that is: of other days it says nothing.
fn is_of_a_day(number: usize, rules: &[Option<(RowsPlan, String)>]) -> bool {
    match rules
        .get(number)
        .and_then(Option::as_ref)
        .map(|(rule, _)| rule)
    {
        Some(RowsPlan::Ledger(Time::Cutover | Time::At(_) | Time::Slot { .. })) => true,
        // Parents were settled before, so this ends.
        Some(RowsPlan::Parent { to, .. }) => is_of_a_day(*to, rules),
        Some(
            RowsPlan::Ledger(Time::During { .. } | Time::Month(_))
            | RowsPlan::Reference
            | RowsPlan::Operator { .. }
            | RowsPlan::Waits,
        )
        | None => false,
    }
}

/// Whether rows have days beside those of their writing: what they speak of need not be today.
fn has_days(plan: &TablePlan<'_>) -> bool {
    let written = [Role::UpdatedAt, Role::CreatedAt];
    (0..plan.types.len()).any(|place| {
        let roles = &plan.meanings[place].roles;
        plan.types[place].value_type.is_day() && !roles.iter().any(|role| written.contains(role))
    })
}

/// A person without a point, and a table that ties persons to points.
fn through_a_link(
    plan: &TablePlan<'_>,
    plans: &[TablePlan<'_>],
    knows: &dyn Fn(usize) -> bool,
    ledger: &LedgerPlan,
) -> Option<(RowsPlan, String)> {
    let [key] = plan.key.as_slice() else {
        return None;
    };
    let ties = |(number, other): &(usize, &TablePlan<'_>)| {
        let column = other.place(plan.name(*key))?;
        let own_key = other.key.len() > 1 && other.key.contains(&column);
        let joins = plan.types[*key].joins(&other.types[column]);
        let point = ledger_key(other, ledger).is_some_and(|point| other.key.contains(&point));
        (knows(*number) && own_key && joins && point).then_some((*number, column))
    };
    let (to, column) = plans.iter().enumerate().find_map(|one| ties(&one))?;
    let rule = RowsPlan::Parent {
        to,
        key: vec![*key],
        references: vec![column],
    };
    let reason = "it ties this key to points; all of them must be the incumbent's";
    Some((rule, reason.to_owned()))
}

impl RowsPlan {
    /// Whether every row is decided alike.
    pub(super) fn is_constant(&self) -> bool {
        match self {
            Self::Reference | Self::Operator { .. } => true,
            Self::Ledger(_) | Self::Parent { .. } | Self::Waits => false,
        }
    }

    /// As the catalogue writes it. `is_ledger`: the ledger's own rows, whose end the ledger explains.
    pub(super) fn written(
        &self,
        plan: &TablePlan<'_>,
        plans: &[TablePlan<'_>],
        is_ledger: bool,
    ) -> String {
        let name = |place: &usize| quoted(plan.name(*place));
        match self {
            Self::Ledger(Time::During { from, until }) => {
                let until_is = if is_ledger {
                    ""
                } else {
                    ", until_is = \"inclusive\""
                };
                format!(
                    "{{ by = \"ledger\", during = [{}, {}]{until_is} }}",
                    name(from),
                    name(until)
                )
            }
            Self::Ledger(Time::At(day)) => format!("{{ by = \"ledger\", at = {} }}", name(day)),
            Self::Ledger(Time::Slot { date, slot }) => format!(
                "{{ by = \"ledger\", at = {{ date = {}, slot = {} }} }}",
                name(date),
                name(slot)
            ),
            Self::Ledger(Time::Month(month)) => {
                format!("{{ by = \"ledger\", month = {} }}", name(month))
            }
            Self::Ledger(Time::Cutover) => "{ by = \"ledger\", at = \"cutover\" }".to_owned(),
            Self::Parent {
                to,
                key,
                references,
            } => {
                let key: Vec<String> = key
                    .iter()
                    .map(|place| plan.name(*place).to_owned())
                    .collect();
                let other = &plans[*to];
                let columns: Vec<String> = references
                    .iter()
                    .map(|place| other.name(*place).to_owned())
                    .collect();
                format!(
                    "{{ by = \"parent\", table = {}, key = {}, references = {}, match = \"all\" }}",
                    quoted(&other.id),
                    list(&key),
                    list(&columns)
                )
            }
            Self::Reference => "\"reference\"".to_owned(),
            Self::Operator { needs_basis: false } => "\"all_transmission\"".to_owned(),
            Self::Operator { needs_basis: true } => {
                "{ every_row = \"all_transmission\", basis = \"?\" }".to_owned()
            }
            Self::Waits => "\"?\"".to_owned(),
        }
    }
}
