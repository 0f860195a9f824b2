//! docs/rules.md, section 1: who supplied a point on a day. Asked day by day; only the days on which an answer can
//! change are looked at, which is the same.

use std::collections::BTreeSet;

use super::super::world::{Value, Who, World};
use super::{Verdict, same};

/// Later than every day, and one day less than that is not a day of anybody.
pub(super) const FOREVER: i64 = 1 << 50;

enum How {
    DateMissing,
    Reversed,
    Plain,
}

/// The days that one ledger row touches, both included.
struct Touch {
    first: i64,
    last: i64,
    how: How,
    row: usize,
}

/// The timeline of one key.
pub(super) struct Timeline<'w> {
    world: &'w World,
    rejected: bool,
    touches: Vec<Touch>,
}

impl<'w> Timeline<'w> {
    /// `rows` are those of the ledger with this key.
    pub(super) fn of(world: &'w World, rows: &[usize]) -> Self {
        let row = |at: usize| &world.tables[world.ledger.table].rows[at];
        let (rejected, staged): (Vec<usize>, Vec<usize>) = rows
            .iter()
            .partition(|&&at| row(at).contains(&Value::Misfit));
        Self {
            world,
            rejected: !rejected.is_empty(),
            touches: staged
                .into_iter()
                .map(|at| touch(world, at, row(at)))
                .collect(),
        }
    }

    pub(super) fn on(&self, day: i64) -> Verdict {
        if self.rejected {
            return Verdict::undecided("ledger_rejected");
        }
        if self.touches.is_empty() {
            return Verdict::undecided("not_in_ledger");
        }
        let there: Vec<&Touch> = self
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
            [] => Verdict::undecided("ledger_gap"),
            [one] => self.of_row(one.row, day),
            _ => Verdict::undecided("ledger_overlap"),
        }
    }

    fn of_row(&self, row: usize, day: i64) -> Verdict {
        let (ledger, row) = (
            &self.world.ledger,
            &self.world.tables[self.world.ledger.table].rows[row],
        );
        let verdict = code(self.world, &row[ledger.retailer], ledger.trim, Some(day));
        let (Who::Own, Some(not_own)) = (verdict.who, &ledger.not_own) else {
            return verdict;
        };
        match row[not_own.column].text() {
            None => Verdict::undecided("supply_kind_missing"),
            Some(kind)
                if not_own
                    .values
                    .iter()
                    .any(|value| same(value, kind, not_own.trim)) =>
            {
                Verdict::of(Who::Other)
            }
            Some(_) => verdict,
        }
    }

    /// The days on which another answer may begin.
    pub(super) fn turns(&self) -> BTreeSet<i64> {
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

    /// The one answer of all of these days, if there is one; `last` may be [`FOREVER`].
    pub(super) fn during(&self, first: i64, last: i64) -> Option<Verdict> {
        let verdict = self.on(first);
        let turns = self.turns();
        let mut others = turns.into_iter().filter(|&day| first < day && day <= last);
        others.all(|day| self.on(day) == verdict).then_some(verdict)
    }

    /// The first day after the segment that covers `day`.
    pub(super) fn end_of_segment(&self, day: i64) -> i64 {
        let verdict = self.on(day);
        let mut later = self.turns().into_iter().filter(|&turn| turn > day);
        later
            .find(|&turn| self.on(turn) != verdict)
            .unwrap_or(FOREVER)
    }
}

fn touch(world: &World, at: usize, row: &[Value]) -> Touch {
    let ledger = &world.ledger;
    let (from, until) = (row[ledger.from].day(), row[ledger.until].day());
    let open = is_open(world, until);
    let end = match until {
        _ if open => FOREVER,
        None => FOREVER,
        Some(until) if ledger.inclusive => until,
        Some(until) => until - 1,
    };
    let touch = |first, last, how| Touch {
        first,
        last,
        how,
        row: at,
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

/// Whether an end means "no end yet".
pub(super) fn is_open(world: &World, until: Option<i64>) -> bool {
    until.map_or(world.ledger.null_is_open, |until| {
        world.ledger.open.contains(&until)
    })
}

/// The code verdict; without a day no incumbent code has a validity.
pub(super) fn code(world: &World, code: &Value, trim: bool, day: Option<i64>) -> Verdict {
    let Some(code) = code.text() else {
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
    let (table, column) = world.retailers;
    let table = &world.tables[table];
    let mut listed = table
        .staged()
        .filter_map(|row| table.rows[row][column].text());
    if listed.any(|listed| same(listed, code, trim)) {
        return Verdict::of(Who::Other);
    }
    Verdict::undecided("retailer_unknown")
}
