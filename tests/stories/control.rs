//! Control totals (docs/control.md): the legacy team's own figures, by office and month, against staging and rejects; and what is
//! told of them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::rig::{Ended, Rig, copy_folder, repository};
use crate::small::POINT;
use crate::verdict::findings;

const OTHERS: &str = "9000000000000000000002";
const NOBODYS: &str = "9000000000000000000003";

/// Three points: own, another retailer's, and one that no ledger knows. Twelve readings of office A01 in January, three of A02, one of
/// A03 that gives back, one of no office.
fn offices() -> Rig {
    let rig = Rig::empty();
    rig.write("legacy.db", "");
    rig.sql(&format!(
        "CREATE TABLE code_retailer (retailer_code TEXT PRIMARY KEY, retailer_name TEXT);
         INSERT INTO code_retailer VALUES ('99010', '甲電力'), ('99020', '乙でんき');
         CREATE TABLE supply_period (supply_point_id TEXT, valid_from TEXT, valid_until TEXT, retailer_code TEXT);
         INSERT INTO supply_period VALUES ('{POINT}', '2020-01-01', '9999-12-31', '99010'),
            ('{OTHERS}', '2020-01-01', '9999-12-31', '99020');
         CREATE TABLE meter_reading (supply_point_id TEXT, period_from TEXT, period_until TEXT, usage_kwh NUMERIC,
            updated_at TEXT, office_code TEXT);"
    ));
    for day in 1..=12 {
        reading(&rig, POINT, &format!("2026-01-{day:02}"), "10.5", "'A01'");
    }
    reading(&rig, POINT, "2026-01-20", "1.5", "'A02'");
    reading(&rig, OTHERS, "2026-01-01", "2.5", "'A02'");
    reading(&rig, NOBODYS, "2026-01-01", "-0.5", "'A02'");
    reading(&rig, POINT, "2026-01-21", "-7", "'A03'");
    reading(&rig, POINT, "2026-02-01", "4", "NULL");
    copy_folder(
        &repository().join("samples/catalogues/valid/minimal"),
        &rig.path("catalogue"),
    );
    rig.edit(
        "catalogue/tables/meter_reading.toml",
        "updated_at = \"transmission_only\"",
        "updated_at = \"transmission_only\"\noffice_code = \"own_customer\"",
    );
    rig.job(&crate::job::Job {
        catalogue: "catalogue".to_owned(),
        ..crate::job::Job::default()
    });
    ask(&rig, OFFICES);
    rig
}

fn reading(rig: &Rig, point: &str, day: &str, kwh: &str, office: &str) {
    rig.sql(&format!(
        "INSERT INTO meter_reading VALUES ('{point}', '{day}', '{day}', {kwh}, '2026-03-02 09:00:00', {office})"
    ));
}

const OFFICES: &str = "[[control]]\nname = \"offices\"\ntable = \"meter_reading\"\nby = [\"office_code\"]\n\
                       month_of = \"period_from\"\nsums = [\"usage_kwh\"]\nfigures = \"offices.csv\"\n";

const RIGHT: &str = "office_code,month,count,usage_kwh\nA01,2026-01,12,126.0\nA02,2026-01,3,3.5\nA03,2026-01,1,-7\n,2026-02,1,4.0\n";

fn ask(rig: &Rig, controls: &str) {
    let job = rig.read("job.toml");
    rig.write("job.toml", job + controls);
}

/// Runs the small system on these figures: the findings, each with what it says.
fn found(rig: &Rig, figures: &str) -> BTreeSet<String> {
    rig.write("offices.csv", figures);
    let ended = rig.bunri(["run", "job.toml"]);
    assert!(matches!(ended.code, Some(1 | 10)), "{ended}");
    told(rig)
}

fn told(rig: &Rig) -> BTreeSet<String> {
    let report = rig.json("custody/evidence/report.json");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let found = report["findings"].as_array().unwrap().iter();
    found
        .filter(|it| it["grade"] == "certain")
        .map(|it| format!("{}: {}", text(&it["rule"]), text(&it["detail"])))
        .collect()
}

fn claim(rig: &Rig, code: &str) -> Value {
    let report = rig.json("custody/evidence/report.json");
    let claims = report["claims"].as_array().unwrap();
    claims.iter().find(|it| it["code"] == code).unwrap().clone()
}

/// Nothing else was found than this.
#[track_caller]
fn only(found: &BTreeSet<String>, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|it| (*it).to_owned()).collect();
    assert_eq!(*found, expected);
}

