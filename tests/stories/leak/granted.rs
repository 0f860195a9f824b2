//! What is no leak, and what is one for a person to judge: the granted cell of the source itself holds the value.

use serde_json::json;

use super::{NAME, OF_PHONE, PHONE, TRANSMISSION, plant, told, with_secrets};
use crate::job::Job;
use crate::rig::Rig;
use crate::verdict::{findings, graded};

/// What C5 is called in the report: its status and its count of findings.
fn claim(rig: &Rig) -> (String, u64) {
    let report = rig.json("custody/evidence/report.json");
    let claims = report["claims"].as_array().unwrap();
    let claim = claims.iter().find(|claim| claim["code"] == "C5").unwrap();
    let status = claim["status"].as_str().unwrap().to_owned();
    (status, claim["findings_total"].as_u64().unwrap())
}

/// Not even for a person to judge, but for what chance brings: a name that only another customer has, イトウ アイ, stands
/// inside that of an own one, サイトウ アイ. The more customers, the fewer names that only others have.
#[test]
fn a_good_store_has_no_certain_finding_and_few_to_review() {
    for (points, review) in [(60, 0..1), (1000, 1..20)] {
        let rig = Rig::with_sample(points);
        rig.bunri(["run", "job.toml"]).must(1);
        let (status, count) = claim(&rig);
        assert_eq!(status, "held");
        assert!(review.contains(&count), "{count} to review of {points}");
        let kana = "C5 value_in_granted_cell retail/consumer.contract_holder_kana";
        assert!(graded(&rig, "review").iter().all(|line| line == kana));
    }
}

/// The incumbent's own salesman wrote another retailer's customer into the one free text that retail may have. Nothing
/// is wrong with the stores; a person should read the classification again.
#[test]
fn contamination_in_a_granted_cell_is_for_review_and_breaks_nothing() {
    let rig = with_secrets(&format!(
        "UPDATE retail_contract SET sales_memo = '紹介者 ０９０（５５１２）８８６４' WHERE retail_contract_no =
             (SELECT min(retail_contract_no) FROM retail_contract WHERE sales_memo IS NOT NULL);
         UPDATE retail_contract SET sales_memo = '{NAME}様の紹介' WHERE retail_contract_no =
             (SELECT max(retail_contract_no) FROM retail_contract WHERE sales_memo IS NOT NULL)"
    ));
    let ended = rig
        .bunri(["verify", "job.toml"])
        .must(1)
        .prints("to review");
    let review = "C5 value_in_granted_cell retail/retail_contract.sales_memo";
    assert_eq!(graded(&rig, "review"), [review.to_owned()].into());
    assert_eq!(findings(&rig), [].into());
    assert_eq!(claim(&rig), ("held".to_owned(), 2), "{ended}");
    assert!(told(&rig, |_| true).contains(&format!("value_in_granted_cell: {OF_PHONE}, 1 value")));
    ended.never_says(PHONE).never_says(NAME);
}

/// Mutant 16: own rows, and their own withheld values, in a column that retail should not have, and in one that it has.
#[test]
fn a_withheld_column_under_another_name_is_found() {
    let rig = Rig::split();
    let copy = |how: &str, name: &str| json!({"table": "supply_point", "copy": "updated_by", "of": TRANSMISSION, how: name});
    let plants = vec![
        copy("new", "memo_2"),
        copy("column", "connection_service_menu"),
    ];
    let planted = plant(&rig, "retail", plants);
    rig.bunri(["verify", "job.toml"]).must(10);
    for column in ["memo_2", "connection_service_menu"] {
        let leaked = format!("C5 value_leaked retail/supply_point.{column}");
        assert!(findings(&rig).contains(&leaked), "{leaked}");
    }
    // Twenty rows are named, and the rest are counted.
    let report = rig.json("custody/evidence/report.json");
    let leaked = report["findings"].as_array().unwrap().iter();
    let leaked = leaked.filter(|finding| finding["rule"] == "value_leaked");
    let counts: u64 = leaked
        .map(|finding| finding["count"].as_u64().unwrap())
        .sum();
    assert_eq!(counts, planted.iter().flatten().count() as u64);
}

/// The name is many people's, the number the family's: each is an own customer's too. Together they are somebody else.
#[test]
fn values_that_are_no_secret_one_by_one_are_found_together() {
    let rig = with_secrets(
        "UPDATE consumer SET contract_holder_name = '癸山　望', consumer_phone = '090-1111-2222' WHERE consumer_id = 900002003;
         UPDATE consumer SET contract_holder_name = '癸山　望' WHERE consumer_id = 900001000;
         UPDATE consumer SET consumer_phone = '090-1111-2222' WHERE consumer_id = 900001001;",
    );
    let both = "癸山望 090-1111-2222";
    let mixed = "癸山望 090-1111-2223";
    let plants =
        json!({"table": "meter", "column": "meter_kind", "texts": [both, "癸山望", mixed]});
    let rows = plant(&rig, "retail", vec![plants]).remove(0);
    rig.bunri(["verify", "job.toml"]).must(10);
    let of_row = |row: &str| told(&rig, |finding| finding["row"] == row);
    assert_eq!(
        of_row(&rows[0]),
        ["record_combined: consumer, 2 columns of one record".to_owned()].into()
    );
    // A name that an own customer has tells nobody.
    assert_eq!((of_row(&rows[1]), of_row(&rows[2])), ([].into(), [].into()));
}

/// Neither threads nor memory leave a trace in the report, also of a store in which much is to be found.
#[test]
fn the_report_is_the_same_for_any_threads_and_memory() {
    let rig = Rig::with_sample(600);
    rig.bunri(["extract", "job.toml"]).must(1);
    rig.bunri(["split", "job.toml"]).must(1);
    let names =
        json!({"table": "supply_point", "copy": "updated_by", "of": TRANSMISSION, "new": "memo_2"});
    let batches = json!({"table": "wheeling_contract", "copy": "updated_at", "of": TRANSMISSION, "new": "memo_3"});
    plant(&rig, "retail", vec![names, batches]);
    rig.write("retail/list.txt", "3a1f\n".repeat(9));
    let mut reports = Vec::new();
    for (threads, memory) in [(1, "4GiB"), (4, "4GiB"), (2, "64MiB")] {
        rig.job(&Job {
            threads,
            memory: memory.to_owned(),
            ..Job::default()
        });
        rig.bunri(["verify", "job.toml"]).must(10);
        reports.push(rig.read("custody/evidence/report.json"));
    }
    assert!(reports[0].contains("value_leaked"));
    assert!(reports.iter().all(|report| *report == reports[0]));
}
