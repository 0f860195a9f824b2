//! Which values are withheld from each store and which are granted to it: gathered while the tables are decided, so that
//! staging is read once. What is kept of a value are its names and not the value.
//!
//! The same value comes again and again (a supply point in twelve readings): a row is compared with the one before it, and
//! what was recorded lately is not recorded again. Forgetting costs space and nothing else.

use std::borrow::Cow;
use std::fmt::Write as _;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use bunri_catalogue::{Catalogue, Class, Ownership, Store, Table};
use bunri_columnar::{RawValue, Reject};

use super::hashing::{Kind, Secret};
use super::partitions::Partitions;
use super::spelling::{Spelled, Speller, weight};
use super::variants::Variants;
use crate::VerifyError;
use crate::classes::ColumnClasses;
use crate::decide::Decided;
use crate::evaluator::Verdict;
use crate::evaluator::grants::may_hold;
use crate::index::fold::Scratch;

/// The stores that are searched.
pub(crate) const SEARCHED: [Store; 2] = [Store::Retail, Store::Transmission];
/// A value of this weight is found where it is a whole cell.
pub(crate) const WHOLE: u32 = 200;
/// A value of this weight is found anywhere: nine digits, six Latin letters, five kana, three kanji.
pub(crate) const ANYWHERE: u32 = 280;
/// Characters of a beginning by which a text is looked through.
pub(crate) const BEGINNING: usize = 6;
pub(crate) const SHORT_BEGINNING: usize = 3;
/// Smaller numbers have fewer than nine digits.
pub(crate) const SMALLEST_NUMBER: u128 = 100_000_000;

/// Words of bunri's own that stand in every manifest, and in the labels that people give to jobs.
pub(crate) const OWN_WORDS: [&str; 5] = [
    "retail",
    "transmission",
    "quarantine",
    "rehearsal",
    "cutover",
];

/// Values that are remembered as recorded, eight bytes each.
const CACHE: usize = 1 << 22;

/// What stands in one record, in the order of the bytes.
pub(crate) const RECORD: usize = 54;

/// What every part of the search shares.
pub(crate) struct Lexicon {
    pub(crate) secret: Secret,
    pub(crate) variants: Variants,
}

impl Lexicon {
    pub(crate) fn new() -> Result<Self, VerifyError> {
        Ok(Self {
            secret: Secret::random()?,
            variants: Variants::shipped()?,
        })
    }
}

/// Whether a value is withheld from a store, and whether it is granted to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Fate(pub(crate) u8);

impl Fate {
    pub(super) const GRANTED_EVERYWHERE: Self = Self(0b1010);
    pub(crate) const WITHHELD_EVERYWHERE: Self = Self(0b0101);

    pub(crate) fn of(table: &Table, ownership: Ownership, class: Class) -> Self {
        let opened = table.any_retailer_on_other_rows;
        let bit = |(at, &store): (usize, &Store)| {
            let granted = may_hold(store, ownership, class, opened);
            1 << (2 * at + usize::from(granted))
        };
        Self(SEARCHED.iter().enumerate().map(bit).sum())
    }

    /// The fate of the original where retail gets a keyed hash instead (docs/rules.md, section 4).
    pub(crate) fn rekeyed(self) -> Self {
        let (withheld, granted) = (0b01, 0b10);
        SEARCHED
            .iter()
            .position(|&store| store == Store::Retail)
            .map_or(self, |at| {
                Self(self.0 & !(granted << (2 * at)) | withheld << (2 * at))
            })
    }

    pub(crate) fn withheld(self, store: usize) -> bool {
        self.0 >> (2 * store) & 1 != 0
    }

    pub(crate) fn granted(self, store: usize) -> bool {
        self.0 >> (2 * store) & 2 != 0
    }
}

/// How far a value can be searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    Anywhere,
    WholeCells,
    TooShort,
}

/// What becomes of a cell: a worth, or the type of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counted {
    Anywhere,
    WholeCells,
    TooShort,
    OtherType,
}

