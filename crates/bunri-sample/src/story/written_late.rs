//! Rows of own days that somebody wrote at another time: the next supplier's knowledge, the final reading's
//! grace, unknown times, impossible slots and periods.

use bunri_legacy::cell::{NULL, int, tenths, text};
use bunri_legacy::names::{OTSU, OWN};
use bunri_legacy::ordinary::slots_of_day;
use bunri_legacy::schema::TableName;
use jiff::civil::date;

use crate::planted::Fate::{Both, Held, Operator, Rejected, Waiting};
use crate::story::{Stage, Story, Told, story};

pub(crate) static STORIES: &[Story] = &[
    story(
        &[(date(2010, 4, 1), OWN), (date(2025, 10, 16), OTSU)],
        overwritten,
    ),
    story(
        &[
            (date(2009, 4, 1), OWN),
            (date(2018, 10, 1), OTSU),
            (date(2023, 2, 1), OWN),
        ],
        written_in_the_middle,
    ),
    story(&[(date(2010, 4, 1), OWN)], time_unknown),
    story(&[(date(2010, 4, 1), OWN)], impossible_times),
];

/// Left on 2025-10-15. The grace of 45 days ends with 2025-11-29 for the final reading, and with 2025-11-14 for the one
/// that ends on 2025-09-30.
fn overwritten(s: &mut Stage<'_>) -> Told {
    s.trap(
        "grace-last-day",
        "the final reading, written on the last day of the grace",
    );
    s.set(
        s.reading("2025-10-01"),
        "updated_at",
        text("2025-11-29 23:59:59"),
    )?;
    s.is(s.reading("2025-10-01"), "usage_kwh", Both)?;
    s.trap(
        "overwritten-after-grace",
        "written a second after the grace of its own last day, within that of the final reading: 乙's knowledge",
    );
    s.set(
        s.reading("2025-09-01"),
        "updated_at",
        text("2025-11-15 00:00:00"),
    )?;
    s.put(
        s.reading("2025-09-01"),
        "usage_kwh",
        tenths(4_242_501),
        Operator,
    )?;
    s.trap(
        "overwritten-after-leaving",
        "an own row, overwritten by the next retailer: the old value is gone",
    );
    s.set(s.consumer(1), "updated_at", text("2025-12-01 09:00:00"))?;
    s.canary(s.consumer(1), "consumer_name", Operator)?;
    s.put(
        s.consumer(1),
        "contact_phone",
        text("090-5555-0199"),
        Operator,
    )?;
    s.set(s.period(1), "updated_at", text("2026-01-05 02:00:00"))?;
    s.is(s.period(1), "valid_until", Operator)?;
    s.set(s.wheeling(1), "updated_at", text("2026-02-01 02:00:00"))?;
    s.canary(s.wheeling(1), "billing_addressee", Operator)?;
    s.set(s.retail(1), "updated_at", text("2025-10-17 02:00:00"))?;
    s.canary(s.retail(1), "sales_memo", Held)?;
    s.is(s.bill(1), "amount_yen", Held)?;
    s.trap(
        "link-not-overwritten",
        "written while the incumbent supplied: own",
    );
    s.is(s.link(1), "valid_until", Both)
}

fn written_in_the_middle(s: &mut Stage<'_>) -> Told {
    s.trap(
        "touched-in-the-middle",
        "own again today, but 乙's clerk wrote this row last: a person decides",
    );
    s.set(s.place(), "updated_at", text("2020-01-15 09:00:00"))?;
    s.set(s.place(), "legacy_customer_no", NULL)?;
    s.put(s.place(), "service_pole_no", text("緑ヶ丘12-003"), Waiting)?;
    s.is(s.place(), "contract_power_kw", Waiting)?;
    s.trap(
        "overwritten-before-return",
        "the contract of the first own years, overwritten by 乙 three weeks before the customer came back",
    );
    s.set(s.wheeling(1), "updated_at", text("2023-01-10 09:00:00"))?;
    s.canary(s.wheeling(1), "billing_addressee", Operator)?;
    s.trap(
        "corrected-after-return",
        "an own reading, corrected when the customer was back: own",
    );
    s.set(
        s.reading("2018-09-01"),
        "updated_at",
        text("2024-01-10 09:00:00"),
    )?;
    s.is(s.reading("2018-09-01"), "usage_kwh", Both)
}

