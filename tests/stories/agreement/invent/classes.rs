//! Classes by chance, as far as a catalogue is allowed to go: conditions only make stricter, and a store that gets a
//! row gets its whole key.

use super::super::dice::Dice;
use super::super::oracle::{Store, classes_under, combinations, goes};
use super::super::world::{Bound, Class, Classes, Kind, Rule, Table, Test, When, Who};

const KEY: [(usize, Class); 6] = [
    (50, Class::AnyRetailer),
    (30, Class::OwnCustomer),
    (8, Class::TransmissionOnly),
    (6, Class::RetailOnly),
    (3, Class::Hold),
    (4, Class::Discard),
];
const OTHER: [(usize, Class); 6] = [
    (30, Class::AnyRetailer),
    (30, Class::OwnCustomer),
    (15, Class::TransmissionOnly),
    (15, Class::RetailOnly),
    (8, Class::Hold),
    (10, Class::Discard),
];
const OF_ANOTHER_TIME: [(usize, Class); 5] = [
    (5, Class::Hold),
    (40, Class::AnyRetailer),
    (40, Class::OwnCustomer),
    (10, Class::TransmissionOnly),
    (5, Class::Discard),
];
const PUBLIC: [(usize, Class); 3] = [
    (60, Class::Reference),
    (30, Class::TransmissionOnly),
    (10, Class::Discard),
];
const STRICTER: [(Class, Class); 8] = [
    (Class::AnyRetailer, Class::Hold),
    (Class::OwnCustomer, Class::Hold),
    (Class::TransmissionOnly, Class::Hold),
    (Class::RetailOnly, Class::Hold),
    (Class::RetailOnly, Class::Discard),
    (Class::AnyRetailer, Class::OwnCustomer),
    (Class::AnyRetailer, Class::TransmissionOnly),
    (Class::OwnCustomer, Class::TransmissionOnly),
];

