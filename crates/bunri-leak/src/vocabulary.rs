//! Which values are withheld from each store and which are granted to it: gathered while the tables are decided, so that
//! staging is read once. What is kept of a value are its names and not the value.
//!
//! The same value comes again and again (a supply point in twelve readings): a row is compared with the one before it, and
//! what was recorded lately ([`crate::recorded`]) is not recorded again.

use arrow_array::{Array, ArrayRef};
use bunri_catalogue::{Catalogue, Table};
use bunri_columnar::Reject;
use bunri_spelling::weight;

use crate::LeakError;
use crate::cells::{Cell, Column, SMALLEST_NUMBER, rejected};
use crate::fate::{Counts, Fate, Worth};
use crate::hashing::Kind;
use crate::inputs::Scratch;
use crate::lexicon::{ANYWHERE, Forms, Lexicon, WHOLE, words};
use crate::partitions::{Divided, Partitions, Record};
use crate::recorded::Memory;
use crate::records::Field;

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

/// Gathers the values of all tables.
pub struct Vocabulary<'a> {
    pub(crate) lexicon: &'a Lexicon,
    forms: Forms<'a>,
    pub(crate) records: Partitions,
    recorded: Memory,
    /// Space to write a cell's text, and a record.
    text: String,
    record: Vec<u8>,
    pub(crate) sources: Vec<Source>,
    pub(crate) counts: Counts,
}

impl<'a> Vocabulary<'a> {
    /// Without a value.
    pub fn new(lexicon: &'a Lexicon, scratch: &Scratch) -> Self {
        Self {
            lexicon,
            forms: Forms::new(lexicon),
            records: Partitions::new(scratch),
            recorded: Memory::new(),
            text: String::new(),
            record: Vec::new(),
            sources: Vec::new(),
            counts: Counts::default(),
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
        for word in words(catalogue) {
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
        match Column::staged(array) {
            Some(Column::Text(texts)) => {
                self.texts(source, rows.map(|row| (texts.value(row), fate(row))))?;
            }
            Some(column) => {
                for row in rows {
                    let fate = fate(row);
                    let worth = self.cell(source, fate, column.cell(row))?;
                    self.counts.add(fate, Some(worth), 1);
                }
            }
            None => rows.for_each(|row| self.counts.add(fate(row), None, 1)),
        }
        Ok(())
    }

    fn texts<'t>(
        &mut self,
        source: usize,
        texts: impl Iterator<Item = (&'t str, Fate)>,
    ) -> Result<(), LeakError> {
        let mut ahead: Vec<Ahead<'_>> = Vec::with_capacity(AHEAD);
        for (text, fate) in texts {
            if let Some(last) = ahead.last_mut()
                && last.fate == fate
                && last.text == text
            {
                last.cells += 1;
                continue;
            }
            if ahead.len() == AHEAD {
                self.record_all(source, &mut ahead)?;
            }
            ahead.push(Ahead {
                text,
                fate,
                name: self.lexicon.secret.cell(text.as_bytes()),
                cells: 1,
            });
        }
        self.record_all(source, &mut ahead)
    }

    /// Records these values and forgets them.
    fn record_all(&mut self, source: usize, values: &mut Vec<Ahead<'_>>) -> Result<(), LeakError> {
        let cells = values.iter().map(|value| (value.name, value.fate));
        self.recorded.fetch(cells);
        for value in values.drain(..) {
            let worth = self.named(source, value.fate, value.name, value.text)?;
            self.counts.add(value.fate, Some(worth), value.cells);
        }
        Ok(())
    }

    #[inline]
    fn cell(&mut self, source: usize, fate: Fate, cell: Cell<'_>) -> Result<Worth, LeakError> {
        if matches!(cell, Cell::Number(unscaled, _) if unscaled.unsigned_abs() < SMALLEST_NUMBER) {
            return Ok(Worth::TooShort);
        }
        let mut space = std::mem::take(&mut self.text);
        let worth = self.value(source, fate, cell.text(&mut space));
        self.text = space;
        worth
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
        self.forms.spell(text);
        let worth = match weight(self.forms.of(Kind::Loose).value()) {
            ANYWHERE.. => Worth::Anywhere,
            WHOLE.. => Worth::WholeCells,
            _ => return Ok(Worth::TooShort),
        };
        let anywhere = worth == Worth::Anywhere;
        let record = Record::of(&self.forms, (fate, source), anywhere);
        self.record.clear();
        record.put(&mut self.record);
        self.records.push(&self.record)?;
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
        let fate = Fate::WITHHELD_EVERYWHERE;
        for (column, _, text) in rejected(table, reject) {
            let worth = self.value(first + column, fate, &text)?;
            self.counts.add(fate, Some(worth), 1);
        }
        Ok(())
    }
}
