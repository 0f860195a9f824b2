//! One line, judged by itself: everything that does not depend on the lines before it. What does, goes on as a [`Moment`].

use std::collections::HashMap;

use bunri_security::Side;
use bunri_security::file::{Action, SearchBy};
use bunri_types::Day;

use crate::block::Block;
use crate::cut::{Cut, Malformed};
use crate::error::AccessError;
use crate::form::{Field, Log};
use crate::hash::RandomState;
use crate::known::{Account, Emergency, Guarded, Known, Terminal, shows};
use crate::location::Location;
use crate::order::Moment;
use crate::points::{Ownership, Point};
use crate::rules::{NotJudged, Rule, Terms};
use crate::tally::Tally;
use crate::time::{Instant, japan_day, parse};

/// Lists of columns that are remembered with what they are; a log has few.
const MOST_LISTS: usize = 4_096;

/// Columns of one field.
#[derive(Debug, Clone, Default)]
struct ColumnList {
    guarded: bool,
    /// One without a class.
    classless: bool,
    /// One on no list.
    unknown: bool,
    /// Those that are known.
    numbers: Vec<u32>,
}

/// How far a use of an emergency right is within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Within {
    /// Not in its time.
    Window,
    /// In time, and of another area.
    Area,
    /// In time and area, and other columns.
    Fields,
    /// Nobody can say.
    Unknown(NotJudged),
    /// In all three.
    All,
}

pub(crate) struct Judge<'k> {
    log: &'k Log,
    known: &'k Known,
    terms: &'k Terms,
    pub(crate) tally: Tally,
    lists: HashMap<Vec<u8>, ColumnList, RandomState>,
    has: [bool; Field::COUNT],
}

/// What a line says, as far as it is known.
struct Line<'a> {
    at: Instant,
    day: Day,
    place: Location,
    number: u32,
    account: &'a Account,
    terminal: Option<Terminal>,
    screen: Option<u32>,
    rows: u64,
    point: Option<&'a [u8]>,
    columns: Option<&'a [u8]>,
}

impl<'k> Judge<'k> {
    pub(crate) fn new(log: &'k Log, known: &'k Known, terms: &'k Terms) -> Self {
        Self {
            log,
            known,
            terms,
            tally: Tally::new(terms),
            lists: HashMap::default(),
            has: Field::ALL.map(|field| log.has(field)),
        }
    }

    /// Judges the lines of a block, and hands on what has to be judged in order.
    pub(crate) fn block(
        &mut self,
        block: &Block,
        moments: &mut Vec<Moment>,
    ) -> Result<(), AccessError> {
        moments.clear();
        let log = self.log;
        block.each(log, |place, text, cut| {
            let moment = cut.and_then(|cut| self.line(place, text, cut));
            moments.push(moment.unwrap_or_else(|why| {
                self.tally.lines += 1;
                self.tally.malformed[why as usize].add(1, None, place);
                Moment::unreadable(place.line)
            }));
        });
        self.tally.within()
    }

