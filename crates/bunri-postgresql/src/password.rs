//! Where a password stands: in a variable, in a file of its own, or in PostgreSQL's password file. Never in the job, in an argument or
//! in a message; and wiped when the connection is made.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use bunri_job::{PasswordPlace, PostgresqlSource};
use zeroize::Zeroizing;

use crate::error::PostgresqlError;

/// More is no password file.
const MOST_BYTES: u64 = 1 << 20;

/// The password, if one is named or PostgreSQL's file has one.
pub(crate) fn password(
    source: &PostgresqlSource,
) -> Result<Option<Zeroizing<String>>, PostgresqlError> {
    let wrong = |why| PostgresqlError::Password {
        place: source.place(),
        why,
    };
    match &source.password {
        Some(PasswordPlace::Environment(name)) => match std::env::var(name) {
            Ok(password) => Ok(Some(Zeroizing::new(password))),
            Err(_) => Err(wrong(format!(
                "the environment has no variable `{name}`, or it is no text"
            ))),
        },
        Some(PasswordPlace::File(path)) => {
            let text = closed_file(path).map_err(wrong)?;
            let line = text.lines().next().unwrap_or_default();
            if line.is_empty() {
                return Err(wrong(format!(
                    "the first line of `{}` is empty",
                    path.display()
                )));
            }
            Ok(Some(Zeroizing::new(line.to_owned())))
        }
        None => from_password_file(source).map_err(wrong),
    }
}

/// A file that its owner alone may read.
fn closed_file(path: &Path) -> Result<Zeroizing<String>, String> {
    let unreadable = |why: std::io::Error| format!("cannot read `{}`: {why}", path.display());
    let mut file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(format!("`{}` is no regular file", path.display()));
    }
    let mode = about.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(format!(
            "others may read `{}` (mode {mode:04o}); `chmod 600` it",
            path.display()
        ));
    }
    let mut text = Zeroizing::new(String::new());
    let read = (&mut file).take(MOST_BYTES).read_to_string(&mut text);
    read.map_err(unreadable)?;
    Ok(text)
}

/// `PGPASSFILE`, else `~/.pgpass`, if it is there.
fn from_password_file(source: &PostgresqlSource) -> Result<Option<Zeroizing<String>>, String> {
    let place = std::env::var_os("PGPASSFILE").map(PathBuf::from);
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".pgpass"));
    let Some(path) = place.or_else(home) else {
        return Ok(None);
    };
    if !path.exists() {
        return Ok(None);
    }
    let text = closed_file(&path)?;
    Ok(text.lines().find_map(|line| entry(line, source)))
}

/// The password of a line `host:port:database:user:password`, if it is of this server; `*` is any, and `\` takes a `:` or `\` for
/// itself.
fn entry(line: &str, source: &PostgresqlSource) -> Option<Zeroizing<String>> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = vec![Zeroizing::new(String::new())];
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        // The password may have colons of its own.
        if letter == ':' && fields.len() < 5 {
            fields.push(Zeroizing::new(String::new()));
            continue;
        }
        let field = fields.last_mut()?;
        match letter {
            '\\' => field.extend(letters.next()),
            letter => field.push(letter),
        }
    }
    let [host, port, database, user, password] = fields.as_slice() else {
        return None;
    };
    // A socket is asked for under this name, as libpq does.
    let asked_host = if source.host.starts_with('/') {
        "localhost"
    } else {
        &source.host
    };
    let is = |field: &str, asked: &str| field == "*" || field == asked;
    let same = is(host, asked_host)
        && is(port, &source.port.to_string())
        && is(database, &source.database)
        && is(user, &source.user);
    same.then(|| password.clone())
}
