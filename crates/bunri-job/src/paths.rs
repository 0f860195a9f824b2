//! Paths of a job: as short as they may be said, and whether one output folder lies inside another, however they are spelt.

use std::path::{Component, Path, PathBuf};

use bunri_text::{Log, Section, Spotted};

/// Whether `inner` is `outer`, or lies below it.
#[must_use]
pub fn is_within(inner: &Path, outer: &Path) -> bool {
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

/// A path below a folder without the `..` that lead out of a folder which was just entered, so that what is printed can be read.
/// Behind a link `..` leads elsewhere, and stays.
pub(crate) fn joined(base: &Path, path: &Path) -> PathBuf {
    let mut short = PathBuf::new();
    for component in base.join(path).components() {
        let entered = matches!(short.components().next_back(), Some(Component::Normal(_)));
        match component {
            Component::CurDir => {}
            Component::ParentDir if entered && is_folder(&short) => {
                short.pop();
            }
            other => short.push(other),
        }
    }
    if short.as_os_str().is_empty() {
        short.push(Component::CurDir);
    }
    short
}

/// A path that a file names, relative to that file.
pub fn path_of(
    section: &mut Section<'_>,
    key: &'static str,
    base: &Path,
    log: &mut Log,
) -> Option<Spotted<PathBuf>> {
    let path = section.require(key)?.filled_text(log)?;
    Some(Spotted {
        value: joined(base, Path::new(&path.value)),
        spot: path.spot,
    })
}

fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|about| about.is_dir())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_path_enters_no_folder_only_to_leave_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("jobs/night")).unwrap();
        std::os::unix::fs::symlink("jobs/night", root.join("link")).unwrap();
        let base = root.join("jobs/night");
        for (base, path, short) in [
            (
                base.as_path(),
                "../../schemas/denryoku",
                root.join("schemas/denryoku"),
            ),
            (&base, "./legacy.db", root.join("jobs/night/legacy.db")),
            (&base, "/data/legacy.db", PathBuf::from("/data/legacy.db")),
            (
                &root.join("link"),
                "../legacy.db",
                root.join("link/../legacy.db"),
            ),
            (
                &root.join("absent"),
                "../legacy.db",
                root.join("absent/../legacy.db"),
            ),
            (Path::new(""), "../out", PathBuf::from("../out")),
            (Path::new(""), "../../out", PathBuf::from("../../out")),
            (Path::new(""), ".", PathBuf::from(".")),
        ] {
            assert_eq!(joined(base, Path::new(path)), short, "{path}");
        }
    }

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
