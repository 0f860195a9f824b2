//! Customers of the incumbent, and customers who left it: before, on, and after the day.

use bunri_legacy::calendar::FREEZE;
use bunri_legacy::cell::{NULL, STILL_STOPPED, int, shown, tenths, text};
use bunri_legacy::names::{HEI, OTSU, OWN};
use bunri_legacy::ordinary::slots_of_day;
use bunri_legacy::schema::TableName;
use jiff::civil::date;
use rusqlite::types::Value;

use crate::planted::Fate::{
    Both, BothBesideHeld, Held, Nowhere, Operator, OperatorBesideHeld, OwnWithheld, Retail, Waiting,
};
use crate::story::orphans::{add_consumer, add_link};
use crate::story::stage::{consumer, document_at};
use crate::story::{Stage, Story, Told, story};

pub(crate) static STORIES: &[Story] = &[
    story(&[(date(2010, 4, 1), OWN)], stays),
    story(
        &[(date(2010, 4, 1), OWN), (date(2020, 6, 15), OTSU)],
        left_long_ago,
    ),
    story(
        &[
            (date(2009, 4, 1), OWN),
            (date(2018, 10, 1), OTSU),
            (date(2023, 2, 1), OWN),
        ],
        came_back,
    ),
    story(
        &[(date(2011, 9, 1), OWN), (date(2026, 4, 15), OTSU)],
        will_leave,
    ),
    story(
        &[(date(2012, 7, 1), OWN), (date(2026, 4, 1), HEI)],
        leaves_on_the_day,
    ),
    story(
        &[(date(2012, 7, 1), OWN), (date(2026, 4, 2), OTSU)],
        leaves_the_day_after,
    ),
    story(
        &[(date(2010, 4, 1), OWN), (date(2026, 1, 15), OTSU)],
        kyushu,
    ),
    story(
        &[(date(2010, 4, 1), OWN), (date(2025, 12, 25), OTSU)],
        reading_not_cut,
    ),
    story(
        &[(date(2011, 4, 1), OWN), (date(2022, 4, 1), OTSU)],
        retail_kept_its_records,
    ),
];

/// The control: what has to arrive, and what stays behind even on own rows.
fn stays(s: &mut Stage<'_>) -> Told {
    s.trap(
        "own",
        "supplied by the incumbent now and always: its customer",
    );
    s.place_is(Both)?;
    s.set(s.wheeling(1), "created_at", text("2010-03-15 09:00:00"))?;
    s.set(s.wheeling(1), "updated_at", NULL)?;
    s.ours(1)?;
    s.put(s.consumer(1), "consumer_phone", text("090-8765-4321"), Both)?;
    s.is(s.reading("2026-01-01"), "usage_kwh", Both)?;
    s.is(s.reading("2026-01-01"), "meter_indication", Both)?;
    s.is(s.bill(1), "amount_yen", Retail)?;
    s.put(s.place(), "legacy_customer_no", text("K000000100"), Retail)?;
    s.put(
        s.retail(1),
        "sales_memo",
        text("電化提案に前向き 次回5月"),
        Retail,
    )?;
    let seal = s.next_canary().into_bytes();
    s.put(s.wheeling(1), "seal_image", Value::Blob(seal), Both)?;
    s.trap(
        "own-row-withheld",
        "an item that never leaves the operator, on an own row",
    );
    s.canary(s.place(), "remarks_1", Operator)?;
    s.is(s.place(), "created_by", Operator)?;
    s.is(s.place(), "update_program", Operator)?;
    s.canary(s.reading("2026-01-01"), "remarks", Operator)?;
    s.canary(s.wheeling(1), "clerk_memo", Operator)?;
    s.trap(
        "daily-sheet",
        "a month of own days: the sheet, its days, its total",
    );
    s.add_sheet(date(2026, 2, 1));
    s.is(s.sheet(202_602), "month_kwh", Both)?;
    s.is(s.sheet(202_602), "d28", Both)?;
    s.is(s.sheet(202_602), "max_kw", Both)?;
    s.trap(
        "stop",
        "the supply of an own customer was stopped for an hour",
    );
    s.add_stop(
        "2026-02-10 10:00:00",
        "2026-02-10 11:00:00",
        "2026-02-11 08:00:00",
    )?;
    s.is(s.stop("2026-02-10 10:00:00"), "reason", Both)?;
    s.is(s.stop("2026-02-10 10:00:00"), "resumed_at", Both)?;
    s.trap("document", "the scan of an own customer's papers");
    let id = s.point.consumer_id(1);
    s.add_document(
        "DC-0001",
        ("CONSUMER", id),
        "運転免許証の写し　甲野　花子",
        Both,
    )?;
    s.is(document_at("DC-0001"), "owner_id", Both)?;
    papers_with_dates(s)?;
    nobodys_number(s)?;
    cancelled_request(s)
}

