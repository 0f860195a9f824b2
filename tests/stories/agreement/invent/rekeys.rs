//! Replaced keys by chance: a key column, and all that refers to it or that it refers to where both go to retail.

use super::super::dice::Dice;
use super::super::oracle::{Store, brings};
use super::super::world::{Kind, Rule, World};

/// A column, by table and position.
type Place = (usize, usize);

/// Rekeys one key column of some worlds, and what hangs on it.
pub(super) fn replace(dice: &mut Dice, world: &mut World) {
    let keys: Vec<Place> = (0..world.tables.len())
        .flat_map(|table| world.tables[table].key.iter().map(move |&key| (table, key)))
        .filter(|&place| can_be_replaced(world, place))
        .collect();
    if keys.is_empty() || !dice.chance(40) {
        return;
    }
    let mut chosen = vec![*dice.pick(&keys)];
    let joined = joined(world);
    loop {
        let next = joined.iter().find_map(|&(one, other)| {
            let (has_one, has_other) = (chosen.contains(&one), chosen.contains(&other));
            (has_one != has_other).then_some(if has_one { other } else { one })
        });
        let Some(next) = next else { break };
        // A public code table's codes are not replaced, nor what refers to them.
        if !can_be_replaced(world, next) {
            return;
        }
        chosen.push(next);
    }
    for (table, column) in chosen {
        world.tables[table].columns[column].rekeyed = true;
    }
    let tables = &world.tables;
    world.limits.ranges.retain(|(table, _)| {
        let first = tables[*table].key[0];
        !tables[*table].columns[first].rekeyed
    });
}

fn can_be_replaced(world: &World, (table, column): Place) -> bool {
    let table = &world.tables[table];
    matches!(table.columns[column].kind, Kind::Text | Kind::Int)
        && !matches!(table.rule, Rule::Reference)
        && brings(table, column, Store::Retail)
}

/// Pairs of columns that a parent rule joins and that both go to retail.
fn joined(world: &World) -> Vec<(Place, Place)> {
    let mut pairs = Vec::new();
    for (child, table) in world.tables.iter().enumerate() {
        for rule in table.leaves() {
            let Rule::Parent {
                table: parent,
                key,
                references,
                ..
            } = rule
            else {
                continue;
            };
            for (&own, &other) in key.iter().zip(references) {
                let both = brings(table, own, Store::Retail)
                    && brings(&world.tables[*parent], other, Store::Retail);
                if both {
                    pairs.push(((child, own), (*parent, other)));
                }
            }
        }
    }
    pairs
}
