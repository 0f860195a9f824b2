//! From the ledger's rows to the timeline of every supply point: segments of days with one verdict
//! (docs/rules.md, section 1). Polars decides what each ledger row is and which days it touches; a sweep over the
//! days on which something begins or ends makes the segments.
//!
//! Every ledger row adds one to some counters where it begins and takes it away where it ends. Running sums over
//! the sorted days give, for each stretch, how many rows of which kind touch it, and that decides the verdict.
//! A point's day is one number, `point × SPAN + day`, so that one sort orders everything.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use bunri_catalogue::{Compare, IncumbentCode, Ledger, LedgerEnd, UntilIs};
use polars::prelude::{
    BooleanChunked, ChunkCompareEq, ChunkCompareIneq, Int64Chunked, PolarsResult, StringChunked,
};

use crate::codes::{Codes, is_one_of};
use crate::days::is_open;
use crate::frame::{FIRST_DAY, LAST_DAY, first_of, int_column, known, mask, results, text, word};
use crate::verdict::{OTHER, OWN, Reason, UNDECIDED};

/// Days of one point: the distance between the numbers of two points.
const SPAN: i64 = 1 << 34;

const _: () = assert!(LAST_DAY - FIRST_DAY < SPAN);

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

/// The columns of a ledger batch, sorted by key ([`crate::ledger_schema`]).
/// `status` is one of the constants below, `own_when` the verdict of that rule.
pub(crate) const LEDGER_COLUMNS: [&str; 6] = ["key", "status", "from", "until", "code", "own_when"];

/// A row that counts.
pub(crate) const COUNTS: i64 = 0;
/// A rejected row: it makes every day of its key undecided.
pub(crate) const REJECTED: i64 = 1;
/// A row of which `counts` does not know whether it counts: so does this one.
pub(crate) const STATUS_UNKNOWN: i64 = 2;
/// A row that never counts: it is taken out before the sweep.
pub(crate) const NEVER_COUNTS: i64 = 3;

/// How many ledger rows of which kind touch a day. Millions of them are sorted, so that they are small.
#[derive(Debug, Clone, Copy, Default)]
struct Counters {
    rejected: i32,
    unknown: i32,
    missing: i32,
    reversed: i32,
    rows: i32,
    own: i32,
    not_own: i32,
    unlisted: i32,
    listed: i32,
    /// Rows of the incumbent's that are listed too.
    listed_own: i32,
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
    unknown: BooleanChunked,
    missing: BooleanChunked,
    reversed: BooleanChunked,
    /// None of these four.
    plain: BooleanChunked,
    code: StringChunked,
    own_when: Int64Chunked,
}

/// What rows of the ledger that count say of their days.
struct Periods {
    begin: Int64Chunked,
    end: Int64Chunked,
    missing: BooleanChunked,
    reversed: BooleanChunked,
}

/// What some rows of one point come to: by how much counters change on which days. However many rows a point has, its days
/// are few.
#[derive(Debug, Default)]
pub(crate) struct PointDays(BTreeMap<i64, Counters>);

impl PointDays {
    /// As the events of the point with this number.
    fn events(self, point: i64) -> impl Iterator<Item = Event> {
        let event = move |(day, change)| Event {
            at: number(point, day),
            point,
            change,
        };
        self.0.into_iter().map(event)
    }
}

