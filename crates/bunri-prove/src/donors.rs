//! Values of the same column to put into withheld cells: of rows that retail is granted, and of rows that it is not. A
//! few hundred rows of each table are enough, chosen by their number and the seed.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use bunri_fingerprint::{Cells, UnsupportedType};

use crate::draw::Draw;
use crate::plain::Plain;

/// Rows of each kind that are kept.
const KEPT: usize = 256;

/// What is known of one donor row: its cells, and which of them retail is granted.
#[derive(Debug, Clone)]
struct Donor {
    cells: Vec<Option<Plain>>,
    granted: Vec<bool>,
}

/// The donors of a table while they are gathered.
#[derive(Debug)]
pub(crate) struct Gathering {
    draw: Draw,
    inside: BTreeMap<u64, Donor>,
    outside: BTreeMap<u64, Donor>,
}

impl Gathering {
    pub(crate) fn new(draw: Draw) -> Self {
        Self {
            draw,
            inside: BTreeMap::new(),
            outside: BTreeMap::new(),
        }
    }

    /// Offers a batch; `granted` answers for a row's cell, `outside` whether retail has no such row.
    pub(crate) fn offer(
        &mut self,
        batch: &RecordBatch,
        first: u64,
        outside: impl Fn(usize) -> bool,
        granted: impl Fn(usize, usize) -> bool,
    ) -> Result<(), UnsupportedType> {
        let cells: Vec<Cells<'_>> = batch
            .columns()
            .iter()
            .map(|column| Cells::of(column.as_ref()))
            .collect::<Result<_, _>>()?;
        for row in 0..batch.num_rows() {
            let rank = self.draw.at(first + row as u64).number();
            let kept = if outside(row) {
                &mut self.outside
            } else {
                &mut self.inside
            };
            let full = kept.len() >= KEPT;
            if full
                && kept
                    .last_key_value()
                    .is_some_and(|(worst, _)| rank > *worst)
            {
                continue;
            }
            let donor = Donor {
                cells: cells.iter().map(|one| Plain::of(one.value(row))).collect(),
                granted: (0..cells.len())
                    .map(|column| granted(row, column))
                    .collect(),
            };
            kept.insert(rank, donor);
            if kept.len() > KEPT {
                kept.pop_last();
            }
        }
        Ok(())
    }

    pub(crate) fn finish(self, columns: usize) -> Vec<Pool> {
        let mut pools = vec![Pool::default(); columns];
        for donor in self.inside.into_values() {
            for ((pool, cell), granted) in pools.iter_mut().zip(donor.cells).zip(donor.granted) {
                let Some(value) = cell else { continue };
                pool.any.push(value.clone());
                if granted {
                    pool.granted.push(value);
                }
            }
        }
        for donor in self.outside.into_values() {
            for (pool, value) in pools.iter_mut().zip(donor.cells) {
                pool.any.extend(value.clone());
                pool.outside.extend(value);
            }
        }
        pools
    }
}

/// Values of one column that are not NULL.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pool {
    /// Of cells that retail is granted.
    pub(crate) granted: Vec<Plain>,
    /// Of rows that retail does not have.
    pub(crate) outside: Vec<Plain>,
    /// Of all.
    pub(crate) any: Vec<Plain>,
}
