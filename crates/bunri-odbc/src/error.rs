//! What can be wrong with a database that is reached through ODBC, in words for the person who runs this. A driver's message may quote
//! a value, or the connection string with its password. So it is repeated of a connection that was refused, where no value is known
//! yet, and of kinds of errors that are about names, rights and resources; never if anything in it looks like a secret. Of others
//! SQLSTATE and the database's own number are told, which its manual explains.

use crate::dbms::Dbms;
use crate::manager::Diagnostic;

/// What is wrong with a database or the way to it. Names it without its password, never a record's value.
#[derive(Debug, thiserror::Error)]
pub enum OdbcError {
    /// The driver manager is not here.
    #[error(
        "the ODBC driver manager cannot be loaded ({why}); install unixODBC (Debian: `apt-get install unixodbc`) and the driver of your \
         database"
    )]
    NoManager {
        /// What the system says.
        why: String,
    },
    /// The password cannot be had.
    #[error("no password for {place}: {why}")]
    Password {
        /// The database.
        place: String,
        /// What was looked for and where.
        why: String,
    },
    /// There is no connection.
    #[error("cannot connect to {place}: {why}")]
    Connect {
        /// The database.
        place: String,
        /// Why not.
        why: String,
    },
    /// The connection ended in the middle, of a database at rest.
    #[error("the connection to {place} was lost, to {action}; run again to go on")]
    Lost {
        /// The database.
        place: String,
        /// What was under way.
        action: String,
    },
    /// The connection ended in the middle, and its snapshot with it.
    #[error(
        "the connection to {place} was lost, to {action}, and with it the snapshot: what was read so far cannot be gone on with, because \
         another connection sees another state. Remove the output folders and run again; or read a database at rest (a restored \
         copy, a standby that replays nothing) and say so: `rest = \"…\"` in `[source.odbc]`"
    )]
    SnapshotLost {
        /// The database.
        place: String,
        /// What was under way.
        action: String,
    },
    /// Nothing keeps the tables in one state.
    #[error(
        "{place}: {why}; read a database at rest (a restored copy, a standby that replays nothing) and say so: `rest = \"…\"` in \
         `[source.odbc]`"
    )]
    NoSnapshot {
        /// The database.
        place: String,
        /// Why not.
        why: String,
    },
    /// It was said to be at rest and is not.
    #[error(
        "{place}: the tables are not what they were when this began, although the job says that the database rests (`rest`); nothing \
         was completed, run again when nobody writes there"
    )]
    NotAtRest {
        /// The database.
        place: String,
    },
    /// The database refused.
    #[error("{place} refuses to {action}: {why}")]
    Refused {
        /// The database.
        place: String,
        /// What was asked.
        action: String,
        /// Its code, and its words where they can hold no value.
        why: String,
    },
    /// A table has other columns than a moment ago.
    #[error(
        "{place}: table \"{table}\" was altered while it was read ({what}); nothing of it was completed, run again when nobody changes it"
    )]
    Altered {
        /// The database.
        place: String,
        /// The table.
        table: String,
        /// What differs.
        what: String,
    },
    /// A value is not what it was, or cannot be had.
    #[error("{place}, to {action}: column \"{column}\": {what}")]
    Value {
        /// The database.
        place: String,
        /// What was under way.
        action: String,
        /// The column.
        column: String,
        /// What is wrong, and what to do.
        what: &'static str,
    },
    /// The driver does not keep to ODBC.
    #[error("{place}: its driver answers what ODBC does not have, to {action}")]
    Protocol {
        /// The database.
        place: String,
        /// What was under way.
        action: String,
    },
    /// Somebody asked to stop.
    #[error("interrupted; run again to go on")]
    Interrupted,
}

/// What is wrong with a value of which the driver gave a part.
pub const CUT: &str = "the driver cut a value off, and said so or filled the buffer; nothing was completed. If the table did not change \
                       meanwhile, this is the driver's limit: look for one in its settings, or use a newer one";
/// What is wrong with a value that nobody can hold.
pub const TOO_LONG: &str = "a value is longer than 1 GiB, which is more than a row may have; leave the column out with a view";

