//! What is inside the pages of one chunk: unpacked, read to the last bit, written again and compared. After it nothing
//! is left in the chunk but its cells: no choice of runs, no spare bits, no dictionary entry that no cell uses.

use std::io;

use arrow_schema::DataType;

use crate::canon::ZSTD;
use crate::cuts::{self, Cell, Cut};
use crate::footer::Element;
use crate::frame::Packer;
use crate::hybrid;
use crate::pages::{Page, PageKind, encoding};
use crate::plain::{Shape, doubled, plain, takes_dictionary};
use crate::residue::{Residues, Rule};
use crate::source::Source;
use crate::values::invalid;

/// One chunk to be looked into.
pub(crate) struct ChunkToRead<'a> {
    pub(crate) source: &'a dyn Source,
    pub(crate) pages: &'a [Page],
    pub(crate) element: &'a Element,
    /// Of the column, where the catalogue or the manifest says it.
    pub(crate) value_type: Option<&'a DataType>,
    pub(crate) codec: i64,
    pub(crate) group: usize,
    pub(crate) column: usize,
}

/// Buffers that one thread uses for chunk after chunk.
pub(crate) struct Contents {
    packer: Packer,
    packed: Vec<u8>,
    content: Vec<u8>,
    dictionary: Vec<u8>,
    levels: Vec<u32>,
    indices: Vec<u32>,
    again: Vec<u8>,
}

/// A chunk while its pages are read.
struct State<'a> {
    chunk: &'a ChunkToRead<'a>,
    shape: Shape,
    /// The lengths of the dictionary's entries; [`None`] where there is none.
    entries: Option<Vec<u32>>,
    used: Vec<bool>,
    /// The entries that were used so far are those before this one.
    next: usize,
    cells: Vec<Cell>,
    /// All pages could be read.
    whole: bool,
    page: usize,
    residues: Residues,
}

impl State<'_> {
    fn add(&mut self, rule: Rule, what: &str) {
        self.add_many(rule, what, 1);
    }

    fn add_many(&mut self, rule: Rule, what: &str, count: u64) {
        let mut place = format!("row group {}, page {}", self.chunk.group, self.page);
        if !what.is_empty() {
            place = format!("{place}: {what}");
        }
        self.residues
            .add_many(rule, Some(self.chunk.column), &place, count);
    }

    /// Counts values that the column's type does not have.
    fn judge(&mut self, bytes: &[u8], lengths: &[u32]) {
        let Some(value_type) = self.chunk.value_type else {
            return;
        };
        let count = invalid(bytes, self.shape, lengths, value_type);
        if count > 0 {
            self.add_many(Rule::ValueInvalid, "", count);
        }
    }

    /// A page that cannot be read: what depends on all pages is not judged.
    fn damaged(&mut self, what: &str) {
        self.whole = false;
        self.add(Rule::PageDamaged, what);
    }
}

