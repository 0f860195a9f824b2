//! Who supplied a point on every day (docs/rules.md, section 1): go from day to day on which a ledger row begins or ceases to
//! say something, decide the days up to the next by what is said then, and join equal neighbours.

use std::sync::LazyLock;

use bunri_catalogue::{Counts, LedgerEnd, OtherWhen, OwnWhen, UntilIs};
use bunri_types::Day;

use super::codes::names;
use super::{Codes, Days, EVER, FOREVER, Reason, Verdict};

/// One ledger row of a key, as it stands. Codes of int columns are their decimal text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: Option<Day>,
    /// End; none in a list of switches.
    pub until: Option<Day>,
    /// The retailer's code.
    pub retailer: Option<String>,
    /// What `counts` asks.
    pub counts: Option<String>,
    /// What each entry of `own_when` asks.
    pub own_when: Vec<Option<String>>,
}

/// How the ledger is to be read.
#[derive(Debug, Clone)]
pub struct LedgerTerms {
    /// Where the last day of a row comes from.
    pub end: LedgerEnd,
    /// The lists of codes.
    pub codes: Codes,
    /// Which rows count; [`None`]: all.
    pub counts: Option<Counts>,
    /// What else must hold for own, each with the list of retailers compared as it says.
    pub own_when: Vec<(OwnWhen, Codes)>,
    /// Whether several rows that say the same of a day are believed.
    pub overlap_same_verdict: bool,
    /// Whether days that no row touches are another's.
    pub gap_other: bool,
}

impl LedgerTerms {
    /// Whether this end means "no end yet".
    #[must_use]
    pub fn is_open(&self, until: Option<Day>) -> bool {
        match &self.end {
            LedgerEnd::Until {
                open, null_is_open, ..
            } => until.map_or(*null_is_open, |day| open.contains(&day)),
            LedgerEnd::Next => false,
        }
    }
}

/// The last day of a period whose end is not open.
#[must_use]
pub fn last_day(until: Day, until_is: UntilIs) -> Days {
    match until_is {
        UntilIs::Inclusive => Days::from(until),
        UntilIs::Exclusive => Days::from(until) - 1,
    }
}

/// Days with one fate, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// First day or [`EVER`].
    pub first: Days,
    /// Last day or [`FOREVER`].
    pub last: Days,
    /// Their fate.
    pub verdict: Verdict,
}

/// Every day of a supply point: segments from −∞ to +∞ without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline(Vec<Segment>);

impl Timeline {
    /// One fate for all days.
    #[must_use]
    pub fn constant(reason: Reason) -> Self {
        Self(vec![Segment {
            first: EVER,
            last: FOREVER,
            verdict: Verdict::Undecided(reason),
        }])
    }

