//! The text of a catalogue, read: TOML to words, and on to [`Catalogue`](bunri_catalogue::Catalogue), which looks names up and
//! checks. Nothing else in the workspace reads a catalogue; a changed syntax changes this crate alone.

mod load;
mod places;
mod read;
mod type_words;
mod words;

pub use load::load;
pub use places::Places;
