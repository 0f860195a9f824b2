//! Customers who come to the incumbent, and name-holders who change while it supplies.

use bunri_legacy::cell::{NULL, int, tenths, text};
use bunri_legacy::names::{AFFILIATE, HEI, MERGED, OTSU, OWN};
use bunri_legacy::schema::TableName;
use jiff::civil::date;

use crate::planted::Fate::{Both, Held, Operator, OwnWithheld, Retail, Waiting};
use crate::story::stage::document_at;
use crate::story::{Stage, Story, Told, story};

pub(crate) static STORIES: &[Story] = &[
    story(
        &[(date(2017, 5, 1), OTSU), (date(2025, 12, 10), OWN)],
        arrived,
    ),
    story(
        &[(date(2017, 5, 1), OTSU), (date(2026, 5, 1), OWN)],
        will_arrive,
    ),
    story(
        &[(date(2018, 1, 1), HEI), (date(2026, 4, 1), OWN)],
        arrives_on_the_day,
    ),
    story(
        &[(date(2010, 4, 1), OWN), (date(2025, 12, 1), OWN)],
        new_name_holder,
    ),
    story(
        &[(date(2010, 4, 1), MERGED), (date(2019, 10, 1), OWN)],
        came_with_a_merger,
    ),
    story(
        &[(date(2010, 4, 1), OWN), (date(2023, 6, 1), AFFILIATE)],
        went_to_the_affiliate,
    ),
];

fn arrived(s: &mut Stage<'_>) -> Told {
    s.trap("arrived", "came from 乙 on 2025-12-10: nothing from before");
    s.place_is(Both)?;
    s.theirs(1)?;
    s.ours(2)?;
    s.put(
        s.reading("2025-12-01"),
        "usage_kwh",
        tenths(4_242_101),
        Operator,
    )?;
    s.is(s.reading("2025-12-10"), "usage_kwh", Both)?;
    s.trap(
        "own-request",
        "the incumbent's own request; whose customer it was stays with the operator",
    );
    s.is(s.request(), "requester_code", Both)?;
    s.is(s.request(), "requested_start", Both)?;
    s.is(s.request(), "current_retailer_code", Operator)?;
    s.trap(
        "reading-spans-switch",
        "days of both suppliers in one value, on the way to the incumbent",
    );
    s.remove(s.reading("2025-11-01"))?;
    s.add_reading(
        "2025-11-01",
        "2025-12-12",
        tenths(4_242_102),
        "2025-12-14 08:00:00",
    )?;
    s.is(s.reading("2025-11-01"), "usage_kwh", Waiting)?;
    of_the_time_before(s)
}

/// What the rows of a new customer still say of 乙's time.
fn of_the_time_before(s: &mut Stage<'_>) -> Told {
    s.trap(
        "peak-of-another",
        "the greatest demand of the last twelve months was in 乙's August: the row is own, its peak is not",
    );
    s.put(s.place(), "peak_month", int(202_508), OwnWithheld)?;
    s.put(s.place(), "peak_kw", tenths(4_242_110), OwnWithheld)?;
    s.trap("previous-holder", "乙's customer held the name before");
    s.canary(s.place(), "previous_holder", OwnWithheld)?;
    s.is(s.place(), "previous_until", Operator)?;
    s.trap(
        "daily-sheet-of-switch",
        "came on the 10th: nine columns are 乙's, and the total is nobody's alone",
    );
    s.add_sheet(date(2025, 12, 1));
    s.put(s.sheet(202_512), "d09", tenths(4_242_111), OwnWithheld)?;
    s.is(s.sheet(202_512), "d10", Both)?;
    s.is(s.sheet(202_512), "month_kwh", OwnWithheld)?;
    s.trap(
        "half-hour-until-switch",
        "the half hour that ends at 00:00 of the day on which the customer came was 乙's",
    );
    let midnight = text("2025-12-10 00:00:00");
    s.put(s.sheet(202_512), "max_at", midnight, OwnWithheld)?;
    s.put(s.sheet(202_512), "max_kw", tenths(4_242_112), OwnWithheld)?;
    s.trap(
        "stop-before-arrival",
        "a stop on 乙's last day, also written down when the customer had come",
    );
    let last_day = "2025-12-09 00:00:00";
    s.add_stop(last_day, "2025-12-09 15:00:00", "2025-12-10 08:00:00")?;
    s.canary(s.stop(last_day), "reason", Operator)?;
    s.trap(
        "stop-of-first-morning",
        "six o'clock of the day on which the customer came, which UTC calls the day before",
    );
    let morning = "2025-12-09 21:00:00";
    s.add_stop(morning, "2025-12-09 22:00:00", "2025-12-11 08:00:00")?;
    s.is(s.stop(morning), "reason", Both)?;
    s.trap(
        "document",
        "the incumbent's request has the number of 乙's name-holder: each scan follows its own kind",
    );
    let id = s.point.consumer_id(1);
    s.add_document(
        "DR-1001",
        ("REQUEST", id),
        "開始申込の委任状　甲野　二郎",
        Both,
    )?;
    s.is(document_at("DR-1001"), "owner_id", OwnWithheld)?;
    let papers = s.next_canary();
    s.add_document("DC-1001", ("CONSUMER", id), &papers, Operator)
}

