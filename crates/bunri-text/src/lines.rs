//! CSV records with the place where each begins (RFC 4180, as `csv-core` reads it).

use csv_core::{ReadRecordResult, Reader};

/// More fields than anybody means.
const MOST_FIELDS: usize = 64;

/// One record of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvRecord {
    /// As they are meant: without their quotes.
    pub fields: Vec<String>,
    /// Line, from 1.
    pub line: usize,
    /// Byte offset of its first letter.
    pub offset: usize,
}

/// Every record; blank lines are none.
///
/// # Errors
/// The offset of a record that is none, and why.
pub fn csv_records(text: &str) -> Result<Vec<CsvRecord>, (usize, &'static str)> {
    let body = text.trim_start_matches('\u{feff}');
    let mut at = text.len() - body.len();
    let mut place = Place { line: 1, offset: 0 };
    let mut reader = Reader::new();
    let mut output = vec![0; text.len().max(1)];
    let mut ends = [0; MOST_FIELDS];
    let mut records = Vec::new();
    loop {
        place.go(text, at);
        let (mut written, mut count) = (0, 0);
        loop {
            let input = &text.as_bytes()[at..];
            let (state, read, bytes, fields) =
                reader.read_record(input, &mut output[written..], &mut ends[count..]);
            at += read;
            written += bytes;
            count += fields;
            match state {
                // An empty input after the last byte tells the reader that this was the end.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(records),
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Err((place.offset, "this line has far too many fields"));
                }
            }
        }
        records.push(CsvRecord {
            fields: fields_of(&output[..written], &ends[..count]),
            line: place.line,
            offset: place.offset,
        });
    }
}

fn fields_of(output: &[u8], ends: &[usize]) -> Vec<String> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    // Cut at commas and quotes, so what was UTF-8 still is.
    let field =
        |(start, &end): (usize, &usize)| String::from_utf8_lossy(&output[start..end]).into_owned();
    starts.zip(ends).map(field).collect()
}

/// Counts lines on the way.
struct Place {
    line: usize,
    offset: usize,
}

impl Place {
    /// Goes on to the record that begins here, or behind the blank lines that are here.
    fn go(&mut self, text: &str, at: usize) {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        let begin = at + blank;
        self.line += text[self.offset..begin].matches('\n').count();
        self.offset = begin;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn seen(text: &str) -> Vec<(usize, Vec<String>)> {
        let records = csv_records(text).unwrap().into_iter();
        records.map(|record| (record.line, record.fields)).collect()
    }

    #[test]
    fn records_know_their_lines_behind_blank_lines_and_broken_texts() {
        let text = "\u{feff}a,b\r\n\r\n\"x\"\"\ny\",\n\n\nlast,\"|\"";
        let wanted = [(1, ["a", "b"]), (3, ["x\"\ny", ""]), (7, ["last", "|"])];
        let wanted = wanted.map(|(line, fields)| (line, fields.map(str::to_owned).to_vec()));
        assert_eq!(seen(text), wanted);
        assert_eq!(seen(""), []);
        assert_eq!(seen("\n\n"), []);
    }

    #[test]
    fn a_line_of_a_thousand_fields_is_refused() {
        assert_eq!(csv_records(&",".repeat(1000)).unwrap_err().0, 0);
    }
}
