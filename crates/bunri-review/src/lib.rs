//! `bunri answers`: the questions of a proposed catalogue on a sheet or at the terminal, with what its source holds beside them, and
//! what is said of it. The questions themselves are [`bunri_answers`]'.

use std::io;
use std::path::Path;

use bunri_answers::{
    AnswersError, Asked, ColumnFacts, Facts, Key, Person, Reviewed, Taken, Typed, ask, review, take,
};
use bunri_arguments::AnswersArguments;
use bunri_columnar::Observer;
use bunri_inspect::{InspectError, InspectOptions, inspect};
use bunri_job::Source;
use bunri_terminal::keyboard::{Keyboard, Line, Pressed};
use bunri_terminal::screen;

/// Columns that are named one by one.
const NAMES_SHOWN: usize = 8;

/// Why nothing was asked or answered.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The catalogue, the sheet, or the person.
    #[error(transparent)]
    Answers(#[from] AnswersError),
    /// The source.
    #[error(transparent)]
    Inspect(#[from] InspectError),
}

/// The source that a person named, and how it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The source; [`None`]: nobody named one.
    pub source: Option<&'a Source>,
    /// Tables that are read at the same time.
    pub threads: usize,
}

/// Does what was asked for, and says so. `done`: told when the source was looked at.
///
/// # Errors
/// [`ReviewError`]
pub fn answers(
    arguments: &AnswersArguments,
    known: Known<'_>,
    observer: &dyn Observer,
    done: &dyn Fn(),
) -> Result<(), ReviewError> {
    let AnswersArguments {
        catalogue,
        review: reviews,
        ask: asks,
        take: takes,
        // Opened by whoever calls.
        source: _,
        sample,
        by,
    } = arguments;
    let facts = || -> Result<Facts, InspectError> {
        let facts = facts(known, *sample, observer)?;
        done();
        Ok(facts)
    };
    let folder = catalogue.display();
    if let Some(sheet) = asks {
        let spreadsheet = sheet.extension();
        let spreadsheet = spreadsheet.is_some_and(|it| it.eq_ignore_ascii_case("csv"));
        if known.source.is_some() && !spreadsheet {
            return Err(AnswersError::NoPlaceForFacts(sheet.clone()).into());
        }
        asked(&ask(catalogue, sheet, &facts()?)?, sheet);
        let sheet = sheet.display();
        screen::say_wrapped(
            &format!("answer, then: bunri answers {folder} --take {sheet} (docs/inspect.md)"),
            4,
        );
    }
    if let Some(sheet) = takes {
        told(&take(catalogue, sheet)?);
        screen::say_wrapped(&format!("next: bunri check {folder}"), 4);
    }
    if *reviews {
        let person = || Keyboard::open(|| observer.cancelled()).map_err(AnswersError::Terminal);
        // Asked before the source is read, which takes a while.
        drop(person()?.ok_or(AnswersError::NoTerminal)?);
        let facts = facts()?;
        let mut person = Somebody(person()?.ok_or(AnswersError::NoTerminal)?);
        let told = review(catalogue, &facts, by.as_deref(), &mut person);
        // The terminal is as it was before anything else is said.
        drop(person);
        reviewed(&told?)?;
        screen::say_wrapped(&format!("next: bunri check {folder}"), 4);
    }
    Ok(())
}

/// Whoever sits at the terminal.
struct Somebody<F: Fn() -> bool>(Keyboard<F>);

impl<F: Fn() -> bool> Person for Somebody<F> {
    fn rows(&self) -> usize {
        self.0.rows()
    }

    fn show(&mut self, text: &str, indent: usize) -> io::Result<()> {
        self.0.show(text, indent)
    }

    fn key(&mut self) -> io::Result<Key> {
        Ok(match self.0.key()? {
            Pressed::Letter(letter) => Key::Letter(letter),
            Pressed::Enter => Key::Enter,
            Pressed::Escape => Key::Escape,
            Pressed::Stop => Key::Stop,
            Pressed::Erase | Pressed::Clear | Pressed::Other => Key::Other,
        })
    }

    fn line(&mut self, prompt: &str) -> io::Result<Typed> {
        Ok(match self.0.line(prompt)? {
            Line::Text(text) => Typed::Text(text),
            Line::Left => Typed::Left,
            Line::Stop => Typed::Stop,
        })
    }
}

/// What a source is seen to hold; nothing where none is named.
fn facts(
    known: Known<'_>,
    sample: Option<u64>,
    observer: &dyn Observer,
) -> Result<Facts, InspectError> {
    let mut facts = Facts::new();
    let Some(source) = known.source else {
        return Ok(facts);
    };
    let options = InspectOptions {
        sample,
        threads: known.threads,
    };
    for table in inspect(source, &options, observer)?.tables {
        for column in table.columns {
            let known = ColumnFacts {
                seen: column.seen(),
                rows: table.rows_read,
                nulls: column.stored.null,
                distinct: column.distinct.values,
                distinct_estimated: column.distinct.estimated,
                declared: column.declared,
            };
            facts.insert((table.name.clone(), column.name), known);
        }
    }
    Ok(facts)
}

fn reviewed(reviewed: &Reviewed) -> Result<(), AnswersError> {
    let Reviewed {
        answered,
        waiting,
        stopped,
    } = reviewed;
    screen::say_wrapped(
        &format!("{answered} answers written; {waiting} \"?\" still wait"),
        4,
    );
    if *stopped {
        return Err(AnswersError::Stopped);
    }
    Ok(())
}

fn asked(asked: &Asked, sheet: &Path) {
    let Asked {
        classes,
        reasons,
        groups,
        others,
    } = asked;
    let sheet = sheet.display();
    screen::say_wrapped(
        &format!("{sheet}: {classes} classes and {reasons} reasons wait for {groups} answers"),
        4,
    );
    if *others > 0 {
        screen::say_wrapped(
            &format!("{others} more are answered in their own files, or with --review"),
            4,
        );
    }
}

fn told(taken: &Taken) {
    let Taken {
        classes,
        reasons,
        waiting,
        otherwise,
    } = taken;
    screen::say_wrapped(
        &format!("{classes} classes and {reasons} reasons taken; {waiting} \"?\" still wait"),
        4,
    );
    if !otherwise.is_empty() {
        let mut names: Vec<String> = otherwise
            .iter()
            .take(NAMES_SHOWN)
            .map(|it| it.escape_debug().to_string())
            .collect();
        if otherwise.len() > NAMES_SHOWN {
            names.push(format!("and {} more", otherwise.len() - NAMES_SHOWN));
        }
        screen::say_wrapped(
            &format!(
                "{} columns have another class already and keep it: {}",
                otherwise.len(),
                names.join(", ")
            ),
            4,
        );
    }
}
