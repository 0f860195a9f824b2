//! A plan as one HTML file: what a run would do, what nobody knows yet, and what somebody has to do first.

use std::collections::BTreeMap;

use bunri_catalogue::{Class, Ownership, Store};
use bunri_report::{
    Comparison, Extent, Plan, PlannedReference, PlannedTable, QueryOrigin, QueryReport, ReadAs,
    WaitingGroup,
};
use maud::{Markup, html};

use super::matrix::MOST_TABLES;
use super::parts::{Figure, Head, table_head};
use super::references::Reference;
use super::{Section, Sheet, frame, parts};
use crate::lang::{Lang, number};
use crate::name::{Name, Prose};
use crate::summary::{Destination, RowsByOwner, bounded, total};
use crate::words::Phrase as P;

/// Lines of one list.
const MOST_LINES: usize = 400;

/// The page of a plan: one file that fetches nothing. `other` is the file of the same page in the other language, if it lies beside it.
#[must_use]
pub fn plan(plan: &Plan, lang: Lang, other: Option<&'static str>) -> String {
    let page = PlanPage { plan, lang };
    let label = Name(&plan.label).visible();
    let around = Sheet {
        title: format!("{label} · {}", lang.say(P::PlanDocument)),
        document: lang.say(P::PlanDocument),
        custody: lang.say(P::PlanCustody),
        other: other.map(|file| (lang.other(), file)),
        rest: lang.say(P::PlanRest),
        tool: &plan.tool,
    };
    let main = html! {
        (page.first())
        (page.rest())
    };
    frame(lang, &around, &main).into_string()
}

struct PlanPage<'a> {
    plan: &'a Plan,
    lang: Lang,
}

