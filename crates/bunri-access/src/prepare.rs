//! From the incident file and the operator's tables to what a line is asked with: names become numbers, rights and declarations become
//! windows, and a rule for which a table or a number is missing is left out, with the reason.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use bunri_security::file::{ColumnMap, Place as TablePlace, TableFile};
use bunri_security::file::{LogPlace, Times};
use bunri_security::model::{Account as AccountRow, Grant, GrantKind, Names as Named};
use bunri_security::outcome::LEFT_OUT;
use bunri_security::security::{switching_request, typed_rows};
use bunri_security::tables::ACCESS_LOG;
use bunri_security::{AccessLog, IncidentFile, Security, SecurityError, TableName};
use bunri_types::Day;

use crate::error::AccessError;
use crate::form::{Field, FieldNames, Layout, Log, Place};
use crate::known::{Account, Emergency, Guarded, Known, Names, Numbers, Terminal};
use crate::pattern::{Pattern, PatternError};
use crate::points::PointsBuilder;
use crate::rules::{Rule, Terms};
use crate::time::{TimeForm, japan_midnight};

/// The tables that are asked.
pub const TABLES: [TableName; 9] = [
    TableName::Screens,
    TableName::Roles,
    TableName::RoleScreens,
    TableName::Accounts,
    TableName::Transfers,
    TableName::Grants,
    TableName::Declarations,
    TableName::Terminals,
    TableName::Rooms,
];

