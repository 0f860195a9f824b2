//! What was looked at for each claim and what it cost; what the job expects; and what else there is to read.

use bunri_report::{ClaimReport, Expectation, Grade, Note};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::parts::{Figure, Head, name_or_none, table_head};
use crate::lang::number;
use crate::name::{Name, Prose};
use crate::summary::{bounded, graded, notes};
use crate::words::Phrase as P;

const MOST_GAPS: usize = 40;
const MOST_EXPECTATIONS: usize = 200;
const MOST_NOTES: usize = 50;

impl Page<'_> {
    pub(super) fn claims(&self) -> Markup {
        let report = self.inputs.report;
        let rows = html! {
            @for claim in &report.claims {
                tr {
                    th scope="row" { (format!("{:?}", claim.code)) " " (self.lang.claim_name(claim.code)) }
                    td { (self.status(claim.status)) }
                    td { (self.lang.looked_at(&claim.checked)) }
                    td.number { (number(claim.findings_total)) }
                    td.number { (self.cost(claim)) }
                }
            }
        };
        let heads = [
            Head::Text(P::Claim),
            Head::Text(P::Status),
            Head::Text(P::LookedAt),
            Head::Number(P::FindingsTitle),
            Head::Number(P::Cost),
        ];
        let cost = if self.inputs.costs.is_empty() {
            P::CostUnknown
        } else {
            P::CostWhy
        };
        html! {
            (self.table(self.say(P::ClaimsTitle), &heads, &rows))
            p.more { (self.say(cost)) }
            @for claim in &report.claims { (self.claim(claim)) }
        }
    }

    /// Claims that are checked in one look have one figure, which stands at the first of them.
    fn cost(&self, claim: &ClaimReport) -> String {
        let Some(cost) = self.inputs.cost_of(claim.code) else {
            return self.say(P::NotTold).to_owned();
        };
        let first = cost.claims.first().copied().unwrap_or(claim.code);
        if first == claim.code {
            self.lang.seconds(cost.work)
        } else {
            format!("→ {first:?}")
        }
    }

    fn claim(&self, claim: &ClaimReport) -> Markup {
        let certain = graded(self.inputs.report, Some(claim.code), Grade::Certain);
        let title = html! {
            strong { (format!("{:?}", claim.code)) " " (self.lang.claim_name(claim.code)) } " · "
            (Prose(&self.lang.claim_reason(claim, certain)))
        };
        let (gaps, more) = bounded(&claim.not_checked, MOST_GAPS);
        let body = html! {
            p { (self.lang.claim_question(claim.code)) }
            @if !gaps.is_empty() {
                h3 { (self.say(P::Gaps)) }
                ul { @for gap in gaps { li { (Prose(&self.lang.gap(gap))) } } }
                (self.more(more))
            }
            @if !claim.blind_spots.is_empty() {
                h3 { (self.say(P::BlindSpots)) }
                ul { @for spot in &claim.blind_spots { li { (self.lang.told(spot)) } } }
            }
        };
        self.details(&title, None, &body)
    }

    pub(super) fn expected(&self) -> Markup {
        let expectations = &self.inputs.report.expectations;
        let (met, unmet): (Vec<&Expectation>, Vec<&Expectation>) =
            expectations.iter().partition(|it| it.met);
        let said = expectations.iter().any(|it| it.line.is_some());
        html! {
            @if !said { p { (self.say(P::NoExpect)) } }
            @if !unmet.is_empty() { (self.expectations(P::Unmet, &unmet)) }
            @if !met.is_empty() {
                (self.bulk(&html! { (self.say(P::MetLines)) }, met.len(), &self.expectations(P::Met, &met)))
            }
        }
    }

    fn expectations(&self, title: P, expectations: &[&Expectation]) -> Markup {
        let (shown, more) = bounded(expectations, MOST_EXPECTATIONS);
        let rows = html! {
            @for it in shown {
                tr {
                    th scope="row" {
                        code { (Name(&it.key)) } " "
                        @match it.line { Some(line) => { "(" (line) ")" } None => { "(" (self.say(P::AnyJob)) ")" } }
                    }
                    td { (Name(&self.lang.amount(&it.expected))) }
                    td { (Name(&self.lang.amount(&it.seen))) }
                }
            }
        };
        let heads = [
            Head::Text(P::Key),
            Head::Text(P::Expected),
            Head::Text(P::Seen),
        ];
        html! { (self.table(self.say(title), &heads, &rows)) (self.more(more)) }
    }

    pub(super) fn notes(&self) -> Markup {
        let rules = notes(self.inputs.report);
        if rules.is_empty() {
            return html! { p { (self.say(P::NoFindings)) } };
        }
        html! {
            p { (self.say(P::NotesWhy)) }
            @for (rule, notes) in &rules {
                (self.details(&html! { (Prose(self.lang.noted(*rule))) }, u64::try_from(notes.len()).ok(), &self.notes_of(notes, self.lang.noted(*rule))))
            }
        }
    }

    fn notes_of(&self, notes: &[&Note], caption: &str) -> Markup {
        let (shown, more) = bounded(notes, MOST_NOTES);
        let rows = html! {
            @for note in shown {
                tr data-table=(Name(&note.table).visible()) {
                    (table_head(&note.table))
                    td { @match &note.store { Some(store) => { (self.lang.store(store)) } None => { "–" } } }
                    td { (name_or_none(note.detail.as_deref())) }
                    (Figure(note.count))
                }
            }
        };
        let heads = [
            Head::Text(P::Table),
            Head::Text(P::Store),
            Head::Text(P::Detail),
            Head::Number(P::Count),
        ];
        html! { (self.table(caption, &heads, &rows)) (self.more(more)) }
    }
}
