//! TOML syntax: the parser's mistakes, said so that the person who typed them knows what to type instead. The
//! commonest in Japan is a bare key in kanji, which TOML does not allow without quotes.

use toml::Spanned;
use toml::de::{DeTable, Error};

use crate::problem::{Log, Spot};

/// The tree of a file, or [`None`] if so much is broken that going on would only invent mistakes.
pub fn parse_toml<'t>(file: usize, text: &'t str, log: &mut Log) -> Option<Spanned<DeTable<'t>>> {
    let (tree, errors) = DeTable::parse_recoverable(text);
    let mut readable = true;
    for error in &errors {
        let mistake = translate(error, text);
        readable &= mistake.recovered;
        log.refuse(
            Spot {
                file,
                offset: Some(mistake.offset),
            },
            mistake.message,
        );
    }
    readable.then_some(tree)
}

struct Mistake {
    offset: usize,
    message: String,
    /// Whether the parser understood what was meant and went on with it.
    recovered: bool,
}

fn translate(error: &Error, text: &str) -> Mistake {
    let span = error.span().unwrap_or(0..0);
    let offset = span.start.min(text.len());
    let message = error.message();
    if message.starts_with("duplicate key") {
        let key = text.get(span).unwrap_or_default().trim_matches(['"', '\'']);
        let message = format!("`{key}` stands twice in one section: keep one");
        return Mistake {
            offset,
            message,
            recovered: true,
        };
    }
    let unquoted = message.starts_with("invalid unquoted key");
    if (unquoted || message.starts_with("key with no value"))
        && let Some((offset, key)) = whole_key(text, offset)
    {
        return Mistake {
            offset,
            message: key_needs_quotes(key),
            recovered: unquoted && key.trim() == key,
        };
    }
    if message.starts_with("invalid basic string") {
        let message = "text is not closed: a `\"` is missing at the end".to_owned();
        return Mistake {
            offset,
            message,
            recovered: false,
        };
    }
    if message.starts_with("string values must be quoted") {
        let value = text.get(span).unwrap_or_default();
        return Mistake {
            offset,
            message: value_needs_quotes(value),
            recovered: false,
        };
    }
    Mistake {
        offset,
        message: format!("not TOML: {message}"),
        recovered: false,
    }
}

/// The text that was meant as a key around `offset`, if an `=` or `]` follows it.
fn whole_key(text: &str, offset: usize) -> Option<(usize, &str)> {
    let stops = ['\n', '{', '}', ',', '[', ']', '=', '"', '\'', '#'];
    let start = text.get(..offset)?.rfind(stops).map_or(0, |stop| stop + 1);
    let end = offset + text.get(offset..)?.find(stops)?;
    if !matches!(text.as_bytes().get(end), Some(b'=' | b']')) {
        return None;
    }
    let key = text.get(start..end)?;
    let indent = key.len() - key.trim_start_matches([' ', '\t', '\u{feff}']).len();
    let key = key.trim_matches([' ', '\t', '\u{feff}']);
    (!key.is_empty()).then_some((start + indent, key))
}

fn key_needs_quotes(key: &str) -> String {
    let inner = key.trim();
    if inner != key {
        return format!(
            "a full-width or other unusual space stands beside the key `{inner}`: remove it"
        );
    }
    format!(
        "the key `{key}` needs quotes, because only the letters A to Z, digits, `_` and `-` may stand \
         without: write `\"{key}\"`"
    )
}

fn value_needs_quotes(value: &str) -> String {
    let inner = value
        .trim()
        .trim_matches(['“', '”', '„', '＂', '‘', '’', '「', '」']);
    format!("text needs plain double quotes: write `\"{inner}\"`")
}
