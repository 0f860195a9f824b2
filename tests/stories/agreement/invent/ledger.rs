//! The ledger and the list of retailers: periods that follow each other, and every way in which they do not.

use std::collections::BTreeSet;

use super::super::dice::Dice;
use super::super::world::{Class, Classes, Column, Kind, Ledger, NotOwn, Rule, Table, Value};
use super::cells::{any_day, code, moment, text};
use super::{FEW_POINTS, WINDOW, classes, padded};

pub(super) const KEYS: [&str; 2] = ["sp", "br"];
const KINDS: [&str; 6] = ["grid", "grid", "grid", "island", "last", " island"];

pub(super) fn plain(name: &str, kind: Kind) -> Column {
    Column {
        name: name.to_owned(),
        kind,
        class: Classes::Fixed(Class::OwnCustomer),
        rekeyed: false,
    }
}

pub(super) fn date_kind(dice: &mut Dice) -> Kind {
    *dice.pick(&[Kind::Iso, Kind::Compact, Kind::Slashed])
}

pub(super) fn day_kind(dice: &mut Dice) -> Kind {
    if dice.chance(40) {
        Kind::Moment
    } else {
        date_kind(dice)
    }
}

/// The public list; the incumbent's own code stands in some, and some are not public at all.
pub(super) fn retailers(dice: &mut Dice) -> Table {
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for code in ["99020", "99030", "98010", "99010", "00000", ""] {
        if dice.chance(if code.starts_with("990") { 85 } else { 30 }) {
            let (id, code) = (
                Value::Int(rows.len() as i64),
                Value::Text(padded(dice, code)),
            );
            let last = if dice.chance(4) {
                Value::Misfit
            } else {
                Value::Int(1)
            };
            rows.push(vec![
                id,
                if dice.chance(5) { Value::Null } else { code },
                last,
            ]);
        }
    }
    let columns = vec![
        plain("id", Kind::Int),
        plain("code", Kind::Text),
        plain("used", Kind::Int),
    ];
    let name = (*dice.pick(&["code_retailer", "zz_retailer", "a_retailer"])).to_owned();
    let rule = dice.weighted(&[(6, 0), (1, 1), (1, 2)]);
    let rule = [Rule::Reference, Rule::AllTransmission, Rule::AllRetail][rule].clone();
    let key = if dice.chance(20) { Vec::new() } else { vec![0] };
    let mut table = empty(name, key, columns, rule);
    table.rows = rows;
    classes::classify(dice, &mut table);
    table
}

pub(super) fn empty(name: String, key: Vec<usize>, columns: Vec<Column>, rule: Rule) -> Table {
    Table {
        name,
        key,
        columns,
        rule,
        known_at: None,
        ledger_key: None,
        ledger_key_written: false,
        whens: Vec::new(),
        opened: false,
        indexed: false,
        rows: Vec::new(),
    }
}

/// The ledger, table and rows.
pub(super) fn ledger(
    dice: &mut Dice,
    first: i64,
    codes: &[String],
    size: usize,
) -> (Ledger, Table) {
    let mut table = frame(dice);
    let key: Vec<usize> = KEYS
        .iter()
        .filter_map(|key| table.columns.iter().position(|one| one.name == *key))
        .collect();
    let ends = [2_932_896, first + dice.between(20, WINDOW), -719_162];
    let (count, kinds_of_end) = (dice.below(3), if dice.chance(80) { 2 } else { 3 });
    let ledger = Ledger {
        table: 1,
        key: key.clone(),
        retailer: table.column("code"),
        from: table.column("from"),
        until: table.column("until"),
        inclusive: dice.chance(50),
        trim: dice.chance(50),
        open: dice.some(&ends[..kinds_of_end], count),
        null_is_open: dice.chance(40),
        not_own: dice.chance(60).then(|| NotOwn {
            column: table.column("kind"),
            values: vec!["island".to_owned(), "last\u{3000}".to_owned()],
            trim: dice.chance(50),
        }),
    };
    let written = dice.chance(30).then_some(ledger.inclusive);
    table.rule = Rule::During {
        from: ledger.from,
        until: ledger.until,
        inclusive: written,
    };
    table.ledger_key_written = dice.chance(20);
    table.ledger_key = Some(key);
    table.known_at = dice
        .chance(40)
        .then(|| (table.column("entered"), *dice.pick(&[0, 3, 45])));
    let points = points(dice, &table, &ledger, size);
    table.rows = rows(dice, first, &table, &ledger, codes, points);
    if !table.rows.is_empty() && dice.chance(8) {
        let (row, column) = (dice.below(table.rows.len()), *dice.pick(&ledger.key));
        table.rows[row][column] = if dice.chance(50) {
            Value::Null
        } else {
            Value::Misfit
        };
    }
    settle_key(&mut table);
    classes::classify(dice, &mut table);
    (ledger, table)
}

