//! `[source]`: one of the kinds of legacy system. A password never stands in a job, so that jobs can be reviewed and kept.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use bunri_text::{Item, Log, Name, Section, Spotted, readable};

use crate::delimited::delimited;
use crate::job::{PostgresqlSource, Source, Tls};
use crate::odbc::odbc;
use crate::one_line::one_line;
use crate::paths::path_of;
use crate::secret_place::password_place;

/// The port of a PostgreSQL server, unless it has another one.
const PORT: u16 = 5432;
/// The schema in which PostgreSQL makes tables, unless it is told another one.
const SCHEMA: &str = "public";

/// Reads `[source]`: exactly one kind.
pub(crate) fn source(value: &Item<'_>, base: &Path, log: &mut Log) -> Option<Spotted<Source>> {
    let mut section = Section::open(value, "`[source]`", log)?;
    let files = section.take("delimited");
    let server = section.take("postgresql");
    let driver = section.take("odbc");
    if files.is_none() && server.is_none() && driver.is_none() {
        // SQLite is missed where no kind is named.
        let path = path_of(&mut section, "sqlite", base, log);
        section.close(log);
        return path.map(|path| Spotted {
            value: Source::Sqlite(path.value),
            spot: path.spot,
        });
    }
    let database = section.take("sqlite");
    let kinds = [&files, &server, &driver, &database];
    let other = kinds.into_iter().flatten().nth(1).map(|other| other.spot);
    let source = match (&files, &server, &driver) {
        (Some(files), _, _) => delimited(files, base, log).map(|Spotted { value, spot }| Spotted {
            value: Source::Delimited(value),
            spot,
        }),
        (None, Some(server), _) => postgresql(server, "`[source.postgresql]`", base, log)
            .map(|source| server.spotted(Source::Postgresql(Box::new(source)))),
        (None, None, Some(driver)) => {
            odbc(driver, base, log).map(|source| driver.spotted(Source::Odbc(Box::new(source))))
        }
        (None, None, None) => None,
    };
    section.close(log);
    if let Some(other) = other {
        let message = "`[source]` has one of `sqlite`, `delimited`, `postgresql` and `odbc`";
        log.refuse(other, message);
        return None;
    }
    source
}

/// Reads where a server is and how it is reached; `what` is what messages call the section.
pub(crate) fn postgresql(
    value: &Item<'_>,
    what: &str,
    base: &Path,
    log: &mut Log,
) -> Option<PostgresqlSource> {
    let mut section = Section::open(value, what, log)?;
    let word = |section: &mut Section<'_>, key, log: &mut Log| {
        section.require(key).and_then(|value| one_line(&value, log))
    };
    let host = word(&mut section, "host", log);
    let database = word(&mut section, "database", log);
    let user = word(&mut section, "user", log);
    let port = section.take("port").map_or(Some(PORT), |value| {
        let port = value.integer(1..=i64::from(u16::MAX), log)?;
        u16::try_from(port).ok()
    });
    let schema = readable(section.take("schema"), |value| one_line(value, log));
    let password = readable(section.take("password"), |value| {
        password_place(
            value,
            base,
            "; without either, PostgreSQL's password file is asked",
            log,
        )
    });
    let tls = readable(section.take("tls"), |value| tls(value, base, log));
    let snapshot = readable(section.take("snapshot"), |value| snapshot(value, log));
    let connections = readable(section.take("max_connections"), |value| {
        let most = value.integer(2..=1_000, log)?;
        usize::try_from(most).ok()
    });
    let rows_per_second = readable(section.take("max_rows_per_second"), |value| {
        let most = value.integer(1..=i64::from(u32::MAX), log)?;
        u64::try_from(most).ok()
    });
    section.close(log);
    let host = host?;
    let tls = match tls? {
        Some(tls) => tls,
        None if is_here(&host.value) => Tls::Off,
        None => {
            let message = "a server on another machine is reached over TLS: `tls = { ca = \"ca.pem\" }`; or say `tls = \"off\"` if \
                           the network between is yours alone";
            log.refuse(host.spot, message);
            return None;
        }
    };
    Some(PostgresqlSource {
        host: host.value,
        port: port?,
        database: database?.value,
        user: user?.value,
        schema: schema?.map_or_else(|| SCHEMA.to_owned(), |name| name.value),
        password: password?,
        tls,
        snapshot: snapshot?.map(|name| name.value),
        max_connections: connections?,
        max_rows_per_second: rows_per_second?,
    })
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    let loopback = |address: IpAddr| address.is_loopback();
    host.starts_with('/') || host == "localhost" || host.parse().is_ok_and(loopback)
}

fn tls(value: &Item<'_>, base: &Path, log: &mut Log) -> Option<Tls> {
    if let toml::de::DeValue::String(_) = value.raw {
        return value
            .word("kind of TLS", &[("off", ())], log)
            .map(|_| Tls::Off);
    }
    let mut section = Section::open(value, "`tls`", log)?;
    let ca: Option<Spotted<PathBuf>> = path_of(&mut section, "ca", base, log);
    section.close(log);
    Some(Tls::Verified { ca: ca?.value })
}

/// As `pg_export_snapshot()` names one.
fn snapshot(value: &Item<'_>, log: &mut Log) -> Option<Name> {
    let name = value.filled_text(log)?;
    let plain = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    if !name.value.bytes().all(plain) {
        let message = "`snapshot` is what `SELECT pg_export_snapshot()` gave, such as \"00000003-0000001B-1\"";
        log.refuse(name.spot, message);
        return None;
    }
    Some(name)
}
