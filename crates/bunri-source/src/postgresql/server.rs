//! The database, held by a snapshot, and the sessions that see it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bunri_job::PostgresqlSource;
use bunri_manifest as manifest;
use bunri_postgresql::{Connection, HeldSnapshot, Interrupter, PostgresqlError, Server};

use super::form::{Column, Object};
use super::objects;
use bunri_source_model::SourceError;

/// A database, held.
#[derive(Debug)]
pub struct HeldDatabase {
    held: Arc<HeldSnapshot>,
}

/// One connection on its snapshot.
#[derive(Debug)]
pub struct ServerReader {
    pub(super) held: Arc<HeldSnapshot>,
    pub(super) connection: Connection,
    /// Every table and view by the name that a catalogue calls it by.
    pub(super) objects: BTreeMap<String, Object>,
    /// The columns that were asked for already: of a session that holds its tables still they do not change.
    pub(super) columns: RefCell<BTreeMap<String, Arc<[Column]>>>,
    interrupter: CurrentInterrupter,
}

/// Ends a statement of a session, over whichever connection it has now.
pub(crate) type CurrentInterrupter = Arc<Mutex<Interrupter>>;

impl HeldDatabase {
    /// Goes on from a snapshot that is held already, or takes one.
    pub(crate) fn open(
        source: &PostgresqlSource,
        held: Option<&Arc<HeldSnapshot>>,
    ) -> Result<Self, SourceError> {
        let held = match held {
            Some(held) => Arc::clone(held),
            None => Arc::new(HeldSnapshot::hold(&Server::new(source)?)?),
        };
        Ok(Self { held })
    }

    pub(crate) fn held(&self) -> &Arc<HeldSnapshot> {
        &self.held
    }

    pub(crate) fn begin(&self) -> Result<ServerReader, SourceError> {
        ServerReader::begin(Arc::clone(&self.held))
    }

    pub(crate) fn identity(&self) -> Result<manifest::Source, SourceError> {
        Ok(self.held.source()?)
    }

    /// What a snapshot shows does not change; it only has to have been there to the end.
    pub(crate) fn is_held_still(&self) -> Result<(), SourceError> {
        if self.held.is_held() {
            return Ok(());
        }
        Err(PostgresqlError::Lost {
            place: self.held.server().place().to_owned(),
            action: "hold the snapshot until everything was read".to_owned(),
        }
        .into())
    }
}

impl ServerReader {
    fn begin(held: Arc<HeldSnapshot>) -> Result<Self, SourceError> {
        let connection = held.session()?;
        let objects = objects::objects(&connection, held.server().schema())?;
        Ok(Self {
            held,
            interrupter: Arc::new(Mutex::new(connection.interrupter())),
            connection,
            objects,
            columns: RefCell::default(),
        })
    }

    /// Connects again, on the same snapshot, whose tables and columns are the same.
    pub(crate) fn again(&mut self) -> Result<(), SourceError> {
        let connection = self.held.session()?;
        let mut interrupter = self
            .interrupter
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *interrupter = connection.interrupter();
        self.connection = connection;
        Ok(())
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.connection.execute("answer", "SELECT 1").is_ok()
    }

    pub(crate) fn disconnect(&mut self) -> Result<(), SourceError> {
        Ok(self.connection.close()?)
    }

    pub(crate) fn interrupter(&self) -> CurrentInterrupter {
        Arc::clone(&self.interrupter)
    }
}

impl ServerReader {
    /// The object that a catalogue calls so.
    pub(super) fn object(&self, name: &str) -> Result<&Object, SourceError> {
        self.objects.get(name).ok_or_else(|| {
            PostgresqlError::Refused {
                place: self.connection.server().place().to_owned(),
                action: format!("read table \"{name}\""),
                why: "it has none of that name".to_owned(),
            }
            .into()
        })
    }

    /// The columns of an object, in the server's order.
    pub(super) fn columns(&self, name: &str) -> Result<Arc<[Column]>, SourceError> {
        if let Some(known) = self.columns.borrow().get(name) {
            return Ok(Arc::clone(known));
        }
        let object = self.object(name)?;
        let condition = format!("a.attrelid = {}", object.oid);
        let found = objects::columns_of(&self.connection, &condition)?;
        let columns: Arc<[Column]> = found.into_iter().map(|(_, column)| column).collect();
        self.columns
            .borrow_mut()
            .insert(name.to_owned(), Arc::clone(&columns));
        Ok(columns)
    }
}
