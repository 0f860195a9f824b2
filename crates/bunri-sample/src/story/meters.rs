//! Meters that went from one customer to another, and the readings that name the meter alone: each is the customer's at whose
//! place the meter hung on its day, whoever has it today.

use bunri_legacy::cell::{NULL, tenths, text};
use bunri_legacy::schema::TableName;

use crate::planted::Fate::{Both, Operator, OwnWithheld, Rejected, Waiting};
use crate::story::stage::At;
use crate::story::{Stage, Told};

/// The places of these stories.
pub(crate) struct Places {
    /// The incumbent's throughout.
    pub(crate) ours: String,
    /// Another of the kind.
    pub(crate) ours_too: String,
    /// The incumbent's until 2023-12-31, and 乙's since.
    pub(crate) left: String,
}

pub(crate) fn tell(s: &mut Stage<'_>, places: &Places) -> Told {
    moved_away(s, places)?;
    came_from_another(s, places)?;
    at_two_points(s, places)?;
    between_own_points(s, places)?;
    installation_rejected(s, places)?;
    the_customer_left(s, places)?;
    corrected_by_another(s, places)?;
    s.trap("meter-unknown", "the yard's book does not know this meter");
    spot(s, "88M910000099", "2025-05-01", 4_243_019)?;
    s.is(
        read("88M910000099", "2025-05-01"),
        "meter_indication",
        Waiting,
    )
}

fn moved_away(s: &mut Stage<'_>, places: &Places) -> Told {
    let meter = "88M910000001";
    hang(s, meter, &places.ours, ("2019-03-01", Some("2025-08-31")))?;
    hang(s, meter, &places.left, ("2025-09-01", None))?;
    s.trap(
        "meter-moved-away",
        "it hangs at 乙's customer today, and hung at the incumbent's up to its last day there",
    );
    spot(s, meter, "2025-08-31", 1_234_501)?;
    s.is(read(meter, "2025-08-31"), "meter_indication", Both)?;
    s.canary(read(meter, "2025-08-31"), "remarks", Operator)?;
    s.is(hung(meter, "2019-03-01"), "supply_point_id", Both)?;
    s.is(hung(meter, "2019-03-01"), "removed_on", Both)?;
    s.trap("meter-moved-away", "from its first day there it is 乙's");
    spot(s, meter, "2025-09-01", 4_243_001)?;
    s.is(read(meter, "2025-09-01"), "meter_indication", Operator)?;
    s.is(hung(meter, "2025-09-01"), "supply_point_id", Operator)?;
    s.trap(
        "meter-moved-away-corrected",
        "corrected months later about the incumbent's customer, who is that still; that the meter is at 乙's by then says nothing",
    );
    spot(s, meter, "2025-08-20", 1_234_502)?;
    written(s, meter, "2025-08-20", "2025-11-20 10:00:00")?;
    s.is(read(meter, "2025-08-20"), "meter_indication", Both)
}

fn came_from_another(s: &mut Stage<'_>, places: &Places) -> Told {
    let meter = "88M910000002";
    hang(s, meter, &places.left, ("2024-02-01", Some("2025-10-31")))?;
    hang(s, meter, &places.ours, ("2025-11-15", None))?;
    s.trap(
        "meter-came",
        "it hangs at the incumbent's customer today: what it measured at 乙's is 乙's",
    );
    spot(s, meter, "2025-10-31", 4_243_002)?;
    s.is(read(meter, "2025-10-31"), "meter_indication", Operator)?;
    s.is(hung(meter, "2024-02-01"), "supply_point_id", Operator)?;
    s.is(hung(meter, "2024-02-01"), "removed_on", Operator)?;
    spot(s, meter, "2025-11-15", 1_234_503)?;
    s.is(read(meter, "2025-11-15"), "meter_indication", Both)?;
    s.is(hung(meter, "2025-11-15"), "supply_point_id", Both)?;
    s.trap(
        "meter-in-store",
        "read on the bench, between 乙's customer and the incumbent's: whose it is nobody knows",
    );
    spot(s, meter, "2025-11-05", 4_243_003)?;
    s.is(read(meter, "2025-11-05"), "meter_indication", Waiting)
}

