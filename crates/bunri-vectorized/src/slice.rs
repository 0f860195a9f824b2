//! The segments that one batch needs: on which of them does a day lie, and what follows. They are found by bisection.

use std::collections::BTreeMap;
use std::ops::Range;

use polars::prelude::{BooleanChunked, Int64Chunked, PolarsResult};

use crate::frame::{FIRST_DAY, LAST_DAY, first_of, word};
use crate::verdict::{OTHER, OWN, Reason};

/// A key's segments, ascending: the day on which each begins, since 1970, and its verdict, both numbers of this crate's.
pub type Timeline = Vec<(i64, i64)>;

/// Of a key through another table, one supply point that it belonged to, from a first day to a last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// Which of the key's supply points: several rows may name one.
    pub point: u64,
    /// The first day, since 1970.
    pub first: i64,
    /// The last day.
    pub last: i64,
    /// What the ledger says of the supply point.
    pub segments: Timeline,
}

/// Why every day is undecided of a key that an index does not have, and of NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// The ledger has no such key.
    NotInLedger,
    /// The other table, through which keys go, has none.
    NotAssigned,
}

/// The segments that one batch needs, and which point each row asks about. It is made row by row, of keys that ascend.
#[derive(Debug, Clone)]
pub struct Slice {
    /// For every row its point, −1 where the ledger has none.
    pub(crate) points: Vec<i64>,
    /// The segments of all points, one point after the other and each ascending: first day and verdict.
    starts: Vec<i64>,
    verdicts: Vec<i64>,
    /// Where the segments of every point end.
    ends: Vec<usize>,
    /// Of points that are keys through another table the supply points that they belonged to, each with the number of its segments here.
    assigned: BTreeMap<i64, Vec<(Assigned, i64)>>,
    /// The point of rows whose key is absent.
    absent: i64,
}

/// Where own days begin that are not there: after every day.
pub(crate) const NEVER: i64 = 1 << 40;

impl Slice {
    /// For so many rows, none of which is there yet.
    #[must_use]
    pub fn new(absent: Absent, rows: usize) -> Self {
        // Segment 0 belongs to no point: it is what rows without a point are told, of all days.
        let mut slice = Self {
            points: Vec::with_capacity(rows),
            starts: vec![FIRST_DAY],
            verdicts: vec![Reason::NotInLedger.verdict()],
            ends: Vec::new(),
            assigned: BTreeMap::new(),
            absent: -1,
        };
        slice.absent = match absent {
            Absent::NotInLedger => -1,
            Absent::NotAssigned => slice.add(&[(FIRST_DAY, Reason::KeyMissing.verdict())]),
        };
        slice
    }

    /// The next row has a key that the index does not have, or NULL.
    #[inline]
    pub fn push_absent(&mut self) {
        self.points.push(self.absent);
    }

    /// The next row has the key of the row before it.
    #[inline]
    pub fn push_same(&mut self) {
        let point = self.points.last().copied();
        self.points.push(point.unwrap_or(self.absent));
    }

    /// The next row has a key of its own, with these segments and supply points.
    pub fn push(&mut self, segments: &[(i64, i64)], assigned: &[Assigned]) {
        let point = self.add_key(segments, assigned);
        self.points.push(point);
    }

    /// Adds a point's segments (start and verdict, ascending) and gives its number.
    pub(crate) fn add(&mut self, segments: &[(i64, i64)]) -> i64 {
        for (start, verdict) in segments {
            self.starts.push(*start);
            self.verdicts.push(*verdict);
        }
        self.ends.push(self.starts.len());
        i64::try_from(self.ends.len()).map_or(-1, |count| count - 1)
    }

    /// The segments of a point; none of −1.
    fn segments_of(&self, point: i64) -> Range<usize> {
        let Ok(point) = usize::try_from(point) else {
            return 0..0;
        };
        let end = |point: usize| self.ends.get(point).copied();
        let begin = point.checked_sub(1).map_or(Some(1), end);
        begin.unwrap_or(0)..end(point).unwrap_or(0)
    }

    /// Adds a key's segments, and those of the supply points that it belonged to.
    fn add_key(&mut self, segments: &[(i64, i64)], assigned: &[Assigned]) -> i64 {
        let point = self.add(segments);
        if !assigned.is_empty() {
            let all = assigned.iter();
            let all = all.map(|one| (one.clone(), self.add(&one.segments)));
            let all = all.collect();
            self.assigned.insert(point, all);
        }
        point
    }

    /// The same segments, asked of the supply points that the rows' keys, which go through another table, belonged to on the last
    /// days that the rows speak of: where a meter went later does not matter.
    pub(crate) fn of_last_days(&self, last: &Int64Chunked) -> Self {
        let point = |(&point, last): (&i64, Option<i64>)| {
            let here = self.assigned.get(&point).into_iter().flatten();
            let mut here = here
                .filter(|(one, _)| last.is_some_and(|last| one.first <= last && last <= one.last));
            let Some((one, number)) = here.next() else {
                return -1;
            };
            let alone = here.all(|(other, _)| other.point == one.point);
            if alone { *number } else { -1 }
        };
        let points = self.points.iter().zip(last.iter()).map(point).collect();
        Self {
            points,
            ..self.clone()
        }
    }

