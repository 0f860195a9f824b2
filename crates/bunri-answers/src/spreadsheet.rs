//! The sheet for a spreadsheet: CSV with a line for every place that waits, for the people who know what a column holds and edit no TOML.
//! Whatever was asked stands in the line too, so that an answer to a question that has changed meanwhile is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bunri_catalogue::{Category, Class};
use bunri_text::{
    CsvRecord, Log, Name, Problems, Spot, csv_records, decode, did_you_mean, listed,
    read_file_within,
};

use crate::answers::{Answers, ClassAnswer, ClassSaid, ReasonAnswer, no_name};
use crate::facts::Facts;
use crate::questions::{Question, Questions, ReasonOf, Subject};

/// What a line says, in this order. The last four are for people.
const HEADER: [&str; 13] = [
    "table",
    "column",
    "question",
    "suggested",
    "because",
    "declared",
    "seen",
    "null",
    "distinct",
    "answer",
    "category",
    "basis",
    "by",
];

/// Excel takes the system's code page for a file that does not begin with it.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Thousands of tables, each with a line for every column: more than a person types, and less than would fill the memory.
const MOST_BYTES: u64 = 1 << 26;

/// What a spreadsheet would run and not show (CWE-1236), also in full width, as Excel reads it.
const BEGINS_A_FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// What a spreadsheet shows where it could not work something out.
const ERRORS: [&str; 8] = [
    "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!",
];

/// Whether a sheet is one for a spreadsheet: by the ending of its name.
pub(crate) fn is_one(sheet: &Path) -> bool {
    let ending = sheet.extension();
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
}

/// A line for every question. `sources`: of a table's id its name in the source.
pub(crate) fn written(
    asked: &[Question],
    sources: &BTreeMap<String, String>,
    facts: &Facts,
) -> String {
    let mut text = String::from(BYTE_ORDER_MARK);
    text.push_str(&HEADER.join(","));
    text.push_str("\r\n");
    let mut told = BTreeSet::new();
    for question in asked {
        let line = Identity::of(question);
        // Several conditions of a table have one reason, or are answered in their file.
        if !told.insert(line.names()) {
            continue;
        }
        let known = sources
            .get(&question.table)
            .and_then(|table| facts.get(&(table.clone(), line.column.to_owned())));
        let [declared, seen, null, distinct] = known.map_or_else(Default::default, |known| {
            [
                known.declared.clone(),
                known.seen.clone(),
                known.null_share(),
                known.distinct(),
            ]
        });
        let cells = [
            line.table,
            line.column,
            line.question,
            line.suggested,
            line.because,
            &declared,
            &seen,
            &null,
            &distinct,
            "",
            "",
            "",
            "",
        ];
        let cells: Vec<String> = cells.into_iter().map(cell).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A cell that a spreadsheet shows as it is.
fn cell(text: &str) -> String {
    let formula = text.starts_with(BEGINS_A_FORMULA) || text.starts_with('\'');
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// What a cell of ours says, without what keeps a spreadsheet from running it.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

/// What identifies a question, and what a person saw of it.
struct Identity<'a> {
    table: &'a str,
    column: &'a str,
    question: &'a str,
    suggested: &'a str,
    because: &'a str,
}

impl<'a> Identity<'a> {
    fn of(question: &'a Question) -> Self {
        let (column, what) = match &question.subject {
            Subject::Class { column } => (column.as_str(), "class"),
            Subject::Reason(of) => ("", of.word()),
            Subject::Value => ("", "value"),
        };
        Self {
            table: &question.table,
            column,
            question: what,
            suggested: question.suggested.map_or("", Class::word),
            because: &question.why,
        }
    }

    fn names(&self) -> (&'a str, &'a str, &'a str) {
        (self.table, self.column, self.question)
    }
}

/// Reads a sheet that came back, and holds every line of it that was answered against the catalogue's question.
///
/// # Errors
/// Every mistake at once, with its line.
pub(crate) fn read(path: &Path, found: &[Questions]) -> Result<Answers, Problems> {
    let bytes = read_file_within(
        path,
        MOST_BYTES,
        "larger than 64 MiB: no sheet that `bunri answers --ask` wrote",
    );
    let bytes = bytes.map_err(|why| Problems::whole(path, why))?;
    let mut log = Log::default();
    let file = decode(0, path.to_owned(), bytes, &mut log);
    let mut answers = Answers::default();
    if file.readable {
        let mut reading = Reading {
            found,
            asked: BTreeMap::new(),
            log: &mut log,
            seen: BTreeMap::new(),
        };
        for question in found.iter().flat_map(|one| &one.asked) {
            let asked = Identity::of(question);
            reading.asked.entry(asked.names()).or_insert(question);
        }
        answers = reading.file(&file.text);
    }
    if log.is_empty() {
        Ok(answers)
    } else {
        Err(log.into_problems(&[file]))
    }
}

struct Reading<'a> {
    found: &'a [Questions],
    /// What waits, by table, column and kind of question.
    asked: BTreeMap<(&'a str, &'a str, &'a str), &'a Question>,
    log: &'a mut Log,
    /// The line that answered a question first.
    seen: BTreeMap<(String, String, String), usize>,
}

/// One line as it came back.
struct Line<'a> {
    record: &'a CsvRecord,
    /// The place of each column of [`HEADER`].
    places: &'a [usize; HEADER.len()],
    spot: Spot,
}

impl<'a> Line<'a> {
    fn cell(&self, name: &str) -> &'a str {
        let place = HEADER.iter().position(|one| *one == name);
        let place = place.and_then(|place| self.places.get(place));
        let field = place.and_then(|place| self.record.fields.get(*place));
        field.map_or("", String::as_str)
    }
}

