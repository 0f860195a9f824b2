//! How the source writes values, by chance: words that mean nothing or "no end yet", the clock of Greenwich, moments that end
//! their intervals, numbers beside texts. What the values mean stays as it is.

use super::super::dice::Dice;
use super::super::world::{CellRule, CodeDay, Kind, Reading, Rule, Table, Test, Time, World};

/// Says of some columns how their values are read.
pub(super) fn declare(dice: &mut Dice, world: &mut World) {
    let by_children = days_asked_by_children(world);
    for (position, table) in world.tables.iter_mut().enumerate() {
        let ends: Vec<usize> = ends_of_periods(table);
        let mut asked: Vec<usize> = days_asked(table);
        let children = by_children.iter().filter(|(of, _)| *of == position);
        asked.extend(children.map(|(_, column)| *column));
        for (at, column) in table.columns.iter_mut().enumerate() {
            if dice.chance(60) {
                continue;
            }
            let date = column.kind.is_day();
            let moment = column.kind == Kind::Moment;
            column.reading = Reading {
                nothing: dice.chance(50),
                open: dice.chance(50) && date,
                utc: dice.chance(50) && moment,
                end: dice.chance(50) && moment && !ends.contains(&at) && asked.contains(&at),
                numbers: dice.chance(50) && column.kind == Kind::Text,
            };
        }
    }
    let mut columns = world.tables.iter().flat_map(|table| &table.columns);
    world.ledger.open_by_types = columns.any(|column| column.reading.open);
}

/// Columns of which conditions of other tables ask the day: table and column.
fn days_asked_by_children(world: &World) -> Vec<(usize, usize)> {
    let whens = world.tables.iter().flat_map(|table| &table.whens);
    let asked = whens.filter_map(|when| match (&when.parent, &when.test) {
        (Some(Rule::Parent { table, .. }), Test::Within { .. }) => Some((*table, when.column)),
        _ => None,
    });
    asked.collect()
}

/// Columns of which something asks the day: of others an end stamp would say nothing, and is refused.
fn days_asked(table: &Table) -> Vec<usize> {
    let of_rules = table.leaves().into_iter().filter_map(|rule| match rule {
        Rule::Ledger(Time::At { column, .. } | Time::Month(column))
        | Rule::Code {
            at: CodeDay::Column(column),
            ..
        } => Some(*column),
        _ => None,
    });
    let of_groups = table.cells.iter().filter_map(|cells| match &cells.rule {
        CellRule::Days { from } => Some(*from),
        _ => None,
    });
    let of_tests = table.whens.iter().filter_map(|when| match when.test {
        Test::Within { .. } if when.parent.is_none() => Some(when.column),
        _ => None,
    });
    let written = table.known_at.iter().flat_map(|known| &known.columns);
    of_rules
        .chain(of_groups)
        .chain(of_tests)
        .chain(written.copied())
        .collect()
}

/// `until_is` says what they are.
fn ends_of_periods(table: &Table) -> Vec<usize> {
    let periods = table.leaves().into_iter().filter_map(|rule| match rule {
        Rule::Ledger(Time::During { from, until, .. }) => Some([*from, *until]),
        _ => None,
    });
    periods.flatten().collect()
}