impl PlanPage<'_> {
    fn say(&self, phrase: P) -> &'static str {
        self.lang.say(phrase)
    }

    fn table<T>(
        &self,
        title: P,
        heads: &[Head],
        lines: &[T],
        line: impl Fn(&T) -> Markup,
    ) -> Markup {
        let (shown, more) = bounded(lines, MOST_LINES);
        let rows = html! { @for it in shown { (line(it)) } };
        html! {
            (self.lang.table(self.say(title), heads, &rows))
            (self.more(more))
        }
    }

    /// Where a list ends before its end.
    fn more(&self, count: usize) -> Markup {
        html! {
            @if count > 0 { p.more { (Prose(&self.lang.more_of_plan(count))) } }
        }
    }

    fn first(&self) -> Markup {
        let Plan {
            source,
            catalogue,
            label,
            kind,
            cutover,
            not_known,
            ..
        } = self.plan;
        let lede = match source {
            Some(_) => P::PlanLede,
            None => P::PlanLedeCatalogue,
        };
        let mut facts = vec![
            (P::Run, Name(label).visible()),
            (P::Kind, self.lang.kind_of_job(kind)),
            (P::CutoverDay, Name(cutover).visible()),
        ];
        if let Some(source) = source {
            let size = self.lang.bytes(&source.kind, source.bytes);
            facts.push((P::Legacy, format!("{size} · {}", source.blake3)));
        }
        let (name, version) = (Name(&catalogue.name), Name(&catalogue.version));
        facts.push((
            P::Catalogue,
            format!(
                "{} {} · {}",
                name.visible(),
                version.visible(),
                catalogue.blake3
            ),
        ));
        let decisions = self.plan.decisions.as_ref().map(ToString::to_string);
        let none = self.say(P::DecisionsNone).to_owned();
        facts.push((P::Decisions, decisions.unwrap_or(none)));
        let todo = self.todo();
        html! {
            section.answer aria-labelledby="answer" {
                h1 #answer tabindex="-1" { (self.say(P::PlanAnswer)) }
                p.lede { (self.say(lede)) }
                dl.facts { @for (word, fact) in facts { div { dt { (self.say(word)) } dd { (fact) } } } }
            }
            section {
                h2 #unknown { (self.say(P::PlanUnknown)) }
                @if not_known.is_empty() { p { (self.say(P::PlanUnknownNothing)) } }
                ul { @for it in not_known { li { strong { (self.lang.told(&it.what)) } " · " (self.lang.told(&it.why)) } } }
            }
            section {
                h2 #todo { (self.say(P::PlanFirst)) }
                @if todo.is_empty() { p { (self.say(P::PlanFirstNothing)) } }
                ul { @for (section, text) in todo { li { a href={ "#" (section) } { (text) } } } }
            }
        }
    }

    /// What somebody has to do before a run, and where it stands.
    fn todo(&self) -> Vec<(&'static str, String)> {
        let plan = self.plan;
        let waiting = plan.waiting.iter().map(|it| it.rows).sum();
        let unknown = plan.queries.iter().filter(|it| !it.unknown.is_empty());
        let reading = plan.queries.iter().filter(|it| !it.reads.is_empty());
        let missed: u64 = plan.references.iter().map(missed).sum();
        let counts = [
            ("baseless", P::PlanBaseless, plan.without_basis.len() as u64),
            ("waiting", P::PlanWaiting, waiting),
            ("references", P::ReferencesTitle, missed),
            (
                "queries",
                P::PlanQueries,
                (unknown.count() + reading.count()) as u64,
            ),
        ];
        let there = counts.into_iter().filter(|(_, _, count)| *count > 0);
        there
            .map(|(section, title, count)| {
                let title = self.say(title);
                (section, self.lang.counted(title, count))
            })
            .collect()
    }

    fn rest(&self) -> Markup {
        let mut sections = vec![
            Section::of("matrix", P::PlanMatrix, self.matrix()),
            Section::of("waiting", P::PlanWaiting, self.waiting()),
            Section::of("references", P::ReferencesTitle, self.references()),
        ];
        if let Some(changes) = &self.plan.changes {
            sections.push(Section::of(
                "changes",
                P::PlanChanges,
                self.changes(changes),
            ));
        }
        sections.extend([
            Section::of("queries", P::PlanQueries, self.queries()),
            Section::of("grants", P::PlanGrants, self.grants()),
            Section::of("baseless", P::PlanBaseless, self.baseless()),
            Section::of("classes", P::ClassesTitle, self.classes()),
            Section::of("cost", P::PlanCost, self.cost()),
            Section::of("rerun", P::PlanRerun, self.rerun()),
        ]);
        parts(self.lang, &sections)
    }

    fn matrix(&self) -> Markup {
        let counted = self.plan.tables.iter().filter_map(destination);
        let tables: Vec<Destination<'_>> = counted.collect();
        if tables.is_empty() {
            // Nothing was extracted: the stores that each table goes to are all that is known.
            let heads = [Head::Text(P::Table), Head::Text(P::Store)];
            return self.table(P::PlanMatrix, &heads, &self.plan.tables, |table| {
                let stores = table.stores.iter().map(|store| self.lang.store(store));
                let stores: Vec<String> = stores.collect();
                let stores = if stores.is_empty() {
                    self.say(P::NoStore).to_owned()
                } else {
                    self.lang.list(&stores)
                };
                html! {
                    tr data-table=(Name(&table.table).visible()) { (table_head(&table.table)) td { (stores) } }
                }
            });
        }
        let all = total(&tables);
        html! {
            p { (self.say(P::MatrixWhy)) }
            (self.lang.matrix(&tables, &all))
            (self.more(tables.len().saturating_sub(MOST_TABLES)))
        }
    }

    fn waiting(&self) -> Markup {
        let heads = [
            Head::Text(P::Table),
            Head::Text(P::Reason),
            Head::Text(P::ReasonMeans),
            Head::Number(P::Rows),
            Head::Text(P::PlanFrees),
            Head::Text(P::PlanOwner),
        ];
        let groups = &self.plan.waiting;
        if groups.is_empty() {
            return html! { p { (self.say(P::NoneUndecided)) } };
        }
        let line = |group: &WaitingGroup| {
            html! {
                tr data-table=(Name(&group.table).visible()) {
                    (table_head(&group.table))
                    td { (Name(&group.reason)) }
                    td { (self.lang.meaning(&group.reason).unwrap_or("–")) }
                    (Figure(group.rows))
                    td { (self.lang.told(group.remedy.advice())) }
                    td { (self.lang.told(group.remedy.owner())) }
                }
            }
        };
        html! {
            (self.table(P::PlanWaiting, &heads, groups, line))
            p { (Prose(self.say(P::PlanDrafts))) }
        }
    }

    fn references(&self) -> Markup {
        let all = self.plan.references.iter().map(Reference::of_plan);
        let all: Vec<Reference<'_>> = all.collect();
        (self.lang).references(&all, MOST_LINES, |count| self.more(count))
    }

    fn changes(&self, changes: &Comparison) -> Markup {
        let said = [
            Head::Text(P::Table),
            Head::Text(P::Column),
            Head::Text(P::What),
            Head::Text(P::PlanWas),
            Head::Text(P::PlanIs),
        ];
        let moved = [
            Head::Text(P::Table),
            Head::Text(P::Store),
            Head::Number(P::PlanRowsIn),
            Head::Number(P::PlanRowsOut),
            Head::Number(P::PlanCellsIn),
            Head::Number(P::PlanCellsOut),
        ];
        let tables = changes.tables.iter();
        let moves = tables.flat_map(|table| table.stores.iter().map(move |it| (table, it)));
        let moves: Vec<_> = moves.collect();
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
        html! {
            @if !changes.said.is_empty() {
                (self.table(P::PlanChanges, &said, &changes.said, |it| html! {
                    tr data-table=(Name(&it.table).visible()) {
                        (table_head(&it.table))
                        td { (Name(it.column.as_deref().unwrap_or_default())) }
                        td { (self.lang.told(&it.what)) }
                        td { (Prose(&text(&it.from))) }
                        td { (Prose(&text(&it.to))) }
                    }
                }))
            }
            @if let Some(why) = &changes.not_counted {
                p { (self.lang.told(why)) }
            } @else if moves.is_empty() {
                p { (self.say(P::PlanSame)) }
            } @else {
                (self.table(P::PlanMatrix, &moved, &moves, |(table, it)| html! {
                    tr data-table=(Name(&table.table).visible()) {
                        (table_head(&table.table))
                        td { (self.lang.store(&it.store)) }
                        (Figure(it.rows_gained)) (Figure(it.rows_lost)) (Figure(it.cells_gained)) (Figure(it.cells_lost))
                    }
                }))
            }
        }
    }

    fn queries(&self) -> Markup {
        let queries = &self.plan.queries;
        if queries.is_empty() {
            return html! { p { (self.say(P::PlanQueriesNone)) } };
        }
        let heads = [
            Head::Text(P::PlanStatement),
            Head::Text(P::PlanReadAs),
            Head::Text(P::Column),
            Head::Text(P::PlanHasRetail),
            Head::Text(P::PlanHasTransmission),
        ];
        let lines = queries.iter().flat_map(|query| self.statement(query));
        let lines: Vec<Markup> = lines.collect();
        html! {
            p { (self.say(P::PlanQueriesWhy)) }
            (self.table(P::PlanQueries, &heads, &lines, Clone::clone))
        }
    }

    /// The lines of a statement; none of one that reads nothing that is withheld.
    fn statement(&self, query: &QueryReport) -> Vec<Markup> {
        let file = match query.origin {
            QueryOrigin::View => String::new(),
            QueryOrigin::File => format!(" {}", query.statement),
        };
        let name = || html! { th.name scope="row" { (Name(&query.name)) (file) } };
        let unknown = query.unknown.iter().map(|why| {
            html! {
                tr { (name()) td { strong { (self.say(P::PlanNotUnderstood)) } } td colspan="3" { (self.lang.told(why)) } }
            }
        });
        let reads = query.reads.iter().map(|read| {
            let read_as = match read.read_as {
                ReadAs::Shown => P::PlanShown,
                ReadAs::Filter => P::PlanFilter,
                ReadAs::Join => P::PlanJoin,
                ReadAs::Group => P::PlanGroup,
                ReadAs::Order => P::PlanOrder,
            };
            html! {
                tr data-table=(Name(&read.table).visible()) {
                    (name())
                    td { (self.say(read_as)) }
                    td { (Name(&read.table)) "." (Name(&read.column)) }
                    td { (self.say(extent(read.retail))) }
                    td { (self.say(extent(read.transmission))) }
                }
            }
        });
        unknown.chain(reads).collect()
    }

    fn grants(&self) -> Markup {
        html! { p { (self.lang.told(&self.plan.grants)) } }
    }

    fn baseless(&self) -> Markup {
        let columns = &self.plan.without_basis;
        if columns.is_empty() {
            return html! { p { (self.say(P::PlanBaselessNone)) } };
        }
        let heads = [
            Head::Text(P::Table),
            Head::Text(P::Column),
            Head::Text(P::Class),
        ];
        html! {
            p { (self.say(P::PlanBaselessWhy)) }
            (self.table(P::PlanBaseless, &heads, columns, |it| html! {
                tr data-table=(Name(&it.table).visible()) {
                    (table_head(&it.table)) td { (Name(&it.column)) } td { (Name(&it.class)) }
                }
            }))
        }
    }

    fn classes(&self) -> Markup {
        let mut lines = Vec::new();
        for table in &self.plan.tables {
            let mut groups: BTreeMap<(&str, Option<&str>), Vec<&str>> = BTreeMap::new();
            for it in &table.columns {
                let columns = groups.entry((&it.class, it.basis.as_deref())).or_default();
                columns.push(&it.column);
            }
            lines.extend(
                groups
                    .into_iter()
                    .map(|(group, columns)| (table.table.as_str(), group, columns)),
            );
        }
        let heads = [
            Head::Text(P::Table),
            Head::Text(P::Class),
            Head::Text(P::Meaning),
            Head::Text(P::Columns),
            Head::Text(P::Basis),
        ];
        self.table(P::ClassesTitle, &heads, &lines, |(table, (class, basis), columns)| {
            let known = Class::ALL.into_iter().find(|it| it.word() == *class);
            html! {
                tr data-table=(Name(table).visible()) {
                    (table_head(table))
                    td { (Name(class)) }
                    td { (known.map_or("–", |known| self.lang.class(known))) }
                    td { @for (place, column) in columns.iter().enumerate() { @if place > 0 { ", " } (Name(column)) } }
                    td {
                        @match basis {
                            Some(basis) => { (Prose(basis)) }
                            None if known == Some(Class::Reference) => { (self.say(P::NoBasisNeeded)) }
                            None => { strong { (self.say(P::NoBasis)) } }
                        }
                    }
                }
            }
        })
    }

    fn cost(&self) -> Markup {
        let cost = &self.plan.cost;
        let mut facts = vec![
            (self.say(P::PlanStagingRows).to_owned(), cost.rows),
            (self.say(P::PlanStagingDisk).to_owned(), cost.staged_bytes),
            (self.say(P::PlanValues).to_owned(), cost.value_bytes),
        ];
        let stores = cost.store_bytes.iter().map(|it| {
            let (what, store) = (self.say(P::PlanStoreDisk), self.lang.store(&it.store));
            (format!("{what} {store}"), it.bytes)
        });
        facts.extend(stores);
        facts.push((self.say(P::PlanMemory).to_owned(), cost.memory));
        facts.push((self.say(P::PlanThreads).to_owned(), cost.threads));
        let took = cost.measured.iter().map(|it| {
            (
                format!("{} {}", self.say(P::PlanTook), Name(&it.stage).visible()),
                it.seconds,
            )
        });
        facts.extend(took);
        html! {
            dl.facts { @for (what, figure) in facts { div { dt { (what) } dd { (number(figure)) } } } }
            @if cost.measured.is_empty() { p { (self.say(P::PlanTimeUnknown)) } }
        }
    }

    fn rerun(&self) -> Markup {
        let heads = [
            Head::Text(P::PlanStage),
            Head::Text(P::Status),
            Head::Text(P::Reason),
        ];
        self.table(P::PlanRerun, &heads, &self.plan.rerun, |it| {
            let what = if it.stands { P::PlanStands } else { P::PlanRedone };
            html! {
                tr { th.name scope="row" { (Name(&it.stage)) } td { (self.say(what)) } td { (self.lang.told(&it.why)) } }
            }
        })
    }
}

