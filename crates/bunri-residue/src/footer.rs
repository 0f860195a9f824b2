//! A file's footer as facts: who wrote it, which columns, which chunks and where they lie; and whatever it says beside
//! what the canonical writer says. Nothing is believed here that bytes elsewhere must bear out; but nothing is allocated
//! for a list that the footer's own bytes could not hold.

use crate::residue::{Residues, Rule};
use crate::thrift::{Kind, Malformed, Reader};

/// The fewest bytes of a node of the schema (its name, how often it may be NULL), …
const ELEMENT: usize = 5;
/// … of a row group (its chunks, its size, its rows), …
const GROUP: usize = 8;
/// … of a chunk (type, encodings, path, codec, count, two sizes, an offset), …
const CHUNK: usize = 16;
/// … and of a key-value pair, of which nothing is kept.
const KEY_VALUE: usize = 1;

/// What the footer says.
#[derive(Debug, Default)]
pub(crate) struct Footer {
    pub(crate) version: i64,
    pub(crate) schema: Vec<Element>,
    pub(crate) rows: i64,
    pub(crate) groups: Vec<Group>,
    pub(crate) created_by: Option<Vec<u8>>,
}

/// A node of the schema.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) kind: Option<i64>,
    pub(crate) length: Option<i64>,
    pub(crate) repetition: Option<i64>,
    pub(crate) name: Vec<u8>,
    pub(crate) children: Option<i64>,
}

/// A row group.
#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(crate) rows: i64,
    pub(crate) chunks: Vec<Chunk>,
}

/// A column of a row group.
#[derive(Debug, Default, Clone)]
pub(crate) struct Chunk {
    pub(crate) kind: i64,
    pub(crate) codec: i64,
    pub(crate) values: i64,
    pub(crate) compressed: i64,
    pub(crate) data_page: i64,
    pub(crate) dictionary_page: Option<i64>,
}

impl Footer {
    /// Reads it; what is foreign in it goes to `residues`.
    pub(crate) fn read(bytes: &[u8], residues: &mut Residues) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let mut footer = Self::default();
        let mut foreign = |rule, what: &str| residues.add(rule, None, what);
        reader.record(Kind::Record, |reader, number, kind| {
            match number {
                1 => footer.version = reader.int(kind)?,
                2 => footer.schema = elements(reader, kind, &mut foreign)?,
                3 => footer.rows = reader.int(kind)?,
                4 => footer.groups = groups(reader, kind, &mut foreign)?,
                5 => {
                    foreign(Rule::MetadataForeign, "key-value metadata");
                    key_values(reader, kind, &mut foreign)?;
                }
                6 => footer.created_by = Some(reader.binary(kind)?.to_vec()),
                7 => reader.skip(kind)?,
                _ => {
                    foreign(Rule::MetadataForeign, "unknown fields of the footer");
                    reader.skip(kind)?;
                }
            }
            Ok(())
        })?;
        if reader.at() < bytes.len() {
            foreign(Rule::ByteUnaccounted, "bytes behind the footer's record");
        }
        Ok(footer)
    }
}

/// Hears of what the canonical writer does not write.
type Foreign<'f> = dyn FnMut(Rule, &str) + 'f;

