//! What was recorded lately. Forgetting costs space and nothing else, so every place holds one cell, and the next one that
//! belongs there takes it.

use crate::fate::{Fate, Worth};

/// Values that are remembered as recorded, eight bytes each.
const PLACES: usize = 1 << 22;

/// Cells by name and fate.
pub(crate) struct Memory(Vec<Recorded>);

impl Memory {
    pub(crate) fn new() -> Self {
        Self(vec![Recorded::default(); PLACES])
    }

    /// Fetches what is known of many cells: the processor waits for many places of its memory as long as for one.
    pub(crate) fn fetch(&self, cells: impl Iterator<Item = (u64, Fate)>) {
        let fetched = cells.fold(0, |all, (name, fate)| all ^ self.0[place(name, fate)].0);
        std::hint::black_box(fetched);
    }

    /// What a cell is worth, if it was recorded with this fate and this column or one before it.
    #[inline]
    pub(crate) fn worth(&self, name: u64, fate: Fate, source: u16) -> Option<Worth> {
        self.0[place(name, fate)].of(name, fate, source)
    }

    pub(crate) fn remember(&mut self, name: u64, fate: Fate, source: u16, worth: Worth) {
        self.0[place(name, fate)] = Recorded::new(name, fate, source, worth);
    }
}

/// What was recorded lately, in one word: the upper 42 bits of the cell's name (the lower 22 say where it stands), the
/// column, the fate, the worth.
#[derive(Clone, Copy, Default)]
struct Recorded(u64);

impl Recorded {
    const SOURCE: u32 = 6;
    const FATE: u32 = 2;

    fn new(cell: u64, fate: Fate, source: u16, worth: Worth) -> Self {
        let name = cell & !(PLACES as u64 - 1);
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

/// Where a cell of this name and fate stands.
#[inline]
fn place(name: u64, fate: Fate) -> usize {
    (name as usize ^ usize::from(fate.0).wrapping_mul(0x9e37)) % PLACES
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const NAME: u64 = 0x0123_4567_89ab_cdef;
    const FATE: Fate = Fate::WITHHELD_EVERYWHERE;

    #[test]
    fn a_cell_is_known_by_every_bit_of_its_name_that_its_place_does_not_tell() {
        for worth in [Worth::Anywhere, Worth::WholeCells, Worth::TooShort] {
            let recorded = Recorded::new(NAME, FATE, 7, worth);
            assert_eq!(recorded.of(NAME, FATE, 7), Some(worth));
            for bit in PLACES.trailing_zeros()..64 {
                assert_eq!(recorded.of(NAME ^ 1 << bit, FATE, 7), None, "{bit}");
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
            let recorded = Recorded::new(NAME, one, 7, Worth::Anywhere);
            assert_eq!(recorded.of(NAME, other, 7).is_some(), one == other);
        }
    }

    #[test]
    fn a_cell_is_known_from_the_column_on_that_it_was_recorded_with() {
        let sources = [0, 1, 2, 255, 256, u16::MAX - 1, u16::MAX];
        for (at, &source) in sources.iter().enumerate() {
            let recorded = Recorded::new(NAME, FATE, source, Worth::TooShort);
            let known = sources.map(|source| recorded.of(NAME, FATE, source).is_some());
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
