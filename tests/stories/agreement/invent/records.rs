//! Records of the retailer's own by chance: a table of which transmission gets nothing, with all that follow it. People may say
//! own of their rows although the rules say other.

use super::super::dice::Dice;
use super::super::world::{Class, Classes, Rule, World};

/// Makes one table the retailer's own, with those that ask it whose their rows are.
pub(super) fn keep(dice: &mut Dice, world: &mut World) {
    if !dice.chance(60) {
        return;
    }
    let of_ledger = |table: usize| {
        let mut parts = world.ledgers().flat_map(|ledger| &ledger.parts);
        parts.any(|part| part.table == table)
    };
    let candidates = (1..world.tables.len())
        .filter(|&table| !of_ledger(table) && !world.tables[table].rule.is_constant());
    let candidates: Vec<usize> = candidates.collect();
    // Conditions and cells of another time speak of classes that would not be there any more.
    let plain = |table: &usize| {
        let table = &world.tables[*table];
        table.whens.is_empty() && table.cells.is_empty() && !table.rule.is_constant()
    };
    let families = candidates.into_iter().map(|table| family(world, table));
    let families: Vec<Vec<usize>> = families.filter(|family| family.iter().all(plain)).collect();
    if families.is_empty() {
        return;
    }
    for table in dice.pick(&families).clone() {
        let table = &mut world.tables[table];
        table.opened = false;
        for column in &mut table.columns {
            column.class = Classes::Fixed(Class::RetailOnly);
        }
    }
}

/// A table, with those that ask it whose their rows are, and so on.
fn family(world: &World, table: usize) -> Vec<usize> {
    let mut family = vec![table];
    // Tables stand after their parents.
    for table in table + 1..world.tables.len() {
        let leaves = world.tables[table].leaves();
        let mut leaves = leaves.into_iter();
        if leaves.any(|rule| matches!(rule, Rule::Parent { table, .. } if family.contains(table))) {
            family.push(table);
        }
    }
    family
}
