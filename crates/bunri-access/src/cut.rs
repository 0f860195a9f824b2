//! A line in its fields: as ranges of it, or of a copy where quotes, escapes or characters had to be replaced. Nothing else of a line is
//! looked at, and nothing of it is kept.

use std::borrow::Cow;
use std::ops::Range;

use bunri_security::file::Encoding;

use crate::field::Field;

/// Why a line is none that can be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Malformed {
    /// Nothing stands there.
    Blank,
    /// More than 64 KiB.
    TooLong,
    /// More or fewer fields than columns.
    Fields,
    /// A quote is not closed in its line, or stands within a field.
    Quotes,
    /// It is not written as the pattern says.
    Pattern,
    /// A field is not in the log's characters.
    Encoding,
    /// No time, or none of the declared form.
    Time,
    /// The sequence number is missing or no whole number.
    Sequence,
    /// No account.
    Account,
    /// How many records is no whole number.
    Rows,
}

impl Malformed {
    /// How many there are.
    pub const COUNT: usize = 10;
    /// All, by their places.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Blank,
        Self::TooLong,
        Self::Fields,
        Self::Quotes,
        Self::Pattern,
        Self::Encoding,
        Self::Time,
        Self::Sequence,
        Self::Account,
        Self::Rows,
    ];

    /// As reports say it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::TooLong => "too_long",
            Self::Fields => "fields",
            Self::Quotes => "quotes",
            Self::Pattern => "pattern",
            Self::Encoding => "encoding",
            Self::Time => "time",
            Self::Sequence => "sequence",
            Self::Account => "account",
            Self::Rows => "rows",
        }
    }
}

/// A line that was cut.
#[derive(Debug, Default)]
pub(crate) struct Cut {
    ranges: [Range<u32>; Field::COUNT],
    /// What the ranges are of, where it is not the line.
    copy: Vec<u8>,
    copied: bool,
}

impl Cut {
    pub(crate) fn begin(&mut self) {
        self.ranges = Default::default();
        self.copy.clear();
        self.copied = false;
    }

    pub(crate) fn set(&mut self, field: Field, range: Range<usize>) {
        // A line has at most 64 KiB, a row of a table at most as much.
        self.ranges[field as usize] = u32_of(range.start)..u32_of(range.end);
    }

    /// From now on ranges are of the copy, which begins empty.
    pub(crate) fn copying(&mut self) -> &mut Vec<u8> {
        self.copied = true;
        &mut self.copy
    }

    /// What a field says, without the blanks around it.
    pub(crate) fn get<'a>(&'a self, line: &'a [u8], field: Field) -> &'a [u8] {
        let range = &self.ranges[field as usize];
        let range = range.start as usize..range.end as usize;
        let base = if self.copied { &self.copy } else { line };
        without_blanks(&base[range])
    }

    /// Makes UTF-8 of every field.
    pub(crate) fn decode(&mut self, line: &[u8], encoding: Encoding) -> Result<(), Malformed> {
        let base = if self.copied { &self.copy } else { line };
        if base.is_ascii() {
            return Ok(());
        }
        let mut decoded = Vec::new();
        let mut ranges: [Range<u32>; Field::COUNT] = Default::default();
        for (range, new) in self.ranges.iter().zip(&mut ranges) {
            let raw = &base[range.start as usize..range.end as usize];
            let start = decoded.len();
            decoded.extend_from_slice(&characters(raw, encoding).ok_or(Malformed::Encoding)?);
            *new = u32_of(start)..u32_of(decoded.len());
        }
        self.ranges = ranges;
        self.copy = decoded;
        self.copied = true;
        Ok(())
    }
}

/// Full-width ones, too.
fn without_blanks(text: &[u8]) -> &[u8] {
    match text {
        [] => text,
        // Nearly every field begins and ends with a letter or a digit.
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        [only] if only.is_ascii_graphic() => text,
        _ => std::str::from_utf8(text).map_or(text, |text| text.trim().as_bytes()),
    }
}

fn u32_of(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// UTF-8 of a text.
pub(crate) fn characters(raw: &[u8], encoding: Encoding) -> Option<Cow<'_, [u8]>> {
    match encoding {
        Encoding::Utf8 => std::str::from_utf8(raw).ok().map(|_| Cow::Borrowed(raw)),
        Encoding::Cp932 => {
            let text =
                encoding_rs::SHIFT_JIS.decode_without_bom_handling_and_without_replacement(raw)?;
            // The decoder hands 80 on as a control character, which no table of the code page has.
            (!text.contains('\u{80}')).then(|| match text {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            })
        }
    }
}

/// Which column of a delimited file is which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnPlaces {
    /// By column.
    pub(crate) fields: Vec<Option<Field>>,
    pub(crate) delimiter: u8,
    pub(crate) quote: Option<u8>,
    /// Whether the delimiter can be the second byte of a character of code page 932.
    pub(crate) wide: bool,
}

impl ColumnPlaces {
    pub(crate) fn cut(&self, line: &[u8], cut: &mut Cut) -> Result<(), Malformed> {
        let quoted = self
            .quote
            .is_some_and(|quote| memchr::memchr(quote, line).is_some());
        if quoted || self.wide {
            return self.cut_slowly(line, cut);
        }
        let mut fields = self.fields.iter();
        let mut start = 0;
        let ends = memchr::memchr_iter(self.delimiter, line).chain(std::iter::once(line.len()));
        for end in ends {
            let Some(field) = fields.next() else {
                return Err(Malformed::Fields);
            };
            if let Some(field) = field {
                cut.set(*field, start..end);
            }
            start = end + 1;
        }
        match fields.next() {
            None => Ok(()),
            Some(_) => Err(Malformed::Fields),
        }
    }