#[test]
fn right_figures_are_held_and_told_by_region() {
    let rig = offices();
    only(&found(&rig, RIGHT), &[]);
    assert_eq!(claim(&rig, "C3")["status"], "held");
    let control = &rig.json("custody/evidence/report.json")["controls"][0];
    assert_eq!(control["outcomes"], json!([8, 0, 0, 0]));
    let groups: Vec<&Value> = control["groups"].as_array().unwrap().iter().collect();
    let named: Vec<&Value> = groups.iter().map(|it| &it["group"]).collect();
    assert_eq!(
        named,
        [
            &json!([null, "2026-02"]),
            &json!(["A01", "2026-01"]),
            &json!(["A02", "2026-01"]),
            &json!(["A03", "2026-01"])
        ]
    );
    // Twelve rows of one region are told, …
    assert_eq!(
        groups[1]["figures"][1],
        json!({"outcome": "equal", "legacy": "126.0", "staged": "126.0", "rejected": "0.0",
               "regions": ["126.0", "0.0", "0.0", "0.0"]})
    );
    // … a sum over three is not: it would be three customers' readings.
    assert_eq!(
        groups[2]["figures"],
        json!([{"outcome": "equal", "legacy": "3", "staged": "3", "rejected": "0", "regions": ["1", "1", "1", "0"]},
               {"outcome": "equal", "legacy": null, "staged": null, "rejected": null, "regions": null}])
    );
    rig.python("control.py", ["stores", "custody/evidence/report.json"])
        .must(0)
        .prints("4 groups are in the stores");
    for page in ["report.html", "report.ja.html"] {
        assert!(
            rig.read(&format!("custody/evidence/{page}"))
                .contains("A02")
        );
    }
    assert!(!rig.read("retail/manifest.json").contains("offices"));
}

#[test]
fn figures_may_come_in_any_order_with_a_bom_and_quotes() {
    let rig = offices();
    let figures = "\u{feff}count,\"usage_kwh\",month,office_code\r\n1,4,2026-02,\r\n3,3.50,2026-01,\"A02\"\r\n\
                   12,126,2026-01,A01\r\n1,-7.0,2026-01,A03\r\n";
    only(&found(&rig, figures), &[]);
}

#[test]
fn every_difference_is_a_finding_of_its_own_group_and_figure() {
    let rig = offices();
    let a01 = "control_figure_differs: control offices: office_code A01, month 2026-01, line 2";
    for (from, to, expected) in [
        ("12,126.0", "12,126.1", vec![format!("{a01}, usage_kwh: 126.1 in the figures, 126.0 in staging and rejects")]),
        ("12,126.0", "13,126.0", vec![format!("{a01}, count: 13 in the figures, 12 in staging and rejects")]),
        // Wh in place of kWh.
        ("12,126.0", "12,126000", vec![format!("{a01}, usage_kwh: 126000.0 in the figures, 126.0 in staging and rejects")]),
        // Few rows: no amount is told, theirs neither.
        ("1,-7", "1,7", vec![
            "control_figure_differs: control offices: office_code A03, month 2026-01, line 4, usage_kwh: the sums are not told, \
             because few rows are in them".to_owned()]),
        ("A02,2026-01,3,3.5\n", "", vec!["control_group_missing: control offices: office_code A02, month 2026-01".to_owned()]),
        (",2026-02,1,4.0\n", "", vec!["control_group_missing: control offices: office_code NULL, month 2026-02".to_owned()]),
        // What nobody knows is told by its line, whatever it says.
        (",2026-02,1,4.0\n", ",2026-02,1,4.0\n甲野太郎,2026-02,1,4.0\n", vec!["control_group_unknown: control offices: line 6".to_owned()]),
    ] {
        assert!(RIGHT.contains(from), "{from}");
        let found = found(&rig, &RIGHT.replace(from, to));
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        only(&found, &expected);
        assert_eq!(claim(&rig, "C3")["status"], "broken");
    }
    let lines: BTreeSet<String> = findings(&rig);
    assert!(
        lines.contains("C3 control_group_unknown staging/meter_reading"),
        "{lines:?}"
    );
    only(
        &found(&rig, "office_code,month,count,usage_kwh\n"),
        &[
            "control_group_missing: control offices: office_code A01, month 2026-01",
            "control_group_missing: control offices: office_code A02, month 2026-01",
            "control_group_missing: control offices: office_code A03, month 2026-01",
            "control_group_missing: control offices: office_code NULL, month 2026-02",
        ],
    );
}

