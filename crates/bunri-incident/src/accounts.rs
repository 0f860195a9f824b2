//! `bunri incident accounts`: accounts, transfers, sign-ins, terminals and rooms against one another (types C2 and C3 of the deck);
//! the rights beside those of roles are in `crate::rights`.

use std::collections::{BTreeMap, BTreeSet};

use bunri_security::model::{Account, Login, Room, Terminal, Transfer};
use bunri_security::{Command, Finding, IncidentFile, Outcome, Security, Side, TableName};

use crate::desk::{Desk, Needs, Seen, threshold};
use crate::rights;

/// The tables that it reads.
pub const ACCOUNT_TABLES: [TableName; 9] = [
    TableName::Roles,
    TableName::RoleScreens,
    TableName::Accounts,
    TableName::Transfers,
    TableName::Grants,
    TableName::Declarations,
    TableName::Terminals,
    TableName::Rooms,
    TableName::Logins,
];

const ACCOUNTS: Needs = Needs::Table(TableName::Accounts);
const LOGINS: Needs = Needs::Table(TableName::Logins);
const TERMINALS: Needs = Needs::Table(TableName::Terminals);
const ROOMS: Needs = Needs::Table(TableName::Rooms);

/// Whether the wall of the regulation stands between two sides: the operator's and the retailer's or another affiliate's. A contractor
/// works for whoever's contract says so, which no table holds.
pub(crate) fn apart(one: Option<Side>, other: Option<Side>) -> bool {
    let kin = |side| matches!(side, Some(Side::Retail | Side::Affiliate));
    let operator = |side| side == Some(Side::Operator);
    (operator(one) && kin(other)) || (kin(one) && operator(other))
}

/// Holds the accounts against the other tables.
#[must_use]
pub fn accounts(
    incidents: &IncidentFile,
    security: &Security,
    tables: BTreeMap<String, u64>,
) -> Outcome {
    let mut desk = Desk::new(incidents);
    of_owners(&mut desk, security);
    of_terminals(&mut desk, security);
    rights::look(&mut desk, security);
    let unlisted = [ACCOUNTS];
    desk.look("names_nobody", &unlisted, |_| names_nobody(security));
    desk.outcome(Command::Accounts, tables)
}

fn of_owners(desk: &mut Desk<'_>, security: &Security) {
    let judged_on = desk.incidents.judged_on;
    let accounts = security.accounts.as_deref().unwrap_or_default();
    let live = || accounts.iter().filter(|account| !account.locked);
    let transfers = security.transfers.as_deref().unwrap_or_default();
    desk.look(
        "live_after_transfer",
        &[ACCOUNTS, Needs::Table(TableName::Transfers)],
        |terms| {
            let grace = threshold(terms, "days");
            let owned = live().filter_map(|account| Some((account, account.owner.as_deref()?)));
            let found = owned.clone().filter_map(|(account, owner)| {
                let last = transfers
                    .iter()
                    .filter(|transfer| {
                        transfer.person == owner
                            && i64::from(transfer.date) + grace <= i64::from(judged_on)
                    })
                    .max_by_key(|transfer| transfer.date)?;
                left(account, last).then(|| {
                    Finding::new("live_after_transfer")
                        .of("account", &account.account)
                        .of("company", &account.company)
                        .of("now_at", &last.to_company)
                        .day("transferred", last.date)
                })
            });
            Ok((owned.count(), found.collect()))
        },
    );
    desk.look(
        "shared_account",
        &[ACCOUNTS, Needs::Field(TableName::Accounts, "shared")],
        |_| {
            let silent = live().filter(|account| account.shared.is_none()).count();
            if silent > 0 {
                return Err(format!(
                    "of {silent} accounts the table does not say whether several people use them"
                ));
            }
            let shared = live().filter(|account| account.shared == Some(true));
            let found = shared.map(|account| {
                Finding::new("shared_account")
                    .of("account", &account.account)
                    .of("company", &account.company)
            });
            Ok((live().count(), found.collect()))
        },
    );
    desk.look(
        "old_password",
        &[ACCOUNTS, Needs::Field(TableName::Accounts, "password_set")],
        |terms| {
            let most = threshold(terms, "days");
            let found = live().filter_map(|account| {
                let finding = Finding::new("old_password").of("account", &account.account);
                let Some(set) = account.password_set else {
                    // Nobody knows how old it is.
                    return Some(finding);
                };
                let age = i64::from(judged_on) - i64::from(set);
                (age > most).then(|| {
                    finding
                        .day("password_set", set)
                        .figure("days", age.unsigned_abs())
                })
            });
            Ok((live().count(), found.collect()))
        },
    );
}

