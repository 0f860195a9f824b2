//! How one value can be written. The two forms by which a text is known whatever its width, hyphens, kana and variants are
//! ([`Speller`]), what its forms are worth as evidence ([`weight`]), and the encodings and digests in which it may stand
//! ([`tokens`], [`escapes`]). It knows texts and no store: C5 (`bunri-leak`) searches with it.

pub mod escapes;
mod spelling;
pub mod tokens;
mod variants;

pub use spelling::{Form, LIGHTEST, LONGEST, SimpleForm, Speller, TOKEN, TextForms, weight};
pub use variants::Variants;