impl Contents {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            packer: Packer::new()?,
            packed: Vec::new(),
            content: Vec::new(),
            dictionary: Vec::new(),
            levels: Vec::new(),
            indices: Vec::new(),
            again: Vec::new(),
        })
    }

    /// Looks into a chunk. Gives what was found and the longest entry of its dictionary.
    pub(crate) fn read(&mut self, chunk: &ChunkToRead<'_>) -> io::Result<(Residues, u32)> {
        let mut state = State {
            chunk,
            shape: Shape::of(chunk.element),
            entries: None,
            used: Vec::new(),
            next: 0,
            cells: Vec::new(),
            whole: true,
            page: 0,
            residues: Residues::default(),
        };
        for (number, page) in chunk.pages.iter().enumerate() {
            state.page = number;
            header(page, &mut state);
            if chunk.codec == ZSTD {
                self.page(page, &mut state)?;
            }
        }
        if chunk.codec != ZSTD {
            state.add(Rule::EncodingUnexpected, "not compressed with zstd");
        } else if state.whole {
            afterwards(&mut state);
        }
        let longest = state.entries.iter().flatten().copied().max().unwrap_or(0);
        Ok((state.residues, longest))
    }

    fn page(&mut self, page: &Page, state: &mut State<'_>) -> io::Result<()> {
        self.packed.resize(page.compressed as usize, 0);
        state.chunk.source.read(page.content(), &mut self.packed)?;
        let size = page.uncompressed as usize;
        if self
            .packer
            .unpack(&self.packed, size, &mut self.content)
            .is_none()
        {
            state.damaged("its frame does not unpack to what its header says");
            return Ok(());
        }
        if let Some(rule) = self.packer.judge(&self.packed, &self.content)? {
            state.add(rule, "");
        }
        let values = page.values as usize;
        match page.kind {
            PageKind::Dictionary => self.dictionary(values, state),
            PageKind::Data => self.data(page, values, state),
            PageKind::DataV2 | PageKind::Other => {
                state.whole = false;
                state.add(Rule::EncodingUnexpected, "a page of another kind");
            }
        }
        Ok(())
    }

    fn dictionary(&mut self, values: usize, state: &mut State<'_>) {
        std::mem::swap(&mut self.dictionary, &mut self.content);
        let bytes = self.dictionary.as_slice();
        let Some((entries, end)) = plain(bytes, state.shape, values) else {
            state.entries = Some(Vec::new());
            return state.damaged("it ends within an entry");
        };
        if end < bytes.len() {
            state.add(Rule::PageTrailingBytes, "");
        }
        let doubled = doubled(bytes, state.shape, &entries);
        if doubled > 0 {
            state.add_many(Rule::DictionaryEntryDoubled, "", doubled);
        }
        state.judge(bytes, &entries);
        state.used = vec![false; entries.len()];
        state.entries = Some(entries);
    }

    fn data(&mut self, page: &Page, rows: usize, state: &mut State<'_>) {
        let content = std::mem::take(&mut self.content);
        let values = if state.chunk.element.repetition == Some(1) {
            self.levels(&content, rows, state)
        } else {
            self.levels.clear();
            self.levels.resize(rows, 1);
            Some(content.as_slice())
        };
        if let Some(values) = values {
            let filled = self.levels.iter().filter(|level| **level == 1).count();
            match page.encoding {
                encoding::RLE_DICTIONARY | encoding::PLAIN_DICTIONARY => {
                    self.indexed(values, filled, state)
                }
                encoding::PLAIN => self.plain(values, filled, state),
                _ => state.damaged("of an encoding that is not looked into"),
            }
        }
        self.content = content;
    }

    /// Reads which rows are NULL. Gives what is behind.
    fn levels<'c>(
        &mut self,
        content: &'c [u8],
        rows: usize,
        state: &mut State<'_>,
    ) -> Option<&'c [u8]> {
        let length = content
            .first_chunk()
            .map(|length| u32::from_le_bytes(*length) as usize);
        let levels = length.and_then(|length| content[4..].split_at_checked(length));
        let Some((levels, values)) = levels else {
            state.damaged("its levels end behind it");
            return None;
        };
        if let Err(fault) = hybrid::decode(levels, 1, rows, &mut self.levels) {
            state.damaged(fault);
            return None;
        }
        self.again.clear();
        hybrid::encode(&self.levels, 1, &mut self.again);
        if self.again != levels {
            state.add(Rule::LevelsNotCanonical, "");
        }
        Some(values)
    }

    fn indexed(&mut self, values: &[u8], filled: usize, state: &mut State<'_>) {
        let Some(entries) = state.entries.take() else {
            return state.damaged("there is no dictionary");
        };
        let decoded = values.split_first().filter(|(width, _)| **width <= 32);
        let decoded = decoded.ok_or("no width of indices");
        let decoded = decoded.and_then(|(width, runs)| {
            hybrid::decode(runs, u32::from(*width), filled, &mut self.indices)?;
            Ok(u32::from(*width))
        });
        match decoded {
            Err(fault) => state.damaged(fault),
            Ok(width) => {
                self.follow(&entries, state);
                let expected = usize::BITS - state.next.saturating_sub(1).leading_zeros();
                self.again.clear();
                self.again.push(expected as u8);
                if width == expected {
                    hybrid::encode(&self.indices, width, &mut self.again);
                }
                if self.again != values {
                    state.add(Rule::IndicesNotCanonical, "");
                }
            }
        }
        state.entries = Some(entries);
    }

    /// Every index names an entry, and entries are named in their order for the first time.
    fn follow(&mut self, entries: &[u32], state: &mut State<'_>) {
        let (mut disorder, mut beyond) = (0, 0);
        let prefix = state.shape.prefix();
        let mut indices = self.indices.iter();
        for &level in &self.levels {
            if level == 0 {
                state.cells.push(Cell::NULL);
                continue;
            }
            let Some(&index) = indices.next() else { break };
            let index = index as usize;
            let Some(&length) = entries.get(index) else {
                beyond += 1;
                continue;
            };
            let fresh = !state.used[index];
            if fresh {
                disorder += u64::from(index != state.next);
                state.used[index] = true;
                state.next = state.next.max(index + 1);
            }
            state.cells.push(Cell::of(length as usize + prefix, fresh));
        }
        if disorder > 0 {
            state.add_many(Rule::DictionaryOrder, "", disorder);
        }
        if beyond > 0 {
            state.damaged("an index beyond the dictionary");
        }
    }

    fn plain(&mut self, values: &[u8], filled: usize, state: &mut State<'_>) {
        let Some((lengths, end)) = plain(values, state.shape, filled) else {
            return state.damaged("it ends within a value");
        };
        if end < values.len() {
            state.add(Rule::PageTrailingBytes, "");
        }
        state.judge(values, &lengths);
        if state.shape == Shape::Bit
            && !filled.is_multiple_of(8)
            && values[end - 1] >> (filled % 8) != 0
        {
            state.add(Rule::ValuesNotCanonical, "padding that is not zero");
        }
        let prefix = state.shape.prefix();
        let mut lengths = lengths.into_iter();
        let cell = |level: &u32| match level {
            0 => Cell::NULL,
            _ => Cell::of(lengths.next().unwrap_or_default() as usize + prefix, false),
        };
        state.cells.extend(self.levels.iter().map(cell));
    }
}

