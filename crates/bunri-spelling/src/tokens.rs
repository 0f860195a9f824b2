//! What a text may hold in another encoding: base64, hex, and the digests that a value may have been hashed to.

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sha2::Digest as _;

use crate::spelling::Form;

/// In which encoding a value was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Encoding {
    /// None.
    Plain,
    /// A number.
    Number,
    /// Base64, either alphabet, padded or not.
    Base64,
    /// Two hexadecimal digits a byte.
    Hex,
    /// `\u…`, `%…`, `&#…;`.
    Escapes,
    /// A digest.
    Md5,
    /// A digest.
    Sha1,
    /// A digest.
    Sha256,
    /// A digest.
    Blake3,
}

impl Encoding {
    const ALL: [Self; 9] = [
        Self::Plain,
        Self::Number,
        Self::Base64,
        Self::Hex,
        Self::Escapes,
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Blake3,
    ];

    /// The one that is stored as this number.
    #[must_use]
    pub fn of_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Whether it cannot be turned back.
    #[must_use]
    #[inline]
    pub fn is_digest(self) -> bool {
        self >= Self::Md5
    }

    /// Its word in findings; none where the value stands as it is.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Plain | Self::Number => "",
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Escapes => "escapes",
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Blake3 => "BLAKE3",
        }
    }
}

/// The digests that are tried.
#[must_use]
pub fn digests(bytes: &[u8]) -> [(Encoding, Vec<u8>); 4] {
    [
        (Encoding::Md5, md5::Md5::digest(bytes).to_vec()),
        (Encoding::Sha1, sha1::Sha1::digest(bytes).to_vec()),
        (Encoding::Sha256, sha2::Sha256::digest(bytes).to_vec()),
        (Encoding::Blake3, blake3::hash(bytes).as_bytes().to_vec()),
    ]
}

/// Whether bytes of this length can be a digest.
#[must_use]
#[inline]
pub fn is_digest_length(bytes: usize) -> bool {
    matches!(bytes, 16 | 20 | 32)
}

/// Shorter tokens hold nothing that is searched for.
const SHORTEST_BASE64: usize = 8;
const SHORTEST_HEX: usize = 12;
/// Most tokens are shorter, and are decoded without asking for memory.
const FEW: usize = 128;

/// Calls `each` with everything that the tokens of a strict form decode to and that may hold a value.
pub fn decode(form: &Form, mut each: impl FnMut(Encoding, &[u8])) {
    let (chars, mut bytes, mut at) = (&form.chars, Vec::new(), 0);
    while at < chars.len() {
        let is_in = |ch: &&char| u8::try_from(**ch).is_ok_and(is_token);
        let run = chars[at..].iter().take_while(is_in).count();
        if run >= SHORTEST_BASE64 {
            bytes.clear();
            bytes.extend(chars[at..at + run].iter().map(|&ch| ch as u8));
            token(&bytes, &mut each);
            lines(&bytes, &form.gaps[at..at + run], &mut each);
        }
        at += run.max(1);
    }
}

/// The same for a text that is its own strict form.
pub fn decode_simple(text: &[u8], mut each: impl FnMut(Encoding, &[u8])) {
    let tokens = text.split(|&byte| !is_token(byte));
    let long = tokens.filter(|token| token.len() >= SHORTEST_BASE64);
    long.for_each(|run| token(run, &mut each));
}

/// What goes on over the end of a line may be one token that was folded, or one token a line.
fn lines(run: &[u8], gaps: &[bool], each: &mut impl FnMut(Encoding, &[u8])) {
    let mut from = 0;
    for until in (1..run.len()).filter(|&at| gaps[at]) {
        token(&run[from..until], each);
        from = until;
    }
    if from > 0 {
        token(&run[from..], each);
    }
}

#[inline]
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

fn token(run: &[u8], each: &mut impl FnMut(Encoding, &[u8])) {
    if run.iter().all(u8::is_ascii_digit) {
        return hex(run, each);
    }
    if run.iter().all(u8::is_ascii_alphanumeric) {
        hex(run, each);
        return base64(run, &STANDARD_NO_PAD, each);
    }
    // What stands beside a token may be a separator or a letter of its alphabet.
    for piece in run.split(|byte| !byte.is_ascii_alphanumeric()) {
        hex(piece, each);
        base64(piece, &STANDARD_NO_PAD, each);
    }
    let mixed = |piece: &&[u8]| !piece.iter().all(u8::is_ascii_alphanumeric);
    let standard = run.split(|byte| matches!(byte, b'-' | b'_'));
    standard
        .filter(mixed)
        .for_each(|piece| base64(piece, &STANDARD_NO_PAD, each));
    let of_urls = run.split(|byte| matches!(byte, b'+' | b'/'));
    of_urls
        .filter(mixed)
        .for_each(|piece| base64(piece, &URL_SAFE_NO_PAD, each));
}

