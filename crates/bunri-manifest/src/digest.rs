//! Digests of files: BLAKE3 for speed, SHA-256 because every auditor has it installed.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// A BLAKE3 digest of bytes, 64 lower-case hex digits. Not a fingerprint: it has no key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Blake3Hex(String);

/// A SHA-256 digest, 64 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Hex(String);

fn is_digest(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

macro_rules! digest_text {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                if is_digest(&text) {
                    Ok(Self(text))
                } else {
                    Err("a digest is 64 lower-case hex digits")
                }
            }
        }

        impl From<$name> for String {
            fn from(digest: $name) -> String {
                digest.0
            }
        }

        impl $name {
            /// The 64 hex digits.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

digest_text!(Blake3Hex);
digest_text!(Sha256Hex);

impl Blake3Hex {
    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(blake3::hash(bytes).to_hex().to_string())
    }
}

/// Length and both digests of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    /// Length in bytes.
    pub bytes: u64,
    /// BLAKE3 of the content.
    pub blake3: Blake3Hex,
    /// SHA-256 of the content.
    pub sha256: Sha256Hex,
}

/// Computes [`Digests`] as bytes pass by.
#[derive(Debug, Default, Clone)]
pub struct Digester {
    bytes: u64,
    blake3: blake3::Hasher,
    sha256: sha2::Sha256,
}

impl Digester {
    /// Nothing seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.blake3.update(bytes);
        self.sha256.update(bytes);
    }

    /// The digests of everything seen.
    #[must_use]
    pub fn finish(self) -> Digests {
        let sha256 = self.sha256.finalize();
        Digests {
            bytes: self.bytes,
            blake3: Blake3Hex(self.blake3.finalize().to_hex().to_string()),
            sha256: Sha256Hex(sha256.iter().map(|byte| format!("{byte:02x}")).collect()),
        }
    }
}

/// Whether nothing has this name, by the file system's word. Where that cannot be asked (a folder that is closed, a name that is too
/// long) something may be there: whoever goes on to open it is told what is wrong.
#[must_use]
pub fn is_absent(path: &Path) -> bool {
    path.symlink_metadata()
        .is_err_and(|refused| refused.kind() == io::ErrorKind::NotFound)
}

/// Opens a file that is one: to open a named pipe is to wait for whoever writes to it, and a device may have no end.
///
/// # Errors
/// What the file system says, or what is there instead of a file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    // Asked before it is opened, because opening is what waits.
    refuse_irregular(&path.metadata()?)?;
    let file = File::open(path)?;
    // Somebody may have put another thing under the name in between.
    refuse_irregular(&file.metadata()?)?;
    Ok(file)
}

fn refuse_irregular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    let what = if metadata.is_dir() {
        "it is a folder"
    } else {
        "it is a named pipe, a socket or a device"
    };
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("{what}; give a regular file"),
    ))
}

/// Reads a small file whole, if it is a regular one.
///
/// # Errors
/// As [`open_regular`], and when it cannot be read.
pub fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a file and computes its digests.
///
/// # Errors
/// When the file cannot be read.
pub fn hash_file(path: &Path) -> io::Result<Digests> {
    let mut file = open_regular(path)?;
    let mut digester = Digester::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(digester.finish());
        }
        digester.update(&buffer[..read]);
    }
}

/// A sink that keeps only the digests of what is written to it.
impl io::Write for Digester {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_device_without_end_is_not_read() {
        let device = Path::new("/dev/zero");
        assert!(open_regular(device).is_err());
        assert!(read_regular(device).is_err());
        assert!(hash_file(device).is_err());
    }

    #[test]
    fn only_what_the_file_system_does_not_have_is_absent() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(is_absent(&folder.join("no such file")));
        assert!(!is_absent(&folder.join("Cargo.toml")));
        assert!(!is_absent(&folder.join("Cargo.toml/below a file")));
        assert!(!is_absent(&folder.join("n".repeat(300))));
    }
}
