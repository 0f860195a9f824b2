//! The sheet as a person gave it back. Whatever nobody may say is refused here, before any file is looked at.

use std::path::Path;

use bunri_catalogue::{Category, Class};
use bunri_text::{
    Item, Log, Name, Problems, Section, SourceFile, Spot, WAITING, decode, parse_toml, read_file,
    readable,
};

use crate::questions::ReasonOf;

/// Letters of a name that stands beside every answer.
const MOST_LETTERS: usize = 120;

/// What people answered.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    pub(crate) classes: Vec<ClassAnswer>,
    pub(crate) reasons: Vec<ReasonAnswer>,
}

/// The class of one column, of a table or of several by a pattern.
#[derive(Debug)]
pub(crate) struct ClassAnswer {
    pub(crate) column: String,
    pub(crate) table: Name,
    pub(crate) said: ClassSaid,
    /// Who, and when.
    pub(crate) by: String,
}

/// A class, and what is said with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClassSaid {
    pub(crate) class: Class,
    /// What else is said of the column where it does not say it yet: key and word.
    pub(crate) besides: Vec<(&'static str, String)>,
}

impl ClassSaid {
    /// A class with the category and the reason that somebody gave for it.
    pub(crate) fn new(class: Class, category: Option<Category>, basis: Option<String>) -> Self {
        let category = category.map(|category| ("category", category.word().to_owned()));
        let basis = basis.map(|basis| ("basis", basis));
        Self {
            class,
            besides: category.into_iter().chain(basis).collect(),
        }
    }
}

/// A reason of one table.
#[derive(Debug)]
pub(crate) struct ReasonAnswer {
    pub(crate) of: ReasonOf,
    pub(crate) table: Name,
    pub(crate) basis: String,
    /// Who, and when.
    pub(crate) by: String,
}

/// Why this is nobody's name; [`None`]: it is one.
pub(crate) fn no_name(by: &str) -> Option<String> {
    let bad = by.trim().is_empty() || by.trim() == WAITING;
    (bad || by.chars().count() > MOST_LETTERS || by.chars().any(char::is_control)).then(|| {
        format!(
            "`by` is a name on one line of at most {MOST_LETTERS} letters: who answers, and when"
        )
    })
}

impl ClassAnswer {
    /// Whether it speaks of names that nobody wrote down.
    pub(crate) fn is_pattern(&self) -> bool {
        self.column.contains('*') || self.table.value.contains('*')
    }

    /// Whether it is of this column: by its names, or by a pattern.
    pub(crate) fn is_of(&self, table: &str, column: &str) -> bool {
        matches(&self.column, column) && matches(&self.table.value, table)
    }
}

/// Whether a name has the form of a pattern, in which `*` stands for any letters.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(name) = name.strip_prefix(head) else {
        return false;
    };
    // A star may stand for nothing, and for as much as the rest leaves it.
    let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
    ends.into_iter().any(|at| matches(rest, &name[at..]))
}

/// Reads a sheet.
pub(crate) fn read(path: &Path) -> Result<(Answers, SourceFile), Problems> {
    let bytes = read_file(path).map_err(|why| Problems::whole(path, why))?;
    let mut log = Log::default();
    let file = decode(0, path.to_owned(), bytes, &mut log);
    let tree = file.readable.then(|| parse_toml(0, &file.text, &mut log));
    let answers = tree
        .flatten()
        .map(|tree| sheet(Section::file(0, tree.get_ref()), &mut log));
    match answers {
        Some(answers) if log.is_empty() => Ok((answers, file)),
        Some(_) | None => Err(log.into_problems(&[file])),
    }
}

