//! Measured values: monthly readings cut at every switch, half-hour slots, and the leftover of 2016.

use jiff::civil::{Date, date};

use crate::calendar::{FREEZE, days_between, moment, plus, to_utc};
use crate::cell::{NULL, hundredths, int, shown, tenths, text};
use crate::ordinary::holders::holder;
use crate::ordinary::{Rows, Totals};
use crate::point::{Period, Point, Supply};
use crate::schema::TableName;

/// Readings of the last six billing months and around every older switch.
pub(crate) fn monthly(point: &Point, rows: &mut Rows, totals: &mut Totals) {
    let mut spans = spans_around_switches(point);
    spans.extend(recent_spans(point));
    let mut indication = point.dice.between(300, 10_000, 90_000);
    for (from, until) in spans {
        let usage = usage_tenths(point, from, until);
        indication += usage;
        add_to_totals(point, from, usage, totals);
        rows.push(
            TableName::Monthly,
            vec![
                text(&point.id),
                shown(from),
                shown(until),
                tenths(usage),
                tenths(indication % 1_000_000),
                NULL,
                text("KENSHIN"),
                // Two days after the last one: for a final reading the next retailer supplies by then.
                text(moment(plus(until, 2), 8_000)),
            ],
        );
    }
}

fn add_to_totals(point: &Point, from: Date, usage: i64, totals: &mut Totals) {
    if from >= date(2025, 9, 1) {
        let month = from.strftime("%Y-%m").to_string();
        let total = totals
            .entry((point.supply.voltage_class(), month))
            .or_default();
        total.0 += usage;
        total.1 += 1;
    }
}

fn usage_tenths(point: &Point, from: Date, until: Date) -> i64 {
    if point.period_on(from).is_some_and(Period::is_vacant) {
        return 0;
    }
    let days = days_between(from, until) + 1;
    let salt = days_between(date(2000, 1, 1), from).unsigned_abs();
    let daily = match point.supply {
        Supply::Lighting | Supply::Fit => point.dice.between(301 + salt, 20, 180),
        Supply::Power => point.dice.between(301 + salt, 100, 900),
        Supply::HighVoltage => point.dice.between(301 + salt, 2_000, 90_000),
    };
    days * daily
}

/// Six periods ending before the freeze, cut wherever the ledger has a boundary.
fn recent_spans(point: &Point) -> Vec<(Date, Date)> {
    let starts: Vec<Date> = [
        (2025, 9),
        (2025, 10),
        (2025, 11),
        (2025, 12),
        (2026, 1),
        (2026, 2),
    ]
    .into_iter()
    .chain([(2026, 3)])
    .map(|(year, month)| date(year, month, point.reading_day))
    .collect();
    let mut spans = Vec::new();
    for pair in starts.windows(2) {
        let (from, until) = (pair[0], plus(pair[1], -1));
        let cut = |period: &Period| (period.from.max(from), period.until.min(until));
        spans.extend(
            point
                .periods
                .iter()
                .map(cut)
                .filter(|(from, until)| from <= until),
        );
    }
    spans
}

/// The final reading before and the first reading after each switch that lies before the recent months. In a
/// short period the final reading begins where the first one ended.
fn spans_around_switches(point: &Point) -> Vec<(Date, Date)> {
    let mut spans: Vec<(Date, Date)> = Vec::new();
    for pair in point.periods.windows(2) {
        let (ending, starting) = (&pair[0], &pair[1]);
        if ending.until >= date(2025, 7, 20) {
            continue;
        }
        let free = spans
            .last()
            .map_or(ending.from, |(_, until)| plus(*until, 1));
        let from = ending.from.max(plus(ending.until, -29)).max(free);
        if from <= ending.until {
            spans.push((from, ending.until));
        }
        spans.push((starting.from, starting.until.min(plus(starting.from, 27))));
    }
    spans
}

/// One point in twenty has kept one day of slots; around a recent switch, the day before and the day itself.
pub(crate) fn half_hours(point: &Point, rows: &mut Rows) {
    if point.dice.below(302, 20) > 0 {
        return;
    }
    let switch = point.periods.last().map(|period| period.from);
    let recent = switch.filter(|day| *day > date(2025, 10, 1) && *day < FREEZE);
    let days = match recent {
        // The later day first: this table is in no order and has no index.
        Some(day) => vec![day, plus(day, -1)],
        None => vec![plus(date(2026, 3, 1), point.dice.between(303, 0, 25))],
    };
    for day in days
        .into_iter()
        .filter(|day| point.period_on(*day).is_some())
    {
        slots_of_day(point, day, rows);
    }
}

