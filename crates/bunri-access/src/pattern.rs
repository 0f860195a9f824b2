//! Lines that are no table: a pattern says what stands between the fields. `{account}` is a field up to what follows it in the pattern, `{_}`
//! is a text that nobody reads, and `{pairs}` are `key=value` in any order, as RFC 5424 writes structured data, with values in
//! quotes or without.

use std::ops::Range;

use memchr::memmem;

use crate::cut::{Cut, Malformed};
use crate::field::{Field, FieldNames};

/// What a line is made of, in its order.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// What a line begins with.
    prefix: Vec<u8>,
    pieces: Vec<Piece>,
    pairs: Vec<(Field, Vec<u8>)>,
}

#[derive(Debug, Clone)]
struct Piece {
    what: What,
    /// What follows; empty at the end of the line.
    until: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Field(Field),
    Skipped,
    Pairs,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A brace is not closed, or closes nothing.
    #[error("a brace is not closed, or closes nothing; `{{{{` and `}}}}` are braces of the line")]
    Brace,
    /// A name in braces that is no field.
    #[error(
        "`{{{0}}}` is no field; the fields are at, sequence, account, terminal, screen, action, search, point, columns, rows, and `_` and `pairs`"
    )]
    Unknown(String),
    /// Nothing says where the first of two ends.
    #[error("nothing stands between `{{{0}}}` and what follows it, so nobody knows where it ends")]
    Touching(String),
    /// A field twice.
    #[error("`{0}` stands twice")]
    Twice(&'static str),
    /// Keys of pairs without pairs, or the reverse.
    #[error("`{{pairs}}` and the keys of pairs belong together")]
    Pairs,
    /// A line has no time or no account.
    #[error("no field `{0}`")]
    Missing(&'static str),
}

impl Pattern {
    /// Reads a pattern. `pairs` are the keys of `{pairs}`.
    ///
    /// # Errors
    /// [`PatternError`].
    pub fn new(text: &str, pairs: &FieldNames) -> Result<Self, PatternError> {
        let mut reading = Reading { rest: text };
        let prefix = reading.literal()?;
        let mut pieces = Vec::new();
        while let Some((name, what)) = reading.name()? {
            let until = reading.literal()?;
            if until.is_empty() && !reading.rest.is_empty() {
                return Err(PatternError::Touching(name.to_owned()));
            }
            pieces.push(Piece { what, until });
        }
        let pattern = Self {
            prefix,
            pieces,
            pairs: pairs
                .iter()
                .map(|(field, key)| (*field, key.clone().into_bytes()))
                .collect(),
        };
        pattern.checked()
    }

    fn checked(self) -> Result<Self, PatternError> {
        let has_pairs = self.pieces.iter().any(|piece| piece.what == What::Pairs);
        if has_pairs == self.pairs.is_empty() {
            return Err(PatternError::Pairs);
        }
        for field in Field::ALL {
            let among = self.pieces.iter().map(|piece| piece.what);
            let among = among.filter(|what| *what == What::Field(field)).count();
            let keys = self.pairs.iter().filter(|(it, _)| *it == field).count();
            if among + keys > 1 {
                return Err(PatternError::Twice(field.word()));
            }
        }
        for field in [Field::Time, Field::Account] {
            if !self.has(field) {
                return Err(PatternError::Missing(field.word()));
            }
        }
        Ok(self)
    }

    /// Whether it has this field.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        let among = |piece: &Piece| piece.what == What::Field(field);
        self.pieces.iter().any(among) || self.pairs.iter().any(|(it, _)| *it == field)
    }

    pub(crate) fn cut(&self, line: &[u8], cut: &mut Cut) -> Result<(), Malformed> {
        let mut at = self.prefix.len();
        if !line.starts_with(&self.prefix) {
            return Err(Malformed::Pattern);
        }
        for piece in &self.pieces {
            let rest = &line[at..];
            let length = match (piece.what, piece.until.as_slice()) {
                (_, []) => rest.len(),
                // What ends the pairs may stand in the quotes of a value.
                (What::Pairs, until) => pairs_length(rest, until).ok_or(Malformed::Pattern)?,
                (What::Field(_) | What::Skipped, [only]) => {
                    memchr::memchr(*only, rest).ok_or(Malformed::Pattern)?
                }
                (What::Field(_) | What::Skipped, until) => {
                    memmem::find(rest, until).ok_or(Malformed::Pattern)?
                }
            };
            match piece.what {
                What::Field(field) => cut.set(field, at..at + length),
                What::Skipped => {}
                What::Pairs => self.cut_pairs(line, at..at + length, cut)?,
            }
            at += length + piece.until.len();
        }
        if at == line.len() {
            Ok(())
        } else {
            Err(Malformed::Pattern)
        }
    }

    fn cut_pairs(&self, line: &[u8], range: Range<usize>, cut: &mut Cut) -> Result<(), Malformed> {
        let end = range.end;
        let mut at = range.start;
        loop {
            while at < end && line[at] == b' ' {
                at += 1;
            }
            if at == end {
                return Ok(());
            }
            let length = memchr::memchr(b'=', &line[at..end]).ok_or(Malformed::Pattern)?;
            let key = &line[at..at + length];
            at += length + 1;
            let quoted = line.get(at) == Some(&b'"') && at < end;
            let value = if quoted {
                let close = closing(&line[at + 1..end]).ok_or(Malformed::Quotes)?;
                at + 1..at + 1 + close
            } else {
                let length = memchr::memchr(b' ', &line[at..end]).unwrap_or(end - at);
                at..at + length
            };
            at = value.end + usize::from(quoted);
            if at < end && line[at] != b' ' {
                return Err(Malformed::Quotes);
            }
            let Some((field, _)) = self.pairs.iter().find(|(_, it)| it == key) else {
                continue;
            };
            // No value of a code, a number or a time has an escape; one that does is no such value and is not cut open here.
            if quoted && memchr::memchr(b'\\', &line[value.clone()]).is_some() {
                return Err(Malformed::Quotes);
            }
            cut.set(*field, value);
        }
    }
}

