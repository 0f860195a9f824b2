//! Periods of one thing in a table that may be the ledger: how many meet, leave days out or overlap. Days are kept by the
//! number of their key, never by the key.

use serde::Serialize;

/// So many periods are kept; of a larger table they are not compared.
const MOST: usize = 1 << 23;

/// 2199-12-31: a later end means "no end yet".
const LAST_DAY_OF_DATA: i32 = 84_005;

/// What the periods of a table come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Periods {
    /// Things that have periods.
    pub keys: u64,
    /// Periods without a first day that can be read.
    pub undated: u64,
    /// Periods that end before they begin.
    pub reversed: u64,
    /// Periods without an end, or with one that means "no end yet".
    pub open: u64,
    /// Of those without an end: how many are NULL, or no day and no sentinel.
    pub open_null: u64,
    /// Neighbours of which the later begins on the day after the earlier ends.
    pub next_day: u64,
    /// Neighbours of which the later begins on the day on which the earlier ends.
    pub same_day: u64,
    /// Neighbours with days between them.
    pub gaps: u64,
    /// Neighbours that share days.
    pub overlaps: u64,
}

/// Gathers periods.
#[derive(Debug, Default)]
pub(super) struct PeriodWatch {
    periods: Vec<(u64, i32, Option<i32>)>,
    told: Periods,
    too_many: bool,
}

impl PeriodWatch {
    pub(super) fn take(&mut self, key: Option<u64>, from: Option<i32>, until: Option<i32>) {
        self.told.open_null += u64::from(until.is_none());
        let until = until.filter(|day| *day <= LAST_DAY_OF_DATA);
        self.told.open += u64::from(until.is_none());
        let (Some(key), Some(from)) = (key, from) else {
            self.told.undated += 1;
            return;
        };
        if until.is_some_and(|until| until < from) {
            self.told.reversed += 1;
            return;
        }
        if self.periods.len() == MOST {
            self.too_many = true;
            return;
        }
        self.periods.push((key, from, until));
    }

    /// What they come to; [`None`] where there are too many to compare.
    pub(super) fn finish(mut self) -> Option<Periods> {
        if self.too_many {
            return None;
        }
        self.periods.sort_unstable();
        // Whether an end is its period's last day or the day after is what most neighbours do.
        let mut told = self.told;
        let neighbours = || {
            let pairs = self.periods.windows(2);
            pairs.filter_map(|pair| match pair {
                [(a, _, end), (b, begin, _)] if a == b => Some((*end, *begin)),
                _ => None,
            })
        };
        for (end, begin) in neighbours() {
            told.next_day += u64::from(end.is_some_and(|end| end + 1 == begin));
            told.same_day += u64::from(end == Some(begin));
        }
        let exclusive = told.same_day > told.next_day;
        for (end, begin) in neighbours() {
            let after = end.map(|end| if exclusive { end } else { end + 1 });
            match after {
                Some(after) if begin > after => told.gaps += 1,
                Some(after) if begin == after => {}
                Some(_) | None => told.overlaps += 1,
            }
        }
        let same = self
            .periods
            .windows(2)
            .filter(|pair| pair[0].0 == pair[1].0);
        told.keys = (self.periods.len() - same.count()) as u64;
        Some(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(periods: &[(u64, i32, i32)]) -> Periods {
        let mut watch = PeriodWatch::default();
        for (key, from, until) in periods {
            watch.take(Some(*key), Some(*from), Some(*until));
        }
        watch.finish().unwrap_or_default()
    }

    #[test]
    fn gaps_and_overlaps_of_inclusive_ends() {
        let told = told(&[
            (1, 0, 9),
            (1, 10, 19),
            (1, 30, 99),
            (2, 0, 9),
            (2, 9, 2_932_896),
            (3, 9, 8),
        ]);
        assert_eq!((told.next_day, told.same_day), (1, 1));
        assert_eq!((told.gaps, told.overlaps), (1, 1));
        assert_eq!((told.keys, told.open, told.reversed), (2, 1, 1));
    }

    #[test]
    fn ends_that_are_the_day_after_are_no_overlap() {
        let told = told(&[(1, 0, 10), (1, 10, 20), (1, 20, 30), (1, 31, 40)]);
        assert_eq!((told.gaps, told.overlaps), (1, 0));
    }
}
