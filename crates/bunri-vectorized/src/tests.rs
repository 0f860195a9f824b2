//! What tests of several modules ask of.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use bunri_catalogue::Catalogue;
use bunri_parse::load;

/// One table with a ledger.
pub(crate) fn catalogue() -> Catalogue {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../samples/catalogues/valid/minimal"
    );
    load(Path::new(folder)).unwrap()
}
