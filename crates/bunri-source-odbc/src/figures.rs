//! The database's own figures: it counts and sums, not our reader, so that a row that the reader lost is missed, and so is a text that
//! a driver cut off: its bytes are summed by the database.
//!
//! A value that means nothing by the catalogue is staged as NULL, so the database is asked for its figures by the same rule: such a
//! value is NULL in them, and counted beside them.

use bunri_catalogue::{Column as Declared, Table};
use bunri_manifest::{ColumnTotal, Total};
use bunri_odbc::{Dbms, OdbcError};
use bunri_source_model::{Figures, SourceError};
use bunri_types::{ValueType, listed_integer};

use crate::form::{Column, Form, Terms, Whole};
use crate::session::{OdbcReader, from};
use crate::sqlite;

/// Columns that one statement counts; one takes at most seven terms.
const COLUMNS_AT_ONCE: usize = 100;

impl OdbcReader {
    /// Counts and sums of a table.
    ///
    /// # Errors
    /// What the database says.
    pub fn figures(&self, table: &Table) -> Result<Figures, SourceError> {
        let connection = self.shared.turn();
        let names: Vec<&str> = table.columns.iter().map(|it| it.name.as_str()).collect();
        let stored = self.named(&connection, &table.name, &names)?;
        let from = from(&connection, self.entry(&table.name)?);
        let dbms = connection.dbms();
        let action = format!("count table \"{}\"", table.name);
        let mut figures = Figures {
            broken: 0,
            rows: 0,
            totals: Vec::with_capacity(stored.len()),
        };
        let pairs: Vec<(&Declared, &Column)> = table.columns.iter().zip(&stored).collect();
        for pairs in pairs.chunks(COLUMNS_AT_ONCE) {
            let mut terms = vec!["COUNT(*)".to_owned()];
            for (declared, stored) in pairs {
                terms.extend(match dbms {
                    Dbms::Sqlite => sqlite::terms(declared, &stored.stored),
                    _ => Asked::of(dbms, declared, stored).all(),
                });
            }
            let sql = format!("SELECT {} {from}", terms.join(", "));
            let answer = connection.rows(&action, &sql)?.into_iter().next();
            let mut answer = Answer {
                cells: answer.unwrap_or_default().into_iter(),
                strange: &|| connection.strange(&action),
            };
            figures.rows = answer.count()?;
            for (declared, _) in pairs {
                figures.totals.push(answer.total(declared, dbms)?);
            }
        }
        Ok(figures)
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// What the database says.
    pub fn count_of(&self, table: &str) -> Result<u64, SourceError> {
        let connection = self.shared.turn();
        let action = format!("count table \"{table}\"");
        let sql = format!("SELECT COUNT(*) {}", from(&connection, self.entry(table)?));
        let mut answer = connection
            .rows(&action, &sql)?
            .into_iter()
            .flatten()
            .flatten();
        let count = answer.next().and_then(|count| count.parse().ok());
        Ok(count.ok_or_else(|| connection.strange(&action))?)
    }
}

/// Cells of the one row of an answer, one after the other.
struct Answer<'a> {
    cells: std::vec::IntoIter<Option<String>>,
    strange: &'a dyn Fn() -> OdbcError,
}

