//! One edit on the rows of one batch: which cells it takes, and what it puts there.

use std::collections::BTreeSet;

use arrow_array::ArrayRef;
use arrow_buffer::BooleanBuffer;
use arrow_schema::ArrowError;
use arrow_select::interleave::interleave;
use bunri_catalogue::{Catalogue, Compare};
use bunri_fingerprint::Cells;
use bunri_types::ValueType;

use crate::ProveError;
use crate::donors::Pool;
use crate::draw::Draw;
use crate::flows::Flows;
use crate::made::{Extreme, fresh_key, made, micros, nobodys_key};
use crate::plain::{Plain, column};
use crate::plan::{Edit, Scope};
use crate::strategy::Strategy;
use crate::withheld::{Base, as_compared};

const MICROS_A_DAY: i64 = 86_400_000_000;
/// With fewer eligible cells than this, a share takes all of them, so that small tables are not left alone.
const FEW_ENOUGH_FOR_ALL: usize = 16;

/// What every edit may look at.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) flows: &'a Flows,
    pub(crate) base: &'a Base,
}

/// An edit that knows its rows.
pub(crate) struct Prepared<'a> {
    pub(crate) edit: &'a Edit,
    ground: Ground<'a>,
    eligible: &'a BooleanBuffer,
    only: Option<BTreeSet<usize>>,
    eighths: u64,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(edit: &'a Edit, ground: Ground<'a>) -> Self {
        let eligible = edit.eligible(&ground.base.tables[edit.table]);
        let rank = |row: &usize| edit.draw.of("few").at(*row as u64).number();
        let (only, eighths) = match edit.scope {
            Scope::Eighths(eighths) => {
                let count = eligible.count_set_bits();
                let taken = |row: usize| edit.draw.at(row as u64).below(8) < eighths;
                let all = count < FEW_ENOUGH_FOR_ALL || !eligible.set_indices().any(taken);
                (None, if all { 8 } else { eighths })
            }
            Scope::Few(most) => {
                let mut rows: Vec<usize> = eligible.set_indices().collect();
                rows.sort_by_key(rank);
                rows.truncate(most);
                (Some(rows.into_iter().collect()), 8)
            }
            Scope::Nothing => (Some(BTreeSet::new()), 0),
        };
        Self {
            edit,
            ground,
            eligible,
            only,
            eighths,
        }
    }

    /// Whether the edit takes this row of staging.
    pub(crate) fn takes(&self, row: usize) -> bool {
        self.eligible.value(row)
            && match &self.only {
                Some(rows) => rows.contains(&row),
                None => self.edit.draw.at(row as u64).below(8) < self.eighths,
            }
    }

    /// Puts other values into a column of a batch that begins at row `first`; gives the column and how many cells are
    /// not what they were.
    pub(crate) fn on_column(
        &self,
        array: &ArrayRef,
        column_at: usize,
        first: usize,
    ) -> Result<(ArrayRef, Vec<usize>), ProveError> {
        let cells = Cells::of(array.as_ref())?;
        let (mut rows, mut values) = (Vec::new(), Vec::new());
        for row in (0..array.len()).filter(|row| self.takes(first + row)) {
            let before = Plain::of(cells.value(row));
            let after = self.value(
                before.as_ref(),
                column_at,
                self.edit.draw.at((first + row) as u64),
            );
            let after = after.map(|after| self.another(before.as_ref(), after, column_at, row));
            if let Some(after) = after.filter(|after| *after != before) {
                rows.push(row);
                values.push(after);
            }
        }
        let id = &self.ground.catalogue.tables[self.edit.table].id;
        let replaced = replace(array, &rows, &values).map_err(ProveError::arrow(id))?;
        Ok((replaced, rows))
    }

    /// What a strategy came to, or something else if that is what stood there already: a cell of a data column that
    /// was taken is not the same afterwards.
    fn another(
        &self,
        before: Option<&Plain>,
        after: Option<Plain>,
        column_at: usize,
        row: usize,
    ) -> Option<Plain> {
        if self.edit.risky || after.as_ref() != before {
            return after;
        }
        let table = &self.ground.catalogue.tables[self.edit.table];
        let draw = self.edit.draw.of("another").at(row as u64);
        Some(match before {
            Some(Plain::Bool(value)) => Plain::Bool(!value),
            Some(
                Plain::Text(_)
                | Plain::Int(_)
                | Plain::Decimal(_)
                | Plain::Real(_)
                | Plain::Date(_)
                | Plain::Timestamp(_)
                | Plain::Bytes(_),
            )
            | None => made(table.columns[column_at].value_type, Extreme::None, draw),
        })
    }

    /// What stands in the cell afterwards; [`None`]: it is left alone.
    fn value(&self, before: Option<&Plain>, column_at: usize, draw: Draw) -> Option<Option<Plain>> {
        let Ground {
            catalogue, base, ..
        } = self.ground;
        let value_type = catalogue.tables[self.edit.table].columns[column_at].value_type;
        let pool = &base.tables[self.edit.table].pools[column_at];
        let draw = draw.of("value");
        let new = |extreme| Some(Some(made(value_type, extreme, draw)));
        match self.edit.strategy {
            Strategy::Null => Some(None),
            Strategy::Granted => Some(Some(borrowed(&pool.granted, before, value_type, draw))),
            // Some rows that retail does not have carry the incumbent's code all the same: islands, other days.
            Strategy::Ordinary if self.is_ledger_code(column_at) => new(Extreme::None),
            Strategy::Ordinary if self.edit.risky => {
                Some(Some(borrowed(&pool.outside, before, value_type, draw)))
            }
            Strategy::Ordinary => Some(Some(borrowed(&pool.any, before, value_type, draw))),
            Strategy::Clock => other_time(before?, draw).map(Some),
            Strategy::Shifted => shifted(before?, 5, draw).map(Some),
            Strategy::Period => {
                let table = &catalogue.tables[self.edit.table];
                let (open, _) = catalogue.ledger_of(table).open_ends();
                let is_open = |day: &i32| open.contains(day);
                match before {
                    // A period without an end gets one.
                    None => new(Extreme::None),
                    Some(Plain::Date(day)) if is_open(day) => new(Extreme::None),
                    Some(day) => shifted(day, 400, draw).map(Some),
                }
            }
            Strategy::Supplier => {
                let table = &catalogue.tables[self.edit.table];
                let compare = catalogue.ledger_of(table).compare;
                other_code(compare, &base.other_codes, before?, draw).map(Some)
            }
            Strategy::Reorder => {
                let near = draw.of("near").pick(neighbours(pool)).or(before);
                Some(Some(self.fresh(column_at, value_type, near, draw)))
            }
            Strategy::Longer => new(Extreme::Longer),
            Strategy::Shorter => new(Extreme::Shorter),
            Strategy::Lowest => new(Extreme::Lowest),
            Strategy::Highest => new(Extreme::Highest),
            // Whole rows: never asked of a cell.
            Strategy::Insert | Strategy::Delete | Strategy::Duplicate => new(Extreme::None),
        }
    }

    fn is_ledger_code(&self, column: usize) -> bool {
        let part = self.ground.catalogue.ledger_table(self.edit.table);
        part.is_some_and(|part| part.retailer == column)
    }

    /// A key that is nobody's; where a rule reads it, one that is certainly nobody's.
    fn fresh(
        &self,
        column: usize,
        value_type: ValueType,
        near: Option<&Plain>,
        draw: Draw,
    ) -> Plain {
        if self.ground.flows.is_read(self.edit.table, column) {
            nobodys_key(value_type, near, draw)
        } else {
            fresh_key(value_type, near, draw)
        }
    }

    /// A row that was not there: another key; an inserted one has other data too.
    pub(crate) fn on_new_row(&self, row: &mut [Option<Plain>], fresh: Option<usize>, draw: Draw) {
        let Ground {
            catalogue,
            flows,
            base,
        } = self.ground;
        let table = &catalogue.tables[self.edit.table];
        for (at, column) in table.columns.iter().enumerate() {
            let pool = &base.tables[self.edit.table].pools[at];
            let draw = draw.of("new").of(&column.name);
            if Some(at) == fresh {
                let near = draw.of("near").pick(neighbours(pool));
                row[at] = Some(self.fresh(at, column.value_type, near, draw));
            } else if self.edit.strategy == Strategy::Insert
                && !table.key.contains(&at)
                && !flows.is_read(self.edit.table, at)
            {
                row[at] = draw.pick(&pool.any).cloned();
            }
        }
    }
}

