//! The type that a column's values fit, by what was seen of them: the same readers as in extraction said what can be read.

use bunri_source::{SourceValue, read_date, read_moment};
use bunri_types::{
    DATE_FORMS, DateForm, MOMENT_FORMS, Moment, MomentForm, ValueForm, ValueType, listed_integer,
};

use crate::profile::{ColumnProfile, FormOf, READABLE_OF_100};

/// A type, and what of the column does not fit it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedType {
    /// The type.
    pub value_type: ValueType,
    /// How values are read as it.
    pub reading: ValueForm,
    /// Values of the rows that were read that do not fit: their rows would be rejected. At least so many.
    pub misfits: u64,
    /// What a person should know of it.
    pub note: Option<String>,
}

/// So many texts of eight digits are days by chance never.
const ENOUGH_DAYS: u64 = 20;

/// Whether the source may hold such values in a column that it declares so.
pub(crate) type Fits<'a> = dyn Fn(&str, ValueType, &ValueForm) -> bool + 'a;

/// The type that fits most values. Where the source declares what the type cannot be, the next one that it may be.
pub(crate) fn propose_type(column: &ColumnProfile, in_key: bool, fits: &Fits<'_>) -> ProposedType {
    let mut best = by_values(column, in_key);
    if best.value_type == ValueType::Text
        && let Some(forms) = two_forms(column)
    {
        best.note = Some(forms);
    }
    let may_be =
        |proposed: &ProposedType| fits(&column.declared, proposed.value_type, &proposed.reading);
    if may_be(&best) {
        return best;
    }
    let others = [
        any_text(column),
        plain(ValueType::Text, column.stored.values() - column.stored.text),
    ];
    let numbers = [
        plain(
            ValueType::Int,
            column.stored.values() - column.stored.integer,
        ),
        with_texts(decimal(column), column),
        plain(
            ValueType::Bytes,
            column.stored.values() - column.stored.bytes,
        ),
    ];
    let all = others.into_iter().chain(numbers);
    all.filter(may_be)
        .min_by_key(|proposed| proposed.misfits)
        .unwrap_or(best)
}

fn plain(value_type: ValueType, misfits: u64) -> ProposedType {
    ProposedType {
        value_type,
        reading: ValueForm::default(),
        misfits,
        note: None,
    }
}

/// The same with the texts that are no numbers among what does not fit.
fn with_texts(mut proposed: ProposedType, column: &ColumnProfile) -> ProposedType {
    let texts = column.stored.text;
    proposed.misfits += texts.saturating_sub(column.numbers.decimal_texts);
    proposed
}

fn any_text(column: &ColumnProfile) -> ProposedType {
    let stored = column.stored;
    let mut proposed = plain(
        ValueType::Text,
        stored.real + stored.bytes + stored.not_utf8,
    );
    proposed.reading.takes_integers = true;
    proposed
}

fn by_values(column: &ColumnProfile, in_key: bool) -> ProposedType {
    let stored = column.stored;
    let values = stored.values();
    if values == 0 {
        return by_declaration(column, in_key);
    }
    if stored.bytes * 2 > values {
        return plain(ValueType::Bytes, values - stored.bytes);
    }
    if let Some(day) = day(column, in_key) {
        return day;
    }
    let numbers = stored.integer + stored.real;
    if stored.text == 0 {
        return number(column, in_key);
    }
    if numbers == 0 {
        return plain(ValueType::Text, stored.bytes + stored.not_utf8);
    }
    // A slip among thousands of numbers is a value that does not fit, and no reason to take the numbers for texts; but a code
    // that is part of a key is none, and with its row others that refer to it would dangle.
    if stored.text * 100 <= values && !in_key {
        let mut proposed = number(column, in_key);
        proposed.misfits += stored.text;
        return proposed;
    }
    // Numbers of which some were typed as texts.
    let as_numbers = column.numbers.decimal_texts == stored.text && column.texts.zero_led == 0;
    // `text(any)` takes no reals, so where most are reals the texts are what does not fit.
    if stored.real > 0 && (as_numbers || stored.real > stored.text) {
        return with_texts(decimal(column), column);
    }
    any_text(column)
}

