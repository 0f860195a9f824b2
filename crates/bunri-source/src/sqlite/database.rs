//! The source database, held still: read transactions that block every commit to the file, its digest taken
//! under them, and the test afterwards that nobody changed it behind SQLite's back.
//!
//! POSIX drops all locks that a process holds on a file as soon as it closes any handle of that file. So
//! the file is opened once here, for hashing, and that handle is closed after the last connection.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use bunri_columnar::Observer;
use bunri_manifest::{Source, open_regular};
use rusqlite::{Connection, OpenFlags};

use super::sql_error;
use bunri_source_model::{SourceError, digest};

/// How long to wait for a lock that somebody holds.
const PATIENCE: Duration = Duration::from_millis(500);
/// The first bytes of every SQLite database.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// The header of a journal; zeros where `PRAGMA journal_mode = PERSIST` left one after a commit.
const JOURNAL_HEADER: usize = 28;
/// Where the header of a database says how it is read: 2 for a write-ahead log.
const READ_VERSION: usize = 19;

/// The database file as it stood when it was opened.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
    file: File,
    stamp: Stamp,
    journal: JournalMode,
}

/// How the database is written, and so how it can be held still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JournalMode {
    /// With a rollback journal: a read transaction blocks every commit.
    Rollback,
    /// With a write-ahead log. A reader would make `-wal` and `-shm` beside the source, which a folder may not
    /// allow and nobody asked for; so the file is read as one that nobody changes, and hashed again at the end.
    WriteAhead,
}

/// What changes when somebody writes a file without asking SQLite.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

/// One connection inside its read transaction.
#[derive(Debug)]
pub struct Reader {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    data_version: i64,
}

impl Database {
    /// Opens the file and refuses what is no database at rest.
    pub(crate) fn open(path: &Path) -> Result<Self, SourceError> {
        let wrong = |source| SourceError::Io {
            path: path.to_path_buf(),
            source,
        };
        let path = path.canonicalize().map_err(wrong)?;
        let wrong = |source| SourceError::Io {
            path: path.clone(),
            source,
        };
        let mut file = open_regular(&path).map_err(wrong)?;
        let metadata = file.metadata().map_err(wrong)?;
        let names = names(&metadata);
        if names > 1 {
            return Err(SourceError::ManyNames { path, names });
        }
        let stamp = Stamp::of(&metadata);
        let mut head = [0; READ_VERSION + 1];
        match file.read_exact(&mut head) {
            Err(short) if short.kind() != io::ErrorKind::UnexpectedEof => return Err(wrong(short)),
            Ok(()) if head.starts_with(MAGIC) => {}
            Ok(()) | Err(_) => return Err(SourceError::NotADatabase { path }),
        }
        let journal = match head[READ_VERSION] {
            2 => JournalMode::WriteAhead,
            _ => JournalMode::Rollback,
        };
        let source = Self {
            path,
            file,
            stamp,
            journal,
        };
        source.refuse_journals()?;
        Ok(source)
    }

