//! A file's outline: its footer, and every page header between its two magic words. Whoever has one knows how large
//! everything claims to be before anything is unpacked. A file without an outline is not handed to the Parquet library:
//! it is a finding, and its rows count as not there.
//!
//! The gate is deliberately narrower than the format: flat columns, plain and dictionary encodings, sizes that agree
//! with one another, and memory within [`HELD`]. Within it files of other writers are read too, so that their rows can be
//! compared.

use std::ops::Range;

use crate::footer::{Chunk, Element, Footer};
use crate::pages::{Page, PageKind, encoding};
use crate::residue::{Residues, Rule};
use crate::source::Source;
use crate::thrift::Malformed;

/// A footer may take as much: that of the largest canonical file of a hundred columns does.
const FOOTER: u64 = 1 << 28;
/// What a page may unpack to. The canonical writer has no limit of its own; 8,192 cells rarely come near.
pub(crate) const PAGE: u32 = 1 << 27;
/// What it may take on disk: packing makes nothing much longer.
const PACKED: u32 = PAGE + (PAGE >> 6);
/// What a reader may have to hold at one time: of each column its largest dictionary and its largest page.
const HELD: u64 = 1 << 30;
/// Values in a page of any writer.
const VALUES: u32 = 1 << 20;
/// Columns of any table.
const COLUMNS: usize = 10_000;
/// Page headers are read in windows, and a longer one (statistics of long values) in the second.
const WINDOWS: [u64; 2] = [1 << 8, 1 << 24];

/// A file from end to end, before anything is unpacked.
#[derive(Debug)]
pub(crate) struct Outline {
    pub(crate) footer: Footer,
    /// Where the footer begins.
    pub(crate) footer_at: u64,
    pub(crate) footer_bytes: Vec<u8>,
    /// The pages of every chunk, by row group and column.
    pub(crate) pages: Vec<Vec<Vec<Page>>>,
}

/// Why there is no outline.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The file could not be read.
    Io(std::io::Error),
    /// It is not to be read.
    Finding(Rule, String),
}

impl From<std::io::Error> for Refused {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

fn refuse<T>(rule: Rule, why: impl Into<String>) -> Result<T, Refused> {
    Err(Refused::Finding(rule, why.into()))
}

impl Outline {
    /// Reads it; what is foreign in the footer goes to `residues`.
    pub(crate) fn read(source: &dyn Source, residues: &mut Residues) -> Result<Self, Refused> {
        let (footer_at, footer_bytes) = footer(source)?;
        let footer = Footer::read(&footer_bytes, residues)
            .or_else(|malformed| refuse(Rule::NotParquet, told("footer", &malformed)))?;
        flat(&footer.schema)?;
        counts(&footer)?;
        let mut outline = Self {
            footer,
            footer_at,
            footer_bytes,
            pages: Vec::new(),
        };
        // Chunks lie one behind the other, so no byte is walked twice, however often the footer names it.
        let mut from = 4;
        for (number, group) in outline.footer.groups.iter().enumerate() {
            let mut columns = Vec::new();
            for (column, chunk) in group.chunks.iter().enumerate() {
                let place = format!("row group {number}, column {column}");
                let found = walk(source, chunk, from..footer_at, &place)?;
                kinds(&found, chunk, &place)?;
                from = found.last().map_or(from, Page::end);
                columns.push(found);
            }
            outline.pages.push(columns);
        }
        outline.held()?;
        Ok(outline)
    }

