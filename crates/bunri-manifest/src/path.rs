//! Paths inside a store: relative, plain, and unable to leave the folder.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// A path below a store's root: `/` between parts, each part of `[A-Za-z0-9_.-]` and not starting with a dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RelativePath(String);

impl RelativePath {
    /// The text, with `/` between parts.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path below `root`.
    #[must_use]
    pub fn below(&self, root: &Path) -> PathBuf {
        self.0
            .split('/')
            .fold(root.to_path_buf(), |path, part| path.join(part))
    }
}

impl TryFrom<String> for RelativePath {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let plain = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
        };
        if text.split('/').all(plain) {
            Ok(Self(text))
        } else {
            Err(
                "a path in a manifest is relative, of [A-Za-z0-9_.-], and has no part that starts with a dot",
            )
        }
    }
}

impl From<RelativePath> for String {
    fn from(path: RelativePath) -> String {
        path.0
    }
}

impl std::fmt::Display for RelativePath {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::RelativePath;

    #[test]
    fn paths_that_escape_are_refused() {
        for bad in [
            "",
            "/etc/passwd",
            "../x",
            "a/../b",
            "a//b",
            "a/.hidden",
            "C:\\x",
            "a/b\n",
            "供給",
        ] {
            assert!(RelativePath::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
        assert!(RelativePath::try_from("meter/part-00000.parquet".to_owned()).is_ok());
    }
}
