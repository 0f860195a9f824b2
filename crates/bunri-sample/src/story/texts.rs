//! What people typed: names and numbers in every spelling, values that mean nothing, days in every calendar,
//! free text. Own rows keep each spelling byte for byte; other rows keep it from retail.

use bunri_legacy::cell::{NULL, int, text};
use bunri_legacy::names::{HEI, OTSU, OWN};
use bunri_legacy::schema::TableName;
use jiff::civil::date;

use crate::planted::Fate::{self, Both, Operator};
use crate::story::orphans::{add_consumer, add_link};
use crate::story::stage::{At, consumer};
use crate::story::{Stage, Story, Told, meters, story, surplus};

pub(crate) static STORIES: &[Story] = &[
    story(&[(date(2010, 4, 1), OWN)], spelled_on_own_rows),
    story(
        &[(date(2016, 6, 1), HEI), (date(2017, 4, 1), OTSU)],
        spelled_on_other_rows,
    ),
    story(&[(date(2010, 4, 1), OWN)], free_texts),
];

/// The same people as the incumbent's clerks wrote them: name, reading, telephone.
const OURS: [(&str, &str, &str); 9] = [
    ("山田太郎", "ﾔﾏﾀﾞ ﾀﾛｳ", "０９０－１２３４－９９０１"),
    ("髙橋　一郎", "タカハシ　イチロウ", "090-1234-9902"),
    ("山﨑　花子", "ヤマサキ　ハナコ", "090(1234)9903"),
    ("渡邊　勝", "ワタナベ　マサル", "+81 90-1234-9904"),
    ("𠮷田　茂", "ヨシダ　シゲル", "090−1234−9905"),
    ("㈱庚商店", "カ）カノエシヨウテン", "090‐1234‐9906"),
    ("辻\u{e000}　薫", "ツジ　カオル", "090–1234–9907"),
    ("〓島　浩", "〓シマ　ヒロシ", "090―1234―9908"),
    ("カフェ〜波〜", "カフエナミ", "090ー1234ー9909"),
];

/// Other people with the same names, as 乙's clerks wrote them.
const THEIRS: [(&str, &str, &str); 9] = [
    ("ヤマダ　タロウ", "ヤマダ　タロウ", "090-1234-9801"),
    ("高橋　一郎", "ﾀｶﾊｼ ｲﾁﾛｳ", "０９０－１２３４－９８０２"),
    ("山崎　花子", "ヤマザキ　ハナコ", "+81-90-1234-9803"),
    ("渡邉　勝", "ワタナベ　マサル", "090（1234）9804"),
    ("吉田　茂", "ﾖｼﾀﾞ ｼｹﾞﾙ", "09012349805"),
    ("（株）庚商店", "カノエシヨウテン（カ", "090−1234−9806"),
    (
        "株式会社\u{200b}庚商店",
        "カブシキガイシヤカノエシヨウテン",
        "090‐1234‐9807",
    ),
    ("渡辺　勝", "ワタナベ　マサル", "090ー1234ー9808"),
    ("カフェ～波～", "カフエナミ", "090\u{200b}1234\u{200b}9809"),
];

/// Values that mean nothing. They are values all the same, and the empty text is not NULL.
const NOTHING: [(&str, &str, &str); 4] = [
    ("", "", "0000000000"),
    (" ", "　", "なし"),
    ("＊＊＊", "＊＊＊", "***-****-****"),
    ("NULL", "-", "9999/99/99"),
];

fn spelled_on_own_rows(s: &mut Stage<'_>) -> Told {
    s.trap("spelling", "kept as it was written, to the byte");
    people(s, 900_001_000, &OURS, Both)?;
    s.trap(
        "nothing-value",
        "a value that means nothing is kept as it is",
    );
    people(s, 900_001_100, &NOTHING, Both)?;
    s.trap(
        "meter-no-zero-width",
        "a zero-width space inside a number is part of it",
    );
    s.put(
        s.only(TableName::Meter),
        "meter_no",
        text("45M\u{200b}000000042"),
        Both,
    )?;
    s.trap("null-value", "NULL is not the empty text");
    s.put(s.consumer(1), "contact_phone", NULL, Both)
}

fn spelled_on_other_rows(s: &mut Stage<'_>) -> Told {
    s.trap(
        "spelling",
        "乙's customers, in spellings that a text search for the own ones also finds",
    );
    s.theirs(1)?;
    s.theirs(2)?;
    people(s, 900_002_000, &THEIRS, Operator)?;
    s.trap(
        "nothing-value",
        "a value that means nothing, on another's row",
    );
    people(s, 900_002_100, &NOTHING, Operator)?;
    s.place_is(Operator)?;
    surplus::of_others(s)?;
    meters::of_others(s)
}

