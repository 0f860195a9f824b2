//! One text or one piece of bytes, as it stands and in every encoding that it may hold: base64, hex and escapes are taken off
//! and looked at in turn, and what looks like a digest is kept. What the filters let through is looked up at once.

use bunri_spelling::escapes;
use bunri_spelling::tokens::{self, Coat, is_digest_length};

use crate::LeakError;
use crate::exclusive::Exclusive;
use crate::hashing::Kind;
use crate::hits::{Found, FoundDigest, Location, digest_key};
use crate::retailers::Retailers;
use crate::text::{Matcher, Origin, Sight};

/// An encoding within an encoding is taken off so many times.
const DEPTH: u8 = 2;

/// Where the thing that is looked at stands; asked only when something was found.
pub(crate) type Where<'w> = dyn Fn() -> Result<Location, LeakError> + 'w;

/// Looks at texts, one thread's.
pub(crate) struct Scanner<'a> {
    matcher: Matcher<'a>,
    exclusive: &'a Exclusive<'a>,
    found: &'a Found<'a>,
    /// Whether nothing was found since somebody set it, so that an equal thing need not be looked at.
    pub(crate) clean: bool,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(exclusive: &'a Exclusive<'a>, found: &'a Found<'a>) -> Self {
        Self {
            matcher: Matcher::new(exclusive),
            exclusive,
            found,
            clean: true,
        }
    }

    /// A hash by which an equal cell is known.
    pub(crate) fn cell_hash(&self, cell: &[u8]) -> u64 {
        self.exclusive.lexicon.secret.cell(cell)
    }

    /// A text, and what is encoded in it.
    pub(crate) fn text(
        &mut self,
        text: &str,
        origin: Origin,
        place: &Where<'_>,
    ) -> Result<(), LeakError> {
        self.encoded(text, (Coat::Plain, 0), origin, place)
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8], place: &Where<'_>) -> Result<(), LeakError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(text, Origin::Unknown, place),
            Err(_) => self.decoded(bytes, (Coat::Plain, 0), place),
        }
    }

    /// A number, with and without the zero that it may have lost.
    pub(crate) fn number(&mut self, digits: &str, place: &Where<'_>) -> Result<(), LeakError> {
        self.plain(digits, Coat::Number, Origin::Unknown, place)?;
        let digits = format!("0{digits}");
        self.plain(&digits, Coat::Number, Origin::Unknown, place)?;
        Ok(())
    }

    /// Retailers that a granted text names.
    pub(crate) fn retailers(
        &mut self,
        retailers: &Retailers,
        text: &str,
        place: &Where<'_>,
    ) -> Result<(), LeakError> {
        let forms = &mut self.matcher.forms;
        let simple = forms.simple(text);
        if retailers.is_empty() || simple.is_some_and(|simple| !retailers.may_be_in(&simple)) {
            return Ok(());
        }
        forms.spell(text);
        for name in retailers.named(forms.of(Kind::Loose)) {
            self.clean = false;
            self.found.retailer(name, &place()?)?;
        }
        Ok(())
    }

    fn encoded(
        &mut self,
        text: &str,
        (coat, depth): (Coat, u8),
        origin: Origin,
        place: &Where<'_>,
    ) -> Result<(), LeakError> {
        let sight = self.plain(text, coat, origin, place)?;
        if depth == DEPTH {
            return Ok(());
        }
        if sight == Sight::Simple {
            // It has no escapes.
            let mut inside = Ok(());
            tokens::decode_simple(text.as_bytes(), |coat, bytes| {
                if inside.is_ok() {
                    inside = self.decoded(bytes, (coat, depth + 1), place);
                }
            });
            return inside;
        }
        let mut inside = Vec::new();
        tokens::decode(self.matcher.forms.of(Kind::Strict), |coat, bytes| {
            inside.push((coat, bytes.to_vec()));
        });
        for (coat, bytes) in inside {
            self.decoded(&bytes, (coat, depth + 1), place)?;
        }
        match escapes::unescaped(text) {
            Some(text) => self.encoded(&text, (Coat::Escapes, depth + 1), Origin::Unknown, place),
            None => Ok(()),
        }
    }

    fn decoded(
        &mut self,
        bytes: &[u8],
        (coat, depth): (Coat, u8),
        place: &Where<'_>,
    ) -> Result<(), LeakError> {
        if is_digest_length(bytes.len()) {
            self.clean = false;
            self.found.digests.push(&FoundDigest {
                key: digest_key(bytes),
                location: place()?,
            })?;
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            return self.encoded(text, (coat, depth), Origin::Unknown, place);
        }
        let hex = base16ct::lower::encode_string(bytes);
        self.plain(&hex, coat, Origin::Unknown, place)?;
        if bytes.len() > 64 {
            // A schema or a message in base64: bytes with texts in them.
            let text = String::from_utf8_lossy(bytes);
            self.plain(&text, coat, Origin::Unknown, place)?;
        }
        Ok(())
    }

    /// A text as it stands.
    fn plain(
        &mut self,
        text: &str,
        coat: Coat,
        origin: Origin,
        place: &Where<'_>,
    ) -> Result<Sight, LeakError> {
        let sight = self.matcher.text(text, origin);
        let mut location = None;
        for candidate in &self.matcher.candidates {
            let Some(entry) = self.exclusive.confirm(candidate)? else {
                continue;
            };
            if location.is_none() {
                location = Some(place()?);
            }
            if let Some(location) = &location {
                self.found.value(candidate, &entry, coat, location)?;
            }
        }
        self.clean &= location.is_none();
        Ok(sight)
    }
}
