//! Thrift's compact protocol, as strictly as Parquet's writers use it: fields of a record in ascending order and once,
//! no maps, nothing nested deeper than Parquet nests, no length beyond the bytes that are there. Whatever reads the
//! same bytes more generously cannot read anything else out of them.

/// Parquet's own records nest less deep.
const DEPTH: u8 = 12;

/// Why bytes are not a record, and how far into them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) what: &'static str,
    pub(crate) at: usize,
    /// More bytes could mend it: they ended within the record.
    pub(crate) short: bool,
}

/// The wire's types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool(bool),
    Byte,
    I16,
    I32,
    I64,
    Double,
    Binary,
    List,
    Record,
}

impl Kind {
    fn of(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Bool(true),
            2 => Self::Bool(false),
            3 => Self::Byte,
            4 => Self::I16,
            5 => Self::I32,
            6 => Self::I64,
            7 => Self::Double,
            8 => Self::Binary,
            9 => Self::List,
            12 => Self::Record,
            _ => return None,
        })
    }
}

/// Reads records.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: u8,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            depth: 0,
        }
    }

    /// How many bytes were read.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    fn malformed(&self, what: &'static str) -> Malformed {
        let (at, short) = (self.at, false);
        Malformed { what, at, short }
    }

    fn ended(&self) -> Malformed {
        let (what, at, short) = ("it ends within a record", self.at, true);
        Malformed { what, at, short }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let end = self.at.checked_add(count);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| self.ended())?;
        self.at += count;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.take(1)?[0])
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.malformed("a number of more than 64 bits"))
    }

    /// A signed number of one of the integer types, within its range.
    pub(crate) fn int(&mut self, kind: Kind) -> Result<i64, Malformed> {
        if kind == Kind::Byte {
            return Ok(i64::from(self.byte()?.cast_signed()));
        }
        let raw = self.varint()?;
        let value = (raw >> 1).cast_signed() ^ -((raw & 1).cast_signed());
        let fits = match kind {
            Kind::I16 => i16::try_from(value).is_ok(),
            Kind::I32 => i32::try_from(value).is_ok(),
            Kind::I64 => true,
            _ => return Err(self.malformed("another type where a number belongs")),
        };
        if fits {
            Ok(value)
        } else {
            Err(self.malformed("a number outside its type"))
        }
    }

    /// Bytes with their length before them.
    pub(crate) fn binary(&mut self, kind: Kind) -> Result<&'a [u8], Malformed> {
        if kind != Kind::Binary {
            return Err(self.malformed("another type where text belongs"));
        }
        let length = self.varint()?;
        let length = usize::try_from(length).map_err(|_| self.malformed("an impossible length"))?;
        self.take(length)
    }

    /// The head of a list: its elements' type and how many follow. Every element takes at least one byte.
    pub(crate) fn list(&mut self, kind: Kind) -> Result<(Kind, usize), Malformed> {
        if kind != Kind::List {
            return Err(self.malformed("another type where a list belongs"));
        }
        let head = self.byte()?;
        let of =
            Kind::of(head & 0x0f).ok_or_else(|| self.malformed("a list of an unknown type"))?;
        let count = match head >> 4 {
            15 => self.varint()?,
            few => u64::from(few),
        };
        let left = self.bytes.len() - self.at;
        match usize::try_from(count) {
            Ok(count) if count <= left => Ok((of, count)),
            Ok(_) => Err(self.ended()),
            Err(_) => Err(self.malformed("a list of impossible length")),
        }
    }

    /// As [`Reader::list`], where each element takes at least so many bytes if it says anything: what is kept of a short
    /// element may take a hundred times its bytes.
    pub(crate) fn list_of(&mut self, kind: Kind, least: usize) -> Result<(Kind, usize), Malformed> {
        let (of, count) = self.list(kind)?;
        if count > (self.bytes.len() - self.at) / least {
            return Err(self.malformed("a list of elements too short to say anything"));
        }
        Ok((of, count))
    }

    /// One record: `field` is called for every field with its number, and must consume or [`Reader::skip`] it.
    pub(crate) fn record(
        &mut self,
        kind: Kind,
        mut field: impl FnMut(&mut Self, i64, Kind) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        if kind != Kind::Record {
            return Err(self.malformed("another type where a record belongs"));
        }
        if self.depth >= DEPTH {
            return Err(self.malformed("records nested too deep"));
        }
        self.depth += 1;
        let mut last = 0;
        loop {
            let head = self.byte()?;
            if head == 0 {
                self.depth -= 1;
                return Ok(());
            }
            let number = match head >> 4 {
                0 => self.int(Kind::I16)?,
                delta => last + i64::from(delta),
            };
            if number <= last || number > i64::from(i16::MAX) {
                return Err(self.malformed("fields out of order"));
            }
            last = number;
            let kind = Kind::of(head & 0x0f);
            let kind = kind.ok_or_else(|| self.malformed("a field of an unknown type"))?;
            field(self, number, kind)?;
        }
    }

    /// Leaves a value out.
    pub(crate) fn skip(&mut self, kind: Kind) -> Result<(), Malformed> {
        match kind {
            Kind::Bool(_) => Ok(()),
            Kind::Byte | Kind::I16 | Kind::I32 | Kind::I64 => self.int(kind).map(drop),
            Kind::Double => self.take(8).map(drop),
            Kind::Binary => self.binary(kind).map(drop),
            Kind::Record => self.record(kind, |reader, _, kind| reader.skip(kind)),
            Kind::List => {
                if self.depth >= DEPTH {
                    return Err(self.malformed("lists nested too deep"));
                }
                self.depth += 1;
                let (of, count) = self.list(kind)?;
                for _ in 0..count {
                    self.element(of)?;
                }
                self.depth -= 1;
                Ok(())
            }
        }
    }

    /// Leaves an element of a list out: there, unlike in a record, a truth value takes a byte.
    fn element(&mut self, kind: Kind) -> Result<(), Malformed> {
        match kind {
            Kind::Bool(_) => self.byte().map(drop),
            other => self.skip(other),
        }
    }
}

