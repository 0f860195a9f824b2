//! The rows of the system's tables, typed.

use std::collections::BTreeSet;

use bunri_types::Day;

use crate::Moment;

/// A screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// Its name.
    pub screen: String,
    /// The system that it is of, such as the dispatch system.
    pub system: Option<String>,
    /// Whether the system shows retail nothing there but points that retail supplies.
    pub own_only: bool,
}

/// An item on a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreenField {
    /// The screen.
    pub screen: String,
    /// Its name there.
    pub field: String,
    /// The table and the column of the legacy database that it shows; [`None`]: the dictionary names none.
    pub shows: Option<(String, String)>,
    /// Whether it is masked.
    pub masked: bool,
}

/// A way from a screen to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transition {
    /// From this screen …
    pub from: String,
    /// … by this key …
    pub key: String,
    /// … to that one.
    pub to: String,
    /// Whether the system asks there whether the role may open it.
    pub checked: bool,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub role: String,
    /// Of which company those are who have it.
    pub company: String,
}

/// A screen that a role may open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleScreen {
    /// The role.
    pub role: String,
    /// The screen.
    pub screen: String,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// By which it signs in.
    pub account: String,
    /// Whose it is; never told.
    pub owner: Option<String>,
    /// For which company it is.
    pub company: String,
    /// And for which department.
    pub department: Option<String>,
    /// Its roles.
    pub roles: BTreeSet<String>,
    /// Whether several people use it, if the system says so.
    pub shared: Option<bool>,
    /// Whether nobody can sign in with it.
    pub locked: bool,
    /// When its password was set.
    pub password_set: Option<Day>,
}

/// Somebody changed the post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Who; never told.
    pub person: String,
    /// From this company …
    pub from_company: String,
    /// … and department …
    pub from_department: Option<String>,
    /// … to that company …
    pub to_company: String,
    /// … and department …
    pub to_department: Option<String>,
    /// … on this day: the first at the new post.
    pub date: Day,
}

/// Names, or all that there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Names {
    /// All.
    Every,
    /// These.
    These(BTreeSet<String>),
}

/// What kind of right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantKind {
    /// For an emergency.
    Emergency,
    /// For good.
    Standing,
}

/// A right beside those of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its name.
    pub grant: String,
    /// The account that has it …
    pub account: Option<String>,
    /// … or the role.
    pub role: Option<String>,
    /// What kind.
    pub kind: GrantKind,
    /// Screens that it opens; [`None`]: the system does not say.
    pub screens: Option<Names>,
    /// Columns that it shows; [`None`]: the system does not say.
    pub columns: Option<Names>,
    /// Where; [`None`]: everywhere, or the system does not say.
    pub area: Option<String>,
    /// Since when.
    pub from: Moment,
    /// Until when; [`None`]: no end.
    pub until: Option<Moment>,
    /// The declared emergency that it is for.
    pub declaration: Option<String>,
    /// When somebody last looked whether it is needed.
    pub reviewed: Option<Day>,
}

/// A declared emergency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Its name.
    pub declaration: String,
    /// Where; [`None`]: the system does not say.
    pub area: Option<Names>,
    /// From when …
    pub from: Moment,
    /// … until when.
    pub until: Moment,
    /// What may be read; [`None`]: the system does not say.
    pub columns: Option<Names>,
}

/// A terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// Its name.
    pub terminal: String,
    /// Whose it is.
    pub company: String,
    /// Where it stands; [`None`]: nobody knows.
    pub room: Option<String>,
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Its name.
    pub room: String,
    /// Whose it is.
    pub company: String,
}

/// Somebody signed in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Login {
    /// With this account …
    pub account: String,
    /// … on this terminal.
    pub terminal: String,
    /// When.
    pub at: Moment,
}

/// A request to switch a point.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SwitchingRequest {
    /// The day on which it was made.
    pub date: Day,
    /// Of this point; never told.
    pub point: String,
    /// To this retailer, by its code.
    pub retailer: String,
}