fn extent(extent: Extent) -> P {
    match extent {
        Extent::Whole => P::PlanWhole,
        Extent::Part => P::PlanPart,
        Extent::Hashed => P::PlanHashed,
        Extent::Nothing => P::PlanNothing,
    }
}

/// Rows that would refer to nothing, in the stores of the two companies.
fn missed(reference: &PlannedReference) -> u64 {
    let stores = reference.stores.iter();
    stores.map(|it| it.dangling.total()).sum()
}

/// Where the rows of a table would go; [`None`] where they were not counted.
fn destination(table: &PlannedTable) -> Option<Destination<'_>> {
    let rows = table.rows?;
    let mut stores = [RowsByOwner::default(); 3];
    for it in &table.destinations {
        let store = Store::ALL.iter().position(|store| store.word() == it.store);
        let ownership = Ownership::ALL
            .into_iter()
            .find(|one| one.word() == it.ownership);
        if let (Some(store), Some(ownership)) = (store, ownership) {
            *stores[store].of(ownership) += it.rows;
        }
    }
    Some(Destination {
        table: &table.table,
        source: RowsByOwner {
            own: rows.own,
            other: rows.other,
            undecided: rows.undecided,
            reference: rows.reference,
            rejected: table.rejected,
        },
        stores,
    })
}