    /// Of a key that the ledger does not know.
    #[must_use]
    pub fn unknown() -> &'static Self {
        static UNKNOWN: LazyLock<Timeline> =
            LazyLock::new(|| Timeline::constant(Reason::NotInLedger));
        &UNKNOWN
    }

    /// Whether the ledger does not know the key.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == *Self::unknown()
    }

    /// From all ledger rows of one key (at least one; without any it is [`Reason::NotInLedger`]).
    #[must_use]
    pub fn of(periods: &[Period], terms: &LedgerTerms) -> Self {
        let counting = match counting(periods, terms) {
            Ok(counting) if counting.is_empty() => return Self::unknown().clone(),
            Ok(counting) => counting,
            Err(reason) => return Self::constant(reason),
        };
        let mut froms: Vec<Days> = counting
            .iter()
            .filter_map(|period| period.from.map(Days::from))
            .collect();
        froms.sort_unstable();
        let touches = counting
            .iter()
            .map(|period| Touch::of(period, &froms, terms));
        let mut turns: Vec<Turn> = touches.flat_map(|touch| touch.turns(terms)).collect();
        turns.sort_by_key(|turn| turn.day);
        let mut turns = turns.into_iter().peekable();
        let mut said = Said::default();
        let mut timeline = Self::begin();
        let mut first = EVER;
        loop {
            while let Some(turn) = turns.next_if(|turn| turn.day <= first) {
                said.turn(turn);
            }
            let last = turns.peek().map_or(FOREVER, |next| next.day - 1);
            timeline.join(first, last, said.fate(terms));
            match turns.peek() {
                Some(next) => first = next.day,
                None => return timeline,
            }
        }
    }

    /// Nothing yet: whoever builds one goes from [`EVER`] to [`FOREVER`].
    pub(crate) fn begin() -> Self {
        Self(Vec::new())
    }

    /// The days after those that are there; of the same fate they make the last segment longer.
    pub(crate) fn join(&mut self, first: Days, last: Days, verdict: Verdict) {
        match self.0.last_mut() {
            Some(before) if before.verdict == verdict => before.last = last,
            Some(_) | None => self.0.push(Segment {
                first,
                last,
                verdict,
            }),
        }
    }

    /// From segments that were a timeline before: an index file is read back.
    #[must_use]
    pub fn from_segments(segments: Vec<Segment>) -> Option<Self> {
        let whole = segments.first()?.first == EVER && segments.last()?.last == FOREVER;
        let joined = segments
            .windows(2)
            .all(|pair| pair[0].last.checked_add(1) == Some(pair[1].first));
        (whole && joined).then_some(Self(segments))
    }

    /// The segments.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The segment of a day.
    #[must_use]
    pub fn segment(&self, day: Days) -> Segment {
        // Segments cover every day, so the last one that has begun is the one.
        let begun = self.0.partition_point(|segment| segment.first <= day);
        self.0[begun.saturating_sub(1)]
    }

    /// The fate of a day.
    #[must_use]
    pub fn on(&self, day: Days) -> Verdict {
        self.segment(day).verdict
    }

    /// The segment that covers the whole of a period, if one does.
    #[must_use]
    pub fn covering(&self, first: Days, last: Days) -> Option<Segment> {
        let segment = self.segment(first);
        (segment.last >= last).then_some(segment)
    }
}

/// The rows that count, or why nobody can say which do.
fn counting<'a>(periods: &'a [Period], terms: &LedgerTerms) -> Result<Vec<&'a Period>, Reason> {
    let Some(counts) = &terms.counts else {
        return Ok(periods.iter().collect());
    };
    let mut counting = Vec::new();
    for period in periods {
        let value = period.counts.as_deref();
        if names(&counts.counting, value, counts.compare) {
            counting.push(period);
        } else if !names(&counts.never, value, counts.compare) {
            return Err(Reason::LedgerStatusUnknown);
        }
    }
    Ok(counting)
}

/// The days that a ledger row touches, and what is wrong with it.
struct Touch<'a> {
    first: Days,
    last: Days,
    flaw: Option<Reason>,
    period: &'a Period,
}

impl<'a> Touch<'a> {
    /// `froms` are the first days of all rows that count, ascending.
    fn of(period: &'a Period, froms: &[Days], terms: &LedgerTerms) -> Self {
        let touch = |first, last, flaw| Self {
            first,
            last,
            flaw,
            period,
        };
        let until_is = match &terms.end {
            LedgerEnd::Until { until_is, .. } => *until_is,
            LedgerEnd::Next => {
                let Some(from) = period.from.map(Days::from) else {
                    return touch(EVER, FOREVER, Some(Reason::LedgerDateMissing));
                };
                let next = froms.get(froms.partition_point(|&other| other <= from));
                return touch(from, next.map_or(FOREVER, |&next| next - 1), None);
            }
        };
        let open = terms.is_open(period.until);
        let first = period.from.map_or(EVER, Days::from);
        let last = match period.until {
            Some(until) if !open => last_day(until, until_is),
            Some(_) | None => FOREVER,
        };
        if period.from.is_none() || (period.until.is_none() && !open) {
            return touch(first, last, Some(Reason::LedgerDateMissing));
        }
        match period.until.map(Days::from) {
            Some(until) if last < first => touch(
                first.min(until),
                first.max(until),
                Some(Reason::LedgerReversed),
            ),
            Some(_) | None => touch(first, last, None),
        }
    }
}

