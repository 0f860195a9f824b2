//! Everything of a store that is searched: Parquet files in pieces for the threads; every other file as text; and the
//! words that are no cell: names of files, folders and columns, manifest, sums, metadata and statistics of Parquet files.
//!
//! Words that the catalogue or bunri itself chose are known, and not searched. The digests of the store's own files are known
//! too: C1 has recomputed them.

use std::collections::BTreeSet;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use bunri_catalogue::Catalogue;
use bunri_columnar::{ColumnarError, Observer, REASON_COLUMN, open_parquet};
use bunri_manifest::{B3SUMS, MANIFEST, SHA256SUMS, StoreManifest, open_regular, read_regular};
use bunri_report::Rule;
use parquet::file::metadata::ParquetMetaData;

use crate::LeakError;
use crate::hits::{Location, NO_COLUMN, Position, Site};
use crate::inputs::StoreFolder;
use crate::lexicon::words;
use crate::parquet::{Looked, Piece, guarded};
use crate::scan::Scanner;
use crate::text::Origin;

/// Row groups of one piece.
const PIECE: usize = 8;
/// A text is looked at in blocks that overlap, so that what a cut goes through is whole in the next.
const BLOCK: usize = 1 << 20;
const OVERLAP: usize = 512;
/// A longer manifest that cannot be read is looked at as any text.
const LONGEST_MANIFEST: u64 = 1 << 24;
/// A line of sums holds a digest and a path, which no file system lets grow longer.
const LONGEST_LINE: usize = 1 << 13;

/// What is searched of one store.
pub(crate) struct Contents<'a> {
    store: &'a StoreFolder<'a>,
    known: Known,
    pub(crate) sites: Vec<Site>,
    pub(crate) pieces: Vec<Piece<'a>>,
    texts: Vec<Text>,
    words: Vec<Word>,
    /// Parquet files of which only the raw bytes can be searched.
    pub(crate) unreadable: BTreeSet<u32>,
}

/// What is known and no value, in texts and among names.
struct Known {
    words: BTreeSet<String>,
    paths: BTreeSet<String>,
}

