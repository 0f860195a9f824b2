//! `[[references]]`: tables and columns that exist, in pairs of one type.

use bunri_text::{Log, Spot, Spotted};

use super::lookup::Book;
use super::rows::{Side, are_pairs};
use crate::draft::ReferenceDraft;
use crate::model::Reference;

/// All of them, or nothing.
pub(super) fn references(
    book: &Book<'_>,
    drafts: &[Spotted<ReferenceDraft>],
    log: &mut Log,
) -> Option<Vec<Spotted<Reference>>> {
    let mut found: Vec<Spotted<Reference>> = Vec::new();
    for draft in drafts {
        let Some(value) = reference(book, &draft.value, draft.spot, log) else {
            continue;
        };
        if found.iter().any(|other| same(&other.value, &value)) {
            log.refuse(draft.spot, "this reference is written twice");
        }
        let spot = draft.spot;
        found.push(Spotted { value, spot });
    }
    (found.len() == drafts.len()).then_some(found)
}

fn reference(
    book: &Book<'_>,
    draft: &ReferenceDraft,
    spot: Spot,
    log: &mut Log,
) -> Option<Reference> {
    let (table, to) = (book.table(&draft.table, log), book.table(&draft.to, log));
    let columns = table.and_then(|table| book.columns(table, &draft.columns, log));
    let references = to.and_then(|to| book.columns(to, &draft.references, log));
    let (table, to, columns, references) = (table?, to?, columns?, references?);
    let own = Side {
        table,
        names: &draft.columns,
        columns: &columns,
    };
    let other = Side {
        table: to,
        names: &draft.references,
        columns: &references,
    };
    are_pairs(book, ("columns", own), other, spot, log).then_some(())?;
    if (table, &columns) == (to, &references) {
        log.refuse(
            spot,
            "columns that refer to themselves: every row would find its own",
        );
        return None;
    }
    Some(Reference {
        table,
        columns,
        to,
        references,
        basis: draft.basis.clone(),
    })
}

fn same(one: &Reference, other: &Reference) -> bool {
    let Reference {
        table,
        columns,
        to,
        references,
        basis: _,
    } = one;
    (*table, *to) == (other.table, other.to)
        && *columns == other.columns
        && *references == other.references
}
