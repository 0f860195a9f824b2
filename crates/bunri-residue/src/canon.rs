//! The one footer that the canonical writer puts under these pages, byte for byte: written down here from the format's
//! own definition, not from the writer's library.

use arrow_schema::{DataType, Schema, TimeUnit};

use crate::footer::Element;
use crate::outline::Outline;
use crate::pages::{Page, PageKind, encoding};
use crate::thrift::Writer;

/// What every file says wrote it.
pub(crate) const CREATED_BY: &[u8] = b"bunri canonical 2";
/// Rows in every row group but the last.
pub(crate) const GROUP: i64 = 1 << 16;
const ROOT: &[u8] = b"arrow_schema";
/// Parquet's numbers.
pub(crate) const ZSTD: i64 = 6;
const OPTIONAL: i64 = 1;
const BOOLEAN: i64 = 0;
const INT32: i64 = 1;
const INT64: i64 = 2;
const DOUBLE: i64 = 5;
const BYTES: i64 = 6;
const FIXED: i64 = 7;

/// A column by the format's definition.
struct Column {
    kind: i64,
    length: Option<i64>,
    converted: Option<i64>,
    logical: Logical,
}

enum Logical {
    None,
    Text,
    Date,
    Timestamp,
    Decimal { precision: i64, scale: i64 },
}

impl Column {
    /// [`None`] for a type that no store has.
    fn of(data_type: &DataType) -> Option<Self> {
        let plain = |kind| Self {
            kind,
            length: None,
            converted: None,
            logical: Logical::None,
        };
        let typed = |kind, converted, logical| Self {
            converted: Some(converted),
            logical,
            ..plain(kind)
        };
        Some(match data_type {
            DataType::Utf8 => typed(BYTES, 0, Logical::Text),
            DataType::Binary => plain(BYTES),
            DataType::Int64 => plain(INT64),
            DataType::Float64 => plain(DOUBLE),
            DataType::Boolean => plain(BOOLEAN),
            DataType::Date32 => typed(INT32, 6, Logical::Date),
            DataType::Timestamp(TimeUnit::Microsecond, None) => {
                typed(INT64, 10, Logical::Timestamp)
            }
            DataType::Decimal128(precision, scale) => {
                let (precision, scale) = (i64::from(*precision), i64::from(*scale));
                let (kind, length) = decimal(precision);
                let logical = Logical::Decimal { precision, scale };
                Self {
                    length,
                    ..typed(kind, 5, logical)
                }
            }
            _ => return None,
        })
    }

    fn write(&self, name: &[u8], writer: &mut Writer) {
        writer.begin();
        writer.i32(1, self.kind);
        if let Some(length) = self.length {
            writer.i32(2, length);
        }
        writer.i32(3, OPTIONAL);
        writer.binary(4, name);
        if let Some(converted) = self.converted {
            writer.i32(6, converted);
        }
        if let Logical::Decimal { precision, scale } = self.logical {
            writer.i32(7, scale);
            writer.i32(8, precision);
        }
        self.logical.write(writer);
        writer.end();
    }
}

impl Logical {
    fn write(&self, writer: &mut Writer) {
        let empty = |_: &mut Writer| {};
        match self {
            Self::None => {}
            Self::Text => writer.record(10, |writer| writer.record(1, empty)),
            Self::Date => writer.record(10, |writer| writer.record(6, empty)),
            Self::Timestamp => writer.record(10, |writer| {
                writer.record(8, |writer| {
                    writer.bool(1, false);
                    writer.record(2, |writer| writer.record(2, empty));
                });
            }),
            Self::Decimal { precision, scale } => writer.record(10, |writer| {
                writer.record(5, |writer| {
                    writer.i32(1, *scale);
                    writer.i32(2, *precision);
                });
            }),
        }
    }
}

/// How a decimal of this precision is stored. Of one digit it takes 64 bits: a habit of the writer's library.
fn decimal(precision: i64) -> (i64, Option<i64>) {
    match precision {
        2..=9 => (INT32, None),
        ..=18 => (INT64, None),
        _ => (FIXED, Some(decimal_bytes(precision))),
    }
}

/// The fewest bytes that hold every number of so many digits and its sign.
fn decimal_bytes(precision: i64) -> i64 {
    let largest = 10_u128.saturating_pow(precision as u32);
    let holds = |bytes: &i64| *bytes >= 16 || largest < 1_u128 << (8 * bytes - 1);
    (1..=16).find(holds).unwrap_or(16)
}

/// The schema's nodes, as facts.
pub(crate) fn elements(schema: &Schema) -> Option<Vec<Element>> {
    let root = Element {
        name: ROOT.to_vec(),
        children: Some(schema.fields().len() as i64),
        ..Element::default()
    };
    let mut elements = vec![root];
    for field in schema.fields() {
        let column = Column::of(field.data_type())?;
        elements.push(Element {
            kind: Some(column.kind),
            length: column.length,
            repetition: Some(OPTIONAL),
            name: field.name().as_bytes().to_vec(),
            children: None,
        });
    }
    Some(elements)
}

