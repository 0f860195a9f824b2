//! What bytes write: UTF-8, or code page 932 by its codes, one character after the other.

use bunri_job::{Cp932, Encoding, Gaiji, WaveDash};

/// Whether a byte begins a character of two.
pub(super) fn begins(byte: u8) -> bool {
    (0x81..=0x9f).contains(&byte) || (0xe0..=0xfc).contains(&byte)
}

/// Whether a byte can end one.
pub(super) fn ends(byte: u8) -> bool {
    (0x40..=0xfc).contains(&byte) && byte != 0x7f
}

/// The text; none where some byte writes nothing.
pub(super) fn text(bytes: &[u8], encoding: Encoding) -> Option<String> {
    let policy = match encoding {
        Encoding::Utf8 => return String::from_utf8(bytes.to_vec()).ok(),
        Encoding::Cp932(policy) => policy,
    };
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, behind @ ..] = rest {
        let (sign, behind) = match (first, behind) {
            (0..=0x7f, _) => (char::from(*first), behind),
            (0xa1..=0xdf, _) => (char::from_u32(0xff61 + u32::from(first - 0xa1))?, behind),
            (_, [second, behind @ ..]) if begins(*first) && ends(*second) => {
                (of_two([*first, *second], policy)?, behind)
            }
            _ => return None,
        };
        text.push(sign);
        rest = behind;
    }
    Some(text)
}

fn of_two(code: [u8; 2], policy: Cp932) -> Option<char> {
    let [first, second] = code;
    if (0xf0..=0xf9).contains(&first) {
        // 188 to a row, without 7F.
        let row = u32::from(first - 0xf0);
        let column = u32::from(second) - if second > 0x7f { 0x41 } else { 0x40 };
        return match policy.gaiji {
            Gaiji::Reject => None,
            Gaiji::PrivateUse => char::from_u32(0xe000 + row * 188 + column),
        };
    }
    if policy.wave_dash == WaveDash::AsJis
        && let Some(sign) = of_jis(u16::from_be_bytes(code))
    {
        return Some(sign);
    }
    // The table itself is public, and the same for both readers.
    let table = encoding_rs::SHIFT_JIS;
    let sign = table.decode_without_bom_handling_and_without_replacement(&code)?;
    let mut signs = sign.chars();
    let only = signs.next()?;
    signs.next().is_none().then_some(only)
}

/// The characters that JIS X 0208 has where Windows has others.
fn of_jis(code: u16) -> Option<char> {
    Some(match code {
        0x815c => '\u{2014}',
        0x8160 => '\u{301c}',
        0x8161 => '\u{2016}',
        0x817c => '\u{2212}',
        0x8191 => '\u{a2}',
        0x8192 => '\u{a3}',
        0x81ca | 0xeef9 | 0xfa54 => '\u{ac}',
        _ => return None,
    })
}
