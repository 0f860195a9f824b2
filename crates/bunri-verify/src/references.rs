//! What dangles, as the report tells it: by reference and store, with the causes. It breaks no claim: where the rules send
//! two rows to different places, one of them finds the other no more.

use bunri_catalogue::{Catalogue, Store};
use bunri_redecide::{Cause, ReferenceCounts, ReferenceRule, StoreReferences, Unfollowed};
use bunri_report::{Dangling, Note, NoteRule, ReferenceReport, SaidBy, StoreReference};

/// Every reference once; those with most rows that dangle in the companies' stores come first.
pub(crate) fn reports(
    catalogue: &Catalogue,
    rules: &[ReferenceRule],
    counts: &[ReferenceCounts],
    unfollowed: &[Unfollowed],
) -> Vec<ReferenceReport> {
    let followed = rules.iter().zip(counts);
    let followed = followed.map(|(rule, counts)| report(catalogue, rule, counts));
    let mut reports: Vec<ReferenceReport> = followed
        .chain(unfollowed.iter().map(not_followed))
        .collect();
    // Stable: ties stay in the order of tables.
    reports.sort_by_key(|report| std::cmp::Reverse(missed(report)));
    reports
}

/// Rows of the companies' stores that find nothing. What waits in the quarantine is read beside the transmission store.
fn missed(report: &ReferenceReport) -> u64 {
    report
        .stores
        .iter()
        .filter(|it| it.store != Store::Quarantine.word())
        .fold(0, |sum, it| sum.saturating_add(it.dangling.total()))
}

fn report(
    catalogue: &Catalogue,
    rule: &ReferenceRule,
    counts: &ReferenceCounts,
) -> ReferenceReport {
    let name = |table: usize, columns: &[usize]| {
        let table = &catalogue.tables[table];
        let name = |&column: &usize| table.columns[column].name.clone();
        (table.id.clone(), columns.iter().map(name).collect())
    };
    let (table, columns) = name(rule.table, &rule.columns);
    let (to, references) = name(rule.to, &rule.references);
    let said_by = [
        (rule.of_rule, SaidBy::ParentRule),
        (rule.of_catalogue, SaidBy::Catalogue),
        (rule.of_source, SaidBy::Source),
    ];
    let said_by = said_by.into_iter().filter(|(says, _)| *says);
    ReferenceReport {
        table,
        columns,
        to,
        references,
        said_by: said_by.map(|(_, who)| who).collect(),
        not_followed: None,
        stores: counts.iter().map(in_store).collect(),
    }
}

fn not_followed(key: &Unfollowed) -> ReferenceReport {
    ReferenceReport {
        table: key.table.clone(),
        columns: key.columns.clone(),
        to: key.to.clone(),
        references: key.references.clone(),
        said_by: vec![SaidBy::Source],
        not_followed: Some(key.why.to_owned()),
        stores: Vec::new(),
    }
}

fn in_store((store, counts): &(Store, StoreReferences)) -> StoreReference {
    let of = |cause: Cause| counts.dangling[cause as usize];
    StoreReference {
        store: store.word().to_owned(),
        rows: counts.rows,
        dangling: Dangling {
            absent: of(Cause::Absent),
            rejected: of(Cause::Rejected),
            withheld: of(Cause::Withheld),
            own: of(Cause::Own),
            other: of(Cause::Other),
            undecided: of(Cause::Undecided),
        },
    }
}

/// One note for every reference that dangles in a company's store and every cause, and for every foreign key that nobody could follow.
pub(crate) fn notes(reports: &[ReferenceReport], notes: &mut Vec<Note>) {
    for report in reports {
        let refers = format!("{} -> {}", report.columns.join(", "), report.to);
        if report.not_followed.is_some() {
            notes.push(Note {
                rule: NoteRule::ReferenceNotFollowed,
                store: None,
                table: report.table.clone(),
                detail: Some(refers.clone()),
                count: 0,
            });
        }
        for it in &report.stores {
            if it.store == Store::Quarantine.word() {
                continue;
            }
            let causes = it.dangling.by_cause().into_iter();
            for (cause, count) in causes.filter(|(_, count)| *count > 0) {
                notes.push(Note {
                    rule: NoteRule::ReferencesDangle,
                    store: Some(it.store.to_owned()),
                    table: report.table.clone(),
                    detail: Some(format!("{refers}: {cause}")),
                    count,
                });
            }
        }
    }
}
