//! Every file in `decisions/valid` is read against the catalogue with every rule; every one in `decisions/invalid`
//! is refused with the exact text of the file `NAME.txt` beside it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code, reason = "shared with the tests of the catalogue")]
#[path = "../../bunri-parse/tests/main/samples.rs"]
mod samples;

use std::path::{Path, PathBuf};

use bunri_catalogue::{Catalogue, Ownership};
use bunri_decisions::{Decisions, read_decisions};
use bunri_parse::load;
use bunri_text::Problems;

use crate::samples::{agrees, entries, folder};

fn catalogue() -> Catalogue {
    load(&folder("valid/every_rule")).unwrap()
}

fn read(path: &Path) -> Result<Decisions, Problems> {
    read_decisions(path, &catalogue())
}

#[test]
fn every_valid_file_of_decisions_is_read() {
    for path in entries(&folder("decisions/valid")) {
        if let Err(problems) = read(&path) {
            panic!("{problems}");
        }
    }
}

#[test]
fn every_invalid_file_of_decisions_is_refused_in_its_own_words() {
    let files = entries(&folder("decisions/invalid"));
    let prefix = format!("{}/", folder("decisions/invalid").display());
    let mut wrong = Vec::new();
    for file in &files {
        let texts: PathBuf = file.with_extension("txt");
        assert!(files.contains(&texts), "{} is stray", file.display());
        if file.extension().is_some_and(|extension| extension == "csv") {
            let said = match read(file) {
                Ok(_) => "nothing: the decisions were accepted\n".to_owned(),
                Err(problems) => format!("{problems}\n").replace(&prefix, ""),
            };
            wrong.extend(agrees(&texts, &said).err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn decisions_come_in_key_order_with_the_lines_of_the_file() {
    let run = tempfile::tempdir().unwrap();
    let path = run.path().join("decisions.csv");
    let lines = [
        "table,key,ownership,basis,approver,date",
        "consumer,10,own,b,a,2026-05-12",
        "consumer,9,other,b,a,2026-05-12",
        "contract,z,own,b,a,2026-05-12",
    ];
    std::fs::write(&path, lines.join("\n")).unwrap();
    let (catalogue, decisions) = (catalogue(), read(&path).unwrap());
    let consumer = catalogue
        .tables
        .iter()
        .position(|table| table.id == "consumer");
    let found: Vec<(usize, Ownership)> = decisions
        .of(consumer.unwrap())
        .iter()
        .map(|decision| (decision.line, decision.ownership))
        .collect();
    assert_eq!(found, [(3, Ownership::Other), (2, Ownership::Own)]);
    assert_eq!(decisions.count(), 3);
}

#[test]
fn every_table_gets_the_decisions_on_its_own_rows_and_no_others() {
    let run = tempfile::tempdir().unwrap();
    let path = run.path().join("decisions.csv");
    let tables = ["supply_point", "supply_period", "consumer", "contract"];
    let keys = ["p", "p|2026-01-15", "8", "c"];
    let mut text = "table,key,ownership,basis,approver,date\n".to_owned();
    for (table, key) in tables.iter().zip(keys) {
        text.push_str(&format!("{table},{key},own,b,a,2026-05-12\n"));
    }
    std::fs::write(&path, text).unwrap();
    let (catalogue, decisions) = (catalogue(), read(&path).unwrap());
    let mut of = Vec::new();
    for (at, table) in catalogue.tables.iter().enumerate() {
        let line = tables.iter().position(|id| *id == table.id);
        let lines: Vec<usize> = decisions.of(at).iter().map(|one| one.line).collect();
        assert_eq!(
            lines,
            Vec::from_iter(line.map(|line| line + 2)),
            "{}",
            table.id
        );
        of.extend(line.map(|_| at));
    }
    assert_eq!(of.len(), 4, "each of them is in the catalogue");
    assert_eq!(decisions.tables(), of.into_iter().collect());
}

#[test]
fn any_changed_byte_is_another_file_of_decisions() {
    let run = tempfile::tempdir().unwrap();
    let path = run.path().join("decisions.csv");
    let digest = |ending: &str| {
        let header = "table,key,ownership,basis,approver,date";
        std::fs::write(&path, format!("{header}{ending}")).unwrap();
        read(&path).unwrap().digest().unwrap().to_owned()
    };
    assert_ne!(digest("\n"), digest("\r\n"));
}
