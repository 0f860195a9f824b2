//! Which values are withheld from each store and which are granted to it: gathered while the tables are decided, so that
//! staging is read once. What is kept of a value are its names and not the value.
//!
//! The same value comes again and again (a supply point in twelve readings): a row is compared with the one before it, and
//! what was recorded lately ([`crate::recorded`]) is not recorded again.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use bunri_catalogue::{Catalogue, Table};
use bunri_columnar::Reject;
use bunri_spelling::{Spelled, Speller, Variants, weight};

use crate::LeakError;
use crate::fate::{Counts, Fate, Withheld, Worth};
use crate::hashing::Secret;
use crate::partitions::{Divided, Partitions};
use crate::record::Record;
use crate::recorded::Memory;
use crate::scratch::Scratch;
use crate::written::{SMALLEST_NUMBER, hex, number_text, rejected_text};

/// A value of this weight is found where it is a whole cell.
pub(crate) const WHOLE: u32 = 200;
/// A value of this weight is found anywhere: nine digits, six Latin letters, five kana, three kanji.
pub(crate) const ANYWHERE: u32 = 280;
/// Words of bunri's own that stand in every manifest, and in the labels that people give to jobs.
pub(crate) const OWN_WORDS: [&str; 5] = [
    "retail",
    "transmission",
    "quarantine",
    "rehearsal",
    "cutover",
];

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

/// The column that values come from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) table: String,
    pub(crate) column: String,
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
pub struct Vocabulary<'a> {
    lexicon: &'a Lexicon,
    speller: Speller<'a>,
    spelled: Spelled,
    pub(crate) records: Partitions,
    recorded: Memory,
    number: String,
    pub(crate) sources: Vec<Source>,
    pub(crate) withheld: [Withheld; 2],
}

impl<'a> Vocabulary<'a> {
    /// Without a value.
    pub fn new(lexicon: &'a Lexicon, scratch: &Scratch) -> Self {
        Self {
            speller: Speller::new(&lexicon.variants),
            lexicon,
            spelled: Spelled::default(),
            records: Partitions::new(scratch),
            recorded: Memory::new(),
            number: String::new(),
            sources: Vec::new(),
            withheld: [Withheld::default(); 2],
        }
    }

    /// What the catalogue says and every manifest says is no secret: a customer who is called like a column would be.
    ///
    /// # Errors
    /// If a temporary file cannot be written.
    pub fn catalogue(&mut self, catalogue: &Catalogue) -> Result<(), LeakError> {
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
    pub fn begin(&mut self, table: &Table) -> usize {
        let first = self.sources.len();
        let source = |column: &bunri_catalogue::Column| Source {
            table: table.id.clone(),
            column: column.name.clone(),
        };
        self.sources.extend(table.columns.iter().map(source));
        first
    }

    /// Cells of the column that is this source; `fate` is asked with a row.
    ///
    /// # Errors
    /// If a temporary file cannot be written.
    pub fn column(
        &mut self,
        source: usize,
        array: &ArrayRef,
        fate: impl Fn(usize) -> Fate,
    ) -> Result<(), LeakError> {
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
                    let fate = fate(row);
                    let worth = self.number(source, fate, numbers.value(row).into(), 0)?;
                    counts.add(fate, Some(worth));
                }
            }
            DataType::Decimal128(_, scale) => {
                let numbers = array.as_primitive::<Decimal128Type>();
                for row in rows {
                    let fate = fate(row);
                    let worth = self.number(source, fate, numbers.value(row), *scale)?;
                    counts.add(fate, Some(worth));
                }
            }
            DataType::Binary => {
                let binary = array.as_binary::<i32>();
                for row in rows {
                    let fate = fate(row);
                    let worth = self.bytes(source, fate, binary.value(row))?;
                    counts.add(fate, Some(worth));
                }
            }
            _ => rows.for_each(|row| counts.add(fate(row), None)),
        }
        counts.add_to(&mut self.withheld);
        Ok(())
    }

    fn bytes(&mut self, source: usize, fate: Fate, bytes: &[u8]) -> Result<Worth, LeakError> {
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
    ) -> Result<Worth, LeakError> {
        if unscaled.unsigned_abs() < SMALLEST_NUMBER {
            return Ok(Worth::TooShort);
        }
        let mut text = std::mem::take(&mut self.number);
        number_text(unscaled, scale, &mut text);
        let worth = self.value(source, fate, &text);
        self.number = text;
        worth
    }

    /// Records these values and forgets them.
    fn all(
        &mut self,
        source: usize,
        values: &mut Vec<Ahead<'_>>,
        counts: &mut Counts,
    ) -> Result<(), LeakError> {
        let cells = values.iter().map(|value| (value.name, value.fate));
        self.recorded.fetch(cells);
        for value in values.drain(..) {
            let Ahead {
                text,
                fate,
                name,
                cells,
            } = value;
            let worth = self.named(source, fate, name, text)?;
            counts.add_many(fate, Some(worth), cells);
        }
        Ok(())
    }

    pub(super) fn value(
        &mut self,
        source: usize,
        fate: Fate,
        text: &str,
    ) -> Result<Worth, LeakError> {
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
    ) -> Result<Worth, LeakError> {
        let source = u16::try_from(source).unwrap_or(u16::MAX);
        if let Some(worth) = self.recorded.worth(name, fate, source) {
            return Ok(worth);
        }
        let worth = self.record(source, fate, text)?;
        self.recorded.remember(name, fate, source, worth);
        Ok(worth)
    }

    fn record(&mut self, source: u16, fate: Fate, text: &str) -> Result<Worth, LeakError> {
        self.speller.spell(text, &mut self.spelled);
        let forms = (self.spelled.loose.value(), self.spelled.strict.value());
        let worth = match weight(forms.0) {
            ANYWHERE.. => Worth::Anywhere,
            WHOLE.. => Worth::WholeCells,
            _ => return Ok(Worth::TooShort),
        };
        let anywhere = worth == Worth::Anywhere;
        let record = Record::of(&self.lexicon.secret, forms, (fate, source), anywhere);
        self.records.push(&record.bytes())?;
        Ok(worth)
    }

    /// What was recorded; everything else is forgotten.
    pub(crate) fn into_records(self) -> Result<Divided, LeakError> {
        self.records.finish()
    }

    /// A row that is in no store is withheld from every store.
    ///
    /// # Errors
    /// If a temporary file cannot be written.
    pub fn rejected(
        &mut self,
        first: usize,
        table: &Table,
        reject: &Reject,
    ) -> Result<(), LeakError> {
        for (column, value) in reject.values.iter().enumerate() {
            // What means nothing is nobody's, wherever it stands.
            let declared = table.columns.get(column);
            if declared.is_some_and(|column| value.is_listed(&column.reading.nothing)) {
                continue;
            }
            if let Some(text) = rejected_text(value) {
                let (fate, mut counts) = (Fate::WITHHELD_EVERYWHERE, Counts::default());
                let worth = self.value(first + column, fate, &text)?;
                counts.add(fate, Some(worth));
                counts.add_to(&mut self.withheld);
            }
        }
        Ok(())
    }
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
