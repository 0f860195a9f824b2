//! Lines by the rules of RFC 4180, a rule a function:
//!
//! ```text
//! sentence = word *( delimiter word ) end
//! word     = quoted / plain
//! quoted   = quote *( sign / quote quote ) quote
//! plain    = *sign          ; neither delimiter, quote nor end
//! end      = LF / CR LF / end of the file
//! ```
//!
//! A sentence that these do not make is nonsense to the end of its line.

use std::io::{ErrorKind, Read};

use bunri_job::{Encoding, LineForm};

use super::signs;

/// Nobody holds a longer line.
const LONGEST: usize = 64 << 20;
const PIECE: usize = 1 << 18;

/// A field.
#[derive(Debug, Default)]
pub(super) struct Word {
    pub(super) letters: Vec<u8>,
    pub(super) in_quotes: bool,
}

/// A record.
#[derive(Debug)]
pub(super) enum Sentence {
    Words(Vec<Word>),
    Nonsense,
}

/// What is wrong with a line.
enum Fault {
    /// Its quotes.
    Nonsense,
    /// The file.
    Fatal(String),
}

impl From<String> for Fault {
    fn from(why: String) -> Self {
        Self::Fatal(why)
    }
}

/// A file that is read by these rules.
pub(super) struct Grammar {
    content: Box<dyn Read>,
    piece: Vec<u8>,
    at: usize,
    ended: bool,
    delimiter: u8,
    quote: Option<u8>,
    two_bytes: bool,
    /// The line under way.
    line: Vec<u8>,
    /// How much of it is its end.
    end: usize,
    number: u64,
}

impl Grammar {
    pub(super) fn new(content: Box<dyn Read>, form: &LineForm) -> Result<Self, String> {
        let mut grammar = Self {
            content,
            piece: Vec::new(),
            at: 0,
            ended: false,
            delimiter: form.delimiter,
            quote: form.quote,
            two_bytes: form.encoding != Encoding::Utf8,
            line: Vec::new(),
            end: 0,
            number: 0,
        };
        grammar.fill()?;
        if grammar.piece.starts_with(&[0xef, 0xbb, 0xbf]) {
            if grammar.two_bytes {
                return Err("it begins with the mark of UTF-8".to_owned());
            }
            grammar.at = 3;
        }
        Ok(grammar)
    }

    /// The line of the last sentence, without its end.
    pub(super) fn as_it_lies(&self) -> &[u8] {
        &self.line[..self.line.len() - self.end]
    }

    /// The next one; none at the end.
    pub(super) fn sentence(&mut self) -> Result<Option<Sentence>, String> {
        self.line.clear();
        self.end = 0;
        self.number += 1;
        if self.look()?.is_none() {
            return Ok(None);
        }
        match self.words() {
            Ok(words) => Ok(Some(Sentence::Words(words))),
            Err(Fault::Fatal(why)) => Err(format!("record {}: {why}", self.number)),
            Err(Fault::Nonsense) => {
                while self.take()?.is_some_and(|sign| sign != b'\n') {}
                self.end = match self.line.as_slice() {
                    [.., b'\r', b'\n'] => 2,
                    [.., b'\n'] => 1,
                    _ => 0,
                };
                Ok(Some(Sentence::Nonsense))
            }
        }
    }

    fn words(&mut self) -> Result<Vec<Word>, Fault> {
        let mut words = Vec::new();
        loop {
            let word = if self.quote.is_some() && self.look()? == self.quote {
                self.quoted()?
            } else {
                self.plain()?
            };
            words.push(word);
            if self.ends()? {
                return Ok(words);
            }
            if self.look()? != Some(self.delimiter) {
                return Err(Fault::Nonsense);
            }
            self.take()?;
        }
    }

    fn quoted(&mut self) -> Result<Word, Fault> {
        let mut letters = Vec::new();
        self.take()?;
        loop {
            let Some(sign) = self.take()? else {
                return Err(Fault::Fatal("a quote is never closed".to_owned()));
            };
            if Some(sign) == self.quote {
                if self.look()? != self.quote {
                    return Ok(Word {
                        letters,
                        in_quotes: true,
                    });
                }
                self.take()?;
            }
            letters.push(sign);
        }
    }

