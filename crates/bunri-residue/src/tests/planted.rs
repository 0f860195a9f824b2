//! Residue planted by somebody who knows the format: everything around it is made consistent again, footer included, so
//! that only the audit's own rule can see it. With `BUNRI_CORPUS=DIR` the files are written there as seeds.

use super::made::{audit, rows, schema, text, written};
use crate::canon;
use crate::outline::Outline;
use crate::pages::{Page, PageKind};
use crate::residue::Residues;

/// A page while it is changed.
struct Craft {
    page: Page,
    /// Bytes before its header.
    before: Vec<u8>,
    /// What becomes of its header.
    header: fn(Vec<u8>) -> Vec<u8>,
    packed: Vec<u8>,
}

impl Craft {
    fn unpack(&self) -> Vec<u8> {
        zstd::bulk::decompress(&self.packed, self.page.uncompressed as usize).unwrap()
    }

    fn pack(&mut self, content: &[u8]) {
        self.packed = zstd::bulk::compress(content, 1).unwrap();
        self.page.uncompressed = content.len() as u32;
    }
}

fn original() -> Vec<u8> {
    let batch = rows(40, |row, column| {
        ((row + column) % 5 > 0).then_some((row * 91) as i64)
    });
    written(&schema(), &[batch])
}

/// A file of all types with one page changed: `edit` hears column and kind, and says when it is done.
fn crafted(column: usize, kind: PageKind, edit: impl FnOnce(&mut Craft)) -> Vec<u8> {
    crafted_of(&original(), column, kind, edit)
}

/// The same of another file of all types.
fn crafted_of(
    bytes: &[u8],
    column: usize,
    kind: PageKind,
    edit: impl FnOnce(&mut Craft),
) -> Vec<u8> {
    let bytes = bytes.to_vec();
    let mut outline = Outline::read(&bytes, &mut Residues::default()).unwrap();
    let mut edit = Some(edit);
    let mut file = b"PAR1".to_vec();
    for (at, pages) in outline.pages[0].iter_mut().enumerate() {
        for page in pages {
            let packed = bytes[page.content() as usize..page.end() as usize].to_vec();
            let (before, page_was) = (Vec::new(), *page);
            let mut craft = Craft {
                page: page_was,
                before,
                header: std::convert::identity,
                packed,
            };
            if at == column
                && page_was.kind == kind
                && let Some(edit) = edit.take()
            {
                edit(&mut craft);
            }
            file.extend_from_slice(&craft.before);
            craft.page.at = file.len() as u64;
            craft.page.compressed = craft.packed.len() as u32;
            let header = (craft.header)(craft.page.canonical_header());
            craft.page.header = header.len() as u32;
            file.extend_from_slice(&header);
            file.extend_from_slice(&craft.packed);
            *page = craft.page;
        }
    }
    assert!(edit.is_none(), "no such page");
    with_footer(file, &canon::footer(&schema(), &outline).unwrap())
}

fn with_footer(mut data: Vec<u8>, footer: &[u8]) -> Vec<u8> {
    data.extend_from_slice(footer);
    data.extend_from_slice(&(footer.len() as u32).to_le_bytes());
    data.extend_from_slice(b"PAR1");
    data
}

/// The data and the footer of the original.
fn halves() -> (Vec<u8>, Vec<u8>) {
    let bytes = original();
    let outline = Outline::read(&bytes, &mut Residues::default()).unwrap();
    (
        bytes[..outline.footer_at as usize].to_vec(),
        outline.footer_bytes,
    )
}

fn refooted(change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let (data, footer) = halves();
    with_footer(data, &change(footer))
}

/// Replaces what must be there once or more; the last of it.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes
        .windows(from.len())
        .rposition(|window| window == from)
        .unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[track_caller]
fn plant(name: &str, admitted: bool, rules: &[&str], file: &[u8]) {
    let verdict = audit(file, &schema());
    assert_eq!(
        verdict.residues.words(),
        rules,
        "{name}: {:#?}",
        verdict.residues
    );
    assert_eq!(verdict.admitted, admitted, "{name}");
    if let Some(folder) = std::env::var_os("BUNRI_CORPUS") {
        let gate = if admitted { "read" } else { "hostile" };
        let name = format!("{gate}-{}-{}.parquet", rules[0], name.replace(' ', "_"));
        std::fs::write(std::path::Path::new(&folder).join(name), file).unwrap();
    }
}

