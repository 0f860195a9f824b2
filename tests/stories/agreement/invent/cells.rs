//! Values by chance: mostly near something that a rule asks about.

use std::collections::BTreeMap;

use super::super::dice::Dice;
use super::super::legacy::iso;
use super::super::world::{End, Kind, Ledger, Table, Value};
use super::{WINDOW, padded};

/// Few values for the columns by which tables refer to each other: some differ only to a careful reader.
pub(super) const LINKS: [&str; 10] = ["a", "b", "a ", "A", "", "c", "d", "e", "f", "g"];
const MIDNIGHT: [i64; 7] = [
    0,
    0,
    1,
    86_399_999_999,
    86_399_999_999,
    43_200_000_000,
    32_400_000_000,
];

/// What the values of a world's rows are drawn from.
pub(super) struct Pool {
    pub(super) first: i64,
    pub(super) cutover: i64,
    pub(super) codes: Vec<String>,
    open: Vec<i64>,
    /// The keys of the ledger and the days that its rows name.
    points: Vec<(Vec<Value>, Vec<i64>)>,
}

impl Pool {
    pub(super) fn new(first: i64, codes: Vec<String>, ledger: &Ledger, tables: &[Table]) -> Self {
        let mut points: BTreeMap<Vec<Value>, Vec<i64>> = BTreeMap::new();
        for part in &ledger.parts {
            for row in &tables[part.table].rows {
                let key = part.key.iter().map(|&column| row[column].clone());
                let days = [part.from, part.until]
                    .into_iter()
                    .filter_map(|column| row[column].day());
                points.entry(key.collect()).or_default().extend(days);
            }
        }
        Self {
            first,
            cutover: first + WINDOW / 2,
            codes,
            open: match &ledger.end {
                End::Until { open, .. } => open.clone(),
                End::Next => Vec::new(),
            },
            points: points.into_iter().collect(),
        }
    }

    /// Keys that the ledger does not have, made of parts of those that it has.
    pub(super) fn absent(&mut self, dice: &mut Dice, ledger: &Ledger, tables: &[Table]) {
        let (part, table) = (&ledger.parts[0], &tables[ledger.parts[0].table]);
        let stranger = |column: usize| match table.columns[column].kind {
            Kind::Text => Value::Text("p9".to_owned()),
            _ => Value::Int(9),
        };
        let mut key: Vec<Value> = part.key.iter().map(|&column| stranger(column)).collect();
        let known = if self.points.is_empty() {
            key[0].clone()
        } else {
            dice.pick(&self.points).0[0].clone()
        };
        self.points.push((key.clone(), Vec::new()));
        // Half of a known key; where that is all of it, a known key once more.
        key[0] = known;
        self.points.push((key, Vec::new()));
    }

    /// A ledger key and the days that matter to it.
    pub(super) fn point(&self, dice: &mut Dice) -> (Vec<Value>, Vec<i64>) {
        // Strangers stand last.
        let known = self.points.len() - 2;
        let point = if known > 0 && dice.chance(80) {
            dice.below(known)
        } else {
            dice.below(self.points.len())
        };
        self.points[point].clone()
    }

    /// A day, mostly on a boundary or beside one.
    pub(super) fn day(&self, dice: &mut Dice, near: &[i64]) -> Option<i64> {
        if dice.mishap(5) {
            return None;
        }
        Some(match dice.below(100) {
            0..7 if !self.open.is_empty() => *dice.pick(&self.open),
            7..8 => *dice.pick(&[2_932_896, -719_528]),
            8..14 => self.cutover + dice.between(-1, 1),
            14..70 if !near.is_empty() => {
                (dice.pick(near) + dice.between(-1, 2)).clamp(-719_528, 2_932_896)
            }
            _ => self.first + dice.between(0, WINDOW),
        })
    }

