//! Large customers: 500 kW and more are not in the switching support system.

use bunri_legacy::cell::{NULL, tenths, text};
use bunri_legacy::names::{HEI, OWN};
use bunri_legacy::point::Supply;
use jiff::civil::date;

use crate::planted::Fate::{Both, Operator};
use crate::story::{Stage, Story, Told, story};

pub(crate) static STORIES: &[Story] = &[
    large(story(
        &[(date(2010, 4, 1), OWN), (date(2019, 4, 1), HEI)],
        others_500_kw,
    )),
    large(story(
        &[(date(2010, 4, 1), OWN), (date(2019, 4, 1), HEI)],
        others_below_500_kw,
    )),
    large(story(
        &[(date(2010, 4, 1), OWN), (date(2019, 4, 1), HEI)],
        others_unknown_kw,
    )),
    large(story(&[(date(2010, 4, 1), OWN)], own_500_kw)),
];

const fn large(story: Story) -> Story {
    Story {
        supply: Supply::HighVoltage,
        ..story
    }
}

fn others_500_kw(s: &mut Stage<'_>) -> Told {
    s.trap(
        "power-500-kw",
        "no item is open to every retailer from 500 kW on",
    );
    s.put(s.place(), "contract_power_kw", tenths(5_000), Operator)?;
    s.put(s.place(), "voltage_class", text("extra_high"), Operator)?;
    s.is(s.place(), "service_address", Operator)?;
    s.is(s.place(), "meter_reading_day", Operator)?;
    s.theirs(2)?;
    s.trap(
        "group-of-one",
        "the one customer of its class; the area's total is the same number",
    );
    s.put(
        s.reading("2026-01-01"),
        "usage_kwh",
        tenths(81_234_560),
        Operator,
    )
}

fn others_below_500_kw(s: &mut Stage<'_>) -> Told {
    s.trap("power-499-kw", "just below the bound");
    s.put(s.place(), "contract_power_kw", tenths(4_999), Operator)?;
    s.is(s.place(), "service_address", Operator)?;
    s.theirs(2)
}

fn others_unknown_kw(s: &mut Stage<'_>) -> Told {
    s.trap("power-unknown", "an unknown contract power counts as large");
    s.set(s.place(), "contract_power_kw", NULL)?;
    s.is(s.place(), "service_address", Operator)?;
    s.theirs(2)
}

fn own_500_kw(s: &mut Stage<'_>) -> Told {
    s.trap(
        "power-500-kw",
        "the incumbent's own large customer: its own data, all of it",
    );
    s.put(s.place(), "contract_power_kw", tenths(5_000), Both)?;
    s.is(s.place(), "service_address", Both)?;
    s.trap("contract-amount-kw", "契約高 in kW is contract power");
    s.put(s.place(), "contract_amount", tenths(5_000), Both)?;
    s.ours(1)
}
