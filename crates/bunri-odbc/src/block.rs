//! Rows of an answer in buffers of C types: of each column so many cells of one width, and of each cell an indicator, which says NULL
//! or how long the value is. A cell that its buffer cannot hold is never a shorter value: it is [`Cell::Cut`].

/// The indicator of NULL.
const NULL_DATA: isize = -1;

/// What a column's cells are in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BufferKind {
    /// A signed integer of 64 bits.
    Integer,
    /// A floating-point number of 64 bits.
    Real,
    /// A year of 16 bits, then month and day.
    Day,
    /// The same, then hour, minute, second of 16 bits and billionths of a second of 32.
    Moment,
    /// Bytes, as many as the indicator says.
    Bytes,
    /// UTF-16, as many bytes as the indicator says.
    Units,
    /// Nothing: the bytes are taken from the row afterwards, however many they are. Blocks have one row then.
    LaterBytes,
    /// The same of UTF-16.
    LaterUnits,
}

impl BufferKind {
    /// `SQL_C_WCHAR`.
    pub(crate) const UNITS: i16 = -8;
    /// `SQL_C_CHAR`.
    pub(crate) const CHARACTERS: i16 = 1;
    /// `SQL_C_BINARY`.
    pub(crate) const BYTES: i16 = -2;

    /// ODBC's number of the C type.
    pub(crate) fn c_type(self) -> i16 {
        match self {
            Self::Integer => -25,
            Self::Real => 8,
            Self::Day => 91,
            Self::Moment => 93,
            Self::Bytes | Self::LaterBytes => Self::BYTES,
            Self::Units | Self::LaterUnits => Self::UNITS,
        }
    }

    /// Bytes of a cell whose values have one length.
    pub(crate) fn fixed_width(self) -> Option<usize> {
        match self {
            Self::Integer | Self::Real => Some(8),
            Self::Day => Some(6),
            Self::Moment => Some(16),
            Self::Bytes | Self::Units | Self::LaterBytes | Self::LaterUnits => None,
        }
    }

    /// Whether the value does not stand in the block.
    pub(crate) fn comes_later(self) -> bool {
        matches!(self, Self::LaterBytes | Self::LaterUnits)
    }

    /// Bytes behind a value in its cell.
    pub(crate) fn end(self) -> usize {
        match self {
            Self::Units => 2,
            Self::Integer
            | Self::Real
            | Self::Day
            | Self::Moment
            | Self::Bytes
            | Self::LaterBytes
            | Self::LaterUnits => 0,
        }
    }
}

/// How a column is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// What its cells are.
    pub kind: BufferKind,
    /// The longest value, in bytes; asked of kinds that have no length of their own.
    pub most_bytes: usize,
}

impl Bound {
    /// Bytes of a cell. Those of a type of fixed length lie as densely as the type is long, because a driver does not ask how wide a cell
    /// is that it fills with one. Others are longer by more than a value, so that one which fills its cell is seen to be longer than was said.
    #[must_use]
    pub fn width(&self) -> usize {
        match self.kind {
            kind if kind.comes_later() => 0,
            kind => kind
                .fixed_width()
                .unwrap_or((self.most_bytes + kind.end() + 1).next_multiple_of(8)),
        }
    }
}

/// A column of a block.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) kind: BufferKind,
    /// Bytes of a cell.
    pub(crate) width: usize,
    /// Words, so that numbers lie where the processor wants them.
    pub(crate) cells: Vec<u64>,
    pub(crate) indicators: Vec<isize>,
}

/// A value in a block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// A day, as its numbers stand there: nobody has looked whether the calendar has it.
    Day([i32; 3]),
    /// The same, and hour, minute, second and billionths.
    Moment([i32; 3], [u16; 3], u32),
    /// Bytes, or UTF-16 in them.
    Bytes(&'a [u8]),
    /// It does not stand in the buffer.
    Later,
    /// The driver gave less than the value.
    Cut,
}

/// Rows, column by column.
#[derive(Debug)]
pub struct Block {
    columns: Vec<Column>,
    capacity: usize,
    rows: usize,
    /// Whether the driver warned that a value was cut off.
    cut: bool,
}

impl Block {
    pub(crate) fn new(columns: &[Bound], capacity: usize) -> Self {
        let column = |bound: &Bound| Column {
            kind: bound.kind,
            width: bound.width(),
            cells: vec![0; (bound.width() * capacity).div_ceil(8)],
            indicators: vec![NULL_DATA; capacity],
        };
        Self {
            columns: columns.iter().map(column).collect(),
            capacity,
            rows: 0,
            cut: false,
        }
    }

    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    pub(crate) fn columns_mut(&mut self) -> &mut [Column] {
        &mut self.columns
    }

    pub(crate) fn kind(&self, column: usize) -> BufferKind {
        self.columns[column].kind
    }

    pub(crate) fn filled(&mut self, rows: usize, cut: bool) {
        (self.rows, self.cut) = (rows, cut);
    }