    /// When a row of a period was written: mostly at the next turn of its point, or at the end of the grace after it, or as
    /// early before a turn as is allowed.
    pub(super) fn known(
        &self,
        dice: &mut Dice,
        near: &[i64],
        begins: Option<i64>,
        (grace, early): (i64, i64),
    ) -> Option<i64> {
        if !near.is_empty() && dice.chance(20) {
            let by = if dice.chance(70) { early } else { 0 };
            let day = dice.pick(near) - by + dice.between(-1, 1);
            return Some(day.clamp(-719_528, 2_932_896));
        }
        let next = near
            .iter()
            .filter(|&&day| begins.is_none_or(|begins| begins < day));
        let (Some(next), false) = (next.min(), dice.chance(35)) else {
            return self.day(dice, near);
        };
        let after = if dice.chance(50) { grace } else { 0 };
        Some((next + after + dice.between(-1, 2)).clamp(-719_528, 2_932_896))
    }

    /// Sets the day of the cutover: mostly beside a boundary of the ledger or of a code's validity.
    pub(super) fn cut_over(&mut self, dice: &mut Dice, bounds: Vec<i64>) -> i64 {
        let ledger = self
            .points
            .iter()
            .flat_map(|(_, days)| days.iter().copied());
        let inside = |day: &i64| (self.first..self.first + WINDOW).contains(day);
        let ledger: Vec<i64> = ledger.filter(inside).collect();
        let days = if dice.chance(50) { bounds } else { ledger };
        if !days.is_empty() {
            self.cutover = dice.pick(&days) + dice.between(-1, 1);
        }
        self.cutover
    }
}

/// The day as this kind of column holds it.
pub(super) fn of_kind(dice: &mut Dice, kind: Kind, day: Option<i64>) -> Value {
    match (day, kind) {
        (None, _) => Value::Null,
        (Some(day), Kind::Moment) => moment(dice, day),
        (Some(day), _) => Value::Day(day),
    }
}

/// A moment of this day, mostly where a day begins or ends.
pub(super) fn moment(dice: &mut Dice, day: i64) -> Value {
    // The first day of all begins, written elsewhere, in a year before all.
    let day = day.max(-719_527);
    Value::Moment(day * 86_400_000_000 + dice.pick(&MIDNIGHT))
}

pub(super) fn any_day(dice: &mut Dice, first: i64) -> Value {
    if dice.mishap(5) {
        Value::Null
    } else {
        Value::Day(first + dice.between(-2, WINDOW + 10))
    }
}

/// A retailer code; the first of the list and the incumbent's competitor, but for mishaps.
pub(super) fn code(dice: &mut Dice, codes: &[String]) -> Value {
    if dice.mishap(80) {
        return text(dice, codes, 6);
    }
    let code = if dice.chance(65) {
        codes[0].as_str()
    } else {
        "99020"
    };
    Value::Text(code.to_owned())
}

/// One of these texts, sometimes padded, sometimes NULL.
pub(super) fn text<T: AsRef<str>>(dice: &mut Dice, from: &[T], nulls: usize) -> Value {
    if dice.mishap(nulls) {
        return Value::Null;
    }
    let text = dice.pick(from).as_ref().to_owned();
    Value::Text(padded(dice, &text))
}

/// A day's month, as this kind of column holds one; near a switch, or later, where one supplier may have all of it.
pub(super) fn month(dice: &mut Dice, kind: Kind, day: Option<i64>) -> Value {
    let Some(day) = day else { return Value::Null };
    let later = if dice.chance(50) {
        dice.between(20, 400)
    } else {
        0
    };
    let day = iso((day + later).clamp(-719_162, 2_932_896));
    let (year, month) = (&day[..4], &day[5..7]);
    if kind == Kind::Int {
        let wrong = [0, -1, 13, 202_600, 202_613, 1_000_001, i64::MAX];
        let month: i64 = format!("{year}{month}").parse().unwrap();
        let wrong = dice.mishap(25).then(|| *dice.pick(&wrong));
        return Value::Int(wrong.unwrap_or(month));
    }
    let between = *dice.pick(&["", "-", "/"]);
    let text = format!("{year}{between}{month}");
    let wrong = [
        " 202604",
        "202604 ",
        "2026-4",
        "2026-00",
        "2026/13",
        "0000-01",
        "",
        "\u{ff12}026-04",
        "2026.04",
        "2026-04-01",
        "+202604",
        "20260-4",
    ];
    let wrong = dice.mishap(25).then(|| (*dice.pick(&wrong)).to_owned());
    Value::Text(wrong.unwrap_or(text))
}
