//! Which values are withheld from each store and which are granted to it: gathered while the tables are decided, so that
//! staging is read once. What is kept of a value are its hashes and not the value.
//!
//! The same value comes again and again (a supply point in twelve readings): a row is compared with the one before it, and
//! what was recorded lately ([`RecordedCache`]) is not recorded again.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use bunri_catalogue::{Catalogue, Table};
use bunri_columnar::Reject;

use crate::LeakError;
use crate::cells::{CellValue, SMALLEST_NUMBER, rejected, staged_cells};
use crate::grants::{Grants, SearchScope, WithheldCells};
use crate::hashing::FormKind;
use crate::lexicon::{Forms, Lexicon, words};
use crate::partitions::{Partitions, Record};
use crate::records::{Field, Scratch};

/// Values that wait to be recorded together.
const BATCH: usize = 32;

/// A value that waits to be recorded, and how many cells in a row have it.
struct PendingValue<'t> {
    text: &'t str,
    grants: Grants,
    /// Of the cell.
    hash: u64,
    cells: u64,
}

impl<'t> PendingValue<'t> {
    #[inline]
    fn new(lexicon: &Lexicon, grants: Grants, text: &'t str) -> Self {
        Self {
            text,
            grants,
            hash: lexicon.secret.cell_hash(text.as_bytes()),
            cells: 1,
        }
    }
}

/// Gathers the values of all tables.
pub struct Vocabulary<'a> {
    pub(crate) lexicon: &'a Lexicon,
    forms: Forms<'a>,
    pub(crate) records: Partitions,
    recorded: RecordedCache,
    /// Space to write a cell's text, and a record.
    text: String,
    record: Vec<u8>,
    /// Table and column of every source.
    pub(crate) sources: Vec<String>,
    pub(crate) withheld: WithheldCells,
}

impl<'a> Vocabulary<'a> {
    /// Without a value.
    ///
    /// # Errors
    /// If there is no room for temporary data.
    pub fn new(lexicon: &'a Lexicon, scratch: &Scratch) -> Result<Self, LeakError> {
        Ok(Self {
            lexicon,
            forms: Forms::new(lexicon),
            records: Partitions::new(scratch)?,
            recorded: RecordedCache::new(),
            text: String::new(),
            record: Vec::new(),
            sources: Vec::new(),
            withheld: WithheldCells::default(),
        })
    }

    /// What the catalogue says and every manifest says is no secret: a customer who is called like a column would be.
    ///
    /// # Errors
    /// If a temporary file cannot be written.
    pub fn catalogue(&mut self, catalogue: &Catalogue) -> Result<(), LeakError> {
        self.sources.push("catalogue".to_owned());
        words(catalogue).try_for_each(|word| self.value(0, Grants::GRANTED_EVERYWHERE, word))
    }

    /// The columns of a table as sources, before any of its cells come; gives the number of the first.
    pub fn begin(&mut self, table: &Table) -> usize {
        let first = self.sources.len();
        let columns = table.columns.iter();
        let sources = columns.map(|column| format!("{}.{}", table.id, column.name));
        self.sources.extend(sources);
        first
    }

    /// Cells of the column that is this source; `grants` is asked with a row.
    ///
    /// # Errors
    /// If a temporary file cannot be written.
    pub fn column(
        &mut self,
        source: usize,
        array: &ArrayRef,
        grants: impl Fn(usize) -> Grants,
    ) -> Result<(), LeakError> {
        let nulls = array.nulls();
        let valid = |row: &usize| nulls.is_none_or(|nulls| nulls.is_valid(*row));
        let mut rows = (0..array.len()).filter(valid);
        if let Some(texts) = array.as_string_opt::<i32>() {
            return self.texts(source, rows.map(|row| (texts.value(row), grants(row))));
        }
        let Some(cells) = staged_cells(array) else {
            rows.for_each(|row| self.withheld.add(grants(row), None, 1));
            return Ok(());
        };
        rows.try_for_each(|row| self.cell(source, grants(row), cells(row)))
    }

