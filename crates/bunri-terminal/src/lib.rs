//! What a command prints: results on standard output; progress, logs and failures on standard error, for people or as JSON lines;
//! the wish to stop (Ctrl-C), and the keys that somebody presses. Nothing here knows what a command does.

pub mod clock;
pub mod keyboard;
pub mod progress;
pub mod screen;

use clap::ValueEnum;

/// How progress is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Log {
    /// A progress bar on a terminal, plain lines elsewhere
    Human,
    /// One JSON object a line on standard error
    Json,
}