impl From<Worth> for Counted {
    fn from(worth: Worth) -> Self {
        match worth {
            Worth::Anywhere => Self::Anywhere,
            Worth::WholeCells => Self::WholeCells,
            Worth::TooShort => Self::TooShort,
        }
    }
}

/// Cells by fate and by what becomes of them.
#[derive(Debug, Default)]
struct Counts([[u64; 4]; 16]);

impl Counts {
    #[inline]
    fn add(&mut self, fate: Fate, counted: Counted) {
        self.add_many(fate, counted, 1);
    }

    #[inline]
    fn add_many(&mut self, fate: Fate, counted: Counted, cells: u64) {
        self.0[usize::from(fate.0 & 15)][counted as usize] += cells;
    }
}

/// Where a value can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    /// Inside a text too, and not as a whole cell alone.
    pub(super) anywhere: bool,
    /// It is ASCII, in one form at least.
    pub(super) ascii: bool,
}

impl Reach {
    pub(super) fn byte(self) -> u8 {
        u8::from(self.anywhere) | u8::from(self.ascii) << 1
    }

    pub(super) fn of(byte: u8) -> Self {
        Self {
            anywhere: byte & 1 != 0,
            ascii: byte & 2 != 0,
        }
    }
}

/// Withheld cells of one store, not NULL, and those among them that are not searched for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Withheld {
    pub(crate) cells: u64,
    pub(crate) whole_only: u64,
    pub(crate) too_short: u64,
    pub(crate) other_type: u64,
}

/// The column that values come from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) table: String,
    pub(crate) column: String,
}

/// What was recorded lately, in one word: the upper 42 bits of the cell's name (the lower 22 say where it stands), the
/// column, the fate, the worth.
#[derive(Clone, Copy, Default)]
struct Recorded(u64);

impl Recorded {
    const SOURCE: u32 = 6;
    const FATE: u32 = 2;

    fn new(cell: u64, fate: Fate, source: u16, worth: Worth) -> Self {
        let name = cell & !(CACHE as u64 - 1);
        Self(
            name | u64::from(source) << Self::SOURCE
                | u64::from(fate.0) << Self::FATE
                | worth as u64,
        )
    }

    /// What the cell is worth, if it was recorded with this fate and this column or one before it: the least source of a
    /// value is always recorded, so what is forgotten leaves no trace.
    fn of(self, cell: u64, fate: Fate, source: u16) -> Option<Worth> {
        let sources = u64::from(u16::MAX) << Self::SOURCE;
        let like = Self::new(cell, fate, 0, Worth::Anywhere).0;
        let same = (self.0 ^ like) & !sources & !0b11 == 0;
        let before = (self.0 & sources) >> Self::SOURCE <= u64::from(source);
        (same && before).then_some(match self.0 & 0b11 {
            0 => Worth::Anywhere,
            1 => Worth::WholeCells,
            _ => Worth::TooShort,
        })
    }
}

/// Where a cell of this name and fate stands among what was recorded.
#[inline]
fn slot(name: u64, fate: Fate) -> usize {
    (name as usize ^ usize::from(fate.0).wrapping_mul(0x9e37)) % CACHE
}

/// Values that wait to be recorded together.
const AHEAD: usize = 32;

/// A value that waits to be recorded, and how many cells in a row have it.
struct Ahead<'t> {
    text: &'t str,
    fate: Fate,
    /// Of the cell.
    name: u64,
    cells: u64,
}

impl Ahead<'_> {
    fn is(&self, text: &str, fate: Fate) -> bool {
        self.fate == fate && self.text == text
    }
}

/// Gathers the values of all tables.
pub(crate) struct Vocabulary<'a> {
    lexicon: &'a Lexicon,
    speller: Speller<'a>,
    spelled: Spelled,
    pub(crate) records: Partitions,
    recorded: Vec<Recorded>,
    number: String,
    pub(crate) sources: Vec<Source>,
    pub(crate) withheld: [Withheld; 2],
}

