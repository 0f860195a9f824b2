//! The encoding of one row of one region, and its 64 bytes. What all rows of a region have in common is in the key of their
//! hash and not in their encodings, so that most of them are one block of the hash function.

use blake3::Hasher;

use crate::key::FingerprintKey;
use crate::value::{Encode, write_number, write_prefixed};

/// The key under which the elements of one region are hashed. It stands for the fingerprint key, the table, its columns, the
/// ownership and the class.
#[derive(Clone)]
pub struct Region([u8; 32]);

impl Region {
    /// The region of a table (by its id) with these words; `columns` are the names of the table's columns, and a column is
    /// named by its place among them.
    #[must_use]
    pub fn new<'n>(
        key: &FingerprintKey,
        [table, ownership, class]: [&'n str; 3],
        columns: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        let mut bytes = Vec::new();
        let words = ["bunri/row/2", table, ownership, class];
        for word in words.into_iter().chain(columns) {
            write_prefixed(&mut bytes, word.as_bytes());
        }
        Self(*blake3::keyed_hash(key.as_bytes(), &bytes).as_bytes())
    }
}

/// Turns rows of one region into elements, with one buffer and one hasher for all of them.
#[derive(Debug)]
pub struct ElementHasher {
    hasher: Hasher,
    buffer: Vec<u8>,
}

impl ElementHasher {
    /// A hasher for rows of this region.
    #[must_use]
    pub fn new(region: &Region) -> Self {
        Self {
            hasher: Hasher::new_keyed(&region.0),
            buffer: Vec::new(),
        }
    }

    /// The element of one row: its key as the store holds it, then the columns present by their places among those of the table,
    /// which ascend. A present column may be NULL; an absent one is not named at all.
    pub fn element(
        &mut self,
        key: impl ExactSizeIterator<Item = impl Encode>,
        columns: impl Iterator<Item = (usize, impl Encode)>,
    ) -> [u8; 64] {
        self.buffer.clear();
        write_number(&mut self.buffer, key.len() as u64);
        for value in key {
            value.encode(&mut self.buffer);
        }
        for (place, value) in columns {
            write_number(&mut self.buffer, place as u64);
            value.encode(&mut self.buffer);
        }
        self.hasher.reset();
        self.hasher.update(&self.buffer);
        let mut element = [0; 64];
        self.hasher.finalize_xof().fill(&mut element);
        element
    }
}
