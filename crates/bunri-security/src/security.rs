//! All tables of a system together. Names that one takes from another are looked up where a wrong one would make a check look at
//! less than there is: an unknown screen or role refuses the system. Accounts, terminals and rooms that no table lists are
//! findings, because real systems have them.

use std::collections::{BTreeMap, BTreeSet};

use bunri_text::{Problem, Problems, did_you_mean};
use bunri_types::Day;

use crate::file::{ColumnMap, IncidentFile, TableFile};
use crate::model::{
    Account, Declaration, Grant, GrantKind, Login, Names, Role, RoleScreen, Room, Screen,
    ScreenField, SwitchingRequest, Terminal, Transfer, Transition,
};
use crate::moment::{DayEnd, parse_day, parse_moment};
use crate::rows::{RawRow, for_each_row};
use crate::tables::{Field, Need, TableSpec};
use crate::{Moment, SecurityError, TableName};

/// So many mistakes are told; a table with more has another disease.
const MOST_PROBLEMS: usize = 50;

/// The tables of a system; [`None`]: the incident file does not name the table. The switching requests, the areas of points and the
/// access log are not among them: they are as large as the system, and are read row by row ([`typed_rows`]).
#[derive(Debug, Clone, Default)]
pub struct Security {
    /// Screens.
    pub screens: Option<Vec<Screen>>,
    /// Items on screens.
    pub screen_fields: Option<Vec<ScreenField>>,
    /// Ways from a screen to another.
    pub transitions: Option<Vec<Transition>>,
    /// Roles.
    pub roles: Option<Vec<Role>>,
    /// Which screens a role may open.
    pub role_screens: Option<Vec<RoleScreen>>,
    /// Accounts.
    pub accounts: Option<Vec<Account>>,
    /// People who changed their post.
    pub transfers: Option<Vec<Transfer>>,
    /// Rights beside those of roles.
    pub grants: Option<Vec<Grant>>,
    /// Declared emergencies.
    pub declarations: Option<Vec<Declaration>>,
    /// Terminals.
    pub terminals: Option<Vec<Terminal>>,
    /// Rooms.
    pub rooms: Option<Vec<Room>>,
    /// Who signed in where.
    pub logins: Option<Vec<Login>>,
}

/// A row whose cells are asked for by the names of fields; what is wrong with it is kept and told with the rest.
pub struct TypedRow<'a> {
    row: &'a RawRow<'a>,
    file: &'a TableFile,
    spec: &'static TableSpec,
    clock: i32,
    problems: &'a mut Vec<Problem>,
}