impl Answer<'_> {
    /// A sum over no values is NULL.
    fn take(&mut self) -> Result<String, OdbcError> {
        let cell = self.cells.next().ok_or_else(|| (self.strange)())?;
        Ok(cell.unwrap_or_else(|| "0".to_owned()))
    }

    fn count(&mut self) -> Result<u64, OdbcError> {
        self.sum()?.parse().map_err(|_| (self.strange)())
    }

    /// A whole number, which some print with a point and zeros.
    fn sum(&mut self) -> Result<String, OdbcError> {
        let cell = self.take()?;
        let whole = match cell.split_once('.') {
            Some((whole, zeros)) if zeros.bytes().all(|digit| digit == b'0') => whole,
            Some(_) => return Err((self.strange)()),
            None => &cell,
        };
        let number: i128 = whole.parse().map_err(|_| (self.strange)())?;
        Ok(number.to_string())
    }

    /// A sum that the database gives as two, of the upper and the lower halves of its numbers.
    fn halves(&mut self) -> Result<String, OdbcError> {
        let mut half =
            || -> Result<i128, OdbcError> { self.sum()?.parse().map_err(|_| (self.strange)()) };
        Ok(((half()? << 32) + half()?).to_string())
    }

    fn total(&mut self, declared: &Declared, dbms: Dbms) -> Result<ColumnTotal, OdbcError> {
        let reading = &declared.reading;
        let mut counts = [0; 3];
        let asked = [
            !reading.nothing.is_empty(),
            !reading.open.is_empty(),
            reading.takes_integers,
        ];
        for (count, asked) in counts.iter_mut().zip(asked) {
            if asked {
                *count = self.count()?;
            }
        }
        let [nothing, open, integers] = counts;
        let non_null = self.count()?;
        let sum = |answer: &mut Self| match dbms {
            Dbms::Sqlite => answer.halves(),
            _ => answer.sum(),
        };
        let total = match declared.value_type {
            ValueType::Int => Some(Total::IntSum { sum: sum(self)? }),
            ValueType::Decimal { scale, .. } if scale <= Total::MOST_SUMMED_SCALE => {
                let not_summed = self.count()?;
                let sum = sum(self)?;
                Some(Total::DecimalSum { sum, not_summed })
            }
            ValueType::Text => Some(Total::TextBytes {
                bytes: self.count()?,
            }),
            ValueType::Decimal { .. }
            | ValueType::Real
            | ValueType::Date(_)
            | ValueType::Timestamp
            | ValueType::Bool
            | ValueType::Bytes => None,
        };
        Ok(ColumnTotal {
            column: declared.name.clone(),
            non_null,
            nothing,
            open,
            integers,
            total,
        })
    }
}

/// What is asked of one column.
struct Asked<'a> {
    terms: Terms,
    declared: &'a Declared,
    stored: &'a Column,
}

impl<'a> Asked<'a> {
    fn of(dbms: Dbms, declared: &'a Declared, stored: &'a Column) -> Self {
        Self {
            terms: Terms(dbms),
            declared,
            stored,
        }
    }

