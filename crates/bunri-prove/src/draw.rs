//! Numbers that look random and are a function of the seed and the question asked. Nothing depends on the order of the
//! questions, so leaving an edit out does not change what the others do: without that nothing could be bisected.

/// A place in a tree of questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// The place below this one that a word names.
    pub(crate) fn of(self, word: &str) -> Self {
        self.bytes(word.as_bytes())
    }

    /// The place below this one that some bytes name.
    pub(crate) fn bytes(self, bytes: &[u8]) -> Self {
        let mut first = [0; 8];
        first.copy_from_slice(&blake3::hash(bytes).as_bytes()[..8]);
        self.at(u64::from_le_bytes(first))
    }

    /// The place below this one with this number.
    pub(crate) fn at(self, number: u64) -> Self {
        Self(mix(self.0 ^ mix(number.wrapping_mul(0xd134_2543_de82_ef95))))
    }

    /// The number that stands here.
    pub(crate) fn number(self) -> u64 {
        self.0
    }

    /// A number below `bound`, which is small against 2^64.
    pub(crate) fn below(self, bound: u64) -> u64 {
        self.0 % bound.max(1)
    }

    /// One of the items, if there is one.
    pub(crate) fn pick<T>(self, items: &[T]) -> Option<&T> {
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        items.get(usize::try_from(self.below(count)).unwrap_or(usize::MAX))
    }
}

/// The finalizer of splitmix64: a bijection of 64 bits that spreads every bit over all others.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_one_answer_and_another_seed_another() {
        let answer = |seed| Draw::new(seed).of("meter").at(7).number();
        assert_eq!(answer(1), answer(1));
        assert_ne!(answer(1), answer(2));
        assert_eq!(Draw::new(1).pick::<u8>(&[]), None);
    }
}