fn hex(piece: &[u8], each: &mut impl FnMut(Encoding, &[u8])) {
    let piece = match piece {
        [b'0', b'x' | b'X', rest @ ..] => rest,
        all => all,
    };
    if piece.len() < SHORTEST_HEX || piece.len() % 2 != 0 {
        return;
    }
    let digest = is_digest_length(piece.len() / 2) && piece.iter().any(u8::is_ascii_alphabetic);
    // A first byte that begins no text spares the rest; most numbers end here.
    if !digest && !begins_text(piece) {
        return;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| {
        let [high, low] = *pair else { return None };
        Some((digit(high)? * 16 + digit(low)?) as u8)
    };
    if let Some(bytes) = piece.chunks(2).map(byte).collect::<Option<Vec<u8>>>() {
        keep(Encoding::Hex, &bytes, digest, each);
    }
}

/// Of text in UTF-8 the first byte is 09 to 0d, 2x to 7x, or Cx to Fx.
#[inline]
fn begins_text(piece: &[u8]) -> bool {
    matches!(
        piece,
        [b'2'..=b'7' | b'c'..=b'f' | b'C'..=b'F', ..]
            | [b'0', b'9' | b'a'..=b'd' | b'A'..=b'D', ..]
    )
}

fn base64(piece: &[u8], engine: &impl base64::Engine, each: &mut impl FnMut(Encoding, &[u8])) {
    if piece.len() < SHORTEST_BASE64 || piece.len() % 4 == 1 {
        return;
    }
    if piece.iter().all(u8::is_ascii_digit) {
        return;
    }
    let (mut few, mut many);
    let bytes = if piece.len() <= FEW {
        few = [0; FEW];
        &mut few[..]
    } else {
        many = vec![0; piece.len()];
        &mut many[..]
    };
    if let Ok(length) = engine.decode_slice(piece, bytes) {
        let digest = is_digest_length(length);
        keep(Encoding::Base64, &bytes[..length], digest, each);
    }
}

fn keep(encoding: Encoding, bytes: &[u8], digest: bool, each: &mut impl FnMut(Encoding, &[u8])) {
    let text = std::str::from_utf8(bytes).is_ok_and(|text| {
        text.chars()
            .all(|ch| !ch.is_control() || ch.is_whitespace())
    });
    // Bytes that are no text may be withheld bytes; in hex they stand as they are named, and are found as text.
    if text || digest || (encoding == Encoding::Base64 && bytes.len() >= SHORTEST_BASE64) {
        each(encoding, bytes);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use base64::Engine as _;

    use super::*;
    use crate::spelling::{Speller, TextForms};
    use crate::variants::Variants;

    fn decoded(text: &str) -> Vec<(Encoding, Vec<u8>)> {
        let variants = Variants::shipped().unwrap();
        let mut spelled = TextForms::default();
        Speller::new(&variants).spell(text, &mut spelled);
        let mut all = Vec::new();
        decode(&spelled.strict, |encoding, bytes| {
            all.push((encoding, bytes.to_vec()))
        });
        if text.chars().eq(spelled.strict.chars.iter().copied()) {
            let mut simple = Vec::new();
            decode_simple(text.as_bytes(), |encoding, bytes| {
                simple.push((encoding, bytes.to_vec()));
            });
            assert_eq!(simple, all, "{text:?}");
        }
        all
    }

    #[test]
    fn tokens_are_decoded_wherever_they_stand() {
        let name = "丙野カナリア零一".as_bytes().to_vec();
        let base64 = STANDARD_NO_PAD.encode(&name);
        let url = URL_SAFE_NO_PAD.encode(&name);
        let hex: String = name.iter().map(|byte| format!("{byte:02X}")).collect();
        for (text, encoding) in [
            (base64.clone(), Encoding::Base64),
            (format!("key={base64}==;"), Encoding::Base64),
            (format!("「{url}」"), Encoding::Base64),
            (hex.clone(), Encoding::Hex),
            (format!("tok-0x{hex}"), Encoding::Hex),
        ] {
            assert!(decoded(&text).contains(&(encoding, name.clone())), "{text}");
        }
    }

    /// A list of digests has one a line, and a mail folds a token at its 76th character.
    #[test]
    fn a_token_may_end_with_its_line_or_go_on() {
        let digests = ["0123456789abcdef", "fedcba9876543210"].map(|half| half.repeat(2));
        let found = decoded(&digests.join("\n"));
        for digest in &digests {
            let bytes = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16).unwrap();
            let chars: Vec<char> = digest.chars().collect();
            let bytes: Vec<u8> = chars.chunks(2).map(bytes).collect();
            assert!(found.contains(&(Encoding::Hex, bytes)), "{found:?}");
        }
        let name = "丙野カナリア零一、丙野カナリア零一、丙野カナリア零一";
        let mut folded = STANDARD_NO_PAD.encode(name);
        folded.insert_str(76, "\r\n");
        assert!(decoded(&folded).contains(&(Encoding::Base64, name.into())));
    }

    fn is_found(text: &str, encoding: Encoding, bytes: &[u8]) -> bool {
        decoded(text).contains(&(encoding, bytes.to_vec()))
    }

    fn hexed(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn text_of_every_length_is_decoded() {
        for length in (6..=40).chain([95, 96, 97, 127, 128, 129, 300, 1000]) {
            let bytes: Vec<u8> = b"kana\ndesu".iter().copied().cycle().take(length).collect();
            for text in [
                STANDARD_NO_PAD.encode(&bytes),
                URL_SAFE_NO_PAD.encode(&bytes),
            ] {
                assert!(is_found(&text, Encoding::Base64, &bytes), "{text}");
            }
            for text in [hexed(&bytes), hexed(&bytes).to_uppercase()] {
                assert!(is_found(&text, Encoding::Hex, &bytes), "{text}");
                assert!(
                    is_found(&format!("0x{text}"), Encoding::Hex, &bytes),
                    "{text}"
                );
                assert!(
                    is_found(&format!("0X{text}"), Encoding::Hex, &bytes),
                    "{text}"
                );
            }
        }
        for short in [&b"kanad"[..], b"kana"] {
            assert!(!is_found(&hexed(short), Encoding::Hex, short));
            let text = STANDARD_NO_PAD.encode(short);
            for text in [text.clone(), format!("id-id-{text}")] {
                assert!(!is_found(&text, Encoding::Base64, short), "{text}");
            }
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_kept_where_they_may_be_a_value_or_a_digest() {
        for length in 6..=40 {
            for first in [0x00, 0xe0] {
                let mut bytes = vec![0xab; length];
                bytes[0] = first;
                let digest = [16, 20, 32].contains(&length);
                assert_eq!(is_found(&hexed(&bytes), Encoding::Hex, &bytes), digest);
                let text = URL_SAFE_NO_PAD.encode(&bytes);
                assert_eq!(
                    is_found(&text, Encoding::Base64, &bytes),
                    length >= 8,
                    "{text}"
                );
            }
            let control = vec![0x01; length];
            let text = format!("61{}", hexed(&control));
            assert!(!is_found(
                &text,
                Encoding::Hex,
                &[b"a", &control[..]].concat()
            ));
        }
    }

    #[test]
    fn hex_and_either_alphabet_are_decoded_beside_the_characters_of_the_other() {
        let bytes = "丙野カナリア零一？？？>>>".as_bytes();
        let standard = STANDARD_NO_PAD.encode(bytes);
        let url = URL_SAFE_NO_PAD.encode(bytes);
        assert!(standard.contains(['+', '/']) && url.contains(['-', '_']));
        for (text, encoding) in [
            (format!("id-{standard}"), Encoding::Base64),
            (format!("{standard}_id"), Encoding::Base64),
            (format!("id/{url}"), Encoding::Base64),
            (format!("{url}+id"), Encoding::Base64),
            (format!("id/{}", hexed(bytes)), Encoding::Hex),
            (format!("{}+id", hexed(bytes)), Encoding::Hex),
        ] {
            assert!(is_found(&text, encoding, bytes), "{text}");
        }
        assert!(is_found("ab-6b616e616b61", Encoding::Hex, b"kanaka"));
    }

    #[test]
    fn a_supply_point_is_no_token() {
        assert_eq!(decoded("9000010000131234567800"), []);
    }

    proptest::proptest! {
        /// [`decoded`] holds one way of decoding against the other.
        #[test]
        fn simple_texts_hold_what_every_text_holds(text in "([0-9a-fA-F]{7,40}|[0-9M+/_ -]{0,30}){0,3}") {
            decoded(&text);
        }
    }
}
