//! Where raw bytes come from: a file on disk, or (in tests) bytes in memory. Read by position, so that two threads can
//! look at different row groups of one file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use bunri_manifest::open_regular;

/// Bytes that can be read by position.
pub(crate) trait Source: Sync {
    /// How many there are.
    fn len(&self) -> u64;
    /// Fills `into` from position `at`.
    fn read(&self, at: u64, into: &mut [u8]) -> io::Result<()>;
}

/// A file on disk.
pub(crate) struct FileSource {
    file: Mutex<File>,
    len: u64,
}

impl FileSource {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = open_regular(path)?;
        let len = file.metadata()?.len();
        let file = Mutex::new(file);
        Ok(Self { file, len })
    }
}

impl Source for FileSource {
    fn len(&self) -> u64 {
        self.len
    }

    fn read(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(into)
    }
}

impl Source for Vec<u8> {
    fn len(&self) -> u64 {
        self.as_slice().len() as u64
    }

    fn read(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let from = usize::try_from(at).ok();
        let bytes = from.and_then(|from| self.get(from..from.checked_add(into.len())?));
        into.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}
