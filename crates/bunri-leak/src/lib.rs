//! C5: no value that occurs only in cells withheld from a store is found in it. For retail and for transmission, each
//! against what is withheld from *it*. What is found in one text is defined in `reference.rs`, slow and obvious, and tests hold
//! everything else to it.
//!
//! **Vocabulary** (`vocabulary`). While the tables are decided, every text, number of nine digits and bytes goes by once:
//! a record (`record`) of its names in two forms (`bunri_spelling`; the names: `hashing`), of the column it comes from, and of
//! its `fate`: which of the two stores it is withheld from and granted to. The records are divided by name
//! (`partitions`) and sorted within the memory bound. What is granted to a store in the same spelling anywhere carries nothing
//! that only withheld cells hold: it is counted and dropped. So is what is too short to be told from chance. What is left
//! (`exclusive`) lies in a sorted file with a filter (`filter`) before it (`set`).
//!
//! **Search** (`seek`, `look`, `file`, `sites`). Every cell of every readable Parquet file, listed or not, every other file
//! as text, and every name, manifest and metadata string is put into both forms, and at every position the filter is
//! asked for every length that a value with this beginning can have. Japanese has no spaces, so no words are cut out; only runs of
//! digits and of Latin letters are never cut. Tokens that decode from base64, hex or escapes are searched in turn (`bunri_spelling::tokens`); tokens that look like a
//! digest are kept, and if there are any, staging is read a second time to hash the withheld values (`again`). Where C3 and
//! C4 found every cell of a table to be the source's own granted cell, none can be, as a whole, a value that only withheld
//! cells hold; what may stand inside it, or in another coat, is looked for as everywhere.
//!
//! **Confirmation** (`confirm`). What the filter let through is looked up in the sorted file, then sorted by place.
//!
//! **Grades.** A hit in a cell that is, bit for bit, what the source's granted cell of the same row says (`unmatched`) is
//! contamination: the classification should be reconsidered, and the grade is *review*. Every other hit is *certain*.
//!
//! **Copies.** What the store holds by a rule that asks no ledger explains nothing (`fate`): such a value is searched for, and found
//! in the copy itself for review, and anywhere else certain. So is the original of a rekeyed number.
//!
//! **Retailers** (`retailers`). Codes and names of the retailers' list, as words of texts that retail may have of own rows.
//!
//! **Review** (`review`). One finding for each pair of a granted column and a withheld one; the cells stand in a list beside it.
//!
//! **Combination** (`again`). Values that are granted elsewhere are no secret one by one, but several of them in one row can
//! be the record of somebody else. In a row that is what the source's granted cells say, they can only be what is
//! granted together; so only the other rows are held against the withheld records.
//!
//! The quarantine lies in transmission custody and is neither company's system: it is not searched. C4 fixes its cells.
//!
//! Nothing here depends on the secret, the threads or the memory but the time it takes.

mod again;
mod cells;
mod combination;
mod errors;
mod exclusive;
mod fate;
mod filter;
mod hashing;
mod hits;
mod inputs;
mod lexicon;
mod parquet;
mod partitions;
mod records;
#[cfg(test)]
mod reference;
mod report;
mod retailers;
mod search;
mod store;
#[cfg(test)]
mod tests;
mod text;
mod values;
mod vocabulary;

pub use again::SecondReading;
pub use errors::LeakError;
pub use fate::{Fate, SEARCHED};
pub use inputs::{Ground, Reread, Scratch, StoreFolder, StoreTable, Unmatched};
pub use lexicon::Lexicon;
pub use retailers::Retailers;
pub use search::{LeakOutcome, search};
pub use vocabulary::Vocabulary;
