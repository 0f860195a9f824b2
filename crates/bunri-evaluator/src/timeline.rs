//! Who supplied a point on every day (docs/rules.md, section 1): go from day to day on which something begins or ceases to be
//! said, decide the days up to the next by what is said then, and join equal neighbours.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::LazyLock;

use bunri_catalogue::{Ledger, LedgerEnd, OtherWhen};
use bunri_types::Day;

use super::codes::names;
use super::days::{is_open, last_day};
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

    /// From all ledger rows of one key.
    #[must_use]
    pub fn of(periods: &[Period], ledger: &Ledger, codes: &Codes) -> Self {
        let counting = match counting(periods, ledger) {
            Ok(counting) if counting.is_empty() => return Self::unknown().clone(),
            Ok(counting) => counting,
            Err(reason) => return Self::constant(reason),
        };
        let mut froms: Vec<Days> = counting
            .iter()
            .filter_map(|period| period.from.map(Days::from))
            .collect();
        froms.sort_unstable();
        let rows = counting.into_iter();
        let said = rows.flat_map(|period| said_by(period, &froms, ledger, codes));
        Self::swept(said, |said| fate(said, ledger))
    }

    /// From what is said of which days, first and last. `fate` decides a day by what is said of it, and by how many: a point may
    /// have a million rows, and they say few things.
    pub(crate) fn swept<T: Ord + Clone>(
        said: impl Iterator<Item = (Days, Days, T)>,
        fate: impl Fn(&BTreeMap<T, i64>) -> Verdict,
    ) -> Self {
        let mut turns = Vec::new();
        for (first, last, what) in said {
            if last != FOREVER {
                turns.push((last + 1, -1, what.clone()));
            }
            turns.push((first, 1, what));
        }
        turns.sort_by_key(|&(day, ..)| day);
        let mut turns = turns.into_iter().peekable();
        let mut now: BTreeMap<T, i64> = BTreeMap::new();
        let mut segments: Vec<Segment> = Vec::new();
        let mut first = EVER;
        loop {
            while let Some((_, more, what)) = turns.next_if(|&(day, ..)| day <= first) {
                match now.entry(what) {
                    Entry::Occupied(rows) if *rows.get() + more == 0 => drop(rows.remove()),
                    entry => *entry.or_default() += more,
                }
            }
            let verdict = fate(&now);
            let last = turns.peek().map_or(FOREVER, |&(next, ..)| next - 1);
            match segments.last_mut() {
                Some(before) if before.verdict == verdict => before.last = last,
                Some(_) | None => segments.push(Segment {
                    first,
                    last,
                    verdict,
                }),
            }
            if last == FOREVER {
                return Self(segments);
            }
            first = last + 1;
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
fn counting<'a>(periods: &'a [Period], ledger: &Ledger) -> Result<Vec<&'a Period>, Reason> {
    let Some(counts) = &ledger.counts else {
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

/// The days that a ledger row touches, and what is wrong with it. `froms` are the first days of all rows that count, ascending.
fn touched(period: &Period, froms: &[Days], ledger: &Ledger) -> (Days, Days, Option<Reason>) {
    let first = period.from.map_or(EVER, Days::from);
    let missing = Some(Reason::LedgerDateMissing);
    let last = match (&ledger.end, period.until) {
        (LedgerEnd::Next, _) if period.from.is_none() => FOREVER,
        (LedgerEnd::Next, _) => {
            let next = froms.get(froms.partition_point(|&from| from <= first));
            next.map_or(FOREVER, |next| next - 1)
        }
        (LedgerEnd::Until { .. }, until) if is_open(ledger.open_ends(), until) => FOREVER,
        (LedgerEnd::Until { .. }, None) => return (first, FOREVER, missing),
        (LedgerEnd::Until { until_is, .. }, Some(until)) => {
            let (last, until) = (last_day(until, *until_is), Days::from(until));
            if last < first {
                let reversed = Some(Reason::LedgerReversed);
                return (first.min(until), first.max(until), reversed);
            }
            last
        }
    };
    (first, last, missing.filter(|_| period.from.is_none()))
}

/// What a ledger row says of the days that it touches, cut where a code begins or ceases to be the incumbent's: within each
/// piece it says one thing.
fn said_by(
    period: &Period,
    froms: &[Days],
    ledger: &Ledger,
    codes: &Codes,
) -> Vec<(Days, Days, Verdict)> {
    let (first, last, flaw) = touched(period, froms, ledger);
    let changes = codes.changes();
    let mut begins: Vec<Days> = changes.filter(|&day| first < day && day <= last).collect();
    begins.push(first);
    begins.sort_unstable();
    begins.dedup();
    let ends = begins.iter().skip(1).map(|next| next - 1).chain([last]);
    let says = |day| match flaw {
        Some(flaw) => Verdict::Undecided(flaw),
        None => supplier(period, day, ledger, codes),
    };
    let pieces = begins.iter().zip(ends);
    pieces.map(|(&day, end)| (day, end, says(day))).collect()
}

/// The table of section 1, number 5: the first line that fits.
fn fate(said: &BTreeMap<Verdict, i64>, ledger: &Ledger) -> Verdict {
    let mut flaws = [Reason::LedgerDateMissing, Reason::LedgerReversed]
        .map(Verdict::Undecided)
        .into_iter();
    if let Some(flaw) = flaws.find(|flaw| said.contains_key(flaw)) {
        return flaw;
    }
    let mut verdicts = said.iter();
    match (verdicts.next(), verdicts.next()) {
        (None, _) if ledger.gap_other.is_some() => Verdict::Other,
        (None, _) => Verdict::Undecided(Reason::LedgerGap),
        (Some((verdict, 1)), None) => *verdict,
        (Some((verdict @ (Verdict::Own | Verdict::Other), _)), None)
            if ledger.overlap_same_verdict.is_some() =>
        {
            *verdict
        }
        (Some(_), _) => Verdict::Undecided(Reason::LedgerOverlap),
    }
}

/// The code verdict, and where it is own, `own_when`: any entry that says other, else any that says undecided, else own.
fn supplier(period: &Period, day: Days, ledger: &Ledger, codes: &Codes) -> Verdict {
    let verdict = codes.verdict(period.retailer.as_deref(), ledger.compare, day);
    if verdict != Verdict::Own {
        return verdict;
    }
    let mut said = Verdict::Own;
    for (rule, value) in ledger.own_when.iter().zip(&period.own_when) {
        let value = value.as_deref();
        let other = match &rule.other {
            OtherWhen::Listed(values) => names(values, value, rule.compare),
            OtherWhen::Retailers => value.is_some_and(|code| codes.is_retailer(code, rule.compare)),
        };
        if names(&rule.own, value, rule.compare) {
            continue;
        }
        if other {
            return Verdict::Other;
        }
        said = Verdict::Undecided(Reason::OwnWhenUnlisted);
    }
    said
}

#[cfg(test)]
mod tests;
