//! What the stores may know of a cell, and how far a value can be searched for.

use bunri_catalogue::Store;

/// The lower of retail's bits, which is the first of [`SEARCHED`].
const RETAIL: usize = 0;

/// The stores that are searched.
pub const SEARCHED: [Store; 2] = [Store::Retail, Store::Transmission];

/// How a store stands to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The store holds it, and nobody asked the ledger whose it is: a copy of somebody else's value looks the same. So it
    /// explains nothing, and is no secret either.
    Unvouched,
    /// The store may not know it.
    Withheld,
    /// The store may know it, wherever it finds it.
    Granted,
    /// The store holds a keyed hash in its place, which is worth nothing if any other cell says the number.
    Original,
}

/// How each store stands to a cell, two bits a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fate(pub(crate) u8);

impl Fate {
    /// No secret to anybody.
    pub const GRANTED_EVERYWHERE: Self = Self(0b1010);
    /// Of a row that is in no store.
    pub const WITHHELD_EVERYWHERE: Self = Self(0b0101);

    /// Of a cell, by what each store may hold.
    pub fn of(granted: impl Fn(Store) -> bool) -> Self {
        let bit = |(at, &store): (usize, &Store)| 1 << (2 * at + usize::from(granted(store)));
        Self(SEARCHED.iter().enumerate().map(bit).sum())
    }

    /// The fate of the original where retail gets a keyed hash instead (docs/rules.md, section 5).
    #[must_use]
    pub fn rekeyed(self) -> Self {
        Self(self.0 | 0b11 << RETAIL)
    }

    /// The fate of a cell that retail holds by a rule that does not ask the ledger (`all_retail`): whoever writes a list of his own
    /// may have written another retailer's customers on it.
    #[must_use]
    pub fn unvouched(self) -> Self {
        match self.standing(RETAIL / 2) {
            Standing::Granted => Self(self.0 & !(0b11 << RETAIL)),
            Standing::Unvouched | Standing::Withheld | Standing::Original => self,
        }
    }

    pub(crate) fn standing(self, store: usize) -> Standing {
        match self.0 >> (2 * store) & 0b11 {
            0b00 => Standing::Unvouched,
            0b01 => Standing::Withheld,
            0b10 => Standing::Granted,
            _ => Standing::Original,
        }
    }

    /// Whether its values are searched for in this store.
    pub(crate) fn withheld(self, store: usize) -> bool {
        match self.standing(store) {
            Standing::Withheld | Standing::Original => true,
            Standing::Unvouched | Standing::Granted => false,
        }
    }
}

/// How far a value can be searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worth {
    Anywhere,
    WholeCells,
    TooShort,
}

/// Cells by fate and by their worth; the last are those of a type that is not searched for.
#[derive(Debug, Default)]
pub(crate) struct Counts([[u64; 4]; 16]);

impl Counts {
    #[inline]
    pub(crate) fn add(&mut self, fate: Fate, worth: Option<Worth>, cells: u64) {
        let at = worth.map_or(3, |worth| worth as usize);
        self.0[usize::from(fate.0 & 15)][at] += cells;
    }

    /// Those that are withheld from one store: found anywhere, as whole cells only, too short, of another type.
    pub(crate) fn withheld(&self, store: usize) -> [u64; 4] {
        let mut withheld = [0; 4];
        for (fate, counts) in (0..).zip(&self.0) {
            if Fate(fate).withheld(store) {
                let sums = withheld.iter_mut().zip(counts);
                sums.for_each(|(sum, count)| *sum += count);
            }
        }
        withheld
    }
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
        assert_eq!(fate.standing(retail), Standing::Original);
        assert_eq!(fate.standing(transmission), Standing::Granted);
        let fate = Fate::WITHHELD_EVERYWHERE.rekeyed();
        assert_eq!(fate.standing(retail), Standing::Original);
        assert_eq!(fate.standing(transmission), Standing::Withheld);
    }

    #[test]
    fn what_retail_holds_without_the_ledger_explains_nothing_there_and_hides_nothing() {
        let fate = Fate::GRANTED_EVERYWHERE.unvouched();
        let standings = [0, 1].map(|store| fate.standing(store));
        assert_eq!(standings, [Standing::Unvouched, Standing::Granted]);
        assert!(!fate.withheld(0));
        let withheld = Fate::WITHHELD_EVERYWHERE;
        assert_eq!(withheld.unvouched(), withheld);
    }

    #[test]
    fn withheld_cells_are_counted_by_store_and_by_what_becomes_of_them() {
        let (grid, sales) = (Fate(0b1001), Fate(0b0110));
        let mut counts = Counts::default();
        counts.add(Fate::GRANTED_EVERYWHERE, Some(Worth::Anywhere), 1);
        counts.add(Fate::WITHHELD_EVERYWHERE, Some(Worth::Anywhere), 1);
        counts.add(grid, Some(Worth::Anywhere), 2);
        counts.add(grid, Some(Worth::WholeCells), 10);
        counts.add(grid, Some(Worth::WholeCells), 10);
        counts.add(grid, Some(Worth::TooShort), 300);
        counts.add(grid, None, 4000);
        counts.add(sales, Some(Worth::TooShort), 50_000);
        assert_eq!(counts.withheld(0), [3, 20, 300, 4000]);
        assert_eq!(counts.withheld(1), [1, 0, 50_000, 0]);
    }
}
