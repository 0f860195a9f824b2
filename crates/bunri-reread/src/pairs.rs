//! Rows of both sides that are no longer equal, put together again: the ones that are most alike, and which columns differ.

use crate::encode::cells;

/// A row of the source and the staged row that it has become.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) source: usize,
    pub(crate) staged: usize,
    /// Columns that differ, by their places.
    pub(crate) columns: Vec<usize>,
}

/// Pairs rows by their cells: each row of the source, in its order, with the staged row that has most of them.
pub(crate) fn pairs(source: &[Vec<u8>], staged: &[Vec<u8>], alike: Alike) -> Vec<Pair> {
    let staged: Vec<Vec<&[u8]>> = staged.iter().map(|row| cells(row)).collect();
    let mut taken = vec![false; staged.len()];
    let mut pairs = Vec::new();
    for (number, row) in source.iter().enumerate() {
        let row = cells(row);
        let equal = |other: &Vec<&[u8]>| row.iter().zip(other).filter(|(a, b)| a == b).count();
        let free = staged
            .iter()
            .enumerate()
            .filter(|(other, _)| !taken[*other]);
        // Of several that are as much alike the first, so that the outcome depends on the rows alone.
        let best = free
            .map(|(other, cells)| (equal(cells), std::cmp::Reverse(other)))
            .max();
        let Some((equal, std::cmp::Reverse(other))) = best else {
            break;
        };
        if alike == Alike::Half && equal * 2 < row.len() {
            continue;
        }
        taken[other] = true;
        let columns = row.iter().zip(&staged[other]).enumerate();
        pairs.push(Pair {
            source: number,
            staged: other,
            columns: columns
                .filter(|(_, (a, b))| a != b)
                .map(|(at, _)| at)
                .collect(),
        });
    }
    pairs
}

/// How much two rows must have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alike {
    /// Nothing but the key that they are already known to share.
    Key,
    /// Half of their cells.
    Half,
}

#[cfg(test)]
mod tests {
    use bunri_types::Value;

    use super::*;
    use crate::convert::Cell;
    use crate::encode::push_cell;

    fn row(numbers: [i64; 3]) -> Vec<u8> {
        let mut row = Vec::new();
        for number in numbers {
            push_cell(&mut row, &Cell::Int(number));
        }
        assert_ne!(bunri_types::value_text(Value::Int(numbers[0])), "");
        row
    }

    #[test]
    fn rows_find_what_they_have_become() {
        let source = [row([1, 2, 3]), row([4, 5, 6]), row([7, 8, 9])];
        let staged = [row([4, 5, 3]), row([1, 2, 6]), row([0, 0, 0])];
        let found = pairs(&source, &staged, Alike::Half);
        let expected = [(0, 1, vec![2]), (1, 0, vec![2])];
        let expected = expected.map(|(source, staged, columns)| Pair {
            source,
            staged,
            columns,
        });
        assert_eq!(found, expected);
        assert_eq!(pairs(&source, &staged, Alike::Key).len(), 3);
    }
}
