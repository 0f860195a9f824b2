//! What is wrong with a catalogue or a job: every mistake at once, each with its file, line and column and
//! what to write instead. A catalogue holds codes and names, never a customer's value, so neither do these.

use std::fmt;
use std::path::PathBuf;

use crate::lint::{Level, Lint};

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Problem {
    /// The file, as reached from the path that was given.
    pub file: PathBuf,
    /// Where in the file; [`None`] when it concerns the whole file or folder.
    pub position: Option<Position>,
    /// What is wrong, and what to do.
    pub message: String,
    /// The likely intention: "did you mean …?"
    pub suggestion: Option<String>,
    /// What a person may accept with a basis; [`None`]: nobody may.
    pub lint: Option<Lint>,
    /// So many classes of this file are still [`WAITING`]; 0 of every other mistake.
    pub waiting: usize,
}

/// The word that stands where a person has still to decide. Nothing ever takes it for a value.
pub const WAITING: &str = "?";

/// A place in a text file, counted from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// Every mistake that was found, in the order of files and lines. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(Position { line, column }) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(suggestion) = &self.suggestion {
            write!(f, "; {suggestion}")?;
        }
        match self.lint {
            Some(lint) => write!(f, " [{}]", lint.code()),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        // In several files nobody adds them up.
        let waiting = self.waiting();
        if self.0.iter().filter(|problem| problem.waiting > 0).count() > 1 {
            write!(f, "\n{waiting} classes wait for a person")?;
        }
        Ok(())
    }
}

impl Problem {
    /// A mistake at a place in a file.
    #[must_use]
    pub fn at(
        file: impl Into<PathBuf>,
        position: Option<Position>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            position,
            message: message.into(),
            suggestion: None,
            lint: None,
            waiting: 0,
        }
    }

    /// The same mistake, with what was likely meant.
    #[must_use]
    pub fn suggesting(self, suggestion: Option<String>) -> Self {
        Self { suggestion, ..self }
    }
}

impl Problems {
    /// How many classes wait for a person.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.iter().map(|problem| problem.waiting).sum()
    }

    /// One mistake that concerns a whole file or folder.
    #[must_use]
    pub fn whole(file: impl Into<PathBuf>, message: impl Into<String>) -> Self {
        Problems(vec![Problem::at(file, None, message)])
    }
}

/// Where something was written: a file by its position in the list of files, and a byte offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Position in the list of files.
    pub file: usize,
    /// Byte offset; [`None`]: the whole file.
    pub offset: Option<usize>,
}

/// Something that was written, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spotted<T> {
    /// What.
    pub value: T,
    /// Where.
    pub spot: Spot,
}

/// A name as written: of a table, a column.
pub type Name = Spotted<String>;

/// A file that was read, so that offsets become lines.
#[derive(Debug)]
pub struct SourceFile {
    /// Where it is.
    pub path: PathBuf,
    /// What is in it.
    pub text: String,
    /// Whether it is text at all; if not, `text` ends where it stops being text.
    pub readable: bool,
}

/// Collects mistakes while reading goes on.
#[derive(Debug, Default)]
pub struct Log {
    found: Vec<Found>,
    /// What the catalogue may say, and somebody should explain.
    warned: Vec<Found>,
    /// Where classes wait for a person.
    waiting: Vec<Spot>,
    searches: usize,
}

/// One mistake before its line is known; in the order of files and offsets.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    spot: Spot,
    message: String,
    suggestion: Option<String>,
    lint: Option<Lint>,
}

/// So many names are compared with all that exist. A file with more mistakes than that has another disease, and the
/// search would take hours.
const MOST_SEARCHES: usize = 200;

impl Log {
    /// One mistake.
    pub fn refuse(&mut self, spot: Spot, message: impl Into<String>) {
        self.refuse_hint(spot, message, None);
    }

    /// A class that waits for a person. Hundreds of them are told as one mistake a file, so that the others are seen.
    pub fn wait_for_class(&mut self, spot: Spot) {
        self.waiting.push(spot);
    }

    /// What needs a reason that nobody gave: refused or told, as its level says.
    pub fn lint(&mut self, lint: Lint, spot: Spot, message: impl Into<String>) {
        let found = Found {
            spot,
            message: message.into(),
            suggestion: None,
            lint: Some(lint),
        };
        match lint.level() {
            Level::Refused => self.found.push(found),
            Level::Warned => self.warned.push(found),
        }
    }

