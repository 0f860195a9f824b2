//! Supply points: whose each was on every day, by the ledger of supply periods; where it lies; and which requests to switch it the
//! incumbent retailer made. Held in memory, up to a declared number of facts.

use std::collections::HashMap;

use crate::hash::RandomState;
use bunri_types::Day;

use crate::error::AccessError;
use crate::time::{Instant, japan_day};

/// Whose a point was on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// The incumbent retailer's.
    Own,
    /// Somebody else's, or nobody's: the operator serves it.
    Other,
    /// The ledger says what nobody can decide.
    Undecided,
    /// The ledger has the point and says nothing of the day.
    NoPeriod,
}

/// Days with one ownership, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Period {
    first: Day,
    last: Day,
    ownership: Ownership,
}

/// A point's number in sixteen bytes: a number of up to 36 digits or a text of up to 15 bytes is itself, anything longer is looked up
/// beside. Never a hash, so that no two points are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PointKey(u128);

impl PointKey {
    /// Packs a point's number; [`None`] if it is longer than that.
    #[must_use]
    pub fn of(text: &[u8]) -> Option<Self> {
        // The highest byte tells how long the text is and which of the two it is.
        let tag = (text.len() as u128) << 121;
        if text.len() <= 36 && !text.is_empty() {
            let mut number: u128 = 0;
            let mut all = true;
            // Eighteen digits at a time fit in a word, whose arithmetic is cheaper.
            for chunk in text.chunks(18) {
                let mut part: u64 = 0;
                let mut scale: u64 = 1;
                for byte in chunk {
                    let digit = byte.wrapping_sub(b'0');
                    all &= digit <= 9;
                    part = part.wrapping_mul(10).wrapping_add(u64::from(digit));
                    scale = scale.wrapping_mul(10);
                }
                number = number.wrapping_mul(u128::from(scale)) + u128::from(part);
            }
            if all {
                return Some(Self(tag | number));
            }
        }
        if text.len() > 15 {
            return None;
        }
        let mut bytes = [0; 16];
        bytes[1..=text.len()].copy_from_slice(text);
        Some(Self(1 << 120 | tag | u128::from_be_bytes(bytes)))
    }
}

/// What is known of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Point {
    periods: (u32, u32),
    requests: (u32, u32),
    pub(crate) area: Option<u32>,
}

/// All points.
#[derive(Debug, Default)]
pub struct Points {
    points: HashMap<PointKey, Point, RandomState>,
    /// Numbers that are longer than a key.
    long: HashMap<Box<[u8]>, Point, RandomState>,
    periods: Vec<Period>,
    requests: Vec<Instant>,
}

/// Points, while their facts come in any order.
#[derive(Debug)]
pub struct PointsBuilder {
    periods: Vec<(Name, Period)>,
    requests: Vec<(Name, Instant)>,
    areas: Vec<(Name, u32)>,
    most: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Name {
    Short(PointKey),
    Long(Box<[u8]>),
}

impl Name {
    fn of(text: &str) -> Self {
        let text = text.as_bytes();
        PointKey::of(text).map_or_else(|| Self::Long(text.into()), Self::Short)
    }
}

impl PointsBuilder {
    /// No more than so many facts are held.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            periods: Vec::new(),
            requests: Vec::new(),
            areas: Vec::new(),
            most,
        }
    }

    fn held(&self) -> Result<(), AccessError> {
        let held = self.periods.len() + self.requests.len() + self.areas.len();
        if held < self.most {
            return Ok(());
        }
        Err(AccessError::Bound {
            what: "supply periods, areas and switching requests of points",
            most: self.most,
        })
    }

    /// Whose a point was on these days, both included. Days of one point do not overlap.
    ///
    /// # Errors
    /// More facts than may be held.
    pub fn period(
        &mut self,
        point: &str,
        first: Day,
        last: Day,
        ownership: Ownership,
    ) -> Result<(), AccessError> {
        self.held()?;
        let period = Period {
            first,
            last,
            ownership,
        };
        self.periods.push((Name::of(point), period));
        Ok(())
    }

    /// The incumbent retailer asked to switch the point. A request of which only the day is known was made at its end.
    ///
    /// # Errors
    /// More facts than may be held.
    pub fn request(&mut self, point: &str, at: Instant) -> Result<(), AccessError> {
        self.held()?;
        self.requests.push((Name::of(point), at));
        Ok(())
    }

    /// Where the point lies.
    ///
    /// # Errors
    /// More facts than may be held.
    pub fn area(&mut self, point: &str, area: u32) -> Result<(), AccessError> {
        self.held()?;
        self.areas.push((Name::of(point), area));
        Ok(())
    }

    /// All of it, by point.
    #[must_use]
    pub fn build(mut self) -> Points {
        self.periods
            .sort_unstable_by(|a, b| (&a.0, a.1.first).cmp(&(&b.0, b.1.first)));
        self.requests.sort_unstable();
        self.areas.sort_unstable();
        let mut points = Points::default();
        points.reserve(self.periods.len());
        for (name, period) in self.periods {
            let at = u32_of(points.periods.len());
            points.periods.push(period);
            let point = points.point(name);
            if point.periods.0 == point.periods.1 {
                point.periods = (at, at);
            }
            point.periods.1 += 1;
        }
        for (name, request) in self.requests {
            let at = u32_of(points.requests.len());
            points.requests.push(request);
            let point = points.point(name);
            if point.requests.0 == point.requests.1 {
                point.requests = (at, at);
            }
            point.requests.1 += 1;
        }
        for (name, area) in self.areas {
            points.point(name).area = Some(area);
        }
        points.points.shrink_to_fit();
        points
    }
}

