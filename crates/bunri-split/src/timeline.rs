//! From the ledger's rows to the timeline of every supply point: segments of days with one verdict
//! (docs/rules.md, section 1), computed by Polars as a sweep over the days on which something begins or ends.
//!
//! Every ledger row adds one to some counters where it begins and takes it away where it ends. Running sums over
//! the sorted days give, for each stretch, how many rows of which kind touch it, and that decides the verdict.
//! A point's day is one number, `point × SPAN + day`, so that one sort orders everything.

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use bunri_catalogue::{Compare, Ledger, UntilIs};
use polars::prelude::{
    Column, DataFrame, Expr, IntoLazy, PolarsResult, SortMultipleOptions, col, concat, when,
};

use crate::codes::{Codes, is_one_of, typed_lit};
use crate::frame::{FIRST_DAY, LAST_DAY, frame, int_column, numbers, plain_numbers, results, text};
use crate::verdict::{OTHER, OWN, Reason};

/// Days of one point: the distance between the numbers of two points.
pub(crate) const SPAN: i64 = 1 << 34;

/// The number of a day of a point.
pub(crate) fn number(point: &Expr, day: &Expr) -> Expr {
    point.clone() * typed_lit(SPAN) + day.clone() - typed_lit(FIRST_DAY)
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

/// Counters, from the strongest: the first that is not zero decides.
const COUNTERS: [&str; 9] = [
    "rejected", "missing", "reversed", "rows", "own", "island", "kindless", "listed", "unknown",
];

impl Sweep<'_> {
    /// The segments of a batch that holds all rows of its points.
    pub(crate) fn segments(&self, batch: &RecordBatch) -> PolarsResult<Segments> {
        let rows = self.rows(batch)?;
        let begins = self.events(&rows, "begin", 1);
        let ends = self.events(&rows, "end", -1);
        let mut events: Vec<_> = begins.into_iter().chain(ends).collect();
        events.push(Ok(origin(&rows)?));
        let events = events.into_iter().collect::<PolarsResult<Vec<_>>>()?;
        let lazy: Vec<_> = events.into_iter().map(IntoLazy::lazy).collect();
        let running: Vec<Expr> = COUNTERS
            .iter()
            .map(|name| col(*name).cum_sum(false))
            .collect();
        let swept = concat(lazy, polars::prelude::UnionArgs::default())?
            .sort(["at"], SortMultipleOptions::default())
            .with_columns(running)
            // Of several events on one day only the last has seen them all.
            .filter(col("at").neq_missing(col("at").shift(typed_lit(-1_i64))))
            .with_column(stretch_verdict().alias("verdict"))
            // Nothing lies beyond +∞.
            .filter(
                (col("at") - col("point") * typed_lit(SPAN))
                    .lt(typed_lit(LAST_DAY + 1 - FIRST_DAY)),
            )
            .filter(
                col("point")
                    .neq_missing(col("point").shift(typed_lit(1_i64)))
                    .or(col("verdict").neq_missing(col("verdict").shift(typed_lit(1_i64)))),
            )
            .with_column(
                (col("at") - col("point") * typed_lit(SPAN) + typed_lit(FIRST_DAY)).alias("start"),
            )
            .collect()?;
        Ok(Segments {
            points: results(&swept, "point")?,
            starts: results(&swept, "start")?,
            verdicts: results(&swept, "verdict")?,
        })
    }

    /// The ledger's rows with the days they touch, `begin` included and `end` not, and their kind.
    fn rows(&self, batch: &RecordBatch) -> PolarsResult<DataFrame> {
        let open = self.ledger.open.iter().fold(typed_lit(false), |any, day| {
            any.or(col("until").eq(typed_lit(i64::from(*day))))
        });
        let null_is_open = typed_lit(self.ledger.null_is_open);
        let no_end = col("until").is_null();
        let is_open = when(no_end.clone())
            .then(null_is_open.clone())
            .otherwise(open);
        let missing = col("from").is_null().or(no_end.and(null_is_open.not()));
        let inclusive = i64::from(self.ledger.until_is == UntilIs::Inclusive);
        let after = || col("until") + typed_lit(inclusive);
        let reversed = || {
            col("missing")
                .or(col("open"))
                .not()
                .and(after().lt_eq(col("from")))
        };
        let lower = when(col("until").lt(col("from")))
            .then(col("until"))
            .otherwise(col("from"));
        let upper = when(col("until").gt(col("from")))
            .then(col("until"))
            .otherwise(col("from"));
        let rejected = || col("rejected").gt(typed_lit(0_i64));
        frame(self.columns(batch))?
            .lazy()
            .with_columns([missing.alias("missing"), is_open.alias("open")])
            .with_column(reversed().alias("reversed"))
            .with_columns([
                when(rejected().or(col("from").is_null()))
                    .then(typed_lit(FIRST_DAY))
                    .when(col("reversed"))
                    .then(lower)
                    .otherwise(col("from"))
                    .alias("begin"),
                when(rejected().or(col("open")).or(col("until").is_null()))
                    .then(typed_lit(LAST_DAY + 1))
                    .when(col("reversed"))
                    .then(upper + typed_lit(1_i64))
                    .otherwise(after())
                    .alias("end"),
                rejected().alias("is_rejected"),
                col("reversed")
                    .or(col("missing"))
                    .or(rejected())
                    .not()
                    .alias("is_plain"),
            ])
            .collect()
    }

    /// The events at one edge of the rows: what a row is, and, clipped to the validity of each incumbent code,
    /// where it is the incumbent's.
    fn events(&self, rows: &DataFrame, edge: &str, sign: i64) -> Vec<PolarsResult<DataFrame>> {
        let compare = self.ledger.compare;
        let one = |condition: Expr| {
            when(condition)
                .then(typed_lit(sign))
                .otherwise(typed_lit(0_i64))
        };
        let vacant = || {
            self.codes
                .is_vacant(&col("code"), compare)
                .and(col("code").is_not_null())
        };
        let listed = vacant().or(self.codes.is_listed(&col("code"), compare));
        let known = || col("is_plain").and(listed.clone());
        let touching: Vec<Expr> = vec![
            number(&col("point"), &col(edge)).alias("at"),
            col("point"),
            one(col("is_rejected")).alias("rejected"),
            one(col("is_rejected").not().and(col("missing"))).alias("missing"),
            one(col("is_rejected").not().and(col("reversed"))).alias("reversed"),
            one(col("is_plain")).alias("rows"),
            typed_lit(0_i64).alias("own"),
            typed_lit(0_i64).alias("island"),
            typed_lit(0_i64).alias("kindless"),
            one(known()).alias("listed"),
            one(col("is_plain").and(known().not())).alias("unknown"),
        ];
        let mut all = vec![rows.clone().lazy().select(touching).collect()];
        for entry in &self.codes.incumbent {
            let is_entry = is_one_of(&col("code"), [entry.code.as_str()], compare);
            let first = typed_lit(entry.from.map_or(FIRST_DAY, i64::from));
            let after = typed_lit(
                entry
                    .until
                    .map_or(LAST_DAY + 1, |until| i64::from(until) + 1),
            );
            let begin = when(col("begin").lt(first.clone()))
                .then(first)
                .otherwise(col("begin"));
            let end = when(col("end").gt(after.clone()))
                .then(after)
                .otherwise(col("end"));
            let (island, kindless) = self.not_own();
            let own = island.clone().or(kindless.clone()).not();
            let zero = |name: &str| typed_lit(0_i64).alias(name);
            let clipped = rows
                .clone()
                .lazy()
                .filter(col("is_plain").and(is_entry).and(vacant().not()))
                .with_columns([begin.alias("begin"), end.alias("end")])
                .filter(col("begin").lt(col("end")))
                .select([
                    number(&col("point"), &col(edge)).alias("at"),
                    col("point"),
                    zero("rejected"),
                    zero("missing"),
                    zero("reversed"),
                    zero("rows"),
                    one(own).alias("own"),
                    one(island).alias("island"),
                    one(kindless).alias("kindless"),
                    zero("listed"),
                    zero("unknown"),
                ])
                .collect();
            all.push(clipped);
        }
        all
    }

    /// The batch as Polars columns; a point is numbered where its key first appears.
    fn columns(&self, batch: &RecordBatch) -> Vec<Column> {
        let keys = batch.column(0).as_binary::<i32>();
        let mut point = -1;
        let points = (0..keys.len())
            .map(|row| {
                point += i64::from(row == 0 || keys.value(row) != keys.value(row - 1));
                point
            })
            .collect();
        let kind = self
            .ledger
            .not_own_when
            .as_ref()
            .map_or(Compare::Exact, |rule| rule.compare);
        vec![
            plain_numbers("point", points),
            numbers("rejected", int_column(batch, 1)),
            numbers("from", int_column(batch, 2)),
            numbers("until", int_column(batch, 3)),
            text("code", batch.column(4), self.ledger.compare),
            text("kind", batch.column(5), kind),
        ]
    }

    /// `not_own_when`: the operator supplies; and: nobody can tell.
    fn not_own(&self) -> (Expr, Expr) {
        match &self.ledger.not_own_when {
            None => (typed_lit(false), typed_lit(false)),
            Some(rule) => {
                let values = rule.values.iter().map(String::as_str);
                (
                    is_one_of(&col("kind"), values, rule.compare),
                    col("kind").is_null(),
                )
            }
        }
    }
}

