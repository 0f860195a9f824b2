//! A folder of delimited files, read a second time: which files are whose, their digest and their lines, all written from docs/sources.md and
//! from nothing that extraction is made of. `grammar` cuts lines by descent, as RFC 4180 writes its rules; `signs` decodes code page 932 by its
//! codes. Shared with extraction are the unpackers and the table of the code page (docs/reread.md).

mod grammar;
mod signs;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use bunri_catalogue::Table;
use bunri_columnar::Observer;
use bunri_job::{Delimited, LineForm};
use bunri_manifest::{Blake3Hex, open_regular};

use self::grammar::{Grammar, Sentence, Word};
use crate::RereadError;
use crate::convert::{Raw, Rule};
use crate::line::Line;
use crate::sqlite;

/// The folder, as the job describes it.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    job: Delimited,
}

impl Files {
    pub(crate) fn look(job: &Delimited) -> Result<Self, RereadError> {
        let files = Self { job: job.clone() };
        files.names().map(|_| files)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.job.folder
    }

    /// Every file of the folder, in the order of names.
    fn names(&self) -> Result<BTreeSet<String>, RereadError> {
        let folder = self.folder();
        let mut names = BTreeSet::new();
        for entry in std::fs::read_dir(folder).map_err(RereadError::file(folder))? {
            let path = entry.map_err(RereadError::file(folder))?.path();
            let about = std::fs::metadata(&path).map_err(RereadError::file(&path))?;
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.ok_or_else(|| wrong(&path, "its name is no UTF-8"))?;
            if about.is_file() {
                names.insert(name.to_owned());
            }
        }
        Ok(names)
    }

