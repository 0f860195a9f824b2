//! Retailer codes: the incumbent's with their validity, the vacancy codes, the list of known retailers.

use std::collections::{BTreeSet, HashMap, HashSet};

use arrow_array::ArrayRef;
use arrow_schema::DataType;
use bunri_catalogue::{
    Catalogue, Compare, Counts, IncumbentCode, OtherWhen, OwnWhen, Table, ValueList,
};
use bunri_types::ValueType;
use polars::prelude::{
    BooleanChunked, ChunkCompareEq, ChunkCompareIneq, Column, DataFrame, Int64Chunked,
    PolarsResult, StringChunked,
};

use crate::frame::{as_numbers, column_name, constant, first_of, mask, text, trimmed_name, word};
use crate::verdict::{OTHER, OWN, Reason, UNDECIDED};

/// What codes mean, before a rule says how it compares.
#[derive(Debug, Clone)]
pub struct Codes {
    pub(crate) incumbent: Vec<IncumbentCode>,
    vacant: BTreeSet<String>,
    retailers: BTreeSet<String>,
}

impl Codes {
    /// The catalogue's, and the known retailers.
    #[must_use]
    pub fn new(catalogue: &Catalogue, retailers: BTreeSet<String>) -> Self {
        Self {
            incumbent: catalogue.incumbent.clone(),
            vacant: catalogue.vacant.clone(),
            retailers,
        }
    }

    /// One code of the incumbent, and nobody else.
    #[cfg(test)]
    pub(crate) fn only_incumbent(code: &str) -> Self {
        Self {
            incumbent: vec![IncumbentCode {
                code: code.to_owned(),
                from: None,
                until: None,
            }],
            vacant: BTreeSet::new(),
            retailers: BTreeSet::new(),
        }
    }

    /// Whether the code is a declared vacancy.
    pub(crate) fn is_vacant(&self, code: &StringChunked, compare: Compare) -> BooleanChunked {
        is_one_of(code, self.vacant.iter().map(String::as_str), compare)
    }

    /// Whether the code is a known retailer.
    pub(crate) fn is_listed(&self, code: &StringChunked, compare: Compare) -> BooleanChunked {
        is_one_of(code, self.retailers.iter().map(String::as_str), compare)
    }

    /// What the entries of `own_when` say together of the ledger's rows (docs/rules.md, section 1.7): one column an entry,
    /// in its order.
    pub(crate) fn own_when(
        &self,
        entries: &[OwnWhen],
        columns: &[ArrayRef],
        rows: usize,
    ) -> PolarsResult<Int64Chunked> {
        let each = entries.iter().zip(columns);
        let each = each
            .map(|(entry, column)| self.one_own_when(entry, column))
            .collect::<PolarsResult<Vec<_>>>()?;
        all_say_own(&each, rows)
    }

    fn one_own_when(&self, entry: &OwnWhen, column: &ArrayRef) -> PolarsResult<Int64Chunked> {
        let own = is_listed(column, &entry.own, entry.compare)?;
        let other = match &entry.other {
            OtherWhen::Listed(list) => is_listed(column, list, entry.compare)?,
            OtherWhen::Retailers => is_value(
                column,
                self.retailers.iter().map(String::as_str),
                entry.compare,
            )?,
        };
        first_of(
            &[(&own, &word(OWN)), (&other, &word(OTHER))],
            &word(Reason::OwnWhenUnlisted.verdict()),
        )
    }

    /// The verdict of a code on a day (docs/rules.md, section 1.6). Without a day no code has a validity.
    pub(crate) fn verdict(
        &self,
        code: &StringChunked,
        compare: Compare,
        day: Option<&Int64Chunked>,
    ) -> PolarsResult<Int64Chunked> {
        let mut own = mask(false, code.len());
        for entry in &self.incumbent {
            let mut this = is_one_of(code, [entry.code.as_str()], compare);
            if let (Some(day), Some(from)) = (day, entry.from) {
                this = this & day.gt_eq(i64::from(from));
            }
            if let (Some(day), Some(until)) = (day, entry.until) {
                this = this & day.lt_eq(i64::from(until));
            }
            own = own | this;
        }
        let unknown = word(Reason::RetailerUnknown.verdict());
        first_of(
            &[
                (&code.is_null(), &unknown),
                (&self.is_vacant(code, compare), &word(OTHER)),
                (&own, &word(OWN)),
                (&self.is_listed(code, compare), &word(OTHER)),
            ],
            &unknown,
        )
    }
}

