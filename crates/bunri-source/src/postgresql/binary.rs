//! The format of `COPY … (FORMAT binary)`: a header; of every row the number of its fields, and of every field its length and its
//! bytes; a trailer. PostgreSQL's manual, "COPY", section "Binary Format". Pieces may end anywhere; a server sends a row a piece,
//! and then nothing is copied here.

const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";
/// Signature, flags and the length of what else stands in the header.
const HEADER: usize = 19;
/// Of the flags, those that change how rows are read.
const CRITICAL_FLAGS: u32 = 0xffff_0000;

/// Where a field lies in the bytes of its row; [`None`] for NULL.
pub(super) type FieldRange = Option<(usize, usize)>;

/// What came is not of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotTheFormat;

/// Takes pieces, and gives rows.
#[derive(Debug)]
pub(super) struct Rows {
    columns: usize,
    /// The beginning of a row whose end has not come.
    kept: Vec<u8>,
    fields: Vec<FieldRange>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    BeforeHeader,
    Rows,
    Ended,
}

/// What stands at the beginning of some bytes.
enum ParseStep {
    /// So many of them are done with.
    Row(usize),
    Header(usize),
    Trailer,
    /// More has to come first.
    Short,
}

impl Rows {
    /// Of rows with so many fields.
    pub(super) fn new(columns: usize) -> Self {
        Self {
            columns,
            kept: Vec::new(),
            fields: Vec::with_capacity(columns),
            state: State::BeforeHeader,
        }
    }

    /// Takes a piece and gives every row that is whole with it; `take` says whether it wants more.
    pub(super) fn piece<E: From<NotTheFormat>>(
        &mut self,
        piece: &[u8],
        mut take: impl FnMut(&[u8], &[FieldRange]) -> Result<bool, E>,
    ) -> Result<bool, E> {
        if self.kept.is_empty() {
            return self.walk(piece, &mut take);
        }
        let mut bytes = std::mem::take(&mut self.kept);
        bytes.extend_from_slice(piece);
        self.walk(&bytes, &mut take)
    }

    fn walk<E: From<NotTheFormat>>(
        &mut self,
        mut bytes: &[u8],
        take: &mut impl FnMut(&[u8], &[FieldRange]) -> Result<bool, E>,
    ) -> Result<bool, E> {
        while !bytes.is_empty() {
            match self.step(bytes)? {
                ParseStep::Row(length) => {
                    if !take(&bytes[..length], &self.fields)? {
                        return Ok(false);
                    }
                    bytes = &bytes[length..];
                }
                ParseStep::Header(length) => {
                    self.state = State::Rows;
                    bytes = &bytes[length..];
                }
                ParseStep::Trailer => {
                    self.state = State::Ended;
                    bytes = &bytes[2..];
                }
                ParseStep::Short => {
                    self.kept = bytes.to_vec();
                    break;
                }
            }
        }
        Ok(true)
    }

    /// Refuses an end that is none.
    pub(super) fn end(&self) -> Result<(), NotTheFormat> {
        if self.state == State::Ended && self.kept.is_empty() {
            Ok(())
        } else {
            Err(NotTheFormat)
        }
    }

    fn step(&mut self, bytes: &[u8]) -> Result<ParseStep, NotTheFormat> {
        match self.state {
            State::BeforeHeader => header(bytes),
            State::Rows => self.row(bytes),
            State::Ended => Err(NotTheFormat),
        }
    }

    fn row(&mut self, bytes: &[u8]) -> Result<ParseStep, NotTheFormat> {
        let Some(count) = bytes.first_chunk::<2>() else {
            return Ok(ParseStep::Short);
        };
        match i16::from_be_bytes(*count) {
            -1 => return Ok(ParseStep::Trailer),
            count if usize::try_from(count) == Ok(self.columns) => {}
            _ => return Err(NotTheFormat),
        }
        self.fields.clear();
        let mut at = 2;
        for _ in 0..self.columns {
            let Some(length) = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()) else {
                return Ok(ParseStep::Short);
            };
            at += 4;
            match i32::from_be_bytes(*length) {
                -1 => self.fields.push(None),
                length => {
                    let length = usize::try_from(length).map_err(|_| NotTheFormat)?;
                    if bytes.len() - at < length {
                        return Ok(ParseStep::Short);
                    }
                    self.fields.push(Some((at, at + length)));
                    at += length;
                }
            }
        }
        Ok(ParseStep::Row(at))
    }
}

fn header(bytes: &[u8]) -> Result<ParseStep, NotTheFormat> {
    let Some(header) = bytes.first_chunk::<HEADER>() else {
        return Ok(ParseStep::Short);
    };
    let word = |at: usize| {
        let word = header[at..].first_chunk::<4>();
        word.map_or(0, |word| u32::from_be_bytes(*word))
    };
    if !header.starts_with(SIGNATURE) || word(11) & CRITICAL_FLAGS != 0 {
        return Err(NotTheFormat);
    }
    let extension = usize::try_from(word(15)).map_err(|_| NotTheFormat)?;
    if bytes.len() - HEADER < extension {
        return Ok(ParseStep::Short);
    }
    Ok(ParseStep::Header(HEADER + extension))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    impl From<NotTheFormat> for String {
        fn from(_: NotTheFormat) -> Self {
            "not the format".to_owned()
        }
    }

    fn stream() -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 3, 9, 9, 9]);
        for cell in [Some("ab"), None, Some("")] {
            bytes.extend(2_i16.to_be_bytes());
            bytes.extend(1_i32.to_be_bytes());
            bytes.push(b'x');
            match cell {
                None => bytes.extend((-1_i32).to_be_bytes()),
                Some(text) => {
                    bytes.extend((text.len() as i32).to_be_bytes());
                    bytes.extend(text.as_bytes());
                }
            }
        }
        bytes.extend((-1_i16).to_be_bytes());
        bytes
    }

    fn read(pieces: &[&[u8]]) -> Result<Vec<Option<String>>, String> {
        let mut rows = Rows::new(2);
        let mut cells = Vec::new();
        for piece in pieces {
            rows.piece(piece, |bytes, fields| {
                assert_eq!(
                    fields[0].map(|(from, to)| &bytes[from..to]),
                    Some(&b"x"[..])
                );
                let cell = fields[1].map(|(from, to)| bytes[from..to].to_vec());
                cells.push(cell.map(|cell| String::from_utf8(cell).unwrap()));
                Ok::<_, String>(true)
            })?;
        }
        rows.end()?;
        Ok(cells)
    }

    #[test]
    fn rows_are_the_same_wherever_pieces_end() {
        let stream = stream();
        let whole = read(&[&stream]).unwrap();
        assert_eq!(whole, [Some("ab".to_owned()), None, Some(String::new())]);
        for cut in 0..stream.len() {
            let (first, second) = stream.split_at(cut);
            assert_eq!(read(&[first, second]).unwrap(), whole, "{cut}");
        }
        let single: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(read(&single).unwrap(), whole);
    }

    #[test]
    fn a_stream_that_ends_early_or_goes_on_is_refused() {
        let stream = stream();
        for end in 0..stream.len() {
            assert!(read(&[&stream[..end]]).is_err(), "{end}");
        }
        let mut more = stream.clone();
        more.push(0);
        assert!(read(&[&more]).is_err());
        let mut other = stream;
        other[0] = b'Q';
        assert!(read(&[&other]).is_err());
    }
}
