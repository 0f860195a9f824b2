//! Values by chance: mostly near something that a rule asks about.

use std::collections::BTreeMap;

use super::super::dice::Dice;
use super::super::world::{Kind, Ledger, Table, Value};
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
    cutover: i64,
    pub(super) codes: Vec<String>,
    open: Vec<i64>,
    /// The keys of the ledger and the days that its rows name.
    points: Vec<(Vec<Value>, Vec<i64>)>,
}

impl Pool {
    pub(super) fn new(first: i64, codes: Vec<String>, ledger: &Ledger, table: &Table) -> Self {
        let mut points: BTreeMap<Vec<Value>, Vec<i64>> = BTreeMap::new();
        for row in &table.rows {
            let key = ledger
                .key
                .iter()
                .map(|&column| row[column].clone())
                .collect();
            let days = [ledger.from, ledger.until]
                .into_iter()
                .filter_map(|column| row[column].day());
            points.entry(key).or_default().extend(days);
        }
        Self {
            first,
            cutover: first + WINDOW / 2,
            codes,
            open: ledger.open.clone(),
            points: points.into_iter().collect(),
        }
    }

    /// Keys that the ledger does not have, made of parts of those that it has.
    pub(super) fn absent(&mut self, dice: &mut Dice, ledger: &Ledger, table: &Table) {
        let stranger = |column: usize| match table.columns[column].kind {
            Kind::Text => Value::Text("p9".to_owned()),
            _ => Value::Int(9),
        };
        let mut key: Vec<Value> = ledger.key.iter().map(|&column| stranger(column)).collect();
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

    /// When a row of a period was written: mostly at the next turn of its point, or at the end of the grace after it.
    pub(super) fn known(
        &self,
        dice: &mut Dice,
        near: &[i64],
        begins: Option<i64>,
        grace: i64,
    ) -> Option<i64> {
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
