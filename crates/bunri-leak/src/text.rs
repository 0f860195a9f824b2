//! Looking at one text or one piece of bytes, as it stands and in every encoding that it may hold: base64, hex and escapes are taken
//! off and looked at in turn, and what looks like a digest is kept.
//!
//! A text is looked through for every value at once: at every position the prefix table tells which lengths are worth a question,
//! and the filter answers it. What it lets through is looked up.
//!
//! A run of digits or of Latin letters is never cut: a number is found as a whole run, or as whole runs with separators or line
//! breaks between them, but not inside another number, and a word not inside another word. Only [`TOKEN`] letters and
//! digits side by side are found inside longer runs ([`Form::may_begin`](bunri_spelling::Form::may_begin)).

use bunri_spelling::tokens::{self, Encoding, is_digest_length};
use bunri_spelling::{LIGHTEST, SimpleForm, TOKEN, escapes};

use crate::LeakError;
use crate::exclusive::ExclusiveValues;
use crate::filter::{PREFIX, SHORT_PREFIX};
use crate::grants::{ANYWHERE, SearchScope};
use crate::hashing::{FormKind, filter_key};
use crate::hits::{DigestCandidate, HitSink, Location, digest_key};
use crate::lexicon::{Candidate, Forms};
use crate::retailers::Retailers;

/// An encoding within an encoding is taken off so many times.
const DEPTH: u8 = 2;

/// Where the thing that is looked at stands; asked only when something was found.
pub(crate) type Locate<'w> = dyn Fn() -> Result<Location, LeakError> + 'w;

/// How a text comes to be looked at.
#[derive(Clone, Copy)]
struct ScanContext<'w> {
    locate: &'w Locate<'w>,
    encoding: Encoding,
    /// Encodings that were taken off.
    depth: u8,
}

impl<'w> ScanContext<'w> {
    fn plain(locate: &'w Locate<'w>) -> Self {
        Self {
            locate,
            encoding: Encoding::Plain,
            depth: 0,
        }
    }

    /// Of what is encoded so.
    fn inside(self, encoding: Encoding) -> Self {
        Self {
            encoding,
            depth: self.depth + 1,
            ..self
        }
    }
}

/// Values of no more characters may be found as whole cells only. The loose form has letters and digits only, so more of
/// them are worth more.
const SHORT: usize = ANYWHERE as usize / LIGHTEST;

/// The lowest bits.
#[inline]
const fn below(bits: usize) -> u64 {
    if bits < 64 { (1 << bits) - 1 } else { u64::MAX }
}

/// By which way a text was looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScanPath {
    /// It is its own strict form, and nothing was let through.
    Fast,
    /// Both forms were looked through.
    Full,
}

