//! Words that ordinary rows are made of: fictional people, places and companies.

/// 甲電力, the affiliated incumbent retailer.
pub const OWN: &str = "99010";
/// 甲送配電, the transmission and distribution operator (also the buyer of FIT power).
pub const OPERATOR: &str = "99000";
/// 乙でんき.
pub const OTSU: &str = "99020";
/// 丙エナジー.
pub const HEI: &str = "99030";
/// 甲電力地域販売, merged into the incumbent on 2019-10-01; before that another company.
pub const MERGED: &str = "99011";
/// 甲プラス, an affiliate of the incumbent: another company.
pub const AFFILIATE: &str = "99015";
/// Nobody: a declared vacancy.
pub const VACANT: &str = "00000";

/// The competitors of ordinary points.
pub const COMPETITORS: [&str; 5] = [OTSU, OTSU, HEI, "99040", "99050"];

/// Code, name, kind and last use. 99090 was never used here, which is nobody's business either.
pub const RETAILERS: [(&str, &str, &str, Option<&str>); 9] = [
    (OPERATOR, "甲送配電株式会社", "tdso", Some("2026-03-31")),
    (OWN, "甲電力株式会社", "incumbent", Some("2026-03-31")),
    (
        MERGED,
        "甲電力地域販売株式会社",
        "merged",
        Some("2019-09-30"),
    ),
    (
        AFFILIATE,
        "甲プラス株式会社",
        "affiliate",
        Some("2026-02-14"),
    ),
    (OTSU, "乙でんき株式会社", "new_retailer", Some("2026-03-31")),
    (
        HEI,
        "丙エナジー合同会社",
        "new_retailer",
        Some("2026-03-30"),
    ),
    (
        "99040",
        "丁ガス電力株式会社",
        "new_retailer",
        Some("2026-03-28"),
    ),
    (
        "99050",
        "戊ソーラー株式会社",
        "new_retailer",
        Some("2025-12-11"),
    ),
    ("99090", "己ライト株式会社", "new_retailer", None),
];

/// Code, name, base price in sen, description, last use.
pub const TARIFFS: [(&str, &str, i64, &str, Option<&str>); 5] = [
    (
        "T-B",
        "従量電灯B",
        31_200,
        "経過措置・特定小売供給約款",
        Some("2026-03-31"),
    ),
    (
        "T-C",
        "従量電灯C",
        31_200,
        "経過措置・特定小売供給約款",
        Some("2026-03-31"),
    ),
    ("T-P", "低圧電力", 112_200, "動力", Some("2026-03-31")),
    (
        "T-ISL",
        "離島約款(電灯)",
        31_200,
        "離島等供給約款と同額",
        Some("2026-03-31"),
    ),
    (
        "T-OLD",
        "深夜電力A",
        0,
        "2016年3月受付終了",
        Some("2016-03-31"),
    ),
];

/// The retailer's name as the ledger writes it.
#[must_use]
pub fn retailer_name(code: &str) -> Option<&'static str> {
    RETAILERS
        .iter()
        .find(|retailer| retailer.0 == code)
        .map(|retailer| retailer.1)
}

/// Name and reading.
pub const SURNAMES: [(&str, &str); 24] = [
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("高橋", "タカハシ"),
    ("田中", "タナカ"),
    ("伊藤", "イトウ"),
    ("渡辺", "ワタナベ"),
    ("山本", "ヤマモト"),
    ("中村", "ナカムラ"),
    ("小林", "コバヤシ"),
    ("加藤", "カトウ"),
    ("吉田", "ヨシダ"),
    ("山田", "ヤマダ"),
    ("佐々木", "ササキ"),
    ("山口", "ヤマグチ"),
    ("松本", "マツモト"),
    ("井上", "イノウエ"),
    ("木村", "キムラ"),
    ("林", "ハヤシ"),
    ("斎藤", "サイトウ"),
    ("清水", "シミズ"),
    ("山崎", "ヤマザキ"),
    ("森", "モリ"),
    ("池田", "イケダ"),
    ("橋本", "ハシモト"),
];

/// Name and reading.
pub const GIVEN: [(&str, &str); 20] = [
    ("太郎", "タロウ"),
    ("花子", "ハナコ"),
    ("翔太", "ショウタ"),
    ("美咲", "ミサキ"),
    ("健一", "ケンイチ"),
    ("陽子", "ヨウコ"),
    ("大輔", "ダイスケ"),
    ("由美", "ユミ"),
    ("誠", "マコト"),
    ("恵", "メグミ"),
    ("拓也", "タクヤ"),
    ("愛", "アイ"),
    ("隆", "タカシ"),
    ("直子", "ナオコ"),
    ("修", "オサム"),
    ("千尋", "チヒロ"),
    ("勇", "イサム"),
    ("幸子", "サチコ"),
    ("浩", "ヒロシ"),
    ("薫", "カオル"),
];

/// Towns of the fictional area 90.
pub const TOWNS: [&str; 12] = [
    "甲野県乙原市本町",
    "甲野県乙原市緑ヶ丘",
    "甲野県乙原市港南",
    "甲野県丙川市中央",
    "甲野県丙川市大字上野",
    "甲野県丙川市桜台",
    "甲野県丁山市駅前",
    "甲野県丁山市字西浦",
    "甲野県戊島村",
    "甲野県己田郡庚町",
    "甲野県辛見市栄町",
    "甲野県辛見市若葉",
];
