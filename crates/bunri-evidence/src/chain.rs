//! A ledger whose lines are chained by hash: each names the SHA-256 of the line before, so that one that was dropped, replaced or moved
//! shows. What was cut off at the end shows only where somebody signed the last line's hash.

use std::io::{self, Read as _};
use std::path::Path;

use bunri_manifest::Digester;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::file::replace;

/// What stands in the first line where others have the hash of the line before.
pub const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// A hundred thousand lines.
const MOST_BYTES: u64 = 1 << 27;

/// One line of a ledger.
pub trait Link: Clone + PartialEq + Serialize + DeserializeOwned {
    /// Its number, from 1, and the hash of the line before ([`FIRST`] in the first).
    fn place(&self) -> (u64, &str);
    /// The same line in another place.
    #[must_use]
    fn at(self, number: u64, previous: &str) -> Self;
}

/// Why a ledger cannot be believed. Never quotes it.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// It cannot be read or written.
    #[error("it cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// Too large.
    #[error("it has more than {MOST_BYTES} bytes")]
    Size,
    /// A line that bunri does not write.
    #[error("line {0} is not as bunri writes it")]
    Line(u64),
    /// A line that does not follow the one before.
    #[error("line {0} does not follow the line before: one was dropped, replaced or moved")]
    Chain(u64),
    /// Never in practice.
    #[error("a line cannot be written")]
    Write,
}

/// A whole ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain<L> {
    links: Vec<L>,
    hashes: Vec<String>,
}

impl<L> Default for Chain<L> {
    fn default() -> Self {
        Self {
            links: Vec::new(),
            hashes: Vec::new(),
        }
    }
}

impl<L: Link> Chain<L> {
    /// Reads a ledger; one that is not there has no line.
    ///
    /// # Errors
    /// [`ChainError`] when a line is not what bunri writes, or does not follow the one before.
    pub fn read(path: &Path) -> Result<Self, ChainError> {
        if bunri_manifest::is_absent(path) {
            return Ok(Self::default());
        }
        let mut bytes = Vec::new();
        let file = bunri_manifest::open_regular(path)?;
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(ChainError::Size);
        }
        Self::parse(&bytes)
    }

    /// Reads a ledger's bytes.
    ///
    /// # Errors
    /// As [`Chain::read`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ChainError> {
        let mut ledger = Self::default();
        for (line, number) in bytes.split_inclusive(|byte| *byte == b'\n').zip(1..) {
            let refused = || ChainError::Line(number);
            let line = line.strip_suffix(b"\n").ok_or_else(refused)?;
            let link: L = serde_json::from_slice(line).map_err(|_| refused())?;
            let again = serde_json::to_vec(&link).map_err(|_| refused())?;
            if again != line {
                return Err(refused());
            }
            if link.place() != (number, ledger.head()) {
                return Err(ChainError::Chain(number));
            }
            ledger.hashes.push(hash(line));
            ledger.links.push(link);
        }
        Ok(ledger)
    }

    /// SHA-256 of the last line, without its end; [`FIRST`] where there is none.
    #[must_use]
    pub fn head(&self) -> &str {
        self.hashes.last().map_or(FIRST, String::as_str)
    }

    /// Whether a line has this hash.
    #[must_use]
    pub fn has(&self, hash: &str) -> bool {
        self.hashes.iter().any(|it| it == hash)
    }

    /// The last line.
    #[must_use]
    pub fn last(&self) -> Option<&L> {
        self.links.last()
    }

    /// Every line.
    #[must_use]
    pub fn all(&self) -> &[L] {
        &self.links
    }

    /// What is said as the next line: with its number and the hash of the line before.
    #[must_use]
    pub fn following(&self, link: L) -> L {
        link.at(self.links.len() as u64 + 1, self.head())
    }

    /// Writes a line behind the others, mode 0600.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn push(&mut self, folder: &Path, name: &str, link: L) -> Result<(), ChainError> {
        let link = self.following(link);
        let mut bytes = Vec::new();
        let mut last = Vec::new();
        for link in self.links.iter().chain([&link]) {
            last = serde_json::to_vec(link).map_err(|_| ChainError::Write)?;
            bytes.extend_from_slice(&last);
            bytes.push(b'\n');
        }
        replace(folder, name, &bytes)?;
        self.hashes.push(hash(&last));
        self.links.push(link);
        Ok(())
    }
}

fn hash(line: &[u8]) -> String {
    let mut digester = Digester::new();
    digester.update(line);
    digester.finish().sha256.into()
}
