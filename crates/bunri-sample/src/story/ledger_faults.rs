//! Ledgers that do not say who supplied: rejected rows, gaps, overlaps, reversed and missing bounds. What they
//! leave open, a person decides; until then the incumbent gets none of it.

use bunri_legacy::cell::{NULL, int, tenths, text};
use bunri_legacy::names::{OTSU, OWN};
use bunri_legacy::schema::TableName;
use jiff::civil::date;

use crate::planted::Fate::{Both, Held, Operator, OwnWithheld, Rejected, Waiting, WaitingWithheld};
use crate::story::orphans::{add_consumer, add_link};
use crate::story::stage::consumer;
use crate::story::{Stage, Story, Told, story};

pub(crate) static STORIES: &[Story] = &[
    story(
        &[(date(2010, 4, 1), OWN), (date(2026, 1, 15), OTSU)],
        new_supplier_rejected,
    ),
    story(
        &[(date(2010, 4, 1), OWN), (date(2026, 1, 15), OTSU)],
        old_supplier_not_closed,
    ),
    story(&[(date(2010, 4, 1), OWN), (date(2025, 12, 1), OWN)], gap),
    story(
        &[(date(2010, 4, 1), OWN), (date(2026, 1, 1), OTSU)],
        overlap,
    ),
    story(
        &[(date(2010, 4, 1), OWN), (date(2020, 4, 1), OWN)],
        overlap_of_the_same,
    ),
    story(
        &[(date(2010, 4, 1), OWN), (date(2025, 12, 1), OTSU)],
        reversed,
    ),
    story(
        &[(date(2010, 4, 1), OWN), (date(2026, 1, 1), OWN)],
        from_missing,
    ),
    story(&[(date(2010, 4, 1), OWN)], until_missing),
];

/// Kyushu with a twist: the row of the new supplier did not fit its types, so the ledger is not complete.
fn new_supplier_rejected(s: &mut Stage<'_>) -> Told {
    s.trap(
        "ledger-row-rejected",
        "the new supplier's row cannot be read: nothing of this point is decided",
    );
    s.put(s.period(2), "valid_until", text("9999/99/99"), Rejected)?;
    s.place_is(Waiting)?;
    s.unclear(1)?;
    s.is(s.retail(1), "bank_account", Held)?;
    s.is(s.bill(1), "amount_yen", Held)?;
    s.is(s.reading("2025-11-01"), "usage_kwh", Waiting)?;
    s.is(s.reading("2026-01-01"), "usage_kwh", Waiting)?;
    s.put(
        s.reading("2026-01-15"),
        "usage_kwh",
        tenths(4_242_301),
        Waiting,
    )?;
    s.canary(s.consumer(2), "consumer_name", Waiting)?;
    s.trap(
        "ledger-row-rejected",
        "the contract and the request carry a code of their own, and that is another's",
    );
    s.is(s.wheeling(2), "retailer_code", Operator)?;
    s.is(s.request(), "requester_code", Operator)?;
    s.trap(
        "contract-amount-unit",
        "a unit that nobody classified, on a row that nobody decided",
    );
    s.set(s.place(), "contract_unit", text("個"))?;
    s.put(s.place(), "contract_amount", tenths(30), WaitingWithheld)?;
    s.trap("ledger-row-rejected", "nor whose the days of the sheet are");
    s.add_sheet(date(2026, 1, 1));
    s.put(s.sheet(202_601), "d20", tenths(4_242_309), Waiting)
}

/// The most dangerous shape of Kyushu: what can be read of the ledger says "own without end".
fn old_supplier_not_closed(s: &mut Stage<'_>) -> Told {
    s.trap(
        "ledger-row-rejected-open",
        "what is left of the ledger says own for ever; it must not be believed",
    );
    s.set(s.period(1), "valid_until", text("9999-12-31"))?;
    s.put(s.period(2), "valid_from", text("20260115"), Rejected)?;
    s.place_is(Waiting)?;
    s.unclear(1)?;
    s.put(
        s.reading("2026-01-15"),
        "usage_kwh",
        tenths(4_242_302),
        Waiting,
    )?;
    s.put(
        s.reading("2026-02-01"),
        "usage_kwh",
        tenths(4_242_303),
        Waiting,
    )?;
    s.canary(s.consumer(2), "consumer_name", Waiting)?;
    s.trap(
        "contract-amount-kw",
        "契約高 in kW is contract power, on a row that nobody decided",
    );
    s.set(s.place(), "contract_unit", text("kW"))?;
    s.put(s.place(), "contract_amount", tenths(70), Waiting)
}

