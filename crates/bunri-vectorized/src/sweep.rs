//! The sweep over a ledger's rows, sorted by key and day, some at a time: out come the index's entries, which are the segments of every
//! key. Of a key under way only its days are held, so that memory stays bounded whatever a key has of rows.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, BinaryArray, BooleanArray, Int64Array, RecordBatch};
use arrow_row::{RowConverter, SortField};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;
use bunri_catalogue::{Ledger, LedgerEnd};

use crate::VectorizedError;
use crate::codes::Codes;
use crate::ledger::ledger_schema;
use crate::timeline::{COUNTS, PointDays, Segments, Sweep};

/// The columns of an index of timelines: a key, the day on which a segment of it begins, and the segment's verdict.
#[must_use]
pub fn index_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("key", DataType::Binary, false),
        Field::new("start", DataType::Int64, false),
        Field::new("verdict", DataType::Int64, false),
    ]))
}

/// Sweeps over the rows of a ledger, which have [`ledger_schema`] and are sorted by all of it. `next` gives the next few; `each` takes
/// the index's entries, which have [`index_schema`], in its order.
///
/// # Errors
/// [`VectorizedError`], and what `next` and `each` say.
pub fn sweep<E: From<VectorizedError>>(
    (ledger, codes): (&Ledger, &Codes),
    next: impl FnMut() -> Result<Option<RecordBatch>, E>,
    each: impl FnMut(RecordBatch) -> Result<(), E>,
) -> Result<(), E> {
    let sweep = Sweep { ledger, codes };
    let open = None;
    KeySweep { sweep, open, each }.all(next)
}

/// A key of which more rows may come.
struct OpenKey {
    key: Vec<u8>,
    days: PointDays,
}

/// The sweep over the rows of a ledger, sorted by key and day, some at a time. Of a key under way only its days are held.
struct KeySweep<'a, F> {
    sweep: Sweep<'a>,
    open: Option<OpenKey>,
    /// Takes the index's entries, in order.
    each: F,
}

impl<F> KeySweep<'_, F> {
    /// Goes through all rows; `next` gives the next few.
    fn all<E>(mut self, mut next: impl FnMut() -> Result<Option<RecordBatch>, E>) -> Result<(), E>
    where
        E: From<VectorizedError>,
        F: FnMut(RecordBatch) -> Result<(), E>,
    {
        let mut waiting: Option<RecordBatch> = None;
        while let Some(more) = next()? {
            let rows = match waiting.take() {
                None => more,
                Some(held) => joined(&held, &more)?,
            };
            let taken = match self.sweep.ledger.end {
                LedgerEnd::Until { .. } => rows.num_rows(),
                LedgerEnd::Next => before_last_day(&rows),
            };
            self.take(&rows, taken)?;
            let left = rows.slice(taken, rows.num_rows() - taken);
            waiting = (left.num_rows() > 0)
                .then(|| at_most_twice(&left))
                .transpose()?;
        }
        if let Some(rows) = waiting {
            self.take(&rows, rows.num_rows())?;
        }
        self.close()
    }

    /// Takes the first rows of a batch.
    fn take<E>(&mut self, rows: &RecordBatch, taken: usize) -> Result<(), E>
    where
        E: From<VectorizedError>,
        F: FnMut(RecordBatch) -> Result<(), E>,
    {
        let keys = rows.column(0).as_binary::<i32>();
        let Some(last) = keys.len().checked_sub(1) else {
            return Ok(());
        };
        let goes_on = |open: &mut OpenKey| open.key == keys.value(0);
        let before = match self.open.take_if(goes_on) {
            Some(open) => open.days,
            None => {
                self.close()?;
                PointDays::default()
            }
        };
        let said = self.sweep.segments(rows, taken, before);
        let (segments, days) = said.map_err(VectorizedError::polars("ledger"))?;
        let is_first = |row: &usize| *row == 0 || keys.value(*row) != keys.value(row - 1);
        let firsts = (0..keys.len()).filter(is_first);
        let points: Vec<&[u8]> = firsts.map(|row| keys.value(row)).collect();
        (self.each)(index_batch(&points, segments)?)?;
        let key = keys.value(last).to_vec();
        self.open = Some(OpenKey { key, days });
        Ok(())
    }

    /// All rows of the key under way were seen.
    fn close<E>(&mut self) -> Result<(), E>
    where
        E: From<VectorizedError>,
        F: FnMut(RecordBatch) -> Result<(), E>,
    {
        let Some(OpenKey { key, days }) = self.open.take() else {
            return Ok(());
        };
        let segments = self.sweep.of_point(days);
        (self.each)(index_batch(&[&key], segments)?)
    }
}

/// How many rows come before those of the last day of the last key, of which it is not known yet when the next begins.
fn before_last_day(rows: &RecordBatch) -> usize {
    let keys = rows.column(0).as_binary::<i32>();
    let status = rows.column(1).as_primitive::<Int64Type>();
    let from = rows.column(2).as_primitive::<Int64Type>();
    let count = rows.num_rows();
    let Some(last) = count.checked_sub(1) else {
        return 0;
    };
    // Of one key rows that count come first, by their day; without a day they ask for no next one.
    if status.value(last) != COUNTS || from.is_null(last) {
        return count;
    }
    let alike = |row: &usize| {
        keys.value(*row) == keys.value(last)
            && from.is_valid(*row)
            && from.value(*row) == from.value(last)
    };
    count - (0..count).rev().take_while(alike).count()
}

