//! The sheet: every question of a catalogue once, grouped by what was suggested and why, with the columns and tables that it is of.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::Path;

use bunri_catalogue::Class;
use bunri_text::{comment, key, quoted};

use crate::facts::Facts;
use crate::questions::{Question, ReasonOf, Subject, questions};
use crate::{AnswersError, folder, io, spreadsheet};

/// Letters of a line of names.
const WIDTH: usize = 110;

/// What was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Classes that wait.
    pub classes: usize,
    /// Reasons that wait.
    pub reasons: usize,
    /// Answers that the sheet asks for.
    pub groups: usize,
    /// Questions that are answered in their own files: each is another one.
    pub others: usize,
}

/// Writes a sheet for a catalogue into a file that is not there yet: TOML with each question once, or, by its name's ending, CSV for a
/// spreadsheet with a line for each place and what is known of its column.
///
/// # Errors
/// [`AnswersError`]
pub fn ask(catalogue: &Path, sheet: &Path, facts: &Facts) -> Result<Asked, AnswersError> {
    if sheet.exists() {
        return Err(AnswersError::Occupied(sheet.to_owned()));
    }
    let files = folder::read(catalogue)?;
    let trees = folder::trees(&files)?;
    let mut asked = Asked::default();
    let mut all: Vec<Question> = Vec::new();
    let mut others = Vec::new();
    let mut sources = BTreeMap::new();
    for (file, tree) in files.iter().zip(&trees) {
        let found = questions(&file.text, tree.get_ref());
        let name = file.path.strip_prefix(catalogue).unwrap_or(&file.path);
        asked.others += found.others.len();
        if !found.others.is_empty() {
            let keys: BTreeSet<String> = found.others.into_iter().map(|one| one.key).collect();
            let keys: Vec<String> = keys.into_iter().collect();
            others.push(format!("{}: {}", name.display(), keys.join(", ")));
        }
        sources.insert(found.table.clone(), found.in_source.clone());
        all.extend(found.asked);
    }
    let (classes, reasons) = groups(&all);
    asked.classes = classes
        .values()
        .flat_map(BTreeMap::values)
        .map(Vec::len)
        .sum();
    asked.reasons = reasons.values().map(Vec::len).sum();
    asked.groups = classes.len() + reasons.len();
    let text = if spreadsheet::is_one(sheet) {
        asked.groups = all.len();
        spreadsheet::written(&all, &sources, facts)
    } else {
        written(&classes, &reasons, &others)
    };
    let mut file = fs::File::create_new(sheet).map_err(io(sheet))?;
    file.write_all(text.as_bytes()).map_err(io(sheet))?;
    file.sync_all().map_err(io(sheet))?;
    Ok(asked)
}

/// Of a suggestion and its reason: the columns, each with its tables.
type Classes = BTreeMap<(Option<Class>, String), BTreeMap<String, Vec<String>>>;
/// Of what needs a reason, and what was said of it: the tables.
type Reasons = BTreeMap<(ReasonOf, String), Vec<String>>;

fn groups(all: &[Question]) -> (Classes, Reasons) {
    let (mut classes, mut reasons) = (Classes::new(), Reasons::new());
    for question in all {
        let table = question.table.clone();
        match &question.subject {
            Subject::Class { column } => {
                let group = classes.entry((question.suggested, question.why.clone()));
                let columns = group.or_default();
                columns.entry(column.clone()).or_default().push(table);
            }
            Subject::Reason(of) => {
                let group = reasons.entry((*of, question.why.clone())).or_default();
                // A table with several conditions has one reason for them, or answers in its file.
                if !group.contains(&table) {
                    group.push(table);
                }
            }
            // No sheet asks it.
            Subject::Value => {}
        }
    }
    (classes, reasons)
}

fn written(classes: &Classes, reasons: &Reasons, others: &[String]) -> String {
    let mut text = String::from(
        "# Every question of the catalogue, each once. Read the names; answer a group by replacing its \"?\". Who answers otherwise for some\n\
         # names moves them into a [[classes]] or [[reasons]] of their own. What keeps its \"?\" is not answered. Then:\n\
         #   bunri answers CATALOGUE --take THIS_FILE\n\
         # Classes: own_customer, any_retailer, transmission_only, retail_only, hold, reference, discard (docs/catalogue.md). A `basis = \"…\"`\n\
         # or a `category = \"personal\"` below a class stands at every column of its group that has none. Keep this file: it says what was agreed to, name by name.\n",
    );
    if !others.is_empty() {
        text.push_str("#\n# Answered in their own files:\n");
        for other in others {
            text.push_str(&format!("#   {}\n", comment(other)));
        }
    }
    text.push_str("\nby = \"?\"   # who answers, and when: it will stand beside every answer\n");
    for ((suggested, why), columns) in classes {
        let count: usize = columns.values().map(Vec::len).sum();
        let what = match suggested {
            Some(class) => format!("{}: {}", class.word(), comment(why)),
            None if why.is_empty() => "nothing was suggested".to_owned(),
            None => comment(why),
        };
        text.push_str(&format!(
            "\n# {what}\n[[classes]]   # {}\nclass = \"?\"\n[classes.columns]\n",
            plural(count, "column")
        ));
        for (column, tables) in columns {
            text.push_str(&line(&key(column), tables));
        }
    }
    for ((of, why), tables) in reasons {
        text.push_str(&format!(
            "\n# {}\n[[reasons]]   # {}\nof = \"{}\"\nbasis = \"?\"\n{}",
            comment(why),
            plural(
                tables.len(),
                if *of == ReasonOf::Ignored {
                    "object"
                } else {
                    "table"
                }
            ),
            of.word(),
            line("tables", tables)
        ));
    }
    text
}

fn plural(count: usize, word: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {word}{ending}")
}

/// A key and its list, in as many lines as it takes.
fn line(key: &str, names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    let together = format!("{key} = [{}]\n", names.join(", "));
    if together.chars().count() <= WIDTH {
        return together;
    }
    let mut text = format!("{key} = [\n   ");
    let mut letters = 3;
    for name in names {
        let more = name.chars().count() + 2;
        if letters + more > WIDTH && letters > 3 {
            text.push_str("\n   ");
            letters = 3;
        }
        text.push_str(&format!(" {name},"));
        letters += more;
    }
    text.push_str("\n]\n");
    text
}
