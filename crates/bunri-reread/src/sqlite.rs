//! The database, held still, and its rows on another path than extraction's: a scan of each table in whatever order it lies,
//! every value as SQLite writes it. A text comes as the bytes that it is cast to, so that neither a zero in it nor bytes that
//! are no UTF-8 are lost; a real number comes as its bits, because its literal does not tell −0 from 0.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt::Write;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use bunri_catalogue::Table;
use bunri_columnar::{CustodyLayout, Observer, create_folder};
use bunri_manifest::{Blake3Hex, open_regular};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::RereadError;
use crate::convert::{Raw, from_hex};

/// A database that nobody changes while this lives.
pub(crate) struct HeldSource {
    /// Its read transaction keeps every commit out. Closed before the file: to close any descriptor of a file is to give up
    /// every lock that the process has on it.
    keeper: Connection,
    file: File,
    place: Place,
}

/// Where the database lies, for the threads that read it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    path: PathBuf,
    /// Of a database in WAL mode, beside which a reader would make files: nothing is locked, and it is hashed twice.
    immutable: bool,
}

impl HeldSource {
    /// Opens it, and begins to hold it.
    pub(crate) fn open(path: &Path) -> Result<Self, RereadError> {
        let mut file = open_regular(path).map_err(RereadError::file(path))?;
        for (suffix, ended_is_zeros) in [("-wal", false), ("-journal", true)] {
            refuse_unless_at_rest(path, suffix, ended_is_zeros)?;
        }
        let mut head = [0; 20];
        // A file that is shorter is no database, and SQLite will say so.
        let immutable = file.read_exact(&mut head).is_ok() && head[18] == 2;
        let place = Place {
            path: path.to_path_buf(),
            immutable,
        };
        let keeper = place.connect()?;
        let encoding: String = keeper
            .query_row("PRAGMA encoding", [], |row| row.get(0))
            .map_err(RereadError::sql("read", path))?;
        if encoding != "UTF-8" {
            return Err(RereadError::Encoding {
                path: path.to_path_buf(),
                encoding,
            });
        }
        Ok(Self {
            keeper,
            file,
            place,
        })
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// The digest of the file, while it is held.
    pub(crate) fn digest(&mut self, observer: &dyn Observer) -> Result<Blake3Hex, RereadError> {
        let path = &self.place.path;
        self.file
            .seek(SeekFrom::Start(0))
            .map_err(RereadError::file(path))?;
        digest(&mut self.file, path, observer)
    }

    /// Gives it up, when no commit can have come between.
    pub(crate) fn end(
        mut self,
        digest: &Blake3Hex,
        observer: &dyn Observer,
    ) -> Result<(), RereadError> {
        if self.place.immutable {
            let found = self.digest(observer)?;
            if found != *digest {
                return Err(RereadError::OtherSource {
                    place: self.place.path.display().to_string(),
                    found,
                    staged: digest.clone(),
                });
            }
        }
        let path = &self.place.path;
        self.keeper
            .execute_batch("ROLLBACK")
            .map_err(RereadError::sql("read", path))
    }
}

/// BLAKE3 of a file from where it stands to its end.
pub(crate) fn digest(
    file: &mut File,
    path: &Path,
    observer: &dyn Observer,
) -> Result<Blake3Hex, RereadError> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        if observer.cancelled() {
            return Err(RereadError::Interrupted);
        }
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => hasher.update(&buffer[..count]),
            Err(again) if again.kind() == ErrorKind::Interrupted => continue,
            Err(refused) => return Err(RereadError::file(path)(refused)),
        };
    }
    let hex = hasher.finalize().to_hex().to_string();
    Blake3Hex::try_from(hex).map_err(|why| RereadError::Record(why.to_owned()))
}

/// A journal whose first bytes are zeros belongs to a transaction that is over.
fn refuse_unless_at_rest(
    path: &Path,
    suffix: &str,
    ended_is_zeros: bool,
) -> Result<(), RereadError> {
    let mut name = OsString::from(path);
    name.push(suffix);
    let log = PathBuf::from(name);
    let mut begin = Vec::new();
    match File::open(&log) {
        Ok(file) => file
            .take(28)
            .read_to_end(&mut begin)
            .map_err(RereadError::file(&log))?,
        Err(absent) if absent.kind() == ErrorKind::NotFound => return Ok(()),
        Err(refused) => return Err(RereadError::file(&log)(refused)),
    };
    let over = ended_is_zeros && begin.iter().all(|&byte| byte == 0);
    if begin.is_empty() || over {
        return Ok(());
    }
    Err(RereadError::NotAtRest {
        path: path.to_path_buf(),
        log,
    })
}

/// Makes SQLite keep the sorter of a view in custody, and not in the system's temporary folder. It knows one folder a process.
pub(crate) fn keep_temporary_files(custody: &Path) -> Result<PathBuf, RereadError> {
    let folder = CustodyLayout::new(custody).temporary();
    create_folder(&folder)?;
    Connection::open_in_memory()
        .and_then(|memory| {
            let folder = folder.to_string_lossy();
            memory.pragma_update(None, "temp_store_directory", &*folder)
        })
        .map_err(RereadError::sql("keep temporary files beside", &folder))?;
    Ok(folder)
}