fn joined(held: &RecordBatch, more: &RecordBatch) -> Result<RecordBatch, VectorizedError> {
    let joined = concat_batches(&ledger_schema(), [held, more]);
    joined.map_err(VectorizedError::arrow("ledger"))
}

/// Rows without what is there more than twice: to the timeline two rows that are alike are as many as three.
fn at_most_twice(rows: &RecordBatch) -> Result<RecordBatch, VectorizedError> {
    let kept = || -> Result<RecordBatch, ArrowError> {
        let schema = ledger_schema();
        let types = schema.fields().iter();
        let types = types.map(|field| SortField::new(field.data_type().clone()));
        let converter = RowConverter::new(types.collect())?;
        let bytes = converter.convert_columns(rows.columns())?;
        let is_third = |row: usize| {
            row >= 2 && bytes.row(row) == bytes.row(row - 1) && bytes.row(row) == bytes.row(row - 2)
        };
        let kept = (0..rows.num_rows()).map(|row| Some(!is_third(row)));
        filter_record_batch(rows, &kept.collect::<BooleanArray>())
    };
    kept().map_err(VectorizedError::arrow("ledger"))
}

/// Segments with their keys, as the index file holds them.
fn index_batch(points: &[&[u8]], segments: Segments) -> Result<RecordBatch, VectorizedError> {
    let key = |point: &i64| {
        let point = usize::try_from(*point).ok();
        point.and_then(|point| points.get(point).copied())
    };
    let keys: BinaryArray = segments.points.iter().map(key).collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(keys),
        Arc::new(Int64Array::from(segments.starts)),
        Arc::new(Int64Array::from(segments.verdicts)),
    ];
    let entries = RecordBatch::try_new(index_schema(), columns);
    entries.map_err(VectorizedError::arrow("ledger"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use arrow_array::StringArray;
    use bunri_catalogue::UntilIs;

    use super::*;
    use crate::tests::catalogue;
    use crate::timeline::{REJECTED, STATUS_UNKNOWN};
    use crate::verdict::{OTHER, OWN};

    /// Small, and the same everywhere.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, bound: i64) -> i64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            i64::try_from(self.0 >> 33).unwrap() % bound
        }
    }

    /// Some hundred rows of eight keys, sorted as a ledger is: doubled ones, days that are missing, rows that nobody knows.
    fn ledger(dice: &mut Dice) -> RecordBatch {
        let mut rows: Vec<_> = (0..300)
            .map(|_| {
                let status = match dice.below(400) {
                    0 => REJECTED,
                    1 => STATUS_UNKNOWN,
                    _ => COUNTS,
                };
                let from = (dice.below(300) > 0).then(|| dice.below(30));
                let until = (dice.below(300) > 0).then(|| dice.below(40));
                let code = ["99010", "99020", "?"][usize::try_from(dice.below(3)).unwrap()];
                let own_when = [OWN, OTHER][usize::try_from(dice.below(2)).unwrap()];
                (dice.below(8), status, from, until, code, own_when)
            })
            .collect();
        rows.sort_unstable();
        let keys = rows.iter().map(|row| Some(row.0.to_be_bytes()));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(keys.collect::<BinaryArray>()),
            Arc::new(rows.iter().map(|row| Some(row.1)).collect::<Int64Array>()),
            Arc::new(rows.iter().map(|row| row.2).collect::<Int64Array>()),
            Arc::new(rows.iter().map(|row| row.3).collect::<Int64Array>()),
            Arc::new(rows.iter().map(|row| Some(row.4)).collect::<StringArray>()),
            Arc::new(rows.iter().map(|row| Some(row.5)).collect::<Int64Array>()),
        ];
        RecordBatch::try_new(ledger_schema(), columns).unwrap()
    }

    #[test]
    fn a_key_whose_rows_come_in_pieces_has_the_timeline_of_all_of_them() {
        let catalogue = catalogue();
        let codes = Codes::only_incumbent("99010");
        let ends = [
            LedgerEnd::Next,
            LedgerEnd::Until {
                until_is: UntilIs::Inclusive,
                open: BTreeSet::from([39]),
                null_is_open: false,
            },
        ];
        for seed in 0..20 {
            let rows = ledger(&mut Dice(seed));
            for (end, agreed) in ends.iter().flat_map(|end| [(end, false), (end, true)]) {
                let mut ledger = catalogue.ledgers[0].clone();
                ledger.end = end.clone();
                ledger.overlap_same_verdict = agreed.then(|| "a test".to_owned());
                let swept = |at_once: usize| {
                    let (mut entries, mut next) = (Vec::new(), 0);
                    let pieces = || {
                        let taken = at_once.min(rows.num_rows() - next);
                        next += taken;
                        Ok((taken > 0).then(|| rows.slice(next - taken, taken)))
                    };
                    let each = |batch| {
                        entries.push(batch);
                        Ok(())
                    };
                    sweep::<VectorizedError>((&ledger, &codes), pieces, each).unwrap();
                    concat_batches(&index_schema(), &entries).unwrap()
                };
                let whole = swept(usize::MAX);
                assert!(whole.num_rows() > 20);
                for at_once in [1, 2, 3, 7, 64] {
                    assert_eq!(swept(at_once), whole, "{at_once} of seed {seed}");
                }
            }
        }
    }

    #[test]
    fn of_rows_that_are_alike_two_are_held() {
        let rows = ledger(&mut Dice(1)).slice(0, 1);
        let many = concat_batches(&ledger_schema(), vec![&rows; 9]).unwrap();
        assert_eq!(at_most_twice(&many).unwrap().num_rows(), 2);
    }
}
