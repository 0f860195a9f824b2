//! The incumbent's own retail business: contracts and bills. They exist for its own supply periods only.

use crate::calendar::{FREEZE, moment, plus};
use crate::cell::{NULL, int, shown, tenths, text};
use crate::ordinary::Rows;
use crate::ordinary::holders::holder;
use crate::point::{Period, Point, Supply};
use crate::schema::TableName;

pub(crate) fn contracts_and_bills(point: &Point, rows: &mut Rows) {
    let own = |period: &&Period| period.is_own() && point.supply != Supply::Fit;
    for period in point.periods.iter().filter(own) {
        contract(point, period, rows);
        if period.from < plus(FREEZE, -40) {
            last_bill(point, period, rows);
        }
    }
}

fn contract(point: &Point, period: &Period, rows: &mut Rows) {
    let account = point.dice.below(600, 10_000_000);
    rows.push(
        TableName::RetailContract,
        vec![
            text(point.retail_no(period.no)),
            text(&point.id),
            int(point.consumer_id(period.no)),
            text(match point.supply {
                Supply::Lighting | Supply::Fit => point.dice.pick(601, &["T-B", "T-C"]),
                Supply::Power | Supply::HighVoltage => "T-P",
            }),
            shown(period.from),
            shown(period.until),
            shown(format!(
                "9900-{:03}-{account:07}",
                point.dice.below(602, 400)
            )),
            if point.dice.below(603, 30) == 0 {
                text("オール電化を提案済")
            } else {
                NULL
            },
            shown(format!("E{:04}", point.dice.below(604, 900))),
            text(moment(period.written(point.dice), 45_000)),
        ],
    );
}

/// The last bill of a period: after a switch it is the final one, written some days later.
fn last_bill(point: &Point, period: &Period, rows: &mut Rows) {
    let until = period.until.min(plus(FREEZE, -13));
    let from = period.from.max(plus(until, -29));
    let issued = plus(until, 6);
    let kwh = point.dice.between(605, 300, 6_000);
    rows.push(
        TableName::Billing,
        vec![
            shown(format!("B{:08}-{}", point.index, period.no)),
            text(point.retail_no(period.no)),
            text(&point.id),
            shown(from),
            shown(until),
            tenths(kwh),
            int(kwh * 31 / 10),
            int(issued.strftime("%Y%m%d").to_string().parse().unwrap_or(0)),
            text(holder(point, period).name),
            text("paid"),
            text(moment(issued, 30_000)),
        ],
    );
}
