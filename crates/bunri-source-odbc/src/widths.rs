//! How long the values of a column are, so that every buffer holds its longest value and none holds more: the database is asked, on
//! the state that is read. A buffer of the declared length would be wrong both ways: a column of long texts declares gigabytes, and a
//! driver may count otherwise.

use bunri_odbc::{Bound, BufferKind, Connection, Dbms, OdbcError};

use crate::form::{Column, Form, Terms};

/// A longer value is taken from its row by itself, so that a block need not have room for as many of them as it has rows.
const LONGEST_IN_A_BLOCK: usize = 64 << 10;
/// Bytes of a block.
const BLOCK: usize = 4 << 20;
/// Rows of a block.
const MOST_ROWS: usize = 4096;
/// A type whose values have no more bytes is taken at its word: to ask costs a look at every row.
const SHORT: usize = 512;
/// Terms of one statement.
const TERMS: usize = 400;

/// Bytes of a piece of a table, by the longest values that its rows may have.
const PIECE: usize = 32 << 20;
/// Rows of a piece.
const MOST_ROWS_OF_A_PIECE: usize = 1 << 17;

/// How many rows of columns that are bound so are asked for at one time, where the driver holds all that it was asked for.
pub(crate) fn piece_rows(bounds: &[Bound]) -> usize {
    let width: usize = bounds.iter().map(|bound| bound.most_bytes + 8).sum();
    (PIECE / width.max(1)).clamp(1, MOST_ROWS_OF_A_PIECE)
}

/// How the columns of a table are bound, and how many rows a block has.
pub(crate) fn bounds(
    connection: &Connection,
    action: &str,
    columns: &[Column],
    from: &str,
) -> Result<(Vec<Bound>, usize), OdbcError> {
    let longest = longest(connection, action, columns, from)?;
    let bounds: Vec<Bound> = columns
        .iter()
        .zip(longest)
        .map(|(column, longest)| bound(column, longest))
        .collect();
    let width: usize = bounds.iter().map(Bound::width).sum::<usize>() + bounds.len() * 8;
    Ok((bounds, (BLOCK / width.max(1)).clamp(1, MOST_ROWS)))
}

fn bound(column: &Column, longest: Option<usize>) -> Bound {
    let most_bytes = longest.unwrap_or(column.most_bytes);
    let is_long = longest.is_none() && column.most_bytes == 0 || most_bytes > LONGEST_IN_A_BLOCK;
    let kind = match column.form {
        Form::Integer => BufferKind::Integer,
        Form::Single | Form::Double => BufferKind::Real,
        Form::Day | Form::Moment if column.in_one_number => BufferKind::Integer,
        Form::Day => BufferKind::Day,
        Form::Moment => BufferKind::Moment,
        Form::Digits | Form::Text | Form::Bytes | Form::Stored => {
            match (column.in_units, is_long) {
                (true, true) => BufferKind::LaterUnits,
                (true, false) => BufferKind::Units,
                (false, true) => BufferKind::LaterBytes,
                (false, false) => BufferKind::Bytes,
            }
        }
    };
    Bound { kind, most_bytes }
}

/// Of every column the bytes of its longest value, where the database can be asked for them.
fn longest(
    connection: &Connection,
    action: &str,
    columns: &[Column],
    from: &str,
) -> Result<Vec<Option<usize>>, OdbcError> {
    let dbms = connection.dbms();
    let mut longest = vec![None; columns.len()];
    let asked: Vec<(usize, String)> = columns
        .iter()
        .enumerate()
        .filter_map(|(at, column)| Some((at, length(dbms, column)?)))
        .collect();
    for asked in asked.chunks(TERMS) {
        let terms: Vec<String> = asked
            .iter()
            .map(|(_, term)| format!("MAX({term})"))
            .collect();
        let sql = format!("SELECT {} {from}", terms.join(", "));
        let answer = connection.rows(action, &sql)?.into_iter().next();
        let answer = answer.ok_or_else(|| connection.strange(action))?;
        for ((at, _), cell) in asked.iter().zip(answer) {
            // Of no value at all there is no length.
            let cell = cell.unwrap_or_else(|| "0".to_owned());
            let bytes = cell.parse().map_err(|_| connection.strange(action))?;
            longest[*at] = Some(bytes);
        }
    }
    Ok(longest)
}

fn length(dbms: Dbms, column: &Column) -> Option<String> {
    match (dbms, column.form) {
        (_, Form::Integer | Form::Single | Form::Double | Form::Day | Form::Moment) => None,
        (Dbms::Mariadb, _) if (1..=SHORT).contains(&column.most_bytes) => None,
        // A letter and two digits a byte; numbers are shorter than this.
        (Dbms::Sqlite, _) => {
            let stored = &column.stored;
            Some(format!("MAX(2 * LENGTH(CAST({stored} AS BLOB)) + 1, 64)"))
        }
        (Dbms::Mariadb | Dbms::Postgresql, _) => Some(
            column
                .octets
                .clone()
                .unwrap_or_else(|| Terms(dbms).octets(&column.asked)),
        ),
        (Dbms::SqlServer | Dbms::Oracle | Dbms::Db2 | Dbms::Other, _) => None,
    }
}
