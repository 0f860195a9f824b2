//! Where the rows of a table go while they are read. Into its parts, as long as they ascend: then the source gave them in the order
//! of the key, whether it was asked for that or not, and nothing is to be sorted. From the first ones that do not, into a sorter,
//! and before them what was written until then, which is read from the files here: the source is asked for no row twice.

use arrow_array::RecordBatch;
use bunri_catalogue::Table;

use super::Bench;
use crate::ExtractError;
use crate::output::Output;
use crate::sorted::RowSorter;

/// What takes the rows of a table. Both ways lead to the same bytes.
pub(super) enum Destination<'a> {
    /// Rows are written as they come.
    Parts(Box<Output<'a>>),
    /// Rows are sorted first.
    Sorter {
        sorter: RowSorter<'a>,
        /// Rows of the source that came while rows were written.
        rows_written: u64,
    },
}

impl<'a> Destination<'a> {
    /// A sorter that nothing was given to.
    pub(super) fn sorter(bench: &Bench<'_>, table: &'a Table) -> Result<Self, ExtractError> {
        Ok(Self::Sorter {
            sorter: sorter(bench, table)?,
            rows_written: 0,
        })
    }

    /// Takes the next rows, behind so many of the source.
    pub(super) fn take(
        &mut self,
        (bench, table): (&Bench<'_>, &'a Table),
        rows: &RecordBatch,
        rows_read: u64,
    ) -> Result<(), ExtractError> {
        match self {
            Self::Parts(output) => {
                if output.take(rows)? {
                    return Ok(());
                }
                // What was written is sorted as everything that comes.
                let mut sorter = sorter(bench, table)?;
                output.give_back(|batch| {
                    bench.halt.check()?;
                    Ok(sorter.push(&batch)?)
                })?;
                sorter.push(rows)?;
                *self = Self::Sorter {
                    sorter,
                    rows_written: rows_read,
                };
                Ok(())
            }
            Self::Sorter { sorter, .. } => Ok(sorter.push(rows)?),
        }
    }

    /// Rows in parts that are full.
    pub(super) fn rows_committed(&self) -> u64 {
        match self {
            Self::Parts(output) => output.rows_committed(),
            Self::Sorter { .. } => 0,
        }
    }

    /// Whether the last of these rows has the key of the last one that is in a part.
    pub(super) fn ends_with(&self, rows: &RecordBatch) -> Result<bool, ExtractError> {
        match self {
            Self::Parts(output) => Ok(output.ends_with(rows)?),
            Self::Sorter { .. } => Ok(false),
        }
    }

    /// How many rows are dealt with, when so many were read: one that is sorted is so by half.
    pub(super) fn rows_done(&self, rows_read: u64) -> u64 {
        match self {
            Self::Parts(_) => rows_read,
            Self::Sorter { rows_written, .. } => rows_written + (rows_read - rows_written) / 2,
        }
    }
}

fn sorter<'a>(bench: &Bench<'_>, table: &'a Table) -> Result<RowSorter<'a>, ExtractError> {
    Ok(RowSorter::new(table, &bench.custody.tmp(), bench.budget)?)
}
