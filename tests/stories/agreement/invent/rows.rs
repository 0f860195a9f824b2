//! Rows of ordinary tables by chance, near the boundaries of the rules that will be asked.

use super::super::dice::Dice;
use super::super::world::{Column, Kind, Ledger, Rule, Table, Value};
use super::FEW_ROWS;
use super::cells::{LINKS, Pool, code, of_kind, text};
use super::tables::Frame;

/// The rows of a table whose rule is settled.
pub(super) fn rows(dice: &mut Dice, table: &Table, frame: &Frame<'_>) -> Vec<Vec<Value>> {
    let Frame {
        before,
        ledger,
        pool,
        ..
    } = *frame;
    let count = match frame.rows {
        FEW_ROWS if dice.chance(8) => 0,
        FEW_ROWS => dice.below(FEW_ROWS) + 1,
        many => many,
    };
    let mut ids: Vec<i64> = (0..count as i64).collect();
    dice.shuffle(&mut ids);
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for id in ids {
        if table.key.is_empty() && !rows.is_empty() && dice.chance(15) {
            rows.push(dice.pick(&rows).clone());
        } else {
            let mut row = row(dice, table, pool, id);
            let parents = table.rule.direct().iter();
            parents.for_each(|rule| find_parent(dice, rule, before, &mut row));
            if dice.chance(40) {
                final_reading(dice, table, &before[ledger.table], ledger, &mut row);
            }
            rows.push(row);
        }
    }
    rows
}

fn row(dice: &mut Dice, table: &Table, pool: &Pool, id: i64) -> Vec<Value> {
    let (point, near) = pool.point(dice);
    let (strange, _) = pool.point(dice);
    let grace = table.known_at.map_or(0, |(_, grace)| grace);
    let begins = pool.day(dice, &near);
    let mut row: Vec<Value> = table
        .columns
        .iter()
        .map(|column| match column.name.as_str() {
            "id" if column.kind == Kind::Int => Value::Int(id),
            "id" => Value::Text(format!("{id}")),
            "d1" => of_kind(dice, column.kind, begins),
            "d2" | "d3" if dice.chance(60) => {
                let later =
                    begins.map(|day| (day + dice.between(-1, 6)).clamp(-719_528, 2_932_896));
                of_kind(dice, column.kind, later)
            }
            "d2" | "d3" | "ld" => {
                let day = pool.day(dice, &near);
                of_kind(dice, column.kind, day)
            }
            "known" => {
                let day = pool.known(dice, &near, begins, grace);
                of_kind(dice, column.kind, day)
            }
            "slot" if dice.mishap(40) => number(dice, &[0, 49, -1, i64::MAX]),
            "slot" => number(dice, &[1, 2, 24, 47, 48, 48]),
            "code" => code(dice, &pool.codes),
            "li" => number(dice, &[0, 1, 2, 3, 4, 5, 6, 7]),
            "unit" if column.kind == Kind::Int => number(dice, &[1, 2, 3, -4]),
            "kw" if column.kind == Kind::Int => number(dice, &[-1, 0, 1, 5, 6]),
            "kw" => Value::Tenths(*dice.pick(&[-5, 0, 4, 5, 6, 24, 25, 5000])),
            "sp" | "br" | "pt" | "pu" => stranger(&strange, column),
            _ => text(dice, &LINKS, 6),
        })
        .collect();
    own_key(dice, table, &point, &mut row);
    if dice.mishap(2) {
        let broken = dice.below(row.len());
        row[broken] = Value::Misfit;
    }
    row
}

/// A period at the end of one in the ledger, written about where its grace begins or ends.
fn final_reading(
    dice: &mut Dice,
    table: &Table,
    home: &Table,
    ledger: &Ledger,
    row: &mut [Value],
) -> Option<()> {
    let during = |rule: &Rule| match rule {
        Rule::During {
            from,
            until,
            inclusive,
        } => Some((*from, *until, *inclusive)),
        _ => None,
    };
    let (from, until, inclusive) = table.rule.direct().iter().find_map(during)?;
    let ((known, grace), key) = (table.known_at?, table.ledger_key.as_ref()?);
    let days = |row: &&Vec<Value>| Some((row[ledger.from].day()?, row[ledger.until].day()?));
    let ended: Vec<&Vec<Value>> = home.rows.iter().filter(|row| days(row).is_some()).collect();
    let period = *ended.get(dice.below(ended.len().max(1)))?;
    let (first, end) = days(&period)?;
    let last = if ledger.inclusive { end } else { end - 1 };
    if last < first || last > first + 1000 {
        return None;
    }
    let begins = dice.between(first.max(last - 8), last);
    let ends = dice.between(begins, last) + i64::from(!inclusive.unwrap_or(ledger.inclusive));
    let written = last + 1 + dice.pick(&[-1, 0, 0, grace - 1, grace, grace, grace + 1]);
    for (column, day) in [(from, begins), (until, ends), (known, written)] {
        row[column] = of_kind(dice, table.columns[column].kind, Some(day));
    }
    for (&ours, &theirs) in key.iter().zip(&ledger.key) {
        row[ours] = period[theirs].clone();
    }
    Some(())
}

/// Most children have a parent.
fn find_parent(dice: &mut Dice, rule: &Rule, before: &[Table], row: &mut [Value]) {
    let Rule::Parent {
        table,
        key,
        references,
        ..
    } = rule
    else {
        return;
    };
    let parents = &before[*table].rows;
    if parents.is_empty() || dice.chance(20) {
        return;
    }
    let parent = dice.pick(parents);
    for (&ours, &theirs) in key.iter().zip(references) {
        row[ours] = parent[theirs].clone();
    }
}

/// The row's own ledger key, sometimes with a NULL in it.
fn own_key(dice: &mut Dice, table: &Table, point: &[Value], row: &mut [Value]) {
    for (&column, value) in table.ledger_key.iter().flatten().zip(point) {
        row[column] = if dice.mishap(12) {
            Value::Null
        } else {
            value.clone()
        };
    }
}

/// For columns that look like the ledger's key and are not.
fn stranger(key: &[Value], column: &Column) -> Value {
    let fits = |value: &&Value| {
        matches!(
            (value, column.kind),
            (Value::Text(_), Kind::Text) | (Value::Int(_), Kind::Int)
        )
    };
    key.iter().find(fits).cloned().unwrap_or(Value::Null)
}

fn number(dice: &mut Dice, from: &[i64]) -> Value {
    if dice.mishap(6) {
        Value::Null
    } else {
        Value::Int(*dice.pick(from))
    }
}
