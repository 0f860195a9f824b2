//! Answers put where they belong in a file: every `"?"` that a person answered, with who it was in the comment of its line, and not one
//! letter else. What comes of it is read again before anybody may write it: it has to say what the file said, and the answers.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use bunri_text::{SourceFile, quoted};
use toml::{Table, Value};

use crate::answers::ClassSaid;
use crate::questions::{Question, Step, comment};
use crate::{AnswersError, io};

/// What comes in the place of one `"?"`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer<'a> {
    /// The class of a column.
    Class(&'a ClassSaid),
    /// A reason.
    Reason(&'a str),
    /// Whatever else the key may hold, as it is written in TOML.
    Value(&'a str),
}

/// One question, its answer, and who gave it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered<'a> {
    pub(crate) question: &'a Question,
    pub(crate) answer: Answer<'a>,
    pub(crate) by: &'a str,
}

/// The file's text with its answers.
///
/// # Errors
/// [`AnswersError::Form`]: it would not say what it said, and the answers.
pub(crate) fn edited(file: &SourceFile, answered: &[Answered<'_>]) -> Result<String, AnswersError> {
    let text = put_in(&file.text, answered);
    says(file, &text, answered)?;
    Ok(text)
}

/// The value that was typed for a key; [`None`]: it is no value of TOML, or no answer.
pub(crate) fn value_typed(typed: &str) -> Option<Value> {
    let mut read: Table = toml::from_str(&format!("typed = {typed}")).ok()?;
    let value = read.remove("typed")?;
    (read.is_empty() && !waits(&value)).then_some(value)
}

/// Whether a value still asks.
fn waits(value: &Value) -> bool {
    match value {
        Value::String(text) => text == bunri_text::WAITING,
        Value::Array(items) => items.iter().any(waits),
        Value::Table(table) => table.values().any(waits),
        _ => false,
    }
}

/// The text with its answers, and behind each line of them who answered.
fn put_in(text: &str, answered: &[Answered<'_>]) -> String {
    let mut edits: BTreeMap<(usize, usize), String> = BTreeMap::new();
    // Where a line ends: whether a comment stands there, and whose names it lacks.
    let mut traces: BTreeMap<usize, (bool, Vec<&str>)> = BTreeMap::new();
    for one in answered {
        let at = &one.question.at;
        edits.insert((at.start, at.end), written(text, one.question, one.answer));
        let line = text[at.end..]
            .find('\n')
            .map_or(&text[at.end..], |end| &text[at.end..at.end + end]);
        let line = line.trim_end();
        let commented = comment(text, at.end).is_some();
        let (_, names) = traces
            .entry(at.end + line.len())
            .or_insert((commented, Vec::new()));
        // Several answers on one line have one name behind them, also one that stands there from before.
        let there = commented && line.ends_with(&trace(one.by));
        if !there && !names.contains(&one.by) {
            names.push(one.by);
        }
    }
    for (end, (commented, names)) in traces {
        let mut said = String::new();
        for (place, by) in names.into_iter().enumerate() {
            said.push_str(if commented || place > 0 { "; " } else { " # " });
            said.push_str(&trace(by));
        }
        edits.insert((end, end), said);
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

/// What stands in the comment of a line that somebody answered.
fn trace(by: &str) -> String {
    format!("answered by {by}")
}

fn written(text: &str, question: &Question, answer: Answer<'_>) -> String {
    let one = match answer {
        Answer::Reason(basis) => return quoted(basis),
        Answer::Value(typed) => return typed.trim().to_owned(),
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
    answer: &'a ClassSaid,
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
fn says(file: &SourceFile, text: &str, answered: &[Answered<'_>]) -> Result<(), AnswersError> {
    let form = || AnswersError::Form(file.path.clone());
    let mut expected: Table = toml::from_str(&file.text).map_err(|_| form())?;
    for one in answered {
        put(&mut expected, one.question, one.answer).ok_or_else(form)?;
    }
    let now: Table = toml::from_str(text).map_err(|_| form())?;
    if now == expected { Ok(()) } else { Err(form()) }
}

/// Puts an answer into the tree; [`None`]: no `"?"` stands there.
fn put(tree: &mut Table, question: &Question, answer: Answer<'_>) -> Option<()> {
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
        Answer::Value(typed) => {
            table.insert(last.clone(), value_typed(typed)?);
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
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), AnswersError> {
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
