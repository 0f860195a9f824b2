//! What changed since the run before.

use bunri_report::Report;
use maud::{Markup, html};

use crate::html::Page;
use crate::html::parts::Head;
use crate::lang::number;
use crate::name::Name;
use crate::since::{Change, Fact, Figure, changes};
use crate::summary::bounded;
use crate::words::Phrase as P;

const MOST_CHANGES: usize = 300;

/// A change in words.
pub(crate) struct ChangeLine {
    pub(crate) what: String,
    pub(crate) was: String,
    pub(crate) is: String,
    /// The table, if it is one's.
    pub(crate) table: Option<String>,
}

impl Page<'_> {
    pub(super) fn since(&self, before: &Report) -> Markup {
        let changes = changes(before, self.inputs.report);
        if changes.is_empty() {
            return html! { p { (self.say(P::SinceNothing)) } };
        }
        let (shown, more) = bounded(&changes, MOST_CHANGES);
        let rows = html! {
            @for line in shown.iter().map(|change| self.change(change)) {
                tr data-table=[line.table] {
                    th scope="row" { (line.what) }
                    td { (line.was) }
                    td { (line.is) }
                }
            }
        };
        let heads = [
            Head::Text(P::What),
            Head::Text(P::Before),
            Head::Text(P::Now),
        ];
        html! { (self.table(self.say(P::SinceTitle), &heads, &rows)) (self.more(more)) }
    }

    pub(crate) fn change(&self, change: &Change<'_>) -> ChangeLine {
        let line = |what: String, was: String, is: String| ChangeLine {
            what,
            was,
            is,
            table: None,
        };
        let shown = |text: &str| Name(text).visible();
        match change {
            Change::Verdict(was, is) => {
                let answer = |verdict| self.lang.answer(verdict).0.to_owned();
                line(self.say(P::Verdict).to_owned(), answer(*was), answer(*is))
            }
            Change::Fact(fact, was, is) => {
                let what = match fact {
                    Fact::Label => P::Run,
                    Fact::Kind => P::Kind,
                    Fact::CutoverDay => P::CutoverDay,
                    Fact::Legacy => P::Legacy,
                    Fact::Catalogue => P::Catalogue,
                    Fact::Decisions => P::Decisions,
                    Fact::Tool => P::Tool,
                };
                line(self.say(what).to_owned(), shown(was), shown(is))
            }
            Change::Claim(claim, was, is) => {
                let status = |status| self.lang.status(status).to_owned();
                let what = format!("{claim:?} {}", self.lang.claim_name(*claim));
                line(what, status(*was), status(*is))
            }
            Change::Findings(rule, was, is) => {
                line(self.lang.seen(*rule).to_owned(), number(*was), number(*is))
            }
            Change::Rows(table, figure, was, is) => {
                let what = match figure {
                    Figure::Rejected => P::Rejected,
                    Figure::Own => P::Own,
                    Figure::Other => P::Other,
                    Figure::Undecided => P::Undecided,
                    Figure::Reference => P::Reference,
                    Figure::Stored(bunri_catalogue::Store::Retail) => P::Retail,
                    Figure::Stored(bunri_catalogue::Store::Transmission) => P::Transmission,
                    Figure::Stored(bunri_catalogue::Store::Quarantine) => P::Quarantine,
                };
                let table = shown(table);
                ChangeLine {
                    what: format!("{table} · {}", self.say(what)),
                    was: number(*was),
                    is: number(*is),
                    table: Some(table),
                }
            }
        }
    }
}
