//! One session a thread, lent to it while it works and back when it is done, so that the source is closed by whoever opened it.

use std::sync::{Mutex, PoisonError};

use bunri_source::{OpenSource, Session, SourceError};

/// Sessions of one source, as many as threads work.
pub(crate) struct Sessions(Mutex<Vec<Session>>);

impl Sessions {
    /// The first one and as many more as it takes.
    pub(crate) fn open(
        open: &OpenSource,
        first: Session,
        threads: usize,
    ) -> Result<Self, SourceError> {
        let mut sessions = vec![first];
        for _ in 1..threads {
            sessions.push(open.session()?);
        }
        Ok(Self(Mutex::new(sessions)))
    }

    /// One of them, for a thread.
    pub(crate) fn lend(&self) -> Lent<'_> {
        let mut home = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Lent {
            session: home.pop(),
            home: self,
        }
    }

    /// All that are back.
    pub(crate) fn into_inner(self) -> Vec<Session> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session that goes back when its thread is done.
pub(crate) struct Lent<'a> {
    session: Option<Session>,
    home: &'a Sessions,
}

impl Lent<'_> {
    /// There is one for every thread; without one nobody goes on.
    pub(crate) fn session(&self) -> Result<&Session, SourceError> {
        self.session.as_ref().ok_or(SourceError::Interrupted)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            let mut home = self.home.0.lock().unwrap_or_else(PoisonError::into_inner);
            home.push(session);
        }
    }
}
