//! Everything of a store that is searched: Parquet files in pieces for the threads; every other file as text; and the
//! words that are no cell: names of files, folders and columns, manifest, sums, metadata and statistics of Parquet files.
//!
//! Words that the catalogue or bunri itself chose are known, and not searched, nor are the digests of the store's own files, which
//! C1 has recomputed.

use std::collections::BTreeSet;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use bunri_catalogue::Catalogue;
use bunri_columnar::{
    ColumnarError, Observer, REASON_COLUMN, guarded, is_store_file, open_parquet,
};
use bunri_manifest::{B3SUMS, MANIFEST, SHA256SUMS, StoreManifest, open_regular, read_regular};
use bunri_report::Rule;
use parquet::file::metadata::ParquetMetaData;

use crate::LeakError;
use crate::hits::{Location, NO_COLUMN, Position, Site};
use crate::inputs::StoreFolder;
use crate::lexicon::words;
use crate::parquet::{Coverage, RowGroupChunk};
use crate::text::Scanner;

/// Row groups that one thread takes.
const CHUNK: usize = 8;
/// A text is looked at in blocks that overlap, so that what a cut goes through is whole in the next.
const BLOCK: usize = 1 << 20;
const OVERLAP: usize = 512;
/// A longer manifest that cannot be read is looked at as any text.
const LONGEST_MANIFEST: u64 = 1 << 24;

/// What is searched of one store.
pub(crate) struct Contents<'a> {
    store: &'a StoreFolder<'a>,
    /// Words that are no value; the paths of the store's files are none either.
    known: BTreeSet<String>,
    pub(crate) sites: Vec<Site>,
    pub(crate) tasks: Vec<Task<'a>>,
    words: Vec<(Location, Vec<u8>)>,
    /// Parquet files of which only the raw bytes can be searched.
    pub(crate) unreadable: BTreeSet<u32>,
}

impl<'a> Contents<'a> {
    pub(crate) fn of(catalogue: &Catalogue, store: &'a StoreFolder<'a>) -> Result<Self, LeakError> {
        let digests = store.digests.values();
        let digests = digests.flat_map(|of| [of.blake3.as_str(), of.sha256.as_str()]);
        let own = [REASON_COLUMN, bunri_manifest::TOOL, "arrow_schema"];
        let words = words(catalogue).chain([&*catalogue.digest]).chain(own);
        let mut contents = Self {
            store,
            known: words.chain(digests).map(str::to_owned).collect(),
            sites: Vec::new(),
            tasks: Vec::new(),
            words: Vec::new(),
            unreadable: BTreeSet::new(),
        };
        contents.names();
        for (number, (name, path)) in (1..).zip(store.files) {
            // A name that nobody knows may hold a value, and is not repeated.
            let unknown = || format!("file {number} of the store in the order of names");
            let known = Some(name.clone()).filter(|name| contents.knows(name));
            let file = known.unwrap_or_else(unknown);
            match name.as_str() {
                MANIFEST => contents.manifest(path)?,
                B3SUMS | SHA256SUMS => contents.sums(name, path)?,
                _ if name.ends_with(".parquet") => contents.parquet(name, path, &file),
                _ => drop(contents.text(path, &file)),
            }
        }
        let words = std::mem::take(&mut contents.words);
        contents.tasks.push(Task::Words(words));
        Ok(contents)
    }

    fn site(&mut self, rule: Option<Rule>, table: Option<&str>, file: Option<&str>) -> u32 {
        let number = self.sites.len() as u32;
        let same = |site: &&Site| table.is_some() && site.table.as_deref() == table;
        let first = self.sites.iter().find(same);
        self.sites.push(Site {
            rule,
            table: table.map(str::to_owned),
            first: first.map_or(number, |site| site.first),
            file: file.map(str::to_owned),
            columns: Vec::new(),
        });
        number
    }

    fn knows(&self, word: &str) -> bool {
        let is_table = |id: &str| self.store.tables.iter().any(|table| table.id() == id);
        self.known.contains(word) || is_store_file(word, is_table)
    }

    /// Adds a word, unless it is known.
    fn word(&mut self, site: u32, word: &str, label: &str) {
        if !self.knows(word) {
            self.bytes(site, word.as_bytes(), label.to_owned());
        }
    }

