//! What in a store may be the digest of a withheld value. An unkeyed digest of a phone number is the phone number: there
//! are only so many.

use std::collections::BTreeMap;

use bunri_columnar::ByteSorter;
use bunri_spelling::tokens::{self, Coat};
use bunri_spelling::{Spelled, Speller};

use crate::LeakError;
use crate::exclusive::Exclusive;
use crate::hashing::{Kind, Name, half};
use crate::look::{DIGEST_KEY, digest_key};
use crate::seek::Candidate;
use crate::spot::{Spot, Waiting};
use crate::vocabulary::Lexicon;

/// What one digest and its first place take in memory, about.
const HELD: usize = 256;

/// The digests of one store, each with the first place where it stands.
pub(crate) struct Digests<'a> {
    first: BTreeMap<[u8; DIGEST_KEY], Vec<u8>>,
    /// Different digests beyond the memory bound.
    pub(crate) beyond: u64,
    lexicon: &'a Lexicon,
    exclusive: &'a Exclusive,
    speller: Speller<'a>,
    spelled: Spelled,
    last: String,
    /// Where what was found waits to be confirmed.
    candidates: ByteSorter,
    record: Vec<u8>,
}

impl<'a> Digests<'a> {
    /// `found` are digests with their places; of those that memory cannot hold, the greatest are left out.
    pub(crate) fn new(
        found: ByteSorter,
        budget: usize,
        lexicon: &'a Lexicon,
        exclusive: &'a Exclusive,
        candidates: ByteSorter,
    ) -> Result<Self, LeakError> {
        let (mut first, mut beyond): (BTreeMap<[u8; DIGEST_KEY], Vec<u8>>, u64) =
            (BTreeMap::new(), 0);
        let mut sorted = found.finish()?;
        let mut last = None;
        while let Some(record) = sorted.next()? {
            let (key, spot) = record
                .split_first_chunk::<DIGEST_KEY>()
                .ok_or(LeakError::Index)?;
            if last.replace(*key) == Some(*key) {
                continue;
            }
            if first.len() < budget / HELD {
                first.insert(*key, spot.to_vec());
            } else {
                beyond += 1;
            }
        }
        Ok(Self {
            first,
            beyond,
            lexicon,
            exclusive,
            speller: Speller::new(&lexicon.variants),
            spelled: Spelled::default(),
            last: String::new(),
            candidates,
            record: Vec::new(),
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// What waits to be confirmed, with what the digests added.
    pub(crate) fn into_candidates(self) -> ByteSorter {
        self.candidates
    }

    /// Holds a withheld value against the digests, if it is one that is searched for.
    pub(crate) fn value(&mut self, text: &str) -> Result<(), LeakError> {
        if self.is_empty() || self.last == text {
            return Ok(());
        }
        text.clone_into(&mut self.last);
        self.speller.spell(text, &mut self.spelled);
        let Spelled { loose, strict, .. } = &self.spelled;
        let secret = &self.lexicon.secret;
        let strict_name = secret.name(strict.value(), Kind::Strict);
        let names = [
            (Kind::Loose, secret.name(loose.value(), Kind::Loose)),
            (Kind::Strict, strict_name),
        ];
        let searched = |(kind, name): &(Kind, Name)| {
            self.exclusive.sets[*kind as usize]
                .filter
                .may_hold(half(name))
        };
        let Some((kind, name)) = names.into_iter().find(searched) else {
            return Ok(());
        };
        let forms = [
            text.to_owned(),
            strict.signs.iter().collect(),
            loose.signs.iter().collect(),
            text.trim().to_owned(),
        ];
        let mut found: Vec<(Coat, &Vec<u8>)> = Vec::new();
        for form in &forms {
            for (coat, digest) in tokens::digests(form.as_bytes()) {
                let spot = self.first.get(&digest_key(&digest));
                found.extend(spot.map(|spot| (coat, spot)));
            }
        }
        let candidate = Candidate {
            kind,
            name,
            strict: strict_name,
            from: 0,
            whole: true,
        };
        for (coat, spot) in found {
            let spot = Spot::read(spot).ok_or(LeakError::Index)?;
            Waiting::write(&candidate, coat, &spot, &mut self.record);
            self.candidates.push(&self.record)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::scratch::Scratch;
    use crate::vocabulary::Vocabulary;

    /// `digests_not_compared`: what memory cannot hold is counted, each once, and never passed over in silence.
    #[test]
    fn digests_beyond_memory_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let scratch = Scratch {
            folder: folder.path().to_path_buf(),
            budget: 1 << 20,
        };
        let lexicon = Lexicon::new().unwrap();
        let vocabulary = Vocabulary::new(&lexicon, &scratch);
        let [exclusive, _] = Exclusive::of(vocabulary, &scratch, 1).unwrap();
        for (room, beyond) in [(5, 0), (3, 0), (2, 1), (0, 3)] {
            let mut found = scratch.sorter();
            for digest in [1, 2, 3, 3, 1] {
                let record = [[digest; DIGEST_KEY].as_slice(), b"place"].concat();
                found.push(&record).unwrap();
            }
            let digests =
                Digests::new(found, room * HELD, &lexicon, &exclusive, scratch.sorter()).unwrap();
            assert_eq!(digests.beyond, beyond, "{room}");
            assert_eq!(digests.first.len() as u64, 3 - beyond);
        }
    }
}