#[test]
fn what_is_no_answer_is_refused_with_its_line() {
    let rig = offices();
    let head = "office_code,month,count,usage_kwh\n";
    for (figures, said) in [
        (
            String::new(),
            "offices.csv:1:1: the file is empty: its first line names `office_code`, `month`, `count`, `usage_kwh`",
        ),
        (
            "office_code,month,count\nA01,2026-01,12\n".to_owned(),
            "offices.csv:1:1: the header has no `usage_kwh`",
        ),
        (
            head.replace("month", "month,month"),
            "offices.csv:1:1: the header has `month` twice",
        ),
        // The header was left out: its place has values, which nobody tells.
        (
            "甲野太郎,2026-01,12,126.0\n".to_owned(),
            "offices.csv:1:1: column 1 of the header is none of",
        ),
        (
            RIGHT.replace("126.0", "\"1,234\""),
            "offices.csv:2:1: `usage_kwh` is no plain decimal",
        ),
        (
            RIGHT.replace("126.0", "1e3"),
            "offices.csv:2:1: `usage_kwh` is no plain decimal",
        ),
        (
            RIGHT.replace("126.0", "1,234"),
            "offices.csv:2:1: 5 fields where the header has 4",
        ),
        (
            RIGHT.replace("126.0", "126.05"),
            "offices.csv:2:1: `usage_kwh` has more than 1 digits behind the point",
        ),
        (
            RIGHT.replace("126.0", ""),
            "offices.csv:2:1: `usage_kwh` is no plain decimal",
        ),
        (
            RIGHT.replace(",12,", ",-12,"),
            "offices.csv:2:1: `count` is less than 1",
        ),
        (
            RIGHT.replace("A03,", "A02,"),
            "offices.csv:4:1: this group stands in line 3 already",
        ),
    ] {
        rig.write("offices.csv", figures);
        rig.bunri(["run", "job.toml"])
            .must(3)
            .says(said)
            .never_says("甲野太郎");
        assert!(!rig.path("custody/staging").exists());
    }
    rig.write(
        "offices.csv",
        [head.as_bytes(), &[0x8a, 0xc6], b",2026-01,1,1\n"].concat(),
    );
    rig.bunri(["run", "job.toml"])
        .must(3)
        .says("offices.csv:2:1: not UTF-8 from here on");
}

/// What no figure of the source shows: the extractor gave two offices each other's reading, or lost a row and its own count of it.
#[test]
fn an_extractor_that_is_wrong_in_itself_is_found() {
    for (fault, expected) in [
        // Rows in key order: 1 to 12 are of A01, 13 of A02, 14 of A03.
        (json!(["swap", 0, 12, "usage_kwh"]), vec!["A01", "A02"]),
        (json!(["last", 1]), vec!["A02"]),
    ] {
        let rig = offices();
        rig.write("offices.csv", RIGHT);
        rig.bunri(["extract", "job.toml"]).must(0);
        std::fs::rename(rig.path("custody"), rig.path("pristine")).unwrap();
        rig.write(
            "fault.json",
            json!({"table": "meter_reading", "do": fault}).to_string(),
        );
        rig.python("restage.py", ["pristine", "custody", "fault.json"])
            .must(0);
        let split = rig.bunri(["split", "job.toml"]);
        assert!(matches!(split.code, Some(0 | 1)), "{split}");
        rig.bunri(["verify", "job.toml"]).must(10);
        let found = told(&rig);
        assert!(
            found
                .iter()
                .all(|it| it.starts_with("control_figure_differs")),
            "{found:?}"
        );
        for office in expected {
            assert!(
                found.iter().any(|it| it.contains(office)),
                "{office}: {found:?}"
            );
        }
    }
}

