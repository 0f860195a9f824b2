//! Numbers that look random and are a function of the seed, the point and the question asked (splitmix64).
//! Nothing depends on the order of the questions, so every table can be made alone and in any order.

/// The random numbers of one supply point.
#[derive(Debug, Clone, Copy)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// Of a point of a sample.
    #[must_use]
    pub fn new(seed: u64, index: u64) -> Self {
        Dice {
            state: mix(seed ^ mix(index.wrapping_add(0x9e37_79b9_7f4a_7c15))),
        }
    }

    /// The number that answers this question; the same each time it is asked.
    #[must_use]
    pub fn roll(self, question: u64) -> u64 {
        mix(self.state ^ mix(question.wrapping_mul(0xd134_2543_de82_ef95)))
    }

    /// A number below `bound` (which is small against 2^64, so the bias does not matter here).
    #[must_use]
    pub fn below(self, question: u64, bound: u64) -> u64 {
        self.roll(question) % bound.max(1)
    }

    /// A number in `low..=high`.
    #[must_use]
    pub fn between(self, question: u64, low: i64, high: i64) -> i64 {
        let width = high.saturating_sub(low).max(0).unsigned_abs() + 1;
        low.saturating_add(i64::try_from(self.below(question, width)).unwrap_or(0))
    }

    /// One of the items.
    #[must_use]
    pub fn pick<T: Copy>(self, question: u64, items: &[T]) -> T {
        let count = u64::try_from(items.len()).unwrap_or(1);
        items[usize::try_from(self.below(question, count)).unwrap_or(0)]
    }
}

/// The finalizer of splitmix64: a bijection of 64 bits that spreads every bit over all others.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Puts the items in an order that only the seed decides.
pub fn shuffle<T>(items: &mut [T], dice: Dice) {
    for last in (1..items.len()).rev() {
        let bound = u64::try_from(last).unwrap_or(u64::MAX - 1) + 1;
        let other = usize::try_from(dice.below(bound, bound)).unwrap_or(0);
        items.swap(last, other);
    }
}
