//! A source whose tables and columns have kanji names, with a catalogue in kanji, from end to end.

use crate::job::Job;
use crate::rig::{Rig, repository};

const SOURCE: &str = r#"
CREATE TABLE "小売電気事業者" ("事業者コード" TEXT PRIMARY KEY, "事業者名" TEXT);
INSERT INTO "小売電気事業者" VALUES ('99010', '甲電力'), ('99020', '乙でんき');
CREATE TABLE "供給期間" ("供給地点特定番号" TEXT, "適用開始日" TEXT, "適用終了日" TEXT,
    "小売電気事業者コード" TEXT, "供給区分" TEXT);
INSERT INTO "供給期間" VALUES
    ('9000000000000000000001', '20100401', '99991231', '99010', '通常'),
    ('9000000000000000000002', '20100401', '20200331', '99010', '通常'),
    ('9000000000000000000002', '20200401', NULL, '99020', '通常'),
    ('9000000000000000000003', '20100401', NULL, '99010', '離島');
CREATE TABLE "契約" ("契約番号" TEXT PRIMARY KEY, "地点番号" TEXT, "契約者名義" TEXT, "契約高" NUMERIC,
    "単位" TEXT, "備考" TEXT);
INSERT INTO "契約" VALUES
    ('甲-1', '9000000000000000000001', '髙橋 𠮷男', 60, 'A', '在宅酸素使用'),
    ('甲-2', '9000000000000000000001', '山﨑 花子', 12.5, '個', NULL),
    ('乙-1', '9000000000000000000002', '丙野カナリア零一', 40, 'A', ''),
    ('離-1', '9000000000000000000003', '島野 一', 30, 'A', NULL),
    ('迷-1', '9000000000000000000009', '乙川 二郎', 30, 'A', NULL);
"#;

/// The system in kanji, and a job for it.
pub(crate) fn kanji() -> Rig {
    let rig = Rig::empty();
    rig.write("legacy.db", "");
    rig.sql(SOURCE);
    let catalogue = repository()
        .join("samples/catalogues/valid/kanji")
        .display()
        .to_string();
    rig.job(&Job {
        catalogue,
        label: "分離リハーサル".to_owned(),
        ..Job::default()
    });
    rig
}

#[test]
fn a_source_in_kanji_is_separated_and_verified() {
    let rig = kanji();
    rig.bunri(["run", "job.toml"]).must(1);
    rig.python("show.py", [".", "retail", "contract"]).must(0).prints(
        "契約番号=甲-1 地点番号=9000000000000000000001 契約者名義=髙橋 𠮷男 契約高=60.00 単位=A\n\
         契約番号=甲-2 地点番号=9000000000000000000001 契約者名義=山﨑 花子 契約高=NULL 単位=個\n2 rows\n",
    );
    rig.python("show.py", [".", "quarantine", "contract"]).must(0).prints(
        "契約番号=迷-1 地点番号=9000000000000000000009 契約者名義=乙川 二郎 契約高=30.00 単位=A bunri_reason=not_in_ledger\n1 rows\n",
    );
    rig.python("show.py", [".", "transmission", "contract"])
        .must(0)
        .prints("備考=在宅酸素使用")
        .prints("5 rows");
}

#[test]
fn a_kanji_column_that_nobody_classified_is_refused_by_its_name() {
    let rig = kanji();
    rig.sql("ALTER TABLE \"契約\" ADD COLUMN \"営業メモ\" TEXT");
    rig.bunri(["run", "job.toml"])
        .must(3)
        .says("source table \"契約\", column \"営業メモ\": not in the catalogue");
}
