//! Rows: the regions of every store, what waits for a person, what did not fit, and references that find nothing.

use bunri_catalogue::{Class, Ownership, Store};
use bunri_report::{Dangling, ReferenceReport, RegionReport, StoreReference};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::parts::{Figure, Head, table_head};
use crate::lang::{Lang, number, percent};
use crate::name::{Name, Prose};
use crate::summary::{ReasonLine, bounded, rejects, rows_in, undecided_by_reason};
use crate::words::Phrase as P;

const MOST_REGIONS: usize = 600;
const MOST_LINES: usize = 100;

impl Page<'_> {
    pub(super) fn regions(&self) -> Markup {
        let regions = &self.inputs.report.regions;
        let in_store = |store: Store| -> Vec<&RegionReport> {
            regions.iter().filter(|it| rows_in(it, store) > 0).collect()
        };
        let nowhere = |it: &&RegionReport| Store::ALL.iter().all(|store| rows_in(it, *store) == 0);
        let nowhere: Vec<&RegionReport> = regions.iter().filter(nowhere).collect();
        html! {
            p { (self.say(P::RegionsWhy)) }
            (self.on_paper())
            @for store in Store::ALL {
                (self.regions_of(&self.lang.store(store.word()), Some(store), &in_store(store)))
            }
            (self.regions_of(self.say(P::NoStore), None, &nowhere))
        }
    }

    fn regions_of(&self, title: &str, store: Option<Store>, regions: &[&RegionReport]) -> Markup {
        let (shown, more) = bounded(regions, MOST_REGIONS);
        let rows = html! {
            @for region in shown {
                tr data-table=(Name(&region.table).visible()) {
                    (table_head(&region.table))
                    td { (self.owner(&region.ownership)) }
                    td { (self.class_word(&region.class)) }
                    (Figure(region.staging_rows))
                    @if let Some(store) = store { (Figure(rows_in(region, store))) }
                }
            }
        };
        let mut heads = vec![
            Head::Text(P::Table),
            Head::Text(P::Ownership),
            Head::Text(P::Class),
            Head::Number(P::Staged),
        ];
        heads.extend(store.map(|_| Head::Number(P::Stored)));
        let body = html! { (self.table(title, &heads, &rows)) (self.more(more)) };
        self.bulk(&html! { (title) }, regions.len(), &body)
    }

    /// Whose, by the word of the report.
    pub(super) fn owner(&self, word: &str) -> Markup {
        let known = Ownership::ALL.into_iter().find(|it| it.word() == word);
        html! { @match known { Some(it) => { (self.lang.ownership(it)) } None => { (Name(word)) } } }
    }

    /// The class, by the word of the report, with what it means.
    pub(super) fn class_word(&self, word: &str) -> Markup {
        let known = Class::ALL.into_iter().find(|it| it.word() == word);
        html! {
            code { (Name(word)) }
            @if let Some(class) = known { " " span.meaning { (self.lang.class(class)) } }
        }
    }

    pub(super) fn undecided(&self) -> Markup {
        let reasons = undecided_by_reason(self.inputs.report);
        if reasons.is_empty() {
            return html! { p { (self.say(P::NoneUndecided)) } };
        }
        html! {
            p { (self.say(P::UndecidedWhy)) }
            @for ReasonLine { reason, tables, rows } in reasons.iter().take(MOST_LINES) {
                (self.details(&self.reason(reason), Some(*rows), &self.undecided_tables(reason, tables)))
            }
        }
    }

    /// A reason or a rule of rejects: its meaning, and its word.
    fn reason(&self, word: &str) -> Markup {
        html! {
            @if let Some(meaning) = self.lang.meaning(word) { (meaning) " " }
            code { (Name(word)) }
        }
    }

    fn undecided_tables(&self, reason: &str, tables: &[(&str, u64)]) -> Markup {
        let staged = |table: &str| {
            let mut reports = self.inputs.report.tables.iter();
            reports
                .find(|it| it.table == table)
                .map_or(0, |it| it.staged)
        };
        let (shown, more) = bounded(tables, MOST_LINES);
        let rows = html! {
            @for (table, rows) in shown {
                tr data-table=(Name(table).visible()) {
                    (table_head(table))
                    (Figure(*rows))
                    td.number { (percent(*rows, staged(table))) }
                }
            }
        };
        let heads = [
            Head::Text(P::Table),
            Head::Number(P::Rows),
            Head::Number(P::Share),
        ];
        html! {
            (self.table(&Name(reason).visible(), &heads, &rows))
            (self.more(more))
        }
    }

    pub(super) fn rejects(&self) -> Markup {
        let rejects = rejects(self.inputs.report);
        if rejects.is_empty() {
            return html! { p { (self.say(P::NoneRejected)) } };
        }
        let (shown, more) = bounded(&rejects, MOST_LINES);
        let rows = html! {
            @for it in shown {
                tr data-table=(Name(&it.table.table).visible()) {
                    (table_head(&it.table.table))
                    td { (Name(it.column)) }
                    td { (self.reason(it.rule)) }
                    (Figure(it.rows))
                    td.number { (percent(it.rows, it.table.source_rows())) }
                }
            }
        };
        let heads = [
            Head::Text(P::Table),
            Head::Text(P::Column),
            Head::Text(P::RuleHead),
            Head::Number(P::Rows),
            Head::Number(P::Share),
        ];
        html! {
            p { (Prose(self.say(P::RejectsWhy))) }
            (self.table(self.say(P::RejectsTitle), &heads, &rows))
            (self.more(more))
        }
    }

    pub(super) fn references(&self) -> Markup {
        let references = self.inputs.report.references.iter();
        let missed = references.clone().flat_map(|reference| {
            let stores = reference.stores.iter().filter(|it| it.dangling.total() > 0);
            stores.map(move |store| (reference, store))
        });
        let missed: Vec<(&ReferenceReport, &StoreReference)> = missed.collect();
        let unfollowed = references.filter_map(|it| Some((it, it.not_followed.as_deref()?)));
        let unfollowed: Vec<(&ReferenceReport, &str)> = unfollowed.collect();
        let (shown, more) = bounded(&missed, MOST_LINES);
        let rows = html! {
            @for (reference, store) in shown {
                tr data-table=(Name(&reference.table).visible()) {
                    th.name scope="row" { (reference_name(reference)) }
                    td { (self.lang.store(&store.store)) }
                    (Figure(store.rows))
                    (Figure(store.dangling.total()))
                    td { (self.lang.causes(&store.dangling)) }
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
        let (shown_unfollowed, more_unfollowed) = bounded(&unfollowed, MOST_LINES);
        html! {
            @if missed.is_empty() {
                p { (self.say(P::NoneDangling)) }
            } @else {
                p { (self.say(P::ReferencesWhy)) }
                (self.table(self.say(P::ReferencesTitle), &heads, &rows))
                (self.more(more))
            }
            @if !unfollowed.is_empty() {
                ul { @for (reference, why) in shown_unfollowed {
                    li { (reference_name(reference)) " · " (self.lang.told(why)) }
                } }
                (self.more(more_unfollowed))
            }
        }
    }
}

impl Lang {
    /// Why rows find nothing, and how many.
    pub(super) fn causes(self, dangling: &Dangling) -> String {
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

/// `document (owner_id) → consumer (consumer_id)`.
fn reference_name(reference: &ReferenceReport) -> Markup {
    sides(
        (&reference.table, &reference.columns),
        (&reference.to, &reference.references),
    )
}

/// The columns of a table, and those of the other that they refer to.
pub(super) fn sides(from: (&str, &[String]), to: (&str, &[String])) -> Markup {
    let side = |table: &str, columns: &[String]| {
        html! {
            (Name(table)) " ("
            @for (place, column) in columns.iter().enumerate() { @if place > 0 { ", " } (Name(column)) }
            ")"
        }
    };
    html! { (side(from.0, from.1)) " → " (side(to.0, to.1)) }
}