/// Why a log cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The incident file has no log.
    #[error("the incident file has no `[access_log]`")]
    NoLog,
    /// Its pattern is none.
    #[error("`pattern` of `[access_log]`: {0}")]
    Pattern(#[from] PatternError),
    /// No file of the log is called so.
    #[error("`{}`: the log has no file of this name", .0.display())]
    NoFile(PathBuf),
    /// A folder of the log cannot be listed.
    #[error("`{}`: the folder cannot be listed", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A table cannot be read.
    #[error(transparent)]
    Security(#[from] SecurityError),
    /// More than may be held.
    #[error(transparent)]
    Access(#[from] AccessError),
}

/// What is known beside the tables of the security system.
pub struct Beside<'a> {
    /// The columns of the legacy database, as `table.column`, and whether each is guarded.
    pub columns: &'a [(String, Guarded)],
    /// Whether a code was the incumbent retailer's on a day.
    pub incumbent: &'a dyn Fn(&str, Day) -> bool,
}

/// What a log is looked through with.
#[derive(Debug)]
pub struct Prepared {
    /// The log.
    pub log: Log,
    /// What is known.
    pub known: Known,
    /// What is looked for.
    pub terms: Terms,
}

/// Puts it together. `points` has whose each point was already.
///
/// # Errors
/// [`PrepareError`].
pub fn prepare(
    incidents: &IncidentFile,
    security: &Security,
    mut points: PointsBuilder,
    beside: &Beside<'_>,
) -> Result<Prepared, PrepareError> {
    let access = incidents.access_log.as_ref().ok_or(PrepareError::NoLog)?;
    let log = log(access, incidents)?;
    let mut terms = terms(incidents, security, access);
    let mut known = Known::default();
    add_companies(&mut known, incidents);
    let systems = access.dispatch.iter().flat_map(|it| &it.systems);
    let systems: BTreeSet<&String> = systems.collect();
    for row in security.screens.iter().flatten() {
        let number = known.screens.number(&row.screen);
        if row.system.as_ref().is_some_and(|it| systems.contains(it)) {
            known.dispatch.insert(number);
        }
    }
    for (name, guarded) in beside.columns {
        known.columns.number(name);
        known.guarded.push(*guarded);
    }
    let list = columns_map(access);
    known.separator = list.map_or_else(|| ",".to_owned(), |it| it.separator.clone());
    known.every_column = list.map_or_else(Vec::new, |it| it.every.clone());
    add_terminals(&mut known, security, access);
    add_accounts(&mut known, incidents, security, access);
    known.actions = words(&access.actions);
    known.searches = words(&access.searches);
    add_areas(&mut known, &mut points, incidents, &mut terms)?;
    add_requests(&mut points, incidents, beside)?;
    known.points = points.build();
    Ok(Prepared { log, known, terms })
}

fn words<T: Copy>(words: &BTreeMap<String, T>) -> HashMap<Vec<u8>, T> {
    let words = words.iter();
    words
        .map(|(word, meaning)| (word.clone().into_bytes(), *meaning))
        .collect()
}

fn log(access: &AccessLog, incidents: &IncidentFile) -> Result<Log, PrepareError> {
    let (place, maps, nil) = match &access.place {
        LogPlace::Table(TableFile { place, columns }) => {
            let names = field_names(columns);
            let place = match place {
                TablePlace::Csv {
                    paths,
                    encoding,
                    delimiter,
                } => Place::Files {
                    files: files(paths)?,
                    layout: Layout::Delimited {
                        delimiter: *delimiter,
                        quote: Some(b'"'),
                        columns: None,
                        names,
                    },
                    encoding: *encoding,
                },
                TablePlace::Sqlite { path, table } => Place::Table {
                    database: path.clone(),
                    table: table.clone(),
                    names,
                },
            };
            (place, columns, None)
        }
        LogPlace::Lines {
            paths,
            encoding,
            pattern,
            keys,
        } => {
            let place = Place::Files {
                files: files(paths)?,
                layout: Layout::Pattern(Pattern::new(pattern, &field_names(keys))?),
                encoding: *encoding,
            };
            // RFC 5424 writes nothing so.
            (place, keys, Some("-"))
        }
    };
    let time = match access.times {
        Times::YearFirst => TimeForm::Year,
        Times::EpochSeconds => TimeForm::EpochSeconds,
        Times::EpochMilliseconds => TimeForm::EpochMilliseconds,
        Times::Syslog { from } => TimeForm::Syslog { from },
    };
    let mut log = Log::new(place, time, incidents.clock);
    for (field, map) in fields().zip(maps) {
        let nothing = &mut log.nothing[field as usize];
        nothing.extend(nil.map(str::to_owned));
        nothing.extend(map.iter().flat_map(|map| map.nothing.iter().cloned()));
    }
    Ok(log)
}

/// The fields in the order of the incident file's.
fn fields() -> impl Iterator<Item = Field> {
    let named = |spec: &bunri_security::tables::Field| Field::of_word(spec.name);
    ACCESS_LOG.fields.iter().filter_map(named)
}

fn field_names(maps: &[Option<ColumnMap>]) -> FieldNames {
    let named = fields().zip(maps);
    named
        .filter_map(|(field, map)| Some((field, map.as_ref()?.column.clone())))
        .collect()
}

fn columns_map(access: &AccessLog) -> Option<&ColumnMap> {
    let maps = match &access.place {
        LogPlace::Table(table) => &table.columns,
        LogPlace::Lines { keys, .. } => keys,
    };
    let place = ACCESS_LOG.field(Field::Columns.word())?;
    maps.get(place)?.as_ref()
}

/// The files of a log: those that are named, and those of a pattern by the order of their names.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, PrepareError> {
    let mut files = Vec::new();
    for path in paths {
        let pattern = path.file_name().and_then(|name| name.to_str());
        let Some(pattern) = pattern.filter(|name| name.contains('*')) else {
            files.push(path.clone());
            continue;
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        let listed = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        let wrong = |source| PrepareError::Folder {
            path: listed.to_owned(),
            source,
        };
        let mut found = BTreeSet::new();
        for entry in std::fs::read_dir(listed).map_err(wrong)? {
            let name = entry.map_err(wrong)?.file_name();
            if name.to_str().is_some_and(|name| is_called(pattern, name)) {
                found.insert(folder.join(name));
            }
        }
        if found.is_empty() {
            return Err(PrepareError::NoFile(path.clone()));
        }
        files.extend(found);
    }
    Ok(files)
}

/// Whether a name is of a pattern, in which `*` stands for any characters.
fn is_called(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(name) = name.strip_prefix(first) else {
        return false;
    };
    let mut starts = name.char_indices().map(|(at, _)| at).chain([name.len()]);
    starts.any(|at| is_called(rest, &name[at..]))
}

fn add_companies(known: &mut Known, incidents: &IncidentFile) {
    for (company, side) in &incidents.companies.0 {
        known.companies.number(company);
        known.sides.push(*side);
    }
}

fn add_terminals(known: &mut Known, security: &Security, access: &AccessLog) {
    let rooms = security.rooms.iter().flatten();
    let rooms: BTreeMap<&str, &str> = rooms
        .map(|room| (room.room.as_str(), room.company.as_str()))
        .collect();
    let dispatch = access.dispatch.iter().flat_map(|it| &it.rooms);
    let dispatch: BTreeSet<&str> = dispatch.map(String::as_str).collect();
    for row in security.terminals.iter().flatten() {
        known.terminals.number(&row.terminal);
        let room = row.room.as_deref();
        let company = room.and_then(|room| rooms.get(room));
        known.terminal.push(Terminal {
            company: known.companies.number(&row.company),
            room: company.map(|company| known.companies.number(company)),
            dispatch: room.is_some_and(|room| dispatch.contains(room)),
        });
    }
}

fn add_accounts(
    known: &mut Known,
    incidents: &IncidentFile,
    security: &Security,
    access: &AccessLog,
) {
    let declared = security.declarations.as_ref().map(|declarations| {
        let by_name = declarations.iter().map(|it| (it.declaration.as_str(), it));
        by_name.collect::<BTreeMap<_, _>>()
    });
    let mut emergencies: Vec<(&Grant, Emergency)> = Vec::new();
    for grant in security.grants.iter().flatten() {
        if grant.kind == GrantKind::Emergency {
            let declaration = grant.declaration.as_deref();
            // The outer none: there is no table of declarations, and the right alone says what it allows.
            let declaration = declared
                .as_ref()
                .map(|declared| declaration.and_then(|name| declared.get(name).copied()));
            emergencies.push((grant, emergency(known, grant, declaration)));
        }
    }
    for row in security.accounts.iter().flatten() {
        known.accounts.number(&row.account);
        let has = |grant: &Grant| {
            grant.account.as_ref() == Some(&row.account)
                || grant
                    .role
                    .as_ref()
                    .is_some_and(|role| row.roles.contains(role))
        };
        let rights = emergencies.iter().filter(|(grant, _)| has(grant));
        let emergencies = rights.map(|(_, emergency)| emergency.clone()).collect();
        let screens = ordinary_screens(known, security, row, &has);
        let side = incidents.companies.side(&row.company);
        let left = left(security, row).map(|(day, company)| {
            let side = incidents.companies.side(company);
            (day, side.unwrap_or(bunri_security::Side::Contractor))
        });
        let account = Account {
            // Companies that no side has were refused when the tables were read.
            side: side.unwrap_or(bunri_security::Side::Contractor),
            company: known.companies.number(&row.company),
            left,
            batch: access
                .batch_roles
                .iter()
                .any(|role| row.roles.contains(role)),
            emergencies,
            screens,
        };
        known.account.push(account);
    }
}

/// Screens that the roles and the standing rights of an account open.
fn ordinary_screens(
    known: &mut Known,
    security: &Security,
    row: &AccountRow,
    has: &dyn Fn(&Grant) -> bool,
) -> Option<Numbers> {
    let roles = security.role_screens.as_ref()?;
    let of_roles = roles.iter().filter(|it| row.roles.contains(&it.role));
    let mut screens: Numbers = of_roles
        .map(|it| known.screens.number(&it.screen))
        .collect();
    let standing = security.grants.iter().flatten();
    let standing = standing.filter(|it| it.kind == GrantKind::Standing && has(it));
    for grant in standing {
        match &grant.screens {
            // Nobody says which, so that no use can be told from an ordinary one.
            None | Some(Named::Every) => {
                (0..known.screens.len()).for_each(|number| screens.insert(u32_of(number)));
            }
            Some(Named::These(names)) => {
                for name in names {
                    screens.insert(known.screens.number(name));
                }
            }
        }
    }
    Some(screens)
}

fn u32_of(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What a right and its declaration allow together. `declaration` is [`None`] where the system has no table of them.
fn emergency(
    known: &mut Known,
    grant: &Grant,
    declaration: Option<Option<&bunri_security::model::Declaration>>,
) -> Emergency {
    let (from, until) = (grant.from.0, grant.until.map_or(i64::MAX, |until| until.0));
    let window = match declaration {
        None => Some((from, until)),
        Some(None) => None,
        Some(Some(declared)) => Some((from.max(declared.from.0), until.min(declared.until.0))),
    };
    let declared = declaration.flatten();
    let these = |names: Option<&Named>| match names {
        None | Some(Named::Every) => None,
        Some(Named::These(names)) => Some(names.clone()),
    };
    let both = |one: Option<BTreeSet<String>>, other: Option<BTreeSet<String>>| match (one, other) {
        (Some(one), Some(other)) => Some(one.intersection(&other).cloned().collect()),
        (one, other) => one.or(other),
    };
    let area = grant.area.iter().cloned().collect::<BTreeSet<String>>();
    let areas = both(
        (!area.is_empty()).then_some(area),
        declared.and_then(|it| these(it.area.as_ref())),
    );
    let columns = both(
        these(grant.columns.as_ref()),
        declared.and_then(|it| these(it.columns.as_ref())),
    );
    let numbers = |names: Option<BTreeSet<String>>, list: &mut Names| {
        names.map(|names| {
            names
                .iter()
                .map(|name| list.number(name))
                .collect::<Numbers>()
        })
    };
    let emergency = Emergency {
        window,
        screens: numbers(these(grant.screens.as_ref()), &mut known.screens),
        areas: numbers(areas, &mut known.areas),
        columns: numbers(columns, &mut known.columns),
    };
    // A column that a right names and the catalogue does not have has no class.
    known.guarded.resize(known.columns.len(), Guarded::Unknown);
    emergency
}

/// The first day on which the owner had left the post of an account, and for which company: the post is that of the
/// account's company, and of its department where both sides say one.
fn left<'a>(security: &'a Security, row: &AccountRow) -> Option<(Day, &'a str)> {
    let owner = row.owner.as_ref()?;
    let moved = security.transfers.iter().flatten();
    let away = moved.filter(|it| {
        let same = |one: &Option<String>, other: &Option<String>| match (one, other) {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => true,
        };
        let of_post = it.from_company == row.company && same(&it.from_department, &row.department);
        let stays = it.to_company == row.company && same(&it.to_department, &row.department);
        it.person == *owner && of_post && !stays
    });
    // Somebody who came back has the post again.
    let back = |day: Day| {
        security
            .transfers
            .iter()
            .flatten()
            .any(|it| it.person == *owner && it.to_company == row.company && it.date > day)
    };
    let away = away.filter(|it| !back(it.date));
    away.min_by_key(|it| it.date)
        .map(|it| (it.date, it.to_company.as_str()))
}

fn add_areas(
    known: &mut Known,
    points: &mut PointsBuilder,
    incidents: &IncidentFile,
    terms: &mut Terms,
) -> Result<(), PrepareError> {
    let Some(file) = incidents.tables.get(&TableName::PointAreas) else {
        terms.leave_out(
            Rule::EmergencyArea,
            "the incident file names no `point_areas`",
        );
        return Ok(());
    };
    let spec = TableName::PointAreas.spec();
    let mut outcome = Ok(());
    typed_rows(file, spec, incidents.clock, &mut |row| {
        if let (Some(point), Some(area), Ok(())) = (row.name("point"), row.name("area"), &outcome) {
            let area = known.areas.number(&area);
            outcome = points.area(&point, area);
        }
    })?;
    Ok(outcome?)
}

fn add_requests(
    points: &mut PointsBuilder,
    incidents: &IncidentFile,
    beside: &Beside<'_>,
) -> Result<(), PrepareError> {
    let Some(file) = incidents.tables.get(&TableName::SwitchingRequests) else {
        return Ok(());
    };
    let spec = TableName::SwitchingRequests.spec();
    let mut outcome = Ok(());
    typed_rows(file, spec, incidents.clock, &mut |row| {
        if let (Some(request), Ok(())) = (switching_request(row), &outcome)
            && (beside.incumbent)(&request.retailer, request.date)
        {
            // Its time is not known, so that a read of the same day may have come before it.
            let end = japan_midnight(request.date.saturating_add(1)) - 1;
            outcome = points.request(&request.point, end);
        }
    })?;
    Ok(outcome?)
}

fn terms(incidents: &IncidentFile, security: &Security, access: &AccessLog) -> Terms {
    let mut terms = Terms::new();
    terms.most_held = access.most_held;
    for rule in Rule::ALL {
        let Some(said) = incidents.rules.get(rule.word()) else {
            continue;
        };
        if said.off {
            terms.leave_out(rule, LEFT_OUT);
        }
        for (name, number) in &said.thresholds {
            match number {
                Some(number) => terms.set(rule, name, *number),
                None => {
                    let reason =
                        format!("the incident file says no `{name}`, and nobody can for all");
                    terms.leave_out(rule, reason);
                }
            }
        }
    }
    let mut without = |missing: bool, table: &str, rules: &[Rule]| {
        for rule in rules.iter().filter(|_| missing) {
            terms.leave_out(*rule, format!("the incident file names no `{table}`"));
        }
    };
    let of_accounts = &Rule::ALL[..Rule::SequenceMissing as usize];
    without(security.accounts.is_none(), "accounts", of_accounts);
    let emergency = [
        Rule::EmergencyWindow,
        Rule::EmergencyArea,
        Rule::EmergencyFields,
    ];
    without(security.grants.is_none(), "grants", &emergency);
    without(
        security.transfers.is_none(),
        "transfers",
        &[Rule::LoginAfterTransfer],
    );
    let terminals = [
        Rule::TerminalOfOtherCompany,
        Rule::TerminalInOtherRoom,
        Rule::DispatchFromOutside,
    ];
    without(security.terminals.is_none(), "terminals", &terminals);
    without(
        security.rooms.is_none(),
        "rooms",
        &[Rule::TerminalInOtherRoom],
    );
    without(
        security.screens.is_none(),
        "screens",
        &[Rule::DispatchFromOutside],
    );
    let requests = incidents.tables.contains_key(&TableName::SwitchingRequests);
    without(!requests, "switching_requests", &[Rule::SwitchingAfterRead]);
    if access.searches.is_empty() {
        let reason = "the incident file names no `searches` of `access_log`";
        terms.leave_out(Rule::NameSearch, reason);
    }
    if access.dispatch.is_none() {
        let reason = "the incident file names no `dispatch` of `access_log`";
        terms.leave_out(Rule::DispatchFromOutside, reason);
    }
    terms
}

impl Terms {
    fn set(&mut self, rule: Rule, name: &str, number: u64) {
        let place = match (rule, name) {
            (Rule::ReadsADay, _) => &mut self.reads_a_day,
            (Rule::ReadsInAWindow, "seconds") => &mut self.window_seconds,
            (Rule::ReadsInAWindow, _) => &mut self.reads_in_a_window,
            (Rule::LoginAfterTransfer, _) => &mut self.transfer_days,
            (Rule::SwitchingAfterRead, _) => &mut self.switching_days,
            (Rule::SilentSpan, _) => &mut self.silent_seconds,
            (Rule::ClockBackwards, _) => &mut self.backwards_seconds,
            (Rule::ClockForwards, _) => &mut self.forwards_seconds,
            (
                Rule::OtherCompanyRead
                | Rule::NameSearch
                | Rule::EmergencyWindow
                | Rule::EmergencyArea
                | Rule::EmergencyFields
                | Rule::TerminalOfOtherCompany
                | Rule::TerminalInOtherRoom
                | Rule::GuardedWrite
                | Rule::DispatchFromOutside
                | Rule::SequenceMissing
                | Rule::SequenceRepeated,
                _,
            ) => return,
        };
        *place = number;
    }
}
