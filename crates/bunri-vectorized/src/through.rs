//! What is said of a ledger key that goes through another table (docs/rules.md, section 1): from the rows of that table, which say
//! at which supply point the key was from when to when, to the timeline that these points give it.

use std::collections::{BTreeMap, BTreeSet};

use bunri_catalogue::KeyThrough;
use polars::prelude::{Int64Chunked, PolarsResult};

use crate::VectorizedError;
use crate::days::{days_of, is_open, last_days};
use crate::frame::{FIRST_DAY, LAST_DAY};
use crate::read::ReadColumns;
use crate::slice::{Assigned, Timeline};
use crate::verdict::Reason;

/// What the ledger says of a supply point that it does not have.
#[must_use]
pub fn unknown_point() -> Timeline {
    vec![(FIRST_DAY, Reason::NotInLedger.verdict())]
}

/// First and last day of some rows of the other table; [`None`] where one of them cannot be told.
///
/// # Errors
/// [`VectorizedError`].
pub fn assigned_days(
    through: &KeyThrough,
    columns: &ReadColumns<'_>,
) -> Result<Vec<Option<(i64, i64)>>, VectorizedError> {
    let KeyThrough {
        from,
        until,
        until_is,
        open,
        null_is_open,
        ..
    } = through;
    let first = days_of(columns.column(*from)?);
    let until = columns.column(*until)?;
    let last = || -> PolarsResult<Int64Chunked> {
        let declared = open.iter().map(|day| i64::from(*day));
        let open = is_open(&days_of(until), declared, *null_is_open)?;
        last_days(until, &open, *until_is)
    };
    let last = last().map_err(VectorizedError::polars(&columns.table().id))?;
    let rows = first.iter().zip(last.iter());
    Ok(rows
        .map(|(first, last)| first.zip(last).filter(|(first, last)| first <= last))
        .collect())
}

/// One row of the other table.
#[derive(Debug)]
struct KeyRow {
    number: i64,
    point: Option<Vec<u8>>,
    /// [`None`] if they cannot be told.
    days: Option<(i64, i64)>,
    segments: Timeline,
}

impl KeyRow {
    fn verdict(&self, day: i64) -> i64 {
        let after = self.segments.partition_point(|(start, _)| *start <= day);
        let segment = self.segments.get(after.saturating_sub(1));
        segment.map_or(Reason::NotInLedger.verdict(), |(_, verdict)| *verdict)
    }
}

/// All rows of the other table with one key.
#[derive(Debug, Default)]
pub struct KeyAssignments {
    rejected: bool,
    rows: Vec<KeyRow>,
}

impl KeyAssignments {
    /// A rejected row has the key.
    pub fn reject(&mut self) {
        self.rejected = true;
    }

    /// A segment of the supply point that a row names; `row` tells the number of the row, and what is kept of one that is new. The
    /// segments of a row come one after the other, ascending.
    pub fn push(
        &mut self,
        number: i64,
        segment: (i64, i64),
        row: impl FnOnce() -> (Option<Vec<u8>>, Option<(i64, i64)>),
    ) {
        if let Some(last) = self.rows.last_mut().filter(|last| last.number == number) {
            last.segments.push(segment);
            return;
        }
        let (point, days) = row();
        self.rows.push(KeyRow {
            number,
            point,
            days,
            segments: vec![segment],
        });
    }

    /// What is said of the key on every day: what its supply point of that day says, if it has one and only one. A sweep over
    /// the days on which a row begins or ends, with the points that the key has by then.
    #[must_use]
    pub fn segments(&self) -> Timeline {
        let always = |reason: Reason| vec![(FIRST_DAY, reason.verdict())];
        if self.rejected {
            return always(Reason::KeyRejected);
        }
        let Some(days) = self
            .rows
            .iter()
            .map(|row| row.days)
            .collect::<Option<Vec<_>>>()
        else {
            return always(Reason::KeyAmbiguous);
        };
        let mut turns = BTreeSet::from([FIRST_DAY]);
        let (mut begins, mut ends) = (BTreeMap::new(), BTreeMap::new());
        for (row, (first, last)) in days.into_iter().enumerate() {
            turns.insert(first);
            begins.entry(first).or_insert_with(Vec::new).push(row);
            if last < LAST_DAY {
                turns.insert(last + 1);
                ends.entry(last + 1).or_insert_with(Vec::new).push(row);
            }
            turns.extend(self.rows[row].segments.iter().map(|(start, _)| *start));
        }
        let mut points: BTreeMap<&Option<Vec<u8>>, BTreeSet<usize>> = BTreeMap::new();
        let mut segments = Timeline::new();
        for day in turns {
            for &row in ends.get(&day).into_iter().flatten() {
                let point = &self.rows[row].point;
                if let Some(rows) = points.get_mut(point) {
                    rows.remove(&row);
                    if rows.is_empty() {
                        points.remove(point);
                    }
                }
            }
            for &row in begins.get(&day).into_iter().flatten() {
                points.entry(&self.rows[row].point).or_default().insert(row);
            }
            let mut here = points.values();
            let verdict = match (here.next().and_then(BTreeSet::first), here.next()) {
                (None, _) => Reason::KeyMissing.verdict(),
                (Some(&row), None) => self.rows[row].verdict(day),
                (Some(_), Some(_)) => Reason::KeyAmbiguous.verdict(),
            };
            if segments.last().is_none_or(|(_, before)| *before != verdict) {
                segments.push((day, verdict));
            }
        }
        segments
    }

