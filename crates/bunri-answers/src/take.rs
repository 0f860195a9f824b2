//! Answers put where they belong: every `"?"` that a person answered, with who it was in the comment of its line, and not one
//! letter else. Before anything is written, every file is read again and has to say what it said, and the answers.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use bunri_catalogue::Class;
use bunri_text::{Log, SourceFile, did_you_mean, quoted};
use toml::{Table, Value};

use crate::answers::{self, Answers, ClassAnswer};
use crate::questions::{Question, Questions, ReasonOf, Step, Subject, comment, questions};
use crate::{AnswersError, folder, io};

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
    let (answers, sheet) = answers::read(sheet)?;
    let files = folder::read(catalogue)?;
    let trees = folder::trees(&files)?;
    let found = files.iter().zip(&trees);
    let found: Vec<Questions> = found
        .map(|(file, tree)| questions(&file.text, tree.get_ref()))
        .collect();
    know(&answers, &found, &sheet)?;
    let mut taken = Taken {
        otherwise: otherwise(&answers, &found),
        ..Taken::default()
    };
    let mut edits = Vec::new();
    for (file, questions) in files.iter().zip(&found) {
        let mut answered = Vec::new();
        for question in &questions.asked {
            match answer(question, &answers) {
                Some(answer) => {
                    match question.subject {
                        Subject::Class { .. } => taken.classes += 1,
                        Subject::Reason(_) => taken.reasons += 1,
                    }
                    answered.push((question, answer));
                }
                None => taken.waiting += 1,
            }
        }
        taken.waiting += questions.others.len();
        if !answered.is_empty() {
            let text = edited(&file.text, &answered, &answers.by);
            says(file, &text, &answered)?;
            edits.push((file.path.clone(), text));
        }
    }
    for (path, text) in &edits {
        replace(path, text)?;
    }
    Ok(taken)
}

