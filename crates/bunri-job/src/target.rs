//! Where a store is loaded: a small file of its own, because whoever loads a store may have no job; or the same in the words of a URL.
//! It says for which store the place is meant, so that no store is loaded where another one belongs.

use std::path::Path;

use bunri_catalogue::Store;
use bunri_text::{
    Item, Log, Problems, Section, SourceFile, load_toml, load_toml_bytes, quoted, readable,
};
use toml::de::DeValue;

use crate::job::PostgresqlSource;
use crate::pin::pin;
use crate::source::postgresql;

/// More connections than this are no load, but an attack.
const MOST_CONNECTIONS: i64 = 64;
/// How messages call a URL: it is typed, and never repeated.
const URL: &str = "--into";

/// A place for one store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Target {
    /// The only store that may be loaded there.
    pub store: Store,
    /// BLAKE3 of the only manifest that may be loaded there, 64 hex digits, if it says so.
    pub manifest: Option<String>,
    /// Tables that are loaded, or compared, at one time.
    pub connections: usize,
    /// The database; `schema` is where the tables stand.
    pub server: PostgresqlSource,
}

/// Reads a target: a file, whose paths are relative to it, or a URL that begins with `postgresql://`.
///
/// # Errors
/// Every mistake at once, each with its place; never a password.
pub fn load_target(given: &str) -> Result<Target, Problems> {
    let url = ["postgresql://", "postgres://"];
    if let Some(rest) = url.iter().find_map(|scheme| given.strip_prefix(scheme)) {
        let text = text_of_url(rest).map_err(|why| Problems::whole(URL, why))?;
        return load_toml_bytes(Path::new(URL), text.into_bytes(), read);
    }
    load_toml(Path::new(given), read)
}

fn read(mut file: Section<'_>, source: &SourceFile, log: &mut Log) -> Option<Target> {
    let base = source.path.parent().map(Path::to_owned).unwrap_or_default();
    let stores = Store::ALL.map(|store| (store.word(), store));
    let store = file
        .require("store")
        .and_then(|value| value.word("store", &stores, log));
    let manifest = readable(file.take("manifest"), |value| pin(value, log));
    let connections = file.take("connections").map_or(Some(1), |value| {
        let connections = value.integer(1..=MOST_CONNECTIONS, log)?;
        usize::try_from(connections).ok()
    });
    let server = file
        .require("postgresql")
        .and_then(|value| server(&value, &base, log));
    file.close(log);
    Some(Target {
        store: store?.value,
        manifest: manifest?.map(|pin| pin.value),
        connections: connections?,
        server: server?,
    })
}

/// A server as a source describes it, with a schema that is said and not guessed, and without a snapshot.
fn server(value: &Item<'_>, base: &Path, log: &mut Log) -> Option<PostgresqlSource> {
    let server = postgresql(value, "`[postgresql]`", base, log);
    let DeValue::Table(table) = value.raw else {
        return None;
    };
    let has = |key: &str| table.iter().any(|(known, _)| known.get_ref() == key);
    if !has("schema") {
        log.refuse(
            value.spot,
            "`schema` is missing in `[postgresql]`: a store is loaded into a schema of its own",
        );
        return None;
    }
    for key in ["snapshot", "max_connections", "max_rows_per_second"] {
        if has(key) {
            let message = format!("`{key}` is a source's, and says nothing of a target");
            log.refuse(value.spot, message);
            return None;
        }
    }
    server
}

