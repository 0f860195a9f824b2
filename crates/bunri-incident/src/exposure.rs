//! `bunri incident exposure`: the legacy screen dictionary against the classes of the catalogue (type A of the deck).

use std::collections::{BTreeMap, BTreeSet};

use bunri_catalogue::Catalogue;
use bunri_security::{
    Command, Finding, IncidentFile, Outcome, Security, SecurityError, Side, TableName,
};

use crate::desk::{Desk, Needs, Seen};
use crate::sight::{Dictionary, is_judged};
use crate::ways::Ways;

/// The tables that it reads.
pub const EXPOSURE_TABLES: [TableName; 5] = [
    TableName::Screens,
    TableName::ScreenFields,
    TableName::Transitions,
    TableName::Roles,
    TableName::RoleScreens,
];

/// A role, whose it is, and what it may open.
struct RoleSight<'a> {
    role: &'a str,
    side: Side,
    may_open: BTreeSet<&'a str>,
}

/// Holds the screens against the catalogue.
///
/// # Errors
/// Items that show what the catalogue does not have.
pub fn exposure(
    incidents: &IncidentFile,
    catalogue: &Catalogue,
    security: &Security,
    tables: BTreeMap<String, u64>,
) -> Result<Outcome, SecurityError> {
    let screens = security.screens.as_deref().unwrap_or_default();
    let fields = security.screen_fields.as_deref().unwrap_or_default();
    let dictionary = Dictionary::new(incidents, catalogue, screens, fields)?;
    let roles = roles(incidents, security);
    let opened_by = opened_by(&roles);
    let mut desk = Desk::new(incidents);
    let of_items = [
        Needs::Table(TableName::Screens),
        Needs::Table(TableName::ScreenFields),
        Needs::Table(TableName::Roles),
        Needs::Table(TableName::RoleScreens),
    ];
    desk.look("field_unmasked", &of_items, |_| {
        unmasked(&dictionary, &opened_by)
    });
    desk.look("field_of_conditional_class", &of_items, |_| {
        conditional(&dictionary, &opened_by)
    });
    desk.look("field_without_column", &of_items, |_| {
        let of_others = opened_by.keys().filter(|(_, side)| *side != Side::Operator);
        let judged = of_others
            .map(|(screen, _)| *screen)
            .collect::<BTreeSet<_>>();
        let of_them = fields
            .iter()
            .filter(|field| judged.contains(field.screen.as_str()) && !field.masked);
        let unknown = of_them
            .clone()
            .filter(|field| field.shows.is_none())
            .count();
        match unknown {
            0 => Ok((of_them.count(), Vec::new())),
            unknown => Err(format!(
                "the dictionary does not say of {unknown} unmasked items which column they show"
            )),
        }
    });
    let of_ways = [
        Needs::Table(TableName::Screens),
        Needs::Table(TableName::Transitions),
        Needs::Table(TableName::Roles),
        Needs::Table(TableName::RoleScreens),
    ];
    let transitions = security.transitions.as_deref().unwrap_or_default();
    desk.look("screen_reached", &of_ways, |_| {
        reached(&dictionary, &roles, &Ways::new(transitions))
    });
    Ok(desk.outcome(Command::Exposure, tables))
}

fn roles<'a>(incidents: &IncidentFile, security: &'a Security) -> Vec<RoleSight<'a>> {
    let rights = security.role_screens.as_deref().unwrap_or_default();
    let roles = security.roles.as_deref().unwrap_or_default();
    let sight = |role: &'a bunri_security::model::Role| {
        let of_role = rights.iter().filter(|right| right.role == role.role);
        Some(RoleSight {
            role: &role.role,
            side: incidents.companies.side(&role.company)?,
            may_open: of_role.map(|right| right.screen.as_str()).collect(),
        })
    };
    roles.iter().filter_map(sight).collect()
}

/// How many roles of each judged side may open a screen.
fn opened_by<'a>(roles: &[RoleSight<'a>]) -> BTreeMap<(&'a str, Side), u64> {
    let mut opened = BTreeMap::new();
    for role in roles.iter().filter(|role| is_judged(role.side)) {
        for screen in &role.may_open {
            *opened.entry((*screen, role.side)).or_default() += 1;
        }
    }
    opened
}

fn unmasked(dictionary: &Dictionary<'_>, opened_by: &BTreeMap<(&str, Side), u64>) -> Seen {
    let (mut looked_at, mut findings) = (0, Vec::new());
    for ((screen, side), roles) in opened_by {
        looked_at += dictionary.shown(screen);
        for (shown, exposed) in dictionary.exposed(screen, *side) {
            let mut finding = Finding::new("field_unmasked")
                .of("screen", screen)
                .of("field", &shown.field.field)
                .of("column", &shown.column)
                .of("side", side.word())
                .figure("roles", *roles);
            finding.exposed.push(exposed);
            findings.push(finding);
        }
    }
    Ok((looked_at, findings))
}

/// The dictionary does not say which rows a screen shows, so a class that depends on the row is judged at its loosest.
fn conditional(dictionary: &Dictionary<'_>, opened_by: &BTreeMap<(&str, Side), u64>) -> Seen {
    let of_retail = || opened_by.keys().filter(|(_, side)| *side != Side::Operator);
    let conditional: usize = of_retail()
        .map(|(screen, _)| dictionary.conditional(screen))
        .sum();
    if conditional > 0 {
        return Err(format!(
            "{conditional} unmasked items have classes that the row's values make stricter ([[when]] of the catalogue), and the \
             dictionary does not say which rows a screen shows"
        ));
    }
    Ok((
        of_retail()
            .map(|(screen, _)| dictionary.shown(screen))
            .sum(),
        Vec::new(),
    ))
}

fn reached(dictionary: &Dictionary<'_>, roles: &[RoleSight<'_>], ways: &Ways<'_>) -> Seen {
    let mut findings = Vec::new();
    for role in roles {
        for (screen, path) in ways.open(&role.may_open) {
            let exposed = dictionary.exposed(screen, role.side);
            let mut finding = Finding::new("screen_reached")
                .of("role", role.role)
                .of("side", role.side.word())
                .of("screen", screen)
                .figure("keys", path.len() as u64);
            finding.path = path;
            finding.exposed = exposed.into_iter().map(|(_, exposed)| exposed).collect();
            finding.exposed.sort();
            finding.exposed.dedup();
            findings.push(finding);
        }
    }
    Ok((roles.len(), findings))
}
