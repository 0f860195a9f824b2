//! Asking the timeline about rows: on which segment does a day lie, and what follows for the row. The
//! segments are found by bisection over the slice of the index that a batch needs; what follows, Polars decides.

use bunri_catalogue::{Catalogue, KnownAt, LedgerTime, RowRule, Table, UntilIs};
use polars::prelude::{
    BooleanChunked, ChunkCompareEq, ChunkCompareIneq, DataFrame, Int64Chunked, PolarsResult,
};

use crate::codes::column;
use crate::frame::{FIRST_DAY, LAST_DAY, constant, first_of, known, mask, word};
use crate::ownership::NO_END;
use crate::timeline::SPAN;
use crate::verdict::{OWN, Reason};

/// The segments that one batch needs, and which point each row asks about.
#[derive(Debug)]
pub(crate) struct Slice {
    /// For every row its point, −1 where the ledger has none.
    pub(crate) points: Vec<i64>,
    starts: Vec<i64>,
    ends: Vec<i64>,
    verdicts: Vec<i64>,
    count: i64,
}

impl Slice {
    /// Point −1 is there from the beginning, with one verdict for all its days.
    pub(crate) fn new(unknown: i64) -> Self {
        Self {
            points: Vec::new(),
            starts: vec![-SPAN],
            ends: vec![NO_END],
            verdicts: vec![unknown],
            count: 0,
        }
    }

    /// Adds a point's segments (start and verdict, ascending) and gives its number.
    pub(crate) fn add(&mut self, segments: &[(i64, i64)]) -> i64 {
        let point = self.count;
        self.count += 1;
        for (position, (start, verdict)) in segments.iter().enumerate() {
            self.starts.push(point * SPAN + start - FIRST_DAY);
            self.ends
                .push(segments.get(position + 1).map_or(NO_END, |(next, _)| *next));
            self.verdicts.push(*verdict);
        }
        point
    }

    /// The position of the segment that holds a day of the row's point; of any of its days where the day is NULL.
    fn segment(&self, days: &Int64Chunked) -> Vec<usize> {
        let of = |(&point, day): (&i64, Option<i64>)| {
            let number = point * SPAN + day.unwrap_or(0) - FIRST_DAY;
            let after = self.starts.partition_point(|&start| start <= number);
            // Position 0 is "not in the ledger", which is undecided.
            after.saturating_sub(1)
        };
        self.points.iter().zip(days.iter()).map(of).collect()
    }

    fn verdict(&self, segments: &[usize]) -> Int64Chunked {
        let verdict = |&segment: &usize| self.verdicts.get(segment).copied();
        segments.iter().map(verdict).collect()
    }

    fn end(&self, segments: &[usize]) -> Int64Chunked {
        let end = |&segment: &usize| self.ends.get(segment).copied();
        segments.iter().map(end).collect()
    }

    /// The verdict of a day that may be NULL.
    pub(crate) fn on(&self, day: &Int64Chunked, missing: Reason) -> PolarsResult<Int64Chunked> {
        first_of(
            &[(&day.is_null(), &word(missing.verdict()))],
            &self.verdict(&self.segment(day)),
        )
    }
}

/// What a table asks of its own ledger key: one verdict for every ledger rule, the end of the own segment
/// that covers a `during` period, and who supplied when the row was written.
#[derive(Debug, Clone, Default)]
pub(crate) struct LedgerQuestions {
    /// In the order of the row rule.
    pub(crate) times: Vec<LedgerTime>,
    /// The known_at column, if it is asked by this table's own ledger key.
    pub(crate) known: Option<usize>,
    pub(crate) open: Vec<i64>,
    pub(crate) null_is_open: bool,
    pub(crate) cutover: i64,
}

