//! `bunri incident` (docs/incidents.md): each scenario of the regulator's deck is found on the sample's security system and on a small
//! one with other names and other encodings, and nothing else; what is missing counts as not checked; bad input is refused with its
//! place; the page opens, escapes, and says its limits first.

mod second;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::job::Job;
use crate::page::{browse, stands};
use crate::rig::{Ended, Rig, repository};

const FILE: &str = "security/incidents.toml";

/// The sample's security system beside a job. The legacy database itself is not needed.
fn sample() -> Rig {
    let rig = Rig::empty();
    rig.bunri([
        "sample",
        "--points",
        "400",
        "--out",
        "legacy.db",
        "--security",
        "security",
    ])
    .must(0);
    rig.job(&Job::default());
    rig
}

fn outcome(rig: &Rig, command: &str, file: &str) -> Value {
    let ended = rig.bunri(["incident", command, file, "--json"]);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    serde_json::from_str(&ended.out).unwrap()
}

/// The findings, each as its rule and the names that tell it from others.
fn found(outcome: &Value) -> Vec<String> {
    let findings = outcome["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| {
            let of = &finding["of"];
            let names = [
                "screen", "column", "role", "account", "terminal", "grant", "room",
            ];
            let names = names.iter().filter_map(|name| of[*name].as_str());
            format!(
                "{} {}",
                finding["rule"].as_str().unwrap(),
                names.collect::<Vec<_>>().join(" ")
            )
        })
        .collect()
}

/// Rules that were not checked.
fn unchecked(outcome: &Value) -> BTreeSet<&str> {
    let checks = outcome["checks"].as_array().unwrap();
    let not = checks
        .iter()
        .filter(|check| check["status"] == "not_checked");
    not.map(|check| check["rule"].as_str().unwrap()).collect()
}

/// Changes the security database.
fn sql(rig: &Rig, statements: &str) {
    let database = rusqlite::Connection::open(rig.path("security/security.db")).unwrap();
    database.execute_batch(statements).unwrap();
}

#[test]
fn the_holes_of_the_sample_are_found_and_nothing_else() {
    let rig = sample();
    let told = outcome(&rig, "exposure", FILE);
    assert_eq!(
        found(&told),
        [
            "field_unmasked S04 supply_point.contract_power_kw",
            "field_unmasked S04 supply_point.remarks_1",
            "screen_reached S01 SALES",
        ]
    );
    let reached = &told["findings"][2];
    assert_eq!(
        reached["path"],
        serde_json::json!([{"screen": "S03", "key": "PF9", "to": "S01"}])
    );
    let exposed: Vec<(&str, bool, bool)> = reached["exposed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["column"].as_str().unwrap(),
                it["of_own"] == true,
                it["of_others"] == true,
            )
        })
        .collect();
    assert_eq!(
        exposed,
        [
            ("consumer.consumer_name", false, true),
            ("consumer.contact_phone", false, true),
            ("supply_period.retailer_code", false, true),
            ("supply_point.contract_power_kw", false, true),
            ("supply_point.remarks_1", true, true),
        ]
    );
    // Large customers have stricter classes, and no dictionary says which rows a screen shows.
    assert_eq!(
        unchecked(&told),
        BTreeSet::from(["field_of_conditional_class"])
    );
}

#[test]
fn the_accounts_terminals_and_rights_of_the_sample_are_found_and_nothing_else() {
    let rig = sample();
    let told = outcome(&rig, "accounts", FILE);
    assert_eq!(
        found(&told),
        [
            "live_after_transfer N-0457",
            "shared_account GRID-OPS",
            "old_password N-0457",
            "used_from_two_companies GRID-OPS",
            "used_from_two_companies N-0457",
            "terminal_in_wrong_room T-501 R-K1",
            "terminal_of_other_company GRID-OPS T-210",
            "terminal_of_other_company K-3301 T-777",
            "terminal_of_other_company K-3302 T-501",
            "terminal_of_other_company N-0457 T-210",
            "terminal_without_room T-888",
            "emergency_without_end K-1102 GR-8",
            "emergency_too_long K-1101 GR-11",
            "emergency_without_declaration K-1102 GR-8",
            "emergency_outside_declaration K-1101 GR-11",
            "emergency_too_wide K-1102 GR-8",
            "emergency_never_reviewed K-1102 GR-8",
            "standing_right_of_other_company K-3302 GR-3",
        ]
    );
    assert_eq!(unchecked(&told), BTreeSet::new());
    // Nobody's number is told.
    assert!(!told.to_string().contains("P-88"));
}