fn number(column: &ColumnProfile, in_key: bool) -> ProposedType {
    let stored = column.stored;
    let is_truth = column.truth.as_ref().is_some_and(|(yes, _)| yes == "1");
    if is_truth && stored.integer == stored.values() && !in_key && is_flag(column) {
        return plain(ValueType::Bool, stored.bytes);
    }
    if stored.real == 0 && declared_decimal(column).is_none() {
        return plain(ValueType::Int, stored.bytes);
    }
    let computed = column.numbers.finer > 0 || column.numbers.before_point > 18;
    if (computed || is_binary_float(column)) && !in_key {
        let mut proposed = plain(ValueType::Real, stored.bytes + column.numbers.not_finite);
        if !computed {
            let fitting = decimal(column).value_type.word();
            proposed.note = Some(format!(
                "declared {}: \"{fitting}\" would fit these values, and perhaps not those of the next delivery",
                column.declared
            ));
        }
        return proposed;
    }
    decimal(column)
}

/// Numbers that the source declares as binary floating point: how many digits they have today says nothing of tomorrow.
fn is_binary_float(column: &ColumnProfile) -> bool {
    let declared = column.declared.to_ascii_uppercase();
    let mut words = declared.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.any(|word| BINARY_FLOATS.contains(&word))
}

const BINARY_FLOATS: [&str; 6] = ["REAL", "FLOAT", "DOUBLE", "FLOAT4", "FLOAT8", "SINGLE"];

/// What the source declares, where the values fit it; else the smallest usual one that holds them and a digit more.
fn decimal(column: &ColumnProfile) -> ProposedType {
    let numbers = column.numbers;
    let stored = column.stored;
    let misfits = stored.bytes + numbers.finer + numbers.not_finite;
    let holds = |precision: u8, scale: u8| {
        numbers.behind_point <= scale && numbers.before_point <= precision.saturating_sub(scale)
    };
    let (precision, scale) = declared_decimal(column)
        .filter(|(precision, scale)| holds(*precision, *scale))
        .unwrap_or_else(|| {
            let scale = numbers.behind_point;
            let usual = [9, 12, 15, 18, 38].into_iter();
            let precision = usual.clone().find(|precision| holds(precision - 1, scale));
            (precision.unwrap_or(38), scale)
        });
    plain(ValueType::Decimal { precision, scale }, misfits)
}

/// `NUMERIC(9,1)`, in whatever word of numbers.
fn declared_decimal(column: &ColumnProfile) -> Option<(u8, u8)> {
    let (word, rest) = column.declared.split_once('(')?;
    let word = word.trim().to_ascii_uppercase();
    if !["NUMERIC", "DECIMAL", "DEC", "NUMBER"].contains(&word.as_str()) {
        return None;
    }
    let (precision, scale) = rest.strip_suffix(')')?.split_once(',')?;
    let (precision, scale) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
    ((1..=38).contains(&precision) && scale <= precision).then_some((precision, scale))
}

/// A column without a value: what the source says that it will hold.
fn by_declaration(column: &ColumnProfile, in_key: bool) -> ProposedType {
    let declared = column.declared.to_ascii_uppercase();
    let words: Vec<&str> = declared
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .collect();
    let has = |of: &[&str]| words.iter().any(|word| of.contains(word));
    let value_type = if let Some((precision, scale)) = declared_decimal(column) {
        ValueType::Decimal { precision, scale }
    } else if has(&["DATETIME", "TIMESTAMP", "TIMESTAMPTZ"]) {
        ValueType::Timestamp
    } else if has(&["DATE"]) {
        ValueType::Date(DateForm::Iso)
    } else if has(&["BOOL", "BOOLEAN", "BIT"]) {
        ValueType::Bool
    } else if has(&["BLOB", "BINARY", "VARBINARY", "BYTEA", "RAW", "IMAGE"]) {
        ValueType::Bytes
    } else if has(&[
        "INT",
        "INTEGER",
        "TINYINT",
        "SMALLINT",
        "MEDIUMINT",
        "BIGINT",
        "INT2",
        "INT4",
        "INT8",
        "INT64",
    ]) {
        ValueType::Int
    } else if is_binary_float(column) && !in_key {
        ValueType::Real
    } else if is_binary_float(column) || has(&["NUMERIC", "DECIMAL", "NUMBER", "MONEY"]) {
        ValueType::Decimal {
            precision: 18,
            scale: 4,
        }
    } else {
        ValueType::Text
    };
    plain(value_type, 0)
}