    fn line(&mut self, place: Location, text: &[u8], cut: &Cut) -> Result<Moment, Malformed> {
        let nothing = &self.log.nothing;
        let get = |field: Field| match cut.get(text, field) {
            [] => None,
            some => {
                let means_nothing = |it: &String| it.as_bytes() == some;
                (!nothing[field as usize].iter().any(means_nothing)).then_some(some)
            }
        };
        let time = get(Field::Time).ok_or(Malformed::Time)?;
        let at = parse(time, self.log.time, self.log.clock).ok_or(Malformed::Time)?;
        let name = get(Field::Account).ok_or(Malformed::Account)?;
        let sequence = match self.has[Field::Sequence as usize] {
            true => Some(whole(get(Field::Sequence)).ok_or(Malformed::Sequence)?),
            false => None,
        };
        let rows = match get(Field::Rows) {
            None => 1,
            some => whole(some).ok_or(Malformed::Rows)?,
        };
        self.tally.lines += 1;
        self.tally.first = Some(self.tally.first.map_or(at, |first| first.min(at)));
        self.tally.last = self.tally.last.max(Some(at));
        let mut moment = Moment {
            at,
            line: place.line,
            sequence,
            reader: None,
        };
        let Some(number) = self.known.accounts.get(name) else {
            self.open(NotJudged::UnknownAccount, at, place);
            return Ok(moment);
        };
        let screen = get(Field::Screen).and_then(|name| {
            let screen = self.known.screens.get(name);
            if screen.is_none() {
                self.open(NotJudged::UnknownScreen, at, place);
            }
            screen
        });
        let terminal_name = get(Field::Terminal);
        let terminal = terminal_name.and_then(|name| self.known.terminals.get(name));
        let line = Line {
            at,
            day: japan_day(at),
            place,
            number,
            account: &self.known.account[number as usize],
            terminal: terminal.map(|number| self.known.terminal[number as usize]),
            screen,
            rows,
            point: get(Field::Point),
            columns: get(Field::Columns),
        };
        if self.has[Field::Terminal as usize] {
            self.terminal(&line, terminal_name.is_some());
        }
        if self.has[Field::Action as usize] {
            let action = get(Field::Action).and_then(|word| self.known.actions.get(word));
            match action {
                None => self.open(NotJudged::UnknownAction, at, place),
                Some(action) => {
                    self.action(&line, *action, get(Field::Search));
                    let counts = shows(*action) && !line.account.batch;
                    moment.reader = counts.then_some(number);
                }
            }
        }
        Ok(moment)
    }

    fn open(&mut self, why: NotJudged, at: Instant, place: Location) {
        self.tally.not_judged[why as usize].add(1, Some(at), place);
    }

    /// Whether a rule is looked at; counts the lines of which it was asked.
    fn asks(&mut self, rule: Rule) -> bool {
        let looks = self.terms.looks(rule);
        self.tally.asked[rule as usize] += u64::from(looks);
        looks
    }

    fn found(&mut self, rule: Rule, line: &Line<'_>) {
        self.tally
            .finding(rule, line.number, line.screen, 1, line.at, line.place);
    }

    fn terminal(&mut self, line: &Line<'_>, named: bool) {
        let terminal = line.terminal;
        let dispatch = self.dispatches(line);
        // A terminal that no list names does not stand where dispatching is done.
        if dispatch
            && self.asks(Rule::DispatchFromOutside)
            && !terminal.is_some_and(|it| it.dispatch)
        {
            self.found(Rule::DispatchFromOutside, line);
        }
        let looks = self.asks(Rule::TerminalOfOtherCompany);
        let looks_at_rooms = self.asks(Rule::TerminalInOtherRoom);
        let Some(terminal) = terminal else {
            if looks || looks_at_rooms {
                let why = match named {
                    true => NotJudged::UnknownTerminal,
                    false => NotJudged::NoTerminal,
                };
                self.open(why, line.at, line.place);
            }
            return;
        };
        if looks && terminal.company != line.account.company {
            self.found(Rule::TerminalOfOtherCompany, line);
        }
        let elsewhere = terminal.room.is_some_and(|it| it != line.account.company);
        if looks_at_rooms && elsewhere {
            self.found(Rule::TerminalInOtherRoom, line);
        }
    }

    fn dispatches(&self, line: &Line<'_>) -> bool {
        line.screen.is_some_and(|it| self.known.dispatch.has(it))
    }

    /// Whose side saw what a line shows: the account's, that of the company to which its owner has moved, or that of the company whose
    /// terminal or room it was. The strictest of them, since each of these can see the screen.
    fn side(&self, line: &Line<'_>) -> Side {
        let strict = |side: &Side| matches!(side, Side::Retail | Side::Affiliate);
        let moved = line.account.left.filter(|(day, _)| line.day >= *day);
        let moved = moved.map(|(_, side)| side);
        let terminal = line.terminal.map(|it| it.company);
        let room = line.terminal.and_then(|it| it.room);
        let place = |company: u32| self.known.sides[company as usize];
        let others = [moved, terminal.map(place), room.map(place)];
        let own = line.account.side;
        match strict(&own) {
            true => own,
            false => others.into_iter().flatten().find(strict).unwrap_or(own),
        }
    }

