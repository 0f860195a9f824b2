//! Which files are a split's own: nothing else is ever removed from a store's folder.

use std::path::{Path, PathBuf};

use bunri_columnar::ColumnarError;

use crate::SplitError;

/// A file's or folder's own name.
pub(crate) fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Whether a file of a table has this name.
pub(crate) fn is_part(name: &str) -> bool {
    name.starts_with("part-") && name.ends_with(".parquet")
}

/// The file, if it is a plain one with a name that bunri gives, or the temporary file of a commit.
pub(crate) fn own(path: PathBuf, named: impl Fn(&str) -> bool) -> Result<PathBuf, SplitError> {
    let name = name_of(&path);
    let is_plain = path.symlink_metadata().is_ok_and(|about| about.is_file());
    if is_plain && (named(&name) || name.starts_with(".bunri-tmp-")) {
        Ok(path)
    } else {
        Err(SplitError::ForeignOutput { path })
    }
}

/// What lies in a folder, sorted; nothing where there is none.
pub(crate) fn listed(folder: &Path) -> Result<Vec<PathBuf>, ColumnarError> {
    let wrong = |refused| ColumnarError::io("list", folder)(refused);
    let entries = match std::fs::read_dir(folder) {
        Err(absent) if absent.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(&wrong)?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(&wrong)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Removes what an interrupted run left of a table: parts and temporary files. Anything else is not ours to
/// remove, and the split is refused.
pub(crate) fn remove_unfinished(folder: &Path) -> Result<(), SplitError> {
    if bunri_manifest::is_absent(folder) {
        return Ok(());
    }
    for path in listed(folder)? {
        let path = own(path, is_part)?;
        std::fs::remove_file(&path).map_err(ColumnarError::io("remove", &path))?;
    }
    std::fs::remove_dir(folder)
        .map_err(|refused| ColumnarError::io("remove", folder)(refused).into())
}
