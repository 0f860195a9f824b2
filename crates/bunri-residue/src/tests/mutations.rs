//! Valid files changed in the ways of accidents and of malice: bits, cuts, splices, pages exchanged or doubled, zeros,
//! lengths driven to extremes; and arbitrary bytes. Whatever comes: no panic, no more memory than the gate allows, an end;
//! and a changed file is never called clean unless its rows changed.
//!
//! The cases are drawn by `proptest`; those that once failed are kept in `proptest-regressions/`, and seeds of every kind
//! of damage in `tests/corpus/`.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::flips::read;
use super::made::{audit, rows, schema, text, written};
use crate::outline::Outline;
use crate::residue::Residues;

/// One change.
#[derive(Debug, Clone)]
enum Change {
    Flip(prop::sample::Index, u8),
    Truncate(prop::sample::Index),
    Double(prop::sample::Index, prop::sample::Index),
    Zero(prop::sample::Index, u8),
    Copy(prop::sample::Index, prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Extreme(prop::sample::Index, usize),
    SwapPages(prop::sample::Index, prop::sample::Index),
}

/// Numbers as Thrift and the footer's tail write them, at the edges of their types.
const EXTREMES: [&[u8]; 7] = [
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xfe, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    &[0x01],
    &[0x00],
    &[0xff, 0xff, 0xff, 0x7f],
    &[0xf9, 0xff, 0xff, 0xff, 0x0f],
];

fn changes() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), 1..=255_u8).prop_map(|(at, mask)| Change::Flip(at, mask)),
        at().prop_map(Change::Truncate),
        (at(), at()).prop_map(|(from, to)| Change::Double(from, to)),
        (at(), 1..64_u8).prop_map(|(at, count)| Change::Zero(at, count)),
        (at(), at(), 1..64_u8).prop_map(|(from, to, count)| Change::Copy(from, to, count)),
        (at(), prop::collection::vec(any::<u8>(), 1..40))
            .prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), 0..EXTREMES.len()).prop_map(|(at, which)| Change::Extreme(at, which)),
        (at(), at()).prop_map(|(one, other)| Change::SwapPages(one, other)),
    ]
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        match self {
            Self::Flip(at, mask) => bytes[at.index(length)] ^= mask,
            Self::Truncate(at) => bytes.truncate(at.index(length)),
            Self::Double(from, to) => {
                let (from, to) = (from.index(length), to.index(length));
                let piece = bytes[from.min(to)..from.max(to)].to_vec();
                bytes.splice(to..to, piece);
            }
            Self::Zero(at, count) => {
                let at = at.index(length);
                bytes[at..length.min(at + usize::from(*count))].fill(0);
            }
            Self::Copy(from, to, count) => {
                let count = usize::from(*count).min(length);
                let (from, to) = (from.index(length - count + 1), to.index(length - count + 1));
                bytes.copy_within(from..from + count, to);
            }
            Self::Insert(at, piece) => {
                let at = at.index(length);
                bytes.splice(at..at, piece.iter().copied());
            }
            Self::Extreme(at, which) => {
                let at = at.index(length);
                let end = length.min(at + EXTREMES[*which].len());
                bytes[at..end].copy_from_slice(&EXTREMES[*which][..end - at]);
            }
            Self::SwapPages(one, other) => swap_pages(bytes, one, other),
        }
    }
}

fn swap_pages(bytes: &mut Vec<u8>, one: &prop::sample::Index, other: &prop::sample::Index) {
    let Ok(outline) = Outline::read(&bytes.clone(), &mut Residues::default()) else {
        return;
    };
    let pages: Vec<_> = outline.pages.iter().flatten().flatten().collect();
    if pages.is_empty() {
        return;
    }
    let (one, other) = (
        pages[one.index(pages.len())],
        pages[other.index(pages.len())],
    );
    let (first, second) = if one.at < other.at {
        (one, other)
    } else {
        (other, one)
    };
    let range = |page: &crate::pages::Page| page.at as usize..page.end() as usize;
    let (early, late) = (bytes[range(first)].to_vec(), bytes[range(second)].to_vec());
    bytes.splice(range(second), early);
    bytes.splice(range(first), late);
}

