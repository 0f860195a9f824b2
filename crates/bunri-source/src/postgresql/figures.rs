//! The server's own figures: PostgreSQL counts and sums, not our reader, so that a row that the reader lost is missed. Sums are
//! exact: of `numeric`, which has no bounds.
//!
//! A value that means nothing by the catalogue is staged as NULL, so the server is asked for its figures by the same rule: such a
//! value is NULL in them, and counted beside them.

use bunri_catalogue::{Column as Declared, Table};
use bunri_manifest::{ColumnTotal, Total};
use bunri_postgresql::PostgresqlError;
use bunri_types::{ValueType, listed_integer};

use super::form::Column;
use super::form::Form;
use super::objects::{cells, literals};
use super::server::ServerReader;
use bunri_source_model::SourceError;
use bunri_source_model::{Figures, ObjectKind};

/// PostgreSQL gives at most 1,664 columns; one takes at most six.
const COLUMNS_AT_ONCE: usize = 250;

impl ServerReader {
    /// Counts and sums of a table.
    pub(crate) fn figures(&self, table: &Table, _kind: ObjectKind) -> Result<Figures, SourceError> {
        let object = self.object(&table.name)?;
        let names: Vec<&str> = table.columns.iter().map(|it| it.name.as_str()).collect();
        let stored = self.named(&table.name, &names)?;
        let multibyte = self.converts()?;
        let mut figures = Figures {
            broken: 0,
            rows: 0,
            totals: Vec::with_capacity(stored.len()),
        };
        let action = format!("count table \"{}\"", table.name);
        let pairs: Vec<(&Declared, &Column)> = table.columns.iter().zip(&stored).collect();
        for pairs in pairs.chunks(COLUMNS_AT_ONCE) {
            let mut terms = vec!["COUNT(*)".to_owned()];
            for (declared, stored) in pairs {
                terms.extend(Terms::of(declared, stored, multibyte).all());
            }
            let sql = format!("SELECT {} {}", terms.join(", "), object.from());
            let answer = self.connection.rows(&action, &sql)?;
            let mut answer = answer.into_iter().next().unwrap_or_default().into_iter();
            let strange = || {
                SourceError::from(PostgresqlError::Protocol {
                    place: self.connection.server().place().to_owned(),
                    action: action.clone(),
                })
            };
            // A sum over no values is NULL.
            let mut take = || {
                let cell = answer.next().ok_or_else(strange)?;
                Ok::<String, SourceError>(cell.unwrap_or_else(|| "0".to_owned()))
            };
            figures.rows = take()?.parse().map_err(|_| strange())?;
            for (declared, _) in pairs {
                let count = |asked: bool, take: &mut dyn FnMut() -> Result<String, SourceError>| {
                    if asked {
                        take()?.parse().map_err(|_| strange())
                    } else {
                        Ok(0_u64)
                    }
                };
                let reading = &declared.reading;
                let nothing = count(!reading.nothing.is_empty(), &mut take)?;
                let open = count(!reading.open.is_empty(), &mut take)?;
                let integers = count(reading.takes_integers, &mut take)?;
                let non_null = count(true, &mut take)?;
                let total = match declared.value_type {
                    ValueType::Int => Some(Total::IntSum { sum: take()? }),
                    ValueType::Decimal { scale, .. } if scale <= Total::MOST_SUMMED_SCALE => {
                        let not_summed = count(true, &mut take)?;
                        let sum = take()?;
                        Some(Total::DecimalSum { sum, not_summed })
                    }
                    ValueType::Text => Some(Total::TextBytes {
                        bytes: count(true, &mut take)?,
                    }),
                    ValueType::Decimal { .. }
                    | ValueType::Real
                    | ValueType::Date(_)
                    | ValueType::Timestamp
                    | ValueType::Bool
                    | ValueType::Bytes => None,
                };
                figures.totals.push(ColumnTotal {
                    column: declared.name.clone(),
                    non_null,
                    nothing,
                    open,
                    integers,
                    total,
                });
            }
        }
        Ok(figures)
    }

    /// How many rows a table has.
    pub(crate) fn count_of(&self, table: &str) -> Result<u64, SourceError> {
        let action = format!("count table \"{table}\"");
        let sql = format!("SELECT COUNT(*) {}", self.object(table)?.from());
        let answer = self.connection.rows(&action, &sql)?;
        let [count] = cells(answer.into_iter().next().unwrap_or_default());
        count.parse().map_err(|_| {
            PostgresqlError::Protocol {
                place: self.connection.server().place().to_owned(),
                action,
            }
            .into()
        })
    }