fn frame(dice: &mut Dice) -> Table {
    let kinds = [Kind::Text, Kind::Int];
    let width = if dice.chance(35) { 2 } else { 1 };
    let mut columns: Vec<Column> = KEYS[..width]
        .iter()
        .map(|name| plain(name, *dice.pick(&kinds)))
        .collect();
    columns.extend(
        [
            ("code", Kind::Text),
            ("kind", Kind::Text),
            ("lt", Kind::Text),
            ("memo", Kind::Text),
        ]
        .map(|(name, kind)| plain(name, kind)),
    );
    columns.extend(["seq", "li"].map(|name| plain(name, Kind::Int)));
    columns.extend([
        plain("from", date_kind(dice)),
        plain("until", date_kind(dice)),
        plain("entered", day_kind(dice)),
    ]);
    dice.shuffle(&mut columns);
    let at = |name: &str| {
        columns
            .iter()
            .position(|column| column.name == name)
            .unwrap()
    };
    let own: Vec<usize> = KEYS[..width].iter().map(|name| at(name)).collect();
    let reversed: Vec<usize> = own.iter().rev().copied().collect();
    let (seq, from) = (vec![at("seq")], vec![at("from")]);
    let key = match dice.below(8) {
        0 => Vec::new(),
        1 => seq,
        2 => [seq, own].concat(),
        3 => [reversed, seq].concat(),
        4 => [from, own].concat(),
        5 => [own, seq].concat(),
        _ => [own, from].concat(),
    };
    let name = (*dice.pick(&["supply_period", "b_ledger"])).to_owned();
    let mut table = empty(name, key, columns, Rule::AllTransmission);
    table.indexed = dice.chance(30);
    table
}

/// The keys that the ledger speaks of: some are one key to a careless reader.
fn points(dice: &mut Dice, table: &Table, ledger: &Ledger, size: usize) -> BTreeSet<Vec<Value>> {
    let few = size <= FEW_POINTS;
    let count = if few { dice.below(size) + 1 } else { size };
    let mut point = || {
        let mut part = |(part, &column): (usize, &usize)| {
            let number = if few { 0 } else { dice.below(size) };
            part_of_key(dice, part, table.columns[column].kind, number)
        };
        ledger.key.iter().enumerate().map(&mut part).collect()
    };
    (0..count).map(|_| point()).collect()
}

fn part_of_key(dice: &mut Dice, part: usize, kind: Kind, number: usize) -> Value {
    let texts = [
        ["p1", "p1 ", "p12", "P1", "\u{ff50}1", "", "p1\u{3000}"],
        ["a", "2a", "a ", "", "A", "b", "c"],
    ];
    let numbers = [
        [1, 2, 3, 12, -1, i64::MAX, i64::MIN],
        [1, 0, 2, 21, -1, i64::MIN, 3],
    ];
    match (kind, number) {
        (Kind::Text, 0) => Value::Text((*dice.pick(&texts[part])).to_owned()),
        (Kind::Text, _) => Value::Text(format!("{}{number}", dice.pick(&texts[part]))),
        _ => Value::Int(dice.pick(&numbers[part]).wrapping_add(number as i64)),
    }
}

