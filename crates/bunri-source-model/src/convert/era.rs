//! Days by the years of an era, as mainframes and people write them. A day that its era does not have (`H32.03.31`) is
//! never moved into the next era in silence: the catalogue says whether years are counted on.

use bunri_types::{EraForm, EraYears};

use super::calendar::{day_of, number};
use super::{Cell, Misfit};
use crate::model::SourceValue;

struct Era {
    letter: u8,
    digit: u8,
    name: &'static str,
    /// Its year 1.
    first_year: i64,
    /// Year, month, day; both are days of the era.
    first: [i64; 3],
    last: [i64; 3],
}

/// The calendar of Meiji before 1873 was another one. The day on which an emperor died is of both eras.
const ERAS: [Era; 5] = [
    Era {
        letter: b'M',
        digit: b'1',
        name: "明治",
        first_year: 1868,
        first: [1873, 1, 1],
        last: [1912, 7, 30],
    },
    Era {
        letter: b'T',
        digit: b'2',
        name: "大正",
        first_year: 1912,
        first: [1912, 7, 30],
        last: [1926, 12, 25],
    },
    Era {
        letter: b'S',
        digit: b'3',
        name: "昭和",
        first_year: 1926,
        first: [1926, 12, 25],
        last: [1989, 1, 7],
    },
    Era {
        letter: b'H',
        digit: b'4',
        name: "平成",
        first_year: 1989,
        first: [1989, 1, 8],
        last: [2019, 4, 30],
    },
    Era {
        letter: b'R',
        digit: b'5',
        name: "令和",
        first_year: 2019,
        first: [2019, 5, 1],
        last: [9999, 12, 31],
    },
];

/// An era, and year, month and day as written.
type EraDay = (&'static Era, [i64; 3]);

/// Reads a day of an era, in days since 1970-01-01.
pub(super) fn date(value: SourceValue<'_>, form: EraForm, years: EraYears) -> Cell<i32> {
    let written = match (value, form) {
        (SourceValue::Null, _) => return Ok(None),
        (SourceValue::Text(text) | SourceValue::Untyped(text), EraForm::Dotted) => dotted(text),
        (SourceValue::Text(text) | SourceValue::Untyped(text), EraForm::Compact) => compact(text),
        (SourceValue::Text(text) | SourceValue::Untyped(text), EraForm::Kanji) => kanji(text),
        (SourceValue::Integer(number), EraForm::Compact) => compact(number.to_string().as_bytes()),
        (SourceValue::Integer(_), EraForm::Dotted | EraForm::Kanji)
        | (
            SourceValue::Real(_)
            | SourceValue::Decimal(_)
            | SourceValue::Blob(_)
            | SourceValue::Undecodable(_),
            _,
        ) => None,
    };
    let (era, [year, month, day]) = written.ok_or(Misfit::Date)?;
    if year == 0 {
        return Err(Misfit::Date);
    }
    let whole = [era.first_year + year - 1, month, day];
    let date = day_of(whole[0], month, day).ok_or(Misfit::Date)?;
    match years {
        // Lists compare as the days do.
        EraYears::Strict if whole < era.first || era.last < whole => Err(Misfit::Era),
        EraYears::Strict | EraYears::Continued => Ok(Some(date)),
    }
}

fn by_sign(sign: u8) -> Option<&'static Era> {
    ERAS.iter()
        .find(|era| era.letter == sign || era.digit == sign)
}

fn dotted(text: &[u8]) -> Option<EraDay> {
    let [sign, rest @ ..] = text else { return None };
    if rest.len() != 8 || rest[2] != b'.' || rest[5] != b'.' {
        return None;
    }
    let parts = [
        number(&rest[..2])?,
        number(&rest[3..5])?,
        number(&rest[6..])?,
    ];
    Some((by_sign(*sign)?, parts))
}

fn compact(text: &[u8]) -> Option<EraDay> {
    let [sign, rest @ ..] = text else { return None };
    if rest.len() != 6 {
        return None;
    }
    let parts = [
        number(&rest[..2])?,
        number(&rest[2..4])?,
        number(&rest[4..])?,
    ];
    Some((by_sign(*sign)?, parts))
}

