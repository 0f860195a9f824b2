//! `bunri quarantine`: what waits, in groups; the draft of a file of decisions; and such a file tried out, before anybody
//! approves it.

use std::fs::File;
use std::io::{Write as _, copy};
use std::path::Path;

use bunri_columnar::{CustodyLayout, PendingFile};
use bunri_decisions::DraftDecisions;
use bunri_evaluator::{Unused, WhyUnused};
use bunri_manifest::{Blake3Hex, TOOL, hash_file};
use bunri_report::{DecidedTable, QuarantineReport, TriedDecisions, WaitingGroup};

use crate::PlanError;
use crate::compare::{comparison, moved};
use crate::pass::{Passed, TableOutcome, Wanted, pass};
use crate::side::{Ground, Side};
use crate::waiting::NamedRows;

/// The first line of a file of decisions.
const HEADER: &str = "table,key,ownership,basis,approver,date\n";

/// What is asked of the quarantine.
#[derive(Debug, Clone, Copy)]
pub struct QuarantineInputs<'a> {
    /// The job's label.
    pub label: &'a str,
    /// What decides, with the decisions that the job names.
    pub side: Side<'a>,
    /// A file of decisions to be tried out in their place.
    pub tried: Option<&'a DraftDecisions>,
    /// Where the draft goes: a line for every row that a person can decide. The file must not be there yet.
    pub draft: Option<&'a Path>,
    /// Where the list goes: every row that waits, with the ledger rows behind it, a JSON object a line.
    pub list: Option<&'a Path>,
}

/// Says what waits in the quarantine of a job that was extracted. Decides staging anew; reads and writes no store.
///
/// # Errors
/// When staging cannot be read or decided, a file cannot be written or is there already, or the observer asked to stop.
pub fn quarantine(
    ground: &Ground<'_>,
    inputs: &QuarantineInputs<'_>,
) -> Result<QuarantineReport, PlanError> {
    // Before an hour's work: the files are opened, and refused where something is there.
    let draft = inputs.draft.map(PendingFile::create).transpose()?;
    let list = inputs.list.map(PendingFile::create).transpose()?;
    let wanted = Wanted {
        name: "quarantine",
        waiting: true,
        draft: draft.is_some(),
        list: list.is_some(),
        ..Wanted::default()
    };
    let job = inputs.side;
    let (to, from) = match inputs.tried {
        None => (job, None),
        Some(tried) => {
            let decisions = &tried.decisions;
            (Side { decisions, ..job }, Some(job))
        }
    };
    let mut passed = pass(ground, to, from, wanted)?;
    if let (Some(file), Some(path)) = (draft, inputs.draft) {
        let drafts = named(&mut passed, |rows| rows.draft.take());
        write(file, path, HEADER, drafts)?;
    }
    if let (Some(file), Some(path)) = (list, inputs.list) {
        let lists = named(&mut passed, |rows| rows.list.take());
        write(file, path, "", lists)?;
    }
    report(ground, inputs, to, passed)
}

/// The lines about the rows of every table, in the order of their ids.
fn named(passed: &mut Passed, take: impl Fn(&mut NamedRows) -> Option<File>) -> Vec<File> {
    let tables = passed.tables.values_mut();
    tables.filter_map(|table| take(&mut table.named)).collect()
}

fn write(
    mut file: PendingFile,
    path: &Path,
    header: &str,
    parts: Vec<File>,
) -> Result<(), PlanError> {
    let refused = |source| PlanError::io("write", path)(source);
    file.write_all(header.as_bytes()).map_err(refused)?;
    for mut part in parts {
        copy(&mut part, &mut file).map_err(refused)?;
    }
    file.commit()?;
    Ok(())
}

fn report(
    ground: &Ground<'_>,
    inputs: &QuarantineInputs<'_>,
    to: Side<'_>,
    passed: Passed,
) -> Result<QuarantineReport, PlanError> {
    let manifest = CustodyLayout::new(ground.custody).staging_manifest();
    let staging_manifest = hash_file(&manifest)
        .map_err(PlanError::io("read", &manifest))?
        .blake3;
    let tables = passed.tables.values();
    let groups: Vec<WaitingGroup> = tables.flat_map(|table| table.groups.clone()).collect();
    let tried = inputs.tried.map(|tried| {
        let refused = refused(to, &passed);
        let decided = decided(to, &passed);
        let changes = comparison(inputs.side, to, Ok(moved(passed)));
        TriedDecisions {
            blake3: digest(tried.decisions.digest()),
            lines: tried.decisions.count() as u64,
            lines_open: tried.lines_open as u64,
            lines_unapproved: tried.lines_unapproved as u64,
            refused,
            decided,
            changes,
        }
    });
    Ok(QuarantineReport {
        format: QuarantineReport::FORMAT.to_owned(),
        tool: TOOL.to_owned(),
        label: inputs.label.to_owned(),
        catalogue: to.catalogue.digest.clone(),
        staging_manifest,
        decisions: digest(inputs.side.decisions.digest()),
        groups,
        tried,
    })
}

fn digest(hex: Option<&str>) -> Option<Blake3Hex> {
    hex.and_then(|hex| Blake3Hex::try_from(hex.to_owned()).ok())
}

/// Lines that decide nothing, in the order of the file. Never a part of a key.
fn refused(side: Side<'_>, passed: &Passed) -> Vec<String> {
    let mut lines = Vec::new();
    for (&position, outcome) in &passed.tables {
        let id = &side.catalogue.tables[position].id;
        for Unused { line, why } in &outcome.unused {
            let why = match why {
                WhyUnused::NotStaged => format!("no row of {id} in staging has this key"),
                WhyUnused::NotUndecided => {
                    format!(
                        "this row of {id} is decided by the rules, or by a decision on its parent"
                    )
                }
            };
            lines.push((*line, why));
        }
    }
    lines.sort();
    let lines = lines.into_iter();
    lines
        .map(|(line, why)| format!("line {line}: {why}"))
        .collect()
}

fn decided(side: Side<'_>, passed: &Passed) -> Vec<DecidedTable> {
    let through = |decided: usize, at: usize| {
        let of = |table: &TableOutcome| table.through.get(&decided).map_or(0, |rows| rows[at]);
        passed.tables.values().map(of).sum()
    };
    let decided = passed.tables.iter().map(|(&position, outcome)| {
        let [own, other] = outcome.applied;
        DecidedTable {
            table: side.catalogue.tables[position].id.clone(),
            own,
            other,
            own_through_parents: through(position, 0),
            other_through_parents: through(position, 1),
        }
    });
    decided
        .filter(|table| table.own + table.other > 0)
        .collect()
}