fn header(page: &Page, state: &mut State<'_>) {
    if page.statistics {
        state.add(Rule::StatisticsPresent, "in a page header");
    } else if !page.canonical {
        state.add(Rule::PageHeaderForeign, "");
    }
}

/// What only the whole chunk can tell: entries that nothing uses, and where its pages end.
fn afterwards(state: &mut State<'_>) {
    let unused = state.used.iter().filter(|used| !**used).count();
    state.page = 0;
    if unused > 0 {
        state.add_many(Rule::DictionaryEntryUnused, "", unused as u64);
    }
    let has_dictionary = state.entries.is_some();
    let takes_dictionary = takes_dictionary(state.chunk.element);
    if has_dictionary != takes_dictionary {
        state.add(
            Rule::EncodingUnexpected,
            "a dictionary that is missing, or should be",
        );
    }
    let expected = cuts::pages(&state.cells, state.shape, takes_dictionary);
    let indexed = |page: &Page| {
        [encoding::RLE_DICTIONARY, encoding::PLAIN_DICTIONARY].contains(&page.encoding)
    };
    let data = state
        .chunk
        .pages
        .iter()
        .filter(|page| page.kind != PageKind::Dictionary);
    let found: Vec<Cut> = data
        .map(|page| (page.values as usize, indexed(page)))
        .collect();
    let differing = expected
        .iter()
        .zip(&found)
        .position(|(one, other)| one != other);
    let differing =
        differing.or((expected.len() != found.len()).then(|| expected.len().min(found.len())));
    if let Some(number) = differing {
        let first_data = usize::from(has_dictionary);
        state.page = number + first_data;
        let rows = |cuts: &[Cut]| cuts.get(number).map(|cut| cut.0);
        if rows(&expected) == rows(&found) {
            state.add(Rule::EncodingUnexpected, "plain or by dictionary");
        } else {
            state.add(Rule::PageCut, "");
        }
    }
}
