//! Which database it is, and the driver that reaches it: asked once a run, by the first connection.

use std::sync::{Arc, OnceLock};

use bunri_job::OdbcSource;
use zeroize::Zeroizing;

use crate::dbms::Dbms;
use crate::error::OdbcError;

/// A database that can be connected to.
#[derive(Clone)]
pub struct Server {
    source: Arc<OdbcSource>,
    place: Arc<str>,
    facts: Arc<OnceLock<Facts>>,
}

/// What the first connection was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) dbms: Dbms,
    /// As it calls itself.
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) database: String,
    pub(crate) driver: String,
    pub(crate) driver_version: String,
    /// Around a name.
    pub(crate) quote: String,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.place)
    }
}

impl Server {
    /// Of this source; nothing is asked of it yet.
    #[must_use]
    pub fn new(source: &OdbcSource) -> Self {
        Self {
            place: source.place().into(),
            source: Arc::new(source.clone()),
            facts: Arc::default(),
        }
    }

    /// How messages call it.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    pub(crate) fn source(&self) -> &OdbcSource {
        &self.source
    }

    /// What the job says of a database that nobody writes to.
    pub(crate) fn rest(&self) -> Option<&str> {
        self.source.rest.as_deref()
    }

    pub(crate) fn facts(&self) -> Option<&Facts> {
        self.facts.get()
    }

    pub(crate) fn learn(&self, facts: Facts) -> &Facts {
        self.facts.get_or_init(|| facts)
    }

    /// The password, if the job says where one stands.
    pub(crate) fn password(&self) -> Result<Option<Zeroizing<String>>, OdbcError> {
        let Some(place) = &self.source.password else {
            return Ok(None);
        };
        match place.password() {
            Ok(password) => Ok(Some(password)),
            Err(why) => Err(OdbcError::Password {
                place: self.place().to_owned(),
                why,
            }),
        }
    }
}