fn sheet(mut file: Section<'_>, log: &mut Log) -> Answers {
    let mut answers = Answers::default();
    let by = file.require("by").and_then(|value| value.filled_text(log));
    if let Some(by) = &by
        && let Some(why) = no_name(&by.value)
    {
        log.refuse(by.spot, why);
    }
    for (key, read) in [
        ("classes", class as fn(&Item<'_>, &mut Answers, &mut Log)),
        ("reasons", reason),
    ] {
        let items = file.take(key).and_then(|value| value.list(log));
        for item in items.unwrap_or_default() {
            read(&item, &mut answers, log);
        }
    }
    file.close(log);
    let by = by.map(|by| by.value.trim().to_owned()).unwrap_or_default();
    let classes = answers.classes.iter_mut().map(|one| &mut one.by);
    let reasons = answers.reasons.iter_mut().map(|one| &mut one.by);
    classes.chain(reasons).for_each(|one| one.clone_from(&by));
    same_twice(&answers, log);
    answers
}

fn class(item: &Item<'_>, answers: &mut Answers, log: &mut Log) {
    let Some(mut section) = Section::open(item, "an entry of `[[classes]]`", log) else {
        return;
    };
    let words = Class::ALL.map(|class| (class.word(), class));
    let answered = section.require("class");
    // A group that keeps its "?" is not answered: its columns go on waiting.
    let waits = answered.as_ref().is_some_and(Item::waits);
    let class = answered
        .filter(|_| !waits)
        .and_then(|value| value.word("class", &words, log));
    let category = readable(section.take("category"), |value| {
        let words = Category::ALL.map(|category| (category.word(), category));
        value.word("category", &words, log)
    });
    let basis = readable(section.take("basis"), |value| value.filled_text(log));
    let columns = section
        .require("columns")
        .and_then(|value| Section::open(&value, "`[classes.columns]`", log));
    section.close(log);
    let (Some(category), Some(basis), Some(mut columns)) = (category, basis, columns) else {
        return;
    };
    let said = class.map(|class| {
        let category = category.map(|category| category.value);
        ClassSaid::new(class.value, category, basis.map(|basis| basis.value))
    });
    for entry in columns.take_all() {
        let Some(tables) = entry.value.some_texts(log) else {
            continue;
        };
        let Some(said) = &said else { continue };
        for table in tables {
            let answer = ClassAnswer {
                column: entry.key.to_owned(),
                table,
                said: said.clone(),
                by: String::new(),
            };
            if answer.is_pattern() && said.class != Class::Hold {
                let what = format!("`{}` of `{}`", answer.column, answer.table.value);
                let message = format!(
                    "{what} speaks of columns by a pattern, and so of columns that nobody has read: it may keep them back (`hold`), \
                     and for `{}` they are written out by their names, column and table",
                    said.class.word()
                );
                log.refuse(answer.table.spot, message);
            }
            answers.classes.push(answer);
        }
    }
}

fn reason(item: &Item<'_>, answers: &mut Answers, log: &mut Log) {
    let Some(mut section) = Section::open(item, "an entry of `[[reasons]]`", log) else {
        return;
    };
    let words = ReasonOf::ALL.map(|of| (of.word(), of));
    let of = section
        .require("of")
        .and_then(|value| value.word("what needs a reason", &words, log));
    let answered = section.require("basis");
    let waits = answered.as_ref().is_some_and(Item::waits);
    let basis = answered
        .filter(|_| !waits)
        .and_then(|value| value.filled_text(log));
    let tables = section
        .require("tables")
        .and_then(|value| value.some_texts(log));
    section.close(log);
    let (Some(of), Some(basis), Some(tables)) = (of, basis, tables) else {
        return;
    };
    for table in tables {
        if table.value == WAITING {
            continue;
        }
        answers.reasons.push(ReasonAnswer {
            of: of.value,
            table,
            basis: basis.value.clone(),
            by: String::new(),
        });
    }
}

/// Two answers to one question are none.
fn same_twice(answers: &Answers, log: &mut Log) {
    let mut classes: Vec<&ClassAnswer> = answers.classes.iter().collect();
    classes.sort_by_key(|one| (&one.column, &one.table.value, one.table.spot));
    for pair in classes.windows(2) {
        if let [first, second] = pair
            && first.column == second.column
            && first.table.value == second.table.value
        {
            let what = format!("`{}` of `{}`", second.column, second.table.value);
            refuse_twice(&what, second.table.spot, log);
        }
    }
    let mut reasons: Vec<&ReasonAnswer> = answers.reasons.iter().collect();
    reasons.sort_by_key(|one| (one.of, &one.table.value, one.table.spot));
    for pair in reasons.windows(2) {
        if let [first, second] = pair
            && first.of == second.of
            && first.table.value == second.table.value
        {
            let what = format!("`{}` of `{}`", second.of.word(), second.table.value);
            refuse_twice(&what, second.table.spot, log);
        }
    }
}

fn refuse_twice(what: &str, spot: Spot, log: &mut Log) {
    log.refuse(spot, format!("{what} is answered twice: keep one answer"));
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_letters_and_everything_else_for_itself() {
        for (pattern, name) in [
            ("*", ""),
            ("*_guid", "a_guid"),
            ("a*b*c", "a-b-bc"),
            ("供*点", "供給地点"),
            ("a", "a"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("*_guid", "guid"),
            ("a*b", "abc"),
            ("a", "ab"),
            ("a*", "ba"),
            ("", "a"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
