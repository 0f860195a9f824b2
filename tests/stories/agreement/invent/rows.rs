//! Rows of ordinary tables by chance, near the boundaries of the rules that will be asked.

use super::super::dice::Dice;
use super::super::world::{
    CodeDay, Column, Early, End, Kind, KnownAt, Ledger, Part, Rule, Table, Time, Value,
};
use super::FEW_ROWS;
use super::cells::{LINKS, Pool, code, month, of_kind, text};
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
            let leaves = table.leaves();
            let parents = leaves.iter();
            let days: Vec<i64> = parents
                .flat_map(|rule| find_parent(dice, rule, before, &mut row))
                .collect();
            if dice.chance(40) {
                final_reading(dice, table, before, ledger, &mut row);
            } else if let Some(known_at) = table.known_at.as_ref().filter(|_| dice.chance(55)) {
                written(dice, table, known_at, (pool.cutover, days), &mut row);
            }
            rows.push(row);
        }
    }
    rows
}

fn row(dice: &mut Dice, table: &Table, pool: &Pool, id: i64) -> Vec<Value> {
    let (point, near) = pool.point(dice);
    let (strange, _) = pool.point(dice);
    let known_at = table.known_at.as_ref();
    let grace = known_at.map_or(0, |known_at| known_at.grace);
    let early = match known_at.and_then(|known_at| known_at.early) {
        Some(Early::Days(days)) => days,
        Some(Early::Own | Early::Undecided) | None => 1,
    };
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
            "known" if dice.chance(8) => Value::Null,
            "known" | "made" => {
                let day = pool.known(dice, &near, begins, (grace, early));
                of_kind(dice, column.kind, day)
            }
            "mi" | "mt" => {
                let day = pool.day(dice, &near);
                month(dice, column.kind, day)
            }
            "ty" if column.kind == Kind::Int => number(dice, &[1, 1, 2, 2, 3]),
            "ty" if dice.mishap(8) => text(dice, &["D", "a", ""], 6),
            "ty" => text(dice, &["A", "A", "B", "B", "C"], 6),
            "p1" | "p3" => figure(dice, column.kind),
            "slot" if dice.mishap(40) => number(dice, &[0, 49, -1, i64::MAX]),
            "slot" => number(dice, &[1, 2, 24, 47, 48, 48]),
            "code" => code(dice, &pool.codes),
            "li" => number(dice, &[0, 1, 2, 3, 4, 5, 6, 7]),
            "unit" if column.kind == Kind::Int => number(dice, &[1, 2, 3, -4]),
            "kw" => figure(dice, column.kind),
            "sp" | "br" | "pt" | "pu" => stranger(&strange, column),
            _ => text(dice, &LINKS, 6),
        })
        .collect();
    own_key(dice, table, &point, &mut row);
    if dice.mishap(3) {
        let broken = dice.below(row.len());
        row[broken] = Value::Misfit;
    }
    row
}

fn figure(dice: &mut Dice, kind: Kind) -> Value {
    match kind {
        Kind::Int => number(dice, &[-1, 0, 1, 5, 6]),
        _ => Value::Tenths(*dice.pick(&[-5, 0, 4, 5, 6, 24, 25, 5000])),
    }
}

/// A row that speaks of the last days of a period in the ledger, written about where its grace begins or ends.
fn final_reading(
    dice: &mut Dice,
    table: &Table,
    before: &[Table],
    ledger: &Ledger,
    row: &mut [Value],
) -> Option<()> {
    let (known_at, key) = (table.known_at.as_ref()?, table.ledger_key.as_ref()?);
    let part = dice.pick(&ledger.parts);
    let lost = dice.chance(80);
    let (period, first, last) = ended(dice, &before[part.table], part, ledger, lost)?;
    let begins = dice.between(first.max(last - 8), last);
    let ends = if dice.chance(75) {
        last
    } else {
        dice.between(begins, last)
    };
    let mut days = Vec::new();
    for rule in table.rule.leaves() {
        match rule {
            Rule::Ledger(Time::During {
                from,
                until,
                inclusive,
            }) => {
                let end = ends + i64::from(*inclusive == Some(false));
                days.extend([(*from, begins), (*until, end)]);
            }
            Rule::Ledger(Time::At { column, .. } | Time::AtSlot { date: column, .. })
            | Rule::Code {
                at: CodeDay::Column(column),
                ..
            } => days.push((*column, ends)),
            _ => {}
        }
    }
    let grace = known_at.grace;
    let after = [-1, 0, 1, 1, 1, 1, grace, grace, grace, grace + 1];
    days.push((known_at.columns[0], ends + dice.pick(&after)));
    for (column, day) in days {
        row[column] = of_kind(dice, table.columns[column].kind, Some(day));
    }
    for (&ours, &theirs) in key.iter().zip(&part.key) {
        row[ours] = period[theirs].clone();
    }
    Some(())
}