    /// Adds bytes, in blocks too, so that what somebody wrote into a manifest takes no more memory than a block.
    fn bytes(&mut self, site: u32, bytes: &[u8], label: String) {
        let location = no_cell(site, self.words.len() as u64, label);
        let blocks = blocks(bytes.len()).map(|block| (location.clone(), bytes[block].to_vec()));
        self.words.extend(blocks);
    }

    /// Names of files and folders.
    fn names(&mut self) {
        let site = self.site(Some(Rule::ValueInName), None, None);
        let files = self.store.files.iter().zip(1..);
        let files = files.map(|((name, _), number)| (name, "file", number));
        let folders = self.store.folders.iter().zip(1..);
        let folders = folders.map(|(name, number)| (name, "folder", number));
        for (name, what, number) in files.chain(folders) {
            if !self.knows(name) {
                let label =
                    format!("the name of {what} {number} of the store in the order of names");
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

    fn manifest(&mut self, path: &'a Path) -> Result<(), LeakError> {
        let site = self.site(Some(Rule::ValueInManifest), None, Some(MANIFEST));
        let valid = self.store.has_manifest;
        let most = if valid { u64::MAX } else { LONGEST_MANIFEST };
        let Some(text) = self.read(MANIFEST, path, most)? else {
            self.tasks.push(Task::Text(site, path));
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
        let fields = StoreManifest::FIELDS;
        let known = |word: &str| self.knows(word) || fields.contains(&word);
        for piece in between_known(&text, known) {
            let label = format!("after byte {}", piece.start);
            self.bytes(site, &text[piece], label);
        }
        Ok(())
    }

    fn sums(&mut self, name: &str, path: &'a Path) -> Result<(), LeakError> {
        let site = self.site(Some(Rule::ValueInManifest), None, Some(name));
        let Some(text) = self.read(name, path, LONGEST_MANIFEST)? else {
            self.tasks.push(Task::Text(site, path));
            return Ok(());
        };
        for (number, line) in (1..).zip(text.split(|&byte| byte == b'\n')) {
            let line = String::from_utf8_lossy(line);
            if line.split_whitespace().any(|word| !self.knows(word)) {
                self.bytes(site, line.as_bytes(), format!("line {number}"));
            }
        }
        Ok(())
    }

    fn text(&mut self, path: &'a Path, file: &str) -> u32 {
        let site = self.site(None, None, Some(file));
        self.tasks.push(Task::Text(site, path));
        site
    }

    fn parquet(&mut self, name: &str, path: &'a Path, file: &str) {
        let store = self.store;
        // What the audit did not admit must not meet the Parquet library.
        let admitted = store.batch_rows.get(name);
        let open = |_: &usize| guarded(|| open_parquet(path).ok());
        let Some((&batch_rows, builder)) = admitted.zip(admitted.and_then(open)) else {
            // C2 names it too. Its bytes are searched as they are, and nobody knows what they say.
            let site = self.text(path, file);
            self.unreadable.insert(site);
            return;
        };
        let folder = name.split_once('/').map(|(folder, _)| folder);
        let mut tables = store.tables.iter().map(|table| &**table);
        let table = tables.find(|table| Some(table.id()) == folder);
        let id = table.map(|table| table.id());
        let site = self.site(None, id, id.is_none().then_some(file));
        let fields = builder.schema().fields().iter();
        self.sites[site as usize].columns = fields.map(|field| field.name().clone()).collect();
        self.metadata(builder.metadata(), id, file);
        let mismatches = id.and_then(|id| store.mismatches.get(id));
        let mismatches = mismatches.filter(|mismatches| !mismatches.is_empty());
        let is_owned = table.is_some_and(|table| table.is_owned());
        let (mut group, mut first) = (0, 0);
        for groups in builder.metadata().row_groups().chunks(CHUNK) {
            let rows = groups
                .iter()
                .map(|it| u64::try_from(it.num_rows()).unwrap_or(0));
            let rows = rows.sum();
            self.tasks.push(Task::Rows(RowGroupChunk {
                site,
                path,
                groups: group..group + groups.len(),
                rows,
                first,
                table,
                batch_rows,
                mismatches,
                retailers: store.retailers.filter(|_| is_owned),
            }));
            group += groups.len();
            first += rows;
        }
    }

    fn metadata(&mut self, metadata: &ParquetMetaData, table: Option<&str>, file: &str) {
        let names = self.site(Some(Rule::ValueInName), table, Some(file));
        let strings = self.site(Some(Rule::ValueInManifest), table, Some(file));
        let footer = metadata.file_metadata();
        let schema = footer.schema_descr();
        for (number, column) in (1..).zip(schema.columns()) {
            for part in column.path().parts() {
                self.word(names, part, &format!("the name of column {number}"));
            }
        }
        let root = schema.root_schema().name();
        self.word(strings, root, "the name of the schema");
        if let Some(writer) = footer.created_by() {
            self.word(strings, writer, "the name of the writer");
        }
        for pair in footer.key_value_metadata().into_iter().flatten() {
            let value = pair.value.as_deref().unwrap_or_default();
            for text in [&pair.key, value] {
                self.bytes(strings, text.as_bytes(), "key-value metadata".to_owned());
            }
        }
        let groups = metadata.row_groups().iter();
        let columns = groups.flat_map(|group| group.columns());
        for statistics in columns.filter_map(|column| column.statistics()) {
            let ends = [statistics.min_bytes_opt(), statistics.max_bytes_opt()];
            for bytes in ends.into_iter().flatten() {
                self.bytes(strings, bytes, "statistics".to_owned());
            }
        }
    }
}

fn no_cell(site: u32, row: u64, label: String) -> Location {
    let column = NO_COLUMN;
    Location {
        position: Position { site, row, column },
        explained: false,
        label,
    }
}

/// What one thread looks at at a time.
pub(crate) enum Task<'a> {
    Words(Vec<(Location, Vec<u8>)>),
    /// A file that is no Parquet, with its site.
    Text(u32, &'a Path),
    Rows(RowGroupChunk<'a>),
}

impl Task<'_> {
    pub(crate) fn look(
        &self,
        scanner: &mut Scanner<'_>,
        observer: &dyn Observer,
    ) -> Result<Coverage, LeakError> {
        match self {
            Self::Words(words) => words
                .iter()
                .try_for_each(|(location, bytes)| scanner.bytes(bytes, &|| Ok(location.clone())))?,
            Self::Text(site, path) => text(*site, path, scanner)?,
            Self::Rows(chunk) => return chunk.look(scanner, observer),
        }
        Ok(Coverage::default())
    }
}

/// Where the blocks of so many bytes lie.
fn blocks(length: usize) -> impl Iterator<Item = Range<usize>> {
    let starts = (0..length.saturating_sub(OVERLAP).max(1)).step_by(BLOCK - OVERLAP);
    starts.map(move |start| start..length.min(start + BLOCK))
}

/// Looks at a file as text.
fn text(site: u32, path: &Path, scanner: &mut Scanner<'_>) -> Result<(), LeakError> {
    let failed = || ColumnarError::io("read", path);
    let mut file = open_regular(path).map_err(failed())?;
    let (mut block, mut before) = (Vec::new(), 0_u64);
    loop {
        let room = (BLOCK - block.len()) as u64;
        let read = file.by_ref().take(room).read_to_end(&mut block);
        if read.map_err(failed())? == 0 {
            return Ok(());
        }
        let place = || Ok(no_cell(site, before, format!("after byte {before}")));
        let text = String::from_utf8_lossy(&block);
        scanner.text(&text, &place)?;
        let consumed = block.len() - block.len().min(OVERLAP);
        before += consumed as u64;
        block.drain(..consumed);
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

    /// Whatever is no longer than the overlap is whole in a block, and no block is longer than one of a file.
    #[test]
    fn blocks_leave_nothing_out_and_cut_nothing_short_through() {
        for length in [
            0,
            1,
            OVERLAP,
            BLOCK - 1,
            BLOCK,
            BLOCK + 1,
            2 * BLOCK,
            5 * BLOCK + 7,
        ] {
            let all: Vec<_> = blocks(length).collect();
            assert!(all.iter().all(|block| block.len() <= BLOCK), "{length}");
            assert_eq!((all[0].start, all[all.len() - 1].end), (0, length));
            for pair in all.windows(2) {
                assert_eq!(pair[0].end - pair[1].start, OVERLAP, "{length}");
            }
        }
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
