//! Everything of a store that is searched: Parquet files in pieces for the threads; every other file as text; and the
//! words that are no cell: names of files, folders and columns, manifest, sums, metadata and statistics of Parquet files.
//!
//! Words that the catalogue or bunri itself chose are known, and not searched. The digests of the store's own files are known
//! too: C1 has recomputed them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use bunri_catalogue::Catalogue;
use bunri_columnar::{REASON_COLUMN, open_parquet};
use bunri_manifest::{B3SUMS, MANIFEST, SHA256SUMS, StoreManifest, open_regular, read_regular};
use bunri_report::Rule;
use parquet::file::metadata::ParquetMetaData;

use crate::LeakError;
use crate::file::Piece;
use crate::inputs::{StoreFolder, StoreTable};
use crate::look::Looker;
use crate::parquet_file::guarded;
use crate::seek::Origin;
use crate::spot::{NO_COLUMN, Site, Spot};
use crate::vocabulary::{OWN_WORDS, words};

/// Row groups of one piece.
const PIECE: usize = 8;
/// A text is looked at in blocks that overlap, so that what a cut goes through is whole in the next.
const BLOCK: usize = 1 << 20;
const OVERLAP: usize = 512;
/// A longer manifest that cannot be read is looked at as any text.
const LONGEST_MANIFEST: u64 = 1 << 24;

/// A line of sums holds a digest and a path, which no file system lets grow longer.
const LONGEST_LINE: usize = 1 << 13;

/// A word that is no cell.
pub(crate) struct Word {
    pub(crate) site: u32,
    pub(crate) bytes: Vec<u8>,
    pub(crate) label: String,
}

/// A file that is no Parquet.
pub(crate) struct Text {
    pub(crate) site: u32,
    pub(crate) path: PathBuf,
}

/// What is searched of one store.
pub(crate) struct Sites<'a> {
    pub(crate) sites: Vec<Site>,
    pub(crate) pieces: Vec<Piece<'a>>,
    pub(crate) texts: Vec<Text>,
    pub(crate) words: Vec<Word>,
    /// Parquet files of which only the raw bytes can be searched.
    pub(crate) unreadable: BTreeSet<u32>,
    pub(crate) files: u64,
}

/// A Parquet file that the audit admitted.
struct Opened<'p> {
    path: &'p Path,
    /// As findings name it.
    file: String,
    batch_rows: usize,
}

/// What is known and no value.
struct KnownWords {
    words: BTreeSet<String>,
    paths: BTreeSet<String>,
}

impl KnownWords {
    fn of(catalogue: &Catalogue, files: &StoreFolder<'_>) -> Self {
        let mut known: BTreeSet<String> = words(catalogue).map(str::to_owned).collect();
        known.extend(OWN_WORDS.map(str::to_owned));
        known.extend([REASON_COLUMN, bunri_manifest::TOOL, "arrow_schema"].map(str::to_owned));
        known.insert(catalogue.digest.clone());
        for digests in files.digests.values() {
            known.insert(digests.blake3.as_str().to_owned());
            known.insert(digests.sha256.as_str().to_owned());
        }
        let mut paths: BTreeSet<String> = [MANIFEST, B3SUMS, SHA256SUMS].map(str::to_owned).into();
        for table in &files.tables {
            paths.insert(table.id().to_owned());
            let own = files
                .digests
                .keys()
                .filter(|path| is_part(path, table.id()));
            paths.extend(own.cloned());
        }
        Self {
            words: known,
            paths,
        }
    }

    fn has(&self, word: &str) -> bool {
        self.words.contains(word) || self.paths.contains(word)
    }
}

/// Whether a file of a table is called as bunri calls its parts, and lies where they lie.
fn is_part(path: &str, table: &str) -> bool {
    let number = path
        .strip_prefix(table)
        .and_then(|path| path.strip_prefix("/part-")?.strip_suffix(".parquet"));
    number.is_some_and(|number| number.len() == 5 && number.bytes().all(|it| it.is_ascii_digit()))
}

