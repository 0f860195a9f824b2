//! The ledger and the list of retailers: periods that follow each other, and every way in which they do not.

use std::collections::BTreeSet;

use super::super::dice::Dice;
use super::super::world::{
    Class, Classes, CodeDay, Column, Counts, Early, End, Kind, KnownAt, Ledger, List, OwnWhen,
    Part, Reading, Rule, Table, Time, Value,
};
use super::cells::{any_day, code, moment, text};
use super::{FEW_POINTS, WINDOW, classes, padded};

pub(super) const KEYS: [&str; 2] = ["sp", "br"];
const KINDS: [&str; 9] = [
    "grid", "grid", "grid", "grid", "grid", "grid", "island", "last", " island",
];
/// The columns of `own_when` that a ledger may ask.
const ASKED: [&str; 3] = ["kind", "agent", "grade"];

pub(super) fn plain(name: &str, kind: Kind) -> Column {
    Column {
        name: name.to_owned(),
        kind,
        class: Classes::Fixed(Class::OwnCustomer),
        rekeyed: false,
        reading: Reading::default(),
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
    classes::classify(dice, &[], &mut table);
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
        through: None,
        second: false,
        cells: Vec::new(),
        whens: Vec::new(),
        opened: false,
        indexed: false,
        rows: Vec::new(),
    }
}

/// The ledger, its tables and their rows; the first stands at this position.
pub(super) fn ledger(
    dice: &mut Dice,
    position: usize,
    first: i64,
    codes: &[String],
    size: usize,
) -> (Ledger, Vec<Table>) {
    let shape = shape(dice);
    let mut tables = vec![frame(dice, &shape, &["supply_period", "b_ledger"])];
    if dice.chance(35) {
        tables.push(frame(dice, &shape, &["supply_old", "a_past"]));
    }
    let mut asked: Vec<&str> = Vec::new();
    for (name, percent) in ASKED.into_iter().zip([60, 30, 20]) {
        if dice.chance(percent) {
            asked.push(name);
        }
    }
    dice.shuffle(&mut asked);
    let parts = (position..).zip(&tables);
    let parts = parts
        .map(|(position, table)| part(position, table, &asked))
        .collect();
    let status = tables[0].columns[tables[0].column("status")].kind;
    let ledger = Ledger {
        parts,
        end: end(dice, first),
        trim: dice.chance(50),
        counts: dice.chance(35).then(|| counts(dice, status)),
        own_when: asked.iter().map(|name| own_when(dice, name)).collect(),
        same_verdict: dice.chance(25),
        gap_is_other: dice.chance(20),
        open_by_types: false,
    };
    let points = points(dice, &tables[0], &ledger, size);
    let rows = rows(dice, first, &tables[0], &ledger, codes, points);
    hand_out(dice, rows, &mut tables);
    for (table, part) in tables.iter_mut().zip(&ledger.parts) {
        settle(dice, table, part, &ledger);
    }
    (ledger, tables)
}

fn end(dice: &mut Dice, first: i64) -> End {
    if dice.chance(20) {
        return End::Next;
    }
    let ends = [2_932_896, first + dice.between(20, WINDOW), -719_162];
    let (count, kinds_of_end) = (dice.below(3), if dice.chance(80) { 2 } else { 3 });
    End::Until {
        inclusive: dice.chance(50),
        open: dice.some(&ends[..kinds_of_end], count),
        null_is_open: dice.chance(40),
    }
}

fn part(position: usize, table: &Table, asked: &[&str]) -> Part {
    let key = KEYS
        .iter()
        .filter_map(|key| table.columns.iter().position(|one| one.name == *key));
    Part {
        table: position,
        key: key.collect(),
        retailer: table.column("code"),
        from: table.column("from"),
        until: table.column("until"),
        counts: table.column("status"),
        own_when: asked.iter().map(|name| table.column(name)).collect(),
    }
}

fn list(values: &[&str], null: bool) -> List {
    List {
        values: values.iter().map(|&value| value.to_owned()).collect(),
        null,
    }
}

/// Which rows count; a NULL is in the one list, the other, or neither.
fn counts(dice: &mut Dice, status: Kind) -> Counts {
    let (counts, cancelled) = (dice.chance(40), dice.chance(20));
    let (counting, never): (&[&str], &[&str]) = match status {
        Kind::Text => (&["0", "ok"], &["1", "x\u{3000}"]),
        _ => (&["0"], if dice.chance(90) { &["1"] } else { &[] }),
    };
    Counts {
        counting: list(counting, counts),
        never: list(never, cancelled && !counts),
        trim: status == Kind::Text && dice.chance(50),
    }
}