#[test]
fn the_same_scenarios_are_found_in_a_system_with_other_names_and_encodings() {
    let rig = second::system();
    let told = outcome(&rig, "exposure", second::FILE);
    assert_eq!(
        found(&told),
        [
            "field_unmasked 照会B meter_reading.usage_kwh",
            "screen_reached 中継 小売担当",
            "screen_reached 台帳A 小売担当",
        ]
    );
    assert_eq!(told["findings"][2]["figures"]["keys"], 2);
    assert_eq!(unchecked(&told), BTreeSet::new());
    let told = outcome(&rig, "accounts", second::FILE);
    assert_eq!(
        found(&told),
        [
            "live_after_transfer u200",
            "shared_account ops",
            "old_password u200",
            "used_from_two_companies ops",
            "terminal_in_wrong_room 端末9 5階",
            "terminal_of_other_company ops 端末2",
            "emergency_without_end u100 災害1",
            "emergency_without_declaration u100 災害1",
            "emergency_too_wide u100 災害1",
            "emergency_never_reviewed u100 災害1",
        ]
    );
}

#[test]
fn a_mended_system_is_clean_and_ends_with_0() {
    let rig = second::system();
    second::mend(&rig);
    for command in ["exposure", "accounts"] {
        rig.bunri(["incident", command, second::FILE])
            .must(0)
            .prints("0 findings");
    }
}

#[test]
fn what_is_printed_fits_80_columns_and_is_the_same_twice() {
    let rig = sample();
    for command in ["exposure", "accounts"] {
        let ended = rig.bunri(["incident", command, FILE]).must(1);
        for line in ended.out.lines() {
            let columns: usize = line
                .chars()
                .map(|letter| if letter < '\u{1100}' { 1 } else { 2 })
                .sum();
            assert!(columns <= 80, "{columns} columns: {line}");
        }
        assert_eq!(ended.out, rig.bunri(["incident", command, FILE]).out);
    }
    rig.bunri(["incident", "exposure", FILE])
        .must(1)
        .prints("S03 –PF9→ S01");
}

#[test]
fn the_outcome_is_as_its_schema_says() {
    let rig = sample();
    let schema = repository()
        .join("schemas/incident.schema.json")
        .display()
        .to_string();
    for command in ["exposure", "accounts"] {
        let ended = rig.bunri(["incident", command, FILE, "--json"]).must(1);
        rig.write("outcome.json", &ended.out);
        rig.python("schemas.py", [schema.as_str(), "outcome.json"])
            .must(0);
    }
}

#[test]
fn what_is_missing_is_not_checked_and_never_nothing_found() {
    let rig = second::system();
    second::mend(&rig);
    rig.write(
        "empty.toml",
        "label = \"x\"\njob = \"job.toml\"\njudged_on = 2026-03-31\n[companies]\noperator = [\"送\"]\nretail = [\"売\"]\n",
    );
    for (command, rules) in [("exposure", 4), ("accounts", 15)] {
        let told = outcome(&rig, command, "empty.toml");
        assert_eq!(unchecked(&told).len(), rules, "{told}");
        rig.bunri(["incident", command, "empty.toml"])
            .must(1)
            .prints("not checked: the incident file names no");
    }
    // A threshold that nobody said, a table that is not there, a rule that somebody left out.
    rig.edit(
        second::FILE,
        "[rules.old_password]\ndays = 90\n",
        "[rules.shared_account]\noff = true\n",
    );
    rig.edit(
        second::FILE,
        "[tables.rooms]",
        "[tables.point_areas]\ncsv=\"none.csv\"\ncolumns={point=\"a\",area=\"b\"}\n[tables.rooms]",
    );
    let told = outcome(&rig, "accounts", second::FILE);
    assert_eq!(
        unchecked(&told),
        BTreeSet::from(["old_password", "shared_account"])
    );
    rig.bunri(["incident", "accounts", second::FILE])
        .must(1)
        .prints("not checked: the incident file says no `days`");
}

#[test]
fn what_should_be_revoked_is_a_list_for_a_person() {
    let rig = sample();
    rig.bunri(["incident", "accounts", FILE, "--revoke", "revoke.csv"])
        .must(1);
    let list = rig.read("revoke.csv");
    assert!(
        list.starts_with(
            "kind,name,proposal,because,judged_on,approved,approver,approved_on,note\n"
        )
    );
    let names: Vec<&str> = list
        .lines()
        .skip(1)
        .map(|line| line.split('"').nth(3).unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "GRID-OPS", "K-3301", "K-3302", "N-0457", "GR-11", "GR-3", "GR-8", "T-501", "T-888"
        ]
    );
    assert!(
        list.contains("\"grant\",\"GR-8\",\"limit to what was declared; review; revoke\""),
        "{list}"
    );
    // Never overwritten with something else, and never where retail reads.
    rig.write("other.csv", "mine");
    rig.bunri(["incident", "accounts", FILE, "--revoke", "other.csv"])
        .must(5);
    rig.bunri([
        "incident",
        "accounts",
        FILE,
        "--revoke",
        "retail/revoke.csv",
    ])
    .must(3);
    assert!(!rig.path("retail").exists());
}

