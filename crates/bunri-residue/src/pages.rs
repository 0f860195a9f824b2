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
                5 => told.data = described(reader, kind, (2, None, 5))?,
                7 => told.dictionary = described(reader, kind, (2, None, -1))?,
                8 => told.data_v2 = described(reader, kind, (4, Some(3), 8))?,
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
    data: Described,
    dictionary: Described,
    data_v2: Described,
}

/// What a page of one kind is described by. A header may hold the description of another kind beside: readers go by the page's own.
#[derive(Default, Clone, Copy)]
struct Described {
    values: i64,
    encoding: i64,
    statistics: bool,
}

/// Reads a description, given the numbers of its fields: of the encoding, of the rows if it has them, and of the statistics.
fn described(
    reader: &mut Reader<'_>,
    kind: Kind,
    (encoding, rows, statistics): (i64, Option<i64>, i64),
) -> Result<Described, Malformed> {
    let mut described = Described::default();
    let mut rows_told = None;
    reader.record(kind, |reader, number, kind| {
        match number {
            1 => described.values = reader.int(kind)?,
            _ if number == encoding => described.encoding = reader.int(kind)?,
            _ if Some(number) == rows => rows_told = Some(reader.int(kind)?),
            _ => {
                described.statistics |= number == statistics;
                reader.skip(kind)?;
            }
        }
        Ok(())
    })?;
    // Columns are flat, so that a row is a value. Whoever skips pages goes by the rows.
    if rows_told.is_some_and(|rows| rows != described.values) {
        return Err(Malformed {
            what: "a page of other rows than values",
            at: 0,
            short: false,
        });
    }
    Ok(described)
}

impl Told {
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
        let Described {
            values,
            encoding,
            statistics,
        } = match kind {
            PageKind::Data => self.data,
            PageKind::Dictionary => self.dictionary,
            PageKind::DataV2 => self.data_v2,
            PageKind::Other => Described::default(),
        };
        let mut page = Page {
            at,
            header: size(bytes.len() as i64)?,
            compressed: size(self.compressed)?,
            uncompressed: size(self.uncompressed)?,
            kind,
            encoding,
            values: size(values)?,
            canonical: false,
            statistics,
        };
        let encoded = match kind {
            PageKind::Dictionary => page.encoding == encoding::PLAIN,
            _ => [encoding::PLAIN, encoding::RLE_DICTIONARY].contains(&page.encoding),
        };
        page.canonical = encoded && page.canonical_header() == bytes;
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A header of this kind, with descriptions by their field: values, and rows of the second version.
    fn header(kind: i64, descriptions: &[(u8, i64, i64)]) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.begin();
        writer.i32(1, kind);
        writer.i32(2, 40);
        writer.i32(3, 30);
        for &(field, values, rows) in descriptions {
            writer.record(field, |writer| {
                writer.i32(1, values);
                if field == 8 {
                    writer.i32(2, 0);
                    writer.i32(3, rows);
                    writer.i32(4, encoding::PLAIN);
                } else {
                    writer.i32(2, encoding::PLAIN);
                    writer.i32(3, encoding::RLE);
                    writer.i32(4, encoding::RLE);
                }
            });
        }
        writer.end();
        writer.bytes
    }

    /// Readers take the description of the page's kind; one of another kind beside it must not be counted by.
    #[test]
    fn a_page_is_counted_by_the_description_of_its_own_kind() {
        let plain = header(0, &[(5, 20, 0)]);
        assert!(Page::read(&plain, 0).unwrap().canonical);
        for (kind, descriptions) in [
            (0, [(5, 20, 0), (8, 10, 10)]),
            (3, [(5, 10, 0), (8, 20, 20)]),
            (2, [(5, 10, 0), (7, 20, 0)]),
        ] {
            let page = Page::read(&header(kind, &descriptions), 0).unwrap();
            assert_eq!((page.values, page.canonical), (20, false), "{kind}");
        }
        assert_eq!(Page::read(&header(0, &[(8, 10, 10)]), 0).unwrap().values, 0);
    }

    #[test]
    fn a_page_of_more_rows_than_values_is_malformed() {
        assert_eq!(
            Page::read(&header(3, &[(8, 20, 20)]), 0).unwrap().values,
            20
        );
        assert!(Page::read(&header(3, &[(8, 20, 40)]), 0).is_err());
        assert!(Page::read(&header(3, &[(8, 20, 0)]), 0).is_err());
    }
}