/// Where the quote is that no backslash stands before.
fn closing(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// Bytes before the first `until` that is in no quotes.
fn pairs_length(text: &[u8], until: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let end = memmem::find(rest, until)?;
        match memchr::memchr(b'"', &rest[..end]) {
            None => return Some(at + end),
            Some(open) => at += open + 1 + closing(&rest[open + 1..])? + 1,
        }
    }
}

struct Reading<'a> {
    rest: &'a str,
}

impl<'a> Reading<'a> {
    /// What stands before the next name.
    fn literal(&mut self) -> Result<Vec<u8>, PatternError> {
        let mut literal = Vec::new();
        loop {
            let Some(at) = self.rest.find(['{', '}']) else {
                literal.extend_from_slice(self.rest.as_bytes());
                self.rest = "";
                return Ok(literal);
            };
            let (before, rest) = self.rest.split_at(at);
            literal.extend_from_slice(before.as_bytes());
            let brace = rest.as_bytes()[0];
            if rest.as_bytes().get(1) == Some(&brace) {
                literal.push(brace);
                self.rest = &rest[2..];
            } else if brace == b'{' {
                self.rest = rest;
                return Ok(literal);
            } else {
                return Err(PatternError::Brace);
            }
        }
    }

    fn name(&mut self) -> Result<Option<(&'a str, What)>, PatternError> {
        let Some(rest) = self.rest.strip_prefix('{') else {
            return Ok(None);
        };
        let (name, rest) = rest.split_once('}').ok_or(PatternError::Brace)?;
        self.rest = rest;
        let what = match name {
            "_" => What::Skipped,
            "pairs" => What::Pairs,
            word => {
                let field = Field::of_word(word);
                What::Field(field.ok_or_else(|| PatternError::Unknown(word.to_owned()))?)
            }
        };
        Ok(Some((name, what)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn get(pattern: &Pattern, line: &str, field: Field) -> Result<String, Malformed> {
        let mut cut = Cut::default();
        cut.begin();
        pattern.cut(line.as_bytes(), &mut cut)?;
        Ok(String::from_utf8(cut.get(line.as_bytes(), field).to_vec()).unwrap())
    }

    #[test]
    fn a_line_of_rfc_5424_gives_its_pairs_in_any_order() {
        let keys = vec![
            (Field::Account, "user".to_owned()),
            (Field::Point, "pt".to_owned()),
        ];
        let pattern = Pattern::new("<{_}>1 {at} {_} [access@32473 {pairs}]{_}", &keys).unwrap();
        let line = "<134>1 2024-04-01T00:00:00Z h app - - [access@32473 pt=\"90\" q=\"a ] \\\" b\" user=U-1] text]";
        let of = |field| get(&pattern, line, field).unwrap();
        assert_eq!(of(Field::Time), "2024-04-01T00:00:00Z");
        assert_eq!(of(Field::Account), "U-1");
        assert_eq!(of(Field::Point), "90");
        for (damaged, why) in [
            ("134>1 2024 h [access@32473 user=U]", Malformed::Pattern),
            ("<134>1 2024 h [other user=U]", Malformed::Pattern),
            ("<134>1 2024 h [access@32473 user]", Malformed::Pattern),
            (
                "<134>1 2024 h [access@32473 user=\"U\"x]",
                Malformed::Quotes,
            ),
            (
                "<134>1 2024 h [access@32473 user=\"U\\\"\"]",
                Malformed::Quotes,
            ),
            ("<134>1 2024 h [access@32473 user=\"U]", Malformed::Pattern),
        ] {
            assert_eq!(
                get(&pattern, damaged, Field::Account),
                Err(why),
                "{damaged}"
            );
        }
    }

    #[test]
    fn a_line_of_rfc_3164_is_cut_at_what_stands_between() {
        let pattern = Pattern::new(
            "{at} apl01 access: user={account} term={terminal} {screen}/{action}",
            &Vec::new(),
        );
        // `Apr  1 00:00:00` has spaces of its own, and the text that follows has the host in it.
        let pattern = pattern.unwrap();
        let line = "Apr  1 00:00:00 apl01 access: user=K-1 term=- S01/READ";
        assert_eq!(get(&pattern, line, Field::Time).unwrap(), "Apr  1 00:00:00");
        assert_eq!(get(&pattern, line, Field::Terminal).unwrap(), "-");
        assert_eq!(get(&pattern, line, Field::Action).unwrap(), "READ");
        assert_eq!(
            get(&pattern, "sshd: hello", Field::Time),
            Err(Malformed::Pattern)
        );
    }

    #[test]
    fn a_pattern_that_says_too_little_is_refused() {
        let of = |text: &str| Pattern::new(text, &Vec::new()).unwrap_err();
        assert_eq!(of("{at} {account"), PatternError::Brace);
        assert_eq!(of("{at}} {account}"), PatternError::Brace);
        assert_eq!(of("{at} {who}"), PatternError::Unknown("who".to_owned()));
        assert_eq!(of("{at}{account}"), PatternError::Touching("at".to_owned()));
        assert_eq!(of("{at} {at} {account}"), PatternError::Twice("at"));
        assert_eq!(of("{at} x"), PatternError::Missing("account"));
        assert_eq!(of("{at} {account} {pairs}"), PatternError::Pairs);
    }
}