/// The sample with one change, and what is said of it.
#[track_caller]
fn refused(change: impl FnOnce(&Rig), command: &str, code: i32) -> Ended {
    let rig = sample();
    change(&rig);
    rig.bunri(["incident", command, FILE]).must(code)
}

#[test]
fn unknown_screens_columns_and_roles_are_refused() {
    refused(
        |rig| {
            sql(
                rig,
                "UPDATE t_transition SET next_screen_id = 'S10' WHERE pf_key = 'PF9'",
            )
        },
        "exposure",
        3,
    )
    .says(
        "`transitions` names the screen `S10`, which `screens` does not list; did you mean `S00`?",
    );
    refused(|rig| sql(rig, "UPDATE t_screen_item SET db_column = 'remarks_3' WHERE db_column = 'remarks_1'"), "exposure", 3)
        .says("screen `S04`, item `060`: the catalogue's table `supply_point` has no column `remarks_3`; did you mean `remarks_1`?");
    refused(
        |rig| {
            sql(
                rig,
                "UPDATE t_user SET roles = 'SALES,ADMIN' WHERE user_id = 'K-1101'",
            )
        },
        "accounts",
        3,
    )
    .says("`accounts` names the role `ADMIN`, which `roles` does not list");
    refused(
        |rig| {
            sql(
                rig,
                "UPDATE t_user SET company = '乙でんき' WHERE user_id = 'K-1101'",
            )
        },
        "accounts",
        3,
    )
    .says("table `t_user`, row 1: `乙でんき` is no company of the incident file");
}

#[test]
fn bad_cells_are_refused_with_their_row_and_without_their_text() {
    let ended = refused(
        |rig| {
            sql(
                rig,
                "UPDATE t_user SET pw_changed = '先週' WHERE user_id = 'K-1102'; UPDATE t_user SET shared = 'maybe' WHERE user_id = 'K-1207';
                 INSERT INTO t_user SELECT * FROM t_user WHERE user_id = 'N-0101'; UPDATE t_user SET company = NULL WHERE user_id = 'B-3100'",
            );
        },
        "accounts",
        3,
    )
    .says("table `t_user`, row 2: `pw_changed` is not a day such as 2026-04-01")
    .says("table `t_user`, row 3: `shared` is not one of the words")
    .says("another row has the same account")
    .says("row 14: `company` is empty");
    assert!(
        !ended.err.contains("先週") && !ended.err.contains("maybe"),
        "{ended}"
    );
}

#[test]
fn a_table_or_a_column_that_is_not_there_is_refused_and_a_file_is_a_source() {
    refused(
        |rig| rig.edit(FILE, "\"t_role\"", "\"t_rolle\""),
        "accounts",
        3,
    )
    .says("table `t_rolle`: the database has no such table");
    refused(|rig| rig.edit(FILE, "\"pw_changed\"", "\"pw_change\""), "accounts", 3)
        .says("there is no column `pw_change`, which the incident file takes for `password_set`; did you mean `pw_changed`?");
    refused(
        |rig| std::fs::remove_file(rig.path("security/security.db")).unwrap(),
        "accounts",
        4,
    )
    .says("security.db`: the file cannot be read");
    refused(
        |rig| {
            rig.write(
                "security/security.db",
                "no database, and long enough to be none ".repeat(99),
            )
        },
        "accounts",
        4,
    )
    .says("SQLite cannot read");
}

#[test]
fn mistakes_in_the_incident_file_are_told_at_once_with_their_places() {
    let rig = sample();
    rig.edit(FILE, "retail = [\"甲電力\"]", "retail = [\"甲送配電\"]");
    rig.edit(FILE, "clock = \"+09:00\"", "clock = \"Japan\"\nclok = 1");
    rig.edit(
        FILE,
        "account = \"user_id\"\nowner",
        "acount = \"user_id\"\nowner",
    );
    rig.edit(FILE, "days = 180", "day = 180");
    rig.bunri(["incident", "accounts", FILE])
        .must(3)
        .says("incidents.toml:7:9: `clock` is an offset from UTC")
        .says("incidents.toml:8:1: unknown key `clok` in this file")
        .says("`甲送配電` stands under `operator` already")
        .says("unknown key `acount` in the columns of `accounts`; did you mean `account`?")
        .says("unknown key `day` in the terms of `old_password`; did you mean `days`?");
}

