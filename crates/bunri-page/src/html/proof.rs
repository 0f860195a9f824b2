//! What `bunri prove` found: whether retail's bytes depend on what is withheld from it.

use bunri_manifest::{Proof, ProofCause, ProofColumn, ProofRefusal, ProofStatus};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::parts::{Figure, Head};
use crate::lang::number;
use crate::name::{Name, Prose};
use crate::summary::bounded;
use crate::words::Phrase as P;

const MOST_LINES: usize = 100;

impl Page<'_> {
    pub(super) fn proof(&self) -> Markup {
        let Some(proof) = self.inputs.own_proof() else {
            let why = if self.inputs.proof.is_some() {
                P::ProofOther
            } else {
                P::ProofNone
            };
            return html! { p { (Prose(self.say(why))) } };
        };
        let said = match proof.status {
            ProofStatus::Held => P::ProofHeld,
            ProofStatus::Broken => P::ProofBroken,
            ProofStatus::NothingShown => P::ProofNothing,
        };
        let sample = proof.sample.map(|sample| sample.points);
        html! {
            p { (self.say(said)) " (" (self.lang.pairs(proof.pairs, proof.seed, sample)) ")" }
            (self.differences(proof))
            (self.refusals(proof))
            (self.strategies(proof))
            (self.left_alone(proof))
            (self.flows(proof))
        }
    }

    fn differences(&self, proof: &Proof) -> Markup {
        let (shown, more) = bounded(&proof.differences, MOST_LINES);
        html! {
            @if !shown.is_empty() {
                h3 { (self.say(P::Differences)) }
                ul { @for difference in shown {
                    li {
                        (difference.pair) ": "
                        @for ProofCause { table, column, strategy } in &difference.causes {
                            (place(table, column.as_deref())) " " code { (Name(strategy)) } " "
                        }
                        "→ " @for file in difference.files.iter().take(MOST_LINES) { (Name(file)) " " }
                        @if difference.strange_files > 0 { "+" (number(difference.strange_files)) }
                    }
                } }
                (self.more(more))
            }
        }
    }

    fn refusals(&self, proof: &Proof) -> Markup {
        let (shown, more) = bounded(&proof.refusals, MOST_LINES);
        html! {
            @if !shown.is_empty() {
                h3 { (self.say(P::Refusals)) }
                ul { @for ProofRefusal { rule, store, table, column } in shown {
                    li {
                        code { (Name(rule)) }
                        @if let Some(store) = store { " " (self.lang.store(store)) }
                        @if let Some(table) = table { " " (place(table, column.as_deref())) }
                    }
                } }
                (self.more(more))
            }
        }
    }

    fn strategies(&self, proof: &Proof) -> Markup {
        let rows = html! {
            @for strategy in proof.strategies.iter().take(MOST_LINES) {
                tr {
                    th scope="row" { code { (Name(&strategy.strategy)) } }
                    (Figure(strategy.cells))
                    (Figure(strategy.rows))
                }
            }
        };
        let heads = [
            Head::Text(P::Strategy),
            Head::Number(P::Cells),
            Head::Number(P::RowsMoved),
        ];
        let changed: u64 = proof
            .strategies
            .iter()
            .fold(0, |sum, it| sum.saturating_add(it.cells));
        self.details(
            &html! { (self.say(P::Strategy)) },
            Some(changed),
            &self.table(self.say(P::Strategy), &heads, &rows),
        )
    }

    fn left_alone(&self, proof: &Proof) -> Markup {
        let alone = proof.columns.iter().filter(|column| column.why.is_some());
        let alone: Vec<&ProofColumn> = alone.collect();
        let (shown, more) = bounded(&alone, MOST_LINES);
        let body = html! {
            ul { @for column in shown {
                li { (place(&column.table, Some(&column.column))) " · " (self.lang.told(column.why.as_deref().unwrap_or_default())) }
            } }
            (self.more(more))
        };
        html! {
            @if !alone.is_empty() {
                (self.details(&html! { (self.say(P::LeftAlone)) }, u64::try_from(alone.len()).ok(), &body))
            }
        }
    }

    fn flows(&self, proof: &Proof) -> Markup {
        let (shown, more) = bounded(&proof.declared_flows, MOST_LINES);
        let body = html! {
            ul { @for flow in shown {
                li {
                    (place(&flow.table, Some(&flow.column))) " · "
                    @for (at, rule) in flow.read_by.iter().take(MOST_LINES).enumerate() { @if at > 0 { ", " } (Name(rule)) }
                }
            } }
            (self.more(more))
        };
        html! {
            @if !proof.declared_flows.is_empty() {
                (self.details(&html! { (self.say(P::Flows)) }, u64::try_from(proof.declared_flows.len()).ok(), &body))
            }
        }
    }
}

fn place(table: &str, column: Option<&str>) -> Markup {
    html! { (Name(table)) @if let Some(column) = column { "." (Name(column)) } }
}