fn rows(
    dice: &mut Dice,
    first: i64,
    table: &Table,
    ledger: &Ledger,
    codes: &[String],
    points: BTreeSet<Vec<Value>>,
) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for point in points {
        let mut cursor = first
            + if dice.mishap(40) {
                dice.between(-5, 30)
            } else {
                dice.between(-15, 5)
            };
        let periods = dice.weighted(&[(4, 1), (6, 2), (4, 3), (2, 4)]);
        for period in 1..=periods {
            let (from, until, next) = bounds(dice, cursor, ledger, period == periods);
            cursor = next;
            let row = row(dice, first, table, ledger, codes, (&point, from, until));
            if table.key.is_empty() && dice.chance(10) {
                rows.push(row.clone());
            }
            rows.push(row);
        }
    }
    dice.shuffle(&mut rows);
    let seq = table.column("seq");
    rows.iter_mut()
        .enumerate()
        .for_each(|(at, row)| row[seq] = Value::Int(at as i64));
    dice.shuffle(&mut rows);
    rows
}

/// From, until, and where the next period would begin.
fn bounds(dice: &mut Dice, from: i64, ledger: &Ledger, is_last: bool) -> (Value, Value, i64) {
    let after = from + dice.between(1, 20);
    let end = if ledger.inclusive { after - 1 } else { after };
    let next = after
        + if dice.mishap(20) {
            dice.weighted(&[(1, -1), (1, 1), (1, -6), (1, 6)])
        } else {
            0
        };
    let mut sentinels: Vec<Value> = ledger.open.iter().map(|&day| Value::Day(day)).collect();
    sentinels.extend(ledger.null_is_open.then_some(Value::Null));
    let until = match (dice.mishap(25), dice.below(8)) {
        (true, 0..4) => Value::Day(from - dice.between(0, 8)),
        (true, 4 | 5) => Value::Null,
        (true, 6) => Value::Day(*dice.pick(&[2_932_896, -719_528])),
        (true, _) if !sentinels.is_empty() => dice.pick(&sentinels).clone(),
        (_, 0..6) if is_last && !sentinels.is_empty() => dice.pick(&sentinels).clone(),
        (_, 0..6) if is_last => Value::Day(end + WINDOW),
        _ => Value::Day(end),
    };
    let from = if dice.mishap(4) {
        Value::Null
    } else {
        Value::Day(from)
    };
    (from, until, next)
}

type Period<'a> = (&'a [Value], Value, Value);

fn row(
    dice: &mut Dice,
    first: i64,
    table: &Table,
    ledger: &Ledger,
    codes: &[String],
    period: Period<'_>,
) -> Vec<Value> {
    let (point, from, until) = period;
    let mut row: Vec<Value> = table
        .columns
        .iter()
        .map(|column| match column.name.as_str() {
            "code" => code(dice, codes),
            "kind" => text(dice, &KINDS, 12),
            "lt" | "memo" => text(dice, &super::cells::LINKS, 6),
            "li" => Value::Int(dice.between(0, 4)),
            "entered" if column.kind == Kind::Moment => moment(dice, first + WINDOW / 2),
            "entered" => any_day(dice, first),
            _ => Value::Null,
        })
        .collect();
    (row[ledger.from], row[ledger.until]) = (from, until);
    ledger
        .key
        .iter()
        .zip(point)
        .for_each(|(&column, value)| row[column] = value.clone());
    if dice.mishap(2) {
        let broken = *dice.pick(&["from", "until", "entered", "code", "memo"]);
        row[table.column(broken)] = Value::Misfit;
    }
    row
}

/// Rows whose key has a NULL, or is there already, go: extraction refuses such a source.
pub(super) fn settle_key(table: &mut Table) {
    if table.key.is_empty() {
        return;
    }
    let mut seen: BTreeSet<Vec<Value>> = BTreeSet::new();
    let key = table.key.clone();
    table.rows.retain(|row| {
        let own: Vec<Value> = key.iter().map(|&column| row[column].clone()).collect();
        !own.contains(&Value::Null) && seen.insert(own)
    });
}
