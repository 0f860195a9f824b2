//! Every `"?"` of a catalogue: which question it is, where it stands, and what `bunri init` suggested beside it.

use std::ops::Range;

use bunri_catalogue::Class;
use bunri_text::WAITING;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What a question asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    /// The class of a column.
    Class { column: String },
    /// A reason.
    Reason(ReasonOf),
    /// Anything else: codes, keys, a row rule.
    Value,
}

/// What needs a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ReasonOf {
    /// A row rule that decides every row alike.
    Rows,
    /// Nothing says when a row was written.
    KnownAt,
    /// Conditions.
    When,
    /// What nobody reads or migrates.
    Ignored,
}

impl ReasonOf {
    pub(crate) const ALL: [ReasonOf; 4] = [
        ReasonOf::Rows,
        ReasonOf::KnownAt,
        ReasonOf::When,
        ReasonOf::Ignored,
    ];

    /// Its word on the sheet.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::KnownAt => "known_at",
            Self::When => "when",
            Self::Ignored => "ignored",
        }
    }
}

/// A place where a question waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) subject: Subject,
    /// The table's id; of [`ReasonOf::Ignored`] the object.
    pub(crate) table: String,
    /// The keys down to the `"?"`, as people say them.
    pub(crate) key: String,
    /// Keys and places in lists from the top of the file down to the `"?"`.
    pub(crate) path: Vec<Step>,
    /// The `"?"` in the text, with its quotes.
    pub(crate) at: Range<usize>,
    /// The class that was suggested, if the comment says one.
    pub(crate) suggested: Option<Class>,
    /// What else the comment says.
    pub(crate) why: String,
    /// Keys that stand beside it.
    pub(crate) beside: Vec<String>,
}

/// One step into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Item(usize),
}

/// What one file asks.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    /// The table's id; empty of `catalogue.toml`.
    pub(crate) table: String,
    /// Its name in the source.
    pub(crate) in_source: String,
    /// Those that a sheet can ask: of one kind, and in a place that its names can tell.
    pub(crate) asked: Vec<Question>,
    /// The columns and what stands for their class, answered or not.
    pub(crate) columns: Vec<(String, Option<String>)>,
    /// The objects of `[[ignored]]`.
    pub(crate) ignored: Vec<String>,
    /// Every other `"?"`: each is a question of its own.
    pub(crate) others: Vec<Question>,
}

/// The questions of `catalogue.toml`, or of a table's file.
pub(crate) fn questions(text: &str, tree: &DeTable<'_>) -> Questions {
    let word = |key: &str| value(tree, key).and_then(|value| text_of(value.get_ref()));
    let mut found = Questions {
        table: word("id").or_else(|| word("table")).unwrap_or_default(),
        in_source: word("table").or_else(|| word("id")).unwrap_or_default(),
        ..Questions::default()
    };
    if let Some(DeValue::Table(columns)) = value(tree, "columns").map(Spanned::get_ref) {
        for (name, told) in columns {
            let class = match told.get_ref() {
                DeValue::Table(keys) => value(keys, "class").and_then(|it| text_of(it.get_ref())),
                plain => text_of(plain),
            };
            found.columns.push((name.get_ref().to_string(), class));
        }
    }
    if let Some(DeValue::Array(entries)) = value(tree, "ignored").map(Spanned::get_ref) {
        let object = |entry: &Spanned<DeValue<'_>>| match entry.get_ref() {
            DeValue::Table(keys) => value(keys, "object").and_then(|it| text_of(it.get_ref())),
            _ => None,
        };
        found.ignored.extend(entries.iter().filter_map(object));
    }
    let mut walk = Walk {
        text,
        found,
        path: Vec::new(),
    };
    walk.table(tree);
    let mut found = walk.found;
    found.asked.sort_by_key(|question| question.at.start);
    found.others.sort_by_key(|question| question.at.start);
    found
}

/// The value of a key.
pub(crate) fn value<'a, 'b>(table: &'a DeTable<'b>, key: &str) -> Option<&'a Spanned<DeValue<'b>>> {
    let mut entries = table.iter();
    entries.find_map(|(name, value)| (name.get_ref().as_ref() == key).then_some(value))
}

fn text_of(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    }
}

