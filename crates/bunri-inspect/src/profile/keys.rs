//! Columns that tell rows apart: one column by all of its values, several by a search that is bounded. While the first rows
//! pass, their numbers are kept; pairs and triples of leading columns that tell those apart are then watched to the end.
//! Whatever meets its first doubled row is dropped with all that it held, so that only keys cost memory.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use serde::Serialize;

use super::hashing::of_several;

/// Rows by which combinations are tried.
const TRIED_ROWS: usize = 65_536;
/// Numbers that those rows may hold together.
const TRIED_NUMBERS: usize = 1 << 22;
/// Columns of which combinations are made, from the first: keys stand at the head of a table.
const COMBINED_COLUMNS: usize = 12;
/// Combinations that are watched to the end.
const MOST_COMBINATIONS: usize = 4;
/// Rows of which a key is watched; behind them it is believed and said to be.
const MOST_ROWS: usize = 1 << 22;

/// Columns that tell rows apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundKey {
    /// In the order of the table.
    pub columns: Vec<String>,
    /// The rows that it was seen to tell apart: all that were read, or fewer in a large table.
    pub rows: u64,
}

/// Numbers are mixed already.
#[derive(Debug, Default)]
pub(super) struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 << 8) | u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

type Numbers = HashSet<u64, BuildHasherDefault<Mixed>>;

/// One column, or several together, until a row doubles.
#[derive(Debug, Default)]
struct Watch {
    seen: Numbers,
    rows: u64,
    over: bool,
}

impl Watch {
    fn take(&mut self, number: Option<u64>) {
        if self.over || self.rows >= MOST_ROWS as u64 {
            return;
        }
        self.rows += 1;
        if !number.is_some_and(|number| self.seen.insert(number)) {
            self.over = true;
            self.seen = Numbers::default();
        }
    }

    fn holds(&self) -> bool {
        !self.over && self.rows > 0
    }
}

/// Watches the rows of one table.
#[derive(Debug)]
pub(super) struct KeyWatch {
    columns: Vec<Watch>,
    /// Numbers of the first rows, row by row, while combinations are still to be found.
    first: Option<Vec<Option<u64>>>,
    /// Columns that no key has: numbers with a point, bytes.
    never: Vec<bool>,
    combinations: Vec<(Vec<usize>, Watch)>,
}

impl KeyWatch {
    /// Of a table with so many columns; `combined`: it declares no key, so that combinations are looked for.
    pub(super) fn new(columns: usize, combined: bool) -> Self {
        Self {
            columns: (0..columns).map(|_| Watch::default()).collect(),
            first: (combined && columns > 0).then(Vec::new),
            never: vec![false; columns],
            combinations: Vec::new(),
        }
    }

    /// A value of this column that no key has.
    pub(super) fn never(&mut self, column: usize) {
        self.never[column] = true;
    }

    /// The numbers of the next row, column by column.
    pub(super) fn take(&mut self, row: &[Option<u64>]) {
        for (watch, number) in self.columns.iter_mut().zip(row) {
            watch.take(*number);
        }
        if let Some(first) = &mut self.first {
            first.extend_from_slice(row);
            let room = TRIED_ROWS.min(TRIED_NUMBERS / row.len());
            if first.len() >= room * row.len() {
                self.find_combinations();
            }
            return;
        }
        for (columns, watch) in &mut self.combinations {
            watch.take(together(row, columns));
        }
    }

