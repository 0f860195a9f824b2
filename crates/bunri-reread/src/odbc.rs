//! A database behind a driver of ODBC, and its rows as characters, value by value: what the driver prints of each column, by the type
//! that the driver itself describes. Extraction asks for bytes that the database makes, in blocks, by the database's own lists of types. Only
//! where a driver is known to print another value than there is (a number of 32 bits, a day of zeros) is the database asked for
//! a text here too, by another function than extraction asks.

use std::borrow::Cow;
use std::sync::Arc;

use bunri_catalogue::Table;
use bunri_job::OdbcSource;
use bunri_manifest::Blake3Hex;
use bunri_odbc::{AnswerColumn, Connection, Dbms, HeldDatabase, Server, SharedConnection};

use crate::RereadError;
use crate::convert::{Raw, from_hex};

/// The state of the database that is read.
pub(crate) struct HeldOdbc {
    held: Arc<HeldDatabase>,
}

/// The same, for the threads that read it.
#[derive(Debug, Clone)]
pub(crate) struct OdbcPlace {
    held: Arc<HeldDatabase>,
}

/// What the characters of a column stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Characters {
    Whole,
    /// Whole or not.
    Number,
    Real,
    /// As a number of 64 bits that holds one of 32.
    Single,
    Hex,
    Text,
    /// With a zone of hours alone, in UTC.
    Zoned,
    /// A moment whose fraction has zeros at its end.
    Moment,
    /// As SQLite writes a literal; a text that it cannot write so comes as `T` and hexadecimal digits.
    Literal,
}

impl HeldOdbc {
    pub(crate) fn open(source: &OdbcSource) -> Result<Self, RereadError> {
        let held = HeldDatabase::hold(&Server::new(source))?;
        Ok(Self {
            held: Arc::new(held),
        })
    }

    pub(crate) fn place(&self) -> OdbcPlace {
        OdbcPlace {
            held: Arc::clone(&self.held),
        }
    }

    pub(crate) fn digest(&self) -> Result<Blake3Hex, RereadError> {
        Ok(self.held.source()?.blake3)
    }

    pub(crate) fn end(self) -> Result<(), RereadError> {
        Ok(self.held.unchanged()?)
    }
}

impl OdbcPlace {
    pub(crate) fn connect(&self) -> Result<SharedConnection, RereadError> {
        Ok(self.held.session()?)
    }