/// Keys that retail has are the more telling neighbours.
fn neighbours(pool: &Pool) -> &[Plain] {
    if pool.granted.is_empty() {
        &pool.any
    } else {
        &pool.granted
    }
}

fn borrowed(pool: &[Plain], before: Option<&Plain>, value_type: ValueType, draw: Draw) -> Plain {
    let tries = (0..4).filter_map(|attempt| draw.at(attempt).pick(pool));
    let other = tries.into_iter().find(|value| Some(*value) != before);
    other
        .cloned()
        .unwrap_or_else(|| made(value_type, Extreme::None, draw))
}

fn other_time(before: &Plain, draw: Draw) -> Option<Plain> {
    match before {
        Plain::Timestamp(moment) => Some(Plain::Timestamp(
            moment - moment.rem_euclid(MICROS_A_DAY) + micros(draw),
        )),
        Plain::Text(_)
        | Plain::Int(_)
        | Plain::Decimal(_)
        | Plain::Real(_)
        | Plain::Date(_)
        | Plain::Bool(_)
        | Plain::Bytes(_) => None,
    }
}

/// At least one day, at most `most`, earlier or later.
fn shifted(before: &Plain, most: u64, draw: Draw) -> Option<Plain> {
    let days = i32::try_from(1 + draw.below(most)).unwrap_or(1);
    let days = if draw.of("earlier").below(2) == 0 {
        -days
    } else {
        days
    };
    match before {
        Plain::Date(day) => day.checked_add(days).map(Plain::Date),
        Plain::Timestamp(moment) => moment
            .checked_add(i64::from(days) * MICROS_A_DAY)
            .map(Plain::Timestamp),
        Plain::Text(_)
        | Plain::Int(_)
        | Plain::Decimal(_)
        | Plain::Real(_)
        | Plain::Bool(_)
        | Plain::Bytes(_) => None,
    }
}

/// Only from one listed company to another, so that whose the row is cannot change.
fn other_code(compare: Compare, codes: &[String], before: &Plain, draw: Draw) -> Option<Plain> {
    let Plain::Text(code) = before else {
        return None;
    };
    let is = |other: &&String| as_compared(other, compare) == as_compared(code, compare);
    codes.iter().find(is)?;
    let others: Vec<&String> = codes.iter().filter(|other| !is(other)).collect();
    draw.pick(&others)
        .map(|other| Plain::Text((*other).clone()))
}

/// The column with these values in these rows.
fn replace(
    array: &ArrayRef,
    rows: &[usize],
    values: &[Option<Plain>],
) -> Result<ArrayRef, ArrowError> {
    if rows.is_empty() {
        return Ok(array.clone());
    }
    let donor = column(array.data_type(), values)?;
    let mut from: Vec<(usize, usize)> = (0..array.len()).map(|row| (0, row)).collect();
    for (at, &row) in rows.iter().enumerate() {
        from[row] = (1, at);
    }
    interleave(&[array.as_ref(), donor.as_ref()], &from)
}
