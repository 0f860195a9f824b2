//! In which forms of a day, a moment or a month values can be read: with the readers that extraction uses, so that what is
//! counted here is what will be staged.

use bunri_source::{SourceValue, read_date, read_moment};
use bunri_types::{DATE_FORMS, DateForm, EraForm, EraYears, MOMENT_FORMS, Moment, MomentForm};

/// Forms of a month, which no type has: rules read them (`month`).
pub(crate) const MONTH_FORMS: [&str; 3] = ["YYYYMM", "YYYY-MM", "YYYY/MM"];

const DATES: usize = DATE_FORMS.len();
const MOMENTS: usize = MOMENT_FORMS.len();

/// Seconds of 1990 to 2099: what lies outside is a number.
const EPOCH: std::ops::Range<i64> = 631_152_000..4_102_444_800;

/// How many values can be read in each form.
#[derive(Debug, Clone, Default)]
pub(crate) struct FormCounts {
    dates: [u64; DATES],
    moments: [u64; MOMENTS],
    months: [u64; MONTH_FORMS.len()],
    /// Days of an era that the era does not have, by the place of their form in [`DATE_FORMS`].
    beyond_era: [u64; DATES],
}

const MICROS_A_DAY: i64 = 86_400_000_000;

impl FormCounts {
    pub(super) fn take(&mut self, value: SourceValue<'_>) {
        match value {
            SourceValue::Text(text) | SourceValue::Untyped(text) => self.text(text),
            SourceValue::Integer(number) => self.integer(number),
            SourceValue::Null
            | SourceValue::Real(_)
            | SourceValue::Decimal(_)
            | SourceValue::Blob(_)
            | SourceValue::Undecodable(_) => {}
        }
    }

    /// By its length alone most texts are no days.
    fn text(&mut self, text: &[u8]) {
        let Some(first) = text.first() else { return };
        if *first > 0x7f {
            // 元号Y年M月D日 has at most seventeen letters and digits.
            if (14..=24).contains(&text.len()) {
                self.dates(text, |form| {
                    matches!(
                        form,
                        DateForm::Era {
                            form: EraForm::Kanji,
                            ..
                        }
                    )
                });
            }
            return;
        }
        let is_digit = first.is_ascii_digit();
        match text.len() {
            6 if is_digit => self.month(text, 0),
            7 => {
                if is_digit && text[4] == b'-' {
                    self.month(text, 1);
                } else if is_digit && text[4] == b'/' {
                    self.month(text, 2);
                } else {
                    self.dates(text, |form| {
                        matches!(
                            form,
                            DateForm::Era {
                                form: EraForm::Compact,
                                ..
                            }
                        )
                    });
                }
            }
            8 if is_digit => self.dates(text, |form| form == DateForm::Compact),
            9 if text[3] == b'.' => {
                self.dates(text, |form| {
                    matches!(
                        form,
                        DateForm::Era {
                            form: EraForm::Dotted,
                            ..
                        }
                    )
                });
            }
            10 if is_digit => match text[4] {
                b'-' => self.dates(text, |form| form == DateForm::Iso),
                b'/' => self.dates(text, |form| form == DateForm::Slashed),
                _ => self.epoch_text(text),
            },
            13 if is_digit => self.epoch_text(text),
            14 if is_digit => self.moments(text, MomentForm::Compact),
            19..=35 if is_digit && text[4] == b'-' => {
                if text.ends_with(b" 00:00:00") {
                    self.dates(text, |form| form == DateForm::IsoMidnight);
                }
                self.moments(text, MomentForm::Iso);
            }
            19..=35 if is_digit && text[4] == b'/' => {
                if text.ends_with(b" 00:00:00") {
                    self.dates(text, |form| form == DateForm::SlashedMidnight);
                }
                self.moments(text, MomentForm::Slashed);
            }
            _ => {}
        }
    }

    fn integer(&mut self, number: i64) {
        match number {
            100_000..=999_999 => self.month(number.to_string().as_bytes(), 0),
            1_000_000..=9_999_999 => self.count_dates(SourceValue::Integer(number), |form| {
                matches!(
                    form,
                    DateForm::Era {
                        form: EraForm::Compact,
                        ..
                    }
                )
            }),
            10_000_000..=99_999_999 => {
                self.count_dates(SourceValue::Integer(number), |form| {
                    form == DateForm::Compact
                });
            }
            10_000_000_000_000..=99_999_999_999_999 => {
                self.count_moment(SourceValue::Integer(number), MomentForm::Compact);
            }
            _ => {}
        }
        self.epoch(number);
    }

    fn epoch_text(&mut self, text: &[u8]) {
        let number = std::str::from_utf8(text).ok();
        if let Some(number) = number.and_then(|text| text.parse().ok()) {
            self.epoch(number);
        }
    }

    fn epoch(&mut self, number: i64) {
        if EPOCH.contains(&number) {
            self.count_moment(SourceValue::Integer(number), MomentForm::EpochSeconds);
        } else if EPOCH.contains(&(number / 1_000)) {
            self.count_moment(SourceValue::Integer(number), MomentForm::EpochMilliseconds);
        }
    }

    fn dates(&mut self, text: &[u8], tried: impl Fn(DateForm) -> bool) {
        self.count_dates(SourceValue::Text(text), tried);
    }

