//! `bunri sample`: the fictional utility's combined database.

use std::sync::atomic::{AtomicU64, Ordering};

use bunri_arguments::SampleArguments;
use bunri_sample::{
    SampleOptions, SecurityOptions, generate, generate_security, planted_path, refuse_security,
};
use serde_json::json;

use crate::Log;
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
        security,
    } = arguments;
    let security = security.as_ref().map(|folder| SecurityOptions {
        points: *points,
        seed: *seed,
        folder: folder.clone(),
    });
    // Before the database is made, which takes longer.
    if let Some(security) = &security {
        refuse_security(security)?;
    }
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
    let beside = security.as_ref().map(generate_security).transpose()?;
    match log {
        Log::Json => screen::event(&json!({
            "event": "sample", "points": stats.points_made, "rows": stats.rows_written,
            "planted": stats.cells_planted, "security_rows": beside.as_ref().map(|stats| stats.rows_written),
            "log_lines": beside.as_ref().map(|stats| stats.log_lines),
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
            if let (Some(SecurityOptions { folder, .. }), Some(beside)) = (&security, &beside) {
                screen::say_wrapped(
                    &format!(
                        "{}: {} rows in {} tables of screens, accounts and rights, {} lines of the access log; \
                         next: bunri incident accounts {}",
                        folder.display(),
                        beside.rows_written,
                        beside.tables,
                        beside.log_lines,
                        folder.join("incidents.toml").display(),
                    ),
                    4,
                );
            }
        }
    }
    Ok(Outcome::Clean)
}
