//! One text or one piece of bytes, in every coat that it may wear.

use std::sync::{Mutex, PoisonError};

use bunri_columnar::ByteSorter;
use bunri_spelling::escapes;
use bunri_spelling::tokens::{self, Coat, is_digest_length};

use crate::LeakError;
use crate::exclusive::Exclusive;
use crate::retailers::Retailers;
use crate::scratch::Scratch;
use crate::seek::{Origin, Seeker, Sight};
use crate::spot::{Spot, Waiting};
use crate::vocabulary::Lexicon;
use crate::written::hex;

/// A coat under a coat is taken off so many times.
const COATS: u8 = 2;

/// What the threads found, to be confirmed. Few things get here, so one lock is enough.
pub(crate) struct Found {
    pub(crate) candidates: Mutex<ByteSorter>,
    /// What may be a digest of a value, with its place.
    pub(crate) digests: Mutex<ByteSorter>,
    /// Retailers that are named in texts, with the places.
    pub(crate) retailers: Mutex<ByteSorter>,
}

impl Found {
    pub(crate) fn new(scratch: &Scratch) -> Self {
        Self {
            candidates: Mutex::new(scratch.sorter()),
            digests: Mutex::new(scratch.sorter()),
            retailers: Mutex::new(scratch.sorter()),
        }
    }
}

fn push(sorter: &Mutex<ByteSorter>, record: &[u8]) -> Result<(), LeakError> {
    let mut sorter = sorter.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(sorter.push(record)?)
}

/// A digest as the sorter orders it: its length, and itself filled up.
pub(crate) const DIGEST_KEY: usize = 33;

pub(crate) fn digest_key(digest: &[u8]) -> [u8; DIGEST_KEY] {
    let mut key = [0; DIGEST_KEY];
    let known = digest.len().min(DIGEST_KEY - 1);
    key[0] = known as u8;
    key[1..=known].copy_from_slice(&digest[..known]);
    key
}

/// Where the thing that is looked at stands; asked only when something was found.
pub(crate) type Where<'w> = dyn Fn() -> Result<Spot, LeakError> + 'w;

/// Looks at texts, one thread's.
pub(crate) struct Looker<'a> {
    seeker: Seeker<'a>,
    found: &'a Found,
    record: Vec<u8>,
}

impl<'a> Looker<'a> {
    pub(crate) fn new(lexicon: &'a Lexicon, exclusive: &'a Exclusive, found: &'a Found) -> Self {
        Self {
            seeker: Seeker::new(lexicon, exclusive),
            found,
            record: Vec::new(),
        }
    }

    /// Looks at a text; whether nothing at all was found, so that an equal one need not be looked at.
    pub(crate) fn text(
        &mut self,
        text: &str,
        origin: Origin,
        place: &Where<'_>,
    ) -> Result<bool, LeakError> {
        self.coated(text, (Coat::Plain, 0), origin, place)
    }

    fn coated(
        &mut self,
        text: &str,
        (coat, depth): (Coat, u8),
        origin: Origin,
        place: &Where<'_>,
    ) -> Result<bool, LeakError> {
        let (sight, mut clean) = self.plain(text, coat, origin, place)?;
        if depth == COATS {
            return Ok(clean);
        }
        if sight == Sight::Simple {
            // It has no escapes.
            let mut inside = Ok(true);
            tokens::decode_simple(text.as_bytes(), |coat, bytes| {
                if let Ok(clean) = inside {
                    let decoded = self.decoded(bytes, coat, depth + 1, place);
                    inside = decoded.map(|decoded| clean & decoded);
                }
            });
            return Ok(clean & inside?);
        }
        let mut inside = Vec::new();
        tokens::decode(&self.seeker.spelled.strict, |coat, bytes| {
            inside.push((coat, bytes.to_vec()));
        });
        for (coat, bytes) in inside {
            clean &= self.decoded(&bytes, coat, depth + 1, place)?;
        }
        if let Some(text) = escapes::unescaped(text) {
            let coat = (Coat::Escapes, depth + 1);
            clean &= self.coated(&text, coat, Origin::Unknown, place)?;
        }
        Ok(clean)
    }

    /// Looks at a text as it stands; whether nothing was found.
    fn plain(
        &mut self,
        text: &str,
        coat: Coat,
        origin: Origin,
        place: &Where<'_>,
    ) -> Result<(Sight, bool), LeakError> {
        let sight = self.seeker.text(text, origin);
        if self.seeker.candidates.is_empty() {
            return Ok((sight, true));
        }
        let spot = place()?;
        for candidate in &self.seeker.candidates {
            Waiting::write(candidate, coat, &spot, &mut self.record);
            push(&self.found.candidates, &self.record)?;
        }
        Ok((sight, false))
    }

    fn decoded(
        &mut self,
        bytes: &[u8],
        coat: Coat,
        depth: u8,
        place: &Where<'_>,
    ) -> Result<bool, LeakError> {
        let mut clean = true;
        if is_digest_length(bytes.len()) {
            self.digest(bytes, &place()?)?;
            clean = false;
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            let coat = (coat, depth);
            return Ok(clean & self.coated(text, coat, Origin::Unknown, place)?);
        }
        let mut text = String::new();
        hex(bytes, &mut text);
        clean &= self.plain(&text, coat, Origin::Unknown, place)?.1;
        if bytes.len() > 64 {
            // A schema or a message in base64: bytes with texts in them.
            let text = String::from_utf8_lossy(bytes);
            clean &= self.plain(&text, coat, Origin::Unknown, place)?.1;
        }
        Ok(clean)
    }

    /// Looks for retailers that a granted text names; whether there is none.
    pub(crate) fn retailers(
        &mut self,
        retailers: &Retailers,
        text: &str,
        place: &Where<'_>,
    ) -> Result<bool, LeakError> {
        let simple = self.seeker.simple(text);
        if retailers.is_empty() || simple.is_some_and(|simple| !retailers.may_be_in(&simple)) {
            return Ok(true);
        }
        let named = retailers.named(self.seeker.loose(text));
        if named.is_empty() {
            return Ok(true);
        }
        let spot = place()?;
        for name in named {
            self.record.clear();
            self.record.extend_from_slice(&name);
            spot.write(&mut self.record);
            push(&self.found.retailers, &self.record)?;
        }
        Ok(false)
    }

    /// Looks at raw bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8], place: &Where<'_>) -> Result<bool, LeakError> {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return self.text(text, Origin::Unknown, place);
        }
        self.decoded(bytes, Coat::Plain, 0, place)
    }

    /// Looks at a number, with and without the zero that it may have lost.
    pub(crate) fn number(&mut self, digits: &str, place: &Where<'_>) -> Result<bool, LeakError> {
        let mut clean = true;
        for digits in [digits, &format!("0{digits}")] {
            clean &= self.plain(digits, Coat::Number, Origin::Unknown, place)?.1;
        }
        Ok(clean)
    }

    fn digest(&mut self, digest: &[u8], spot: &Spot) -> Result<(), LeakError> {
        self.record.clear();
        self.record.extend_from_slice(&digest_key(digest));
        spot.write(&mut self.record);
        push(&self.found.digests, &self.record)
    }
}