fn gap(s: &mut Stage<'_>) -> Told {
    s.set(s.period(1), "valid_until", text("2025-10-31"))?;
    s.set(s.period(1), "updated_at", text("2025-10-20 02:00:00"))?;
    s.trap("ledger-gap", "nobody is known to have supplied in November");
    s.place_is(Both)?;
    s.is(s.period(1), "retailer_code", Both)?;
    s.is(s.period(2), "retailer_code", Both)?;
    s.is(s.reading("2025-09-01"), "usage_kwh", Both)?;
    s.put(
        s.reading("2025-11-01"),
        "usage_kwh",
        tenths(4_242_304),
        Waiting,
    )?;
    s.is(s.reading("2025-12-01"), "usage_kwh", Both)?;
    s.is(s.consumer(1), "consumer_name", Waiting)?;
    s.is(s.retail(1), "bank_account", Held)?;
    s.trap(
        "written-in-gap",
        "own days, but written on a day of the gap: nobody knows whose knowledge it is",
    );
    let written = "2025-11-10 09:00:00";
    s.set(s.wheeling(1), "contract_until", text("2025-10-31"))?;
    s.set(s.wheeling(1), "updated_at", text(written))?;
    s.is(s.wheeling(1), "wheeling_contract_no", Waiting)?;
    let (person, id) = (900_000_005, s.point.id.clone());
    add_consumer(s, person, written)?;
    add_link(s, person, &id, "2010-04-01")?;
    let mut link = s.only(TableName::ConsumerPoint);
    link.selector.push(("consumer_id", person.to_string()));
    s.set(link.clone(), "valid_until", text("2025-10-31"))?;
    s.is(link, "valid_until", Both)?;
    s.canary(consumer(person), "consumer_name", Waiting)?;
    s.trap(
        "measured-in-gap",
        "own days, read two days later as every reading is: own, though nobody knows who supplied by then",
    );
    s.is(s.reading("2025-10-01"), "usage_kwh", Both)
}

fn overlap(s: &mut Stage<'_>) -> Told {
    s.set(s.period(2), "valid_from", text("2025-12-01"))?;
    s.set(
        s.reading("2025-11-01"),
        "updated_at",
        text("2025-11-30 22:00:00"),
    )?;
    s.set(
        s.reading("2025-12-01"),
        "updated_at",
        text("2025-12-30 22:00:00"),
    )?;
    s.trap(
        "ledger-overlap",
        "December was both suppliers' by the ledger",
    );
    s.place_is(Operator)?;
    s.is(s.period(1), "retailer_code", Waiting)?;
    s.is(s.reading("2025-11-01"), "usage_kwh", Both)?;
    s.put(
        s.reading("2025-12-01"),
        "usage_kwh",
        tenths(4_242_305),
        Waiting,
    )?;
    s.put(
        s.reading("2026-01-01"),
        "usage_kwh",
        tenths(4_242_306),
        Operator,
    )?;
    s.is(s.consumer(1), "consumer_name", Waiting)?;
    s.canary(s.consumer(2), "consumer_name", Operator)?;
    s.trap(
        "ledger-overlap-known-late",
        "an overlapping row that names 乙: 乙's, whatever the days are and whoever wrote it",
    );
    s.set(s.period(2), "updated_at", text("2026-01-20 02:00:00"))?;
    s.is(s.period(2), "retailer_code", Operator)
}

fn overlap_of_the_same(s: &mut Stage<'_>) -> Told {
    s.set(s.period(1), "valid_until", text("9999-12-31"))?;
    s.trap(
        "ledger-overlap-same",
        "two rows that say the same are still two rows",
    );
    s.place_is(Waiting)?;
    s.is(s.period(2), "retailer_code", Waiting)?;
    s.is(s.consumer(2), "consumer_name", Waiting)?;
    s.is(s.retail(2), "bank_account", Held)?;
    s.is(s.bill(2), "payer_name", Held)?;
    s.is(s.reading("2026-01-01"), "usage_kwh", Waiting)
}

fn reversed(s: &mut Stage<'_>) -> Told {
    s.set(s.period(2), "valid_from", text("2026-01-10"))?;
    s.set(s.period(2), "valid_until", text("2025-12-01"))?;
    s.set(
        s.reading("2025-11-01"),
        "updated_at",
        text("2025-11-30 22:00:00"),
    )?;
    s.trap(
        "ledger-reversed",
        "a period that ends before it begins makes the days it touches undecided",
    );
    s.place_is(Waiting)?;
    s.ours(1)?;
    s.is(s.reading("2025-11-01"), "usage_kwh", Both)?;
    s.put(
        s.reading("2025-12-01"),
        "usage_kwh",
        tenths(4_242_307),
        Waiting,
    )?;
    s.is(s.period(2), "retailer_code", Operator)?;
    s.canary(s.consumer(2), "consumer_name", Waiting)?;
    s.trap("ledger-gap", "and after it nobody is known to supply");
    s.put(
        s.reading("2026-02-01"),
        "usage_kwh",
        tenths(4_242_308),
        Waiting,
    )
}

fn from_missing(s: &mut Stage<'_>) -> Told {
    s.set(s.period(1), "valid_from", NULL)?;
    s.trap(
        "ledger-from-missing",
        "a period without a beginning: every day up to its end is undecided",
    );
    s.place_is(Both)?;
    s.ours(2)?;
    s.is(s.period(1), "retailer_code", Waiting)?;
    s.is(s.consumer(1), "consumer_name", Waiting)?;
    s.is(s.reading("2025-11-01"), "usage_kwh", Waiting)?;
    s.is(s.reading("2026-01-01"), "usage_kwh", Both)?;
    s.trap(
        "peak-undecided",
        "nobody knows who supplied in the month of the greatest demand",
    );
    s.set(s.place(), "peak_month", int(202_512))?;
    s.put(s.place(), "peak_kw", tenths(4_242_310), OwnWithheld)
}

fn until_missing(s: &mut Stage<'_>) -> Told {
    s.set(s.period(1), "valid_until", NULL)?;
    s.trap(
        "ledger-until-missing",
        "NULL is no declared open end: every day is undecided",
    );
    s.place_is(Waiting)?;
    s.unclear(1)?;
    s.is(s.retail(1), "bank_account", Held)?;
    s.is(s.reading("2026-01-01"), "usage_kwh", Waiting)?;
    s.is(s.only(TableName::Meter), "meter_kind", Waiting)
}