    /// In the order in which they are taken.
    fn all(&self) -> Vec<String> {
        let reading = &self.declared.reading;
        let mut terms = Vec::new();
        for listed in [&reading.nothing, &reading.open] {
            if !listed.is_empty() {
                terms.push(count(&[self.is_listed(listed)]));
            }
        }
        if reading.takes_integers {
            terms.push(self.count_whole());
        }
        terms.push(match reading.nothing.is_empty() {
            true => format!("COUNT({})", self.stored.stored),
            false => count(&self.counted()),
        });
        match self.declared.value_type {
            ValueType::Int => terms.push(self.sum_of_whole()),
            ValueType::Decimal { scale, .. } if self.is_summed_by_its_type(scale) => {
                let unit = 10_i64.pow(u32::from(scale));
                let number = self.stored.number.as_deref().unwrap_or("0");
                terms.push("0".to_owned());
                terms.push(format!("{} * {unit}", sum(&self.counted(), number)));
            }
            ValueType::Decimal { scale, .. } if scale <= Total::MOST_SUMMED_SCALE => {
                let (summed, units) = self.summed(scale);
                let mut left_out = self.counted();
                left_out.push(format!("NOT ({summed})"));
                terms.push(count(&left_out));
                let mut conditions = self.counted();
                conditions.push(summed);
                terms.push(sum(&conditions, &units));
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

    /// Whether no value of the type is finer than the scale or too large to be summed: then nobody asks each of them.
    fn is_summed_by_its_type(&self, scale: u8) -> bool {
        scale <= Total::MOST_SUMMED_SCALE
            && self.stored.digits.is_some_and(|(all, behind)| {
                behind <= scale && all.saturating_sub(behind) + scale < 15
            })
    }

    /// There is a value, and it does not mean nothing.
    fn counted(&self) -> Vec<String> {
        let mut conditions = vec![format!("{} IS NOT NULL", self.stored.stored)];
        let nothing = &self.declared.reading.nothing;
        if !nothing.is_empty() {
            conditions.push(format!("NOT {}", self.is_listed(nothing)));
        }
        conditions
    }

    /// The same, and it is read as an integer; [`None`]: none is.
    fn whole(&self) -> Option<Vec<String>> {
        let mut conditions = self.counted();
        match &self.stored.whole {
            Whole::Always => {}
            Whole::Never => return None,
            Whole::When(condition) => conditions.push(format!("({condition})")),
        }
        Some(conditions)
    }

    fn count_whole(&self) -> String {
        self.whole()
            .map_or_else(|| "0".to_owned(), |conditions| count(&conditions))
    }

    fn sum_of_whole(&self) -> String {
        match (self.whole(), &self.stored.number) {
            (Some(conditions), Some(number)) => sum(&conditions, &self.terms.exact(number)),
            _ => "0".to_owned(),
        }
    }

    /// Whether a value is one of these: as the copiers compare, texts byte for byte and integers by their plain digits.
    fn is_listed(&self, values: &[String]) -> String {
        let numbers: Vec<String> = values
            .iter()
            .filter_map(|value| listed_integer(value))
            .map(|number| number.to_string())
            .collect();
        let mut ways = Vec::new();
        let Column {
            number,
            whole,
            text,
            ..
        } = self.stored;
        if let (Some(number), false) = (number, numbers.is_empty()) {
            let listed = format!("{number} IN ({})", numbers.join(", "));
            match whole {
                Whole::Always => ways.push(listed),
                Whole::Never => {}
                Whole::When(condition) => ways.push(format!("({condition} AND {listed})")),
            }
        }
        if let Some(text) = text {
            let listed = format!("{text} IN ({})", self.terms.literals(values));
            match whole {
                Whole::Always => {}
                Whole::Never => ways.push(listed),
                Whole::When(condition) => ways.push(format!("(NOT ({condition}) AND {listed})")),
            }
        }
        if ways.is_empty() {
            return "(1 = 0)".to_owned();
        }
        format!("({})", ways.join(" OR "))
    }

    /// Whether a value can be summed exactly in units of the scale, by the rule that verification knows too; and the units.
    fn summed(&self, scale: u8) -> (String, String) {
        let unit = 10_i64.pow(u32::from(scale));
        let bound = Total::LARGEST_SUMMED / unit;
        let never = || ("1 = 0".to_owned(), "0".to_owned());
        let Some(number) = &self.stored.number else {
            return never();
        };
        match self.stored.form {
            Form::Integer => (
                format!("{number} BETWEEN -{bound} AND {bound}"),
                format!("{} * {unit}", self.terms.exact(number)),
            ),
            // Whole numbers as integers are; others by their units.
            Form::Digits => {
                let fine = format!(
                    "ABS({number}) <= {bound} + 1 AND ABS({number} * {unit}) < {} AND {number} * {unit} = FLOOR({number} * {unit})",
                    Total::LARGEST_SUMMED
                );
                let within = format!("{number} BETWEEN -{bound} AND {bound}");
                let summed = match &self.stored.whole {
                    Whole::Always => within,
                    Whole::Never => fine,
                    Whole::When(condition) => {
                        format!("(({condition}) AND {within}) OR (NOT ({condition}) AND {fine})")
                    }
                };
                (summed, format!("FLOOR({number} * {unit})"))
            }
            // Beyond the bound the product is not made: it might be too large for a whole number.
            Form::Double => {
                let within = format!("{number} BETWEEN -{bound} AND {bound}");
                let bounded = format!("CASE WHEN {within} THEN {number} ELSE 0 END");
                let many = self.terms.unit(unit);
                (
                    format!("{within} AND ROUND(({bounded}) * {many}) / {many} = {number}"),
                    self.terms.rounded(&format!("({bounded}) * {many}")),
                )
            }
            Form::Single | Form::Text | Form::Bytes | Form::Day | Form::Moment | Form::Stored => {
                never()
            }
        }
    }

    /// Bytes of the texts, as they come here.
    fn bytes(&self) -> String {
        let mut parts = Vec::new();
        if let (true, Some(conditions), Some(number)) = (
            self.declared.reading.takes_integers,
            self.whole(),
            &self.stored.number,
        ) {
            let printed = self.terms.octets(&self.terms.printed(number));
            parts.push(sum(&conditions, &printed));
        }
        // As it is written, of the years that a database knows.
        if self.stored.form == Form::Day {
            parts.push(sum(&self.counted(), "10"));
        }
        // Digits that are no integer are no text, and reject their row.
        if let (Some(text), Form::Text | Form::Moment) = (&self.stored.text, self.stored.form) {
            let octets = self.stored.octets.clone();
            let octets = octets.unwrap_or_else(|| self.terms.octets(text));
            parts.push(sum(&self.counted(), &octets));
        }
        match parts.as_slice() {
            [] => "0".to_owned(),
            parts => parts.join(" + "),
        }
    }
}

fn case(conditions: &[String], value: &str) -> String {
    format!("CASE WHEN {} THEN {value} END", conditions.join(" AND "))
}

fn count(conditions: &[String]) -> String {
    format!("COUNT({})", case(conditions, "1"))
}

/// Zero over no values, so that sums of two can be added.
fn sum(conditions: &[String], value: &str) -> String {
    format!("COALESCE(SUM({}), 0)", case(conditions, value))
}
