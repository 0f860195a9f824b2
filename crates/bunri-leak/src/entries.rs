//! A sorted file of what is searched for: names in ascending order, each once, each with what is known about it. Written once
//! to the temporary folder of a run, read once beside sorted candidates.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::LeakError;
use crate::hashing::Name;

const BUFFER: usize = 1 << 17;

/// A finished file, in one piece or several that follow each other; it vanishes with its last owner.
#[derive(Debug)]
pub(crate) struct EntryFile {
    pieces: Vec<TempPath>,
}

/// The file while it is written.
pub(crate) struct EntryWriter {
    file: BufWriter<File>,
    path: TempPath,
}

impl EntryWriter {
    pub(crate) fn create(folder: &Path) -> Result<Self, LeakError> {
        let made = tempfile::Builder::new()
            .prefix("values-")
            .tempfile_in(folder);
        let (file, path) = made
            .map_err(LeakError::io("create a file in", folder))?
            .into_parts();
        Ok(Self {
            file: BufWriter::with_capacity(BUFFER, file),
            path,
        })
    }

    /// Names must ascend.
    pub(crate) fn write(&mut self, name: &Name, entry: &[u8]) -> Result<(), LeakError> {
        let length = (entry.len() as u64).to_le_bytes();
        [name, &length[..], entry]
            .into_iter()
            .try_for_each(|part| self.file.write_all(part))
            .map_err(LeakError::io("write", &self.path))
    }

    pub(crate) fn finish(mut self) -> Result<EntryFile, LeakError> {
        self.file
            .flush()
            .map_err(LeakError::io("write", &self.path))?;
        Ok(EntryFile {
            pieces: vec![self.path],
        })
    }
}

impl EntryFile {
    /// Goes on with another file, whose names are all greater.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.pieces.append(&mut other.pieces);
    }

    pub(crate) fn read(&self) -> Result<EntryReader, LeakError> {
        let mut pieces = Vec::new();
        for path in self.pieces.iter().rev() {
            let file = File::open(path).map_err(LeakError::io("open", path))?;
            pieces.push((BufReader::with_capacity(BUFFER, file), path.to_path_buf()));
        }
        Ok(EntryReader {
            pieces,
            name: None,
            entry: Vec::new(),
        })
    }
}

/// Reads the file beside names that ascend.
pub(crate) struct EntryReader {
    /// The last is read; then the one before it. None is left after the last entry.
    pieces: Vec<(BufReader<File>, PathBuf)>,
    name: Option<Name>,
    entry: Vec<u8>,
}

impl EntryReader {
    /// The entry of a name; names must be asked in ascending order (the same one may be asked again).
    pub(crate) fn find(&mut self, name: &Name) -> Result<Option<&[u8]>, LeakError> {
        while !self.pieces.is_empty() && self.name.is_none_or(|last| last < *name) {
            self.advance()?;
        }
        let found = !self.pieces.is_empty() && self.name == Some(*name);
        Ok(found.then_some(&self.entry))
    }

    fn advance(&mut self) -> Result<(), LeakError> {
        while let Some((file, path)) = self.pieces.last_mut() {
            let read = read_entry(file, &mut self.entry).map_err(LeakError::io("read", path))?;
            if read.is_some() {
                self.name = read;
                return Ok(());
            }
            self.pieces.pop();
        }
        Ok(())
    }
}

/// The name of the next entry, if there is one.
fn read_entry(file: &mut BufReader<File>, entry: &mut Vec<u8>) -> std::io::Result<Option<Name>> {
    let (mut name, mut length) = ([0; 16], [0; 8]);
    // Nothing at all is the end; a part of an entry is damage.
    if file.read(&mut name[..1])? == 0 {
        return Ok(None);
    }
    file.read_exact(&mut name[1..])?;
    file.read_exact(&mut length)?;
    entry.resize(
        usize::try_from(u64::from_le_bytes(length)).unwrap_or(usize::MAX),
        0,
    );
    file.read_exact(entry)?;
    Ok(Some(name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn names_are_found_in_order_and_again_in_however_many_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let piece = |names: &[u8]| {
            let mut writer = EntryWriter::create(folder.path()).unwrap();
            for &name in names {
                writer.write(&[name; 16], &vec![name; name.into()]).unwrap();
            }
            writer.finish().unwrap()
        };
        let mut several = piece(&[]);
        for names in [&[2][..], &[], &[3, 5], &[]] {
            several.append(piece(names));
        }
        for file in [piece(&[2, 3, 5]), several] {
            let mut reader = file.read().unwrap();
            for (name, there) in [
                (0, false),
                (2, true),
                (2, true),
                (3, true),
                (4, false),
                (5, true),
                (6, false),
            ] {
                let entry = reader.find(&[name; 16]).unwrap().map(<[u8]>::to_vec);
                assert_eq!(entry, there.then(|| vec![name; name.into()]), "{name}");
            }
        }
    }
}
