//! One value in every spelling: hyphens, widths, brackets, line breaks, kana, glyph variants, characters that nobody sees.

use super::{
    Bed, COMPANY, KANA, NAME, OF_ACCOUNT, OF_KANA, OF_NAME, OF_PHONE, OF_POINT, PHONE, Planted,
    TRANSMISSION, all_found, another_point,
};
use crate::rig::{Rig, repository};

/// Other spellings of these names are an own customer's, so that the names are no secret; these spellings of them are.
pub(super) const GRANTED_IN_ANOTHER_SPELLING: &str = "
    UPDATE consumer SET contract_holder_name = '癸川　斎' WHERE consumer_id = 900001000;
    UPDATE consumer SET contract_holder_name = '癸川　齋' WHERE consumer_id = 900002001;
    UPDATE consumer SET contract_holder_kana = 'ミズトケン' WHERE consumer_id = 900001000;
    UPDATE consumer SET contract_holder_kana = 'ミズトーケン' WHERE consumer_id = 900002001;
    UPDATE consumer SET contract_holder_kana = 'ミナケン' WHERE consumer_id = 900001001;
    UPDATE consumer SET contract_holder_kana = 'ミナーケン' WHERE consumer_id = 900002002;";

fn loose(text: &str, of: &str) -> Planted {
    (text.to_owned(), format!("value_leaked_loose: {of}"))
}

fn exact(text: &str, of: &str) -> Planted {
    (text.to_owned(), format!("value_leaked: {of}"))
}

pub(super) fn beds(rig: &Rig) -> Vec<Bed> {
    let bed = |name, store, table, column, texts| Bed {
        name,
        store,
        table,
        column,
        texts,
    };
    let number = vec![loose("9055128864", OF_PHONE)];
    let account = vec![
        loose("99003217654321", OF_ACCOUNT),
        exact("9900-321-7654321", OF_ACCOUNT),
        exact("口座９９００－３２１－７６５４３２１", OF_ACCOUNT),
    ];
    vec![
        bed("phone", "retail", "retail_contract", "sales_memo", phone()),
        bed(
            "phone as a number",
            "retail",
            "billing",
            "amount_yen",
            number,
        ),
        bed(
            "point",
            "retail",
            "wheeling_contract",
            "connection_service_menu",
            point(&another_point(rig)),
        ),
        bed("name", "retail", "meter", "meter_kind", name()),
        bed(
            "one spelling",
            "retail",
            "consumer_point",
            "relation",
            one_spelling(),
        ),
        bed(
            "account",
            TRANSMISSION,
            "supply_point",
            "remarks_1",
            account,
        ),
    ]
}

fn phone() -> Vec<Planted> {
    let other = [
        "09055128864",
        "090(5512)8864",
        "090\u{2212}5512\u{2212}8864",
        "090\u{2010}5512\u{2010}8864",
        "090\u{2013}5512\u{2013}8864",
        "090\u{2015}5512\u{2015}8864",
        "090\u{30fc}5512\u{30fc}8864",
        "090\u{ff70}5512\u{ff70}8864",
        "090 5512 8864",
        "090.5512.8864",
        "+81 90-5512-8864",
        "+81-(0)90-5512-8864",
        "tel:+819055128864",
        "090\u{200b}5512\u{2060}8864",
        "折返し 0905512\n8864 至急",
        "電話０９０５５１２８８６４迄",
    ];
    let mut texts: Vec<Planted> = other.map(|text| loose(text, OF_PHONE)).into();
    for text in [
        PHONE,
        "０９０－５５１２－８８６４",
        "夜は090-5512-8864まで",
        "090-55\u{200b}12-\u{feff}8864",
    ] {
        texts.push(exact(text, OF_PHONE));
    }
    texts
}

fn point(id: &str) -> Vec<Planted> {
    let wide: String = id
        .chars()
        .map(|digit| char::from_u32(digit as u32 + 0xfee0).unwrap())
        .collect();
    let (head, tail) = id.split_at(9);
    let (wide_head, wide_tail) = wide.split_at(24);
    let other = [
        format!("{head} {tail}"),
        format!("{}-{}-{}", &id[..2], &id[2..12], &id[12..]),
    ];
    let same = [
        id.to_owned(),
        wide.clone(),
        format!("{head}\u{200b}{tail}"),
        format!("\u{feff}{head}\u{200d}\u{2060}{tail}"),
        format!("{head}\n{tail}"),
        format!("供給地点{wide_head}\r\n{wide_tail}の件"),
        format!("{{\"spid\":\"{id}\"}}"),
        // Twenty-two digits in a row are no accident, even inside a longer run.
        format!("7{id}7"),
    ];
    let other = other.iter().map(|text| loose(text, OF_POINT));
    let same = same.iter().map(|text| exact(text, OF_POINT));
    other.chain(same).collect()
}

fn name() -> Vec<Planted> {
    let other = [
        ("高崎　辺子", OF_NAME),
        ("高崎邊子", OF_NAME),
        ("髙﨑邉子様宅", OF_NAME),
        ("契約者:高 﨑 邉 子(仮)", OF_NAME),
        ("髙\u{e0100}碕\u{e0101}　邉子殿", OF_NAME),
        ("たかさき なべこ", OF_KANA),
        ("タカサキナベコ様", OF_KANA),
        ("タカサキ・ナヘ\u{3099}コ", OF_KANA),
        ("株式会社癸野商会", OF_NAME),
        ("癸野商会", OF_NAME),
        ("癸野商会㈱ 御中", OF_NAME),
    ];
    let same = [
        (NAME, OF_NAME),
        ("髙\u{fe00}﨑\u{200b} 邉子", OF_NAME),
        (COMPANY, OF_NAME),
        ("㈱癸野商会", OF_NAME),
        (KANA, OF_KANA),
        ("ﾀｶｻｷ ﾅﾍﾞｺ", OF_KANA),
    ];
    let other = other.map(|(text, of)| loose(text, of));
    let same = same.map(|(text, of)| exact(text, of));
    other.into_iter().chain(same).collect()
}

fn one_spelling() -> Vec<Planted> {
    vec![
        exact("癸川　齋", OF_NAME),
        exact("契約者は癸川 齋", OF_NAME),
        exact("ミズトーケン", OF_KANA),
        exact("ミナーケン", OF_KANA),
    ]
}

/// Mutant 17: a telephone number moved into the one free field that retail has, with other hyphens.
#[test]
fn a_telephone_number_is_found_in_every_spelling() {
    all_found("phone");
    all_found("phone as a number");
}

#[test]
fn a_supply_point_is_found_whatever_stands_between_its_digits() {
    all_found("point");
}

#[test]
fn a_name_is_found_in_other_kanji_and_other_kana() {
    all_found("name");
}

#[test]
fn a_spelling_that_only_another_customer_has_is_found_as_it_is_written() {
    all_found("one spelling");
}

/// A bill is withheld from the operator.
#[test]
fn what_the_retailer_alone_may_know_is_found_in_transmission() {
    all_found("account");
}

/// `schemas/spelling-vectors.json`, by an implementation that shares nothing with ours but the table.
#[test]
fn the_published_forms_agree_with_the_python_implementation() {
    let rig = Rig::empty();
    let schemas = repository().join("schemas");
    rig.python("spelling.py", [&schemas])
        .must(0)
        .prints(" 0 differ");
    for name in ["spelling-variants.json", "spelling-vectors.json"] {
        std::fs::copy(schemas.join(name), rig.path(name)).unwrap();
    }
    rig.edit("spelling-variants.json", "\"高髙\", ", "");
    rig.python("spelling.py", ["."]).must(1).prints("loose of ");
}
