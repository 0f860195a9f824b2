//! Views of the source that are read like tables: whether they are made of what the catalogue says, and lose no row of it.
//! A join that finds no partner is a loss that the view's own count does not show.

use bunri_catalogue::{Table, ViewRows};
use bunri_columnar::STAGING;
use bunri_manifest::StagedTable;
use bunri_report::{About, Claim, Findings, Place, Rule};

/// Holds the source's own counts against the catalogue's word.
pub(crate) fn check(table: &Table, entry: &StagedTable, findings: &mut Findings) {
    let about = About {
        store: STAGING,
        table: Some(&table.id),
    };
    let mut differs = |detail: &str| {
        findings.add(Claim::C3, Rule::ViewDiffers, about, Place::detail(detail));
    };
    let Some(view) = &table.view_of else {
        if !entry.made_of.is_empty() {
            differs("the catalogue does not say what it is made of");
        }
        return;
    };
    let mut named: Vec<&str> = view.tables.iter().map(String::as_str).collect();
    named.sort_unstable();
    let made_of = entry.made_of.iter().map(|base| base.name.as_str());
    if !made_of.eq(named) {
        differs("it is made of other tables than the catalogue says");
        return;
    }
    match &view.rows {
        ViewRows::OneForEach(tables) => {
            let counted = entry
                .made_of
                .iter()
                .filter(|base| tables.contains(&base.name));
            let due = counted.fold(0_u64, |sum, base| sum.saturating_add(base.rows));
            if due != entry.source_rows {
                let rows = entry.source_rows;
                differs(&format!("{rows} rows, and {due} of {}", tables.join(", ")));
            }
        }
        // A person said why; by how many it is, `of_another_number` shows.
        ViewRows::Reasoned(_) => {}
    }
}

/// Of a view whose number of rows has a reason: each table that has more or fewer, and by how many. A reason that was true of ten
/// rows must not hide the next thousand, so a job can bound them.
pub(crate) fn of_another_number(table: &Table, entry: &StagedTable) -> Vec<(String, u64)> {
    match table.view_of.as_ref().map(|view| &view.rows) {
        None | Some(ViewRows::OneForEach(_)) => Vec::new(),
        Some(ViewRows::Reasoned(_)) => entry
            .made_of
            .iter()
            .map(|base| {
                let told = format!("{} rows, {} of {}", entry.source_rows, base.rows, base.name);
                (told, base.rows.abs_diff(entry.source_rows))
            })
            .filter(|&(_, rows)| rows > 0)
            .collect(),
    }
}
