//! What was recorded lately. Forgetting costs space and nothing else, so every place holds one cell, and the next one that
//! belongs there takes it.

use crate::fate::{Fate, Worth};

/// Values that are remembered as recorded, eight bytes each.
const PLACES: usize = 1 << 22;

/// Where the column and the fate stand in a word; above them the bits of the cell's hash that its place does not tell, below them
/// the worth.
const SOURCE: u32 = 6;
const FATE: u32 = 2;

/// A word for each place.
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
