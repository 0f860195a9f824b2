//! One connection: statements, and what comes back.

use std::time::Duration;

use crate::block::{Block, Bound};
use crate::dbms::{Dbms, needs};
use crate::error::{
    CUT, OdbcError, TOO_LONG, is_cancelled, is_lost, is_lost_early, words, words_of_connecting,
};
use crate::manager::{
    DatabaseHandle, Failed, Fetched, InfoType, Listing, Piecewise, StatementHandle, StatementInUse,
    Taken,
};
use crate::server::{Facts, Server};
use crate::text::connection_string;

/// Seconds in which a database answers a connection.
const PATIENCE: usize = 15;
/// How often a connection that was lost early is tried again, and after how long.
const ATTEMPTS: usize = 3;
const PAUSE: Duration = Duration::from_secs(1);
/// No value is longer: a row may have 1 GiB.
const MOST_BYTES: usize = 1 << 30;

/// A connection.
pub struct Connection {
    handle: DatabaseHandle,
    server: Server,
    facts: Facts,
}

/// Rows of text; NULL is [`None`].
pub type Rows = Vec<Vec<Option<String>>>;

/// Ends the statement of a connection from another thread.
#[derive(Clone)]
pub struct Interrupter {
    in_use: StatementInUse,
}

/// A column of an answer, as the driver describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerColumn {
    /// Its name.
    pub name: String,
    /// ODBC's number of its type.
    pub sql_type: i16,
    /// Characters, bytes or digits, as the type has them; 0: not known.
    pub size: usize,
    /// Digits behind the point, or of a second.
    pub digits: i16,
    /// Whether NULL may stand there.
    pub nullable: bool,
    /// Whether a whole number has no sign.
    pub is_unsigned: bool,
    /// The database's own name of the type.
    pub type_name: String,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "a connection to {}", self.server.place())
    }
}

impl std::fmt::Debug for Interrupter {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("an end to a statement")
    }
}

impl Interrupter {
    /// Ends the statement that runs, if one does.
    pub fn interrupt(&self) {
        self.in_use.cancel();
    }
}

fn connect(server: &Server, needs: &[(&str, &str)]) -> Result<DatabaseHandle, OdbcError> {
    let password = server.password()?;
    let secret = password.as_ref().map_or("", |password| password.as_str());
    let text = connection_string(
        server.source(),
        needs,
        password.as_ref().map(|password| password.as_str()),
    );
    let mut connected = DatabaseHandle::connect(&text, PATIENCE);
    // A connection that was taken and lost before anything was said: a server that is starting, or a network that stumbled.
    for _ in 0..ATTEMPTS {
        match &connected {
            Err(Failed::Said(said)) if is_lost_early(said) => {}
            _ => break,
        }
        std::thread::sleep(PAUSE);
        connected = DatabaseHandle::connect(&text, PATIENCE);
    }
    connected.map_err(|failed| match failed {
        Failed::NoManager(why) => OdbcError::NoManager { why },
        Failed::Said(said) => OdbcError::Connect {
            place: server.place().to_owned(),
            why: words_of_connecting(&said, secret),
        },
    })
}

fn facts(handle: &DatabaseHandle) -> Facts {
    let name = handle.info(InfoType::DbmsName);
    Facts {
        dbms: Dbms::of(&name),
        name,
        version: handle.info(InfoType::DbmsVersion),
        database: handle.info(InfoType::DatabaseName),
        driver: handle.info(InfoType::DriverName),
        driver_version: handle.info(InfoType::DriverVersion),
        quote: handle.info(InfoType::IdentifierQuote).trim().to_owned(),
    }
}

impl Connection {
    /// A connection that holds no state yet. The first one asks which driver it is, and is made again as that driver needs it.
    ///
    /// # Errors
    /// When there is no driver manager, no password, or no connection.
    pub(crate) fn open(server: &Server) -> Result<Self, OdbcError> {
        let known = match server.facts() {
            Some(facts) => facts.clone(),
            None => {
                let handle = connect(server, &[])?;
                server.learn(facts(&handle)).clone()
            }
        };
        let handle = connect(server, needs(&known.driver))?;
        let connection = Self {
            handle,
            server: server.clone(),
            facts: known,
        };
        for setting in connection.facts.dbms.settings() {
            connection.execute("set how values are written", setting)?;
        }
        Ok(connection)
    }

