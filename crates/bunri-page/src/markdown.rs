//! The page as a short Markdown text: for a ticket, a mail, a pull request. The same answer and the same figures; places of
//! findings and the classification are on the HTML page.

use std::fmt::Write as _;

use bunri_report::{Grade, Status};

use crate::html::Page;
use crate::inputs::{PageInputs, digest};
use crate::lang::{Lang, number, percent};
use crate::name::Name;
use crate::since::changes;
use crate::summary::{
    bounded, claims_by_status, destinations, finding_groups, graded, rejects, undecided_by_reason,
};
use crate::words::Phrase as P;

/// Lines of a list.
const MOST_LINES: usize = 40;

/// The page as Markdown.
#[must_use]
pub fn markdown(inputs: &PageInputs<'_>, lang: Lang) -> String {
    let page = Page {
        inputs: *inputs,
        lang,
    };
    let mut text = Text::default();
    page.markdown_answer(&mut text);
    page.markdown_claims(&mut text);
    page.markdown_unchecked(&mut text);
    page.markdown_rows(&mut text);
    page.markdown_findings(&mut text);
    page.markdown_since(&mut text);
    text.line(page.say(P::EndRest));
    text.0
}

/// Markdown being written; nothing that it quotes is markup.
#[derive(Debug, Default)]
struct Text(String);

impl Text {
    fn line(&mut self, text: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{text}\n");
    }

    fn heading(&mut self, level: usize, text: &str) {
        self.line(&format!("{} {text}", "#".repeat(level)));
    }

    fn list(&mut self, lines: impl IntoIterator<Item = String>) {
        for line in lines {
            let _ = writeln!(self.0, "- {line}");
        }
        self.0.push('\n');
    }

    fn table(&mut self, heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
        let _ = writeln!(self.0, "| {} |", heads.join(" | "));
        let _ = writeln!(self.0, "|{}", "---|".repeat(heads.len()));
        for row in rows {
            let _ = writeln!(self.0, "| {} |", row.join(" | "));
        }
        self.0.push('\n');
    }
}

/// A text out of the data, without a sign that Markdown or HTML would read.
fn plain(text: &str) -> String {
    let text = Name(text).visible();
    let mut plain = String::new();
    let mut letters = text.chars().peekable();
    let mut inside = false;
    while let Some(letter) = letters.next() {
        let is_harmless = match letter {
            // In a word it is a letter.
            '_' => inside,
            // Some readers make a link of `https://`.
            ':' => letters.peek() != Some(&'/'),
            ',' | '.' | ';' | '/' | '-' | '+' | '%' | '\'' | '"' | '?' | '=' | '(' | ')' => true,
            other => !other.is_ascii_punctuation(),
        };
        if is_harmless {
            plain.push(letter);
        } else {
            // Numbers of HTML, which no flavour of Markdown takes for markup, in tables neither.
            let _ = write!(plain, "&#{};", u32::from(letter));
        }
        inside = letter.is_alphanumeric();
    }
    plain
}

