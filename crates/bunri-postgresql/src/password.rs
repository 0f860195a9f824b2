//! Where a password stands: where the job says, or in PostgreSQL's password file.

use std::path::PathBuf;

use bunri_job::{PostgresqlSource, closed_file};
use zeroize::Zeroizing;

use crate::error::PostgresqlError;

/// The password, if one is named or PostgreSQL's file has one.
pub(crate) fn password(
    source: &PostgresqlSource,
) -> Result<Option<Zeroizing<String>>, PostgresqlError> {
    let wrong = |why| PostgresqlError::Password {
        place: source.place(),
        why,
    };
    match &source.password {
        Some(place) => place.password().map(Some).map_err(wrong),
        None => from_password_file(source).map_err(wrong),
    }
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
