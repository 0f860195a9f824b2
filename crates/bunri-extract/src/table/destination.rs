//! Where the rows of a table go while they are read. Into its parts, as long as they ascend: then the source gave them in the order
//! of the key, whether it was asked for that or not, and nothing is to be sorted. From the first ones that do not, into a sorter,
//! and before them what was written until then, which is read from the files here: the source is asked for no row twice.

use bunri_catalogue::Table;

use super::{Bench, ReadBatch};
use crate::ExtractError;
use crate::output::Output;
use crate::sorted::RowSorter;

/// What takes the rows of a table. Both ways lead to the same bytes.
pub(super) enum Destination<'a> {
    /// Rows are written as they come.
    Parts {
        output: Box<Output<'a>>,
        /// Rows of the source that came so far, rejected ones among them.
        rows_read: u64,
    },
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

    /// Takes the next rows, and notes how far the table has come where a part ends with them. Says how many of its rows are dealt
    /// with: one that is sorted is so by half.
    pub(super) fn take(
        &mut self,
        bench: &Bench<'_>,
        table: &'a Table,
        read: ReadBatch,
    ) -> Result<u64, ExtractError> {
        match self {
            Self::Parts { output, rows_read } => {
                if output.take(&read.batch)? {
                    *rows_read = read.rows_read;
                    if let Some((last, rejects)) = read.seam
                        && let Some(seam) = output.seam(read.rows_read, last, rejects)
                    {
                        let identity = bench.identity_of(table);
                        bench
                            .custody
                            .note_seam(&table.id, &identity, bench.part_rows, seam)?;
                    }
                    return Ok(read.rows_read);
                }
                // What was written is sorted as everything that comes.
                let mut sorter = sorter(bench, table)?;
                output.give_back(|batch| {
                    bench.halt.check()?;
                    Ok(sorter.push(&batch)?)
                })?;
                sorter.push(&read.batch)?;
                let rows_written = *rows_read;
                *self = Self::Sorter {
                    sorter,
                    rows_written,
                };
                Ok(half_done(rows_written, read.rows_read))
            }
            Self::Sorter {
                sorter,
                rows_written,
            } => {
                sorter.push(&read.batch)?;
                Ok(half_done(*rows_written, read.rows_read))
            }
        }
    }
}

fn sorter<'a>(bench: &Bench<'_>, table: &'a Table) -> Result<RowSorter<'a>, ExtractError> {
    Ok(RowSorter::new(table, &bench.custody.tmp(), bench.budget)?)
}

/// How many rows are dealt with, of which the ones behind those that were written are sorted and not written again.
fn half_done(rows_written: u64, rows_read: u64) -> u64 {
    rows_written + (rows_read - rows_written) / 2
}
