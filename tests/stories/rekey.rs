//! Surrogate keys whose gaps would talk: retail gets keyed hashes, everybody else the numbers; references still find
//! their rows, and the order of the numbers is gone.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::job::Job;
use crate::rig::{Ended, Rig, copy_folder, repository};
use crate::small::{POINT, small};

const SECRET: &str = "a fictional secret, of 32 bytes and more";
/// `schemas/rekey/vectors.json`: contract 1001 under that secret.
const OF_1001: &str = "52caadff93381e0dba81c779712cc143";

const CONTRACT: &str = "table = \"contract\"
key = [\"contract_no\"]
rows = { by = \"ledger\", at = \"signed_on\" }
known_at = { none = \"a contract is written when it is signed\" }

[columns]
contract_no = { class = \"own_customer\", rekey = \"contract\" }
supply_point_id = \"own_customer\"
signed_on = \"own_customer\"

[types]
contract_no = \"int\"
signed_on = \"date\"
";

const REMARK: &str = "table = \"remark\"
key = [\"remark_no\"]
rows = { by = \"parent\", table = \"contract\", key = [\"contract_no\"], references = [\"contract_no\"], match = \"all\" }
known_at = { none = \"a remark is written with its contract\" }

[columns]
remark_no = \"own_customer\"
contract_no = { class = \"own_customer\", rekey = \"contract\" }

[types]
remark_no = \"int\"
contract_no = \"int\"
";

/// The small system with contracts 1001 to 1012, of which 1003 and 1004 are another's, and a remark on each.
pub(crate) fn contracts() -> Rig {
    let rig = small(&[
        [POINT, "2020-01-01", "2025-12-31", "99010"],
        [POINT, "2026-01-01", "9999-12-31", "99020"],
    ]);
    rig.sql("CREATE TABLE contract (contract_no INTEGER PRIMARY KEY, supply_point_id TEXT, signed_on TEXT)");
    rig.sql("CREATE TABLE remark (remark_no INTEGER PRIMARY KEY, contract_no INTEGER)");
    for number in 1001..=1012 {
        let day = if matches!(number, 1003 | 1004) {
            "2026-02-01"
        } else {
            "2025-02-01"
        };
        rig.sql(&format!(
            "INSERT INTO contract VALUES ({number}, '{POINT}', '{day}')"
        ));
        rig.sql(&format!(
            "INSERT INTO remark VALUES ({}, {number})",
            number - 1000
        ));
    }
    copy_folder(
        &repository().join("samples/catalogues/valid/minimal"),
        &rig.path("catalogue"),
    );
    rig.write("catalogue/tables/contract.toml", CONTRACT);
    rig.write("catalogue/tables/remark.toml", REMARK);
    let job = Job {
        catalogue: "catalogue".to_owned(),
        ..Job::default()
    };
    let section = "[rekey]\ncontract = { secret = \"contract.secret\" }\n";
    rig.write("job.toml", job.text() + section);
    secret(&rig, SECRET);
    rig
}

fn secret(rig: &Rig, text: &str) {
    rig.write("contract.secret", text);
    let path = rig.path("contract.secret");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn run(rig: &Rig) -> Ended {
    rig.bunri(["run", "job.toml"])
}

/// The values of a column, in the order of the store.
fn column(rig: &Rig, store: &str, table: &str, column: &str) -> Vec<String> {
    let shown = rig.python("show.py", [".", store, table]).must(0).out;
    let field = format!("{column}=");
    let cell = |line: &str| {
        let word = line.split(' ').find_map(|word| word.strip_prefix(&field));
        word.map(str::to_owned)
    };
    shown.lines().filter_map(cell).collect()
}

#[test]
fn retail_gets_hashes_in_their_own_order_and_transmission_the_numbers() {
    let rig = contracts();
    run(&rig).must(1);
    let hashes = column(&rig, "retail", "contract", "contract_no");
    assert_eq!(hashes.len(), 10);
    assert!(hashes.is_sorted() && hashes.contains(&OF_1001.to_owned()));
    let numbers: Vec<String> = (1001..=1012).map(|number| number.to_string()).collect();
    assert_eq!(
        column(&rig, "transmission", "contract", "contract_no"),
        numbers
    );
    let manifest = rig.json("retail/manifest.json");
    let table = &manifest["tables"].as_array().unwrap()[1];
    assert_eq!(
        table["columns"][0],
        json!({"name": "contract_no", "type": "text"})
    );
}

#[test]
fn a_reference_still_finds_its_row() {
    let rig = contracts();
    run(&rig).must(1);
    let mut referred = column(&rig, "retail", "remark", "contract_no");
    referred.sort();
    assert_eq!(referred, column(&rig, "retail", "contract", "contract_no"));
}

#[test]
fn the_hashes_are_the_same_in_every_rehearsal_and_others_under_another_secret() {
    let (one, two, other) = (contracts(), contracts(), contracts());
    secret(&other, &SECRET.to_uppercase());
    for rig in [&one, &two, &other] {
        run(rig).must(1);
    }
    let of = |rig: &Rig| std::fs::read(rig.path("retail/contract/part-00000.parquet")).unwrap();
    assert_eq!(of(&one), of(&two));
    assert_ne!(of(&one), of(&other));
    secret(&one, &SECRET.to_uppercase());
    run(&one)
        .must(3)
        .says("rekey contract: was ")
        .never_says(SECRET);
}

#[test]
fn the_secret_is_in_no_file_and_on_no_screen() {
    let rig = contracts();
    rig.bunri(["check", "job.toml"])
        .must(0)
        .never_says(SECRET)
        .prints("[rekey] contract: check = ");
    run(&rig).must(1).never_says(SECRET);
    let search = std::process::Command::new("grep")
        .args(["-rlF", SECRET, "custody", "retail"])
        .current_dir(rig.root())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&search.stdout), "");
}

#[test]
fn an_open_or_missing_secret_ends_the_run_before_it_begins() {
    let rig = contracts();
    let path = rig.path("contract.secret");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    run(&rig).must(3).says("by others than its owner");
    std::fs::remove_file(&path).unwrap();
    run(&rig).must(3).says("contract.secret cannot be read");
    assert!(!rig.path("custody").exists());
}

#[test]
fn an_original_in_the_place_of_its_hash_is_found() {
    let rig = contracts();
    run(&rig).must(1);
    let set = json!(["set", {"remark_no": "1"}, "contract_no", "1001"]);
    rig.tamper("retail", "remark", [set]);
    let found = rig.bunri(["verify", "job.toml"]).must(10);
    found.prints("C4 cell_not_granted: retail, table remark, column contract_no, row remark_no=1");
}

#[test]
fn the_vectors_agree_with_the_python_implementation() {
    let vectors = repository().join("schemas/rekey/vectors.json");
    let rig = Rig::empty();
    rig.python("rekey.py", [&vectors])
        .must(0)
        .prints("all agree");
    let text = std::fs::read_to_string(&vectors).unwrap();
    rig.write(
        "vectors.json",
        text.replace(OF_1001, &OF_1001.replace('5', "6")),
    );
    rig.python("rekey.py", ["vectors.json"])
        .must(1)
        .prints("differs");
}

/// The hash of retail is keyed; one that anybody can compute is the number itself, and C5 knows it as a withheld value.
#[test]
fn an_unkeyed_digest_of_an_original_is_found() {
    let rig = contracts();
    rig.sql(&format!(
        "INSERT INTO contract VALUES (900001013, '{POINT}', '2025-02-01'); INSERT INTO remark VALUES (13, 900001013);"
    ));
    run(&rig).must(1);
    rig.write("number.txt", "900001013");
    let digest = rig
        .python("encodings.py", ["sha256", "number.txt"])
        .must(0)
        .out;
    let set = json!(["set", {"remark_no": "1"}, "contract_no", digest]);
    rig.tamper("retail", "remark", [set]);
    let found = rig.bunri(["verify", "job.toml"]).must(10);
    found.prints("C5 value_hashed: retail, table remark, column contract_no, row remark_no=1, of contract.contract_no, SHA-256");
}