impl<'a> Vocabulary<'a> {
    pub(crate) fn new(lexicon: &'a Lexicon, scratch: &Scratch) -> Self {
        Self {
            speller: Speller::new(&lexicon.variants),
            lexicon,
            spelled: Spelled::default(),
            records: Partitions::new(scratch),
            recorded: vec![Recorded::default(); CACHE],
            number: String::new(),
            sources: Vec::new(),
            withheld: [Withheld::default(); 2],
        }
    }

    /// What the catalogue says and every manifest says is no secret: a customer who is called like a column would be.
    pub(crate) fn catalogue(&mut self, catalogue: &Catalogue) -> Result<(), VerifyError> {
        self.sources.push(Source {
            table: "catalogue".to_owned(),
            column: String::new(),
        });
        for word in words(catalogue).chain(OWN_WORDS) {
            self.value(0, Fate::GRANTED_EVERYWHERE, word)?;
        }
        Ok(())
    }

    /// The columns of a table as sources, before any of its cells come; gives the number of the first.
    pub(crate) fn begin(&mut self, table: &Table) -> usize {
        let first = self.sources.len();
        let source = |column: &bunri_catalogue::Column| Source {
            table: table.id.clone(),
            column: column.name.clone(),
        };
        self.sources.extend(table.columns.iter().map(source));
        first
    }

    /// The cells of decided rows of a table whose first column is this source.
    pub(crate) fn take(
        &mut self,
        table: &Table,
        first: usize,
        decided: &Decided,
    ) -> Result<(), VerifyError> {
        let ownership = |verdict: &Verdict| verdict.ownership() as usize;
        let ownerships: Vec<usize> = decided.verdicts.iter().map(ownership).collect();
        for (column, classes) in decided.classes.iter().enumerate() {
            let rekeyed = table.columns[column].rekey.is_some();
            let of_class = |class| {
                Ownership::ALL.map(|ownership| {
                    let fate = Fate::of(table, ownership, class);
                    if rekeyed { fate.rekeyed() } else { fate }
                })
            };
            let (source, array) = (first + column, decided.batch.column(column));
            match classes {
                ColumnClasses::Fixed(class) => {
                    let fates = of_class(*class);
                    self.column(source, array, |row| fates[ownerships[row]])?;
                }
                ColumnClasses::PerRow(classes) => {
                    let fates = Class::ALL.map(of_class);
                    let fate = |row| fates[classes[row] as usize][ownerships[row]];
                    self.column(source, array, fate)?;
                }
            }
        }
        Ok(())
    }

    fn column(
        &mut self,
        source: usize,
        array: &ArrayRef,
        fate: impl Fn(usize) -> Fate,
    ) -> Result<(), VerifyError> {
        let nulls = array.nulls();
        let valid = |row: &usize| nulls.is_none_or(|nulls| nulls.is_valid(*row));
        let rows = (0..array.len()).filter(valid);
        let mut counts = Counts::default();
        match array.data_type() {
            DataType::Utf8 => {
                let texts = array.as_string::<i32>();
                let mut ahead: Vec<Ahead<'_>> = Vec::with_capacity(AHEAD);
                for row in rows {
                    let (text, fate) = (texts.value(row), fate(row));
                    if let Some(last) = ahead.last_mut().filter(|last| last.is(text, fate)) {
                        last.cells += 1;
                        continue;
                    }
                    if ahead.len() == AHEAD {
                        self.all(source, &mut ahead, &mut counts)?;
                    }
                    ahead.push(Ahead {
                        text,
                        fate,
                        name: self.lexicon.secret.cell(text.as_bytes()),
                        cells: 1,
                    });
                }
                self.all(source, &mut ahead, &mut counts)?;
            }
            DataType::Int64 => {
                let numbers = array.as_primitive::<Int64Type>();
                for row in rows {
                    let (number, fate) = (numbers.value(row).into(), fate(row));
                    let worth = self.number(source, fate, number, 0)?;
                    counts.add(fate, worth.into());
                }
            }
            DataType::Decimal128(_, scale) => {
                let numbers = array.as_primitive::<Decimal128Type>();
                for row in rows {
                    let (number, fate) = (numbers.value(row), fate(row));
                    let worth = self.number(source, fate, number, *scale)?;
                    counts.add(fate, worth.into());
                }
            }
            DataType::Binary => {
                let binary = array.as_binary::<i32>();
                for row in rows {
                    let fate = fate(row);
                    let worth = self.bytes(source, fate, binary.value(row))?;
                    counts.add(fate, worth.into());
                }
            }
            _ => rows.for_each(|row| counts.add(fate(row), Counted::OtherType)),
        }
        self.count(&counts);
        Ok(())
    }