/// Writes records the shortest way, which is the only one that the canonical writer uses.
#[derive(Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
    /// The last field of each open record.
    last: Vec<u8>,
}

impl Writer {
    pub(crate) fn begin(&mut self) {
        self.last.push(0);
    }

    pub(crate) fn end(&mut self) {
        self.last.pop();
        self.bytes.push(0);
    }

    pub(crate) fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    fn field(&mut self, number: u8, code: u8) {
        if let Some(last) = self.last.last_mut() {
            self.bytes.push((number - *last) << 4 | code);
            *last = number;
        }
    }

    fn zigzag(&mut self, value: i64) {
        self.varint(((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    pub(crate) fn i16(&mut self, number: u8, value: i64) {
        self.field(number, 4);
        self.zigzag(value);
    }

    pub(crate) fn i32(&mut self, number: u8, value: i64) {
        self.field(number, 5);
        self.zigzag(value);
    }

    pub(crate) fn i64(&mut self, number: u8, value: i64) {
        self.field(number, 6);
        self.zigzag(value);
    }

    pub(crate) fn bool(&mut self, number: u8, value: bool) {
        self.field(number, if value { 1 } else { 2 });
    }

    pub(crate) fn binary(&mut self, number: u8, value: &[u8]) {
        self.field(number, 8);
        self.varint(value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    /// A list of records; each follows between [`Writer::begin`] and [`Writer::end`].
    pub(crate) fn records(&mut self, number: u8, count: usize) {
        self.list(number, 12, count);
    }

    pub(crate) fn i32s(&mut self, number: u8, values: &[i64]) {
        self.list(number, 5, values.len());
        values.iter().for_each(|&value| self.zigzag(value));
    }

    pub(crate) fn binaries(&mut self, number: u8, values: &[&[u8]]) {
        self.list(number, 8, values.len());
        for value in values {
            self.varint(value.len() as u64);
            self.bytes.extend_from_slice(value);
        }
    }

    fn list(&mut self, number: u8, code: u8, count: usize) {
        self.field(number, 9);
        if count < 15 {
            self.bytes.push((count as u8) << 4 | code);
        } else {
            self.bytes.push(0xf0 | code);
            self.varint(count as u64);
        }
    }

    /// A record as a field.
    pub(crate) fn record(&mut self, number: u8, content: impl FnOnce(&mut Self)) {
        self.field(number, 12);
        self.begin();
        content(self);
        self.end();
    }
}