    fn count_dates(&mut self, value: SourceValue<'_>, tried: impl Fn(DateForm) -> bool) {
        for (place, (_, form)) in DATE_FORMS.iter().enumerate() {
            if !tried(*form) {
                continue;
            }
            if let Ok(Some(_)) = read_date(value, *form) {
                self.dates[place] += 1;
            } else if let DateForm::Era { form, .. } = form {
                let counted_on = DateForm::Era {
                    form: *form,
                    years: EraYears::Continued,
                };
                self.beyond_era[place] += u64::from(read_date(value, counted_on).is_ok());
            }
        }
    }

    fn moments(&mut self, text: &[u8], form: MomentForm) {
        self.count_moment(SourceValue::Text(text), form);
    }

    fn count_moment(&mut self, value: SourceValue<'_>, form: MomentForm) {
        let moment = Moment {
            form,
            ..Moment::default()
        };
        let place = MOMENT_FORMS.iter().position(|(_, known)| *known == form);
        if let (Some(place), Ok(Some(_))) = (place, read_moment(value, moment)) {
            self.moments[place] += 1;
        }
    }

    fn month(&mut self, text: &[u8], form: usize) {
        let digits: Vec<u8> = text.iter().copied().filter(u8::is_ascii_digit).collect();
        let number =
            |digits: &[u8]| -> Option<i64> { std::str::from_utf8(digits).ok()?.parse().ok() };
        if digits.len() == 6
            && number(&digits[..4]).is_some_and(|year| (1900..2200).contains(&year))
            && number(&digits[4..]).is_some_and(|month| (1..=12).contains(&month))
        {
            self.months[form] += 1;
        }
    }

    /// Days that can be read in each form, but for those of none.
    pub(super) fn dates_read(&self) -> impl Iterator<Item = (DateForm, u64)> {
        let forms = DATE_FORMS.iter().map(|(_, form)| *form);
        forms.zip(self.dates).filter(|(_, count)| *count > 0)
    }

    pub(super) fn moments_read(&self) -> impl Iterator<Item = (MomentForm, u64)> {
        let forms = MOMENT_FORMS.iter().map(|(_, form)| *form);
        forms.zip(self.moments).filter(|(_, count)| *count > 0)
    }

    pub(super) fn months_read(&self) -> impl Iterator<Item = (&'static str, u64)> {
        MONTH_FORMS
            .into_iter()
            .zip(self.months)
            .filter(|(_, count)| *count > 0)
    }

    /// Days by the years of an era that has them no more, or not yet.
    pub(super) fn beyond_era(&self) -> u64 {
        self.beyond_era.iter().sum()
    }
}

/// The day of a value in whatever form it can be read, for who compares periods; a moment's own day.
pub(super) fn any_day(value: SourceValue<'_>) -> Option<i32> {
    let mut counts = FormCounts::default();
    counts.take(value);
    let dates = counts.dates_read().next();
    if let Some((form, _)) = dates {
        return read_date(value, form).ok().flatten();
    }
    let (form, _) = counts.moments_read().next()?;
    let moment = Moment {
        form,
        ..Moment::default()
    };
    let micros = read_moment(value, moment).ok().flatten()?;
    i32::try_from(micros.div_euclid(MICROS_A_DAY)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<String> {
        let mut counts = FormCounts::default();
        counts.take(SourceValue::Text(text.as_bytes()));
        let dates = counts.dates_read().map(|(form, _)| form.word().to_owned());
        let moments = counts
            .moments_read()
            .map(|(form, _)| form.word().to_owned());
        let months = counts.months_read().map(|(form, _)| form.to_owned());
        dates.chain(moments).chain(months).collect()
    }

    #[test]
    fn every_form_is_seen_in_a_day_that_is_written_so() {
        for (text, forms) in [
            ("2026-04-01", vec!["YYYY-MM-DD"]),
            ("20260401", vec!["YYYYMMDD"]),
            ("2026/04/01", vec!["YYYY/MM/DD"]),
            (
                "2026-04-01 00:00:00",
                vec!["YYYY-MM-DD 00:00:00", "YYYY-MM-DD HH:MM:SS"],
            ),
            (
                "2026/04/01 00:00:00",
                vec!["YYYY/MM/DD 00:00:00", "YYYY/MM/DD HH:MM:SS"],
            ),
            ("R08.04.01", vec!["GYY.MM.DD"]),
            ("5080401", vec!["GYYMMDD"]),
            ("令和8年4月1日", vec!["元号Y年M月D日"]),
            ("2026-04-01T09:00:00.5Z", vec!["YYYY-MM-DD HH:MM:SS"]),
            ("20260401090000", vec!["YYYYMMDDHHMMSS"]),
            ("1775001600", vec!["epoch_seconds"]),
            ("1775001600000", vec!["epoch_milliseconds"]),
            ("202604", vec!["YYYYMM"]),
            ("2026-04", vec!["YYYY-MM"]),
            ("2026/04", vec!["YYYY/MM"]),
            ("2026-02-31", vec![]),
            ("202613", vec![]),
            ("0900000000000000000012", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(seen(text), forms, "{text}");
        }
    }

    #[test]
    fn a_day_beyond_its_era_is_counted_apart() {
        let mut counts = FormCounts::default();
        counts.take(SourceValue::Text(b"H32.03.31"));
        counts.take(SourceValue::Text(b"H31.03.31"));
        assert_eq!(counts.beyond_era(), 1);
        assert_eq!(counts.dates_read().map(|(_, count)| count).sum::<u64>(), 1);
    }
}