/// Gives every column a class, and the table conditions and an opening.
pub(super) fn classify(dice: &mut Dice, before: &[Table], table: &mut Table) {
    for _ in 0..60 {
        attempt(dice, before, table);
        if is_allowed(table) {
            return;
        }
    }
    // Few keys can be withheld together with everything else; a multiset always can.
    table.whens.clear();
    table.cells.clear();
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

fn attempt(dice: &mut Dice, before: &[Table], table: &mut Table) {
    let public = matches!(table.rule, Rule::Reference);
    let key_class = dice.weighted(&KEY);
    for column in 0..table.columns.len() {
        let is_key = table.key.contains(&column);
        // The retailer's own is its own at any time.
        let other = if table
            .cells
            .iter()
            .any(|cells| cells.columns.contains(&column))
        {
            &OF_ANOTHER_TIME[..]
        } else {
            &OTHER[..]
        };
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
            (false, false) if dice.chance(15) => by_value(dice, table, column, other),
            (false, false) => Classes::Fixed(dice.weighted(other)),
        };
    }
    table.opened = false;
    table.whens.clear();
    if !public {
        let count = dice.weighted(&[(5, 0), (3, 1), (2, 2), (1, 3)]);
        table.whens = (0..count)
            .filter_map(|_| when(dice, before, table))
            .collect();
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

fn by_value(dice: &mut Dice, table: &Table, but: usize, classes: &[(usize, Class)]) -> Classes {
    let Some((column, values, trim)) = decider(dice, table, but) else {
        return Classes::Fixed(dice.weighted(classes));
    };
    let cases = values
        .into_iter()
        .map(|value| (value, dice.weighted(classes)))
        .collect();
    Classes::By {
        column,
        trim,
        cases,
        otherwise: dice.weighted(classes),
    }
}

fn when(dice: &mut Dice, before: &[Table], table: &Table) -> Option<When> {
    let possible = table.rule.possible();
    let count = dice.below(possible.len()) + 1;
    let mut rows: Vec<Who> = dice.some(possible, count);
    let base: Vec<Class> = (0..table.columns.len())
        .flat_map(|column| classes_under(table, column, rows[0], &[]))
        .collect();
    let mut change: Vec<(Class, Class)> = Vec::new();
    for (from, to) in dice.some(&STRICTER, 2) {
        if base.contains(&from) && !change.iter().any(|(other, _)| *other == from) {
            change.push((from, to));
        }
    }
    let mut parents = Vec::new();
    parents_of_every_row(&table.rule, &mut parents);
    let asked = !parents.is_empty() && dice.chance(60);
    let parent = asked.then(|| dice.pick(&parents).clone());
    if asked && dice.chance(60) {
        // A rejected parent, which is rare, leaves most rows undecided.
        rows = possible.to_vec();
    }
    let (column, test) = match &parent {
        Some(Rule::Parent { table, .. }) => test(dice, &before[*table])?,
        _ => test(dice, table)?,
    };
    let every: Vec<usize> = (0..table.columns.len()).collect();
    let count = dice.below(6) + 1;
    let columns = dice.chance(35).then(|| dice.some(&every, count));
    (!change.is_empty()).then_some(When {
        parent,
        column,
        test,
        rows,
        change,
        columns,
    })
}

/// The parent rules that are asked of every row, each of which is the only one to its table.
fn parents_of_every_row(rule: &Rule, found: &mut Vec<Rule>) {
    fn collect(rule: &Rule, found: &mut Vec<Rule>) {
        match rule {
            Rule::Parent { .. } => found.push(rule.clone()),
            Rule::All(rules) | Rule::Any(rules) => {
                rules.iter().for_each(|rule| collect(rule, found));
            }
            _ => {}
        }
    }
    collect(rule, found);
    let table = |rule: &Rule| match rule {
        Rule::Parent { table, .. } => Some(*table),
        _ => None,
    };
    let tables: Vec<Option<usize>> = found.iter().map(table).collect();
    found.retain(|rule| tables.iter().filter(|other| **other == table(rule)).count() == 1);
}

fn test(dice: &mut Dice, table: &Table) -> Option<(usize, Test)> {
    let bounded = |&column: &usize| table.columns[column].kind != Kind::Text;
    let columns: Vec<usize> = (0..table.columns.len()).filter(bounded).collect();
    if dice.chance(40) || columns.is_empty() {
        let (column, values, trim) = decider(dice, table, usize::MAX)?;
        let listed = dice.chance(50);
        return Some((
            column,
            if listed {
                Test::In { values, trim }
            } else {
                Test::NotIn { values, trim }
            },
        ));
    }
    let column = *dice.pick(&columns);
    let mut bounds = [bound(dice, table, column), bound(dice, table, column)];
    if let [
        Bound::Number(one) | Bound::Day(one),
        Bound::Number(other) | Bound::Day(other),
    ] = bounds
        && one > other
    {
        bounds.reverse();
    }
    let [least, below] = bounds.map(Some);
    let (at_least, below) = match dice.below(3) {
        0 => (least, None),
        1 => (None, below),
        // No value is at least a day and below it.
        _ if holds_nothing(bounds) => (least, None),
        _ => (least, below),
    };
    Some((column, Test::Within { at_least, below }))
}

fn holds_nothing(bounds: [Bound; 2]) -> bool {
    match bounds {
        [Bound::Number(one), Bound::Number(other)] | [Bound::Day(one), Bound::Day(other)] => {
            one >= other
        }
        [Bound::Cutover, other] => matches!(other, Bound::Cutover),
        _ => false,
    }
}

/// Near what stands in the column.
fn bound(dice: &mut Dice, table: &Table, column: usize) -> Bound {
    let kind = table.columns[column].kind;
    if !kind.is_day() {
        let times = if kind == Kind::Tenths { 5 } else { 1 };
        return Bound::Number(dice.between(-1, 6) * times);
    }
    let days = table.rows.iter().filter_map(|row| row[column].day());
    let days: Vec<i64> = days
        .filter(|day| (-719_000..2_932_000).contains(day))
        .collect();
    if days.is_empty() || dice.chance(40) {
        return Bound::Cutover;
    }
    Bound::Day(dice.pick(&days) + dice.between(-1, 1))
}

/// Whether there is anything to open.
fn opens(table: &Table) -> bool {
    let shown =
        |column: usize| classes_under(table, column, Who::Other, &[]).contains(&Class::AnyRetailer);
    table.rule.possible().contains(&Who::Other) && (0..table.columns.len()).any(shown)
}

/// A granted cell has its key granted, whatever conditions hold.
fn is_allowed(table: &Table) -> bool {
    let fits = |store: Store, who: Who, holding: &[usize]| {
        let granted = |class: Class| goes(store, who, class, table.opened);
        let some = (0..table.columns.len()).any(|column| {
            classes_under(table, column, who, holding)
                .into_iter()
                .any(granted)
        });
        !some
            || table.key.iter().all(|&key| {
                classes_under(table, key, who, holding)
                    .into_iter()
                    .all(granted)
            })
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
