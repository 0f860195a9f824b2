//! Levels and dictionary indices: Parquet's hybrid of run lengths and packed bits, read strictly, and written again the
//! one way the canonical writer writes it. What was read and written again must be the bytes that were there: then no
//! choice of runs, no padding and no length can say anything that the numbers do not.

/// A packed run ends at as many groups of eight.
const GROUPS: usize = 63;

/// Why bytes are no such stream.
pub(crate) type Fault = &'static str;

/// Reads `count` numbers of `width` bits. All bytes must be used up.
pub(crate) fn decode(
    bytes: &[u8],
    width: u32,
    count: usize,
    into: &mut Vec<u32>,
) -> Result<(), Fault> {
    into.clear();
    let mut at = 0;
    while into.len() < count {
        let header = varint(bytes, &mut at)?;
        let run = usize::try_from(header >> 1).unwrap_or(usize::MAX);
        if run == 0 {
            return Err("an empty run");
        }
        if header & 1 == 0 {
            if run > count - into.len() {
                return Err("more numbers than the page has");
            }
            let value = fixed(bytes, &mut at, width.div_ceil(8))?;
            into.resize(into.len() + run, value);
        } else {
            packed(bytes, &mut at, width, run, count, into)?;
        }
    }
    if at == bytes.len() {
        Ok(())
    } else {
        Err("bytes after the last run")
    }
}

fn varint(bytes: &[u8], at: &mut usize) -> Result<u64, Fault> {
    let mut value = 0_u64;
    for shift in (0..35).step_by(7) {
        let byte = *bytes.get(*at).ok_or("it ends within a run")?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err("a run of impossible length")
}

fn fixed(bytes: &[u8], at: &mut usize, size: u32) -> Result<u32, Fault> {
    let taken = bytes
        .get(*at..*at + size as usize)
        .ok_or("it ends within a run")?;
    *at += size as usize;
    Ok(taken
        .iter()
        .rev()
        .fold(0, |value, &byte| value << 8 | u32::from(byte)))
}

fn packed(
    bytes: &[u8],
    at: &mut usize,
    width: u32,
    groups: usize,
    count: usize,
    into: &mut Vec<u32>,
) -> Result<(), Fault> {
    let left = count - into.len();
    if groups > left.div_ceil(8) {
        return Err("more numbers than the page has");
    }
    let size = groups * width as usize;
    let run = bytes.get(*at..*at + size).ok_or("it ends within a run")?;
    *at += size;
    let mask = (1_u64 << width) - 1;
    let (mut held, mut bits) = (0_u64, 0);
    let mut input = run.iter();
    for number in 0..groups * 8 {
        while bits < width {
            held |= u64::from(*input.next().ok_or("it ends within a run")?) << bits;
            bits += 8;
        }
        let value = (held & mask) as u32;
        held >>= width;
        bits -= width;
        if number < left {
            into.push(value);
        } else if value != 0 {
            return Err("padding that is not zero");
        }
    }
    Ok(())
}

/// Writes numbers of `width` bits as the canonical writer does: eight equal numbers at the beginning of a group begin a
/// run, everything else is packed, the last group is filled with zeros.
pub(crate) fn encode(values: &[u32], width: u32, into: &mut Vec<u8>) {
    let (mut at, mut open) = (0, None);
    while at < values.len() {
        let group = &values[at..values.len().min(at + 8)];
        let equal = group.iter().all(|value| *value == group[0]);
        let begins_run = equal && (group.len() == 8 || open.is_none());
        if begins_run {
            close(&mut open, into);
            let length = values[at..]
                .iter()
                .take_while(|value| **value == group[0])
                .count();
            run(length, group[0], width, into);
            at += length;
            continue;
        }
        let (place, groups) = open.unwrap_or_else(|| {
            into.push(0);
            (into.len() - 1, 0)
        });
        pack(group, width, into);
        open = Some((place, groups + 1));
        at += group.len();
        if groups + 1 == GROUPS {
            close(&mut open, into);
        }
    }
    close(&mut open, into);
}

/// Writes the head of the packed run that is open.
fn close(open: &mut Option<(usize, usize)>, into: &mut [u8]) {
    if let Some((place, groups)) = open.take() {
        into[place] = (groups << 1 | 1) as u8;
    }
}

fn run(length: usize, value: u32, width: u32, into: &mut Vec<u8>) {
    let mut header = (length as u64) << 1;
    while header > 0x7f {
        into.push((header & 0x7f) as u8 | 0x80);
        header >>= 7;
    }
    into.push(header as u8);
    into.extend_from_slice(&value.to_le_bytes()[..width.div_ceil(8) as usize]);
}

fn pack(group: &[u32], width: u32, into: &mut Vec<u8>) {
    let (mut held, mut bits) = (0_u64, 0);
    let padded = group
        .iter()
        .copied()
        .chain(std::iter::repeat_n(0, 8 - group.len()));
    for value in padded {
        held |= u64::from(value) << bits;
        bits += width;
        while bits >= 8 {
            into.push(held as u8);
            held >>= 8;
            bits -= 8;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn there_and_back(values: &[u32], width: u32) -> Vec<u8> {
        let (mut bytes, mut back) = (Vec::new(), Vec::new());
        encode(values, width, &mut bytes);
        decode(&bytes, width, values.len(), &mut back).unwrap();
        assert_eq!(back, values);
        bytes
    }

    #[test]
    fn numbers_come_back() {
        assert!(there_and_back(&[], 1).is_empty());
        assert_eq!(there_and_back(&[1; 300], 1), [0xd8, 4, 1]);
        assert_eq!(there_and_back(&[0, 1, 1], 1), [3, 6]);
        assert_eq!(there_and_back(&[0; 9], 0), [18]);
        let mixed: Vec<u32> = (0..5000)
            .map(|at| if at % 700 < 40 { 7 } else { at % 13 })
            .collect();
        there_and_back(&mixed, 4);
        there_and_back(&mixed, 17);
    }

    #[test]
    fn what_says_more_than_its_numbers_is_no_stream() {
        let mut back = Vec::new();
        assert_eq!(
            decode(&[3, 6, 0], 1, 3, &mut back),
            Err("bytes after the last run")
        );
        assert_eq!(
            decode(&[3, 0b1110], 1, 3, &mut back),
            Err("padding that is not zero")
        );
        assert_eq!(
            decode(&[8, 1], 1, 3, &mut back),
            Err("more numbers than the page has")
        );
        assert_eq!(
            decode(&[5, 6, 0], 1, 3, &mut back),
            Err("more numbers than the page has")
        );
        assert_eq!(decode(&[0, 1, 6, 1], 1, 3, &mut back), Err("an empty run"));
        assert_eq!(
            decode(&[0xff, 0xff, 0xff, 0xff, 0xff, 1], 1, 3, &mut back),
            Err("a run of impossible length")
        );
        assert_eq!(decode(&[3], 1, 3, &mut back), Err("it ends within a run"));
    }
}
