//! docs/rules.md, section 1: who supplied a point on a day. Asked day by day; only the days on which an answer can
//! change are looked at, which is the same.

use std::collections::BTreeSet;

use super::super::world::{End, Ledger, List, OwnWhen, Part, Value, Who, World};
use super::through::EveryDay;
use super::{Verdict, same};

/// Later than every day, and one day less than that is not a day of anybody.
pub(super) const FOREVER: i64 = 1 << 50;

enum How {
    DateMissing,
    Reversed,
    Plain,
}

/// A ledger row that counts, with the part of the ledger that it stands in.
type Entry<'w> = (&'w Part, &'w [Value]);

/// The days that one ledger row touches, both included.
struct Touch<'w> {
    first: i64,
    last: i64,
    how: How,
    entry: Entry<'w>,
}

/// The timeline of one key.
pub(super) struct Timeline<'w> {
    world: &'w World,
    ledger: &'w Ledger,
    /// What is said of every day, whatever its periods.
    all_days: Option<&'static str>,
    touches: Vec<Touch<'w>>,
}

impl<'w> Timeline<'w> {
    /// `entries` are the rows of the ledger with this key, rejected ones too.
    pub(super) fn of((world, ledger): (&'w World, &'w Ledger), entries: &[Entry<'w>]) -> Self {
        let rejected = |(_, row): &Entry<'w>| row.contains(&Value::Misfit);
        let always = |reason| Self {
            world,
            ledger,
            all_days: Some(reason),
            touches: Vec::new(),
        };
        if entries.iter().any(rejected) {
            return always("ledger_rejected");
        }
        let asked = |&(part, row): &Entry<'w>| counts(ledger, part, row);
        if entries.iter().any(|entry| asked(entry).is_none()) {
            return always("ledger_status_unknown");
        }
        let counting: Vec<Entry<'w>> = entries
            .iter()
            .copied()
            .filter(|entry| asked(entry) == Some(true))
            .collect();
        if counting.is_empty() {
            return always("not_in_ledger");
        }
        Self {
            world,
            ledger,
            all_days: None,
            touches: counting
                .iter()
                .map(|&entry| touch(ledger, entry, &counting))
                .collect(),
        }
    }

    fn of_row(&self, (part, row): Entry<'w>, day: i64) -> Verdict {
        let ledger = self.ledger;
        let verdict = code(self.world, &row[part.retailer], ledger.trim, Some(day));
        if verdict.who != Who::Own {
            return verdict;
        }
        let entries = ledger.own_when.iter().zip(&part.own_when);
        let said: Vec<Who> = entries
            .map(|(entry, &column)| own_when(self.world, entry, &row[column]))
            .collect();
        if said.contains(&Who::Other) {
            Verdict::of(Who::Other)
        } else if said.contains(&Who::Undecided) {
            Verdict::undecided("own_when_unlisted")
        } else {
            verdict
        }
    }
}

impl<'w> EveryDay for Timeline<'w> {
    fn on(&self, day: i64) -> Verdict {
        if let Some(reason) = self.all_days {
            return Verdict::undecided(reason);
        }
        let there: Vec<&Touch<'w>> = self
            .touches
            .iter()
            .filter(|touch| touch.first <= day && day <= touch.last)
            .collect();
        if there
            .iter()
            .any(|touch| matches!(touch.how, How::DateMissing))
        {
            return Verdict::undecided("ledger_date_missing");
        }
        if there.iter().any(|touch| matches!(touch.how, How::Reversed)) {
            return Verdict::undecided("ledger_reversed");
        }
        match there.as_slice() {
            [] if self.ledger.gap_is_other => Verdict::of(Who::Other),
            [] => Verdict::undecided("ledger_gap"),
            [one] => self.of_row(one.entry, day),
            several => {
                let said = several
                    .iter()
                    .map(|touch| self.of_row(touch.entry, day).who);
                let said: BTreeSet<Who> = said.collect();
                match said.into_iter().collect::<Vec<_>>().as_slice() {
                    [one @ (Who::Own | Who::Other)] if self.ledger.same_verdict => {
                        Verdict::of(*one)
                    }
                    _ => Verdict::undecided("ledger_overlap"),
                }
            }
        }
    }