/// Looks at texts for the values of one store, one thread's.
pub(crate) struct Scanner<'a> {
    pub(crate) forms: Forms<'a>,
    exclusive: &'a ExclusiveValues<'a>,
    sink: &'a HitSink<'a>,
    sums: Vec<u64>,
    /// What the filters let through of the last text.
    candidates: Vec<Candidate>,
    /// Whether nothing was found since somebody set it, so that an equal thing need not be looked at.
    pub(crate) clean: bool,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(exclusive: &'a ExclusiveValues<'a>, sink: &'a HitSink<'a>) -> Self {
        Self {
            forms: Forms::new(exclusive.lexicon),
            exclusive,
            sink,
            sums: Vec::new(),
            candidates: Vec::new(),
            clean: true,
        }
    }

    pub(crate) fn text(&mut self, text: &str, locate: &Locate<'_>) -> Result<(), LeakError> {
        self.encoded(text, ScanContext::plain(locate))
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8], locate: &Locate<'_>) -> Result<(), LeakError> {
        let context = ScanContext::plain(locate);
        match std::str::from_utf8(bytes) {
            Ok(text) => self.encoded(text, context),
            Err(_) => self.decoded(bytes, context),
        }
    }

    /// A number, with and without the zero that it may have lost.
    pub(crate) fn number(&mut self, digits: &str, locate: &Locate<'_>) -> Result<(), LeakError> {
        let context = ScanContext {
            encoding: Encoding::Number,
            ..ScanContext::plain(locate)
        };
        self.plain(digits, context)?;
        self.plain(&format!("0{digits}"), context).map(drop)
    }

    /// Retailers that a granted text names.
    pub(crate) fn retailers(
        &mut self,
        retailers: &Retailers,
        text: &str,
        locate: &Locate<'_>,
    ) -> Result<(), LeakError> {
        let forms = &mut self.forms;
        let simple = forms.simple(text);
        if simple.is_some_and(|simple| !retailers.may_be_in(&simple)) {
            return Ok(());
        }
        forms.spell(text);
        for hash in retailers.named(forms.of(FormKind::Loose)) {
            self.clean = false;
            self.sink.review(hash, None, &locate()?)?;
        }
        Ok(())
    }

    /// A text, and what is encoded in it.
    fn encoded(&mut self, text: &str, context: ScanContext<'_>) -> Result<(), LeakError> {
        let path = self.plain(text, context)?;
        if context.depth == DEPTH {
            return Ok(());
        }
        let mut inside = Vec::new();
        let keep = |encoding, bytes: &[u8]| inside.push((encoding, bytes.to_vec()));
        let unescaped = match path {
            // It has no escapes.
            ScanPath::Fast => {
                tokens::decode_simple(text.as_bytes(), keep);
                None
            }
            ScanPath::Full => {
                tokens::decode(self.forms.of(FormKind::Strict), keep);
                escapes::unescaped(text)
            }
        };
        for (encoding, bytes) in inside {
            self.decoded(&bytes, context.inside(encoding))?;
        }
        unescaped.map_or(Ok(()), |text| {
            self.encoded(&text, context.inside(Encoding::Escapes))
        })
    }

    fn decoded(&mut self, bytes: &[u8], context: ScanContext<'_>) -> Result<(), LeakError> {
        if is_digest_length(bytes.len()) {
            self.clean = false;
            let (key, location) = (digest_key(bytes), (context.locate)()?);
            self.sink.digests.push(&DigestCandidate { key, location })?;
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            return self.encoded(text, context);
        }
        self.plain(&base16ct::lower::encode_string(bytes), context)?;
        if bytes.len() > 64 {
            // A schema or a message in base64: bytes with texts in them.
            self.encoded(&String::from_utf8_lossy(bytes), context)?;
        }
        Ok(())
    }

    /// A text as it stands.
    fn plain(&mut self, text: &str, context: ScanContext<'_>) -> Result<ScanPath, LeakError> {
        let path = self.look_through(text);
        let mut location = None;
        for candidate in &self.candidates {
            let Some(entry) = self.exclusive.confirm(candidate)? else {
                continue;
            };
            if location.is_none() {
                location = Some((context.locate)()?);
            }
            if let Some(location) = &location {
                self.sink
                    .value(candidate, &entry, context.encoding, location)?;
            }
        }
        self.clean &= location.is_none();
        Ok(path)
    }

    /// Fills [`Scanner::candidates`] with what may stand in this text. If nothing can, and the text is its own strict
    /// form, that is the answer ([`ScanPath::Fast`]), and nothing was spelled.
    fn look_through(&mut self, text: &str) -> ScanPath {
        self.candidates.clear();
        if let Some(loose) = self.forms.simple(text)
            && self.has_nothing(text, &loose)
        {
            return ScanPath::Fast;
        }
        self.forms.spell(text);
        self.form(FormKind::Loose);
        self.form(FormKind::Strict);
        ScanPath::Full
    }

    /// Whether a simple text surely holds nothing.
    fn has_nothing(&self, text: &str, loose: &SimpleForm) -> bool {
        // How far a value is searched for is decided by its loose form, whatever the form that is looked through.
        let short = loose.length <= SHORT;
        let strict = || SimpleForm::strict(text.as_bytes());
        self.passes(FormKind::Loose, loose, short)
            && (self.exclusive.sets[FormKind::Strict as usize].is_empty
                || self.passes(FormKind::Strict, &strict(), short))
    }

    /// Whether no value begins anywhere in this form, or is all of a short one, as far as the filters know. The same questions as
    /// in [`Scanner::form`], many at once; inside a text none of a value shorter than [`PREFIX`], because there are none of such
    /// characters.
    fn passes(&self, kind: FormKind, form: &SimpleForm, short: bool) -> bool {
        let (length, set) = (form.length, &self.exclusive.sets[kind as usize]);
        let may_hold = |bytes| set.may_hold(self.forms.secret.filter_key_of_bytes(bytes, kind));
        if short && may_hold(form.bytes()) {
            return false;
        }
        if length < PREFIX {
            return true;
        }
        // A long token may begin and end within a run.
        let tokens = form.tokens();
        let mut places = (!form.cuts | tokens) & below(length + 1 - PREFIX);
        let ends = !form.cuts | tokens << TOKEN;
        while places != 0 {
            let from = places.trailing_zeros() as usize;
            places &= places - 1;
            let prefix = form.word(from) & below(8 * PREFIX);
            let prefix = self.forms.secret.prefix_of_bytes(prefix);
            // Bit n: n characters may stand here.
            let cuts = form.cuts >> from;
            let mut may = below(length - from + 1) & ends >> from & !(cuts & below(TOKEN));
            if cuts & 1 != 0 {
                may &= !below(TOKEN);
            }
            let mut lengths = set.prefixes.long(prefix) << SHORT_PREFIX & may;
            while lengths != 0 {
                let length = lengths.trailing_zeros() as usize;
                lengths &= lengths - 1;
                if may_hold(&form.bytes()[from..from + length]) {
                    return false;
                }
            }
        }
        true
    }

    fn form(&mut self, kind: FormKind) {
        let (form, set) = (self.forms.of(kind), &self.exclusive.sets[kind as usize]);
        if set.is_empty {
            return;
        }
        let (length, characters) = (form.value().len(), form.chars.len());
        self.forms.secret.running_sums(&form.chars, &mut self.sums);
        // How far a value is searched for is decided by its loose form, whatever the form that is looked through.
        let loose = self.forms.of(FormKind::Loose).value();
        if loose.len() <= SHORT
            && SearchScope::of(loose) == SearchScope::WholeCells
            && set.may_hold(filter_key(self.forms.hash(kind)))
        {
            self.candidates.push(self.forms.candidate(kind, 0, length));
        }
        for from in 0..(characters + 1).saturating_sub(SHORT_PREFIX) {
            self.at(kind, from);
        }
    }

    /// Every value that may begin here.
    #[inline]
    fn at(&mut self, kind: FormKind, from: usize) {
        let (form, set) = (self.forms.of(kind), &self.exclusive.sets[kind as usize]);
        let (rest, secret) = (&form.chars[from..], self.forms.secret);
        let left = rest.len();
        if !form.may_begin(from, left) {
            return;
        }
        let long = rest.get(..PREFIX);
        let long = long.map_or(0, |prefix| set.prefixes.long(secret.prefix(prefix)));
        let short = set.prefixes.short(secret.prefix(&rest[..SHORT_PREFIX]));
        // Bit n: n characters.
        let mut lengths = u128::from(long | short) << SHORT_PREFIX;
        while lengths != 0 {
            let length = lengths.trailing_zeros() as usize;
            lengths &= lengths - 1;
            if length > left {
                break;
            }
            let key = || secret.filter_key_of_piece(&self.sums, from, length, kind);
            if form.may_begin(from, length) && form.may_end(from, length) && set.may_hold(key()) {
                self.candidates
                    .push(self.forms.candidate(kind, from, length));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use bunri_spelling::weight;
    use proptest::collection::vec;

    use super::*;
    use crate::grants::Grants;
    use crate::hashing::Hash;
    use crate::lexicon::Lexicon;
    use crate::vocabulary::Vocabulary;

    /// What the filter lets through of a text, without the short way.
    fn the_long_way(scanner: &mut Scanner<'_>, text: &str) -> Vec<(FormKind, usize, Hash)> {
        scanner.candidates.clear();
        scanner.forms.spell(text);
        scanner.form(FormKind::Loose);
        scanner.form(FormKind::Strict);
        let key = |candidate: &Candidate| (candidate.kind, candidate.from, candidate.hash);
        scanner.candidates.iter().map(key).collect()
    }

    fn with_scanner(values: &[(Grants, &str)], test: impl FnOnce(&mut Scanner<'_>)) {
        let (_folder, scratch) = crate::tests::scratch(1 << 20);
        let lexicon = Lexicon::new().unwrap();
        let mut vocabulary = Vocabulary::new(&lexicon, &scratch).unwrap();
        for &(grants, value) in values {
            vocabulary.value(0, grants, value).unwrap();
        }
        let retail = &ExclusiveValues::of(vocabulary, &scratch, 2).unwrap()[0];
        let found = HitSink::new(&[], &scratch);
        test(&mut Scanner::new(retail, &found));
    }

    fn agree(scanner: &mut Scanner<'_>, text: &str) {
        let all = the_long_way(scanner, text);
        let path = scanner.look_through(text);
        let simple = scanner.forms.simple(text).is_some();
        assert_eq!(scanner.candidates.len(), all.len(), "{text:?}");
        assert_eq!(path == ScanPath::Fast, simple && all.is_empty(), "{text:?}");
    }

    proptest::proptest! {
        /// Few characters, so that values stand in texts, at their ends and across their separators.
        #[test]
        fn the_short_way_sees_what_the_long_one_sees(
            values in vec(("[12a]{9,12}|[12]{18,24}|[ab-]{6,20}|[ab12]{60,66}|[1a高崎]{3,6}", 0..2_u8), 0..40),
            texts in vec("[12a]{0,14}|[12]{17,30}|[ab12 -]{0,70}|[1a高崎]{0,9}", 0..20),
        ) {
            let grants = |other: u8| if other == 0 { Grants::WITHHELD_EVERYWHERE } else { Grants(0b1001) };
            let mut all: Vec<_> = values.iter().map(|(value, other)| (grants(*other), &**value)).collect();
            // Of these another spelling is granted, so that they are searched for in the strict form alone.
            all.extend([(grants(0), "ab-12-ab-12"), (Grants::GRANTED_EVERYWHERE, "ab12ab12")]);
            // And of this, which is found as a whole cell alone.
            all.extend([(grants(0), "1998-04-01"), (Grants::GRANTED_EVERYWHERE, "1998/04/01")]);
            with_scanner(&all, |scanner| {
                let own = values.iter().map(|(value, _)| value);
                let more = values.iter().flat_map(|(value, _)| [format!("a{value}"), format!("{value}-1")]);
                for text in own.chain(&texts) {
                    agree(scanner, text);
                }
                more.for_each(|text| agree(scanner, &text));
                for text in ["x ab-12-ab-12", "1998-04-01", "1998/04/01", "19980401", "1998-04-01x"] {
                    agree(scanner, text);
                }
                assert_eq!(scanner.look_through("1998-04-01"), ScanPath::Full);
            });
        }
    }

    #[test]
    fn a_long_number_begins_and_ends_within_another_and_a_shorter_one_does_not() {
        let long = "900001000013123456";
        with_scanner(&[(Grants::WITHHELD_EVERYWHERE, long)], |scanner| {
            for text in [
                format!("33{long}44"),
                format!("{long}44"),
                format!("33{long}"),
            ] {
                assert_eq!(scanner.look_through(&text), ScanPath::Full, "{text}");
            }
            assert_eq!(scanner.look_through(&long[1..]), ScanPath::Fast);
        });
        with_scanner(&[(Grants::WITHHELD_EVERYWHERE, &long[1..])], |scanner| {
            assert_eq!(scanner.look_through(long), ScanPath::Fast);
            let text = format!("a{}", &long[1..]);
            assert_eq!(scanner.look_through(&text), ScanPath::Full);
        });
    }

    #[test]
    fn six_latin_letters_are_seen_wherever_they_stand_in_a_simple_text() {
        with_scanner(&[(Grants::WITHHELD_EVERYWHERE, "suzuki")], |scanner| {
            for before in 0..=57 {
                for after in [0, 1, 2, 57 - before] {
                    let [before, after] = [before, after].map(|digits| "1".repeat(digits));
                    let text = format!("{before}suzuki{after}");
                    agree(scanner, &text);
                    assert_eq!(scanner.look_through(&text), ScanPath::Full, "{text}");
                }
            }
        });
    }

    #[test]
    fn a_short_number_within_a_run_of_digits_is_not_let_through_of_a_long_text() {
        with_scanner(&[(Grants::WITHHELD_EVERYWHERE, "0901234567")], |scanner| {
            let text = "10901234567abcdefgh";
            assert_eq!(scanner.look_through(text), ScanPath::Fast);
            agree(scanner, text);
            agree(scanner, &text[1..]);
        });
    }

    #[test]
    fn digits_elsewhere_in_a_text_hide_no_value() {
        for length in 6..=18 {
            let value = &"ghijklmnopqrstuvwx"[..length];
            with_scanner(&[(Grants::WITHHELD_EVERYWHERE, value)], |scanner| {
                for letters in 0..=20 {
                    for digits in ["12", "1234567", "12z34"] {
                        let filler = "z".repeat(letters);
                        let text = format!("{digits}{filler}-{value}{digits}");
                        let path = scanner.look_through(&text);
                        assert_eq!(path, ScanPath::Full, "{text}");
                        agree(scanner, &text);
                    }
                }
            });
        }
    }

    proptest::proptest! {
        /// So that [`Scanner::passes`] need not ask for them.
        #[test]
        fn less_than_six_ascii_characters_are_not_found_anywhere(text in "[ -~]{0,12}") {
            let lexicon = Lexicon::new().unwrap();
            let mut forms = Forms::new(&lexicon);
            forms.spell(&text);
            for kind in [FormKind::Loose, FormKind::Strict] {
                let form = forms.of(kind).value();
                let short = form.len() < PREFIX && form.iter().all(char::is_ascii);
                assert!(!short || weight(forms.of(FormKind::Loose).value()) < ANYWHERE, "{text:?}");
            }
        }
    }

    #[test]
    fn no_ascii_character_weighs_so_much_that_five_are_found_anywhere() {
        let heaviest = |ch: char| weight(&['1', '2', '3', ch]) - weight(&['1', '2', '3']);
        let all = (0..128_u8).map(|byte| heaviest(char::from(byte)));
        assert!(all.max().unwrap() * (PREFIX as u32 - 1) < ANYWHERE);
    }
}
