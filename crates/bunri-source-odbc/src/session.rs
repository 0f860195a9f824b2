//! The database, held, and the sessions that see it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bunri_job::OdbcSource;
use bunri_manifest as manifest;
use bunri_odbc::{
    Connection, Dbms, HeldDatabase, Interrupter, OdbcError, Server, SharedConnection, TableEntry,
};
use bunri_source_model::{SourceError, sqlite_compatible};
use bunri_types::{ValueForm, ValueType};

use crate::columns::columns_of;
use crate::form::Column;
use crate::words::compatible;

/// A database, held.
#[derive(Debug)]
pub struct OdbcDatabase {
    held: Arc<HeldDatabase>,
}

/// One session on its state.
#[derive(Debug)]
pub struct OdbcReader {
    pub(crate) held: Arc<HeldDatabase>,
    pub(crate) shared: SharedConnection,
    /// The columns that were asked for already.
    columns: RefCell<BTreeMap<String, Arc<[Column]>>>,
    interrupter: Arc<Mutex<Interrupter>>,
}

impl OdbcDatabase {
    /// Goes on from a state that is held already, or holds one.
    ///
    /// # Errors
    /// What the database says.
    pub fn open(
        source: &OdbcSource,
        held: Option<&Arc<HeldDatabase>>,
    ) -> Result<Self, SourceError> {
        let held = match held {
            Some(held) => Arc::clone(held),
            None => Arc::new(HeldDatabase::hold(&Server::new(source))?),
        };
        Ok(Self { held })
    }

    /// The state.
    #[must_use]
    pub fn held(&self) -> &Arc<HeldDatabase> {
        &self.held
    }

    /// Whether a column that it declares so can hold values of this type, read in this way.
    #[must_use]
    pub fn compatible(&self, declared: &str, value_type: ValueType, reading: &ValueForm) -> bool {
        match self.held.dbms() {
            Dbms::Sqlite => sqlite_compatible(declared, value_type, reading),
            Dbms::Mariadb
            | Dbms::Postgresql
            | Dbms::SqlServer
            | Dbms::Oracle
            | Dbms::Db2
            | Dbms::Other => compatible(declared, value_type, reading),
        }
    }

    /// A session that sees the state.
    ///
    /// # Errors
    /// What the database says.
    pub fn begin(&self) -> Result<OdbcReader, SourceError> {
        let shared = self.held.session()?;
        Ok(OdbcReader {
            held: Arc::clone(&self.held),
            interrupter: Arc::new(Mutex::new(shared.interrupter())),
            shared,
            columns: RefCell::default(),
        })
    }

    /// What the state is called.
    ///
    /// # Errors
    /// Never, with a hash of the right length.
    pub fn identity(&self) -> Result<manifest::Source, SourceError> {
        Ok(self.held.source()?)
    }

    /// Refuses a state that is gone.
    ///
    /// # Errors
    /// What the database says.
    pub fn is_there_still(&self) -> Result<(), SourceError> {
        Ok(self.held.is_there_still()?)
    }

    /// Refuses a state that is gone, or that is not what it was.
    ///
    /// # Errors
    /// What the database says.
    pub fn unchanged(&self) -> Result<(), SourceError> {
        Ok(self.held.unchanged()?)
    }
}

impl OdbcReader {
    /// Connects again, to a database at rest.
    ///
    /// # Errors
    /// What the database says.
    pub fn again(&mut self) -> Result<(), SourceError> {
        let shared = self.held.session()?;
        *self
            .interrupter
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = shared.interrupter();
        self.shared = shared;
        Ok(())
    }

    /// What ends a long statement of this session from another thread, over whichever connection it has then.
    #[must_use]
    pub fn interrupter(&self) -> Arc<Mutex<Interrupter>> {
        Arc::clone(&self.interrupter)
    }

    /// The object that a catalogue calls so.
    pub(crate) fn entry(&self, name: &str) -> Result<&TableEntry, SourceError> {
        self.held.tables().get(name).ok_or_else(|| {
            OdbcError::Refused {
                place: self.held.place().to_owned(),
                action: format!("read table \"{name}\""),
                why: "it has none of that name".to_owned(),
            }
            .into()
        })
    }

    /// The columns of an object, in the database's order.
    pub(crate) fn columns(
        &self,
        connection: &Connection,
        name: &str,
    ) -> Result<Arc<[Column]>, SourceError> {
        if let Some(known) = self.columns.borrow().get(name) {
            return Ok(Arc::clone(known));
        }
        let columns: Arc<[Column]> = columns_of(connection, self.entry(name)?)?.into();
        self.columns
            .borrow_mut()
            .insert(name.to_owned(), Arc::clone(&columns));
        Ok(columns)
    }

    /// Columns by their names, in this order.
    pub(crate) fn named(
        &self,
        connection: &Connection,
        table: &str,
        names: &[&str],
    ) -> Result<Vec<Column>, SourceError> {
        let there = self.columns(connection, table)?;
        let found = names.iter().map(|name| {
            let column = there.iter().find(|column| column.name == *name);
            column.cloned().ok_or_else(|| {
                OdbcError::Refused {
                    place: connection.place().to_owned(),
                    action: format!("read table \"{table}\""),
                    why: format!("it has no column \"{name}\""),
                }
                .into()
            })
        });
        found.collect()
    }
}

/// `FROM` with the object under the name `t`.
pub(crate) fn from(connection: &Connection, entry: &TableEntry) -> String {
    format!("FROM {} t", entry.sql_name(connection))
}
