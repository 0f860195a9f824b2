//! References that find nothing: in the stores of a report, and in those that a plan foresees.

use bunri_report::{Dangling, PlannedReference, ReferenceReport, StoreReference};
use maud::{Markup, html};

use crate::html::parts::{Figure, Head};
use crate::lang::{Lang, number};
use crate::name::Name;
use crate::summary::bounded;
use crate::words::Phrase as P;

/// A reference, whoever followed it.
pub(super) struct Reference<'a> {
    table: &'a str,
    columns: &'a [String],
    to: &'a str,
    references: &'a [String],
    not_followed: Option<&'a str>,
    stores: &'a [StoreReference],
}

impl<'a> Reference<'a> {
    /// Followed in stores that lie there.
    pub(super) fn of_report(it: &'a ReferenceReport) -> Self {
        Self {
            table: &it.table,
            columns: &it.columns,
            to: &it.to,
            references: &it.references,
            not_followed: it.not_followed.as_deref(),
            stores: &it.stores,
        }
    }

    /// Followed in stores that nobody wrote.
    pub(super) fn of_plan(it: &'a PlannedReference) -> Self {
        Self {
            table: &it.table,
            columns: &it.columns,
            to: &it.to,
            references: &it.references,
            not_followed: it.not_followed.as_deref(),
            stores: &it.stores,
        }
    }

    /// `document (owner_id) → consumer (consumer_id)`.
    fn name(&self) -> Markup {
        let side = |table: &str, columns: &[String]| {
            html! {
                (Name(table)) " ("
                @for (place, column) in columns.iter().enumerate() { @if place > 0 { ", " } (Name(column)) }
                ")"
            }
        };
        html! { (side(self.table, self.columns)) " → " (side(self.to, self.references)) }
    }
}

impl Lang {
    /// Those that miss rows, and those that nobody followed. `more`: what is said where a list ends before its end.
    pub(super) fn references(
        self,
        all: &[Reference<'_>],
        most: usize,
        more: impl Fn(usize) -> Markup,
    ) -> Markup {
        let missed = all.iter().flat_map(|reference| {
            let stores = reference.stores.iter().filter(|it| it.dangling.total() > 0);
            stores.map(move |store| (reference, store))
        });
        let missed: Vec<(&Reference<'_>, &StoreReference)> = missed.collect();
        let unfollowed = all.iter().filter_map(|it| Some((it, it.not_followed?)));
        let unfollowed: Vec<(&Reference<'_>, &str)> = unfollowed.collect();
        let (shown, more_missed) = bounded(&missed, most);
        let rows = html! {
            @for (reference, store) in shown {
                tr data-table=(Name(reference.table).visible()) {
                    th.name scope="row" { (reference.name()) }
                    td { (self.store(&store.store)) }
                    (Figure(store.rows))
                    (Figure(store.dangling.total()))
                    td { (self.causes(&store.dangling)) }
                }
            }
        };
        let heads = [
            Head::Text(P::Refers),
            Head::Text(P::Store),
            Head::Number(P::Rows),
            Head::Number(P::Dangling),
            Head::Text(P::Causes),
        ];
        let (shown_unfollowed, more_unfollowed) = bounded(&unfollowed, most);
        html! {
            @if missed.is_empty() {
                p { (self.say(P::NoneDangling)) }
            } @else {
                p { (self.say(P::ReferencesWhy)) }
                (self.table(self.say(P::ReferencesTitle), &heads, &rows))
                (more(more_missed))
            }
            @if !unfollowed.is_empty() {
                ul { @for (reference, why) in shown_unfollowed {
                    li { (reference.name()) " · " (self.told(why)) }
                } }
                (more(more_unfollowed))
            }
        }
    }

    /// Why rows find nothing, and how many.
    fn causes(self, dangling: &Dangling) -> String {
        let Dangling {
            absent,
            rejected,
            withheld,
            own,
            other,
            undecided,
        } = *dangling;
        let causes = [
            (P::CauseAbsent, absent),
            (P::CauseRejected, rejected),
            (P::CauseWithheld, withheld),
            (P::CauseOwn, own),
            (P::CauseOther, other),
            (P::CauseUndecided, undecided),
        ];
        let there = causes.into_iter().filter(|(_, rows)| *rows > 0);
        let told: Vec<String> = there
            .map(|(cause, rows)| self.cause(self.say(cause), &number(rows)))
            .collect();
        self.list(&told)
    }
}