    /// Whether the server converts the texts of the database for us: then it has to count the converted bytes.
    fn converts(&self) -> Result<bool, SourceError> {
        let answer = self.connection.rows(
            "name its encoding",
            "SELECT getdatabaseencoding() NOT IN ('UTF8', 'SQL_ASCII')",
        )?;
        let [converts] = cells(answer.into_iter().next().unwrap_or_default());
        Ok(converts == "t")
    }
}

/// What is asked of one column.
struct Terms<'a> {
    declared: &'a Declared,
    stored: &'a Column,
    converts: bool,
}

impl<'a> Terms<'a> {
    fn of(declared: &'a Declared, stored: &'a Column, converts: bool) -> Self {
        Self {
            declared,
            stored,
            converts,
        }
    }

    /// In the order in which they are taken. What a declared type rules out is not asked of every value: of a long table the asking
    /// costs more than the reading.
    fn all(&self) -> Vec<String> {
        let reading = &self.declared.reading;
        let mut terms = Vec::new();
        for listed in [&reading.nothing, &reading.open] {
            if !listed.is_empty() {
                terms.push(format!(
                    "COUNT(*) FILTER (WHERE {})",
                    self.is_listed(listed)
                ));
            }
        }
        if reading.takes_integers {
            terms.push(self.count(&self.is_whole()));
        }
        terms.push(self.count("true"));
        match self.declared.value_type {
            ValueType::Int => {
                let sum = self.aggregate("SUM", &self.number(), &self.is_whole());
                terms.push(format!("({sum})::text"));
            }
            ValueType::Decimal { scale, .. } if scale <= Total::MOST_SUMMED_SCALE => {
                let (summed, units) = self.summed(scale);
                terms.push(match summed.as_str() {
                    "true" => "0".to_owned(),
                    summed => self.count(&format!("NOT COALESCE({summed}, false)")),
                });
                terms.push(match units {
                    Units::OfEach(units) => {
                        format!("({})::text", self.aggregate("SUM", &units, &summed))
                    }
                    Units::OfTheSum(unit) => {
                        let sum = self.aggregate("SUM", &self.number(), &summed);
                        format!("trunc(({sum})::numeric * {unit})::text")
                    }
                });
            }
            ValueType::Text => terms.push(self.bytes()),
            ValueType::Decimal { .. }
            | ValueType::Real
            | ValueType::Date(_)
            | ValueType::Timestamp
            | ValueType::Bool
            | ValueType::Bytes => {}
        }
        terms
    }

    /// How many values there are of which this is true.
    fn count(&self, condition: &str) -> String {
        if condition == "true" && self.declared.reading.nothing.is_empty() {
            return format!("COUNT({})", self.stored.stored());
        }
        self.aggregate("COUNT", "*", condition)
    }

    /// An aggregate over the values of which this is true. Over NULL there is nothing to sum, so only what means nothing is left out.
    fn aggregate(&self, function: &str, of: &str, condition: &str) -> String {
        let nothing = &self.declared.reading.nothing;
        if condition == "true" && nothing.is_empty() && of != "*" {
            return format!("{function}({of})");
        }
        format!(
            "{function}({of}) FILTER (WHERE {} AND {condition})",
            self.counted()
        )
    }

    /// Whether there is a value, and it does not mean nothing.
    fn counted(&self) -> String {
        let stored = self.stored.stored();
        let nothing = &self.declared.reading.nothing;
        if nothing.is_empty() {
            return format!("{stored} IS NOT NULL");
        }
        format!("({stored} IS NOT NULL AND NOT {})", self.is_listed(nothing))
    }

    /// The value as a number, where it is one.
    fn number(&self) -> String {
        let stored = self.stored.stored();
        match self.stored.form {
            Form::Bool => format!("{stored}::int"),
            Form::Money => format!("{stored}::numeric"),
            Form::Float4 => format!("{stored}::text::float8"),
            Form::Oid => format!("{stored}::bigint"),
            Form::Int2 | Form::Int4 | Form::Int8 | Form::Float8 | Form::Numeric => stored,
            Form::Text
            | Form::Padded
            | Form::Bytes
            | Form::Date
            | Form::Timestamp
            | Form::TimestampTz
            | Form::Written => "NULL".to_owned(),
        }
    }

    /// Whether it is read as an integer.
    fn is_whole(&self) -> String {
        match self.stored.form {
            Form::Bool | Form::Int2 | Form::Int4 | Form::Int8 | Form::Oid => "true".to_owned(),
            Form::Numeric
                if self
                    .stored
                    .digits()
                    .is_some_and(|(all, behind)| behind == 0 && all <= 18) =>
            {
                format!("{} <> 'NaN'", self.number())
            }
            Form::Numeric | Form::Money => {
                let number = self.number();
                format!(
                    "COALESCE(scale({number}) = 0 AND {number} BETWEEN {} AND {}, false)",
                    i64::MIN,
                    i64::MAX
                )
            }
            Form::Float4
            | Form::Float8
            | Form::Text
            | Form::Padded
            | Form::Bytes
            | Form::Date
            | Form::Timestamp
            | Form::TimestampTz
            | Form::Written => "false".to_owned(),
        }
    }

