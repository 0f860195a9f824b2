//! Values that do not fit the declared types: their rows are rejected whole, and never coerced.

use bunri_legacy::cell::{int, real, tenths, text};
use bunri_legacy::names::OWN;
use bunri_legacy::schema::TableName;
use jiff::civil::date;

use crate::planted::Fate::{Both, Held, Operator, Rejected, Waiting};
use crate::story::stage::{At, document_at};
use crate::story::{Stage, Story, Told, story};

pub(crate) static STORIES: &[Story] = &[
    story(&[(date(2010, 4, 1), OWN)], readings),
    story(&[(date(2010, 4, 1), OWN)], records),
];

fn readings(s: &mut Stage<'_>) -> Told {
    s.trap(
        "misfit",
        "a day that no calendar has, in another spelling than declared",
    );
    s.put(
        s.reading("2025-09-01"),
        "period_until",
        text("20160231"),
        Rejected,
    )?;
    s.trap("misfit", "two digits after the point where one is declared");
    s.put(s.reading("2025-10-01"), "usage_kwh", real(12.34), Rejected)?;
    s.trap("misfit", "a word in a number column");
    s.put(s.reading("2025-11-01"), "usage_kwh", text("なし"), Rejected)?;
    s.trap(
        "misfit",
        "the shortest form of this REAL has seventeen digits after the point",
    );
    s.put(
        s.reading("2025-12-01"),
        "usage_kwh",
        real(0.1 + 0.2),
        Rejected,
    )?;
    s.trap("misfit", "February has no 30th");
    s.put(
        s.reading("2026-01-01"),
        "updated_at",
        text("2026-02-30 10:00:00"),
        Rejected,
    )?;
    s.trap("misfit", "thirteen digits where twelve are declared");
    s.put(
        s.reading("2026-02-01"),
        "meter_indication",
        real(123_456_789_012.5),
        Rejected,
    )?;
    s.trap("misfit", "the key's own day cannot be read");
    s.add_reading(
        "H28.04.01",
        "2016-04-30",
        tenths(4_242_701),
        "2016-05-02 08:00:00",
    )?;
    s.is(s.reading("H28.04.01"), "usage_kwh", Rejected)?;
    s.trap(
        "misfit",
        "three digits after the point where two are declared",
    );
    let id = s.point.id.clone();
    let cells = [
        ("supply_point_id", text(id)),
        ("reading_date", text("2026-03-05")),
        ("slot", int(1)),
        ("usage_kwh", real(0.125)),
    ];
    s.add(TableName::HalfHour, &cells)?;
    s.is(s.slot("2026-03-05", 1), "usage_kwh", Rejected)?;
    s.trap(
        "misfit-is-no-contagion",
        "another row of the same point fits, and is own",
    );
    s.place_is(Both)
}

fn records(s: &mut Stage<'_>) -> Told {
    s.trap(
        "misfit",
        "a word in an int column: the whole supply point is rejected",
    );
    s.put(s.place(), "meter_reading_day", text("末日"), Rejected)?;
    s.trap("misfit", "the number in words");
    s.put(s.only(TableName::Meter), "ct_ratio", text("六十"), Rejected)?;
    s.trap(
        "misfit",
        "a day in the Japanese calendar, in a column of days",
    );
    s.put(s.link(1), "valid_until", text("平28/4/1"), Rejected)?;
    s.trap(
        "parent-rejected",
        "the link was rejected, so nobody knows whose the name is",
    );
    s.is(s.consumer(1), "consumer_name", Waiting)?;
    s.trap("misfit", "no end is written 9999-12-31 here");
    s.put(s.retail(1), "contract_until", text("9999/99/99"), Rejected)?;
    s.trap(
        "parent-rejected",
        "the contract was rejected, so nobody knows whose the bill is",
    );
    s.is(s.bill(1), "amount_yen", Held)?;
    s.trap(
        "parent-rejected",
        "the point was rejected; equipment never leaves the operator anyway",
    );
    let id = s.point.id.clone();
    let equipment = [
        ("supply_point_id", text(&id)),
        ("equipment_no", int(9)),
        ("equipment_kind", text("溶接機")),
    ];
    s.add(TableName::LoadEquipment, &equipment)?;
    s.is(
        At::of(
            TableName::LoadEquipment,
            [("supply_point_id", &id), ("equipment_no", "9")],
        ),
        "equipment_kind",
        Operator,
    )?;
    misfit_bill(s)?;
    misfit_request(s)?;
    s.trap(
        "misfit",
        "Heisei had ended by then: nobody knows which day was meant",
    );
    let owner = ("CONSUMER", s.point.consumer_id(1));
    let title = s.next_canary();
    s.add_document("DC-9002", owner, &title, Rejected)?;
    let received = text("H31.05.01");
    s.put(document_at("DC-9002"), "received_on", received, Rejected)
}

fn misfit_bill(s: &mut Stage<'_>) -> Told {
    s.trap("misfit", "a number that is no day");
    let id = s.point.id.clone();
    let cells = [
        ("billing_no", text("B-MISFIT-1")),
        ("supply_point_id", text(id)),
        ("issued_on", int(20_160_231)),
        ("amount_yen", int(42_427)),
    ];
    s.add(TableName::Billing, &cells)?;
    s.is(
        At::of(TableName::Billing, [("billing_no", "B-MISFIT-1")]),
        "issued_on",
        Rejected,
    )
}

fn misfit_request(s: &mut Stage<'_>) -> Told {
    s.trap("misfit", "dashes where the column is declared with slashes");
    let id = s.point.id.clone();
    let cells = [
        ("request_no", text("SW26-99010-MISFIT1")),
        ("supply_point_id", text(id)),
        ("requester_code", text(OWN)),
        ("requested_start", text("2026-06-01")),
    ];
    s.add(TableName::SwitchingRequest, &cells)?;
    s.is(
        At::of(
            TableName::SwitchingRequest,
            [("request_no", "SW26-99010-MISFIT1")],
        ),
        "requested_start",
        Rejected,
    )
}