    fn count(&mut self, counts: &Counts) {
        for (at, withheld) in self.withheld.iter_mut().enumerate() {
            for (fate, counts) in (0..).zip(&counts.0) {
                if Fate(fate).withheld(at) {
                    let [anywhere, whole_only, too_short, other_type] = counts;
                    withheld.cells += anywhere + whole_only + too_short + other_type;
                    withheld.whole_only += whole_only;
                    withheld.too_short += too_short;
                    withheld.other_type += other_type;
                }
            }
        }
    }

    fn bytes(&mut self, source: usize, fate: Fate, bytes: &[u8]) -> Result<Worth, VerifyError> {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return self.value(source, fate, text);
        }
        let mut text = std::mem::take(&mut self.number);
        hex(bytes, &mut text);
        let worth = self.value(source, fate, &text);
        self.number = text;
        worth
    }

    #[inline]
    fn number(
        &mut self,
        source: usize,
        fate: Fate,
        unscaled: i128,
        scale: i8,
    ) -> Result<Worth, VerifyError> {
        if unscaled.unsigned_abs() < SMALLEST_NUMBER {
            return Ok(Worth::TooShort);
        }
        let mut text = std::mem::take(&mut self.number);
        number_text(unscaled, scale, &mut text);
        let worth = self.value(source, fate, &text);
        self.number = text;
        worth
    }

    /// Records these values and forgets them. What is remembered of each is fetched before it is asked for: the processor
    /// waits for many places of its memory as long as for one.
    fn all(
        &mut self,
        source: usize,
        values: &mut Vec<Ahead<'_>>,
        counts: &mut Counts,
    ) -> Result<(), VerifyError> {
        let fetched = values.iter().fold(0, |all, value| {
            all ^ self.recorded[slot(value.name, value.fate)].0
        });
        std::hint::black_box(fetched);
        for value in values.drain(..) {
            let Ahead {
                text,
                fate,
                name,
                cells,
            } = value;
            let worth = self.named(source, fate, name, text)?;
            counts.add_many(fate, worth.into(), cells);
        }
        Ok(())
    }

    pub(super) fn value(
        &mut self,
        source: usize,
        fate: Fate,
        text: &str,
    ) -> Result<Worth, VerifyError> {
        let name = self.lexicon.secret.cell(text.as_bytes());
        self.named(source, fate, name, text)
    }

    /// Records a value whose cell has this name.
    fn named(
        &mut self,
        source: usize,
        fate: Fate,
        name: u64,
        text: &str,
    ) -> Result<Worth, VerifyError> {
        let source = u16::try_from(source).unwrap_or(u16::MAX);
        let slot = slot(name, fate);
        if let Some(worth) = self.recorded[slot].of(name, fate, source) {
            return Ok(worth);
        }
        let worth = self.record(source, fate, text)?;
        self.recorded[slot] = Recorded::new(name, fate, source, worth);
        Ok(worth)
    }

    fn record(&mut self, source: u16, fate: Fate, text: &str) -> Result<Worth, VerifyError> {
        self.speller.spell(text, &mut self.spelled);
        let (loose, strict) = (self.spelled.loose.value(), self.spelled.strict.value());
        let worth = match weight(loose) {
            ANYWHERE.. => Worth::Anywhere,
            WHOLE.. => Worth::WholeCells,
            _ => return Ok(Worth::TooShort),
        };
        let secret = &self.lexicon.secret;
        let lengths = [loose.len() as u8, strict.len() as u8];
        let of_loose = secret.summed(loose);
        let of_strict = if loose == strict {
            of_loose
        } else {
            secret.summed(strict)
        };
        let ascii = |signs: &[char]| signs.iter().all(char::is_ascii);
        let reach = Reach {
            anywhere: worth == Worth::Anywhere,
            ascii: ascii(loose) || ascii(strict),
        };
        let mut record = [0; RECORD];
        record[..16].copy_from_slice(&of_loose.name(secret, Kind::Loose));
        record[16..32].copy_from_slice(&of_strict.name(secret, Kind::Strict));
        record[32] = fate.0;
        record[33..35].copy_from_slice(&source.to_be_bytes());
        record[35..37].copy_from_slice(&lengths);
        record[37] = reach.byte();
        for (at, form) in [(38, loose), (46, strict)] {
            let beginning = secret.beginning(beginning(form));
            record[at..at + 8].copy_from_slice(&beginning.to_be_bytes());
        }
        self.records.push(&record)?;
        Ok(worth)
    }

    /// A row that is in no store is withheld from every store.
    pub(crate) fn rejected(&mut self, first: usize, reject: &Reject) -> Result<(), VerifyError> {
        for (column, value) in reject.values.iter().enumerate() {
            if let Some(text) = rejected_text(value) {
                let (fate, mut counts) = (Fate::WITHHELD_EVERYWHERE, Counts::default());
                let worth = self.value(first + column, fate, &text)?;
                counts.add(fate, worth.into());
                self.count(&counts);
            }
        }
        Ok(())
    }
}

