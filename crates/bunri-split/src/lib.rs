//! Staging to stores, decided by Polars
