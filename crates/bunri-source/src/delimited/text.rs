//! The bytes of a field become characters, all of them or none.

use bunri_job::{Cp932, Encoding, Gaiji, WaveDash};
use encoding_rs::SHIFT_JIS;

/// Characters of Windows, and those that JIS X 0208 has in their place.
const PAIRS: [(char, char); 7] = [
    ('\u{2015}', '\u{2014}'),
    ('\u{ff5e}', '\u{301c}'),
    ('\u{2225}', '\u{2016}'),
    ('\u{ff0d}', '\u{2212}'),
    ('\u{ffe0}', '\u{00a2}'),
    ('\u{ffe1}', '\u{00a3}'),
    ('\u{ffe2}', '\u{00ac}'),
];
/// What F040 to F9FC are to Windows; nothing else is decoded to these.
const GAIJI: std::ops::RangeInclusive<char> = '\u{e000}'..='\u{e757}';

/// Appends what the bytes write, as UTF-8. Says whether they are characters; if not, nothing was appended.
pub(super) fn decode(bytes: &[u8], encoding: Encoding, out: &mut Vec<u8>) -> bool {
    if bytes.is_ascii() {
        out.extend_from_slice(bytes);
        return true;
    }
    match encoding {
        Encoding::Utf8 => {
            let valid = std::str::from_utf8(bytes).is_ok();
            if valid {
                out.extend_from_slice(bytes);
            }
            valid
        }
        Encoding::Cp932(policy) => cp932(bytes, policy, out),
    }
}

fn cp932(bytes: &[u8], policy: Cp932, out: &mut Vec<u8>) -> bool {
    let Some(text) = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes) else {
        return false;
    };
    // The decoder hands 80 on as a control character, which no table of the code page has.
    let refused =
        |sign: char| sign == '\u{80}' || policy.gaiji == Gaiji::Reject && GAIJI.contains(&sign);
    if text.chars().any(refused) {
        return false;
    }
    match policy.wave_dash {
        WaveDash::AsWindows => out.extend_from_slice(text.as_bytes()),
        WaveDash::AsJis => {
            let mut encoded = [0; 4];
            for sign in text.chars() {
                let sign = PAIRS
                    .iter()
                    .find_map(|(windows, jis)| (*windows == sign).then_some(*jis))
                    .unwrap_or(sign);
                out.extend_from_slice(sign.encode_utf8(&mut encoded).as_bytes());
            }
        }
    }
    true
}
