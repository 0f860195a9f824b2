//! Roofs: what is fed in is of whoever buys it, and not of whoever sells the house its light.

use bunri_legacy::cell::{NULL, hundredths, int, tenths, text};
use bunri_legacy::names::{OTSU, OWN};
use bunri_legacy::ordinary::{BY_OPERATOR, BY_RETAILER};
use bunri_legacy::schema::TableName;

use crate::planted::Fate::{Both, Operator, OwnWithheld, Waiting};
use crate::story::stage::At;
use crate::story::{Stage, Told};

/// The houses of these stories.
pub(crate) struct Houses {
    /// The incumbent's throughout.
    pub(crate) ours: String,
    /// Another of the kind.
    pub(crate) ours_too: String,
    /// A third, of whose roof nobody buys anything.
    pub(crate) roofless: String,
    /// The incumbent's until 2023-12-31, and 乙's since.
    pub(crate) left: String,
    /// A point that the ledger of supply does not know.
    pub(crate) unknown: &'static str,
}

pub(crate) fn tell(s: &mut Stage<'_>, houses: &Houses) -> Told {
    sold_to_another(s, &houses.ours)?;
    of_a_lost_customer(s, &houses.left)?;
    bought_by_the_operator(s, &houses.ours_too)?;
    s.trap(
        "surplus-nobody-buys",
        "the house is the incumbent's customer, but nobody is known to buy from its roof",
    );
    month(s, &houses.roofless, "2025-05", 4_243_101)?;
    s.is(read(&houses.roofless, "2025-05-01"), "surplus_kwh", Waiting)?;
    s.trap(
        "surplus-without-supply",
        "the incumbent buys from a roof; who sells there nobody knows, and nobody is asked",
    );
    buy(
        s,
        houses.unknown,
        ("2019-07-01", "9999-12-31"),
        (OWN, Some(BY_RETAILER)),
    )?;
    month(s, houses.unknown, "2025-05", 1_234_601)?;
    s.is(read(houses.unknown, "2025-05-01"), "surplus_kwh", Both)?;
    s.is(bought(houses.unknown, "2019-07-01"), "buyer_code", Both)
}

fn sold_to_another(s: &mut Stage<'_>, house: &str) -> Told {
    s.trap(
        "surplus-sold-to-another",
        "the incumbent sells the house its light, and 乙 buys from its roof",
    );
    buy(
        s,
        house,
        ("2015-04-01", "9999-12-31"),
        ("99020 ", Some(BY_RETAILER)),
    )?;
    month(s, house, "2025-05", 4_243_102)?;
    s.is(read(house, "2025-05-01"), "surplus_kwh", Operator)?;
    s.is(read(house, "2025-05-01"), "paid_yen", Operator)?;
    s.is(bought(house, "2015-04-01"), "buyer_code", Operator)?;
    s.is(bought(house, "2015-04-01"), "unit_price_yen", Operator)
}

fn of_a_lost_customer(s: &mut Stage<'_>, house: &str) -> Told {
    s.trap(
        "surplus-of-a-lost-customer",
        "the house has its light from 乙 today, and the incumbent still buys from its roof",
    );
    buy(
        s,
        house,
        ("2016-10-01", "2026-07-01"),
        (OWN, Some(BY_RETAILER)),
    )?;
    buy(
        s,
        house,
        ("2026-07-01", "9999-12-31"),
        (OTSU, Some(BY_RETAILER)),
    )?;
    month(s, house, "2025-05", 1_234_602)?;
    s.is(read(house, "2025-05-01"), "surplus_kwh", Both)?;
    s.is(read(house, "2025-05-01"), "paid_yen", Both)?;
    s.is(bought(house, "2016-10-01"), "unit_price_yen", Both)?;
    s.trap(
        "surplus-will-go",
        "from July on 乙 buys: that the roof will go is 乙's to know",
    );
    s.is(bought(house, "2016-10-01"), "purchased_until", OwnWithheld)?;
    s.is(bought(house, "2026-07-01"), "buyer_code", Operator)
}

