//! The second pass of staging, which only a store that gives reason for it costs: every cell, those of rejected rows too,
//! held against what may be digests, and against suspect rows. An unkeyed digest of a phone number is the phone number: there
//! are only so many.

use std::collections::BTreeMap;

use arrow_array::{Array, RecordBatch};
use bunri_catalogue::Table;
use bunri_columnar::{RawValue, Reject};
use bunri_spelling::tokens;
use bunri_types::ValueType;

use crate::LeakError;
use crate::cells::{rejected, staged_cells};
use crate::combination::Suspects;
use crate::exclusive::ExclusiveValues;
use crate::grants::Grants;
use crate::hashing::{FormKind, filter_key};
use crate::hits::{DigestCandidate, DigestKey, HitSink, Location, digest_key};
use crate::lexicon::{Candidate, Forms};
use crate::values::Entry;

/// What one digest and its first place take in memory, about.
const HELD: usize = 256;

/// Takes every staged cell once more, for one store.
pub struct SecondPass<'r, 'a> {
    /// Its place among those that are searched.
    pub(crate) store: usize,
    pub(crate) digests: &'r mut DigestIndex<'a>,
    pub(crate) suspects: &'r mut Suspects<'a>,
}

impl SecondPass<'_, '_> {
    /// Rows of the table at this position of the catalogue; `grants` is asked with column and row.
    ///
    /// # Errors
    /// If a temporary file cannot be written or read.
    pub fn batch(
        &mut self,
        table: usize,
        batch: &RecordBatch,
        grants: impl Fn(usize, usize) -> Grants,
    ) -> Result<(), LeakError> {
        let arrays = batch.columns().iter().enumerate();
        let columns = arrays.filter_map(|(at, array)| Some((at, array, staged_cells(array)?)));
        let columns: Vec<_> = columns.collect();
        let mut space = String::new();
        for row in 0..batch.num_rows() {
            for (column, array, cells) in &columns {
                if array.is_null(row) {
                    continue;
                }
                let text = cells(row).text(&mut space);
                let withheld = grants(*column, row).withheld(self.store);
                if withheld {
                    self.digests.value(text)?;
                }
                self.suspects.cell(text, *column, withheld);
            }
            self.suspects.row(table);
        }
        Ok(())
    }

    /// A row that is in no store is withheld from every store. Of what may be combined, only what fits its type: days and
    /// measures that did not are no part of a person.
    ///
    /// # Errors
    /// If a temporary file cannot be written or read.
    pub fn rejected(
        &mut self,
        position: usize,
        table: &Table,
        reject: &Reject,
    ) -> Result<(), LeakError> {
        for (at, value, text) in rejected(table, reject) {
            self.digests.value(&text)?;
            let fits = table.columns.get(at).is_some_and(|column| match value {
                RawValue::Text(_) => column.value_type == ValueType::Text,
                RawValue::Int(_) => {
                    column.value_type == ValueType::Int
                        || column.value_type == ValueType::Text && column.reading.takes_integers
                }
                RawValue::Null
                | RawValue::Unknown
                | RawValue::Real(_)
                | RawValue::Decimal(_)
                | RawValue::TextHex(_)
                | RawValue::Blob(_) => false,
            });
            if fits {
                self.suspects.cell(&text, at, true);
            }
        }
        self.suspects.row(position);
        Ok(())
    }
}

/// What may be digests in one store, each with the first place where it stands.
pub(crate) struct DigestIndex<'a> {
    first: BTreeMap<DigestKey, Location>,
    /// Different digests beyond the memory bound.
    pub(crate) beyond: u64,
    exclusive: &'a ExclusiveValues<'a>,
    sink: &'a HitSink<'a>,
    forms: Forms<'a>,
    last: String,
}

impl<'a> DigestIndex<'a> {
    /// Of those that memory cannot hold, the greatest are left out.
    pub(crate) fn new(
        budget: usize,
        exclusive: &'a ExclusiveValues<'a>,
        sink: &'a HitSink<'a>,
    ) -> Result<Self, LeakError> {
        let (mut first, mut beyond, mut last) = (BTreeMap::new(), 0, None);
        for digest in sink.digests.sorted()? {
            let DigestCandidate { key, location } = digest?;
            if last.replace(key) == Some(key) {
                continue;
            }
            if first.len() < budget / HELD {
                first.insert(key, location);
            } else {
                beyond += 1;
            }
        }
        Ok(Self {
            first,
            beyond,
            exclusive,
            sink,
            forms: Forms::new(exclusive.lexicon),
            last: String::new(),
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Holds a withheld value against the digests, if it is one that is searched for.
    pub(crate) fn value(&mut self, text: &str) -> Result<(), LeakError> {
        if self.is_empty() || self.last == text {
            return Ok(());
        }
        text.clone_into(&mut self.last);
        self.forms.spell(text);
        let Some((candidate, entry)) = self.searched()? else {
            return Ok(());
        };
        let form = |kind| self.forms.of(kind).chars.iter().collect();
        let [strict, loose] = [FormKind::Strict, FormKind::Loose].map(form);
        for form in [text.to_owned(), strict, loose, text.trim().to_owned()] {
            for (encoding, digest) in tokens::digests(form.as_bytes()) {
                if let Some(location) = self.first.get(&digest_key(&digest)) {
                    self.sink.value(&candidate, &entry, encoding, location)?;
                }
            }
        }
        Ok(())
    }

    /// The value, as it is searched for.
    fn searched(&self) -> Result<Option<(Candidate, Entry)>, LeakError> {
        for kind in [FormKind::Loose, FormKind::Strict] {
            let length = self.forms.of(kind).value().len();
            let candidate = self.forms.candidate(kind, 0, length);
            let set = &self.exclusive.sets[kind as usize];
            if set.may_hold(filter_key(candidate.hash))
                && let Some(entry) = self.exclusive.confirm(&candidate)?
            {
                return Ok(Some((candidate, entry)));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::lexicon::Lexicon;
    use crate::vocabulary::Vocabulary;

    /// `digests_not_compared`: what memory cannot hold is counted, each once, and never passed over in silence.
    #[test]
    fn digests_beyond_memory_are_counted() {
        let (_folder, scratch) = crate::tests::scratch(1 << 20);
        let lexicon = Lexicon::new().unwrap();
        let vocabulary = Vocabulary::new(&lexicon, &scratch).unwrap();
        let exclusive = &ExclusiveValues::of(vocabulary, &scratch, 1).unwrap()[0];
        let found = HitSink::new(&[], &scratch);
        for (room, beyond) in [(5, 0), (3, 0), (2, 1), (0, 3)] {
            for digest in [1, 2, 3, 3, 1] {
                let key = digest_key(&[digest; 16]);
                let location = crate::tests::location("place");
                found
                    .digests
                    .push(&DigestCandidate { key, location })
                    .unwrap();
            }
            let digests = DigestIndex::new(room * HELD, exclusive, &found).unwrap();
            assert_eq!(digests.beyond, beyond, "{room}");
            assert_eq!(digests.first.len() as u64, 3 - beyond);
        }
    }
}
