//! Question after question: what is shown, and what a key does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bunri_catalogue::{Category, Class};
use bunri_text::quoted;

use super::desk::{Desk, Given, Place};
use super::keys;
use super::person::{Key, Person, Typed};
use crate::AnswersError;
use crate::answers::{ClassSaid, no_name};
use crate::edit::value_typed;
use crate::facts::Facts;
use crate::questions::{Question, ReasonOf, Subject};

/// Letters of a reason: more is a document, and has a name.
const MOST_LETTERS: usize = 1000;
/// Reasons that a digit takes again.
const BASES_SHOWN: usize = 9;
/// Lines of a page of a list beside its names.
const LINES_AROUND: usize = 3;

/// What came of a review.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// Questions that were answered, without those that were taken back.
    pub answered: usize,
    /// Questions that still wait.
    pub waiting: usize,
    /// Whether the person, or a signal, stopped it (Ctrl-C).
    pub stopped: bool,
}

/// Asks a person every question of a catalogue. `by`: who answers, and when, if that was said already.
///
/// # Errors
/// [`AnswersError`]; every file is whole, and what was answered before stands in it.
pub fn review(
    catalogue: &Path,
    facts: &Facts,
    by: Option<&str>,
    person: &mut dyn Person,
) -> Result<Reviewed, AnswersError> {
    if let Some(why) = by.and_then(no_name) {
        return Err(AnswersError::Nobody(why));
    }
    let desk = Desk::open(catalogue)?;
    let queue = desk.waiting();
    let mut dialogue = Dialogue {
        catalogue,
        desk,
        facts,
        person,
        queue,
        at: 0,
        skipped: BTreeSet::new(),
        file: None,
        by: by.unwrap_or_default().trim().to_owned(),
        bases: BTreeMap::new(),
        category: None,
        reasons: BTreeMap::new(),
        answered: 0,
    };
    let stopped = match dialogue.all() {
        Ok(()) => false,
        Err(End::Stopped) => true,
        Err(End::Left) => false,
        Err(End::Failed(error)) => return Err(error),
    };
    Ok(Reviewed {
        answered: dialogue.answered,
        waiting: dialogue.desk.waiting().len(),
        stopped,
    })
}

/// Why it goes on no longer.
enum End {
    Left,
    Stopped,
    Failed(AnswersError),
}

impl From<std::io::Error> for End {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(AnswersError::Terminal(error))
    }
}

struct Dialogue<'a> {
    catalogue: &'a Path,
    desk: Desk,
    facts: &'a Facts,
    person: &'a mut dyn Person,
    /// What waited when it was looked at last, in the order of the files.
    queue: Vec<Place>,
    at: usize,
    skipped: BTreeSet<usize>,
    /// The file whose heading was shown last.
    file: Option<usize>,
    by: String,
    /// What stands beside a class wherever nothing does, asked once for each class; [`None`]: nothing shall.
    bases: BTreeMap<Class, Option<String>>,
    /// Of the next answer alone.
    category: Option<Category>,
    /// The reason that was given last, by its kind.
    reasons: BTreeMap<ReasonOf, String>,
    answered: usize,
}