    fn action(&mut self, line: &Line<'_>, action: Action, search: Option<&[u8]>) {
        let account = line.account;
        if action == Action::Login
            && let Some((left, _)) = account.left
            && self.asks(Rule::LoginAfterTransfer)
        {
            let days = i64::from(line.day) - i64::from(left);
            if days >= i64::try_from(self.terms.transfer_days).unwrap_or(i64::MAX) {
                self.found(Rule::LoginAfterTransfer, line);
            }
        }
        let contracted = account.batch || account.side == Side::Contractor;
        let leaves = matches!(action, Action::Write | Action::Export);
        if leaves && contracted && self.asks(Rule::GuardedWrite) {
            self.write(line);
        }
        let uses = shows(action) || action == Action::Write;
        let allowed = uses && !account.emergencies.is_empty() && self.emergency(line);
        if !shows(action) {
            return;
        }
        if !account.batch && self.asks(Rule::ReadsADay) {
            self.tally
                .read(line.number, line.day, line.rows, line.place);
        }
        let side = self.side(line);
        // What an emergency right allowed is nobody's leak.
        if allowed || !matches!(side, Side::Retail | Side::Affiliate) {
            return;
        }
        if action == Action::Search && self.asks(Rule::NameSearch) {
            let known = search.and_then(|word| self.known.searches.get(word));
            match known {
                Some(SearchBy::Name) => self.found(Rule::NameSearch, line),
                Some(SearchBy::Other) => {}
                None => self.open(NotJudged::UnknownSearch, line.at, line.place),
            }
        }
        match line.point {
            Some(point) => self.point(line, side, point),
            // A search shows what was looked for; its points are no field of its line. The dispatch system has no points.
            None if action == Action::Search || self.dispatches(line) => {}
            None if self.terms.looks(Rule::OtherCompanyRead)
                || self.terms.looks(Rule::SwitchingAfterRead) =>
            {
                self.open(NotJudged::NoPoint, line.at, line.place);
            }
            None => {}
        }
    }

    /// A point that retail's side was shown.
    fn point(&mut self, line: &Line<'_>, side: Side, text: &[u8]) {
        let reads = self.asks(Rule::OtherCompanyRead);
        let requests = self.asks(Rule::SwitchingAfterRead);
        if !reads && !requests {
            return;
        }
        let points = &self.known.points;
        let point = points.get(text);
        let ownership = point.and_then(|point| points.on(point, line.day));
        if requests
            && ownership != Some(Ownership::Own)
            && point.is_some_and(|point| self.requested(point, line.at))
        {
            self.found(Rule::SwitchingAfterRead, line);
        }
        let affiliate = side == Side::Affiliate;
        match ownership {
            _ if !reads => {}
            None => self.open(NotJudged::UnknownPoint, line.at, line.place),
            // Whoever has no customers here reads another's, whoever's they are.
            Some(_) if affiliate => self.found(Rule::OtherCompanyRead, line),
            Some(Ownership::Own) => {}
            Some(Ownership::Other) => self.found(Rule::OtherCompanyRead, line),
            Some(Ownership::NoPeriod) => self.open(NotJudged::NoPeriod, line.at, line.place),
            Some(Ownership::Undecided) => {
                self.open(NotJudged::UndecidedPeriod, line.at, line.place);
            }
        }
    }

    fn requested(&self, point: Point, at: Instant) -> bool {
        let days = Day::try_from(self.terms.switching_days).unwrap_or(Day::MAX);
        self.known.points.requested(point, at, days)
    }

    fn write(&mut self, line: &Line<'_>) {
        let Some(text) = line.columns else {
            self.open(NotJudged::NoColumns, line.at, line.place);
            return;
        };
        let (guarded, classless) = {
            let columns = self.columns(text);
            (columns.guarded, columns.classless)
        };
        if guarded {
            self.found(Rule::GuardedWrite, line);
        } else if classless {
            self.open(NotJudged::UnknownColumn, line.at, line.place);
        }
    }

