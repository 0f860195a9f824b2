//! The points of the main sample, as far as the security system and its log speak of them: the ordinary ones, whose ledger is clean.

use bunri_legacy::names::OWN;
use bunri_legacy::ordinary::{requests_of, town};
use bunri_legacy::point::Point;
use jiff::civil::{Date, date};

use crate::story;

/// The towns of each office, by how they begin.
const OFFICES: [(&str, &str); 6] = [
    ("甲野県乙原市", "乙原営業所"),
    ("甲野県丙川市", "丙川営業所"),
    ("甲野県丁山市", "丁山営業所"),
    ("甲野県戊島村", "戊島営業所"),
    ("甲野県己田郡", "己田営業所"),
    ("甲野県辛見市", "辛見営業所"),
];

/// Since then the log speaks of points.
const SINCE: Date = date(2023, 12, 1);

/// The ordinary points of a sample.
pub(crate) struct Points {
    all: Vec<Point>,
}

impl Points {
    pub(crate) fn new(seed: u64, points: u64) -> Self {
        let all = (story::count()..points)
            .map(|index| Point::ordinary(seed, index))
            .collect();
        Self { all }
    }

    /// Points that the incumbent supplies on every day of the log, in their order.
    pub(crate) fn own(&self) -> Vec<&Point> {
        self.lasting(|point| {
            point
                .periods
                .iter()
                .all(|period| period.until < SINCE || period.is_own())
        })
    }

    /// Points that competitors supply on every day of the log and after it.
    pub(crate) fn others(&self) -> Vec<&Point> {
        self.lasting(|point| {
            point
                .periods
                .iter()
                .all(|period| period.until < SINCE || (period.code != OWN && !period.is_vacant()))
        })
    }

    fn lasting(&self, is: impl Fn(&Point) -> bool) -> Vec<&Point> {
        self.all
            .iter()
            .filter(|point| point.period_on(SINCE).is_some() && is(point))
            .collect()
    }

    /// In which office's area each point lies.
    pub(crate) fn offices(&self) -> impl Iterator<Item = Vec<Option<String>>> {
        self.all
            .iter()
            .map(|point| vec![Some(point.id.clone()), Some(office(point).to_owned())])
    }

    /// Every request to switch: day, point, retailer.
    pub(crate) fn requests(&self) -> Vec<[String; 3]> {
        let of_point = |point: &Point| -> Vec<[String; 3]> {
            let request =
                |(day, code): (Date, &str)| [day.to_string(), point.id.clone(), code.to_owned()];
            requests_of(point).map(request).collect()
        };
        self.all.iter().flat_map(of_point).collect()
    }
}

/// The office of a point's town.
pub(crate) fn office(point: &Point) -> &'static str {
    let town = town(point);
    OFFICES
        .iter()
        .find(|(begin, _)| town.starts_with(begin))
        .map_or("甲野本店", |(_, office)| office)
}
