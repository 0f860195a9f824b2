//! Whether one output folder lies inside another, however the paths are spelt.

use std::path::{Component, Path, PathBuf};

/// Whether `inner` is `outer`, or lies below it.
pub(crate) fn is_within(inner: &Path, outer: &Path) -> bool {
    resolved(inner).starts_with(resolved(outer))
}

/// The absolute path without `.` and `..`, links followed as far as the folders exist. Outputs usually do not
/// exist yet, so the file system alone cannot answer.
fn resolved(path: &Path) -> PathBuf {
    let plain = plain(path);
    for known in plain.ancestors() {
        if let (Ok(real), Ok(rest)) = (known.canonicalize(), plain.strip_prefix(known)) {
            return real.join(rest);
        }
    }
    plain
}

fn plain(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = PathBuf::new();
    for component in absolute.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_within_itself_and_its_ancestors_only() {
        assert!(is_within(
            Path::new("out/custody"),
            Path::new("out/./custody/../custody")
        ));
        assert!(is_within(
            Path::new("out/custody/retail"),
            Path::new("out/custody")
        ));
        assert!(!is_within(
            Path::new("out/custody2"),
            Path::new("out/custody")
        ));
        assert!(!is_within(Path::new("out"), Path::new("out/custody")));
    }
}
