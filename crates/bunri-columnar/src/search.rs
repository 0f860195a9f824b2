//! Search in rows that are in no slice.

use std::ops::Range;

/// The first of these numbers of which `before` does not hold, or their end; it holds of those in front of that and of no other,
/// as with [`slice::partition_point`]. It is found by exponential search: who goes forward through ascending keys finds the next
/// one near the front, and a bisection of everything behind it would compare keys that are far away.
pub fn partition_point(numbers: Range<usize>, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (numbers.start, numbers.end);
    let mut step = 1;
    while high - low >= step {
        let probe = low + step - 1;
        if before(probe) {
            low = probe + 1;
            step *= 2;
        } else {
            high = probe;
        }
    }
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
