//! What a store must hold of a batch of staged rows (docs/rules.md, section 5, "A row of a store").

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, StringArray};
use arrow_schema::ArrowError;
use arrow_select::filter::FilterBuilder;
use arrow_select::nullif::nullif;
use bunri_catalogue::{Class, Ownership, Store};
use bunri_evaluator::grants::holds_row;

use crate::RedecideError;
use crate::classes::ColumnClasses;
use crate::decide::Decided;
use crate::layout::Layout;
use crate::rekey::hashed_column;

/// Rows that a store must hold, in staging order, and the region of every cell.
pub struct Expected {
    /// With the layout's schema.
    pub rows: RecordBatch,
    /// Where their cells belong.
    pub regions: Regions,
    /// The staged row of each, within its batch.
    pub staged: Vec<usize>,
}

/// Ownership by row, class by cell.
pub struct Regions {
    /// By row.
    pub ownership: Vec<Ownership>,
    /// By column of the store (without the reason).
    pub classes: Vec<ColumnClasses>,
}

impl Expected {
    /// Of a layout that has its keys ([`Layout::keyed`]).
    ///
    /// # Errors
    /// For a batch that is not of the catalogue's types, and for hashes without a key.
    pub fn of(layout: &Layout<'_>, decided: &Decided) -> Result<Self, RedecideError> {
        let chosen: Vec<bool> = (0..decided.verdicts.len())
            .map(|row| belongs(layout, decided, row))
            .collect();
        let staged: Vec<usize> = chosen
            .iter()
            .enumerate()
            .filter_map(|(row, &chosen)| chosen.then_some(row))
            .collect();
        let regions = Regions::of(layout, decided, &staged);
        let rows = rows(
            layout,
            decided,
            &BooleanArray::from(chosen),
            &staged,
            &regions,
        )
        .map_err(RedecideError::arrow(&layout.table.id))?;
        Ok(Self {
            rows,
            regions,
            staged,
        })
    }
}

impl Regions {
    fn of(layout: &Layout<'_>, decided: &Decided, staged: &[usize]) -> Self {
        let classes = |&column: &usize| match &decided.classes[column] {
            ColumnClasses::Fixed(class) => ColumnClasses::Fixed(*class),
            ColumnClasses::PerRow(classes) => {
                ColumnClasses::PerRow(staged.iter().map(|&row| classes[row]).collect())
            }
        };
        Self {
            ownership: staged
                .iter()
                .map(|&row| decided.verdicts[row].ownership())
                .collect(),
            classes: layout.columns.iter().map(classes).collect(),
        }
    }
}

/// Whether a row is there.
pub(crate) fn belongs(layout: &Layout<'_>, decided: &Decided, row: usize) -> bool {
    let ownership = decided.verdicts[row].ownership();
    let granted = |column: usize| layout.granted(ownership, decided.classes[column].class(row));
    let key = &layout.table.key;
    let key = (!key.is_empty()).then_some(|| key.iter().all(|&column| granted(column)));
    let any = || layout.columns.iter().any(|&column| granted(column));
    let filled = || {
        let filled = |column: usize| decided.batch.column(column).is_valid(row);
        let mut columns = layout.columns.iter();
        columns.any(|&column| granted(column) && filled(column))
    };
    holds_row(layout.store, ownership, key, any, filled)
}

/// Whether some `hold` cell of the row is not NULL.
fn holds_text(layout: &Layout<'_>, decided: &Decided, row: usize) -> bool {
    layout.columns.iter().any(|&column| {
        decided.classes[column].class(row) == Class::Hold
            && decided.batch.column(column).is_valid(row)
    })
}

fn rows(
    layout: &Layout<'_>,
    decided: &Decided,
    chosen: &BooleanArray,
    staged: &[usize],
    regions: &Regions,
) -> Result<RecordBatch, ArrowError> {
    let filter = FilterBuilder::new(chosen).optimize().build();
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(layout.columns.len() + 1);
    for (position, &column) in layout.columns.iter().enumerate() {
        let array = decided.batch.column(column);
        let array = if staged.len() == decided.verdicts.len() {
            array.clone()
        } else {
            filter.filter(array)?
        };
        let accompanies = layout.store == Store::Quarantine && layout.key.contains(&position);
        let withheld = if accompanies {
            None
        } else {
            withheld(layout, regions, position)
        };
        let array = match withheld {
            None => array,
            Some(withheld) => nullif(&array, &withheld)?,
        };
        columns.push(hashed(layout, position, array)?);
    }
    if layout.store == Store::Quarantine {
        columns.push(reasons(layout, decided, staged));
    }
    RecordBatch::try_new(layout.schema.clone(), columns)
}

/// The rows whose cell in this column is not granted; [`None`] if there are none.
fn withheld(layout: &Layout<'_>, regions: &Regions, position: usize) -> Option<BooleanArray> {
    let classes = &regions.classes[position];
    let withheld =
        |(row, &ownership): (usize, &Ownership)| !layout.granted(ownership, classes.class(row));
    if let ColumnClasses::Fixed(class) = classes
        && Ownership::ALL.iter().all(|&ownership| {
            layout.granted(ownership, *class) || !regions.ownership.contains(&ownership)
        })
    {
        return None;
    }
    let withheld: Vec<bool> = regions.ownership.iter().enumerate().map(withheld).collect();
    withheld.contains(&true).then(|| withheld.into())
}

/// The columns of which the store holds hashes, in the place of the values.
fn hashed(layout: &Layout<'_>, position: usize, array: ArrayRef) -> Result<ArrayRef, ArrowError> {
    if !layout.is_rekeyed(position) {
        return Ok(array);
    }
    let Some(key) = layout.hash_key(position) else {
        let message = "a hash without its key".to_owned();
        return Err(ArrowError::InvalidArgumentError(message));
    };
    hashed_column(key, &array).map_err(|error| ArrowError::InvalidArgumentError(error.to_string()))
}

/// Why a row waits that stands in the quarantine, whose layout this is.
#[must_use]
pub fn quarantine_reason(layout: &Layout<'_>, decided: &Decided, row: usize) -> &'static str {
    decided.verdicts[row].waits_for(|| holds_text(layout, decided, row))
}

fn reasons(layout: &Layout<'_>, decided: &Decided, staged: &[usize]) -> ArrayRef {
    let word = |&row: &usize| quarantine_reason(layout, decided, row);
    Arc::new(StringArray::from_iter_values(staged.iter().map(word)))
}