fn sources() -> Vec<Vec<u8>> {
    let all = rows(40, |row, column| {
        ((row + column) % 5 > 0).then_some((row * 91) as i64)
    });
    let pages = text(9000, 12, 700, 7);
    let given_up = text(1500, 900, 1 << 20, 0);
    let fixed = rows(20_000, |row, column| {
        (row % 3 != column).then_some(row as i64)
    });
    [all, pages, given_up, fixed]
        .map(|batch| written(&batch.schema(), &[batch]))
        .to_vec()
}

/// A changed file is never clean, but where its rows are others in canonical form.
#[track_caller]
fn found(changed: &[u8], original: &[u8], schema: &arrow_schema::Schema) {
    let verdict = audit(changed, schema);
    if changed != original && verdict.clean() {
        assert_ne!(
            read(changed),
            read(original),
            "a changed file with the same rows passes"
        );
    }
    if verdict.admitted {
        // Whatever the gate lets through, the library may choke on, but must come back from.
        drop(read(changed));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_file_is_found(which in 0..4_usize, changes in prop::collection::vec(changes(), 1..4)) {
        static SOURCES: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
        let original = &SOURCES.get_or_init(sources)[which];
        let mut changed = original.clone();
        changes.iter().for_each(|change| change.apply(&mut changed));
        let columns = if [0, 3].contains(&which) { schema() } else { text(0, 1, 1, 0).schema() };
        found(&changed, original, &columns);
    }

    #[test]
    fn arbitrary_bytes_are_no_clean_file(bytes in prop::collection::vec(any::<u8>(), 0..300), dressed in any::<bool>()) {
        let mut file = bytes;
        if dressed {
            let length = u32::try_from(file.len()).unwrap_or_default();
            file = [b"PAR1".as_slice(), &file, &length.to_le_bytes(), b"PAR1"].concat();
        }
        prop_assert!(!audit(&file, &schema()).clean());
    }

    #[test]
    fn whatever_rows_are_written_are_clean(
        count in 0..20_000_usize,
        cycle in 1..300_usize,
        null in 1..9_usize,
        factor in any::<i32>(),
    ) {
        let batch = rows(count.min(3000), |row, column| {
            ((row / cycle + column) % null > 0).then_some((row % cycle) as i64 * i64::from(factor))
        });
        let verdict = audit(&written(&batch.schema(), std::slice::from_ref(&batch)), &batch.schema());
        prop_assert!(verdict.clean(), "{verdict:#?}");
    }
}

/// Files of the corpus, each damaged in the way its name tells.
#[test]
fn every_seed_of_the_corpus_is_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut seeds: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    assert!(seeds.len() >= 10, "{seeds:?}");
    // They are older than reals, which come last.
    let columns = schema();
    let columns = columns.project(&(0..columns.fields().len() - 1).collect::<Vec<_>>());
    let columns = std::sync::Arc::new(columns.unwrap());
    for seed in seeds {
        let bytes = std::fs::read(&seed).unwrap();
        let verdict = audit(&bytes, &columns);
        // `hostile-footer_lies-….parquet`: what stands before the second hyphen is expected.
        let name = seed.file_stem().unwrap().to_string_lossy().into_owned();
        let mut words = name.split('-');
        let (gate, rule) = (words.next().unwrap(), words.next().unwrap());
        assert!(
            verdict.residues.words().contains(&rule),
            "{name}: {:?}",
            verdict.residues.words()
        );
        assert_eq!(verdict.admitted, gate == "read", "{name}");
        if verdict.admitted {
            drop(read(&bytes));
        }
    }
}
