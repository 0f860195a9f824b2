//! The state that all sessions of a run see, and its name.
//!
//! A database in use gives one connection one state, where it can: then that connection is the only one, sessions take turns on it,
//! and when it is lost, so is the state. Its name is drawn at random: no two such states are the same, and none is met again.
//!
//! A database that nobody writes to is one state for every connection. That is the job's word (`rest`), and it is tested: the name of
//! the state holds what the database makes of every table, which is asked at the beginning and, over a new connection, at the end.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bunri_manifest::{Blake3Hex, Source};

use crate::connection::{Connection, Interrupter};
use crate::dbms::Dbms;
use crate::error::OdbcError;
use crate::server::Server;
use crate::tables::TableEntry;

/// A connection that sessions may have to share.
#[derive(Debug, Clone)]
pub struct SharedConnection {
    connection: Arc<Mutex<Connection>>,
    interrupter: Interrupter,
}

/// A database, held.
#[derive(Debug)]
pub struct HeldDatabase {
    server: Server,
    first: SharedConnection,
    tables: BTreeMap<String, TableEntry>,
    /// Tables that no snapshot holds, with what keeps them; none of a database at rest.
    unheld: BTreeMap<String, String>,
    identity: String,
}

impl SharedConnection {
    fn new(connection: Connection) -> Self {
        Self {
            interrupter: connection.interrupter(),
            connection: Arc::new(Mutex::new(connection)),
        }
    }

    /// The connection, when nobody else uses it.
    pub fn turn(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What ends its statement from another thread, whoever's turn it is.
    #[must_use]
    pub fn interrupter(&self) -> Interrupter {
        self.interrupter.clone()
    }
}

impl HeldDatabase {
    /// Connects, and holds what it sees.
    ///
    /// # Errors
    /// What the database says; when it cannot give all tables in one state and the job does not say that it rests.
    pub fn hold(server: &Server) -> Result<Self, OdbcError> {
        let connection = Connection::open(server)?;
        let holds = connection.hold()?;
        let facts = connection.facts();
        if !holds && server.rest().is_none() {
            return Err(OdbcError::NoSnapshot {
                place: server.place().to_owned(),
                why: format!("{} gives bunri no snapshot", facts.name),
            });
        }
        let tables = connection.tables(server.source().schema.as_deref())?;
        let mut identity = format!(
            "odbc, {} {}, database {}, driver {} {}",
            facts.name,
            facts.version,
            // Of a database that is a file the name is where it lies, and that is no part of its state.
            if facts.dbms == Dbms::Sqlite {
                ""
            } else {
                &facts.database
            },
            facts.driver,
            facts.driver_version
        );
        let mut unheld = BTreeMap::new();
        match server.rest() {
            Some(name) => {
                let _ = write!(identity, ", at rest as \"{name}\": ");
                identity.push_str(&survey(&connection, &tables)?);
            }
            None => {
                let _ = write!(identity, ", snapshot {}", nonce(&connection)?);
                unheld = without_snapshot(&connection)?;
            }
        }
        Ok(Self {
            server: server.clone(),
            first: SharedConnection::new(connection),
            tables,
            unheld,
            identity,
        })
    }

    /// A connection that sees the same state: of a database at rest one of its own, else the one that there is.
    ///
    /// # Errors
    /// What the database says.
    pub fn session(&self) -> Result<SharedConnection, OdbcError> {
        if !self.is_at_rest() {
            return Ok(self.first.clone());
        }
        let connection = Connection::open(&self.server)?;
        connection.hold()?;
        Ok(SharedConnection::new(connection))
    }

    /// Whether the job says that nobody writes there, so that every connection sees the same state.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        self.server.rest().is_some()
    }

    /// How messages call the database.
    #[must_use]
    pub fn place(&self) -> &str {
        self.server.place()
    }

    /// Which database it is.
    #[must_use]
    pub fn dbms(&self) -> Dbms {
        self.server.facts().map_or(Dbms::Other, |facts| facts.dbms)
    }

    /// Tables and views by the names that a catalogue calls them by.
    #[must_use]
    pub fn tables(&self) -> &BTreeMap<String, TableEntry> {
        &self.tables
    }

