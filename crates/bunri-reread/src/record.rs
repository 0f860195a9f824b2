//! The record of a reading, written whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bunri_catalogue::Table;
use bunri_columnar::{CustodyLayout, create_folder, replace_whole};
use bunri_report::{Reread, RereadReject};

use crate::RereadError;
use crate::compare::Misfit;
use crate::convert::Rule;
use crate::sums::Sum;

/// What stands for a name in the rejects that the catalogue, or the rules of rejects, do not have: it may be anything.
const STRANGE: &str = "(unknown)";

/// What stands for the column of a line that is no row.
const NO_COLUMN: &str = "(line)";

/// Rejected rows of which the two sides do not say the same, in the order of columns and rules.
pub(crate) fn rejects(
    table: &Table,
    source: &BTreeMap<Misfit, Sum>,
    staged: &BTreeMap<Misfit, Sum>,
) -> Vec<RereadReject> {
    let misfits: BTreeSet<&Misfit> = source.keys().chain(staged.keys()).collect();
    let sum = |side: &BTreeMap<Misfit, Sum>, misfit| side.get(misfit).copied().unwrap_or_default();
    let differing = misfits
        .into_iter()
        .filter(|misfit| sum(source, misfit) != sum(staged, misfit));
    differing
        .map(|misfit| {
            let (column, rule) = misfit;
            RereadReject {
                column: match (column, rule) {
                    (Some(at), _) => table.columns[*at].name.clone(),
                    (None, Some(Rule::RaggedLine | Rule::BrokenQuoting)) => NO_COLUMN.to_owned(),
                    (None, _) => STRANGE.to_owned(),
                },
                rule: rule.map_or(STRANGE, |rule| rule.word()).to_owned(),
                source_rows: sum(source, misfit).rows,
                reject_rows: sum(staged, misfit).rows,
            }
        })
        .collect()
}

/// Replaces the record of an earlier reading; it is absent or whole, mode 0600.
pub(crate) fn write(custody: &Path, record: &Reread) -> Result<(), RereadError> {
    let folder = CustodyLayout::new(custody).evidence();
    create_folder(&folder)?;
    let bytes = record
        .to_bytes()
        .map_err(|refused| RereadError::Record(refused.to_string()))?;
    Ok(replace_whole(&folder.join(Reread::FILE), &bytes)?)
}
