//! What was written and what it hashed to: the manifests of staging and stores, and the `B3SUMS` and
//! `SHA256SUMS` beside them. No Arrow here: a manifest can be read without the data.
//!
//! A manifest is written last; its presence means "complete".

mod digest;
mod path;
mod proof;
mod staging;
mod store;

pub use digest::{
    Blake3Hex, Digester, Digests, Sha256Hex, hash_file, is_absent, open_regular, read_regular,
};
pub use path::RelativePath;
pub use proof::{
    DeclaredFlow, PROOF, Proof, ProofCause, ProofColumn, ProofDifference, ProofRefusal,
    ProofSample, ProofStatus, ProofStrategy,
};
pub use staging::{
    BaseTable, ColumnTotal, ForeignKey, Source, StagedTable, StagingManifest, TableDelta, Total,
};
pub use store::{CatalogueRef, ColumnEntry, FileEntry, StoreManifest, TableEntry};

/// The tool and its version, as manifests and reports name it.
pub const TOOL: &str = concat!("bunri ", env!("CARGO_PKG_VERSION"));

/// The manifest's file name in a store and in the staging folder.
pub const MANIFEST: &str = "manifest.json";
/// BLAKE3 sums, one line a file, for `b3sum --check`.
pub const B3SUMS: &str = "B3SUMS";
/// SHA-256 sums, one line a file, for `sha256sum --check`.
pub const SHA256SUMS: &str = "SHA256SUMS";

/// A manifest that cannot be believed.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The text is not a manifest of this format.
    #[error("not a {what} manifest: {source}")]
    Malformed {
        /// Which kind was expected.
        what: &'static str,
        /// Why not; names fields and positions, never a record's value.
        source: serde_json::Error,
    },
    /// Written by another format version.
    #[error("manifest format `{}` where this version reads `{expected}`", .found.escape_debug())]
    Format {
        /// What stood there.
        found: String,
        /// What this version reads.
        expected: &'static str,
    },
    /// The same path, table or column twice.
    #[error("the manifest lists `{}` twice", .0.escape_debug())]
    Doubled(String),
    /// A table whose id is no folder's name.
    #[error("a table's id in a manifest is of [a-z0-9_]")]
    TableId,
    /// Tables in another order than that of their ids.
    #[error("the tables of a manifest stand in the order of their ids; these do not")]
    TableOrder,
    /// Parts of a staged table that are missing from the list, or stand in it under other names or in another order.
    #[error("the parts of table `{0}` are not numbered from 0 in their order")]
    Parts(String),
}
