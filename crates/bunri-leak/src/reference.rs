//! What C5 finds in one text: slow, obvious, the definition. The rest of the crate does the same for a hundred million
//! values and every cell of two stores; property tests hold the two together (`tests/reference.rs`).
//!
//! Two things are used here as they are, because each is a definition of its own: the two forms of a text
//! ([`bunri_spelling`], with published vectors) and what its tokens decode to ([`tokens`](bunri_spelling::tokens)).

use std::collections::{BTreeMap, BTreeSet};

use bunri_spelling::tokens::{self, Encoding};
use bunri_spelling::{Form, Speller, TextForms, Variants, escapes, weight};

use crate::grants::Access;

/// A longer value is known by so many characters of its beginning.
const KNOWN: usize = 64;
/// So many letters and digits side by side are found within longer runs too.
const TOKEN: usize = 18;
/// Encodings within encodings that are taken off.
const DEPTH: u8 = 2;
/// The least weights of a value that is found as a whole text, and anywhere in one.
const WHOLE: u32 = 200;
const ANYWHERE: u32 = 280;

/// A staged cell, as one store stands to it.
pub(crate) struct Cell<'t> {
    pub(crate) text: &'t str,
    /// Its column.
    pub(crate) source: u16,
    /// How the store stands to it.
    pub(crate) access: Access,
}

/// A place of a text where a value stands that only withheld cells hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Occurrence {
    /// How it was encoded, or hashed.
    pub(crate) encoding: Encoding,
    /// Where it begins, in characters of the form that it was found in.
    pub(crate) from: usize,
    /// The first column that it is withheld in.
    pub(crate) source: u16,
    /// In another spelling than any withheld cell has.
    pub(crate) loose: bool,
}

/// What is searched for.
struct Value {
    chars: Vec<char>,
    /// In the loose form: the spellings of the withheld cells. Otherwise `chars` are the strict form.
    spellings: Option<BTreeSet<Vec<char>>>,
    source: u16,
    anywhere: bool,
}