    /// The supply points of the key; none where one of its days cannot be told.
    #[must_use]
    pub fn assigned(&self) -> Vec<Assigned> {
        let told = self.rows.iter().all(|row| row.days.is_some());
        if self.rejected || !told {
            return Vec::new();
        }
        let points: BTreeSet<&Option<Vec<u8>>> = self.rows.iter().map(|row| &row.point).collect();
        let mut all = Vec::new();
        for (number, point) in points.into_iter().enumerate() {
            let rows = self.rows.iter().filter(|row| row.point == *point);
            for row in rows {
                let (first, last) = row.days.unwrap_or_default();
                all.push(Assigned {
                    point: number as u64,
                    first,
                    last,
                    segments: row.segments.clone(),
                });
            }
        }
        // In the order of their keys; what says the same twice says it once.
        all.sort_by_key(|one| (one.point, one.first, one.last));
        all.dedup();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{OTHER, OWN};

    fn row(number: i64, point: &str, days: (i64, i64), segments: &[(i64, i64)]) -> KeyRow {
        KeyRow {
            number,
            point: Some(point.as_bytes().to_vec()),
            days: Some(days),
            segments: segments.to_vec(),
        }
    }

    fn key(rows: Vec<KeyRow>) -> KeyAssignments {
        KeyAssignments {
            rows,
            rejected: false,
        }
    }

    #[test]
    fn each_day_is_what_the_point_of_that_day_says() {
        let a = [(FIRST_DAY, OWN), (20, OTHER)];
        let b = [(FIRST_DAY, OTHER)];
        let rows = key(vec![
            row(0, "a", (10, 29), &a),
            row(1, "b", (40, LAST_DAY), &b),
        ]);
        let missing = Reason::KeyMissing.verdict();
        assert_eq!(
            rows.segments(),
            [
                (FIRST_DAY, missing),
                (10, OWN),
                (20, OTHER),
                (30, missing),
                (40, OTHER)
            ]
        );
    }

    #[test]
    fn two_points_on_a_day_are_none_and_one_point_twice_is_one() {
        let own = [(FIRST_DAY, OWN)];
        let rows = key(vec![
            row(0, "a", (10, 20), &own),
            row(1, "a", (15, 22), &own),
            row(2, "b", (22, 30), &own),
        ]);
        let (missing, both) = (Reason::KeyMissing.verdict(), Reason::KeyAmbiguous.verdict());
        assert_eq!(
            rows.segments(),
            [
                (FIRST_DAY, missing),
                (10, OWN),
                (22, both),
                (23, OWN),
                (31, missing)
            ]
        );
    }

    #[test]
    fn a_row_without_days_and_a_rejected_one_leave_no_day_decided() {
        let own = [(FIRST_DAY, OWN)];
        let untold = KeyRow {
            days: None,
            ..row(0, "a", (0, 0), &own)
        };
        let mut rows = key(vec![untold, row(1, "a", (10, 20), &own)]);
        assert_eq!(
            rows.segments(),
            [(FIRST_DAY, Reason::KeyAmbiguous.verdict())]
        );
        rows.reject();
        assert_eq!(
            rows.segments(),
            [(FIRST_DAY, Reason::KeyRejected.verdict())]
        );
        assert!(rows.assigned().is_empty());
    }
    #[test]
    fn what_is_told_of_a_row_is_asked_once_and_its_segments_are_gathered() {
        let mut rows = KeyAssignments::default();
        let told = || (Some(b"a".to_vec()), Some((10, 29)));
        rows.push(0, (FIRST_DAY, OWN), told);
        rows.push(0, (20, OTHER), || (None, None));
        let missing = Reason::KeyMissing.verdict();
        assert_eq!(
            rows.segments(),
            [(FIRST_DAY, missing), (10, OWN), (20, OTHER), (30, missing)]
        );
        assert_eq!(rows.assigned().len(), 1);
    }
}