/// A row whose office or month cannot be read is somewhere in their figures: a bound for each group, and exact for all together.
#[test]
fn rejected_rows_make_a_bound_and_no_more() {
    let rig = offices();
    // Of A01 beyond doubt; and of a month that nobody can read, though they have put it into one.
    reading(&rig, POINT, "2026-01-25", "'***'", "'A01'");
    reading(&rig, POINT, "H38.02.28", "5.0", "'A02'");
    let theirs = RIGHT
        .replace("12,126.0", "13,999.0")
        .replace("A02,2026-01,3,3.5", "A02,2026-01,4,8.5");
    only(&found(&rig, &theirs), &[]);
    let report = rig.json("custody/evidence/report.json");
    assert_eq!(report["controls"][0]["outcomes"], json!([5, 2, 1, 0]));
    assert_eq!(report["controls"][0]["unreadable"], 1);
    let notes = report["notes"].as_array().unwrap();
    let note = notes
        .iter()
        .find(|it| it["rule"] == "control_not_exact")
        .unwrap();
    assert_eq!(
        (&note["count"], &note["detail"]),
        (&json!(3), &json!("offices"))
    );
    // In a group of its own, as their query cut it.
    let apart = RIGHT.replace("12,126.0", "13,126.0") + "A02,H38.02.,1,5\n";
    only(&found(&rig, &apart), &[]);
    // Nowhere: each group is within its bound, all together are not. Of the sum nobody can say it, for the other row's is not known.
    let nowhere = RIGHT.replace("12,126.0", "13,126.0");
    only(
        &found(&rig, &nowhere),
        &["control_total_differs: control offices: count"],
    );
    // Two rows are more than one.
    let twice = theirs.replace("A02,2026-01,4,8.5", "A02,2026-01,5,8.5");
    let found = found(&rig, &twice);
    only(
        &found,
        &[
            "control_figure_differs: control offices: office_code A02, month 2026-01, line 3, count: 5 in the figures, 3 in staging and rejects",
        ],
    );
}

#[test]
fn without_an_answer_nothing_is_held() {
    let rig = offices();
    rig.bunri(["run", "job.toml"])
        .must(1)
        .prints("C3 staging, meter_reading: the figures of control offices are not there");
    assert_eq!(claim(&rig, "C3")["status"], "not_checked");
    let control = &rig.json("custody/evidence/report.json")["controls"][0];
    assert_eq!(
        (&control["blake3"], &control["outcomes"]),
        (&Value::Null, &json!([0, 0, 0, 0]))
    );
    rig.write("offices.csv", RIGHT);
    rig.bunri(["verify", "job.toml"]).must(1);
    assert_eq!(claim(&rig, "C3")["status"], "held");
}

#[test]
fn a_group_that_speaks_of_a_customer_is_refused() {
    let rig = Rig::with_sample(60);
    ask(
        &rig,
        "[[control]]\nname = \"names\"\ntable = \"consumer\"\nby = [\"contract_holder_name\"]\nfigures = \"names.csv\"\n\
               [[control]]\nname = \"memos\"\ntable = \"meter_reading_monthly\"\nby = [\"remarks\"]\nfigures = \"memos.csv\"\n",
    );
    let ended = rig.refused("run", 3);
    let ended = ended.says("control `names`: `by` has `contract_holder_name`, which is personal");
    ended.says("control `memos`: `by` has `remarks`, which is free text");
}

#[test]
fn the_query_is_in_the_words_of_the_database() {
    let rig = offices();
    let sql = |dialect: &str| {
        rig.bunri(["control", "job.toml", "--sql", "--dialect", dialect])
            .must(0)
            .out
    };
    assert!(sql("oracle").contains("TO_CHAR(\"period_from\", 'YYYY-MM')"));
    assert!(
        sql("postgresql")
            .contains("SUBSTRING(CAST(\"period_from\" AS VARCHAR(30)) FROM 1 FOR 7) AS \"month\"")
    );
    assert!(sql("standard").contains("COALESCE(SUM(\"usage_kwh\"), 0) AS \"usage_kwh\""));
    let own = rig.bunri(["control", "job.toml", "--sql"]).must(0).out;
    assert_eq!(own, sql("sqlite"));
    // Of eras no month is made up.
    rig.edit(
        "catalogue/tables/meter_reading.toml",
        "period_from = \"date\"",
        "period_from = \"date(GYY.MM.DD)\"",
    );
    let era = rig.bunri(["control", "job.toml", "--sql"]).must(0).out;
    assert!(
        era.contains(
            "/* write here, as YYYY-MM, the month of \"period_from\", which is date(GYY.MM.DD) */"
        ),
        "{era}"
    );
    let rig = Rig::with_sample(60);
    rig.bunri(["control", "job.toml", "--sql"])
        .must(2)
        .says("it has no [[control]]");
}

const SAMPLE: &str = "[[control]]\nname = \"months\"\ntable = \"meter_reading_monthly\"\nmonth_of = \"period_from\"\n\
                      sums = [\"usage_kwh\"]\nfigures = \"months.csv\"\n\
                      [[control]]\nname = \"methods\"\ntable = \"supply_point\"\nby = [\"supply_method\", \"contract_kind\"]\n\
                      figures = \"methods.csv\"\n\
                      [[control]]\nname = \"areas\"\ntable = \"area_total\"\nsums = [\"total_usage_kwh\", \"reading_count\"]\nfigures = \"areas.csv\"\n";

