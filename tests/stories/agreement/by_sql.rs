//! The same systems made by chance, decided by the SQL that `explain_sql` prints and DuckDB runs: the stores that the
//! splitter wrote, cell by cell and in the same order. The script knows no human decisions
//! and no hashes of keys, so there are none.

use bunri_catalogue::{Decisions, SqlInputs, explain_sql};

use super::run::{Run, folder};
use super::world::World;
use super::{invent, number, oracle};
use crate::rig::Rig;

const CASES: u64 = 30;

#[test]
fn duckdb_makes_the_same_stores_of_systems_made_by_chance() {
    let first = number("BUNRI_SEED").unwrap_or(1);
    let cases = number("BUNRI_CASES").unwrap_or(CASES);
    let worlds = (first..first + cases).map(|seed| (format!("seed-{seed}"), invent::world(seed)));
    let large = (format!("large-{first}"), invent::large(first));
    let folder = folder();
    let mut folders = Vec::new();
    for (name, world) in worlds.chain([large]) {
        let world = without_what_sql_lacks(world);
        let folder = folder.path().join(name);
        prepare(&world, &folder);
        folders.push(folder);
    }
    Rig::empty()
        .python("sql.py", folders)
        .must(0)
        .prints(" 0 differ");
}

/// The script hashes no keys.
fn without_what_sql_lacks(mut world: World) -> World {
    for table in &mut world.tables {
        for column in &mut table.columns {
            column.rekeyed = false;
        }
    }
    world
}

/// Splits a world in the folder, and puts the script beside the stores.
fn prepare(world: &World, folder: &std::path::Path) {
    std::fs::create_dir(folder).unwrap();
    let run = Run { world, folder };
    let catalogue = run.catalogue().unwrap();
    run.extract(&catalogue).unwrap();
    let split = run.split(&catalogue, &Decisions::none());
    if oracle::refused(world) {
        assert!(split.is_err(), "{}", folder.display());
        std::fs::write(folder.join("refused"), "").unwrap();
    } else {
        split.unwrap();
    }
    let inputs = SqlInputs {
        custody: &run.custody(),
        cutover: run.cutover(),
    };
    std::fs::write(folder.join("stores.sql"), explain_sql(&catalogue, inputs)).unwrap();
}
