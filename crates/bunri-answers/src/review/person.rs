//! Whoever answers, at a terminal or in a test.

use std::io;

/// A person who reads lines and presses keys.
pub trait Person {
    /// Rows of the screen.
    fn rows(&self) -> usize;

    /// Shows a text on lines of its own, wrapped, all but the first set in by so many columns.
    ///
    /// # Errors
    /// The terminal is gone.
    fn show(&mut self, text: &str, indent: usize) -> io::Result<()>;

    /// A key that was pressed by somebody who had seen what is shown: what was pressed before, or is held down, is none.
    ///
    /// # Errors
    /// The terminal is gone.
    fn key(&mut self) -> io::Result<Key>;

    /// A line that is typed behind a prompt.
    ///
    /// # Errors
    /// The terminal is gone.
    fn line(&mut self, prompt: &str) -> io::Result<Typed>;
}

/// What was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A letter, a digit, a sign.
    Letter(char),
    /// The key that takes what is offered.
    Enter,
    /// The key that leaves a list or a line.
    Escape,
    /// Ctrl-C, or a signal.
    Stop,
    /// Any other.
    Other,
}

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// A line, without its end.
    Text(String),
    /// Left by Escape.
    Left,
    /// Ctrl-C, or a signal.
    Stop,
}
