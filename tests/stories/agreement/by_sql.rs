//! The same systems made by chance, decided by the SQL that `explain_sql` prints and DuckDB runs: the stores that the
//! splitter wrote, cell by cell and in the same order. The script knows no human decisions
//! and no hashes of keys, so there are none.

use bunri_explain::{SqlInputs, explain_sql};
use serde_json::json;

use super::run::{Run, folder};
use super::world::World;
use super::{invent, number, oracle};
use crate::rig::Rig;

const CASES: u64 = 40;

#[test]
fn duckdb_makes_the_same_stores_of_systems_made_by_chance() {
    let first = number("BUNRI_SEED").unwrap_or(1);
    let cases = number("BUNRI_CASES").unwrap_or(CASES);
    let worlds = (first..first + cases).map(|seed| (format!("seed-{seed}"), invent::world(seed)));
    let large = (format!("large-{first}"), invent::large(first));
    let folder = folder();
    let mut folders = Vec::new();
    let (mut decided, mut refused, mut hashed) = (0, 0, 0);
    for (name, world) in worlds.chain([large]) {
        let folder = folder.path().join(name);
        prepare(&world, &folder);
        let goes_on = !folder.join("refused").exists();
        decided += usize::from(goes_on && !world.decisions.is_empty());
        refused += usize::from(!goes_on && !oracle::refused(&world));
        let mut columns = world.tables.iter().flat_map(|table| &table.columns);
        hashed += usize::from(goes_on && columns.any(|column| column.rekeyed));
        folders.push(folder);
    }
    // What never occurred was not compared: decisions that decide, decisions too many, keys that are hashed.
    assert!(
        decided > 2 && refused > 0 && hashed > 2,
        "{decided} {refused} {hashed}"
    );
    Rig::empty()
        .python("sql.py", folders)
        .must(0)
        .prints(" 0 differ");
}

/// Splits a world in the folder, and puts the script beside the stores.
fn prepare(world: &World, folder: &std::path::Path) {
    std::fs::create_dir(folder).unwrap();
    let run = Run { world, folder };
    let catalogue = run.catalogue().unwrap();
    run.extract(&catalogue).unwrap();
    let decisions = run.decisions(&catalogue).unwrap();
    let split = run.split(&catalogue, &decisions);
    if oracle::refused(world) || !oracle::expected(world).unused.is_empty() {
        assert!(split.is_err(), "{}", folder.display());
        std::fs::write(folder.join("refused"), "").unwrap();
    } else {
        split.unwrap();
    }
    let path = folder.join("decisions.csv");
    let inputs = SqlInputs {
        custody: &run.custody(),
        cutover: run.cutover(),
        decisions: (decisions.count() > 0).then_some(&path),
    };
    let secrets = json!({oracle::REKEY: String::from_utf8(oracle::SECRET.to_vec()).unwrap()});
    std::fs::write(folder.join("rekey.json"), secrets.to_string()).unwrap();
    std::fs::write(folder.join("stores.sql"), explain_sql(&catalogue, inputs)).unwrap();
}