    /// How the files are read, and a line for each.
    pub(crate) fn digest(&self, observer: &dyn Observer) -> Result<Blake3Hex, RereadError> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.job.declaration().as_bytes());
        for name in self.names()? {
            let path = self.folder().join(&name);
            let mut file = open_regular(&path).map_err(RereadError::file(&path))?;
            let blake3 = sqlite::digest(&mut file, &path, observer)?;
            let about = file.metadata().map_err(RereadError::file(&path))?;
            hasher.update(format!("file {} {blake3} {name}\n", about.len()).as_bytes());
        }
        let hex = hasher.finalize().to_hex().to_string();
        Blake3Hex::try_from(hex).map_err(|why| RereadError::Record(why.to_owned()))
    }

    /// The files of a table: those that the job names for it, else the one that is called after it.
    fn of_table(&self, table: &str) -> Result<Vec<String>, RereadError> {
        let patterns = self.job.tables.get(table).map(|it| it.files.as_slice());
        let mut files: Vec<String> = self.names()?.into_iter().collect();
        files.retain(|name| match patterns {
            Some(patterns) => patterns.iter().any(|pattern| is_like(name, pattern)),
            None => is_called(name, table),
        });
        if files.is_empty() || patterns.is_none() && files.len() > 1 {
            let what = format!("table \"{table}\" has not one file there");
            return Err(wrong(self.folder(), &what));
        }
        Ok(files)
    }

    /// Gives every line of a table's files but the headers.
    pub(crate) fn each_line(
        &self,
        table: &Table,
        mut each: impl FnMut(Line<'_>) -> Result<(), RereadError>,
    ) -> Result<(), RereadError> {
        let form = &self.job.form;
        for name in self.of_table(&table.name)? {
            let path = self.folder().join(&name);
            let refused = |what: String| wrong(&path, &what);
            let mut grammar = Grammar::new(unpacked(&path, &name)?, form).map_err(refused)?;
            let columns = if form.header {
                names_of(&mut grammar, form).map_err(refused)?
            } else {
                let named = self.job.tables.get(&table.name);
                named.map(|it| it.columns.clone()).unwrap_or_default()
            };
            let place = |name: &String| columns.iter().position(|column| column == name);
            let places = table.columns.iter().map(|column| place(&column.name));
            let places: Option<Vec<usize>> = places.collect();
            let places =
                places.ok_or_else(|| wrong(&path, "it has not the columns of the catalogue"))?;
            while let Some(sentence) = grammar.sentence().map_err(refused)? {
                match sentence {
                    Sentence::Words(words) if words.len() == columns.len() => {
                        let raws = places.iter().map(|&at| raw(&words[at], form));
                        each(Line::Row(&raws.collect::<Vec<_>>()))?;
                    }
                    Sentence::Words(_) => {
                        each(Line::Broken(Rule::RaggedLine, grammar.as_it_lies()))?;
                    }
                    Sentence::Nonsense => {
                        each(Line::Broken(Rule::BrokenQuoting, grammar.as_it_lies()))?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn wrong(path: &Path, what: &str) -> RereadError {
    RereadError::Files {
        path: path.to_path_buf(),
        what: what.to_owned(),
    }
}

fn unpacked(path: &Path, name: &str) -> Result<Box<dyn Read>, RereadError> {
    let file: File = open_regular(path).map_err(RereadError::file(path))?;
    let file = BufReader::new(file);
    let name = name.to_lowercase();
    Ok(if name.ends_with(".gz") {
        Box::new(flate2::bufread::MultiGzDecoder::new(file))
    } else if name.ends_with(".zst") {
        let frames = zstd::Decoder::with_buffer(file).map_err(RereadError::file(path))?;
        Box::new(frames)
    } else {
        Box::new(file)
    })
}

fn names_of(grammar: &mut Grammar, form: &LineForm) -> Result<Vec<String>, String> {
    let Some(Sentence::Words(words)) = grammar.sentence()? else {
        return Err("its first line names no columns".to_owned());
    };
    let name = |word: &Word| signs::text(&word.letters, form.encoding);
    let names: Option<Vec<String>> = words.iter().map(name).collect();
    names.ok_or_else(|| "its first line is not in the encoding of the job".to_owned())
}

/// NULL is what no quotes are around.
fn raw<'a>(word: &'a Word, form: &LineForm) -> Raw<'a> {
    if !word.in_quotes && word.letters == form.null.as_bytes() {
        return Raw::Null;
    }
    match signs::text(&word.letters, form.encoding) {
        Some(text) => Raw::Untyped(Cow::Owned(text.into_bytes())),
        None => Raw::Undecodable(Cow::Borrowed(&word.letters)),
    }
}

/// Whether a name is like a pattern: `*` any bytes, `?` one. Kept is, behind each byte of the name, what of the pattern may come next.
fn is_like(name: &str, pattern: &str) -> bool {
    let pattern = pattern.as_bytes();
    let behind_stars = |places: BTreeSet<usize>| {
        let mut all = places;
        for (at, sign) in pattern.iter().enumerate() {
            if all.contains(&at) && *sign == b'*' {
                all.insert(at + 1);
            }
        }
        all
    };
    let mut places = behind_stars(BTreeSet::from([0]));
    for byte in name.bytes() {
        let next = places.iter().filter_map(|&at| match pattern.get(at)? {
            b'*' => Some(at),
            b'?' => Some(at + 1),
            sign => (*sign == byte).then_some(at + 1),
        });
        places = behind_stars(next.collect());
    }
    places.contains(&pattern.len())
}

/// `NAME.csv`, `NAME.tsv`, packed or not, whatever the case of the ending.
fn is_called(name: &str, table: &str) -> bool {
    let Some(ending) = name.strip_prefix(table).map(str::to_lowercase) else {
        return false;
    };
    let plain = ending.strip_suffix(".gz").or(ending.strip_suffix(".zst"));
    !table.is_empty() && matches!(plain.unwrap_or(&ending), ".csv" | ".tsv")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_like_patterns_and_called_after_tables() {
        for (pattern, name, fits) in [
            ("a.csv", "a.csv", true),
            ("a*.csv", "a-1.csv.csv", true),
            ("a*.csv", "a-1.csv.gz", false),
            ("**a", "bca", true),
            ("a?", "a", false),
            ("*", "", true),
            ("", "a", false),
        ] {
            assert_eq!(is_like(name, pattern), fits, "{pattern} {name}");
        }
        assert!(is_called("A.CSV.gz", "A") && is_called("a.b.tsv", "a.b"));
        assert!(!is_called("A.txt", "A") && !is_called("AB.csv", "A") && !is_called(".csv", ""));
    }
}
