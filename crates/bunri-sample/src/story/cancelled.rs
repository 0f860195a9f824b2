//! Records of the ledger that do not count, and one of which nobody knows whether it does.

use bunri_legacy::cell::{tenths, text};
use bunri_legacy::names::{HEI, OTSU, OWN};
use jiff::civil::date;

use crate::planted::Fate::{Held, Operator, Waiting};
use crate::story::{Stage, Story, Told, story};

pub(crate) static STORIES: &[Story] = &[
    story(
        &[
            (date(2016, 5, 1), HEI),
            (date(2017, 5, 1), OTSU),
            (date(2025, 11, 1), OWN),
            (date(2025, 11, 20), HEI),
        ],
        never_came,
    ),
    story(&[(date(2010, 4, 1), OWN)], flag_unknown),
];

/// 乙's customer applied to the incumbent, moved away before the day came, and nobody knows who supplied until 丙 did.
fn never_came(s: &mut Stage<'_>) -> Told {
    s.trap(
        "cancelled-arrival",
        "the incumbent's contract was cancelled before it began: its days are not known to be anybody's",
    );
    s.set(s.period(3), "cancelled_flag", text("1"))?;
    s.is(s.period(3), "retailer_code", Waiting)?;
    s.place_is(Operator)?;
    s.theirs(1)?;
    s.theirs(2)?;
    s.theirs(4)?;
    s.is(s.link(3), "valid_from", Waiting)?;
    s.canary(s.consumer(3), "consumer_name", Waiting)?;
    s.is(s.wheeling(3), "wheeling_contract_no", Waiting)?;
    s.is(s.retail(3), "bank_account", Held)?;
    s.is(s.bill(3), "amount_yen", Held)?;
    s.put(
        s.reading("2025-11-01"),
        "usage_kwh",
        tenths(4_242_901),
        Waiting,
    )
}

fn flag_unknown(s: &mut Stage<'_>) -> Told {
    s.trap(
        "cancel-flag-unknown",
        "nobody knows whether this record counts: a person decides every day of the point",
    );
    s.set(s.period(1), "cancelled_flag", text("9"))?;
    s.place_is(Waiting)?;
    s.unclear(1)?;
    s.is(s.retail(1), "bank_account", Held)?;
    s.is(s.bill(1), "amount_yen", Held)?;
    s.put(
        s.reading("2026-01-01"),
        "usage_kwh",
        tenths(4_242_902),
        Waiting,
    )
}