impl<'a> Sites<'a> {
    pub(crate) fn of(catalogue: &Catalogue, files: &'a StoreFolder<'a>) -> Result<Self, LeakError> {
        let known = KnownWords::of(catalogue, files);
        let mut sites = Self {
            sites: Vec::new(),
            pieces: Vec::new(),
            texts: Vec::new(),
            words: Vec::new(),
            unreadable: BTreeSet::new(),
            files: files.digests.len() as u64,
        };
        let mut inside = Inside::default();
        if files.root.is_dir() {
            inside.walk(files.root, "")?;
        }
        sites.names(&inside, &known);
        for (number, (path, place)) in (1..).zip(&inside.files) {
            // A name that nobody knows may hold a value, and is not repeated.
            let named = known.paths.contains(path.as_str());
            let file = if named {
                path.clone()
            } else {
                format!("file {number} of the store in the order of names")
            };
            match path.as_str() {
                MANIFEST => sites.manifest(files, place, &known),
                B3SUMS | SHA256SUMS => sites.sums(path, place, &known)?,
                _ if path.ends_with(".parquet") => {
                    let table = path.split_once('/').map(|(folder, _)| folder);
                    let known_table = files.tables.iter().map(|table| &**table);
                    let known_table = known_table
                        .into_iter()
                        .find(|known| Some(known.id()) == table);
                    // What the audit did not admit must not meet the Parquet library.
                    match files.batch_rows.get(path) {
                        Some(&batch_rows) => {
                            let file = Opened {
                                path: place,
                                file,
                                batch_rows,
                            };
                            sites.parquet(file, known_table, files, &known);
                        }
                        None => sites.unreadable(place.clone(), file),
                    }
                }
                _ => drop(sites.text(place.clone(), file)),
            }
        }
        Ok(sites)
    }

    fn site(&mut self, site: Site) -> u32 {
        self.sites.push(site);
        self.sites.len() as u32 - 1
    }

    fn word(&mut self, site: u32, bytes: &[u8], label: String) {
        self.words.push(Word {
            site,
            bytes: bytes.to_vec(),
            label,
        });
    }

    /// Names of files and folders.
    fn names(&mut self, inside: &Inside, known: &KnownWords) {
        let site = self.site(Site {
            rule: Some(Rule::ValueInName),
            ..Site::default()
        });
        let files = inside.files.keys();
        for (kind, paths) in [
            ("file", files.collect::<Vec<_>>()),
            ("folder", inside.folders.iter().collect()),
        ] {
            for (number, path) in (1..).zip(paths) {
                if !known.paths.contains(path) {
                    let label =
                        format!("the name of {kind} {number} of the store in the order of names");
                    self.word(site, path.as_bytes(), label);
                }
            }
        }
    }

    fn manifest(&mut self, files: &StoreFolder<'_>, place: &Path, known: &KnownWords) {
        let site = self.site(Site {
            rule: Some(Rule::ValueInManifest),
            file: Some(MANIFEST.to_owned()),
            ..Site::default()
        });
        let json = files.has_manifest.then_some(()).and_then(|()| {
            let text = read_regular(place).ok()?;
            serde_json::from_slice::<serde_json::Value>(&text).ok()
        });
        match json {
            // It was parsed strictly, so its keys are the manifest's own.
            Some(json) => strings(&json, &mut |text| {
                if !known.has(text) {
                    self.word(site, text.as_bytes(), String::new());
                }
            }),
            None => self.broken_manifest(site, place, known),
        }
    }

    /// A manifest that is none, piece by piece, so that what every manifest says is not taken for a part of what somebody
    /// added.
    fn broken_manifest(&mut self, site: u32, place: &Path, known: &KnownWords) {
        let short = std::fs::metadata(place).is_ok_and(|told| told.len() <= LONGEST_MANIFEST);
        let text = short.then(|| read_regular(place).ok()).flatten();
        let Some(text) = text else {
            return self.texts.push(Text {
                site,
                path: place.to_path_buf(),
            });
        };
        for piece in between_known(&text, |word| {
            known.has(word) || StoreManifest::FIELDS.contains(&word)
        }) {
            let label = format!("after byte {}", piece.start);
            self.word(site, &text[piece], label);
        }
    }

    fn sums(&mut self, path: &str, place: &Path, known: &KnownWords) -> Result<(), LeakError> {
        let site = self.site(Site {
            rule: Some(Rule::ValueInManifest),
            file: Some(path.to_owned()),
            ..Site::default()
        });
        let told = std::fs::metadata(place).map_err(LeakError::io("look at", place))?;
        let short = told.len() <= LONGEST_MANIFEST;
        let text = if short {
            read_regular(place).map_err(LeakError::io("read", place))?
        } else {
            Vec::new()
        };
        // A line that nobody's writer made, or very many: looked at in blocks, so that it takes no more memory than a text.
        if !short || has_long_line(&text) {
            self.texts.push(Text {
                site,
                path: place.to_path_buf(),
            });
            return Ok(());
        }
        for (number, line) in (1..).zip(text.split(|&byte| byte == b'\n')) {
            let line = String::from_utf8_lossy(line);
            if line.split_whitespace().any(|word| !known.has(word)) {
                self.word(site, line.as_bytes(), format!("line {number}"));
            }
        }
        Ok(())
    }

