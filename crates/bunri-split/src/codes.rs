//! Retailer codes: the incumbent's with their validity, the vacancy codes, the list of known retailers.

use std::collections::BTreeSet;

use arrow_array::cast::AsArray;
use bunri_catalogue::{Catalogue, Compare, IncumbentCode};
use bunri_columnar::Staging;
use polars::prelude::{Expr, LiteralValue, NamedFrom, Scalar, Series, col, lit, when};

use crate::SplitError;
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
    pub(crate) fn is_vacant(&self, code: &Expr, compare: Compare) -> Expr {
        is_one_of(code, self.vacant.iter().map(String::as_str), compare)
    }

    /// Whether the code is a known retailer.
    pub(crate) fn is_listed(&self, code: &Expr, compare: Compare) -> Expr {
        is_one_of(code, self.retailers.iter().map(String::as_str), compare)
    }

    /// The verdict of a code on a day (docs/rules.md, section 1.5). Without a day no code has a validity.
    pub(crate) fn verdict(&self, code: &Expr, compare: Compare, day: Option<&Expr>) -> Expr {
        let own = self.incumbent.iter().fold(typed_lit(false), |any, entry| {
            let mut this = is_one_of(code, [entry.code.as_str()], compare);
            if let (Some(day), Some(from)) = (day, entry.from) {
                this = this.and(day.clone().gt_eq(typed_lit(i64::from(from))));
            }
            if let (Some(day), Some(until)) = (day, entry.until) {
                this = this.and(day.clone().lt_eq(typed_lit(i64::from(until))));
            }
            any.or(this)
        });
        when(code.clone().is_null())
            .then(typed_lit(Reason::RetailerUnknown.verdict()))
            .when(self.is_vacant(code, compare))
            .then(typed_lit(OTHER))
            .when(own)
            .then(typed_lit(OWN))
            .when(self.is_listed(code, compare))
            .then(typed_lit(OTHER))
            .otherwise(typed_lit(Reason::RetailerUnknown.verdict()))
    }
}

/// Whether a text is one of some values. NULL is none of them. With [`Compare::Trim`] the text is a column that
/// was trimmed on its way into the frame ([`text_column`]).
pub(crate) fn is_one_of<'a>(
    text: &Expr,
    values: impl IntoIterator<Item = &'a str>,
    compare: Compare,
) -> Expr {
    let values: Vec<&str> = values
        .into_iter()
        .map(|value| {
            if compare == Compare::Trim {
                value.trim()
            } else {
                value
            }
        })
        .collect();
    if values.is_empty() {
        return typed_lit(false);
    }
    let list = lit(Series::new("values".into(), values)).implode(false);
    text.clone().is_in(list, false).fill_null(typed_lit(false))
}

/// A text column as the comparison sees it.
pub(crate) fn text_column(position: usize, compare: Compare) -> Expr {
    match compare {
        Compare::Exact => column(position),
        Compare::Trim => col(crate::frame::trimmed_name(position)),
    }
}

/// A literal of exactly this type; Polars' own `lit` lets the plan choose a narrower one.
pub(crate) fn typed_lit<T>(value: T) -> Expr
where
    Scalar: From<T>,
{
    Expr::Literal(LiteralValue::Scalar(Scalar::from(value)))
}

/// A text as a literal.
pub(crate) fn text_lit(value: &str) -> Expr {
    lit(value.to_owned())
}

/// A rule column by its position.
pub(crate) fn column(position: usize) -> Expr {
    col(crate::frame::column_name(position))
}
