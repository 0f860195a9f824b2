//! What lies around a store: where nothing of ours may be written, and what the store was made of.

use std::path::Path;

use bunri_columnar::{ColumnarError, CustodyLayout};
use bunri_manifest::{StagingManifest, read_regular};

use crate::LoadError;

/// Refuses a path in a store, which holds what its manifest lists and nothing else.
///
/// # Errors
/// When the path is in it, however both are spelt.
pub fn refuse_in_store(path: &Path, store: &Path) -> Result<(), LoadError> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    // The file is not there yet; the folders above it may be.
    let known = absolute.ancestors().find_map(|it| it.canonicalize().ok());
    match (known, store.canonicalize()) {
        (Some(known), Ok(store)) if known.starts_with(&store) => {
            Err(LoadError::InStore { path: absolute })
        }
        _ => Ok(()),
    }
}

/// The servers that a store was made of, as manifests of staging name them: that of the custody of its job, which must be there, and that of
/// the custody that the store lies in, if it lies in one.
///
/// # Errors
/// When such a manifest cannot be read.
pub fn sources_of(store: &Path, custody: Option<&Path>) -> Result<Vec<String>, LoadError> {
    let absolute = std::path::absolute(store).ok();
    let above = absolute.as_deref().and_then(Path::parent);
    let around = above.filter(|above| CustodyLayout::new(above).staging_manifest().is_file());
    let mut sources = Vec::new();
    for custody in [custody, around].into_iter().flatten() {
        let path = CustodyLayout::new(custody).staging_manifest();
        let text = read_regular(&path).map_err(ColumnarError::io("read", &path))?;
        let manifest = StagingManifest::parse(&text).map_err(|refused| LoadError::Store {
            path,
            why: refused.to_string(),
        })?;
        sources.extend(manifest.source.state);
    }
    Ok(sources)
}
