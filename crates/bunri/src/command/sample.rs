//! `bunri sample`: the fictional utility's combined database.

use std::sync::atomic::{AtomicU64, Ordering};

use bunri_sample::{SampleOptions, generate, planted_path};
use serde_json::json;

use crate::Log;
use crate::args::SampleArguments;
use crate::exit::{Failure, Outcome};
use crate::screen;

/// How often progress is told, in points.
const STRIDE: u64 = 100_000;

pub(crate) fn run(arguments: &SampleArguments, log: Log) -> Result<Outcome, Failure> {
    let SampleArguments {
        points,
        seed,
        out,
        shuffle,
    } = arguments;
    let options = SampleOptions {
        points: *points,
        seed: *seed,
        out: out.clone(),
        shuffle: *shuffle,
    };
    let told = AtomicU64::new(0);
    let stats = generate(&options, &|done| {
        let strides = done / STRIDE;
        if told.fetch_max(strides, Ordering::Relaxed) < strides && log == Log::Human {
            screen::tell(&format!("sample: {done} of {points} points"));
        }
    })?;
    match log {
        Log::Json => screen::event(&json!({
            "event": "sample", "points": stats.points_made, "rows": stats.rows_written,
            "planted": stats.cells_planted,
        })),
        Log::Human => {
            screen::say(&format!(
                "{}: {} supply points, {} rows in {} tables",
                out.display(),
                stats.points_made,
                stats.rows_written,
                stats.tables.len(),
            ));
            screen::say(&format!(
                "{}: {} planted cells and where each must end (for tests; bunri never reads it)",
                planted_path(out).display(),
                stats.cells_planted,
            ));
        }
    }
    Ok(Outcome::Clean)
}
