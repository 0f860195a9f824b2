//! The report as a page: a browser is driven over it as a person would, and sees that nothing is fetched; and what is refused.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::rig::{Ended, Rig, repository};
use crate::small::{POINT, run, small};

const PAGES: [&str; 2] = [
    "custody/evidence/report.html",
    "custody/evidence/report.ja.html",
];

/// One own point with one reading, run.
fn quiet() -> Rig {
    let rig = small(&[[POINT, "2020-01-01", "9999-12-31", "99010"]]);
    run(&rig).must(1);
    rig
}

/// What a browser sees of a page.
pub(crate) fn browse(rig: &Rig, page: &str) -> Value {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let packages = std::env::var_os("BUNRI_BROWSER").map(PathBuf::from);
    let packages = packages.unwrap_or_else(|| home.unwrap().join(".cache/bunri/browser"));
    assert!(
        packages.join("node_modules").is_dir(),
        "{} is missing; type `make test`",
        packages.display()
    );
    let mut node = Command::new("node");
    node.env("BUNRI_BROWSER", packages)
        .arg(repository().join("tests/browser/page.mjs"))
        .args([rig.path(page), rig.path("profile")]);
    let ended = Ended::of(&mut node).must(0);
    serde_json::from_str(&ended.out).unwrap()
}

/// Holds of every page: nothing is fetched but itself, nothing complains, nothing is wider than the window, headings descend one
/// at a time, and the checker of accessibility has nothing to say.
pub(crate) fn stands(seen: &Value) {
    let requests = seen["requests"].as_array().unwrap();
    let own = |request: &&Value| request.as_str().unwrap().starts_with("file:");
    assert_eq!(
        requests.iter().filter(own).count(),
        requests.len(),
        "{seen}"
    );
    assert_eq!(requests.len(), 2, "the page itself, at two widths: {seen}");
    assert_eq!(seen["complaints"], json!([]));
    assert_eq!(seen["sizes"], json!({"400": 400, "1400": 1400}));
    assert_eq!(seen["axe"], json!([]), "{seen}");
    assert_eq!(seen["without_script"]["answer"], seen["answer"]);
    assert_eq!(seen["without_script"]["filter"], false);
    assert!(seen["pdf_bytes"].as_u64().unwrap() > 10_000, "{seen}");
    let headings = seen["headings"].as_array().unwrap();
    let levels: Vec<u64> = headings.iter().map(|it| it.as_u64().unwrap()).collect();
    assert_eq!(levels.first(), Some(&1));
    assert!(
        levels
            .windows(2)
            .all(|pair| pair[1] <= pair[0] + 1 && pair[1] > 1)
    );
}

#[test]
fn a_person_opens_a_finding_and_filters_the_tables() {
    let rig = Rig::split();
    let file = rig.path("retail/meter/part-00000.parquet");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.push(0);
    std::fs::write(&file, bytes).unwrap();
    rig.bunri(["verify", "job.toml"])
        .must(10)
        .prints(PAGES[0])
        .prints(PAGES[1]);
    for (page, answer) in PAGES.into_iter().zip(["No.", "不可"]) {
        let seen = browse(&rig, page);
        stands(&seen);
        assert_eq!(seen["answer"], answer);
        assert_eq!(seen["english"], json!([]), "not said in Japanese: {seen}");
        assert_eq!(seen["finding"]["before"], false);
        assert_eq!(seen["finding"]["after"], true);
        assert_eq!(seen["finding"]["place"], "F1");
        let filtered = seen["filtered"].as_array().unwrap();
        let all = seen["tables"].as_array().unwrap();
        let reading = |it: &&Value| it.as_str().unwrap().contains("reading");
        let wanted: Vec<&Value> = all.iter().filter(reading).collect();
        assert!(wanted.len() > 2 && wanted.len() < all.len());
        assert_eq!(filtered.iter().collect::<Vec<_>>(), wanted);
        assert_eq!(
            seen["elsewhere"],
            wanted.len(),
            "every list is filtered: {seen}"
        );
        assert!(
            seen["told"]
                .as_str()
                .unwrap()
                .contains(&wanted.len().to_string())
        );
        assert_eq!(seen["all_again"], all.len());
    }
}

