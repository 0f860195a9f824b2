//! Which values are withheld from each store and which are granted to it: gathered while the tables are decided, so that
//! staging is read once. What is kept of a value are its names and not the value.
//!
//! The same value comes again and again (a supply point in twelve readings): a row is compared with the one before it, and
//! what was recorded lately ([`Memory`]) is not recorded again.

use arrow_array::{Array, ArrayRef};
use bunri_catalogue::{Catalogue, Table};
use bunri_columnar::Reject;
use bunri_spelling::weight;

use crate::LeakError;
use crate::cells::{CellValue, Column, SMALLEST_NUMBER, rejected};
use crate::fate::{Counts, Fate, Worth};
use crate::hashing::Kind;
use crate::lexicon::{ANYWHERE, Forms, Lexicon, WHOLE, words};
use crate::partitions::{Divided, Partitions, Record};
use crate::records::{Field, Scratch};

/// Values that wait to be recorded together.
const AHEAD: usize = 32;

/// A value that waits to be recorded, and how many cells in a row have it.
struct Ahead<'t> {
    text: &'t str,
    fate: Fate,
    /// Of the cell.
    hash: u64,
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
    /// Table and column of every source.
    pub(crate) sources: Vec<String>,
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
        self.sources.push("catalogue".to_owned());
        for word in words(catalogue) {
            self.value((0, Fate::GRANTED_EVERYWHERE), word)?;
        }
        Ok(())
    }

    /// The columns of a table as sources, before any of its cells come; gives the number of the first.
    pub fn begin(&mut self, table: &Table) -> usize {
        let first = self.sources.len();
        let columns = table.columns.iter();
        let sources = columns.map(|column| format!("{}.{}", table.id, column.name));
        self.sources.extend(sources);
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
                    let worth = self.cell((source, fate), column.cell(row))?;
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
                hash: self.lexicon.secret.cell(text.as_bytes()),
                cells: 1,
            });
        }
        self.record_all(source, &mut ahead)
    }

    /// Records these values and forgets them.
    fn record_all(&mut self, source: usize, values: &mut Vec<Ahead<'_>>) -> Result<(), LeakError> {
        let cells = values.iter().map(|value| (value.hash, value.fate));
        self.recorded.fetch(cells);
        for value in values.drain(..) {
            let worth = self.hashed((source, value.fate), value.hash, value.text)?;
            self.counts.add(value.fate, Some(worth), value.cells);
        }
        Ok(())
    }

    #[inline]
    fn cell(&mut self, of: (usize, Fate), cell: CellValue<'_>) -> Result<Worth, LeakError> {
        if matches!(cell, CellValue::Number(unscaled, _) if unscaled.unsigned_abs() < SMALLEST_NUMBER)
        {
            return Ok(Worth::TooShort);
        }
        let mut space = std::mem::take(&mut self.text);
        let worth = self.value(of, cell.text(&mut space));
        self.text = space;
        worth
    }

    /// A value of a cell of this source and fate.
    pub(crate) fn value(&mut self, of: (usize, Fate), text: &str) -> Result<Worth, LeakError> {
        let hash = self.lexicon.secret.cell(text.as_bytes());
        self.hashed(of, hash, text)
    }

    fn hashed(&mut self, of: (usize, Fate), hash: u64, text: &str) -> Result<Worth, LeakError> {
        let (source, fate) = (u16::try_from(of.0).unwrap_or(u16::MAX), of.1);
        if let Some(worth) = self.recorded.worth(hash, fate, source) {
            return Ok(worth);
        }
        self.forms.spell(text);
        let worth = match weight(self.forms.of(Kind::Loose).value()) {
            ANYWHERE.. => Worth::Anywhere,
            WHOLE.. => Worth::WholeCells,
            _ => Worth::TooShort,
        };
        if worth != Worth::TooShort {
            let anywhere = worth == Worth::Anywhere;
            self.record.clear();
            Record::of(&self.forms, (fate, source), anywhere).put(&mut self.record);
            self.records.push(&self.record)?;
        }
        self.recorded.remember(hash, fate, source, worth);
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
            let worth = self.value((first + column, fate), &text)?;
            self.counts.add(fate, Some(worth), 1);
        }
        Ok(())
    }
}

/// Values that are remembered as recorded, eight bytes each.
const PLACES: usize = 1 << 22;

/// Where the column and the fate stand in a word; above them the bits of the cell's hash that its place does not tell, below them
/// the worth.
const SOURCE: u32 = 6;
const FATE: u32 = 2;

/// What was recorded lately, a word for each place. Forgetting costs space and nothing else, so every place holds one cell, and the
/// next one that belongs there takes it.
pub(crate) struct Memory(Vec<u64>);

impl Memory {
    pub(crate) fn new() -> Self {
        Self(vec![0; PLACES])
    }