impl TypedRow<'_> {
    /// Says what is wrong with this row.
    pub fn refuse(&mut self, message: &str) {
        self.problems.push(self.row.at.problem(message));
    }

    fn cell(&mut self, field: &str) -> Option<(&str, &ColumnMap, &'static Field)> {
        let place = self.spec.field(field)?;
        let described = &self.spec.fields[place];
        let map = self.file.columns[place].as_ref()?;
        let Some(text) = self.row.cells[place].as_deref() else {
            if described.need == Need::Filled {
                self.refuse(&format!("`{}` is empty", map.column));
            }
            return None;
        };
        Some((text, map, described))
    }

    /// A name; [`None`]: there is none.
    pub fn name(&mut self, field: &str) -> Option<String> {
        self.cell(field).map(|(text, ..)| text.to_owned())
    }

    fn parsed<T>(
        &mut self,
        field: &str,
        what: &str,
        parse: impl FnOnce(&str, &ColumnMap) -> Option<T>,
    ) -> Option<T> {
        let (text, map, _) = self.cell(field)?;
        let value = parse(text, map);
        if value.is_none() {
            // The cell's own text is never told.
            let message = format!("`{}` is not {what}", map.column);
            self.refuse(&message);
        }
        value
    }

    /// Yes or no.
    pub fn truth(&mut self, field: &str) -> Option<bool> {
        self.parsed(
            field,
            "one of the words that the incident file has for yes and no",
            |text, map| {
                let yes = map.yes.iter().any(|word| word == text);
                (yes || map.no.iter().any(|word| word == text)).then_some(yes)
            },
        )
    }

    /// A day.
    pub fn day(&mut self, field: &str) -> Option<Day> {
        self.parsed(field, DAY, |text, map| {
            match map.open.iter().any(|open| open == text) {
                true => Some(None),
                false => parse_day(text).map(Some),
            }
        })
        .flatten()
    }

    /// A moment; a day is its begin.
    pub fn from(&mut self, field: &str) -> Option<Moment> {
        let clock = self.clock;
        self.parsed(field, DAY, |text, _| {
            parse_moment(text, clock, DayEnd::Begin)
        })
    }

    /// An end; a day is its last moment.
    pub fn until(&mut self, field: &str) -> Option<Moment> {
        let clock = self.clock;
        self.parsed(field, DAY, |text, map| {
            match map.open.iter().any(|open| open == text) {
                true => Some(None),
                false => parse_moment(text, clock, DayEnd::End).map(Some),
            }
        })
        .flatten()
    }

    /// A whole number.
    pub fn number(&mut self, field: &str) -> Option<u64> {
        self.parsed(field, "a whole number", |text, _| text.parse().ok())
    }

    /// Names of one cell.
    pub fn names(&mut self, field: &str) -> Option<Names> {
        let (text, map, _) = self.cell(field)?;
        if map.every.iter().any(|word| word == text) {
            return Some(Names::Every);
        }
        let names = text.split(map.separator.as_str()).map(str::trim);
        let names = names.filter(|name| !name.is_empty()).map(str::to_owned);
        Some(Names::These(names.collect()))
    }

    fn grant_kind(&mut self, field: &str) -> Option<GrantKind> {
        self.parsed(
            field,
            "one of the words that the incident file has for kinds of rights",
            |text, map| {
                let is = |words: &[String]| words.iter().any(|word| word == text);
                match (is(&map.emergency), is(&map.standing)) {
                    (true, _) => Some(GrantKind::Emergency),
                    (false, true) => Some(GrantKind::Standing),
                    (false, false) => None,
                }
            },
        )
    }
}

const DAY: &str =
    "a day such as 2026-04-01, 2026/4/1 or 20260401, with a time behind it or without";

/// Gives every row of a table to `each`, typed; rows in which something is wrong are collected and refused together.
///
/// # Errors
/// A table that cannot be read, and every row with something wrong.
pub fn typed_rows(
    file: &TableFile,
    spec: &'static TableSpec,
    clock: i32,
    each: &mut dyn FnMut(&mut TypedRow<'_>),
) -> Result<u64, SecurityError> {
    let mut problems = Vec::new();
    let mut rows = 0;
    for_each_row(file, spec, &mut |row| {
        rows += 1;
        each(&mut TypedRow {
            row,
            file,
            spec,
            clock,
            problems: &mut problems,
        });
        if problems.len() > MOST_PROBLEMS {
            return Err(Problems(std::mem::take(&mut problems)).into());
        }
        Ok(())
    })?;
    if problems.is_empty() {
        Ok(rows)
    } else {
        Err(Problems(problems).into())
    }
}

/// Reads tables of one system.
struct Tables<'a> {
    incidents: &'a IncidentFile,
    wanted: &'a [TableName],
    counts: BTreeMap<String, u64>,
}

impl Tables<'_> {
    /// The rows of a table that is named and wanted; no key twice, and every company on a side.
    fn of<T>(
        &mut self,
        table: TableName,
        companies: &[&str],
        make: &dyn Fn(&mut TypedRow<'_>) -> Option<T>,
    ) -> Result<Option<Vec<T>>, SecurityError> {
        let file = self.incidents.tables.get(&table);
        let Some(file) = file.filter(|_| self.wanted.contains(&table)) else {
            return Ok(None);
        };
        let spec = table.spec();
        let (mut rows, mut keys) = (Vec::new(), BTreeSet::new());
        let count = typed_rows(file, spec, self.incidents.clock, &mut |row| {
            let made = make(row);
            let key: Vec<Option<String>> = spec
                .key
                .iter()
                .map(|field| {
                    spec.field(field)
                        .and_then(|place| row.row.cells[place].clone())
                })
                .collect();
            if !key.is_empty() && !keys.insert(key) {
                row.refuse(&format!("another row has the same {}", spec.key.join(", ")));
            }
            for field in companies {
                let known = |name: &String| self.incidents.companies.side(name).is_none();
                if let Some(name) = row.name(field).filter(known) {
                    row.refuse(&format!(
                        "`{name}` is no company of the incident file: name it in `[companies]`, on its side"
                    ));
                }
            }
            rows.extend(made);
        })?;
        self.counts.insert(spec.name.to_owned(), count);
        Ok(Some(rows))
    }
}

