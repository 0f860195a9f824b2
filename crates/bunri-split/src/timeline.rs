//! From the ledger's rows to the timeline of every supply point: segments of days with one verdict
//! (docs/rules.md, section 1). Polars decides what each ledger row is and which days it touches; a sweep over the
//! days on which something begins or ends makes the segments.
//!
//! Every ledger row adds one to some counters where it begins and takes it away where it ends. Running sums over
//! the sorted days give, for each stretch, how many rows of which kind touch it, and that decides the verdict.
//! A point's day is one number, `point × SPAN + day`, so that one sort orders everything.

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use bunri_catalogue::{Compare, Ledger, UntilIs};
use polars::prelude::{
    BooleanChunked, ChunkCompareIneq, Int64Chunked, PolarsResult, StringChunked,
};

use crate::codes::{Codes, is_one_of};
use crate::frame::{FIRST_DAY, LAST_DAY, first_of, int_column, known, mask, results, text, word};
use crate::probe::is_open;
use crate::verdict::{OTHER, OWN, Reason};

/// Days of one point: the distance between the numbers of two points.
pub(crate) const SPAN: i64 = 1 << 34;

/// The number of a day of a point.
fn number(point: i64, day: i64) -> i64 {
    point * SPAN + day - FIRST_DAY
}

/// Segments of some points, ordered; `point` counts from 0 in the order of the keys.
#[derive(Debug, Default)]
pub(crate) struct Segments {
    pub(crate) points: Vec<i64>,
    pub(crate) starts: Vec<i64>,
    pub(crate) verdicts: Vec<i64>,
}

/// What the sweep needs to know of the catalogue.
pub(crate) struct Sweep<'a> {
    pub(crate) ledger: &'a Ledger,
    pub(crate) codes: &'a Codes,
}

/// The columns of a ledger batch, as [`crate::ownership`] gathers them, sorted by key.
pub(crate) const LEDGER_COLUMNS: [&str; 6] = ["key", "rejected", "from", "until", "code", "kind"];

/// How many ledger rows of which kind touch a day.
#[derive(Debug, Clone, Copy, Default)]
struct Counters {
    rejected: i64,
    missing: i64,
    reversed: i64,
    rows: i64,
    own: i64,
    island: i64,
    kindless: i64,
    listed: i64,
}

/// A day from which the counters are others.
struct Event {
    at: i64,
    point: i64,
    change: Counters,
}

/// Some ledger rows: the days they touch, `begin` included and `end` not, and what they are.
struct LedgerRows {
    points: Vec<i64>,
    begin: Int64Chunked,
    end: Int64Chunked,
    rejected: BooleanChunked,
    missing: BooleanChunked,
    reversed: BooleanChunked,
    /// Neither of these three.
    plain: BooleanChunked,
    code: StringChunked,
    kind: StringChunked,
}

impl Sweep<'_> {
    /// The segments of a batch that holds all rows of its points.
    pub(crate) fn segments(&self, batch: &RecordBatch) -> PolarsResult<Segments> {
        let rows = self.rows(batch)?;
        let mut events = Vec::with_capacity(4 * rows.points.len());
        self.touching(&rows, &mut events)?;
        self.incumbent(&rows, &mut events)?;
        // Every point begins at −∞ with nothing.
        events.extend(rows.points.iter().map(|&point| Event {
            at: number(point, FIRST_DAY),
            point,
            change: Counters::default(),
        }));
        events.sort_by_key(|event| event.at);
        Ok(swept(&events))
    }

    /// What the ledger's rows are (docs/rules.md, section 1.2 and 1.3).
    fn rows(&self, batch: &RecordBatch) -> PolarsResult<LedgerRows> {
        let column = |position: usize| int_column(batch, position).into_iter().collect();
        let (rejected, from, until): (Int64Chunked, Int64Chunked, Int64Chunked) =
            (column(1), column(2), column(3));
        let rejected = known(&rejected.gt(0))?;
        let null_is_open = self.ledger.null_is_open;
        let declared = self.ledger.open.iter().map(|day| i64::from(*day));
        let open = is_open(&until, declared, null_is_open)?;
        let no_end = until.is_null();
        let missing = from.is_null() | (&no_end & &mask(!null_is_open, batch.num_rows()));
        let after = &until + i64::from(self.ledger.until_is == UntilIs::Inclusive);
        let reversed = !(&missing | &open) & known(&after.lt_eq(&from))?;
        let lower = first_of(&[(&until.lt(&from), &until)], &from)?;
        let upper = first_of(&[(&until.gt(&from), &until)], &from)?;
        let begin = first_of(
            &[
                (&(&rejected | &from.is_null()), &word(FIRST_DAY)),
                (&reversed, &lower),
            ],
            &from,
        )?;
        let end = first_of(
            &[
                (&(&(&rejected | &open) | &no_end), &word(LAST_DAY + 1)),
                (&reversed, &(&upper + 1)),
            ],
            &after,
        )?;
        let plain = !(&(&reversed | &missing) | &rejected);
        let kind = self
            .ledger
            .not_own_when
            .as_ref()
            .map_or(Compare::Exact, |rule| rule.compare);
        Ok(LedgerRows {
            points: points(batch),
            begin,
            end,
            missing: !&rejected & missing,
            reversed: !&rejected & reversed,
            rejected,
            plain,
            code: text("code", batch.column(4), self.ledger.compare)
                .str()?
                .clone(),
            kind: text("kind", batch.column(5), kind).str()?.clone(),
        })
    }

    /// The events at both edges of every row: what the row is.
    fn touching(&self, rows: &LedgerRows, events: &mut Vec<Event>) -> PolarsResult<()> {
        let compare = self.ledger.compare;
        let vacant = self.codes.is_vacant(&rows.code, compare);
        let listed = &rows.plain & &(vacant | self.codes.is_listed(&rows.code, compare));
        let begin = results(&rows.begin, "begin")?;
        let end = results(&rows.end, "end")?;
        let [rejected, missing, reversed, plain, listed] = [
            &rows.rejected,
            &rows.missing,
            &rows.reversed,
            &rows.plain,
            &listed,
        ]
        .map(ones);
        for (row, &point) in rows.points.iter().enumerate() {
            let counters = Counters {
                rejected: rejected[row],
                missing: missing[row],
                reversed: reversed[row],
                rows: plain[row],
                listed: listed[row],
                ..Counters::default()
            };
            push(events, point, (begin[row], end[row]), counters);
        }
        Ok(())
    }

    /// The events where a row is the incumbent's, clipped to the validity of each of its codes.
    fn incumbent(&self, rows: &LedgerRows, events: &mut Vec<Event>) -> PolarsResult<()> {
        let compare = self.ledger.compare;
        let supplied = &rows.plain & &!self.codes.is_vacant(&rows.code, compare);
        let (island, kindless) = self.not_own(&rows.kind);
        let own = ones(&!(&island | &kindless));
        let (island, kindless) = (ones(&island), ones(&kindless));
        for entry in &self.codes.incumbent {
            let is_entry = is_one_of(&rows.code, [entry.code.as_str()], compare);
            let first = entry.from.map_or(FIRST_DAY, i64::from);
            let after = entry
                .until
                .map_or(LAST_DAY + 1, |until| i64::from(until) + 1);
            let begin = first_of(&[(&rows.begin.lt(first), &word(first))], &rows.begin)?;
            let end = first_of(&[(&rows.end.gt(after), &word(after))], &rows.end)?;
            let touches = ones(&(&(&supplied & &is_entry) & &begin.lt(&end)));
            let (begin, end) = (results(&begin, "begin")?, results(&end, "end")?);
            for (row, &point) in rows.points.iter().enumerate() {
                if touches[row] == 1 {
                    let counters = Counters {
                        own: own[row],
                        island: island[row],
                        kindless: kindless[row],
                        ..Counters::default()
                    };
                    push(events, point, (begin[row], end[row]), counters);
                }
            }
        }
        Ok(())
    }

    /// `not_own_when`: the operator supplies; and: nobody can tell.
    fn not_own(&self, kind: &StringChunked) -> (BooleanChunked, BooleanChunked) {
        match &self.ledger.not_own_when {
            None => (mask(false, kind.len()), mask(false, kind.len())),
            Some(rule) => {
                let values = rule.values.iter().map(String::as_str);
                (is_one_of(kind, values, rule.compare), kind.is_null())
            }
        }
    }
}

