//! `[expect]` against the catalogue, and against the words that a report can say.

use bunri_catalogue::{Catalogue, Ownership, possible_ownerships};
use bunri_text::{Position, Problem, Problems, did_you_mean, listed};

use crate::expect::{AcceptedReview, Amount, Expect, OwnRows, Said};
use crate::job::{Job, JobKind};

/// What a report can say.
#[derive(Debug, Clone, Copy)]
pub struct ExpectWords<'a> {
    /// Claims.
    pub claims: &'a [&'a str],
    /// Rules of findings to review.
    pub review: &'a [&'a str],
    /// Rules of notes.
    pub notes: &'a [&'a str],
}

/// The claim that rests on signatures.
const SIGNED: &str = "C8";
/// Claims that nobody hands over without.
const LEAST_OF_A_CUTOVER: [&str; 6] = ["C1", "C2", "C3", "C4", "C5", "C6"];

/// Mistakes of one job's `[expect]`.
struct Mistakes<'a> {
    job: &'a Job,
    found: Vec<Problem>,
}

impl Mistakes<'_> {
    fn add(&mut self, place: Option<Position>, message: String, suggestion: Option<String>) {
        let problem = Problem::at(&self.job.places.file, place, message);
        self.found.push(problem.suggesting(suggestion));
    }

    fn word(&mut self, place: Option<Position>, of: &str, word: &str, known: &[&str]) {
        if known.contains(&word) {
            return;
        }
        let hint = did_you_mean(word, known.iter().copied())
            .or_else(|| Some(format!("it is one of {}", listed(known))));
        self.add(place, format!("unknown {of} `{word}`"), hint);
    }

    fn collected(self) -> Result<(), Problems> {
        if self.found.is_empty() {
            Ok(())
        } else {
            Err(Problems(self.found))
        }
    }
}

/// Refuses words that no report says, and signatures that nobody is asked for.
///
/// # Errors
/// Every such word.
pub fn check_expect_words(job: &Job, words: &ExpectWords<'_>) -> Result<(), Problems> {
    let mut mistakes = Mistakes {
        job,
        found: Vec::new(),
    };
    let Some(expect) = &job.expect else {
        return Ok(());
    };
    for Said { value, place } in &expect.claims {
        mistakes.word(*place, "claim", value, words.claims);
        if value == SIGNED && job.evidence.is_none() {
            let message =
                format!("`{value}` cannot be met: the job has no `[evidence]` that says who signs");
            mistakes.add(*place, message, None);
        }
    }
    for Said { value, place } in &expect.review {
        mistakes.word(
            *place,
            "rule of findings to review",
            &value.rule,
            words.review,
        );
    }
    for ((rule, _), Said { place, .. }) in &expect.notes {
        mistakes.word(*place, "note", rule, words.notes);
    }
    mistakes.collected()
}

/// Refuses tables and columns that are not there, and what cannot be met.
pub(crate) fn check_expect(job: &Job, catalogue: &Catalogue) -> Result<(), Problems> {
    let mut mistakes = Mistakes {
        job,
        found: Vec::new(),
    };
    let Some(expect) = &job.expect else {
        return Ok(());
    };
    for (id, place) in tables(expect) {
        mistakes.table(catalogue, id, place);
    }
    for (id, Said { value, place }) in &expect.own {
        mistakes.own(catalogue, id, value, *place);
    }
    for Said { value, place } in &expect.review {
        mistakes.columns(catalogue, value, *place);
    }
    mistakes.cutover(expect);
    mistakes.collected()
}

/// Every table that is named, and where.
fn tables(expect: &Expect) -> impl Iterator<Item = (&str, Option<Position>)> {
    let limits = [&expect.rejected, &expect.undecided];
    let limits = limits.into_iter().flat_map(|limits| &limits.tables);
    let limits = limits.map(|(id, said)| (id.as_str(), said.place));
    let own = expect
        .own
        .iter()
        .map(|(id, said)| (id.as_str(), said.place));
    let review = expect.review.iter();
    let review = review.map(|said| (said.value.table.as_str(), said.place));
    let notes = expect.notes.iter();
    let notes = notes.map(|((_, id), said)| (id.as_str(), said.place));
    limits.chain(own).chain(review).chain(notes)
}

impl Mistakes<'_> {
    fn table(&mut self, catalogue: &Catalogue, id: &str, place: Option<Position>) {
        if catalogue.table(id).is_none() {
            let message =
                format!("`[expect]` names `{id}`, and the catalogue has no table with that id");
            let ids = catalogue.tables.iter().map(|table| table.id.as_str());
            self.add(place, message, did_you_mean(id, ids));
        }
    }

    fn own(&mut self, catalogue: &Catalogue, id: &str, rows: &OwnRows, place: Option<Position>) {
        let Some(table) = catalogue.table(id) else {
            return;
        };
        let some = !matches!(
            rows.at_least,
            None | Some(Amount::Rows(0) | Amount::Share(0))
        );
        if some && !possible_ownerships(table).contains(&Ownership::Own) {
            let message =
                format!("own rows of `{id}` cannot be expected: by its row rule none is ever own");
            self.add(place, message, None);
        }
    }

    fn columns(&mut self, catalogue: &Catalogue, of: &AcceptedReview, place: Option<Position>) {
        if let Some(column) = &of.column {
            self.column(catalogue, &of.table, column, place);
        }
        let Some(withheld) = &of.withheld else {
            return;
        };
        match withheld.split_once('.') {
            Some((table, column)) => {
                self.table(catalogue, table, place);
                self.column(catalogue, table, column, place);
            }
            None => {
                let message = format!(
                    "`withheld` is a table's id and a column, such as \"consumer.phone\", not `{withheld}`"
                );
                self.add(place, message, None);
            }
        }
    }

    fn column(&mut self, catalogue: &Catalogue, id: &str, column: &str, place: Option<Position>) {
        let Some(table) = catalogue.table(id) else {
            return;
        };
        let names = || table.columns.iter().map(|column| column.name.as_str());
        if !names().any(|name| name == column) {
            let message = format!("`[expect]` names the column `{column}`, and `{id}` has none");
            self.add(place, message, did_you_mean(column, names()));
        }
    }

    /// A cutover that would pass without a claim that is checked expects too little.
    fn cutover(&mut self, expect: &Expect) {
        let lacks = |claim: &&str| !expect.claims.iter().any(|said| said.value == **claim);
        let lacking: Vec<&str> = LEAST_OF_A_CUTOVER
            .into_iter()
            .filter(|it| lacks(it))
            .collect();
        if self.job.kind == JobKind::Cutover && !lacking.is_empty() {
            let message = format!(
                "a cutover expects at least C1 to C6 to be held: `claims` lacks {}",
                listed(&lacking)
            );
            self.add(expect.place, message, None);
        }
    }
}