    /// Gives every row of a table to `row`, in whatever order it lies.
    pub(crate) fn each_row(
        &self,
        shared: &SharedConnection,
        table: &Table,
        mut row: impl FnMut(&[Raw<'_>]) -> Result<(), RereadError>,
    ) -> Result<(), RereadError> {
        let connection = shared.turn();
        let action = format!("read table \"{}\" again", table.name);
        let strange = || RereadError::from(connection.strange(&action));
        let entry = self.held.tables().get(&table.name).ok_or_else(strange)?;
        let name = entry.sql_name(&connection);
        let described =
            connection.describe(&action, &format!("SELECT * FROM {name} WHERE 0 = 1"))?;
        let (mut asked, mut printed) = (Vec::new(), Vec::new());
        for column in &table.columns {
            let found = described.iter().find(|one| one.name == column.name);
            let (text, stands_for) = Characters::of(&connection, found.ok_or_else(strange)?);
            asked.push(text);
            printed.push(stands_for);
        }
        let statement = format!("SELECT {} FROM {name}", asked.join(", "));
        connection.each_row(&action, &statement, |cells| {
            let raws: Option<Vec<Raw<'_>>> = cells
                .iter()
                .zip(&printed)
                .map(|(cell, printed)| cell.map_or(Some(Raw::Null), |text| printed.raw(text)))
                .collect();
            row(&raws.ok_or_else(strange)?)
        })
    }
}

impl Characters {
    /// What is asked of a column, and what its characters are.
    fn of(connection: &Connection, column: &AnswerColumn) -> (String, Self) {
        let name = connection.quoted(&column.name);
        let kind = Self::by_type(column.sql_type);
        match connection.dbms() {
            // A driver ends a text at its NUL, and the bytes of a text need not be characters: beyond ASCII they come as digits.
            Dbms::Sqlite => (
                format!(
                    "CASE WHEN {name} IS NULL THEN NULL WHEN typeof({name}) = 'text' AND (instr({name}, char(0)) > 0 \
                     OR {name} GLOB '*[^ -~]*') THEN 'T' || hex({name}) ELSE quote({name}) END"
                ),
                Self::Literal,
            ),
            Dbms::Mariadb => of_mariadb(column, name, kind),
            Dbms::Postgresql => of_postgresql(column, name, kind),
            Dbms::SqlServer | Dbms::Oracle | Dbms::Db2 | Dbms::Other => (name, kind),
        }
    }

    /// By ODBC's number of the type; characters of bytes are hexadecimal digits.
    fn by_type(sql_type: i16) -> Self {
        match sql_type {
            -7..=-5 | 4 | 5 => Self::Whole,
            2 | 3 => Self::Number,
            6 | 8 => Self::Real,
            7 => Self::Single,
            -4..=-2 => Self::Hex,
            93 => Self::Moment,
            _ => Self::Text,
        }
    }

    fn raw(self, text: &str) -> Option<Raw<'_>> {
        let number = |text: &str| -> f64 { text.trim().parse().unwrap_or(f64::NAN) };
        Some(match self {
            Self::Whole | Self::Number => number_of(text),
            Self::Real => Raw::Real(number(text)),
            // The number that its shortest digits say.
            Self::Single => {
                #[allow(clippy::cast_possible_truncation)] // it was one of 32 bits
                let single = number(text) as f32;
                Raw::Real(number(&format!("{single}")))
            }
            Self::Hex => Raw::Blob(Cow::Owned(from_hex(text)?)),
            Self::Text => Raw::Text(Cow::Borrowed(text.as_bytes())),
            Self::Zoned => match text.strip_suffix("+00") {
                Some(moment) => Raw::Text(Cow::Owned(format!("{moment}+00:00").into_bytes())),
                None => match text.split_once("+00 ") {
                    Some((moment, era)) => {
                        Raw::Text(Cow::Owned(format!("{moment}+00 {era}:00").into_bytes()))
                    }
                    None => Raw::Text(Cow::Borrowed(text.as_bytes())),
                },
            },
            Self::Moment => {
                let whole = match text.contains('.') {
                    true => text.trim_end_matches('0').trim_end_matches('.'),
                    false => text,
                };
                Raw::Text(Cow::Borrowed(whole.as_bytes()))
            }
            Self::Literal => literal(text)?,
        })
    }
}

fn number_of(text: &str) -> Raw<'_> {
    match text.parse::<i64>() {
        Ok(whole) if whole.to_string() == text => Raw::Int(whole),
        // Some print no zero before the point.
        _ => match text.split_once('.') {
            Some(("", rest)) => Raw::Decimal(Cow::Owned(format!("0.{rest}"))),
            Some(("-", rest)) => Raw::Decimal(Cow::Owned(format!("-0.{rest}"))),
            _ => Raw::Decimal(Cow::Borrowed(text)),
        },
    }
}