impl OdbcError {
    /// Whether the same may succeed over a new connection.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Lost { .. })
    }
}

/// Whether what was recorded says that the connection has ended.
pub(crate) fn is_lost(said: &[Diagnostic]) -> bool {
    said.iter().any(|one| {
        one.state.starts_with("08")
            // The administrator ends sessions, or the server ends; a transport that broke.
            || matches!(one.state.as_str(), "57P01" | "57P02" | "57P03" | "HYT01")
            // Of MariaDB: gone, lost during a query, killed, shut down.
            || matches!(one.native, 2006 | 2013 | 1927 | 1053)
    })
}

/// Whether a connection was lost while it was made, and not refused.
pub(crate) fn is_lost_early(said: &[Diagnostic]) -> bool {
    said.iter()
        .any(|one| one.state == "08S01" || matches!(one.native, 2006 | 2013))
}

/// Whether what was recorded says that somebody asked to stop.
pub(crate) fn is_cancelled(dbms: Dbms, said: &[Diagnostic]) -> bool {
    said.iter().any(|one| match dbms {
        Dbms::Mariadb => one.native == 1317,
        Dbms::Postgresql => one.state == "57014" && one.message.contains("user request"),
        Dbms::Sqlite => one.native == 9,
        Dbms::Oracle => one.native == 1013,
        Dbms::SqlServer | Dbms::Db2 | Dbms::Other => one.state == "HY008",
    })
}

/// The words of a connection that was refused. No value is known yet, but a driver may repeat what it was called with.
pub(crate) fn words_of_connecting(said: &[Diagnostic], secret: &str) -> String {
    let mut words = first(said, |one| !holds_secret(&one.message, secret));
    if said.iter().any(|one| one.state == "IM002") {
        words.push_str(
            "; `odbcinst -q -d` lists the drivers of this machine, `odbcinst -q -s` its data sources",
        );
    } else if said
        .iter()
        .any(|one| one.message.contains("Can't open lib"))
    {
        words.push_str("; `odbcinst -q -d` lists the drivers of this machine");
    }
    words
}

/// The words of a statement that was refused.
pub(crate) fn words(dbms: Dbms, said: &[Diagnostic], secret: &str) -> String {
    let mut words = first(said, |one| {
        speaks_of_names(dbms, one) && !holds_secret(&one.message, secret)
    });
    if let Some(advice) = said.iter().find_map(|one| advice(dbms, one)) {
        words.push_str("; ");
        words.push_str(advice);
    }
    words
}

fn first(said: &[Diagnostic], may_be_told: impl Fn(&Diagnostic) -> bool) -> String {
    // A warning before the error says less than the error.
    let error = said.iter().find(|one| !one.state.starts_with("01"));
    let Some(one) = error.or(said.first()) else {
        return "the driver does not say why".to_owned();
    };
    let code = match one.native {
        0 => format!("SQLSTATE {}", one.state),
        native => format!("SQLSTATE {}, error {native}", one.state),
    };
    if !may_be_told(one) {
        return code;
    }
    format!("{} ({code})", one_line(&one.message))
}