impl Security {
    /// Reads the tables that are wanted and named, with the number of rows of each.
    ///
    /// # Errors
    /// What cannot be read, and everything that does not fit.
    pub fn read(
        incidents: &IncidentFile,
        wanted: &[TableName],
    ) -> Result<(Self, BTreeMap<String, u64>), SecurityError> {
        let mut tables = Tables {
            incidents,
            wanted,
            counts: BTreeMap::new(),
        };
        let security = Self {
            screens: tables.of(TableName::Screens, &[], &screen)?,
            screen_fields: tables.of(TableName::ScreenFields, &[], &screen_field)?,
            transitions: tables.of(TableName::Transitions, &[], &transition)?,
            roles: tables.of(TableName::Roles, &["company"], &role)?,
            role_screens: tables.of(TableName::RoleScreens, &[], &role_screen)?,
            accounts: tables.of(TableName::Accounts, &["company"], &account)?,
            transfers: tables.of(
                TableName::Transfers,
                &["from_company", "to_company"],
                &transfer,
            )?,
            grants: tables.of(TableName::Grants, &[], &grant)?,
            declarations: tables.of(TableName::Declarations, &[], &declaration)?,
            terminals: tables.of(TableName::Terminals, &["company"], &terminal)?,
            rooms: tables.of(TableName::Rooms, &["company"], &room)?,
            logins: tables.of(TableName::Logins, &[], &login)?,
        };
        security.refuse_unknown(incidents)?;
        Ok((security, tables.counts))
    }

    /// Screens and roles that somebody names and no table lists.
    fn refuse_unknown(&self, incidents: &IncidentFile) -> Result<(), SecurityError> {
        let mut problems = Vec::new();
        let path = |table: TableName| incidents.tables.get(&table).map(TableFile::path);
        let mut look =
            |table: TableName, what: &str, known: Option<&BTreeSet<&str>>, name: &str| {
                let Some(known) = known.filter(|known| !known.contains(name)) else {
                    return;
                };
                let message = format!(
                    "`{}` names the {what} `{name}`, which `{what}s` does not list",
                    table.word()
                );
                let hint = did_you_mean(name, known.iter().copied());
                let path = path(table).unwrap_or(&incidents.path);
                problems.push(Problem::at(path, None, message).suggesting(hint));
            };
        let screens = self.screens.as_ref().map(|screens| {
            screens
                .iter()
                .map(|screen| screen.screen.as_str())
                .collect::<BTreeSet<_>>()
        });
        let roles = self.roles.as_ref().map(|roles| {
            roles
                .iter()
                .map(|role| role.role.as_str())
                .collect::<BTreeSet<_>>()
        });
        let (screens, roles) = (screens.as_ref(), roles.as_ref());
        for field in self.screen_fields.iter().flatten() {
            look(TableName::ScreenFields, "screen", screens, &field.screen);
        }
        for way in self.transitions.iter().flatten() {
            look(TableName::Transitions, "screen", screens, &way.from);
            look(TableName::Transitions, "screen", screens, &way.to);
        }
        for right in self.role_screens.iter().flatten() {
            look(TableName::RoleScreens, "screen", screens, &right.screen);
            look(TableName::RoleScreens, "role", roles, &right.role);
        }
        for role in self
            .accounts
            .iter()
            .flatten()
            .flat_map(|account| &account.roles)
        {
            look(TableName::Accounts, "role", roles, role);
        }
        for grant in self.grants.iter().flatten() {
            if let Some(role) = &grant.role {
                look(TableName::Grants, "role", roles, role);
            }
            if let Some(Names::These(names)) = &grant.screens {
                for name in names {
                    look(TableName::Grants, "screen", screens, name);
                }
            }
        }
        problems.dedup();
        problems.truncate(MOST_PROBLEMS);
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Problems(problems).into())
        }
    }
}

fn screen(row: &mut TypedRow<'_>) -> Option<Screen> {
    let system = row.name("system");
    let own_only = row.truth("own_only").unwrap_or(false);
    Some(Screen {
        screen: row.name("screen")?,
        system,
        own_only,
    })
}

