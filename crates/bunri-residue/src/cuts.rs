//! Where the canonical writer ends a page and when it gives up a dictionary, worked out again from a column's cells.
//!
//! Rows come in steps of 8,192, and a page ends with a step. When the dictionary reaches 64 KiB, the page ends where it
//! stands and the rest of the chunk is plain; from there a page ends when it has at least 8,192 rows or 8 MiB. Within a
//! step, cells are taken in slices of at most 8 MiB, or one longer cell alone. How exactly "where it stands" follows from
//! the cells is a matter of the writer's smaller steps, which are walked here again.

use crate::plain::Shape;

/// Rows of a step.
pub(crate) const STEP: usize = 1 << 13;
/// Rows of a smaller step, in which the writer looks at the dictionary where some cells are NULL and some are not.
const SMALL: usize = 1 << 10;
/// A dictionary that has reached this is given up.
const DICTIONARY: usize = 1 << 16;
/// A plain page that has reached this ends, and no slice but that of one cell is larger.
const BYTES: usize = 1 << 23;

/// A cell: NULL, or what it takes in a plain page, in bytes, and whether the dictionary has not had it before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell(u32);

impl Cell {
    pub(crate) const NULL: Self = Self(u32::MAX);
    const FRESH: u32 = 1 << 30;

    /// A page holds at most 2^28 bytes, so sizes leave room for the mark.
    pub(crate) fn of(size: usize, fresh: bool) -> Self {
        let size = (size as u32) & (Self::FRESH - 1);
        Self(if fresh { size | Self::FRESH } else { size })
    }

    fn is_null(self) -> bool {
        self == Self::NULL
    }

    fn size(self) -> usize {
        if self.is_null() {
            0
        } else {
            (self.0 & (Self::FRESH - 1)) as usize
        }
    }

    /// What it adds to the dictionary.
    fn adds(self) -> usize {
        if !self.is_null() && self.0 & Self::FRESH != 0 {
            self.size()
        } else {
            0
        }
    }
}

/// A data page: its rows, and whether they are indices of the dictionary.
pub(crate) type Cut = (usize, bool);

/// The pages of a chunk of a type that takes a dictionary or not. Cells that are plain in the file are never fresh: if the
/// walk comes there with its dictionary still open, it will give other pages than the file has, which is the finding.
pub(crate) fn pages(cells: &[Cell], shape: Shape, dictionary: bool) -> Vec<Cut> {
    let variable = shape == Shape::Variable;
    let mut walk = Walk {
        held: dictionary.then_some(0),
        rows: 0,
        bytes: 0,
        cuts: Vec::new(),
    };
    for slice in cells.chunks(STEP).flat_map(slices) {
        let nulls = slice.iter().filter(|cell| cell.is_null()).count();
        let uniform = nulls == 0 || nulls == slice.len();
        for part in slice.chunks(if uniform { STEP } else { SMALL }) {
            // A step of values of fixed size cannot pass the limit by more than itself, and is taken whole.
            let held = walk.held.filter(|_| variable);
            let size = held.map_or(part.len(), |held| {
                within(part, DICTIONARY.saturating_sub(held))
            });
            part.chunks(size).for_each(|cells| walk.take(cells));
        }
    }
    if walk.rows > 0 {
        walk.cut();
    }
    walk.cuts
}

/// The cells of a step in slices that are handed to the encoder one by one.
fn slices(step: &[Cell]) -> Vec<&[Cell]> {
    let (mut slices, mut start, mut held) = (Vec::new(), 0, 0);
    for (at, cell) in step.iter().enumerate() {
        if held > 0 && held + cell.size() > BYTES {
            slices.push(&step[start..at]);
            (start, held) = (at, 0);
        }
        held += cell.size();
    }
    slices.push(&step[start..]);
    slices
}

struct Walk {
    /// Bytes in the dictionary, while there is one.
    held: Option<usize>,
    /// In the page that is open.
    rows: usize,
    /// Of its plain cells.
    bytes: usize,
    cuts: Vec<Cut>,
}

impl Walk {
    fn cut(&mut self) {
        self.cuts.push((self.rows, self.held.is_some()));
        (self.rows, self.bytes) = (0, 0);
    }

    fn take(&mut self, cells: &[Cell]) {
        self.rows += cells.len();
        if let Some(held) = &mut self.held {
            *held += cells.iter().map(|cell| cell.adds()).sum::<usize>();
        } else {
            self.bytes += cells.iter().map(|cell| cell.size()).sum::<usize>();
        }
        if self.rows >= STEP || self.bytes >= BYTES {
            self.cut();
        }
        if self.held.is_some_and(|held| held >= DICTIONARY) {
            if self.rows > 0 {
                self.cut();
            }
            self.held = None;
        }
    }
}

/// How many rows are taken at a time so that their cells, if all were new, would just pass what the dictionary has left.
fn within(cells: &[Cell], left: usize) -> usize {
    let filled = cells.iter().filter(|cell| !cell.is_null()).count();
    if filled == 0 {
        return cells.len();
    }
    let mut size = 0;
    let mut passes = |cell: &Cell| {
        size += cell.size();
        size > left
    };
    let sizes = cells.iter().filter(|cell| !cell.is_null());
    let fitting = sizes
        .copied()
        .position(|cell| passes(&cell))
        .map_or(filled, |at| at + 1);
    let rows = if filled == cells.len() {
        fitting
    } else {
        (fitting * cells.len()).div_ceil(filled)
    };
    rows.clamp(1, cells.len())
}