impl Known {
    fn of(catalogue: &Catalogue, store: &StoreFolder<'_>) -> Self {
        let own = [
            REASON_COLUMN,
            bunri_manifest::TOOL,
            "arrow_schema",
            &catalogue.digest,
        ];
        let digests = store.digests.values();
        let digests = digests.flat_map(|of| [of.blake3.as_str(), of.sha256.as_str()]);
        let words = words(catalogue).chain(own).chain(digests);
        let parts = |table: &str| {
            let files = store.digests.keys().map(String::as_str);
            files
                .filter(|path| is_part(path, table))
                .collect::<Vec<_>>()
        };
        let tables = store.tables.iter().map(|table| table.id());
        let paths = tables.flat_map(|table| [vec![table], parts(table)].concat());
        let paths = paths.chain([MANIFEST, B3SUMS, SHA256SUMS]);
        Self {
            words: words.map(str::to_owned).collect(),
            paths: paths.map(str::to_owned).collect(),
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

impl<'a> Contents<'a> {
    pub(crate) fn of(catalogue: &Catalogue, store: &'a StoreFolder<'a>) -> Result<Self, LeakError> {
        let mut contents = Self {
            store,
            known: Known::of(catalogue, store),
            sites: Vec::new(),
            pieces: Vec::new(),
            texts: Vec::new(),
            words: Vec::new(),
            unreadable: BTreeSet::new(),
        };
        contents.names();
        for (number, (name, path)) in (1..).zip(store.files) {
            // A name that nobody knows may hold a value, and is not repeated.
            let file = if contents.known.paths.contains(name) {
                name.clone()
            } else {
                format!("file {number} of the store in the order of names")
            };
            let path = path.clone();
            match name.as_str() {
                MANIFEST => contents.manifest(path)?,
                B3SUMS | SHA256SUMS => contents.sums(name, path)?,
                _ if name.ends_with(".parquet") => contents.parquet(name, path, file),
                _ => drop(contents.text(path, file)),
            }
        }
        Ok(contents)
    }

    /// What there is to be looked at.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = Task<'_>> {
        let texts = self.texts.iter().map(Task::Text);
        let pieces = self.pieces.iter().map(Task::Piece);
        [Task::Words(&self.words)]
            .into_iter()
            .chain(texts)
            .chain(pieces)
    }

    fn site(&mut self, rule: Option<Rule>, table: Option<&str>, file: Option<&str>) -> u32 {
        let number = self.sites.len() as u32;
        let same = |site: &&Site| table.is_some() && site.table.as_deref() == table;
        self.sites.push(Site {
            rule,
            table: table.map(str::to_owned),
            first: self
                .sites
                .iter()
                .find(same)
                .map_or(number, |site| site.first),
            file: file.map(str::to_owned),
            columns: Vec::new(),
        });
        number
    }

    /// Adds a word, unless it is known.
    fn word(&mut self, site: u32, word: &str, label: impl Into<String>) {
        if !self.known.has(word) {
            self.bytes(site, word.as_bytes(), label);
        }
    }

    fn bytes(&mut self, site: u32, bytes: &[u8], label: impl Into<String>) {
        let location = no_cell(site, self.words.len() as u64, label);
        let bytes = bytes.to_vec();
        self.words.push(Word { location, bytes });
    }

    /// Names of files and folders.
    fn names(&mut self) {
        let site = self.site(Some(Rule::ValueInName), None, None);
        let files = self.store.files.iter().map(|(name, _)| name).zip(1..);
        let files = files.map(|(name, number)| (name, format!("file {number}")));
        let folders = self.store.folders.iter().zip(1..);
        let folders = folders.map(|(name, number)| (name, format!("folder {number}")));
        for (name, what) in files.chain(folders) {
            if !self.known.paths.contains(name) {
                let label = format!("the name of {what} of the store in the order of names");
                self.bytes(site, name.as_bytes(), label);
            }
        }
    }

    /// A file of no more than so many bytes.
    fn read(&self, name: &str, path: &Path, most: u64) -> Result<Option<Vec<u8>>, LeakError> {
        let digests = self.store.digests.get(name);
        let short = digests.is_some_and(|digests| digests.bytes <= most);
        let text = short.then(|| read_regular(path)).transpose();
        Ok(text.map_err(ColumnarError::io("read", path))?)
    }

    fn manifest(&mut self, path: PathBuf) -> Result<(), LeakError> {
        let site = self.site(Some(Rule::ValueInManifest), None, Some(MANIFEST));
        let valid = self.store.has_manifest;
        let most = if valid { u64::MAX } else { LONGEST_MANIFEST };
        let Some(text) = self.read(MANIFEST, &path, most)? else {
            self.texts.push(Text { site, path });
            return Ok(());
        };
        let json: Option<serde_json::Value> = serde_json::from_slice(&text).ok();
        if let Some(json) = json.filter(|_| valid) {
            // It was parsed strictly, so its keys are the manifest's own.
            strings(&json, &mut |text| self.word(site, text, ""));
            return Ok(());
        }
        // A manifest that is none, piece by piece, so that what every manifest says is not taken for a part of what somebody
        // added.
        let known = |word: &str| self.known.has(word) || StoreManifest::FIELDS.contains(&word);
        for piece in between_known(&text, known) {
            let label = format!("after byte {}", piece.start);
            self.bytes(site, &text[piece], label);
        }
        Ok(())
    }

    fn sums(&mut self, name: &str, path: PathBuf) -> Result<(), LeakError> {
        let site = self.site(Some(Rule::ValueInManifest), None, Some(name));
        let text = self.read(name, &path, LONGEST_MANIFEST)?;
        // A line that nobody's writer made, or very many: looked at in blocks, so that it takes no more memory than a text.
        let Some(text) = text.filter(|text| !has_long_line(text)) else {
            self.texts.push(Text { site, path });
            return Ok(());
        };
        for (number, line) in (1..).zip(text.split(|&byte| byte == b'\n')) {
            let line = String::from_utf8_lossy(line);
            if line.split_whitespace().any(|word| !self.known.has(word)) {
                self.bytes(site, line.as_bytes(), format!("line {number}"));
            }
        }
        Ok(())
    }

    fn text(&mut self, path: PathBuf, file: String) -> u32 {
        let site = self.site(None, None, Some(&file));
        self.texts.push(Text { site, path });
        site
    }

    fn parquet(&mut self, name: &str, path: PathBuf, file: String) {
        // What the audit did not admit must not meet the Parquet library.
        let admitted = self.store.batch_rows.get(name).copied();
        let opened = admitted.and_then(|batch_rows| {
            guarded(|| {
                let builder = open_parquet(&path).ok()?;
                let (metadata, schema) = (builder.metadata(), builder.schema());
                Some((batch_rows, metadata.clone(), schema.clone()))
            })
        });
        let Some((batch_rows, metadata, schema)) = opened else {
            // C2 names it too. Its bytes are searched as they are, and nobody knows what they say.
            let site = self.text(path, file);
            self.unreadable.insert(site);
            return;
        };
        let store = self.store;
        let folder = name.split_once('/').map(|(folder, _)| folder);
        let mut tables = store.tables.iter().map(|table| &**table);
        let table = tables.find(|table| Some(table.id()) == folder);
        let id = table.map(|table| table.id());
        let site = self.site(None, id, id.is_none().then_some(&*file));
        let columns = schema.fields().iter().map(|field| field.name().clone());
        self.sites[site as usize].columns = columns.collect();
        self.metadata(&metadata, id, &file);
        let groups = metadata.row_groups().iter();
        let groups: Vec<u64> = groups
            .map(|group| u64::try_from(group.num_rows()).unwrap_or(0))
            .collect();
        let mut first = 0;
        for (piece, rows) in groups.chunks(PIECE).enumerate() {
            self.pieces.push(Piece {
                site,
                path: path.clone(),
                groups: (piece * PIECE..piece * PIECE + rows.len()).collect(),
                rows: rows.iter().sum(),
                first,
                table,
                batch_rows,
                unmatched: id
                    .and_then(|id| store.unmatched.get(id))
                    .filter(|unmatched| !unmatched.is_empty()),
                retailers: table.and_then(|table| store.retailers.filter(|_| table.is_owned())),
            });
            first += rows.iter().sum::<u64>();
        }
    }

    fn metadata(&mut self, metadata: &ParquetMetaData, table: Option<&str>, file: &str) {
        let names = self.site(Some(Rule::ValueInName), table, Some(file));
        let strings = self.site(Some(Rule::ValueInManifest), table, Some(file));
        let footer = metadata.file_metadata();
        let schema = footer.schema_descr();
        for (number, column) in (1..).zip(schema.columns()) {
            for part in column.path().parts() {
                self.word(names, part, format!("the name of column {number}"));
            }
        }
        self.word(
            strings,
            schema.root_schema().name(),
            "the name of the schema",
        );
        if let Some(writer) = footer.created_by() {
            self.word(strings, writer, "the name of the writer");
        }
        for pair in footer.key_value_metadata().into_iter().flatten() {
            for text in [&pair.key, pair.value.as_ref().unwrap_or(&String::new())] {
                self.bytes(strings, text.as_bytes(), "key-value metadata");
            }
        }
        let groups = metadata.row_groups().iter();
        let columns = groups.flat_map(|group| group.columns());
        for statistics in columns.filter_map(|column| column.statistics()) {
            let ends = [statistics.min_bytes_opt(), statistics.max_bytes_opt()];
            for bytes in ends.into_iter().flatten() {
                self.bytes(strings, bytes, "statistics");
            }
        }
    }
}

fn no_cell(site: u32, row: u64, label: impl Into<String>) -> Location {
    Location {
        position: Position {
            site,
            row,
            column: NO_COLUMN,
        },
        explained: false,
        label: label.into(),
    }
}

/// A word that is no cell.
pub(crate) struct Word {
    location: Location,
    bytes: Vec<u8>,
}

/// A file that is no Parquet.
pub(crate) struct Text {
    site: u32,
    path: PathBuf,
}

/// What one thread looks at at a time.
pub(crate) enum Task<'c> {
    Words(&'c [Word]),
    Text(&'c Text),
    Piece(&'c Piece<'c>),
}

impl Task<'_> {
    pub(crate) fn look(
        &self,
        scanner: &mut Scanner<'_>,
        observer: &dyn Observer,
    ) -> Result<Looked, LeakError> {
        match self {
            Self::Words(words) => {
                for word in *words {
                    scanner.bytes(&word.bytes, &|| Ok(word.location.clone()))?;
                }
            }
            Self::Text(text) => text.look(scanner)?,
            Self::Piece(piece) => return piece.look(scanner, observer),
        }
        Ok(Looked::default())
    }
}

impl Text {
    fn look(&self, scanner: &mut Scanner<'_>) -> Result<(), LeakError> {
        let failed = || ColumnarError::io("read", &self.path);
        let mut file = open_regular(&self.path).map_err(failed())?;
        let (mut block, mut before) = (Vec::new(), 0_u64);
        loop {
            let room = (BLOCK - block.len()) as u64;
            let read = file.by_ref().take(room).read_to_end(&mut block);
            if read.map_err(failed())? == 0 {
                return Ok(());
            }
            let place = || Ok(no_cell(self.site, before, format!("after byte {before}")));
            let text = String::from_utf8_lossy(&block);
            scanner.text(&text, Origin::Unknown, &place)?;
            let gone = block.len() - block.len().min(OVERLAP);
            before += gone as u64;
            block.drain(..gone);
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
