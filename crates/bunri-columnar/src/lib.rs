//! Canonical Parquet writer, staging layout, sorting, commit
