//! Reading Parquet files that anybody may have written.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Anything that the Parquet reader does with a damaged file, a panic included, is "nothing could be read".
pub(crate) fn guarded<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok().flatten()
}
