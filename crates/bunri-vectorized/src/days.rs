//! The days that a row speaks of (docs/rules.md, section 2): from the columns that a rule names to a first and a last
//! day, or to the reason why they cannot be told. Whole columns at a time, and without the ledger.

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;
use bunri_catalogue::{Ledger, LedgerTime, UntilIs};
use bunri_types::{days_of_month, month_of_day};
use polars::prelude::{
    BooleanChunked, ChunkCompareEq, ChunkCompareIneq, Int64Chunked, PolarsResult,
};

use crate::frame::{
    LAST_DAY, as_numbers, constant, day_before, first_of, known, mask, nothing, word,
};
use crate::verdict::Reason;

/// No reason: the days can be told.
const TOLD: i64 = -1;

/// First and last day of some rows. Where there is a reason they mean nothing and may be NULL.
#[derive(Debug, Clone)]
pub(crate) struct Days {
    pub(crate) first: Int64Chunked,
    pub(crate) last: Int64Chunked,
    /// The verdict "undecided, for this reason", or [`TOLD`].
    reason: Int64Chunked,
}

impl Days {
    /// One day of every row, which may be NULL.
    fn on(day: Int64Chunked) -> PolarsResult<Self> {
        let reason = first_of(
            &[(&day.is_null(), &word(Reason::DateMissing.verdict()))],
            &constant(TOLD, day.len()),
        )?;
        Ok(Self {
            first: day.clone(),
            last: day,
            reason,
        })
    }

    fn untold(&self) -> BooleanChunked {
        self.reason.not_equal(TOLD)
    }

    /// The verdict of these days, or the reason why there are none.
    pub(crate) fn or_reason(&self, verdict: &Int64Chunked) -> PolarsResult<Int64Chunked> {
        first_of(&[(&self.untold(), &self.reason)], verdict)
    }

    /// The first and the last day, NULL where they cannot be told.
    pub(crate) fn told(&self) -> PolarsResult<[Int64Chunked; 2]> {
        let untold = self.untold();
        Ok([
            first_of(&[(&untold, &nothing(1))], &self.first)?,
            first_of(&[(&untold, &nothing(1))], &self.last)?,
        ])
    }
}

/// What the days depend on beside the row: the ledger's open ends and the day of the cutover.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    open: Vec<i64>,
    null_is_open: bool,
    pub(crate) cutover: i64,
}

/// The columns that a rule reads its days from.
pub(crate) fn day_columns(time: LedgerTime) -> Vec<usize> {
    match time {
        LedgerTime::During { from, until, .. } => vec![from, until],
        LedgerTime::At { column, .. } | LedgerTime::Month { column } => vec![column],
        LedgerTime::AtCutover => Vec::new(),
        LedgerTime::AtSlot { date, slot } => vec![date, slot],
    }
}

impl Calendar {
    pub(crate) fn new(ledger: &Ledger, cutover: i64) -> Self {
        let (open, null_is_open) = ledger.open_ends();
        Self {
            open: open.iter().copied().map(i64::from).collect(),
            null_is_open,
            cutover,
        }
    }

    /// The days of some rows that a ledger rule asks about; `columns` are those of [`day_columns`].
    pub(crate) fn days(
        &self,
        time: LedgerTime,
        columns: &[ArrayRef],
        rows: usize,
    ) -> PolarsResult<Days> {
        match (time, columns) {
            (LedgerTime::AtCutover, _) => Days::on(constant(self.cutover, rows)),
            (LedgerTime::At { days_after, .. }, [day, ..]) => {
                Days::on(days_of(day) + i64::from(days_after))
            }
            (LedgerTime::AtSlot { .. }, [day, slot, ..]) => {
                let on = Days::on(days_of(day))?;
                let slot = days_of(slot);
                let valid = known(&(slot.gt_eq(1) & slot.lt_eq(48)))?;
                let invalid = word(Reason::SlotInvalid.verdict());
                let reason = first_of(&[(&!&valid, &invalid)], &on.reason)?;
                Ok(Days { reason, ..on })
            }
            (LedgerTime::During { until_is, .. }, [from, until, ..]) => {
                self.during(from, until, until_is)
            }
            (LedgerTime::Month { .. }, [month, ..]) => self.until_cutover(month_days(month)),
            (
                LedgerTime::At { .. }
                | LedgerTime::AtSlot { .. }
                | LedgerTime::During { .. }
                | LedgerTime::Month { .. },
                _,
            ) => Err(polars::error::PolarsError::ComputeError(
                "a column of a rule's days was not read".into(),
            )),
        }
    }

