//! A file's footer as facts: who wrote it, which columns, which chunks and where they lie; and whatever it says beside
//! what the canonical writer says. Nothing is believed here that bytes elsewhere must bear out; but nothing is allocated
//! for a list that the footer's own bytes could not hold.

use super::residue::{Residues, Rule};
use super::thrift::{Kind, Malformed, Reader};

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

/// A list of records, one after the other.
fn records<T: Default>(
    reader: &mut Reader<'_>,
    kind: Kind,
    mut one: impl FnMut(&mut Reader<'_>, Kind, &mut T) -> Result<(), Malformed>,
) -> Result<Vec<T>, Malformed> {
    let (of, count) = reader.list(kind)?;
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
    records::<()>(reader, kind, |reader, kind, ()| {
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
    records(reader, kind, |reader, kind, element: &mut Element| {
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
    })
}

fn groups(
    reader: &mut Reader<'_>,
    kind: Kind,
    foreign: &mut Foreign<'_>,
) -> Result<Vec<Group>, Malformed> {
    records(reader, kind, |reader, kind, group: &mut Group| {
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
    records(reader, kind, |reader, kind, chunk: &mut Chunk| {
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