/// Every occurrence in a text of what is searched for.
pub(crate) fn occurrences(
    cells: &[Cell<'_>],
    text: &str,
    variants: &Variants,
) -> BTreeSet<Occurrence> {
    let mut search = Search {
        values: values(cells, variants),
        variants,
        digests: BTreeSet::new(),
        found: BTreeSet::new(),
    };
    search.text(text, Encoding::Plain, 0);
    for cell in cells {
        search.digests_of(cell.text);
    }
    search.found
}

fn forms(text: &str, variants: &Variants) -> TextForms {
    let mut spelled = TextForms::default();
    Speller::new(variants).by_unicode(text, &mut spelled);
    spelled
}

fn known(chars: &[char]) -> Vec<char> {
    chars.iter().copied().take(KNOWN).collect()
}

/// What only withheld cells hold. If a granted cell holds another spelling, the withheld spelling alone is searched for; if it
/// holds this spelling, nothing is.
fn values(cells: &[Cell<'_>], variants: &Variants) -> Vec<Value> {
    // By loose form, then by strict form.
    let mut spellings: BTreeMap<Vec<char>, BTreeMap<Vec<char>, Vec<&Cell<'_>>>> = BTreeMap::new();
    for cell in cells {
        let TextForms { strict, loose, .. } = forms(cell.text, variants);
        let of_loose = spellings.entry(known(&loose.chars)).or_default();
        let of_strict = of_loose.entry(known(&strict.chars)).or_default();
        of_strict.push(cell);
    }
    let mut values = Vec::new();
    for (loose, spellings) in spellings {
        let weight = weight(&loose);
        if weight < WHOLE {
            continue;
        }
        let anywhere = weight >= ANYWHERE;
        let granted = |cells: &[&Cell<'_>]| {
            first(cells, Access::Granted).is_some() && first(cells, Access::Original).is_none()
        };
        // Of an original, the column that has a hash in retail.
        let source = |cells: &[&Cell<'_>]| {
            first(cells, Access::Original).or_else(|| first(cells, Access::Withheld))
        };
        if spellings.values().any(|cells| granted(cells)) {
            for (chars, cells) in spellings.into_iter().filter(|(_, cells)| !granted(cells)) {
                values.extend(source(&cells).map(|source| Value {
                    chars,
                    spellings: None,
                    source,
                    anywhere,
                }));
            }
        } else {
            let withheld = spellings
                .into_iter()
                .filter_map(|(chars, cells)| Some((chars, source(&cells)?)));
            let (spellings, sources): (BTreeSet<_>, Vec<_>) = withheld.unzip();
            values.extend(sources.into_iter().min().map(|source| Value {
                chars: loose,
                source,
                spellings: Some(spellings),
                anywhere,
            }));
        }
    }
    values
}

/// The first column of those cells that stand so.
fn first(cells: &[&Cell<'_>], access: Access) -> Option<u16> {
    let cells = cells.iter().filter(|cell| cell.access == access);
    cells.map(|cell| cell.source).min()
}

struct Search<'v> {
    values: Vec<Value>,
    variants: &'v Variants,
    /// What may be a digest.
    digests: BTreeSet<Vec<u8>>,
    found: BTreeSet<Occurrence>,
}

impl Search<'_> {
    /// A text, and what is encoded in it.
    fn text(&mut self, text: &str, encoding: Encoding, depth: u8) {
        self.plain(text, encoding);
        if depth == DEPTH {
            return;
        }
        let mut decoded = Vec::new();
        tokens::decode(&forms(text, self.variants).strict, |encoding, bytes| {
            decoded.push((encoding, bytes.to_vec()));
        });
        for (encoding, bytes) in decoded {
            self.bytes(&bytes, encoding, depth + 1);
        }
        if let Some(text) = escapes::unescaped(text) {
            self.text(&text, Encoding::Escapes, depth + 1);
        }
    }

    fn bytes(&mut self, bytes: &[u8], encoding: Encoding, depth: u8) {
        if tokens::is_digest_length(bytes.len()) {
            self.digests.insert(bytes.to_vec());
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            return self.text(text, encoding, depth);
        }
        self.plain(&base16ct::lower::encode_string(bytes), encoding);
        if bytes.len() > 64 {
            self.text(&String::from_utf8_lossy(bytes), encoding, depth);
        }
    }

    /// A text as it stands.
    fn plain(&mut self, text: &str, encoding: Encoding) {
        let spelled = forms(text, self.variants);
        for value in &self.values {
            let form = match value.spellings {
                Some(_) => &spelled.loose,
                None => &spelled.strict,
            };
            for from in 0..form.chars.len() {
                if !form.chars[from..].starts_with(&value.chars) {
                    continue;
                }
                let until = from + value.chars.len();
                let whole = from == 0 && until == form.chars.len().min(KNOWN);
                if whole || (value.anywhere && may_stand(form, from, until)) {
                    let loose = value.spellings.as_ref().is_some_and(|spellings| {
                        !spellings.contains(&known(piece(&spelled, from, until, whole)))
                    });
                    self.found.insert(Occurrence {
                        encoding,
                        from,
                        source: value.source,
                        loose,
                    });
                }
            }
        }
    }

    /// Whether a digest of this cell's text was seen, if it is one that is searched for.
    fn digests_of(&mut self, text: &str) {
        let TextForms { strict, loose, .. } = forms(text, self.variants);
        let is = |value: &&Value| match value.spellings {
            Some(_) => value.chars == known(&loose.chars),
            None => value.chars == known(&strict.chars),
        };
        let Some(value) = self.values.iter().find(is) else {
            return;
        };
        let [strict, loose] = [strict, loose].map(|form| form.chars.into_iter().collect());
        for text in [text.to_owned(), strict, loose, text.trim().to_owned()] {
            for (encoding, digest) in tokens::digests(text.as_bytes()) {
                if self.digests.contains(&digest) {
                    self.found.insert(Occurrence {
                        encoding,
                        from: 0,
                        source: value.source,
                        loose: false,
                    });
                }
            }
        }
    }
}

/// The strict form of what stands here in the loose one; around a whole text, what was dropped belongs to it.
fn piece(spelled: &TextForms, from: usize, until: usize, whole: bool) -> &[char] {
    if whole {
        return &spelled.strict.chars;
    }
    let (first, last) = (spelled.origin[from], spelled.origin[until - 1]);
    &spelled.strict.chars[first..=last]
}

/// A match does not begin or end inside a run of digits, or of Latin letters, of which it is a part: 1 is no part of 10. Unless
/// so many letters and digits stand there side by side that it is no accident; and of a value that is known by its beginning
/// nobody knows where it ends.
fn may_stand(form: &Form, from: usize, until: usize) -> bool {
    let token = |piece: std::ops::Range<usize>| {
        let mut inner = piece.clone().skip(1);
        let mut chars = form.chars[piece].iter();
        chars.all(char::is_ascii_alphanumeric) && inner.all(|at| !form.gaps[at])
    };
    let long = until - from >= TOKEN;
    let begins = !cuts_run(form, from) || (long && token(from..from + TOKEN));
    let ends =
        until - from == KNOWN || !cuts_run(form, until) || (long && token(until - TOKEN..until));
    begins && ends
}

fn cuts_run(form: &Form, at: usize) -> bool {
    if at == 0 || at == form.chars.len() || form.gaps[at] {
        return false;
    }
    let both = |kind: fn(&char) -> bool| kind(&form.chars[at - 1]) && kind(&form.chars[at]);
    both(char::is_ascii_digit) || both(char::is_ascii_alphabetic)
}