impl Sweep<'_> {
    /// The segments of all points of a batch but the last, of which more rows may follow, and the days of that one. `before` are
    /// those of the first point, of earlier batches. Only so many rows are `taken`; the others are looked at to see where these end.
    pub(crate) fn segments(
        &self,
        batch: &RecordBatch,
        taken: usize,
        before: PointDays,
    ) -> PolarsResult<(Segments, PointDays)> {
        let rows = self.rows(batch)?;
        let mut events = Vec::with_capacity(4 * taken);
        events.extend(before.events(0));
        self.touching(&rows, taken, &mut events)?;
        self.incumbent(&rows, taken, &mut events)?;
        // Every point begins at −∞ with nothing.
        events.extend(rows.points.iter().take(taken).map(|&point| Event {
            at: number(point, FIRST_DAY),
            point,
            change: Counters::default(),
        }));
        let last = rows.points.last().copied().unwrap_or_default();
        let mut days = PointDays::default();
        for event in events.extract_if(.., |event| event.point == last) {
            let day = event.at - last * SPAN + FIRST_DAY;
            let counters = days.0.entry(day).or_default();
            *counters = counters.plus(event.change, 1);
        }
        // What changes on one day is added up, in whatever order.
        events.sort_unstable_by_key(|event| event.at);
        Ok((swept(&events, self.ledger), days))
    }

    /// The segments of a point whose rows were all seen; its number is 0.
    pub(crate) fn of_point(&self, days: PointDays) -> Segments {
        let events: Vec<Event> = days.events(0).collect();
        swept(&events, self.ledger)
    }

    /// What the ledger's rows are (docs/rules.md, sections 1.1 to 1.4).
    fn rows(&self, batch: &RecordBatch) -> PolarsResult<LedgerRows> {
        let column = |position: usize| int_column(batch, position).into_iter().collect();
        let (status, from, own_when): (Int64Chunked, Int64Chunked, Int64Chunked) =
            (column(1), column(2), column(5));
        let points = points(batch);
        let periods = match &self.ledger.end {
            LedgerEnd::Until {
                until_is,
                open,
                null_is_open,
            } => {
                let until = column(3);
                let open = is_open(
                    &until,
                    open.iter().map(|day| i64::from(*day)),
                    *null_is_open,
                )?;
                until_a_day(&from, &until, &open, *until_is)?
            }
            LedgerEnd::Next => until_the_next(&points, &status, &from)?,
        };
        let rejected = known(&status.equal(REJECTED))?;
        let unknown = known(&status.equal(STATUS_UNKNOWN))?;
        let counts = known(&status.equal(COUNTS))?;
        let begin = first_of(&[(&counts, &periods.begin)], &word(FIRST_DAY))?;
        let end = first_of(&[(&counts, &periods.end)], &word(LAST_DAY + 1))?;
        let missing = &counts & &periods.missing;
        let reversed = &counts & &periods.reversed;
        Ok(LedgerRows {
            points,
            begin,
            end,
            rejected,
            unknown,
            plain: &counts & &!(&missing | &reversed),
            missing,
            reversed,
            code: text("code", batch.column(4), self.ledger.compare)
                .str()?
                .clone(),
            own_when,
        })
    }

    /// The rows with a code that is vacant or in the list of retailers.
    fn listed(&self, rows: &LedgerRows) -> BooleanChunked {
        let compare = self.ledger.compare;
        let vacant = self.codes.is_vacant(&rows.code, compare);
        &rows.plain & &(vacant | self.codes.is_listed(&rows.code, compare))
    }

    /// The events at both edges of every row: what the row is.
    fn touching(
        &self,
        rows: &LedgerRows,
        taken: usize,
        events: &mut Vec<Event>,
    ) -> PolarsResult<()> {
        let listed = self.listed(rows);
        let begin = results(&rows.begin, "begin")?;
        let end = results(&rows.end, "end")?;
        let [rejected, unknown, missing, reversed, plain, listed] = [
            &rows.rejected,
            &rows.unknown,
            &rows.missing,
            &rows.reversed,
            &rows.plain,
            &listed,
        ]
        .map(ones);
        for (row, &point) in rows.points.iter().enumerate().take(taken) {
            let counters = Counters {
                rejected: rejected[row],
                unknown: unknown[row],
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

    /// The incumbent's codes, each with the days on which it is valid, `after` not included. Several entries that are one code as
    /// the ledger compares are joined: a row must count once, or two of one row would pass for two rows.
    fn validities(&self) -> Vec<(String, i64, i64)> {
        let code = |code: &str| match self.ledger.compare {
            Compare::Exact => code.to_owned(),
            Compare::Trim => code.trim().to_owned(),
        };
        let days = |entry: &IncumbentCode| {
            let first = entry.from.map_or(FIRST_DAY, i64::from);
            let after = entry
                .until
                .map_or(LAST_DAY + 1, |until| i64::from(until) + 1);
            (code(&entry.code), first, after)
        };
        let mut entries: Vec<(String, i64, i64)> = self.codes.incumbent.iter().map(days).collect();
        entries.sort();
        let mut joined: Vec<(String, i64, i64)> = Vec::new();
        for (code, first, after) in entries {
            match joined.last_mut() {
                Some((before, _, end)) if *before == code && first <= *end => {
                    *end = (*end).max(after);
                }
                _ => joined.push((code, first, after)),
            }
        }
        joined
    }

    /// The events where a row is the incumbent's, clipped to the validity of each of its codes.
    fn incumbent(
        &self,
        rows: &LedgerRows,
        taken: usize,
        events: &mut Vec<Event>,
    ) -> PolarsResult<()> {
        let compare = self.ledger.compare;
        let supplied = &rows.plain & &!self.codes.is_vacant(&rows.code, compare);
        let own = ones(&rows.own_when.equal(OWN));
        let not_own = ones(&rows.own_when.equal(OTHER));
        let unlisted = ones(&rows.own_when.gt_eq(UNDECIDED));
        let listed = ones(&self.listed(rows));
        for (code, first, after) in self.validities() {
            let is_entry = is_one_of(&rows.code, [code.as_str()], compare);
            let begin = first_of(&[(&rows.begin.lt(first), &word(first))], &rows.begin)?;
            let end = first_of(&[(&rows.end.gt(after), &word(after))], &rows.end)?;
            let touches = ones(&(&(&supplied & &is_entry) & &begin.lt(&end)));
            let (begin, end) = (results(&begin, "begin")?, results(&end, "end")?);
            for (row, &point) in rows.points.iter().enumerate().take(taken) {
                if touches[row] == 1 {
                    let counters = Counters {
                        own: own[row],
                        not_own: not_own[row],
                        unlisted: unlisted[row],
                        listed_own: listed[row],
                        ..Counters::default()
                    };
                    push(events, point, (begin[row], end[row]), counters);
                }
            }
        }
        Ok(())
    }
}

/// Rows with an end of their own (docs/rules.md, section 1.4).
fn until_a_day(
    from: &Int64Chunked,
    until: &Int64Chunked,
    open: &BooleanChunked,
    until_is: UntilIs,
) -> PolarsResult<Periods> {
    let no_end = until.is_null();
    let missing = from.is_null() | (&no_end & &!open);
    let after = until + i64::from(until_is == UntilIs::Inclusive);
    let reversed = !(&missing | open) & known(&after.lt_eq(from))?;
    let lower = first_of(&[(&until.lt(from), until)], from)?;
    let upper = first_of(&[(&until.gt(from), until)], from)?;
    let begin = first_of(
        &[(&from.is_null(), &word(FIRST_DAY)), (&reversed, &lower)],
        from,
    )?;
    let end = first_of(
        &[
            (&(open | &no_end), &word(LAST_DAY + 1)),
            (&reversed, &(&upper + 1)),
        ],
        &after,
    )?;
    Ok(Periods {
        begin,
        end,
        missing,
        reversed,
    })
}

/// Rows that end where the next one of their point begins. A point's rows that count ascend by `from`, NULL first.
fn until_the_next(
    points: &[i64],
    status: &Int64Chunked,
    from: &Int64Chunked,
) -> PolarsResult<Periods> {
    let mut ends = vec![LAST_DAY + 1; points.len()];
    // The point that is gone through backwards, its first day seen so far, and where rows of that very day end.
    let mut seen: Option<(i64, i64, i64)> = None;
    let rows = points
        .iter()
        .zip(status.iter())
        .zip(from.iter())
        .enumerate();
    for (row, ((&point, status), from)) in rows.collect::<Vec<_>>().into_iter().rev() {
        let (Some(COUNTS), Some(from)) = (status, from) else {
            continue;
        };
        let end = match seen {
            Some((same, first, end)) if same == point && first == from => end,
            Some((same, first, _)) if same == point => first,
            Some(_) | None => LAST_DAY + 1,
        };
        ends[row] = end;
        seen = Some((point, from, end));
    }
    let missing = from.is_null();
    Ok(Periods {
        begin: first_of(&[(&missing, &word(FIRST_DAY))], from)?,
        end: ends.into_iter().map(Some).collect(),
        reversed: mask(false, points.len()),
        missing,
    })
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
fn ones(mask: &BooleanChunked) -> Vec<i32> {
    mask.iter().map(|is| i32::from(is == Some(true))).collect()
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
    fn plus(self, other: Self, sign: i32) -> Self {
        Self {
            rejected: self.rejected + sign * other.rejected,
            unknown: self.unknown + sign * other.unknown,
            missing: self.missing + sign * other.missing,
            reversed: self.reversed + sign * other.reversed,
            rows: self.rows + sign * other.rows,
            own: self.own + sign * other.own,
            not_own: self.not_own + sign * other.not_own,
            unlisted: self.unlisted + sign * other.unlisted,
            listed: self.listed + sign * other.listed,
            listed_own: self.listed_own + sign * other.listed_own,
        }
    }

    /// The verdict of a stretch of days; the order is that of docs/rules.md, section 1.
    fn verdict(self, ledger: &Ledger) -> i64 {
        let agreed = ledger.overlap_same_verdict.is_some();
        if self.rejected > 0 {
            Reason::LedgerRejected.verdict()
        } else if self.unknown > 0 {
            Reason::LedgerStatusUnknown.verdict()
        } else if self.missing > 0 {
            Reason::LedgerDateMissing.verdict()
        } else if self.reversed > 0 {
            Reason::LedgerReversed.verdict()
        } else if self.rows > 1 {
            // The code of a row that is not the incumbent's on the day says other if it is listed.
            let other = self.not_own + self.listed - self.listed_own;
            if agreed && self.own == self.rows {
                OWN
            } else if agreed && other == self.rows {
                OTHER
            } else {
                Reason::LedgerOverlap.verdict()
            }
        } else if self.rows == 0 && ledger.gap_other.is_some() {
            OTHER
        } else if self.rows == 0 {
            Reason::LedgerGap.verdict()
        } else if self.own > 0 {
            OWN
        } else if self.unlisted > 0 {
            Reason::OwnWhenUnlisted.verdict()
        } else if self.not_own > 0 || self.listed > 0 {
            OTHER
        } else {
            Reason::RetailerUnknown.verdict()
        }
    }
}

/// The segments that events in the order of their days leave.
fn swept(events: &[Event], ledger: &Ledger) -> Segments {
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
        let verdict = counters.verdict(ledger);
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use arrow_array::{ArrayRef, BinaryArray, Int64Array, StringArray};
    use bunri_parse::load;

    use super::*;

    /// A ledger row: key, status, from, until, `own_when`; the code is the incumbent's.
    type Row = (&'static [u8], i64, Option<i64>, Option<i64>, i64);

    fn batch(rows: &[Row]) -> RecordBatch {
        let ints = |of: fn(&Row) -> Option<i64>| -> ArrayRef {
            Arc::new(rows.iter().map(of).collect::<Int64Array>())
        };
        let keys = BinaryArray::from_iter_values(rows.iter().map(|row| row.0));
        let codes = StringArray::from_iter_values(rows.iter().map(|_| "99010"));
        let columns: [ArrayRef; 6] = [
            Arc::new(keys),
            ints(|row| Some(row.1)),
            ints(|row| row.2),
            ints(|row| row.3),
            Arc::new(codes),
            ints(|row| Some(row.4)),
        ];
        let named = LEDGER_COLUMNS.into_iter().zip(columns);
        RecordBatch::try_from_iter_with_nullable(named.map(|(name, column)| (name, column, true)))
            .unwrap()
    }

    /// The segments of every point: start and verdict.
    fn swept(end: LedgerEnd, rows: &[Row]) -> Vec<(i64, i64, i64)> {
        let folder = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../samples/catalogues/valid/minimal"
        );
        let catalogue = load(std::path::Path::new(folder)).unwrap();
        let mut ledger = catalogue.ledgers[0].clone();
        ledger.end = end;
        let sweep = Sweep {
            ledger: &ledger,
            codes: &Codes::only_incumbent("99010"),
        };
        segments_of(&sweep, rows)
    }

    fn segments_of(sweep: &Sweep<'_>, rows: &[Row]) -> Vec<(i64, i64, i64)> {
        let days = PointDays::default();
        let (whole, last) = sweep.segments(&batch(rows), rows.len(), days).unwrap();
        let last = sweep.of_point(last);
        let listed = |segments: Segments, from: i64| {
            let days = segments.starts.into_iter().zip(segments.verdicts);
            let points = segments.points.into_iter().map(move |point| point + from);
            let all = points.zip(days);
            all.map(|(point, (start, verdict))| (point, start, verdict))
                .collect::<Vec<_>>()
        };
        let mut all = listed(whole, 0);
        let number = all.last().map_or(0, |(point, _, _)| point + 1);
        all.extend(listed(last, number));
        all
    }

    /// A code that is written twice is one code: one own row beside another's is no agreement of two.
    #[test]
    fn two_entries_of_one_code_do_not_make_two_rows_of_one() {
        let folder = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../samples/catalogues/valid/minimal"
        );
        let catalogue = load(std::path::Path::new(folder)).unwrap();
        let mut ledger = catalogue.ledgers[0].clone();
        ledger.compare = Compare::Trim;
        ledger.overlap_same_verdict = Some("a test".to_owned());
        let mut codes = Codes::only_incumbent("99010");
        let mut again = codes.incumbent[0].clone();
        again.code = " 99010".to_owned();
        codes.incumbent.push(again);
        let sweep = Sweep {
            ledger: &ledger,
            codes: &codes,
        };
        let said = |rows: &[Row]| {
            let segments = segments_of(&sweep, rows);
            segments
                .iter()
                .find(|(_, start, _)| *start == 10)
                .unwrap()
                .2
        };
        let own: Row = (b"a", COUNTS, Some(10), Some(20), OWN);
        let island: Row = (b"a", COUNTS, Some(10), Some(20), OTHER);
        assert_eq!(said(&[own, island]), Reason::LedgerOverlap.verdict());
        assert_eq!(said(&[own, own]), OWN);
        assert_eq!(said(&[island, island]), OTHER);
    }

    #[test]
    fn a_switch_lasts_until_the_next_later_one_of_its_key() {
        let gap = Reason::LedgerGap.verdict();
        let overlap = Reason::LedgerOverlap.verdict();
        let missing = Reason::LedgerDateMissing.verdict();
        let row = |key: &'static [u8], from, own_when| (key, COUNTS, from, None, own_when);
        let rows = [
            row(b"a", Some(10), OWN),
            row(b"a", Some(20), OTHER),
            row(b"b", Some(5), OWN),
            row(b"b", Some(5), OWN),
            row(b"b", Some(9), OWN),
            row(b"c", None, OWN),
            row(b"c", Some(7), OWN),
        ];
        assert_eq!(
            swept(LedgerEnd::Next, &rows),
            [
                (0, FIRST_DAY, gap),
                (0, 10, OWN),
                (0, 20, OTHER),
                (1, FIRST_DAY, gap),
                (1, 5, overlap),
                (1, 9, OWN),
                (2, FIRST_DAY, missing),
            ]
        );
    }

    #[test]
    fn a_row_of_unknown_status_makes_every_day_of_its_key_undecided_and_a_rejected_one_before() {
        let end = || LedgerEnd::Until {
            until_is: UntilIs::Inclusive,
            open: std::iter::once(99).collect(),
            null_is_open: false,
        };
        let unlisted = Reason::OwnWhenUnlisted.verdict();
        let rows: [Row; 6] = [
            (b"a", COUNTS, Some(10), Some(99), OWN),
            (b"a", STATUS_UNKNOWN, None, None, OWN),
            (b"b", REJECTED, None, None, OWN),
            (b"b", STATUS_UNKNOWN, Some(3), Some(2), OWN),
            (b"c", COUNTS, Some(10), Some(19), unlisted),
            (b"c", COUNTS, Some(20), Some(99), OTHER),
        ];
        assert_eq!(
            swept(end(), &rows),
            [
                (0, FIRST_DAY, Reason::LedgerStatusUnknown.verdict()),
                (1, FIRST_DAY, Reason::LedgerRejected.verdict()),
                (2, FIRST_DAY, Reason::LedgerGap.verdict()),
                (2, 10, unlisted),
                (2, 20, OTHER),
            ]
        );
    }
}
