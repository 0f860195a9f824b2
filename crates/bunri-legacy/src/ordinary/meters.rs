//! Meters: which one hangs at a point, where some of them hung before, and the readings that name their meter alone.

use jiff::civil::{Date, date};
use rusqlite::types::Value;

use crate::calendar::{FREEZE, LIBERALISATION, moment, plus};
use crate::cell::{NULL, int, shown, tenths, text};
use crate::ordinary::Rows;
use crate::point::{Point, Supply};
use crate::schema::TableName;

pub(crate) fn meter(point: &Point, rows: &mut Rows) {
    let dice = point.dice;
    let installed = installed(point);
    rows.push(
        TableName::Meter,
        vec![
            text(meter_no(point)),
            text(&point.id),
            text(dice.pick(38, &["普通60A", "普通30A", "低圧120A"])),
            int(i64::from(installed > LIBERALISATION)),
            if point.supply == Supply::HighVoltage {
                int(40)
            } else {
                NULL
            },
            shown(installed),
            NULL,
            text(dice.pick(39, &["OK", "OK", "OK", "NG:マルチホップ断"])),
            text("METERING"),
        ],
    );
}

fn meter_no(point: &Point) -> String {
    format!("{:02}M{:09}", point.dice.below(37, 90), point.index)
}

fn installed(point: &Point) -> Date {
    plus(date(2016, 6, 1), point.dice.between(36, 0, 3000))
}

/// The meter yard's book has one meter in twenty, half of which had hung next door before. Each was read out of turn once, and
/// when it was taken off.
pub(crate) fn history(point: &Point, rows: &mut Rows) {
    let here = installed(point);
    // Before its first customer a point was not there.
    if point.index % 20 != 19 || point.periods[0].from > here {
        return;
    }
    hang(point, &point.id, here, None, rows);
    let read = here.max(plus(FREEZE, -point.dice.between(370, 3, 400)));
    spot(point, read, 371, rows);
    // The stories end before the first of these: next door is an ordinary point too, and a test holds that it is there.
    let next_door = Point::ordinary(point.seed, point.index - 1);
    let (from, until) = (
        plus(here, -900),
        plus(here, -1 - point.dice.between(374, 0, 20)),
    );
    if point.dice.below(375, 2) == 0 && next_door.periods[0].from <= from {
        hang(point, &next_door.id, from, Some(until), rows);
        spot(point, until, 376, rows);
    }
}

fn hang(point: &Point, place: &str, from: Date, until: Option<Date>, rows: &mut Rows) {
    rows.push(
        TableName::MeterInstallation,
        vec![
            text(meter_no(point)),
            shown(from),
            text(place),
            until.map_or(NULL, shown),
            text("METERING"),
        ],
    );
}

/// A reading out of turn, entered on the day after.
fn spot(point: &Point, day: Date, question: u64, rows: &mut Rows) {
    rows.push(
        TableName::Spot,
        vec![
            text(meter_no(point)),
            shown(day),
            text(moment(plus(day, 1), 30_000)),
            tenths(point.dice.between(question, 10_000, 900_000)),
            remark(point, question + 1),
        ],
    );
}

fn remark(point: &Point, question: u64) -> Value {
    match point.dice.below(question, 6) {
        0 => text("漏電調査のため"),
        1 => text("表示不良の申出"),
        2 => text("裏口の鍵は隣家"),
        _ => NULL,
    }
}
