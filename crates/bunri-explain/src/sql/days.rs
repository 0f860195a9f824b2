//! The days that a row speaks of (docs/rules.md, section 2).

use bunri_catalogue::{LedgerTime, UntilIs};
use bunri_types::ValueType;

use super::Script;
use super::rules::At;
use super::text::{case, day};

/// The days of one ledger rule: what is asked of the row, and what it cannot be asked.
pub(super) struct Days {
    /// Expressions over `t`, with their names.
    pub(super) asked: Vec<String>,
    /// Why nobody knows the days.
    pub(super) reasons: Vec<(String, String)>,
    /// The first day.
    pub(super) first: String,
    /// The day after the last, where it is not the day after the first.
    pub(super) next: Option<String>,
    /// The day after the last; NULL where nobody knows the days.
    pub(super) after_t: String,
    /// The first day; NULL where nobody knows the days.
    pub(super) told_first: String,
}

impl Script<'_> {
    pub(super) fn days(&self, at: At<'_>, time: &LedgerTime) -> Days {
        match *time {
            LedgerTime::During {
                from,
                until,
                until_is,
            } => self.during(at, from, until, until_is),
            LedgerTime::At { column, days_after } => {
                let day = at.day(column);
                match days_after {
                    0 => self.on_day(at, &day, None),
                    days => self.on_day(at, &format!("{day} + {days}"), None),
                }
            }
            LedgerTime::AtCutover => self.on_day(at, &day(self.inputs.cutover), None),
            LedgerTime::AtSlot { date, slot } => {
                self.on_day(at, &at.day(date), Some(&at.column(slot)))
            }
            LedgerTime::Month { column } => self.month(at, column),
        }
    }

    fn during(&self, at: At<'_>, from: usize, until: usize, until_is: UntilIs) -> Days {
        let is_timestamp = at.value_type(until) == ValueType::Timestamp;
        let next = self.day_after(&at.column(until), until_is, is_timestamp);
        let reasons = |first: &str, next: &str| {
            vec![
                reason(format!("{first} IS NULL OR {next} IS NULL"), "date_missing"),
                reason(format!("{next} <= {first}"), "period_reversed"),
            ]
        };
        self.period(at, &at.day(from), &next, reasons)
    }

    fn month(&self, at: At<'_>, column: usize) -> Days {
        let value = at.column(column);
        let first = match at.value_type(column) {
            ValueType::Int => format!("month_of_int({value})"),
            ValueType::Text => format!("month_of_text({value})"),
            ValueType::Date(_)
            | ValueType::Timestamp
            | ValueType::Decimal { .. }
            | ValueType::Real
            | ValueType::Bool
            | ValueType::Bytes => format!("month_of_day({})", at.day(column)),
        };
        let next = format!("CAST({first} + INTERVAL 1 MONTH AS DATE)");
        let reasons = |first: &str, _: &str| {
            vec![
                reason(format!("{value} IS NULL"), "date_missing"),
                reason(format!("{first} IS NULL"), "month_invalid"),
            ]
        };
        self.period(at, &first, &next, reasons)
    }

    fn period(
        &self,
        at: At<'_>,
        first: &str,
        next: &str,
        reasons: impl Fn(&str, &str) -> Vec<(String, String)>,
    ) -> Days {
        let (first_name, next_name) = (self.own(&at.named("first")), self.own(&at.named("next")));
        let asked = vec![
            format!("{first} AS {first_name}"),
            format!("until_cutover({first}, {next}) AS {next_name}"),
        ];
        let (first, next) = (format!("t.{first_name}"), format!("t.{next_name}"));
        Days {
            asked,
            reasons: reasons(&first, &next),
            after_t: format!("CASE WHEN {first} < {next} THEN {next} END"),
            told_first: format!("CASE WHEN {first} < {next} THEN {first} END"),
            first,
            next: Some(next),
        }
    }

    fn on_day(&self, at: At<'_>, day: &str, slot: Option<&str>) -> Days {
        let asked = self.own(&at.named("day"));
        let (first, mut after_t) = (format!("t.{asked}"), format!("t.{asked} + 1"));
        let mut told_first = first.clone();
        let mut reasons = Vec::new();
        if let Some(slot) = slot {
            let invalid = format!("{slot} IS NULL OR {slot} NOT BETWEEN 1 AND 48");
            reasons.push(reason(invalid, "slot_invalid"));
            let of_slot = |day: String| {
                let valid = format!("{slot} BETWEEN 1 AND 48");
                case(&[(valid, day)], "CAST(NULL AS DATE)")
            };
            (after_t, told_first) = (of_slot(after_t), of_slot(told_first));
        }
        reasons.push(reason(format!("{first} IS NULL"), "date_missing"));
        Days {
            asked: vec![format!("{day} AS {asked}")],
            reasons,
            first,
            next: None,
            after_t,
            told_first,
        }
    }
}

fn reason(when: String, word: &str) -> (String, String) {
    (when, format!("'{word}'"))
}