/// A period that ended, with its first and last day; one of the incumbent's with another's after it, if asked and there.
fn ended<'t>(
    dice: &mut Dice,
    home: &'t Table,
    part: &Part,
    ledger: &Ledger,
    lost: bool,
) -> Option<(&'t Vec<Value>, i64, i64)> {
    let days = |row: &'t Vec<Value>| {
        let (first, end) = (row[part.from].day()?, row[part.until].day()?);
        let last = match ledger.end {
            End::Until {
                inclusive: true, ..
            } => end,
            End::Until { .. } | End::Next => end - 1,
        };
        (first <= last && last <= first + 1000).then_some((row, first, last))
    };
    let ended: Vec<_> = home.rows.iter().filter_map(days).take(500).collect();
    let key = |row: &Vec<Value>| -> Vec<Value> {
        part.key.iter().map(|&column| row[column].clone()).collect()
    };
    let is = |row: &Vec<Value>, code: &str| row[part.retailer] == Value::Text(code.to_owned());
    let mut before_another = ended.clone();
    before_another.retain(|(row, _, last)| {
        let mut later = ended.iter().filter(|(_, first, _)| *first == last + 1);
        is(row, "99010") && later.any(|(next, ..)| key(next) == key(row) && is(next, "99020"))
    });
    let from = if lost && !before_another.is_empty() {
        before_another
    } else {
        ended
    };
    from.get(dice.below(from.len().max(1))).copied()
}

/// Written about the last day that the row speaks of, or about where its grace ends.
fn written(
    dice: &mut Dice,
    table: &Table,
    known_at: &KnownAt,
    (cutover, mut days): (i64, Vec<i64>),
    row: &mut [Value],
) -> Option<()> {
    let last = |rule: &Rule| match rule {
        Rule::Ledger(Time::At { column, .. } | Time::During { until: column, .. })
        | Rule::Ledger(Time::AtSlot { date: column, .. })
        | Rule::Code {
            at: CodeDay::Column(column),
            ..
        } => row[*column].day(),
        Rule::Ledger(Time::AtCutover) | Rule::Code { .. } | Rule::AllRetail => Some(cutover),
        _ => None,
    };
    days.extend(table.rule.leaves().into_iter().filter_map(last));
    let day = *days.get(dice.below(days.len().max(1)))?;
    let grace = known_at.grace;
    let day = day + dice.pick(&[-1, 0, 1, 1, grace, grace, grace + 1, grace + 1]);
    let column = *dice.pick(&known_at.columns);
    let kind = table.columns[column].kind;
    row[column] = of_kind(dice, kind, Some(day.clamp(-719_528, 2_932_896)));
    Some(())
}

/// Most children have a parent; its days.
fn find_parent(dice: &mut Dice, rule: &Rule, before: &[Table], row: &mut [Value]) -> Vec<i64> {
    let Rule::Parent {
        table,
        key,
        references,
        ..
    } = rule
    else {
        return Vec::new();
    };
    let parents = &before[*table].rows;
    if parents.is_empty() || dice.chance(20) {
        return Vec::new();
    }
    let parent = dice.pick(parents);
    for (&ours, &theirs) in key.iter().zip(references) {
        row[ours] = parent[theirs].clone();
    }
    parent.iter().filter_map(Value::day).collect()
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