    fn columns(&mut self, text: &[u8]) -> &ColumnList {
        if self.lists.len() > MOST_LISTS {
            self.lists.clear();
        }
        // Asked twice rather than copied each time.
        if !self.lists.contains_key(text) {
            let columns = ColumnList::of(text, self.known);
            self.lists.insert(text.to_vec(), columns);
        }
        &self.lists[text]
    }

    /// Whether an emergency right allows this, in all of its terms; what it does not is found.
    fn emergency(&mut self, line: &Line<'_>) -> bool {
        let account = line.account;
        let screen = line.screen;
        let ordinary = match (&account.screens, screen) {
            (Some(screens), Some(screen)) => screens.has(screen),
            (Some(_) | None, _) => false,
        };
        if ordinary {
            return false;
        }
        let opens = |it: &&Emergency| match (&it.screens, screen) {
            (None, _) => true,
            (Some(screens), Some(screen)) => screens.has(screen),
            (Some(_), None) => false,
        };
        let best = account
            .emergencies
            .iter()
            .filter(opens)
            .map(|it| self.within(it, line))
            .max();
        let best = match best {
            Some(best) => best,
            // Neither the right nor the role opens this screen.
            None if account.screens.is_some() && screen.is_some() => Within::Fields,
            None => return false,
        };
        let rules = [
            (Rule::EmergencyWindow, Within::Window),
            (Rule::EmergencyArea, Within::Area),
            (Rule::EmergencyFields, Within::Fields),
        ];
        for (rule, broken) in rules {
            if self.asks(rule) && best == broken {
                self.found(rule, line);
            }
        }
        if let Within::Unknown(why) = best {
            self.open(why, line.at, line.place);
        }
        best == Within::All
    }

    fn within(&mut self, right: &Emergency, line: &Line<'_>) -> Within {
        let in_time = |(from, until): (Instant, Instant)| from <= line.at && line.at <= until;
        if !right.window.is_some_and(in_time) {
            return Within::Window;
        }
        let mut unknown = None;
        if let Some(areas) = &right.areas
            && self.terms.looks(Rule::EmergencyArea)
        {
            let point = line.point.and_then(|text| self.known.points.get(text));
            match point.and_then(|point| point.area) {
                Some(area) if areas.has(area) => {}
                Some(_) => return Within::Area,
                None => unknown = Some(NotJudged::NoArea),
            }
        }
        if let Some(allowed) = &right.columns
            && self.terms.looks(Rule::EmergencyFields)
        {
            match line.columns {
                None => unknown = unknown.or(Some(NotJudged::NoColumns)),
                Some(text) => {
                    let columns = self.columns(text);
                    // A column that no list names is none that was allowed.
                    if columns.unknown || !columns.numbers.iter().all(|it| allowed.has(*it)) {
                        return Within::Fields;
                    }
                }
            }
        }
        unknown.map_or(Within::All, Within::Unknown)
    }
}

impl ColumnList {
    fn of(text: &[u8], known: &Known) -> Self {
        let mut columns = Self::default();
        // Fields are UTF-8 when they come here.
        let text = String::from_utf8_lossy(text);
        if known.every_column.iter().any(|word| *word == text) {
            // Whatever there is, some of it is guarded, and more than any right allows.
            columns.guarded = true;
            columns.unknown = true;
            return columns;
        }
        for name in text.split(known.separator.as_str()) {
            let name = name.trim();
            match known.columns.get(name.as_bytes()) {
                Some(number) => {
                    let guarded = known.guarded.get(number as usize);
                    columns.guarded |= guarded == Some(&Guarded::Yes);
                    columns.classless |= guarded == Some(&Guarded::Unknown);
                    columns.numbers.push(number);
                }
                None => {
                    columns.unknown = true;
                    columns.classless = true;
                }
            }
        }
        columns
    }
}

/// A whole number.
fn whole(text: Option<&[u8]>) -> Option<u64> {
    let text = text?;
    if text.len() > 19 {
        return None;
    }
    text.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then(|| number * 10 + u64::from(digit))
    })
}