/// On one line, without the names of the parts that passed the message on.
fn one_line(message: &str) -> String {
    let mut rest = message.trim();
    while let Some((_, behind)) = rest
        .strip_prefix('[')
        .and_then(|inner| inner.split_once(']'))
    {
        rest = behind.trim_start();
    }
    let words: Vec<&str> = rest
        .split(|sign: char| sign.is_control() || sign == ' ')
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// Whether a message holds the password, or something that looks like a part of a connection string.
fn holds_secret(message: &str, secret: &str) -> bool {
    let lower = message.to_lowercase();
    let looks = ["pwd=", "password=", "pwd =", "token=", "secret=", "uid="];
    (!secret.is_empty() && message.contains(secret))
        || looks.iter().any(|part| lower.contains(part))
}

/// Whether messages of this kind can hold no value of a row: access, names and syntax, resources, states of objects.
fn speaks_of_names(dbms: Dbms, one: &Diagnostic) -> bool {
    match dbms {
        // SQLSTATE says little here; these are unknown or refused names, rights, limits, and tables that were altered.
        Dbms::Mariadb => matches!(
            one.native,
            1040 | 1044
                | 1045
                | 1046
                | 1049
                | 1054
                | 1064
                | 1142
                | 1143
                | 1146
                | 1205
                | 1226
                | 1305
                | 1356
                | 1412
                | 1449
                | 1969
                | 2002
                | 2003
                | 2005
                | 2006
                | 2013
                | 1021
                | 1114
        ),
        Dbms::Postgresql => {
            let classes = [
                "0A", "25", "28", "3D", "3F", "42", "53", "54", "55", "57", "58",
            ];
            classes.iter().any(|class| one.state.starts_with(class))
                && !matches!(one.state.as_str(), "42804" | "42846")
        }
        Dbms::Sqlite => matches!(one.native, 1 | 5 | 6 | 11 | 13 | 14 | 26),
        // Nobody looked what theirs hold.
        Dbms::SqlServer | Dbms::Oracle | Dbms::Db2 | Dbms::Other => false,
    }
}

fn advice(dbms: Dbms, one: &Diagnostic) -> Option<&'static str> {
    let right = "grant SELECT on it to this user, or leave it out with a basis (`[[ignored]]`)";
    let limit = "a limit of the server ended it; ask for a user without one";
    let altered = "somebody altered the table; run again when nobody changes it";
    match (dbms, one.native, one.state.as_str()) {
        (Dbms::Mariadb, 1142 | 1143 | 1044, _)
        | (Dbms::Postgresql, _, "42501")
        | (Dbms::SqlServer, 229, _)
        | (Dbms::Oracle, 942 | 1031, _)
        | (Dbms::Db2, -551, _) => Some(right),
        (Dbms::Mariadb, 1969, _) | (Dbms::Postgresql, _, "57014") => Some(limit),
        (Dbms::Mariadb, 1412, _) => Some(altered),
        (Dbms::Mariadb, 1205, _) | (Dbms::Postgresql, _, "55P03") => {
            Some("somebody is changing the table; wait until that is done")
        }
        (Dbms::Oracle, 1555, _) => {
            Some("the undo that the snapshot needs is gone: ask for a longer UNDO_RETENTION")
        }
        (Dbms::SqlServer, 3952, _) => Some(
            "the database does not allow snapshots: `ALTER DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON`",
        ),
        (_, _, "HYT00") => Some(limit),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(state: &str, native: i32, message: &str) -> Vec<Diagnostic> {
        vec![Diagnostic {
            state: state.to_owned(),
            native,
            message: message.to_owned(),
        }]
    }

    #[test]
    fn a_secret_is_never_repeated() {
        let plain = said(
            "28000",
            1045,
            "[ma-3.1][10.11]Access denied\nfor user 'x'@'y'",
        );
        assert_eq!(
            words_of_connecting(&plain, "s3cret"),
            "Access denied for user 'x'@'y' (SQLSTATE 28000, error 1045)"
        );
        for message in ["cannot use s3cret", "in DRIVER=x;UID=a;Pwd=b", "PASSWORD=b"] {
            let told = words_of_connecting(&said("HY000", 7, message), "s3cret");
            assert_eq!(told, "SQLSTATE HY000, error 7");
            let told = words(Dbms::Mariadb, &said("42S02", 1146, message), "s3cret");
            assert_eq!(told, "SQLSTATE 42S02, error 1146");
        }
    }

    #[test]
    fn words_that_may_quote_a_value_are_left_out() {
        let told = words(
            Dbms::Mariadb,
            &said("22007", 1292, "Incorrect value: '090-1234'"),
            "",
        );
        assert_eq!(told, "SQLSTATE 22007, error 1292");
        let told = words(Dbms::Other, &said("42000", 1, "syntax near '090-1234'"), "");
        assert_eq!(told, "SQLSTATE 42000, error 1");
        let told = words(
            Dbms::Postgresql,
            &said("42501", 1, "permission denied for table t"),
            "",
        );
        assert!(
            told.starts_with("permission denied for table t (") && told.contains("grant SELECT")
        );
    }
}
