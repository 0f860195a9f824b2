//! `[ranges]`: where the parts of a store's table begin. The bounds come from the job, from public knowledge,
//! so that part sizes say nothing that the rows do not say.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

/// The parts of one table: part *k* holds the rows whose first key column lies in the *k*-th interval.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyRanges {
    column: Option<String>,
    bounds: Vec<String>,
}

impl KeyRanges {
    /// One part.
    #[must_use]
    pub fn whole() -> Self {
        Self::default()
    }

    /// A part below each bound and one from the last bound on; `column` is the first key column. The catalogue
    /// check has seen that bounds ascend and fit the column (text or int).
    #[must_use]
    pub fn new(column: &str, bounds: &[String]) -> Self {
        if bounds.is_empty() {
            return Self::whole();
        }
        Self {
            column: Some(column.to_owned()),
            bounds: bounds.to_vec(),
        }
    }

    /// How many parts there are, empty ones included.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.bounds.len() + 1
    }

    /// Cuts a batch in key order into pieces with their parts, in order, without empty pieces.
    #[must_use]
    pub fn cut(&self, batch: &RecordBatch) -> Vec<(usize, RecordBatch)> {
        let mut pieces = Vec::new();
        let mut start = 0;
        for part in 0..self.parts() {
            let end = self
                .bounds
                .get(part)
                .map_or(batch.num_rows(), |bound| self.first_from(batch, bound));
            if end > start {
                pieces.push((part, batch.slice(start, end - start)));
                start = end;
            }
        }
        pieces
    }

    /// The first row whose key is not below `bound`. Rows are in key order, so bisection finds it.
    fn first_from(&self, batch: &RecordBatch, bound: &str) -> usize {
        let column = self
            .column
            .as_ref()
            .and_then(|name| batch.column_by_name(name));
        let Some(column) = column else {
            return batch.num_rows();
        };
        let below = |row: usize| match column.data_type() {
            DataType::Utf8 => column.as_string::<i32>().value(row) < bound,
            DataType::Int64 => bound
                .parse()
                .is_ok_and(|bound| column.as_primitive::<Int64Type>().value(row) < bound),
            _ => true,
        };
        let (mut low, mut high) = (0, column.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if below(middle) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use arrow_array::{ArrayRef, StringArray};

    use super::*;

    #[test]
    fn a_batch_is_cut_at_the_bounds() {
        let key: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c", "e"]));
        let batch = RecordBatch::try_from_iter([("k", key)]).unwrap();
        let ranges = KeyRanges::new("k", &["b".into(), "d".into(), "f".into()]);
        let sizes: Vec<_> = ranges
            .cut(&batch)
            .into_iter()
            .map(|(part, piece)| (part, piece.num_rows()))
            .collect();
        assert_eq!(sizes, [(0, 1), (1, 2), (2, 1)]);
        assert_eq!(ranges.parts(), 4);
    }
}
