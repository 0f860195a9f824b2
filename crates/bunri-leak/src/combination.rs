//! Several withheld values of one record in one row of a store. One by one they may be granted elsewhere (a name that many
//! people have, a street); together they are somebody.
//!
//! Held against the withheld records are the *suspect* rows: those with cells that are not what the source's granted cells
//! say, and rows of tables, columns and files that the store should not have; of them only those cells. A pair of values
//! that stands together in the granted cells of some row tells nothing. A record that more than [`COMMON`] others are
//! like tells nothing either. At most [`MOST_ROWS`] rows of a store are held against the records; the report says if there
//! were more.

use std::collections::{BTreeMap, BTreeSet};

use bunri_spelling::{Form, LONGEST, weight};

use crate::hashing::{FormKind, filter_key};
use crate::hits::Location;
use crate::lexicon::{Forms, Lexicon};

const MOST_ROWS: usize = 2_000;
/// Pieces of the texts of one row.
const MOST_PIECES: usize = 512;
/// Pieces begin and end at so many places of one text.
const MOST_CUTS: usize = 24;
/// Records of one combination.
const COMMON: usize = 100;
const MOST_PAIRS: usize = 1 << 12;
/// A value of this weight takes part: four digits, three Latin letters, two kanji.
const PART: u32 = 130;
/// Two values of this weight together are no accident.
const TOGETHER: u32 = 500;

/// A row that is not as the source's granted cells say.
struct Suspect {
    location: Location,
    /// Pairs of values that stand together in granted cells, in their order.
    granted: BTreeSet<(u64, u64)>,
    /// No more than one above [`COMMON`].
    records: Vec<PersonRecord>,
}

/// A staged row with withheld values that stand in a suspect row.
pub(crate) struct PersonRecord {
    /// Position in the catalogue.
    pub(crate) table: usize,
    /// With values that stand in the row.
    pub(crate) columns: usize,
    values: Vec<(u64, u32)>,
}

/// A value of the staged row that stands in a suspect row.
struct Match {
    suspect: u32,
    key: u64,
    weight: u32,
    column: usize,
    withheld: bool,
}

/// The suspect rows of one store.
pub(crate) struct Suspects<'a> {
    forms: Forms<'a>,
    suspects: Vec<Suspect>,
    /// By the filter key of a value: the rows that it stands in.
    rows: BTreeMap<u64, Vec<u32>>,
    matches: Vec<Match>,
    pub(crate) left_out: bool,
}

impl<'a> Suspects<'a> {
    pub(crate) fn new(lexicon: &'a Lexicon) -> Self {
        Self {
            forms: Forms::new(lexicon),
            suspects: Vec::new(),
            rows: BTreeMap::new(),
            matches: Vec::new(),
            left_out: false,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.suspects.is_empty()
    }

    /// A row with these cells that nothing explains. Whether another one is welcome.
    pub(crate) fn suspect(&mut self, location: Location, cells: &[String]) -> bool {
        if self.suspects.len() == MOST_ROWS {
            self.left_out = true;
            return false;
        }
        let mut keys = BTreeSet::new();
        for cell in cells {
            self.forms.spell(cell);
            self.pieces(&mut keys);
        }
        let number = self.suspects.len() as u32;
        for key in keys {
            self.rows.entry(key).or_default().push(number);
        }
        self.suspects.push(Suspect {
            location,
            granted: BTreeSet::new(),
            records: Vec::new(),
        });
        true
    }

    /// Filter keys of the pieces of a text between two places where a word may end.
    fn pieces(&self, keys: &mut BTreeSet<u64>) {
        let form = self.forms.of(FormKind::Loose);
        let cuts = (0..=form.chars.len()).filter(|&at| is_cut(form, at));
        for (from, until) in pairs(&cuts.take(MOST_CUTS).collect::<Vec<_>>()) {
            let piece = &form.chars[from..until.min(from + LONGEST)];
            if weight(piece) >= PART && keys.len() < MOST_PIECES {
                keys.insert(filter_key(self.forms.secret.hash(piece, FormKind::Loose)));
            }
        }
    }

    /// The next cell of the staged row.
    pub(crate) fn cell(&mut self, text: &str, column: usize, withheld: bool) {
        if self.is_empty() {
            return;
        }
        self.forms.spell(text);
        let weight = weight(self.forms.of(FormKind::Loose).value());
        if weight < PART {
            return;
        }
        let key = filter_key(self.forms.hash(FormKind::Loose));
        let rows = self.rows.get(&key).into_iter().flatten();
        self.matches.extend(rows.map(|&suspect| Match {
            suspect,
            key,
            weight,
            column,
            withheld,
        }));
    }

    /// After the last cell of a staged row of this table.
    pub(crate) fn row(&mut self, table: usize) {
        self.matches
            .sort_by_key(|found| (found.suspect, found.key, found.column));
        for group in self.matches.chunk_by(|a, b| a.suspect == b.suspect) {
            let suspect = &mut self.suspects[group[0].suspect as usize];
            suspect.granted_pairs(group);
            suspect.record(table, group);
        }
        self.matches.clear();
    }

    /// The rows in which a record stands.
    pub(crate) fn found(self) -> impl Iterator<Item = (Location, PersonRecord)> {
        self.suspects.into_iter().filter_map(Suspect::found)
    }
}

impl Suspect {
    fn granted_pairs(&mut self, group: &[Match]) {
        let granted = group.iter().filter(|found| !found.withheld);
        let granted: Vec<u64> = granted.map(|found| found.key).collect();
        for pair in pairs(&granted) {
            if self.granted.len() < MOST_PAIRS {
                self.granted.insert(pair);
            }
        }
    }

    fn record(&mut self, table: usize, group: &[Match]) {
        let withheld = group.iter().filter(|found| found.withheld);
        let columns: BTreeSet<usize> = withheld.clone().map(|found| found.column).collect();
        let values: BTreeMap<_, _> = withheld.map(|found| (found.key, found.weight)).collect();
        if values.len() >= 2 && columns.len() >= 2 && self.records.len() <= COMMON {
            self.records.push(PersonRecord {
                table,
                columns: columns.len(),
                values: values.into_iter().collect(),
            });
        }
    }

    /// The record that most of the row is of.
    fn found(mut self) -> Option<(Location, PersonRecord)> {
        if self.records.len() > COMMON {
            return None;
        }
        self.records.retain(|record| {
            pairs(&record.values).any(|((one, weight), (other, more))| {
                weight + more >= TOGETHER && !self.granted.contains(&(one, other))
            })
        });
        let records = self.records.into_iter();
        let best = records.max_by_key(|record| (record.columns, usize::MAX - record.table))?;
        Some((self.location, best))
    }
}

/// Each with each that comes after it.
fn pairs<T: Copy>(all: &[T]) -> impl Iterator<Item = (T, T)> {
    let with_later = |(at, one): (usize, &T)| {
        let one = *one;
        all[at + 1..].iter().map(move |other| (one, *other))
    };
    all.iter().enumerate().flat_map(with_later)
}

/// Whether a word may begin or end here: at the ends, where something was dropped, where the script changes.
fn is_cut(form: &Form, at: usize) -> bool {
    let script = |ch: char| match ch {
        '0'..='9' => 0,
        'a'..='z' | 'A'..='Z' => 1,
        '\u{30a0}'..='\u{30ff}' => 2,
        _ => 3,
    };
    at == 0
        || at == form.chars.len()
        || form.gaps[at]
        || script(form.chars[at]) != script(form.chars[at - 1])
}
