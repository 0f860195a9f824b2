//! docs/rules.md, section 1, a key through another table: at which supply point it was on a day, and what that says of it. Asked day
//! by day, as the page says it.

use std::collections::BTreeSet;

use super::super::world::{NO_END, Through, Value, World};
use super::Verdict;
use super::rules::Rows;
use super::timeline::{FOREVER, Timeline};

/// What is said of every day: by a supply point, or by a key that has one after the other.
pub(super) trait EveryDay {
    fn on(&self, day: i64) -> Verdict;

    /// The days on which another answer may begin.
    fn turns(&self) -> BTreeSet<i64>;

    /// The one answer of all of these days, if there is one; `last` may be [`FOREVER`].
    fn during(&self, first: i64, last: i64) -> Option<Verdict> {
        let verdict = self.on(first);
        let turns = self.turns();
        let mut others = turns.into_iter().filter(|&day| first < day && day <= last);
        others.all(|day| self.on(day) == verdict).then_some(verdict)
    }

    /// The first day of the segment of this day.
    fn first_of_segment(&self, day: i64) -> i64 {
        let verdict = self.on(day);
        let mut earlier = self.turns().into_iter().rev().filter(|&turn| turn <= day);
        earlier
            .find(|&turn| self.on(turn - 1) != verdict)
            .unwrap_or(-FOREVER)
    }
}

/// A row of the other table.
struct Hanging<'w> {
    /// [`None`]: they cannot be told.
    days: Option<(i64, i64)>,
    /// [`None`]: a NULL is in it.
    point: Option<Vec<Value>>,
    timeline: Option<Timeline<'w>>,
}

/// A key and where it was.
pub(super) struct Wanderer<'w> {
    rejected: bool,
    hangings: Vec<Hanging<'w>>,
}

impl<'w> Rows<'w> {
    /// Where a key was; a NULL in it matches nothing.
    pub(super) fn wanderer(&self, through: &Through, key: Option<&[Value]>) -> Wanderer<'w> {
        let world: &'w World = self.world;
        let table = &world.tables[through.table];
        let rows = key.map(|key| self.lookup.rows(through.table, &through.references, key));
        let rows = rows.unwrap_or_default();
        let is_rejected = |&at: &usize| table.rows[at].contains(&Value::Misfit);
        if rows.iter().any(is_rejected) {
            return Wanderer {
                rejected: true,
                hangings: Vec::new(),
            };
        }
        let hanging = |at: usize| {
            let row = &table.rows[at];
            let point = self.key(table, row);
            Hanging {
                days: days(world, through, row),
                timeline: point.as_ref().map(|point| self.timeline_of(table, point)),
                point,
            }
        };
        Wanderer {
            rejected: false,
            hangings: rows.into_iter().map(hanging).collect(),
        }
    }
}

/// The days of a row of the other table.
fn days(world: &World, through: &Through, row: &[Value]) -> Option<(i64, i64)> {
    let from = row[through.from].day()?;
    let is_open =
        |day: i64| through.open.contains(&day) || (world.ledger.open_by_types && day == NO_END);
    let last = match &row[through.until] {
        Value::Null if through.null_is_open => FOREVER,
        until if is_open(until.day()?) => FOREVER,
        Value::Moment(micros) if !through.inclusive => Value::Moment(micros - 1).day()?,
        until => until.day()? - i64::from(!through.inclusive),
    };
    (from <= last).then_some((from, last))
}

impl<'w> Wanderer<'w> {
    fn here(&self, day: i64) -> Vec<&Hanging<'w>> {
        let holds = |one: &&Hanging<'w>| {
            one.days
                .is_some_and(|(first, last)| first <= day && day <= last)
        };
        self.hangings.iter().filter(holds).collect()
    }

    /// The timeline of the supply point of a day, if there is one and only one and it has a whole key.
    pub(super) fn point_on(&self, day: i64) -> Option<Vec<Value>> {
        if self.hangings.iter().any(|one| one.days.is_none()) {
            return None;
        }
        let points: BTreeSet<_> = self.here(day).iter().map(|one| one.point.clone()).collect();
        match points.into_iter().collect::<Vec<_>>().as_slice() {
            [Some(one)] => Some(one.clone()),
            _ => None,
        }
    }
}

impl EveryDay for Wanderer<'_> {
    fn on(&self, day: i64) -> Verdict {
        if self.rejected {
            return Verdict::undecided("key_rejected");
        }
        if self.hangings.iter().any(|one| one.days.is_none()) {
            return Verdict::undecided("key_ambiguous");
        }
        let here = self.here(day);
        let points: BTreeSet<_> = here.iter().map(|one| &one.point).collect();
        match (points.len(), here.first()) {
            (1, Some(one)) => match &one.timeline {
                Some(timeline) => timeline.on(day),
                None => Verdict::undecided("not_in_ledger"),
            },
            (0, _) => Verdict::undecided("key_missing"),
            _ => Verdict::undecided("key_ambiguous"),
        }
    }

    fn turns(&self) -> BTreeSet<i64> {
        let mut turns = BTreeSet::new();
        for one in &self.hangings {
            turns.extend(
                one.days
                    .into_iter()
                    .flat_map(|(first, last)| [first, last + 1]),
            );
            turns.extend(one.timeline.iter().flat_map(EveryDay::turns));
        }
        turns
    }
}
