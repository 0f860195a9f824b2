//! Is this hash among them? A binary fuse filter answers, and once in 65,536 times it says yes for no reason; what it lets
//! through is looked up in the sorted file. Before it stand lists of the values of rare lengths.

use bunri_spelling::LONGEST;
use xorf::{BinaryFuse16, Filter as _};

/// Fewer hashes than this are kept as they are.
const FEW: usize = 64;
/// As many values share a rare length.
const RARE: usize = 256;

/// The hashes of one partition of the values.
pub(crate) enum Filter {
    Few(Vec<u64>),
    Many(BinaryFuse16),
}

impl Filter {
    /// Of hashes in ascending order, each once.
    pub(crate) fn new(hashes: Vec<u64>) -> Self {
        if hashes.len() < FEW {
            return Self::Few(hashes);
        }
        // Building can fail by bad luck; a sorted list is always right.
        BinaryFuse16::try_from(&hashes).map_or(Self::Few(hashes), Self::Many)
    }

    #[inline]
    pub(crate) fn may_hold(&self, hash: u64) -> bool {
        match self {
            Self::Few(hashes) => hashes.binary_search(&hash).is_ok(),
            Self::Many(filter) => filter.contains(&hash),
        }
    }
}

/// Hashes of the values whose length few values share: lists that stay near the processor, to be asked before the filter.
pub(crate) struct Rare([Option<Vec<u64>>; LONGEST + 1]);

impl Default for Rare {
    fn default() -> Self {
        Self([const { Some(Vec::new()) }; LONGEST + 1])
    }
}

impl Rare {
    /// Hashes that come in ascending order, those of the longest values included.
    pub(crate) fn push(&mut self, length: usize, hash: u64) {
        let hashes = &mut self.0[length.min(LONGEST)];
        match hashes {
            Some(few) if few.len() < RARE => few.push(hash),
            _ => *hashes = None,
        }
    }

    /// Goes on with others, all of them greater.
    pub(crate) fn append(&mut self, others: Self) {
        for (length, others) in others.0.into_iter().enumerate() {
            match others {
                Some(few) => few.into_iter().for_each(|hash| self.push(length, hash)),
                None => self.0[length] = None,
            }
        }
    }

    /// Whether the filter need be asked.
    #[inline]
    pub(crate) fn may_hold(&self, length: usize, hash: u64) -> bool {
        let hashes = self.0[length.min(LONGEST)].as_ref();
        hashes.is_none_or(|few| few.binary_search(&hash).is_ok())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn every_hash_is_found_in_however_many() {
        for count in [0, 1, 63, 64, 65, 5000] {
            let hash = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut hashes: Vec<u64> = (1..=count).map(hash).collect();
            hashes.sort_unstable();
            let filter = Filter::new(hashes.clone());
            assert_eq!(matches!(filter, Filter::Many(_)), count >= 64);
            assert!(hashes.iter().all(|&hash| filter.may_hold(hash)));
            let others = (1..100_000_u64)
                .filter(|number| filter.may_hold(number.wrapping_mul(0xd6e8_feb8_6659_fd93)));
            assert!(others.count() < 50, "the filter lets too much through");
        }
    }

    #[test]
    fn of_a_rare_length_every_hash_is_known_and_of_another_none_is_denied() {
        let mut rare = Rare::default();
        (0..RARE as u64).for_each(|hash| rare.push(22, hash * 2));
        (0..=RARE as u64).for_each(|hash| rare.push(11, hash * 2));
        assert!((0..RARE as u64).all(|hash| rare.may_hold(22, hash * 2)));
        assert!(!rare.may_hold(22, 1) && !rare.may_hold(21, 2));
        assert!(rare.may_hold(11, 1) && rare.may_hold(11, 2));
        let mut more = Rare::default();
        more.push(21, 2);
        more.push(22, 1000);
        rare.append(more);
        assert!(rare.may_hold(21, 2) && !rare.may_hold(21, 1));
        assert!(rare.may_hold(22, 1) && rare.may_hold(11, 1));
        let mut few = Rare::default();
        few.append(rare);
        assert!(few.may_hold(11, 1) && !few.may_hold(21, 1));
    }
}