    /// Whether a value is one of these: as the copiers compare, texts byte for byte and integers by their plain digits. Never NULL.
    fn is_listed(&self, values: &[String]) -> String {
        let numbers: Vec<String> = values
            .iter()
            .filter_map(|value| listed_integer(value))
            .map(|number| number.to_string())
            .collect();
        let mut ways = Vec::new();
        if !numbers.is_empty() && self.is_whole() != "false" {
            ways.push(format!(
                "({} AND {} IN ({}))",
                self.is_whole(),
                self.number(),
                numbers.join(", ")
            ));
        }
        if let Some(text) = self.text() {
            ways.push(format!(
                "(NOT {} AND ({text}) COLLATE \"C\" IN ({}))",
                self.is_whole(),
                literals(values)
            ));
        }
        if ways.is_empty() {
            return "false".to_owned();
        }
        format!("COALESCE({}, false)", ways.join(" OR "))
    }

    /// The text that a value is compared by.
    fn text(&self) -> Option<String> {
        match self.stored.form {
            Form::Numeric | Form::Money => Some(format!("({})::text", self.number())),
            _ => self.stored.text(),
        }
    }

    /// Whether a value can be summed exactly in units of the scale, by the rule that verification knows too; and the units.
    fn summed(&self, scale: u8) -> (String, Units) {
        let unit = 10_i64.pow(u32::from(scale));
        let bound = Total::LARGEST_SUMMED / unit;
        let number = self.number();
        match self.stored.form {
            // Four bytes cannot be beyond the bound.
            Form::Bool | Form::Int2 | Form::Int4 if bound > i64::from(u32::MAX) => {
                ("true".to_owned(), Units::OfTheSum(unit))
            }
            Form::Bool | Form::Int2 | Form::Int4 | Form::Int8 | Form::Oid => (
                format!("{number} BETWEEN -{bound} AND {bound}"),
                Units::OfTheSum(unit),
            ),
            // No finer than the scale, and within the bound, by its type: only NaN is no number.
            Form::Numeric
                if self.stored.digits().is_some_and(|(all, behind)| {
                    behind > 0 && behind <= scale && all - behind + scale < 15
                }) =>
            {
                (format!("{number} <> 'NaN'"), Units::OfTheSum(unit))
            }
            // Whole numbers as integers are; others by their units.
            Form::Numeric | Form::Money => (
                format!(
                    "CASE WHEN {} THEN {number} BETWEEN -{bound} AND {bound} \
                     ELSE abs({number} * {unit}) < {} AND {number} * {unit} = trunc({number} * {unit}) END",
                    self.is_whole(),
                    Total::LARGEST_SUMMED
                ),
                Units::OfEach(format!("trunc({number} * {unit})")),
            ),
            // Beyond the bound the product is not made: it might be too large for a whole number.
            Form::Float4 | Form::Float8 => {
                let within = format!("{number} BETWEEN -{bound} AND {bound}");
                let bounded = format!("CASE WHEN {within} THEN {number} ELSE 0 END");
                (
                    format!(
                        "{within} AND round({bounded} * {unit}::float8) / {unit}::float8 = {number}"
                    ),
                    Units::OfEach(format!(
                        "(round({bounded} * {unit}::float8)::bigint)::numeric"
                    )),
                )
            }
            Form::Text
            | Form::Padded
            | Form::Bytes
            | Form::Date
            | Form::Timestamp
            | Form::TimestampTz
            | Form::Written => ("false".to_owned(), Units::OfEach("0".to_owned())),
        }
    }

    /// Bytes of the texts, as they come here.
    fn bytes(&self) -> String {
        let whole = self.is_whole();
        if whole != "false" {
            if !self.declared.reading.takes_integers {
                return "0".to_owned();
            }
            let printed = format!("octet_length(({})::text)", self.number());
            return self.aggregate("SUM", &printed, &whole);
        }
        let stored = self.stored.stored();
        let length = match (self.stored.form, self.stored.text()) {
            (Form::Text | Form::Padded, _) if !self.converts => format!("octet_length({stored})"),
            (_, Some(text)) if self.converts => {
                format!("octet_length(convert_to({text}, 'UTF8'))")
            }
            (_, Some(text)) => format!("octet_length({text})"),
            (_, None) => return "0".to_owned(),
        };
        self.aggregate("SUM", &length, "true")
    }
}

/// How units come of numbers: of each before it is summed, or of the sum, which is cheaper where no number is in the way.
enum Units {
    OfEach(String),
    OfTheSum(i64),
}