/// A list of records, one after the other, of which each takes `least` bytes or more.
fn records<T: Default>(
    reader: &mut Reader<'_>,
    kind: Kind,
    least: usize,
    mut one: impl FnMut(&mut Reader<'_>, Kind, &mut T) -> Result<(), Malformed>,
) -> Result<Vec<T>, Malformed> {
    let (of, count) = reader.list_of(kind, least)?;
    let mut read = Vec::new();
    for _ in 0..count {
        let mut record = T::default();
        one(reader, of, &mut record)?;
        read.push(record);
    }
    Ok(read)
}

fn key_values(
    reader: &mut Reader<'_>,
    kind: Kind,
    foreign: &mut Foreign<'_>,
) -> Result<(), Malformed> {
    records::<()>(reader, kind, KEY_VALUE, |reader, kind, ()| {
        reader.record(kind, |reader, number, kind| {
            // Of all keys only this one is a word of the format's, and no value of a record.
            if number == 1 && kind == Kind::Binary {
                if reader.binary(kind)? == b"ARROW:schema" {
                    foreign(Rule::MetadataForeign, "ARROW:schema");
                }
                return Ok(());
            }
            reader.skip(kind)
        })
    })
    .map(drop)
}

fn elements(
    reader: &mut Reader<'_>,
    kind: Kind,
    foreign: &mut Foreign<'_>,
) -> Result<Vec<Element>, Malformed> {
    records(
        reader,
        kind,
        ELEMENT,
        |reader, kind, element: &mut Element| {
            reader.record(kind, |reader, number, kind| {
                match number {
                    1 => element.kind = Some(reader.int(kind)?),
                    2 => element.length = Some(reader.int(kind)?),
                    3 => element.repetition = Some(reader.int(kind)?),
                    4 => element.name = reader.binary(kind)?.to_vec(),
                    5 => element.children = Some(reader.int(kind)?),
                    6 | 7 | 8 | 10 => reader.skip(kind)?,
                    9 => {
                        foreign(Rule::MetadataForeign, "field ids");
                        reader.skip(kind)?;
                    }
                    _ => {
                        foreign(Rule::MetadataForeign, "unknown fields of the schema");
                        reader.skip(kind)?;
                    }
                }
                Ok(())
            })
        },
    )
}

fn groups(
    reader: &mut Reader<'_>,
    kind: Kind,
    foreign: &mut Foreign<'_>,
) -> Result<Vec<Group>, Malformed> {
    records(reader, kind, GROUP, |reader, kind, group: &mut Group| {
        reader.record(kind, |reader, number, kind| {
            match number {
                1 => group.chunks = chunks(reader, kind, foreign)?,
                3 => group.rows = reader.int(kind)?,
                2 | 5 | 6 | 7 => reader.int(kind).map(drop)?,
                4 => {
                    foreign(Rule::MetadataForeign, "sorting columns");
                    reader.skip(kind)?;
                }
                _ => {
                    foreign(Rule::MetadataForeign, "unknown fields of a row group");
                    reader.skip(kind)?;
                }
            }
            Ok(())
        })
    })
}

fn chunks(
    reader: &mut Reader<'_>,
    kind: Kind,
    foreign: &mut Foreign<'_>,
) -> Result<Vec<Chunk>, Malformed> {
    records(reader, kind, CHUNK, |reader, kind, chunk: &mut Chunk| {
        reader.record(kind, |reader, number, kind| match number {
            2 => reader.int(kind).map(drop),
            3 => column(reader, kind, chunk, foreign),
            4..=7 => {
                foreign(Rule::StatisticsPresent, "a page index");
                reader.skip(kind)
            }
            _ => {
                foreign(
                    Rule::MetadataForeign,
                    "another file, encryption, or unknown fields of a column",
                );
                reader.skip(kind)
            }
        })
    })
}

fn column(
    reader: &mut Reader<'_>,
    kind: Kind,
    chunk: &mut Chunk,
    foreign: &mut Foreign<'_>,
) -> Result<(), Malformed> {
    reader.record(kind, |reader, number, kind| {
        match number {
            1 => chunk.kind = reader.int(kind)?,
            4 => chunk.codec = reader.int(kind)?,
            5 => chunk.values = reader.int(kind)?,
            7 => chunk.compressed = reader.int(kind)?,
            9 => chunk.data_page = reader.int(kind)?,
            11 => chunk.dictionary_page = Some(reader.int(kind)?),
            2 | 3 | 6 | 13 => reader.skip(kind)?,
            12 | 16 | 17 => {
                foreign(Rule::StatisticsPresent, "statistics of a column");
                reader.skip(kind)?;
            }
            14 | 15 => {
                foreign(Rule::StatisticsPresent, "a bloom filter");
                reader.skip(kind)?;
            }
            _ => {
                foreign(
                    Rule::MetadataForeign,
                    "key-value metadata or unknown fields of a column",
                );
                reader.skip(kind)?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Field 2 (the schema) or 4 (row groups), a list of as many empty records.
    fn hollow(field: u8, count: usize) -> Vec<u8> {
        let mut bytes = vec![field << 4 | 9, 0xfc];
        let mut left = count;
        while left >= 0x80 {
            bytes.push((left & 0x7f) as u8 | 0x80);
            left >>= 7;
        }
        bytes.push(left as u8);
        bytes.resize(bytes.len() + count + 1, 0);
        bytes
    }

    #[test]
    fn a_list_of_empty_records_is_refused_before_it_is_kept() {
        for field in [2, 4] {
            let read = Footer::read(&hollow(field, 1 << 20), &mut Residues::default());
            assert!(read.is_err(), "field {field}");
        }
    }
}