fn people(s: &mut Stage<'_>, first: i64, people: &[(&str, &str, &str)], fate: Fate) -> Told {
    let point = s.point.id.clone();
    let now = s.point.periods.last();
    let from = now.map_or_else(String::new, |period| period.from.to_string());
    for (id, (name, kana, phone)) in (first..).zip(people) {
        add_consumer(s, id, "2026-01-10 09:00:00")?;
        add_link(s, id, &point, &from)?;
        s.put(consumer(id), "contract_holder_name", text(*name), fate)?;
        s.put(consumer(id), "contract_holder_kana", text(*kana), fate)?;
        s.put(consumer(id), "consumer_phone", text(*phone), fate)?;
        s.put(consumer(id), "search_name_kana", text(*kana), Operator)?;
    }
    Ok(())
}

/// What clerks write into free fields.
const STATEMENTS: [&str; 6] = [
    "乙でんきへ切替予定 4/1～",
    "在宅酸素使用 停電時は至急連絡",
    "SW廃止 99020 受付№1234567",
    "需要家より「丙エナジーのほうが安い」と申出あり",
    "旧姓 髙橋。連絡先 ０９０－１２３４－５６７８ （夜間）",
    "{\"retailer\":\"99030\",\"from\":\"2026-05-01\"}",
];

/// Days as forty years of clerks wrote them.
const DAYS: [&str; 8] = [
    "H28.04.01",
    "平28/4/1",
    "4280401",
    "H32.03.31",
    "R01.05.01",
    "昭和64年1月8日",
    "S75.12.01",
    "20160231",
];

fn free_texts(s: &mut Stage<'_>) -> Told {
    s.trap(
        "free-text",
        "anything may be in free text: it stays with the operator, even on own rows",
    );
    let id = s.point.id.clone();
    for (number, statement) in (1..).zip(STATEMENTS) {
        add_statement(s, &format!("S9{number:08}"), &id, statement)?;
    }
    let wide: String = id.chars().map(wide_digit).collect();
    let broken = format!("供給地点{}\n{}の件", &wide[..24], &wide[24..]);
    add_statement(s, "S900000100", &id, &broken)?;
    s.canary(s.place(), "remarks_1", Operator)?;
    s.put(
        s.place(),
        "filler_json",
        text(r#"{"v":1,"rtl":"99030","tel":"09012345678"}"#),
        Operator,
    )?;
    s.canary(s.consumer(1), "remarks", Operator)?;
    s.trap("date-text", "days as text, in every calendar there is");
    for (number, day) in (101..).zip(DAYS) {
        add_change(s, &id, number, day)?;
    }
    s.trap("contract-amount-a", "契約高 in A is a current");
    s.set(s.place(), "contract_unit", text("A"))?;
    s.put(s.place(), "contract_amount", int(40), Both)
}

/// ASCII digits as the wide ones, three bytes each.
fn wide_digit(digit: char) -> char {
    let wide = u32::from(digit)
        .checked_sub(u32::from('0'))
        .map(|value| u32::from('０') + value);
    wide.and_then(char::from_u32).unwrap_or(digit)
}

fn add_statement(s: &mut Stage<'_>, no: &str, point: &str, statement: &str) -> Told {
    let cells = [
        ("statement_no", text(no)),
        ("supply_point_id", text(point)),
        ("received_on", text("2026-02-14")),
        ("statement_text", text(statement)),
    ];
    s.add(TableName::CustomerStatement, &cells)?;
    s.is(
        At::of(TableName::CustomerStatement, [("statement_no", no)]),
        "statement_text",
        Operator,
    )
}

fn add_change(s: &mut Stage<'_>, point: &str, number: i64, day: &str) -> Told {
    let cells = [
        ("supply_point_id", text(point)),
        ("change_no", int(number)),
        ("change_kind", text("名義変更")),
        ("changed_on", text("2016-04-01")),
        ("new_value", text(day)),
    ];
    s.add(TableName::ChangeHistory, &cells)?;
    s.is(
        At::of(
            TableName::ChangeHistory,
            [
                ("supply_point_id", point),
                ("change_no", &number.to_string()),
            ],
        ),
        "new_value",
        Operator,
    )
}