impl Place {
    /// A connection inside a read transaction that has begun.
    pub(crate) fn connect(&self) -> Result<Connection, RereadError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let sql = |action| RereadError::sql(action, &self.path);
        let connection = Connection::open_with_flags(self.uri(), flags).map_err(sql("open"))?;
        // A transaction holds nothing before its first read.
        connection
            .execute_batch("PRAGMA cache_size = -16384; BEGIN; SELECT count(*) FROM sqlite_schema;")
            .map_err(sql("hold"))?;
        Ok(connection)
    }

    fn uri(&self) -> String {
        let mut uri = String::from("file:");
        for &byte in self.path.as_os_str().as_bytes() {
            if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
                uri.push(char::from(byte));
            } else {
                // A formatted byte cannot fail to be appended.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
        uri + if self.immutable {
            "?mode=ro&immutable=1"
        } else {
            "?mode=ro"
        }
    }

    /// Gives every row of a table to `row`, in whatever order it lies.
    pub(crate) fn each_row(
        &self,
        connection: &Connection,
        table: &Table,
        mut row: impl FnMut(&[Raw<'_>]) -> Result<(), RereadError>,
    ) -> Result<(), RereadError> {
        let sql = |refused| RereadError::sql("read", &self.path)(refused);
        let mut statement = connection
            .prepare(&select(connection, table).map_err(sql)?)
            .map_err(sql)?;
        let mut rows = statement.query([]).map_err(sql)?;
        while let Some(there) = rows.next().map_err(sql)? {
            let mut raws = Vec::with_capacity(table.columns.len());
            for (at, column) in table.columns.iter().enumerate() {
                let raw = raw(there.get_ref(at).map_err(sql)?);
                raws.push(raw.ok_or_else(|| RereadError::Literal {
                    path: self.path.clone(),
                    table: table.id.clone(),
                    column: column.name.clone(),
                })?);
            }
            row(&raws)?;
        }
        Ok(())
    }
}

/// Every column: the bytes of a text, a real number as it is, and the literal of everything else.
fn select(connection: &Connection, table: &Table) -> Result<String, rusqlite::Error> {
    let kind: Option<String> = connection
        .query_row(
            "SELECT type FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')",
            [&table.name],
            |row| row.get(0),
        )
        .optional()?;
    let from = quoted(&table.name);
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            // With the table before it: a quoted name alone that no column has would be a text.
            let name = format!("{from}.{}", quoted(&column.name));
            format!(
                "CASE typeof({name}) WHEN 'text' THEN CAST({name} AS BLOB) WHEN 'real' THEN {name} ELSE quote({name}) END"
            )
        })
        .collect();
    // An index that has every column must not answer for the table.
    let from_table = if kind.as_deref() == Some("table") {
        " NOT INDEXED"
    } else {
        ""
    };
    Ok(format!(
        "SELECT {} FROM {from}{from_table}",
        columns.join(", ")
    ))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// What a column of the statement means.
fn raw(value: ValueRef<'_>) -> Option<Raw<'_>> {
    match value {
        ValueRef::Blob(text) => Some(Raw::Text(Cow::Borrowed(text))),
        ValueRef::Real(real) => Some(Raw::Real(real)),
        ValueRef::Text(literal) => literal_value(literal),
        ValueRef::Null | ValueRef::Integer(_) => None,
    }
}

/// `NULL`, `-12` or `X'00ff'`.
fn literal_value(literal: &[u8]) -> Option<Raw<'static>> {
    if literal == b"NULL" {
        return Some(Raw::Null);
    }
    let text = std::str::from_utf8(literal).ok()?;
    if let Some(hex) = text
        .strip_prefix("X'")
        .and_then(|hex| hex.strip_suffix('\''))
    {
        return from_hex(hex).map(|bytes| Raw::Blob(Cow::Owned(bytes)));
    }
    text.parse().ok().map(Raw::Int)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_and_nothing_else_is() {
        let blob = |bytes: &[u8]| Some(Raw::Blob(Cow::Owned(bytes.to_vec())));
        assert_eq!(literal_value(b"NULL"), Some(Raw::Null));
        assert_eq!(
            literal_value(b"-9223372036854775808"),
            Some(Raw::Int(i64::MIN))
        );
        assert_eq!(literal_value(b"X'00fF'"), blob(&[0, 255]));
        assert_eq!(literal_value(b"X''"), blob(&[]));
        for none in [
            "",
            "null",
            "X'0'",
            "X'0g'",
            "X'00",
            "1.5",
            "'a'",
            "9223372036854775808",
        ] {
            assert_eq!(literal_value(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn a_name_is_quoted_and_a_path_cannot_say_more_than_where() {
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        let place = Place {
            path: PathBuf::from("/d/a?mode=rw#%.db"),
            immutable: true,
        };
        assert_eq!(
            place.uri(),
            "file:/d/a%3Fmode%3Drw%23%25.db?mode=ro&immutable=1"
        );
    }
}
