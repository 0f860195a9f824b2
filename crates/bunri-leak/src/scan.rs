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

/// How a text comes to be looked at.
#[derive(Clone, Copy)]
struct Context<'w> {
    place: &'w Where<'w>,
    origin: Origin,
    coat: Coat,
    /// Encodings that were taken off.
    depth: u8,
}

impl<'w> Context<'w> {
    fn plain(place: &'w Where<'w>, origin: Origin) -> Self {
        let (coat, depth) = (Coat::Plain, 0);
        Self {
            place,
            origin,
            coat,
            depth,
        }
    }

    /// Of what is encoded so.
    fn inside(self, coat: Coat) -> Self {
        let (origin, depth) = (Origin::Unknown, self.depth + 1);
        Self {
            origin,
            coat,
            depth,
            ..self
        }
    }
}

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
    #[inline]
    pub(crate) fn cell_hash(&self, cell: &[u8]) -> u64 {
        self.exclusive.lexicon.secret.cell(cell)
    }

    pub(crate) fn text(
        &mut self,
        text: &str,
        origin: Origin,
        place: &Where<'_>,
    ) -> Result<(), LeakError> {
        self.encoded(text, Context::plain(place, origin))
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8], place: &Where<'_>) -> Result<(), LeakError> {
        let context = Context::plain(place, Origin::Unknown);
        match std::str::from_utf8(bytes) {
            Ok(text) => self.encoded(text, context),
            Err(_) => self.decoded(bytes, context),
        }
    }

    /// A number, with and without the zero that it may have lost.
    pub(crate) fn number(&mut self, digits: &str, place: &Where<'_>) -> Result<(), LeakError> {
        let context = Context {
            coat: Coat::Number,
            ..Context::plain(place, Origin::Unknown)
        };
        self.plain(digits, context)?;
        self.plain(&format!("0{digits}"), context).map(drop)
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

    /// A text, and what is encoded in it.
    fn encoded(&mut self, text: &str, context: Context<'_>) -> Result<(), LeakError> {
        let sight = self.plain(text, context)?;
        if context.depth == DEPTH {
            return Ok(());
        }
        if sight == Sight::Simple {
            // It has no escapes.
            let mut inside = Ok(());
            tokens::decode_simple(text.as_bytes(), |coat, bytes| {
                if inside.is_ok() {
                    inside = self.decoded(bytes, context.inside(coat));
                }
            });
            return inside;
        }
        let mut inside = Vec::new();
        tokens::decode(self.matcher.forms.of(Kind::Strict), |coat, bytes| {
            inside.push((coat, bytes.to_vec()));
        });
        for (coat, bytes) in inside {
            self.decoded(&bytes, context.inside(coat))?;
        }
        match escapes::unescaped(text) {
            Some(text) => self.encoded(&text, context.inside(Coat::Escapes)),
            None => Ok(()),
        }
    }

    fn decoded(&mut self, bytes: &[u8], context: Context<'_>) -> Result<(), LeakError> {
        if is_digest_length(bytes.len()) {
            self.clean = false;
            let (key, location) = (digest_key(bytes), (context.place)()?);
            self.found.digests.push(&FoundDigest { key, location })?;
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            return self.encoded(text, context);
        }
        self.plain(&base16ct::lower::encode_string(bytes), context)?;
        if bytes.len() > 64 {
            // A schema or a message in base64: bytes with texts in them.
            self.plain(&String::from_utf8_lossy(bytes), context)?;
        }
        Ok(())
    }

    /// A text as it stands.
    fn plain(&mut self, text: &str, context: Context<'_>) -> Result<Sight, LeakError> {
        let sight = self.matcher.text(text, context.origin);
        let mut location = None;
        for candidate in &self.matcher.candidates {
            let Some(entry) = self.exclusive.confirm(candidate)? else {
                continue;
            };
            if location.is_none() {
                location = Some((context.place)()?);
            }
            if let Some(location) = &location {
                self.found
                    .value(candidate, &entry, context.coat, location)?;
            }
        }
        self.clean &= location.is_none();
        Ok(sight)
    }
}
