//! Rows as `COPY … FROM STDIN (FORMAT binary)` takes them: a header; of every row the number of its fields, and of every field its
//! length and its bytes; a trailer (PostgreSQL's manual, "COPY", section "Binary Format"). No value goes through a text that somebody
//! formats. What comes back is read from text (`decode`), so that a mistake here is not made twice.

use arrow_array::RecordBatch;
use bunri_columnar::{Event, Observer};
use bunri_fingerprint::Cells;
use bunri_types::Value;

use crate::LoadError;
use crate::sealed::{Batches, SealedTable};

const HEADER: &[u8; 19] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
const NULL: [u8; 4] = (-1_i32).to_be_bytes();
/// What is given to the connection at once; a row that is longer goes whole.
const PIECE: usize = 1 << 18;

/// 2000-01-01, PostgreSQL's day 0, in days since 1970-01-01.
const EPOCH_DAYS: i64 = 10_957;
const EPOCH_MICROS: i64 = EPOCH_DAYS * 86_400_000_000;
/// Days that PostgreSQL holds, as it counts them: 4713-11-24 BC to 5874897-12-31.
const DAYS: std::ops::RangeInclusive<i64> = -2_451_545..=2_145_031_948;
/// Moments that it holds, as it counts them: to the end of the year 294276.
const MICROS: std::ops::Range<i64> = -211_813_488_000_000_000..9_223_371_331_200_000_000;

/// Why a cell has no place in a target.
type Unholdable = &'static str;

/// The rows of a table, piece by piece.
pub(crate) struct CopyPieces<'s> {
    table: &'s SealedTable,
    batches: Batches<'s>,
    observer: &'s dyn Observer,
    /// What is decoded, and how many rows of it are done.
    batch: Option<(RecordBatch, usize)>,
    begun: bool,
    ended: bool,
    /// Rows that were given.
    pub(crate) rows: u64,
}

impl<'s> CopyPieces<'s> {
    pub(crate) fn new(
        table: &'s SealedTable,
        batches: Batches<'s>,
        observer: &'s dyn Observer,
    ) -> Self {
        Self {
            table,
            batches,
            observer,
            batch: None,
            begun: false,
            ended: false,
            rows: 0,
        }
    }

    /// The next piece; [`None`] after the trailer.
    pub(crate) fn next_piece(&mut self) -> Result<Option<Vec<u8>>, LoadError> {
        if self.ended {
            return Ok(None);
        }
        if self.observer.cancelled() {
            return Err(LoadError::Interrupted);
        }
        let mut out = Vec::with_capacity(PIECE + PIECE / 4);
        if !self.begun {
            self.begun = true;
            out.extend_from_slice(HEADER);
        }
        while out.len() < PIECE {
            let (batch, from) = match self.batch.take() {
                Some(rest) => rest,
                None => match self.batches.next_batch()? {
                    Some(batch) => (batch, 0),
                    None => {
                        self.ended = true;
                        out.extend_from_slice(&TRAILER);
                        break;
                    }
                },
            };
            let to = self.rows_of(&batch, from, &mut out)?;
            if to < batch.num_rows() {
                self.batch = Some((batch, to));
            }
            let rows = (to - from) as u64;
            self.observer.event(Event::Rows { rows });
        }
        Ok(Some(out))
    }

    /// Appends rows until the piece is full or the batch ends; gives where it stopped.
    fn rows_of(
        &mut self,
        batch: &RecordBatch,
        from: usize,
        out: &mut Vec<u8>,
    ) -> Result<usize, LoadError> {
        let columns: Result<Vec<Cells<'_>>, _> = batch
            .columns()
            .iter()
            .map(|it| Cells::of(it.as_ref()))
            .collect();
        let columns = columns?;
        // A manifest lists fewer columns than a field count can say, or the target would have refused.
        let count = i16::try_from(columns.len()).unwrap_or(i16::MAX);
        let mut row = from;
        while row < batch.num_rows() && out.len() < PIECE {
            out.extend_from_slice(&count.to_be_bytes());
            for (number, cells) in columns.iter().enumerate() {
                field(cells.value(row), out).map_err(|why| LoadError::Cell {
                    table: self.table.name.clone(),
                    column: self.table.columns[number].name.clone(),
                    row: self.rows + 1,
                    why,
                })?;
            }
            self.rows += 1;
            row += 1;
        }
        Ok(row)
    }
}

/// Appends a field: its length, and its bytes.
fn field(value: Value<'_>, out: &mut Vec<u8>) -> Result<(), Unholdable> {
    match value {
        Value::Null => out.extend_from_slice(&NULL),
        Value::Text(text) => {
            if text.as_bytes().contains(&0) {
                return Err("holds the character U+0000, which PostgreSQL's text cannot hold");
            }
            prefixed(text.as_bytes(), out)?;
        }
        Value::Bytes(bytes) => prefixed(bytes, out)?,
        Value::Int(number) => prefixed(&number.to_be_bytes(), out)?,
        Value::Real(bits) => prefixed(&bits.to_be_bytes(), out)?,
        Value::Bool(truth) => prefixed(&[u8::from(truth)], out)?,
        Value::Date(day) => {
            let day = i64::from(day) - EPOCH_DAYS;
            let held = i32::try_from(day).ok().filter(|_| DAYS.contains(&day));
            let day = held.ok_or("is a day that PostgreSQL's calendar does not reach")?;
            prefixed(&day.to_be_bytes(), out)?;
        }
        Value::Timestamp(micros) => {
            let micros = micros.checked_sub(EPOCH_MICROS);
            let micros = micros.filter(|micros| MICROS.contains(micros));
            let micros = micros.ok_or("is a moment that PostgreSQL's calendar does not reach")?;
            prefixed(&micros.to_be_bytes(), out)?;
        }
        Value::Decimal { scale, unscaled } => numeric(unscaled, scale, out),
    }
    Ok(())
}