    /// With quotes, or with delimiters that may be half of a character.
    fn cut_slowly(&self, line: &[u8], cut: &mut Cut) -> Result<(), Malformed> {
        let mut at = 0;
        let mut copy = std::mem::take(cut.copying());
        let mut outcome = Ok(());
        for (place, field) in self.fields.iter().enumerate() {
            if place > 0 {
                match line.get(at) {
                    Some(byte) if *byte == self.delimiter => at += 1,
                    Some(_)
                        if self.quote.is_some() && at > 0 && Some(line[at - 1]) == self.quote =>
                    {
                        outcome = Err(Malformed::Quotes);
                        break;
                    }
                    Some(_) | None => {
                        outcome = Err(Malformed::Fields);
                        break;
                    }
                }
            }
            let start = copy.len();
            match self.field(line, at, &mut copy) {
                Some(end) => at = end,
                None => {
                    outcome = Err(Malformed::Quotes);
                    break;
                }
            }
            if let Some(field) = field {
                cut.set(*field, start..copy.len());
            }
        }
        *cut.copying() = copy;
        outcome?;
        match line.get(at) {
            None => Ok(()),
            Some(byte) if *byte == self.delimiter => Err(Malformed::Fields),
            Some(_) => Err(Malformed::Quotes),
        }
    }

    /// Appends the content of the field that begins here; where it ends.
    fn field(&self, line: &[u8], mut at: usize, copy: &mut Vec<u8>) -> Option<usize> {
        let quote = self.quote.filter(|quote| line.get(at) == Some(quote));
        if let Some(quote) = quote {
            at += 1;
            loop {
                let length = memchr::memchr(quote, &line[at..])?;
                copy.extend_from_slice(&line[at..at + length]);
                at += length + 1;
                if line.get(at) != Some(&quote) {
                    return Some(at);
                }
                copy.push(quote);
                at += 1;
            }
        }
        while let Some(byte) = line.get(at).copied() {
            if byte == self.delimiter {
                break;
            }
            if Some(byte) == self.quote {
                return None;
            }
            copy.push(byte);
            at += 1;
            let lead = matches!(byte, 0x81..=0x9f | 0xe0..=0xfc);
            if self.wide
                && lead
                && let Some(second) = line.get(at).copied()
                && second >= 0x40
            {
                copy.push(second);
                at += 1;
            }
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn columns(delimiter: u8, wide: bool) -> ColumnPlaces {
        ColumnPlaces {
            fields: vec![Some(Field::Account), None, Some(Field::Point)],
            delimiter,
            quote: Some(b'"'),
            wide,
        }
    }

    fn cut(
        line: &[u8],
        columns: &ColumnPlaces,
        encoding: Encoding,
    ) -> Result<(String, String), Malformed> {
        let mut cut = Cut::default();
        cut.begin();
        columns.cut(line, &mut cut)?;
        cut.decode(line, encoding)?;
        let get = |field| String::from_utf8(cut.get(line, field).to_vec()).unwrap();
        Ok((get(Field::Account), get(Field::Point)))
    }

    #[test]
    fn fields_lie_between_delimiters_with_or_without_quotes() {
        let of = |line: &str| cut(line.as_bytes(), &columns(b',', false), Encoding::Utf8);
        let pair = |a: &str, b: &str| Ok((a.to_owned(), b.to_owned()));
        assert_eq!(of("A,x,1"), pair("A", "1"));
        assert_eq!(of("\"A\",\"x,y\",\"1\""), pair("A", "1"));
        assert_eq!(of("\"A\"\"B\",,-"), pair("A\"B", "-"));
        assert_eq!(of("口座,備考,1"), pair("口座", "1"));
        assert_eq!(of(",,"), pair("", ""));
        assert_eq!(of(" A,,1\u{3000}"), pair("A", "1"));
        for (line, why) in [
            ("A,1", Malformed::Fields),
            ("A,x,1,", Malformed::Fields),
            ("\"A\",x", Malformed::Fields),
            ("\"A\",x,1,2", Malformed::Fields),
            ("\"A,x,1", Malformed::Quotes),
            ("A,x\"y,1", Malformed::Quotes),
            ("\"A\"x,y,1", Malformed::Quotes),
            ("A,x,\"1\"2", Malformed::Quotes),
        ] {
            assert_eq!(of(line), Err(why), "{line}");
        }
    }

    #[test]
    fn half_a_character_is_no_delimiter() {
        // 0x83 0x7c is a character of code page 932, and 0x7c alone the delimiter.
        let line = b"\x83\x7c|x|1";
        let pair = Ok(("\u{30dd}".to_owned(), "1".to_owned()));
        assert_eq!(cut(line, &columns(b'|', true), Encoding::Cp932), pair);
        let damaged = b"\x83|x|1";
        assert!(cut(damaged, &columns(b'|', true), Encoding::Cp932).is_err());
        assert_eq!(
            cut(b"\x80,x,1", &columns(b',', false), Encoding::Cp932),
            Err(Malformed::Encoding)
        );
        assert_eq!(
            cut(b"\x83\x7c,x,1", &columns(b',', false), Encoding::Utf8),
            Err(Malformed::Encoding)
        );
    }
}
