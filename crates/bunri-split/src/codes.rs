//! Retailer codes: the incumbent's with their validity, the vacancy codes, the list of known retailers.

use std::collections::{BTreeSet, HashSet};

use arrow_array::cast::AsArray;
use bunri_catalogue::{Catalogue, Compare, IncumbentCode};
use bunri_columnar::Staging;
use polars::prelude::{
    BooleanChunked, ChunkCompareIneq, Column, DataFrame, Int64Chunked, PolarsResult, StringChunked,
};

use crate::SplitError;
use crate::frame::{column_name, first_of, mask, trimmed_name, word};
use crate::verdict::{OTHER, OWN, Reason};

/// What codes mean, before a rule says how it compares.
#[derive(Debug, Clone)]
pub(crate) struct Codes {
    pub(crate) incumbent: Vec<IncumbentCode>,
    vacant: BTreeSet<String>,
    retailers: BTreeSet<String>,
}

impl Codes {
    /// Reads the list of known retailers from staging; a row that was rejected is not a known retailer.
    pub(crate) fn load(catalogue: &Catalogue, staging: &Staging) -> Result<Self, SplitError> {
        let table = &catalogue.tables[catalogue.retailers.table];
        let mut retailers = BTreeSet::new();
        for batch in staging
            .table(table)?
            .columns(&[catalogue.retailers.column], 8192)?
        {
            let batch = batch?;
            let codes = batch.column(0).as_string::<i32>();
            retailers.extend(codes.iter().flatten().map(str::to_owned));
        }
        Ok(Self {
            incumbent: catalogue.incumbent.clone(),
            vacant: catalogue.vacant.clone(),
            retailers,
        })
    }

    /// Whether the code is a declared vacancy.
    pub(crate) fn is_vacant(&self, code: &StringChunked, compare: Compare) -> BooleanChunked {
        is_one_of(code, self.vacant.iter().map(String::as_str), compare)
    }

    /// Whether the code is a known retailer.
    pub(crate) fn is_listed(&self, code: &StringChunked, compare: Compare) -> BooleanChunked {
        is_one_of(code, self.retailers.iter().map(String::as_str), compare)
    }

    /// The verdict of a code on a day (docs/rules.md, section 1.5). Without a day no code has a validity.
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