/// Days as clerks write them on a scan: in the emperor's calendar, without an end, with a word for nothing.
fn papers_with_dates(s: &mut Stage<'_>) -> Told {
    let id = s.point.consumer_id(1);
    for (no, received, expires) in [
        ("DC-0002", "H31.04.30", "99999999"),
        ("DC-0003", "R01.05.01", "00000000"),
        ("DC-0004", "R08.02.11", ""),
        ("DC-0005", "H22.04.01", "20140331"),
    ] {
        s.trap("document-days", "days as a clerk writes them on own papers");
        s.add_document(no, ("CONSUMER", id), "委任状　甲野　花子", Both)?;
        s.put(document_at(no), "received_on", text(received), Both)?;
        s.put(document_at(no), "expires_on", text(expires), Both)?;
    }
    s.trap(
        "note-of-both",
        "clerks of both companies write into this field: a person reads it before anybody has it",
    );
    s.add_document(
        "DC-0006",
        ("CONSUMER", id),
        "契約書　甲野　花子",
        BothBesideHeld,
    )?;
    s.canary(document_at("DC-0006"), "clerk_note", Held)
}

/// 0 is what clerks type where there is no name-holder, and somebody once entered one under it.
fn nobodys_number(s: &mut Stage<'_>) -> Told {
    s.trap("owner-nobody", "the name-holder that stands for nobody");
    let point = s.point.id.clone();
    add_consumer(s, 0, "2020-01-10 09:00:00")?;
    add_link(s, 0, &point, "2010-04-01")?;
    s.put(consumer(0), "consumer_name", text("名義なし"), Both)?;
    s.trap(
        "owner-nobody",
        "a scan whose number is nobody's is not the papers of that name-holder",
    );
    let title = s.next_canary();
    s.add_document("DN-0001", ("CONSUMER", 0), &title, Waiting)?;
    s.is(document_at("DN-0001"), "owner_id", Waiting)
}

/// 乙 applied for the customer, and the customer thought better of it before the day came.
fn cancelled_request(s: &mut Stage<'_>) -> Told {
    s.trap(
        "cancelled-request",
        "乙's period never came: it ends nobody's supply, and it is 乙's to know that it applied",
    );
    let id = s.point.id.clone();
    s.add_period(
        TableName::SupplyPeriod,
        90,
        "2025-10-01",
        "9999-12-31",
        OTSU,
        "1",
    )?;
    s.is(s.period(90), "retailer_code", Operator)?;
    s.is(s.period(90), "valid_from", Operator)?;
    let cells = [
        ("request_no", text("SW25-99020-TAKEN1")),
        ("receipt_no", int(900_000_001)),
        ("supply_point_id", text(id)),
        ("requester_code", text(OTSU)),
        ("request_kind", text("cancel")),
        ("requested_start", text("2025/10/01")),
        ("received_at", text("2025-09-12 10:00:00")),
    ];
    s.add(TableName::SwitchingRequest, &cells)?;
    s.is(s.request(), "request_no", Operator)?;
    s.canary(s.request(), "remarks", Operator)
}

