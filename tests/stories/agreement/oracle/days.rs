//! docs/rules.md, section 2: the days that a row speaks of.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::super::world::{End, Ledger, Table, Time, Value, World};
use super::timeline::FOREVER;

/// First and last day, or why nobody knows them.
pub(super) type Days = Result<(i64, i64), &'static str>;

pub(super) fn days(world: &World, table: &Table, row: &[Value], time: &Time) -> Days {
    match time {
        Time::At { column, after } => {
            let day = table.asked(*column, row).day().ok_or("date_missing")?;
            Ok((day + after, day + after))
        }
        Time::AtSlot { date, slot } => match row[*slot] {
            Value::Int(1..=48) => {
                let day = row[*date].day().ok_or("date_missing")?;
                Ok((day, day))
            }
            _ => Err("slot_invalid"),
        },
        Time::AtCutover => Ok((world.limits.cutover, world.limits.cutover)),
        Time::During {
            from,
            until,
            inclusive,
        } => {
            let ledgers = matches!(
                world.ledger_of(table).end,
                End::Until {
                    inclusive: true,
                    ..
                }
            );
            during(
                world.ledger_of(table),
                &row[*from],
                &row[*until],
                inclusive.unwrap_or(ledgers),
            )
        }
        Time::Month(column) => month(&table.asked(*column, row)),
    }
}

/// The last day that is asked: no later than the cutover, unless all days are.
pub(super) fn until_cutover(first: i64, last: i64, cutover: i64) -> i64 {
    if first > cutover {
        first
    } else if last > cutover {
        cutover
    } else {
        last
    }
}

fn during(ledger: &Ledger, from: &Value, until: &Value, inclusive: bool) -> Days {
    let from = from.day().ok_or("date_missing")?;
    let last = match until {
        _ if ledger.is_open(until.day()) => FOREVER,
        Value::Null => return Err("date_missing"),
        Value::Moment(micros) if !inclusive => {
            Value::Moment(micros - 1).day().ok_or("date_missing")?
        }
        until => until.day().ok_or("date_missing")? - i64::from(!inclusive),
    };
    if last < from {
        return Err("period_reversed");
    }
    Ok((from, last))
}

fn month(value: &Value) -> Days {
    let first = match value {
        Value::Null => return Err("date_missing"),
        Value::Int(number) => month_of(number.div_euclid(100), number.rem_euclid(100)),
        Value::Text(text) => spelt(text),
        value => value.day().and_then(|day| {
            let day = epoch().checked_add(day.days()).ok()?;
            month_of(day.year().into(), day.month().into())
        }),
    };
    let first = first.ok_or("month_invalid")?;
    Ok((number_of(first), number_of(first.last_of_month())))
}

/// `YYYYMM`, `YYYY-MM` or `YYYY/MM`.
fn spelt(text: &str) -> Option<Date> {
    let digits: Vec<i64> = text
        .chars()
        .filter_map(|letter| letter.to_digit(10).map(i64::from))
        .collect();
    let &[a, b, c, d, e, f] = digits.as_slice() else {
        return None;
    };
    let (year, month) = (format!("{a}{b}{c}{d}"), format!("{e}{f}"));
    let ways = ["", "-", "/"].map(|between| format!("{year}{between}{month}"));
    let (year, month) = (a * 1000 + b * 100 + c * 10 + d, e * 10 + f);
    ways.contains(&text.to_owned())
        .then(|| month_of(year, month))
        .flatten()
}

/// The first day of a month of the years 1000 to 9999.
fn month_of(year: i64, month: i64) -> Option<Date> {
    if !(1000..=9999).contains(&year) {
        return None;
    }
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok()
}

fn epoch() -> Date {
    date(1970, 1, 1)
}

fn number_of(day: Date) -> i64 {
    i64::from((day - epoch()).get_days())
}
