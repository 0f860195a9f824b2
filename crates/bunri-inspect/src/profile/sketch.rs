//! The smallest numbers of a column's values: how many values are distinct, and a fair sample of them to try elsewhere. The
//! smallest of well-mixed numbers are drawn from all of them alike, so two columns of the same values keep the same sample.

use std::collections::BTreeSet;

use serde::Serialize;

/// So many are kept: an estimate is off by about one in twenty-two.
const KEPT: usize = 512;

/// The sketch of one column, or of several together.
#[derive(Debug, Default, Clone)]
pub(crate) struct Sketch {
    smallest: BTreeSet<u64>,
    /// The largest that is kept, once there are enough.
    limit: Option<u64>,
    /// Whether some distinct number was left out.
    more: bool,
}

/// How many distinct values there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Distinct {
    /// How many, but for NULL.
    pub values: u64,
    /// Whether that is an estimate.
    pub estimated: bool,
}

impl Sketch {
    pub(crate) fn take(&mut self, number: u64) {
        match self.limit {
            None => {
                self.smallest.insert(number);
                if self.smallest.len() == KEPT {
                    self.limit = self.smallest.last().copied();
                }
            }
            Some(limit) if number < limit => {
                if self.smallest.insert(number) {
                    self.smallest.pop_last();
                    self.limit = self.smallest.last().copied();
                    self.more = true;
                }
            }
            Some(limit) => self.more |= number > limit,
        }
    }

    pub(crate) fn distinct(&self) -> Distinct {
        let kept = self.smallest.len() as u64;
        let Some(limit) = self.limit.filter(|_| self.more) else {
            return Distinct {
                values: kept,
                estimated: false,
            };
        };
        let values = u128::from(kept - 1) * (u128::from(u64::MAX) + 1) / u128::from(limit.max(1));
        Distinct {
            values: u64::try_from(values).unwrap_or(u64::MAX),
            estimated: true,
        }
    }

    /// The sample, ascending.
    pub(crate) fn sample(&self) -> impl Iterator<Item = u64> {
        self.smallest.iter().copied()
    }

    /// Whether this number is one of the column's, where that is known: of numbers beyond the sample it is not.
    pub(crate) fn holds(&self, number: u64) -> Option<bool> {
        let known = !self.more || self.limit.is_some_and(|limit| number <= limit);
        known.then(|| self.smallest.contains(&number))
    }
}

#[cfg(test)]
mod tests {
    use bunri_source::SourceValue;

    use super::super::hashing::of_value;
    use super::*;

    fn of(numbers: std::ops::Range<i64>) -> Sketch {
        let mut sketch = Sketch::default();
        for number in numbers.clone().chain(numbers) {
            sketch.take(of_value(SourceValue::Integer(number)).unwrap_or_default());
        }
        sketch
    }

    #[test]
    fn few_values_are_counted_and_many_estimated() {
        let few = of(0..512).distinct();
        assert_eq!((few.values, few.estimated), (512, false));
        let many = of(0..100_000).distinct();
        assert!(many.estimated);
        assert!((85_000..115_000).contains(&many.values), "{many:?}");
    }

    #[test]
    fn a_sample_is_found_in_who_holds_it() {
        let (all, part, other) = (of(0..50_000), of(0..20_000), of(60_000..80_000));
        let shared = |sketch: &Sketch| {
            let known: Vec<bool> = sketch.sample().filter_map(|it| all.holds(it)).collect();
            let found = known.iter().filter(|found| **found).count();
            (known.len(), found)
        };
        let (known, found) = shared(&part);
        assert!(known > 100 && found == known, "{known} {found}");
        let (known, found) = shared(&other);
        assert!(known > 100 && found == 0, "{known} {found}");
    }
}
