//! Fingerprints: keyed, order-free sums over the rows of a region (design section 6, `docs/fingerprint.md`).
//!
//! An **element** is one row of one region as a store holds it: 64 bytes of BLAKE3 over an injective encoding, under a key of
//! the region's own. A **fingerprint** is the lane-wise sum of elements and their exact count, so that parts add and
//! order does not matter. Two implementations check each other: this one, and a slow one in Python.

mod cells;
mod element;
mod key;
mod sum;
mod value;

pub use cells::{Cell, Cells, UnsupportedType};
pub use element::{ElementHasher, Region};
pub use key::{FingerprintKey, KeyError};
pub use sum::Fingerprint;
pub use value::Encode;