struct Walk<'a> {
    text: &'a str,
    found: Questions,
    path: Vec<Step>,
}

impl Walk<'_> {
    fn table(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            self.path.push(Step::Key(key.get_ref().to_string()));
            self.value(value, Some(table));
            self.path.pop();
        }
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, of: Option<&DeTable<'_>>) {
        match value.get_ref() {
            DeValue::String(text) if text == WAITING => self.waits(value.span(), of),
            DeValue::Table(table) => self.table(table),
            DeValue::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    self.path.push(Step::Item(place));
                    self.value(item, None);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    fn waits(&mut self, at: Range<usize>, of: Option<&DeTable<'_>>) {
        let keys: Vec<&str> = self
            .path
            .iter()
            .filter_map(|step| match step {
                Step::Key(key) => Some(key.as_str()),
                Step::Item(_) => None,
            })
            .collect();
        let mut table = self.found.table.clone();
        let subject = match keys.as_slice() {
            ["columns", column] | ["columns", column, "class"] => Subject::Class {
                column: (*column).to_owned(),
            },
            ["rows", "basis"] => Subject::Reason(ReasonOf::Rows),
            ["known_at", "none"] => Subject::Reason(ReasonOf::KnownAt),
            ["when", "basis"] => Subject::Reason(ReasonOf::When),
            ["ignored", "basis"] => {
                let object = of.and_then(|entry| value(entry, "object"));
                table = object
                    .and_then(|value| text_of(value.get_ref()))
                    .unwrap_or_default();
                Subject::Reason(ReasonOf::Ignored)
            }
            _ => Subject::Value,
        };
        let key = keys.join(".");
        // On the sheet a star is a pattern: such a name is answered where it stands.
        let apart = subject == Subject::Value || key.contains('*') || table.contains('*');
        let comment = comment(self.text, at.end).map_or("", |at| self.text[at + 1..].trim_start());
        let comment = comment.lines().next().unwrap_or_default().trim_end();
        let (suggested, why) = match &subject {
            Subject::Class { .. } => suggestion(comment),
            Subject::Value | Subject::Reason(ReasonOf::Rows | ReasonOf::KnownAt) => {
                (None, comment.to_owned())
            }
            Subject::Reason(ReasonOf::When) => (
                None,
                "an end after the cutover is another retailer's start request".to_owned(),
            ),
            Subject::Reason(ReasonOf::Ignored) => {
                (None, "nobody reads or migrates them".to_owned())
            }
        };
        let list = if apart {
            &mut self.found.others
        } else {
            &mut self.found.asked
        };
        list.push(Question {
            subject,
            table,
            key,
            path: self.path.clone(),
            at,
            suggested,
            why,
            beside: of
                .into_iter()
                .flat_map(DeTable::keys)
                .map(|key| key.get_ref().to_string())
                .collect(),
        });
    }
}

/// `hold: no list knows this name`.
fn suggestion(comment: &str) -> (Option<Class>, String) {
    let known = comment.split_once(": ").and_then(|(word, why)| {
        let class = Class::ALL.into_iter().find(|class| class.word() == word)?;
        Some((class, why))
    });
    match known {
        Some((class, why)) => (Some(class), why.to_owned()),
        None => (None, comment.to_owned()),
    }
}

/// Where the comment of a line begins, behind this place of it.
pub(crate) fn comment(text: &str, from: usize) -> Option<usize> {
    let (mut quote, mut escaped) = (None, false);
    for (at, letter) in text[from..].char_indices() {
        match (letter, quote) {
            ('\n', _) => return None,
            ('#', None) => return Some(from + at),
            ('"' | '\'', None) => quote = Some(letter),
            ('\\', Some('"')) if !escaped => {
                escaped = true;
                continue;
            }
            (_, Some(open)) if letter == open && !escaped => quote = None,
            _ => {}
        }
        escaped = false;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_begins_outside_of_texts() {
        let text = "a = { class = \"?\", basis = \"#1 \\\" # \", note = '# \\' } # why\n# next";
        let from = text.find('?').map_or(0, |at| at + 2);
        assert_eq!(comment(text, from), text.find("# why"));
        assert_eq!(comment("a = 1\n# b", 0), None);
    }
}
