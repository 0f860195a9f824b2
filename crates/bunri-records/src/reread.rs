//! C9: what the last `bunri reread` left in `evidence/`, if it speaks of the very source, staging, shape and version that are
//! verified here. Verification does not open the source itself.

use bunri_columnar::{CustodyLayout, Staging};
use bunri_manifest::hash_file;
use bunri_report::{
    About, Checked, Claim, Findings, Gap, Place, Reread, RereadStatus, Rule, Scope,
};

use crate::RecordInputs;

const NOT_RUN: &str = "run `bunri reread`";
const UNREADABLE: &str = "evidence/reread.json is no record of this version that could be believed; run `bunri reread` again";
const STALE: &str = "evidence/reread.json speaks of another source, staging, shape or version; run `bunri reread` again";
const NOTHING_COMPARED: &str = "the last `bunri reread` found no row to compare";
const HELD: &str =
    "every row of staging and of the rejects is what the source holds, read again on another path";

/// Looks for the record and adds what it says.
pub(crate) fn look(inputs: &RecordInputs<'_>, scope: &mut Scope, findings: &mut Findings) {
    match read(inputs) {
        Err(why) => scope.not_checked.push((Claim::C9, why.into())),
        Ok(record) => {
            scope.looked.push((Claim::C9, checked(&record)));
            scope.held.push((Claim::C9, HELD.to_owned()));
            let left = record.rows_not_compared();
            if left > 0 {
                let rows: u64 = record.tables.iter().map(|table| table.source_rows).sum();
                scope.gaps.entry(Claim::C9).or_default().push(Gap {
                    store: None,
                    table: None,
                    file: None,
                    why: format!("{left} of {rows} rows were not read a second time"),
                    count: 1,
                });
            }
            broken(&record, findings);
        }
    }
}

fn read(inputs: &RecordInputs<'_>) -> Result<Reread, &'static str> {
    let layout = CustodyLayout::new(inputs.custody);
    let path = layout.evidence().join(Reread::FILE);
    if bunri_manifest::is_absent(&path) {
        return Err(NOT_RUN);
    }
    let text = bunri_manifest::read_regular(&path).map_err(|_| UNREADABLE)?;
    let record = Reread::parse(&text).map_err(|_| UNREADABLE)?;
    let manifest = hash_file(&layout.staging_manifest()).map_err(|_| STALE)?;
    let staging = Staging::open(inputs.custody, inputs.catalogue).map_err(|_| STALE)?;
    let source = &staging.manifest().source.blake3;
    if !record.speaks_of(&inputs.catalogue.shape_digest, source, &manifest.blake3) {
        return Err(STALE);
    }
    if !record.is_coherent() {
        return Err(UNREADABLE);
    }
    if record.status == RereadStatus::NothingCompared {
        return Err(NOTHING_COMPARED);
    }
    Ok(record)
}

/// What was compared. Cells are those of whole rows, and not counted.
fn checked(record: &Reread) -> Checked {
    Checked {
        files: 0,
        tables: record.tables.len() as u64,
        rows: record.tables.iter().map(|table| table.compared_rows).sum(),
        cells: 0,
    }
}

fn broken(record: &Reread, findings: &mut Findings) {
    for table in record.tables.iter().filter(|table| !table.same) {
        let about = About {
            store: "staging",
            table: Some(&table.table),
        };
        let mut found = |rule, place, rows| {
            if rows > 0 {
                findings.add_many(Claim::C9, rule, about, place, rows);
            }
        };
        for it in &table.columns {
            let place = Place::column(&it.column);
            found(Rule::RereadValueDiffers, place, it.rows);
        }
        if table.columns.is_empty() {
            found(
                Rule::RereadValueDiffers,
                Place::default(),
                table.rows_differing,
            );
        }
        found(Rule::RereadRowMissing, Place::default(), table.rows_missing);
        found(Rule::RereadRowAdded, Place::default(), table.rows_added);
        for it in &table.rejects {
            let rows = it.source_rows.max(it.reject_rows).max(1);
            let place = Place {
                column: Some(it.column.clone()),
                ..Place::detail(&it.rule)
            };
            found(Rule::RereadRejectsDiffer, place, rows);
        }
    }
}