    /// One mistake, and what was likely meant.
    pub fn refuse_hint(
        &mut self,
        spot: Spot,
        message: impl Into<String>,
        suggestion: Option<String>,
    ) {
        self.found.push(Found {
            spot,
            message: message.into(),
            suggestion,
            lint: None,
        });
    }

    /// "did you mean …?" among names that there may be thousands of.
    pub fn did_you_mean<'a>(
        &mut self,
        written: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<String> {
        self.searches += 1;
        (self.searches <= MOST_SEARCHES)
            .then(|| did_you_mean(written, candidates))
            .flatten()
    }

    /// Whether no mistake was found; warnings are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty() && self.waiting.is_empty()
    }

    /// The mistakes in the order of files and lines, each once.
    #[must_use]
    pub fn into_problems(self, files: &[SourceFile]) -> Problems {
        let mut problems = placed(self.found, files);
        problems.extend(waiting(self.waiting, files));
        // Stable: files stay in the order in which they were given.
        let place = |problem: &Problem| files.iter().position(|file| file.path == problem.file);
        problems.sort_by_key(|problem| (place(problem), problem.position));
        Problems(problems)
    }

    /// The warnings in the order of files and lines, each once.
    #[must_use]
    pub fn into_warnings(self, files: &[SourceFile]) -> Vec<Problem> {
        placed(self.warned, files)
    }
}

/// One mistake a file, at its first class that waits.
fn waiting(mut spots: Vec<Spot>, files: &[SourceFile]) -> Vec<Problem> {
    spots.sort_unstable();
    spots.dedup();
    let of_one_file = spots.chunk_by(|a, b| a.file == b.file);
    let problem = |spots: &[Spot]| {
        let first = spots.first()?;
        let file = files.get(first.file)?;
        let (count, verb) = match spots.len() {
            1 => ("1 class".to_owned(), "waits"),
            many => (format!("{many} classes"), "wait"),
        };
        let message = format!(
            "{count} {verb} for a person: replace each \"{WAITING}\" by a class of docs/catalogue.md"
        );
        let at = first.offset.map(|offset| position(&file.text, offset));
        let mut problem = Problem::at(&file.path, at, message);
        problem.waiting = spots.len();
        Some(problem)
    };
    of_one_file.filter_map(problem).collect()
}

fn placed(mut found: Vec<Found>, files: &[SourceFile]) -> Vec<Problem> {
    found.sort();
    found.dedup();
    let mut walk = Walk::default();
    let problem = |found: Found| Problem {
        file: files[found.spot.file].path.clone(),
        position: found
            .spot
            .offset
            .map(|offset| walk.to(found.spot.file, &files[found.spot.file].text, offset)),
        message: found.message,
        suggestion: found.suggestion,
        lint: found.lint,
        waiting: 0,
    };
    found.into_iter().map(problem).collect()
}

/// Line and column of a byte offset.
#[must_use]
pub fn position(text: &str, offset: usize) -> Position {
    Walk::default().to(0, text, offset)
}

/// Goes through files from mistake to mistake and counts lines and columns on the way: a file of a million mistakes is
/// read once, not a million times.
#[derive(Default)]
struct Walk {
    file: usize,
    /// How far the text was read.
    end: usize,
    /// Newlines before that.
    lines: usize,
    /// Characters since the last of them, without byte order marks at its beginning.
    columns: usize,
}

impl Walk {
    /// To a later place in the same file, or to any place in another.
    fn to(&mut self, file: usize, text: &str, offset: usize) -> Position {
        let end = text.floor_char_boundary(offset.min(text.len()));
        if file != self.file || end < self.end {
            *self = Self {
                file,
                ..Self::default()
            };
        }
        for letter in text[self.end..end].chars() {
            match letter {
                '\n' => (self.lines, self.columns) = (self.lines + 1, 0),
                '\u{feff}' if self.columns == 0 => {}
                _ => self.columns += 1,
            }
        }
        self.end = end;
        Position {
            line: self.lines + 1,
            column: self.columns + 1,
        }
    }
}

/// Names in backticks, with commas.
#[must_use]
pub fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    quoted.join(", ")
}

/// "did you mean …?", when a candidate is close enough to be what was meant.
#[must_use]
pub fn did_you_mean<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    closest(written, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// The candidate nearest to what was written, if at most a third of the letters differ.
#[must_use]
pub fn closest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (written.chars().count() / 3).max(1);
    let distance =
        |candidate: &str| strsim::osa_distance(&written.to_lowercase(), &candidate.to_lowercase());
    candidates
        .into_iter()
        .map(|candidate| (distance(candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