    /// What reading it takes at one time.
    fn held(&self) -> Result<(), Refused> {
        let columns = self.footer.schema.len().saturating_sub(1);
        let largest = |column: usize, dictionary: bool| {
            let pages = self.pages.iter().flat_map(|group| &group[column]);
            let of_kind = pages.filter(|page| (page.kind == PageKind::Dictionary) == dictionary);
            of_kind
                .map(|page| u64::from(page.uncompressed))
                .max()
                .unwrap_or(0)
        };
        let held: u64 = (0..columns)
            .map(|column| largest(column, true) + largest(column, false))
            .sum();
        if held > HELD {
            return refuse(
                Rule::HostileSize,
                format!("reading it takes {held} bytes at one time"),
            );
        }
        Ok(())
    }
}

fn told(what: &str, malformed: &Malformed) -> String {
    format!("{what}: {} at byte {}", malformed.what, malformed.at)
}

/// The footer's bytes and where they begin.
fn footer(source: &dyn Source) -> Result<(u64, Vec<u8>), Refused> {
    let len = source.len();
    if len < 12 {
        return refuse(
            Rule::NotParquet,
            "shorter than the two magic words and a length",
        );
    }
    let (mut head, mut tail) = ([0; 4], [0; 8]);
    source.read(0, &mut head)?;
    source.read(len - 8, &mut tail)?;
    if &head != b"PAR1" || &tail[4..] != b"PAR1" {
        return refuse(Rule::NotParquet, "a magic word is missing");
    }
    let length = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    if length > len - 12 {
        return refuse(Rule::FooterLies, "the footer is longer than the file");
    }
    if length > FOOTER {
        return refuse(Rule::HostileSize, "the footer");
    }
    let at = len - 8 - length;
    // Within `FOOTER`, so it fits.
    let mut bytes = vec![0; length as usize];
    source.read(at, &mut bytes)?;
    Ok((at, bytes))
}

/// A root and its columns, none nested or repeated.
fn flat(schema: &[Element]) -> Result<(), Refused> {
    let Some((root, columns)) = schema.split_first() else {
        return refuse(Rule::NotParquet, "no schema");
    };
    let counted = root.children.and_then(|count| usize::try_from(count).ok());
    if counted != Some(columns.len()) || columns.len() > COLUMNS || root.kind.is_some() {
        return refuse(Rule::SchemaDiffers, "the root's columns");
    }
    let plain = |element: &Element| {
        let sized = element.kind != Some(7) || matches!(element.length, Some(1..=4096));
        element.children.is_none()
            && matches!(element.kind, Some(0..=7))
            && matches!(element.repetition, Some(0 | 1))
            && std::str::from_utf8(&element.name).is_ok()
            && sized
    };
    if columns.iter().all(plain) {
        Ok(())
    } else {
        refuse(
            Rule::SchemaDiffers,
            "a column that is nested, repeated or of no type",
        )
    }
}

/// Rows of the file, its groups and their columns.
fn counts(footer: &Footer) -> Result<(), Refused> {
    let columns = footer.schema.len() - 1;
    let mut rows = 0_i64;
    for (number, group) in footer.groups.iter().enumerate() {
        if group.chunks.len() != columns {
            return refuse(Rule::FooterLies, format!("row group {number}: its columns"));
        }
        let agree = |chunk: &Chunk| chunk.values == group.rows;
        if group.rows < 0 || !group.chunks.iter().all(agree) {
            return refuse(
                Rule::FooterLies,
                format!("row group {number}: rows and values"),
            );
        }
        let typed = |(chunk, element): (&Chunk, &Element)| Some(chunk.kind) == element.kind;
        if !group.chunks.iter().zip(&footer.schema[1..]).all(typed) {
            return refuse(
                Rule::FooterLies,
                format!("row group {number}: the type of a column"),
            );
        }
        rows = rows.saturating_add(group.rows);
    }
    if rows == footer.rows {
        Ok(())
    } else {
        refuse(Rule::FooterLies, "rows of the file and of its row groups")
    }
}

/// Page after page of a chunk. They must end where it does.
fn walk(
    source: &dyn Source,
    chunk: &Chunk,
    within: Range<u64>,
    place: &str,
) -> Result<Vec<Page>, Refused> {
    let start = chunk.dictionary_page.unwrap_or(chunk.data_page);
    let bounds = u64::try_from(start)
        .ok()
        .zip(u64::try_from(chunk.compressed).ok());
    let bounds = bounds.and_then(|(start, length)| Some((start, start.checked_add(length)?)));
    let Some((start, end)) = bounds.filter(|(start, end)| *start >= 4 && *end <= within.end) else {
        return refuse(
            Rule::FooterLies,
            format!("{place}: it lies outside the data"),
        );
    };
    if start < within.start {
        return refuse(
            Rule::ByteClaimedTwice,
            format!("{place}: bytes of the column before it"),
        );
    }
    let (mut at, mut pages) = (start, Vec::new());
    while at < end {
        let page = header(source, at, end)?.or_else(|malformed| {
            refuse(
                Rule::PageDamaged,
                told(&format!("{place}, page {}", pages.len()), &malformed),
            )
        })?;
        if page.end() > end {
            return refuse(
                Rule::FooterLies,
                format!("{place}, page {}: longer than its chunk", pages.len()),
            );
        }
        at = page.end();
        pages.push(page);
    }
    let first_data = pages.iter().find(|page| page.kind != PageKind::Dictionary);
    if first_data.is_some_and(|page| u64::try_from(chunk.data_page) != Ok(page.at)) {
        return refuse(
            Rule::FooterLies,
            format!("{place}: where its first data page is"),
        );
    }
    Ok(pages)
}

type Header = Result<Page, Malformed>;

fn header(source: &dyn Source, at: u64, end: u64) -> Result<Header, Refused> {
    let mut read = Err(Malformed {
        what: "no room for a header",
        at: 0,
        short: true,
    });
    for window in WINDOWS {
        let mut bytes = vec![0; (end - at).min(window) as usize];
        source.read(at, &mut bytes)?;
        read = Page::read(&bytes, at);
        let longer = matches!(&read, Err(malformed) if malformed.short);
        if !longer || end - at <= window {
            break;
        }
    }
    Ok(read)
}

/// What the pages of a chunk claim: a dictionary only in the first place, encodings that a reader holds no more than
/// the page for, and as many values as the chunk has.
fn kinds(pages: &[Page], chunk: &Chunk, place: &str) -> Result<(), Refused> {
    let mut values = 0_i64;
    for (number, page) in pages.iter().enumerate() {
        let place = || format!("{place}, page {number}");
        if page.uncompressed > PAGE || page.compressed > PACKED || page.values > VALUES {
            return refuse(Rule::HostileSize, place());
        }
        let known = match page.kind {
            PageKind::Dictionary => {
                number == 0
                    && page.values <= page.uncompressed
                    && [encoding::PLAIN, encoding::PLAIN_DICTIONARY].contains(&page.encoding)
            }
            PageKind::Data | PageKind::DataV2 => [
                encoding::PLAIN,
                encoding::PLAIN_DICTIONARY,
                encoding::RLE,
                encoding::RLE_DICTIONARY,
            ]
            .contains(&page.encoding),
            PageKind::Other => false,
        };
        if !known {
            return refuse(Rule::EncodingUnexpected, place());
        }
        if page.kind != PageKind::Dictionary {
            values += i64::from(page.values);
        }
    }
    if values == chunk.values {
        Ok(())
    } else {
        refuse(Rule::FooterLies, format!("{place}: values of its pages"))
    }
}
