//! Written when, by whom (docs/rules.md, section 4): asked of own rows, with the day on which a row was written and the last
//! day that it speaks of. A table with the ledger's key asks its own timeline; any other asks those of its parents,
//! all of them together before its rows stream.

use bunri_catalogue::{Early, Match};
use polars::prelude::{
    BooleanChunked, ChunkCompareEq, ChunkCompareIneq, Int64Chunked, PolarsResult,
};

use crate::frame::{constant, first_of, known, word};
use crate::slice::{NEVER, Slice};
use crate::verdict::{OTHER, OWN, Reason};

/// What `known_at` says of early and late rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KnownRule {
    pub(crate) grace_days: u32,
    pub(crate) early: Early,
}

/// The day on which rows were written, and the last day that they speak of.
pub(crate) struct Written<'a> {
    pub(crate) on: &'a Int64Chunked,
    pub(crate) last: &'a Int64Chunked,
}

impl Written<'_> {
    /// Whether what was written is not later than what it speaks of.
    fn in_time(&self) -> PolarsResult<BooleanChunked> {
        known(&self.on.lt_eq(self.last))
    }

    /// Whether it is later, and by no more than the grace.
    fn within(&self, grace_days: u32) -> PolarsResult<BooleanChunked> {
        let end = self.last + i64::from(grace_days);
        known(&(self.on.gt(self.last) & self.on.lt_eq(&end)))
    }
}

/// One point's answer about a row: nothing against it, or so many days early (more than none), or one of the others.
const STANDS: i64 = 0;
const AFTER: i64 = -1;
const UNKNOWN: i64 = -2;
/// What settles it alone: the row was written on one of the days of an own parent.
pub(crate) const HELD: i64 = -3;

impl KnownRule {
    /// What an early row is.
    fn early(self, days: &Int64Chunked) -> PolarsResult<Int64Chunked> {
        let most = match self.early {
            Early::Own => 2 * NEVER,
            Early::Undecided => -1,
            Early::Days(most) => i64::from(most),
        };
        let is_own = known(&days.lt_eq(most))?;
        first_of(
            &[(&is_own, &word(OWN))],
            &word(Reason::WrittenEarly.verdict()),
        )
    }

    /// Own rows of a table with a ledger key of its own. `began` is where the own days began that hold the last day.
    pub(crate) fn by_own_key(
        self,
        written: &Written<'_>,
        supplier: &Int64Chunked,
        began: &Int64Chunked,
    ) -> PolarsResult<Int64Chunked> {
        let early = self.early(&(began - written.on))?;
        let missing = word(Reason::KnownAtMissing.verdict());
        first_of(
            &[
                (&written.on.is_null(), &missing),
                (&is_not_in_ledger(supplier), supplier),
                (&supplier.equal(OWN), &word(OWN)),
                (&written.within(self.grace_days)?, &word(OWN)),
                (&written.in_time()?, &early),
            ],
            // Another's, or nobody knows whose.
            supplier,
        )
    }

    /// What each point says of its row; nothing is known of a NULL in its key, nor of one that the ledger does not know.
    pub(crate) fn of_points(
        self,
        written: &Written<'_>,
        slice: &Slice,
    ) -> PolarsResult<Int64Chunked> {
        let supplier = slice.on(written.on, Reason::KnownAtMissing)?;
        let began = slice.began(written.last);
        let nothing_known = is_not_in_ledger(&supplier) | written.on.is_null();
        first_of(
            &[
                (&nothing_known, &word(UNKNOWN)),
                (&supplier.equal(OWN), &word(STANDS)),
                (&written.within(self.grace_days)?, &word(STANDS)),
                (&written.in_time()?, &(&began - written.on)),
                (&supplier.equal(OTHER), &word(AFTER)),
            ],
            &word(UNKNOWN),
        )
    }

