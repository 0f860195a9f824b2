//! Points that no retailer supplies, and rows that belong to no point: vacancy, island and last-resort supply,
//! FIT purchase, code tables, accounts, totals.

use bunri_legacy::cell::{int, shown, tenths, text};
use bunri_legacy::names::{OPERATOR, OTSU, OWN, VACANT};
use bunri_legacy::ordinary::Rows;
use bunri_legacy::point::{ISLAND, LAST_RESORT, Point, Supply, point_id};
use bunri_legacy::schema::TableName;
use jiff::civil::date;

use crate::planted::Fate::{Both, Held, Nowhere, Operator, Waiting};
use crate::planted::Planted;
use crate::story::stage::At;
use crate::story::{Stage, Story, Told, story};

pub(crate) static STORIES: &[Story] = &[
    story(
        &[(date(2008, 4, 1), OWN), (date(2025, 10, 16), VACANT)],
        vacant,
    ),
    Story {
        kind: ISLAND,
        ..story(&[(date(2006, 4, 1), OWN)], island)
    },
    Story {
        kind: LAST_RESORT,
        supply: Supply::HighVoltage,
        ..story(&[(date(2015, 4, 1), OWN)], last_resort)
    },
    story(&[(date(2010, 4, 1), OWN)], supply_kind_missing),
    Story {
        supply: Supply::Fit,
        ..story(&[(date(2014, 4, 1), OPERATOR)], fit)
    },
    story(&[(date(2010, 4, 1), OWN)], demand_beside_fit),
    story(
        &[(date(2010, 4, 1), OWN), (date(2024, 4, 1), OTSU)],
        demand_of_the_second_house,
    ),
];

fn vacant(s: &mut Stage<'_>) -> Told {
    s.trap(
        "vacant",
        "nobody lives there, by a declared code: the operator keeps serving the point",
    );
    s.place_is(Operator)?;
    s.ours(1)?;
    s.is(s.period(2), "retailer_code", Operator)?;
    s.is(s.reading("2025-10-01"), "usage_kwh", Both)?;
    s.put(
        s.reading("2025-10-16"),
        "usage_kwh",
        tenths(4_242_201),
        Operator,
    )
}

fn island(s: &mut Stage<'_>) -> Told {
    s.trap(
        "island",
        "the operator supplies the island, whatever the tariff label and the code say",
    );
    s.place_is(Operator)?;
    s.theirs(1)?;
    s.put(
        s.reading("2026-01-01"),
        "usage_kwh",
        tenths(4_242_202),
        Operator,
    )?;
    s.put(
        s.place(),
        "remarks_1",
        text("離島約款(電灯) 甲電力の料金表による"),
        Operator,
    )?;
    let (number, id) = (s.point.retail_no(1), s.point.id.clone());
    s.add(
        TableName::RetailContract,
        &[
            ("retail_contract_no", text(number)),
            ("supply_point_id", text(id)),
            ("tariff_code", text("T-ISL")),
            ("contract_from", text("2006-04-01")),
            ("contract_until", text("9999-12-31")),
            ("bank_account", text("9900-777-7654321")),
            ("updated_at", text("2019-04-01 09:00:00")),
        ],
    )?;
    s.is(s.retail(1), "tariff_code", Held)?;
    s.is(s.retail(1), "bank_account", Held)
}

fn last_resort(s: &mut Stage<'_>) -> Told {
    s.trap(
        "last-resort",
        "最終保障供給 is the operator's; the padded kind is compared trimmed",
    );
    s.set(s.period(1), "supply_kind", text("last_resort "))?;
    s.place_is(Operator)?;
    s.theirs(1)?;
    s.put(
        s.reading("2026-01-01"),
        "usage_kwh",
        tenths(42_422_030),
        Operator,
    )
}