    fn texts<'t>(
        &mut self,
        source: usize,
        texts: impl Iterator<Item = (&'t str, Grants)>,
    ) -> Result<(), LeakError> {
        let mut pending: Vec<PendingValue<'_>> = Vec::with_capacity(BATCH);
        for (text, grants) in texts {
            if let Some(last) = pending.last_mut()
                && last.grants == grants
                && last.text == text
            {
                last.cells += 1;
                continue;
            }
            if pending.len() == BATCH {
                self.record_all(source, &mut pending)?;
            }
            pending.push(PendingValue::new(self.lexicon, grants, text));
        }
        self.record_all(source, &mut pending)
    }

    /// Records these values and forgets them.
    fn record_all(
        &mut self,
        source: usize,
        values: &mut Vec<PendingValue<'_>>,
    ) -> Result<(), LeakError> {
        let cells = values.iter().map(|value| (value.hash, value.grants));
        self.recorded.fetch(cells);
        let mut values = values.drain(..);
        values.try_for_each(|value| self.record(source, &value))
    }

    #[inline]
    fn cell(
        &mut self,
        source: usize,
        grants: Grants,
        cell: CellValue<'_>,
    ) -> Result<(), LeakError> {
        if matches!(cell, CellValue::Number(unscaled, _) if unscaled.unsigned_abs() < SMALLEST_NUMBER)
        {
            self.withheld.add(grants, Some(SearchScope::TooShort), 1);
            return Ok(());
        }
        let mut space = std::mem::take(&mut self.text);
        let recorded = self.value(source, grants, cell.text(&mut space));
        self.text = space;
        recorded
    }

    /// A value of a cell of this source with these grants.
    pub(crate) fn value(
        &mut self,
        source: usize,
        grants: Grants,
        text: &str,
    ) -> Result<(), LeakError> {
        self.record(source, &PendingValue::new(self.lexicon, grants, text))
    }

    fn record(&mut self, source: usize, value: &PendingValue<'_>) -> Result<(), LeakError> {
        let (hash, grants) = (value.hash, value.grants);
        let source = u16::try_from(source).unwrap_or(u16::MAX);
        let scope = match self.recorded.scope(hash, grants, source) {
            Some(scope) => scope,
            None => {
                self.forms.spell(value.text);
                let scope = SearchScope::of(self.forms.of(FormKind::Loose).value());
                if scope != SearchScope::TooShort {
                    let anywhere = scope == SearchScope::Anywhere;
                    self.record.clear();
                    Record::of(&self.forms, (grants, source), anywhere).put(&mut self.record);
                    self.records.push(&self.record)?;
                }
                self.recorded.remember(hash, grants, source, scope);
                scope
            }
        };
        self.withheld.add(grants, Some(scope), value.cells);
        Ok(())
    }

    /// What was recorded; everything else is forgotten.
    pub(crate) fn into_records(self) -> Result<Partitions, LeakError> {
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
        let mut cells = rejected(table, reject);
        cells.try_for_each(|(column, _, text)| {
            self.value(first + column, Grants::WITHHELD_EVERYWHERE, &text)
        })
    }
}

/// Values that are remembered as recorded, eight bytes each.
const SLOTS: usize = 1 << 22;

/// Where the column and the grants stand in a word; above them the bits of the cell's hash that its slot does not tell, below them
/// the scope.
const SOURCE: u32 = 6;
const GRANTS: u32 = 2;

/// What was recorded lately: a direct-mapped cache, a word for each slot. Forgetting costs space and nothing else, so every slot holds
/// one cell, and the next one that belongs there takes it.
pub(crate) struct RecordedCache(Vec<u64>);

impl RecordedCache {
    pub(crate) fn new() -> Self {
        Self(vec![0; SLOTS])
    }

    /// Fetches what is known of many cells: the processor waits for many places of the memory as long as for one.
    pub(crate) fn fetch(&self, cells: impl Iterator<Item = (u64, Grants)>) {
        let fetched = cells.fold(0, |all, (hash, grants)| all ^ self.0[slot(hash, grants)]);
        std::hint::black_box(fetched);
    }

