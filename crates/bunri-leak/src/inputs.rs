//! What the search is given: the stores as they lie on disk, the tables that they have by the catalogue, a second reading of
//! staging, and room for temporary data. Whoever decides the rows implements the two traits; nothing here decides.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow_array::ArrayRef;
use arrow_schema::SchemaRef;
use bunri_catalogue::{Catalogue, Store};
use bunri_columnar::Observer;
use bunri_manifest::Digests;

use crate::LeakError;
use crate::again::SecondReading;
use crate::lexicon::Lexicon;
use crate::retailers::Retailers;
use crate::unmatched::Unmatched;

/// Where temporary data go, and how much memory one sort may use.
#[derive(Debug, Clone)]
pub struct Scratch {
    /// The temporary folder of the run.
    pub folder: PathBuf,
    /// Bytes.
    pub budget: usize,
}

/// A table of a store as the catalogue lays it out.
pub trait StoreTable: Sync {
    /// The folder of its files.
    fn id(&self) -> &str;
    /// The columns, in the store's order.
    fn schema(&self) -> &SchemaRef;
    /// The columns that order the rows: by the bytes of `bunri_columnar::row_converter` over them [`Unmatched`] knows a row.
    fn order(&self) -> Vec<usize>;
    /// Whether the store holds hashes instead of this column's values.
    fn is_rekeyed(&self, column: usize) -> bool;
    /// Whether its rows speak of customers: all but public code tables.
    fn is_owned(&self) -> bool;
    /// A row's name in a finding. `cell` gives a column of this one row, if the file has it.
    fn row_name(&self, number: u64, cell: &dyn Fn(usize) -> Option<ArrayRef>) -> String;
}

/// One store on disk, and what C1 to C4 found out about it.
pub struct StoreFolder<'a> {
    /// Which.
    pub store: Store,
    /// Every file that C1 hashed: its path below the store's root, as well as it can be told, and where it lies. In the order of
    /// the paths.
    pub files: &'a [(String, PathBuf)],
    /// The folders, by path below the root, in order.
    pub folders: &'a [String],
    /// What C1 made of the files.
    pub digests: &'a BTreeMap<String, Digests>,
    /// Whether the manifest could be read as one.
    pub has_manifest: bool,
    /// The Parquet files that may be handed to the Parquet library, each with the rows that may be read at a time.
    pub batch_rows: BTreeMap<String, usize>,
    /// The tables that the catalogue gives the store.
    pub tables: Vec<Box<dyn StoreTable + 'a>>,
    /// By table: what is not as the source's granted cells say.
    pub unmatched: &'a BTreeMap<String, Unmatched>,
    /// Who may not be named in the granted texts of its rows, if there are such.
    pub retailers: Option<&'a Retailers>,
}

/// Reads staging again; only a store that gives reason for it costs that.
pub trait Reread {
    /// Why it could not.
    type Error: From<LeakError>;

    /// Hands over every staged row, decided, and every rejected one.
    ///
    /// # Errors
    /// If staging cannot be read, or decided.
    fn reread(&self, reading: &mut SecondReading<'_, '_>) -> Result<(), Self::Error>;
}

/// What the search needs.
pub struct Ground<'a> {
    /// Whose names are no secret.
    pub catalogue: &'a Catalogue,
    /// Retail, transmission: in the order of [`SEARCHED`](crate::SEARCHED).
    pub stores: [StoreFolder<'a>; 2],
    /// The one that the vocabulary was gathered with.
    pub lexicon: &'a Lexicon,
    /// For temporary data.
    pub scratch: &'a Scratch,
    /// The outcome does not depend on them.
    pub threads: usize,
    /// Is asked whether to go on.
    pub observer: &'a dyn Observer,
}
