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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(bytes: &[u8], gaiji: Gaiji, wave_dash: WaveDash) -> Option<String> {
        let mut out = Vec::new();
        let decoded = decode(bytes, Encoding::Cp932(Cp932 { gaiji, wave_dash }), &mut out);
        assert!(decoded || out.is_empty());
        decoded.then(|| String::from_utf8(out).unwrap())
    }

    /// The table is public: this number is made of every code of two bytes and the character that Python's codec `cp932` gives it, 0 where
    /// it gives none (tests/python/cp932.py asks them one by one).
    #[test]
    fn every_code_of_two_bytes_is_the_character_of_the_public_table() {
        let mut state: u64 = 0xcbf2_9ce4_8422_2325;
        let mut known = 0;
        for lead in (0x81..=0x9f_u8).chain(0xe0..=0xfc) {
            for trail in (0x40..=0x7e_u8).chain(0x80..=0xfc) {
                let text = read(&[lead, trail], Gaiji::PrivateUse, WaveDash::AsWindows);
                let sign = text.map_or(0, |text| {
                    let mut signs = text.chars();
                    let sign = signs.next().unwrap();
                    assert_eq!(signs.next(), None);
                    known += 1;
                    u64::from(u32::from(sign))
                });
                let code = u64::from(lead) << 8 | u64::from(trail);
                state = (state ^ (code << 32 | sign)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        assert_eq!((state, known), (0x5282c035e7f20b79, 9604));
    }

    #[test]
    fn policies_are_those_of_the_job() {
        let windows = |bytes: &[u8]| read(bytes, Gaiji::Reject, WaveDash::AsWindows);
        assert_eq!(
            windows(b"\xb6\x8a\xbf").as_deref(),
            Some("\u{ff76}\u{6f22}")
        );
        for none in [
            &b"\x80"[..],
            b"\xa0",
            b"\xfd",
            b"\xff",
            b"\x81",
            b"a\x81",
            b"\x81\x20",
            b"\xf0\x40",
            b"\xf9\xfc",
        ] {
            assert_eq!(windows(none), None, "{none:x?}");
        }
        let gaiji = |bytes: &[u8]| read(bytes, Gaiji::PrivateUse, WaveDash::AsWindows);
        assert_eq!(gaiji(b"\xf0\x40").as_deref(), Some("\u{e000}"));
        assert_eq!(gaiji(b"\xf9\xfc").as_deref(), Some("\u{e757}"));
        let codes =
            b"\x81\x5c\x81\x60\x81\x61\x81\x7c\x81\x91\x81\x92\x81\xca\xee\xf9\xfa\x54\x81\x5f";
        assert_eq!(
            windows(codes).as_deref(),
            Some(
                "\u{2015}\u{ff5e}\u{2225}\u{ff0d}\u{ffe0}\u{ffe1}\u{ffe2}\u{ffe2}\u{ffe2}\u{ff3c}"
            )
        );
        assert_eq!(
            read(codes, Gaiji::Reject, WaveDash::AsJis).as_deref(),
            Some("\u{2014}\u{301c}\u{2016}\u{2212}\u{a2}\u{a3}\u{ac}\u{ac}\u{ac}\u{ff3c}")
        );
    }
}