impl LedgerQuestions {
    pub(crate) fn new(catalogue: &Catalogue, table: &Table, cutover: i64) -> Self {
        let times = table.rows.direct().iter().filter_map(ledger_time).collect();
        let known = match &table.known_at {
            KnownAt::Column { column, .. } => table.ledger_key.as_ref().map(|_| *column),
            KnownAt::None { .. } | KnownAt::NotNeeded => None,
        };
        Self {
            times,
            known,
            open: catalogue
                .ledger
                .open
                .iter()
                .map(|day| i64::from(*day))
                .collect(),
            null_is_open: catalogue.ledger.null_is_open,
            cutover,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.times.is_empty() && self.known.is_none()
    }

    /// The columns of the table that are read, ascending, without those of the ledger key.
    pub(crate) fn columns(&self) -> Vec<usize> {
        let of = |time: &LedgerTime| match *time {
            LedgerTime::During { from, until, .. } => vec![from, until],
            LedgerTime::At { column } => vec![column],
            LedgerTime::AtCutover => vec![],
            LedgerTime::AtSlot { date, slot } => vec![date, slot],
        };
        let mut columns: Vec<usize> = self.times.iter().flat_map(of).chain(self.known).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// The names of the answers, in order.
    pub(crate) fn answers(&self) -> Vec<String> {
        let rules = (0..self.times.len()).map(|rule| format!("ledger{rule}"));
        rules
            .chain(["own_end".to_owned(), "supplier".to_owned()])
            .collect()
    }

    /// Asks. `frame` holds the columns of [`LedgerQuestions::columns`]; the answers are in the order of
    /// [`LedgerQuestions::answers`].
    pub(crate) fn ask(&self, frame: &DataFrame, slice: &Slice) -> PolarsResult<Vec<Int64Chunked>> {
        let rows = slice.points.len();
        let mut own_end = constant(NO_END, rows);
        let mut answers = Vec::new();
        for time in &self.times {
            let verdict = match *time {
                LedgerTime::During {
                    from,
                    until,
                    until_is,
                } => {
                    let from = column(frame, from)?.i64()?;
                    let until = column(frame, until)?.i64()?;
                    let (verdict, end) = self.during(slice, from, until, until_is)?;
                    own_end = end;
                    verdict
                }
                LedgerTime::At { column: day } => {
                    slice.on(column(frame, day)?.i64()?, Reason::DateMissing)?
                }
                LedgerTime::AtCutover => {
                    slice.on(&constant(self.cutover, rows), Reason::DateMissing)?
                }
                LedgerTime::AtSlot { date, slot } => {
                    let slot = column(frame, slot)?.i64()?;
                    let on_day = slice.on(column(frame, date)?.i64()?, Reason::DateMissing)?;
                    let valid = slot.gt_eq(1) & slot.lt_eq(48);
                    first_of(&[(&valid, &on_day)], &word(Reason::SlotInvalid.verdict()))?
                }
            };
            answers.push(verdict);
        }
        answers.push(own_end);
        answers.push(match self.known {
            Some(known) => slice.on(column(frame, known)?.i64()?, Reason::KnownAtMissing)?,
            None => constant(OWN, rows),
        });
        Ok(answers)
    }

    /// The verdict of a period, and the end of the segment in which it begins.
    fn during(
        &self,
        slice: &Slice,
        from: &Int64Chunked,
        until: &Int64Chunked,
        until_is: UntilIs,
    ) -> PolarsResult<(Int64Chunked, Int64Chunked)> {
        let exclusive = i64::from(until_is == UntilIs::Exclusive);
        let is_open = is_open(until, self.open.iter().copied(), self.null_is_open)?;
        let last = first_of(&[(&is_open, &word(LAST_DAY))], &(until - exclusive))?;
        let first_segment = slice.segment(from);
        let last_segment = slice.segment(&last);
        let is_one: BooleanChunked = first_segment
            .iter()
            .zip(&last_segment)
            .map(|(first, last)| Some(first == last))
            .collect();
        let verdict = first_of(
            &[
                (
                    &(from.is_null() | last.is_null()),
                    &word(Reason::DateMissing.verdict()),
                ),
                (&last.lt(from), &word(Reason::PeriodReversed.verdict())),
                (&is_one, &slice.verdict(&first_segment)),
            ],
            &word(Reason::PeriodSpansChange.verdict()),
        )?;
        Ok((verdict, slice.end(&first_segment)))
    }
}

/// Whether an end of a period is a declared open one.
pub(crate) fn is_open(
    until: &Int64Chunked,
    declared: impl Iterator<Item = i64>,
    null_is_open: bool,
) -> PolarsResult<BooleanChunked> {
    let mut listed = mask(false, until.len());
    for day in declared {
        listed = listed | known(&until.equal(day))?;
    }
    Ok(listed | (until.is_null() & mask(null_is_open, until.len())))
}

fn ledger_time(rule: &RowRule) -> Option<LedgerTime> {
    match rule {
        RowRule::Ledger(time) => Some(*time),
        RowRule::Parent { .. }
        | RowRule::Column { .. }
        | RowRule::All(_)
        | RowRule::AllTransmission
        | RowRule::AllRetail
        | RowRule::Reference => None,
    }
}

/// Days are far from the ends of i64, so sums of days and grace never wrap.
const _: () = assert!(FIRST_DAY > -SPAN && LAST_DAY - FIRST_DAY < SPAN);
