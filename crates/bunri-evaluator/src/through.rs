//! A ledger key through another table (docs/rules.md, section 1): a row names its meter, and the other table says at which supply
//! point the meter was on every day. Go from day to day on which an answer could change, as [`crate::timeline`] does.

use std::collections::{BTreeMap, BTreeSet};

use bunri_catalogue::KeyThrough;

use super::days::{Row, period};
use super::{Days, EVER, FOREVER, Reason, Timeline, Verdict};

/// One row of the other table: the key belonged to a supply point on some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The first and the last day; [`None`] if they cannot be told.
    pub days: Option<(Days, Days)>,
    /// The supply point, as bytes; [`None`] if a part of it is NULL.
    pub point: Option<Vec<u8>>,
    /// The supply point's timeline.
    pub timeline: Timeline,
}

impl Assignment {
    fn holds(&self, day: Days) -> bool {
        self.days
            .is_some_and(|(first, last)| first <= day && day <= last)
    }
}

/// Every supply point of one key, and the timeline that they give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyAssignments {
    /// None of them where nobody can say which hold on a day.
    all: Vec<Assignment>,
    timeline: Timeline,
}

impl KeyAssignments {
    /// From all rows of the other table with this key; without one every day is [`Reason::KeyMissing`].
    #[must_use]
    pub fn of(all: Vec<Assignment>) -> Self {
        match composed(&all) {
            Some(timeline) => Self { all, timeline },
            None => Self::undecided(Reason::KeyAmbiguous),
        }
    }

    /// Of a key that a rejected row of the other table has: it could be anywhere on any day.
    #[must_use]
    pub fn rejected() -> Self {
        Self::undecided(Reason::KeyRejected)
    }

    fn undecided(reason: Reason) -> Self {
        Self {
            all: Vec::new(),
            timeline: Timeline::constant(reason),
        }
    }

    /// What is said of the key on every day: what its supply point of that day says.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The timeline of the supply point to which the key belonged on a day; an unknown one's if that is not one.
    #[must_use]
    pub fn point_on(&self, day: Days) -> &Timeline {
        let mut here = self.all.iter().filter(|assignment| assignment.holds(day));
        match here.next() {
            Some(one) if here.all(|other| other.point == one.point) => &one.timeline,
            Some(_) | None => Timeline::unknown(),
        }
    }
}

/// The first and the last day of a row of the other table.
#[must_use]
pub fn assigned_days(through: &KeyThrough, row: &impl Row) -> Option<(Days, Days)> {
    let is_open = match row.day(through.until) {
        Some(day) => through.open.contains(&day),
        None => through.null_is_open,
    };
    period(
        row,
        (through.from, through.until, through.until_is),
        is_open,
    )
    .ok()
}

/// What each day's supply point says of it; [`None`] if the days of one cannot be told.
fn composed(all: &[Assignment]) -> Option<Timeline> {
    // By day the assignments that begin on it, and those that no longer hold.
    let mut turns: BTreeMap<Days, [Vec<usize>; 2]> = BTreeMap::new();
    turns.entry(EVER).or_default();
    for (at, assignment) in all.iter().enumerate() {
        let (first, last) = assignment.days?;
        turns.entry(first).or_default()[0].push(at);
        if last != FOREVER {
            turns.entry(last + 1).or_default()[1].push(at);
        }
        for segment in assignment.timeline.segments() {
            if first < segment.first && segment.first <= last {
                turns.entry(segment.first).or_default();
            }
        }
    }
    let mut here: BTreeMap<&Option<Vec<u8>>, BTreeSet<usize>> = BTreeMap::new();
    let mut timeline = Timeline::begin();
    let mut days = turns.iter().peekable();
    while let Some((&first, [begun, ended])) = days.next() {
        for &at in begun {
            here.entry(&all[at].point).or_default().insert(at);
        }
        for &at in ended {
            let point = &all[at].point;
            let left = here.get_mut(point).is_some_and(|there| {
                there.remove(&at);
                !there.is_empty()
            });
            if !left {
                here.remove(point);
            }
        }
        let mut points = here.values();
        let verdict = match (points.next().and_then(BTreeSet::first), points.next()) {
            (None, _) => Verdict::Undecided(Reason::KeyMissing),
            (Some(&one), None) => all[one].timeline.on(first),
            (Some(_), Some(_)) => Verdict::Undecided(Reason::KeyAmbiguous),
        };
        let last = days.peek().map_or(FOREVER, |(next, _)| **next - 1);
        timeline.join(first, last, verdict);
    }
    Some(timeline)
}

#[cfg(test)]
mod tests;
