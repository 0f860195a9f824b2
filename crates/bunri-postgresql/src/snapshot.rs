//! The state that all connections of a run see. One connection, the keeper, holds a snapshot and does nothing else; the others
//! import it as their first statement. While the keeper lives, a connection that was lost can be made anew on the same state.
//!
//! A snapshot hides what others write. It does not hide TRUNCATE and some forms of ALTER, after which an older snapshot sees an
//! empty table; so every table is locked in ACCESS SHARE mode, which disturbs no reader and no writer of rows, *before* the
//! snapshot is taken. Of a snapshot that the job names, whoever exported it had to do so; that nothing was altered since is
//! checked by the numbers of the transactions that wrote the catalogue's rows.

use bunri_manifest::{Blake3Hex, Source};

use crate::connection::Connection;
use crate::error::PostgresqlError;
use crate::server::Server;

/// The first version whose catalogue tells of an index which of its columns are the key; standbys export snapshots since 10.
const FIRST_VERSION: u32 = 110_000;
/// How long to wait for somebody who changes a table.
const LOCK_TIMEOUT: &str = "10s";
/// What a transaction of ours sets. Limits that would end an idle keeper or a long copy are lifted; how values are written as text
/// is fixed; a table is read from its first page on, whoever else reads it.
const SETTINGS: [(&str, &str); 11] = [
    ("statement_timeout", "0"),
    ("idle_in_transaction_session_timeout", "0"),
    ("transaction_timeout", "0"),
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "postgres"),
    ("TimeZone", "UTC"),
    ("extra_float_digits", "3"),
    ("bytea_output", "hex"),
    ("xmloption", "content"),
    ("row_security", "off"),
    ("synchronize_seqscans", "off"),
];

/// A snapshot, held.
#[derive(Debug)]
pub struct HeldSnapshot {
    server: Server,
    keeper: Connection,
    name: String,
    identity: String,
}

/// A name as SQL writes it.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL writes it, whatever the server's setting for backslashes is.
#[must_use]
pub fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

impl HeldSnapshot {
    /// Takes a snapshot, or the one that the source names, and holds it.
    ///
    /// # Errors
    /// What the server says; when a snapshot that is named has died; when a table was altered since it was exported.
    pub fn hold(server: &Server) -> Result<Self, PostgresqlError> {
        let keeper = Connection::open(server)?;
        // In a transaction of its own: what is listed here is locked before the snapshot is taken.
        keeper.execute("begin a transaction", &begin())?;
        refuse_old_server(&keeper)?;
        let tables = tables(&keeper)?;
        keeper.execute("begin another transaction", &format!("COMMIT; {}", begin()))?;
        if let Some(name) = server.snapshot() {
            import(&keeper, name)?;
        }
        let locks: Vec<String> = tables
            .iter()
            .filter(|table| table.readable)
            .map(|table| table.name.clone())
            .collect();
        if !locks.is_empty() {
            let lock = format!("LOCK TABLE {} IN ACCESS SHARE MODE", locks.join(", "));
            keeper.execute("hold its tables against changes of their columns", &lock)?;
        }
        let name = match server.snapshot() {
            Some(name) => name.to_owned(),
            None => one(&keeper, "export a snapshot", "SELECT pg_export_snapshot()")?,
        };
        settle(&keeper)?;
        let identity = identity(&keeper)?;
        let held = Self {
            server: server.clone(),
            keeper,
            name,
            identity,
        };
        if server.snapshot().is_some() {
            held.refuse_altered_since()?;
        }
        Ok(held)
    }

    /// A connection that sees the same state.
    ///
    /// # Errors
    /// What the server says; when the snapshot has died.
    pub fn session(&self) -> Result<Connection, PostgresqlError> {
        let connection = Connection::open(&self.server)?;
        connection.execute("begin a transaction", &begin())?;
        import(&connection, &self.name)?;
        settle(&connection)?;
        Ok(connection)
    }

    /// The server.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// What the state is, for whoever binds a run to it: the installation, the database, and which transactions are seen. Two
    /// snapshots between which nothing was written anywhere in the installation are the same state, and are named the same.
    ///
    /// # Errors
    /// Never, with a hash of the right length.
    pub fn source(&self) -> Result<Source, PostgresqlError> {
        let hex = blake3::hash(self.identity.as_bytes()).to_hex().to_string();
        let blake3 = Blake3Hex::try_from(hex).map_err(|_| PostgresqlError::Protocol {
            place: self.server.place().to_owned(),
            action: "name the state".to_owned(),
        })?;
        Ok(Source {
            kind: "postgresql".to_owned(),
            bytes: 0,
            blake3,
            state: Some(self.identity.clone()),
        })
    }