fn of_mariadb(column: &AnswerColumn, name: String, kind: Characters) -> (String, Characters) {
    let digits = usize::try_from(column.digits).unwrap_or(0).min(6);
    let moment = match digits {
        0 => format!("DATE_FORMAT({name}, '%Y-%m-%d %H:%i:%s')"),
        digits => format!(
            "LEFT(DATE_FORMAT({name}, '%Y-%m-%d %H:%i:%s.%f'), {})",
            20 + digits
        ),
    };
    match (column.type_name.as_str(), kind) {
        ("bit", _) => (format!("{name} + 0"), Characters::Whole),
        (_, Characters::Single) => (
            format!("CONCAT(CAST({name} AS DOUBLE))"),
            Characters::Single,
        ),
        (_, Characters::Hex) => (format!("HEX({name})"), Characters::Hex),
        ("date", _) => (format!("DATE_FORMAT({name}, '%Y-%m-%d')"), Characters::Text),
        ("timestamp", _) => (
            format!("CONCAT({moment}, IF({name} = 0, '', '+00:00'))"),
            Characters::Text,
        ),
        (_, Characters::Moment) => (moment, Characters::Text),
        (
            _,
            Characters::Whole
            | Characters::Number
            | Characters::Real
            | Characters::Text
            | Characters::Zoned
            | Characters::Literal,
        ) => (name, kind),
    }
}

fn of_postgresql(column: &AnswerColumn, name: String, kind: Characters) -> (String, Characters) {
    match (column.type_name.as_str(), kind) {
        ("bool", _) => (format!("{name}::int"), Characters::Whole),
        ("oid", _) => (name, Characters::Whole),
        ("money", _) => (format!("{name}::numeric"), Characters::Number),
        ("timestamptz" | "timestamp with time zone", _) => {
            (format!("{name}::text"), Characters::Zoned)
        }
        // The server prints the shortest digits itself.
        (_, Characters::Single) => (name, Characters::Real),
        (_, Characters::Hex) => (format!("encode({name}, 'hex')"), Characters::Hex),
        // The driver writes days that are none, and capital letters, of its own.
        ("date" | "uuid", _) | (_, Characters::Moment) => {
            (format!("{name}::text"), Characters::Text)
        }
        (
            _,
            Characters::Whole
            | Characters::Number
            | Characters::Real
            | Characters::Text
            | Characters::Zoned
            | Characters::Literal,
        ) => (name, kind),
    }
}

/// What SQLite's `quote` writes.
fn literal(text: &str) -> Option<Raw<'_>> {
    if let Some(hex) = text.strip_prefix('T') {
        return Some(Raw::Text(Cow::Owned(from_hex(hex)?)));
    }
    if let Some(hex) = text.strip_prefix("X'") {
        return Some(Raw::Blob(Cow::Owned(from_hex(hex.strip_suffix('\'')?)?)));
    }
    if let Some(quoted) = text.strip_prefix('\'') {
        let inner = quoted.strip_suffix('\'')?;
        return Some(Raw::Text(Cow::Owned(inner.replace("''", "'").into_bytes())));
    }
    if text.contains(['.', 'e', 'E']) {
        return text.parse().ok().map(Raw::Real);
    }
    text.parse().ok().map(Raw::Int)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_of_sqlite_are_read_back() {
        for (text, raw) in [
            ("'it''s'", Raw::Text(Cow::Borrowed(&b"it's"[..]))),
            ("T4100", Raw::Text(Cow::Borrowed(&b"A\0"[..]))),
            ("X'00FF'", Raw::Blob(Cow::Borrowed(&[0, 255][..]))),
            ("-7", Raw::Int(-7)),
            ("1.0e+300", Raw::Real(1e300)),
        ] {
            assert_eq!(literal(text), Some(raw), "{text}");
        }
        for none in ["", "'", "X'0", "T4", "seven"] {
            assert_eq!(literal(none), None, "{none}");
        }
    }

    #[test]
    fn numbers_are_the_digits_that_are_printed() {
        assert_eq!(number_of("12"), Raw::Int(12));
        assert_eq!(number_of("12.0"), Raw::Decimal(Cow::Borrowed("12.0")));
        assert_eq!(number_of("-.5"), Raw::Decimal(Cow::Borrowed("-0.5")));
        let large = "18446744073709551615";
        assert_eq!(number_of(large), Raw::Decimal(Cow::Borrowed(large)));
        assert_eq!(
            Characters::Single.raw("0.10000000149011612"),
            Some(Raw::Real(0.1))
        );
    }
}
