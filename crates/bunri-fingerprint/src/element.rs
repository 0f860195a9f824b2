//! The encoding of one row of one region, and its 64 bytes.

use blake3::Hasher;

use crate::key::FingerprintKey;
use crate::value::{Encode, write_prefixed};

/// What every element of a region begins with: the domain, the table, the ownership and the class.
#[derive(Debug, Clone)]
pub struct Region(Vec<u8>);

impl Region {
    /// The region of a table (by its id) with these words.
    #[must_use]
    pub fn new(table: &str, ownership: &str, class: &str) -> Self {
        let mut bytes = Vec::new();
        for word in ["bunri/row/1", table, ownership, class] {
            write_prefixed(&mut bytes, word.as_bytes());
        }
        Self(bytes)
    }
}

/// A column's name behind its length, prepared once a table.
#[derive(Debug, Clone)]
pub struct ColumnName(Vec<u8>);

impl ColumnName {
    /// The column of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut bytes = Vec::new();
        write_prefixed(&mut bytes, name.as_bytes());
        Self(bytes)
    }
}

/// Turns rows into elements, with one buffer and one hasher for all of them.
#[derive(Debug)]
pub struct ElementHasher {
    hasher: Hasher,
    buffer: Vec<u8>,
}

impl ElementHasher {
    /// A hasher under this key.
    #[must_use]
    pub fn new(key: &FingerprintKey) -> Self {
        Self {
            hasher: Hasher::new_keyed(key.as_bytes()),
            buffer: Vec::with_capacity(1024),
        }
    }

    /// The element of one row: its key as the store holds it, then the columns present, in store order.
    /// A present column may be NULL; an absent one is not named at all.
    pub fn element<'a>(
        &mut self,
        region: &Region,
        key: impl ExactSizeIterator<Item = impl Encode>,
        columns: impl ExactSizeIterator<Item = (&'a ColumnName, impl Encode)>,
    ) -> [u8; 64] {
        self.buffer.clear();
        self.buffer.extend_from_slice(&region.0);
        self.buffer
            .extend_from_slice(&(key.len() as u64).to_le_bytes());
        for value in key {
            value.encode(&mut self.buffer);
        }
        self.buffer
            .extend_from_slice(&(columns.len() as u64).to_le_bytes());
        for (name, value) in columns {
            self.buffer.extend_from_slice(&name.0);
            value.encode(&mut self.buffer);
        }
        self.hasher.reset();
        self.hasher.update(&self.buffer);
        let mut element = [0; 64];
        self.hasher.finalize_xof().fill(&mut element);
        element
    }
}
