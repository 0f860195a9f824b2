//! The catalogue while it is reviewed: its files as they lie there, what they still ask, and every answer written at once.

use std::path::Path;

use bunri_text::{Log, Problems, SourceFile, parse_toml, read_file};

use crate::answers::ClassSaid;
use crate::edit::{Answer, Answered, edited, replace};
use crate::questions::{Question, Questions, Step, questions};
use crate::{AnswersError, folder};

/// Where a question stands, whatever else of the file changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The file by its position.
    pub(super) file: usize,
    path: Vec<Step>,
}

/// What a person answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    Class(ClassSaid),
    Reason(String),
    Value(String),
}

/// Files before and after one answer, which may be of many places.
#[derive(Debug)]
struct Written {
    first: Place,
    count: usize,
    files: Vec<(usize, String, String)>,
}

/// What was taken back.
#[derive(Debug)]
pub(super) struct Undone {
    /// The first place of it.
    pub(super) first: Place,
    /// How many places.
    pub(super) count: usize,
}

#[derive(Debug)]
pub(super) struct Desk {
    files: Vec<SourceFile>,
    found: Vec<Questions>,
    history: Vec<Written>,
}

impl Desk {
    pub(super) fn open(catalogue: &Path) -> Result<Self, Problems> {
        let files = folder::read(catalogue)?;
        let trees = folder::trees(&files)?;
        let found = files.iter().zip(&trees);
        let found = found
            .map(|(file, tree)| questions(&file.text, tree.get_ref()))
            .collect();
        Ok(Self {
            files,
            found,
            history: Vec::new(),
        })
    }

    /// Every question that waits: file by file, from top to bottom.
    pub(super) fn waiting(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for (file, found) in self.found.iter().enumerate() {
            let mut all: Vec<&Question> = found.asked.iter().chain(&found.others).collect();
            all.sort_by_key(|question| question.at.start);
            places.extend(all.into_iter().map(|question| Place {
                file,
                path: question.path.clone(),
            }));
        }
        places
    }

    /// What waits at a place; [`None`]: nothing any more.
    pub(super) fn question(&self, place: &Place) -> Option<&Question> {
        let found = self.found.get(place.file)?;
        let mut all = found.asked.iter().chain(&found.others);
        all.find(|question| question.path == place.path)
    }

    /// The file's name, and the name of its table in the source.
    pub(super) fn file(&self, place: &Place) -> (String, &str) {
        let name = self
            .files
            .get(place.file)
            .and_then(|file| file.path.file_name());
        let name = name.map(|name| name.to_string_lossy().into_owned());
        let found = self.found.get(place.file);
        (
            name.unwrap_or_default(),
            found.map_or("", |found| found.in_source.as_str()),
        )
    }

    /// Puts answers in their places: all of them, or none where a file leaves no place for one or is not what it was.
    pub(super) fn write(&mut self, given: &[(Place, Given)], by: &str) -> Result<(), AnswersError> {
        let Some((first, _)) = given.first() else {
            return Ok(());
        };
        let mut files = Vec::new();
        for (number, file) in self.files.iter().enumerate() {
            let answered: Vec<Answered<'_>> = given
                .iter()
                .filter(|(place, _)| place.file == number)
                .filter_map(|(place, given)| {
                    let question = self.question(place)?;
                    let answer = match given {
                        Given::Class(said) => Answer::Class(said),
                        Given::Reason(basis) => Answer::Reason(basis),
                        Given::Value(typed) => Answer::Value(typed),
                    };
                    Some(Answered {
                        question,
                        answer,
                        by,
                    })
                })
                .collect();
            if answered.is_empty() {
                continue;
            }
            unchanged(file)?;
            files.push((number, file.text.clone(), edited(file, &answered)?));
        }
        let written = Written {
            first: first.clone(),
            count: given.len(),
            files,
        };
        let texts = written.files.iter();
        let texts: Vec<_> = texts
            .map(|(file, _, after)| (*file, after.clone()))
            .collect();
        self.history.push(written);
        self.replace(texts)
    }

    /// Takes the last answer back; [`None`]: there is none.
    pub(super) fn undo(&mut self) -> Result<Option<Undone>, AnswersError> {
        let Some(last) = self.history.last() else {
            return Ok(None);
        };
        for (number, _, after) in &last.files {
            if let Some(file) = self.files.get(*number) {
                unchanged(file)?;
                // Written in part, by a file system that said no half way.
                if file.text != *after {
                    return Err(AnswersError::Changed(file.path.clone()));
                }
            }
        }
        let Some(Written {
            first,
            count,
            files,
        }) = self.history.pop()
        else {
            return Ok(None);
        };
        let texts = files.into_iter();
        self.replace(texts.map(|(file, before, _)| (file, before)).collect())?;
        Ok(Some(Undone { first, count }))
    }

    fn replace(&mut self, texts: Vec<(usize, String)>) -> Result<(), AnswersError> {
        for (number, text) in texts {
            let Some(file) = self.files.get_mut(number) else {
                continue;
            };
            replace(&file.path, &text)?;
            file.text = text;
            let mut log = Log::default();
            let Some(tree) = parse_toml(0, &file.text, &mut log) else {
                let file = SourceFile {
                    path: file.path.clone(),
                    text: file.text.clone(),
                    readable: true,
                };
                return Err(log.into_problems(&[file]).into());
            };
            let asks = questions(&file.text, tree.get_ref());
            if let Some(found) = self.found.get_mut(number) {
                *found = asks;
            }
        }
        Ok(())
    }
}

/// Refuses to write over what somebody else wrote.
fn unchanged(file: &SourceFile) -> Result<(), AnswersError> {
    let now = read_file(&file.path).map_err(|why| Problems::whole(&file.path, why))?;
    if now == file.text.as_bytes() {
        Ok(())
    } else {
        Err(AnswersError::Changed(file.path.clone()))
    }
}
