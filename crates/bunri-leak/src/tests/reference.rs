//! The fast search finds what the reference says, of small chance values in small chance texts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bunri_spelling::tokens;
use proptest::collection::vec;
use proptest::sample::Index;

use super::*;
use crate::grants::Access;
use crate::hits::Hit;
use crate::reference::{Cell, Occurrence, occurrences};

/// Few characters, so that values meet: both widths, glyph variants, what is dropped, what has runs and what has none.
const VALUE: &str = "[12aB０Ａ高髙崎イト・ -]{3,10}|[12a]{16,22}|[高髙a ]{60,70}";

/// A value that stands in the text, and how it is written there.
#[derive(Debug, Clone)]
struct Planted {
    before: String,
    value: Index,
    written: u8,
    after: String,
}

fn planted() -> impl proptest::strategy::Strategy<Value = Planted> {
    use proptest::prelude::*;
    let glue = || "[12aＡ高・ -]{0,3}";
    (glue(), any::<Index>(), 0..8_u8, glue()).prop_map(|(before, value, written, after)| Planted {
        before,
        value,
        written,
        after,
    })
}

fn written(value: &str, how: u8) -> String {
    let hexed = base16ct::lower::encode_string;
    match how {
        0 => STANDARD.encode(value),
        1 => hexed(value.as_bytes()),
        2 => hexed(STANDARD.encode(value).as_bytes()),
        3 => value
            .chars()
            .map(|ch| format!("&#{};", ch as u32))
            .collect(),
        4 => hexed(&tokens::digests(value.as_bytes())[2].1),
        _ => value.to_owned(),
    }
}

fn fast(values: &[(Grants, &str)], text: &str) -> [BTreeSet<Occurrence>; 2] {
    let (_folder, scratch) = scratch(1 << 20);
    let lexicon = Lexicon::new().unwrap();
    let (exclusives, _) = exclusives(&lexicon, &scratch, values);
    exclusives.map(|exclusive| {
        let sites = [Site::default()];
        let found = HitSink::new(&sites, &scratch);
        look(&exclusive, &found, values, text);
        let occurrence = |hit: Result<Hit, _>| {
            let hit = hit.unwrap();
            Occurrence {
                encoding: hit.encoding,
                from: hit.from as usize,
                source: hit.source,
                loose: hit.loose,
            }
        };
        found.hits.sorted().unwrap().map(occurrence).collect()
    })
}

fn assert_same(values: &[(Grants, &str)], text: &str) {
    let variants = &Lexicon::new().unwrap().variants;
    for (store, found) in fast(values, text).into_iter().enumerate() {
        let cells: Vec<Cell<'_>> = (0..)
            .zip(values)
            .map(|(source, (grants, text))| Cell {
                text,
                source,
                access: grants.access(store),
            })
            .collect();
        let defined = occurrences(&cells, text, variants);
        assert_eq!(found, defined, "store {store}, {values:?} in {text:?}");
    }
}

proptest::proptest! {
    #[test]
    fn the_fast_search_finds_what_the_reference_says(
        values in vec((VALUE, 0..8_usize), 1..8),
        planted in vec(planted(), 0..4),
    ) {
        let grants = |grants: usize| [WITHHELD, WITHHELD, WITHHELD, GRANTED, GRID, SALES, GRANTED.unvouched(), GRID.rekeyed()][grants];
        let values: Vec<_> = values.iter().map(|(value, other)| (grants(*other), &**value)).collect();
        let mut text = String::new();
        for Planted { before, value, written: how, after } in planted {
            text += &before;
            text += &written(values[value.index(values.len())].1, how);
            text += &after;
        }
        assert_same(&values, &text);
    }
}

#[test]
fn the_reference_knows_where_a_run_ends() {
    let house = "甲県乙市丙区大字丁町字戊川通西14丁目17−1";
    for end in ["", "0", "０", "-2", "号"] {
        assert_same(&[(WITHHELD, house)], &format!("{house}{end}"));
    }
    let cells = [Cell {
        text: house,
        source: 3,
        access: Access::Withheld,
    }];
    let variants = &Lexicon::new().unwrap().variants;
    let found = |text: &str| occurrences(&cells, text, variants).len();
    assert_eq!(found(&format!("{house}0")), 0);
    assert_eq!(found(&format!("住所{house}号")), 1);
}
