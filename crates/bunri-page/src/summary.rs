//! A report put in order for a page: what both HTML and Markdown show, with every list bounded. No text of a language here.

use std::collections::{BTreeMap, BTreeSet};

use bunri_catalogue::{Ownership, Store};
use bunri_report::{
    Claim, Finding, Grade, Note, NoteRule, RegionReport, Report, Rule, Status, TableReport,
};

/// Rows of one table in one place, by whose they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RowsByOwner {
    pub(crate) own: u64,
    pub(crate) other: u64,
    pub(crate) undecided: u64,
    pub(crate) reference: u64,
    /// In no store, and nobody's: only of the legacy system.
    pub(crate) rejected: u64,
}

impl RowsByOwner {
    pub(crate) fn total(self) -> u64 {
        let Self {
            own,
            other,
            undecided,
            reference,
            rejected,
        } = self;
        [own, other, undecided, reference, rejected]
            .into_iter()
            .fold(0, u64::saturating_add)
    }

    pub(crate) fn of(&mut self, ownership: Ownership) -> &mut u64 {
        match ownership {
            Ownership::Own => &mut self.own,
            Ownership::Other => &mut self.other,
            Ownership::Undecided => &mut self.undecided,
            Ownership::Reference => &mut self.reference,
        }
    }

    fn add(&mut self, more: Self) {
        self.own = self.own.saturating_add(more.own);
        self.other = self.other.saturating_add(more.other);
        self.undecided = self.undecided.saturating_add(more.undecided);
        self.reference = self.reference.saturating_add(more.reference);
        self.rejected = self.rejected.saturating_add(more.rejected);
    }
}

/// Where the rows of one table went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Destination<'a> {
    pub(crate) table: &'a str,
    /// Rows of the legacy system.
    pub(crate) source: RowsByOwner,
    /// In the order of [`Store::ALL`].
    pub(crate) stores: [RowsByOwner; 3],
}

/// Where the rows of every table went, in the order of the report, and of all tables together.
pub(crate) fn destinations(report: &Report) -> (Vec<Destination<'_>>, Destination<'_>) {
    let mut tables: BTreeMap<&str, Destination<'_>> = BTreeMap::new();
    for table in &report.tables {
        let source = RowsByOwner {
            own: table.own,
            other: table.other,
            undecided: table.undecided_rows(),
            reference: table.reference,
            rejected: table.rejected_rows(),
        };
        let table = table.table.as_str();
        tables.insert(
            table,
            Destination {
                table,
                source,
                stores: Default::default(),
            },
        );
    }
    for region in &report.regions {
        let ownership = Ownership::ALL
            .into_iter()
            .find(|it| it.word() == region.ownership);
        let Some((ownership, table)) = ownership.zip(tables.get_mut(region.table.as_str())) else {
            continue;
        };
        for (store, rows) in Store::ALL.into_iter().zip(&mut table.stores) {
            // A row has cells of several classes and is in the store once: the class that most of its rows have counts them.
            let counted = rows.of(ownership);
            *counted = (*counted).max(rows_in(region, store));
        }
    }
    let tables: Vec<Destination<'_>> = tables.into_values().collect();
    let all = total(&tables);
    (tables, all)
}

/// All tables together.
pub(crate) fn total(tables: &[Destination<'_>]) -> Destination<'static> {
    let mut all = Destination {
        table: "",
        source: RowsByOwner::default(),
        stores: Default::default(),
    };
    for table in tables {
        all.source.add(table.source);
        for (all, one) in all.stores.iter_mut().zip(table.stores) {
            all.add(one);
        }
    }
    all
}

/// Rows of a region in a store.
pub(crate) fn rows_in(region: &RegionReport, store: Store) -> u64 {
    match store {
        Store::Retail => region.store_rows.retail,
        Store::Transmission => region.store_rows.transmission,
        Store::Quarantine => region.store_rows.quarantine,
    }
}

/// Findings of one rule against one claim.
#[derive(Debug)]
pub(crate) struct FindingGroup<'a> {
    pub(crate) claim: Claim,
    pub(crate) rule: Rule,
    pub(crate) total: u64,
    /// Those that name a place.
    pub(crate) named: Vec<&'a Finding>,
    /// By table, the most first.
    pub(crate) tables: Vec<(&'a str, u64)>,
}

/// All findings, by claim; what breaks it comes before what a person is to judge.
pub(crate) fn finding_groups(report: &Report) -> Vec<FindingGroup<'_>> {
    let mut groups: BTreeMap<(Claim, bool, Rule), Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        let review = finding.grade == Grade::Review;
        let group = groups.entry((finding.claim, review, finding.rule));
        group.or_default().push(finding);
    }
    groups
        .into_iter()
        .map(|((claim, _, rule), findings)| group(claim, rule, findings))
        .collect()
}

fn group(claim: Claim, rule: Rule, findings: Vec<&Finding>) -> FindingGroup<'_> {
    let mut tables: BTreeMap<&str, u64> = BTreeMap::new();
    let mut total: u64 = 0;
    for finding in &findings {
        total = total.saturating_add(finding.count);
        if let Some(table) = &finding.table {
            let rows = tables.entry(table).or_default();
            *rows = rows.saturating_add(finding.count);
        }
    }
    let mut tables: Vec<(&str, u64)> = tables.into_iter().collect();
    // Stable, so that equals stay in the order of their names.
    tables.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let named = findings
        .into_iter()
        .filter(|finding| names_a_place(finding));
    FindingGroup {
        claim,
        rule,
        total,
        named: named.collect(),
        tables,
    }
}