/// A point is numbered where its key first appears.
fn points(batch: &RecordBatch) -> Vec<i64> {
    let keys = batch.column(0).as_binary::<i32>();
    let mut point = -1;
    (0..keys.len())
        .map(|row| {
            point += i64::from(row == 0 || keys.value(row) != keys.value(row - 1));
            point
        })
        .collect()
}

/// One for every row that is so.
fn ones(mask: &BooleanChunked) -> Vec<i64> {
    mask.iter().map(|is| i64::from(is == Some(true))).collect()
}

/// Counts a row from the first of these days on, and no more from the second.
fn push(events: &mut Vec<Event>, point: i64, days: (i64, i64), counters: Counters) {
    let change = |counters: Counters, day: i64| Event {
        at: number(point, day),
        point,
        change: counters,
    };
    events.push(change(counters, days.0));
    events.push(change(Counters::default().plus(counters, -1), days.1));
}

impl Counters {
    fn plus(self, other: Self, sign: i64) -> Self {
        Self {
            rejected: self.rejected + sign * other.rejected,
            missing: self.missing + sign * other.missing,
            reversed: self.reversed + sign * other.reversed,
            rows: self.rows + sign * other.rows,
            own: self.own + sign * other.own,
            island: self.island + sign * other.island,
            kindless: self.kindless + sign * other.kindless,
            listed: self.listed + sign * other.listed,
        }
    }

    /// The verdict of a stretch of days; the order is that of docs/rules.md, section 1.
    fn verdict(self) -> i64 {
        if self.rejected > 0 {
            Reason::LedgerRejected.verdict()
        } else if self.missing > 0 {
            Reason::LedgerDateMissing.verdict()
        } else if self.reversed > 0 {
            Reason::LedgerReversed.verdict()
        } else if self.rows > 1 {
            Reason::LedgerOverlap.verdict()
        } else if self.rows == 0 {
            Reason::LedgerGap.verdict()
        } else if self.own > 0 {
            OWN
        } else if self.kindless > 0 {
            Reason::SupplyKindMissing.verdict()
        } else if self.island > 0 || self.listed > 0 {
            OTHER
        } else {
            Reason::RetailerUnknown.verdict()
        }
    }
}

/// The segments that events in the order of their days leave.
fn swept(events: &[Event]) -> Segments {
    let mut segments = Segments::default();
    let mut counters = Counters::default();
    for (position, event) in events.iter().enumerate() {
        counters = counters.plus(event.change, 1);
        // Of several events on one day only the last has seen them all.
        let is_last = events
            .get(position + 1)
            .is_none_or(|next| next.at != event.at);
        let start = event.at - event.point * SPAN + FIRST_DAY;
        // Nothing lies beyond +∞.
        if !is_last || start > LAST_DAY {
            continue;
        }
        let verdict = counters.verdict();
        let goes_on = segments.points.last() == Some(&event.point)
            && segments.verdicts.last() == Some(&verdict);
        if !goes_on {
            segments.points.push(event.point);
            segments.starts.push(start);
            segments.verdicts.push(verdict);
        }
    }
    segments
}
