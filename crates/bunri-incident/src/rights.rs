//! Rights beside those of roles, emergency and standing (type B of the deck).

use std::collections::{BTreeMap, BTreeSet};

use bunri_security::model::{Declaration, Grant, GrantKind, Names};
use bunri_security::{Companies, Finding, Security, Side, TableName};
use bunri_types::Day;

use crate::desk::{Desk, Needs, threshold};

const GRANTS: Needs = Needs::Table(TableName::Grants);
const DECLARATIONS: Needs = Needs::Table(TableName::Declarations);

pub(crate) fn look(desk: &mut Desk<'_>, security: &Security) {
    let (incidents, judged_on) = (desk.incidents, desk.incidents.judged_on);
    let clock = incidents.clock;
    let grants = security.grants.as_deref().unwrap_or_default();
    let emergency = || {
        grants
            .iter()
            .filter(|grant| grant.kind == GrantKind::Emergency)
    };
    // What is over harms nobody any more; what it was good for is asked all the same.
    let is_live = |grant: &Grant| {
        grant
            .until
            .is_none_or(|until| until.day(clock) >= judged_on)
    };
    desk.look("emergency_without_end", &[GRANTS], |_| {
        let endless = emergency().filter(|grant| grant.until.is_none());
        let found = endless.map(|grant| {
            finding("emergency_without_end", grant).day("from", grant.from.day(clock))
        });
        Ok((emergency().count(), found.collect()))
    });
    desk.look("emergency_too_long", &[GRANTS], |terms| {
        let most = threshold(terms, "days");
        let found = emergency().filter_map(|grant| {
            let (from, until) = (grant.from.day(clock), grant.until?.day(clock));
            let days = i64::from(until) - i64::from(from) + 1;
            (days > most).then(|| {
                finding("emergency_too_long", grant)
                    .day("from", from)
                    .day("until", until)
                    .figure("days", days.unsigned_abs())
            })
        });
        Ok((emergency().count(), found.collect()))
    });
    desk.look(
        "emergency_without_declaration",
        &[GRANTS, Needs::Field(TableName::Grants, "declaration")],
        |_| {
            let none = emergency().filter(|grant| grant.declaration.is_none());
            let found = none.map(|grant| finding("emergency_without_declaration", grant));
            Ok((emergency().count(), found.collect()))
        },
    );
    let declarations: BTreeMap<&str, &Declaration> = security
        .declarations
        .iter()
        .flatten()
        .map(|declaration| (declaration.declaration.as_str(), declaration))
        .collect();
    let of_declaration = |grant: &Grant| declarations.get(grant.declaration.as_deref()?).copied();
    desk.look(
        "emergency_outside_declaration",
        &[
            GRANTS,
            DECLARATIONS,
            Needs::Field(TableName::Grants, "declaration"),
        ],
        |_| {
            let declared = emergency().filter_map(|grant| Some((grant, of_declaration(grant)?)));
            let beyond = declared.clone().filter(|(grant, declaration)| {
                grant.from < declaration.from
                    || grant.until.is_none_or(|until| until > declaration.until)
            });
            let found = beyond.map(|(grant, declaration)| {
                let outside = finding("emergency_outside_declaration", grant)
                    .of("declaration", &declaration.declaration)
                    .day("from", grant.from.day(clock))
                    .day("declared_from", declaration.from.day(clock))
                    .day("declared_until", declaration.until.day(clock));
                match grant.until {
                    Some(until) => outside.day("until", until.day(clock)),
                    None => outside,
                }
            });
            Ok((declared.count(), found.collect()))
        },
    );
    let scoped =
        ["screens", "columns", "area"].map(|field| incidents.has(TableName::Grants, field));
    desk.look("emergency_too_wide", &[GRANTS], |_| {
        if scoped == [false; 3] {
            return Err(
                "the incident file names no `screens`, `columns` or `area` of `grants`".to_owned(),
            );
        }
        let found = emergency().filter_map(|grant| {
            let wide = wide(grant, of_declaration(grant), scoped);
            (!wide.is_empty())
                .then(|| finding("emergency_too_wide", grant).of("beyond", &wide.join(", ")))
        });
        Ok((emergency().count(), found.collect()))
    });
    desk.look(
        "emergency_never_reviewed",
        &[GRANTS, Needs::Field(TableName::Grants, "reviewed")],
        |terms| {
            let most = threshold(terms, "days");
            let live = emergency().filter(|grant| is_live(grant));
            let found = live
                .clone()
                .filter_map(|grant| unreviewed(grant, judged_on, most));
            Ok((live.count(), found.collect()))
        },
    );
    desk.look(
        "standing_right_of_other_company",
        &[
            GRANTS,
            Needs::Table(TableName::Accounts),
            Needs::Table(TableName::Roles),
            Needs::Table(TableName::RoleScreens),
            Needs::Field(TableName::Grants, "screens"),
        ],
        |_| Ok(standing(&incidents.companies, security, &is_live)),
    );
}