fn screen_field(row: &mut TypedRow<'_>) -> Option<ScreenField> {
    let shows = match (row.name("table"), row.name("column")) {
        (Some(table), Some(column)) => Some((table, column)),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            row.refuse("a table without a column, or a column without its table");
            None
        }
    };
    let masked = row.truth("masked");
    Some(ScreenField {
        screen: row.name("screen")?,
        field: row.name("field")?,
        shows,
        masked: masked?,
    })
}

fn transition(row: &mut TypedRow<'_>) -> Option<Transition> {
    let checked = row.truth("checked").unwrap_or(false);
    Some(Transition {
        from: row.name("from")?,
        key: row.name("key")?,
        to: row.name("to")?,
        checked,
    })
}

fn role(row: &mut TypedRow<'_>) -> Option<Role> {
    let company = row.name("company");
    Some(Role {
        role: row.name("role")?,
        company: company?,
    })
}

fn role_screen(row: &mut TypedRow<'_>) -> Option<RoleScreen> {
    let screen = row.name("screen");
    Some(RoleScreen {
        role: row.name("role")?,
        screen: screen?,
    })
}

fn account(row: &mut TypedRow<'_>) -> Option<Account> {
    let roles = match row.names("roles") {
        Some(Names::These(roles)) => roles,
        Some(Names::Every) => {
            row.refuse("an account has roles by name, not all of them");
            BTreeSet::new()
        }
        None => BTreeSet::new(),
    };
    let (owner, department) = (row.name("owner"), row.name("department"));
    let (shared, locked) = (row.truth("shared"), row.truth("locked"));
    let password_set = row.day("password_set");
    Some(Account {
        account: row.name("account")?,
        owner,
        company: row.name("company")?,
        department,
        roles,
        shared,
        locked: locked.unwrap_or(false),
        password_set,
    })
}

fn transfer(row: &mut TypedRow<'_>) -> Option<Transfer> {
    let (from_department, to_department) = (row.name("from_department"), row.name("to_department"));
    let date = row.day("date");
    Some(Transfer {
        person: row.name("person")?,
        from_company: row.name("from_company")?,
        from_department,
        to_company: row.name("to_company")?,
        to_department,
        date: date?,
    })
}

fn grant(row: &mut TypedRow<'_>) -> Option<Grant> {
    let (account, role) = (row.name("account"), row.name("role"));
    if account.is_none() == role.is_none() {
        row.refuse("a right is of an account or of a role: one of them, and not both");
    }
    let (screens, columns, area) = (row.names("screens"), row.names("columns"), row.name("area"));
    let (from, until, kind) = (row.from("from"), row.until("until"), row.grant_kind("kind"));
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        row.refuse("the right ends before it begins");
    }
    let (declaration, reviewed) = (row.name("declaration"), row.day("reviewed"));
    Some(Grant {
        grant: row.name("grant")?,
        account,
        role,
        kind: kind?,
        screens,
        columns,
        area,
        from: from?,
        until,
        declaration,
        reviewed,
    })
}

fn declaration(row: &mut TypedRow<'_>) -> Option<Declaration> {
    let (area, columns) = (row.names("area"), row.names("columns"));
    let (from, until) = (row.from("from"), row.until("until"));
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        row.refuse("the emergency ends before it begins");
    }
    Some(Declaration {
        declaration: row.name("declaration")?,
        area,
        from: from?,
        until: until?,
        columns,
    })
}

fn terminal(row: &mut TypedRow<'_>) -> Option<Terminal> {
    let (company, room) = (row.name("company"), row.name("room"));
    Some(Terminal {
        terminal: row.name("terminal")?,
        company: company?,
        room,
    })
}

fn room(row: &mut TypedRow<'_>) -> Option<Room> {
    let company = row.name("company");
    Some(Room {
        room: row.name("room")?,
        company: company?,
    })
}

fn login(row: &mut TypedRow<'_>) -> Option<Login> {
    let (terminal, at) = (row.name("terminal"), row.from("at"));
    Some(Login {
        account: row.name("account")?,
        terminal: terminal?,
        at: at?,
    })
}

/// A row of the switching requests.
pub fn switching_request(row: &mut TypedRow<'_>) -> Option<SwitchingRequest> {
    let (date, retailer) = (row.day("date"), row.name("retailer"));
    Some(SwitchingRequest {
        date: date?,
        point: row.name("point")?,
        retailer: retailer?,
    })
}