/// What comes in the place of one `"?"`.
enum Answer<'a> {
    Class(&'a ClassAnswer),
    Reason(&'a str),
}

/// The answer by names, or by a pattern where no name is written.
fn answer<'a>(question: &Question, answers: &'a Answers) -> Option<Answer<'a>> {
    match &question.subject {
        Subject::Class { column } => {
            let of = |one: &&ClassAnswer| one.is_of(&question.table, column);
            let mut all: Vec<&ClassAnswer> = answers.classes.iter().filter(of).collect();
            all.sort_by_key(|one| one.is_pattern());
            all.first().copied().map(Answer::Class)
        }
        Subject::Reason(of) => {
            let mut reasons = answers.reasons.iter();
            let found = reasons.find(|one| one.of == *of && one.table.value == question.table);
            found.map(|one| Answer::Reason(&one.basis))
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

fn otherwise(answers: &Answers, found: &[Questions]) -> Vec<String> {
    let mut others = Vec::new();
    for known in found {
        for (column, class) in &known.columns {
            let said = class
                .as_deref()
                .and_then(|word| Class::ALL.into_iter().find(|class| class.word() == word));
            let mut named = answers.classes.iter().filter(|one| !one.is_pattern());
            let answer = named.find(|one| one.is_of(&known.table, column));
            if let (Some(said), Some(answer)) = (said, answer)
                && said != answer.class
            {
                others.push(format!("{}.{column}", known.table));
            }
        }
    }
    others
}

/// The text with its answers, and behind each line of them who answered.
fn edited(text: &str, answered: &[(&Question, Answer<'_>)], by: &str) -> String {
    let mut edits: BTreeMap<(usize, usize), String> = BTreeMap::new();
    for (question, answer) in answered {
        let at = &question.at;
        edits.insert((at.start, at.end), written(text, question, answer));
        let line = text[at.end..]
            .find('\n')
            .map_or(&text[at.end..], |end| &text[at.end..at.end + end]);
        let end = at.end + line.trim_end().len();
        // Several answers on one line have one name behind them.
        let trace = match comment(text, at.end) {
            Some(_) => format!("; answered by {by}"),
            None => format!(" # answered by {by}"),
        };
        edits.insert((end, end), trace);
    }
    let mut made = String::with_capacity(text.len());
    let mut from = 0;
    for ((start, end), written) in edits {
        made.push_str(&text[from..start]);
        made.push_str(&written);
        from = end;
    }
    made.push_str(&text[from..]);
    made
}

fn written(text: &str, question: &Question, answer: &Answer<'_>) -> String {
    let one = match answer {
        Answer::Reason(basis) => return quoted(basis),
        Answer::Class(one) => one,
    };
    let class = format!("\"{}\"", one.class.word());
    let in_table = question.path.len() > 2;
    let besides: Vec<String> = besides(question, one)
        .map(|(key, word)| format!("{key} = {}", quoted(word)))
        .collect();
    if besides.is_empty() {
        return class;
    }
    if !in_table {
        return format!("{{ class = {class}, {} }}", besides.join(", "));
    }
    // Within braces, or below a heading of its own.
    let line = text[..question.at.start].rfind('\n').map_or(0, |at| at + 1);
    let in_braces = text[line..question.at.start].contains('{');
    let between = if in_braces { ", " } else { "\n" };
    format!("{class}{between}{}", besides.join(between))
}

/// What the answer says besides the class, and nothing beside it says yet.
fn besides<'a>(
    question: &'a Question,
    answer: &'a ClassAnswer,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    // A column that is a word alone has the other columns beside it.
    let in_table = question.path.len() > 2;
    let said = move |key: &str| in_table && question.beside.iter().any(|beside| beside == key);
    let besides = answer.besides.iter();
    besides
        .filter(move |(key, _)| !said(key))
        .map(|(key, word)| (*key, word.as_str()))
}

/// Refuses an edit after which the file would not say what it said, and the answers.
fn says(
    file: &SourceFile,
    text: &str,
    answered: &[(&Question, Answer<'_>)],
) -> Result<(), AnswersError> {
    let form = || AnswersError::Form(file.path.clone());
    let mut expected: Table = toml::from_str(&file.text).map_err(|_| form())?;
    for (question, answer) in answered {
        put(&mut expected, question, answer).ok_or_else(form)?;
    }
    let now: Table = toml::from_str(text).map_err(|_| form())?;
    if now == expected { Ok(()) } else { Err(form()) }
}

/// Puts an answer into the tree; [`None`]: no `"?"` stands there.
fn put(tree: &mut Table, question: &Question, answer: &Answer<'_>) -> Option<()> {
    let (last, way) = question.path.split_last()?;
    let mut inner: Option<&mut Value> = None;
    let Step::Key(last) = last else { return None };
    for step in way {
        inner = Some(match (step, inner) {
            (Step::Key(key), None) => tree.get_mut(key)?,
            (Step::Key(key), Some(Value::Table(table))) => table.get_mut(key)?,
            (Step::Item(place), Some(Value::Array(items))) => items.get_mut(*place)?,
            _ => return None,
        });
    }
    let table = match inner {
        None => tree,
        Some(Value::Table(table)) => table,
        Some(_) => return None,
    };
    let text = |text: &str| Value::String(text.to_owned());
    match answer {
        Answer::Reason(basis) => {
            table.insert(last.clone(), text(basis));
        }
        Answer::Class(one) => {
            let besides = besides(question, one).map(|(key, word)| (key.to_owned(), text(word)));
            let besides: Table = besides.collect();
            if question.path.len() > 2 || besides.is_empty() {
                table.insert(last.clone(), text(one.class.word()));
                table.extend(besides);
            } else {
                let mut all = Table::new();
                all.insert("class".to_owned(), text(one.class.word()));
                all.extend(besides);
                table.insert(last.clone(), Value::Table(all));
            }
        }
    }
    Some(())
}

/// Written beside the file and renamed over it: a review is never half there.
fn replace(path: &Path, text: &str) -> Result<(), AnswersError> {
    let beside: PathBuf = path.with_extension("toml.new");
    // Left by one that was cut short.
    if beside.exists() {
        fs::remove_file(&beside).map_err(io(&beside))?;
    }
    let mut file = fs::File::create_new(&beside).map_err(io(&beside))?;
    file.write_all(text.as_bytes()).map_err(io(&beside))?;
    file.sync_all().map_err(io(&beside))?;
    drop(file);
    fs::rename(&beside, path).map_err(io(path))
}