/// The half hours of a day at a point.
pub fn slots_of_day(point: &Point, day: Date, rows: &mut Rows) {
    for slot in 1..=48_i64 {
        let usage = point.dice.between(400 + slot.unsigned_abs(), 3, 95);
        rows.push(
            TableName::HalfHour,
            vec![text(&point.id), shown(day), int(slot), hundredths(usage)],
        );
    }
}

/// One point in twenty has a sheet of daily values, kept for the month of the last switch or for February.
pub(crate) fn daily(point: &Point, rows: &mut Rows) {
    if point.dice.below(310, 20) > 0 {
        return;
    }
    let switch = point.periods.last().map(|period| period.from);
    let recent = switch.filter(|day| *day > date(2025, 4, 1) && *day < FREEZE);
    sheet_of_month(point, recent.unwrap_or(date(2026, 2, 1)), rows);
}

/// The sheet of the month that a day lies in. The columns after its last day are empty.
pub fn sheet_of_month(point: &Point, day: Date, rows: &mut Rows) {
    let (first, last) = (day.first_of_month(), day.last_of_month());
    let usage = |day: i8| {
        point
            .dice
            .between(320 + u64::from(day.unsigned_abs()), 20, 180)
    };
    let days: Vec<i8> = (1..=last.day()).collect();
    let mut row = vec![
        text(&point.id),
        int(i64::from(first.year()) * 100 + i64::from(first.month())),
        shown(first),
        shown(last),
        tenths(days.iter().map(|&day| usage(day)).sum()),
        tenths(point.dice.between(352, 11, 59)),
        shown(greatest_half_hour(point, first, last)),
    ];
    row.extend((1..=31).map(|day| {
        if day <= last.day() {
            tenths(usage(day))
        } else {
            NULL
        }
    }));
    rows.push(TableName::Daily, row);
}

/// When the half hour of the greatest demand ended: the meter stamps it so.
fn greatest_half_hour(point: &Point, first: Date, last: Date) -> String {
    let day = plus(first, point.dice.between(353, 0, days_between(first, last)));
    match point.dice.below(354, 48) + 1 {
        48 => moment(plus(day, 1), 0),
        slot => moment(day, slot * 1_800),
    }
}

/// At one point in fifty the supply was stopped for some hours; it is written down the day after.
pub(crate) fn interruptions(point: &Point, rows: &mut Rows) {
    if point.dice.below(360, 50) > 0 {
        return;
    }
    let day = plus(FREEZE, -point.dice.between(361, 3, 180));
    let (from, minutes) = (
        point.dice.below(362, 18) * 3_600,
        point.dice.below(363, 300) + 10,
    );
    rows.push(
        TableName::Interruption,
        vec![
            text(&point.id),
            text(by_the_control_centre(day, from)),
            text(by_the_control_centre(day, from + 60 * minutes)),
            text(
                point
                    .dice
                    .pick(364, &["計器取替", "引込線工事", "料金未払"]),
            ),
            text("KYUDEN"),
            text(moment(plus(day, 1), 30_000)),
        ],
    );
}

/// A moment of a day in Japan as the control centre writes it.
fn by_the_control_centre(day: Date, seconds: u64) -> String {
    let here = moment(day, seconds);
    to_utc(&here).unwrap_or(here)
}

/// The backup that somebody took on the evening before liberalisation and nobody deleted.
pub(crate) fn leftover(point: &Point, rows: &mut Rows) {
    let (from, until) = (
        date(2016, 2, point.reading_day),
        date(2016, 3, point.reading_day),
    );
    let Some(period) = point
        .period_on(from)
        .filter(|_| point.index.is_multiple_of(4))
    else {
        return;
    };
    rows.push(
        TableName::Leftover,
        vec![
            text(&point.id),
            shown(from),
            shown(plus(until, -1)),
            tenths(usage_tenths(point, from, until)),
            text(holder(point, period).name),
            NULL,
            text(moment(plus(until, 1), 8_000)),
        ],
    );
}

#[cfg(test)]
mod tests {
    use super::{recent_spans, spans_around_switches};
    use crate::calendar::plus;
    use crate::point::Point;

    #[test]
    fn no_two_readings_of_a_point_share_a_day_however_short_its_periods() {
        for index in 0..100_000 {
            let point = Point::ordinary(1, index);
            let mut free = plus(point.periods[0].from, 0);
            for (from, until) in spans_around_switches(&point)
                .into_iter()
                .chain(recent_spans(&point))
            {
                assert!(
                    free <= from && from <= until,
                    "point {index}: {from} to {until}"
                );
                free = plus(until, 1);
            }
        }
    }
}
