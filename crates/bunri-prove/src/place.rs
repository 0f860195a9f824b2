//! Where stagings are perturbed and split: temporary folders in custody (mode 0700), each with a custody and a retail
//! root of its own, gone when they are dropped. Tables that no edit touches are links to the staging they came from.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use bunri_catalogue::{Catalogue, Store};
use bunri_columnar::{ColumnarError, CustodyLayout, REJECTS, STAGING, create_folder, write_whole};
use bunri_manifest::{StagedTable, StagingManifest};
use bunri_split::StoreRoots;
use tempfile::TempDir;

use crate::ProveError;
use crate::bytes::Tree;

/// What a killed run may have left begins so.
const PREFIX: &str = "prove-";

/// The folder of a whole run.
#[derive(Debug)]
pub(crate) struct Yard(TempDir);

impl Yard {
    /// Makes it in the job's custody, after removing what a killed run left there. The job's folders are held by one
    /// process at a time, so nobody else is at work in them.
    pub(crate) fn new(custody: &Path) -> Result<Self, ProveError> {
        let folder = CustodyLayout::new(custody).temporary();
        create_folder(&folder)?;
        let entries = std::fs::read_dir(&folder).map_err(ProveError::io("list", &folder))?;
        for entry in entries {
            let entry = entry.map_err(ProveError::io("list", &folder))?;
            if entry.file_name().to_string_lossy().starts_with(PREFIX) {
                let path = entry.path();
                std::fs::remove_dir_all(&path)
                    .map_err(ProveError::io("remove the leftover", &path))?;
            }
        }
        let folder = std::fs::canonicalize(&folder).map_err(ProveError::io("open", &folder))?;
        temporary(PREFIX, &folder).map(Self)
    }

    /// An empty place.
    pub(crate) fn place(&self) -> Result<Place, ProveError> {
        let place = Place(temporary("place-", self.0.path())?);
        create_folder(&CustodyLayout::new(&place.custody()).staging())?;
        Ok(place)
    }
}

fn temporary(prefix: &str, folder: &Path) -> Result<TempDir, ProveError> {
    tempfile::Builder::new()
        .prefix(prefix)
        .tempdir_in(folder)
        .map_err(ProveError::io("create a folder in", folder))
}

/// One staging and the stores that are made of it.
#[derive(Debug)]
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn custody(&self) -> PathBuf {
        self.0.path().join("custody")
    }

    pub(crate) fn roots(&self) -> StoreRoots {
        StoreRoots {
            custody: self.custody(),
            retail: self.0.path().join("retail"),
        }
    }

    /// Every store's content.
    pub(crate) fn trees(&self) -> Result<Trees, ProveError> {
        let roots = self.roots();
        Ok(Trees {
            retail: Tree::of(&roots.of(Store::Retail))?,
            transmission: Tree::of(&roots.of(Store::Transmission))?,
            quarantine: Tree::of(&roots.of(Store::Quarantine))?,
        })
    }

    /// Completes a staging in which `written` tables lie already: the others are links to those of `from`, and the
    /// manifest comes last.
    pub(crate) fn complete(
        &self,
        catalogue: &Catalogue,
        from: &Path,
        manifest: &StagingManifest,
        mut written: Vec<StagedTable>,
    ) -> Result<(), ProveError> {
        let from = std::fs::canonicalize(from).map_err(ProveError::io("open", from))?;
        let custody = self.custody();
        for table in &manifest.tables {
            let is_ours = catalogue.table(&table.id).is_some();
            if is_ours && written.iter().all(|one| one.id != table.id) {
                link(&from, &custody, &format!("{STAGING}/{}", table.id))?;
                written.push(table.clone());
            }
        }
        if CustodyLayout::new(&from).rejects().is_dir() {
            link(&from, &custody, REJECTS)?;
        }
        let manifest =
            StagingManifest::new(manifest.source.clone(), manifest.shape.clone(), written);
        let path = CustodyLayout::new(&custody).staging_manifest();
        write_whole(&path, &manifest.to_bytes()?)?;
        Ok(())
    }
}

fn link(from: &Path, to: &Path, name: &str) -> Result<(), ProveError> {
    let (target, place) = (from.join(name), to.join(name));
    // A link to a link would break when the place between goes.
    let target = std::fs::canonicalize(&target).map_err(ColumnarError::io("open", &target))?;
    symlink(&target, &place).map_err(ProveError::io("link", &place))
}

/// The stores of one split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trees {
    pub(crate) retail: Tree,
    pub(crate) transmission: Tree,
    pub(crate) quarantine: Tree,
}

impl Trees {
    pub(crate) fn of(&self, store: Store) -> &Tree {
        match store {
            Store::Retail => &self.retail,
            Store::Transmission => &self.transmission,
            Store::Quarantine => &self.quarantine,
        }
    }
}