#[test]
fn crafting_without_a_change_gives_the_canonical_file() {
    assert_eq!(crafted(0, PageKind::Data, |_| {}), original());
}

const SKIPPED: &[u8] = b"\x52\x2a\x4d\x18\x04\0\0\0leak";

#[test]
fn bytes_where_no_reader_looks() {
    let gap = crafted(3, PageKind::Dictionary, |craft| {
        craft.before = b"leak".to_vec()
    });
    plant("between columns", true, &["byte_unaccounted"], &gap);
    let frame = crafted(1, PageKind::Data, |craft| {
        craft.packed.extend_from_slice(SKIPPED)
    });
    plant("behind a frame", true, &["frame_skippable"], &frame);
    let empty = crafted(1, PageKind::Data, |craft| {
        let empty = zstd::bulk::compress(b"", 1).unwrap();
        craft.packed.extend_from_slice(&empty);
    });
    plant(
        "an empty frame behind a frame",
        true,
        &["frame_trailing_bytes"],
        &empty,
    );
    for (kind, name) in [
        (PageKind::Dictionary, "behind a dictionary"),
        (PageKind::Data, "behind indices"),
    ] {
        let trailing = crafted(0, kind, |craft| {
            let content = [craft.unpack(), b"leak".to_vec()].concat();
            craft.pack(&content);
        });
        let rule = if kind == PageKind::Data {
            "page_damaged"
        } else {
            "page_trailing_bytes"
        };
        plant(name, true, &[rule], &trailing);
    }
    let behind_values = crafted(5, PageKind::Data, |craft| {
        let content = [craft.unpack(), b"leak".to_vec()].concat();
        craft.pack(&content);
    });
    plant(
        "behind plain values",
        true,
        &["page_trailing_bytes"],
        &behind_values,
    );
    let behind_footer = refooted(|footer| [footer, b"leak".to_vec()].concat());
    plant(
        "behind the footer",
        true,
        &["byte_unaccounted", "footer_not_canonical"],
        &behind_footer,
    );
}

#[test]
fn values_that_their_type_does_not_have() {
    let changed = |column, kind, place: fn(&mut [u8])| {
        crafted(column, kind, |craft| {
            let mut content = craft.unpack();
            place(&mut content);
            craft.pack(&content);
        })
    };
    let dictionary = PageKind::Dictionary;
    let no_text = changed(0, dictionary, |content| content[4] = 0xff);
    let no_number = changed(11, dictionary, |content| content[..8].fill(0xff));
    // Of 7 digits in 4 bytes, of 12 in 8, of 22 in 10: each can hold more.
    let too_long = changed(3, dictionary, |content| {
        content[..4].copy_from_slice(&[0, 0, 0, 0x7f])
    });
    let longer = changed(4, dictionary, |content| content[7] = 0x7f);
    let longest = changed(5, PageKind::Data, |content| {
        let last = content.len() - 10;
        content[last] = 0x7f;
    });
    for (name, file) in [
        ("no text", no_text),
        ("no number", no_number),
        ("too many digits", too_long),
        ("too many digits in 8 bytes", longer),
        ("too many digits in 10 bytes", longest),
    ] {
        plant(name, true, &["value_invalid"], &file);
    }
}

#[test]
fn entries_that_no_row_uses() {
    let unused = crafted(0, PageKind::Dictionary, |craft| {
        let content = [craft.unpack(), b"\x04\0\0\0leak".to_vec()].concat();
        craft.page.values += 1;
        craft.pack(&content);
    });
    plant(
        "a word of another row",
        true,
        &["dictionary_entry_unused"],
        &unused,
    );
    let doubled = crafted(1, PageKind::Dictionary, |craft| {
        let mut content = craft.unpack();
        content.extend_from_within(..8);
        craft.page.values += 1;
        craft.pack(&content);
    });
    plant(
        "the first entry again",
        true,
        &["dictionary_entry_doubled", "dictionary_entry_unused"],
        &doubled,
    );
}