    /// Own rows by what the points of their parents say.
    pub(crate) fn by_points(
        self,
        on: &Int64Chunked,
        sayings: &Sayings,
        any: &BooleanChunked,
    ) -> PolarsResult<Int64Chunked> {
        let rows = sayings.0.len();
        let is = |of: fn(&Saying) -> bool| -> BooleanChunked {
            sayings.0.iter().map(|saying| Some(of(saying))).collect()
        };
        let days = |of: fn(&Saying) -> i64| -> Int64Chunked {
            sayings.0.iter().map(|saying| Some(of(saying))).collect()
        };
        let unknown = is(|saying| saying.unknown);
        let early = is(|saying| saying.most_early > 0);
        let undecided = word(Reason::KnownAtUndecided.verdict());
        let all = first_of(
            &[
                (&is(|saying| saying.after), &word(OTHER)),
                (&unknown, &undecided),
                (&early, &self.early(&days(|saying| saying.most_early))?),
            ],
            &constant(OWN, rows),
        )?;
        let held = is(|saying| saying.held);
        let one = first_of(
            &[
                (&is(|saying| saying.stands), &word(OWN)),
                (&early, &self.early(&days(|saying| saying.least_early))?),
                (&unknown, &undecided),
            ],
            &constant(OTHER, rows),
        )?;
        first_of(
            &[
                (&on.is_null(), &word(Reason::KnownAtMissing.verdict())),
                (&held, &word(OWN)),
                (any, &one),
            ],
            &all,
        )
    }
}

/// Where the ledger does not know a key: the only reason that every day of it has.
fn is_not_in_ledger(supplier: &Int64Chunked) -> BooleanChunked {
    supplier.equal(Reason::NotInLedger.verdict())
}

/// What the points of one row's parents said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Saying {
    held: bool,
    stands: bool,
    after: bool,
    unknown: bool,
    /// 0 if no point says early.
    most_early: i64,
    least_early: i64,
}

/// What the points of the parents of some rows said.
#[derive(Debug)]
pub(crate) struct Sayings(pub(crate) Vec<Saying>);

impl Saying {
    /// One more point.
    #[inline]
    pub(crate) fn add(&mut self, said: i64) {
        match said {
            HELD => self.held = true,
            STANDS => self.stands = true,
            AFTER => self.after = true,
            days if days > 0 => {
                let first = self.most_early == 0;
                self.most_early = self.most_early.max(days);
                self.least_early = if first {
                    days
                } else {
                    self.least_early.min(days)
                };
            }
            _ => self.unknown = true,
        }
    }
}

