//! The audit of raw bytes (C6, structural half): a store's file holds its rows and nothing else.
//!
//! The rebuild (`bunri-verify`, `store/rebuild.rs`) compares the retail files with what the canonical writer makes of the
//! granted cells. It shares that writer with the splitter, so it cannot see what the writer itself might let in, and it needs the
//! staging. The audit shares nothing with the writer and needs only the file: it follows every byte from the first
//! magic word to the last, through code of its own, and asks of each whether the rows explain it.
//!
//! The method is to **read and write again**. A format has many ways to say one thing, and every choice among them can
//! carry a message: runs or packed bits, one level of compression or another, an entry of a dictionary that no cell
//! uses, a number written longer than needed. Instead of a list of everything that must not be there, each layer is read
//! strictly, written again the one way the canonical writer writes it, and compared byte for byte:
//!
//! | layer | read by | written again by |
//! |---|---|---|
//! | footer | `footer`, over `thrift` | `canon`, from what the pages turned out to be |
//! | page headers | `pages` | the same |
//! | zstd frames | the zstd library, within the declared size | the zstd library, at the canonical level (`frame`) |
//! | levels, indices | `hybrid` | `hybrid` |
//! | dictionaries, plain values | `contents`, `plain` | nothing to choose: lengths, order of first use, no doubles |
//! | ends of pages and row groups | `outline` | `cuts`, from the sizes of the cells |
//!
//! So a file without findings is a function of its rows: whoever knows the rows knows every byte. Whether they are the
//! *granted* rows is the matter of C3 and C4. Where a layer differs, the audit goes on and names what it can.
//!
//! **The gate.** `outline` also decides whether a file may be handed to the Parquet library at all. It sees every
//! length and count before anything is unpacked or allocated, refuses what contradicts itself or claims too much, and
//! otherwise lets files of other writers pass, so that their rows are compared in spite of everything.
//!
//! An [`Auditor`] takes the files of a store, with the columns that each must have, and gives findings of claim C6 and what
//! is [`Admitted`] to a reader. [`look_at_folder`] and [`look_at_custody`] are for what a file system keeps beside bytes;
//! [`refuse_hostile`] is the gate alone.

mod canon;
mod contents;
mod cuts;
mod errors;
mod file;
mod folder;
mod footer;
mod frame;
mod hybrid;
mod outline;
mod pages;
mod plain;
mod residue;
mod schemas;
mod source;
mod store;
#[cfg(test)]
mod tests;
mod thrift;
mod values;

pub use errors::ResidueError;
pub use folder::{Permissions, look_at_custody, look_at_folder};
pub use schemas::schemas_of_manifest;
pub use store::{Admitted, Auditor, DataFile, is_clean, refuse_hostile};
