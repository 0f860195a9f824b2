//! What can be wrong with a server, in words for the person who runs this. A server's own message may quote a value (the text that
//! is no number, the row that breaks a rule), so it is repeated only of kinds of errors that are about names, rights and
//! resources; of others the code alone.

use std::io;
use std::path::PathBuf;

use tokio_postgres::error::{DbError, SqlState};

use crate::use_of::UseOf;

/// What is wrong with a server or the way to it. Names the server without its password, never a record's value.
#[derive(Debug, thiserror::Error)]
pub enum PostgresqlError {
    /// The password cannot be had.
    #[error("no password for {place}: {why}")]
    Password {
        /// The server.
        place: String,
        /// What was looked for and where.
        why: String,
    },
    /// A file with certificates is of no use.
    #[error("cannot use the certificates in `{}`: {why}", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// There is no connection.
    #[error("cannot connect to {place}: {why}")]
    Connect {
        /// The server.
        place: String,
        /// Why not.
        why: String,
    },
    /// The connection ended in the middle.
    #[error("the connection to {place} was lost, to {action}; run again to go on")]
    Lost {
        /// The server.
        place: String,
        /// What was under way.
        action: String,
    },
    /// The server refused.
    #[error("{place} refuses to {action}: {why}")]
    Refused {
        /// The server.
        place: String,
        /// What was asked.
        action: String,
        /// Its code, and its words where they can hold no value.
        why: String,
    },
    /// The snapshot that the job names is not there.
    #[error(
        "{place}: the snapshot `{snapshot}` is not there any more: the session that exported it has ended, or exported it in another \
         database. Export a new one and keep that session open, or leave `snapshot` out of the job"
    )]
    SnapshotDied {
        /// The server.
        place: String,
        /// Its name.
        snapshot: String,
    },
    /// A table was changed in a way that a snapshot does not hide.
    #[error(
        "{place}: {} changed since the snapshot `{snapshot}` was exported, by TRUNCATE, ALTER or a grant, which a snapshot does not \
         hide; export a new one, with the tables locked first (`LOCK TABLE … IN ACCESS SHARE MODE`)", tables.join(", ")
    )]
    AlteredSince {
        /// The server.
        place: String,
        /// The snapshot.
        snapshot: String,
        /// By name.
        tables: Vec<String>,
    },
    /// The server is too old.
    #[error("{place} is PostgreSQL {version}; bunri knows 11 and later")]
    Version {
        /// The server.
        place: String,
        /// As it calls itself.
        version: String,
    },
    /// What came is not of the protocol.
    #[error("{place} sent what its protocol does not have, to {action}")]
    Protocol {
        /// The server.
        place: String,
        /// What was under way.
        action: String,
    },
    /// The operating system gave no runtime for a connection.
    #[error("cannot open a connection to {place}: {source}")]
    System {
        /// The server.
        place: String,
        /// Why not.
        source: io::Error,
    },
    /// Somebody asked to stop.
    #[error("interrupted; run again to go on")]
    Interrupted,
}

impl PostgresqlError {
    /// Whether the same may succeed over a new connection.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Lost { .. })
    }
}

/// What an error of the driver means, when so much was asked.
pub(crate) fn explain(
    place: &str,
    action: &str,
    use_of: UseOf,
    error: &tokio_postgres::Error,
) -> PostgresqlError {
    let (place, action) = (place.to_owned(), action.to_owned());
    let Some(said) = error.as_db_error() else {
        return PostgresqlError::Lost { place, action };
    };
    let code = said.code();
    if *code == SqlState::QUERY_CANCELED {
        // By us, or by a limit of the server.
        if said.message().contains("user request") {
            return PostgresqlError::Interrupted;
        }
    }
    // The administrator ends sessions, or the server ends: a new connection may do.
    let ended = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
    ];
    if ended.contains(code) {
        return PostgresqlError::Lost { place, action };
    }
    PostgresqlError::Refused {
        place,
        action,
        why: words(said, use_of),
    }
}

/// The code, the server's words if they are about names and resources only, and what to do where that is known.
pub(crate) fn words(said: &DbError, use_of: UseOf) -> String {
    let code = said.code();
    let mut words = format!("SQLSTATE {}", code.code());
    if speaks_of_names(code.code()) {
        words = format!("{} ({words})", said.message());
    }
    let advice = match use_of {
        UseOf::Source => advice(code),
        UseOf::Target => advice_to_loader(code),
    };
    if let Some(advice) = advice {
        words.push_str("; ");
        words.push_str(advice);
    }
    words
}

/// Whether messages of this class can hold no value of a row: connection, access, names and syntax, resources, intervention of an
/// operator, states of objects.
fn speaks_of_names(code: &str) -> bool {
    ["08", "0A", "25", "28", "3D", "3F", "42", "53", "54", "55", "57", "58"]
        .iter()
        .any(|class| code.starts_with(class))
        // Of these the messages quote what was written: a text that is no number, a name in a constraint's row.
        && !matches!(code, "42804" | "42846")
}

fn advice(code: &SqlState) -> Option<&'static str> {
    let advice = if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        "grant SELECT on it to this user, or leave it out with a basis (`[[ignored]]`)"
    } else if *code == SqlState::T_R_SERIALIZATION_FAILURE {
        "a standby cancels what stands in the way of recovery: pause it (`SELECT pg_wal_replay_pause()`) while bunri reads, or \
         raise `max_standby_streaming_delay`"
    } else if *code == SqlState::LOCK_NOT_AVAILABLE {
        "somebody is changing the table; wait until that is done"
    } else if *code == SqlState::CHARACTER_NOT_IN_REPERTOIRE
        || *code == SqlState::UNTRANSLATABLE_CHARACTER
    {
        "a text holds bytes that are no characters of the database's encoding; find the rows (`convert_to(column, 'UTF8')` fails on \
         them) and mend them, or read a view without the column"
    } else if *code == SqlState::TOO_MANY_CONNECTIONS {
        "lower `threads` in `[limits]`"
    } else if *code == SqlState::QUERY_CANCELED {
        "a limit of the server ended it; ask for a user without `statement_timeout`"
    } else if *code == SqlState::DISK_FULL {
        "the server has no room for its temporary files"
    } else {
        return None;
    };
    Some(advice)
}

fn advice_to_loader(code: &SqlState) -> Option<&'static str> {
    let advice = if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        "whoever loads needs USAGE and CREATE on the schema, and owns what is replaced; whoever compares needs USAGE, and SELECT on its \
         tables (docs/load.md)"
    } else if *code == SqlState::LOCK_NOT_AVAILABLE {
        "somebody holds the table; wait until that is done"
    } else if *code == SqlState::UNTRANSLATABLE_CHARACTER {
        "the database's encoding has not every character; make it with ENCODING 'UTF8'"
    } else if *code == SqlState::TOO_MANY_CONNECTIONS {
        "lower `connections` of the target"
    } else if *code == SqlState::QUERY_CANCELED {
        "a limit of the server ended it; ask for a role without `statement_timeout`"
    } else if *code == SqlState::DISK_FULL {
        "the table that was under way is gone from it; make room and run again: what is loaded stays"
    } else if *code == SqlState::DEPENDENT_OBJECTS_STILL_EXIST {
        "something was made upon the table that is to be replaced; whoever made it must take it away first"
    } else {
        return None;
    };
    Some(advice)
}