/// The yard took it off and hung it elsewhere on one day, or wrote a wrong day: which customer was read?
fn at_two_points(s: &mut Stage<'_>, places: &Places) -> Told {
    let (away, here) = ("88M910000003", "88M910000004");
    let day = "2025-06-30";
    hang(s, away, &places.ours, ("2020-01-10", Some(day)))?;
    hang(s, away, &places.left, (day, None))?;
    hang(s, here, &places.left, ("2024-02-01", Some(day)))?;
    hang(s, here, &places.ours, (day, None))?;
    s.trap(
        "meter-at-two-points",
        "on this day it hung at the incumbent's customer and at 乙's",
    );
    for (meter, value) in [(away, 4_243_004), (here, 4_243_005)] {
        spot(s, meter, day, value)?;
        s.is(read(meter, day), "meter_indication", Waiting)?;
    }
    s.trap(
        "meter-beside-two-points",
        "the days before and after are one customer's each",
    );
    spot(s, away, "2025-06-29", 1_234_504)?;
    s.is(read(away, "2025-06-29"), "meter_indication", Both)?;
    spot(s, away, "2025-07-01", 4_243_006)?;
    s.is(read(away, "2025-07-01"), "meter_indication", Operator)?;
    spot(s, here, "2025-06-29", 4_243_007)?;
    s.is(read(here, "2025-06-29"), "meter_indication", Operator)?;
    spot(s, here, "2025-07-01", 1_234_505)?;
    s.is(read(here, "2025-07-01"), "meter_indication", Both)
}

fn between_own_points(s: &mut Stage<'_>, places: &Places) -> Told {
    let meter = "88M910000005";
    hang(s, meter, &places.ours, ("2020-01-10", Some("2024-05-09")))?;
    hang(s, meter, &places.ours_too, ("2024-05-10", None))?;
    s.trap(
        "meter-between-own",
        "from one customer of the incumbent's to another: nothing of it is lost",
    );
    for (day, value) in [("2024-05-09", 1_234_506), ("2024-05-10", 1_234_507)] {
        spot(s, meter, day, value)?;
        s.is(read(meter, day), "meter_indication", Both)?;
    }
    Ok(())
}

fn installation_rejected(s: &mut Stage<'_>, places: &Places) -> Told {
    let meter = "88M910000006";
    hang(s, meter, &places.ours, ("2020-01-10", None))?;
    hang(s, meter, &places.left, ("2024-02-01", Some("2025-02-30")))?;
    s.trap(
        "meter-installation-rejected",
        "it was at 乙's customer until a day that is none: what is left of the book says the incumbent's, and must not be believed",
    );
    s.is(hung(meter, "2024-02-01"), "removed_on", Rejected)?;
    s.is(hung(meter, "2020-01-10"), "supply_point_id", Both)?;
    for (day, value) in [("2022-05-01", 4_243_008), ("2025-05-01", 4_243_009)] {
        spot(s, meter, day, value)?;
        s.is(read(meter, day), "meter_indication", Waiting)?;
    }
    Ok(())
}

/// The meter stays where it is, and the customer goes.
fn the_customer_left(s: &mut Stage<'_>, places: &Places) -> Told {
    let meter = "88M910000007";
    hang(s, meter, &places.left, ("2019-03-01", Some("2025-03-31")))?;
    s.trap(
        "meter-stays",
        "the customer went to 乙 and the meter stayed: up to the day of the switch it measured the incumbent's",
    );
    spot(s, meter, "2023-12-31", 1_234_508)?;
    s.is(read(meter, "2023-12-31"), "meter_indication", Both)?;
    spot(s, meter, "2024-01-01", 4_243_010)?;
    s.is(read(meter, "2024-01-01"), "meter_indication", Operator)?;
    s.trap(
        "meter-removed-later",
        "hung in the incumbent's time, taken off in 乙's: the end is 乙's to know",
    );
    s.is(hung(meter, "2019-03-01"), "installed_on", Both)?;
    s.is(hung(meter, "2019-03-01"), "removed_on", OwnWithheld)
}

