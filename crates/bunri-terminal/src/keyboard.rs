//! A person at the terminal: single keys and lines, heard as they are pressed, and texts that fit the screen as wide as it is now.
//! A key counts only after a moment in which nothing was pressed: neither what was typed ahead nor a key that is held down answers what
//! nobody has read. No colour and no movement of the cursor but back over a line that is typed.

use std::io::{self, IsTerminal, Read as _, Write as _};

use console::Term;
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};

use crate::screen;

/// Tenths of a second without a key, after which the next one was pressed by somebody who sees the screen.
const QUIET_TENTHS: u8 = 2;
/// Rows of a screen whose height nobody knows.
const ROWS: usize = 24;
// Ctrl-C, Ctrl-U, Escape, and what erases a letter.
const STOP: u8 = 0x03;
const CLEAR: u8 = 0x15;
const ESCAPE: u8 = 0x1b;
const ERASE: [u8; 2] = [0x08, 0x7f];

/// What was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    /// A letter, a digit, a sign.
    Letter(char),
    /// Enter.
    Enter,
    /// Escape alone.
    Escape,
    /// The letter before the cursor goes.
    Erase,
    /// All of the line goes.
    Clear,
    /// Ctrl-C; or `stopped` said so, or nobody is there any more.
    Stop,
    /// Any other.
    Other,
}

/// What was typed on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A text.
    Text(String),
    /// Escape.
    Left,
    /// Ctrl-C, or nobody is there any more.
    Stop,
}

/// The terminal while it gives single keys; as it was before, when this is dropped.
#[derive(Debug)]
pub struct Keyboard<F> {
    stdin: io::Stdin,
    before: Termios,
    stopped: F,
}

impl<F: Fn() -> bool> Keyboard<F> {
    /// Takes the terminal; [`None`]: standard input or output is none. `stopped` is asked several times a second.
    ///
    /// # Errors
    /// The terminal says no.
    pub fn open(stopped: F) -> io::Result<Option<Self>> {
        let stdin = io::stdin();
        if !stdin.is_terminal() || !io::stdout().is_terminal() {
            return Ok(None);
        }
        let before = tcgetattr(&stdin)?;
        let mut keys = before.clone();
        // Signals come as keys, so that no file is left by one that is being written.
        keys.local_modes -=
            LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN;
        keys.input_modes -= InputModes::IXON;
        // A read ends when nothing came for this time.
        keys.special_codes[SpecialCodeIndex::VMIN] = 0;
        keys.special_codes[SpecialCodeIndex::VTIME] = QUIET_TENTHS;
        tcsetattr(&stdin, OptionalActions::Flush, &keys)?;
        Ok(Some(Self {
            stdin,
            before,
            stopped,
        }))
    }

    /// Rows of the screen.
    pub fn rows(&self) -> usize {
        let size = Term::stdout().size_checked();
        size.map_or(ROWS, |(rows, _)| usize::from(rows))
    }

    /// Columns of the screen, as many as results have at most.
    fn width(&self) -> usize {
        let size = Term::stdout().size_checked();
        let most = usize::from(screen::WIDTH);
        size.map_or(most, |(_, columns)| usize::from(columns).min(most))
    }

