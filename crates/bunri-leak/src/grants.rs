//! What the stores may know of a cell, and how far a value can be searched for.

use bunri_catalogue::Store;
use bunri_spelling::weight;

/// The lower of retail's bits, which is the first of [`SEARCHED`].
const RETAIL: usize = 0;

/// The stores that are searched.
pub const SEARCHED: [Store; 2] = [Store::Retail, Store::Transmission];

/// What a store may do with a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
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

/// What each store may do with a cell, two bits a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Grants(pub(crate) u8);

impl Grants {
    /// No secret to anybody.
    pub const GRANTED_EVERYWHERE: Self = Self(0b1010);
    /// Of a row that is in no store.
    pub const WITHHELD_EVERYWHERE: Self = Self(0b0101);

    /// Of a cell, by what each store may hold.
    pub fn of(granted: impl Fn(Store) -> bool) -> Self {
        let bit = |(at, &store): (usize, &Store)| 1 << (2 * at + usize::from(granted(store)));
        Self(SEARCHED.iter().enumerate().map(bit).sum())
    }

    /// Those of the original where retail gets a keyed hash instead (docs/rules.md, section 5).
    #[must_use]
    pub fn rekeyed(self) -> Self {
        Self(self.0 | 0b11 << RETAIL)
    }

    /// Those of a cell that retail holds by a rule that does not ask the ledger (`all_retail`): whoever writes a list of his own
    /// may have written another retailer's customers on it.
    #[must_use]
    pub fn unvouched(self) -> Self {
        match self.access(RETAIL / 2) {
            Access::Granted => Self(self.0 & !(0b11 << RETAIL)),
            Access::Unvouched | Access::Withheld | Access::Original => self,
        }
    }

    pub(crate) fn access(self, store: usize) -> Access {
        match self.0 >> (2 * store) & 0b11 {
            0b00 => Access::Unvouched,
            0b01 => Access::Withheld,
            0b10 => Access::Granted,
            _ => Access::Original,
        }
    }

    /// Whether its values are searched for in this store.
    pub(crate) fn withheld(self, store: usize) -> bool {
        // Of a withheld cell and of an original.
        self.0 >> (2 * store) & 0b01 != 0
    }
}

/// A value of this weight is found where it is a whole cell.
const WHOLE: u32 = 200;
/// A value of this weight is found anywhere: nine digits, six Latin letters, five kana, three kanji.
pub(crate) const ANYWHERE: u32 = 280;

/// How far a value can be searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SearchScope {
    Anywhere,
    WholeCells,
    TooShort,
}

impl SearchScope {
    /// Of the loose form of a value.
    #[inline]
    pub(crate) fn of(loose: &[char]) -> Self {
        match weight(loose) {
            ANYWHERE.. => Self::Anywhere,
            WHOLE.. => Self::WholeCells,
            _ => Self::TooShort,
        }
    }
}

/// The cells that are withheld from each store: found anywhere, as whole cells only, too short, of a type that is not searched for.
#[derive(Debug, Default)]
pub(crate) struct WithheldCells(pub(crate) [[u64; 4]; SEARCHED.len()]);

impl WithheldCells {
    #[inline]
    pub(crate) fn add(&mut self, grants: Grants, scope: Option<SearchScope>, cells: u64) {
        let at = scope.map_or(3, |scope| scope as usize);
        for (store, withheld) in self.0.iter_mut().enumerate() {
            // No branch: it is asked of every cell.
            withheld[at] += u64::from(grants.withheld(store)) * cells;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn an_original_that_retail_gets_a_hash_of_is_withheld_from_retail_alone() {
        let grants = Grants::GRANTED_EVERYWHERE.rekeyed();
        let of = |store: Store| SEARCHED.iter().position(|other| *other == store).unwrap();
        let (retail, transmission) = (of(Store::Retail), of(Store::Transmission));
        assert_eq!(grants.access(retail), Access::Original);
        assert_eq!(grants.access(transmission), Access::Granted);
        let grants = Grants::WITHHELD_EVERYWHERE.rekeyed();
        assert_eq!(grants.access(retail), Access::Original);
        assert_eq!(grants.access(transmission), Access::Withheld);
    }

    #[test]
    fn what_retail_holds_without_the_ledger_explains_nothing_there_and_hides_nothing() {
        let grants = Grants::GRANTED_EVERYWHERE.unvouched();
        let accesses = [0, 1].map(|store| grants.access(store));
        assert_eq!(accesses, [Access::Unvouched, Access::Granted]);
        assert!(!grants.withheld(0));
        let withheld = Grants::WITHHELD_EVERYWHERE;
        assert_eq!(withheld.unvouched(), withheld);
    }

    #[test]
    fn withheld_is_what_a_store_may_not_know_and_what_it_holds_a_hash_of() {
        for (grants, store) in (0..16).flat_map(|bits| [(Grants(bits), 0), (Grants(bits), 1)]) {
            let expected = match grants.access(store) {
                Access::Withheld | Access::Original => true,
                Access::Unvouched | Access::Granted => false,
            };
            assert_eq!(grants.withheld(store), expected, "{grants:?}");
        }
    }

    #[test]
    fn withheld_cells_are_counted_by_store_and_by_what_becomes_of_them() {
        let (grid, sales) = (Grants(0b1001), Grants(0b0110));
        let mut counts = WithheldCells::default();
        counts.add(Grants::GRANTED_EVERYWHERE, Some(SearchScope::Anywhere), 1);
        counts.add(Grants::WITHHELD_EVERYWHERE, Some(SearchScope::Anywhere), 1);
        counts.add(grid, Some(SearchScope::Anywhere), 2);
        counts.add(grid, Some(SearchScope::WholeCells), 10);
        counts.add(grid, Some(SearchScope::WholeCells), 10);
        counts.add(grid, Some(SearchScope::TooShort), 300);
        counts.add(grid, None, 4000);
        counts.add(sales, Some(SearchScope::TooShort), 50_000);
        assert_eq!(counts.0, [[3, 20, 300, 4000], [1, 0, 50_000, 0]]);
    }
}