/// Any other: other. Else the first undecided. Else own.
pub(crate) fn all_say_own(rules: &[Int64Chunked], rows: usize) -> PolarsResult<Int64Chunked> {
    let mut other = mask(false, rows);
    let mut first_undecided = constant(OWN, rows);
    for rule in rules.iter().rev() {
        other = other | rule.equal(OTHER);
        first_undecided = first_of(&[(&rule.gt_eq(UNDECIDED), rule)], &first_undecided)?;
    }
    first_of(&[(&other, &word(OTHER))], &first_undecided)
}

/// Which ledger rows count (docs/rules.md, section 1.2), and which make their whole key undecided.
pub(crate) struct Counting {
    pub(crate) never: BooleanChunked,
    pub(crate) unknown: BooleanChunked,
}

impl Counting {
    pub(crate) fn of(counts: &Counts, column: &ArrayRef) -> PolarsResult<Self> {
        let never = is_listed(column, &counts.never, counts.compare)?;
        let counting = is_listed(column, &counts.counting, counts.compare)?;
        let unknown = !(&never | &counting);
        Ok(Self { never, unknown })
    }
}

/// Whether a text or int column holds a value of a list, or is NULL where the list speaks of it.
fn is_listed(
    column: &ArrayRef,
    list: &ValueList,
    compare: Compare,
) -> PolarsResult<BooleanChunked> {
    let listed = is_value(column, list.values.iter().map(String::as_str), compare)?;
    if !list.null {
        return Ok(listed);
    }
    let nulls: BooleanChunked = (0..column.len())
        .map(|row| Some(column.is_null(row)))
        .collect();
    Ok(listed | nulls)
}

/// Whether a text or int column holds one of some values; NULL is none of them.
fn is_value<'a>(
    column: &ArrayRef,
    values: impl IntoIterator<Item = &'a str>,
    compare: Compare,
) -> PolarsResult<BooleanChunked> {
    if column.data_type() == &DataType::Utf8 {
        return Ok(is_one_of(
            text("value", column, compare).str()?,
            values,
            compare,
        ));
    }
    let numbers: Int64Chunked = as_numbers(column).into_iter().collect();
    Ok(is_one_number_of(&numbers, values))
}

/// Whether a number is one of some values, which are written as decimal text. NULL is none of them.
pub(crate) fn is_one_number_of<'a>(
    numbers: &Int64Chunked,
    values: impl IntoIterator<Item = &'a str>,
) -> BooleanChunked {
    let values: HashSet<i64> = values.into_iter().filter_map(whole_number).collect();
    numbers
        .iter()
        .map(|number| Some(number.is_some_and(|number| values.contains(&number))))
        .collect()
}

/// The number that a value of the catalogue is, as the source would print it.
pub(crate) fn whole_number(value: &str) -> Option<i64> {
    let number = value.parse::<i64>().ok()?;
    (number.to_string() == value).then_some(number)
}

/// Whether a text is one of some values. NULL is none of them. With [`Compare::Trim`] the text is a column that
/// was trimmed on its way into the frame ([`text_column`]).
pub(crate) fn is_one_of<'a>(
    text: &StringChunked,
    values: impl IntoIterator<Item = &'a str>,
    compare: Compare,
) -> BooleanChunked {
    let values: HashSet<&str> = values
        .into_iter()
        .map(|value| match compare {
            Compare::Trim => value.trim(),
            Compare::Exact => value,
        })
        .collect();
    // Polars' core has no membership, and a list of codes is short: a look into a set for each row.
    text.iter()
        .map(|text| Some(text.is_some_and(|text| values.contains(text))))
        .collect()
}