fn own_when(dice: &mut Dice, column: &str) -> OwnWhen {
    let trim = column != "grade" && dice.chance(50);
    let null = dice.chance(if column == "agent" { 70 } else { 20 });
    let (own, other): (&[&str], Option<&[&str]>) = match column {
        "kind" => (&["grid"], Some(&["island", "last\u{3000}"])),
        "agent" if dice.chance(65) => (&["99010"], None),
        "agent" => (&["99010"], Some(&["99020"])),
        _ => (&["1", "2"], Some(&["3"])),
    };
    let other_null = !null && dice.chance(15);
    OwnWhen {
        own: list(own, null),
        other: other.map(|values| list(values, other_null)),
        trim,
    }
}

/// What every ledger table needs beside its rows.
fn settle(dice: &mut Dice, table: &mut Table, part: &Part, ledger: &Ledger) {
    table.rule = own_rule(dice, part, ledger);
    table.ledger_key_written = dice.chance(20);
    table.ledger_key = Some(part.key.clone());
    if dice.chance(40) {
        table.known_at = Some(known_at(dice, table, "entered"));
    }
    if !table.rows.is_empty() && dice.chance(6) {
        let (row, column) = (dice.below(table.rows.len()), *dice.pick(&part.key));
        table.rows[row][column] = if dice.chance(50) {
            Value::Null
        } else {
            Value::Misfit
        };
    }
    settle_key(table);
    classes::classify(dice, &[], table);
}

/// What a catalogue has to say of the ledger's own rows.
fn own_rule(dice: &mut Dice, part: &Part, ledger: &Ledger) -> Rule {
    let time = match ledger.end {
        End::Next => Time::At {
            column: part.from,
            after: 0,
        },
        End::Until { inclusive, .. } => Time::During {
            from: part.from,
            until: part.until,
            inclusive: dice.chance(30).then_some(inclusive),
        },
    };
    if ledger.counts.is_none() {
        return Rule::Ledger(time);
    }
    let code = Rule::Code {
        column: part.retailer,
        trim: ledger.trim,
        at: CodeDay::Column(part.from),
    };
    Rule::All(vec![Rule::Ledger(time), code])
}

/// When rows of a table were written: by this column, or by the latest of it and another.
pub(super) fn known_at(dice: &mut Dice, table: &Table, column: &str) -> KnownAt {
    let mut columns = vec![table.column(column)];
    if dice.chance(35) {
        columns.push(table.column("made"));
    }
    let days = *dice.pick(&[0, 1, 5, 20, 60]);
    KnownAt {
        columns,
        grace: *dice.pick(&[0, 1, 3, 3, 20, 45, 45, 60, 90]),
        early: match dice.below(6) {
            0 | 1 => None,
            2 => Some(Early::Own),
            3 => Some(Early::Undecided),
            _ => Some(Early::Days(days)),
        },
    }
}

/// The columns of all tables of the ledger.
fn shape(dice: &mut Dice) -> Vec<Column> {
    let kinds = [Kind::Text, Kind::Int];
    let width = if dice.chance(35) { 2 } else { 1 };
    let mut columns: Vec<Column> = KEYS[..width]
        .iter()
        .map(|name| plain(name, *dice.pick(&kinds)))
        .collect();
    let texts = ["code", "kind", "agent", "lt", "memo"];
    columns.extend(texts.map(|name| plain(name, Kind::Text)));
    columns.push(plain("status", *dice.pick(&kinds)));
    columns.extend(["grade", "seq", "li"].map(|name| plain(name, Kind::Int)));
    columns
}

/// A table of this shape, its columns in an order and its days in a form of its own.
fn frame(dice: &mut Dice, shape: &[Column], names: &[&str]) -> Table {
    let mut columns = shape.to_vec();
    columns.extend([
        plain("from", date_kind(dice)),
        plain("until", date_kind(dice)),
        plain("entered", day_kind(dice)),
        plain("made", day_kind(dice)),
    ]);
    dice.shuffle(&mut columns);
    let at = |name: &str| {
        columns
            .iter()
            .position(|column| column.name == name)
            .unwrap()
    };
    let own: Vec<usize> = KEYS
        .iter()
        .filter(|&key| columns.iter().any(|column| column.name == *key))
        .map(|name| at(name))
        .collect();
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
    let name = (*dice.pick(names)).to_owned();
    let mut table = empty(name, key, columns, Rule::AllTransmission);
    table.indexed = dice.chance(30);
    table
}