    fn text(&mut self, path: PathBuf, file: String) -> u32 {
        let site = self.site(Site {
            file: Some(file),
            ..Site::default()
        });
        self.texts.push(Text { site, path });
        site
    }

    /// C2 names it too. Its bytes are searched as they are, and nobody knows what they say.
    fn unreadable(&mut self, path: PathBuf, file: String) {
        let site = self.text(path, file);
        self.unreadable.insert(site);
    }

    fn parquet(
        &mut self,
        opened: Opened<'_>,
        known_table: Option<&'a dyn StoreTable>,
        store: &'a StoreFolder<'a>,
        known: &KnownWords,
    ) {
        let Opened {
            path,
            file,
            batch_rows,
        } = opened;
        let opened = guarded(|| {
            let builder = open_parquet(path).ok()?;
            Some((builder.metadata().clone(), builder.schema().clone()))
        });
        let Some((metadata, schema)) = opened else {
            return self.unreadable(path.to_path_buf(), file);
        };
        let table = known_table.map(|table| table.id().to_owned());
        let columns: Vec<String> = schema
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        let site = self.site(Site {
            rule: None,
            table: table.clone(),
            file: table.is_none().then(|| file.clone()),
            columns,
        });
        self.metadata(&metadata, table, file, known);
        let groups: Vec<u64> = metadata
            .row_groups()
            .iter()
            .map(|group| u64::try_from(group.num_rows()).unwrap_or(0))
            .collect();
        let mut first = 0;
        for (piece, rows) in groups.chunks(PIECE).enumerate() {
            self.pieces.push(Piece {
                site,
                path: path.to_path_buf(),
                groups: (piece * PIECE..piece * PIECE + rows.len()).collect(),
                rows: rows.iter().sum(),
                first,
                table: known_table,
                batch_rows,
                unmatched: known_table.and_then(|table| store.unmatched.get(table.id())),
                retailers: known_table
                    .and_then(|table| store.retailers.filter(|_| table.is_owned())),
            });
            first += rows.iter().sum::<u64>();
        }
    }

    fn metadata(
        &mut self,
        metadata: &ParquetMetaData,
        table: Option<String>,
        file: String,
        known: &KnownWords,
    ) {
        let names = self.site(Site {
            rule: Some(Rule::ValueInName),
            table: table.clone(),
            file: Some(file.clone()),
            columns: Vec::new(),
        });
        let strings = self.site(Site {
            rule: Some(Rule::ValueInManifest),
            table,
            file: Some(file),
            columns: Vec::new(),
        });
        let footer = metadata.file_metadata();
        let schema = footer.schema_descr();
        for (number, column) in (1..).zip(schema.columns()) {
            for part in column.path().parts().iter().filter(|part| !known.has(part)) {
                self.word(
                    names,
                    part.as_bytes(),
                    format!("the name of column {number}"),
                );
            }
        }
        if !known.has(schema.root_schema().name()) {
            self.word(
                strings,
                schema.root_schema().name().as_bytes(),
                "the name of the schema".to_owned(),
            );
        }
        if let Some(writer) = footer.created_by().filter(|writer| !known.has(writer)) {
            self.word(
                strings,
                writer.as_bytes(),
                "the name of the writer".to_owned(),
            );
        }
        for pair in footer.key_value_metadata().into_iter().flatten() {
            self.word(
                strings,
                pair.key.as_bytes(),
                "key-value metadata".to_owned(),
            );
            let value = pair.value.as_deref().unwrap_or_default();
            self.word(strings, value.as_bytes(), "key-value metadata".to_owned());
        }
        let columns = metadata
            .row_groups()
            .iter()
            .flat_map(|group| group.columns());
        for statistics in columns.filter_map(|column| column.statistics()) {
            for bytes in [statistics.min_bytes_opt(), statistics.max_bytes_opt()]
                .into_iter()
                .flatten()
            {
                self.word(strings, bytes, "statistics".to_owned());
            }
        }
    }
}

/// Every string of a JSON value.
fn strings(json: &serde_json::Value, each: &mut impl FnMut(&str)) {
    match json {
        serde_json::Value::String(text) => each(text),
        serde_json::Value::Array(items) => items.iter().for_each(|item| strings(item, each)),
        serde_json::Value::Object(fields) => fields.values().for_each(|value| strings(value, each)),
        _ => {}
    }
}