/// The line for the rest of a kind names none.
fn names_a_place(finding: &Finding) -> bool {
    let places = [
        &finding.column,
        &finding.row,
        &finding.file,
        &finding.detail,
    ];
    finding.count == 1 || places.iter().any(|place| place.is_some())
}

/// Exact count of the findings of a grade, of one claim or of all.
pub(crate) fn graded(report: &Report, claim: Option<Claim>, grade: Grade) -> u64 {
    let findings = report.findings.iter();
    findings
        .filter(|it| it.grade == grade && claim.is_none_or(|claim| it.claim == claim))
        .fold(0, |sum, it| sum.saturating_add(it.count))
}

/// Held, broken, not checked.
pub(crate) fn claims_by_status(report: &Report) -> [usize; 3] {
    [Status::Held, Status::Broken, Status::NotChecked].map(|status| {
        report
            .claims
            .iter()
            .filter(|it| it.status == status)
            .count()
    })
}

/// Rows that wait for one reason.
#[derive(Debug, Clone)]
pub(crate) struct ReasonLine<'a> {
    pub(crate) reason: &'a str,
    /// By table, the most first.
    pub(crate) tables: Vec<(&'a str, u64)>,
    pub(crate) rows: u64,
}

/// All of them, the most first.
pub(crate) fn undecided_by_reason(report: &Report) -> Vec<ReasonLine<'_>> {
    let mut reasons: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
    for table in &report.tables {
        for undecided in &table.undecided {
            let tables = reasons.entry(&undecided.reason).or_default();
            tables.push((&table.table, undecided.rows));
        }
    }
    let mut reasons: Vec<ReasonLine<'_>> = reasons.into_iter().map(reason_line).collect();
    reasons.sort_by_key(|it| std::cmp::Reverse(it.rows));
    reasons
}

fn reason_line<'a>((reason, mut tables): (&'a str, Vec<(&'a str, u64)>)) -> ReasonLine<'a> {
    tables.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    let rows = tables.iter().map(|(_, rows)| *rows);
    ReasonLine {
        rows: rows.fold(0, u64::saturating_add),
        reason,
        tables,
    }
}

/// Rows that one column of one table kept out, the most first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RejectLine<'a> {
    pub(crate) table: &'a TableReport,
    pub(crate) column: &'a str,
    pub(crate) rule: &'a str,
    pub(crate) rows: u64,
}

/// All of them.
pub(crate) fn rejects(report: &Report) -> Vec<RejectLine<'_>> {
    let tables = report.tables.iter();
    let mut rejects: Vec<RejectLine<'_>> = tables
        .flat_map(|table| {
            let rejected = table.rejected.iter();
            rejected.map(move |it| RejectLine {
                table,
                column: &it.column,
                rule: &it.rule,
                rows: it.rows,
            })
        })
        .collect();
    rejects.sort_by_key(|it| std::cmp::Reverse(it.rows));
    rejects
}

/// Notes that have no section of their own, by rule.
pub(crate) fn notes(report: &Report) -> Vec<(NoteRule, Vec<&Note>)> {
    let mut rules: BTreeMap<NoteRule, Vec<&Note>> = BTreeMap::new();
    for note in report.notes.iter().filter(|note| !is_told_apart(note.rule)) {
        rules.entry(note.rule).or_default().push(note);
    }
    rules.into_iter().collect()
}

/// Whether the page tells it elsewhere.
fn is_told_apart(rule: NoteRule) -> bool {
    match rule {
        NoteRule::RejectedRows | NoteRule::UndecidedRows | NoteRule::ReferencesDangle => true,
        NoteRule::EmptyTable
        | NoteRule::EmptyStoreTable
        | NoteRule::NoRowIsOther
        | NoteRule::NoRowIsOwn
        | NoteRule::DecidedRows
        | NoteRule::DecisionAfterCutover
        | NoteRule::DecisionSaysNothing
        | NoteRule::ReleasedRows
        | NoteRule::FarAfterCutover
        | NoteRule::FarBeforeCutover
        | NoteRule::IncumbentNotListed
        | NoteRule::ControlNotExact
        | NoteRule::ReferenceNotFollowed
        | NoteRule::ViewOfAnotherNumber
        | NoteRule::UnseenCaseValue
        | NoteRule::WhenMatchedNoRow => false,
    }
}

/// Rows of the companies' stores that find nothing, over all references; and in how many tables they are.
pub(crate) fn dangling(report: &Report) -> (usize, u64) {
    let of_companies = |store: &str| store != Store::Quarantine.word();
    let mut tables: BTreeSet<&str> = BTreeSet::new();
    let mut rows: u64 = 0;
    for reference in &report.references {
        let stores = reference.stores.iter().filter(|it| of_companies(&it.store));
        let missed = stores.fold(0, |sum: u64, it| sum.saturating_add(it.dangling.total()));
        if missed > 0 {
            rows = rows.saturating_add(missed);
            tables.insert(&reference.table);
        }
    }
    (tables.len(), rows)
}

/// The first of a list, and how many more there are.
pub(crate) fn bounded<T>(list: &[T], most: usize) -> (&[T], usize) {
    list.split_at_checked(most)
        .map_or((list, 0), |(shown, rest)| (shown, rest.len()))
}
