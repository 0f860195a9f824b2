//! Page headers: what each page says of itself, and whether it says so in the canonical writer's bytes.

use crate::thrift::{Kind, Malformed, Reader, Writer};

/// What a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageKind {
    Data,
    Dictionary,
    /// A data page of the second version, which the canonical writer does not write.
    DataV2,
    /// An index page, or a kind of the future.
    Other,
}

/// Parquet's number of an encoding.
pub(crate) mod encoding {
    pub(crate) const PLAIN: i64 = 0;
    pub(crate) const PLAIN_DICTIONARY: i64 = 2;
    pub(crate) const RLE: i64 = 3;
    pub(crate) const RLE_DICTIONARY: i64 = 8;
}

/// A page, as its header describes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    /// Where its header begins.
    pub(crate) at: u64,
    pub(crate) header: u32,
    pub(crate) compressed: u32,
    pub(crate) uncompressed: u32,
    pub(crate) kind: PageKind,
    pub(crate) encoding: i64,
    pub(crate) values: u32,
    pub(crate) canonical: bool,
    pub(crate) statistics: bool,
}

impl Page {
    /// Where its content begins.
    pub(crate) fn content(&self) -> u64 {
        self.at + u64::from(self.header)
    }

    /// Where the next one begins.
    pub(crate) fn end(&self) -> u64 {
        self.content() + u64::from(self.compressed)
    }

    /// Reads the header at the beginning of `bytes`, which lie at `at`.
    pub(crate) fn read(bytes: &[u8], at: u64) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let mut told = Told::default();
        reader.record(Kind::Record, |reader, number, kind| {
            match number {
                1 => told.kind = reader.int(kind)?,
                2 => told.uncompressed = reader.int(kind)?,
                3 => told.compressed = reader.int(kind)?,
                5 => told.data(reader, kind)?,
                7 => told.dictionary(reader, kind)?,
                8 => told.data_v2(reader, kind)?,
                _ => reader.skip(kind)?,
            }
            Ok(())
        })?;
        told.page(&bytes[..reader.at()], at)
    }

    /// The header that the canonical writer gives this page.
    pub(crate) fn canonical_header(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.begin();
        writer.i32(
            1,
            if self.kind == PageKind::Dictionary {
                2
            } else {
                0
            },
        );
        writer.i32(2, i64::from(self.uncompressed));
        writer.i32(3, i64::from(self.compressed));
        if self.kind == PageKind::Dictionary {
            writer.record(7, |writer| {
                writer.i32(1, i64::from(self.values));
                writer.i32(2, self.encoding);
                writer.bool(3, false);
            });
        } else {
            writer.record(5, |writer| {
                writer.i32(1, i64::from(self.values));
                writer.i32(2, self.encoding);
                writer.i32(3, encoding::RLE);
                writer.i32(4, encoding::RLE);
            });
        }
        writer.end();
        writer.bytes
    }
}

/// A header while it is read.
#[derive(Default)]
struct Told {
    kind: i64,
    uncompressed: i64,
    compressed: i64,
    values: i64,
    encoding: i64,
    statistics: bool,
}

impl Told {
    fn data(&mut self, reader: &mut Reader<'_>, kind: Kind) -> Result<(), Malformed> {
        reader.record(kind, |reader, number, kind| {
            match number {
                1 => self.values = reader.int(kind)?,
                2 => self.encoding = reader.int(kind)?,
                5 => {
                    self.statistics = true;
                    reader.skip(kind)?;
                }
                _ => reader.skip(kind)?,
            }
            Ok(())
        })
    }

    fn dictionary(&mut self, reader: &mut Reader<'_>, kind: Kind) -> Result<(), Malformed> {
        reader.record(kind, |reader, number, kind| {
            match number {
                1 => self.values = reader.int(kind)?,
                2 => self.encoding = reader.int(kind)?,
                _ => reader.skip(kind)?,
            }
            Ok(())
        })
    }

    fn data_v2(&mut self, reader: &mut Reader<'_>, kind: Kind) -> Result<(), Malformed> {
        reader.record(kind, |reader, number, kind| {
            match number {
                1 => self.values = reader.int(kind)?,
                4 => self.encoding = reader.int(kind)?,
                8 => {
                    self.statistics = true;
                    reader.skip(kind)?;
                }
                _ => reader.skip(kind)?,
            }
            Ok(())
        })
    }

    fn page(self, bytes: &[u8], at: u64) -> Result<Page, Malformed> {
        let size = |value: i64| {
            u32::try_from(value).map_err(|_| Malformed {
                what: "a negative size",
                at: 0,
                short: false,
            })
        };
        let kind = match self.kind {
            0 => PageKind::Data,
            2 => PageKind::Dictionary,
            3 => PageKind::DataV2,
            _ => PageKind::Other,
        };
        let mut page = Page {
            at,
            header: size(bytes.len() as i64)?,
            compressed: size(self.compressed)?,
            uncompressed: size(self.uncompressed)?,
            kind,
            encoding: self.encoding,
            values: size(self.values)?,
            canonical: false,
            statistics: self.statistics,
        };
        let encoded = match kind {
            PageKind::Dictionary => page.encoding == encoding::PLAIN,
            _ => [encoding::PLAIN, encoding::RLE_DICTIONARY].contains(&page.encoding),
        };
        page.canonical = encoded && page.canonical_header() == bytes;
        Ok(page)
    }
}