fn left_long_ago(s: &mut Stage<'_>) -> Told {
    s.trap(
        "left",
        "left on 2020-06-14: own up to that day and as written by it, nothing after",
    );
    s.ours(1)?;
    s.is(s.reading("2020-05-16"), "usage_kwh", Both)?;
    s.is(s.bill(1), "amount_yen", Retail)?;
    s.theirs(2)?;
    s.place_is(Operator)?;
    s.put(
        s.reading("2020-06-15"),
        "usage_kwh",
        tenths(4_242_017),
        Operator,
    )?;
    s.put(
        s.reading("2026-01-01"),
        "usage_kwh",
        tenths(4_242_018),
        Operator,
    )?;
    let seal = s.next_canary().into_bytes();
    s.put(s.wheeling(2), "seal_image", Value::Blob(seal), Operator)?;
    s.is(s.request(), "requester_code", Operator)?;
    s.is(s.request(), "request_no", Operator)?;
    s.is(s.only(TableName::ChangeHistory), "new_value", Operator)?;
    s.trap("soft-deleted", "a deleted row is data: the same rules");
    s.put(s.place(), "deleted_flag", int(1), Operator)?;
    s.trap("daily-sheet", "a month of 乙's days");
    s.add_sheet(date(2026, 1, 1));
    s.put(s.sheet(202_601), "d15", tenths(4_242_030), Operator)?;
    s.is(s.sheet(202_601), "month_kwh", Operator)?;
    s.trap(
        "document",
        "the number of the own name-holder and of 乙's request is the same: each scan follows its own kind",
    );
    let (ours, theirs) = (s.point.consumer_id(1), s.point.consumer_id(2));
    s.add_document(
        "DC-0101",
        ("CONSUMER", ours),
        "運転免許証の写し　甲野　一郎",
        Both,
    )?;
    let letter = s.next_canary();
    s.add_document("DR-0101", ("REQUEST", ours), &letter, Operator)?;
    let papers = s.next_canary();
    s.add_document("DC-0102", ("CONSUMER", theirs), &papers, Operator)?;
    s.trap(
        "note-of-both",
        "on 乙's papers too: neither company has what both wrote",
    );
    let papers = s.next_canary();
    s.add_document("DC-0103", ("CONSUMER", theirs), &papers, OperatorBesideHeld)?;
    s.canary(document_at("DC-0103"), "clerk_note", Held)
}

fn came_back(s: &mut Stage<'_>) -> Told {
    s.trap(
        "left-and-came-back",
        "own, then 乙, then own again: the middle and all its readings vanish",
    );
    s.ours(1)?;
    s.theirs(2)?;
    s.ours(3)?;
    s.place_is(Both)?;
    s.is(s.reading("2018-09-01"), "usage_kwh", Both)?;
    s.put(
        s.reading("2018-10-01"),
        "usage_kwh",
        tenths(4_242_019),
        Operator,
    )?;
    s.put(
        s.reading("2023-01-02"),
        "usage_kwh",
        tenths(4_242_020),
        Operator,
    )?;
    s.is(s.reading("2023-02-01"), "usage_kwh", Both)?;
    s.is(s.reading("2026-02-01"), "usage_kwh", Both)?;
    s.put(s.place(), "batch_id", text("90_99020_202301"), Operator)?;
    s.trap(
        "previous-holder",
        "乙's customer held the name before: the row is own, this cell is not",
    );
    s.canary(s.place(), "previous_holder", OwnWithheld)?;
    s.trap("peak", "the greatest demand was in a month of own days");
    s.set(s.place(), "peak_month", int(202_508))?;
    s.put(s.place(), "peak_kw", tenths(42), Both)?;
    s.is(s.place(), "peak_month", Both)?;
    s.trap(
        "stop-not-resumed",
        "an own customer without power: no end yet is not an end that nobody knows",
    );
    let stopped = "2026-03-20 01:00:00";
    s.add_stop(stopped, STILL_STOPPED, "2026-03-21 08:00:00")?;
    s.is(s.stop(stopped), "reason", Both)?;
    s.is(s.stop(stopped), "resumed_at", Both)?;
    s.trap("contract-amount-kva", "契約高 in kVA is a capacity");
    s.set(s.place(), "contract_unit", text("kVA"))?;
    s.put(s.place(), "contract_amount", tenths(80), Both)?;
    s.trap("soft-deleted", "a deleted row is data: the same rules");
    s.put(s.place(), "deleted_flag", int(1), Both)
}