/// Whether one point is enough.
pub(crate) fn is_any(matching: Match) -> bool {
    match matching {
        Match::All => false,
        Match::Any => true,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::frame::{FIRST_DAY, latest, mask, nothing, results};
    use crate::slice::Absent;

    fn column(values: &[i64]) -> Int64Chunked {
        values.iter().copied().map(Some).collect()
    }

    /// One point: another's until day 9, own from 10 to 19, unknown until 29, own from 30 to 39, another's since.
    fn slice(rows: usize) -> Slice {
        let mut slice = Slice::new(Absent::NotInLedger, rows);
        let gap = Reason::LedgerGap.verdict();
        let point = slice.add(&[
            (FIRST_DAY, OTHER),
            (10, OWN),
            (20, gap),
            (30, OWN),
            (40, OTHER),
        ]);
        slice.points = vec![point; rows];
        slice
    }

    /// By the own key, and by one point of a parent, which must say the same.
    fn both(rule: KnownRule, on: &[i64], last: &[i64]) -> (Vec<i64>, Vec<i64>) {
        let (on, last) = (column(on), column(last));
        let slice = slice(on.len());
        let written = Written {
            on: &on,
            last: &last,
        };
        let supplier = slice.on(&on, Reason::KnownAtMissing).unwrap();
        let own = rule.by_own_key(&written, &supplier, &slice.began(&last));
        let points = rule.of_points(&written, &slice).unwrap();
        let sayings = Sayings(
            results(&points, "said")
                .unwrap()
                .into_iter()
                .map(|said| {
                    let mut saying = Saying::default();
                    saying.add(said);
                    saying
                })
                .collect(),
        );
        let parents = rule.by_points(&on, &sayings, &mask(false, on.len()));
        (
            results(&own.unwrap(), "own").unwrap(),
            results(&parents.unwrap(), "parents").unwrap(),
        )
    }

    #[test]
    fn what_was_written_before_its_own_days_is_early_and_never_other() {
        let rule = |early| KnownRule {
            grace_days: 0,
            early,
        };
        let early = Reason::WrittenEarly.verdict();
        // On the first own day, a day before, long before, before own days that are not there; in an own time long ago.
        let (on, last) = ([30, 29, 9, 9, 12], [35, 35, 35, 9, 35]);
        assert_eq!(
            both(rule(Early::Days(1)), &on, &last).0,
            [OWN, OWN, early, early, OWN]
        );
        assert_eq!(
            both(rule(Early::Days(1)), &on, &last).1,
            [OWN, OWN, early, early, OWN]
        );
        assert_eq!(both(rule(Early::Own), &on, &last).0, [OWN; 5]);
        assert_eq!(
            both(rule(Early::Undecided), &on, &last).0,
            [OWN, early, early, early, OWN]
        );
        let (own, parents) = both(rule(Early::Days(u32::MAX)), &on, &last);
        assert_eq!(own, [OWN, OWN, OWN, early, OWN]);
        assert_eq!(parents, own);
    }

    #[test]
    fn what_was_written_later_is_decided_by_who_supplied_then() {
        let rule = KnownRule {
            grace_days: 3,
            early: Early::Undecided,
        };
        // Own again; in the gap; within grace of its own end; after it; in grace of an older end; of an end before the gap.
        let (on, last) = ([39, 25, 42, 43, 41, 21], [15, 15, 39, 39, 12, 19]);
        let (own, parents) = both(rule, &on, &last);
        let gap = Reason::LedgerGap.verdict();
        assert_eq!(own, [OWN, gap, OWN, OTHER, OTHER, OWN]);
        let unknown = Reason::KnownAtUndecided.verdict();
        assert_eq!(parents, [OWN, unknown, OWN, OTHER, OTHER, OWN]);
    }

    #[test]
    fn of_several_points_all_or_any_decide() {
        let rule = KnownRule {
            grace_days: 0,
            early: Early::Days(5),
        };
        let decided = |said: &[i64], any: bool| {
            let mut saying = Saying::default();
            said.iter().for_each(|said| saying.add(*said));
            let verdict = rule.by_points(&column(&[1]), &Sayings(vec![saying]), &mask(any, 1));
            results(&verdict.unwrap(), "verdict").unwrap()[0]
        };
        let (unknown, early) = (
            Reason::KnownAtUndecided.verdict(),
            Reason::WrittenEarly.verdict(),
        );
        assert_eq!(decided(&[STANDS, AFTER, UNKNOWN], false), OTHER);
        assert_eq!(decided(&[STANDS, UNKNOWN, 9], false), unknown);
        assert_eq!(decided(&[STANDS, 5, 6], false), early);
        assert_eq!(decided(&[STANDS, 5, 2], false), OWN);
        assert_eq!(decided(&[STANDS, AFTER, UNKNOWN], true), OWN);
        assert_eq!(decided(&[AFTER, 5, 9, UNKNOWN], true), OWN);
        assert_eq!(decided(&[AFTER, 6, 9, UNKNOWN], true), early);
        assert_eq!(decided(&[AFTER, UNKNOWN], true), unknown);
        assert_eq!(decided(&[AFTER], true), OTHER);
    }

    #[test]
    fn nothing_is_known_of_a_point_without_a_timeline_or_a_day() {
        let (on, last) = (column(&[35, 35]), column(&[35, 35]));
        let written = Written {
            on: &on,
            last: &last,
        };
        let rule = KnownRule {
            grace_days: 0,
            early: Early::Own,
        };
        let mut slice = slice(2);
        slice.points[0] = -1;
        let said = rule.of_points(&written, &slice).unwrap();
        assert_eq!(results(&said, "said").unwrap(), [UNKNOWN, STANDS]);
        let supplier = slice.on(&on, Reason::KnownAtMissing).unwrap();
        let own = rule.by_own_key(&written, &supplier, &slice.began(&last));
        let unknown = Reason::NotInLedger.verdict();
        assert_eq!(results(&own.unwrap(), "own").unwrap(), [unknown, OWN]);
        let nulls = nothing(2);
        let written = Written {
            on: &nulls,
            last: &last,
        };
        let own = rule.by_own_key(&written, &supplier, &last);
        let missing = Reason::KnownAtMissing.verdict();
        assert_eq!(results(&own.unwrap(), "own").unwrap(), [missing; 2]);
    }

    #[test]
    fn of_several_days_of_writing_the_latest_counts() {
        let first: Int64Chunked = [None, Some(8), None].into_iter().collect();
        let second: Int64Chunked = [Some(7), Some(7), None].into_iter().collect();
        let day = latest(&[first, second], 3).unwrap();
        let days: Vec<Option<i64>> = day.iter().collect();
        assert_eq!(days, [Some(7), Some(8), None]);
    }
}
