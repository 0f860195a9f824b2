//! Texts out of somebody else's system: names of tables, columns, files, rows, and what people wrote beside them. They are
//! whatever somebody typed, so nothing of them may turn the line round, hide, or fill a page.

use maud::{Markup, Render, html};

/// Longer names are cut: a page is for people.
const LONGEST_NAME: usize = 200;
/// The same of what people wrote, and of sentences.
const LONGEST_TEXT: usize = 2_000;
/// So many letters without a place to break are broken all the same.
const LONGEST_WORD: usize = 24;

/// A name as a page shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name<'a>(pub &'a str);

/// A sentence, or what people wrote; what stands between backticks is code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prose<'a>(pub &'a str);

impl Name<'_> {
    /// Its letters, with those spelled that would move the cursor, turn the line round or be seen as nothing.
    #[must_use]
    pub fn visible(self) -> String {
        visible(self.0, LONGEST_NAME)
    }
}

impl Prose<'_> {
    /// The same of a text.
    pub(crate) fn visible(self) -> String {
        visible(self.0, LONGEST_TEXT)
    }
}

fn visible(text: &str, longest: usize) -> String {
    let mut letters = text.chars();
    let mut seen = String::new();
    for letter in letters.by_ref().take(longest) {
        if is_unseen(letter) {
            seen.extend(letter.escape_unicode());
        } else {
            seen.push(letter);
        }
    }
    if letters.next().is_some() {
        seen.push('…');
    }
    seen
}

/// Controls, marks of direction, and what has no width: all that Unicode lets a text do beside being read.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl Render for Name<'_> {
    fn render(&self) -> Markup {
        // Apart from the text around it, whatever the direction of its letters.
        html! { bdi { @for piece in pieces(&self.visible()) { (piece) wbr; } } }
    }
}

/// A name, cut behind the signs that join its words: there a narrow column breaks it.
fn pieces(name: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut length = 0;
    for letter in name.chars() {
        if let Some(piece) = pieces.last_mut() {
            piece.push(letter);
        }
        length += 1;
        if matches!(letter, '_' | '.' | '/' | ' ' | ',') || length == LONGEST_WORD {
            pieces.push(String::new());
            length = 0;
        }
    }
    pieces
}

impl Render for Prose<'_> {
    fn render(&self) -> Markup {
        let text = self.visible();
        html! {
            bdi { @for (at, part) in text.split('`').enumerate() {
                @if at % 2 == 1 { code { (part) } } @else { (part) }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_spelled_and_what_is_long_is_cut() {
        let name = Name("a\u{202e}b\n\u{200b}<i>\"'");
        assert_eq!(name.visible(), "a\\u{202e}b\\u{a}\\u{200b}<i>\"'");
        let long = "漢".repeat(3000);
        assert_eq!(Name(&long).visible().chars().count(), LONGEST_NAME + 1);
        assert_eq!(Prose(&long).visible().chars().count(), LONGEST_TEXT + 1);
    }

    #[test]
    fn names_break_between_their_words_and_are_escaped() {
        let shown = Name("meter_no<i>").render().into_string();
        assert_eq!(shown, "<bdi>meter_<wbr>no&lt;i&gt;<wbr></bdi>");
        let shown = Name(&"x".repeat(30)).render().into_string();
        assert_eq!(shown.matches("<wbr>").count(), 2);
    }

    #[test]
    fn code_in_a_sentence_is_set_apart() {
        let shown = Prose("run `a<b` now").render().into_string();
        assert_eq!(shown, "<bdi>run <code>a&lt;b</code> now</bdi>");
    }
}
