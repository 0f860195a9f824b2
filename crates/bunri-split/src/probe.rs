//! Asking the timeline about rows: on which segment does a day lie, and what follows for the row. Polars
//! finds the segments by bisection over the slice of the index that a batch needs.

use bunri_catalogue::{Catalogue, KnownAt, LedgerTime, RowRule, Table, UntilIs};
use polars::prelude::{
    Column, DataFrame, Expr, IntoLazy, NamedFrom, PolarsResult, SearchSortedSide, Series, col, lit,
    when,
};

use crate::codes::{column, typed_lit};
use crate::frame::{FIRST_DAY, LAST_DAY, plain_numbers};
use crate::ownership::NO_END;
use crate::timeline::{SPAN, number};
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

    /// The `point` column.
    pub(crate) fn point_column(&self) -> Column {
        plain_numbers("point", self.points.clone())
    }

    fn literal(name: &str, values: &[i64]) -> Expr {
        lit(Series::new(name.into(), values))
    }

    /// The position of the segment that holds a day of the row's point.
    fn segment(&self, day: &Expr) -> Expr {
        let day = day.clone().fill_null(typed_lit(0_i64));
        Self::literal("starts", &self.starts).search_sorted(
            number(&col("point"), &day),
            SearchSortedSide::Right,
            false,
        ) - typed_lit(1_u32)
    }

    fn verdict(&self, segment: &Expr) -> Expr {
        Self::literal("verdicts", &self.verdicts).gather(segment.clone(), false)
    }

    fn end(&self, segment: &Expr) -> Expr {
        Self::literal("ends", &self.ends).gather(segment.clone(), false)
    }

    /// The verdict of a day that may be NULL.
    pub(crate) fn on(&self, day: &Expr, missing: Reason) -> Expr {
        when(day.clone().is_null())
            .then(typed_lit(missing.verdict()))
            .otherwise(self.verdict(&self.segment(day)))
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
        let times = match &table.rows {
            RowRule::All(rules) => rules.iter().filter_map(ledger_time).collect(),
            rule => ledger_time(rule).into_iter().collect(),
        };
        let known = match (&table.known_at, &table.ledger_key) {
            (KnownAt::Column { column, .. }, Some(_)) => Some(*column),
            _ => None,
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

    /// Asks. `frame` holds the columns of [`LedgerQuestions::columns`] and `point`.
    pub(crate) fn ask(&self, frame: DataFrame, slice: &Slice) -> PolarsResult<DataFrame> {
        let mut own_end = typed_lit(NO_END);
        let mut answers = Vec::new();
        for (rule, time) in self.times.iter().enumerate() {
            let name = format!("ledger{rule}");
            let verdict = match *time {
                LedgerTime::During {
                    from,
                    until,
                    until_is,
                } => {
                    let (verdict, end) = self.during(slice, from, until, until_is);
                    own_end = end;
                    verdict
                }
                LedgerTime::At { column: day } => slice.on(&column(day), Reason::DateMissing),
                LedgerTime::AtCutover => slice.on(&typed_lit(self.cutover), Reason::DateMissing),
                LedgerTime::AtSlot { date, slot } => {
                    let slot = column(slot);
                    let valid = slot
                        .clone()
                        .gt_eq(typed_lit(1_i64))
                        .and(slot.lt_eq(typed_lit(48_i64)));
                    when(valid.fill_null(typed_lit(false)))
                        .then(slice.on(&column(date), Reason::DateMissing))
                        .otherwise(typed_lit(Reason::SlotInvalid.verdict()))
                }
            };
            answers.push(verdict.alias(name.as_str()));
        }
        answers.push(own_end.alias("own_end"));
        let supplier = match self.known {
            Some(known) => slice.on(&column(known), Reason::KnownAtMissing),
            None => typed_lit(OWN),
        };
        answers.push(supplier.alias("supplier"));
        frame.lazy().with_columns(answers).collect()
    }

    fn during(&self, slice: &Slice, from: usize, until: usize, until_is: UntilIs) -> (Expr, Expr) {
        let (from, until) = (column(from), column(until));
        let listed = self.open.iter().fold(typed_lit(false), |any, day| {
            any.or(until.clone().eq(typed_lit(*day)))
        });
        let listed = when(until.clone().is_null())
            .then(typed_lit(self.null_is_open))
            .otherwise(listed);
        let last = until - typed_lit(i64::from(until_is == UntilIs::Exclusive));
        let last = when(listed).then(typed_lit(LAST_DAY)).otherwise(last);
        let first_segment = slice.segment(&from);
        let last_segment = slice.segment(&last);
        let verdict = when(from.clone().is_null().or(last.clone().is_null()))
            .then(typed_lit(Reason::DateMissing.verdict()))
            .when(last.lt(from))
            .then(typed_lit(Reason::PeriodReversed.verdict()))
            .when(first_segment.clone().eq(last_segment))
            .then(slice.verdict(&first_segment))
            .otherwise(typed_lit(Reason::PeriodSpansChange.verdict()));
        (verdict, slice.end(&first_segment))
    }
}

fn ledger_time(rule: &RowRule) -> Option<LedgerTime> {
    match rule {
        RowRule::Ledger(time) => Some(*time),
        _ => None,
    }
}

/// The day as a number in the frame of an unsorted pass or of a parent pass.
pub(crate) fn supplier_on(frame: DataFrame, slice: &Slice, day: &str) -> PolarsResult<DataFrame> {
    let supplier = slice
        .on(&col(day), Reason::KnownAtMissing)
        .alias("supplier");
    frame.lazy().with_column(supplier).collect()
}

/// Days are far from the ends of i64, so sums of days and grace never wrap.
const _: () = assert!(FIRST_DAY > -SPAN && LAST_DAY - FIRST_DAY < SPAN);
