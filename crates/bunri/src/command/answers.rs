//! `bunri answers`: the questions of a proposed catalogue on one sheet, and the answers of such a sheet in the catalogue.

use bunri_answers::{Asked, Taken, ask, take};
use bunri_arguments::AnswersArguments;

use super::inspect::shown;
use crate::exit::{Failure, Outcome};
use crate::screen;

/// Columns that are named one by one.
const NAMES_SHOWN: usize = 8;

pub(crate) fn run(arguments: &AnswersArguments) -> Result<Outcome, Failure> {
    let AnswersArguments {
        catalogue,
        ask: asks,
        take: takes,
    } = arguments;
    if let Some(sheet) = asks {
        let Asked {
            classes,
            reasons,
            groups,
            others,
        } = ask(catalogue, sheet)?;
        let folder = catalogue.display();
        let sheet = sheet.display();
        screen::say_wrapped(
            &format!("{sheet}: {classes} classes and {reasons} reasons wait for {groups} answers"),
            4,
        );
        if others > 0 {
            screen::say_wrapped(
                &format!("{others} more are answered in their own files; the sheet names them"),
                4,
            );
        }
        screen::say_wrapped(
            &format!("answer, then: bunri answers {folder} --take {sheet} (docs/inspect.md)"),
            4,
        );
    }
    if let Some(sheet) = takes {
        told(&take(catalogue, sheet)?);
        screen::say_wrapped(&format!("next: bunri check {}", catalogue.display()), 4);
    }
    Ok(Outcome::Clean)
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
            .map(|it| shown(it))
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