/// The sample, asked in SQLite itself.
fn asked() -> (Rig, Ended) {
    let rig = Rig::with_sample(300);
    ask(&rig, SAMPLE);
    let printed = rig.bunri(["control", "job.toml", "--sql"]).must(0);
    rig.write("asked.sql", &printed.out);
    let outs = [
        "sqlite",
        "legacy.db",
        "asked.sql",
        "months.csv",
        "methods.csv",
        "areas.csv",
    ];
    rig.python("control.py", outs).must(0);
    (rig, printed)
}

#[test]
fn what_sqlite_answers_to_the_printed_query_is_held() {
    let (rig, printed) = asked();
    rig.holds_no_value(&printed);
    let ended = rig.bunri(["run", "job.toml"]).must(1);
    rig.holds_no_value(&ended);
    assert_eq!(claim(&rig, "C3")["status"], "held");
    let report = rig.json("custody/evidence/report.json");
    let [months, methods, areas] = [0, 1, 2].map(|it| &report["controls"][it]);
    assert_eq!(months["unreadable"], 1, "the sample has a day of an era");
    assert!(methods["groups"].as_array().unwrap().len() > 1);
    assert_eq!(areas["outcomes"], json!([3, 0, 0, 0]));
    rig.python("control.py", ["stores", "custody/evidence/report.json"])
        .must(0);
    // DuckDB over staging gives what the report says is staged.
    let standard = rig
        .bunri(["control", "job.toml", "--sql", "--dialect", "standard"])
        .must(0);
    rig.write("standard.sql", &standard.out);
    let tables = ["meter_reading_monthly", "supply_point", "area_total"];
    let mut arguments = vec!["duckdb", "custody", "standard.sql"];
    arguments.extend(tables.iter().flat_map(|table| [*table, *table]));
    let staged = rig.python("control.py", arguments).must(0).out;
    let mut sums = 0;
    for (line, control) in staged.lines().zip([months, methods, areas]) {
        let answer: Value = serde_json::from_str(line).unwrap();
        let key = |row: &Value, parts: usize| row.as_array().unwrap()[..parts].to_vec();
        let parts =
            answer[0].as_array().unwrap().len() - control["figures"].as_array().unwrap().len();
        for row in answer[1].as_array().unwrap() {
            let groups = control["groups"].as_array().unwrap();
            let group = groups
                .iter()
                .find(|it| it["group"] == json!(key(row, parts)))
                .unwrap();
            for (at, figure) in group["figures"].as_array().unwrap().iter().enumerate() {
                if figure["staged"] != Value::Null {
                    assert_eq!(figure["staged"], row[parts + at], "{group}");
                    sums += u64::from(at > 0);
                }
            }
        }
    }
    assert!(sums > 0, "no sum was told");
}

#[test]
fn one_changed_figure_of_the_sample_is_found_and_only_that() {
    let (rig, _) = asked();
    let figures = rig.read("methods.csv");
    let line = figures.lines().nth(1).unwrap().to_owned();
    let (group, count) = line.rsplit_once(',').unwrap();
    let more = count.parse::<u64>().unwrap() + 1;
    rig.write(
        "methods.csv",
        figures.replacen(&line, &format!("{group},{more}"), 1),
    );
    rig.bunri(["run", "job.toml"]).must(10);
    let found = told(&rig);
    assert_eq!(found.len(), 1, "{found:?}");
    let only = found.first().unwrap();
    assert!(
        only.starts_with("control_figure_differs: control methods: supply_method"),
        "{only}"
    );
    assert!(
        only.contains(&format!(
            "line 2, count: {more} in the figures, {count} in staging"
        )),
        "{only}"
    );
}

#[test]
fn threads_leave_no_trace_in_the_figures() {
    let (rig, _) = asked();
    rig.bunri(["run", "job.toml"]).must(1);
    let two = rig.read("custody/evidence/report.json");
    for threads in [1, 4] {
        let job = rig.read("job.toml");
        let from = job
            .lines()
            .find(|line| line.starts_with("threads"))
            .unwrap();
        rig.edit("job.toml", from, &format!("threads = {threads}"));
        rig.bunri(["verify", "job.toml"]).must(1);
        assert_eq!(rig.read("custody/evidence/report.json"), two);
    }
}