/// Days in two forms, of which neither reads enough of the values for a type.
fn two_forms(column: &ColumnProfile) -> Option<String> {
    let [(one, first), (other, second)] = column.days_in_two_forms()?;
    Some(format!(
        "{first} values as {one} and {second} as {other}: no one form reads them, so it stays text; make one form of them \
         in the source, or in a view of it, where a rule asks these days"
    ))
}

/// One type for both sides of a reference; [`None`]: they have one, or none that both may be. A side without values takes the type of
/// the other; of numbers here and texts there `text(any)` takes both.
pub(super) fn one_type(
    (one, first): (&ColumnProfile, &ProposedType),
    (other, second): (&ColumnProfile, &ProposedType),
    fits: &Fits<'_>,
) -> Option<(ProposedType, ProposedType)> {
    if first.joins(second) {
        return None;
    }
    let may_be = |column: &ColumnProfile, proposed: &ProposedType| {
        fits(&column.declared, proposed.value_type, &proposed.reading)
    };
    for (empty, taken, swap) in [(one, second, false), (other, first, true)] {
        let mut taken = taken.clone();
        taken.misfits = 0;
        taken.note = None;
        if empty.stored.values() == 0 && may_be(empty, &taken) {
            let kept = if swap { first } else { second }.clone();
            return Some(if swap { (kept, taken) } else { (taken, kept) });
        }
    }
    let of_codes = |proposed: &ProposedType| {
        let plain = proposed.reading.open.is_empty() && proposed.reading.nothing.is_empty();
        plain && matches!(proposed.value_type, ValueType::Text | ValueType::Int)
    };
    let both = (any_text(one), any_text(other));
    let all_may = may_be(one, &both.0) && may_be(other, &both.1);
    (of_codes(first) && of_codes(second) && all_may).then_some(both)
}

/// A name that ends in a word of days, or a column that is declared so.
pub(crate) fn speaks_of_days(column: &ColumnProfile) -> bool {
    let declared = column.declared.to_ascii_uppercase();
    if declared.contains("DATE") || declared.contains("TIME") {
        return true;
    }
    let name = column.name.to_lowercase();
    let words: Vec<&str> = name
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .collect();
    let of_days = [
        "date",
        "day",
        "on",
        "at",
        "from",
        "start",
        "begin",
        "end",
        "until",
        "time",
        "timestamp",
        "ymd",
        "ymdhms",
        "bi",
        "nichiji",
        "nengappi",
        "hizuke",
        "jikoku",
    ];
    let japanese = [
        "日",
        "時刻",
        "ヒヅケ",
        "ﾋﾂﾞｹ",
        "ニチジ",
        "ﾆﾁｼﾞ",
        "ネンガッピ",
        "ﾈﾝｶﾞﾂﾋﾟ",
    ];
    words.iter().any(|word| of_days.contains(word))
        || japanese.iter().any(|word| name.contains(word))
        || ["date", "time"].iter().any(|word| name.ends_with(word))
}

fn is_flag(column: &ColumnProfile) -> bool {
    let declared = column.declared.to_ascii_uppercase();
    let name = column.name.to_lowercase();
    let flags = ["flag", "flg", "フラグ", "ﾌﾗｸﾞ", "有無"];
    declared.contains("BOOL")
        || name.starts_with("is_")
        || flags.iter().any(|word| name.contains(word))
}