    /// Begins to see one state, where the database offers that; says whether it does.
    pub(crate) fn hold(&self) -> Result<bool, OdbcError> {
        let Some(snapshot) = self.facts.dbms.snapshot() else {
            return Ok(false);
        };
        let action = "hold all tables in one state";
        // Listed before the transaction: what is listed in it would take its snapshot, and the tables are to be locked before.
        let held = match snapshot.tables_to_lock {
            Some(list) => self.rows("list the tables to hold", list)?,
            None => Vec::new(),
        };
        if snapshot.bundles {
            self.handle
                .begin_bundling()
                .map_err(|failed| self.explain(action, failed))?;
        }
        for statement in snapshot.statements {
            self.execute(action, statement)?;
        }
        let names: Vec<String> = held.into_iter().flatten().flatten().collect();
        if !names.is_empty() {
            let lock = format!("LOCK TABLE {} IN ACCESS SHARE MODE", names.join(", "));
            self.execute("hold its tables against changes of their columns", &lock)?;
        }
        Ok(true)
    }

    /// How messages call the database.
    #[must_use]
    pub fn place(&self) -> &str {
        self.server.place()
    }

    /// Which database it is.
    #[must_use]
    pub fn dbms(&self) -> Dbms {
        self.facts.dbms
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// A name as SQL writes it.
    #[must_use]
    pub fn quoted(&self, name: &str) -> String {
        let quote = &self.facts.quote;
        if quote.is_empty() {
            return name.to_owned();
        }
        format!(
            "{quote}{}{quote}",
            name.replace(quote.as_str(), &quote.repeat(2))
        )
    }

    /// What ends a statement of this connection from another thread.
    #[must_use]
    pub fn interrupter(&self) -> Interrupter {
        Interrupter {
            in_use: self.handle.in_use(),
        }
    }

    fn explain(&self, action: &str, failed: Failed) -> OdbcError {
        let (place, action) = (self.place().to_owned(), action.to_owned());
        let said = match failed {
            Failed::NoManager(why) => return OdbcError::NoManager { why },
            Failed::Said(said) => said,
        };
        if is_cancelled(self.dbms(), &said) {
            return OdbcError::Interrupted;
        }
        if is_lost(&said) || self.handle.is_dead() {
            return match self.server.rest() {
                Some(_) => OdbcError::Lost { place, action },
                None => OdbcError::SnapshotLost { place, action },
            };
        }
        if said.is_empty() {
            return OdbcError::Protocol { place, action };
        }
        let password = self.server.password().ok().flatten();
        let secret = password.as_ref().map_or("", |password| password.as_str());
        OdbcError::Refused {
            place,
            action,
            why: words(self.dbms(), &said, secret),
        }
    }

    fn value_problem(&self, action: &str, column: &str, what: &'static str) -> OdbcError {
        OdbcError::Value {
            place: self.place().to_owned(),
            action: action.to_owned(),
            column: column.to_owned(),
            what,
        }
    }

    /// What is wrong with an answer that is none. `action` completes "to …".
    #[must_use]
    pub fn strange(&self, action: &str) -> OdbcError {
        OdbcError::Protocol {
            place: self.place().to_owned(),
            action: action.to_owned(),
        }
    }

    /// Runs a statement whose answer nobody needs. `action` completes "refuses to …".
    ///
    /// # Errors
    /// What the database says.
    pub fn execute(&self, action: &str, sql: &str) -> Result<(), OdbcError> {
        self.run(sql)
            .map(drop)
            .map_err(|failed| self.explain(action, failed))
    }

    fn run(&self, sql: &str) -> Result<StatementHandle<'_>, Failed> {
        let statement = StatementHandle::new(&self.handle)?;
        statement.execute(sql)?;
        Ok(statement)
    }

    /// The columns of a statement's answer, which should be one without rows.
    ///
    /// # Errors
    /// What the database says.
    pub fn describe(&self, action: &str, sql: &str) -> Result<Vec<AnswerColumn>, OdbcError> {
        let described = self.run(sql).and_then(|statement| statement.describe());
        described
            .map(columns)
            .map_err(|failed| self.explain(action, failed))
    }

    /// All rows of a statement, as text: for what is small.
    ///
    /// # Errors
    /// What the database says.
    pub fn rows(&self, action: &str, sql: &str) -> Result<Rows, OdbcError> {
        let mut rows = Rows::new();
        self.each_row(action, sql, |row| {
            rows.push(row.iter().map(|cell| cell.map(str::to_owned)).collect());
            Ok::<_, OdbcError>(())
        })?;
        Ok(rows)
    }

