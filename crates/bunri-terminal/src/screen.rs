//! Everything that is printed. Results go to standard output, progress and failures to standard error.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::Log;
use crate::clock;

/// Columns of a screen whose width nobody knows.
pub const WIDTH: u16 = 80;

/// The first result that did not reach standard output.
static LOST: Mutex<Option<io::Error>> = Mutex::new(None);

/// Prints a result. Nothing that is said moves the cursor: names are whatever somebody else wrote.
pub fn say(text: &str) {
    say_styled(&visible(text));
}

/// Prints a result that is styled for a terminal; what it quotes was made [`visible`] before.
pub fn say_styled(text: &str) {
    let mut out = io::stdout();
    keep_the_first(writeln!(out, "{text}").and_then(|()| out.flush()));
}

/// Prints a result in lines of at most [`WIDTH`] columns, all but the first set in; a longer word has a line of its own.
pub fn say_wrapped(text: &str, indent: usize) {
    say(&wrapped(text, indent, usize::from(WIDTH)));
}

/// A text in lines of at most so many columns, all but the first set in; a longer word has a line of its own.
pub(crate) fn wrapped(text: &str, indent: usize, most: usize) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    for (number, word) in text.split(' ').enumerate() {
        let full = width(&line) + 1 + width(word) > most;
        if full && !line.trim().is_empty() {
            lines.push_str(&line);
            lines.push('\n');
            line = " ".repeat(indent);
        } else if number > 0 {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines + &line
}

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Columns that a letter takes: East Asian letters are wide.
pub(crate) fn columns(letter: char) -> usize {
    if letter < '\u{1100}' { 1 } else { 2 }
}

/// Prints a text for another program, letter by letter, unless a person is looking.
pub fn say_exact(text: &str) {
    if io::stdout().is_terminal() {
        say(text);
    } else {
        say_styled(text);
    }
}

/// A pipe that was closed was read as far as somebody wanted; anything else is a result that nobody has.
fn keep_the_first(written: io::Result<()>) {
    if let Err(refused) = written
        && refused.kind() != io::ErrorKind::BrokenPipe
    {
        let mut lost = LOST.lock().unwrap_or_else(PoisonError::into_inner);
        lost.get_or_insert(refused);
    }
}

/// Why a result did not reach standard output, if one did not.
pub fn lost() -> Option<io::Error> {
    LOST.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Prints a line of progress.
pub fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{}", visible(text));
}

/// Prints an event for a machine, with the time in front; times ascend, whichever thread speaks.
pub fn event(event: &Value) {
    static SPEAKING: Mutex<()> = Mutex::new(());
    let _alone = SPEAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut line = serde_json::Map::from_iter([("time".to_owned(), json!(clock::now()))]);
    if let Value::Object(facts) = event {
        line.extend(facts.clone());
    }
    // Not made visible: JSON has escapes of its own.
    let _ = writeln!(io::stderr(), "{}", Value::Object(line));
}

/// The last line of a log for machines.
pub fn end(code: u8, facts: serde_json::Map<String, Value>) {
    let mut line = serde_json::Map::from_iter([
        ("event".to_owned(), json!("end")),
        ("exit".to_owned(), json!(code)),
    ]);
    line.extend(facts);
    event(&Value::Object(line));
}

/// Names of files, and texts of files that somebody else wrote, without letters that would move the cursor or turn the
/// line round.
pub fn visible(text: &str) -> String {
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

/// Digits in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Prints why a command ended early, and what to do.
pub fn failure(log: Log, code: u8, message: &str, advice: Option<&str>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_move_the_cursor_are_spelled() {
        assert_eq!(
            visible("meter\u{1b}[2K\u{202e}x\n"),
            "meter\\u{1b}[2K\\u{202e}x\n"
        );
    }

    #[test]
    fn lines_are_wrapped_between_words_and_set_in() {
        let text = format!("  {} {} end", "a".repeat(70), "漢".repeat(35));
        let lines = format!("  {}\n    {} end", "a".repeat(70), "漢".repeat(35));
        assert_eq!(wrapped(&text, 4, 80), lines);
    }

    #[test]
    fn a_result_that_is_not_written_is_kept_and_a_closed_pipe_is_not() {
        keep_the_first(Err(io::ErrorKind::BrokenPipe.into()));
        assert!(lost().is_none());
        keep_the_first(Err(io::ErrorKind::StorageFull.into()));
        assert_eq!(
            lost().map(|lost| lost.kind()),
            Some(io::ErrorKind::StorageFull)
        );
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            (grouped(7).as_str(), grouped(1_234_567).as_str()),
            ("7", "1,234,567")
        );
    }
}
