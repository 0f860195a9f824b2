//! `bunri incident access` (docs/incidents.md, "Access logs"): each scenario of the regulator's deck is found in the sample's log and in the
//! logs of a small system with other names, and nothing else; whoever looks says the same; no value is told; bad input is refused with
//! its place.

use serde_json::Value;

use crate::job::Job;
use crate::rig::{Rig, repository};
use crate::small::small;

const FILE: &str = "security/incidents.toml";

fn sample() -> Rig {
    let rig = Rig::empty();
    let options = [
        "--points",
        "400",
        "--out",
        "legacy.db",
        "--security",
        "security",
    ];
    let [a, b, c, d, e, f] = options;
    rig.bunri(["sample", a, b, c, d, e, f]).must(0);
    let catalogue = repository().join("schemas/denryoku").display().to_string();
    rig.job(&Job {
        catalogue,
        ..Job::default()
    });
    rig
}

fn outcome(rig: &Rig, file: &str, code: i32) -> Value {
    let ended = rig.bunri(["incident", "access", file, "--json"]).must(code);
    serde_json::from_str(&ended.out).unwrap()
}

/// Rule, account and screen, how many lines or days or missing numbers, and why.
fn found(outcome: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let line = |finding: &Value| {
        let of = |what: &str| text(&finding["of"][what]);
        let figure = |what: &str| finding["figures"][what].as_u64().map(|it| it.to_string());
        let parts = [
            text(&finding["rule"]),
            of("account"),
            of("screen"),
            of("reason"),
            figure("lines"),
            figure("days"),
            figure("missing"),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let findings = outcome["findings"].as_array().unwrap();
    findings.iter().map(line).collect()
}

fn unchecked(outcome: &Value) -> Vec<&str> {
    let checks = outcome["checks"].as_array().unwrap().iter();
    let not = checks.filter(|check| check["status"] == "not_checked");
    not.map(|check| check["rule"].as_str().unwrap()).collect()
}

#[test]
fn each_scenario_of_the_sample_is_found_and_nothing_else() {
    let rig = sample();
    let told = outcome(&rig, FILE, 1);
    assert_eq!(
        found(&told),
        [
            "other_company_read E-0007 S01 42",
            "other_company_read K-1207 S01 26885",
            "other_company_read N-0457 S01 1",
            "name_search K-1208 S05 1",
            "name_search N-0457 S05 1",
            "reads_a_day K-1207 60",
            "reads_in_a_window K-1207 23283",
            "emergency_window E-0007 S01 41",
            "emergency_fields E-0007 S01 1",
            "login_after_transfer N-0457 1",
            // Every use of a terminal of the other company, the sign-in and what was opened.
            "used_on_other_terminal GRID-OPS G01 1",
            "used_on_other_terminal GRID-OPS 1",
            "used_on_other_terminal K-3301 1",
            "used_on_other_terminal K-3302 1",
            "used_on_other_terminal N-0457 S01 1",
            "used_on_other_terminal N-0457 S05 1",
            "used_on_other_terminal N-0457 1",
            "used_in_other_room GRID-OPS G01 1",
            "used_in_other_room GRID-OPS 1",
            "used_in_other_room K-3301 1",
            "used_in_other_room N-0457 S01 1",
            "used_in_other_room N-0457 S05 1",
            "used_in_other_room N-0457 1",
            // Whoever reads every competitor's point reads the one that is asked for, too.
            "switching_after_read K-1207 S01 161",
            "switching_after_read N-0457 S01 1",
            "guarded_write B-3100 3",
            "dispatch_from_outside GRID-OPS G01 1",
            "sequence_missing 3",
            "clock_backwards 1",
        ]
    );
    assert_eq!(unchecked(&told), ["silent_span", "clock_forwards"]);
}

#[test]
fn it_is_told_in_eighty_columns_without_a_value_and_alike_by_any_threads() {
    let rig = sample();
    let ended = rig.bunri(["incident", "access", FILE]).must(1);
    rig.holds_no_value(&ended);
    for line in ended.out.lines() {
        assert!(console_width(line) <= 80, "{line}");
    }
    let points = rig.read("security/access-log.csv");
    let points = points
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').nth(7));
    for point in points.filter(|point| !point.is_empty()).take(500) {
        assert!(!ended.out.contains(point), "a point is told");
    }
    let by = |threads| {
        let ended = rig.bunri(["incident", "access", FILE, "--json", "--threads", threads]);
        ended.must(1).out
    };
    let one = by("1");
    assert!(!one.contains("\"supply_point"), "{one}");
    assert_eq!(by("2"), one);
    assert_eq!(by("5"), one);
    rig.write("told.json", &one);
    let schema = repository().join("schemas/incident.schema.json");
    rig.python(
        "schemas.py",
        [schema.display().to_string().as_str(), "told.json"],
    )
    .must(0);
    rig.bunri([
        "incident",
        "report",
        FILE,
        "--access",
        "told.json",
        "--out",
        "page",
    ])
    .must(1);
    assert!(rig.read("page/incidents.ja.html").contains("K-1207"));
}

/// Japanese characters take two columns.
fn console_width(line: &str) -> usize {
    line.chars()
        .map(|sign| if sign > '\u{2e7f}' { 2 } else { 1 })
        .sum()
}

/// Point 1 is own to 2024-03-31 and another's from 2024-04-01 on; point 2 is own for good.
const LEDGER: [[&str; 4]; 3] = [
    [
        "9010000000000000000001",
        "2020-01-01",
        "2024-03-31",
        "99010",
    ],
    [
        "9010000000000000000001",
        "2024-04-01",
        "9999-12-31",
        "99020",
    ],
    [
        "9010000000000000000002",
        "2020-01-01",
        "9999-12-31",
        "99010",
    ],
];

const SECOND: &str = r#"
label = "another system"
job = "job.toml"
judged_on = 2024-12-31
[companies]
operator = ["01"]
retail = ["02"]
[tables.accounts]
csv = "people.csv"
columns = { account = "id", owner = "who", company = "firm" }
[tables.transfers]
csv = "moves.csv"
columns = { person = "who", from_company = "old", to_company = "new", date = "day" }
[tables.terminals]
csv = "seats.csv"
columns = { terminal = "seat", company = "firm", room = "room" }
[tables.screens]
csv = "panes.csv"
columns = { screen = "pane" }
[tables.switching_requests]
csv = "requests.csv"
columns = { date = "day", point = "point", retailer = "to" }
"#;

const SYSLOG: &str = r#"
[access_log]
lines = "access-*.log"
pattern = "<{_}>1 {at} {_} app - - [acc@32473 {pairs}]"
columns = { sequence = "n", account = "u", terminal = "t", screen = "s", action = "d", search = "by", point = "p" }
actions = { login = ["in"], read = ["look"], search = ["seek"] }
searches = { name = ["kana"], other = ["no"] }
"#;

const CP932: &str = r#"
[access_log]
csv = ["記録.csv"]
encoding = "cp932"
actions = { login = ["入"], read = ["照会"], search = ["検索"] }
searches = { name = ["カナ"], other = ["番号"] }
[access_log.columns]
sequence = "通番"
at = "日時"
account = "利用者"
terminal = "端末"
screen = { column = "画面", nothing = ["－"] }
action = "操作"
search = "検索条件"
point = "地点"
"#;

/// What was done, with the time in Japan.
const DONE: [[&str; 7]; 9] = [
    ["2024-03-31 23:59:59", "r1", "B", "view", "look", "", "1"],
    ["2024-04-01 00:00:00", "r1", "B", "view", "look", "", "1"],
    ["2024-04-01 00:00:01", "r1", "B", "view", "look", "", "2"],
    ["2024-04-01 00:00:02", "r1", "B", "view", "seek", "kana", ""],
    ["2024-04-01 00:00:03", "r1", "B", "view", "seek", "no", ""],
    ["2024-04-01 00:00:04", "o1", "A", "view", "look", "", "1"],
    ["2024-06-30 23:59:59", "o2", "A", "", "in", "", ""],
    ["2024-07-01 00:00:00", "o2", "A", "", "in", "", ""],
    ["2024-07-01 00:00:01", "o1", "B", "", "in", "", ""],
];

const FOUND: [&str; 6] = [
    "other_company_read r1 view 1",
    "name_search r1 view 1",
    "login_after_transfer o2 1",
    "used_on_other_terminal o1 1",
    "switching_after_read r1 view 1",
    "sequence_missing 7",
];

fn second(log: &str) -> Rig {
    let rig = small(&LEDGER);
    rig.write("incidents.toml", format!("{SECOND}{log}"));
    rig.write("people.csv", "id,who,firm\nr1,1,02\no1,2,01\no2,3,01\n");
    rig.write("moves.csv", "who,old,new,day\n3,01,02,2024/7/1\n");
    rig.write("seats.csv", "seat,firm,room\nA,01,\nB,02,\n");
    rig.write("panes.csv", "pane\nview\n");
    rig.write(
        "requests.csv",
        "day,point,to\n2024-05-01,9010000000000000000001,99010\n2024-05-01,9010000000000000000002,99020\n",
    );
    rig
}

/// Seven numbers are missing before the last line.
fn number(place: usize) -> usize {
    if place == 8 { 16 } else { place + 1 }
}

fn full(point: &str) -> String {
    match point {
        "" => String::new(),
        point => format!("901000000000000000000{point}"),
    }
}

fn syslog() -> Rig {
    let rig = second(SYSLOG);
    let line = |(place, done): (usize, &[&str; 7])| {
        let [at, user, seat, pane, deed, by, point] = done;
        let at = at.replace(' ', "T");
        let n = number(place);
        let p = full(point);
        format!(
            "<134>1 {at}+09:00 host app - - [acc@32473 d=\"{deed}\" n=\"{n}\" u={user} t={seat} s=\"{pane}\" by=\"{by}\" p=\"{p}\"]\n"
        )
    };
    let lines: Vec<String> = DONE.iter().enumerate().map(line).collect();
    rig.write("access-1.log", lines[..4].concat());
    rig.write("access-2.log", lines[4..].concat());
    rig
}

#[test]
fn lines_of_syslog_and_files_of_code_page_932_say_the_same() {
    assert_eq!(found(&outcome(&syslog(), "incidents.toml", 1)), FOUND);
    let rig = second(CP932);
    let mut text = "通番,日時,備考,利用者,端末,画面,操作,検索条件,地点\n".to_owned();
    let word = |word: &str| match word {
        "look" => "照会",
        "seek" => "検索",
        "in" => "入",
        "kana" => "カナ",
        "no" => "番号",
        "" => "",
        other => panic!("{other}"),
    };
    for (place, [at, user, seat, pane, deed, by, point]) in DONE.into_iter().enumerate() {
        let pane = if pane.is_empty() { "－" } else { pane };
        let (n, point) = (number(place), full(point));
        let at = at.replace('-', "/");
        text += &format!(
            "{n},{at},\"表計算, 備考\",{user},{seat},{pane},{},{},{point}\n",
            word(deed),
            word(by)
        );
    }
    rig.write("text.utf8", &text);
    rig.python("encode.py", ["text.utf8", "cp932", "記録.csv"])
        .must(0);
    assert_eq!(found(&outcome(&rig, "incidents.toml", 1)), FOUND);
}

#[test]
fn a_log_with_nothing_to_read_ends_well_where_every_rule_was_checked_or_left_out() {
    let rig = syslog();
    rig.write("access-2.log", "");
    rig.edit("access-1.log", "\"look\" n=\"2\"", "\"in\" n=\"2\"");
    rig.edit("access-1.log", "by=\"kana\"", "by=\"no\"");
    let told = outcome(&rig, "incidents.toml", 1);
    assert_eq!(found(&told), Vec::<String>::new());
    let mut file = rig.read("incidents.toml");
    for rule in unchecked(&told) {
        file += &format!("[rules.{rule}]\noff = true\nbasis = \"a small system\"\n");
    }
    rig.write("incidents.toml", file);
    rig.bunri(["incident", "access", "incidents.toml"]).must(0);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let access = |rig: &Rig, code| {
        rig.bunri(["incident", "access", "incidents.toml"])
            .must(code)
    };
    access(&second(""), 3).says("no `[access_log]`");
    let rig = syslog();
    rig.edit("incidents.toml", "{at}", "{when}");
    access(&rig, 3).says("`{when}` is no field");
    let rig = syslog();
    rig.edit("incidents.toml", "access-*.log", "trace-*.log");
    access(&rig, 4)
        .says("trace-*.log")
        .says("no file of this name");
    let rig = syslog();
    rig.write(
        "access-2.log",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b",
    );
    access(&rig, 4)
        .says("access-2.log")
        .says("ends too early or is damaged");
    let rig = syslog();
    rig.edit("incidents.toml", "searches =", "most_held = 2\nsearches =");
    access(&rig, 3).says("most_held");
    let rig = syslog();
    rig.edit("incidents.toml", "login = [\"in\"]", "login = [\"look\"]");
    access(&rig, 3).says("`look` means two actions");
    let rig = syslog();
    rig.sql("DROP TABLE supply_period");
    access(&rig, 3).says("no table `supply_period`");
}