/// A finding about a right, with whoever has it.
fn finding(rule: &str, grant: &Grant) -> Finding {
    let finding = Finding::new(rule).of("grant", &grant.grant);
    match (&grant.account, &grant.role) {
        (Some(account), _) => finding.of("account", account),
        (None, Some(role)) => finding.of("role", role),
        (None, None) => finding,
    }
}

/// In what a right is as wide as the system, or wider than what was declared.
fn wide(grant: &Grant, declaration: Option<&Declaration>, scoped: [bool; 3]) -> Vec<&'static str> {
    let limited = |names: &Option<Names>| matches!(names, Some(Names::These(_)));
    let within = |given: &Option<Names>, declared: Option<&Names>| match (given, declared) {
        (Some(Names::These(given)), Some(Names::These(declared))) => given.is_subset(declared),
        _ => true,
    };
    let declared_columns = declaration.and_then(|declaration| declaration.columns.as_ref());
    let declared_area = declaration.and_then(|declaration| declaration.area.as_ref());
    let area = grant
        .area
        .clone()
        .map(|area| Names::These(BTreeSet::from([area])));
    let [screens, columns, areas] = scoped;
    let mut wide = Vec::new();
    if screens && !limited(&grant.screens) {
        wide.push("screens");
    }
    if columns && !(limited(&grant.columns) && within(&grant.columns, declared_columns)) {
        wide.push("columns");
    }
    if areas && !(area.is_some() && within(&area, declared_area)) {
        wide.push("area");
    }
    wide
}

fn unreviewed(grant: &Grant, judged_on: Day, most: i64) -> Option<Finding> {
    let never = finding("emergency_never_reviewed", grant);
    let Some(reviewed) = grant.reviewed else {
        return Some(never);
    };
    let days = i64::from(judged_on) - i64::from(reviewed);
    (days > most).then(|| {
        never
            .day("reviewed", reviewed)
            .figure("days", days.unsigned_abs())
    })
}

/// Standing rights of somebody who is not the operator to screens that none of the holder's roles may open.
fn standing(
    companies: &Companies,
    security: &Security,
    is_live: &dyn Fn(&Grant) -> bool,
) -> (usize, Vec<Finding>) {
    let rights = security.role_screens.as_deref().unwrap_or_default();
    let live = security.grants.iter().flatten();
    let live = live.filter(|grant| grant.kind == GrantKind::Standing && is_live(grant));
    let mut findings = Vec::new();
    for grant in live.clone() {
        let account = grant.account.as_ref().and_then(|name| {
            security
                .accounts
                .iter()
                .flatten()
                .find(|account| account.account == *name)
        });
        let role = grant.role.as_ref().and_then(|name| {
            security
                .roles
                .iter()
                .flatten()
                .find(|role| role.role == *name)
        });
        let company = account.map(|it| &it.company).or(role.map(|it| &it.company));
        let side = company.and_then(|company| companies.side(company));
        if !matches!(side, Some(Side::Retail | Side::Affiliate)) {
            continue;
        }
        let has = |role: &str| match account {
            Some(account) => account.roles.contains(role),
            None => grant.role.as_deref() == Some(role),
        };
        let may_open: BTreeSet<&str> = rights
            .iter()
            .filter(|right| has(&right.role))
            .map(|right| right.screen.as_str())
            .collect();
        let beyond = match &grant.screens {
            Some(Names::These(screens)) => {
                let beyond = screens
                    .iter()
                    .map(String::as_str)
                    .filter(|screen| !may_open.contains(screen));
                beyond.collect::<Vec<_>>().join(", ")
            }
            Some(Names::Every) | None => "*".to_owned(),
        };
        if !beyond.is_empty() {
            let finding = finding("standing_right_of_other_company", grant).of("screens", &beyond);
            findings.push(match company {
                Some(company) => finding.of("company", company),
                None => finding,
            });
        }
    }
    (live.count(), findings)
}
