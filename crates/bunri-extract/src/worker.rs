//! A thread's session, made anew where its connection was lost or is of no more use.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::ExtractError;
use crate::halt::Halt;
use bunri_source::Session;

/// Before a lost connection is made anew: short for a restart of what stands between, longer for what stays away.
const WAITS: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(10),
    Duration::from_secs(30),
];

/// A session, and what it must know before it is used again.
pub(crate) struct Worker<'s> {
    halt: &'s Halt<'s>,
    session: &'s mut Session,
    /// How often connections were lost, however many at one time. What loses one may have lost all of them, and nobody else need find
    /// that out over a table.
    outages: &'s AtomicUsize,
    /// So many outages this connection is known to have outlived.
    before: usize,
    /// Whether an answer was left before its end, so that the rest of it would come first.
    is_left: bool,
    /// Whether it could not be made anew.
    is_given_up: bool,
}

impl<'s> Worker<'s> {
    pub(crate) fn new(
        halt: &'s Halt<'s>,
        session: &'s mut Session,
        outages: &'s AtomicUsize,
    ) -> Self {
        Self {
            halt,
            session,
            outages,
            before: 0,
            is_left: false,
            is_given_up: false,
        }
    }

    /// The session on the same state as ever, connected again if it must be.
    ///
    /// # Errors
    /// When it cannot be, after some tries.
    pub(crate) fn session(&mut self) -> Result<&Session, ExtractError> {
        let outages = self.outages.load(Ordering::Relaxed);
        let is_lost = self.before < outages && !self.session.is_connected();
        if self.is_left || is_lost {
            self.connect_again()?;
        }
        (self.is_left, self.before) = (false, outages);
        Ok(self.session)
    }

    /// The connection is lost, over something that can be done again. Says whether it can: not if this is what came of all tries to
    /// connect again.
    pub(crate) fn lose(&mut self) -> bool {
        // Whoever finds out later that the same outage took its connection counts none.
        let (before, order) = (self.before, Ordering::Relaxed);
        let _ = self
            .outages
            .compare_exchange(before, before + 1, order, order);
        !self.is_given_up
    }

    /// An answer was left before its end.
    pub(crate) fn leave(&mut self) {
        self.is_left = true;
    }

    fn connect_again(&mut self) -> Result<(), ExtractError> {
        let mut waits = WAITS.iter().peekable();
        while let Some(wait) = waits.next() {
            // The server may allow no further connection beside the old one.
            self.session.disconnect()?;
            self.halt.wait(*wait)?;
            match self.session.again() {
                Ok(()) => return Ok(()),
                Err(refused) if waits.peek().is_none() => {
                    self.is_given_up = true;
                    return Err(refused.into());
                }
                Err(_) => {}
            }
        }
        Ok(())
    }
}