impl Reading<'_> {
    fn file(&mut self, text: &str) -> Answers {
        let mut answers = Answers::default();
        let spot = |offset| Spot {
            file: 0,
            offset: Some(offset),
        };
        let records = match csv_records(text) {
            Ok(records) => records,
            Err((offset, message)) => {
                self.log.refuse(spot(offset), message);
                return answers;
            }
        };
        let Some((header, rest)) = records.split_first() else {
            self.log.refuse(spot(0), "the sheet is empty");
            return answers;
        };
        let Some(places) = self.header(header, spot(header.offset)) else {
            return answers;
        };
        for record in rest {
            let line = Line {
                record,
                places: &places,
                spot: spot(record.offset),
            };
            if record.fields.len() != HEADER.len() {
                let count = record.fields.len();
                let message = format!("{count} cells, and there are {} columns", HEADER.len());
                self.log.refuse(line.spot, message);
            } else {
                self.line(&line, &mut answers);
            }
        }
        answers
    }

    /// Where each column is: people move them.
    fn header(&mut self, header: &CsvRecord, spot: Spot) -> Option<[usize; HEADER.len()]> {
        let mut places = [0; HEADER.len()];
        let names: Vec<&str> = header.fields.iter().map(|name| name.trim()).collect();
        for (place, name) in places.iter_mut().zip(HEADER) {
            *place = names
                .iter()
                .position(|one| *one == name)
                .unwrap_or(usize::MAX);
        }
        let distinct: BTreeSet<&str> = names.iter().copied().collect();
        if names.len() == HEADER.len()
            && distinct.len() == HEADER.len()
            && !places.contains(&usize::MAX)
        {
            return Some(places);
        }
        let message = format!(
            "the first line has to name the columns `{}`, separated by commas, each once and no others: remove columns of your own",
            HEADER.join("`, `")
        );
        self.log.refuse(spot, message);
        None
    }

    fn line(&mut self, line: &Line<'_>, answers: &mut Answers) {
        let typed = ["answer", "category", "basis", "by"];
        if typed.map(|name| self.typed(line, name)).contains(&false) {
            return;
        }
        let [answer, category, basis, by] = typed.map(|name| line.cell(name).trim());
        if answer.is_empty() {
            if !category.is_empty() || !basis.is_empty() {
                let message =
                    "a category or a basis, and no answer: say it, or empty the line's last cells";
                self.log.refuse(line.spot, message);
            }
            return;
        }
        let Some((table, subject)) = self.question(line) else {
            return;
        };
        if let Some(why) = no_name(by) {
            self.log.refuse(line.spot, why);
            return;
        }
        let table = Name {
            value: table,
            spot: line.spot,
        };
        let by = by.to_owned();
        match subject {
            Subject::Class { column } => {
                let Some(said) = self.said(line, answer, category, basis) else {
                    return;
                };
                answers.classes.push(ClassAnswer {
                    column,
                    table,
                    said,
                    by,
                });
            }
            Subject::Reason(of) => {
                if !category.is_empty() || !basis.is_empty() {
                    let message = "the answer is the reason itself: empty `category` and `basis`";
                    self.log.refuse(line.spot, message);
                    return;
                }
                answers.reasons.push(ReasonAnswer {
                    of,
                    table,
                    basis: answer.to_owned(),
                    by,
                });
            }
            Subject::Value => {}
        }
    }

    /// Whether what a person typed is words.
    fn typed(&mut self, line: &Line<'_>, name: &str) -> bool {
        let cell = line.cell(name);
        let message = if cell.trim_start().starts_with(BEGINS_A_FORMULA) {
            format!("`{name}` begins like a formula: write words")
        } else if ERRORS.contains(&cell.trim()) {
            format!("`{name}` is an error of the spreadsheet: write words")
        } else if cell.chars().any(char::is_control) {
            format!("`{name}` has a line break or another control character: write it on one line")
        } else if cell.trim() == bunri_text::WAITING {
            format!("`{name}` is still `?`: answer it, or empty the cell")
        } else {
            return true;
        };
        self.log.refuse(line.spot, message);
        false
    }

    /// The class, by its word or by the regulator's term.
    fn said(
        &mut self,
        line: &Line<'_>,
        answer: &str,
        category: &str,
        basis: &str,
    ) -> Option<ClassSaid> {
        let mut classes = Class::ALL.into_iter();
        let class = classes.find(|class| class.word() == answer || class.term() == answer);
        if class.is_none() {
            let hint = did_you_mean(answer, Class::ALL.map(Class::word));
            let message = format!(
                "unknown class `{answer}`: {}",
                listed(&Class::ALL.map(Class::word))
            );
            self.log.refuse_hint(line.spot, message, hint);
        }
        let mut categories = Category::ALL.into_iter();
        let known = categories.find(|one| one.word() == category);
        if known.is_none() && !category.is_empty() {
            let hint = did_you_mean(category, Category::ALL.map(Category::word));
            let message = format!(
                "unknown category `{category}`: {}",
                listed(&Category::ALL.map(Category::word))
            );
            self.log.refuse_hint(line.spot, message, hint);
            return None;
        }
        let basis = (!basis.is_empty()).then(|| basis.to_owned());
        class.map(|class| ClassSaid::new(class, known, basis))
    }

    /// What a line answers, as the catalogue asks it now or has it answered already, of which table; [`None`]: refused.
    fn question(&mut self, line: &Line<'_>) -> Option<(String, Subject)> {
        let [table, column, what, suggested, because] =
            ["table", "column", "question", "suggested", "because"]
                .map(|name| unguarded(line.cell(name)));
        let named = match column {
            "" => format!("`{what}` of `{table}`"),
            column => format!("`{table}.{column}`"),
        };
        let key = (table.to_owned(), column.to_owned(), what.to_owned());
        if let Some(first) = self.seen.insert(key, line.record.line) {
            let message =
                format!("{named} is answered twice, in line {first} too: keep one answer");
            self.log.refuse(line.spot, message);
            return None;
        }
        let Some(question) = self.asked.get(&(table, column, what)) else {
            let subject = self.answered(table, column, what);
            if subject.is_none() {
                self.unknown(line, table, column, &named);
            }
            return subject.map(|subject| (table.to_owned(), subject));
        };
        let now = Identity::of(question);
        if (now.suggested, now.because) != (suggested, because) {
            let message = format!(
                "the question of {named} is not what it was when the sheet was written, or its cells `suggested` and `because` were changed: \
                 ask anew (`--ask` with another file), and answer what it says now"
            );
            self.log.refuse(line.spot, message);
            return None;
        }
        Some((question.table.clone(), question.subject.clone()))
    }

    /// What the catalogue has of this name, where it does not wait any more.
    fn answered(&self, table: &str, column: &str, what: &str) -> Option<Subject> {
        let mut tables = self.found.iter().filter(|one| one.table == table);
        let reason = ReasonOf::ALL.into_iter().find(|of| of.word() == what);
        let there = match reason {
            Some(ReasonOf::Ignored) => {
                let mut objects = self.found.iter().flat_map(|one| &one.ignored);
                column.is_empty() && objects.any(|object| object == table)
            }
            Some(ReasonOf::Rows | ReasonOf::KnownAt | ReasonOf::When) => {
                column.is_empty() && !table.is_empty() && tables.next().is_some()
            }
            None => {
                let mut columns = tables.flat_map(|one| &one.columns);
                // In other sheets a star is a pattern. No line of this one speaks of what it does not name.
                let starred = table.contains('*') || column.contains('*');
                what == "class" && !starred && columns.any(|(name, _)| name == column)
            }
        };
        let class = || Subject::Class {
            column: column.to_owned(),
        };
        there.then(|| reason.map_or_else(class, Subject::Reason))
    }

    fn unknown(&mut self, line: &Line<'_>, table: &str, column: &str, named: &str) {
        let tables = self.found.iter().filter(|one| !one.table.is_empty());
        let hint = match tables.clone().find(|one| one.table == table) {
            Some(known) => {
                did_you_mean(column, known.columns.iter().map(|(name, _)| name.as_str()))
            }
            None => did_you_mean(table, tables.map(|one| one.table.as_str())),
        };
        let message = format!("the catalogue does not ask {named}");
        self.log.refuse_hint(line.spot, message, hint);
    }
}

#[cfg(test)]
mod tests {
    use super::{cell, unguarded};

    #[test]
    fn no_cell_is_a_formula_and_every_cell_comes_back() {
        for text in [
            "=1", "+a", "-a", "@a", "\ta", "＝a", "'a", "''=", "a,\"b", "",
        ] {
            let written = cell(text);
            let read = written[1..written.len() - 1].replace("\"\"", "\"");
            assert!(!read.starts_with(super::BEGINS_A_FORMULA), "{written}");
            assert_eq!(unguarded(&read), text);
        }
    }
}
