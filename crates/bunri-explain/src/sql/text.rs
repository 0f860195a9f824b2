//! The words of SQL: names, literals, comments and indented expressions. Everything that comes from a catalogue or a
//! path passes through here, so that nothing written there can end a literal, a name or a comment early.

use bunri_types::{Day, day_text};

/// About how long a line of several items becomes, in bytes.
const WIDTH: usize = 110;

/// A name in double quotes. Every name of the catalogue is quoted, whether it needs it or not.
pub(super) fn name(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A text literal. Characters that cannot be seen are written by their number.
pub(super) fn literal(text: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut plain = String::new();
    let close = |plain: &mut String, parts: &mut Vec<String>| {
        if !plain.is_empty() {
            parts.push(format!("'{}'", std::mem::take(plain)));
        }
    };
    for letter in text.chars() {
        if hidden(letter) {
            close(&mut plain, &mut parts);
            parts.push(format!("chr({})", u32::from(letter)));
        } else if letter == '\'' {
            plain.push_str("''");
        } else {
            plain.push(letter);
        }
    }
    close(&mut plain, &mut parts);
    match parts.as_slice() {
        [] => "''".to_owned(),
        [one] => one.clone(),
        _ => format!("({})", parts.join(" || ")),
    }
}

/// Control characters, white space other than the plain space, and marks without a shape of their own.
fn hidden(letter: char) -> bool {
    letter.is_control()
        || (letter.is_whitespace() && letter != ' ')
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Literals with commas.
pub(super) fn literals<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let texts: Vec<String> = texts.into_iter().map(literal).collect();
    texts.join(", ")
}

/// `DATE '2026-04-01'`.
pub(super) fn day(day: Day) -> String {
    format!("DATE '{}'", day_text(day))
}

/// A line of a comment: one line, whatever stood in the text.
pub(super) fn comment(text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|letter| if hidden(letter) { ' ' } else { letter })
        .collect();
    format!("-- {}", shown.trim_end()).trim_end().to_owned()
}

/// The same text with every line but the first indented further.
pub(super) fn hang(text: &str, indent: usize) -> String {
    text.replace('\n', &format!("\n{:indent$}", ""))
}

/// Items one under the other, with commas between them.
pub(super) fn stacked(items: &[String], indent: usize) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|item| format!("{:indent$}{}", "", hang(item, indent)))
        .collect();
    items.join(",\n")
}

/// Items with commas, and a new line where a line grows long.
pub(super) fn wrapped(items: &[String], indent: usize) -> String {
    let mut lines = vec![String::new()];
    for (at, item) in items.iter().enumerate() {
        let comma = if at + 1 < items.len() { "," } else { "" };
        let long = lines
            .last()
            .is_some_and(|line| !line.is_empty() && line.len() + item.len() > WIDTH);
        if long {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            let space = if line.is_empty() { "" } else { " " };
            line.push_str(&format!("{space}{item}{comma}"));
        }
    }
    lines.join(&format!("\n{:indent$}", ""))
}

/// `CASE WHEN … THEN … ELSE … END`, a line for each case.
pub(super) fn case(arms: &[(String, String)], otherwise: &str) -> String {
    if arms.is_empty() {
        return otherwise.to_owned();
    }
    let arms: Vec<String> = arms
        .iter()
        .map(|(when, then)| format!("WHEN {} THEN {}", hang(when, 5), hang(then, 5)))
        .collect();
    format!(
        "CASE {}\n     ELSE {} END",
        arms.join("\n     "),
        hang(otherwise, 5)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_literal_a_name_or_a_comment_early() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(""), "''");
        assert_eq!(
            literal("a\nb\u{3000}"),
            "('a' || chr(10) || 'b' || chr(12288))"
        );
        assert_eq!(literal("\0"), "chr(0)");
        assert_eq!(name("契約\"高"), "\"契約\"\"高\"");
        assert_eq!(
            comment("one\n; DROP TABLE x --"),
            "-- one ; DROP TABLE x --"
        );
    }

    #[test]
    fn cases_stand_one_under_the_other() {
        let arm = |when: &str, then: &str| (when.to_owned(), then.to_owned());
        assert_eq!(
            case(&[arm("a", "1"), arm("b", "2")], "3"),
            "CASE WHEN a THEN 1\n     WHEN b THEN 2\n     ELSE 3 END"
        );
        assert_eq!(case(&[], "3"), "3");
    }
}