impl Dialogue<'_> {
    fn all(&mut self) -> Result<(), End> {
        let waiting = self.queue.len();
        if waiting == 0 {
            return self.show("nothing waits: no question is open", 0);
        }
        self.show(
            &format!("{waiting} questions wait. Each answer is written at once; ? shows the keys."),
            0,
        )?;
        while self.by.is_empty() {
            let typed = self.line("who answers, and when: ")?.unwrap_or_default();
            match no_name(&typed) {
                Some(why) => self.show(&format!("  {why}"), 2)?,
                None => self.by = typed.trim().to_owned(),
            }
        }
        loop {
            let Some(at) = self.next() else {
                if self.skipped.is_empty() {
                    return Ok(());
                }
                self.again()?;
                continue;
            };
            self.at = at;
            if let Some(place) = self.queue.get(at).cloned() {
                self.one(&place)?;
            }
        }
    }

    /// The next question that waits and was not skipped, from here on and then from the top.
    fn next(&self) -> Option<usize> {
        let open = |at: &usize| {
            let place = self.queue.get(*at);
            !self.skipped.contains(at) && place.is_some_and(|it| self.desk.question(it).is_some())
        };
        let below = (self.at..self.queue.len()).find(open);
        below.or_else(|| (0..self.at).find(open))
    }

    /// Nothing is left but what was skipped.
    fn again(&mut self) -> Result<(), End> {
        let open = self.desk.waiting().len();
        if open == 0 {
            self.skipped.clear();
            return Ok(());
        }
        self.show(
            &format!(
                "{open} were skipped: Enter asks them again, u takes the last answer back, q leaves"
            ),
            2,
        )?;
        loop {
            match self.key()? {
                Key::Enter => {
                    self.skipped.clear();
                    self.at = 0;
                    return Ok(());
                }
                Key::Letter('u') => return self.undo(),
                Key::Letter('q') | Key::Escape => return Err(End::Left),
                Key::Letter(_) | Key::Stop | Key::Other => {}
            }
        }
    }

    fn one(&mut self, place: &Place) -> Result<(), End> {
        let Some(question) = self.desk.question(place).cloned() else {
            return Ok(());
        };
        self.heading(place)?;
        self.ask(place, &question)?;
        loop {
            let done = match self.key()? {
                Key::Letter('?') => {
                    for line in keys::help() {
                        self.show(&format!("  {line}"), 9)?;
                    }
                    self.ask(place, &question)?;
                    false
                }
                Key::Letter('q') => return Err(End::Left),
                Key::Letter('s') => {
                    self.skipped.insert(self.at);
                    true
                }
                Key::Letter('S') => {
                    let queue = self.queue.iter().enumerate();
                    let here = queue.filter(|(_, one)| one.file == place.file);
                    self.skipped.extend(here.map(|(at, _)| at));
                    true
                }
                Key::Letter('u') => {
                    self.undo()?;
                    true
                }
                Key::Letter('b') => {
                    self.change_basis()?;
                    self.offers(&question)?;
                    false
                }
                Key::Letter('c') => {
                    self.ask_category()?;
                    self.offers(&question)?;
                    false
                }
                key => {
                    let done = self.answer(place, &question, key)?;
                    if !done {
                        self.offers(&question)?;
                    }
                    done
                }
            };
            if done {
                return Ok(());
            }
        }
    }

    /// Whether a key that answers did.
    fn answer(&mut self, place: &Place, question: &Question, key: Key) -> Result<bool, End> {
        let alone = vec![place.clone()];
        match (key, &question.subject) {
            (Key::Enter, Subject::Class { .. }) => match question.suggested {
                Some(class) => self.say_class(alone, class),
                None => self.not_understood("nothing is suggested: say a class by its letter"),
            },
            (Key::Letter('T'), Subject::Class { .. }) => {
                let file = place.file;
                self.many("open columns of this table", |one, _| one.file == file)
            }
            (Key::Letter('N'), Subject::Class { column }) => {
                let title = format!("open columns called {}", plain(column));
                self.many(&title, |_, other| other.subject == question.subject)
            }
            (Key::Letter('G'), Subject::Class { .. }) => {
                let suggested = question.suggested.map_or("none", Class::word);
                let title = format!(
                    "columns with the suggestion {suggested}: {}",
                    plain(&question.why)
                );
                self.many(&title, |_, other| {
                    (other.suggested, &other.why) == (question.suggested, &question.why)
                })
            }
            (Key::Letter(letter), Subject::Class { .. }) => match keys::class(letter) {
                Some(class) => self.say_class(alone, class),
                None => self.not_understood("no key of this question: ? shows them"),
            },
            (Key::Enter, Subject::Reason(of)) => match self.reasons.get(of).cloned() {
                Some(reason) => self.say_reason(alone, *of, reason),
                None => self.not_understood("no reason was given before: w writes one"),
            },
            (Key::Letter('w'), Subject::Reason(of)) => self.write_reason(alone, *of),
            (Key::Letter('G'), Subject::Reason(of)) => self.many_reasons(*of, &question.why),
            (Key::Letter('w'), Subject::Value) => self.write_value(place),
            (Key::Letter(_) | Key::Enter, Subject::Reason(_) | Subject::Value) => {
                self.not_understood("no key of this question: ? shows them")
            }
            (Key::Escape | Key::Stop | Key::Other, _) => Ok(false),
        }
    }

    fn not_understood(&mut self, why: &str) -> Result<bool, End> {
        self.show(&format!("  {why}"), 2)?;
        Ok(false)
    }

    // What is shown.

    fn heading(&mut self, place: &Place) -> Result<(), End> {
        if self.file == Some(place.file) {
            return Ok(());
        }
        self.file = Some(place.file);
        let waiting = self.desk.waiting();
        let here = waiting.iter().filter(|one| one.file == place.file).count();
        let (name, _) = self.desk.file(place);
        let text = format!(
            "\n== {}: {here} of {} questions that wait",
            plain(&name),
            waiting.len()
        );
        self.show(&text, 3)
    }

    fn ask(&mut self, place: &Place, question: &Question) -> Result<(), End> {
        let table = plain(&question.table);
        let what = match &question.subject {
            Subject::Class { column } => format!("{table}.{}", plain(column)),
            Subject::Reason(ReasonOf::Ignored) => format!("{table}: why is it ignored?"),
            Subject::Reason(of) => format!("{table}: {}, for what reason?", of.word()),
            Subject::Value if table.is_empty() => plain(&question.key),
            Subject::Value => format!("{table}: {}", plain(&question.key)),
        };
        self.show(&format!("\n{what}"), 2)?;
        if let Subject::Class { column } = &question.subject {
            let known = self.known(place, column);
            self.show(&format!("  known: {known}"), 9)?;
            match question.suggested {
                Some(class) => self.show(
                    &format!(
                        "  suggested: {}, because: {}",
                        class.word(),
                        plain(&question.why)
                    ),
                    4,
                )?,
                None => self.show(
                    &format!("  nothing is suggested. {}", plain(&question.why)),
                    4,
                )?,
            }
        } else if !question.why.is_empty() {
            self.show(&format!("  {}", plain(&question.why)), 4)?;
        }
        self.offers(question)
    }

    /// What is known of a column, never a value.
    fn known(&self, place: &Place, column: &str) -> String {
        let (_, table) = self.desk.file(place);
        if self.facts.is_empty() {
            return "nothing, because no --source was named".to_owned();
        }
        let Some(known) = self.facts.get(&(table.to_owned(), column.to_owned())) else {
            return "the source has no such column".to_owned();
        };
        let declared = match known.declared.as_str() {
            "" => "no declared type".to_owned(),
            declared => format!("declared {}", plain(declared)),
        };
        if known.rows == 0 {
            return format!("{declared}; no rows");
        }
        format!(
            "{declared}; seen {}; NULL {}; {} distinct; {} rows",
            known.seen,
            known.null_share(),
            known.distinct(),
            known.rows
        )
    }

    fn offers(&mut self, question: &Question) -> Result<(), End> {
        let mut offers = match &question.subject {
            Subject::Class { .. } => {
                let takes = question
                    .suggested
                    .map_or(String::new(), |class| format!("Enter {}, ", class.word()));
                format!("{takes}or o a t r h f d; T N G for many")
            }
            Subject::Reason(of) => {
                let again = self.reasons.get(of);
                let takes = again.map_or(String::new(), |reason| {
                    format!("Enter again {}, ", plain(&quoted(reason)))
                });
                format!("{takes}w write, G for many")
            }
            Subject::Value => "w write in TOML".to_owned(),
        };
        offers.push_str("; s skip, u undo, q leave, ? keys");
        if let Some(category) = self.category {
            self.show(&format!("  with the category {}", category.word()), 4)?;
        }
        self.show(&format!("  [{offers}]"), 3)
    }

    // Answers.

    fn say_class(&mut self, places: Vec<Place>, class: Class) -> Result<bool, End> {
        if !self.has_basis(class)? {
            return self.not_understood("nothing is answered");
        }
        let said = self.said(class);
        let given = places.into_iter();
        let given = given
            .map(|place| (place, Given::Class(said.clone())))
            .collect();
        self.write(given, &spoken(&said))
    }

    fn said(&self, class: Class) -> ClassSaid {
        let basis = self.bases.get(&class).cloned().flatten();
        ClassSaid::new(class, self.category, basis)
    }

    fn say_reason(
        &mut self,
        places: Vec<Place>,
        of: ReasonOf,
        reason: String,
    ) -> Result<bool, End> {
        let given = places.into_iter();
        let given = given
            .map(|place| (place, Given::Reason(reason.clone())))
            .collect();
        let done = self.write(given, &plain(&quoted(&reason)))?;
        self.reasons.insert(of, reason);
        Ok(done)
    }

    fn write_reason(&mut self, places: Vec<Place>, of: ReasonOf) -> Result<bool, End> {
        let Some(reason) = self.words("reason: ")? else {
            return self.not_understood("nothing is answered");
        };
        self.say_reason(places, of, reason)
    }

    fn write_value(&mut self, place: &Place) -> Result<bool, End> {
        let Some(typed) = self.line("value: ")? else {
            return self.not_understood("nothing is answered");
        };
        if value_typed(&typed).is_none() {
            return self.not_understood("no value of TOML: \"a text\", [\"a\", \"list\"], { key = \"value\" }; w writes it again");
        }
        self.write(
            vec![(place.clone(), Given::Value(typed.clone()))],
            &plain(&typed),
        )
    }

    /// One answer for many columns that were read: they are listed first, to the last of them.
    fn many(&mut self, title: &str, are: impl Fn(&Place, &Question) -> bool) -> Result<bool, End> {
        let mut listed = Vec::new();
        for place in self.desk.waiting() {
            let Some(question) = self.desk.question(&place) else {
                continue;
            };
            if let Subject::Class { column } = &question.subject
                && are(&place, question)
            {
                let known = self.known_shortly(&place, column);
                let suggested = question.suggested.map_or("nothing", Class::word);
                let line = format!(
                    "{}.{}: {suggested}{known}",
                    plain(&question.table),
                    plain(column)
                );
                listed.push((place, line, question.suggested));
            }
        }
        let names = listed.iter().map(|(_, line, _)| line.clone()).collect();
        if !self.list(title, names)? {
            return self.not_understood("nothing is answered");
        }
        let offers = "a class by its letter; Enter gives each what is suggested for it; Esc none";
        self.show(&format!("  all {}: {offers}", listed.len()), 4)?;
        loop {
            match self.key()? {
                Key::Enter => {
                    let classes: BTreeSet<Class> = listed.iter().filter_map(|one| one.2).collect();
                    for class in classes {
                        if !self.has_basis(class)? {
                            return self.not_understood("nothing is answered");
                        }
                    }
                    let given = listed.into_iter().filter_map(|(place, _, suggested)| {
                        Some((place, Given::Class(self.said(suggested?))))
                    });
                    let given = given.collect();
                    return self.write(given, "each as suggested");
                }
                Key::Letter(letter) => {
                    if let Some(class) = keys::class(letter) {
                        let places = listed.into_iter().map(|(place, _, _)| place);
                        return self.say_class(places.collect(), class);
                    }
                }
                Key::Escape => return self.not_understood("nothing is answered"),
                Key::Stop | Key::Other => {}
            }
        }
    }

    fn known_shortly(&self, place: &Place, column: &str) -> String {
        let (_, table) = self.desk.file(place);
        let known = self.facts.get(&(table.to_owned(), column.to_owned()));
        match known {
            Some(known) if known.rows > 0 => {
                format!(
                    "; {}; NULL {}; {} distinct",
                    known.seen,
                    known.null_share(),
                    known.distinct()
                )
            }
            Some(_) => "; no rows".to_owned(),
            None => String::new(),
        }
    }

    /// One reason for many tables, which are listed first.
    fn many_reasons(&mut self, of: ReasonOf, why: &str) -> Result<bool, End> {
        let mut places = Vec::new();
        let mut names = Vec::new();
        for place in self.desk.waiting() {
            if let Some(question) = self.desk.question(&place)
                && question.subject == Subject::Reason(of)
                && question.why == why
            {
                names.push(plain(&question.table));
                places.push(place);
            }
        }
        if !self.list(&format!("{}: {}", of.word(), plain(why)), names)? {
            return self.not_understood("nothing is answered");
        }
        let again = self.reasons.get(&of).cloned();
        let takes = again.as_ref().map_or(String::new(), |reason| {
            format!("Enter again {}, ", plain(&quoted(reason)))
        });
        self.show(
            &format!("  all {}: {takes}w write, Esc none", places.len()),
            4,
        )?;
        loop {
            match (self.key()?, again.clone()) {
                (Key::Enter, Some(reason)) => return self.say_reason(places, of, reason),
                (Key::Letter('w'), _) => return self.write_reason(places, of),
                (Key::Escape, _) => return self.not_understood("nothing is answered"),
                (Key::Enter | Key::Letter(_) | Key::Stop | Key::Other, _) => {}
            }
        }
    }

    /// Shows a list page by page; whether it was seen to its end.
    fn list(&mut self, title: &str, lines: Vec<String>) -> Result<bool, End> {
        self.show(&format!("  {} {title}", lines.len()), 4)?;
        let page = self.person.rows().saturating_sub(LINES_AROUND).max(1);
        let mut pages = lines.chunks(page).peekable();
        while let Some(lines) = pages.next() {
            for line in lines {
                self.show(&format!("    {line}"), 6)?;
            }
            if pages.peek().is_some() {
                self.show("  … any key goes on, Esc leaves the list", 4)?;
                if self.key()? == Key::Escape {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Writes answers, and says so.
    fn write(&mut self, given: Vec<(Place, Given)>, what: &str) -> Result<bool, End> {
        let count = given.len();
        if count == 0 {
            return self.not_understood("nothing is suggested for any of them");
        }
        match self.desk.write(&given, &self.by) {
            Ok(()) => {}
            Err(AnswersError::Changed(path)) => return self.read_again(&path),
            Err(error @ AnswersError::Form(_)) => return self.not_understood(&error.to_string()),
            Err(error) => return Err(End::Failed(error)),
        }
        self.answered += count;
        self.category = None;
        let times = if count == 1 {
            String::new()
        } else {
            format!("{count} times ")
        };
        self.show(&format!("  = {times}{what}"), 4)?;
        Ok(true)
    }

    /// Somebody else wrote a file: it is asked as it is now.
    fn read_again(&mut self, path: &Path) -> Result<bool, End> {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let name = plain(&name.unwrap_or_default());
        self.desk = Desk::open(self.catalogue).map_err(|error| End::Failed(error.into()))?;
        self.queue = self.desk.waiting();
        self.skipped.clear();
        self.at = 0;
        self.file = None;
        self.show(
            &format!("  {name} was changed by somebody else meanwhile: nothing is answered or taken back, and the catalogue was read again"),
            2,
        )?;
        Ok(true)
    }

    fn undo(&mut self) -> Result<(), End> {
        match self.desk.undo() {
            Ok(Some(undone)) => {
                let at = self.queue.iter().position(|place| *place == undone.first);
                self.at = at.unwrap_or(self.at);
                self.skipped.remove(&self.at);
                self.answered = self.answered.saturating_sub(undone.count);
                self.show(&format!("  taken back: {} wait again", undone.count), 4)
            }
            Ok(None) => self.show("  nothing was answered that could be taken back", 2),
            Err(AnswersError::Changed(path)) => self.read_again(&path).map(|_| ()),
            Err(error) => Err(End::Failed(error)),
        }
    }

    /// Whether it is known what stands beside a class; asks, the first time. `false`: left.
    fn has_basis(&mut self, class: Class) -> Result<bool, End> {
        if self.bases.contains_key(&class) {
            return Ok(true);
        }
        let word = class.word();
        let earlier: BTreeSet<String> = self.bases.values().flatten().cloned().collect();
        let earlier: Vec<String> = earlier.into_iter().take(BASES_SHOWN).collect();
        let again = if earlier.is_empty() {
            ""
        } else {
            ", a number for one of these"
        };
        self.show(
            &format!(
                "  which law, guideline or decision is the basis of {word}? It will stand at each {word} that has none; Enter for none{again}, \
                 Esc answers nothing"
            ),
            2,
        )?;
        for (number, basis) in earlier.iter().enumerate() {
            self.show(&format!("  {}: {}", number + 1, plain(&quoted(basis))), 5)?;
        }
        loop {
            let Some(typed) = self.line("basis: ")? else {
                return Ok(false);
            };
            let typed = typed.trim();
            let number = typed.parse::<usize>().ok();
            let again = number.and_then(|number| earlier.get(number.checked_sub(1)?));
            let basis = match again {
                Some(again) => Some(again.clone()),
                None if typed.is_empty() => None,
                None => {
                    if let Some(why) = no_words(typed) {
                        self.show(&format!("  {why}"), 2)?;
                        continue;
                    }
                    Some(typed.to_owned())
                }
            };
            self.bases.insert(class, basis);
            return Ok(true);
        }
    }

    fn change_basis(&mut self) -> Result<(), End> {
        self.show(
            "  the basis of which class shall be another from now on? its letter, or Esc",
            4,
        )?;
        loop {
            match self.key()? {
                Key::Letter(letter) => {
                    if let Some(class) = keys::class(letter) {
                        let before = self.bases.remove(&class);
                        if !self.has_basis(class)?
                            && let Some(before) = before
                        {
                            self.bases.insert(class, before);
                        }
                        return Ok(());
                    }
                }
                Key::Enter | Key::Escape => return Ok(()),
                Key::Stop | Key::Other => {}
            }
        }
    }

    fn ask_category(&mut self) -> Result<(), End> {
        let offers: Vec<String> = Category::ALL
            .into_iter()
            .map(|one| format!("{} {}", keys::of_category(one), one.word()))
            .collect();
        self.show(
            &format!(
                "  category of the next answer: {}; Enter none",
                offers.join(", ")
            ),
            4,
        )?;
        loop {
            match self.key()? {
                Key::Letter(letter) => {
                    if let Some(category) = keys::category(letter) {
                        self.category = Some(category);
                        return Ok(());
                    }
                }
                Key::Enter | Key::Escape => {
                    self.category = None;
                    return Ok(());
                }
                Key::Stop | Key::Other => {}
            }
        }
    }

    /// Words that people read; [`None`]: none were typed.
    fn words(&mut self, prompt: &str) -> Result<Option<String>, End> {
        loop {
            let typed = self.line(prompt)?.map(|typed| typed.trim().to_owned());
            let Some(typed) = typed.filter(|typed| !typed.is_empty()) else {
                return Ok(None);
            };
            match no_words(&typed) {
                Some(why) => self.show(&format!("  {why}"), 2)?,
                None => return Ok(Some(typed)),
            }
        }
    }

    // The terminal.

    fn show(&mut self, text: &str, indent: usize) -> Result<(), End> {
        Ok(self.person.show(text, indent)?)
    }

    fn key(&mut self) -> Result<Key, End> {
        match self.person.key()? {
            Key::Stop => Err(End::Stopped),
            key => Ok(key),
        }
    }

    /// [`None`]: left by Escape.
    fn line(&mut self, prompt: &str) -> Result<Option<String>, End> {
        match self.person.line(prompt)? {
            Typed::Text(text) => Ok(Some(text)),
            Typed::Left => Ok(None),
            Typed::Stop => Err(End::Stopped),
        }
    }
}

/// Why this is no reason; [`None`]: it may be one, or nothing.
fn no_words(typed: &str) -> Option<String> {
    let number = typed.bytes().all(|byte| byte.is_ascii_digit());
    let bad = typed == bunri_text::WAITING || number || typed.chars().count() > MOST_LETTERS;
    bad.then(|| format!("words, at most {MOST_LETTERS} letters, and no `?` or number alone"))
}

/// A class with what stands beside it.
fn spoken(said: &ClassSaid) -> String {
    let mut spoken = said.class.word().to_owned();
    for (key, word) in &said.besides {
        spoken.push_str(&format!(", {key} {}", plain(&quoted(word))));
    }
    spoken
}

/// A name on one line, whatever somebody called it.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for letter in name.chars() {
        if letter.is_control() {
            plain.extend(letter.escape_unicode());
        } else {
            plain.push(letter);
        }
    }
    plain
}
