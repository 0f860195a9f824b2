//! Whether a grant stays within its declaration: time, tables, fields, area.

use jiff::Timestamp;

use crate::finding::{ReviewFinding, ReviewRule};
use crate::register::{Area, Declaration, EmergencyRegister, Grant, Window};

const DAY_SECONDS: i64 = 86_400;

/// Everything that is wrong with a declaration by itself.
pub(crate) fn of_declaration(
    name: &str,
    declaration: &Declaration,
    most_days: u32,
) -> Vec<ReviewFinding> {
    let mut found = Vec::new();
    let what = format!("declaration `{name}`");
    if declaration.window.until.is_none() {
        let message = format!("{what} has no end (`until`)");
        found.push(ReviewFinding::new(
            ReviewRule::DeclarationWithoutEnd,
            name,
            message,
        ));
    }
    length(name, &what, &declaration.window, most_days, &mut found);
    for area in &declaration.areas {
        empty(name, &what, area, &mut found);
    }
    found
}

/// Everything that is wrong with a grant, held against its declaration.
pub(crate) fn of_grant(
    name: &str,
    grant: &Grant,
    register: &EmergencyRegister,
) -> Vec<ReviewFinding> {
    let mut found = Vec::new();
    let what = format!("grant `{name}`");
    if grant.window.until.is_none() {
        let message = format!("{what} has no end (`until`)");
        found.push(ReviewFinding::new(
            ReviewRule::GrantWithoutEnd,
            name,
            message,
        ));
    }
    length(name, &what, &grant.window, register.most_days, &mut found);
    let Some(declaration) = register.declarations.get(&grant.declaration) else {
        let message = format!("{what} names a declaration that the register does not have");
        found.push(ReviewFinding::new(
            ReviewRule::WiderThanDeclaration,
            name,
            message,
        ));
        return found;
    };
    let mut wider = |what: String| {
        let message = format!(
            "grant `{name}` is wider than its declaration `{}`: {what}",
            grant.declaration
        );
        found.push(ReviewFinding::new(
            ReviewRule::WiderThanDeclaration,
            name,
            message,
        ));
    };
    if grant.window.from < declaration.window.from {
        wider("it begins before".to_owned());
    }
    if let Some(end) = declaration.window.until
        && grant.window.until.is_none_or(|until| until > end)
    {
        wider("it ends after".to_owned());
    }
    for area in &grant.areas {
        let table = area.table.escape_debug();
        let Some(declared) = declaration.areas.iter().find(|it| it.table == area.table) else {
            wider(format!("table `{table}` was not declared"));
            continue;
        };
        for column in area
            .columns
            .iter()
            .filter(|it| !declared.columns.contains(it))
        {
            wider(format!(
                "field `{}` of table `{table}` was not declared",
                column.escape_debug()
            ));
        }
        for condition in &declared.conditions {
            if !area.conditions.iter().any(|it| it.is_within(condition)) {
                wider(format!(
                    "the area of table `{table}`, by `{}`",
                    condition.column.escape_debug()
                ));
            }
        }
    }
    for area in &grant.areas {
        empty(name, &what, area, &mut found);
    }
    found
}

fn length(name: &str, what: &str, window: &Window, most_days: u32, found: &mut Vec<ReviewFinding>) {
    let Some(until) = window.until else {
        return;
    };
    let seconds = until.as_second().saturating_sub(window.from.as_second());
    if seconds > i64::from(most_days) * DAY_SECONDS {
        let message = format!("{what} is longer than {most_days} days (`most_days`)");
        found.push(ReviewFinding::new(
            ReviewRule::LongerThanLimit,
            name,
            message,
        ));
    }
}

fn empty(name: &str, what: &str, area: &Area, found: &mut Vec<ReviewFinding>) {
    if area.conditions.is_empty() {
        let message = format!(
            "{what} names no area of table `{}`: it is the whole table",
            area.table.escape_debug()
        );
        found.push(ReviewFinding::new(ReviewRule::AreaEmpty, name, message));
    }
}

impl Window {
    /// Whether a moment lies in it.
    #[must_use]
    pub fn holds(&self, moment: Timestamp) -> bool {
        self.from <= moment && self.until.is_none_or(|until| moment < until)
    }
}
