//! Rows whose parents disagree, are missing, or were never there.

use bunri_legacy::cell::{NULL, int, tenths, text};
use bunri_legacy::dice::Dice;
use bunri_legacy::names::{OTSU, OWN};
use bunri_legacy::point::point_id;
use bunri_legacy::schema::TableName;
use jiff::civil::date;

use crate::planted::Fate::{Both, Held, Operator, Retail, Waiting};
use crate::story::meters;
use crate::story::stage::{At, consumer, document_at};
use crate::story::{STORY_SEED, Stage, Story, Told, story, surplus};

pub(crate) static STORIES: &[Story] = &[
    story(&[(date(2010, 4, 1), OWN)], first_of_two_points),
    story(
        &[(date(2010, 4, 1), OWN), (date(2024, 1, 1), OTSU)],
        second_of_two_points,
    ),
    story(&[(date(2010, 4, 1), OWN)], orphans),
];

/// A supply point that the ledger does not know.
pub(crate) const NOWHERE: &str = "9099999999990000000000";

/// The consumer of this point also holds the next one, which 乙 supplies since 2024.
fn first_of_two_points(s: &mut Stage<'_>) -> Told {
    s.trap(
        "own-and-other-points",
        "one person, one own and one other point: a person decides",
    );
    s.set(s.consumer(1), "updated_at", text("2015-05-01 09:00:00"))?;
    s.is(s.consumer(1), "consumer_name", Waiting)?;
    s.is(s.consumer(1), "consumer_phone", Waiting)?;
    s.is(s.link(1), "valid_from", Both)?;
    s.is(s.retail(1), "bank_account", Retail)?;
    s.place_is(Both)
}

fn second_of_two_points(s: &mut Stage<'_>) -> Told {
    let first = s.point.index - 1;
    let first_id = point_id(first, Dice::new(STORY_SEED, first), 0);
    let shared = s.point.consumer_id(1) - 8;
    s.trap("own-and-other-points", "the other point of the same person");
    s.remove(s.consumer(2))?;
    s.set(s.link(2), "consumer_id", int(shared))?;
    let mut link = s.only(TableName::ConsumerPoint);
    link.selector.push(("consumer_id", shared.to_string()));
    s.is(link, "valid_from", Operator)?;
    s.is(s.wheeling(2), "wheeling_contract_no", Operator)?;
    s.place_is(Operator)?;
    s.trap(
        "own-and-other-points-late",
        "the same, whoever wrote it: 乙 supplied one of the points by then",
    );
    let second_id = s.point.id.clone();
    add_consumer(s, 900_000_001, "2026-01-10 09:00:00")?;
    add_link(s, 900_000_001, &first_id, "2010-04-01")?;
    add_link(s, 900_000_001, &second_id, "2024-01-01")?;
    s.canary(consumer(900_000_001), "consumer_name", Waiting)?;
    let third = s.point.index + 1;
    let ours_too = point_id(third, Dice::new(STORY_SEED, third), 0);
    let houses = surplus::Houses {
        ours: first_id.clone(),
        ours_too: ours_too.clone(),
        // The first of all stories: a customer who stays.
        roofless: point_id(0, Dice::new(STORY_SEED, 0), 0),
        left: second_id.clone(),
        unknown: NOWHERE,
    };
    surplus::tell(s, &houses)?;
    let places = meters::Places {
        ours: first_id,
        ours_too,
        left: second_id,
    };
    meters::tell(s, &places)
}

pub(crate) fn add_consumer(s: &mut Stage<'_>, id: i64, written: &str) -> Told {
    let cells = [("consumer_id", int(id)), ("updated_at", text(written))];
    s.add(TableName::Consumer, &cells)
}

pub(crate) fn add_link(s: &mut Stage<'_>, id: i64, point: &str, from: &str) -> Told {
    s.add(
        TableName::ConsumerPoint,
        &[
            ("consumer_id", int(id)),
            ("supply_point_id", text(point)),
            ("valid_from", text(from)),
            ("valid_until", text("9999-12-31")),
            ("relation", text("agent")),
            ("updated_at", text("2026-01-10 09:00:00")),
        ],
    )
}

fn orphans(s: &mut Stage<'_>) -> Told {
    s.trap("orphan", "a name-holder without a point");
    add_consumer(s, 900_000_003, "2020-01-10 09:00:00")?;
    s.canary(consumer(900_000_003), "consumer_name", Waiting)?;
    s.trap(
        "orphan",
        "a name-holder whose point the ledger does not know",
    );
    add_consumer(s, 900_000_004, "2026-01-10 09:00:00")?;
    add_link(s, 900_000_004, NOWHERE, "2010-04-01")?;
    s.canary(consumer(900_000_004), "consumer_name", Waiting)?;
    orphan_bill(s)?;
    orphan_equipment(s)?;
    orphan_documents(s)?;
    unknown_point(s)?;
    s.trap(
        "id-zero-width",
        "a zero-width space in the number: not the ledger's number",
    );
    let spelled = format!("{}\u{200b}", s.point.id);
    misspelt_reading(s, &spelled)?;
    s.trap("id-padded", "keys are compared byte for byte");
    let spelled = format!("{} ", s.point.id);
    misspelt_reading(s, &spelled)
}