    /// Refuses tables that the snapshot does not hold.
    ///
    /// # Errors
    /// Names them.
    pub fn refuse_unheld<'a>(
        &self,
        read: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), OdbcError> {
        let found = read.into_iter();
        let found = found.filter_map(|name| Some((name, self.unheld.get(name)?)));
        let found: Vec<String> = found
            .map(|(name, engine)| format!("\"{name}\" ({engine})"))
            .collect();
        if found.is_empty() {
            return Ok(());
        }
        Err(OdbcError::NoSnapshot {
            place: self.place().to_owned(),
            why: format!("no snapshot holds {}", found.join(", ")),
        })
    }

    /// What the state is, for whoever binds a run to it.
    ///
    /// # Errors
    /// Never, with a hash of the right length.
    pub fn source(&self) -> Result<Source, OdbcError> {
        let hex = blake3::hash(self.identity.as_bytes()).to_hex().to_string();
        let blake3 = Blake3Hex::try_from(hex).map_err(|_| OdbcError::Protocol {
            place: self.place().to_owned(),
            action: "name the state".to_owned(),
        })?;
        Ok(Source {
            kind: "odbc".to_owned(),
            bytes: 0,
            blake3,
            state: Some(self.identity.clone()),
        })
    }

    /// Refuses a state that is gone, or a database that was said to be at rest and was written to: it is looked at over a new
    /// connection, because the old ones may see what was.
    ///
    /// # Errors
    /// Which of the two, and what the database says.
    pub fn unchanged(&self) -> Result<(), OdbcError> {
        if self.server.rest().is_none() {
            return self
                .first
                .turn()
                .rows("answer", answers(self.dbms()))
                .map(drop);
        }
        let connection = Connection::open(&self.server)?;
        connection.hold()?;
        let tables = connection.tables(self.server.source().schema.as_deref())?;
        if self.identity.ends_with(&survey(&connection, &tables)?) {
            return Ok(());
        }
        Err(OdbcError::NotAtRest {
            place: self.place().to_owned(),
        })
    }

    /// Whether the state is there still, as far as that can be seen for little.
    ///
    /// # Errors
    /// What the database says.
    pub fn is_there_still(&self) -> Result<(), OdbcError> {
        self.first
            .turn()
            .rows("answer", answers(self.dbms()))
            .map(drop)
    }
}

/// A statement that every user may ask.
fn answers(dbms: Dbms) -> &'static str {
    match dbms {
        Dbms::Oracle => "SELECT 1 FROM DUAL",
        Dbms::Db2 => "SELECT 1 FROM SYSIBM.SYSDUMMY1",
        Dbms::Mariadb | Dbms::Postgresql | Dbms::Sqlite | Dbms::SqlServer | Dbms::Other => {
            "SELECT 1"
        }
    }
}

/// A name that no other state has.
fn nonce(connection: &Connection) -> Result<String, OdbcError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| connection.strange("name the state"))?;
    Ok(bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}

/// Tables of MariaDB that its snapshots do not hold, with their engines.
fn without_snapshot(connection: &Connection) -> Result<BTreeMap<String, String>, OdbcError> {
    if connection.dbms() != Dbms::Mariadb {
        return Ok(BTreeMap::new());
    }
    let sql = "SELECT TABLE_NAME, ENGINE FROM information_schema.TABLES \
               WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE <> 'VIEW' AND COALESCE(ENGINE, '') <> 'InnoDB'";
    let rows = connection.rows("list what keeps its tables", sql)?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let [name, engine] = <[Option<String>; 2]>::try_from(row).ok()?;
            Some((name?, engine.unwrap_or_else(|| "no engine".to_owned())))
        })
        .collect())
}

/// What the database makes of every table that the user may read: how many rows, and a digest of its own sums over them. The sums
/// themselves may say something of a value.
fn survey(
    connection: &Connection,
    tables: &BTreeMap<String, TableEntry>,
) -> Result<String, OdbcError> {
    let mut words = Vec::new();
    for (name, table) in tables.iter().filter(|(_, table)| !table.is_view) {
        let action = format!("count table \"{name}\"");
        let from = table.sql_name(connection);
        let columns = connection.describe(&action, &format!("SELECT * FROM {from} WHERE 1 = 0"));
        let columns = match columns {
            // Who may not read a table reads none of it, and need not know how it is.
            Err(OdbcError::Refused { .. }) => continue,
            columns => columns?,
        };
        let names: Vec<String> = columns
            .iter()
            .map(|column| connection.quoted(&column.name))
            .collect();
        let mut figures = vec!["COUNT(*)".to_owned()];
        figures.extend(connection.dbms().content_terms(&names));
        let mut hasher = blake3::Hasher::new();
        let mut rows = String::new();
        // No database gives more columns at once than this.
        for terms in figures.chunks(500) {
            let sql = format!("SELECT {} FROM {from}", terms.join(", "));
            for cell in connection.rows(&action, &sql)?.into_iter().flatten() {
                let cell = cell.unwrap_or_default();
                if rows.is_empty() {
                    rows.clone_from(&cell);
                }
                hasher.update(cell.as_bytes());
                hasher.update(b"\n");
            }
        }
        for column in &columns {
            hasher.update(format!("{} {}\n", column.name, column.type_name).as_bytes());
        }
        let digest = hasher.finalize().to_hex();
        words.push(format!("{name} {rows} rows {}", &digest.as_str()[..16]));
    }
    Ok(words.join(", "))
}
