//! References beside those of rules: said by the catalogue, or declared by the source. In circles too, and to itself.

use super::super::dice::Dice;
use super::super::oracle::{Store, brings};
use super::super::world::{Reference, World};

/// Up to four of them.
pub(super) fn refer(dice: &mut Dice, world: &mut World) {
    for _ in 0..dice.below(5) {
        let (table, to) = (
            dice.below(world.tables.len()),
            dice.below(world.tables.len()),
        );
        let width = 1 + usize::from(dice.chance(30));
        let mut pairs = pairs(world, table, to);
        dice.shuffle(&mut pairs);
        // Keys are what is referred to, mostly.
        let keyed = dice.chance(70);
        pairs.sort_by_key(|(_, other)| keyed && !world.tables[to].key.contains(other));
        let mut chosen: Vec<(usize, usize)> = Vec::new();
        for (own, other) in pairs {
            let doubled = chosen.iter().any(|(a, b)| *a == own || *b == other);
            if !doubled && chosen.len() < width {
                chosen.push((own, other));
            }
        }
        let (columns, references): (Vec<usize>, Vec<usize>) = chosen.into_iter().unzip();
        let new = Reference {
            table,
            columns,
            to,
            references,
            declared: dice.chance(50),
        };
        let same = |old: &Reference| {
            (old.table, old.to, &old.columns, &old.references)
                == (new.table, new.to, &new.columns, &new.references)
        };
        let itself = table == to && new.columns == new.references;
        if !new.columns.is_empty() && !itself && !world.references.iter().any(same) {
            world.references.push(new);
        }
    }
}

/// Columns that can be compared: of one kind, and both replaced in retail or neither.
fn pairs(world: &World, table: usize, to: usize) -> Vec<(usize, usize)> {
    let (own, other) = (&world.tables[table], &world.tables[to]);
    let mut pairs = Vec::new();
    for (a, one) in own.columns.iter().enumerate() {
        for (b, two) in other.columns.iter().enumerate() {
            let both = brings(own, a, Store::Retail) && brings(other, b, Store::Retail);
            if one.kind.refers_to(two.kind) && (!both || one.rekeyed == two.rekeyed) {
                pairs.push((a, b));
            }
        }
    }
    pairs
}
