//! What a source says of itself, before anybody has written a catalogue: every object with its columns, the keys and
//! references that it declares, and what cannot be read of it.

use bunri_manifest::ForeignKey;

use crate::model::ObjectKind;

/// A table or view, as the source declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredObject {
    /// Its name.
    pub name: String,
    /// Table or view.
    pub kind: ObjectKind,
    /// In the source's order.
    pub columns: Vec<DeclaredColumn>,
    /// The primary key, in its order; none where none is declared.
    pub key: Vec<String>,
    /// Other keys that the source keeps unique for all rows, sorted.
    pub unique: Vec<Vec<String>>,
    /// In order, each once.
    pub references: Vec<ForeignKey>,
    /// Of a view: the tables that it reads, through other views too, sorted.
    pub reads: Vec<String>,
    /// Why its columns cannot be told: a view that does not parse, a module that is not here. Names, never values.
    pub unreadable: Option<String>,
}

/// What a table takes in the source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TableSize {
    /// Bytes, with its indexes.
    pub bytes: u64,
    /// About as many rows.
    pub about_rows: u64,
}

/// A column, as the source declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredColumn {
    /// Its name.
    pub name: String,
    /// Its type in the source's words; empty where there is none.
    pub declared: String,
    /// Whether the source refuses NULL in it.
    pub not_null: bool,
}
