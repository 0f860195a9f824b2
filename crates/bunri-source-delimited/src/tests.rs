//! The reader and the scanner of figures on lines made by chance: they are written otherwise, and say the same.

#![allow(clippy::unwrap_used)]

use bunri_job::{Cp932, Encoding, Gaiji, LineForm, WaveDash};

use super::figures::cutting::pieces_of;
use super::records::Records;

/// What may stand in a line, the odd ones more often than they are: delimiters, quotes, ends, halves of characters.
const SIGNS: [u8; 12] = [
    b'a', b',', b'"', b'"', b'\n', b'\r', b'|', 0x81, 0x60, 0xfc, 0xff, b' ',
];

fn form(round: u64) -> LineForm {
    let cp932 = Encoding::Cp932(Cp932 {
        gaiji: Gaiji::Reject,
        wave_dash: WaveDash::AsWindows,
    });
    LineForm {
        encoding: if round.is_multiple_of(2) {
            Encoding::Utf8
        } else {
            cp932
        },
        delimiter: if round.is_multiple_of(3) { b'|' } else { b',' },
        quote: (!round.is_multiple_of(5)).then_some(b'"'),
        header: false,
        null: String::new(),
    }
}

type Found = (Vec<Option<Vec<(Vec<u8>, bool)>>>, Option<String>);

#[test]
fn both_cut_the_same_records() {
    let folder = tempfile::tempdir().unwrap();
    let mut state = 2026_u64;
    let mut dice = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let (mut broken, mut whole, mut unclosed) = (0, 0, 0);
    for round in 0..4_000 {
        let length = dice() % 40;
        let content: Vec<u8> = (0..length)
            .map(|_| SIGNS[usize::try_from(dice() % 12).unwrap()])
            .collect();
        std::fs::write(folder.path().join("t.csv"), &content).unwrap();
        let form = form(round);
        let mut read: Found = (Vec::new(), None);
        let records = Records::open(folder.path(), "t.csv", &form);
        // Two of the signs look like a mark of UTF-16.
        let Ok(mut records) = records else { continue };
        loop {
            match records.next() {
                Ok(None) => break,
                Ok(Some(record)) if record.broken => read.0.push(None),
                Ok(Some(record)) => {
                    let field = |at| {
                        let (bytes, quoted) = record.field(at);
                        (bytes.to_vec(), quoted)
                    };
                    read.0.push(Some((0..record.len()).map(field).collect()));
                }
                Err(error) => {
                    read.1 = Some(error.to_string());
                    break;
                }
            }
        }
        let scanned = pieces_of(folder.path(), "t.csv", &form);
        assert_eq!(read, scanned, "{content:x?}");
        unclosed += u32::from(read.1.is_some());
        broken += read.0.iter().filter(|record| record.is_none()).count();
        whole += read.0.iter().filter(|record| record.is_some()).count();
    }
    assert!(
        broken > 500 && whole > 2_000 && unclosed > 300,
        "{broken} {whole} {unclosed}"
    );
}
