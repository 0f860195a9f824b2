//! Bisection of rows that are in no slice.

use std::ops::Range;

/// The first of these numbers of which `before` does not hold, or their end; it holds of those in front of that and of no other,
/// as with [`slice::partition_point`].
pub fn partition_point(numbers: Range<usize>, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (numbers.start, numbers.end);
    while low < high {
        let middle = low.midpoint(high);
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_of_every_range_is_found() {
        for end in 0..9 {
            for start in 0..=end {
                for point in start..=end {
                    assert_eq!(partition_point(start..end, |number| number < point), point);
                }
            }
        }
    }
}
