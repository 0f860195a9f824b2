//! What a value can be: the declared types of columns, how a source writes them, calendar days, and one cell as rules read it
//! and fingerprints hash it. No Arrow, and nothing of the catalogue's rules.

mod day;
mod reading;
mod value;
mod value_text;
mod value_type;
mod words;

pub use day::{Day, day_from_parts, day_text, days_of_month, month_of_day, parse_day};
pub use reading::{
    JAPAN_SECONDS, Moment, MomentForm, OPEN_END, Stamp, TruthWords, ValueForm, listed_integer,
};
pub use value::Value;
pub use value_text::value_text;
pub use value_type::{DateForm, EraForm, EraYears, ValueType};
pub use words::{DATE_FORMS, MOMENT_FORMS};
