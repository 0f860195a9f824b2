//! Why something is not exported.

/// Why something is not exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// What was typed as a time is none.
    #[error(
        "`{}` is not a time of RFC 3339, such as 2026-04-01T02:30:00+09:00: {source}",
        .text.escape_debug()
    )]
    Time {
        /// What was typed.
        text: String,
        /// What is wrong with it.
        source: jiff::Error,
    },
    /// A manifest that does not belong to this catalogue and job.
    #[error(
        "the manifest of `{place}` is of another run: its {what} is `{}`, and the job's is `{}`; run `bunri verify`, which says \
         what lies there, or restore what belongs there",
        .found.escape_debug(), .expected.escape_debug()
    )]
    OtherRun {
        /// The folder, by its name in a run.
        place: &'static str,
        /// What differs.
        what: &'static str,
        /// What the manifest says.
        found: String,
        /// What the job or its catalogue says.
        expected: String,
    },
    /// A manifest with other tables or columns than the catalogue gives that place.
    #[error(
        "the manifest of `{place}` does not have the tables and columns that the catalogue gives it (table `{}`); run `bunri \
         verify`, which says what differs",
        .table.escape_debug()
    )]
    OtherTables {
        /// The folder, by its name in a run.
        place: &'static str,
        /// The first table that differs.
        table: String,
    },
    /// Plain data that does not become JSON.
    #[error("the export cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}
