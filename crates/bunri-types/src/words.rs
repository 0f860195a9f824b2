//! The closed vocabularies of types: the words by which a catalogue declares how values are written.

use crate::reading::MomentForm;
use crate::value_type::{DateForm, EraForm, EraYears};

/// How the source may write a date.
pub const DATE_FORMS: [(&str, DateForm); 8] = [
    ("YYYY-MM-DD", DateForm::Iso),
    ("YYYYMMDD", DateForm::Compact),
    ("YYYY/MM/DD", DateForm::Slashed),
    ("YYYY-MM-DD 00:00:00", DateForm::IsoMidnight),
    ("YYYY/MM/DD 00:00:00", DateForm::SlashedMidnight),
    ("GYY.MM.DD", era(EraForm::Dotted)),
    ("GYYMMDD", era(EraForm::Compact)),
    ("元号Y年M月D日", era(EraForm::Kanji)),
];

/// How the source may write a timestamp.
pub const MOMENT_FORMS: [(&str, MomentForm); 5] = [
    ("YYYY-MM-DD HH:MM:SS", MomentForm::Iso),
    ("YYYY/MM/DD HH:MM:SS", MomentForm::Slashed),
    ("YYYYMMDDHHMMSS", MomentForm::Compact),
    ("epoch_seconds", MomentForm::EpochSeconds),
    ("epoch_milliseconds", MomentForm::EpochMilliseconds),
];

const fn era(form: EraForm) -> DateForm {
    DateForm::Era {
        form,
        years: EraYears::Strict,
    }
}

impl DateForm {
    /// The word of the catalogue.
    #[must_use]
    pub fn word(self) -> &'static str {
        let alike = match self {
            DateForm::Era { form, .. } => era(form),
            DateForm::Iso
            | DateForm::Compact
            | DateForm::Slashed
            | DateForm::IsoMidnight
            | DateForm::SlashedMidnight => self,
        };
        word_of(&DATE_FORMS, alike)
    }
}

impl MomentForm {
    /// The word of the catalogue.
    #[must_use]
    pub fn word(self) -> &'static str {
        word_of(&MOMENT_FORMS, self)
    }
}

fn word_of<T: PartialEq + Copy>(words: &[(&'static str, T)], of: T) -> &'static str {
    let found = words.iter().find(|(_, form)| *form == of);
    found.map_or("", |(word, _)| word)
}
