//! Stories: supply points whose rows are arranged by hand so that each one shows a situation of the domain,
//! and the note of where every planted cell of it has to end. They are the first points of every sample.

mod arrivals;
mod cancelled;
mod casts;
mod codes;
mod departures;
mod ledger_faults;
mod leftover;
mod meters;
mod misfits;
mod nobody;
mod orphans;
mod places;
mod stage;
mod surplus;
mod texts;
mod written_late;

use bunri_legacy::dice::Dice;
use bunri_legacy::ordinary::{Rows, Totals, rows_of};
use bunri_legacy::point::{NORMAL, Point, Supply, ledger, point_id};
use bunri_legacy::schema::TableName;
use jiff::civil::Date;

use crate::planted::Planted;

pub use stage::StoryError;
pub(crate) use stage::{Stage, Told};

/// The same whatever the sample's seed: planted cells never change.
const STORY_SEED: u64 = 0x2026_0401;

/// The tables of which a story's point has the rows that its story adds, and no others.
const TOLD_BY_HAND: [TableName; 8] = [
    TableName::MeterInstallation,
    TableName::HalfHour,
    TableName::Daily,
    TableName::Spot,
    TableName::Interruption,
    TableName::Document,
    TableName::SurplusPurchase,
    TableName::SurplusReading,
];

/// One story: a point, its clean ledger, and what happens to its rows.
pub(crate) struct Story {
    ledger: &'static [(Date, &'static str)],
    supply: Supply,
    kind: &'static str,
    tell: fn(&mut Stage<'_>) -> Told,
}

const fn story(ledger: &'static [(Date, &'static str)], tell: fn(&mut Stage<'_>) -> Told) -> Story {
    Story {
        ledger,
        supply: Supply::Lighting,
        kind: NORMAL,
        tell,
    }
}

/// Every story in its place: the order decides the points' numbers.
fn all() -> impl Iterator<Item = &'static Story> {
    [
        departures::STORIES,
        arrivals::STORIES,
        nobody::STORIES,
        ledger_faults::STORIES,
        codes::STORIES,
        written_late::STORIES,
        places::STORIES,
        orphans::STORIES,
        misfits::STORIES,
        texts::STORIES,
        leftover::STORIES,
        cancelled::STORIES,
    ]
    .into_iter()
    .flatten()
}

/// How many points the stories take.
pub(crate) fn count() -> u64 {
    (0..).zip(all()).last().map_or(0, |(index, _)| index + 1)
}

/// Adds the rows of every story and notes what was planted.
pub(crate) fn tell_all(
    rows: &mut Rows,
    totals: &mut Totals,
    planted: &mut Vec<Planted>,
) -> Result<(), StoryError> {
    for (index, story) in (0..).zip(all()) {
        let point = point_of(index, story);
        // Some tables' rows are told one by one: an ordinary row among them could collide.
        let before = TOLD_BY_HAND.map(|table| rows.of(table).len());
        rows_of(&point, rows, totals);
        for (table, rows_before) in TOLD_BY_HAND.into_iter().zip(before) {
            rows.of_mut(table).truncate(rows_before);
        }
        (story.tell)(&mut Stage::new(point, rows, planted))?;
    }
    nobody::code_tables_and_accounts(rows, planted)
}

fn point_of(index: u64, story: &Story) -> Point {
    let dice = Dice::new(STORY_SEED, index);
    let kind = if story.supply == Supply::Fit { 2 } else { 0 };
    let mut periods = ledger(story.ledger);
    for period in &mut periods {
        period.kind = story.kind;
    }
    // Read on the first of the month, so that a month is a reading.
    let (id, reading_day) = (point_id(index, dice, kind), 1);
    Point {
        index,
        id,
        seed: STORY_SEED,
        dice,
        supply: story.supply,
        reading_day,
        periods,
    }
}
