//! The database of a server, on a snapshot, and its rows as text over the simple protocol: each value as the server itself prints it,
//! read here by the type that the server's catalogue names. Extraction asks for the binary forms of the same values.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use bunri_catalogue::Table;
use bunri_job::PostgresqlSource;
use bunri_manifest::Blake3Hex;
use bunri_postgresql::{Connection, HeldSnapshot, PostgresqlError, Server, literal, quoted};

use crate::RereadError;
use crate::convert::{Raw, from_hex};

/// A snapshot of the database.
pub(crate) struct HeldDatabase {
    place: DatabasePlace,
}

/// The same, for the threads that read it.
#[derive(Debug, Clone)]
pub(crate) struct DatabasePlace {
    held: Arc<HeldSnapshot>,
}

/// What the text of a column stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Printed {
    Truth,
    Whole,
    Real,
    /// Whole or not: as it is printed.
    Number,
    Bytes,
    /// With a zone of hours alone.
    Moment,
    Text,
    /// A text, asked for as bytes: of a database without an encoding.
    TextBytes,
}

impl HeldDatabase {
    pub(crate) fn open(source: &PostgresqlSource) -> Result<Self, RereadError> {
        let held = Arc::new(HeldSnapshot::hold(&Server::new(source)?)?);
        Ok(Self {
            place: DatabasePlace { held },
        })
    }

    pub(crate) fn place(&self) -> &DatabasePlace {
        &self.place
    }

    pub(crate) fn digest(&self) -> Result<Blake3Hex, RereadError> {
        Ok(self.place.held.source()?.blake3)
    }

    /// What a snapshot shows does not change; it only has to have been there to the end.
    pub(crate) fn end(self) -> Result<(), RereadError> {
        if self.place.held.is_held() {
            return Ok(());
        }
        Err(PostgresqlError::Lost {
            place: self.place.held.server().place().to_owned(),
            action: "hold the snapshot until everything was read".to_owned(),
        }
        .into())
    }
}

impl DatabasePlace {
    pub(crate) fn most_connections(&self) -> Option<usize> {
        self.held.server().most_sessions()
    }

    pub(crate) fn connect(&self) -> Result<Connection, RereadError> {
        Ok(self.held.session()?)
    }

