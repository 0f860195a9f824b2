//! What every part of the search shares: the secret of the hashes, the spelling variants, and the words that are no
//! secret.

use bunri_catalogue::Catalogue;
use bunri_spelling::{Form, LONGEST, SimpleForm, Speller, TextForms, Variants};

use crate::LeakError;
use crate::hashing::{FormKind, Hash, Secret};

/// What every part of the search shares.
pub struct Lexicon {
    pub(crate) secret: Secret,
    pub(crate) variants: Variants,
}

impl Lexicon {
    /// Draws the secret of this run.
    ///
    /// # Errors
    /// If the operating system has no randomness to give.
    pub fn new() -> Result<Self, LeakError> {
        Ok(Self {
            secret: Secret::random()?,
            variants: Variants::shipped()?,
        })
    }
}

/// Puts texts into their forms, and knows those of the last one.
pub(crate) struct Forms<'a> {
    pub(crate) secret: &'a Secret,
    speller: Speller<'a>,
    pub(crate) spelled: TextForms,
}

impl<'a> Forms<'a> {
    pub(crate) fn new(lexicon: &'a Lexicon) -> Self {
        Self {
            secret: &lexicon.secret,
            speller: Speller::new(&lexicon.variants),
            spelled: TextForms::default(),
        }
    }

    /// The loose form of a text that is short and simple.
    #[inline]
    pub(crate) fn simple(&self, text: &str) -> Option<SimpleForm> {
        self.speller.simple(text.as_bytes())
    }

    #[inline]
    pub(crate) fn spell(&mut self, text: &str) {
        self.speller.spell(text, &mut self.spelled);
    }

    #[inline]
    pub(crate) fn of(&self, kind: FormKind) -> &Form {
        match kind {
            FormKind::Loose => &self.spelled.loose,
            FormKind::Strict => &self.spelled.strict,
        }
    }

    /// What the filter let through: so many characters from here on.
    pub(crate) fn candidate(&self, kind: FormKind, from: usize, length: usize) -> Candidate {
        let TextForms { strict, origin, .. } = &self.spelled;
        let form = self.of(kind);
        let whole = from == 0 && length == form.value().len();
        let spelling = match kind {
            FormKind::Strict => &strict.chars[from..from + length],
            FormKind::Loose if whole => strict.value(),
            FormKind::Loose => &strict.chars[origin[from]..=origin[from + length - 1]],
        };
        let spelling = &spelling[..spelling.len().min(LONGEST)];
        let piece = &form.chars[from..from + length];
        Candidate {
            kind,
            hash: self.secret.hash(piece, kind),
            strict: self.secret.hash(spelling, FormKind::Strict),
            from,
            whole,
        }
    }

    /// The hash of the whole text.
    pub(crate) fn hash(&self, kind: FormKind) -> Hash {
        self.secret.hash(self.of(kind).value(), kind)
    }
}

/// What the filter let through: to be confirmed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) kind: FormKind,
    pub(crate) hash: Hash,
    /// The strict form of the same piece, where the hash is that of a loose one.
    pub(crate) strict: Hash,
    /// Where it begins in the form.
    pub(crate) from: usize,
    /// Whether it is the whole text.
    pub(crate) whole: bool,
}

/// Words that are no secret, and no value: what the catalogue calls things, and bunri's own in manifests and in the labels that people
/// give to jobs.
pub(crate) fn words(catalogue: &Catalogue) -> impl Iterator<Item = &str> {
    let own = "retail transmission quarantine rehearsal cutover".split(' ');
    let tables = catalogue.tables.iter().flat_map(|table| {
        let columns = table.columns.iter().map(|column| &*column.name);
        [&*table.id, &*table.name].into_iter().chain(columns)
    });
    let catalogue = [&*catalogue.name, &*catalogue.version].into_iter();
    catalogue.chain(tables).chain(own)
}