/// The position of the first case that fits, or their number. Found in a map: a class may have thousands of cases.
pub(crate) fn case_of(
    table: &Table,
    frame: &DataFrame,
    position: usize,
    compare: Compare,
    values: &[&str],
) -> PolarsResult<Int64Chunked> {
    let fallback = values.len() as i64;
    if table.columns[position].value_type == ValueType::Int {
        let mut places = HashMap::new();
        for (place, value) in values.iter().enumerate() {
            if let Some(number) = whole_number(value) {
                places.entry(number).or_insert(place as i64);
            }
        }
        let place = |number: Option<i64>| number.and_then(|number| places.get(&number).copied());
        let numbers = column(frame, position)?.i64()?.iter();
        return Ok(numbers
            .map(|number| Some(place(number).unwrap_or(fallback)))
            .collect());
    }
    let mut places = HashMap::new();
    for (place, value) in values.iter().enumerate() {
        let value = match compare {
            Compare::Trim => value.trim(),
            Compare::Exact => *value,
        };
        places.entry(value).or_insert(place as i64);
    }
    let place = |text: Option<&str>| text.and_then(|text| places.get(text).copied());
    let texts = text_column(frame, position, compare)?.iter();
    Ok(texts
        .map(|text| Some(place(text).unwrap_or(fallback)))
        .collect())
}

/// A text column as the comparison sees it.
pub(crate) fn text_column(
    frame: &DataFrame,
    position: usize,
    compare: Compare,
) -> PolarsResult<&StringChunked> {
    let name = match compare {
        Compare::Exact => column_name(position),
        Compare::Trim => trimmed_name(position),
    };
    frame.column(&name)?.str()
}

/// A rule column by its position.
pub(crate) fn column(frame: &DataFrame, position: usize) -> PolarsResult<&Column> {
    frame.column(&column_name(position))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use arrow_array::{Int64Array, StringArray};

    use super::*;
    use crate::frame::results;

    fn list(values: &[&str], null: bool) -> ValueList {
        ValueList {
            values: values.iter().map(|&value| value.to_owned()).collect(),
            null,
        }
    }

    fn codes() -> Codes {
        Codes {
            incumbent: Vec::new(),
            vacant: BTreeSet::new(),
            retailers: ["99010", "99020"].map(str::to_owned).into(),
        }
    }

    #[test]
    fn any_other_is_other_and_else_the_first_undecided_holds() {
        let column = |verdicts: [i64; 4]| verdicts.map(Some).into_iter().collect();
        let first = column([OWN, UNDECIDED, OWN, UNDECIDED]);
        let second = column([OWN, UNDECIDED + 1, OTHER, OTHER]);
        let said = all_say_own(&[first, second], 4).unwrap();
        assert_eq!(
            results(&said, "all").unwrap(),
            [OWN, UNDECIDED, OTHER, OTHER]
        );
    }

    #[test]
    fn what_own_when_does_not_list_is_undecided_and_null_only_listed() {
        let kinds: ArrayRef = Arc::new(StringArray::from(vec![
            Some("normal "),
            Some("island"),
            Some("99"),
            None,
        ]));
        let agents: ArrayRef = Arc::new(StringArray::from(vec![
            None,
            Some("99010"),
            Some("99020"),
            Some("99020"),
        ]));
        let kind = OwnWhen {
            own: list(&["normal"], false),
            other: OtherWhen::Listed(list(&["island"], false)),
            compare: Compare::Trim,
        };
        let agent = OwnWhen {
            own: list(&["99010"], true),
            other: OtherWhen::Retailers,
            compare: Compare::Exact,
        };
        let unlisted = Reason::OwnWhenUnlisted.verdict();
        let said = |entries: &[OwnWhen], columns: &[ArrayRef]| {
            results(&codes().own_when(entries, columns, 4).unwrap(), "own").unwrap()
        };
        assert_eq!(
            said(std::slice::from_ref(&kind), std::slice::from_ref(&kinds)),
            [OWN, OTHER, unlisted, unlisted]
        );
        assert_eq!(
            said(&[kind, agent], &[kinds, agents]),
            [OWN, OTHER, OTHER, OTHER]
        );
        assert_eq!(said(&[], &[]), [OWN; 4]);
    }

    #[test]
    fn numbers_are_listed_by_their_decimal_text() {
        let flags: ArrayRef = Arc::new(Int64Array::from(vec![Some(0), Some(1), Some(2), None]));
        let counts = Counts {
            counting: list(&["0"], false),
            never: list(&["1", "02"], false),
            compare: Compare::Exact,
        };
        let counting = Counting::of(&counts, &flags).unwrap();
        let is = |mask: &BooleanChunked| mask.iter().flatten().collect::<Vec<_>>();
        assert_eq!(is(&counting.never), [false, true, false, false]);
        assert_eq!(is(&counting.unknown), [false, false, true, true]);
    }
}