    /// Shows a text on lines of its own, all but the first set in.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn show(&self, text: &str, indent: usize) -> io::Result<()> {
        let text = screen::visible(text);
        self.put(&(screen::wrapped(&text, indent, self.width()) + "\n"))
    }

    /// The next key that somebody presses who had time to see what is shown.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn key(&self) -> io::Result<Pressed> {
        loop {
            match self.byte()? {
                Heard::Nothing => break,
                Heard::Byte(STOP) | Heard::End => return Ok(Pressed::Stop),
                Heard::Byte(_) => {}
            }
        }
        self.pressed()
    }

    /// A line, typed behind a prompt.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn line(&self, prompt: &str) -> io::Result<Line> {
        let mut typed = String::new();
        self.put(prompt)?;
        loop {
            let before = self.columns_of(prompt, &typed);
            match self.pressed()? {
                Pressed::Letter(letter) => {
                    typed.push(letter);
                    self.put(&screen::visible(letter.encode_utf8(&mut [0; 4])))?;
                }
                Pressed::Enter => {
                    self.put("\n")?;
                    return Ok(Line::Text(typed));
                }
                key @ (Pressed::Escape | Pressed::Stop) => {
                    self.put("\n")?;
                    let stops = key == Pressed::Stop;
                    return Ok(if stops { Line::Stop } else { Line::Left });
                }
                key @ (Pressed::Erase | Pressed::Clear) => {
                    if key == Pressed::Clear {
                        typed.clear();
                    } else {
                        typed.pop();
                    }
                    // The cursor goes back over one line of the screen and no further.
                    if before < self.width() {
                        let gone = before - self.columns_of(prompt, &typed);
                        let back = "\u{8}".repeat(gone);
                        self.put(&format!("{back}{}{back}", " ".repeat(gone)))?;
                    } else {
                        self.put(&format!("\n{prompt}{}", screen::visible(&typed)))?;
                    }
                }
                Pressed::Other => {}
            }
        }
    }

    fn columns_of(&self, prompt: &str, typed: &str) -> usize {
        screen::width(prompt) + screen::width(&screen::visible(typed))
    }

    fn put(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Waits for a key.
    fn pressed(&self) -> io::Result<Pressed> {
        let first = loop {
            match self.byte()? {
                Heard::Nothing => {}
                Heard::End => return Ok(Pressed::Stop),
                Heard::Byte(byte) => break byte,
            }
        };
        Ok(match first {
            STOP => Pressed::Stop,
            CLEAR => Pressed::Clear,
            b'\r' | b'\n' => Pressed::Enter,
            byte if ERASE.contains(&byte) => Pressed::Erase,
            ESCAPE => self.escape()?,
            byte if byte < 0x20 => Pressed::Other,
            byte => self.letter(byte)?,
        })
    }

    /// Escape alone, or a key that sends more behind it: an arrow, a function key.
    fn escape(&self) -> io::Result<Pressed> {
        let mut pressed = Pressed::Escape;
        loop {
            match self.byte()? {
                Heard::Nothing => return Ok(pressed),
                Heard::End => return Ok(Pressed::Stop),
                Heard::Byte(_) => pressed = Pressed::Other,
            }
        }
    }

    /// A letter of one byte or of several.
    fn letter(&self, first: u8) -> io::Result<Pressed> {
        let more = match first {
            0xc0..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xf7 => 3,
            _ => 0,
        };
        let mut bytes = vec![first];
        for _ in 0..more {
            match self.byte()? {
                Heard::Byte(byte) => bytes.push(byte),
                Heard::Nothing => return Ok(Pressed::Other),
                Heard::End => return Ok(Pressed::Stop),
            }
        }
        let letter = std::str::from_utf8(&bytes).ok();
        let letter = letter.and_then(|letters| letters.chars().next());
        Ok(letter.map_or(Pressed::Other, Pressed::Letter))
    }

    /// The next byte, or that none came for a moment.
    fn byte(&self) -> io::Result<Heard> {
        if (self.stopped)() {
            return Ok(Heard::End);
        }
        let mut byte = [0];
        match self.stdin.lock().read(&mut byte) {
            Ok(0) => {
                // Nothing came: of a terminal that is gone, at once and for ever.
                let gone = tcgetattr(&self.stdin).is_err();
                Ok(if gone { Heard::End } else { Heard::Nothing })
            }
            Ok(_) => Ok(Heard::Byte(byte[0])),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Heard::Nothing),
            // What is read from a terminal whose other side was closed.
            Err(_) if tcgetattr(&self.stdin).is_err() => Ok(Heard::End),
            Err(error) => Err(error),
        }
    }
}

/// What a read brought.
enum Heard {
    Byte(u8),
    Nothing,
    End,
}

impl<F> Drop for Keyboard<F> {
    fn drop(&mut self) {
        // What was typed ahead is not the shell's.
        let _ = tcsetattr(&self.stdin, OptionalActions::Flush, &self.before);
    }
}
