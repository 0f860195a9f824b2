//! One file: what its outline says against what it should, and the contents of its row groups.

use arrow_schema::Schema;

use crate::canon::{self, CREATED_BY, GROUP};
use crate::contents::{ChunkToRead, Contents};
use crate::outline::Outline;
use crate::pages::Page;
use crate::residue::{Residues, Rule};
use crate::source::Source;

/// What the outline says beside what the canonical writer would: who wrote it, its columns, its row groups, every byte
/// between the magic words in its place, and the footer written again.
pub(crate) fn structure(outline: &Outline, schema: Option<&Schema>) -> Residues {
    let mut residues = Residues::default();
    let footer = &outline.footer;
    if footer.created_by.as_deref() != Some(CREATED_BY) || footer.version != 1 {
        residues.add(
            Rule::MetadataForeign,
            None,
            "written by another program or version",
        );
    }
    tiles(outline, &mut residues);
    cuts(outline, &mut residues);
    if let Some(schema) = schema {
        if canon::elements(schema).as_ref() != Some(&footer.schema) {
            residues.add(Rule::SchemaDiffers, None, "");
        } else if canon::footer(schema, outline).as_ref() != Some(&outline.footer_bytes) {
            residues.add(Rule::FooterNotCanonical, None, "");
        }
    }
    residues
}

/// Bytes that lie between chunks. That none lies in two is seen by the outline.
fn tiles(outline: &Outline, residues: &mut Residues) {
    let mut at = 4;
    for (group, columns) in outline.pages.iter().enumerate() {
        for (column, pages) in columns.iter().enumerate() {
            let start = pages.first().map_or(at, |page| page.at);
            gap(
                at,
                start,
                &format!("before row group {group}, column {column}"),
                residues,
            );
            at = pages.last().map_or(at, Page::end);
        }
    }
    gap(
        at,
        outline.footer_at,
        "between the data and the footer",
        residues,
    );
}

fn gap(from: u64, to: u64, place: &str, residues: &mut Residues) {
    if to > from {
        residues.add_many(Rule::ByteUnaccounted, None, place, to - from);
    }
}

/// Row groups are full but for the last, and none is empty.
fn cuts(outline: &Outline, residues: &mut Residues) {
    let groups = &outline.footer.groups;
    for (number, group) in groups.iter().enumerate() {
        let last = number + 1 == groups.len();
        if group.rows == 0 || group.rows > GROUP || (!last && group.rows < GROUP) {
            residues.add(Rule::RowGroupCut, None, &format!("row group {number}"));
        }
    }
}

/// The contents of one row group of a file whose columns should be these. Gives also the longest entry of its dictionaries.
pub(crate) fn group(
    source: &dyn Source,
    outline: &Outline,
    number: usize,
    schema: Option<&Schema>,
    contents: &mut Contents,
) -> std::io::Result<(Residues, u32)> {
    let (mut residues, mut longest) = (Residues::default(), 0);
    // Of other columns, which are a finding, nobody knows what their values should be.
    let schema =
        schema.filter(|schema| canon::elements(schema).as_ref() == Some(&outline.footer.schema));
    let group = &outline.footer.groups[number];
    for (column, chunk) in group.chunks.iter().enumerate() {
        let chunk = ChunkToRead {
            source,
            pages: &outline.pages[number][column],
            element: &outline.footer.schema[column + 1],
            value_type: schema.and_then(|schema| Some(schema.fields().get(column)?.data_type())),
            codec: chunk.codec,
            group: number,
            column,
        };
        let (found, length) = contents.read(&chunk)?;
        residues.append(found);
        longest = longest.max(length);
    }
    Ok((residues, longest))
}
