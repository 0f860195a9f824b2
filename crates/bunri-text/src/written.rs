//! TOML as a person would write it: what tools propose is text that people review.

/// A name as a key: quoted where it is no bare key (TOML 1.0, "Keys").
#[must_use]
pub fn key(name: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !name.is_empty() && name.bytes().all(bare) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A text as a basic string in quotes, control characters escaped (TOML 1.0, "String").
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            letter if letter.is_control() => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(letter)));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// What is safe in a comment: no letter ends it.
#[must_use]
pub fn comment(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_plain_words_are_quoted() {
        assert_eq!(key("a_b-1"), "a_b-1");
        assert_eq!(key("供給"), "\"供給\"");
        assert_eq!(key(""), "\"\"");
        assert_eq!(quoted("a\"b\\c\nd"), "\"a\\\"b\\\\c\\u000Ad\"");
        assert_eq!(comment("a\nkey = 1"), "a key = 1");
    }
}