/// Every row to one of the tables, as its columns stand there.
fn hand_out(dice: &mut Dice, rows: Vec<Vec<Value>>, tables: &mut [Table]) {
    let names: Vec<String> = tables[0]
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    for row in rows {
        let table = dice.below(tables.len());
        let table = &mut tables[table];
        let mut there = vec![Value::Null; row.len()];
        for (name, value) in names.iter().zip(row) {
            let column = table.column(name);
            there[column] = match value {
                Value::Day(day) => {
                    super::cells::of_kind(dice, table.columns[column].kind, Some(day))
                }
                Value::Moment(micros) if table.columns[column].kind != Kind::Moment => {
                    Value::Day(micros.div_euclid(86_400_000_000))
                }
                value => value,
            };
        }
        table.rows.push(there);
    }
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
        let key = ledger.parts[0].key.iter();
        key.enumerate().map(&mut part).collect()
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
            // What was registered and never came about.
            if let Some(counts) = ledger.counts.as_ref().filter(|_| dice.chance(15)) {
                let mut cancelled = row.clone();
                let never = counts.never.values.first();
                cancelled[table.column("status")] = status(table, never.map_or("7", |one| one));
                cancelled[table.column("code")] = code(dice, codes);
                rows.push(cancelled);
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
    let long = dice.chance(15);
    let after = from
        + if long {
            dice.between(40, 120)
        } else {
            dice.between(1, 20)
        };
    let (inclusive, open, null_is_open) = match &ledger.end {
        End::Next => (false, [].as_slice(), false),
        End::Until {
            inclusive,
            open,
            null_is_open,
        } => (*inclusive, open.as_slice(), *null_is_open),
    };
    let end = if inclusive { after - 1 } else { after };
    let next = after
        + if dice.mishap(20) {
            dice.weighted(&[(1, -1), (1, 1), (1, -6), (1, 6)])
        } else {
            0
        };
    let mut sentinels: Vec<Value> = open.iter().map(|&day| Value::Day(day)).collect();
    sentinels.extend(null_is_open.then_some(Value::Null));
    let until = match (dice.mishap(32), dice.below(8)) {
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
            "kind" if dice.mishap(12) => text(dice, &["odd", "GRID"], 12),
            "kind" => text(dice, &KINDS, 12),
            "agent" => agent(dice, ledger, table),
            "grade" if dice.mishap(12) => [Value::Int(9), Value::Null][dice.below(2)].clone(),
            "grade" => Value::Int(*dice.pick(&[1, 1, 2, 2, 2, 3])),
            "status" => any_status(dice, ledger, table),
            "lt" | "memo" => text(dice, &super::cells::LINKS, 6),
            "li" => Value::Int(dice.between(0, 4)),
            "entered" if dice.chance(10) => Value::Null,
            "entered" | "made" if column.kind == Kind::Moment => moment(dice, first + WINDOW / 2),
            "entered" | "made" => any_day(dice, first),
            _ => Value::Null,
        })
        .collect();
    let part = &ledger.parts[0];
    if dice.chance(25)
        && let Some(day) = from.day()
    {
        let entered = table.column("entered");
        let written = day + dice.pick(&[-61, -60, -20, -5, -1, 0]);
        row[entered] = super::cells::of_kind(dice, table.columns[entered].kind, Some(written));
    }
    (row[part.from], row[part.until]) = (from, until);
    part.key
        .iter()
        .zip(point)
        .for_each(|(&column, value)| row[column] = value.clone());
    if dice.mishap(4) {
        let broken = *dice.pick(&["from", "until", "entered", "code", "memo"]);
        row[table.column(broken)] = Value::Misfit;
    }
    row
}

fn status(table: &Table, word: &str) -> Value {
    match table.columns[table.column("status")].kind {
        Kind::Text => Value::Text(word.to_owned()),
        _ => word.parse().map_or(Value::Null, Value::Int),
    }
}

/// Mostly one that counts.
fn any_status(dice: &mut Dice, ledger: &Ledger, table: &Table) -> Value {
    let null = ledger
        .counts
        .as_ref()
        .is_some_and(|counts| counts.counting.null);
    if dice.mishap(8) {
        return [status(table, "7"), Value::Null][dice.below(2)].clone();
    }
    if null && dice.chance(20) {
        return Value::Null;
    }
    match status(table, "0") {
        Value::Text(text) => Value::Text(padded(dice, &text)),
        status => status,
    }
}

/// Mostly nobody's or the incumbent's, whichever leaves a day own.
fn agent(dice: &mut Dice, ledger: &Ledger, table: &Table) -> Value {
    let column = table.column("agent");
    let asked = ledger.parts[0].own_when.iter();
    let mut asked = asked.zip(&ledger.own_when);
    let null = asked
        .find(|(other, _)| **other == column)
        .is_none_or(|(_, entry)| entry.own.null);
    if dice.mishap(10) {
        return text(dice, &["77777", "99010 ", "00000"], 20);
    }
    match dice.below(10) {
        0..5 if null => Value::Null,
        8 => Value::Text("99020".to_owned()),
        9 => text(dice, &["99030", "99020\u{3000}"], 6),
        _ => Value::Text("99010".to_owned()),
    }
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