    /// Whether the snapshot can still be imported: the keeper lives.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.keeper
            .rows("answer", "SELECT 1")
            .is_ok_and(|rows| rows.len() == 1)
    }

    /// What ends the keeper's statement.
    #[must_use]
    pub fn keeper(&self) -> &Connection {
        &self.keeper
    }

    /// Refuses a snapshot that is older than a change which it does not hide. Whatever wrote a table's entry in the catalogue since
    /// did so under a number between the oldest that the snapshot sees as running and the next one.
    fn refuse_altered_since(&self) -> Result<(), PostgresqlError> {
        let oldest = one(
            &self.keeper,
            "name the state",
            "SELECT txid_snapshot_xmin(txid_current_snapshot())",
        )?;
        let outside = Connection::open(&self.server)?;
        let sql = format!(
            "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') \
             AND (c.xmin::text::bigint - {oldest}::bigint % 4294967296 + 4294967296) % 4294967296 \
             < txid_snapshot_xmax(txid_current_snapshot()) - {oldest}::bigint ORDER BY 1"
        );
        let altered = outside.rows("list the tables that were altered", &sql)?;
        if altered.is_empty() {
            return Ok(());
        }
        Err(PostgresqlError::AlteredSince {
            place: self.server.place().to_owned(),
            snapshot: self.name.clone(),
            tables: altered.into_iter().flatten().flatten().collect(),
        })
    }
}

fn begin() -> String {
    format!(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"
    )
}

/// Only as the first statement that reads may a snapshot be imported.
fn import(connection: &Connection, name: &str) -> Result<(), PostgresqlError> {
    let sql = format!("SET TRANSACTION SNAPSHOT {}", literal(name));
    connection
        .execute("go on from the snapshot", &sql)
        .map_err(|refused| match refused {
            PostgresqlError::Refused { place, .. } => PostgresqlError::SnapshotDied {
                place,
                snapshot: name.to_owned(),
            },
            other => other,
        })
}

/// Sets what this version of the server has.
fn settle(connection: &Connection) -> Result<(), PostgresqlError> {
    let names: Vec<String> = SETTINGS.iter().map(|(name, _)| literal(name)).collect();
    let cases: Vec<String> = SETTINGS
        .iter()
        .map(|(name, value)| format!("WHEN {} THEN {}", literal(name), literal(value)))
        .collect();
    let sql = format!(
        "SELECT set_config(name, CASE name {} END, true) FROM pg_settings WHERE name IN ({})",
        cases.join(" "),
        names.join(", ")
    );
    connection.rows("set how values are written", &sql)?;
    // A database without an encoding gives its bytes as they are, and does so only to a client that asks for no encoding.
    let raw = "SELECT set_config('client_encoding', 'SQL_ASCII', true) WHERE getdatabaseencoding() = 'SQL_ASCII'";
    connection.rows("give texts as they are", raw)?;
    Ok(())
}

/// The one cell of an answer.
fn one(connection: &Connection, action: &str, sql: &str) -> Result<String, PostgresqlError> {
    let cell = connection.rows(action, sql)?.into_iter().flatten().next();
    cell.flatten().ok_or_else(|| PostgresqlError::Protocol {
        place: connection.server().place().to_owned(),
        action: action.to_owned(),
    })
}

/// Servers that cannot be asked what is asked here.
///
/// # Errors
/// For versions before 11, and what the server says.
pub fn refuse_old_server(connection: &Connection) -> Result<(), PostgresqlError> {
    let place = || connection.server().place().to_owned();
    let version = one(connection, "say its version", "SHOW server_version_num")?;
    if version.parse::<u32>().unwrap_or_default() < FIRST_VERSION {
        return Err(PostgresqlError::Version {
            place: place(),
            version: one(connection, "say its version", "SHOW server_version")?,
        });
    }
    Ok(())
}

/// A table by its full name.
struct Table {
    name: String,
    readable: bool,
}

/// Every table that is not the server's own.
fn tables(connection: &Connection) -> Result<Vec<Table>, PostgresqlError> {
    let sql = "SELECT n.nspname, c.relname, has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') \
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
               WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' \
               ORDER BY 1, 2";
    let rows = connection.rows("list its tables", sql)?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let [schema, name, readable] = <[Option<String>; 3]>::try_from(row).ok()?;
            Some(Table {
                name: format!("{}.{}", quoted(&schema?), quoted(&name?)),
                readable: readable? == "t",
            })
        })
        .collect())
}

/// The installation and the database in it: what is the same however the server is reached.
///
/// # Errors
/// What the server says.
pub fn database_name(connection: &Connection) -> Result<String, PostgresqlError> {
    one(
        connection,
        "name the database",
        "SELECT 'system ' || (SELECT system_identifier FROM pg_control_system()) || ', database ' || d.oid \
         FROM pg_database d WHERE d.datname = current_database()",
    )
}

/// The installation, the database in it, and the transactions whose work is seen.
fn identity(connection: &Connection) -> Result<String, PostgresqlError> {
    let database = database_name(connection)?;
    let seen = one(
        connection,
        "name the state",
        "SELECT txid_current_snapshot()::text",
    )?;
    Ok(format!("{database}, snapshot {seen}"))
}
