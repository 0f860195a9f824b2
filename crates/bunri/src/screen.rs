//! Everything that is printed. Results go to standard output, progress and failures to standard error.

use std::io::Write;

use serde_json::{Value, json};

use crate::args::Log;

/// Prints a result. A closed pipe is no failure of the job.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints a line of progress.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints an event for a machine.
pub(crate) fn event(event: &Value) {
    tell(&event.to_string());
}

/// Prints why a command ended early, and what to do.
pub(crate) fn failure(log: Log, code: u8, message: &str, advice: Option<&str>) {
    match log {
        Log::Json => {
            event(&json!({"event": "failure", "code": code, "message": message, "advice": advice}))
        }
        Log::Human => {
            tell(&format!("bunri: {message}"));
            if let Some(advice) = advice {
                tell(&format!("  → {advice}"));
            }
        }
    }
}
