//! Values that do not stand as they are: encoded, escaped, hashed, or a number that lost its zero.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bunri_spelling::tokens;

use super::*;

const NAME: &str = "丙野カナリア零一";
const VALUES: [(Grants, &str); 1] = [(WITHHELD, NAME)];

fn hexed(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

#[test]
fn an_encoded_value_is_found_under_two_encodings_and_no_more() {
    let once = STANDARD.encode(NAME);
    let twice = hexed(once.as_bytes());
    let thrice = STANDARD.encode(&twice);
    assert_eq!(leaked(&VALUES, &once), ["value_encoded t.c0, base64"]);
    assert_eq!(leaked(&VALUES, &twice), ["value_encoded t.c0, base64"]);
    assert_eq!(leaked(&VALUES, &thrice), [""; 0]);
    assert_eq!(
        leaked(&VALUES, &hexed(NAME.as_bytes())),
        ["value_encoded t.c0, hex"]
    );
}

#[test]
fn an_escaped_value_is_found() {
    let json: String = NAME
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    let url: String = NAME.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let page: String = NAME.chars().map(|ch| format!("&#{};", ch as u32)).collect();
    for text in [json, url, page] {
        assert_eq!(
            leaked(&VALUES, &format!("欄{text}")),
            ["value_encoded t.c0, escapes"]
        );
    }
}

#[test]
fn a_digest_of_a_value_is_found_in_hex_and_in_base64() {
    let words = ["MD5", "SHA-1", "SHA-256", "BLAKE3"];
    for ((_, digest), word) in tokens::digests(NAME.as_bytes()).into_iter().zip(words) {
        let expected = [format!("value_hashed t.c0, {word}")];
        assert_eq!(leaked(&VALUES, &hexed(&digest)), expected);
        assert_eq!(
            leaked(&VALUES, &format!("id={}", STANDARD.encode(&digest))),
            expected
        );
    }
    let other = tokens::digests("乙山花子".as_bytes());
    assert_eq!(leaked(&VALUES, &hexed(&other[2].1)), [""; 0]);
}

#[test]
fn a_digest_of_a_plainer_form_of_a_value_is_found() {
    for (value, plain) in [
        ("０９０－１２３４－５６７８", "０９０－１２３４－５６７８"),
        ("０９０－１２３４－５６７８", "090-1234-5678"),
        ("０９０－１２３４－５６７８", "09012345678"),
        ("090-1234-5678  ", "090-1234-5678"),
    ] {
        let [_, _, (_, sha256), _] = tokens::digests(plain.as_bytes());
        let found = leaked(&[(WITHHELD, value)], &hexed(&sha256));
        assert_eq!(found, ["value_hashed t.c0, SHA-256"], "{plain} of {value}");
    }
}

#[test]
fn a_digest_of_a_value_that_is_granted_too_tells_nothing() {
    let values = [(WITHHELD, NAME), (GRANTED, NAME)];
    let [_, _, (_, sha256), _] = tokens::digests(NAME.as_bytes());
    assert_eq!(leaked(&values, &hexed(&sha256)), [""; 0]);
}

#[test]
fn a_digest_of_the_spelling_that_is_withheld_is_found_beside_a_granted_one() {
    let values = [(WITHHELD, "髙崎太郎次郎"), (GRANTED, "高崎太郎次郎")];
    let [_, _, (_, sha256), _] = tokens::digests("髙崎太郎次郎".as_bytes());
    assert_eq!(
        leaked(&values, &hexed(&sha256)),
        ["value_hashed t.c0, SHA-256"]
    );
}

/// In a path or a URL a slash is no letter of the token beside it.
#[test]
fn a_token_is_found_behind_and_before_a_slash() {
    let token = STANDARD.encode(NAME);
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    for text in [
        "users/T",
        "T/users",
        "users+T",
        "a/T/b",
        "a-T/b",
        "user/T",
        "T/user",
        "https://example.jp/users/T?x=1",
    ] {
        let text = text.replace('T', &token);
        let found = leaked(&VALUES, &text);
        assert_eq!(found, ["value_encoded t.c0, base64"], "{text}");
    }
}

#[test]
fn hex_of_a_text_is_found_whatever_white_space_it_begins_with() {
    for white in ["", " ", "\t", "\n", "\r\n", "\u{b}", "\u{3000}"] {
        let hex = hexed(format!("{white}{NAME}").as_bytes());
        for hex in [hex.to_uppercase(), hex] {
            let found = leaked(&VALUES, &hex).concat();
            assert!(
                found.starts_with("value_encoded t.c0, hex"),
                "{found} in {hex}"
            );
        }
    }
}