impl Page<'_> {
    fn markdown_answer(&self, text: &mut Text) {
        let report = self.inputs.report;
        let (word, lede) = self.answer();
        text.heading(1, &format!("{}: {word}", self.say(P::Document)));
        if self.inputs.differs.is_empty() {
            let more = self.unchecked_too().map(|more| format!(" {more}"));
            text.line(&format!("{lede}{}", more.unwrap_or_default()));
        } else {
            text.line(&format!("**{lede} {}**", self.differing()));
            let (word, lede) = self.lang.answer(report.verdict);
            text.line(&format!("{} “{word} {lede}”", self.say(P::StaleSaid)));
        }
        text.line(&format!("_{}_", self.say(P::Custody)));
        let facts = self.run_facts().into_iter();
        text.list(facts.map(|(what, value)| format!("{}: {}", self.say(what), plain(&value))));
        text.heading(2, self.say(P::ForStores));
        let stores = report.judged.stores.iter().map(|store| {
            let digest = digest(store.manifest.as_ref()).unwrap_or(self.say(P::NoManifest));
            vec![plain(&self.lang.store(&store.store)), format!("`{digest}`")]
        });
        text.table(&[self.say(P::Store), self.say(P::Digest)], stores);
    }

    fn markdown_claims(&self, text: &mut Text) {
        let report = self.inputs.report;
        text.heading(2, self.say(P::Why));
        text.list(self.why());
        let rows = report.claims.iter().map(|claim| {
            let certain = graded(report, Some(claim.code), Grade::Certain);
            let status = self.lang.status(claim.status);
            let status = match claim.status {
                Status::Broken => format!("**{status}**"),
                Status::Held | Status::NotChecked => status.to_owned(),
            };
            vec![
                format!("{:?} {}", claim.code, self.lang.claim_name(claim.code)),
                status,
                self.lang.looked_at(&claim.checked),
                plain(&self.lang.claim_reason(claim, certain)),
            ]
        });
        let heads = [P::Claim, P::Status, P::LookedAt, P::Reason].map(|it| self.say(it));
        text.table(&heads, rows);
    }

    fn markdown_unchecked(&self, text: &mut Text) {
        text.heading(2, self.say(P::NotChecked));
        text.line(self.say(P::NeverProved));
        let limits = crate::html::LIMITS.iter();
        text.list(limits.map(|limit| self.say(*limit).to_owned()));
        let [_, _, unchecked] = claims_by_status(self.inputs.report);
        if unchecked > 0 {
            text.line(self.say(P::ClaimsUnchecked));
            let lines = self.unchecked().into_iter();
            text.list(lines.map(|(name, why)| format!("{name}: {}", plain(&why))));
        }
        text.heading(2, self.say(P::MustRead));
        let to_read = self.reading_list();
        if to_read.is_empty() {
            text.line(self.say(P::MustReadNothing));
        } else {
            text.list(to_read.into_iter().map(|it| it.text));
        }
        let unmet = self.inputs.report.expectations.iter().filter(|it| !it.met);
        let unmet: Vec<_> = unmet.collect();
        if !unmet.is_empty() {
            let (shown, more) = bounded(&unmet, MOST_LINES);
            text.heading(3, self.say(P::Unmet));
            let rows = shown.iter().map(|it| {
                let amount = |amount: &str| plain(&self.lang.amount(amount));
                vec![plain(&it.key), amount(&it.expected), amount(&it.seen)]
            });
            text.table(&[P::Key, P::Expected, P::Seen].map(|it| self.say(it)), rows);
            self.markdown_more(text, more);
        }
    }

    fn markdown_rows(&self, text: &mut Text) {
        let report = self.inputs.report;
        text.heading(2, self.say(P::Matrix));
        let (tables, all) = destinations(report);
        let (shown, more) = bounded(&tables, MOST_LINES);
        let row = |name: String, it: &crate::summary::Destination<'_>| {
            let source = it.source;
            let [retail, transmission, quarantine] = it.stores.map(|rows| number(rows.total()));
            let counts = [
                source.own,
                source.other,
                source.undecided,
                source.reference,
                source.rejected,
            ];
            let counts = counts.into_iter().map(number);
            let row = [name].into_iter().chain(counts);
            row.chain([retail, transmission, quarantine]).collect()
        };
        let rows = shown.iter().map(|it| row(plain(it.table), it));
        let heads = [
            P::Table,
            P::Own,
            P::Other,
            P::Undecided,
            P::Reference,
            P::Rejected,
            P::Retail,
            P::Transmission,
            P::Quarantine,
        ];
        let total = row(format!("**{}**", self.say(P::Total)), &all);
        text.table(&heads.map(|it| self.say(it)), rows.chain([total]));
        self.markdown_more(text, more);
        let reasons = undecided_by_reason(report);
        if !reasons.is_empty() {
            text.heading(2, self.say(P::UndecidedTitle));
            let meaning = |word: &str| self.lang.meaning(word).unwrap_or_default().to_owned();
            let rows = reasons
                .iter()
                .take(MOST_LINES)
                .map(|it| vec![plain(it.reason), meaning(it.reason), number(it.rows)]);
            text.table(
                &[P::Reason, P::ReasonMeans, P::Rows].map(|it| self.say(it)),
                rows,
            );
        }
        let rejects = rejects(report);
        if !rejects.is_empty() {
            text.heading(2, self.say(P::RejectsTitle));
            let (shown, more) = bounded(&rejects, MOST_LINES);
            let rows = shown.iter().map(|it| {
                let share = percent(it.rows, it.table.source_rows());
                vec![
                    plain(&it.table.table),
                    plain(it.column),
                    plain(it.rule),
                    number(it.rows),
                    share,
                ]
            });
            let heads = [P::Table, P::Column, P::RuleHead, P::Rows, P::Share];
            text.table(&heads.map(|it| self.say(it)), rows);
            self.markdown_more(text, more);
        }
    }

    fn markdown_findings(&self, text: &mut Text) {
        let groups = finding_groups(self.inputs.report);
        text.heading(2, self.say(P::FindingsTitle));
        if groups.is_empty() {
            text.line(self.say(P::NoFindings));
            return;
        }
        let rows = groups.iter().map(|group| {
            vec![
                format!("{:?}", group.claim),
                plain(group.rule.word()),
                self.lang.grade(group.rule.grade()).to_owned(),
                number(group.total),
                plain(self.lang.seen(group.rule)),
                plain(self.lang.advice(group.rule)),
            ]
        });
        let heads = [
            P::Claim,
            P::RuleHead,
            P::Status,
            P::Count,
            P::Meaning,
            P::ToDo,
        ];
        text.table(&heads.map(|it| self.say(it)), rows);
    }

    fn markdown_since(&self, text: &mut Text) {
        let Some(before) = self.inputs.before else {
            return;
        };
        text.heading(2, self.say(P::SinceTitle));
        let changes = changes(before, self.inputs.report);
        if changes.is_empty() {
            text.line(self.say(P::SinceNothing));
            return;
        }
        let (shown, more) = bounded(&changes, MOST_LINES);
        let rows = shown.iter().map(|change| {
            let line = self.change(change);
            vec![plain(&line.what), plain(&line.was), plain(&line.is)]
        });
        text.table(&[P::What, P::Before, P::Now].map(|it| self.say(it)), rows);
        self.markdown_more(text, more);
    }

    fn markdown_more(&self, text: &mut Text, count: usize) {
        if count > 0 {
            text.line(&self.lang.more(count));
        }
    }
}