/// The file that says the same as a URL behind its scheme:
/// `USER@HOST[:PORT]/DATABASE?store=…&schema=…[&manifest=…][&connections=…][&ca=FILE][&tls=off][&password_env=…][&password_file=…]`.
fn text_of_url(rest: &str) -> Result<String, String> {
    let shape = "a URL is `postgresql://USER@HOST[:PORT]/DATABASE?store=STORE&schema=SCHEMA`, or name a file (docs/load.md)";
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = address.split_once('/').ok_or(shape)?;
    let (user, place) = authority.rsplit_once('@').ok_or(shape)?;
    if user.contains(':') {
        return Err(
            "a password does not stand in a URL, where whoever lists processes reads it: change it, and name its place \
             (`password_env=NAME`, `password_file=FILE`) or use PostgreSQL's password file"
                .to_owned(),
        );
    }
    let (host, port) = match place.rsplit_once(':') {
        // The colons of an address in brackets are its own.
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (place, None),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let mut top = Vec::new();
    let mut server = vec![
        ("host", quoted(&decoded(host)?)),
        ("user", quoted(&decoded(user)?)),
        ("database", quoted(&decoded(database)?)),
    ];
    if let Some(port) = port {
        server.push(("port", number(port)?));
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or(shape)?;
        let value = decoded(value)?;
        match key {
            "store" => top.push(("store", quoted(&value))),
            "manifest" => top.push(("manifest", quoted(&value))),
            "connections" => top.push(("connections", number(&value)?)),
            "schema" => server.push(("schema", quoted(&value))),
            "tls" => server.push(("tls", quoted(&value))),
            "ca" => server.push(("tls", format!("{{ ca = {} }}", quoted(&value)))),
            "password_env" => {
                server.push(("password", format!("{{ env = {} }}", quoted(&value))));
            }
            "password_file" => {
                server.push(("password", format!("{{ file = {} }}", quoted(&value))));
            }
            // Its value may be a password, however it is spelt.
            _ => {
                return Err(format!(
                    "a part of the URL's query is not known; known are store, schema, manifest, connections, ca, tls, \
                     password_env and password_file. {shape}"
                ));
            }
        }
    }
    let line = |(key, value): &(&str, String)| format!("{key} = {value}");
    let top: Vec<String> = top.iter().map(line).collect();
    let server: Vec<String> = server.iter().map(line).collect();
    Ok(format!(
        "{}\n[postgresql]\n{}\n",
        top.join("\n"),
        server.join("\n")
    ))
}

fn number(text: &str) -> Result<String, String> {
    let plain = !text.is_empty() && text.len() < 10 && text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse::<u32>().ok().filter(|_| plain);
    number
        .map(|number| number.to_string())
        .ok_or_else(|| "port and connections of a URL are numbers".to_owned())
}

/// Without the `%` signs of a URL.
fn decoded(text: &str) -> Result<String, String> {
    let wrong = || "a `%` in a URL stands before two hex digits of UTF-8".to_owned();
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first != b'%' {
            bytes.push(first);
            rest = after;
            continue;
        }
        let (digits, after) = after.split_at_checked(2).ok_or_else(wrong)?;
        let digits = std::str::from_utf8(digits).map_err(|_| wrong())?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| wrong())?);
        rest = after;
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::job::Tls;
    use crate::password::PasswordPlace;

    fn refused(given: &str) -> String {
        load_target(given).unwrap_err().to_string()
    }

    #[test]
    fn a_url_says_what_a_file_says() {
        let target = load_target(
            "postgresql://loader@%2Frun%2Fpostgresql:5433/retail%20db?store=retail&schema=%E9%A1%A7%E5%AE%A2&connections=2&password_env=PW",
        )
        .unwrap();
        assert_eq!(
            (target.store, target.connections, target.manifest),
            (Store::Retail, 2, None)
        );
        let server = target.server;
        assert_eq!(server.host, "/run/postgresql");
        assert_eq!((server.port, server.database.as_str()), (5433, "retail db"));
        assert_eq!(
            (server.user.as_str(), server.schema.as_str()),
            ("loader", "顧客")
        );
        assert_eq!(
            server.password,
            Some(PasswordPlace::Environment("PW".into()))
        );
        let ca = "postgresql://u@db.example/d?store=transmission&schema=s&ca=ca.pem";
        let tls = load_target(ca).unwrap().server.tls;
        assert_eq!(
            tls,
            Tls::Verified {
                ca: "ca.pem".into()
            }
        );
    }

    #[test]
    fn a_password_in_a_url_is_refused_and_not_repeated() {
        for url in [
            "postgresql://u:s3cret@localhost/d?store=retail&schema=s",
            "postgresql://u@localhost/d?store=retail&schema=s&password=s3cret",
            "postgresql://u@localhost/d?store=retail&schema=s&passwort=s3cret",
        ] {
            let said = refused(url);
            assert!(!said.contains("s3cret"), "{said}");
        }
    }

    #[test]
    fn what_is_not_said_is_not_guessed() {
        let url = "postgresql://u@localhost/d?schema=s";
        assert!(refused(url).contains("`store` is missing"));
        let url = "postgresql://u@localhost/d?store=retail";
        assert!(refused(url).contains("`schema` is missing"));
        let url = "postgresql://u@db.example/d?store=retail&schema=s";
        assert!(refused(url).contains("over TLS"));
        let url = "postgresql://u@localhost/d?store=both&schema=s";
        assert!(refused(url).contains("unknown store"));
        for url in [
            "postgresql://localhost/d",
            "postgresql://u@localhost",
            "postgresql://u@h/%zz?store=retail&schema=s",
            "postgresql://u@localhost:x/d?store=retail&schema=s",
        ] {
            assert!(refused(url).starts_with("--into: "), "{url}");
        }
    }
}
