//! A supply point and who supplied it when: what every ordinary row is made from.

use jiff::civil::{Date, date};

use crate::calendar::{CUTOVER, FREEZE, LIBERALISATION, MOVED, OPEN, plus};
use crate::dice::Dice;
use crate::names::{COMPETITORS, OWN, VACANT};

/// Ordinary supply.
pub const NORMAL: &str = "normal";
/// Supply of an island, by the operator.
pub const ISLAND: &str = "island";
/// Supply of last resort, by the operator.
pub const LAST_RESORT: &str = "last_resort";

/// One clean period of the ledger, both days included.
#[derive(Debug, Clone)]
pub struct Period {
    /// Its number at the point, from 1.
    pub no: i64,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// The supplier's code.
    pub code: &'static str,
    /// What kind of supply: [`NORMAL`], [`ISLAND`], [`LAST_RESORT`].
    pub kind: &'static str,
}

impl Period {
    /// Whether the incumbent supplied, as a retailer.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.code == OWN && self.kind == NORMAL
    }

    /// Whether the yearly batch moved it to the history table.
    #[must_use]
    pub fn is_moved(&self) -> bool {
        self.until < MOVED
    }

    /// Whether nobody was supplied.
    #[must_use]
    pub fn is_vacant(&self) -> bool {
        self.code == VACANT
    }

    /// A day on which a clerk of this period's supplier wrote: inside the period, and not after the freeze.
    /// A period that starts later was registered some days before the freeze.
    #[must_use]
    pub fn written(&self, dice: Dice) -> Date {
        if self.from > FREEZE {
            return plus(FREEZE, -7);
        }
        if self.until < FREEZE {
            return self.from.max(plus(self.until, -3));
        }
        let roll = dice.between(40 + self.no.unsigned_abs(), 0, 3000);
        plus(self.from, roll).min(plus(FREEZE, -1)).max(self.from)
    }
}

/// What the contract at a point is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supply {
    /// 電灯.
    Lighting,
    /// 低圧動力.
    Power,
    /// 高圧.
    HighVoltage,
    /// A generator that sells under the feed-in tariff.
    Fit,
}

/// One supply point with a clean ledger.
#[derive(Debug, Clone)]
pub struct Point {
    /// Its number in the sample, from 0.
    pub index: u64,
    /// The number by which every table knows it.
    pub id: String,
    /// Of the sample: other points follow from it too.
    pub seed: u64,
    /// Its random numbers.
    pub dice: Dice,
    /// What its contract is for.
    pub supply: Supply,
    /// The day of the month on which its meter is read.
    pub reading_day: i8,
    /// Who supplied when, in the order of days.
    pub periods: Vec<Period>,
}

impl Point {
    /// An ordinary point: all of it follows from the seed and the index.
    #[must_use]
    pub fn ordinary(seed: u64, index: u64) -> Self {
        let dice = Dice::new(seed, index);
        let supply = match dice.below(1, 1000) {
            0..930 => Supply::Lighting,
            930..985 => Supply::Power,
            _ => Supply::HighVoltage,
        };
        let reading_day = i8::try_from(dice.between(2, 2, 28)).unwrap_or(2);
        Point {
            index,
            id: point_id(index, dice, 0),
            seed,
            dice,
            supply,
            reading_day,
            periods: life(dice),
        }
    }

    /// The period that a day lies in.
    #[must_use]
    pub fn period_on(&self, day: Date) -> Option<&Period> {
        self.periods
            .iter()
            .find(|period| period.from <= day && day <= period.until)
    }

    /// The period that the cutover lies in.
    #[must_use]
    pub fn current(&self) -> Option<&Period> {
        self.period_on(CUTOVER)
    }

    /// Surrogate keys with gaps, in the order of the points: what `rekey` exists for.
    #[must_use]
    pub fn consumer_id(&self, period_no: i64) -> i64 {
        1000 + i64::try_from(self.index).unwrap_or(0) * 8 + period_no
    }

    /// The supplier's code is part of the number, as it is in real systems.
    #[must_use]
    pub fn wheeling_no(&self, period: &Period) -> String {
        format!("{}-90-{:06}", period.code, self.consumer_id(period.no))
    }

    /// The retailer's own number of a contract.
    #[must_use]
    pub fn retail_no(&self, period_no: i64) -> String {
        format!("R{:08}-{period_no}", self.index)
    }
}

/// 22 digits beginning with the fictional area 90, ascending with the index; the last two tell the kind of
/// contract apart, so one house has several numbers.
#[must_use]
pub fn point_id(index: u64, dice: Dice, kind: u8) -> String {
    format!(
        "90{:010}{:08}{kind:02}",
        1_000_000 + index * 13,
        dice.below(3, 100_000_000)
    )
}

/// Builds a ledger of adjacent periods: each entry says who supplies from when.
#[must_use]
pub fn ledger(starts: &[(Date, &'static str)]) -> Vec<Period> {
    let ends = starts
        .iter()
        .skip(1)
        .map(|(next, _)| plus(*next, -1))
        .chain([OPEN]);
    starts
        .iter()
        .zip(ends)
        .zip(1..)
        .map(|(((from, code), until), no)| Period {
            no,
            from: *from,
            until,
            code,
            kind: NORMAL,
        })
        .collect()
}

fn life(dice: Dice) -> Vec<Period> {
    let day = |question, low: Date, span: i64| plus(low, dice.between(question, 0, span));
    let founded = day(10, date(2005, 4, 1), 3900);
    let rival = dice.pick(11, &COMPETITORS);
    let left = day(12, LIBERALISATION, 2200);
    let recently = day(13, date(2022, 5, 1), 1400);
    match dice.below(14, 1000) {
        0..620 => ledger(&[(founded, OWN)]),
        620..800 => ledger(&[(founded, OWN), (day(15, LIBERALISATION, 3620), rival)]),
        800..860 => ledger(&[(day(16, date(2017, 1, 1), 3200), rival)]),
        860..900 => ledger(&[(founded, OWN), (left, rival), (recently, OWN)]),
        900..940 => ledger(&[(left, rival), (recently, OWN)]),
        940..970 => ledger(&[(founded, OWN), (recently, VACANT)]),
        970..988 => ledger(&[(founded, OWN), (day(17, date(2026, 4, 2), 60), rival)]),
        988..993 => ledger(&[(left, rival), (day(17, date(2026, 4, 2), 60), OWN)]),
        993..998 => ledger(&[(founded, OWN), (recently, OWN)]),
        _ => {
            let mut periods = ledger(&[(founded, OWN)]);
            for period in &mut periods {
                period.kind = ISLAND;
            }
            periods
        }
    }
}
