//! Rejects: whole rows that did not fit their declared types, as the source stored them, one JSON object a
//! line. They are data: they stay in custody, and nothing else may print them.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use bunri_manifest::{Digests, open_regular};
use serde::{Deserialize, Serialize};

use crate::{ColumnarError, PendingFile};

/// What a rejected row may take, written out: extraction refuses a longer one, and nobody reads one. A row is held whole, and
/// what is read of it takes several times its bytes.
pub const REJECT_BYTES: usize = 1 << 26;

/// A value as the source stores it. Reals keep their shortest round-trip text; bytes are hex.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RawValue {
    /// No value.
    Null,
    /// An integer.
    Int(i64),
    /// A real number.
    Real(String),
    /// An exact number that is no [`Self::Int`], in the digits that the source prints.
    Decimal(String),
    /// Text.
    Text(String),
    /// Text that is not UTF-8, in hex.
    TextHex(String),
    /// Bytes, in hex.
    Blob(String),
    /// Of a line that is no row: nobody can say what stands in a column.
    Unknown,
}

impl RawValue {
    /// Whether a declaration lists this value (`nothing`, `open`): a text byte for byte, an integer by its plain digits,
    /// another exact number as the source prints it. Reals and bytes are never listed.
    #[must_use]
    pub fn is_listed(&self, literals: &[String]) -> bool {
        match self {
            Self::Text(text) | Self::Decimal(text) => literals.contains(text),
            Self::Int(number) => literals.contains(&number.to_string()),
            Self::Null | Self::Real(_) | Self::TextHex(_) | Self::Blob(_) | Self::Unknown => false,
        }
    }
}

/// One rejected row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reject {
    /// The table's id.
    pub table: String,
    /// The first column that did not fit; empty of a line that is no row.
    pub column: String,
    /// Which rule it broke (`not_a_date`, `does_not_fit_scale`, …).
    pub rule: String,
    /// Every column, in catalogue order, the key among them.
    pub values: Vec<RawValue>,
    /// Where it lies, in a source that has lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<RejectLine>,
}

/// A line of a file of the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RejectLine {
    /// The file, by its name in the source.
    pub file: String,
    /// The number of the row's first line, from 1.
    pub number: u64,
    /// Of a line that is no row: all of it, as text or in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawValue>,
}

impl Reject {
    /// The line, if it is no row.
    #[must_use]
    pub fn broken_line(&self) -> Option<&RawValue> {
        self.line.as_ref()?.raw.as_ref()
    }
}

/// Writes rejects, in the order they come.
pub struct RejectWriter {
    file: PendingFile,
    path: PathBuf,
    rows: u64,
}

impl RejectWriter {
    /// Begins a file that appears only when committed.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn create(path: &Path) -> Result<Self, ColumnarError> {
        Ok(Self {
            file: PendingFile::create(path)?,
            path: path.to_path_buf(),
            rows: 0,
        })
    }

    /// One line, already in the form of [`Reject`].
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write_line(&mut self, line: &[u8]) -> Result<(), ColumnarError> {
        self.rows += 1;
        self.file
            .write_all(line)
            .and_then(|()| self.file.write_all(b"\n"))
            .map_err(ColumnarError::io("write", &self.path))
    }

    /// Makes the file appear; gives rows and digests.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn commit(self) -> Result<(u64, Digests), ColumnarError> {
        Ok((self.rows, self.file.commit()?))
    }
}

/// Reads rejects.
pub struct RejectReader {
    file: BufReader<File>,
    path: PathBuf,
    /// Lines read.
    line: u64,
}

impl RejectReader {
    /// Opens a file of rejects.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, ColumnarError> {
        let file = open_regular(path).map_err(ColumnarError::io("open", path))?;
        Ok(Self {
            file: BufReader::new(file),
            path: path.to_path_buf(),
            line: 0,
        })
    }
}

impl Iterator for RejectReader {
    type Item = Result<Reject, ColumnarError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        let mut bounded = self.file.by_ref().take(REJECT_BYTES as u64 + 1);
        match bounded.read_until(b'\n', &mut line) {
            Ok(0) => return None,
            Ok(_) => self.line += 1,
            Err(source) => return Some(Err(ColumnarError::io("read", &self.path)(source))),
        }
        let refused = |what: String| ColumnarError::Staging {
            path: self.path.clone(),
            message: format!("line {}: {what}", self.line),
        };
        if line.len() > REJECT_BYTES {
            return Some(Err(refused(format!(
                "longer than {REJECT_BYTES} bytes, which extraction never writes"
            ))));
        }
        // The parser's message could quote a value, so it is not passed on.
        let reject = serde_json::from_slice(&line)
            .map_err(|broken| refused(format!("not a reject (column {})", broken.column())));
        Some(reject)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_without_an_end_is_refused_by_its_number_and_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.jsonl");
        let good = r#"{"table":"t","column":"c","rule":"not_a_date","values":["null"]}"#;
        std::fs::write(&path, format!("{good}\n{}", "x".repeat(REJECT_BYTES + 7))).unwrap();
        let mut reader = RejectReader::open(&path).unwrap();
        assert!(reader.next().unwrap().is_ok());
        let refused = reader.next().unwrap().unwrap_err().to_string();
        assert!(
            refused.contains("line 2") && !refused.contains("xx"),
            "{refused}"
        );
    }
}
