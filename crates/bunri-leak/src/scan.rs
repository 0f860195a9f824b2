//! One text or one piece of bytes, as it stands and in every encoding that it may hold: base64, hex and escapes are taken off
//! and looked at in turn, and what looks like a digest is kept. What the filters let through is looked up at once.

use bunri_spelling::escapes;
use bunri_spelling::tokens::{self, Coat, is_digest_length};

use crate::LeakError;
use crate::exclusive::Exclusive;
use crate::hits::{Found, Location};
use crate::retailers::Retailers;
use crate::text::{Matcher, Origin, Sight};
use crate::vocabulary::Lexicon;

/// An encoding within an encoding is taken off so many times.
const DEPTH: u8 = 2;

/// Where the thing that is looked at stands; asked only when something was found.
pub(crate) type Where<'w> = dyn Fn() -> Result<Location, LeakError> + 'w;

/// Looks at texts, one thread's. What looks at something says whether nothing at all was found, so that an equal thing need not
/// be looked at.
pub(crate) struct Scanner<'a> {
    matcher: Matcher<'a>,
    exclusive: &'a Exclusive,
    found: &'a Found<'a>,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(
        lexicon: &'a Lexicon,
        exclusive: &'a Exclusive,
        found: &'a Found<'a>,
    ) -> Self {
        Self {
            matcher: Matcher::new(lexicon, exclusive),
            exclusive,
            found,
        }
    }

    pub(crate) fn text(
        &mut self,
        text: &str,
        origin: Origin,
        place: &Where<'_>,
    ) -> Result<bool, LeakError> {
        self.encoded(text, (Coat::Plain, 0), origin, place)
    }

    /// Raw bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8], place: &Where<'_>) -> Result<bool, LeakError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(text, Origin::Unknown, place),
            Err(_) => self.decoded(bytes, (Coat::Plain, 0), place),
        }
    }

    /// A number, with and without the zero that it may have lost.
    pub(crate) fn number(&mut self, digits: &str, place: &Where<'_>) -> Result<bool, LeakError> {
        let (_, clean) = self.plain(digits, Coat::Number, Origin::Unknown, place)?;
        let digits = format!("0{digits}");
        let (_, clean_too) = self.plain(&digits, Coat::Number, Origin::Unknown, place)?;
        Ok(clean & clean_too)
    }

    /// Retailers that a granted text names.
    pub(crate) fn retailers(
        &mut self,
        retailers: &Retailers,
        text: &str,
        place: &Where<'_>,
    ) -> Result<bool, LeakError> {
        let simple = self.matcher.simple(text);
        if retailers.is_empty() || simple.is_some_and(|simple| !retailers.may_be_in(&simple)) {
            return Ok(true);
        }
        let named = retailers.named(self.matcher.loose(text));
        if named.is_empty() {
            return Ok(true);
        }
        let location = place()?;
        named
            .into_iter()
            .try_for_each(|name| self.found.retailer(name, &location))?;
        Ok(false)
    }

    /// A text, and what is encoded in it.
    fn encoded(
        &mut self,
        text: &str,
        (coat, depth): (Coat, u8),
        origin: Origin,
        place: &Where<'_>,
    ) -> Result<bool, LeakError> {
        let (sight, mut clean) = self.plain(text, coat, origin, place)?;
        if depth == DEPTH {
            return Ok(clean);
        }
        if sight == Sight::Simple {
            // It has no escapes.
            let mut inside = Ok(true);
            tokens::decode_simple(text.as_bytes(), |coat, bytes| {
                if let Ok(clean) = inside {
                    let decoded = self.decoded(bytes, (coat, depth + 1), place);
                    inside = decoded.map(|decoded| clean & decoded);
                }
            });
            return Ok(clean & inside?);
        }
        let mut inside = Vec::new();
        tokens::decode(&self.matcher.spelled.strict, |coat, bytes| {
            inside.push((coat, bytes.to_vec()));
        });
        for (coat, bytes) in inside {
            clean &= self.decoded(&bytes, (coat, depth + 1), place)?;
        }
        if let Some(text) = escapes::unescaped(text) {
            let coat = (Coat::Escapes, depth + 1);
            clean &= self.encoded(&text, coat, Origin::Unknown, place)?;
        }
        Ok(clean)
    }

    fn decoded(
        &mut self,
        bytes: &[u8],
        (coat, depth): (Coat, u8),
        place: &Where<'_>,
    ) -> Result<bool, LeakError> {
        let mut clean = true;
        if is_digest_length(bytes.len()) {
            self.found.digest(bytes, place()?)?;
            clean = false;
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Ok(clean & self.encoded(text, (coat, depth), Origin::Unknown, place)?);
        }
        let hex = base16ct::lower::encode_string(bytes);
        clean &= self.plain(&hex, coat, Origin::Unknown, place)?.1;
        if bytes.len() > 64 {
            // A schema or a message in base64: bytes with texts in them.
            let text = String::from_utf8_lossy(bytes);
            clean &= self.plain(&text, coat, Origin::Unknown, place)?.1;
        }
        Ok(clean)
    }

    /// A text as it stands.
    fn plain(
        &mut self,
        text: &str,
        coat: Coat,
        origin: Origin,
        place: &Where<'_>,
    ) -> Result<(Sight, bool), LeakError> {
        let sight = self.matcher.text(text, origin);
        let mut location = None;
        for candidate in &self.matcher.candidates {
            let Some(confirmed) = self.exclusive.confirm(candidate)? else {
                continue;
            };
            let location = match &location {
                Some(location) => location,
                None => location.insert(place()?),
            };
            self.found.value(&confirmed, coat, location)?;
        }
        Ok((sight, location.is_none()))
    }
}