fn bought_by_the_operator(s: &mut Stage<'_>, house: &str) -> Told {
    s.trap(
        "surplus-of-the-operator",
        "under the incumbent's code, but the operator has to buy since November 2023",
    );
    let (before, since) = ("2014-06-01", "2023-11-01");
    buy(s, house, (before, since), (OWN, Some(BY_RETAILER)))?;
    buy(s, house, (since, "2025-01-01"), (OWN, Some(BY_OPERATOR)))?;
    month(s, house, "2023-11", 4_243_103)?;
    s.is(read(house, "2023-11-01"), "surplus_kwh", Operator)?;
    s.is(bought(house, since), "unit_price_yen", Operator)?;
    s.trap(
        "surplus-before-the-operator",
        "up to the day before, the roof was the incumbent's",
    );
    month(s, house, "2023-10", 1_234_603)?;
    s.is(read(house, "2023-10-01"), "surplus_kwh", Both)?;
    s.is(bought(house, before), "purchased_until", Both)?;
    s.trap(
        "surplus-over-the-change",
        "the sheet was not cut at the change: days of both",
    );
    add(s, house, ("2023-09-16", "2023-11-15"), 4_243_104)?;
    s.is(read(house, "2023-09-16"), "surplus_kwh", Waiting)?;
    s.trap(
        "surplus-scheme-missing",
        "whether a retailer bought or the operator nobody wrote down",
    );
    buy(s, house, ("2025-01-01", "9999-12-31"), (OWN, None))?;
    month(s, house, "2025-05", 4_243_105)?;
    s.is(read(house, "2025-05-01"), "surplus_kwh", Waiting)?;
    s.is(bought(house, "2025-01-01"), "unit_price_yen", Waiting)
}

/// A roof of which another retailer has always bought, at a house that was never the incumbent's.
pub(crate) fn of_others(s: &mut Stage<'_>) -> Told {
    let house = s.point.id.clone();
    s.trap("surplus-of-others", "of no day the incumbent's");
    buy(
        s,
        &house,
        ("2018-02-01", "9999-12-31"),
        (OTSU, Some(BY_RETAILER)),
    )?;
    month(s, &house, "2025-05", 4_243_106)?;
    s.is(read(&house, "2025-05-01"), "surplus_kwh", Operator)?;
    s.is(bought(&house, "2018-02-01"), "buyer_code", Operator)
}

fn buy(
    s: &mut Stage<'_>,
    house: &str,
    (from, until): (&str, &str),
    (code, scheme): (&str, Option<&str>),
) -> Told {
    // Agreed by the day on which it begins, and before the freeze.
    let agreed = from.min("2026-03-24");
    s.add(
        TableName::SurplusPurchase,
        &[
            ("supply_point_id", text(house)),
            ("purchased_from", text(from)),
            ("purchased_until", text(until)),
            ("buyer_code", text(code)),
            ("scheme", scheme.map_or(NULL, text)),
            ("unit_price_yen", hundredths(3_100)),
            ("updated_by", text("KAITORI")),
            ("updated_at", text(format!("{agreed} 09:00:00"))),
        ],
    )
}

/// The sheet of a whole month, entered some days after it.
fn month(s: &mut Stage<'_>, house: &str, month: &str, value: i64) -> Told {
    let last = match &month[5..] {
        "11" => 30,
        _ => 31,
    };
    add(
        s,
        house,
        (&format!("{month}-01"), &format!("{month}-{last}")),
        value,
    )
}

fn add(s: &mut Stage<'_>, house: &str, (from, until): (&str, &str), value: i64) -> Told {
    s.add(
        TableName::SurplusReading,
        &[
            ("supply_point_id", text(house)),
            ("period_from", text(from)),
            ("period_until", text(until)),
            ("surplus_kwh", tenths(value)),
            ("paid_yen", int(value / 100)),
            ("updated_by", text("KAITORI")),
            ("updated_at", text(format!("{until} 17:00:00"))),
        ],
    )
}

fn read(house: &str, from: &str) -> At {
    at(TableName::SurplusReading, house, ("period_from", from))
}

fn bought(house: &str, from: &str) -> At {
    at(TableName::SurplusPurchase, house, ("purchased_from", from))
}

fn at(table: TableName, house: &str, (column, day): (&'static str, &str)) -> At {
    At::of(table, [("supply_point_id", house), (column, day)])
}