/// What lies in a store, by name as well as it can be told. Links are not followed; C1 names them.
#[derive(Default)]
struct Inside {
    files: BTreeMap<String, PathBuf>,
    folders: BTreeSet<String>,
}

impl Inside {
    fn walk(&mut self, folder: &Path, below: &str) -> Result<(), LeakError> {
        let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        for entry in entries.map_err(LeakError::io("list", folder))? {
            let path = entry.path();
            let name = entry.file_name();
            let name = format!("{below}{}", name.to_string_lossy());
            let kind = entry.file_type().map_err(LeakError::io("look at", &path))?;
            if kind.is_dir() {
                self.walk(&path, &format!("{name}/"))?;
                self.folders.insert(name);
            } else if kind.is_file() {
                self.files.insert(name, path);
            }
        }
        Ok(())
    }
}

fn has_long_line(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'\n')
        .any(|line| line.len() > LONGEST_LINE)
}

/// What lies between the quoted words that are known. A quote that nobody knows may begin a word or end one.
fn between_known(text: &[u8], known: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let quotes: Vec<usize> = (0..text.len()).filter(|&at| text[at] == b'"').collect();
    let (mut pieces, mut from, mut quote) = (Vec::new(), 0, 0);
    while let [begin, end, ..] = quotes[quote..] {
        let word = std::str::from_utf8(&text[begin + 1..end]);
        if word.is_ok_and(&known) {
            pieces.push(from..begin);
            from = end + 1;
            quote += 2;
        } else {
            quote += 1;
        }
    }
    pieces.push(from..text.len());
    pieces.retain(|piece| !text[piece.clone()].trim_ascii().is_empty());
    pieces
}

impl Word {
    pub(crate) fn look(&self, row: u64, looker: &mut Looker<'_>) -> Result<(), LeakError> {
        let spot = || {
            Ok(Spot {
                site: self.site,
                row,
                column: NO_COLUMN,
                explained: false,
                label: self.label.clone(),
            })
        };
        looker.bytes(&self.bytes, &spot).map(drop)
    }
}

impl Text {
    pub(crate) fn look(&self, looker: &mut Looker<'_>) -> Result<(), LeakError> {
        let failed = || LeakError::io("read", &self.path);
        let mut file = open_regular(&self.path).map_err(failed())?;
        let (mut block, mut before) = (Vec::new(), 0_u64);
        loop {
            let kept = block.len();
            let read = file
                .by_ref()
                .take((BLOCK - kept) as u64)
                .read_to_end(&mut block)
                .map_err(failed())?;
            if read == 0 {
                return Ok(());
            }
            let spot = || {
                Ok(Spot {
                    site: self.site,
                    row: before,
                    column: NO_COLUMN,
                    explained: false,
                    label: format!("after byte {before}"),
                })
            };
            looker.text(&String::from_utf8_lossy(&block), Origin::Unknown, &spot)?;
            let overlap = block.len().min(OVERLAP);
            before += (block.len() - overlap) as u64;
            block.drain(..block.len() - overlap);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        let known = |word: &str| ["name", "billing", "rows"].contains(&word);
        let pieces = between_known(text.as_bytes(), known).into_iter();
        pieces.map(|piece| &text[piece]).collect()
    }

    #[test]
    fn sums_with_a_line_that_no_path_fills_are_looked_at_as_a_text() {
        let path = "x".repeat(4096);
        assert!(!has_long_line(
            format!("{:064}  {path}\n", 0).repeat(9).as_bytes()
        ));
        assert!(has_long_line("x".repeat(8193).as_bytes()));
    }

    #[test]
    fn known_words_are_left_out_and_everything_else_is_there() {
        assert_eq!(
            pieces(r#"{"name": "billing", "rows": 12"#),
            ["{", ": ", ", ", ": 12"]
        );
        assert_eq!(pieces(r#""name""billing""#), [""; 0]);
        assert_eq!(pieces(r#"name"#), ["name"]);
        assert_eq!(pieces("丙野"), ["丙野"]);
    }

    #[test]
    fn a_quote_too_many_or_too_few_hides_nothing() {
        assert_eq!(pieces(r#"丙"name" 野""#), ["丙", " 野\""]);
        assert_eq!(pieces(r#"丙""name" 野"#), ["丙\"", " 野"]);
        assert_eq!(pieces(r#"丙"野"name"甲"#), ["丙\"野", "甲"]);
        assert_eq!(pieces(r#""host": "丙野", "rows""#), [r#""host": "丙野", "#]);
    }
}
