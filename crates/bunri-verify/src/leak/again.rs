//! The second reading of staging, which only a store that gives reason for it costs: every table is decided again, and
//! every cell, those of rejected rows too, held against digests and suspect rows.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use bunri_catalogue::{Class, Ownership, Table, ValueType};
use bunri_columnar::{RawValue, Reject};
use bunri_redecide::{Decided, Decider};

use super::Ground;
use super::combine::Suspects;
use super::digests::Digests;
use super::fate::Fate;
use super::written::{hex, number_text, rejected_text};
use crate::VerifyError;

/// Holds every staged cell against what a store gave reason to look for. `store` is its place among those searched.
pub(crate) fn read_again(
    ground: &Ground<'_>,
    store: usize,
    digests: &mut Digests<'_>,
    suspects: &mut Suspects<'_>,
) -> Result<(), VerifyError> {
    if digests.is_empty() && suspects.is_empty() {
        return Ok(());
    }
    for (position, table) in ground.catalogue.tables.iter().enumerate() {
        let mut decider = Decider::new(
            ground.catalogue,
            position,
            ground.staging,
            (ground.terms, ground.decisions),
            ground.indexes,
            ground.scratch,
        )?;
        while let Some(decided) = decider.next()? {
            if ground.observer.cancelled() {
                return Err(VerifyError::Interrupted);
            }
            batch(table, position, &decided, store, digests, suspects)?;
        }
        for reject in ground.staging.rejects(table)?.into_iter().flatten() {
            rejected(table, &reject?, digests, suspects)?;
            suspects.row(position);
        }
    }
    Ok(())
}

/// A row that is in no store is withheld from every store. Of what may be combined, only what fits its type: days and
/// measures that did not are no part of a person.
fn rejected(
    table: &Table,
    reject: &Reject,
    digests: &mut Digests<'_>,
    suspects: &mut Suspects<'_>,
) -> Result<(), VerifyError> {
    for (column, value) in reject.values.iter().enumerate() {
        if let Some(text) = rejected_text(value) {
            digests.value(&text)?;
            let fits = match value {
                RawValue::Text(_) => table.columns[column].value_type == ValueType::Text,
                RawValue::Int(_) => table.columns[column].value_type == ValueType::Int,
                _ => false,
            };
            if fits {
                suspects.cell(&text, column, true);
            }
        }
    }
    Ok(())
}

fn batch(
    table: &Table,
    position: usize,
    decided: &Decided,
    store: usize,
    digests: &mut Digests<'_>,
    suspects: &mut Suspects<'_>,
) -> Result<(), VerifyError> {
    let fates =
        Ownership::ALL.map(|ownership| Class::ALL.map(|class| Fate::of(table, ownership, class)));
    let mut text = String::new();
    for (row, verdict) in decided.verdicts.iter().enumerate() {
        for (column, classes) in decided.classes.iter().enumerate() {
            let array = decided.batch.column(column);
            if array.is_null(row) {
                continue;
            }
            let mut fate = fates[verdict.ownership() as usize][classes.class(row) as usize];
            if table.columns[column].rekey.is_some() {
                fate = fate.rekeyed();
            }
            let Some(text) = cell_text(array, row, &mut text) else {
                continue;
            };
            if fate.withheld(store) {
                digests.value(text)?;
            }
            suspects.cell(text, column, fate.withheld(store));
        }
        suspects.row(position);
    }
    Ok(())
}

/// A cell as the vocabulary takes it; [`None`] if its type is not searched for.
fn cell_text<'t>(array: &'t ArrayRef, row: usize, text: &'t mut String) -> Option<&'t str> {
    match array.data_type() {
        DataType::Utf8 => return Some(array.as_string::<i32>().value(row)),
        DataType::Int64 => {
            number_text(array.as_primitive::<Int64Type>().value(row).into(), 0, text)
        }
        DataType::Decimal128(_, scale) => {
            number_text(
                array.as_primitive::<Decimal128Type>().value(row),
                *scale,
                text,
            );
        }
        DataType::Binary => {
            let bytes = array.as_binary::<i32>().value(row);
            match std::str::from_utf8(bytes) {
                Ok(text) => return Some(text),
                Err(_) => hex(bytes, text),
            }
        }
        _ => return None,
    }
    Some(text)
}
