//! What every part of the search shares: the secret of the hashes, the spelling variants, the weights, and the words that are no
//! secret.

use bunri_catalogue::Catalogue;
use bunri_spelling::{Form, Simple, Spelled, Speller, Variants};

use crate::LeakError;
use crate::hashing::{FormKind, Hash, Secret};

/// A value of this weight is found where it is a whole cell.
pub(crate) const WHOLE: u32 = 200;
/// A value of this weight is found anywhere: nine digits, six Latin letters, five kana, three kanji.
pub(crate) const ANYWHERE: u32 = 280;

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
    pub(crate) spelled: Spelled,
}

impl<'a> Forms<'a> {
    pub(crate) fn new(lexicon: &'a Lexicon) -> Self {
        Self {
            secret: &lexicon.secret,
            speller: Speller::new(&lexicon.variants),
            spelled: Spelled::default(),
        }
    }

    /// The loose form of a text that is short and simple.
    #[inline]
    pub(crate) fn simple(&self, text: &str) -> Option<Simple> {
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

    /// The hash of the whole text.
    pub(crate) fn hash(&self, kind: FormKind) -> Hash {
        self.secret.hash(self.of(kind).value(), kind)
    }
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