fn supply_kind_missing(s: &mut Stage<'_>) -> Told {
    s.set(s.period(1), "supply_kind", bunri_legacy::cell::NULL)?;
    s.trap(
        "supply-kind-missing",
        "nobody knows whether the operator supplies: a person decides",
    );
    s.place_is(Waiting)?;
    s.unclear(1)?;
    s.is(s.retail(1), "bank_account", Held)?;
    s.is(s.bill(1), "amount_yen", Held)
}

fn fit(s: &mut Stage<'_>) -> Told {
    s.trap(
        "fit-point",
        "the operator buys what the roof produces: not the retailer's, though the house is",
    );
    s.put(
        s.place(),
        "service_address",
        text("甲野県乙原市本町1丁目2番3号"),
        Operator,
    )?;
    s.is(s.place(), "contract_kind", Operator)?;
    s.is(s.period(1), "retailer_code", Operator)?;
    s.canary(s.consumer(1), "contract_holder_name", Operator)?;
    s.put(
        s.reading("2026-01-01"),
        "usage_kwh",
        tenths(4_242_204),
        Operator,
    )
}

fn demand_beside_fit(s: &mut Stage<'_>) -> Told {
    s.trap(
        "demand-beside-fit",
        "the same house's demand point is the incumbent's: decided number by number",
    );
    s.put(
        s.place(),
        "service_address",
        text("甲野県乙原市本町1丁目2番3号"),
        Both,
    )?;
    s.ours(1)?;
    s.is(s.reading("2026-01-01"), "usage_kwh", Both)
}

fn demand_of_the_second_house(s: &mut Stage<'_>) -> Told {
    s.trap(
        "same-address",
        "another household in the same house, supplied by 乙",
    );
    s.put(
        s.place(),
        "service_address",
        text("甲野県乙原市本町1丁目2番3号"),
        Operator,
    )?;
    s.theirs(2)?;
    s.put(
        s.reading("2026-01-01"),
        "usage_kwh",
        tenths(4_242_205),
        Operator,
    )
}

/// What no point brings: codes, accounts, and the total of a class with one customer.
pub(crate) fn code_tables_and_accounts(rows: &mut Rows, planted: &mut Vec<Planted>) -> Told {
    let dice = bunri_legacy::dice::Dice::new(0, 0);
    let id = point_id(0, dice, 0);
    let point = Point {
        index: 0,
        id,
        seed: 0,
        dice,
        supply: Supply::Lighting,
        reading_day: 1,
        periods: Vec::new(),
    };
    let s = &mut Stage::new(point, rows, planted);
    let at = |table, column, value: &str| At::of(table, [(column, value)]);
    let retailer = |code| at(TableName::CodeRetailer, "retailer_code", code);
    let tariff = |code| at(TableName::CodeTariff, "tariff_code", code);
    s.trap("code-table", "a public code, used here or not");
    s.is(retailer("99020"), "retailer_name", Both)?;
    s.is(retailer("99090"), "retailer_name", Both)?;
    s.is(tariff("T-B"), "base_price_sen", Both)?;
    s.trap(
        "last-used",
        "when a code was last used here tells who has customers",
    );
    s.is(retailer("99050"), "last_used", Operator)?;
    s.is(tariff("T-OLD"), "last_used", Operator)?;
    s.trap("account", "who could log in; a password goes nowhere");
    let account = |id| at(TableName::Account, "account_id", id);
    s.is(account("GRID-OPS"), "role", Operator)?;
    s.is(account("P-88"), "password_hash", Nowhere)?;
    s.add(
        TableName::AreaTotal,
        &[
            ("area_code", text("90")),
            ("voltage_class", text("extra_high")),
            ("total_month", shown("2026-01")),
            ("total_usage_kwh", tenths(81_234_560)),
            ("reading_count", int(1)),
        ],
    )?;
    s.trap(
        "group-of-one",
        "the total of a class with one customer is that customer's usage",
    );
    s.is(
        at(TableName::AreaTotal, "voltage_class", "extra_high"),
        "total_usage_kwh",
        Operator,
    )
}
