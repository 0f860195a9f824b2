//! `numeric` out of its binary form: groups of four digits, the place of the first group, the sign, and how many digits behind the
//! point are shown (`numeric_send` in PostgreSQL's source, src/backend/utils/adt/numeric.c).

/// A number, as it goes on from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    /// Without digits behind the point, within 64 bits.
    Whole(i64),
    /// Its digits were written, as PostgreSQL prints them.
    Written,
}

const POSITIVE: u16 = 0;
const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xc000;
const INFINITY: u16 = 0xd000;
const MINUS_INFINITY: u16 = 0xf000;
/// Groups that fit an i64 together, whatever they are.
const GROUPS: usize = 4;

/// Reads a number; where it is not whole, its digits are appended to `text`. [`None`]: the bytes are no number.
pub(super) fn number(bytes: &[u8], text: &mut Vec<u8>) -> Option<Number> {
    let (head, rest) = bytes.split_first_chunk::<8>()?;
    let word = |at: usize| [head[at], head[at + 1]];
    let count = usize::from(u16::from_be_bytes(word(0)));
    let weight = i16::from_be_bytes(word(2));
    let sign = u16::from_be_bytes(word(4));
    let shown = u16::from_be_bytes(word(6));
    if rest.len() != count * 2 {
        return None;
    }
    let special: &[u8] = match sign {
        POSITIVE | NEGATIVE => b"",
        NAN => b"NaN",
        INFINITY => b"Infinity",
        MINUS_INFINITY => b"-Infinity",
        _ => return None,
    };
    if !special.is_empty() {
        text.extend_from_slice(special);
        return Some(Number::Written);
    }
    let (groups, _) = rest.as_chunks::<2>();
    if groups
        .iter()
        .any(|group| u16::from_be_bytes(*group) > 9_999)
    {
        return None;
    }
    let group = |place: i32| {
        // Groups count down from the weight; those that are not there are zeros.
        let at = usize::try_from(i32::from(weight) - place).ok();
        at.and_then(|at| groups.get(at))
            .map_or(0, |group| u16::from_be_bytes(*group))
    };
    let negative = sign == NEGATIVE;
    if shown == 0 && usize::try_from(weight + 1).unwrap_or(0) <= GROUPS {
        let whole = (0..=i32::from(weight))
            .rev()
            .fold(0_i64, |sum, place| sum * 10_000 + i64::from(group(place)));
        return Some(Number::Whole(if negative { -whole } else { whole }));
    }
    let begin = text.len();
    if negative {
        text.push(b'-');
    }
    // Of the first group the zeros in front are not written.
    let first = digits(group(i32::from(weight).max(0)));
    let zeros = first.iter().take(3).take_while(|digit| **digit == b'0');
    text.extend_from_slice(&first[zeros.count()..]);
    for place in (0..i32::from(weight)).rev() {
        text.extend_from_slice(&digits(group(place)));
    }
    if shown == 0 {
        let written = std::str::from_utf8(&text[begin..]).ok()?;
        if let Ok(whole) = written.parse() {
            text.truncate(begin);
            return Some(Number::Whole(whole));
        }
        return Some(Number::Written);
    }
    text.push(b'.');
    let end = text.len() + usize::from(shown);
    let mut place = -1;
    while text.len() < end {
        text.extend_from_slice(&digits(group(place)));
        place -= 1;
    }
    text.truncate(end);
    Some(Number::Written)
}

/// A number with digits behind the point as `unscaled × 10^-scale`, with as many of them as PostgreSQL prints. [`None`] of what is longer, and
/// of all that [`number`] has to look at.
pub(super) fn exact(bytes: &[u8]) -> Option<(i64, u8)> {
    let (head, rest) = bytes.split_first_chunk::<8>()?;
    let word = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
    let count = usize::from(word(0));
    let weight = i16::from_be_bytes([head[2], head[3]]);
    let (sign, shown) = (word(4), u8::try_from(word(6)).ok()?);
    if rest.len() != count * 2 || count > GROUPS || shown == 0 {
        return None;
    }
    let (groups, _) = rest.as_chunks::<2>();
    let whole = groups.iter().try_fold(0_i64, |sum, group| {
        let group = u16::from_be_bytes(*group);
        (group <= 9_999).then(|| sum * 10_000 + i64::from(group))
    })?;
    // Digits of the last group that stand behind those that are printed are zeros.
    let behind = 4 * (i32::try_from(count).ok()? - 1 - i32::from(weight));
    let more = i32::from(shown) - behind;
    let unit = 10_i64.checked_pow(more.unsigned_abs())?;
    let unscaled = if more < 0 {
        (whole % unit == 0).then_some(whole / unit)?
    } else {
        whole.checked_mul(unit)?
    };
    match sign {
        POSITIVE => Some((unscaled, shown)),
        NEGATIVE => Some((-unscaled, shown)),
        _ => None,
    }
}

