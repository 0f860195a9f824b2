//! The power of a roof: who buys it from when to when, which is another question than who sells the house its light, and what was
//! fed in and paid. Both are booked under the number of the house's supply point.

use jiff::civil::{Date, date};
use rusqlite::types::Value;

use crate::calendar::{FREEZE, OPEN, moment, plus};
use crate::cell::{NULL, hundredths, int, shown, tenths, text};
use crate::names::{COMPETITORS, OWN};
use crate::ordinary::Rows;
use crate::point::Point;
use crate::schema::TableName;

/// A retailer buys.
pub const BY_RETAILER: &str = "retail";
/// The transmission operator buys, under whatever code the old system kept.
pub const BY_OPERATOR: &str = "grid";

/// Who buys from a day on.
struct Purchase {
    from: Date,
    code: &'static str,
    scheme: &'static str,
}

/// One house in twelve has a roof of which somebody buys.
pub(crate) fn surplus(point: &Point, rows: &mut Rows) {
    if point.index % 12 != 5 {
        return;
    }
    let purchases = purchases(point);
    for (number, purchase) in purchases.iter().enumerate() {
        let next = purchases.get(number + 1).map_or(OPEN, |next| next.from);
        rows.push(
            TableName::SurplusPurchase,
            vec![
                text(&point.id),
                shown(purchase.from),
                shown(next),
                text(purchase.code),
                text(purchase.scheme),
                hundredths(point.dice.between(402, 850, 4_800)),
                text("KAITORI"),
                text(moment(purchase.from, 31_000)),
            ],
        );
    }
    let first = purchases.first().map_or(FREEZE, |purchase| purchase.from);
    for (from, until) in MONTHS.iter().filter(|(from, _)| *from >= first) {
        reading(point, *from, *until, rows);
    }
}

/// The last months that were settled.
const MONTHS: [(Date, Date); 4] = [
    (date(2025, 11, 1), date(2025, 11, 30)),
    (date(2025, 12, 1), date(2025, 12, 31)),
    (date(2026, 1, 1), date(2026, 1, 31)),
    (date(2026, 2, 1), date(2026, 2, 28)),
];

fn purchases(point: &Point) -> Vec<Purchase> {
    let dice = point.dice;
    let began = plus(date(2012, 7, 1), dice.between(403, 0, 1_700));
    let rival = dice.pick(404, &COMPETITORS);
    let bought = |from, code, scheme| Purchase { from, code, scheme };
    // Ten years after its first day a roof is free to go elsewhere; and some went to the operator when it had to buy.
    let later = plus(date(2022, 7, 1), dice.between(405, 0, 900));
    match dice.below(406, 10) {
        0..4 => vec![bought(began, OWN, BY_RETAILER)],
        4..6 => vec![
            bought(began, OWN, BY_RETAILER),
            bought(later, rival, BY_RETAILER),
        ],
        6..8 => vec![
            bought(began, OWN, BY_RETAILER),
            bought(date(2025, 12, 1), OWN, BY_OPERATOR),
        ],
        _ => vec![bought(later, rival, BY_RETAILER)],
    }
}

fn reading(point: &Point, from: Date, until: Date, rows: &mut Rows) {
    let month = u64::from(from.month().unsigned_abs());
    let fed_in = point.dice.between(410 + month, 300, 9_000);
    rows.push(
        TableName::SurplusReading,
        vec![
            text(&point.id),
            shown(from),
            shown(until),
            tenths(fed_in),
            paid(fed_in),
            text("KAITORI"),
            text(moment(plus(until, 5), 9_000)),
        ],
    );
}

/// Nothing is paid where next to nothing was fed in.
fn paid(fed_in: i64) -> Value {
    if fed_in < 500 { NULL } else { int(fed_in * 4) }
}