#[test]
fn circles_of_screens_end() {
    let rig = sample();
    sql(
        &rig,
        "INSERT INTO t_transition VALUES ('S03', 'PF1', 'S03', '0'), ('S01', 'PF1', 'S03', '0'), ('S01', 'PF3', 'S01', '0'),
            ('S01', 'PF4', 'S02', '0')",
    );
    let told = outcome(&rig, "exposure", FILE);
    let last = told["findings"].as_array().unwrap().last().unwrap();
    assert_eq!(last["of"]["screen"], "S02");
    assert_eq!(last["figures"]["keys"], 2);
    rig.bunri(["incident", "exposure", FILE, "--svg", "screens.svg"])
        .must(1);
    let drawn = rig.read("screens.svg");
    assert!(
        drawn.contains("<title>S01 PF4 S02</title>") && drawn.starts_with("<svg "),
        "{drawn}"
    );
}

#[test]
fn the_page_says_its_limits_first_in_both_languages_and_escapes_every_name() {
    let rig = sample();
    sql(
        &rig,
        "UPDATE t_transition SET pf_key = '<b>PF9</b>' WHERE pf_key = 'PF9';
         UPDATE t_user SET user_id = '<script>alert(1)</script>' WHERE user_id = 'GRID-OPS'",
    );
    rig.bunri(["incident", "report", FILE, "--out", "page"])
        .must(1);
    let pages = [
        ("incidents.html", "What no tool can see", "What was found"),
        (
            "incidents.ja.html",
            "ツールでは確認できないこと",
            "検出したこと",
        ),
    ];
    for (name, limits, found) in pages {
        let page = rig.read(&format!("page/{name}"));
        let place = |text: &str| {
            page.find(text)
                .unwrap_or_else(|| panic!("{name} does not say {text}"))
        };
        assert!(place(limits) < place(found));
        assert!(page.contains("default-src 'none'"));
        // The page's own script is the only one.
        assert_eq!(page.matches("<script").count(), 1);
        assert!(!page.contains("<b>PF9") && page.contains("&lt;b&gt;PF9"));
        for id in [
            "type-a",
            "type-b",
            "type-c1",
            "type-c2",
            "type-c3",
            "type-kyushu-2020",
        ] {
            place(&format!("id=\"{id}\""));
        }
        // Neither a person nor a customer.
        assert!(!page.contains("P-88") && !page.contains("P-17"));
    }
    let again = rig.read("page/incidents.html");
    rig.bunri(["incident", "report", FILE, "--out", "page"])
        .must(1);
    assert_eq!(again, rig.read("page/incidents.html"));
    rig.bunri(["incident", "report", FILE, "--out", "retail/page"])
        .must(3);
}

#[test]
fn the_page_takes_an_outcome_of_the_log_and_no_other() {
    let rig = sample();
    let accounts = rig
        .bunri(["incident", "accounts", FILE, "--json"])
        .must(1)
        .out;
    rig.write("accounts.json", &accounts);
    let report = |json: &str| {
        rig.bunri([
            "incident", "report", FILE, "--out", "page", "--access", json,
        ])
    };
    report("accounts.json")
        .must(3)
        .says("it is of `bunri incident accounts`");
    rig.write("broken.json", "{}");
    report("broken.json")
        .must(3)
        .says("is no outcome of `bunri incident access`");
    let access = accounts.replace("\"command\": \"accounts\"", "\"command\": \"access\"");
    rig.write("other.json", access.replace("2026-03-31", "2026-03-30"));
    report("other.json").must(3).says("of another day");
    rig.write("access.json", access);
    report("access.json").must(1).prints("access: 18 findings");
    report("none.json").must(5);
}

#[test]
fn the_page_of_the_documentation_shows_what_is_printed() {
    let rig = sample();
    let page = std::fs::read_to_string(repository().join("docs/incidents.md")).unwrap();
    let mut compared = 0;
    for command in ["exposure", "accounts"] {
        let printed = rig.bunri(["incident", command, FILE]).must(1).out;
        let mark = format!("<!-- {command} -->\n```text\n");
        for shown in page.split(&mark).skip(1) {
            let shown = shown.split("\n```\n").next().unwrap();
            for part in shown.split("\n\n") {
                assert!(
                    printed.contains(part),
                    "`bunri incident {command}` does not print:\n{part}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 15, "{compared}");
    let told = [
        outcome(&rig, "exposure", FILE),
        outcome(&rig, "accounts", FILE),
    ];
    for check in told
        .iter()
        .flat_map(|told| told["checks"].as_array().unwrap())
    {
        let rule = check["rule"].as_str().unwrap();
        assert!(
            page.contains(&format!("| `{rule}` |")),
            "{rule} is not on the page"
        );
    }
}

#[test]
fn the_page_stands_in_a_browser_in_both_languages() {
    let rig = sample();
    rig.bunri(["incident", "report", FILE, "--out", "page"])
        .must(1);
    for (page, answer) in [
        ("page/incidents.html", "To be read"),
        ("page/incidents.ja.html", "確認が必要"),
    ] {
        let seen = browse(&rig, page);
        assert_eq!(seen["answer"], answer);
        stands(&seen);
    }
}
