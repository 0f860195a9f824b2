//! The place that a store is loaded into: reached, asked what it is and what it holds already, before anything is written.

use bunri_columnar::Observer;
use bunri_job::Target;
use bunri_postgresql::{
    Connection, Interrupter, Server, database_name, literal, refuse_old_server,
};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::LoadError;
use crate::mark::Mark;

/// What a session of ours sets. Names are written out with their schema; a limit of the role would end a long copy.
const SETTINGS: &str = "SET search_path = pg_catalog; SET statement_timeout = 0; SET lock_timeout = '10s'; \
     SET idle_in_transaction_session_timeout = 0; SET client_min_messages = error; SET row_security = off";
/// How often it is asked whether somebody wants to stop.
const PULSE: Duration = Duration::from_millis(200);
/// How often, and how many times, a load that was just killed is waited for: its server process ends a moment later.
const PATIENCE: (Duration, usize) = (Duration::from_millis(250), 20);

/// A target, reached.
pub(crate) struct OpenTarget {
    pub(crate) server: Server,
    pub(crate) schema: String,
    /// Installation and database.
    pub(crate) database: String,
    /// Holds the lock, and asks.
    pub(crate) connection: Connection,
}

/// Something that has rows in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relation {
    pub(crate) schema: String,
    pub(crate) name: String,
    /// An ordinary table.
    pub(crate) is_table: bool,
    pub(crate) mark: Option<Mark>,
}

impl OpenTarget {
    /// Connects, and asks what the database is.
    pub(crate) fn open(target: &Target) -> Result<Self, LoadError> {
        let server = Server::target(&target.server)?;
        let connection = session(&server)?;
        refuse_old_server(&connection)?;
        let database = database_name(&connection)?;
        Ok(Self {
            schema: server.schema().to_owned(),
            server,
            database,
            connection,
        })
    }

    /// What messages and records call it.
    pub(crate) fn place(&self) -> String {
        format!("{}, schema `{}`", self.server.place(), self.schema)
    }

    /// One cell of an answer; NULL and no row are the empty text.
    pub(crate) fn ask(&self, action: &str, sql: &str) -> Result<String, LoadError> {
        let rows = self.connection.rows(action, sql)?;
        Ok(rows
            .into_iter()
            .flatten()
            .next()
            .flatten()
            .unwrap_or_default())
    }

    /// Refuses a database that cannot hold every text as it is, and a schema in which nothing can be made.
    pub(crate) fn refuse_unfit(&self) -> Result<(), LoadError> {
        let encoding = self.ask("say its encoding", "SHOW server_encoding")?;
        if encoding != "UTF8" {
            return Err(LoadError::Refused(vec![format!(
                "the database is in {encoding}, which does not hold every character as it is (two that are one there would become one, \
                 and nobody would know): make it with ENCODING 'UTF8'"
            )]));
        }
        if self.ask("say whether it is a standby", "SELECT pg_is_in_recovery()")? == "t" {
            return Err(LoadError::Refused(vec![
                "the server is a standby, in which nothing can be written".to_owned(),
            ]));
        }
        let sql = format!(
            "SELECT CASE WHEN has_schema_privilege(oid, 'USAGE') AND has_schema_privilege(oid, 'CREATE') THEN 'yes' ELSE 'no' END \
             FROM pg_namespace WHERE nspname = {}",
            literal(&self.schema)
        );
        match self.ask("say who may use the schema", &sql)?.as_str() {
            "yes" => Ok(()),
            "" => Err(LoadError::Refused(vec![format!(
                "there is no schema `{}` in the database: whoever owns the database makes it (docs/load.md)",
                self.schema
            )])),
            _ => Err(LoadError::NoRight {
                place: self.place(),
                why: "the role may not make tables in the schema: it needs USAGE and CREATE (docs/load.md)"
                    .to_owned(),
            }),
        }
    }

    /// One load at a time. The lock is the session's, and goes with it however it ends.
    pub(crate) fn lock(&self, observer: &dyn Observer) -> Result<(), LoadError> {
        let name = blake3::hash(format!("bunri.load/1 {}", self.schema).as_bytes());
        let number = name
            .as_bytes()
            .first_chunk::<8>()
            .map_or(0, |it| i64::from_be_bytes(*it));
        let (pause, times) = PATIENCE;
        for attempt in 0..times {
            let sql = format!("SELECT pg_try_advisory_lock({number})");
            if self.ask("lock the schema for a load", &sql)? == "t" {
                return Ok(());
            }
            if observer.cancelled() {
                return Err(LoadError::Interrupted);
            }
            if attempt + 1 < times {
                thread::sleep(pause);
            }
        }
        Err(LoadError::Busy {
            place: self.place(),
        })
    }

    /// Everything in the database that has rows.
    pub(crate) fn relations(&self) -> Result<Vec<Relation>, LoadError> {
        relations(&self.connection)
    }
}

/// A connection with our settings.
pub(crate) fn session(server: &Server) -> Result<Connection, LoadError> {
    let connection = Connection::open(server)?;
    connection.execute("set how it is spoken to", SETTINGS)?;
    Ok(connection)
}

/// Everything in the database that has rows, the server's own aside, in the order of names.
pub(crate) fn relations(connection: &Connection) -> Result<Vec<Relation>, LoadError> {
    let sql = "SELECT n.nspname, c.relname, c.relkind, obj_description(c.oid, 'pg_class') \
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
               WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' \
               ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\"";
    let rows = connection.rows("list its tables", sql)?;
    let relation = |row: Vec<Option<String>>| {
        let [schema, name, kind, comment] = <[Option<String>; 4]>::try_from(row).ok()?;
        Some(Relation {
            schema: schema?,
            name: name?,
            is_table: matches!(kind?.as_str(), "r" | "p"),
            mark: comment.as_deref().and_then(Mark::parse),
        })
    };
    Ok(rows.into_iter().filter_map(relation).collect())
}

/// Does some work over these connections. A statement that takes long without giving or taking a row (an index) hears of a stop all the
/// same.
pub(crate) fn watched<T>(
    observer: &dyn Observer,
    handles: &[Interrupter],
    work: impl FnOnce() -> Result<T, LoadError>,
) -> Result<T, LoadError> {
    let (working, all_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let watch = move || {
            while all_done.recv_timeout(PULSE) == Err(RecvTimeoutError::Timeout) {
                if observer.cancelled() {
                    handles.iter().for_each(Interrupter::interrupt);
                }
            }
        };
        // Where the system refuses a thread, a stop is heard at the next batch.
        let _watching = thread::Builder::new().spawn_scoped(scope, watch);
        let result = work();
        // Ends the watch; so does a panic, which drops it too.
        drop(working);
        result
    })
}
