//! A job against the catalogue it names: pinned, founded on a basis where it counts, cut where keys can be cut.

mod control;
mod delta;
mod expect;

use bunri_catalogue::{Catalogue, Table};
use bunri_text::{Position, Problem, Problems, did_you_mean, listed};
use bunri_types::ValueType;

use self::control::check_controls;
use self::delta::check_delta;
use self::expect::check_expect;
pub use self::expect::{ExpectWords, check_expect_words};
use crate::job::{Job, JobKind};

/// Everything that a job and its catalogue must agree on.
///
/// # Errors
/// Every disagreement at once.
pub fn check_job(job: &Job, catalogue: &Catalogue) -> Result<(), Problems> {
    let checks = [
        check_pin(job, catalogue),
        check_basis(job, catalogue),
        check_warnings(job, catalogue),
        check_ranges(job, catalogue),
        check_expect(job, catalogue),
        check_controls(job, catalogue),
        check_delta(job, catalogue),
    ];
    collected(
        checks
            .into_iter()
            .filter_map(Result::err)
            .flat_map(|problems| problems.0)
            .collect(),
    )
}

/// Refuses a catalogue that is not the one the job pins.
///
/// # Errors
/// The digest that the job names, and the one that the catalogue has.
pub fn check_pin(job: &Job, catalogue: &Catalogue) -> Result<(), Problems> {
    let Some(pin) = job
        .catalogue_blake3
        .as_ref()
        .filter(|pin| **pin != catalogue.digest)
    else {
        return Ok(());
    };
    let message = format!(
        "the catalogue is not the one that was reviewed: the job pins {pin}, and the catalogue {} has {}",
        job.catalogue.display(),
        catalogue.digest
    );
    collected(vec![problem(job, job.places.pin, message)])
}

/// For a cutover, refuses columns that nobody has founded on a law, a guideline or a decision.
///
/// # Errors
/// Every such column, one message for each table.
pub fn check_basis(job: &Job, catalogue: &Catalogue) -> Result<(), Problems> {
    if job.kind != JobKind::Cutover {
        return Ok(());
    }
    let refusal = |table: &Table| {
        let columns = table.without_basis();
        let message = format!(
            "a cutover needs a `basis` for every class, and in {} there is none for {} (one `basis` for the \
             whole table is enough)",
            table.id,
            listed(&columns)
        );
        (!columns.is_empty()).then(|| problem(job, job.places.kind, message))
    };
    collected(catalogue.tables.iter().filter_map(refusal).collect())
}

/// For a cutover, refuses what the catalogue says without the reason that it needs.
///
/// # Errors
/// Every warning of the catalogue, where it stands.
pub fn check_warnings(job: &Job, catalogue: &Catalogue) -> Result<(), Problems> {
    match job.kind {
        JobKind::Rehearsal => Ok(()),
        JobKind::Cutover => collected(catalogue.warnings.clone()),
    }
}

/// Refuses ranges of unknown tables, of keys that have no order to cut, and bounds out of order.
///
/// # Errors
/// Every such range.
pub fn check_ranges(job: &Job, catalogue: &Catalogue) -> Result<(), Problems> {
    let problems = job.ranges.iter().filter_map(|(id, bounds)| {
        let found = match catalogue.table(id) {
            None => Some((
                format!("`[ranges]` names `{id}`, and the catalogue has no table with that id"),
                did_you_mean(id, catalogue.tables.iter().map(|table| table.id.as_str())),
            )),
            Some(table) => bad_bounds(table, bounds).map(|message| (message, None)),
        };
        let (message, suggestion) = found?;
        let place = job.places.ranges.get(id).copied();
        Some(problem(job, place, message).suggesting(suggestion))
    });
    collected(problems.collect())
}

/// Every part of a table is an open file while the table is split, in every store.
const MOST_PARTS: usize = 64;

fn bad_bounds(table: &Table, bounds: &[String]) -> Option<String> {
    let id = &table.id;
    let Some(&first) = table.key.first() else {
        return Some(format!(
            "`{id}` has no key, so it cannot be cut into ranges"
        ));
    };
    if bounds.len() >= MOST_PARTS {
        let parts = bounds.len() + 1;
        return Some(format!(
            "`{id}` would be cut into {parts} parts, and at most {MOST_PARTS} can be written at a time"
        ));
    }
    let column = &table.columns[first];
    if column.rekey.is_some() {
        return Some(format!(
            "`{id}` is cut by its first key column `{}`, and retail gets a hash instead of it: such a table stays in one part",
            column.name
        ));
    }
    let ascending = match column.value_type {
        ValueType::Text => bounds.is_sorted_by(|a, b| a < b),
        ValueType::Int => {
            let Some(numbers) = whole_numbers(bounds) else {
                return Some(format!(
                    "`{id}` is cut by `{}`, an int: its bounds are whole numbers",
                    column.name
                ));
            };
            numbers.is_sorted_by(|a, b| a < b)
        }
        other @ (ValueType::Decimal { .. }
        | ValueType::Real
        | ValueType::Date(_)
        | ValueType::Timestamp
        | ValueType::Bool
        | ValueType::Bytes) => {
            let (name, word) = (&column.name, other.word());
            return Some(format!(
                "`{id}` is cut by its first key column `{name}`, which is {word}: only text and int keys can be \
                 cut"
            ));
        }
    };
    (!ascending).then(|| format!("the bounds of `{id}` do not ascend"))
}

fn whole_numbers(bounds: &[String]) -> Option<Vec<i64>> {
    let number = |text: &String| {
        text.parse::<i64>()
            .ok()
            .filter(|number| number.to_string() == *text)
    };
    bounds.iter().map(number).collect()
}

fn problem(job: &Job, position: Option<Position>, message: String) -> Problem {
    Problem::at(&job.places.file, position, message)
}

fn collected(problems: Vec<Problem>) -> Result<(), Problems> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Problems(problems))
    }
}
