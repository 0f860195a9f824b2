//! A second ledger by chance, over tables of its own, and tables of one's own key that ask it instead of the first.

use super::super::dice::Dice;
use super::super::world::{Kind, Rule, Table, World};
use super::{FEW_POINTS, ledger};

/// Adds a second ledger to some worlds.
pub(super) fn add(dice: &mut Dice, world: &mut World, first: i64, codes: &[String]) {
    if world.tables.iter().any(|table| table.rows.len() > 1_000) || dice.chance(60) {
        return;
    }
    let position = world.tables.len();
    let (mut second, mut tables) = ledger::ledger(dice, position, first, codes, FEW_POINTS);
    second.open_by_types = world.ledger.open_by_types;
    for table in &mut tables {
        table.name = format!("fit_{}", table.name);
        table.second = true;
        table.ledger_key_written = true;
    }
    let kinds = |table: &Table, key: &[usize]| -> Vec<Kind> {
        key.iter()
            .map(|&column| table.columns[column].kind)
            .collect()
    };
    let wanted = kinds(&tables[0], &second.parts[0].key);
    let of_first = 1 + world.ledger.parts.len();
    let mut asked = false;
    for at in of_first..position {
        let table = &world.tables[at];
        let fits = table.through.is_none()
            && !table.rule.is_constant()
            && table
                .ledger_key
                .as_ref()
                .is_some_and(|key| kinds(table, key) == wanted)
            && !world.tables.iter().any(|other| rests_on(other, at));
        if fits && dice.chance(60) {
            let table = &mut world.tables[at];
            table.second = true;
            table.ledger_key_written = true;
            asked = true;
        }
    }
    if asked {
        world.tables.extend(tables);
        world.second = Some(second);
    }
}

/// Whether a table without a key of its own, or by a key through another, rests on what this one asks.
fn rests_on(table: &Table, at: usize) -> bool {
    let leaves = table.leaves();
    let mut parents = leaves.iter().filter_map(|rule| match rule {
        Rule::Parent { table, .. } => Some(*table),
        _ => None,
    });
    let through = table.through.as_ref();
    through.is_some_and(|through| through.table == at)
        || (table.ledger_key.is_none() && parents.any(|parent| parent == at))
}
