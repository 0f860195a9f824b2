//! What passes between a legacy source and whoever reads it: what a source says of itself ([`DeclaredObject`], [`Inventory`]), values as
//! it holds them ([`SourceValue`]), rows, its own figures; [`Copier`], which makes typed cells of values, exactly or not at all; and what can
//! be wrong, in words. No driver: those stand in `bunri-source`.

mod convert;
mod digest;
mod error;
mod key;
mod model;
mod outline;
mod raw;
mod sqlite_types;

pub use convert::{Copier, Misfit};
pub use convert::{plain_integer as read_integer, read_date, read_moment};
pub use digest::{digest, file_digest};
pub use error::{DelimitedError, SourceError};
pub use key::{doubled_key, key_names, null_in_key};
pub use model::{
    Figures, Inventory, LineFault, LinePlace, ObjectKind, Query, RowSink, SourceColumn,
    SourceObject, SourceRow, SourceValue, TypedValue,
};
pub use outline::{DeclaredColumn, DeclaredObject, TableSize};
pub use raw::{raw, raw_key};
pub use sqlite_types::compatible as sqlite_compatible;