    /// A connection whose read transaction has begun: from here to its end no commit can reach the file.
    pub(crate) fn begin(&self) -> Result<Reader, SourceError> {
        let wrap = |source| sql_error(&self.path, "open the database", source);
        let connection = self.connect().map_err(wrap)?;
        connection.busy_timeout(PATIENCE).map_err(wrap)?;
        // No memory map: its pages would count as ours, and a file cut short by others would kill the process.
        connection
            .execute_batch(
                "PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; PRAGMA cell_size_check = ON;
                 PRAGMA cache_size = -16384; BEGIN",
            )
            .map_err(wrap)?;
        // The lock is taken by the first read, not by BEGIN.
        let read: Result<i64, _> =
            connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0));
        read.map_err(wrap)?;
        let data_version = pragma_data_version(&connection).map_err(wrap)?;
        let reader = Reader {
            connection,
            path: self.path.clone(),
            data_version,
        };
        reader.refuse_utf16()?;
        Ok(reader)
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        match self.journal {
            JournalMode::Rollback => Connection::open_with_flags(&self.path, flags),
            JournalMode::WriteAhead => Connection::open_with_flags(
                unchanging(&self.path),
                flags | OpenFlags::SQLITE_OPEN_URI,
            ),
        }
    }

    /// Length and digest, while the readers hold their locks.
    pub(crate) fn hash(
        &self,
        threads: usize,
        observer: &dyn Observer,
    ) -> Result<Source, SourceError> {
        let wrong = |source| SourceError::Io {
            path: self.path.clone(),
            source,
        };
        let (bytes, blake3) = digest(&self.file, threads, observer)
            .map_err(wrong)?
            .ok_or(SourceError::Interrupted)?;
        Ok(Source {
            kind: "sqlite".to_owned(),
            bytes,
            blake3,
            state: None,
        })
    }

    /// Refuses a file that is not what it was. The readers' locks are released between the two halves: the
    /// file is looked at while nobody may write it, SQLite's own counter only moves in a new transaction.
    /// `before` is what [`Database::hash`] said before the first row.
    pub(crate) fn unchanged(
        &self,
        readers: Vec<Reader>,
        before: &Source,
        threads: usize,
        observer: &dyn Observer,
    ) -> Result<(), SourceError> {
        self.refuse_other_stamp()?;
        // No lock kept a checkpoint away.
        if self.journal == JournalMode::WriteAhead && self.hash(threads, observer)? != *before {
            return Err(self.changed("its digest"));
        }
        self.end_all(readers)
    }

    /// The same without the digest, by which alone a change in a database with a write-ahead log might be seen.
    pub(crate) fn at_rest_still(&self, readers: Vec<Reader>) -> Result<(), SourceError> {
        self.refuse_other_stamp()?;
        self.end_all(readers)
    }

    fn changed(&self, what: &'static str) -> SourceError {
        SourceError::Changed {
            path: self.path.clone(),
            what,
        }
    }

    fn end_all(&self, readers: Vec<Reader>) -> Result<(), SourceError> {
        for reader in readers {
            if reader.end()? {
                return Err(self.changed("another connection committed"));
            }
        }
        Ok(())
    }

    fn refuse_other_stamp(&self) -> Result<(), SourceError> {
        let changed = |what| self.changed(what);
        let wrong = |source| SourceError::Io {
            path: self.path.clone(),
            source,
        };
        let now = Stamp::of(&self.path.metadata().map_err(wrong)?);
        if now.inode != self.stamp.inode {
            return Err(changed("another file has its name"));
        }
        if now != self.stamp {
            return Err(changed("length or time of change"));
        }
        if self.journal("-wal").map_err(wrong)?.is_some() {
            return Err(changed("a write-ahead log appeared"));
        }
        Ok(())
    }

    fn refuse_journals(&self) -> Result<(), SourceError> {
        let wrong = |source| SourceError::Io {
            path: self.path.clone(),
            source,
        };
        for ending in ["-wal", "-journal"] {
            if let Some(beside) = self.journal(ending).map_err(wrong)? {
                return Err(SourceError::BeingWritten {
                    path: self.path.clone(),
                    beside,
                });
            }
        }
        Ok(())
    }

    /// The file beside the database with this ending, unless absent or of no meaning.
    fn journal(&self, ending: &str) -> io::Result<Option<PathBuf>> {
        let mut name = self.path.clone().into_os_string();
        name.push(ending);
        let beside = PathBuf::from(name);
        match beside.metadata() {
            Err(absent) if absent.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(unknown) => return Err(unknown),
            Ok(found) if found.is_file() && found.len() == 0 => return Ok(None),
            // A journal that was played back or committed has zeros where its header was; a log never has.
            Ok(found) if found.is_file() && ending == "-journal" => {
                let mut header = [0; JOURNAL_HEADER];
                let read = open_regular(&beside)?.read_exact(&mut header);
                if read.is_ok() && header == [0; JOURNAL_HEADER] {
                    return Ok(None);
                }
            }
            Ok(_) => {}
        }
        Ok(Some(beside))
    }
}

/// How many names the file has. SQLite looks for a journal beside the name that it was given: with two names, the
/// journal of a transaction may lie beside the other one.
fn names(metadata: &Metadata) -> u64 {
    #[cfg(unix)]
    let names = std::os::unix::fs::MetadataExt::nlink(metadata);
    #[cfg(not(unix))]
    let names = {
        let _ = metadata;
        1
    };
    names
}

/// The path as a URI that tells SQLite to take no lock and to make no file. Every byte that has a meaning in a
/// URI, or is no plain letter, is written in hex.
fn unchanging(path: &Path) -> String {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                uri.push(char::from(*byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    uri
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Self {
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
            inode,
        }
    }
}

/// What ends the statement of a connection from another thread.
pub struct InterruptHandle(rusqlite::InterruptHandle);

impl InterruptHandle {
    pub(crate) fn interrupt(&self) {
        self.0.interrupt();
    }
}

impl Reader {
    pub(crate) fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle(self.connection.get_interrupt_handle())
    }

    /// Wraps an SQLite error with what was tried.
    pub(crate) fn error(&self, action: &str) -> impl Fn(rusqlite::Error) -> SourceError + use<> {
        let (path, action) = (self.path.clone(), action.to_owned());
        move |source| sql_error(&path, &action, source)
    }

    fn refuse_utf16(&self) -> Result<(), SourceError> {
        let encoding: String = self
            .connection
            .query_row("PRAGMA encoding", [], |row| row.get(0))
            .map_err(self.error("ask for the text encoding"))?;
        if encoding == "UTF-8" {
            return Ok(());
        }
        Err(SourceError::Encoding {
            path: self.path.clone(),
            encoding,
        })
    }

    /// Ends the transaction; says whether somebody has committed since it began.
    fn end(self) -> Result<bool, SourceError> {
        let wrap = self.error("end the read transaction");
        self.connection.execute_batch("COMMIT").map_err(&wrap)?;
        Ok(pragma_data_version(&self.connection).map_err(&wrap)? != self.data_version)
    }
}

fn pragma_data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA data_version", [], |row| row.get(0))
}