fn prefixed(bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Unholdable> {
    let length = i32::try_from(bytes.len()).map_err(|_| "is longer than PostgreSQL's fields")?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}

/// Appends a number as `numeric_recv` takes it: groups of four digits around the point, the place of the first, the sign, and the digits
/// behind the point that are shown.
fn numeric(unscaled: i128, scale: u8, out: &mut Vec<u8>) {
    const NEGATIVE: u16 = 0x4000;
    let scale = usize::from(scale);
    // From the last group to the first. The last of those behind the point may lack digits, which are zeros.
    let mut groups: Vec<u16> = Vec::with_capacity(12);
    let mut rest = unscaled.unsigned_abs();
    let behind = scale.div_ceil(4);
    if behind > 0 {
        let digits = scale - 4 * (behind - 1);
        let power = 10_u128.pow(u32::try_from(digits).unwrap_or(0));
        groups.push(group(rest % power) * 10_u16.pow(u32::try_from(4 - digits).unwrap_or(0)));
        rest /= power;
    }
    while rest > 0 || groups.len() < behind {
        groups.push(group(rest % 10_000));
        rest /= 10_000;
    }
    let mut weight = groups.len() as i64 - behind as i64 - 1;
    while groups.last() == Some(&0) {
        groups.pop();
        weight -= 1;
    }
    let zeros = groups.iter().take_while(|group| **group == 0).count();
    let kept = &groups[zeros..];
    let short = |number: usize| u16::try_from(number).unwrap_or(0).to_be_bytes();
    let weight = if kept.is_empty() { 0 } else { weight };
    let length = i32::try_from(8 + 2 * kept.len()).unwrap_or(0);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&short(kept.len()));
    out.extend_from_slice(&i16::try_from(weight).unwrap_or(0).to_be_bytes());
    out.extend_from_slice(&(if unscaled < 0 { NEGATIVE } else { 0 }).to_be_bytes());
    out.extend_from_slice(&short(scale));
    for group in kept.iter().rev() {
        out.extend_from_slice(&group.to_be_bytes());
    }
}

/// Below ten thousand by the remainder that it is.
fn group(number: u128) -> u16 {
    u16::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Number of groups, weight, sign, scale, groups.
    fn words(unscaled: i128, scale: u8) -> Vec<i64> {
        let mut out = Vec::new();
        numeric(unscaled, scale, &mut out);
        let (length, rest) = out.split_first_chunk::<4>().unwrap();
        assert_eq!(i32::from_be_bytes(*length) as usize, rest.len());
        let (words, _) = rest.as_chunks::<2>();
        words
            .iter()
            .map(|word| i64::from(i16::from_be_bytes(*word)))
            .collect()
    }

    #[test]
    fn numbers_are_groups_around_the_point() {
        // What `numeric_send` gives of the same numbers.
        let list: [(i128, u8, &[i64]); 11] = [
            (0, 0, &[0, 0, 0, 0]),
            (0, 3, &[0, 0, 0, 3]),
            (12, 0, &[1, 0, 0, 0, 12]),
            (-1234, 2, &[2, 0, 0x4000, 2, 12, 3400]),
            (12, 4, &[1, -1, 0, 4, 12]),
            (12, 8, &[1, -2, 0, 8, 12]),
            (7500, 3, &[2, 0, 0, 3, 7, 5000]),
            (10_000, 0, &[1, 1, 0, 0, 1]),
            (100_020, 1, &[2, 1, 0, 1, 1, 2]),
            (5, 1, &[1, -1, 0, 1, 5000]),
            (123_456_789, 5, &[3, 0, 0, 5, 1234, 5678, 9000]),
        ];
        for (unscaled, scale, expected) in list {
            assert_eq!(words(unscaled, scale), expected, "{unscaled} {scale}");
        }
        let largest = 10_i128.pow(38) - 1;
        assert_eq!(words(largest, 0)[..2], [10, 9]);
        assert_eq!(words(-largest, 38)[..4], [10, -1, 0x4000, 38]);
        assert_eq!(words(largest, 37)[..2], [11, 0]);
    }

    #[test]
    fn what_has_no_place_in_a_target_is_said_and_not_bent() {
        let mut out = Vec::new();
        assert!(field(Value::Text("a\0b"), &mut out).is_err());
        assert!(field(Value::Date(i32::MAX), &mut out).is_err());
        assert!(field(Value::Date(i32::MIN), &mut out).is_err());
        assert!(field(Value::Timestamp(i64::MIN), &mut out).is_err());
        // The last that 64 bits count from 1970 is before the last that PostgreSQL counts from 2000.
        field(Value::Timestamp(i64::MAX), &mut out).unwrap();
        out.clear();
        field(Value::Date(10_957), &mut out).unwrap();
        field(Value::Text(""), &mut out).unwrap();
        field(Value::Null, &mut out).unwrap();
        assert_eq!(
            out,
            [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255]
        );
    }
}