/// The footer that belongs under these pages.
pub(crate) fn footer(schema: &Schema, outline: &Outline) -> Option<Vec<u8>> {
    let columns = schema.fields().len();
    let mut writer = Writer::default();
    writer.begin();
    writer.i32(1, 1);
    writer.records(2, columns + 1);
    writer.begin();
    writer.binary(4, ROOT);
    writer.i32(5, columns as i64);
    writer.end();
    for field in schema.fields() {
        Column::of(field.data_type())?.write(field.name().as_bytes(), &mut writer);
    }
    writer.i64(3, outline.footer.rows);
    writer.records(4, outline.pages.len());
    for number in 0..outline.pages.len() {
        group(schema, outline, number, &mut writer)?;
    }
    writer.binary(6, CREATED_BY);
    writer.records(7, columns);
    for _ in 0..columns {
        writer.begin();
        writer.record(1, |_| {});
        writer.end();
    }
    writer.end();
    Some(writer.bytes)
}

fn group(schema: &Schema, outline: &Outline, number: usize, writer: &mut Writer) -> Option<()> {
    let (pages, rows) = (&outline.pages[number], outline.footer.groups[number].rows);
    let all = || pages.iter().flatten();
    writer.begin();
    writer.records(1, pages.len());
    for (pages, field) in pages.iter().zip(schema.fields()) {
        chunk(field, pages, rows, writer)?;
    }
    writer.i64(2, unpacked(all()));
    writer.i64(3, rows);
    writer.i64(5, all().next()?.at.cast_signed());
    writer.i64(6, packed(all()));
    writer.i16(7, number as i64);
    writer.end();
    Some(())
}

/// Sizes count the headers too.
fn unpacked<'p>(pages: impl Iterator<Item = &'p Page>) -> i64 {
    pages
        .map(|page| i64::from(page.header) + i64::from(page.uncompressed))
        .sum()
}

fn packed<'p>(pages: impl Iterator<Item = &'p Page>) -> i64 {
    pages
        .map(|page| i64::from(page.header) + i64::from(page.compressed))
        .sum()
}

fn chunk(
    field: &arrow_schema::Field,
    pages: &[Page],
    rows: i64,
    writer: &mut Writer,
) -> Option<()> {
    let name = field.name().as_bytes();
    let column = Column::of(field.data_type())?;
    let dictionary = pages.iter().find(|page| page.kind == PageKind::Dictionary);
    let data = pages.iter().find(|page| page.kind == PageKind::Data)?;
    let mut encodings = vec![encoding::PLAIN, encoding::RLE];
    encodings.extend(dictionary.map(|_| encoding::RLE_DICTIONARY));
    writer.begin();
    writer.i64(2, 0);
    writer.record(3, |writer| {
        writer.i32(1, column.kind);
        writer.i32s(2, &encodings);
        writer.binaries(3, &[name]);
        writer.i32(4, ZSTD);
        writer.i64(5, rows);
        writer.i64(6, unpacked(pages.iter()));
        writer.i64(7, packed(pages.iter()));
        writer.i64(9, data.at.cast_signed());
        if let Some(page) = dictionary {
            writer.i64(11, page.at.cast_signed());
        }
        encoding_counts(pages, writer);
    });
    writer.end();
    Some(())
}

/// How many pages of which kind, in their order.
fn encoding_counts(pages: &[Page], writer: &mut Writer) {
    let word = |page: &Page| {
        (
            if page.kind == PageKind::Dictionary {
                2
            } else {
                0
            },
            page.encoding,
        )
    };
    let runs: Vec<_> = pages
        .chunk_by(|one, next| word(one) == word(next))
        .collect();
    writer.records(13, runs.len());
    for run in runs {
        let (kind, encoding) = word(&run[0]);
        writer.begin();
        writer.i32(1, kind);
        writer.i32(2, encoding);
        writer.i32(3, run.len() as i64);
        writer.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_takes_the_fewest_bytes_that_hold_it_and_its_sign() {
        for precision in 19..=38 {
            let largest = 10_i128.pow(precision as u32) - 1;
            let holds = |bytes: &i64| largest <= i128::MAX >> (128 - 8 * bytes);
            let fewest = (1..=16).find(holds);
            assert_eq!(decimal(precision), (FIXED, fewest), "{precision}");
        }
        // Eighty bits hold 24 digits, and not their sign.
        let some = [19, 21, 22, 24, 38].map(|precision| decimal(precision).1);
        assert_eq!(some, [9, 9, 10, 11, 16].map(Some));
    }
}