/// A date or timestamp, if nearly all values can be read in one form.
fn day(column: &ColumnProfile, in_key: bool) -> Option<ProposedType> {
    let seen = |of: FormOf| {
        let forms = column.forms.iter().filter(move |form| form.of == of);
        forms.max_by_key(|form| form.values)
    };
    let date = seen(FormOf::Date).and_then(|seen| {
        let (_, form) = DATE_FORMS.iter().find(|(word, _)| *word == seen.form)?;
        Some((seen.values, ValueType::Date(*form), Moment::default()))
    });
    let moment = seen(FormOf::Timestamp).and_then(|seen| {
        let (_, form) = MOMENT_FORMS.iter().find(|(word, _)| *word == seen.form)?;
        let moment = Moment {
            form: *form,
            ..Moment::default()
        };
        Some((seen.values, ValueType::Timestamp, moment))
    });
    // Of days with a time of day that says nothing both can read all; the day says what it is.
    let best = [moment, date]
        .into_iter()
        .flatten()
        .max_by_key(|(values, ..)| *values)?;
    let (readable, value_type, moment) = best;
    let numbers = match (value_type, moment.form) {
        (ValueType::Timestamp, MomentForm::EpochSeconds | MomentForm::EpochMilliseconds) => true,
        _ => column.stored.integer * 2 > column.stored.values(),
    };
    let digits = numbers || column.texts.digits * 2 > column.stored.text;
    let enough = readable >= ENOUGH_DAYS && !numbers;
    if digits && !enough && !speaks_of_days(column) {
        return None;
    }
    let mut proposed = plain(value_type, 0);
    proposed.reading.moment = moment;
    let mut meant = 0;
    // A key that means nothing rejects its row all the same, so there nothing is declared.
    for sentinel in column.sentinels.iter().filter(|_| !in_key) {
        let literal = &sentinel.literal;
        if reads(literal, value_type, moment) {
            continue;
        }
        if sentinel.is_open {
            proposed.reading.open.push(literal.clone());
        } else {
            proposed.reading.nothing.push(literal.clone());
        }
        meant += sentinel.values;
    }
    if column.texts.empty > 0 && !in_key {
        proposed.reading.nothing.push(String::new());
        meant += column.texts.empty;
    }
    let days = column.stored.values() - meant.min(column.stored.values());
    proposed.misfits = days - readable.min(days);
    (readable > 0 && readable * 100 >= days * READABLE_OF_100).then_some(proposed)
}

/// Whether a sentinel is itself a day in this form, as 9999-12-31 is.
fn reads(literal: &str, value_type: ValueType, moment: Moment) -> bool {
    let mut values = vec![SourceValue::Text(literal.as_bytes())];
    values.extend(listed_integer(literal).map(SourceValue::Integer));
    let read = |value: SourceValue<'_>| match value_type {
        ValueType::Date(form) => read_date(value, form).is_ok(),
        ValueType::Timestamp => read_moment(value, moment).is_ok(),
        ValueType::Text
        | ValueType::Int
        | ValueType::Decimal { .. }
        | ValueType::Real
        | ValueType::Bool
        | ValueType::Bytes => false,
    };
    values.into_iter().any(read)
}

impl ProposedType {
    /// The line of `[types]`, if the column needs one.
    #[must_use]
    pub fn written(&self) -> Option<String> {
        let reading = &self.reading;
        let lists = [("open", &reading.open), ("nothing", &reading.nothing)];
        let lists: Vec<String> = lists
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(key, values)| {
                let values: Vec<String> =
                    values.iter().map(|value| format!("\"{value}\"")).collect();
                format!(", {key} = [{}]", values.join(", "))
            })
            .collect();
        let lists = lists.concat();
        let form = match self.value_type {
            ValueType::Text if reading.takes_integers => return Some("\"text(any)\"".to_owned()),
            ValueType::Text => return None,
            ValueType::Date(form) if !lists.is_empty() => format!("date = \"{}\"", form.word()),
            ValueType::Timestamp if !lists.is_empty() || reading.moment.form != MomentForm::Iso => {
                format!("timestamp = \"{}\"", reading.moment.form.word())
            }
            ValueType::Int
            | ValueType::Decimal { .. }
            | ValueType::Real
            | ValueType::Date(_)
            | ValueType::Timestamp
            | ValueType::Bool
            | ValueType::Bytes => return Some(format!("\"{}\"", self.value_type.word())),
        };
        Some(format!("{{ {form}{lists} }}"))
    }

    /// Whether two columns of these types hold comparable keys.
    pub(crate) fn joins(&self, other: &Self) -> bool {
        self.value_type.compares_with(other.value_type)
            && self.reading.takes_integers == other.reading.takes_integers
    }
}
