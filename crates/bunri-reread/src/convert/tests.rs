//! Every type and every way of reading it: what fits, and which rule the rest breaks.
#![allow(clippy::unwrap_used)]

use bunri_types::{DATE_FORMS, EraYears, Moment, TruthWords};

use super::*;

fn text(text: &str) -> Raw<'_> {
    Raw::Text(Cow::Borrowed(text.as_bytes()))
}

#[track_caller]
fn gives(
    value_type: ValueType,
    reading: &ValueForm,
    raw: &Raw<'_>,
    expected: Result<Cell<'_>, Rule>,
) {
    assert_eq!(convert(value_type, reading, raw), expected, "{raw:?}");
}

#[track_caller]
fn breaks(value_type: ValueType, reading: &ValueForm, rule: Rule, raws: &[Raw<'_>]) {
    for raw in raws {
        gives(value_type, reading, raw, Err(rule));
    }
}

fn plain() -> ValueForm {
    ValueForm::default()
}

#[test]
fn null_is_null_of_every_type() {
    for value_type in [
        ValueType::Text,
        ValueType::Int,
        ValueType::Real,
        ValueType::Timestamp,
        ValueType::Bytes,
    ] {
        gives(value_type, &plain(), &Raw::Null, Ok(Cell::Null));
    }
}

#[test]
fn texts_are_taken_byte_for_byte() {
    for there in ["", " a ", "a\0b", "髙橋 𠮷男", "ＡＢ"] {
        gives(
            ValueType::Text,
            &plain(),
            &text(there),
            Ok(Cell::Text(there.into())),
        );
    }
    let not_utf8 = Raw::Text(Cow::Borrowed(b"\xffA"));
    breaks(ValueType::Text, &plain(), Rule::NotUtf8, &[not_utf8]);
    let others = [Raw::Int(1), Raw::Real(1.5), Raw::Blob(Cow::Borrowed(b"a"))];
    breaks(ValueType::Text, &plain(), Rule::NotText, &others);
}

#[test]
fn text_of_any_takes_integers_as_they_are_printed() {
    let mut any = plain();
    any.takes_integers = true;
    gives(
        ValueType::Text,
        &any,
        &Raw::Int(-12),
        Ok(Cell::Text("-12".into())),
    );
    gives(
        ValueType::Text,
        &any,
        &text("0012"),
        Ok(Cell::Text("0012".into())),
    );
    breaks(ValueType::Text, &any, Rule::NotText, &[Raw::Real(12.0)]);
}

#[test]
fn integers_are_integers_and_nothing_else() {
    for number in [0, i64::MIN, i64::MAX] {
        gives(
            ValueType::Int,
            &plain(),
            &Raw::Int(number),
            Ok(Cell::Int(number)),
        );
    }
    let others = [Raw::Real(12.0), text("12"), Raw::Blob(Cow::Borrowed(b"12"))];
    breaks(ValueType::Int, &plain(), Rule::NotAnInteger, &others);
}

#[test]
fn decimals_are_exact_or_not_at_all() {
    let of = ValueType::Decimal {
        precision: 5,
        scale: 2,
    };
    let fits = [
        (Raw::Int(999), 99_900),
        (Raw::Real(1.5), 150),
        (Raw::Real(0.15), 15),
        (Raw::Real(-0.0), 0),
        (Raw::Real(1e2), 10_000),
        (text("-12.5"), -1_250),
        (text("007"), 700),
        (text("1.5000"), 150),
        (text("-0.0"), 0),
        (
            text("0000000000000000000000000000000000000000000000000001"),
            100,
        ),
    ];
    for (raw, units) in fits {
        gives(of, &plain(), &raw, Ok(Cell::Decimal(units)));
    }
    let finer = [
        Raw::Real(1.555),
        Raw::Real(1e-3),
        Raw::Real(1000.123),
        text("1.505"),
        text("99999.001"),
    ];
    breaks(of, &plain(), Rule::DoesNotFitScale, &finer);
    let larger = [
        Raw::Int(1000),
        Raw::Int(i64::MIN),
        Raw::Real(1e5),
        Raw::Real(1e308),
        text("1234.5"),
    ];
    breaks(of, &plain(), Rule::DoesNotFitPrecision, &larger);
    let none = [
        "", "-", "+1", " 1", "1 ", "1.", ".5", "-.5", "--1", "1e3", "１", "1.2.3", "1.-2",
    ];
    breaks(of, &plain(), Rule::NotADecimal, &none.map(text));
    let none = [
        Raw::Real(f64::INFINITY),
        Raw::Blob(Cow::Borrowed(b"1")),
        Raw::Text(Cow::Borrowed(b"\xff")),
    ];
    breaks(of, &plain(), Rule::NotADecimal, &none);
    let wide = ValueType::Decimal {
        precision: 38,
        scale: 0,
    };
    let nines = "9".repeat(38);
    gives(
        wide,
        &plain(),
        &text(&nines),
        Ok(Cell::Decimal(nines.parse().unwrap())),
    );
    gives(
        wide,
        &plain(),
        &Raw::Real(1e37),
        Ok(Cell::Decimal(10i128.pow(37))),
    );
    breaks(
        wide,
        &plain(),
        Rule::DoesNotFitPrecision,
        &[Raw::Real(1e38)],
    );
    let fine = ValueType::Decimal {
        precision: 38,
        scale: 38,
    };
    gives(fine, &plain(), &Raw::Real(1e-38), Ok(Cell::Decimal(1)));
    breaks(fine, &plain(), Rule::DoesNotFitPrecision, &[Raw::Int(1)]);
}

#[test]
fn reals_keep_their_bits() {
    for real in [-0.0, 0.1 + 0.2, 5e-324, f64::MAX] {
        gives(
            ValueType::Real,
            &plain(),
            &Raw::Real(real),
            Ok(Cell::Real(real.to_bits())),
        );
    }
    let two_53 = 9_007_199_254_740_992;
    let real = 9_007_199_254_740_992.0_f64;
    gives(
        ValueType::Real,
        &plain(),
        &Raw::Int(two_53),
        Ok(Cell::Real(real.to_bits())),
    );
    let between = [Raw::Int(two_53 + 1), Raw::Int(i64::MAX)];
    breaks(
        ValueType::Real,
        &plain(),
        Rule::DoesNotFitPrecision,
        &between,
    );
    let none = [
        text("1.5"),
        Raw::Real(f64::INFINITY),
        Raw::Blob(Cow::Borrowed(b"")),
    ];
    breaks(ValueType::Real, &plain(), Rule::NotAReal, &none);
}

/// Days by their numbers, which no calendar of ours made: 20544 is 2026-04-01, 18017 is 2019-05-01.
#[test]
fn a_day_is_read_in_its_own_form_and_in_no_other() {
    let written = [
        ("YYYY-MM-DD", "2026-04-01"),
        ("YYYYMMDD", "20260401"),
        ("YYYY/MM/DD", "2026/04/01"),
        ("YYYY-MM-DD 00:00:00", "2026-04-01 00:00:00"),
        ("YYYY/MM/DD 00:00:00", "2026/04/01 00:00:00"),
        ("GYY.MM.DD", "R08.04.01"),
        ("GYYMMDD", "R080401"),
        ("元号Y年M月D日", "令和8年4月1日"),
    ];
    assert_eq!(written.len(), DATE_FORMS.len());
    for (word, form) in DATE_FORMS {
        for (other, there) in written {
            let expected = if word == other {
                Ok(Cell::Day(20_544))
            } else {
                Err(Rule::NotADate)
            };
            gives(ValueType::Date(form), &plain(), &text(there), expected);
        }
    }
}

#[test]
fn days_are_those_of_the_calendar() {
    let of = ValueType::Date(DateForm::Iso);
    let days = [
        ("1970-01-01", 0),
        ("1969-12-31", -1),
        ("2000-02-29", 11_016),
        ("0000-01-01", -719_528),
        ("0000-12-31", -719_163),
        ("0001-01-01", -719_162),
        ("9999-12-31", OPEN_END),
    ];
    for (there, day) in days {
        gives(of, &plain(), &text(there), Ok(Cell::Day(day)));
    }
    let none = [
        "2016-02-30",
        "1900-02-29",
        "2026-4-1",
        " 2026-04-01",
        "2026-04-01 ",
        "２０２６-04-01",
        "",
        "2026-00-01",
        "2026-13-01",
        "2026-01-00",
        "10000-01-01",
        "-001-01-01",
        "+026-04-01",
        "2026-04-01T00:00:00",
    ];
    breaks(of, &plain(), Rule::NotADate, &none.map(text));
    breaks(
        of,
        &plain(),
        Rule::NotADate,
        &[Raw::Int(20_260_401), Raw::Real(1.0)],
    );
}

#[test]
fn numbers_are_days_where_the_form_is_one_of_digits() {
    let compact = ValueType::Date(DateForm::Compact);
    gives(
        compact,
        &plain(),
        &Raw::Int(20_260_401),
        Ok(Cell::Day(20_544)),
    );
    gives(
        compact,
        &plain(),
        &text("00010101"),
        Ok(Cell::Day(-719_162)),
    );
    let none = [
        Raw::Int(10_101),
        Raw::Int(0),
        Raw::Int(99_999_999),
        Raw::Int(-20_260_401),
        Raw::Real(20_260_401.0),
    ];
    breaks(compact, &plain(), Rule::NotADate, &none);
    let era = ValueType::Date(DateForm::Era {
        form: EraForm::Compact,
        years: EraYears::Strict,
    });
    gives(era, &plain(), &Raw::Int(5_080_401), Ok(Cell::Day(20_544)));
    breaks(
        era,
        &plain(),
        Rule::NotADate,
        &[Raw::Int(9_080_401), Raw::Int(508_041), Raw::Int(5_000_401)],
    );
}

#[test]
fn an_era_has_its_own_days_unless_its_years_are_counted_on() {
    let of = |years| {
        ValueType::Date(DateForm::Era {
            form: EraForm::Dotted,
            years,
        })
    };
    let edges = [
        ("M06.01.01", "M05.12.31"),
        ("M45.07.30", "M45.07.31"),
        ("T01.07.30", "T01.07.29"),
        ("T15.12.25", "T15.12.26"),
        ("S01.12.25", "S01.12.24"),
        ("S64.01.07", "S64.01.08"),
        ("H01.01.08", "H01.01.07"),
        ("H31.04.30", "H31.05.01"),
        ("R01.05.01", "R01.04.30"),
    ];
    for (inside, outside) in edges {
        let read = |there, years| convert_day(there, of(years));
        assert!(read(inside, EraYears::Strict).is_ok(), "{inside}");
        assert_eq!(
            read(outside, EraYears::Strict),
            Err(Rule::OutsideItsEra),
            "{outside}"
        );
        let near = read(inside, EraYears::Strict).unwrap();
        let far = read(outside, EraYears::Continued).unwrap();
        assert_eq!((near - far).abs(), 1, "{inside} {outside}");
    }
    assert_eq!(
        convert_day("H32.03.31", of(EraYears::Continued)),
        Ok(18_352)
    );
    for none in [
        "R00.04.01",
        "H31.02.30",
        "X01.01.01",
        "r08.04.01",
        "R8.4.1",
        "R08.13.01",
        "5.08.04.01",
    ] {
        assert_eq!(
            convert_day(none, of(EraYears::Continued)),
            Err(Rule::NotADate),
            "{none}"
        );
    }
    assert_eq!(convert_day("508.04.01", of(EraYears::Strict)), Ok(20_544));
}

fn convert_day(there: &str, value_type: ValueType) -> Result<i32, Rule> {
    match convert(value_type, &plain(), &text(there))? {
        Cell::Day(day) => Ok(day),
        _ => Err(Rule::NotText),
    }
}

#[test]
fn kanji_days_have_one_digit_or_two_and_a_first_year() {
    let of = ValueType::Date(DateForm::Era {
        form: EraForm::Kanji,
        years: EraYears::Strict,
    });
    for there in ["令和元年5月1日", "令和1年5月1日", "令和01年05月01日"] {
        assert_eq!(convert_day(there, of), Ok(18_017), "{there}");
    }
    assert_eq!(convert_day("令和元年4月30日", of), Err(Rule::OutsideItsEra));
    for none in [
        "令和008年4月1日",
        "令和0年4月1日",
        "令和８年４月１日",
        "令和8年4月1",
        "令和8年4月1日 ",
        "R8年4月1日",
        "令和8年元月1日",
        "令和年4月1日",
    ] {
        assert_eq!(convert_day(none, of), Err(Rule::NotADate), "{none}");
    }
}

fn moment(moment: Moment) -> ValueForm {
    let mut reading = plain();
    reading.moment = moment;
    reading
}

/// 2026-04-01T00:00 on Japan's clock.
const MIDNIGHT: i64 = 20_544 * 86_400_000_000;
const HOUR: i64 = 3_600_000_000;

#[test]
fn moments_stand_on_japans_clock() {
    let of = ValueType::Timestamp;
    let fits = [
        ("2026-04-01 09:00:00", 9 * HOUR),
        ("2026-04-01T09:00:00", 9 * HOUR),
        ("2026-04-01 24:00:00", 24 * HOUR),
        ("2026-04-01 24:00:00.000", 24 * HOUR),
        ("2026-04-01 00:00:00.1", 100_000),
        ("2026-04-01 00:00:00.123456000", 123_456),
        ("2026-04-01 00:00:00Z", 9 * HOUR),
        ("2026-04-01 00:00:00.5Z", 9 * HOUR + 500_000),
        ("2026-04-01 09:00:00+09:00", 9 * HOUR),
        ("2026-04-01 09:00:00-03:30", 21 * HOUR + HOUR / 2),
        (
            "2026-04-01 09:00:00+23:59",
            9 * HOUR - 15 * HOUR + HOUR / 60,
        ),
    ];
    for (there, micros) in fits {
        gives(
            of,
            &plain(),
            &text(there),
            Ok(Cell::Moment(MIDNIGHT + micros)),
        );
    }
    let none = [
        "2026-04-01",
        "2026-04-01 9:00:00",
        "2026-04-01t09:00:00",
        "2026-04-01  09:00:00",
        "2026-04-01 09:00",
        "2026-04-01 24:00:01",
        "2026-04-01 24:00:00.000001",
        "2026-04-01 23:59:60",
        "2026-04-01 23:60:00",
        "2026-04-01 09:00:00.",
        "2026-04-01 09:00:00.1234567",
        "2026-04-01 09:00:00.0000000000",
        "2026-04-01 09:00:00z",
        "2026-04-01 09:00:00+0900",
        "2026-04-01 09:00:00 +09:00",
        "2026-04-01 09:00:00+24:00",
        "2026-04-01 09:00:00+09:60",
        "2026-02-30 00:00:00",
        "9999-12-31 24:00:00",
        "9999-12-31 23:59:59Z",
        "2026/04/01 09:00:00",
        "20260401090000",
    ];
    breaks(of, &plain(), Rule::NotATimestamp, &none.map(text));
    breaks(
        of,
        &plain(),
        Rule::NotATimestamp,
        &[Raw::Int(1), Raw::Real(1.0)],
    );
}

/// The last midnight of the calendar is a moment where Japan's clock is behind.
#[test]
fn the_calendar_ends_on_japans_clock() {
    let last = i64::from(OPEN_END) * 86_400_000_000;
    let there = text("9999-12-31 24:00:00+14:00");
    gives(
        ValueType::Timestamp,
        &plain(),
        &there,
        Ok(Cell::Moment(last + 19 * HOUR)),
    );
    let beyond = ["9999-12-31 24:00:00+09:00", "0000-01-01 00:00:00+14:00"];
    breaks(
        ValueType::Timestamp,
        &plain(),
        Rule::NotATimestamp,
        &beyond.map(text),
    );
}

#[test]
fn clocks_and_fractions_are_as_declared() {
    let utc = moment(Moment {
        clock_seconds: 0,
        truncates: true,
        ..Moment::default()
    });
    let of = ValueType::Timestamp;
    let cut = MIDNIGHT + 9 * HOUR + 999_999;
    gives(
        of,
        &utc,
        &text("2026-04-01 00:00:00.9999999"),
        Ok(Cell::Moment(cut)),
    );
    gives(
        of,
        &utc,
        &text("2026-04-01 00:00:00+09:00"),
        Ok(Cell::Moment(MIDNIGHT)),
    );
    let ends = MIDNIGHT + 33 * HOUR;
    gives(
        of,
        &utc,
        &text("2026-04-01 24:00:00.0000009"),
        Ok(Cell::Moment(ends)),
    );
}

#[test]
fn the_other_forms_of_moments() {
    let form = |form| {
        moment(Moment {
            form,
            ..Moment::default()
        })
    };
    let of = ValueType::Timestamp;
    let nine = Ok(Cell::Moment(MIDNIGHT + 9 * HOUR));
    gives(
        of,
        &form(MomentForm::Slashed),
        &text("2026/04/01 09:00:00"),
        nine.clone(),
    );
    gives(
        of,
        &form(MomentForm::Compact),
        &text("20260401090000"),
        nine.clone(),
    );
    gives(
        of,
        &form(MomentForm::Compact),
        &Raw::Int(20_260_401_090_000),
        nine.clone(),
    );
    gives(
        of,
        &form(MomentForm::EpochSeconds),
        &Raw::Int(20_544 * 86_400),
        nine.clone(),
    );
    gives(
        of,
        &form(MomentForm::EpochSeconds),
        &text("1775001600"),
        nine.clone(),
    );
    gives(
        of,
        &form(MomentForm::EpochMilliseconds),
        &text("1775001600000"),
        nine,
    );
    gives(
        of,
        &form(MomentForm::EpochMilliseconds),
        &Raw::Int(-1),
        Ok(Cell::Moment(9 * HOUR - 1_000)),
    );
    let none = [
        text("+5"),
        text(""),
        text("-"),
        text("1.5"),
        text("0000000000000000001"),
        Raw::Real(1.0),
        Raw::Int(i64::MAX),
    ];
    breaks(
        of,
        &form(MomentForm::EpochSeconds),
        Rule::NotATimestamp,
        &none,
    );
    let beyond = [Raw::Int(253_402_268_400), Raw::Int(-62_167_251_601)];
    breaks(
        of,
        &form(MomentForm::EpochSeconds),
        Rule::NotATimestamp,
        &beyond,
    );
    breaks(
        of,
        &form(MomentForm::Compact),
        Rule::NotATimestamp,
        &[Raw::Int(101_000_000), text("20260401T090000")],
    );
}

#[test]
fn truth_is_one_and_nought_or_what_is_listed() {
    gives(
        ValueType::Bool,
        &plain(),
        &Raw::Int(1),
        Ok(Cell::Bool(true)),
    );
    gives(
        ValueType::Bool,
        &plain(),
        &Raw::Int(0),
        Ok(Cell::Bool(false)),
    );
    breaks(
        ValueType::Bool,
        &plain(),
        Rule::NotABool,
        &[Raw::Int(2), text("1"), Raw::Real(1.0)],
    );
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let mut listed = plain();
    listed.truth = Some(TruthWords {
        yes: words(&["Y", "1"]),
        no: words(&["N", ""]),
    });
    for (raw, truth) in [
        (text("Y"), true),
        (Raw::Int(1), true),
        (text("N"), false),
        (text(""), false),
    ] {
        gives(ValueType::Bool, &listed, &raw, Ok(Cell::Bool(truth)));
    }
    breaks(
        ValueType::Bool,
        &listed,
        Rule::NotABool,
        &[text("y"), Raw::Int(0), Raw::Real(1.0)],
    );
}

#[test]
fn bytes_are_bytes() {
    let bytes = Raw::Blob(Cow::Borrowed(b"\0\xff"));
    gives(
        ValueType::Bytes,
        &plain(),
        &bytes,
        Ok(Cell::Bytes(Cow::Borrowed(b"\0\xff"))),
    );
    breaks(
        ValueType::Bytes,
        &plain(),
        Rule::NotBytes,
        &[text("a"), Raw::Int(1)],
    );
}

#[test]
fn what_means_nothing_is_null_and_what_means_no_end_is_the_last_day() {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let mut reading = plain();
    reading.nothing = words(&["", "0", "00000000"]);
    reading.open = words(&["99999999", "x"]);
    for value_type in [
        ValueType::Text,
        ValueType::Int,
        ValueType::Real,
        ValueType::Date(DateForm::Compact),
        ValueType::Timestamp,
    ] {
        for nothing in [text(""), text("0"), text("00000000"), Raw::Int(0)] {
            gives(value_type, &reading, &nothing, Ok(Cell::Null));
        }
    }
    let end = i64::from(OPEN_END);
    for open in [text("99999999"), Raw::Int(99_999_999), text("x")] {
        gives(
            ValueType::Date(DateForm::Compact),
            &reading,
            &open,
            Ok(Cell::Day(OPEN_END)),
        );
        gives(
            ValueType::Timestamp,
            &reading,
            &open,
            Ok(Cell::Moment(end * 86_400_000_000)),
        );
    }
    let not_listed = Raw::Real(0.0);
    gives(ValueType::Real, &reading, &not_listed, Ok(Cell::Real(0)));
    breaks(
        ValueType::Date(DateForm::Compact),
        &reading,
        Rule::NotADate,
        &[not_listed],
    );
}

/// Characters of a source that has no types, as docs/sources.md says.
#[test]
fn what_has_no_type_is_read_by_the_declared_one() {
    let untyped = |text: &'static str| Raw::Untyped(Cow::Borrowed(text.as_bytes()));
    for (value_type, text, cell) in [
        (ValueType::Text, "007", Cell::Text(Cow::Borrowed("007"))),
        (ValueType::Text, "", Cell::Text(Cow::Borrowed(""))),
        (ValueType::Int, "-7", Cell::Int(-7)),
        (ValueType::Int, "9223372036854775807", Cell::Int(i64::MAX)),
        (ValueType::Real, "-0", Cell::Real((-0.0_f64).to_bits())),
        (ValueType::Real, "1.5E+3", Cell::Real(1500.0_f64.to_bits())),
        (ValueType::Bool, "1", Cell::Bool(true)),
        (
            ValueType::Bytes,
            "00fF",
            Cell::Bytes(Cow::Borrowed(b"\0\xff")),
        ),
        (ValueType::Bytes, "", Cell::Bytes(Cow::Borrowed(b""))),
        (ValueType::Date(DateForm::Compact), "19700102", Cell::Day(1)),
    ] {
        gives(value_type, &plain(), &untyped(text), Ok(cell));
    }
    for (value_type, rule, texts) in [
        (
            ValueType::Int,
            Rule::NotAnInteger,
            &[
                "",
                "-",
                "-0",
                "+7",
                "007",
                " 7",
                "7.0",
                "9223372036854775808",
            ][..],
        ),
        (
            ValueType::Real,
            Rule::NotAReal,
            &["", ".5", "5.", "1e", "inf", "nan", "+1", "1e999", "1e5e5"],
        ),
        (ValueType::Real, Rule::DoesNotFitPrecision, &["1e-999"]),
        (ValueType::Bool, Rule::NotABool, &["", "true", "01"]),
        (ValueType::Bytes, Rule::NotBytes, &["0", "0g", " 00"]),
    ] {
        let raws: Vec<Raw<'_>> = texts.iter().map(|text| untyped(text)).collect();
        breaks(value_type, &plain(), rule, &raws);
    }
    let other = [Raw::Undecodable(Cow::Borrowed(b"12"))];
    breaks(ValueType::Text, &plain(), Rule::Undecodable, &other);
    breaks(ValueType::Int, &plain(), Rule::Undecodable, &other);
}
