//! Where a password stands: in a variable, or in a file of its own. Never in the job, in an argument or in a message; and wiped when the
//! connection is made.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// More is no password file.
const MOST_BYTES: u64 = 1 << 20;

/// Where a password stands, which is never in the job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordPlace {
    /// In a variable of the environment, by this name.
    Environment(String),
    /// In the first line of a file that only its owner may read.
    File(PathBuf),
}

impl PasswordPlace {
    /// The password.
    ///
    /// # Errors
    /// What was looked for, and why it is none, in words.
    pub fn password(&self) -> Result<Zeroizing<String>, String> {
        match self {
            Self::Environment(name) => match std::env::var(name) {
                Ok(password) => Ok(Zeroizing::new(password)),
                Err(_) => Err(format!(
                    "the environment has no variable `{name}`, or it is no text"
                )),
            },
            Self::File(path) => {
                let text = closed_file(path)?;
                let line = text.lines().next().unwrap_or_default();
                if line.is_empty() {
                    return Err(format!("the first line of `{}` is empty", path.display()));
                }
                Ok(Zeroizing::new(line.to_owned()))
            }
        }
    }
}

/// A file that its owner alone may read.
///
/// # Errors
/// Why it is none, in words.
pub fn closed_file(path: &Path) -> Result<Zeroizing<String>, String> {
    let unreadable = |why: std::io::Error| format!("cannot read `{}`: {why}", path.display());
    let mut file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(format!("`{}` is no regular file", path.display()));
    }
    let mode = about.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(format!(
            "others may read `{}` (mode {mode:04o}); `chmod 600` it",
            path.display()
        ));
    }
    let mut text = Zeroizing::new(String::new());
    let read = (&mut file).take(MOST_BYTES).read_to_string(&mut text);
    read.map_err(unreadable)?;
    Ok(text)
}