    /// Tries pairs, then triples without a pair that holds; a table with a column that holds needs neither.
    fn find_combinations(&mut self) {
        let Some(first) = self.first.take() else {
            return;
        };
        let width = self.columns.len();
        let alone = |column: &usize| self.columns[*column].holds() && !self.never[*column];
        if (0..width).any(|column| alone(&column)) {
            return;
        }
        let rows = || first.chunks_exact(width);
        let fits = |column: &usize| {
            let changes = || {
                let mut numbers = rows().map(|row| row[*column]);
                let one = numbers.next();
                numbers.any(|number| Some(number) != one)
            };
            !self.never[*column] && rows().all(|row| row[*column].is_some()) && changes()
        };
        let candidates: Vec<usize> = (0..width).filter(fits).take(COMBINED_COLUMNS).collect();
        let mut found: Vec<(Vec<usize>, Watch)> = Vec::new();
        for columns in combinations(&candidates) {
            if found.len() == MOST_COMBINATIONS {
                break;
            }
            let contains =
                |(part, _): &(Vec<usize>, Watch)| part.iter().all(|it| columns.contains(it));
            if found.iter().any(contains) {
                continue;
            }
            let mut watch = Watch::default();
            for row in rows() {
                watch.take(together(row, &columns));
                if watch.over {
                    break;
                }
            }
            if watch.holds() {
                found.push((columns, watch));
            }
        }
        self.combinations = found;
    }

    /// What tells rows apart, fewest columns first; and of each column whether it does, with its numbers, ascending.
    pub(super) fn finish(mut self, names: &[String]) -> (Vec<FoundKey>, Vec<Option<Vec<u64>>>) {
        self.find_combinations();
        let mut keys = Vec::new();
        for (column, watch) in self.columns.iter().enumerate() {
            if watch.holds() && !self.never[column] {
                keys.push(FoundKey {
                    columns: vec![names[column].clone()],
                    rows: watch.rows,
                });
            }
        }
        for (columns, watch) in &self.combinations {
            if watch.holds() {
                keys.push(FoundKey {
                    columns: columns
                        .iter()
                        .map(|column| names[*column].clone())
                        .collect(),
                    rows: watch.rows,
                });
            }
        }
        let numbers = self.columns.into_iter().map(|watch| {
            watch.holds().then(|| {
                let mut numbers: Vec<u64> = watch.seen.into_iter().collect();
                numbers.sort_unstable();
                numbers
            })
        });
        (keys, numbers.collect())
    }
}

fn together(row: &[Option<u64>], columns: &[usize]) -> Option<u64> {
    if columns.iter().any(|column| row[*column].is_none()) {
        return None;
    }
    Some(of_several(columns.iter().filter_map(|column| row[*column])))
}

/// All pairs, then all triples, leading columns first.
fn combinations(columns: &[usize]) -> Vec<Vec<usize>> {
    let (mut pairs, mut triples) = (Vec::new(), Vec::new());
    for (i, first) in columns.iter().enumerate() {
        for (j, second) in columns.iter().enumerate().skip(i + 1) {
            pairs.push(vec![*first, *second]);
            for third in &columns[j + 1..] {
                triples.push(vec![*first, *second, *third]);
            }
        }
    }
    pairs.append(&mut triples);
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(rows: &[[i64; 3]]) -> Vec<Vec<String>> {
        let mut watch = KeyWatch::new(3, true);
        for row in rows {
            let numbers = row.map(|number| (number >= 0).then(|| number.unsigned_abs() << 7));
            watch.take(&numbers);
        }
        let names = ["a", "b", "c"].map(str::to_owned);
        let (keys, _) = watch.finish(&names);
        keys.into_iter().map(|key| key.columns).collect()
    }

    #[test]
    fn one_column_is_enough_where_one_is() {
        assert_eq!(keys(&[[1, 5, 7], [2, 5, 7], [3, 5, 8]]), [["a"]]);
        assert_eq!(keys(&[[1, 5, 1], [2, 5, -1]]), [["a"]]);
    }

    #[test]
    fn pairs_are_found_and_no_triple_that_holds_one() {
        assert_eq!(
            keys(&[[1, 5, 7], [1, 6, 7], [2, 5, 7], [2, 6, 8]]),
            [["a", "b"]]
        );
    }

    #[test]
    fn a_triple_is_found_where_no_pair_is_a_key() {
        let rows: Vec<[i64; 3]> = (0..8).map(|n| [n & 1, n >> 1 & 1, n >> 2]).collect();
        assert_eq!(keys(&rows), [["a", "b", "c"]]);
    }

    #[test]
    fn doubled_rows_have_no_key() {
        assert!(keys(&[[1, 5, 7], [1, 5, 7], [2, 5, 7]]).is_empty());
        assert!(keys(&[]).is_empty());
    }
}