/// What a ledger row says of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// It speaks of the day, and something is wrong with it.
    Flaw(Reason),
    Supplier(Verdict),
}

/// The day on which a ledger row begins or ceases to say something.
struct Turn {
    day: Days,
    says: Says,
    begins: bool,
}

impl Touch<'_> {
    /// Its days, cut where a code begins or ceases to be the incumbent's: within each piece it says one thing.
    fn turns(&self, terms: &LedgerTerms) -> Vec<Turn> {
        let changes = terms.codes.changes();
        let inside = changes.filter(|&day| self.first < day && day <= self.last);
        let mut begins: Vec<Days> = inside.collect();
        begins.push(self.first);
        begins.sort_unstable();
        begins.dedup();
        let mut turns = Vec::new();
        for (at, &day) in begins.iter().enumerate() {
            let says = match self.flaw {
                Some(flaw) => Says::Flaw(flaw),
                None => Says::Supplier(supplier(self.period, day, terms)),
            };
            let ceases = begins.get(at + 1).copied();
            let after = (self.last != FOREVER).then(|| self.last + 1);
            let turn = |day, begins| Turn { day, says, begins };
            turns.push(turn(day, true));
            turns.extend(ceases.or(after).map(|day| turn(day, false)));
        }
        turns
    }
}

/// What the rows that touch a day say of it, and how many say so. A point may have a million rows, and they say few things.
#[derive(Default)]
struct Said(Vec<(Says, usize)>);

impl Said {
    fn turn(&mut self, Turn { says, begins, .. }: Turn) {
        match self.0.iter().position(|(other, _)| *other == says) {
            Some(at) if begins => self.0[at].1 += 1,
            Some(at) => {
                self.0[at].1 -= 1;
                self.0.retain(|(_, rows)| *rows > 0);
            }
            // Nothing ceases that has not begun; if it did, one row too many would make the days undecided.
            None => self.0.push((says, 1)),
        }
    }

    /// The table of section 1, number 5: the first line that fits.
    fn fate(&self, terms: &LedgerTerms) -> Verdict {
        let flaws = [Reason::LedgerDateMissing, Reason::LedgerReversed];
        let is_flawed = |flaw: &Reason| self.0.iter().any(|(says, _)| *says == Says::Flaw(*flaw));
        if let Some(flaw) = flaws.into_iter().find(is_flawed) {
            return Verdict::Undecided(flaw);
        }
        match self.0.as_slice() {
            [] if terms.gap_other => Verdict::Other,
            [] => Verdict::Undecided(Reason::LedgerGap),
            [(Says::Supplier(verdict), 1)] => *verdict,
            [(Says::Supplier(verdict @ (Verdict::Own | Verdict::Other)), _)]
                if terms.overlap_same_verdict =>
            {
                *verdict
            }
            [_, ..] => Verdict::Undecided(Reason::LedgerOverlap),
        }
    }
}

/// The code verdict, and where it is own, `own_when`: any entry that says other, else any that says undecided, else own.
fn supplier(period: &Period, day: Days, terms: &LedgerTerms) -> Verdict {
    let verdict = terms.codes.verdict(period.retailer.as_deref(), day);
    if verdict != Verdict::Own {
        return verdict;
    }
    let mut unlisted = false;
    for ((rule, retailers), value) in terms.own_when.iter().zip(&period.own_when) {
        let value = value.as_deref();
        let other = match &rule.other {
            OtherWhen::Listed(values) => names(values, value, rule.compare),
            OtherWhen::Retailers => value.is_some_and(|code| retailers.is_retailer(code)),
        };
        if names(&rule.own, value, rule.compare) {
            continue;
        }
        if other {
            return Verdict::Other;
        }
        unlisted = true;
    }
    if unlisted {
        Verdict::Undecided(Reason::OwnWhenUnlisted)
    } else {
        Verdict::Own
    }
}

#[cfg(test)]
mod tests;