    /// Gives every row of a statement as characters: `SQLGetData`, value by value and piece by piece, as UTF-16.
    ///
    /// # Errors
    /// What the database says, and the taker's own; characters that are none.
    pub fn each_row<E: From<OdbcError>>(
        &self,
        action: &str,
        sql: &str,
        take: impl FnMut(&[Option<&str>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let explain = |failed| E::from(self.explain(action, failed));
        let statement = self.run(sql).map_err(explain)?;
        self.take_rows(action, &statement, take)
    }

    /// The rows of a list.
    pub(crate) fn list(&self, action: &str, listing: Listing<'_>) -> Result<Rows, OdbcError> {
        let explain = |failed| self.explain(action, failed);
        let statement = StatementHandle::new(&self.handle).map_err(explain)?;
        statement.list(listing).map_err(explain)?;
        let mut rows = Rows::new();
        self.take_rows(action, &statement, |row| {
            rows.push(row.iter().map(|cell| cell.map(str::to_owned)).collect());
            Ok::<_, OdbcError>(())
        })?;
        Ok(rows)
    }

    fn take_rows<E: From<OdbcError>>(
        &self,
        action: &str,
        statement: &StatementHandle<'_>,
        mut take: impl FnMut(&[Option<&str>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let explain = |failed| E::from(self.explain(action, failed));
        let columns = columns(statement.describe().map_err(explain)?);
        let mut bytes = Vec::new();
        let gives_utf8 = self.dbms().gives_utf8();
        let kind = if gives_utf8 {
            Piecewise::Characters
        } else {
            Piecewise::Units
        };
        let mut texts: Vec<Option<String>> = vec![None; columns.len()];
        while statement.fetch().map_err(explain)? == Fetched::Rows {
            for ((number, column), text) in (1_u16..).zip(&columns).zip(&mut texts) {
                bytes.clear();
                let wrong = |what| E::from(self.value_problem(action, &column.name, what));
                let taken = statement
                    .value(number, kind, MOST_BYTES, &mut bytes)
                    .map_err(explain)?;
                *text = match taken {
                    Taken::Null => None,
                    Taken::Cut => return Err(wrong(CUT)),
                    Taken::TooLong => return Err(wrong(TOO_LONG)),
                    Taken::Value if gives_utf8 => {
                        let text = std::str::from_utf8(&bytes);
                        Some(text.map_err(|_| wrong(NO_CHARACTERS))?.to_owned())
                    }
                    Taken::Value => Some(utf8_of(&bytes).ok_or_else(|| wrong(NO_CHARACTERS))?),
                };
            }
            let row: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
            take(&row)?;
        }
        Ok(())
    }

    /// Gives the rows of a statement in blocks of so many; `take` says whether it wants more. Values that come
    /// later are given beside the block, which has one row then.
    ///
    /// # Errors
    /// What the database says, and the taker's own; a value that the driver cut off; columns that are others than those which
    /// `check` wants.
    pub fn blocks<E: From<OdbcError>>(
        &self,
        action: &str,
        sql: &str,
        bound: &[Bound],
        rows: usize,
        check: impl FnOnce(&[AnswerColumn]) -> Result<(), E>,
        mut take: impl FnMut(&Block, &[Option<Vec<u8>>]) -> Result<bool, E>,
    ) -> Result<(), E> {
        let explain = |failed| E::from(self.explain(action, failed));
        let statement = self.run(sql).map_err(explain)?;
        let columns = columns(statement.describe().map_err(explain)?);
        check(&columns)?;
        if columns.len() != bound.len() {
            return Err(self.strange(action).into());
        }
        let later: Vec<usize> = (0..bound.len())
            .filter(|&at| bound[at].kind.comes_later())
            .collect();
        let rows = if later.is_empty() { rows.max(1) } else { 1 };
        let mut answer = statement.bind(bound, rows).map_err(explain)?;
        let mut aside: Vec<Option<Vec<u8>>> = vec![None; bound.len()];
        while answer.fetch().map_err(explain)? == Fetched::Rows {
            if answer.block().is_cut() {
                return Err(self.value_problem(action, "?", CUT).into());
            }
            for &at in &later {
                let wrong = |what| E::from(self.value_problem(action, &columns[at].name, what));
                let mut bytes = aside[at].take().unwrap_or_default();
                bytes.clear();
                let taken = answer.later(at, MOST_BYTES, &mut bytes).map_err(explain)?;
                aside[at] = match taken {
                    Taken::Null => None,
                    Taken::Value => Some(bytes),
                    Taken::Cut => return Err(wrong(CUT)),
                    Taken::TooLong => return Err(wrong(TOO_LONG)),
                };
            }
            if !take(answer.block(), &aside)? {
                break;
            }
        }
        Ok(())
    }
}

/// What is wrong with characters that are none.
const NO_CHARACTERS: &str = "the driver gave characters that are none; nothing was completed. Is the character set of the connection \
                        that of the driver's settings?";

fn utf8_of(bytes: &[u8]) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let units = pairs.iter().map(|pair| u16::from_ne_bytes(*pair));
    char::decode_utf16(units)
        .collect::<Result<String, _>>()
        .ok()
}

fn columns(described: Vec<crate::manager::Described>) -> Vec<AnswerColumn> {
    described
        .into_iter()
        .map(|one| AnswerColumn {
            name: one.name,
            sql_type: one.sql_type,
            size: one.size,
            digits: one.digits,
            nullable: one.nullable,
            is_unsigned: one.is_unsigned,
            type_name: one.type_name,
        })
        .collect()
}