    /// The days on which another answer may begin.
    fn turns(&self) -> BTreeSet<i64> {
        let touched = self
            .touches
            .iter()
            .flat_map(|touch| [touch.first, touch.last + 1]);
        let valid = self.world.incumbent.iter();
        let valid = valid
            .flat_map(|code| [code.from, code.until.map(|until| until + 1)])
            .flatten();
        touched.chain(valid).collect()
    }
}

/// Whether a row counts; [`None`] if nobody knows.
fn counts(ledger: &Ledger, part: &Part, row: &[Value]) -> Option<bool> {
    let Some(counts) = &ledger.counts else {
        return Some(true);
    };
    let status = &row[part.counts];
    if lists(&counts.never, status, counts.trim) {
        Some(false)
    } else if lists(&counts.counting, status, counts.trim) {
        Some(true)
    } else {
        None
    }
}

/// Whether a list names a value.
fn lists(list: &List, value: &Value, trim: bool) -> bool {
    match value.code() {
        None => list.null,
        Some(code) => list.values.iter().any(|listed| same(listed, &code, trim)),
    }
}

/// What one entry says of a day that the code leaves own.
fn own_when(world: &World, entry: &OwnWhen, value: &Value) -> Who {
    if lists(&entry.own, value, entry.trim) {
        return Who::Own;
    }
    let other = match &entry.other {
        Some(list) => lists(list, value, entry.trim),
        None => is_listed(world, value, entry.trim),
    };
    if other { Who::Other } else { Who::Undecided }
}

fn touch<'w>(ledger: &Ledger, entry: Entry<'w>, counting: &[Entry<'w>]) -> Touch<'w> {
    let (part, row) = entry;
    let touch = |first, last, how| Touch {
        first,
        last,
        how,
        entry,
    };
    let from = row[part.from].day();
    let End::Until { inclusive, .. } = ledger.end else {
        let Some(from) = from else {
            return touch(-FOREVER, FOREVER, How::DateMissing);
        };
        let begins = counting
            .iter()
            .filter_map(|(part, row)| row[part.from].day());
        let next = begins.filter(|&day| day > from).min();
        return touch(from, next.map_or(FOREVER, |next| next - 1), How::Plain);
    };
    let until = row[part.until].day();
    let open = ledger.is_open(until);
    let end = match until {
        _ if open => FOREVER,
        None => FOREVER,
        Some(until) if inclusive => until,
        Some(until) => until - 1,
    };
    match (from, until) {
        (None, _) => touch(-FOREVER, end, How::DateMissing),
        (Some(from), None) if !open => touch(from, FOREVER, How::DateMissing),
        (Some(from), Some(until)) if end < from => {
            touch(from.min(until), from.max(until), How::Reversed)
        }
        (Some(from), _) => touch(from, end, How::Plain),
    }
}

/// Whether a value is a code of the list of retailers.
fn is_listed(world: &World, value: &Value, trim: bool) -> bool {
    let Some(code) = value.text() else {
        return false;
    };
    let (table, column) = world.retailers;
    let table = &world.tables[table];
    let mut listed = table
        .staged()
        .filter_map(|row| table.rows[row][column].text());
    listed.any(|listed| same(listed, code, trim))
}

/// The code verdict; without a day no incumbent code has a validity.
pub(super) fn code(world: &World, value: &Value, trim: bool, day: Option<i64>) -> Verdict {
    let Some(code) = value.text() else {
        return Verdict::undecided("retailer_unknown");
    };
    if world.vacant.iter().any(|vacant| same(vacant, code, trim)) {
        return Verdict::of(Who::Other);
    }
    let covers = |from: Option<i64>, until: Option<i64>| {
        day.is_none_or(|day| {
            from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)
        })
    };
    let mut incumbent = world
        .incumbent
        .iter()
        .filter(|entry| same(&entry.code, code, trim));
    if incumbent.any(|entry| covers(entry.from, entry.until)) {
        return Verdict::of(Who::Own);
    }
    if is_listed(world, value, trim) {
        return Verdict::of(Who::Other);
    }
    Verdict::undecided("retailer_unknown")
}
