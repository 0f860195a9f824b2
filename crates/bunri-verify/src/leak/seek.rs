//! Looking through one text for every value that is searched for: at every position the beginning tells which lengths
//! are worth a question, and the filter answers it.
//!
//! A run of digits is never cut: a number is found as a whole run, or as whole runs with separators or line breaks between
//! them, but not inside another number. Only values of [`LONG_NUMBER`] characters are found inside longer runs.

use super::exclusive::{Exclusive, Set};
use super::hashing::{Kind, Name, Secret};
use super::spelling::{Form, LIGHTEST, LONGEST, Spelled, Speller, weight};
use super::vocabulary::{ANYWHERE, BEGINNING, Lexicon, SHORT_BEGINNING, WHOLE};

/// So many digits in a row are the number that is searched for, and no accident.
const LONG_NUMBER: usize = 18;

/// What the filter let through: to be confirmed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) kind: Kind,
    pub(crate) name: Name,
    /// The strict form of the same piece, where the name is that of a loose one.
    pub(crate) strict: Name,
    /// Where it begins in the form.
    pub(crate) from: usize,
    /// Whether it is the whole text.
    pub(crate) whole: bool,
}

/// Looks through texts for the values of one store; holds only space to work in.
pub(crate) struct Seeker<'a> {
    secret: &'a Secret,
    exclusive: &'a Exclusive,
    speller: Speller<'a>,
    pub(crate) spelled: Spelled,
    sums: Vec<u64>,
    pub(crate) candidates: Vec<Candidate>,
}

impl<'a> Seeker<'a> {
    pub(crate) fn new(lexicon: &'a Lexicon, exclusive: &'a Exclusive) -> Self {
        Self {
            secret: &lexicon.secret,
            exclusive,
            speller: Speller::new(&lexicon.variants),
            spelled: Spelled::default(),
            sums: Vec::new(),
            candidates: Vec::new(),
        }
    }

    /// Fills [`Seeker::candidates`] with what may stand in this text.
    pub(crate) fn text(&mut self, text: &str) {
        self.candidates.clear();
        self.speller.spell(text, &mut self.spelled);
        let [loose, strict] = &self.exclusive.sets;
        self.form(loose, Kind::Loose);
        if !strict.filter.is_empty() {
            self.form(strict, Kind::Strict);
        }
    }

    fn form(&mut self, set: &Set, kind: Kind) {
        if set.filter.is_empty() {
            return;
        }
        let form = match kind {
            Kind::Loose => &self.spelled.loose,
            Kind::Strict => &self.spelled.strict,
        };
        let whole = form.value();
        // How far a value is searched for is decided by its loose form, whatever the form that is looked through. That
        // has letters and digits only, so more of them are worth more.
        let short = self.spelled.loose.value();
        let short = short.len() <= ANYWHERE as usize / LIGHTEST
            && (WHOLE..ANYWHERE).contains(&weight(short));
        if short {
            let name = self.secret.name(whole, kind);
            if set.filter.may_hold(super::hashing::half(&name)) {
                let candidate = self.candidate(kind, 0, whole.len());
                self.candidates.push(candidate);
            }
        }
        let signs = form.signs.len();
        if signs < SHORT_BEGINNING {
            return;
        }
        if form.is_one_number() && (BEGINNING..LONGEST).contains(&signs) {
            let longer = set.beginnings.numbers_between(LONG_NUMBER, signs);
            if !longer {
                return self.number(set, kind);
            }
        }
        let mut sums = std::mem::take(&mut self.sums);
        self.secret.sums(&form.signs, &mut sums);
        for from in 0..=signs - SHORT_BEGINNING {
            self.at(set, kind, &sums, from);
        }
        self.sums = sums;
    }

    /// A run of digits without values that could stand inside it: it is a value, or it holds none.
    fn number(&mut self, set: &Set, kind: Kind) {
        let digits = &self.of(kind).signs;
        let length = digits.len();
        let sum = self.secret.sum(0, &digits[..BEGINNING]);
        let begins = set.beginnings.long(self.secret.half(sum, BEGINNING, kind));
        if begins >> (length - BEGINNING) & 1 == 0 {
            return;
        }
        let sum = self.secret.sum(sum, &digits[BEGINNING..]);
        if set.filter.may_hold(self.secret.half(sum, length, kind)) {
            let candidate = self.candidate(kind, 0, length);
            self.candidates.push(candidate);
        }
    }

    /// Every value that may begin here.
    #[inline]
    fn at(&mut self, set: &Set, kind: Kind, sums: &[u64], from: usize) {
        let form = self.of(kind);
        let left = form.signs.len() - from;
        let cut = form.cuts_digits(from);
        if cut && left < LONG_NUMBER {
            return;
        }
        let piece = |length| self.secret.piece(sums, from, length, kind);
        let long = match left {
            BEGINNING.. => set.beginnings.long(piece(BEGINNING)),
            _ => 0,
        };
        let short = u64::from(set.beginnings.short(piece(SHORT_BEGINNING)));
        // Bit n: n characters; the longest has no bit left and one of its own.
        let longest = left >= LONGEST && long >> (LONGEST - BEGINNING) & 1 != 0;
        let mut lengths = long << BEGINNING | short << SHORT_BEGINNING;
        while lengths != 0 {
            let length = lengths.trailing_zeros() as usize;
            lengths &= lengths - 1;
            if length > left {
                break;
            }
            self.ask(set, kind, sums, from, length, cut);
        }
        if longest {
            self.ask(set, kind, sums, from, LONGEST, cut);
        }
    }

    #[inline]
    fn ask(&mut self, set: &Set, kind: Kind, sums: &[u64], from: usize, length: usize, cut: bool) {
        let cut = cut || self.of(kind).cuts_digits(from + length);
        if cut && length < LONG_NUMBER {
            return;
        }
        if set
            .filter
            .may_hold(self.secret.piece(sums, from, length, kind))
        {
            let candidate = self.candidate(kind, from, length);
            self.candidates.push(candidate);
        }
    }

    fn of(&self, kind: Kind) -> &Form {
        match kind {
            Kind::Loose => &self.spelled.loose,
            Kind::Strict => &self.spelled.strict,
        }
    }

    fn candidate(&self, kind: Kind, from: usize, length: usize) -> Candidate {
        let form = self.of(kind);
        let whole = from == 0 && length == form.signs.len().min(LONGEST);
        let name = self.secret.name(&form.signs[from..from + length], kind);
        let strict = match kind {
            Kind::Strict => name,
            Kind::Loose if whole => self.secret.name(self.spelled.strict.value(), Kind::Strict),
            Kind::Loose => {
                let first = self.spelled.origin[from];
                let last = self.spelled.origin[from + length - 1];
                let piece = &self.spelled.strict.signs[first..=last];
                self.secret
                    .name(&piece[..piece.len().min(LONGEST)], Kind::Strict)
            }
        };
        Candidate {
            kind,
            name,
            strict,
            from,
            whole,
        }
    }
}
