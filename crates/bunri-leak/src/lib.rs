//! C5: no value that occurs only in cells withheld from a store is found in it. For retail and for transmission, each
//! against what is withheld from *it*. What is found in one text is defined in `reference.rs`, slow and obvious, and tests hold
//! everything else to it.
//!
//! **Values in.** While the tables are decided, every text, number of nine digits and bytes (`cells`) goes by once. The
//! `vocabulary` keeps of it two hashes (`hashing`: Rabin–Karp, in two forms of spelling), the column, and its `grants`: which
//! of the two stores it is withheld from and granted to. These records are divided by hash (`partitions`). What is granted to a
//! store in the same spelling anywhere carries nothing that only withheld cells hold, and is counted and dropped; so is what is too
//! short to be told from chance. What is left (`exclusive`) is a set of `values`: a prefix table and a binary fuse `filter` in
//! memory, and behind them a sorted file.
//!
//! **Search.** Every cell of every readable Parquet file, listed or not (`parquet`), every other file as text, and every name,
//! manifest and metadata string (`store`) is looked through (`text`): put into both forms, asked of prefix table and filter at every
//! position, and looked up in the file at once. Japanese has no spaces, so no words are cut out; only runs of digits and of Latin
//! letters are never cut. What decodes from base64, hex or escapes is searched in turn.
//!
//! **Findings out.** Hits wait in the order of their places (`hits`, `records`) and are reported (`report`). One in a cell that is,
//! bit for bit, what the source's granted cell of the same row says is contamination and for *review*, a finding for each pair
//! of a granted column and a withheld one; every other is *certain*. What retail holds by a rule that asks no ledger explains nothing:
//! such a value is found in the copy itself for review, and anywhere else certain. So is the original of a rekeyed number. Beside
//! values, codes and names of `retailers` are words that texts of own rows may not say.
//!
//! **Second pass.** Staging is read again (`second_pass`) if something looks like a digest of a value, or if rows are not what the
//! source's granted cells say: values that are granted elsewhere are no secret one by one, but several of them in one row can be
//! the record of somebody else (`combination`).
//!
//! The quarantine lies in transmission custody and is neither company's system: it is not searched. C4 fixes its cells. Nothing
//! here depends on the secret, the threads or the memory but the time it takes.

mod cells;
mod combination;
mod errors;
mod exclusive;
mod filter;
mod grants;
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
mod second_pass;
mod store;
#[cfg(test)]
mod tests;
mod text;
mod values;
mod vocabulary;

pub use errors::LeakError;
pub use grants::{Grants, SEARCHED};
pub use inputs::{Mismatches, Reread, SearchInputs, StoreFolder, StoreTable};
pub use lexicon::Lexicon;
pub use records::Scratch;
pub use retailers::Retailers;
pub use search::{LeakOutcome, search};
pub use second_pass::SecondPass;
pub use vocabulary::Vocabulary;