/// A rejected value as it is searched for.
pub(crate) fn rejected_text(value: &RawValue) -> Option<Cow<'_, str>> {
    match value {
        RawValue::Null => None,
        RawValue::Text(text)
        | RawValue::Real(text)
        | RawValue::TextHex(text)
        | RawValue::Blob(text) => Some(text.into()),
        RawValue::Int(number) => Some(number.to_string().into()),
    }
}

/// The characters of a value by which texts are looked through.
fn beginning(signs: &[char]) -> &[char] {
    match signs.len() {
        BEGINNING.. => &signs[..BEGINNING],
        SHORT_BEGINNING.. => &signs[..SHORT_BEGINNING],
        _ => &[],
    }
}

/// A number as a person writes it, without zeros behind the point.
pub(crate) fn number_text(unscaled: i128, scale: i8, text: &mut String) {
    let (mut digits, mut scale) = (unscaled.unsigned_abs(), scale.max(0).unsigned_abs());
    while scale > 0 && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    text.clear();
    // Writing to a String cannot fail.
    let _ = write!(text, "{digits:0>width$}", width = usize::from(scale) + 1);
    if scale > 0 {
        text.insert(text.len() - usize::from(scale), '.');
    }
}

pub(crate) fn hex(bytes: &[u8], text: &mut String) {
    let digit = |digit: u8| char::from(b"0123456789abcdef"[usize::from(digit)]);
    text.clear();
    text.extend(
        bytes
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]),
    );
}

/// Names that the catalogue gives to things.
pub(crate) fn words(catalogue: &Catalogue) -> impl Iterator<Item = &str> {
    let tables = catalogue.tables.iter().flat_map(|table| {
        let columns = table.columns.iter().map(|column| column.name.as_str());
        [table.id.as_str(), table.name.as_str()]
            .into_iter()
            .chain(columns)
    });
    [catalogue.name.as_str(), catalogue.version.as_str()]
        .into_iter()
        .chain(tables)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn an_original_that_retail_gets_a_hash_of_is_withheld_from_retail_alone() {
        let fate = Fate::GRANTED_EVERYWHERE.rekeyed();
        let of = |store: Store| SEARCHED.iter().position(|other| *other == store).unwrap();
        let (retail, transmission) = (of(Store::Retail), of(Store::Transmission));
        assert!(fate.withheld(retail) && !fate.granted(retail));
        assert!(!fate.withheld(transmission) && fate.granted(transmission));
        assert_eq!(
            Fate::WITHHELD_EVERYWHERE.rekeyed(),
            Fate::WITHHELD_EVERYWHERE
        );
    }
}