    /// The scope of a cell's value, if it was recorded with these grants and this column or one before it: the least source of a
    /// value is always recorded, so what is forgotten leaves no trace.
    #[inline]
    pub(crate) fn scope(&self, hash: u64, grants: Grants, source: u16) -> Option<SearchScope> {
        let recorded = self.0[slot(hash, grants)];
        let sources = u64::from(u16::MAX) << SOURCE;
        let like = word(hash, grants, 0, SearchScope::Anywhere);
        let same = (recorded ^ like) & !sources & !0b11 == 0;
        let before = (recorded & sources) >> SOURCE <= u64::from(source);
        (same && before).then_some(match recorded & 0b11 {
            0 => SearchScope::Anywhere,
            1 => SearchScope::WholeCells,
            _ => SearchScope::TooShort,
        })
    }

    pub(crate) fn remember(&mut self, hash: u64, grants: Grants, source: u16, scope: SearchScope) {
        self.0[slot(hash, grants)] = word(hash, grants, source, scope);
    }
}

fn word(hash: u64, grants: Grants, source: u16, scope: SearchScope) -> u64 {
    let hash = hash & !(SLOTS as u64 - 1);
    hash | u64::from(source) << SOURCE | u64::from(grants.0) << GRANTS | scope as u64
}

/// Where a cell with this hash and these grants stands.
#[inline]
fn slot(hash: u64, grants: Grants) -> usize {
    (hash as usize ^ usize::from(grants.0).wrapping_mul(0x9e37)) % SLOTS
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const HASH: u64 = 0x0123_4567_89ab_cdef;
    const GRANTS: Grants = Grants::WITHHELD_EVERYWHERE;

    /// What is known of a cell after another was remembered, of whatever slot.
    fn of(recorded: u64, hash: u64, grants: Grants, source: u16) -> Option<SearchScope> {
        let mut cache = RecordedCache(vec![0; SLOTS]);
        cache.0[slot(hash, grants)] = recorded;
        cache.scope(hash, grants, source)
    }

    #[test]
    fn a_cell_is_known_by_every_bit_of_its_hash_that_its_slot_does_not_tell() {
        for scope in [
            SearchScope::Anywhere,
            SearchScope::WholeCells,
            SearchScope::TooShort,
        ] {
            let recorded = word(HASH, GRANTS, 7, scope);
            assert_eq!(of(recorded, HASH, GRANTS, 7), Some(scope));
            for bit in SLOTS.trailing_zeros()..64 {
                assert_eq!(of(recorded, HASH ^ 1 << bit, GRANTS, 7), None, "{bit}");
            }
        }
    }

    #[test]
    fn a_cell_is_known_with_its_own_grants_alone() {
        let grants = (0..16).map(Grants);
        for (one, other) in grants
            .clone()
            .flat_map(|one| grants.clone().map(move |other| (one, other)))
        {
            let recorded = word(HASH, one, 7, SearchScope::Anywhere);
            assert_eq!(of(recorded, HASH, other, 7).is_some(), one == other);
        }
    }

    #[test]
    fn a_cell_is_known_from_the_column_on_that_it_was_recorded_with() {
        let sources = [0, 1, 2, 255, 256, u16::MAX - 1, u16::MAX];
        for (at, &source) in sources.iter().enumerate() {
            let recorded = word(HASH, GRANTS, source, SearchScope::TooShort);
            let known = sources.map(|source| of(recorded, HASH, GRANTS, source).is_some());
            assert_eq!(known, std::array::from_fn(|other| other >= at), "{source}");
        }
    }

    #[test]
    fn no_cell_is_taken_for_another_wherever_it_stands() {
        let mut cache = RecordedCache::new();
        for grants in (0..16).map(Grants) {
            assert_eq!(cache.scope(HASH, grants, 7), None);
            cache.remember(HASH, grants, 7, SearchScope::WholeCells);
            assert_eq!(cache.scope(HASH, grants, 7), Some(SearchScope::WholeCells));
            for bit in 0..64 {
                assert_eq!(cache.scope(HASH ^ 1 << bit, grants, 7), None, "{bit}");
            }
        }
        let known = |grants| cache.scope(HASH, grants, 7).is_some();
        assert!((0..16).map(Grants).all(known), "one slot for two grants");
        let other = HASH ^ SLOTS as u64;
        cache.remember(other, GRANTS, 7, SearchScope::Anywhere);
        assert_eq!(
            cache.scope(HASH, GRANTS, 7),
            None,
            "the next one takes the slot"
        );
        assert_eq!(cache.scope(other, GRANTS, 7), Some(SearchScope::Anywhere));
    }
}