    /// Gives every row of a table to `row`, in whatever order it lies.
    pub(crate) fn each_row(
        &self,
        connection: &Connection,
        table: &Table,
        mut row: impl FnMut(&[Raw<'_>]) -> Result<(), RereadError>,
    ) -> Result<(), RereadError> {
        let (statement, printed) = statement(connection, self.held.server().schema(), table)?;
        let action = format!("read table \"{}\" again", table.name);
        connection.each_row(&action, &statement, |cells| {
            let raws: Option<Vec<Raw<'_>>> = cells
                .iter()
                .zip(&printed)
                .map(|(cell, printed)| cell.map_or(Some(Raw::Null), |text| printed.raw(text)))
                .collect();
            row(&raws.ok_or_else(|| strange(connection, &action))?)
        })
    }
}

fn strange(connection: &Connection, action: &str) -> RereadError {
    PostgresqlError::Protocol {
        place: connection.server().place().to_owned(),
        action: action.to_owned(),
    }
    .into()
}

/// The statement that prints a table, and what each of its columns stands for.
fn statement(
    connection: &Connection,
    schema: &str,
    table: &Table,
) -> Result<(String, Vec<Printed>), RereadError> {
    let action = format!("say what table \"{}\" is", table.name);
    let (name, schema) = (literal(&table.name), literal(schema));
    let found = connection.rows(
        &action,
        &format!(
            "SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v') AND \
             (n.nspname = {schema} AND c.relname = {name} OR n.nspname <> {schema} AND n.nspname || '.' || c.relname = {name})"
        ),
    )?;
    let [object] = found.as_slice() else {
        return Err(strange(connection, &action));
    };
    let word = |at: usize| object[at].clone().unwrap_or_default();
    let types = types(connection, &word(0))?;
    let encoding = connection.rows("name its encoding", "SELECT getdatabaseencoding()")?;
    let raw_bytes = encoding == [[Some("SQL_ASCII".to_owned())]];
    let (mut columns, mut printed) = (Vec::new(), Vec::new());
    for column in &table.columns {
        let of_server = types
            .get(&column.name)
            .ok_or_else(|| strange(connection, &action))?;
        let (asked, stands_for) = Printed::of(of_server, &quoted(&column.name), raw_bytes);
        columns.push(asked);
        printed.push(stands_for);
    }
    // Rows of tables that inherit from it are rows of theirs.
    let only = if word(3) == "r" { "ONLY " } else { "" };
    let from = format!("{only}{}.{}", quoted(&word(1)), quoted(&word(2)));
    Ok((
        format!("SELECT {} FROM {from}", columns.join(", ")),
        printed,
    ))
}

/// The server's own name of the type of each column; of a domain, of what it is over.
fn types(connection: &Connection, table: &str) -> Result<BTreeMap<String, String>, RereadError> {
    let known = connection.rows(
        "list its types",
        "SELECT oid, typname, typtype, typbasetype FROM pg_type",
    )?;
    let known: BTreeMap<String, (String, bool, String)> = known
        .into_iter()
        .filter_map(|row| {
            let [oid, name, kind, base] = <[Option<String>; 4]>::try_from(row).ok()?;
            Some((oid?, (name?, kind? == "d", base?)))
        })
        .collect();
    let columns = connection.rows(
        "list its columns",
        &format!(
            "SELECT attname, atttypid FROM pg_attribute WHERE attrelid = {table} AND attnum > 0 AND NOT attisdropped"
        ),
    )?;
    let of = |mut oid: String| {
        while let Some((name, is_domain, base)) = known.get(&oid) {
            if !is_domain {
                return name.clone();
            }
            oid = base.clone();
        }
        String::new()
    };
    Ok(columns
        .into_iter()
        .filter_map(|row| {
            let [name, oid] = <[Option<String>; 2]>::try_from(row).ok()?;
            Some((name?, of(oid?)))
        })
        .collect())
}

impl Printed {
    /// What is asked of a column of this type, and what comes.
    fn of(name: &str, column: &str, raw_bytes: bool) -> (String, Self) {
        let as_it_is = column.to_owned();
        match name {
            "bool" => (as_it_is, Self::Truth),
            "int2" | "int4" | "int8" | "oid" => (as_it_is, Self::Whole),
            "float4" | "float8" => (as_it_is, Self::Real),
            "numeric" => (as_it_is, Self::Number),
            // Its own text is of the server's locale.
            "money" => (format!("{column}::numeric"), Self::Number),
            "bytea" => (as_it_is, Self::Bytes),
            "timestamptz" => (as_it_is, Self::Moment),
            // A cast takes the blanks away that fill a text of fixed length.
            "bpchar" if raw_bytes => (
                format!(
                    "convert_to({column}::text || repeat(' ', octet_length({column}) - octet_length({column}::text)), 'SQL_ASCII')"
                ),
                Self::TextBytes,
            ),
            _ if raw_bytes => (
                format!(
                    "CASE WHEN {column} IS NOT NULL THEN convert_to(concat({column}), 'SQL_ASCII') END"
                ),
                Self::TextBytes,
            ),
            _ => (as_it_is, Self::Text),
        }
    }

    fn raw(self, text: &str) -> Option<Raw<'_>> {
        let bytes = |text: &str| from_hex(text.strip_prefix("\\x")?);
        Some(match self {
            Self::Truth => Raw::Int(match text {
                "t" => 1,
                "f" => 0,
                _ => return None,
            }),
            Self::Whole => Raw::Int(text.parse().ok()?),
            Self::Real => Raw::Real(text.parse().ok()?),
            Self::Number => match text.parse() {
                Ok(whole) => Raw::Int(whole),
                Err(_) => Raw::Decimal(Cow::Borrowed(text)),
            },
            Self::Bytes => Raw::Blob(Cow::Owned(bytes(text)?)),
            Self::TextBytes => Raw::Text(Cow::Owned(bytes(text)?)),
            // The clock of the session is UTC; a zone has minutes in the forms that are read here.
            Self::Moment => match text.split_once("+00") {
                Some((moment, rest)) => {
                    Raw::Text(Cow::Owned(format!("{moment}+00:00{rest}").into_bytes()))
                }
                None => Raw::Text(Cow::Borrowed(text.as_bytes())),
            },
            Self::Text => Raw::Text(Cow::Borrowed(text.as_bytes())),
        })
    }
}
