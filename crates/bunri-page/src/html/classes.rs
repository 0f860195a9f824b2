//! The classification that decided, with what each class rests on.

use bunri_catalogue::{ClassRule, Table};
use maud::{Markup, html};

use crate::classes::{Basis, ClassGroup, deciding, groups};
use crate::html::Page;
use crate::html::parts::Head;
use crate::name::{Name, Prose};
use crate::summary::bounded;
use crate::words::Phrase as P;

const MOST_TABLES: usize = 400;
const MOST_COLUMNS: usize = 60;
const MOST_CASES: usize = 20;

impl Page<'_> {
    pub(super) fn classes(&self) -> Markup {
        let Some(catalogue) = self.inputs.deciding_catalogue() else {
            let why = if self.inputs.catalogue.is_some() {
                P::ClassesOther
            } else {
                P::ClassesAbsent
            };
            return html! { p { (self.say(why)) } };
        };
        let (shown, more) = bounded(&catalogue.tables, MOST_TABLES);
        html! {
            (self.on_paper())
            @for table in shown {
                div data-table=(Name(&table.id).visible()) {
                    (self.bulk(&html! { (Name(&table.id)) }, table.columns.len(), &self.classes_of(table)))
                }
            }
            @if more > 0 { p.more { (Prose(&self.lang.more_of_catalogue(more))) } }
        }
    }

    fn classes_of(&self, table: &Table) -> Markup {
        let rows = html! {
            @for group in groups(table) {
                tr {
                    th scope="row" { (self.class_rule(table, group.rule)) }
                    td { (self.columns(&group)) }
                    td { (self.basis(group.basis)) }
                }
            }
        };
        let heads = [
            Head::Text(P::Class),
            Head::Text(P::Columns),
            Head::Text(P::Basis),
        ];
        self.table(&Name(&table.id).visible(), &heads, &rows)
    }

    fn class_rule(&self, table: &Table, rule: &ClassRule) -> Markup {
        match rule {
            ClassRule::Fixed(class) => self.class_word(class.word()),
            ClassRule::ByValue {
                cases, otherwise, ..
            } => {
                let (shown, more) = bounded(cases, MOST_CASES);
                html! {
                    (self.say(P::ByValueOf)) " " (Name(deciding(table, rule).unwrap_or_default()))
                    ul {
                        @for (value, class) in shown { li { (Name(value)) " → " (self.class_word(class.word())) } }
                        @if more > 0 { li { "+" (more) } }
                        li { (self.say(P::Otherwise)) " → " (self.class_word(otherwise.word())) }
                    }
                }
            }
        }
    }

    fn columns(&self, group: &ClassGroup<'_>) -> String {
        let (shown, more) = bounded(&group.columns, MOST_COLUMNS);
        let names: Vec<String> = shown.iter().map(|it| Name(it).visible()).collect();
        self.lang.and_more(&names, more)
    }

    fn basis(&self, basis: Basis<'_>) -> Markup {
        html! {
            @match basis {
                Basis::Stated(basis) => { (Prose(basis)) }
                Basis::Public => { (self.say(P::NoBasisNeeded)) }
                Basis::Missing => { strong { (self.say(P::NoBasis)) } }
            }
        }
    }
}
