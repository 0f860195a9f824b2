//! The questions of a catalogue asked at a terminal, one after the other or many that are listed, and each answer written at once.
//! A key is an answer only where somebody can have read what it answers.

mod desk;
mod dialogue;
mod keys;
mod person;

pub use dialogue::{Reviewed, review};
pub use person::{Key, Person, Typed};
