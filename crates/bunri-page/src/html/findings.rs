//! Findings, by claim and rule; a line opens to the places and to what to do.

use bunri_report::{Finding, Grade};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::parts::{Figure, Head, name_or_none};
use crate::name::{Name, Prose};
use crate::summary::{FindingGroup, bounded, finding_groups};
use crate::words::Phrase as P;

/// Places that are shown of one rule.
const MOST_PLACES: usize = 40;
/// Tables that are named of one rule.
const MOST_TABLES: usize = 8;

impl Page<'_> {
    pub(super) fn findings(&self) -> Markup {
        let groups = finding_groups(self.inputs.report);
        if groups.is_empty() {
            return html! { p { (self.say(P::NoFindings)) } };
        }
        html! {
            p { (self.say(P::FindingsWhy)) }
            @for group in &groups { (self.group(group)) }
        }
    }

    fn group(&self, group: &FindingGroup<'_>) -> Markup {
        let grade = group.rule.grade();
        let title = html! {
            strong { (format!("{:?}", group.claim)) " " (self.lang.claim_name(group.claim)) } " · "
            (Prose(self.lang.seen(group.rule))) " "
            span.grade { (self.lang.grade(grade)) }
        };
        let (shown, more) = bounded(&group.named, MOST_PLACES);
        let rows = html! { @for finding in shown { (self.finding(finding)) } };
        let heads = [
            Head::Text(P::Id),
            Head::Text(P::Store),
            Head::Text(P::Table),
            Head::Text(P::Column),
            Head::Text(P::Row),
            Head::Text(P::File),
            Head::Text(P::Detail),
            Head::Number(P::Count),
        ];
        let rest = match grade {
            Grade::Certain => P::RestOfFindings,
            Grade::Review => P::RestOfReview,
        };
        let body = html! {
            dl.about {
                dt { (self.say(P::ToDo)) } dd { (Prose(self.lang.advice(group.rule))) }
                @if !group.tables.is_empty() { dt { (self.say(P::Tables)) } dd { (self.most_tables(group)) } }
                dt { (self.say(P::RuleHead)) } dd { code { (group.rule.word()) } }
            }
            @if !shown.is_empty() { (self.table(self.lang.seen(group.rule), &heads, &rows)) }
            (self.more(more))
            p.more { (Prose(self.say(rest))) }
        };
        self.details(&title, Some(group.total), &body)
    }

    fn most_tables(&self, group: &FindingGroup<'_>) -> String {
        let (shown, more) = bounded(&group.tables, MOST_TABLES);
        let name = |(table, count): &(&str, u64)| {
            format!("{} {}", Name(table).visible(), crate::lang::number(*count))
        };
        let names: Vec<String> = shown.iter().map(name).collect();
        self.lang.and_more(&names, more)
    }

    fn finding(&self, finding: &Finding) -> Markup {
        let Finding {
            id,
            claim: _,
            grade: _,
            rule: _,
            store,
            table,
            column,
            row,
            file,
            detail,
            count,
        } = finding;
        html! {
            tr data-table=[table.as_deref().map(|table| Name(table).visible())] {
                td { (Name(id)) }
                td { (self.lang.store(store)) }
                td { (name_or_none(table.as_deref())) }
                td { (name_or_none(column.as_deref())) }
                td { (name_or_none(row.as_deref())) }
                td { (name_or_none(file.as_deref())) }
                td { @match detail.as_deref() { Some(detail) => { (self.lang.told_or_name(detail)) } None => { "–" } } }
                (Figure(*count))
            }
        }
    }
}
