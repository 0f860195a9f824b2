//! The answers of a sheet taken into a catalogue: those that it has a question for, and whatever it does not have is refused before
//! anything is written.

use std::collections::BTreeMap;
use std::path::Path;

use bunri_catalogue::Class;
use bunri_text::{Log, SourceFile, did_you_mean};

use crate::answers::{self, Answers, ClassAnswer, ReasonAnswer};
use crate::edit::{Answer, Answered, edited, replace};
use crate::questions::{Question, Questions, ReasonOf, Subject, questions};
use crate::{AnswersError, folder, spreadsheet};

/// What was taken from a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Classes that waited and are answered now.
    pub classes: usize,
    /// Reasons.
    pub reasons: usize,
    /// Questions of the catalogue that still wait.
    pub waiting: usize,
    /// Columns, as `table.column`, whose class the catalogue says already, and another one than the sheet: they stay as they are.
    pub otherwise: Vec<String>,
}

/// Takes the answers of a sheet into a catalogue.
///
/// # Errors
/// [`AnswersError`]; nothing is written then.
pub fn take(catalogue: &Path, sheet: &Path) -> Result<Taken, AnswersError> {
    let files = folder::read(catalogue)?;
    let trees = folder::trees(&files)?;
    let found = files.iter().zip(&trees);
    let found: Vec<Questions> = found
        .map(|(file, tree)| questions(&file.text, tree.get_ref()))
        .collect();
    let answers = if spreadsheet::is_one(sheet) {
        // Every line of it is held against its question as it is read.
        spreadsheet::read(sheet, &found)?
    } else {
        let (answers, sheet) = answers::read(sheet)?;
        know(&answers, &found, &sheet)?;
        answers
    };
    let index = Index::of(&answers);
    let mut taken = Taken {
        otherwise: otherwise(&index, &found),
        ..Taken::default()
    };
    let mut edits = Vec::new();
    for (file, questions) in files.iter().zip(&found) {
        let mut answered = Vec::new();
        for question in &questions.asked {
            match index.answer(question) {
                Some((answer, by)) => {
                    match question.subject {
                        Subject::Class { .. } => taken.classes += 1,
                        Subject::Reason(_) => taken.reasons += 1,
                        Subject::Value => {}
                    }
                    answered.push(Answered {
                        question,
                        answer,
                        by,
                    });
                }
                None => taken.waiting += 1,
            }
        }
        taken.waiting += questions.others.len();
        if !answered.is_empty() {
            edits.push((file.path.clone(), edited(file, &answered)?));
        }
    }
    for (path, text) in &edits {
        replace(path, text)?;
    }
    Ok(taken)
}

/// The answers of a sheet, to be found by what they are of.
struct Index<'a> {
    /// By table and column.
    named: BTreeMap<(&'a str, &'a str), &'a ClassAnswer>,
    /// In the order of the sheet.
    patterns: Vec<&'a ClassAnswer>,
    reasons: BTreeMap<(ReasonOf, &'a str), &'a ReasonAnswer>,
}

impl<'a> Index<'a> {
    fn of(answers: &'a Answers) -> Self {
        let (patterns, named): (Vec<_>, Vec<_>) =
            answers.classes.iter().partition(|one| one.is_pattern());
        let named = named.into_iter();
        let reasons = answers.reasons.iter();
        Self {
            named: named
                .map(|one| ((one.table.value.as_str(), one.column.as_str()), one))
                .collect(),
            patterns,
            reasons: reasons
                .map(|one| ((one.of, one.table.value.as_str()), one))
                .collect(),
        }
    }

    /// The answer by names, or by a pattern where no name is written; and who gave it.
    fn answer(&self, question: &Question) -> Option<(Answer<'a>, &'a str)> {
        let table = question.table.as_str();
        match &question.subject {
            Subject::Class { column } => {
                let named = self.named.get(&(table, column.as_str())).copied();
                let mut patterns = self.patterns.iter().copied();
                let one = named.or_else(|| patterns.find(|one| one.is_of(table, column)))?;
                Some((Answer::Class(&one.said), &one.by))
            }
            Subject::Reason(of) => {
                let one = self.reasons.get(&(*of, table))?;
                Some((Answer::Reason(&one.basis), &one.by))
            }
            // Each is another one, and no sheet asks it.
            Subject::Value => None,
        }
    }
}

/// A name that the catalogue does not have is a slip, and its answer would be lost.
fn know(answers: &Answers, found: &[Questions], sheet: &SourceFile) -> Result<(), AnswersError> {
    let mut log = Log::default();
    let tables = || found.iter().filter(|one| !one.table.is_empty());
    let names = || tables().map(|one| one.table.as_str());
    for one in answers.classes.iter().filter(|one| !one.is_pattern()) {
        let (table, column) = (&one.table.value, &one.column);
        let Some(known) = tables().find(|known| known.table == *table) else {
            let hint = did_you_mean(table, names());
            log.refuse_hint(
                one.table.spot,
                format!("the catalogue has no table `{table}`"),
                hint,
            );
            continue;
        };
        let columns = || known.columns.iter().map(|(name, _)| name.as_str());
        if !columns().any(|name| name == column) {
            let hint = did_you_mean(column, columns());
            let message = format!("table `{table}` has no column `{column}`");
            log.refuse_hint(one.table.spot, message, hint);
        }
    }
    for one in &answers.reasons {
        let (what, known): (&str, Vec<&str>) = match one.of {
            ReasonOf::Ignored => {
                let objects = found.iter().flat_map(|one| &one.ignored);
                (
                    "object in `[[ignored]]`",
                    objects.map(String::as_str).collect(),
                )
            }
            ReasonOf::Rows | ReasonOf::KnownAt | ReasonOf::When => ("table", names().collect()),
        };
        if !known.contains(&one.table.value.as_str()) {
            let message = format!("the catalogue has no {what} `{}`", one.table.value);
            let hint = did_you_mean(&one.table.value, known);
            log.refuse_hint(one.table.spot, message, hint);
        }
    }
    if log.is_empty() {
        return Ok(());
    }
    let sheet = SourceFile {
        path: sheet.path.clone(),
        text: sheet.text.clone(),
        readable: sheet.readable,
    };
    Err(log.into_problems(&[sheet]).into())
}

fn otherwise(index: &Index<'_>, found: &[Questions]) -> Vec<String> {
    let mut others = Vec::new();
    for known in found {
        for (column, class) in &known.columns {
            let said = class
                .as_deref()
                .and_then(|word| Class::ALL.into_iter().find(|class| class.word() == word));
            let answer = index.named.get(&(known.table.as_str(), column.as_str()));
            if let (Some(said), Some(answer)) = (said, answer)
                && said != answer.said.class
            {
                others.push(format!("{}.{column}", known.table));
            }
        }
    }
    others
}
