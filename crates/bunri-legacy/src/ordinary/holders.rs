//! Who holds the name at a point in one of its periods: the same person in every table that names them.

use crate::names::{GIVEN, SURNAMES};
use crate::point::{Period, Point};

/// Surname, given name and their readings.
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) kana: String,
}

pub(crate) fn holder(point: &Point, period: &Period) -> Person {
    let question = 100 + 10 * period.no.unsigned_abs();
    let (surname, surname_kana) = point.dice.pick(question, &SURNAMES);
    let (given, given_kana) = point.dice.pick(question + 1, &GIVEN);
    Person {
        name: format!("{surname}　{given}"),
        kana: format!("{surname_kana}　{given_kana}"),
    }
}