/// `令和8年4月1日`; the first year may be `元`.
fn kanji(text: &[u8]) -> Option<EraDay> {
    let text = std::str::from_utf8(text).ok()?;
    let (era, rest) = ERAS
        .iter()
        .find_map(|era| Some((era, text.strip_prefix(era.name)?)))?;
    let (year, rest) = rest.split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    let day = rest.strip_suffix('日')?;
    let short = |digits: &str| {
        let fits = (1..=2).contains(&digits.len());
        fits.then(|| number(digits.as_bytes())).flatten()
    };
    let year = if year == "元" { 1 } else { short(year)? };
    Some((era, [year, short(month)?, short(day)?]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, form: EraForm, years: EraYears) -> Cell<i32> {
        date(SourceValue::Text(text.as_bytes()), form, years)
    }

    #[test]
    fn days_of_an_era_in_every_form() {
        let new_year = day_of(2026, 4, 1);
        for (text, form) in [
            ("R08.04.01", EraForm::Dotted),
            ("508.04.01", EraForm::Dotted),
            ("R080401", EraForm::Compact),
            ("5080401", EraForm::Compact),
            ("令和8年4月1日", EraForm::Kanji),
            ("令和08年04月01日", EraForm::Kanji),
        ] {
            assert_eq!(read(text, form, EraYears::Strict), Ok(new_year), "{text}");
        }
        let number = date(
            SourceValue::Integer(5_080_401),
            EraForm::Compact,
            EraYears::Strict,
        );
        assert_eq!(number, Ok(new_year));
        let first = read("令和元年5月1日", EraForm::Kanji, EraYears::Strict);
        assert_eq!(first, Ok(day_of(2019, 5, 1)));
    }

    #[test]
    fn an_era_has_its_own_days_unless_its_years_are_counted_on() {
        for (text, day) in [
            ("H31.04.30", day_of(2019, 4, 30)),
            ("R01.05.01", day_of(2019, 5, 1)),
            ("S64.01.07", day_of(1989, 1, 7)),
            ("H01.01.08", day_of(1989, 1, 8)),
            ("S01.12.25", day_of(1926, 12, 25)),
            ("T15.12.25", day_of(1926, 12, 25)),
        ] {
            assert_eq!(
                read(text, EraForm::Dotted, EraYears::Strict),
                Ok(day),
                "{text}"
            );
        }
        for (text, day) in [
            ("H32.03.31", day_of(2020, 3, 31)),
            ("H31.05.01", day_of(2019, 5, 1)),
            ("R01.04.30", day_of(2019, 4, 30)),
            ("S64.01.08", day_of(1989, 1, 8)),
            ("M05.12.31", day_of(1872, 12, 31)),
        ] {
            let strict = read(text, EraForm::Dotted, EraYears::Strict);
            assert_eq!(strict, Err(Misfit::Era), "{text}");
            assert_eq!(
                read(text, EraForm::Dotted, EraYears::Continued),
                Ok(day),
                "{text}"
            );
        }
    }

    #[test]
    fn what_no_era_has() {
        for (text, form) in [
            ("H00.04.01", EraForm::Dotted),
            ("H28.02.30", EraForm::Dotted),
            ("X28.02.01", EraForm::Dotted),
            ("h28.02.01", EraForm::Dotted),
            ("H28/02/01", EraForm::Dotted),
            ("H8.02.01", EraForm::Dotted),
            ("6080401", EraForm::Compact),
            ("99999999", EraForm::Compact),
            ("令和8年4月1", EraForm::Kanji),
            ("令和年4月1日", EraForm::Kanji),
            ("令和108年4月1日", EraForm::Kanji),
            ("令和８年4月1日", EraForm::Kanji),
            ("", EraForm::Kanji),
        ] {
            assert_eq!(
                read(text, form, EraYears::Continued),
                Err(Misfit::Date),
                "{text}"
            );
        }
    }
}
