//! Classes by chance, as far as a catalogue is allowed to go: conditions only make stricter, and a store that gets a
//! row gets its whole key.

use super::super::dice::Dice;
use super::super::oracle::{Store, classes_under, combinations, goes};
use super::super::world::{Class, Classes, Kind, Rule, Table, Test, When, Who};

const KEY: [(usize, Class); 5] = [
    (50, Class::AnyRetailer),
    (30, Class::OwnCustomer),
    (8, Class::TransmissionOnly),
    (6, Class::RetailOnly),
    (4, Class::Discard),
];
const OTHER: [(usize, Class); 5] = [
    (30, Class::AnyRetailer),
    (30, Class::OwnCustomer),
    (15, Class::TransmissionOnly),
    (15, Class::RetailOnly),
    (10, Class::Discard),
];
const PUBLIC: [(usize, Class); 3] = [
    (60, Class::Reference),
    (30, Class::TransmissionOnly),
    (10, Class::Discard),
];
const STRICTER: [(Class, Class); 3] = [
    (Class::AnyRetailer, Class::OwnCustomer),
    (Class::AnyRetailer, Class::TransmissionOnly),
    (Class::OwnCustomer, Class::TransmissionOnly),
];

/// Gives every column a class, and the table conditions and an opening.
pub(super) fn classify(dice: &mut Dice, table: &mut Table) {
    for _ in 0..60 {
        attempt(dice, table);
        if is_allowed(table) {
            return;
        }
    }
    // Few keys can be withheld together with everything else; a multiset always can.
    table.whens.clear();
    table.opened = false;
    let class = if matches!(table.rule, Rule::Reference) {
        Class::Reference
    } else {
        Class::OwnCustomer
    };
    table
        .columns
        .iter_mut()
        .for_each(|column| column.class = Classes::Fixed(class));
}

fn attempt(dice: &mut Dice, table: &mut Table) {
    let public = matches!(table.rule, Rule::Reference);
    let key_class = dice.weighted(&KEY);
    for column in 0..table.columns.len() {
        let is_key = table.key.contains(&column);
        table.columns[column].class = match (public, is_key) {
            (true, true) => Classes::Fixed(Class::Reference),
            (true, false) => Classes::Fixed(dice.weighted(&PUBLIC)),
            (false, true) => Classes::Fixed(key_class),
            (false, false)
                if matches!(key_class, Class::TransmissionOnly | Class::Discard)
                    && !dice.chance(3) =>
            {
                Classes::Fixed(key_class)
            }
            (false, false) if dice.chance(15) => by_value(dice, table, column),
            (false, false) => Classes::Fixed(dice.weighted(&OTHER)),
        };
    }
    table.opened = false;
    table.whens.clear();
    if !public {
        let count = dice.weighted(&[(5, 0), (3, 1), (2, 2), (1, 3)]);
        table.whens = (0..count).filter_map(|_| when(dice, table)).collect();
    }
    table.opened = dice.chance(35) && opens(table);
}

/// A column that decides, text or int, and values that occur in it.
fn decider(dice: &mut Dice, table: &Table, but: usize) -> Option<(usize, Vec<String>, bool)> {
    let is_code = |&column: &usize| {
        column != but && matches!(table.columns[column].kind, Kind::Text | Kind::Int)
    };
    let columns: Vec<usize> = (0..table.columns.len()).filter(is_code).collect();
    if columns.is_empty() {
        return None;
    }
    let column = *dice.pick(&columns);
    let trim = table.columns[column].kind == Kind::Text && dice.chance(50);
    let mut values: Vec<String> = table
        .rows
        .iter()
        .filter_map(|row| row[column].code())
        .collect();
    values.push("7".to_owned());
    let mut few: Vec<String> = Vec::new();
    for value in dice.some(&values, 3) {
        let key = |text: &str| {
            if trim {
                text.trim().to_owned()
            } else {
                text.to_owned()
            }
        };
        // Names that are nothing but white space are refused.
        if !value.trim().is_empty() && !few.iter().any(|other| key(other) == key(&value)) {
            few.push(value);
        }
    }
    (!few.is_empty()).then_some((column, few, trim))
}

fn by_value(dice: &mut Dice, table: &Table, but: usize) -> Classes {
    let Some((column, values, trim)) = decider(dice, table, but) else {
        return Classes::Fixed(dice.weighted(&OTHER));
    };
    let cases = values
        .into_iter()
        .map(|value| (value, dice.weighted(&OTHER)))
        .collect();
    Classes::By {
        column,
        trim,
        cases,
        otherwise: dice.weighted(&OTHER),
    }
}

fn when(dice: &mut Dice, table: &Table) -> Option<When> {
    let possible = table.rule.possible();
    let count = dice.below(possible.len()) + 1;
    let rows: Vec<Who> = dice.some(possible, count);
    let base: Vec<Class> = (0..table.columns.len())
        .flat_map(|column| classes_under(table, column, &[]))
        .collect();
    let mut change: Vec<(Class, Class)> = Vec::new();
    for (from, to) in dice.some(&STRICTER, 2) {
        if base.contains(&from) && !change.iter().any(|(other, _)| *other == from) {
            change.push((from, to));
        }
    }
    let (column, test) = test(dice, table)?;
    (!change.is_empty()).then_some(When {
        column,
        test,
        rows,
        change,
    })
}

fn test(dice: &mut Dice, table: &Table) -> Option<(usize, Test)> {
    let numeric = |&column: &usize| matches!(table.columns[column].kind, Kind::Int | Kind::Tenths);
    let columns: Vec<usize> = (0..table.columns.len()).filter(numeric).collect();
    if dice.chance(50) || columns.is_empty() {
        let (column, values, trim) = decider(dice, table, usize::MAX)?;
        return Some((column, Test::In { values, trim }));
    }
    let column = *dice.pick(&columns);
    let bound = dice.between(-1, 6)
        * if table.columns[column].kind == Kind::Tenths {
            5
        } else {
            1
        };
    Some((
        column,
        if dice.chance(50) {
            Test::AtLeast(bound)
        } else {
            Test::Below(bound)
        },
    ))
}

/// Whether there is anything to open.
fn opens(table: &Table) -> bool {
    let shown = |column: usize, holding: &[usize]| {
        classes_under(table, column, holding).contains(&Class::AnyRetailer)
    };
    let columns = 0..table.columns.len();
    table.rule.possible().contains(&Who::Other) && columns.clone().any(|column| shown(column, &[]))
}

/// A granted cell has its key granted, whatever conditions hold.
fn is_allowed(table: &Table) -> bool {
    let fits = |store: Store, who: Who, holding: &[usize]| {
        let granted = |class: Class| goes(store, who, class, table.opened);
        let some = (0..table.columns.len()).any(|column| {
            classes_under(table, column, holding)
                .into_iter()
                .any(granted)
        });
        !some
            || table
                .key
                .iter()
                .all(|&key| classes_under(table, key, holding).into_iter().all(granted))
    };
    [Store::Retail, Store::Transmission]
        .into_iter()
        .all(|store| {
            let possible = table.rule.possible().iter();
            possible.clone().all(|&who| {
                combinations(table, who)
                    .iter()
                    .all(|holding| fits(store, who, holding))
            })
        })
}
