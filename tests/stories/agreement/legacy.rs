//! A world's legacy system: an SQLite database whose columns declare no type, so that every value stays as it was put.

use std::path::Path;

use jiff::ToSpan as _;
use jiff::civil::date;
use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params_from_iter};

use super::world::{Column, Kind, NO_END, Reference, Table, Value, World};

/// Writes the database in one transaction.
pub(super) fn database(world: &World, path: &Path) {
    let database = Connection::open(path).unwrap();
    database
        .execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; BEGIN")
        .unwrap();
    for (position, table) in world.tables.iter().enumerate() {
        let every: Vec<usize> = (0..table.columns.len()).collect();
        database
            .execute_batch(&format!(
                "CREATE TABLE {} ({}{})",
                table.name,
                sql_names(table, &every),
                foreign_keys(world, position)
            ))
            .unwrap();
        if table.indexed && !table.key.is_empty() {
            let (name, key) = (&table.name, sql_names(table, &table.key));
            database
                .execute_batch(&format!("CREATE INDEX by_key_of_{name} ON {name} ({key})"))
                .unwrap();
        }
        let marks = vec!["?"; table.columns.len()].join(", ");
        let mut insert = database
            .prepare(&format!("INSERT INTO {} VALUES ({marks})", table.name))
            .unwrap();
        for (at, row) in table.rows.iter().enumerate() {
            let cells = row
                .iter()
                .zip(&table.columns)
                .map(|(value, column)| written(value, column, at));
            insert.execute(params_from_iter(cells)).unwrap();
        }
    }
    database.execute_batch("COMMIT").unwrap();
}

/// What means nothing, in a table's `nothing`; and "no end yet". No value looks so.
pub(super) const NOTHING: [&str; 3] = ["nil", "00000000", "-987654321"];
pub(super) const OPEN: &str = "99999999";

/// As the column says that its values are read.
fn written(value: &Value, column: &Column, row: usize) -> Stored {
    let reading = column.reading;
    match value {
        Value::Null if reading.nothing => match row % 4 {
            0 => Stored::Null,
            1 => Stored::Integer(-987_654_321),
            other => Stored::Text(NOTHING[other - 2].to_owned()),
        },
        Value::Day(NO_END) if reading.open && !row.is_multiple_of(3) => match row % 3 {
            1 => Stored::Integer(99_999_999),
            _ => Stored::Text(OPEN.to_owned()),
        },
        Value::Moment(NO_END_YET) if reading.open && !row.is_multiple_of(3) => {
            Stored::Text(OPEN.to_owned())
        }
        Value::Moment(micros) => Stored::Text(moment(*micros, row, reading.utc)),
        Value::Text(text) if reading.numbers && !row.is_multiple_of(3) => match text.parse::<i64>()
        {
            Ok(number) if number.to_string() == *text => Stored::Integer(number),
            _ => Stored::Text(text.clone()),
        },
        value => stored(value, column.kind, row),
    }
}

const NO_END_YET: i64 = NO_END * 86_400_000_000;

/// Where a type can be written in several ways, rows take turns.
fn stored(value: &Value, kind: Kind, row: usize) -> Stored {
    match value {
        Value::Null => Stored::Null,
        Value::Int(number) => Stored::Integer(*number),
        Value::Tenths(tenths) => Stored::Text(number(Kind::Tenths, *tenths)),
        Value::Text(text) => Stored::Text(text.clone()),
        Value::Moment(micros) => Stored::Text(moment(*micros, row, false)),
        Value::Day(day) => match kind {
            Kind::Slashed => Stored::Text(iso(*day).replace('-', "/")),
            Kind::Compact if row.is_multiple_of(2) && *day >= SHORT_YEARS => {
                Stored::Integer(iso(*day).replace('-', "").parse().unwrap())
            }
            Kind::Compact => Stored::Text(iso(*day).replace('-', "")),
            _ => Stored::Text(iso(*day)),
        },
        Value::Misfit if kind == Kind::Text => Stored::Blob(b"misfit".to_vec()),
        Value::Misfit if kind.is_day() => Stored::Text("20160231".to_owned()),
        Value::Misfit => Stored::Text("misfit".to_owned()),
    }
}

/// 1000-01-01: a number does not write the noughts that earlier years begin with.
const SHORT_YEARS: i64 = -354_285;

/// 0000-01-01
const FIRST_DAY: i64 = -719_528;

/// A day as `YYYY-MM-DD`.
pub(super) fn iso(day: i64) -> String {
    let day = date(1970, 1, 1).checked_add(day.days()).unwrap();
    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}

/// On the column's clock without a zone, or the same moment elsewhere.
fn moment(micros: i64, row: usize, utc: bool) -> String {
    let clock = if utc { 0 } else { 9 };
    let (east, zone) = [(clock, ""), (9, "+09:00"), (0, "Z"), (-5, "-05:00")][row % 4];
    let there = micros + (east - 9) * 3_600_000_000;
    let (day, rest) = (
        there.div_euclid(86_400_000_000),
        there.rem_euclid(86_400_000_000),
    );
    // The last moment of a day is the first of the next.
    if rest == 0 && row % 8 < 3 && day > FIRST_DAY {
        return format!("{} 24:00:00{zone}", iso(day - 1));
    }
    let (seconds, fraction) = (rest / 1_000_000, rest % 1_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!(
        "{} {hour:02}:{minute:02}:{second:02}.{fraction:06}{zone}",
        iso(day)
    )
}

/// A moment in Japan, with a fraction only where there is one.
pub(super) fn plain_moment(micros: i64) -> String {
    // The fourth row writes neither 24:00 nor a zone.
    let text = moment(micros, 4, false).replacen(' ', "T", 1);
    text.strip_suffix(".000000").unwrap_or(&text).to_owned()
}

/// A number as text, tenths with their point.
pub(super) fn number(kind: Kind, value: i64) -> String {
    match kind {
        Kind::Tenths => {
            let sign = if value < 0 { "-" } else { "" };
            format!("{sign}{}.{}", value.abs() / 10, value.abs() % 10)
        }
        _ => value.to_string(),
    }
}

/// What the source declares of a table, in letters of another case.
fn foreign_keys(world: &World, position: usize) -> String {
    let declared = world.references.iter();
    let declared = declared.filter(|it| it.declared && it.table == position);
    let key = |it: &Reference| {
        let (own, other) = (&world.tables[position], &world.tables[it.to]);
        let (columns, to) = (sql_names(own, &it.columns), other.name.to_uppercase());
        let references = sql_names(other, &it.references).to_uppercase();
        format!(", FOREIGN KEY ({columns}) REFERENCES {to} ({references})")
    };
    declared.map(key).collect()
}

fn sql_names(table: &Table, columns: &[usize]) -> String {
    let names: Vec<String> = columns
        .iter()
        .map(|&column| format!("\"{}\"", table.columns[column].name))
        .collect();
    names.join(", ")
}
