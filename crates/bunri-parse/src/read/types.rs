//! One line of `[types]`: a word, or a table that also says how the source's values are read.

use bunri_text::{Entry, Item, Log, Name, Section, listed, readable};
use bunri_types::{
    DATE_FORMS, DateForm, Day, EraYears, JAPAN_SECONDS, MOMENT_FORMS, Moment, MomentForm,
    TruthWords, ValueForm, ValueType, day_from_parts,
};
use toml::de::DeValue;

use crate::type_words::{self, TypeWord};
use crate::words::{ERA_YEARS, FRACTIONS, STAMPS};

/// A type and how values are read as it.
pub(crate) struct TypeDraft {
    pub(crate) value_type: ValueType,
    pub(crate) reading: ValueForm,
}

/// Every value of the column is held against every literal.
const MOST_LITERALS: usize = 100;

/// Of these years, a literal that means something else than its day would hide the day itself.
pub(super) const YEARS_OF_DATA: std::ops::RangeInclusive<i32> = 1901..=2199;

/// Reads the type of a column.
pub(crate) fn declared(entry: &Entry<'_>, log: &mut Log) -> Option<TypeDraft> {
    match entry.value.raw {
        DeValue::String(_) => {
            let word = entry.value.text(log)?;
            Some(of_word(type_words::read(&word, log)?))
        }
        DeValue::Table(_) => {
            let what = format!("the type of `{}`", entry.key);
            let mut section = Section::open(&entry.value, &what, log)?;
            let draft = kind(&mut section, log);
            let nothing = literals(section.take("nothing"), log);
            let open = literals(section.take("open"), log);
            section.close(log);
            let (mut draft, nothing, open) = (draft?, nothing?, open?);
            check_literals(&draft, &nothing, &open, log).then_some(())?;
            draft.reading.nothing = values(nothing);
            draft.reading.open = values(open);
            Some(draft)
        }
        DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_) => {
            let wanted = "a type in quotes or a table such as `{ date = \"YYYYMMDD\", nothing = [\"00000000\"] }`";
            entry.value.refuse_kind(wanted, log);
            None
        }
    }
}

fn of_word(word: TypeWord) -> TypeDraft {
    let mut reading = ValueForm::default();
    reading.takes_integers = word.takes_integers;
    TypeDraft {
        value_type: word.value_type,
        reading,
    }
}

/// The ways to say a type, one of which a table has.
const KINDS: [&str; 4] = ["type", "date", "timestamp", "bool"];

fn kind(section: &mut Section<'_>, log: &mut Log) -> Option<TypeDraft> {
    let [word, date, moment, truth] = KINDS.map(|kind| section.take(kind));
    // Those that belong to one kind are read with it; with another they are refused, not passed over.
    let era = section.take("era");
    let of_moment = MOMENT_KEYS.map(|key| section.take(key));
    let strays = |of: &str, keys: &[&Option<Item<'_>>], log: &mut Log| {
        for stray in keys.iter().copied().flatten() {
            let message = format!("{} has no meaning here: it belongs to {of}", stray.label());
            log.refuse(stray.spot, message);
        }
    };
    let with_era = "a date with an era, as in `{ date = \"GYY.MM.DD\", era = \"continued\" }`";
    let with_moment =
        "a timestamp, as in `{ timestamp = \"YYYY-MM-DD HH:MM:SS\", clock = \"UTC\" }`";
    if moment.is_none() {
        strays(with_moment, &of_moment.each_ref(), log);
    }
    if date.is_none() {
        strays(with_era, &[&era], log);
    }
    match (word, date, moment, truth) {
        (Some(word), None, None, None) => {
            let word = word.text(log)?;
            Some(of_word(type_words::read(&word, log)?))
        }
        (None, Some(date), None, None) => {
            let form = date.word("form of a date", &DATE_FORMS, log)?.value;
            let form = match (form, era) {
                (DateForm::Era { form, .. }, Some(era)) => {
                    let years: EraYears = era.word("way to count years", &ERA_YEARS, log)?.value;
                    DateForm::Era { form, years }
                }
                (form, None) => form,
                (
                    DateForm::Iso
                    | DateForm::Compact
                    | DateForm::Slashed
                    | DateForm::IsoMidnight
                    | DateForm::SlashedMidnight,
                    era,
                ) => {
                    strays(with_era, &[&era], log);
                    return None;
                }
            };
            Some(plain(ValueType::Date(form)))
        }
        (None, None, Some(form), None) => {
            let mut draft = plain(ValueType::Timestamp);
            draft.reading.moment = self::moment(&form, of_moment, log)?;
            Some(draft)
        }
        (None, None, None, Some(words)) => {
            let mut draft = plain(ValueType::Bool);
            draft.reading.truth = Some(truth_words(&words, log)?);
            Some(draft)
        }
        (word, date, moment, truth) => {
            let several = [&word, &date, &moment, &truth].into_iter().flatten().nth(1);
            let spot = several.map_or(section.spot(), |second| second.spot);
            // A misspelt key explains why none is there.
            if several.is_some() || !KINDS.iter().any(|kind| section.misspells(kind)) {
                log.refuse(spot, format!("a type has one of {}", listed(&KINDS)));
            }
            None
        }
    }
}