/// Whether the account is for the post that its owner left, and not for the one that the owner has now.
fn left(account: &Account, transfer: &Transfer) -> bool {
    if account.company != transfer.to_company {
        return true;
    }
    let now = transfer.to_department.as_ref();
    let elsewhere = account
        .department
        .as_ref()
        .zip(now)
        .is_some_and(|(is, now)| is != now);
    elsewhere && account.department == transfer.from_department
}

/// Terminals and rooms by name.
struct Places<'a> {
    incidents: &'a IncidentFile,
    terminals: BTreeMap<&'a str, &'a Terminal>,
    rooms: BTreeMap<&'a str, &'a Room>,
}

impl<'a> Places<'a> {
    fn new(incidents: &'a IncidentFile, security: &'a Security) -> Self {
        let terminals = security.terminals.as_deref().unwrap_or_default();
        let rooms = security.rooms.as_deref().unwrap_or_default();
        Self {
            incidents,
            terminals: terminals
                .iter()
                .map(|terminal| (terminal.terminal.as_str(), terminal))
                .collect(),
            rooms: rooms
                .iter()
                .map(|room| (room.room.as_str(), room))
                .collect(),
        }
    }

    fn apart(&self, one: &str, other: &str) -> bool {
        let side = |company| self.incidents.companies.side(company);
        apart(side(one), side(other))
    }

    fn wrong_rooms(&self) -> Seen {
        let placed = self.terminals.values().filter_map(|terminal| {
            let room = self.rooms.get(terminal.room.as_deref()?)?;
            Some((terminal, room))
        });
        let wrong = placed
            .clone()
            .filter(|(terminal, room)| self.apart(&terminal.company, &room.company));
        let found = wrong.map(|(terminal, room)| {
            Finding::new("terminal_in_wrong_room")
                .of("terminal", &terminal.terminal)
                .of("company", &terminal.company)
                .of("room", &room.room)
                .of("room_company", &room.company)
        });
        Ok((placed.count(), found.collect()))
    }

    fn without_room(&self) -> Seen {
        let nowhere = self
            .terminals
            .values()
            .filter(|terminal| terminal.room.is_none());
        let found = nowhere.map(|terminal| {
            Finding::new("terminal_without_room")
                .of("terminal", &terminal.terminal)
                .of("company", &terminal.company)
        });
        Ok((self.terminals.len(), found.collect()))
    }
}

/// Where an account signed in: whose terminals, and when.
type SignedIn<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a Login>>;

fn of_terminals(desk: &mut Desk<'_>, security: &Security) {
    let incidents = desk.incidents;
    let places = Places::new(incidents, security);
    let accounts = security.accounts.as_deref().unwrap_or_default();
    let mut signed_in = SignedIn::new();
    for login in security.logins.iter().flatten() {
        let place = (login.account.as_str(), login.terminal.as_str());
        signed_in.entry(place).or_default().push(login);
    }
    desk.look("used_from_two_companies", &[LOGINS, TERMINALS], |_| {
        Ok(two_companies(incidents, &places, &signed_in))
    });
    desk.look(
        "terminal_of_other_company",
        &[ACCOUNTS, LOGINS, TERMINALS],
        |_| {
            let company_of: BTreeMap<&str, &str> = accounts
                .iter()
                .map(|account| (account.account.as_str(), account.company.as_str()))
                .collect();
            let known = signed_in
                .iter()
                .filter_map(|((account, terminal), logins)| {
                    let terminal = places.terminals.get(terminal)?;
                    Some((*account, *company_of.get(account)?, terminal, logins))
                });
            let foreign = known
                .clone()
                .filter(|(_, company, terminal, _)| places.apart(company, &terminal.company));
            let found = foreign.map(|(account, company, terminal, logins)| {
                let finding = Finding::new("terminal_of_other_company")
                    .of("account", account)
                    .of("company", company)
                    .of("terminal", &terminal.terminal)
                    .of("terminal_company", &terminal.company);
                with_logins(incidents, finding, logins.iter().copied())
            });
            Ok((known.count(), found.collect()))
        },
    );
    desk.look("terminal_in_wrong_room", &[TERMINALS, ROOMS], |_| {
        places.wrong_rooms()
    });
    desk.look("terminal_without_room", &[TERMINALS], |_| {
        places.without_room()
    });
}

