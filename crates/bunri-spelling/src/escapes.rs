//! Characters that are written as their numbers: `\u4e19`, `%E4%B8%99`, `&#x4E19;`. A text without them.

/// A text without its escapes; [`None`] if it has none.
#[must_use]
pub fn unescaped(text: &str) -> Option<String> {
    if !text.bytes().any(begins_escape) {
        return None;
    }
    let (mut bytes, mut rest, mut changed) = (Vec::new(), text, false);
    while let Some(first) = rest.chars().next() {
        if let Some((encoded, length)) = escape(rest) {
            bytes.extend_from_slice(&encoded);
            rest = &rest[length..];
            changed = true;
        } else {
            let length = first.len_utf8();
            bytes.extend_from_slice(&rest.as_bytes()[..length]);
            rest = &rest[length..];
        }
    }
    changed.then(|| String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether an escape can begin with this byte.
pub(crate) fn begins_escape(byte: u8) -> bool {
    matches!(byte, b'\\' | b'%' | b'&')
}

/// What an escape at the beginning of a text stands for, and how long it is.
fn escape(text: &str) -> Option<(Vec<u8>, usize)> {
    let number =
        |from: usize, length: usize| u32::from_str_radix(text.get(from..from + length)?, 16).ok();
    let encoded = |code: u32| char::from_u32(code).map(|ch| ch.to_string().into_bytes());
    if text.starts_with("\\u") {
        let code = number(2, 4)?;
        if (0xd800..0xdc00).contains(&code) && text.get(6..8) == Some("\\u") {
            let low = number(8, 4)?.checked_sub(0xdc00)?;
            return Some((encoded(0x10000 + ((code - 0xd800) << 10) + low)?, 12));
        }
        return Some((encoded(code)?, 6));
    }
    if text.starts_with('%') {
        return Some((vec![u8::try_from(number(1, 2)?).ok()?], 3));
    }
    let body = text.strip_prefix("&#")?;
    let end = body.char_indices().take(9).find(|(_, ch)| *ch == ';')?.0;
    let code = match body[..end].strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => body[..end].parse().ok()?,
    };
    Some((encoded(code)?, end + 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        assert_eq!(
            unescaped("a\\u4e19\\ud842\\udfb7").as_deref(),
            Some("a丙𠮷")
        );
        assert_eq!(unescaped("%E4%B8%99").as_deref(), Some("丙"));
        assert_eq!(unescaped("&#x4E19;&#19993;").as_deref(), Some("丙丙"));
        assert_eq!(unescaped("100% \\u &#;"), None);
    }
}