    /// How many rows were fetched.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether the driver said that it cut something off.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// The value of a column in a row.
    #[must_use]
    pub fn cell(&self, column: usize, row: usize) -> Cell<'_> {
        let column = &self.columns[column];
        if column.kind.comes_later() {
            return Cell::Later;
        }
        let indicator = column.indicators[row];
        if indicator == NULL_DATA {
            return Cell::Null;
        }
        let bytes = &bytes_of(&column.cells)[row * column.width..][..column.width];
        match column.kind {
            BufferKind::Integer => Cell::Integer(word(bytes).cast_signed()),
            BufferKind::Real => Cell::Real(f64::from_bits(word(bytes))),
            BufferKind::Day => Cell::Day(day(bytes)),
            BufferKind::Moment => {
                let part = |at: usize| u16::from_ne_bytes([bytes[at], bytes[at + 1]]);
                let billionths = u32::from_ne_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]);
                Cell::Moment(day(bytes), [part(6), part(8), part(10)], billionths)
            }
            BufferKind::Bytes | BufferKind::Units => match usize::try_from(indicator) {
                // A cell that fills its buffer may have been longer.
                Ok(length) if length + column.kind.end() < column.width => {
                    Cell::Bytes(&bytes[..length])
                }
                Ok(_) | Err(_) => Cell::Cut,
            },
            BufferKind::LaterBytes | BufferKind::LaterUnits => Cell::Later,
        }
    }
}

fn day(bytes: &[u8]) -> [i32; 3] {
    let year = i16::from_ne_bytes([bytes[0], bytes[1]]);
    let part = |at: usize| u16::from_ne_bytes([bytes[at], bytes[at + 1]]);
    [year.into(), part(2).into(), part(4).into()]
}

fn word(bytes: &[u8]) -> u64 {
    u64::from_ne_bytes(std::array::from_fn(|at| bytes[at]))
}

/// The bytes of words, as they lie in memory.
fn bytes_of(words: &[u64]) -> &[u8] {
    bytemuck::cast_slice(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(bound: Bound, value: &[u8], indicator: isize) -> Block {
        let mut block = Block::new(&[bound], 2);
        let column = &mut block.columns_mut()[0];
        let cells: &mut [u8] = bytemuck::cast_slice_mut(&mut column.cells);
        cells[column.width..][..value.len()].copy_from_slice(value);
        column.indicators[1] = indicator;
        block.filled(2, false);
        block
    }

    fn bound(kind: BufferKind, most_bytes: usize) -> Bound {
        Bound { kind, most_bytes }
    }

    #[test]
    fn values_are_what_lies_in_their_cells() {
        let number = filled(bound(BufferKind::Integer, 0), &(-7_i64).to_ne_bytes(), 8);
        assert_eq!(number.cell(0, 0), Cell::Null);
        assert_eq!(number.cell(0, 1), Cell::Integer(-7));
        let real = filled(bound(BufferKind::Real, 0), &0.1_f64.to_ne_bytes(), 8);
        assert_eq!(real.cell(0, 1), Cell::Real(0.1));
        let moment = [
            9999_i16.to_ne_bytes().as_slice(),
            &12_u16.to_ne_bytes(),
            &31_u16.to_ne_bytes(),
            &23_u16.to_ne_bytes(),
            &59_u16.to_ne_bytes(),
            &59_u16.to_ne_bytes(),
            &999_999_900_u32.to_ne_bytes(),
        ]
        .concat();
        let moment = filled(bound(BufferKind::Moment, 0), &moment, 16);
        let is = Cell::Moment([9999, 12, 31], [23, 59, 59], 999_999_900);
        assert_eq!(moment.cell(0, 1), is);
        let bytes = filled(bound(BufferKind::Bytes, 5), b"a\0b", 3);
        assert_eq!(bytes.cell(0, 1), Cell::Bytes(b"a\0b"));
    }

    /// As ODBC has them, six bytes each and nothing between.
    #[test]
    fn days_lie_as_densely_as_they_are_long() {
        let bound = bound(BufferKind::Day, 0);
        let mut block = Block::new(&[bound, bound], 3);
        for column in block.columns_mut() {
            let cells: &mut [u8] = bytemuck::cast_slice_mut(&mut column.cells);
            for (cell, number) in cells.chunks_exact_mut(6).zip(1_u16..) {
                let year = (2000 + number).to_ne_bytes();
                let parts = [year, number.to_ne_bytes(), (number + 10).to_ne_bytes()];
                cell.copy_from_slice(&parts.concat());
            }
            column.indicators.fill(6);
        }
        for (row, day) in [[2001, 1, 11], [2002, 2, 12], [2003, 3, 13]]
            .into_iter()
            .enumerate()
        {
            assert_eq!(block.cell(0, row), Cell::Day(day));
            assert_eq!(block.cell(1, row), Cell::Day(day));
        }
    }

    #[test]
    fn a_value_that_its_cell_cannot_hold_is_no_shorter_value() {
        // Eight bytes lie there: one that is as long may have been longer; so may one of which nobody knows the length.
        for indicator in [8, 9, 1 << 40, -4, isize::MIN] {
            let cut = filled(bound(BufferKind::Bytes, 7), b"abcdefgh", indicator);
            assert_eq!(cut.cell(0, 1), Cell::Cut, "{indicator}");
        }
        let held = filled(bound(BufferKind::Bytes, 7), b"abcdefg", 7);
        assert_eq!(held.cell(0, 1), Cell::Bytes(b"abcdefg"));
        // Behind UTF-16 stands a zero.
        let units = filled(bound(BufferKind::Units, 4), b"a\0b\0c\0", 6);
        assert_eq!(units.cell(0, 1), Cell::Cut);
    }
}