/// The verdict of a stretch of days from its counters; the order is that of docs/rules.md, section 1.
fn stretch_verdict() -> Expr {
    let some = |name: &str| col(name).gt(typed_lit(0_i64));
    when(some("rejected"))
        .then(typed_lit(Reason::LedgerRejected.verdict()))
        .when(some("missing"))
        .then(typed_lit(Reason::LedgerDateMissing.verdict()))
        .when(some("reversed"))
        .then(typed_lit(Reason::LedgerReversed.verdict()))
        .when(col("rows").gt(typed_lit(1_i64)))
        .then(typed_lit(Reason::LedgerOverlap.verdict()))
        .when(col("rows").eq(typed_lit(0_i64)))
        .then(typed_lit(Reason::LedgerGap.verdict()))
        .when(some("own"))
        .then(typed_lit(OWN))
        .when(some("kindless"))
        .then(typed_lit(Reason::SupplyKindMissing.verdict()))
        .when(some("island"))
        .then(typed_lit(OTHER))
        .when(some("listed"))
        .then(typed_lit(OTHER))
        .otherwise(typed_lit(Reason::RetailerUnknown.verdict()))
}

/// Every point begins at −∞ with nothing.
fn origin(rows: &DataFrame) -> PolarsResult<DataFrame> {
    let mut columns = vec![
        number(&col("point"), &typed_lit(FIRST_DAY)).alias("at"),
        col("point"),
    ];
    columns.extend(COUNTERS.iter().map(|name| typed_lit(0_i64).alias(*name)));
    rows.clone().lazy().select(columns).collect()
}