fn will_leave(s: &mut Stage<'_>) -> Told {
    s.trap(
        "leaving-later",
        "leaves on 2026-04-15: own until then, but the new retailer's request never",
    );
    s.place_is(Both)?;
    s.ours(1)?;
    s.theirs(2)?;
    s.is(s.wheeling(1), "contract_until", OwnWithheld)?;
    s.is(s.link(1), "valid_until", OwnWithheld)?;
    s.is(s.request(), "request_no", Operator)?;
    s.is(s.request(), "requester_code", Operator)?;
    s.is(s.request(), "requested_start", Operator)?;
    s.is(s.request(), "message_sender", Operator)?;
    s.canary(s.request(), "remarks", Operator)?;
    s.put(
        s.place(),
        "remarks_1",
        text("乙でんきへ切替予定 4/1～"),
        Operator,
    )?;
    s.put(
        s.place(),
        "filler_json",
        text(r#"{"v":2,"next":{"rtl":"99020","from":"20260415"}}"#),
        Operator,
    )?;
    s.trap(
        "contract-amount-unit",
        "'kVA ' is no unit of the list: compared exactly, the cell stays behind",
    );
    s.set(s.place(), "contract_unit", text("kVA "))?;
    s.put(s.place(), "contract_amount", tenths(70), OwnWithheld)
}

fn leaves_on_the_day(s: &mut Stage<'_>) -> Told {
    s.trap(
        "leaves-on-cutover-day",
        "the switch takes effect at 00:00 of the cutover day: other by then",
    );
    s.place_is(Operator)?;
    s.ours(1)?;
    s.theirs(2)?;
    s.is(s.reading("2026-02-01"), "usage_kwh", Both)?;
    s.is(s.bill(1), "amount_yen", Retail)
}

fn leaves_the_day_after(s: &mut Stage<'_>) -> Told {
    s.trap(
        "leaves-after-cutover-day",
        "supplied on the cutover day for the last time: own",
    );
    s.place_is(Both)?;
    s.ours(1)?;
    s.theirs(2)?;
    s.trap(
        "contract-amount-unit",
        "a unit that nobody classified: the cell stays with the operator",
    );
    s.set(s.place(), "contract_unit", text("W"))?;
    s.put(s.place(), "contract_amount", tenths(55_000), OwnWithheld)
}

/// Switched on the 15th. The values after it belong to 乙, whatever the old tables were keyed by.
fn kyushu(s: &mut Stage<'_>) -> Told {
    for day in [date(2026, 1, 15), date(2026, 1, 14)] {
        let point = s.point.clone();
        slots_of_day(&point, day, s.rows());
    }
    s.trap(
        "kyushu-2020",
        "switched on 2026-01-15: volumes from that day on never reach the old supplier",
    );
    s.ours(1)?;
    s.theirs(2)?;
    s.is(s.reading("2026-01-01"), "usage_kwh", Both)?;
    s.put(
        s.reading("2026-01-15"),
        "usage_kwh",
        tenths(4_242_021),
        Operator,
    )?;
    s.put(
        s.reading("2026-02-01"),
        "usage_kwh",
        tenths(4_242_022),
        Operator,
    )?;
    s.is(s.bill(1), "billed_kwh", Retail)?;
    s.is(s.bill(1), "issued_on", Retail)?;
    s.trap(
        "slot-of-switch-day",
        "slot 48 ends at 24:00 and belongs to its own day; a switch is at 00:00",
    );
    s.is(s.slot("2026-01-14", 1), "usage_kwh", Both)?;
    s.is(s.slot("2026-01-14", 48), "usage_kwh", Both)?;
    s.put(
        s.slot("2026-01-15", 1),
        "usage_kwh",
        tenths(42_423),
        Operator,
    )?;
    s.put(
        s.slot("2026-01-15", 48),
        "usage_kwh",
        tenths(42_424),
        Operator,
    )?;
    s.trap(
        "daily-sheet-of-switch",
        "switched on the 15th: the first fourteen columns are the old supplier's, the others and the total are not",
    );
    s.add_sheet(date(2026, 1, 1));
    s.is(s.sheet(202_601), "reading_month", Both)?;
    s.is(s.sheet(202_601), "d01", Both)?;
    s.is(s.sheet(202_601), "d14", Both)?;
    s.put(s.sheet(202_601), "d15", tenths(4_242_031), OwnWithheld)?;
    s.put(s.sheet(202_601), "d31", tenths(4_242_032), OwnWithheld)?;
    s.put(
        s.sheet(202_601),
        "month_kwh",
        tenths(4_242_033),
        OwnWithheld,
    )?;
    s.trap(
        "half-hour-until-switch",
        "the half hour that ends at 00:00 of the day of the switch is the old supplier's last",
    );
    let midnight = text("2026-01-15 00:00:00");
    s.put(s.sheet(202_601), "max_at", midnight, Both)?;
    s.is(s.sheet(202_601), "max_kw", Both)?;
    billed_after_the_switch(s)?;
    stops_around_the_switch(s)
}

/// The contract is the incumbent's, and the month that the bill speaks of is 乙's.
fn billed_after_the_switch(s: &mut Stage<'_>) -> Told {
    s.trap(
        "billed-after-switch",
        "a bill of the own contract over 乙's days: a person decides what became of it",
    );
    let cells = [
        ("billing_no", text("B-AFTER-1")),
        ("retail_contract_no", text(s.point.retail_no(1))),
        ("supply_point_id", text(s.point.id.clone())),
        ("usage_from", text("2026-01-15")),
        ("usage_until", text("2026-02-14")),
        ("amount_yen", int(42_428)),
        ("issued_on", int(20_260_220)),
        ("updated_at", text("2026-02-20 09:00:00")),
    ];
    s.add(TableName::Billing, &cells)?;
    let mut bill = s.only(TableName::Billing);
    bill.selector.push(("billing_no", "B-AFTER-1".to_owned()));
    s.canary(bill.clone(), "payer_name", Held)?;
    s.is(bill, "amount_yen", Held)
}

/// A stop ends at the moment at which the supply is resumed, and no later. The control centre writes UTC: its evening of the
/// 14th is the morning of the 15th.
fn stops_around_the_switch(s: &mut Stage<'_>) -> Told {
    s.trap(
        "stop-until-switch",
        "from 09:00 to 24:00 of the day before the switch: the old supplier's day alone",
    );
    let (morning, midnight) = ("2026-01-14 00:00:00", "2026-01-14 15:00:00");
    s.add_stop(morning, midnight, "2026-01-15 08:00:00")?;
    s.is(s.stop(morning), "reason", Both)?;
    s.is(s.stop(morning), "resumed_at", Both)?;
    s.trap(
        "stop-over-switch",
        "two hours of either supplier in one row, all of them on the 14th of UTC",
    );
    let evening = "2026-01-14 13:00:00";
    s.add_stop(evening, "2026-01-14 17:00:00", "2026-01-15 08:00:00")?;
    s.canary(s.stop(evening), "reason", Waiting)?;
    s.trap(
        "stop-after-switch",
        "the first half hour of 乙's first day, which UTC calls the 14th",
    );
    s.add_stop(midnight, "2026-01-14 15:30:00", "2026-01-16 08:00:00")?;
    s.canary(s.stop(midnight), "reason", Operator)
}

/// The reading of December was not cut at the switch on the 25th.
fn reading_not_cut(s: &mut Stage<'_>) -> Told {
    s.remove(s.reading("2025-12-25"))?;
    s.set(s.reading("2025-12-01"), "period_until", text("2025-12-31"))?;
    s.trap(
        "reading-spans-switch",
        "days of both suppliers in one value, written while the incumbent supplied",
    );
    s.set(
        s.reading("2025-12-01"),
        "updated_at",
        text("2025-12-24 23:00:00"),
    )?;
    s.put(
        s.reading("2025-12-01"),
        "usage_kwh",
        tenths(4_242_025),
        Waiting,
    )?;
    s.trap(
        "reading-spans-switch-late",
        "days of both suppliers in one value, whoever wrote it",
    );
    s.add_reading(
        "2025-12-02",
        "2025-12-28",
        tenths(4_242_026),
        "2025-12-30 08:00:00",
    )?;
    s.is(s.reading("2025-12-02"), "usage_kwh", Waiting)?;
    s.theirs(2)
}

fn retail_kept_its_records(s: &mut Stage<'_>) -> Told {
    s.trap(
        "retail-contract-not-closed",
        "the contract claims days that were 乙's",
    );
    s.set(s.retail(1), "contract_until", text("9999-12-31"))?;
    s.is(s.retail(1), "bank_account", Held)?;
    s.canary(s.retail(1), "sales_memo", Held)?;
    s.is(s.retail(1), "updated_by", Nowhere)?;
    s.is(s.bill(1), "amount_yen", Held)?;
    s.trap(
        "legacy-customer-no-kept",
        "the incumbent's number of a customer who left: held, with its key",
    );
    s.put(s.place(), "legacy_customer_no", text("K000000156"), Held)?;
    s.is(s.place(), "service_address", OperatorBesideHeld)?;
    s.trap(
        "written-on-last-day",
        "frozen on the eve of the cutover by 乙's clerk",
    );
    s.set(s.place(), "updated_at", shown(format!("{FREEZE} 23:59:59")))?;
    s.put(s.place(), "power_factor_pct", int(97), OperatorBesideHeld)
}
