//! What every section is made of: tables that can be scrolled by keyboard, lists that end, names of tables that can be
//! filtered.

use maud::{Markup, Render, html};

use crate::html::Page;
use crate::lang::{Lang, number};
use crate::name::{Name, Prose};
use crate::words::Phrase as P;

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(super) enum Head {
    /// Of texts.
    Text(P),
    /// Of figures.
    Number(P),
}

/// A number in a cell.
pub(super) struct Figure(pub(super) u64);

impl Render for Figure {
    fn render(&self) -> Markup {
        html! { td.number { (number(self.0)) } }
    }
}

impl Lang {
    /// A table; where it is wider than the page, it is scrolled and the page is not.
    pub(super) fn table(self, caption: &str, heads: &[Head], rows: &Markup) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label=(caption) {
                table {
                    caption { (caption) }
                    thead { tr {
                        @for head in heads {
                            @match head {
                                Head::Text(text) => { th scope="col" { (self.say(*text)) } }
                                Head::Number(text) => { th.number scope="col" { (self.say(*text)) } }
                            }
                        }
                    } }
                    tbody { (rows) }
                }
            }
        }
    }
}

impl Lang {
    /// The kind of a job, by its word in the report or the plan.
    pub(super) fn kind_of_job(self, word: &str) -> String {
        match word {
            "rehearsal" => self.say(P::Rehearsal).to_owned(),
            "cutover" => self.say(P::Cutover).to_owned(),
            other => Name(other).visible(),
        }
    }
}

impl Page<'_> {
    /// A table in the page's language.
    pub(super) fn table(&self, caption: &str, heads: &[Head], rows: &Markup) -> Markup {
        self.lang.table(caption, heads, rows)
    }

    /// On paper, what was not opened is missing; the page says so.
    pub(super) fn on_paper(&self) -> Markup {
        html! { p.on-paper { (self.say(P::OnPaper)) } }
    }

    /// Where a list ends before its end.
    pub(super) fn more(&self, count: usize) -> Markup {
        html! {
            @if count > 0 { p.more { (Prose(&self.lang.more(count))) } }
        }
    }

    /// A line that opens.
    pub(super) fn details(&self, title: &Markup, count: Option<u64>, body: &Markup) -> Markup {
        opening(None, title, count, body)
    }

    /// A line that opens to something long, which is printed only if the reader opened it.
    pub(super) fn bulk(&self, title: &Markup, count: usize, body: &Markup) -> Markup {
        opening(Some("bulk"), title, u64::try_from(count).ok(), body)
    }
}

fn opening(class: Option<&str>, title: &Markup, count: Option<u64>, body: &Markup) -> Markup {
    html! {
        details class=[class] {
            summary {
                span.what { (title) }
                @if let Some(count) = count { span.count { (number(count)) } }
            }
            div.body { (body) }
        }
    }
}

/// The name of a table as a row's head.
pub(super) fn table_head(id: &str) -> Markup {
    html! { th.name scope="row" { (Name(id)) } }
}

/// A name that may be missing.
pub(super) fn name_or_none(name: Option<&str>) -> Markup {
    html! { @match name { Some(name) => { (Name(name)) } None => { "–" } } }
}
