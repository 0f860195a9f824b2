//! Rows: the regions of every store, what waits for a person, what did not fit, and references that find nothing.

use bunri_catalogue::{Class, Ownership, Store};
use bunri_report::RegionReport;
use maud::{Markup, html};

use crate::html::Page;
use crate::html::parts::{Figure, Head, table_head};
use crate::html::references::Reference;
use crate::lang::percent;
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
        let all = self
            .inputs
            .report
            .references
            .iter()
            .map(Reference::of_report);
        let all: Vec<Reference<'_>> = all.collect();
        (self.lang).references(&all, MOST_LINES, |count| self.more(count))
    }
}