    fn plain(&mut self) -> Result<Word, Fault> {
        let mut word = Word::default();
        while !self.ends()? {
            let Some(sign) = self.look()? else { break };
            if sign == self.delimiter {
                break;
            }
            if Some(sign) == self.quote {
                return Err(Fault::Nonsense);
            }
            self.take()?;
            word.letters.push(sign);
            if self.two_bytes && signs::begins(sign) && self.look()?.is_some_and(signs::ends) {
                word.letters.extend(self.take()?);
            }
        }
        Ok(word)
    }

    /// Whether the line ends here; its end is taken.
    fn ends(&mut self) -> Result<bool, String> {
        // Asked twice of one end, it was taken already.
        if self.end > 0 {
            return Ok(true);
        }
        match self.look()? {
            None => Ok(true),
            Some(b'\n') => {
                self.take()?;
                self.end = 1;
                Ok(true)
            }
            Some(b'\r') if self.look_behind()? == Some(b'\n') => {
                self.take()?;
                self.take()?;
                self.end = 2;
                Ok(true)
            }
            Some(_) => Ok(false),
        }
    }

    fn look(&mut self) -> Result<Option<u8>, String> {
        if self.at == self.piece.len() {
            self.fill()?;
        }
        Ok(self.piece.get(self.at).copied())
    }

    /// The sign behind the next one.
    fn look_behind(&mut self) -> Result<Option<u8>, String> {
        if self.at + 1 >= self.piece.len() {
            self.fill()?;
        }
        Ok(self.piece.get(self.at + 1).copied())
    }

    fn take(&mut self) -> Result<Option<u8>, String> {
        let sign = self.look()?;
        if let Some(sign) = sign {
            self.at += 1;
            self.line.push(sign);
            if self.line.len() > LONGEST {
                return Err(format!("record {} is longer than 64 MiB", self.number));
            }
        }
        Ok(sign)
    }

    /// Reads on, behind what is not taken yet.
    fn fill(&mut self) -> Result<(), String> {
        if self.ended {
            return Ok(());
        }
        self.piece.drain(..self.at);
        self.at = 0;
        let begun = self.piece.len();
        self.piece.resize(begun + PIECE, 0);
        let mut end = begun;
        while end < self.piece.len() && !self.ended {
            match self.content.read(&mut self.piece[end..]) {
                Ok(0) => self.ended = true,
                Ok(read) => end += read,
                Err(again) if again.kind() == ErrorKind::Interrupted => {}
                Err(refused) => return Err(refused.to_string()),
            }
        }
        self.piece.truncate(end);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    type Found = Result<Vec<(String, bool)>, String>;

    fn read(text: &[u8], quote: Option<u8>) -> Vec<Found> {
        let form = LineForm {
            encoding: Encoding::Utf8,
            delimiter: b',',
            quote,
            header: false,
            null: String::new(),
        };
        let content = Box::new(std::io::Cursor::new(text.to_vec()));
        let mut grammar = Grammar::new(content, &form).unwrap();
        let mut found = Vec::new();
        while let Some(sentence) = grammar.sentence().unwrap() {
            let line = String::from_utf8_lossy(grammar.as_it_lies()).into_owned();
            found.push(match sentence {
                Sentence::Words(words) => {
                    let word = |it: Word| (String::from_utf8(it.letters).unwrap(), it.in_quotes);
                    Ok(words.into_iter().map(word).collect())
                }
                Sentence::Nonsense => Err(line),
            });
        }
        found
    }

    #[test]
    fn lines_are_what_the_rules_make_of_them() {
        let plain = |words: &[&str]| -> Found {
            Ok(words.iter().map(|it| ((*it).to_owned(), false)).collect())
        };
        let quote = Some(b'"');
        assert_eq!(
            read(b"a,b\r\n\nc,", quote),
            [plain(&["a", "b"]), plain(&[""]), plain(&["c", ""])]
        );
        assert_eq!(read(b"a\r,b\rc\n", quote), [plain(&["a\r", "b\rc"])]);
        assert_eq!(
            read(b"\"a\"\"\n,\",\"\"\r\n", quote),
            [Ok(vec![("a\"\n,".to_owned(), true), (String::new(), true)])]
        );
        assert_eq!(
            read(b"a\"b,\"x\ny,\"z\"z,1\r\nw", quote),
            [
                Err("a\"b,\"x".to_owned()),
                Err("y,\"z\"z,1".to_owned()),
                plain(&["w"])
            ]
        );
        assert_eq!(read(b"a\"b\n", None), [plain(&["a\"b"])]);
        assert_eq!(read(b"\xef\xbb\xbfa\n", quote), [plain(&["a"])]);
        assert!(read(b"", quote).is_empty());
    }
}
