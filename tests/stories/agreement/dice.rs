//! Dice: a stream of numbers that is a function of its seed alone (SplitMix64), and the questions asked of it.

/// One stream.
#[derive(Debug, Clone)]
pub(super) struct Dice {
    state: u64,
    /// How many times rarer mishaps are than they could be.
    calm: usize,
}

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        let state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bf0_3635_dcb1_7a6f;
        let mut dice = Self { state, calm: 1 };
        dice.calm = *dice.pick(&[1, 3, 12]);
        dice
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 … `end` − 1.
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Both included.
    pub(super) fn between(&mut self, first: i64, last: i64) -> i64 {
        first + (self.next() % (last - first + 1).unsigned_abs()) as i64
    }

    /// True so many times in a hundred.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// As [`Dice::chance`], but rarer in calm worlds: where everything goes wrong, nothing is ever decided.
    pub(super) fn mishap(&mut self, percent: usize) -> bool {
        self.below(100 * self.calm) < percent
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// One of several, each as often as its weight says.
    pub(super) fn weighted<T: Copy>(&mut self, from: &[(usize, T)]) -> T {
        let mut at = self.below(from.iter().map(|(weight, _)| weight).sum());
        for (weight, item) in from {
            if at < *weight {
                return *item;
            }
            at -= weight;
        }
        from[0].1
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// So many different items, or all of them.
    pub(super) fn some<T: Clone>(&mut self, from: &[T], count: usize) -> Vec<T> {
        let mut items = from.to_vec();
        self.shuffle(&mut items);
        items.truncate(count);
        items
    }
}
