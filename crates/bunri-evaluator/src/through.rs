//! A ledger key through another table (docs/rules.md, section 1): a row names its meter, and the other table says at which supply
//! point the meter was on every day.

use bunri_catalogue::KeyThrough;

use super::days::{Row, period};
use super::{Days, Reason, Timeline, Verdict};

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
    /// What the point says of the days on which the key belonged to it.
    fn said(&self) -> impl Iterator<Item = (Days, Days, (&Option<Vec<u8>>, Verdict))> {
        self.timeline.segments().iter().filter_map(|segment| {
            let (first, last) = self.days?;
            let (first, last) = (first.max(segment.first), last.min(segment.last));
            (first <= last).then_some((first, last, (&self.point, segment.verdict)))
        })
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
    /// From all rows of the other table with this key.
    #[must_use]
    pub fn of(all: Vec<Assignment>) -> Self {
        if all.iter().any(|assignment| assignment.days.is_none()) {
            return Self::undecided(Reason::KeyAmbiguous);
        }
        let timeline = Timeline::swept(all.iter().flat_map(Assignment::said), |points| {
            let mut points = points.keys();
            match (points.next(), points.next()) {
                (None, _) => Verdict::Undecided(Reason::KeyMissing),
                (Some((_, verdict)), None) => *verdict,
                (Some(_), Some(_)) => Verdict::Undecided(Reason::KeyAmbiguous),
            }
        });
        Self { all, timeline }
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
        let holds = |(first, last): (Days, Days)| first <= day && day <= last;
        let all = self.all.iter();
        let mut here = all.filter(|assignment| assignment.days.is_some_and(holds));
        match here.next() {
            Some(one) if here.all(|other| other.point == one.point) => &one.timeline,
            Some(_) | None => Timeline::unknown(),
        }
    }
}

/// The first and the last day of a row of the other table.
#[must_use]
pub fn assigned_days(through: &KeyThrough, row: &impl Row) -> Option<(Days, Days)> {
    let open = (&through.open, through.null_is_open);
    period(row, (through.from, through.until, through.until_is), open).ok()
}

#[cfg(test)]
mod tests;
