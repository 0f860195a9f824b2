//! The place itself: supply point, equipment behind it.

use rusqlite::types::Value;

use crate::calendar::{FREEZE, moment, plus};
use crate::cell::{NULL, hundredths, int, shown, tenths, text};
use crate::names::TOWNS;
use crate::ordinary::Rows;
use crate::ordinary::holders::holder;
use crate::point::{Period, Point, Supply};
use crate::schema::{Row, TableName};

pub(crate) fn supply_point(point: &Point, rows: &mut Rows) {
    let dice = point.dice;
    let own = point.current().is_some_and(Period::is_own);
    let amounts = contract_amounts(point);
    let mut row: Row = vec![
        text(&point.id),
        text("90"),
        text(address(point)),
        text(supply_method(point.supply)),
        shown(format!("{}-{:03}", dice.below(20, 90), dice.below(21, 400))),
        int(i64::from(point.reading_day)),
        amounts.amperes,
        amounts.kva,
        tenths(power_tenths(point)),
        text(amounts.unit),
        text(contract_kind(point.supply)),
        text(menu(point.supply)),
        text(point.supply.voltage_class()),
        shown(plus(FREEZE, -dice.between(23, 0, 4000))),
        int(0),
        amounts.amount,
        int(dice.pick(22, &[85, 90, 100])),
        // The switch clears the old customer number; where it did not is one of the planted traps.
        if own {
            shown(format!("K{:09}", point.index * 7 + 100))
        } else {
            NULL
        },
        remark(point),
        NULL,
        text("MIGR2004"),
    ];
    let after_power_factor = 17;
    row.splice(
        after_power_factor..after_power_factor,
        of_another_time(point),
    );
    row.extend(last_touch(point));
    rows.push(TableName::SupplyPoint, row);
}

/// What the row of today says of another time: the greatest demand of the last twelve months with its month, and the
/// holder before with their last day, whoever supplied by then.
fn of_another_time(point: &Point) -> [Value; 4] {
    let before = point.current().and_then(|current| {
        let mut periods = point.periods.iter().rev();
        periods.find(|period| period.until < current.from && !period.is_vacant())
    });
    let (holder_before, until) = before.map_or((NULL, NULL), |period| {
        (text(holder(point, period).name), shown(period.until))
    });
    let (month, demand) = match point.supply {
        // Households are billed by their fuse, not by their demand.
        Supply::Lighting | Supply::Fit => (NULL, NULL),
        Supply::Power | Supply::HighVoltage => {
            let months = point.dice.between(55, 3, 14);
            let share = point.dice.between(56, 40, 95);
            (
                int((2025 + months / 12) * 100 + months % 12 + 1),
                tenths(power_tenths(point) * share / 100),
            )
        }
    };
    [month, demand, holder_before, until]
}

/// Who touched the point last, with which program and in which batch.
fn last_touch(point: &Point) -> [Value; 4] {
    let code = point.current().map_or("99000", |period| period.code);
    let day = point
        .current()
        .map_or(FREEZE, |period| period.written(point.dice));
    let yearmonth = day.strftime("%Y%m");
    [
        shown(format!("U{}{:03}", code, point.dice.below(24, 300))),
        text(point.dice.pick(25, &["KYZ010", "KYZ022", "NGT305"])),
        shown(format!("90_{code}_{yearmonth}")),
        text(moment(day, point.dice.below(26, 86_400))),
    ]
}

/// The town that a point lies in.
#[must_use]
pub fn town(point: &Point) -> &'static str {
    point.dice.pick(27, &TOWNS)
}

fn address(point: &Point) -> String {
    let dice = point.dice;
    let (block, lot) = (1 + dice.below(28, 6), 1 + dice.below(29, 40));
    format!(
        "{}{block}丁目{lot}番{}号",
        town(point),
        1 + dice.below(30, 20)
    )
}

fn supply_method(supply: Supply) -> &'static str {
    match supply {
        Supply::Lighting => "単相3線式100V/200V",
        Supply::Power | Supply::Fit => "三相3線式200V",
        Supply::HighVoltage => "三相3線式6600V",
    }
}

fn contract_kind(supply: Supply) -> &'static str {
    match supply {
        Supply::Lighting => "lighting",
        Supply::Power | Supply::HighVoltage => "power",
        Supply::Fit => "fit_purchase",
    }
}

pub(crate) fn menu(supply: Supply) -> &'static str {
    match supply {
        Supply::Lighting => "電灯標準接続送電サービス",
        Supply::Power => "動力標準接続送電サービス",
        Supply::HighVoltage => "高圧標準接続送電サービス",
        Supply::Fit => "発電量調整供給",
    }
}

/// Contract power in tenths of a kW.
pub(crate) fn power_tenths(point: &Point) -> i64 {
    match point.supply {
        Supply::Lighting => 5 * point.dice.between(31, 4, 12),
        Supply::Power => 10 * point.dice.between(31, 5, 49),
        Supply::HighVoltage => 10 * point.dice.between(31, 50, 1200),
        Supply::Fit => 55,
    }
}

/// Contract current, capacity, and 契約高 with its unit.
struct Amounts {
    amperes: Value,
    kva: Value,
    amount: Value,
    unit: &'static str,
}

fn contract_amounts(point: &Point) -> Amounts {
    let amperes = int(10 * point.dice.between(32, 2, 6));
    let kva = tenths(10 * point.dice.between(33, 6, 20));
    match point.supply {
        Supply::Lighting if point.dice.below(34, 8) > 0 => Amounts {
            amount: amperes.clone(),
            amperes,
            kva: NULL,
            unit: "A",
        },
        Supply::Lighting => Amounts {
            amount: kva.clone(),
            amperes: NULL,
            kva,
            unit: "kVA",
        },
        _ => {
            let amount = tenths(power_tenths(point));
            Amounts {
                amount,
                amperes: NULL,
                kva: NULL,
                unit: "kW",
            }
        }
    }
}

fn remark(point: &Point) -> Value {
    match point.dice.below(35, 40) {
        0 => text("犬に注意"),
        1 => text("メーターは裏の倉庫の中"),
        2 => text("留守がち 電話は夕方"),
        _ => NULL,
    }
}

pub(crate) fn load_equipment(point: &Point, rows: &mut Rows) {
    if point.dice.below(60, 3) > 0 {
        return;
    }
    let updated = point
        .current()
        .map_or(FREEZE, |period| period.written(point.dice));
    for number in 1..=point.dice.between(61, 1, 2) {
        let question = 62 + number.unsigned_abs();
        rows.push(
            TableName::LoadEquipment,
            vec![
                text(&point.id),
                int(number),
                text(
                    point
                        .dice
                        .pick(question, &["エコキュート", "エアコン", "IH", "溶接機"]),
                ),
                hundredths(point.dice.between(question + 10, 50, 600)),
                NULL,
                text(moment(updated, 36_000)),
            ],
        );
    }
}