    /// Fetches what is known of many cells: the processor waits for many places of its memory as long as for one.
    pub(crate) fn fetch(&self, cells: impl Iterator<Item = (u64, Fate)>) {
        let fetched = cells.fold(0, |all, (hash, fate)| all ^ self.0[place(hash, fate)]);
        std::hint::black_box(fetched);
    }

    /// What a cell is worth, if it was recorded with this fate and this column or one before it: the least source of a
    /// value is always recorded, so what is forgotten leaves no trace.
    #[inline]
    pub(crate) fn worth(&self, hash: u64, fate: Fate, source: u16) -> Option<Worth> {
        let recorded = self.0[place(hash, fate)];
        let sources = u64::from(u16::MAX) << SOURCE;
        let like = word(hash, fate, 0, Worth::Anywhere);
        let same = (recorded ^ like) & !sources & !0b11 == 0;
        let before = (recorded & sources) >> SOURCE <= u64::from(source);
        (same && before).then_some(match recorded & 0b11 {
            0 => Worth::Anywhere,
            1 => Worth::WholeCells,
            _ => Worth::TooShort,
        })
    }

    pub(crate) fn remember(&mut self, hash: u64, fate: Fate, source: u16, worth: Worth) {
        self.0[place(hash, fate)] = word(hash, fate, source, worth);
    }
}

fn word(hash: u64, fate: Fate, source: u16, worth: Worth) -> u64 {
    let hash = hash & !(PLACES as u64 - 1);
    hash | u64::from(source) << SOURCE | u64::from(fate.0) << FATE | worth as u64
}

/// Where a cell of this hash and fate stands.
#[inline]
fn place(hash: u64, fate: Fate) -> usize {
    (hash as usize ^ usize::from(fate.0).wrapping_mul(0x9e37)) % PLACES
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const NAME: u64 = 0x0123_4567_89ab_cdef;
    const FATE: Fate = Fate::WITHHELD_EVERYWHERE;

    /// What is known of a cell after another was remembered, of whatever place.
    fn of(recorded: u64, hash: u64, fate: Fate, source: u16) -> Option<Worth> {
        let mut memory = Memory(vec![0; PLACES]);
        memory.0[place(hash, fate)] = recorded;
        memory.worth(hash, fate, source)
    }

    #[test]
    fn a_cell_is_known_by_every_bit_of_its_name_that_its_place_does_not_tell() {
        for worth in [Worth::Anywhere, Worth::WholeCells, Worth::TooShort] {
            let recorded = word(NAME, FATE, 7, worth);
            assert_eq!(of(recorded, NAME, FATE, 7), Some(worth));
            for bit in PLACES.trailing_zeros()..64 {
                assert_eq!(of(recorded, NAME ^ 1 << bit, FATE, 7), None, "{bit}");
            }
        }
    }

    #[test]
    fn a_cell_is_known_with_its_own_fate_alone() {
        let fates = (0..16).map(Fate);
        for (one, other) in fates
            .clone()
            .flat_map(|one| fates.clone().map(move |other| (one, other)))
        {
            let recorded = word(NAME, one, 7, Worth::Anywhere);
            assert_eq!(of(recorded, NAME, other, 7).is_some(), one == other);
        }
    }

    #[test]
    fn a_cell_is_known_from_the_column_on_that_it_was_recorded_with() {
        let sources = [0, 1, 2, 255, 256, u16::MAX - 1, u16::MAX];
        for (at, &source) in sources.iter().enumerate() {
            let recorded = word(NAME, FATE, source, Worth::TooShort);
            let known = sources.map(|source| of(recorded, NAME, FATE, source).is_some());
            assert_eq!(known, std::array::from_fn(|other| other >= at), "{source}");
        }
    }

    #[test]
    fn no_cell_is_taken_for_another_wherever_it_stands() {
        let mut memory = Memory::new();
        for fate in (0..16).map(Fate) {
            assert_eq!(memory.worth(NAME, fate, 7), None);
            memory.remember(NAME, fate, 7, Worth::WholeCells);
            assert_eq!(memory.worth(NAME, fate, 7), Some(Worth::WholeCells));
            for bit in 0..64 {
                assert_eq!(memory.worth(NAME ^ 1 << bit, fate, 7), None, "{bit}");
            }
        }
        let known = |fate| memory.worth(NAME, fate, 7).is_some();
        assert!((0..16).map(Fate).all(known), "one place for two fates");
        let other = NAME ^ PLACES as u64;
        memory.remember(other, FATE, 7, Worth::Anywhere);
        assert_eq!(
            memory.worth(NAME, FATE, 7),
            None,
            "the next one takes the place"
        );
        assert_eq!(memory.worth(other, FATE, 7), Some(Worth::Anywhere));
    }
}
