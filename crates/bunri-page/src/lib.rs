//! A report, or a plan, as a page that a person reads: one HTML file, or a short Markdown text, in English or Japanese. A function of
//! typed results: the same inputs give the same bytes. Nothing is read or written here.
//!
//! The reader is somebody who must say yes or no and knows nothing of hashes: a regulator, a manager, the other company's
//! engineer. So the first part is the answer, for which stores, why, and what was not checked; the rest is behind it.
//!
//! 1. [`PageInputs`]: what a page is made of;
//! 2. `summary`, `since`, `classes`: put in order, without a word of any language;
//! 3. `words`, `sentences`, `rules`, `texts`: every text, in both languages or not at all;
//! 4. `html`, `markdown`: the page. Names come out of somebody else's system and are shown as a `Name` only.
//!
//! The HTML fetches nothing and says so (`default-src 'none'`), works without its script, and every list in it is bounded:
//! where a list ends, it says how much more there is, and where.

mod classes;
mod html;
mod inputs;
mod lang;
mod markdown;
mod name;
mod rules;
mod sentences;
mod since;
mod summary;
#[cfg(test)]
mod tests;
mod texts;
mod words;

pub use html::{Sheet, html, plan, sheet};
pub use inputs::PageInputs;
pub use lang::{Lang, number};
pub use markdown::markdown;
pub use name::{Name, Prose};