/// The four digits of a group.
fn digits(group: u16) -> [u8; 4] {
    [group / 1_000, group / 100 % 10, group / 10 % 10, group % 10].map(digit)
}

fn digit(digit: u16) -> u8 {
    b'0' + u8::try_from(digit).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn bytes(weight: i16, sign: u16, shown: u16, groups: &[u16]) -> Vec<u8> {
        let mut bytes = (groups.len() as u16).to_be_bytes().to_vec();
        bytes.extend(weight.to_be_bytes());
        bytes.extend(sign.to_be_bytes());
        bytes.extend(shown.to_be_bytes());
        bytes.extend(groups.iter().flat_map(|group| group.to_be_bytes()));
        bytes
    }

    fn read(bytes: &[u8]) -> Option<String> {
        let mut text = Vec::new();
        Some(match number(bytes, &mut text)? {
            Number::Whole(whole) => format!("{whole} whole"),
            Number::Written => String::from_utf8(text).unwrap(),
        })
    }

    #[test]
    fn numbers_as_postgresql_prints_them() {
        let list = [
            (bytes(0, POSITIVE, 0, &[]), "0 whole"),
            (bytes(0, POSITIVE, 2, &[]), "0.00"),
            (bytes(0, POSITIVE, 0, &[12]), "12 whole"),
            (bytes(0, NEGATIVE, 2, &[12, 3400]), "-12.34"),
            (bytes(-1, POSITIVE, 4, &[12]), "0.0012"),
            (bytes(-2, POSITIVE, 8, &[12]), "0.00000012"),
            (bytes(0, POSITIVE, 3, &[7, 5000]), "7.500"),
            (bytes(1, POSITIVE, 0, &[1]), "10000 whole"),
            (bytes(1, POSITIVE, 1, &[1, 2]), "10002.0"),
            (
                bytes(4, POSITIVE, 0, &[922, 3372, 368, 5477, 5807]),
                "9223372036854775807 whole",
            ),
            (
                bytes(4, NEGATIVE, 0, &[922, 3372, 368, 5477, 5808]),
                "-9223372036854775808 whole",
            ),
            (
                bytes(4, POSITIVE, 0, &[922, 3372, 368, 5477, 5808]),
                "9223372036854775808",
            ),
            (bytes(5, POSITIVE, 0, &[1]), "100000000000000000000"),
            (bytes(0, NAN, 0, &[]), "NaN"),
            (bytes(0, MINUS_INFINITY, 0, &[]), "-Infinity"),
        ];
        for (bytes, printed) in &list {
            assert_eq!(read(bytes).as_deref(), Some(*printed), "{bytes:?}");
            let Some((unscaled, scale)) = exact(bytes) else {
                continue;
            };
            let digits = printed.replace('.', "");
            let behind = printed.len() - printed.find('.').unwrap() - 1;
            assert_eq!(
                (unscaled, usize::from(scale)),
                (digits.parse().unwrap(), behind)
            );
        }
        let exact_ones = list.iter().filter(|(bytes, _)| exact(bytes).is_some());
        assert_eq!(exact_ones.count(), 6);
    }

    #[test]
    fn what_is_no_number_is_none() {
        assert_eq!(read(b""), None);
        assert_eq!(read(&bytes(0, 1, 0, &[])), None);
        assert_eq!(read(&bytes(0, POSITIVE, 0, &[10_000])), None);
        let mut short = bytes(0, POSITIVE, 0, &[1]);
        short.pop();
        assert_eq!(read(&short), None);
        for broken in [
            bytes(0, 1, 1, &[1]),
            bytes(0, POSITIVE, 1, &[10_000]),
            // Digits that are not printed.
            bytes(0, POSITIVE, 1, &[1, 1_234]),
            bytes(i16::MAX, POSITIVE, 1, &[1]),
            short,
        ] {
            assert_eq!(exact(&broken), None, "{broken:?}");
        }
    }
}
