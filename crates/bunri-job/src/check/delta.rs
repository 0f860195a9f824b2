//! `[delta.changed_at]` against the catalogue: tables that can be asked for single rows, and columns that can say when one changed.

use bunri_catalogue::{Catalogue, Table};
use bunri_text::{Problem, Problems, did_you_mean};
use bunri_types::ValueType;

use super::{collected, problem};
use crate::job::Job;

/// Refuses tables and columns that are not there, tables without a key, views, and columns that hold no day.
pub(crate) fn check_delta(job: &Job, catalogue: &Catalogue) -> Result<(), Problems> {
    let Some(delta) = &job.delta else {
        return Ok(());
    };
    let columns = delta.changed_at.iter().flat_map(|way| &way.columns);
    let problems = columns.filter_map(|(id, column)| {
        let (message, suggestion) = match catalogue.table(id) {
            None => (
                format!(
                    "`[delta.changed_at]` names `{id}`, and the catalogue has no table with that id"
                ),
                did_you_mean(id, catalogue.tables.iter().map(|table| table.id.as_str())),
            ),
            Some(table) => unfit(table, column)?,
        };
        let place = delta.tables.get(id).copied().or(delta.place);
        Some(problem(job, place, message).suggesting(suggestion))
    });
    let problems: Vec<Problem> = problems.collect();
    collected(problems)
}

fn unfit(table: &Table, name: &str) -> Option<(String, Option<String>)> {
    let id = &table.id;
    let Some(column) = table.columns.iter().find(|column| column.name == name) else {
        let names = table.columns.iter().map(|column| column.name.as_str());
        let message = format!("`{id}` has no column `{name}`");
        return Some((message, did_you_mean(name, names)));
    };
    if table.key.is_empty() {
        let message = format!(
            "`{id}` has no key, so that nobody can say which of its rows changed: leave it out, and it is read whole"
        );
        return Some((message, None));
    }
    if table.view_of.is_some() {
        let message = format!(
            "`{id}` is a view, which may show other rows without a change of its own: leave it out, and it is read whole"
        );
        return Some((message, None));
    }
    match column.value_type {
        ValueType::Date(_) | ValueType::Timestamp => None,
        other @ (ValueType::Text
        | ValueType::Int
        | ValueType::Decimal { .. }
        | ValueType::Real
        | ValueType::Bool
        | ValueType::Bytes) => {
            let word = other.word();
            let message = format!(
                "`{id}` is said to be changed at `{name}`, which is {word}: only a date or a timestamp can say that"
            );
            Some((message, None))
        }
    }
}
