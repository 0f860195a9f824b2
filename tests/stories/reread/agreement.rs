//! Small sources made by chance: whatever stands in them, extraction and the second reader make the same of it.

use std::fmt::Write;

use crate::job::Job;
use crate::rig::{Rig, copy_folder, repository};
use crate::small::small;

/// Types as a catalogue declares them, and texts that are like their values.
const TYPES: [(&str, &[&str]); 26] = [
    (r#""text""#, &["a", "髙橋", " "]),
    (r#""text(any)""#, &["12", "0012"]),
    (
        r#"{ type = "text", nothing = ["", "0", "0000"] }"#,
        &["", "0", "00", "0000"],
    ),
    (r#""int""#, &["1"]),
    (r#"{ type = "int", nothing = ["0", "x"] }"#, &["x", "0"]),
    (
        r#""decimal(5,2)""#,
        &["1", "-12.50", "999.999", "1000", "-0.0", "007.5", "1.500"],
    ),
    (
        r#""decimal(38,10)""#,
        &["0.0000000001", "9999999999999999999999999999", "1e5"],
    ),
    (
        r#""decimal(9,0)""#,
        &["1.0", "1.5", "999999999", "1000000000"],
    ),
    (r#""real""#, &["1.5"]),
    (r#"{ type = "real", nothing = ["-1"] }"#, &["-1"]),
    (
        r#""date""#,
        &[
            "2026-04-01",
            "2024-02-29",
            "2023-02-29",
            "0000-01-01",
            "9999-12-31",
        ],
    ),
    (r#""date(YYYYMMDD)""#, &["20260401", "00010101", "20260431"]),
    (r#""date(YYYY/MM/DD)""#, &["2026/04/01", "1999/12/31"]),
    (
        r#""date(YYYY-MM-DD 00:00:00)""#,
        &["2026-04-01 00:00:00", "2026-04-01 00:00:01"],
    ),
    (
        r#""date(GYY.MM.DD)""#,
        &[
            "R08.04.01",
            "H31.05.01",
            "S64.01.07",
            "M05.12.31",
            "T15.12.25",
            "508.04.01",
            "R00.01.01",
        ],
    ),
    (
        r#"{ date = "GYY.MM.DD", era = "continued" }"#,
        &["H32.03.31", "S01.01.01", "M01.01.01", "R99.12.31"],
    ),
    (
        r#""date(GYYMMDD)""#,
        &["R080401", "5080401", "4310501", "3640107"],
    ),
    (
        r#""date(元号Y年M月D日)""#,
        &[
            "令和8年4月1日",
            "令和元年5月1日",
            "平成31年05月1日",
            "昭和64年1月8日",
            "明治1年1月1日",
        ],
    ),
    (
        r#"{ date = "YYYYMMDD", open = ["99999999"], nothing = ["00000000", "0", ""] }"#,
        &["99999999", "00000000", "20260401"],
    ),
    (
        r#""timestamp""#,
        &[
            "2026-04-01 09:00:00",
            "2026-04-01T24:00:00",
            "2026-04-01 09:00:00.1234567",
            "2026-04-01 09:00:00.123+09:00",
            "9999-12-31 24:00:00+14:00",
            "0000-01-01 00:00:00+14:00",
            "0000-01-01 00:00:00Z",
            "9999-12-31 23:59:59-01:00",
            "2026-04-01 09:00:00-12:00",
            "9999-12-31 24:00:00Z",
        ],
    ),
    (
        r#"{ timestamp = "YYYY/MM/DD HH:MM:SS", clock = "UTC", fraction = "truncate" }"#,
        &["2026/04/01 23:59:59.9999999", "2026/04/01 24:00:00.0000001"],
    ),
    (
        r#"{ timestamp = "YYYYMMDDHHMMSS", clock = "+05:30" }"#,
        &["20260401090000", "20260401240000", "00000101000000"],
    ),
    (
        r#"{ timestamp = "epoch_seconds", nothing = ["0"] }"#,
        &["1700000000", "-1", "007", "253402268399", "253402268400"],
    ),
    (
        r#"{ timestamp = "epoch_milliseconds", open = ["9999"] }"#,
        &["1700000000123", "9999", "-62167251600001"],
    ),
    (
        r#"{ bool = { true = ["Y", "1", "t"], false = ["N", "0", ""] } }"#,
        &["Y", "y", "N", "1", ""],
    ),
    (r#""bytes""#, &["a"]),
];

/// A generator that is the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((word ^ (word >> 31)) % sides as u64).unwrap()
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.roll(list.len())]
    }
}

/// A value as SQL writes it: mostly like one of the type, sometimes damaged, sometimes of another kind.
fn value(dice: &mut Dice, alike: &[&str]) -> String {
    match dice.roll(12) {
        0 => "NULL".to_owned(),
        1 => dice
            .of(&[
                "0",
                "1",
                "-1",
                "2",
                "9223372036854775807",
                "-9223372036854775808",
                "9007199254740993",
                "9999",
            ])
            .to_owned(),
        2 => dice
            .of(&[
                "0.0",
                "-0.0",
                "0.1 + 0.2",
                "1.5",
                "9e999",
                "-9e999",
                "1e22",
                "5e-324",
                "1e-7",
                "123.45",
                "1e15",
            ])
            .to_owned(),
        3 => dice.of(&["x''", "x'00'", "x'31'", "x'ff00'"]).to_owned(),
        // Digits as a number.
        4 | 5 => {
            let text = dice.of(alike);
            text.parse::<i64>()
                .map_or_else(|_| bytes(text.as_bytes()), |number| number.to_string())
        }
        6 | 7 => {
            let mut text = dice.of(alike).as_bytes().to_vec();
            let at = dice.roll(text.len() + 1);
            match dice.roll(4) {
                0 => text.insert(at, b"0 -.9T\0\xffZ+"[dice.roll(10)]),
                1 if at < text.len() => drop(text.remove(at)),
                2 if at < text.len() => text[at] = b"0123456789"[dice.roll(10)],
                _ => text.push(b' '),
            }
            bytes(&text)
        }
        _ => bytes(dice.of(alike).as_bytes()),
    }
}

/// A text of these bytes.
fn bytes(text: &[u8]) -> String {
    let hex: String = text.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("CAST(x'{hex}' AS TEXT)")
}

/// Columns of some types, some of them in the key.
fn table(rig: &Rig, dice: &mut Dice, number: usize) {
    let name = format!("t{number}");
    let kinds: Vec<usize> = (0..1 + dice.roll(3))
        .map(|_| dice.roll(TYPES.len()))
        .collect();
    let has_key = dice.roll(3) > 0;
    let key = if has_key {
        "key = [\"id\"]"
    } else {
        "key = \"none\""
    };
    let mut toml = format!(
        "table = \"{name}\"\n{key}\nrows = \"all_transmission\"\nbasis = \"story\"\n[columns]\n"
    );
    let mut types = String::from("[types]\nid = \"int\"\n");
    let mut columns = String::from("id INTEGER");
    writeln!(toml, "id = \"transmission_only\"").unwrap();
    for (at, &kind) in kinds.iter().enumerate() {
        writeln!(toml, "c{at} = \"transmission_only\"").unwrap();
        writeln!(types, "c{at} = {}", TYPES[kind].0).unwrap();
        write!(columns, ", c{at}").unwrap();
    }
    rig.write(
        &format!("catalogue/tables/{name}.toml"),
        format!("{toml}{types}"),
    );
    let mut sql = format!("CREATE TABLE {name} ({columns});");
    for row in 0..30 {
        let id = if has_key { row } else { dice.roll(3) };
        let cells: Vec<String> = kinds
            .iter()
            .map(|&kind| value(dice, TYPES[kind].1))
            .collect();
        write!(
            sql,
            "INSERT INTO {name} VALUES ({id}, {});",
            cells.join(", ")
        )
        .unwrap();
    }
    rig.sql(&sql);
}

#[test]
fn extraction_and_the_second_reader_agree_on_sources_made_by_chance() {
    for seed in 0..50 {
        let mut dice = Dice(seed);
        let rig = small(&[]);
        copy_folder(
            &repository().join("samples/catalogues/valid/minimal"),
            &rig.path("catalogue"),
        );
        rig.job(&Job {
            catalogue: "catalogue".to_owned(),
            ..Job::default()
        });
        for number in 0..8 {
            table(&rig, &mut dice, number);
        }
        let extracted = rig.bunri(["extract", "job.toml"]);
        // Where every row of a table is odd, all are rejected.
        assert!(
            matches!(extracted.code, Some(0 | 1 | 7)),
            "seed {seed}: {extracted}"
        );
        let ended = rig.bunri(["reread", "job.toml"]);
        assert_eq!(ended.code, Some(0), "seed {seed}: {ended}");
    }
}