    fn during(&self, from: &ArrayRef, until: &ArrayRef, until_is: UntilIs) -> PolarsResult<Days> {
        let first = days_of(from);
        let declared = self.open.iter().copied();
        let open = is_open(&days_of(until), declared, self.null_is_open)?;
        let last = last_days(until, &open, until_is)?;
        let missing = first.is_null() | last.is_null();
        let reason = first_of(
            &[
                (&missing, &word(Reason::DateMissing.verdict())),
                (&last.lt(&first), &word(Reason::PeriodReversed.verdict())),
            ],
            &constant(TOLD, first.len()),
        )?;
        self.until_cutover(Days {
            first,
            last,
            reason,
        })
    }

    /// The days up to the cutover, or the first of them if all come later: what comes after is not yet.
    fn until_cutover(&self, days: Days) -> PolarsResult<Days> {
        let last = first_of(
            &[
                (&days.first.gt(self.cutover), &days.first),
                (&days.last.gt(self.cutover), &word(self.cutover)),
            ],
            &days.last,
        )?;
        Ok(Days { last, ..days })
    }
}

/// The last days of periods that end so.
pub(crate) fn last_days(
    until: &ArrayRef,
    open: &BooleanChunked,
    until_is: UntilIs,
) -> PolarsResult<Int64Chunked> {
    let closed = match until_is {
        UntilIs::Inclusive => days_of(until),
        UntilIs::Exclusive => day_before(until).into_iter().collect(),
    };
    first_of(&[(open, &word(LAST_DAY))], &closed)
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

/// The days, or whole numbers, of a column.
pub(crate) fn days_of(column: &ArrayRef) -> Int64Chunked {
    as_numbers(column).into_iter().collect()
}

/// The month that a value names: [`None`] if it is NULL, and no days if it names none.
type NamedMonth = Option<Option<(i32, i32)>>;

fn month_days(column: &ArrayRef) -> Days {
    let months: Vec<NamedMonth> = match column.data_type() {
        DataType::Utf8 => column
            .as_string::<i32>()
            .iter()
            .map(|text| text.map(month_of_text))
            .collect(),
        DataType::Int64 => as_numbers(column)
            .into_iter()
            .map(|number| {
                number.map(|number| days_of_month(number.div_euclid(100), number.rem_euclid(100)))
            })
            .collect(),
        _ => as_numbers(column)
            .into_iter()
            .map(|day| day.map(|day| i32::try_from(day).ok().and_then(month_of_day)))
            .collect(),
    };
    let days = |of: fn((i32, i32)) -> i32| -> Int64Chunked {
        let day = |month: &NamedMonth| month.flatten().map(|month| i64::from(of(month)));
        months.iter().map(day).collect()
    };
    let reason = |month: &NamedMonth| match month {
        None => Reason::DateMissing.verdict(),
        Some(None) => Reason::MonthInvalid.verdict(),
        Some(Some(_)) => TOLD,
    };
    Days {
        first: days(|month| month.0),
        last: days(|month| month.1),
        reason: months.iter().map(reason).map(Some).collect(),
    }
}

/// `YYYYMM`, `YYYY-MM` or `YYYY/MM`, and nothing before or after.
fn month_of_text(text: &str) -> Option<(i32, i32)> {
    let bytes = text.as_bytes();
    let (year, month) = match bytes {
        [year @ .., b'-' | b'/', tens, ones] if year.len() == 4 => (year, [*tens, *ones]),
        [year @ .., tens, ones] if year.len() == 4 => (year, [*tens, *ones]),
        _ => return None,
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i64, |number, digit| {
            let value = i64::from(digit.wrapping_sub(b'0'));
            digit.is_ascii_digit().then_some(number * 10 + value)
        })
    };
    days_of_month(number(year)?, number(&month)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use arrow_array::{Date32Array, Int64Array, StringArray, TimestampMicrosecondArray};

    use super::*;
    use crate::frame::results;

    const HOUR: i64 = 3_600_000_000;

    fn calendar() -> Calendar {
        Calendar {
            open: vec![99],
            null_is_open: false,
            cutover: 30_000,
        }
    }

    fn told(days: &Days) -> Vec<i64> {
        results(&days.reason, "reason").unwrap()
    }

    #[test]
    fn an_exclusive_timestamp_ends_one_microsecond_before() {
        let at = |hours: &[i64]| -> ArrayRef {
            let moments = hours.iter().map(|hour| hour * HOUR);
            Arc::new(TimestampMicrosecondArray::from_iter_values(moments))
        };
        let time = LedgerTime::During {
            from: 0,
            until: 1,
            until_is: UntilIs::Exclusive,
        };
        // To noon of day 2; to midnight before it; from its midnight to the same; open; before 1970.
        let columns = [
            at(&[24, 24, 48, 24, -48]),
            at(&[60, 48, 48, 99 * 24 + 7, -24]),
        ];
        let days = calendar().days(time, &columns, 5).unwrap();
        let last: Vec<Option<i64>> = days.last.iter().collect();
        assert_eq!(last, [Some(2), Some(1), Some(1), Some(30_000), Some(-2)]);
        let reversed = Reason::PeriodReversed.verdict();
        assert_eq!(told(&days), [TOLD, TOLD, reversed, TOLD, TOLD]);
    }

    #[test]
    fn a_period_is_asked_up_to_the_cutover_or_on_its_first_day_after_it() {
        let days = |days: [i32; 3]| -> ArrayRef { Arc::new(Date32Array::from(days.to_vec())) };
        let time = LedgerTime::During {
            from: 0,
            until: 1,
            until_is: UntilIs::Inclusive,
        };
        let columns = [
            days([30_000, 30_001, 29_000]),
            days([30_009, 30_009, 29_999]),
        ];
        let asked = calendar().days(time, &columns, 3).unwrap();
        let last: Vec<Option<i64>> = asked.last.iter().collect();
        assert_eq!(last, [Some(30_000), Some(30_001), Some(29_999)]);
    }

    #[test]
    fn a_period_without_a_first_day_is_missing_even_if_it_is_open() {
        let from: ArrayRef = Arc::new(Date32Array::from(vec![None, Some(1), Some(3)]));
        let until: ArrayRef = Arc::new(Date32Array::from(vec![Some(99), None, Some(3)]));
        let time = |until_is| LedgerTime::During {
            from: 0,
            until: 1,
            until_is,
        };
        let missing = Reason::DateMissing.verdict();
        let columns = [from, until];
        let days = calendar().days(time(UntilIs::Inclusive), &columns, 3);
        assert_eq!(told(&days.unwrap()), [missing, missing, TOLD]);
        let days = calendar().days(time(UntilIs::Exclusive), &columns, 3);
        let reversed = Reason::PeriodReversed.verdict();
        assert_eq!(told(&days.unwrap()), [missing, missing, reversed]);
    }

    #[test]
    fn a_month_is_named_in_three_ways_and_by_a_number_or_a_day() {
        let january = days_of_month(2026, 1);
        for text in ["202601", "2026-01", "2026/01"] {
            assert_eq!(month_of_text(text), january, "{text}");
        }
        for text in [
            "",
            "2026",
            "202613",
            "2026-1",
            " 202601",
            "202601 ",
            "2026.01",
            "000001",
            "２０２６01",
            "2026-011",
            "+20261",
        ] {
            assert_eq!(month_of_text(text), None, "{text}");
        }
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![
            Some(202_601),
            Some(202_600),
            Some(-202_601),
            None,
        ]));
        let time = LedgerTime::Month { column: 0 };
        let days = calendar().days(time, &[numbers], 4).unwrap();
        let (invalid, missing) = (
            Reason::MonthInvalid.verdict(),
            Reason::DateMissing.verdict(),
        );
        assert_eq!(told(&days), [TOLD, invalid, invalid, missing]);
        let day: ArrayRef = Arc::new(Date32Array::from(vec![january.map(|month| month.0 + 9)]));
        let days = calendar().days(time, &[day], 1).unwrap();
        assert_eq!(days.first.get(0), january.map(|month| i64::from(month.0)));
        assert_eq!(days.last.get(0), january.map(|month| i64::from(month.1)));
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("2026-02"), Some("x"), None]));
        let days = calendar().days(time, &[texts], 3).unwrap();
        assert_eq!(told(&days), [TOLD, invalid, missing]);
    }

    #[test]
    fn a_slot_is_tried_before_its_date_and_a_day_may_be_counted_from_another() {
        let dates: ArrayRef = Arc::new(Date32Array::from(vec![None, None, Some(7)]));
        let slots: ArrayRef = Arc::new(Int64Array::from(vec![Some(0), Some(48), None]));
        let time = LedgerTime::AtSlot { date: 0, slot: 1 };
        let days = calendar().days(time, &[dates.clone(), slots], 3).unwrap();
        let (invalid, missing) = (Reason::SlotInvalid.verdict(), Reason::DateMissing.verdict());
        assert_eq!(told(&days), [invalid, missing, invalid]);
        let time = LedgerTime::At {
            column: 0,
            days_after: 30,
        };
        let days = calendar().days(time, &[dates], 3).unwrap();
        assert_eq!(days.last.get(2), Some(37));
        assert!(
            days.told()
                .unwrap()
                .iter()
                .all(|days| days.get(0).is_none())
        );
    }
}
