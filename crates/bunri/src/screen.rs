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

/// Names of files, and texts of files that somebody else wrote, without letters that would move the cursor or turn the
/// line round.
pub(crate) fn visible(text: &str) -> String {
    let shown = |letter: char| {
        let moves = letter.is_control() && letter != '\n';
        let turns = matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if moves || turns {
            letter.escape_unicode().collect()
        } else {
            String::from(letter)
        }
    };
    text.chars().map(shown).collect()
}

/// Prints why a command ended early, and what to do.
pub(crate) fn failure(log: Log, code: u8, message: &str, advice: Option<&str>) {
    match log {
        Log::Json => {
            event(&json!({"event": "failure", "code": code, "message": message, "advice": advice}))
        }
        Log::Human => {
            tell(&format!("bunri: {}", visible(message)));
            if let Some(advice) = advice {
                tell(&format!("  → {advice}"));
            }
        }
    }
}
