//! What a classification means: every name looked up, every rule checked. No Arrow here, no file, and no evaluation.
//!
//! Whoever read the text hands over drafts ([`draft`]): words understood, no name looked up. `resolve` looks names up
//! (drafts to the model), `check` holds the model against the rules that no single name can break; both go on after a
//! mistake, so that all are found at once. Only [`Catalogue::from_drafts`] makes a [`Catalogue`], so whoever holds one
//! holds a valid one.

mod check;
mod construct;
mod digest;
pub mod draft;
mod grant;
mod model;
mod resolve;

pub use digest::{digest_files, table_shape};
pub use grant::{
    class_of_another_time, granted, is_retailers_own, possible_classes, possible_ownerships,
    reaches_nobody, store_columns, stored_type,
};
pub use model::*;
