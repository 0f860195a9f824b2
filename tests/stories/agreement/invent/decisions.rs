//! Decisions of people by chance: on rows that the page leaves undecided, and at times on rows that it does not, or
//! on none at all.

use super::super::dice::Dice;
use super::super::oracle::{expected, is_retailers_own, refused};
use super::super::world::{Decision, Value, Who, World};

/// More rows than a small world has: there the last table alone is decided, since every table asks the oracle anew.
const MANY: usize = 1000;

/// Adds decisions to a world, a table after its parents, because a decided parent decides its children.
pub(super) fn decide(dice: &mut Dice, world: &mut World) {
    if refused(world) || !dice.chance(40) {
        return;
    }
    let many = world.tables.iter().any(|table| table.rows.len() > MANY);
    let first = if many { world.tables.len() - 1 } else { 0 };
    for table in first..world.tables.len() {
        let asked = &world.tables[table];
        if asked.key.is_empty() || asked.rule.is_constant() || !dice.chance(60) {
            continue;
        }
        let verdicts = expected(world).verdicts.swap_remove(table);
        let undecided: Vec<Vec<Value>> = asked
            .staged()
            .filter(|&at| verdicts[at].is_some_and(|verdict| verdict.who == Who::Undecided))
            .map(|at| asked.key_of(&asked.rows[at]))
            .collect();
        let of_another: Vec<Vec<Value>> = if is_retailers_own(world, table) {
            let other = |at: &usize| verdicts[*at].is_some_and(|verdict| verdict.who == Who::Other);
            let rows = asked.staged().filter(other);
            rows.map(|at| asked.key_of(&asked.rows[at])).collect()
        } else {
            Vec::new()
        };
        let count = if of_another.is_empty() {
            0
        } else {
            dice.below(4)
        };
        let overruled = dice.some(&of_another, count);
        let overruled = overruled.into_iter().map(|key| Decision {
            table,
            key,
            own: true,
        });
        world.decisions.extend(overruled);
        let count = dice.below(5);
        let chosen = dice.some(&undecided, count);
        world
            .decisions
            .extend(chosen.into_iter().map(|key| Decision {
                table,
                key,
                own: dice.chance(50),
            }));
    }
    dice.shuffle(&mut world.decisions);
    if dice.chance(25) {
        one_too_many(dice, world);
    }
}

/// On any row, decided by the rules or rejected, or on a row that is not there.
fn one_too_many(dice: &mut Dice, world: &mut World) {
    let table = dice.below(world.tables.len());
    let asked = &world.tables[table];
    if asked.key.is_empty() || asked.rule.is_constant() || asked.rows.is_empty() {
        return;
    }
    let row: &Vec<Value> = dice.pick(&asked.rows);
    let mut key = asked.key_of(row);
    if let (Value::Text(text), true) = (&mut key[0], dice.chance(50)) {
        text.push('|');
    }
    let spelt = |value: &Value| !matches!(value, Value::Null | Value::Misfit);
    let twice = world
        .decisions
        .iter()
        .any(|decision| decision.table == table && decision.key == key);
    if key.iter().all(spelt) && !twice {
        let own = dice.chance(50);
        world.decisions.push(Decision { table, key, own });
    }
}
