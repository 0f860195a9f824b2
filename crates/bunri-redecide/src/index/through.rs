//! Ledger keys through another table as a fact file: for every key that the other table or its rejects name, the supply points
//! that it belonged to, each with its days and its timeline, so that a row asks one fact and no second table.

use std::sync::LazyLock;

use bunri_catalogue::{Catalogue, KeyThrough, Table};
use bunri_columnar::Staging;
use bunri_evaluator::{Assignment, Days, KeyAssignments, Timeline, assigned_days};

use super::file::FactFile;
use super::fold::{FactBuilder, Fold, Scratch, cut};
use super::ledger::{read_timeline, write_timeline};
use super::rejected::parent_keys;
use crate::RedecideError;
use crate::rows::{BATCH_ROWS, BatchKeys, View};

/// Reads the other table and its rejects, joins them with the ledger's timelines, and writes what is known of every key.
pub(crate) fn build(
    catalogue: &Catalogue,
    through: &KeyThrough,
    staging: &Staging,
    ledger: &FactFile,
    scratch: &Scratch,
) -> Result<FactFile, RedecideError> {
    let table = &catalogue.tables[through.table];
    let point = catalogue
        .point_key(through.table)
        .ok_or(RedecideError::Index)?;
    let mut builder = FactBuilder::new(AssignmentFold::default(), false, scratch)?;
    for key in parent_keys(table, &through.references, staging)? {
        builder.push(&key, &[REJECTED])?;
    }
    let mut asked = requests(table, through, point, staging, scratch)?.finish()?;
    let mut reader = ledger.read()?;
    let mut record = Vec::new();
    let mut unknown = Vec::new();
    write_timeline(Timeline::unknown(), &mut unknown);
    while let Some(request) = asked.next()? {
        let (point, rest) = cut(request);
        let (key, days) = cut(rest);
        let timeline = reader.find(point)?;
        record.clear();
        record.push(ASSIGNED);
        record.extend_from_slice(days);
        record.extend_from_slice(&(point.len() as u64).to_le_bytes());
        record.extend_from_slice(point);
        record.extend_from_slice(timeline.as_ref().map_or(&unknown, |fact| fact.bytes));
        builder.push(key, &record)?;
    }
    builder.finish()
}

/// Every row of the other table that has a key: its supply point, key and days, sorted by supply point. A point of which a part
/// is NULL is none that the ledger knows, and stands as no bytes.
fn requests(
    table: &Table,
    through: &KeyThrough,
    point: &[usize],
    staging: &Staging,
    scratch: &Scratch,
) -> Result<bunri_columnar::ByteSorter, RedecideError> {
    let mut sorter = scratch.sorter();
    let mut keys = BatchKeys::new(table, &through.references)?;
    let mut points = BatchKeys::new(table, point)?;
    for batch in staging.table(table)?.all(BATCH_ROWS)? {
        let batch = batch?;
        keys.begin(&batch)?;
        points.begin(&batch)?;
        let view = View::of(&batch)?;
        for row in 0..batch.num_rows() {
            // NULL matches nothing.
            let Some(key) = keys.key(row) else { continue };
            let point = points.key(row).unwrap_or_default();
            let days = assigned_days(through, &view.row(table, row));
            let (first, last) = days.unwrap_or(UNTOLD);
            sorter.push_parts(&[
                point,
                key,
                &first.to_le_bytes(),
                &last.to_le_bytes(),
                &(key.len() as u64).to_le_bytes(),
                &(point.len() as u64).to_le_bytes(),
            ])?;
        }
    }
    Ok(sorter)
}

const REJECTED: u8 = 0;
const ASSIGNED: u8 = 1;

/// Days that cannot be told: no first day is later than the last.
const UNTOLD: (Days, Days) = (Days::MAX, Days::MIN);

/// The records of one key, each after its length; nothing but [`REJECTED`] if one of them is that of a rejected row.
#[derive(Default)]
struct AssignmentFold {
    records: Vec<u8>,
    rejected: bool,
}

impl Fold for AssignmentFold {
    fn add(&mut self, record: &[u8]) -> Result<(), RedecideError> {
        match record.split_first() {
            Some((&ASSIGNED, assigned)) => {
                let length = (assigned.len() as u64).to_le_bytes();
                self.records.extend_from_slice(&length);
                self.records.extend_from_slice(assigned);
            }
            Some(_) | None => self.rejected = true,
        }
        Ok(())
    }

    fn take(&mut self, fact: &mut Vec<u8>) -> Result<(), RedecideError> {
        let Self { records, rejected } = std::mem::take(self);
        fact.push(if rejected { REJECTED } else { ASSIGNED });
        if !rejected {
            fact.extend_from_slice(&records);
        }
        Ok(())
    }
}

/// What is known of a key, from its fact.
pub(crate) fn read_assignments(fact: &[u8]) -> Result<KeyAssignments, RedecideError> {
    let (&tag, mut rest) = fact.split_first().ok_or(RedecideError::Index)?;
    if tag != ASSIGNED {
        return Ok(KeyAssignments::rejected());
    }
    let mut all = Vec::new();
    while !rest.is_empty() {
        let record = read_sized(&mut rest).ok_or(RedecideError::Index)?;
        all.push(read_assignment(record)?);
    }
    Ok(KeyAssignments::of(all))
}

fn read_assignment(mut record: &[u8]) -> Result<Assignment, RedecideError> {
    let (days, rest) = record
        .split_first_chunk::<16>()
        .ok_or(RedecideError::Index)?;
    record = rest;
    let (days, _) = days.as_chunks::<8>();
    let days = (Days::from_le_bytes(days[0]), Days::from_le_bytes(days[1]));
    let point = read_sized(&mut record).ok_or(RedecideError::Index)?;
    Ok(Assignment {
        days: (days != UNTOLD).then_some(days),
        point: (!point.is_empty()).then(|| point.to_vec()),
        timeline: read_timeline(record)?,
    })
}

/// The next bytes, after their length.
fn read_sized<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (bytes, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(bytes)
}

/// Of a key that the other table does not know, and of NULL.
pub(crate) fn missing() -> &'static KeyAssignments {
    static MISSING: LazyLock<KeyAssignments> = LazyLock::new(|| KeyAssignments::of(Vec::new()));
    &MISSING
}