    /// The position of the segment that holds a day of the row's point; of any of its days where the day is NULL.
    fn segment(&self, days: &Int64Chunked) -> Vec<usize> {
        let of = |(&point, day): (&i64, Option<i64>)| {
            let segments = self.segments_of(point);
            let starts = self.starts.get(segments.clone()).unwrap_or_default();
            let day = day.unwrap_or(0);
            let begun = starts.partition_point(|&start| start <= day);
            // A day without a segment of its point is told what rows without a point are: undecided.
            begun.checked_sub(1).map_or(0, |last| segments.start + last)
        };
        self.points.iter().zip(days.iter()).map(of).collect()
    }

    fn verdict(&self, segments: &[usize]) -> Int64Chunked {
        let verdict = |&segment: &usize| self.verdicts.get(segment).copied();
        segments.iter().map(verdict).collect()
    }

    /// The verdict of a day that may be NULL.
    pub(crate) fn on(&self, day: &Int64Chunked, missing: Reason) -> PolarsResult<Int64Chunked> {
        first_of(
            &[(&day.is_null(), &word(missing.verdict()))],
            &self.verdict(&self.segment(day)),
        )
    }

    /// What a ledger rule says of the days from `first` on, which lie in these segments: a customer of a day after the
    /// cutover is the incumbent's only if the same own days hold the cutover.
    fn by_then(&self, first: &Int64Chunked, segments: &[usize], cutover: i64) -> Int64Chunked {
        let rows = segments.iter().zip(first.iter());
        rows.map(|(&segment, first)| {
            let verdict = self.verdicts.get(segment).copied();
            let start = self.starts.get(segment);
            let still_to_come = first.is_some_and(|first| first > cutover)
                && verdict == Some(OWN)
                && start.is_none_or(|&start| start > cutover);
            if still_to_come { Some(OTHER) } else { verdict }
        })
        .collect()
    }

    /// What a ledger rule says of the days from `first` to `last`.
    pub(crate) fn within(
        &self,
        first: &Int64Chunked,
        last: &Int64Chunked,
        cutover: i64,
    ) -> PolarsResult<Int64Chunked> {
        let first_segment = self.segment(first);
        let is_one: BooleanChunked = first_segment
            .iter()
            .zip(&self.segment(last))
            .map(|(first, last)| Some(first == last))
            .collect();
        let missing = first.is_null() | last.is_null();
        first_of(
            &[
                (&missing, &word(Reason::DateMissing.verdict())),
                (&is_one, &self.by_then(first, &first_segment, cutover)),
            ],
            &word(Reason::PeriodSpansChange.verdict()),
        )
    }

    /// What a ledger rule says of one day.
    pub(crate) fn at(&self, day: &Int64Chunked, cutover: i64) -> PolarsResult<Int64Chunked> {
        first_of(
            &[(&day.is_null(), &word(Reason::DateMissing.verdict()))],
            &self.by_then(day, &self.segment(day), cutover),
        )
    }

    /// The first of the own days that hold a day; [`NEVER`] where the day is not own, or NULL.
    pub(crate) fn began(&self, day: &Int64Chunked) -> Int64Chunked {
        let rows = self.segment(day).into_iter().zip(day.iter());
        rows.map(|(segment, day)| {
            let is_own = day.is_some() && self.verdicts.get(segment) == Some(&OWN);
            let start = self.starts.get(segment).filter(|_| is_own);
            Some(start.copied().unwrap_or(NEVER))
        })
        .collect()
    }
}

const _: () = assert!(NEVER > LAST_DAY);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::frame::results;

    #[test]
    fn a_customer_still_to_come_is_other_until_the_day_has_come() {
        let mut slice = Slice::new(Absent::NotInLedger, 5);
        let point = slice.add(&[(FIRST_DAY, OTHER), (10, OWN), (20, OTHER), (30, OWN)]);
        slice.points = vec![point; 5];
        let days = |days: [i64; 5]| -> Int64Chunked { days.map(Some).into_iter().collect() };
        // Before and after the cutover in its own days; of another; of own days that only come; in them at the cutover.
        let day = days([12, 16, 22, 31, 15]);
        let said = slice.at(&day, 15).unwrap();
        assert_eq!(results(&said, "at").unwrap(), [OWN, OWN, OTHER, OTHER, OWN]);
        let last = days([15, 16, 31, 31, 20]);
        let said = slice.within(&day, &last, 15).unwrap();
        let spans = Reason::PeriodSpansChange.verdict();
        assert_eq!(
            results(&said, "within").unwrap(),
            [OWN, OWN, spans, OTHER, spans]
        );
        let began = slice.began(&days([19, 20, 30, 9, 10]));
        assert_eq!(
            results(&began, "began").unwrap(),
            [10, NEVER, 30, NEVER, 10]
        );
        slice.points = vec![-1; 5];
        let said = slice.at(&day, 15).unwrap();
        let unknown = Reason::NotInLedger.verdict();
        assert_eq!(results(&said, "at").unwrap(), [unknown; 5]);
    }
}