#[test]
fn choices_that_could_carry_a_message() {
    let summed = crafted(2, PageKind::Data, |craft| {
        let mut packer = zstd::bulk::Compressor::new(1).unwrap();
        packer.include_checksum(true).unwrap();
        craft.packed = packer.compress(&craft.unpack()).unwrap();
    });
    plant("a checksum", true, &["frame_not_canonical"], &summed);
    let runs = crafted(5, PageKind::Data, |craft| {
        let content = craft.unpack();
        let levels = u32::from_le_bytes(*content.first_chunk().unwrap()) as usize;
        let mut packed = Vec::new();
        crate::hybrid::decode(&content[4..4 + levels], 1, 40, &mut packed).unwrap();
        // Five groups of eight as two packed runs instead of one.
        let mut again = vec![2 << 1 | 1];
        let bits = |group: &[u32]| {
            group
                .iter()
                .rev()
                .fold(0_u8, |bits, bit| bits << 1 | *bit as u8)
        };
        again.extend(packed[..16].chunks(8).map(bits));
        again.push(3 << 1 | 1);
        again.extend(packed[16..].chunks(8).map(bits));
        let length = (again.len() as u32).to_le_bytes();
        craft.pack(&[&length, again.as_slice(), &content[4 + levels..]].concat());
    });
    plant("levels in two runs", true, &["levels_not_canonical"], &runs);
    let padding = crafted(9, PageKind::Data, |craft| {
        let mut content = craft.unpack();
        // 32 of the 40 rows are not NULL, so there is none to pad with: one more byte would be trailing.
        let last = content.len() - 1;
        content[last] ^= 0x80;
        craft.pack(&content);
    });
    assert!(
        audit(&padding, &schema()).clean(),
        "that is another row, not another form"
    );
}

#[test]
fn metadata_that_nobody_asked_for() {
    let mark = b"\x28\x11bunri canonical 2";
    let pairs = |key: &[u8]| {
        let pair = [
            b"\x19\x1c\x18",
            [key.len() as u8].as_slice(),
            key,
            b"\x18\x04leak\0",
        ]
        .concat();
        let after = [&pair, b"\x18\x11bunri canonical 2".as_slice()].concat();
        refooted(|footer| replaced(&footer, mark, &after))
    };
    plant(
        "key and value",
        true,
        &["footer_not_canonical", "metadata_foreign"],
        &pairs(b"note"),
    );
    plant(
        "ARROW schema",
        true,
        &["footer_not_canonical", "metadata_foreign"],
        &pairs(b"ARROW:schema"),
    );
    let name = refooted(|footer| replaced(&footer, b"bunri canonical 2", b"bunri canonical 1"));
    plant(
        "another writer",
        true,
        &["footer_not_canonical", "metadata_foreign"],
        &name,
    );
    // The record of the last column ends with its encodings; statistics of one bound come before them.
    let longer = refooted(|footer| replaced(&footer, b"\x15\x02\x19", b"\x95\x00\x19"));
    assert!(!audit(&longer, &schema()).clean());
}