fn will_arrive(s: &mut Stage<'_>) -> Told {
    s.trap(
        "arriving-later",
        "comes on 2026-05-01: not own, and written while 乙 supplies",
    );
    s.place_is(Operator)?;
    s.theirs(1)?;
    s.is(s.period(2), "retailer_code", Operator)?;
    s.canary(s.consumer(2), "consumer_name", Operator)?;
    s.is(s.wheeling(2), "wheeling_contract_no", Operator)?;
    s.is(s.retail(2), "bank_account", Held)?;
    s.put(
        s.reading("2026-02-01"),
        "usage_kwh",
        tenths(4_242_103),
        Operator,
    )?;
    s.trap("own-request", "the incumbent's own request");
    s.is(s.request(), "request_no", Both)?;
    s.is(s.request(), "current_retailer_code", Operator)
}

fn arrives_on_the_day(s: &mut Stage<'_>) -> Told {
    s.trap(
        "arrives-on-cutover-day",
        "own from 00:00 of the cutover day, but this row was written before: a person decides",
    );
    s.is(s.place(), "service_address", Waiting)?;
    s.is(s.place(), "legacy_customer_no", Held)?;
    s.theirs(1)?;
    s.trap(
        "entered-before-arrival",
        "contract and name were entered a week before the first day, as they always are: own",
    );
    s.ours(2)?;
    s.trap(
        "arrives-on-cutover-day",
        "own from 00:00 of the cutover day; a meter knows no supplier",
    );
    s.is(s.only(TableName::Meter), "meter_no", Both)?;
    s.is(s.only(TableName::Meter), "communication_state", Operator)
}

fn new_name_holder(s: &mut Stage<'_>) -> Told {
    s.remove(s.reading("2025-12-01"))?;
    s.set(s.reading("2025-11-01"), "period_until", text("2025-12-31"))?;
    s.trap(
        "new-name-holder",
        "another customer at the same point, the same supplier: own on both sides",
    );
    s.place_is(Both)?;
    s.ours(1)?;
    s.ours(2)?;
    s.is(s.bill(1), "payer_name", Retail)?;
    s.trap(
        "adjacent-own-periods",
        "a reading over two own periods that join: every day is own",
    );
    s.is(s.reading("2025-11-01"), "usage_kwh", Both)?;
    s.trap(
        "contract-amount-unit",
        "契約高 without a unit: nobody knows what it is",
    );
    s.set(s.place(), "contract_unit", NULL)?;
    s.put(s.place(), "contract_amount", tenths(400), OwnWithheld)?;
    s.trap(
        "previous-holder",
        "the holder before was the incumbent's customer too",
    );
    s.is(s.place(), "previous_holder", Both)
}

fn came_with_a_merger(s: &mut Stage<'_>) -> Told {
    s.trap(
        "merged-retailer",
        "99011 was another company until it merged into the incumbent",
    );
    s.place_is(Both)?;
    s.theirs(1)?;
    s.ours(2)?;
    s.put(
        s.reading("2019-09-01"),
        "usage_kwh",
        tenths(4_242_104),
        Operator,
    )?;
    s.is(s.reading("2019-10-01"), "usage_kwh", Both)
}

fn went_to_the_affiliate(s: &mut Stage<'_>) -> Told {
    s.trap(
        "affiliate-retailer",
        "an affiliate of the incumbent is another company",
    );
    s.place_is(Operator)?;
    s.ours(1)?;
    s.theirs(2)?;
    s.put(
        s.reading("2026-01-01"),
        "usage_kwh",
        tenths(4_242_105),
        Operator,
    )
}