fn plain(value_type: ValueType) -> TypeDraft {
    TypeDraft {
        value_type,
        reading: ValueForm::default(),
    }
}

const MOMENT_KEYS: [&str; 3] = ["clock", "stamp", "fraction"];

fn moment(
    form: &Item<'_>,
    [clock, stamp, fraction]: [Option<Item<'_>>; 3],
    log: &mut Log,
) -> Option<Moment> {
    let form = form
        .word("form of a timestamp", &MOMENT_FORMS, log)
        .map(|form| form.value);
    let counted = matches!(
        form,
        Some(MomentForm::EpochSeconds | MomentForm::EpochMilliseconds)
    );
    for (stray, why) in [
        (
            &clock,
            "an epoch counts from a moment that is the same on every clock",
        ),
        (&fraction, "an epoch has no fraction"),
    ] {
        if let Some(stray) = stray.as_ref().filter(|_| counted) {
            log.refuse(
                stray.spot,
                format!("{} has no meaning here: {why}", stray.label()),
            );
            return None;
        }
    }
    let default = Moment::default();
    let clock_seconds = readable(clock, |value| self::clock(value, log));
    let stamp = readable(stamp, |value| {
        value.word("end of an interval", &STAMPS, log)
    });
    let truncates = readable(fraction, |value| {
        value.word("treatment of a fraction", &FRACTIONS, log)
    });
    Some(Moment {
        form: form?,
        clock_seconds: clock_seconds?.unwrap_or(default.clock_seconds),
        stamp: stamp?.map_or(default.stamp, |stamp| stamp.value),
        truncates: truncates?.map_or(default.truncates, |truncates| truncates.value),
    })
}

/// Seconds east of UTC.
fn clock(value: &Item<'_>, log: &mut Log) -> Option<i32> {
    let text = value.text(log)?;
    let seconds = match text.value.as_str() {
        "Japan" => Some(JAPAN_SECONDS),
        "UTC" => Some(0),
        offset => offset_seconds(offset),
    };
    if seconds.is_none() {
        let message = format!(
            "unknown clock `{}`; it is \"Japan\", \"UTC\" or an offset such as \"+09:00\"",
            text.value
        );
        log.refuse(text.spot, message);
    }
    seconds
}

/// `+09:00`, of at most 14 hours, as no clock on earth has more.
fn offset_seconds(text: &str) -> Option<i32> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let number = |digits: &str| -> Option<i32> {
        let plain = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (minutes < 60 && hours * 60 + minutes <= 14 * 60)
        .then_some(sign * (hours * 3_600 + minutes * 60))
}

fn truth_words(value: &Item<'_>, log: &mut Log) -> Option<TruthWords> {
    let mut section = Section::open(value, "`bool`", log)?;
    let yes = literals(section.require("true"), log);
    let no = literals(section.require("false"), log);
    section.close(log);
    let (yes, no) = (yes?, no?);
    // Missing keys are told already.
    if yes.is_empty() || no.is_empty() {
        return None;
    }
    let good = refuse_shared(&yes, &no, "means true and false", log);
    good.then(|| TruthWords {
        yes: values(yes),
        no: values(no),
    })
}

/// A list of values as the source writes them; none if it is not written.
fn literals(value: Option<Item<'_>>, log: &mut Log) -> Option<Vec<Name>> {
    let Some(value) = value else {
        return Some(Vec::new());
    };
    let literals = value.some_texts(log)?;
    if literals.len() > MOST_LITERALS {
        let (many, label) = (literals.len(), value.label());
        let message = format!("{label} lists {many} values; {MOST_LITERALS} are the most");
        log.refuse(value.spot, message);
        return None;
    }
    let unseen = literals
        .iter()
        .find(|literal| literal.value.chars().any(char::is_control));
    if let Some(unseen) = unseen {
        log.refuse(
            unseen.spot,
            "a value with a control character cannot be reviewed",
        );
        return None;
    }
    Some(literals)
}

fn values(literals: Vec<Name>) -> Vec<String> {
    literals.into_iter().map(|literal| literal.value).collect()
}

/// Whether no value stands in both lists.
fn refuse_shared(one: &[Name], two: &[Name], means: &str, log: &mut Log) -> bool {
    let shared = two
        .iter()
        .filter(|literal| one.iter().any(|other| other.value == literal.value));
    let mut good = true;
    for literal in shared {
        log.refuse(literal.spot, format!("`{}` {means}", literal.value));
        good = false;
    }
    good
}

/// Literals that hide no value and say one thing.
fn check_literals(draft: &TypeDraft, nothing: &[Name], open: &[Name], log: &mut Log) -> bool {
    let mut good = refuse_shared(nothing, open, "means nothing and \"no end yet\"", log);
    let value_type = draft.value_type;
    if let (Some(first), false) = (open.first(), value_type.is_day()) {
        let message = "`open` is for dates and timestamps: nothing else ends";
        log.refuse(first.spot, message);
        good = false;
    }
    if let (Some(first), ValueType::Bytes) = (nothing.first(), value_type) {
        log.refuse(
            first.spot,
            "`nothing` lists texts and numbers: a column of bytes holds neither",
        );
        good = false;
    }
    for literal in open.iter().filter(|literal| literal.value == "NULL") {
        let message = "whether NULL means \"no end yet\" is said in `open` of the ledger";
        log.refuse(literal.spot, message);
        good = false;
    }
    for literal in nothing.iter().chain(open) {
        if is_day_of_data(&literal.value, draft) {
            let message = format!(
                "`{}` is a day that rows can speak of ({} to {}): such rows would be taken for others. Where it means \"no \
                 end yet\" nevertheless, name the day in `open` of the ledger",
                literal.value,
                YEARS_OF_DATA.start(),
                YEARS_OF_DATA.end()
            );
            log.refuse(literal.spot, message);
            good = false;
        }
    }
    let truth = draft.reading.truth.iter();
    let mut words: Vec<&str> = truth
        .flat_map(|words| words.yes.iter().chain(&words.no).map(String::as_str))
        .collect();
    // Without words of their own, these are.
    if value_type == ValueType::Bool && draft.reading.truth.is_none() {
        words = vec!["1", "0"];
    }
    for literal in nothing
        .iter()
        .filter(|literal| words.contains(&literal.value.as_str()))
    {
        let message = format!("`{}` means nothing and a truth value", literal.value);
        log.refuse(literal.spot, message);
        good = false;
    }
    good
}

/// Whether a literal is a day of the years that data speaks of, in the column's form.
fn is_day_of_data(literal: &str, draft: &TypeDraft) -> bool {
    let form = draft.reading.moment.form;
    match draft.value_type {
        ValueType::Date(DateForm::Era { .. }) => is_day_of_an_era(literal),
        ValueType::Date(_) => is_day_of_years(literal),
        ValueType::Timestamp => match form {
            MomentForm::Iso | MomentForm::Slashed | MomentForm::Compact => is_day_of_years(literal),
            MomentForm::EpochSeconds => is_epoch_of_years(literal, 1),
            MomentForm::EpochMilliseconds => is_epoch_of_years(literal, 1_000),
        },
        ValueType::Text
        | ValueType::Int
        | ValueType::Decimal { .. }
        | ValueType::Real
        | ValueType::Bool
        | ValueType::Bytes => false,
    }
}

/// Eight digits that are a day, however they are separated.
fn is_day_of_years(literal: &str) -> bool {
    let digits: String = literal.chars().filter(char::is_ascii_digit).collect();
    let day = |text: &str| -> Option<(i32, Day)> {
        let (year, month) = (text.get(..4)?.parse().ok()?, text.get(4..6)?.parse().ok()?);
        let day = day_from_parts(year, month, text.get(6..8)?.parse().ok()?)?;
        Some((year, day))
    };
    day(&digits).is_some_and(|(year, _)| YEARS_OF_DATA.contains(&year))
}

/// An era and six digits of a month that has such a day. Of which year does not matter: every era lies in the years of data.
fn is_day_of_an_era(literal: &str) -> bool {
    let digits: String = literal.chars().filter(char::is_ascii_digit).collect();
    let six = match (literal.chars().next(), digits.len()) {
        (Some('1'..='5'), 7) => &digits[1..],
        (Some('M' | 'T' | 'S' | 'H' | 'R' | '明' | '大' | '昭' | '平' | '令'), 6) => &digits,
        _ => return false,
    };
    // Every day of the calendar is one of a leap year.
    let day = |text: &str| -> Option<Day> {
        day_from_parts(2000, text[2..4].parse().ok()?, text[4..].parse().ok()?)
    };
    &six[..2] != "00" && day(six).is_some()
}

/// The zero of an epoch, and what lies near it, is no day that anybody entered.
fn is_epoch_of_years(literal: &str, unit: i64) -> bool {
    const YEAR: i64 = 31_557_600;
    let seconds = literal.parse::<i64>().map(|number| number / unit);
    seconds.is_ok_and(|seconds| (YEAR..230 * YEAR).contains(&seconds))
}