#[test]
fn files_that_are_not_to_be_read() {
    let bomb = crafted(0, PageKind::Data, |craft| craft.page.uncompressed = 1 << 30);
    plant(
        "a page that claims a gigabyte",
        false,
        &["hostile_size"],
        &bomb,
    );
    let many = crafted(0, PageKind::Data, |craft| craft.page.values = 1 << 30);
    plant(
        "a page that claims a billion values",
        false,
        &["hostile_size"],
        &many,
    );
    let nested = crafted(0, PageKind::Dictionary, |craft| craft.page.values = 1 << 19);
    plant(
        "a dictionary that claims more entries than bytes",
        false,
        &["encoding_unexpected"],
        &nested,
    );
    let mut long = original();
    let at = long.len() - 8;
    long[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    plant(
        "a footer longer than the file",
        false,
        &["footer_lies"],
        &long,
    );
    let rows = refooted(|footer| replaced(&footer, b"\x16\x50\x19", b"\x16\x52\x19"));
    plant("one row more in the footer", false, &["footer_lies"], &rows);
    let deep = refooted(|_| [vec![0x1c; 5000], vec![0; 5000]].concat());
    plant(
        "records in records in records",
        false,
        &["not_parquet"],
        &deep,
    );
    let wide = refooted(|_| b"\x15\x02\x19\xfc\xff\xff\xff\xff\x07\x00".to_vec());
    plant("a list of two billion", false, &["not_parquet"], &wide);
    plant(
        "cut in the middle",
        false,
        &["not_parquet"],
        &original()[..original().len() / 2],
    );
    plant(
        "nothing but the magic words",
        false,
        &["not_parquet"],
        b"PAR1\0\0\0\0PAR1",
    );
    plant("empty", false, &["not_parquet"], b"");
}

/// A page that holds more than it says is not unpacked further than it says.
#[test]
fn a_page_that_unpacks_to_gigabytes() {
    let packed = zstd::bulk::compress(&vec![0; 1 << 27], 1).unwrap();
    let bomb = crafted(0, PageKind::Data, |craft| craft.packed.clone_from(&packed));
    plant(
        "a bomb that claims to be small",
        true,
        &["page_damaged"],
        &bomb,
    );
}

/// The indices of a data page of column 1, all of whose rows that are not NULL have one; `edit` gives them anew, with their width.
fn indexed(edit: impl FnOnce(&mut Vec<u32>, u32) -> u32) -> Vec<u8> {
    crafted(1, PageKind::Data, |craft| {
        let content = craft.unpack();
        let levels = u32::from_le_bytes(*content.first_chunk().unwrap()) as usize;
        let (levels, values) = content.split_at(4 + levels);
        let mut defined = Vec::new();
        crate::hybrid::decode(&levels[4..], 1, 40, &mut defined).unwrap();
        let filled = defined.iter().filter(|level| **level == 1).count();
        let (width, mut indices) = (u32::from(values[0]), Vec::new());
        crate::hybrid::decode(&values[1..], width, filled, &mut indices).unwrap();
        let width = edit(&mut indices, width);
        let mut again = levels.to_vec();
        again.push(u8::try_from(width).unwrap());
        crate::hybrid::encode(&indices, width, &mut again);
        craft.pack(&again);
    })
}

#[test]
fn orders_and_widths_of_a_dictionary_are_no_choice() {
    assert_eq!(indexed(|_, width| width), original());
    let swapped = indexed(|indices, width| {
        for index in indices.iter_mut().filter(|index| **index < 2) {
            *index = 1 - *index;
        }
        width
    });
    plant(
        "the second entry first",
        true,
        &["dictionary_order"],
        &swapped,
    );
    let wider = indexed(|_, width| width + 1);
    plant("a bit more", true, &["indices_not_canonical"], &wider);
}

#[test]
fn what_a_reader_pads_is_zero() {
    let few = rows(37, |row, column| {
        ((row + column) % 5 > 0).then_some((row * 91) as i64)
    });
    let padded = crafted_of(&written(&schema(), &[few]), 9, PageKind::Data, |craft| {
        let mut content = craft.unpack();
        let last = content.len() - 1;
        content[last] |= 0x80;
        craft.pack(&content);
    });
    plant(
        "a bit behind the last",
        true,
        &["values_not_canonical"],
        &padded,
    );
}

#[test]
fn a_header_has_one_form() {
    // The first number of the header, in one byte more than it needs.
    let longer = crafted(0, PageKind::Data, |craft| {
        craft.header = |header| [&header[..1], &[header[1] | 0x80, 0], &header[2..]].concat();
    });
    plant("a longer number", true, &["page_header_foreign"], &longer);
}

#[test]
fn a_column_that_begins_in_another_one_is_not_to_be_read() {
    let bytes = original();
    let mut outline = Outline::read(&bytes, &mut Residues::default()).unwrap();
    let (data, _) = halves();
    let first = outline.pages[0][0].clone();
    outline.pages[0][1] = first;
    let twice = with_footer(data, &canon::footer(&schema(), &outline).unwrap());
    plant(
        "the column before it again",
        false,
        &["byte_claimed_twice"],
        &twice,
    );
}

#[test]
fn pages_are_cut_where_the_canonical_writer_cuts_them() {
    let batch = text(9000, 12, 700, 7);
    let properties = parquet::file::properties::WriterProperties::builder()
        .set_data_page_row_count_limit(1_000)
        .set_write_batch_size(1_000)
        .set_compression(parquet::basic::Compression::ZSTD(
            parquet::basic::ZstdLevel::try_new(1).unwrap(),
        ))
        .build();
    let mut file = Vec::new();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(&mut file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let words = audit(&file, &batch.schema()).residues.words();
    assert!(words.contains(&"page_cut"), "{words:?}");
    assert!(
        audit(
            &written(&batch.schema(), std::slice::from_ref(&batch)),
            &batch.schema()
        )
        .clean()
    );
}
