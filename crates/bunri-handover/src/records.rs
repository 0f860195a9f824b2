//! Records of a CSV file, counted.

use std::io::{self, BufReader, Read};

/// A first line that is longer is no line of names.
const MOST_HEADER_BYTES: usize = 1 << 20;

/// The first line with its end, and how many records follow: line ends within quotation marks end none.
pub(crate) fn records(file: impl Read) -> io::Result<(Vec<u8>, u64)> {
    let (mut first, mut lines, mut quoted, mut open) = (Vec::new(), 0_u64, false, false);
    for byte in BufReader::with_capacity(1 << 16, file).bytes() {
        let byte = byte?;
        if lines == 0 && first.len() < MOST_HEADER_BYTES {
            first.push(byte);
        }
        open = true;
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                lines += 1;
                open = false;
            }
            _ => {}
        }
    }
    Ok((first, (lines + u64::from(open)).saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::records;

    #[test]
    fn line_ends_within_quotation_marks_end_no_record() {
        for (text, number) in [
            ("", 0),
            ("a", 0),
            ("a\n", 0),
            ("a\n1\n2\n", 2),
            ("a\n1\n2", 2),
            ("a\n\"1\n2\"\n", 1),
            ("a\n\"1\"\"\n2\"\n3\n", 2),
        ] {
            let (first, counted) = records(text.as_bytes()).unwrap();
            assert_eq!(counted, number, "{text:?}");
            assert!(text.as_bytes().starts_with(&first));
        }
    }
}