#[test]
fn a_plan_is_a_page_too() {
    let rig = Rig::split();
    let pages = ["custody/plan/plan.html", "custody/plan/plan.ja.html"];
    std::fs::create_dir(rig.path("queries")).unwrap();
    rig.write(
        "queries/list.sql",
        "SELECT contract_holder_kana FROM consumer; SELEC nothing;",
    );
    rig.bunri(["plan", "job.toml", "--queries", "queries"])
        .must(1)
        .prints("plan.ja.html");
    for (page, answer) in pages
        .into_iter()
        .zip(["What a run would do", "実行した場合の結果"])
    {
        let mode = rig.path(page).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{page}");
        let seen = browse(&rig, page);
        stands(&seen);
        assert_eq!(seen["answer"], answer);
        let english: Vec<&str> = seen["english"]
            .as_array()
            .unwrap()
            .iter()
            .map(|text| text.as_str().unwrap())
            // What the parser of SQL says is its own.
            .filter(|text| !text.contains("sql parser error"))
            .collect();
        assert_eq!(english, [""; 0], "not said in Japanese");
        let (all, filtered) = (seen["tables"].as_array().unwrap(), &seen["filtered"]);
        let wanted: Vec<&Value> = all
            .iter()
            .filter(|it| it.as_str().unwrap().contains("reading"))
            .collect();
        assert!(wanted.len() > 2 && wanted.len() < all.len());
        assert_eq!(
            filtered.as_array().unwrap().iter().collect::<Vec<_>>(),
            wanted
        );
        rig.holds_no_value(&Ended {
            code: None,
            // The day of the cutover is the job's word; some rows hold the same day.
            out: rig.read(page).replace("2026-04-01", ""),
            err: String::new(),
        });
    }
    // The figures of the picture are those of plan.json.
    let plan = rig.json("custody/plan/plan.json");
    let html = rig.read(pages[0]);
    let table = &plan["tables"].as_array().unwrap()[0];
    let own = table["rows"]["own"].as_u64().unwrap();
    let label = format!("legacy system: own {own},");
    assert!(own == 0 || html.contains(&label), "{label}");
}

#[test]
fn pages_lie_in_custody_and_are_the_same_whoever_makes_them() {
    let rig = quiet();
    let made = PAGES.map(|page| rig.read(page));
    for page in PAGES {
        let mode = rig.path(page).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{page}");
        std::fs::remove_file(rig.path(page)).unwrap();
    }
    rig.bunri(["report", "job.toml"]).must(0).prints(PAGES[0]);
    assert_eq!(PAGES.map(|page| rig.read(page)), made);
    rig.bunri(["report", "job.toml", "--json", "--out", "again.json"])
        .must(0);
    assert_eq!(
        rig.read("again.json"),
        rig.read("custody/evidence/report.json")
    );
    let text = ["report", "job.toml", "--md", "--lang", "ja"];
    rig.bunri(text).must(0).prints("# 分離検証報告書: 保留");
    // Another verification says the same, but for what it cost: rows that tell it have a status.
    rig.bunri(["verify", "job.toml"]).must(1);
    let without_cost = |page: &str| {
        let lines = page.split("<tr>");
        lines
            .filter(|row| !row.contains("</span>"))
            .collect::<String>()
    };
    assert_eq!(without_cost(&rig.read(PAGES[0])), without_cost(&made[0]));
}

#[test]
fn a_report_of_other_stores_is_no_answer() {
    let rig = quiet();
    let manifest = rig.read("retail/manifest.json");
    rig.write("retail/manifest.json", manifest.replace("story", "other"));
    rig.bunri(["report", "job.toml"])
        .must(1)
        .says("verify again");
    let page = rig.read(PAGES[0]);
    assert!(page.contains(">No answer for what lies here now.</h1>"));
    assert!(page.contains("<strong>retail store</strong>"));
}

#[test]
fn what_would_leave_custody_or_says_two_things_is_refused() {
    let rig = quiet();
    let refused = |out: &str| rig.bunri(["report", "job.toml", "--out", out]);
    refused("retail/report.html").must(3).says("retail store");
    std::os::unix::fs::symlink(rig.path("retail"), rig.path("elsewhere")).unwrap();
    refused("elsewhere/page.html").must(3).says("retail store");
    assert!(!rig.path("retail/page.html").exists() && !rig.path("retail/report.html").exists());
    let job = rig.read("job.toml");
    refused("job.toml").must(5);
    assert_eq!(rig.read("job.toml"), job, "nothing is overwritten");
    rig.bunri(["report", "job.toml", "--json", "--lang", "ja"])
        .must(2);
    rig.bunri(["report", "job.toml", "--html", "--md"]).must(2);
    rig.bunri(["report", "job.toml", "--against", "job.toml"])
        .must(3)
        .says("it is no report: line 1");
    rig.edit(
        "custody/evidence/report.json",
        "\"verdict\": \"to_read\"",
        "\"verdict\": \"broken\"",
    );
    rig.bunri(["report", "job.toml"])
        .must(3)
        .says("contradicts itself");
    std::fs::remove_file(rig.path("custody/evidence/report.json")).unwrap();
    rig.bunri(["report", "job.toml"])
        .must(3)
        .says("run `bunri verify` first");
}

#[test]
fn what_changed_since_an_earlier_run_is_told() {
    let rig = quiet();
    std::fs::copy(
        rig.path("custody/evidence/report.json"),
        rig.path("before.json"),
    )
    .unwrap();
    let against = ["report", "job.toml", "--against", "before.json", "--md"];
    rig.bunri(against)
        .must(0)
        .prints("Nothing that a report tells has changed.");
    let file = rig.path("retail/meter_reading/part-00000.parquet");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.push(0);
    std::fs::write(&file, bytes).unwrap();
    rig.bunri(["verify", "job.toml"]).must(10);
    rig.bunri(against)
        .must(0)
        .prints("| Answer | Not yet. | No. |");
}
