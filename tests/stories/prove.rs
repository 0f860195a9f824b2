//! Noninterference from the command line: `bunri prove`, its record, and what `bunri verify` makes of it. (That a bad
//! splitter is caught, and by which name, is told by the tests of the crate: the binary has only one splitter.)

use crate::rig::{Rig, repository};

const RECORD: &str = "custody/evidence/prove.json";

/// What the report says of C7.
fn claim(rig: &Rig) -> (String, String) {
    let report = rig.json("custody/evidence/report.json");
    let claims = report["claims"].as_array().unwrap();
    let claim = claims.iter().find(|claim| claim["code"] == "C7").unwrap();
    let word = |field: &str| claim[field].as_str().unwrap().to_owned();
    (word("status"), word("reason"))
}

#[test]
fn the_sample_holds_and_its_record_is_as_its_schema_says() {
    let rig = Rig::split();
    let ended = rig
        .bunri(["prove", "job.toml", "--pairs", "2", "--seed", "3"])
        .must(0)
        .prints("2 pairs, seed 3: ")
        .prints("every pair gave the same retail bytes");
    rig.holds_no_value(&ended);
    let schema = repository().join("schemas/proof.schema.json");
    rig.python("schemas.py", [schema.to_str().unwrap(), RECORD])
        .must(0)
        .prints("1 documents, 0 complaints");
    let record = rig.json(RECORD);
    assert_eq!(record["status"], "held");
    let columns = record["columns"].as_array().unwrap();
    assert!(columns.len() > 100, "{} columns", columns.len());
    let alone: Vec<_> = columns
        .iter()
        .filter(|column| column["perturbed_cells"] == 0)
        .collect();
    assert!(alone.is_empty(), "{alone:?}");
}

#[test]
fn verification_believes_the_record_of_these_stores_and_no_other() {
    let rig = Rig::split();
    rig.bunri(["verify", "job.toml"]).must(1);
    assert_eq!(
        claim(&rig),
        ("not_checked".into(), "run `bunri prove`".into())
    );

    rig.bunri(["prove", "job.toml", "--pairs", "1"]).must(0);
    rig.bunri(["verify", "job.toml"]).must(1);
    let (status, reason) = claim(&rig);
    assert_eq!(status, "held");
    assert!(
        reason.contains("(1 pairs, seed 1; evidence, not proof)"),
        "{reason}"
    );

    let record = rig.read(RECORD);
    let catalogue = rig.json(RECORD)["catalogue"]["blake3"]
        .as_str()
        .unwrap()
        .to_owned();
    rig.write(RECORD, record.replace(&catalogue, &"0".repeat(64)));
    rig.bunri(["verify", "job.toml"]).must(1);
    assert!(claim(&rig).1.contains("another catalogue"));

    let doubtful = record.replace("\"status\": \"held\"", "\"status\": \"nothing_shown\"");
    rig.write(RECORD, doubtful);
    rig.bunri(["verify", "job.toml"]).must(1);
    assert_eq!(claim(&rig).0, "not_checked");

    rig.write(RECORD, record.replace("\"redrawn\"", "\"redrown\""));
    rig.bunri(["verify", "job.toml"]).must(1);
    assert!(claim(&rig).1.contains("could be believed"));
}

#[test]
fn a_record_of_a_difference_breaks_the_claim() {
    let rig = Rig::split();
    rig.bunri(["prove", "job.toml", "--pairs", "1"]).must(0);
    let cause = r#"[{"table": "meter", "column": "updated_by", "strategy": "null"}]"#;
    let difference =
        format!(r#"[{{"pair": 1, "causes": {cause}, "files": [], "strange_files": 0}}]"#);
    rig.edit(
        RECORD,
        "\"differences\": []",
        &format!("\"differences\": {difference}"),
    );
    rig.edit(RECORD, "\"status\": \"held\"", "\"status\": \"broken\"");
    rig.bunri(["verify", "job.toml"])
        .must(10)
        .prints("retail_depends: retail, table meter, column updated_by, of null");
    assert_eq!(claim(&rig).0, "broken");
}

/// A store that is not what the splitter makes of this staging, found without any pair.
#[test]
fn a_store_with_something_else_in_it_is_broken() {
    let rig = Rig::split();
    rig.write("retail/丙野一郎.txt", "");
    rig.bunri(["prove", "job.toml", "--pairs", "1"])
        .must(10)
        .prints("C7 noninterference is BROKEN")
        .prints("1 files of other names")
        .never_says("丙野一郎");
}

#[test]
fn a_sample_is_something_to_read() {
    let rig = Rig::split();
    rig.bunri(["prove", "job.toml", "--pairs", "1", "--sample", "30"])
        .must(1)
        .prints(" supply points (");
    rig.bunri(["verify", "job.toml"]).must(1);
    assert!(claim(&rig).1.contains("on a sample of "));
}

#[test]
fn before_the_split_there_is_nothing_to_prove() {
    let rig = Rig::with_sample(60);
    rig.bunri(["prove", "job.toml"])
        .must(3)
        .says("nothing was extracted");
    rig.bunri(["extract", "job.toml"]).must(1);
    rig.bunri(["prove", "job.toml"])
        .must(3)
        .says("run `bunri split` first");
    rig.bunri(["prove", "job.toml", "--pairs", "0"]).must(2);
    assert!(!rig.path(RECORD).exists());
}
