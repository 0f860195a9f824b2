//! Who supplies and who is supplied: the ledger, name-holders, wheeling contracts.

use jiff::civil::Date;
use rusqlite::types::Value;

use crate::calendar::{FREEZE, OPEN, moment, plus};
use crate::cell::{NULL, int, shown, tenths, text};
use crate::names::{COMPETITORS, OPERATOR, retailer_name};
use crate::ordinary::Rows;
use crate::ordinary::holders::holder;
use crate::ordinary::points::{menu, power_tenths};
use crate::point::{NORMAL, Period, Point, Supply};
use crate::schema::{Row, TableName};

pub(crate) fn supply_periods(point: &Point, rows: &mut Rows) {
    for period in &point.periods {
        let table = if period.is_moved() {
            TableName::SupplyPeriodOld
        } else {
            TableName::SupplyPeriod
        };
        rows.push(table, ledger_row(point, period, "0"));
    }
    // Now and then a customer takes back what another retailer has applied for: the record stays, cancelled.
    if let Some(period) = cancelled(point) {
        rows.push(TableName::SupplyPeriod, ledger_row(point, &period, "1"));
    }
}

fn ledger_row(point: &Point, period: &Period, cancelled: &str) -> Row {
    vec![
        text(&point.id),
        int(period.no),
        shown(period.from),
        shown(period.until),
        text(period.code),
        retailer_name(period.code).map_or(NULL, text),
        text(period.kind),
        text(cancelled),
        text("SWBATCH"),
        written(point, period, 7_200),
    ]
}

/// A competitor's period at one in two hundred points of the incumbent's that never came.
fn cancelled(point: &Point) -> Option<Period> {
    let current = point.current().filter(|period| period.is_own())?;
    (point.dice.below(70, 200) == 0 && current.until == OPEN).then(|| Period {
        no: 90,
        from: plus(FREEZE, -point.dice.between(71, 10, 300)),
        until: OPEN,
        code: point.dice.pick(72, &COMPETITORS),
        kind: NORMAL,
    })
}

/// A moment on which the period's own supplier was the one who wrote.
fn written(point: &Point, period: &Period, seconds: u64) -> Value {
    text(moment(period.written(point.dice), seconds))
}

fn phone(point: &Point, period: &Period) -> String {
    let roll = point
        .dice
        .below(200 + period.no.unsigned_abs(), 100_000_000);
    format!("090-{:04}-{:04}", roll / 10_000, roll % 10_000)
}

/// One name-holder for each period that has a customer, as each application writes its own record. Nobody
/// holds a vacant point, and no customer of a retailer holds a FIT purchase.
pub(crate) fn consumers(point: &Point, rows: &mut Rows) {
    for period in point.periods.iter().filter(|period| !period.is_vacant()) {
        let person = holder(point, period);
        let phone = phone(point, period);
        let search = person.kana.replace('　', "");
        rows.push(
            TableName::Consumer,
            vec![
                int(point.consumer_id(period.no)),
                text(&person.name),
                text(&person.kana),
                text(person.name),
                text(&phone),
                if phone.ends_with('7') {
                    text(phone)
                } else {
                    NULL
                },
                text(search),
                NULL,
                shown(format!("U{}{:03}", period.code, point.dice.below(50, 300))),
                written(point, period, 40_000),
            ],
        );
        rows.push(
            TableName::ConsumerPoint,
            vec![
                int(point.consumer_id(period.no)),
                text(&point.id),
                shown(period.from),
                shown(period.until),
                text("holder"),
                text("SWBATCH"),
                written(point, period, 7_230),
            ],
        );
    }
}

/// A contract is registered some weeks before the supply begins.
fn registered(point: &Point, period: &Period) -> Date {
    let ahead = point.dice.between(85 + period.no.unsigned_abs(), 7, 30);
    plus(period.from, -ahead).min(plus(FREEZE, -7))
}

pub(crate) fn wheeling_contracts(point: &Point, rows: &mut Rows) {
    let wheeled = |period: &&Period| {
        !period.is_vacant() && period.code != OPERATOR && point.supply != Supply::Fit
    };
    for period in point.periods.iter().filter(wheeled) {
        rows.push(
            TableName::WheelingContract,
            vec![
                text(point.wheeling_no(period)),
                text(&point.id),
                text(period.code),
                shown(format!("BG{}01", period.code)),
                shown(period.from),
                shown(period.until),
                text(menu(point.supply)),
                tenths(power_tenths(point)),
                retailer_name(period.code).map_or(NULL, text),
                NULL,
                NULL,
                text("TAKUSO01"),
                text(moment(registered(point, period), 6_000)),
                // One in four was never touched since it was registered.
                if point.dice.below(80 + period.no.unsigned_abs(), 4) == 0 {
                    NULL
                } else {
                    written(point, period, 7_260)
                },
            ],
        );
    }
}