fn two_companies(
    incidents: &IncidentFile,
    places: &Places<'_>,
    signed_in: &SignedIn<'_>,
) -> (usize, Vec<Finding>) {
    let mut by_account = BTreeMap::<&str, BTreeMap<&str, Vec<&Login>>>::new();
    for ((account, terminal), logins) in signed_in {
        if let Some(terminal) = places.terminals.get(terminal) {
            let of_company = by_account
                .entry(account)
                .or_default()
                .entry(terminal.company.as_str());
            of_company.or_default().extend(logins);
        }
    }
    let found = by_account.iter().filter_map(|(account, companies)| {
        let names: Vec<&str> = companies.keys().copied().collect();
        let wall = names
            .iter()
            .any(|one| names.iter().any(|other| places.apart(one, other)));
        wall.then(|| {
            let finding = Finding::new("used_from_two_companies")
                .of("account", account)
                .of("companies", &names.join(", "));
            with_logins(incidents, finding, companies.values().flatten().copied())
        })
    });
    (by_account.len(), found.collect())
}

fn with_logins<'a>(
    incidents: &IncidentFile,
    finding: Finding,
    logins: impl Iterator<Item = &'a Login> + Clone,
) -> Finding {
    let days = || logins.clone().map(|login| login.at.day(incidents.clock));
    let finding = finding.figure("logins", logins.clone().count() as u64);
    match (days().min(), days().max()) {
        (Some(first), Some(last)) => finding.day("first", first).day("last", last),
        _ => finding,
    }
}

/// Accounts, terminals and rooms that are named somewhere and listed nowhere.
fn names_nobody(security: &Security) -> Seen {
    let accounts = names(&security.accounts, |it| &it.account);
    let terminals = names(&security.terminals, |it| &it.terminal);
    let rooms = names(&security.rooms, |it| &it.room);
    let declarations = names(&security.declarations, |it| &it.declaration);
    let mut named = BTreeSet::new();
    for grant in security.grants.iter().flatten() {
        named.extend(
            grant
                .account
                .as_deref()
                .map(|name| ("grants", "account", name)),
        );
        named.extend(
            grant
                .declaration
                .as_deref()
                .map(|name| ("grants", "declaration", name)),
        );
    }
    for login in security.logins.iter().flatten() {
        named.insert(("logins", "account", login.account.as_str()));
        named.insert(("logins", "terminal", login.terminal.as_str()));
    }
    for terminal in security.terminals.iter().flatten() {
        named.extend(
            terminal
                .room
                .as_deref()
                .map(|name| ("terminals", "room", name)),
        );
    }
    let unlisted = |what: &str, name: &str| {
        let known = match what {
            "account" => &accounts,
            "terminal" => &terminals,
            "room" => &rooms,
            "declaration" => &declarations,
            _ => return false,
        };
        known.as_ref().is_some_and(|known| !known.contains(name))
    };
    let found = named.iter().filter(|(_, what, name)| unlisted(what, name));
    let found = found.map(|(table, what, name)| {
        Finding::new("names_nobody")
            .of(what, name)
            .of("named_in", table)
    });
    Ok((named.len(), found.collect()))
}

/// The names that a table lists; [`None`]: there is no such table.
fn names<T>(rows: &Option<Vec<T>>, name: fn(&T) -> &str) -> Option<BTreeSet<&str>> {
    rows.as_ref().map(|rows| rows.iter().map(name).collect())
}
