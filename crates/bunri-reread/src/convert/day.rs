//! Days, in each of the forms that a catalogue can declare.

use bunri_types::{DateForm, EraForm, EraYears};

use super::Rule;
use super::calendar::{day, digits};

/// The eras that systems write: their letter, digit and name, the year before their first, and their first and last day. Days
/// of Meiji before 1873 went by another calendar, and no Gregorian day is theirs.
struct Era {
    letter: char,
    digit: char,
    name: &'static str,
    before: u32,
    first: (u32, u32, u32),
    last: Option<(u32, u32, u32)>,
}

const ERAS: [Era; 5] = [
    Era {
        letter: 'M',
        digit: '1',
        name: "明治",
        before: 1867,
        first: (1873, 1, 1),
        last: Some((1912, 7, 30)),
    },
    Era {
        letter: 'T',
        digit: '2',
        name: "大正",
        before: 1911,
        first: (1912, 7, 30),
        last: Some((1926, 12, 25)),
    },
    Era {
        letter: 'S',
        digit: '3',
        name: "昭和",
        before: 1925,
        first: (1926, 12, 25),
        last: Some((1989, 1, 7)),
    },
    Era {
        letter: 'H',
        digit: '4',
        name: "平成",
        before: 1988,
        first: (1989, 1, 8),
        last: Some((2019, 4, 30)),
    },
    Era {
        letter: 'R',
        digit: '5',
        name: "令和",
        before: 2018,
        first: (2019, 5, 1),
        last: None,
    },
];

/// The day that a text writes in this form.
pub(super) fn read(text: &str, form: DateForm) -> Result<i32, Rule> {
    let plain = match form {
        DateForm::Iso => parts(text, "-"),
        DateForm::Slashed => parts(text, "/"),
        DateForm::Compact => parts(text, ""),
        DateForm::IsoMidnight => midnight(text, "-"),
        DateForm::SlashedMidnight => midnight(text, "/"),
        DateForm::Era { form, years } => {
            let written = match form {
                EraForm::Dotted => lettered(text, "."),
                EraForm::Compact => lettered(text, ""),
                EraForm::Kanji => kanji(text),
            };
            return of_era(written.ok_or(Rule::NotADate)?, years);
        }
    };
    plain.ok_or(Rule::NotADate)
}

/// Year, month and day, and nothing behind.
fn parts(text: &str, between: &str) -> Option<i32> {
    let (day, behind) = date(text, between)?;
    behind.is_empty().then_some(day)
}

fn midnight(text: &str, between: &str) -> Option<i32> {
    let (day, behind) = date(text, between)?;
    (behind == " 00:00:00").then_some(day)
}

/// The day at the front of a text: four digits, two and two.
pub(super) fn date<'a>(text: &'a str, between: &str) -> Option<(i32, &'a str)> {
    let (year, behind) = digits(text, 4)?;
    let (month, behind) = digits(behind.strip_prefix(between)?, 2)?;
    let (of_month, behind) = digits(behind.strip_prefix(between)?, 2)?;
    Some((day(year, month, of_month)?, behind))
}

/// A year of an era, a month and a day.
struct OfEra {
    era: &'static Era,
    year: u32,
    month: u32,
    day: u32,
}

fn lettered(text: &str, between: &str) -> Option<OfEra> {
    let first = text.chars().next()?;
    let of = |era: &&Era| era.letter == first || era.digit == first;
    let era = ERAS.iter().find(of)?;
    let (year, behind) = digits(text.strip_prefix(first)?, 2)?;
    let (month, behind) = digits(behind.strip_prefix(between)?, 2)?;
    let (day, behind) = digits(behind.strip_prefix(between)?, 2)?;
    behind.is_empty().then_some(OfEra {
        era,
        year,
        month,
        day,
    })
}

fn kanji(text: &str) -> Option<OfEra> {
    let era = ERAS.iter().find(|era| text.starts_with(era.name))?;
    let (year, behind) = text.strip_prefix(era.name)?.split_once('年')?;
    let (month, behind) = behind.split_once('月')?;
    let (day, behind) = behind.split_once('日')?;
    let year = if year == "元" { 1 } else { one_or_two(year)? };
    behind.is_empty().then_some(OfEra {
        era,
        year,
        month: one_or_two(month)?,
        day: one_or_two(day)?,
    })
}

fn one_or_two(text: &str) -> Option<u32> {
    if text.len() > 2 {
        return None;
    }
    digits(text, text.len()).map(|(number, _)| number)
}

fn of_era(written: OfEra, years: EraYears) -> Result<i32, Rule> {
    let OfEra {
        era,
        year,
        month,
        day: of_month,
    } = written;
    if year == 0 {
        return Err(Rule::NotADate);
    }
    let there = day(era.before + year, month, of_month).ok_or(Rule::NotADate)?;
    let bound = |(year, month, of_month)| day(year, month, of_month);
    let early = bound(era.first).is_none_or(|first| there < first);
    let late = era.last.and_then(bound).is_some_and(|last| there > last);
    match years {
        EraYears::Strict if early || late => Err(Rule::OutsideItsEra),
        EraYears::Strict | EraYears::Continued => Ok(there),
    }
}