fn time_unknown(s: &mut Stage<'_>) -> Told {
    s.trap("written-unknown", "nobody knows when it was written");
    s.set(s.place(), "updated_at", NULL)?;
    s.is(s.place(), "service_address", Waiting)?;
    s.is(s.place(), "legacy_customer_no", Held)?;
    s.set(s.reading("2026-01-01"), "updated_at", NULL)?;
    s.put(
        s.reading("2026-01-01"),
        "usage_kwh",
        tenths(4_242_502),
        Waiting,
    )?;
    s.set(s.consumer(1), "updated_at", NULL)?;
    s.is(s.consumer(1), "consumer_name", Waiting)?;
    s.set(s.period(1), "updated_at", NULL)?;
    s.is(s.period(1), "retailer_code", Waiting)?;
    s.set(s.retail(1), "updated_at", NULL)?;
    s.is(s.retail(1), "bank_account", Held)?;
    s.trap(
        "ledger-not-asked-when",
        "the ledger decides whoever wrote it: readings written then are own",
    );
    s.is(s.reading("2026-02-01"), "usage_kwh", Both)
}

fn impossible_times(s: &mut Stage<'_>) -> Told {
    let point = s.point.clone();
    slots_of_day(&point, date(2026, 2, 10), s.rows());
    s.trap("slot-of-own-day", "an ordinary slot");
    s.is(s.slot("2026-02-10", 24), "usage_kwh", Both)?;
    s.trap("slot-invalid", "a day has slots 1 to 48");
    for slot in [0, 49] {
        let cells = [
            ("supply_point_id", text(&point.id)),
            ("reading_date", text("2026-02-10")),
            ("slot", int(slot)),
            ("usage_kwh", tenths(42_425 + slot)),
        ];
        s.add(TableName::HalfHour, &cells)?;
        s.is(s.slot("2026-02-10", slot), "usage_kwh", Waiting)?;
    }
    s.trap(
        "reading-reversed",
        "a period that ends before it begins describes no days",
    );
    s.add_reading(
        "2026-03-10",
        "2026-03-05",
        tenths(4_242_503),
        "2026-03-12 08:00:00",
    )?;
    s.is(s.reading("2026-03-10"), "usage_kwh", Waiting)?;
    s.trap(
        "reading-without-end",
        "nobody knows which days it describes",
    );
    s.add_reading("2026-03-12", "", tenths(4_242_504), "2026-03-14 08:00:00")?;
    s.set(s.reading("2026-03-12"), "period_until", NULL)?;
    s.is(s.reading("2026-03-12"), "usage_kwh", Waiting)?;
    s.trap(
        "history-overlap",
        "the history table knows of a year of 乙's that the table of today has swallowed: nobody knows",
    );
    s.add_period(
        TableName::SupplyPeriodOld,
        91,
        "2016-06-01",
        "2017-03-31",
        OTSU,
        "0",
    )?;
    let mut swallowed = s.only(TableName::SupplyPeriodOld);
    swallowed.selector.push(("period_no", "91".to_owned()));
    s.is(swallowed, "retailer_code", Operator)?;
    s.add_reading(
        "2016-07-01",
        "2016-07-31",
        tenths(4_242_505),
        "2016-08-02 08:00:00",
    )?;
    s.is(s.reading("2016-07-01"), "usage_kwh", Waiting)?;
    s.trap("misfit", "2 is neither true nor false");
    s.put(
        s.only(TableName::Meter),
        "smart_meter_flag",
        int(2),
        Rejected,
    )
}
