//! The page as one HTML file. maud escapes every text; names out of the data go through [`crate::name::Name`] besides.

mod answer;
mod claims;
mod classes;
mod controls;
mod findings;
mod matrix;
mod parts;
mod plan;
mod proof;
mod references;
mod rows;
mod since;

pub(crate) use answer::LIMITS;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
pub use plan::plan;
use sha2::{Digest as _, Sha256};

use crate::inputs::PageInputs;
use crate::lang::Lang;
use crate::name::{Name, Prose};
use crate::words::Phrase as P;

/// The only style and the only script; the page's policy names them by their digests.
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// A page being made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page<'a> {
    pub(crate) inputs: PageInputs<'a>,
    pub(crate) lang: Lang,
}

/// A part of the page behind the answer.
struct Section {
    id: &'static str,
    title: P,
    body: Markup,
}

impl Section {
    fn of(id: &'static str, title: P, body: Markup) -> Self {
        Self { id, title, body }
    }
}

/// The page: one file that fetches nothing.
#[must_use]
pub fn html(inputs: &PageInputs<'_>, lang: Lang) -> String {
    let page = Page {
        inputs: *inputs,
        lang,
    };
    page.document().into_string()
}

impl Page<'_> {
    /// A text that is always the same.
    pub(crate) fn say(&self, phrase: P) -> &'static str {
        self.lang.say(phrase)
    }

    fn document(&self) -> Markup {
        let (answer, _) = self.answer();
        let label = Name(&self.inputs.report.label).visible();
        let other = self.inputs.both_languages.then(|| self.lang.other());
        frame(
            self.lang,
            &Sheet {
                title: format!("{answer} {label} · {}", self.say(P::Document)),
                document: self.say(P::Document),
                custody: self.say(P::Custody),
                other: other.map(|other| (other, other.file())),
                rest: self.say(P::EndRest),
                tool: &self.inputs.report.tool,
            },
            &html! {
                (self.first())
                (self.rest())
            },
        )
    }

    /// Everything behind the answer.
    fn rest(&self) -> Markup {
        let mut sections = vec![
            Section::of("matrix", P::Matrix, self.matrix()),
            Section::of("regions", P::Regions, self.regions()),
            Section::of("undecided", P::UndecidedTitle, self.undecided()),
            Section::of("rejects", P::RejectsTitle, self.rejects()),
            Section::of("findings", P::FindingsTitle, self.findings()),
            Section::of("claims", P::ClaimsTitle, self.claims()),
            Section::of("expected", P::ExpectedTitle, self.expected()),
            Section::of("controls", P::ControlsTitle, self.controls()),
            Section::of("references", P::ReferencesTitle, self.references()),
            Section::of("notes", P::NotesTitle, self.notes()),
            Section::of("classes", P::ClassesTitle, self.classes()),
            Section::of("proof", P::ProofTitle, self.proof()),
        ];
        if let Some(before) = self.inputs.before {
            sections.push(Section::of("since", P::SinceTitle, self.since(before)));
        }
        sections.push(Section::of("words", P::WordsTitle, self.glossary()));
        parts(self.lang, &sections)
    }

    fn glossary(&self) -> Markup {
        let words = [
            (P::Store, P::WordStore),
            (P::Claim, P::WordClaim),
            (P::FindingsTitle, P::WordFinding),
            (P::Digest, P::WordDigest),
            (P::Quarantine, P::WordQuarantine),
            (P::Staging, P::WordStaging),
        ];
        html! {
            dl.glossary {
                @for (word, meaning) in words {
                    dt { (self.say(word)) }
                    dd { (self.say(meaning)) }
                }
            }
        }
    }
}

/// What is around the contents of a page.
#[derive(Debug, Clone)]
pub struct Sheet<'a> {
    /// Of the window.
    pub title: String,
    /// What kind of page it is.
    pub document: &'a str,
    /// Who may have it.
    pub custody: &'a str,
    /// The same page in another language, by its file beside this one.
    pub other: Option<(Lang, &'a str)>,
    /// Where the rest is.
    pub rest: &'a str,
    /// The program that made it.
    pub tool: &'a str,
}

/// A page around contents that were made elsewhere: the same style, the same policy, the same ways for a keyboard. The first part
/// of the contents has the id `answer`. What is no text of the program's own goes through [`Name`] or [`Prose`].
#[must_use]
pub fn sheet(lang: Lang, around: &Sheet<'_>, main: &Markup) -> String {
    frame(lang, around, main).into_string()
}

/// A page around its contents.
fn frame(lang: Lang, frame: &Sheet<'_>, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(lang.word()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                meta name="color-scheme" content="light dark";
                title { (frame.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#answer" { (lang.say(P::Skip)) }
                header.masthead {
                    p.title { (frame.document) }
                    p.custody { (frame.custody) }
                    @if let Some((other, file)) = frame.other {
                        p.language { a href=(file) lang=(other.word()) hreflang=(other.word()) { (other.name()) } }
                    }
                }
                main { (main) }
                footer { p { (Prose(frame.rest)) } p { (Name(frame.tool).visible()) } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// The parts of a page behind its answer, with their contents in front.
fn parts(lang: Lang, sections: &[Section]) -> Markup {
    html! {
        nav.contents aria-labelledby="contents" {
            h2 #contents { (lang.say(P::Contents)) }
            ol {
                @for section in sections {
                    li { a href={ "#" (section.id) } { (lang.say(section.title)) } }
                }
            }
        }
        @for section in sections {
            section id=(section.id) {
                h2 { (lang.say(section.title)) }
                (section.body)
            }
        }
    }
}

/// Nothing is fetched, whatever a name may say; and only this style and this script count.
fn policy() -> String {
    format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        source(STYLE),
        source(SCRIPT)
    )
}

fn source(text: &str) -> String {
    format!(
        "sha256-{}",
        STANDARD.encode(Sha256::digest(text.as_bytes()))
    )
}
