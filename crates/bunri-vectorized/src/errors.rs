//! Why a decision is not computed. Nothing here holds a record's value.

use arrow_schema::ArrowError;
use polars::error::PolarsError;

/// A decision that could not be computed. Each is a bug: the catalogue's check admits only rules that can be decided.
#[derive(Debug, thiserror::Error)]
pub enum VectorizedError {
    /// A column operation failed, or left a row without an answer.
    #[error("table `{table}`: the decision could not be computed: {source}")]
    Polars {
        /// The table's id.
        table: String,
        /// What Polars said.
        source: PolarsError,
    },
    /// A batch did not have the form that was asked for.
    #[error("table `{table}`: {source}")]
    Arrow {
        /// The table's id.
        table: String,
        /// Why not.
        source: ArrowError,
    },
    /// A column that rules read was not among those read from staging.
    #[error(
        "table `{table}`: the column at position {column} was not read, so nothing can be decided by it; please \
         report this as a bug"
    )]
    ColumnNotRead {
        /// The table's id.
        table: String,
        /// Its position in the catalogue, from 0.
        column: usize,
    },
}

impl VectorizedError {
    pub(crate) fn polars(table: &str) -> impl FnOnce(PolarsError) -> Self {
        let table = table.to_owned();
        move |source| Self::Polars { table, source }
    }

    pub(crate) fn arrow(table: &str) -> impl FnOnce(ArrowError) -> Self {
        let table = table.to_owned();
        move |source| Self::Arrow { table, source }
    }
}
