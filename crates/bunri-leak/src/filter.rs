//! Is this name among them? A compact filter answers at every position of every text, and once in 65,536 times it says
//! yes for no reason; what it lets through is looked up in the sorted file.
//!
//! Names come in ascending order, so a filter is built in shards of a bounded number of names: building takes many times
//! what the filter itself takes. The shards leave no trace in what is found.

use bunri_spelling::LONGEST;
use xorf::{BinaryFuse16, Filter as _};

/// Fewer names than this are kept as they are.
const FEW: usize = 64;
/// What building a shard takes, in bytes for each name.
const BUILDING: usize = 48;
/// As many values share a rare length.
const RARE: usize = 256;

#[derive(Default)]
pub(crate) struct Filter {
    shards: Vec<(u64, Shard)>,
}

enum Shard {
    Few(Vec<u64>),
    Many(BinaryFuse16),
}

/// Takes names in ascending order.
pub(crate) struct FilterBuilder {
    filter: Filter,
    names: Vec<u64>,
    most: usize,
}

impl FilterBuilder {
    pub(crate) fn new(budget: usize) -> Self {
        Self {
            filter: Filter::default(),
            names: Vec::new(),
            most: (budget / BUILDING).max(FEW * 4),
        }
    }

    pub(crate) fn push(&mut self, name: u64) {
        if self.names.last() != Some(&name) {
            if self.names.len() == self.most {
                self.close();
            }
            self.names.push(name);
        }
    }

    fn close(&mut self) {
        let names = std::mem::take(&mut self.names);
        let Some(&first) = names.first() else {
            return;
        };
        let shard = if names.len() < FEW {
            Shard::Few(names)
        } else {
            // Building can fail by bad luck; a sorted list is always right.
            BinaryFuse16::try_from(&names).map_or(Shard::Few(names), Shard::Many)
        };
        self.filter.shards.push((first, shard));
    }

    pub(crate) fn finish(mut self) -> Filter {
        self.close();
        self.filter
    }
}

impl Filter {
    #[inline]
    pub(crate) fn may_hold(&self, name: u64) -> bool {
        let after = self.shards.partition_point(|(first, _)| *first <= name);
        let Some((_, shard)) = after.checked_sub(1).and_then(|at| self.shards.get(at)) else {
            return false;
        };
        match shard {
            Shard::Few(names) => names.binary_search(&name).is_ok(),
            Shard::Many(filter) => filter.contains(&name),
        }
    }

    /// Goes on with another filter, whose names are all greater.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.shards.append(&mut other.shards);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.shards.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn shards(&self) -> usize {
        self.shards.len()
    }
}

/// Names of the values whose length few values share: a list that stays near the processor, to be asked before the filter.
pub(crate) struct Rare([Option<Vec<u64>>; LONGEST + 1]);

impl Default for Rare {
    fn default() -> Self {
        Self([const { Some(Vec::new()) }; LONGEST + 1])
    }
}

impl Rare {
    /// Names that come in ascending order, those of the longest values included.
    pub(crate) fn push(&mut self, length: usize, name: u64) {
        let names = &mut self.0[length.min(LONGEST)];
        match names {
            Some(few) if few.len() < RARE => few.push(name),
            _ => *names = None,
        }
    }

    /// Goes on with the names of others, all of them greater.
    pub(crate) fn append(&mut self, others: Self) {
        for (names, more) in self.0.iter_mut().zip(others.0) {
            *names = match (names.take(), more) {
                (Some(few), Some(more)) if few.len() + more.len() <= RARE => {
                    Some([few, more].concat())
                }
                _ => None,
            };
        }
    }

    /// Whether the filter need be asked.
    #[inline]
    pub(crate) fn may_hold(&self, length: usize, name: u64) -> bool {
        let names = self.0[length.min(LONGEST)].as_ref();
        names.is_none_or(|few| few.binary_search(&name).is_ok())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn every_name_is_found_in_however_many_shards() {
        let mut names: Vec<u64> = (1..5000_u64)
            .map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
            .collect();
        names.sort_unstable();
        let others = |filter: &Filter| {
            (1..100_000_u64)
                .filter(|number| filter.may_hold(number.wrapping_mul(0xd6e8_feb8_6659_fd93)))
                .count()
        };
        for budget in [0, 40_000, 1 << 30] {
            let mut builder = FilterBuilder::new(budget);
            names.iter().for_each(|&name| builder.push(name));
            let filter = builder.finish();
            assert!(names.iter().all(|&name| filter.may_hold(name)));
            assert!(others(&filter) < 50, "the filter lets too much through");
            assert_eq!(filter.shards() > 1, budget < 1 << 20);
            let (few, many) = names.split_at(900);
            let [mut filter, rest] = [few, many].map(|names| {
                let mut builder = FilterBuilder::new(budget);
                names.iter().for_each(|&name| builder.push(name));
                builder.finish()
            });
            filter.append(rest);
            assert!(names.iter().all(|&name| filter.may_hold(name)));
            assert!(others(&filter) < 50, "the filter lets too much through");
        }
    }

    #[test]
    fn of_a_rare_length_every_name_is_known_and_of_another_none_is_denied() {
        let mut rare = Rare::default();
        (0..RARE as u64).for_each(|name| rare.push(22, name * 2));
        (0..=RARE as u64).for_each(|name| rare.push(11, name * 2));
        assert!((0..RARE as u64).all(|name| rare.may_hold(22, name * 2)));
        assert!(!rare.may_hold(22, 1) && !rare.may_hold(21, 2));
        assert!(rare.may_hold(11, 1) && rare.may_hold(11, 2));
        let mut more = Rare::default();
        more.push(21, 2);
        more.push(22, 1000);
        rare.append(more);
        assert!(rare.may_hold(21, 2) && !rare.may_hold(21, 1));
        assert!(rare.may_hold(22, 1) && rare.may_hold(11, 1));
    }
}