fn orphan_bill(s: &mut Stage<'_>) -> Told {
    s.trap(
        "orphan",
        "a bill whose contract is gone, on days that were own",
    );
    let id = s.point.id.clone();
    let cells = [
        ("billing_no", text("B-ORPHAN-1")),
        ("retail_contract_no", text("R-GONE-1")),
        ("supply_point_id", text(id)),
        ("usage_from", text("2026-01-01")),
        ("usage_until", text("2026-01-31")),
        ("amount_yen", int(42_426)),
        ("issued_on", int(20_260_206)),
        ("updated_at", text("2026-02-06 09:00:00")),
    ];
    s.add(TableName::Billing, &cells)?;
    s.is(
        At::of(TableName::Billing, [("billing_no", "B-ORPHAN-1")]),
        "amount_yen",
        Held,
    )
}

fn orphan_equipment(s: &mut Stage<'_>) -> Told {
    s.trap(
        "orphan",
        "equipment without a supply point; it never leaves the operator anyway",
    );
    let cells = [
        ("supply_point_id", text(NOWHERE)),
        ("equipment_no", int(1)),
        ("equipment_kind", text("在宅酸素")),
        ("updated_at", text("2020-01-10 09:00:00")),
    ];
    s.add(TableName::LoadEquipment, &cells)?;
    s.is(
        At::of(TableName::LoadEquipment, [("supply_point_id", NOWHERE)]),
        "equipment_kind",
        Operator,
    )
}

fn orphan_documents(s: &mut Stage<'_>) -> Told {
    let id = s.point.consumer_id(1);
    s.trap("orphan", "a scan of a name-holder who is not there");
    let title = s.next_canary();
    s.add_document("DC-9001", ("CONSUMER", 999_999_999), &title, Waiting)?;
    s.trap(
        "document-kind-unlisted",
        "a kind of owner that nobody classified, beside an own number",
    );
    let title = s.next_canary();
    s.add_document("DX-9001", ("STAFF", id), &title, Waiting)?;
    s.trap(
        "document-kind-missing",
        "nobody knows whose kind of number it is",
    );
    let title = s.next_canary();
    s.add_document("DX-9002", ("CONSUMER", id), &title, Waiting)?;
    s.set(document_at("DX-9002"), "owner_type", NULL)
}

fn unknown_point(s: &mut Stage<'_>) -> Told {
    s.trap("point-not-in-ledger", "nobody is known to supply it");
    let at = |table| At::of(table, [("supply_point_id", NOWHERE)]);
    let cells = [
        ("supply_point_id", text(NOWHERE)),
        ("service_address", text("甲野県戊島村字沖1番地")),
        ("updated_at", text("2020-01-10 09:00:00")),
    ];
    s.add(TableName::SupplyPoint, &cells)?;
    s.is(at(TableName::SupplyPoint), "service_address", Waiting)?;
    let cells = [
        ("meter_no", text("99M999999999")),
        ("supply_point_id", text(NOWHERE)),
    ];
    s.add(TableName::Meter, &cells)?;
    s.is(at(TableName::Meter), "meter_no", Waiting)?;
    let cells = [
        ("wheeling_contract_no", text("99020-90-999999")),
        ("supply_point_id", text(NOWHERE)),
        ("retailer_code", text(OTSU)),
        ("contract_from", text("2020-04-01")),
        ("contract_until", text("9999-12-31")),
        ("updated_at", text("2020-04-02 09:00:00")),
    ];
    s.add(TableName::WheelingContract, &cells)?;
    s.trap(
        "point-not-in-ledger",
        "nobody is known to supply it, but the contract names 乙",
    );
    s.is(
        at(TableName::WheelingContract),
        "wheeling_contract_no",
        Operator,
    )
}

fn misspelt_reading(s: &mut Stage<'_>, id: &str) -> Told {
    let cells = [
        ("supply_point_id", text(id)),
        ("period_from", text("2026-01-01")),
        ("period_until", text("2026-01-31")),
        ("usage_kwh", tenths(4_242_601)),
        ("updated_at", text("2026-02-02 08:00:00")),
    ];
    s.add(TableName::Monthly, &cells)?;
    s.is(
        At::of(TableName::Monthly, [("supply_point_id", id)]),
        "usage_kwh",
        Waiting,
    )
}
