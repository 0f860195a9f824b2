//! Ledger keys through another table, by chance: a table of meters that hang at one supply point after the other, and tables that name
//! the meter instead of the point.

use super::super::dice::Dice;
use super::super::world::{Kind, Ledger, Rule, Table, Through, Time, Value, World};
use super::cells::{LINKS, Pool, of_kind};
use super::classes;
use super::ledger::{day_kind, empty, plain};

/// Names of the supply point that no other table has.
const POINT: [&str; 2] = ["hp", "hq"];

/// Adds a table of meters to some worlds, and lets some tables that name the point name the meter.
pub(super) fn hang(dice: &mut Dice, world: &mut World, pool: &Pool) {
    if world.tables.iter().any(|table| table.rows.len() > 1_000) || dice.chance(55) {
        return;
    }
    let hanging = world.tables.len();
    let meters = meters(dice, &world.ledger, &world.tables, pool);
    let mut through = Through {
        table: hanging,
        references: vec![meters.column("meter")],
        from: meters.column("hung"),
        until: meters.column("taken"),
        inclusive: dice.chance(50),
        open: if dice.chance(30) {
            vec![2_932_896]
        } else {
            Vec::new()
        },
        null_is_open: dice.chance(60),
    };
    let first = 1 + world.ledger.parts.len();
    let mut named = false;
    for position in first..world.tables.len() {
        let table = &world.tables[position];
        let column = table.column("lt");
        let is_asked = table.ledger_key.is_some()
            && !table.rule.is_constant()
            && !table.columns[column].rekeyed
            && !owners_are_asked(world, position);
        if is_asked && dice.chance(60) {
            // Two ways through one table, now and then.
            through.inclusive ^= named && dice.chance(20);
            let table = &mut world.tables[position];
            table.ledger_key = Some(vec![column]);
            table.ledger_key_written = true;
            table.through = Some(through.clone());
            named = true;
        }
    }
    if named {
        world.tables.push(meters);
    }
}

/// Whether some table without a key of its own asks who supplied the points of this one's rows.
fn owners_are_asked(world: &World, position: usize) -> bool {
    let asks = |table: &&Table| table.ledger_key.is_none() && table.known_at.is_some();
    let mut asking = world.tables.iter().filter(asks);
    asking.any(|table| is_above(world, table, position))
}

fn is_above(world: &World, table: &Table, above: usize) -> bool {
    let leaves = table.leaves();
    let mut parents = leaves.iter().filter_map(|rule| match rule {
        Rule::Parent { table, .. } => Some(*table),
        _ => None,
    });
    parents.any(|parent| parent == above || is_above(world, &world.tables[parent], above))
}

fn meters(dice: &mut Dice, ledger: &Ledger, tables: &[Table], pool: &Pool) -> Table {
    let part = &ledger.parts[0];
    let home = &tables[part.table];
    let mut columns = vec![
        plain("id", Kind::Int),
        plain("meter", Kind::Text),
        plain("hung", day_kind(dice)),
        plain("taken", day_kind(dice)),
        plain("note", Kind::Text),
    ];
    for (name, &key) in POINT.iter().zip(&part.key) {
        columns.push(plain(name, home.columns[key].kind));
    }
    dice.shuffle(&mut columns);
    let name = (*dice.pick(&["hanging", "zz_hanging", "a_hanging"])).to_owned();
    let mut table = empty(name, Vec::new(), columns, Rule::AllTransmission);
    table.key = vec![table.column("id")];
    let keys = POINT[..part.key.len()].iter();
    table.ledger_key = Some(keys.map(|key| table.column(key)).collect());
    table.ledger_key_written = true;
    table.rule = match dice.below(3) {
        0 => Rule::Ledger(Time::AtCutover),
        1 => Rule::Ledger(Time::During {
            from: table.column("hung"),
            until: table.column("taken"),
            inclusive: Some(dice.chance(50)),
        }),
        _ => Rule::AllTransmission,
    };
    let mut id = 0;
    for meter in LINKS {
        let mut day = pool.first - dice.between(0, 10);
        for _ in 0..dice.below(4) {
            let next = day + dice.between(3, 40);
            let (point, _) = pool.point(dice);
            let last = dice.chance(40);
            // A day early or late, now and then.
            let from = if dice.mishap(10) { day - 1 } else { day };
            let until = (!last || dice.chance(50)).then_some(next);
            let row = table
                .columns
                .iter()
                .map(|column| match column.name.as_str() {
                    "id" => Value::Int(id),
                    "meter" => Value::Text(meter.to_owned()),
                    "hung" if dice.mishap(3) => Value::Null,
                    "hung" => of_kind(dice, column.kind, Some(from)),
                    "taken" => of_kind(dice, column.kind, until),
                    "note" if dice.mishap(3) => Value::Misfit,
                    "note" => Value::Null,
                    key => {
                        let place = POINT.iter().position(|name| *name == key).unwrap();
                        if dice.mishap(4) {
                            Value::Null
                        } else {
                            point[place].clone()
                        }
                    }
                });
            let row = row.collect();
            table.rows.push(row);
            id += 1;
            day = next + dice.between(0, 1) * dice.between(0, 5);
            if last {
                break;
            }
        }
    }
    classes::classify(dice, tables, &mut table);
    table
}