fn u32_of(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

impl Points {
    fn reserve(&mut self, periods: usize) {
        self.periods.reserve(periods);
        self.points.reserve(periods / 2);
    }

    fn point(&mut self, name: Name) -> &mut Point {
        let none = Point {
            periods: (0, 0),
            requests: (0, 0),
            area: None,
        };
        match name {
            Name::Short(key) => self.points.entry(key).or_insert(none),
            Name::Long(text) => self.long.entry(text).or_insert(none),
        }
    }

    /// The point of this number.
    pub(crate) fn get(&self, text: &[u8]) -> Option<Point> {
        match PointKey::of(text) {
            Some(key) => self.points.get(&key).copied(),
            None => self.long.get(text).copied(),
        }
    }

    /// Whose it was on a day; [`None`]: the ledger does not have the point.
    pub(crate) fn on(&self, point: Point, day: Day) -> Option<Ownership> {
        let (begin, end) = point.periods;
        let periods = &self.periods[begin as usize..end as usize];
        if periods.is_empty() {
            return None;
        }
        let begun = periods.partition_point(|period| period.first <= day);
        let period = begun.checked_sub(1).map(|place| periods[place]);
        let of = period.filter(|period| period.last >= day);
        Some(of.map_or(Ownership::NoPeriod, |period| period.ownership))
    }

    /// Whether a request followed an instant within so many days.
    pub(crate) fn requested(&self, point: Point, after: Instant, days: Day) -> bool {
        let (begin, end) = point.requests;
        let requests = &self.requests[begin as usize..end as usize];
        let next = requests.partition_point(|request| *request < after);
        let within = |request: &Instant| japan_day(*request) - japan_day(after) <= days;
        requests.get(next).is_some_and(within)
    }

    /// Bytes that they take, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let table = size_of::<(PointKey, Point)>() + 1;
        self.points.capacity() * 8 / 7 * table
            + self.periods.len() * size_of::<Period>()
            + self.requests.len() * size_of::<Instant>()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;
    use crate::time::japan_midnight;

    #[test]
    fn no_two_numbers_are_one_point() {
        let texts = [
            "0",
            "00",
            "000",
            "1",
            "01",
            "A",
            "0A",
            "9012345678901234567890",
            "012345678901234567890",
            "999999999999999999999999999999999999",
            "099999999999999999999999999999999999",
            "",
            "ABCDEFGHIJKLMNO",
            "\u{1}",
            "\u{1}\u{1}",
            "1 ",
            " 1",
        ];
        let keys: BTreeSet<PointKey> = texts
            .iter()
            .filter_map(|it| PointKey::of(it.as_bytes()))
            .collect();
        assert_eq!(keys.len(), texts.len());
        assert_eq!(PointKey::of(b"ABCDEFGHIJKLMNOP"), None);
        assert_eq!(PointKey::of(&[b'9'; 37]), None);
    }

    #[test]
    fn a_point_is_whose_it_is_on_that_day() {
        let mut points = PointsBuilder::new(10);
        let long = "a number of more than fifteen bytes";
        for point in ["90", long] {
            points.period(point, 10, 19, Ownership::Own).unwrap();
            points.period(point, 20, 29, Ownership::Other).unwrap();
        }
        points.request("90", japan_midnight(25)).unwrap();
        points.area("77", 3).unwrap();
        let points = points.build();
        for point in ["90", long] {
            let point = points.get(point.as_bytes()).unwrap();
            let on = |day| points.on(point, day).unwrap();
            assert_eq!([9, 30].map(on), [Ownership::NoPeriod; 2]);
            assert_eq!(
                [10, 19, 20, 29].map(on),
                [
                    Ownership::Own,
                    Ownership::Own,
                    Ownership::Other,
                    Ownership::Other
                ]
            );
        }
        let point = points.get(b"90").unwrap();
        let midnight = japan_midnight(25);
        assert!(points.requested(point, midnight, 0));
        assert!(!points.requested(point, midnight + 1, 99));
        assert!(points.requested(point, midnight - 1, 1));
        assert!(!points.requested(point, midnight - 1, 0));
        assert_eq!(points.get(b"9"), None);
        let area = points.get(b"77").unwrap();
        assert_eq!((area.area, points.on(area, 20)), (Some(3), None));
    }

    #[test]
    fn more_than_may_be_held_is_refused() {
        let mut points = PointsBuilder::new(1);
        points.period("1", 0, 1, Ownership::Own).unwrap();
        let error = points.request("1", 0).unwrap_err();
        assert!(error.to_string().contains("more than 1"), "{error}");
    }
}
