//! A legacy source, read: one [`OpenSource`] a run, held still and identified by digest; one [`Session`] a thread, all on the
//! same state; and [`Copier`], which makes typed cells of values, exactly or not at all. Everything a driver knows stays
//! below the folder of its kind; above there are names, values as the source holds them, and rows. Whoever says beforehand
//! what extraction will make of a source asks this crate, and so asks the code that extraction runs.

mod open;
mod postgresql;
mod schema;
mod sqlite;

pub use bunri_postgresql::{ReadPath, ReaderRole};
pub use bunri_source_model::{
    Copier, DeclaredColumn, DeclaredObject, DelimitedError, Figures, Inventory, LineFault,
    LinePlace, Misfit, ObjectKind, Query, RowSink, SourceColumn, SourceError, SourceObject,
    SourceRow, SourceValue, TableSize, doubled_key, key_names, null_in_key, raw, raw_key,
    read_date, read_integer, read_moment,
};
pub use open::{
    Interrupter, OpenSource, Session, SourceState, compatible, may_hold, readers, view_texts,
};
pub use schema::{Concerns, Finding, differences};