/// Read at a customer who went to 乙 afterwards; corrected when the meter already hung at one of the incumbent's.
fn corrected_by_another(s: &mut Stage<'_>, places: &Places) -> Told {
    let meter = "88M910000008";
    hang(s, meter, &places.left, ("2019-03-01", Some("2023-12-31")))?;
    hang(s, meter, &places.ours, ("2024-01-20", None))?;
    s.trap(
        "meter-overwritten",
        "corrected in 乙's time about 乙's customer; that the meter is at the incumbent's by then says nothing",
    );
    spot(s, meter, "2023-12-10", 4_243_011)?;
    written(s, meter, "2023-12-10", "2024-06-20 10:00:00")?;
    s.is(read(meter, "2023-12-10"), "meter_indication", Operator)?;
    s.trap(
        "meter-final-reading",
        "the final reading is entered when 乙 supplies already",
    );
    spot(s, meter, "2023-12-31", 1_234_509)?;
    written(s, meter, "2023-12-31", "2024-01-20 17:00:00")?;
    s.is(read(meter, "2023-12-31"), "meter_indication", Both)?;
    s.trap(
        "meter-final-reading-late",
        "entered a day after the days that are allowed for it: 乙's by then",
    );
    spot(s, meter, "2023-12-30", 4_243_012)?;
    written(s, meter, "2023-12-30", "2024-01-20 17:00:00")?;
    s.is(read(meter, "2023-12-30"), "meter_indication", Operator)
}

/// A meter that only ever hung at a customer of others: taken off, gauged, and hung again.
pub(crate) fn of_others(s: &mut Stage<'_>) -> Told {
    let (meter, place) = ("88M910000010", s.point.id.clone());
    hang(s, meter, &place, ("2018-02-01", Some("2025-02-28")))?;
    hang(s, meter, &place, ("2025-03-15", None))?;
    s.trap("meter-of-others", "of no day the incumbent's");
    s.is(hung(meter, "2018-02-01"), "removed_on", Operator)?;
    s.is(hung(meter, "2025-03-15"), "supply_point_id", Operator)?;
    for (day, value) in [("2025-02-28", 4_243_013), ("2025-03-15", 4_243_014)] {
        spot(s, meter, day, value)?;
        s.is(read(meter, day), "meter_indication", Operator)?;
        s.canary(read(meter, day), "remarks", Operator)?;
    }
    Ok(())
}

fn hang(s: &mut Stage<'_>, meter: &str, place: &str, (from, until): (&str, Option<&str>)) -> Told {
    s.add(
        TableName::MeterInstallation,
        &[
            ("meter_no", text(meter)),
            ("installed_on", text(from)),
            ("supply_point_id", text(place)),
            ("removed_on", until.map_or(NULL, text)),
            ("updated_by", text("METERING")),
        ],
    )
}

/// A reading out of turn that was entered on the same day.
fn spot(s: &mut Stage<'_>, meter: &str, day: &str, value: i64) -> Told {
    s.add(
        TableName::Spot,
        &[
            ("meter_no", text(meter)),
            ("read_on", text(day)),
            ("written_at", text(format!("{day} 16:00:00"))),
            ("meter_indication", tenths(value)),
        ],
    )
}

fn written(s: &mut Stage<'_>, meter: &str, day: &str, moment: &str) -> Told {
    s.set(read(meter, day), "written_at", text(moment))
}

fn read(meter: &str, day: &str) -> At {
    of(TableName::Spot, meter, ("read_on", day))
}

fn hung(meter: &str, day: &str) -> At {
    of(TableName::MeterInstallation, meter, ("installed_on", day))
}

fn of(table: TableName, meter: &str, (column, day): (&'static str, &str)) -> At {
    At::of(table, [("meter_no", meter), (column, day)])
}
