//! A table made of an earlier staging and of what changed since is the table that reading everything gives, byte for byte; and where
//! that cannot be, it is read whole, or refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bunri_columnar::{STAGING_PART_ROWS, Silent};
use bunri_extract::{BoundSource, ExtractError, ExtractOptions, SourceState, extract_since};
use bunri_job::{Job, Source, load_job};
use bunri_manifest::{StagingManifest, TableDelta};

use crate::story::{Story, digest};

const COLUMNS: [(&str, &str); 5] = [
    ("a", "text"),
    ("b", "int"),
    ("v", "text"),
    ("n", "int"),
    ("changed", "timestamp"),
];
const KEY: &str = r#"["a", "b"]"#;
const WITH_KEY: &str = "a TEXT, b INTEGER, v TEXT, n, changed TEXT, PRIMARY KEY (a, b)";
/// Rows changed over 2025; every 40th is rejected.
const ROWS: &str = "
WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < 499)
INSERT INTO t SELECT printf('%03d', i * 7 % 250), i / 250, 'v' || i, CASE WHEN i % 40 = 1 THEN 'x' ELSE i END,
    date('2025-01-01', (i * 13 % 360) || ' days') || ' 10:00:00' FROM s";

/// A table of 500 rows, extracted once into `earlier`.
fn rehearsed(columns: &str, parts: usize) -> Story {
    let story = Story::new(
        &format!("CREATE TABLE t ({columns}); {ROWS}"),
        KEY,
        &COLUMNS,
    );
    story
        .extract_as(&story.path("earlier"), &options(parts), &Silent)
        .unwrap();
    story
}

fn options(part_rows: usize) -> ExtractOptions {
    ExtractOptions {
        memory: 1 << 26,
        threads: 2,
        part_rows,
    }
}

/// A job that takes rows of `t` from `earlier`.
fn job(story: &Story, terms: &str) -> Job {
    let text = format!(
        "label = \"story\"\nkind = \"rehearsal\"\ncutover = 2026-04-01\n[source]\nsqlite = \"legacy.db\"\n\
         [catalogue]\npath = \"catalogue\"\n[output]\ncustody = \"since\"\nretail = \"retail\"\n\
         [delta]\ncustody = \"earlier\"\nsince = 2026-01-01\n{terms}\n[delta.changed_at]\nt = \"changed\"\n"
    );
    let path = story.path("job.toml");
    fs::write(&path, text).unwrap();
    load_job(&path).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Extracts by a job with these terms, after what an earlier call left is gone.
fn since(story: &Story, terms: &str, parts: usize) -> Result<Option<TableDelta>, ExtractError> {
    let custody = story.path("since");
    if custody.exists() {
        fs::remove_dir_all(&custody).unwrap();
    }
    let job = job(story, terms);
    let path = story.source();
    let source = BoundSource {
        source: &Source::Sqlite(path.clone()),
        state: &SourceState::of_digest(digest(&path)),
    };
    let delta = job.delta.as_ref();
    let stats = extract_since(
        &source,
        delta,
        &story.catalogue(),
        &custody,
        &options(parts),
        &Silent,
    )?;
    Ok(stats.deltas.into_iter().next().map(|(_, delta)| delta))
}

/// Every file of staging and rejects by its path; of the manifest, what is not about how it was made.
fn left(custody: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for folder in ["staging", "rejects"] {
        gather(custody, &custody.join(folder), &mut found);
    }
    let manifest = found.get_mut("staging/manifest.json").unwrap();
    let mut plain = StagingManifest::parse(manifest).unwrap();
    for table in &mut plain.tables {
        table.delta = None;
    }
    *manifest = plain.to_bytes().unwrap();
    found
}

fn gather(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, found);
        } else {
            let below = path.strip_prefix(root).unwrap().display().to_string();
            found.insert(below, fs::read(&path).unwrap());
        }
    }
}

/// What lies in `since` is what reading everything gives.
#[track_caller]
fn is_whole(story: &Story, parts: usize) {
    let whole = story.path("whole");
    if whole.exists() {
        fs::remove_dir_all(&whole).unwrap();
    }
    story.extract_as(&whole, &options(parts), &Silent).unwrap();
    let (whole, since) = (left(&whole), left(&story.path("since")));
    assert!(whole.len() > 4);
    let differing = whole.keys().chain(since.keys());
    let differing: Vec<&String> = differing
        .filter(|path| whole.get(*path) != since.get(*path))
        .collect();
    assert!(differing.is_empty(), "{differing:?}");
}

/// Small, seeded, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A change of some row that says when it was made, and what it is.
fn change(dice: &mut Dice, number: u64) -> String {
    let row = format!(
        "rowid = (SELECT rowid FROM t ORDER BY rowid LIMIT 1 OFFSET {})",
        dice.below(450)
    );
    let now = format!("changed = '2026-01-{:02} 09:00:00'", 1 + number % 28);
    match dice.below(10) {
        0 => format!("UPDATE t SET v = 'new{number}', {now} WHERE {row}"),
        1 => format!("UPDATE t SET n = 'spoilt', {now} WHERE {row}"),
        2 => format!("UPDATE t SET n = {number}, {now} WHERE {row}"),
        3 => format!("DELETE FROM t WHERE {row}"),
        4 => format!(
            "INSERT INTO t VALUES ('{:03}', {}, 'v', {number}, '2020-01-01 00:00:00')",
            dice.below(300),
            100 + number
        ),
        // The key moves, and nothing says when.
        5 => format!("UPDATE t SET b = {} WHERE {row}", 1000 + number),
        6 => format!("UPDATE t SET v = 'unsaid{number}', changed = NULL WHERE {row}"),
        // A clock that was set back.
        7 => {
            format!("UPDATE t SET v = 'back{number}', changed = '2019-05-05 00:00:00' WHERE {row}")
        }
        // Its changed-at is no time any more.
        8 => format!("UPDATE t SET changed = 'yesterday' WHERE {row}"),
        _ => format!(
            "CREATE TEMP TABLE kept AS SELECT * FROM t WHERE {row}; DELETE FROM t WHERE {row};
             INSERT INTO t SELECT a, b, 'again{number}', n, '2024-12-31 00:00:00' FROM kept; DROP TABLE kept"
        ),
    }
}

#[test]
fn after_any_changes_that_say_when_they_were_made_the_bytes_are_those_of_reading_everything() {
    let mut taken = 0;
    for seed in 0..12 {
        let mut dice = Dice(seed);
        let parts = [7, 64, 500, STAGING_PART_ROWS][usize::try_from(seed % 4).unwrap()];
        let without_rowid = "a TEXT, b INTEGER, v TEXT, n, changed TEXT";
        let columns = if seed % 3 == 0 {
            without_rowid
        } else {
            WITH_KEY
        };
        let story = rehearsed(columns, parts);
        if seed % 3 == 0 {
            story.sql("CREATE UNIQUE INDEX by_key ON t (a, b)");
        }
        for number in 0..dice.below(60) {
            story.sql(&change(&mut dice, number));
        }
        let sample = ["sample = \"100 %\"", "sample = 40", "sample = \"3 %\""];
        let sample = sample[usize::try_from(seed % 3).unwrap()];
        let delta = since(&story, sample, parts).unwrap_or_else(|met| panic!("{seed}: {met}"));
        let delta = delta.unwrap_or_else(|| panic!("{seed}: read whole"));
        assert_eq!(delta.differing, 0);
        taken += delta.taken;
        is_whole(&story, parts);
    }
    assert!(taken > 12 * 350, "{taken} rows were taken");
}

#[test]
fn where_nothing_changed_every_row_is_taken() {
    let story = rehearsed(WITH_KEY, 64);
    let delta = since(&story, "sample = 7", 64).unwrap().unwrap();
    // 500 rows, of which 13 are rejected, and those of the last day on which anything was changed are read.
    assert_eq!(
        (delta.sampled, delta.taken + delta.left_out),
        (7, 487),
        "{delta:?}"
    );
    assert_eq!(delta.read, 13 + delta.left_out + 7);
    assert!(delta.left_out < 5, "{delta:?}");
    is_whole(&story, 64);
}

#[test]
fn a_table_without_an_index_over_its_key_is_read_whole() {
    let story = rehearsed("a TEXT, b INTEGER, v TEXT, n, changed TEXT", 64);
    assert_eq!(since(&story, "sample = 7", 64).unwrap(), None);
    is_whole(&story, 64);
}

#[test]
fn a_table_of_which_most_changed_is_read_whole() {
    let story = rehearsed(WITH_KEY, 64);
    story.sql("UPDATE t SET v = 'new', changed = '2026-01-05 00:00:00' WHERE b = 1");
    assert_eq!(since(&story, "sample = 7", 64).unwrap(), None);
    is_whole(&story, 64);
}

/// The row that was staged is gone, and the one that was rejected under the same key has the same changed-at.
#[test]
fn a_rejected_row_is_not_taken_for_the_one_that_was_staged() {
    let story = rehearsed("a TEXT, b INTEGER, v TEXT, n, changed TEXT", 64);
    story.sql(
        "CREATE INDEX by_key ON t (a, b);
         INSERT INTO t VALUES ('900', 1, 'staged', 1, '2025-03-03 00:00:00'), ('900', 1, 'rejected', 'x', '2025-03-03 00:00:00')",
    );
    fs::remove_dir_all(story.path("earlier")).unwrap();
    story
        .extract_as(&story.path("earlier"), &options(64), &Silent)
        .unwrap();
    story.sql("DELETE FROM t WHERE v = 'staged'");
    assert!(since(&story, "sample = 1", 64).unwrap().is_some());
    is_whole(&story, 64);
    let rows = fs::read_to_string(story.path("since/rejects/t.jsonl")).unwrap();
    assert_eq!(rows.matches("rejected").count(), 1);
}

#[test]
fn two_rows_with_one_key_are_complained_of_as_ever() {
    let story = rehearsed("a TEXT, b INTEGER, v TEXT, n, changed TEXT", 64);
    story.sql("CREATE INDEX by_key ON t (a, b); INSERT INTO t SELECT a, b, v, n, changed FROM t WHERE rowid = 9");
    let complaint = since(&story, "sample = 1", 64).unwrap_err().to_string();
    let whole = story
        .extract_as(&story.path("whole"), &options(64), &Silent)
        .unwrap_err();
    assert_eq!(complaint, whole.to_string());
    assert!(
        complaint.contains("2 rows share their key (a, b)"),
        "{complaint}"
    );
}

/// Written a second time in the second in which the earlier run looked.
#[test]
fn a_row_that_was_changed_again_on_the_last_day_is_read() {
    let story = rehearsed(WITH_KEY, 64);
    story.sql(
        "UPDATE t SET v = 'written twice' WHERE rowid = (SELECT rowid FROM t WHERE n <> 'x' ORDER BY changed DESC LIMIT 1)",
    );
    // `since` is wrong here: the rehearsal was before. The last day of the earlier staging sees it.
    assert!(since(&story, "sample = 1", 64).unwrap().is_some());
    is_whole(&story, 64);
    // And the other way round: a day in the future hides the last one, and `since` sees it.
    let story = rehearsed(WITH_KEY, 64);
    story.sql(
        "UPDATE t SET changed = '2039-01-01 00:00:00' WHERE rowid = 3;
         UPDATE t SET changed = '2026-01-01 00:00:00' WHERE rowid = 5",
    );
    fs::remove_dir_all(story.path("earlier")).unwrap();
    story
        .extract_as(&story.path("earlier"), &options(64), &Silent)
        .unwrap();
    story.sql("UPDATE t SET v = 'written twice' WHERE rowid IN (3, 5)");
    assert!(since(&story, "sample = 1", 64).unwrap().is_some());
    is_whole(&story, 64);
}

const SILENT: &str = "UPDATE t SET v = 'silent' WHERE b = 0 AND n <> 'x'";

#[test]
fn a_row_that_changed_in_silence_ends_the_run_or_is_read_with_all_others() {
    let story = rehearsed(WITH_KEY, 64);
    story.sql(SILENT);
    let refused = since(&story, "sample = 100", 64).unwrap_err();
    let ExtractError::ChangedUnsaid {
        table,
        sampled,
        differing,
        columns,
        ..
    } = &refused
    else {
        panic!("{refused}")
    };
    assert_eq!((table.as_str(), *sampled), ("t", 100));
    // Half of all rows changed.
    assert!((20..=80).contains(differing), "{refused}");
    assert_eq!(columns, &[("v".to_owned(), *differing)]);
    assert!(!refused.to_string().contains("silent"));
    let again = since(&story, "sample = 100", 64).unwrap_err();
    assert_eq!(again.to_string(), refused.to_string());
    let delta = since(&story, "sample = 100\non_difference = \"read whole\"", 64);
    let delta = delta.unwrap().unwrap();
    assert_eq!((delta.differing, delta.taken), (*differing, 0));
    is_whole(&story, 64);
}

#[test]
fn a_row_of_the_sample_that_is_rejected_now_differs_too() {
    let story = rehearsed(WITH_KEY, 64);
    story.sql("UPDATE t SET n = 'spoilt' WHERE b = 0");
    let refused = since(&story, "sample = \"100 %\"", 64).unwrap_err();
    assert!(
        matches!(&refused, ExtractError::ChangedUnsaid { differing, .. } if *differing > 200),
        "{refused}"
    );
}

/// What the page says first: nobody sees it here.
#[test]
fn a_row_that_changed_in_silence_and_is_not_in_the_sample_stays_as_it_was() {
    let story = rehearsed(WITH_KEY, 64);
    story.sql("UPDATE t SET v = 'silent' WHERE rowid = 77");
    let delta = since(&story, "sample = 1", 64).unwrap().unwrap();
    assert_eq!((delta.sampled, delta.differing), (1, 0));
    let part = |custody: &str| fs::read(story.path(custody).join("staging/t/part-00000.parquet"));
    story
        .extract_as(&story.path("whole"), &options(64), &Silent)
        .unwrap();
    let differs = (0..8).any(|number| {
        let name = format!("staging/t/part-{number:05}.parquet");
        fs::read(story.path("since").join(&name)).unwrap()
            != fs::read(story.path("whole").join(&name)).unwrap()
    });
    assert!(differs && part("since").is_ok());
}

/// What is refused of an earlier run, and in which words.
#[test]
fn an_earlier_run_that_is_not_whole_or_of_another_shape_is_refused() {
    let story = rehearsed(WITH_KEY, 64);
    let refusal = |terms: &str| match since(&story, terms, 64) {
        Err(met @ ExtractError::Earlier { .. }) => met.to_string(),
        other => panic!("{other:?}"),
    };
    let pin = format!("sample = 1\nblake3 = \"{}\"", "0".repeat(64));
    assert!(refusal(&pin).contains("and the job pins 000"));
    let part = story.path("earlier/staging/t/part-00003.parquet");
    let whole = fs::read(&part).unwrap();
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(&part, damaged).unwrap();
    assert!(refusal("sample = 1").contains("it is not what the manifest of its run says"));
    fs::remove_file(&part).unwrap();
    assert!(
        refusal("sample = 1").contains("it is not there, and the manifest of its run lists it")
    );
    fs::write(&part, whole).unwrap();
    let rejects = story.path("earlier/rejects/t.jsonl");
    let text = fs::read_to_string(&rejects).unwrap();
    fs::write(&rejects, text.replacen("\"x\"", "\"y\"", 1)).unwrap();
    assert!(refusal("sample = 1").contains("it is not what the manifest of its run says"));
    fs::write(&rejects, text).unwrap();
    let manifest = story.path("earlier/staging/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    for (from, to, says) in [
        ("\"bunri ", "\"bunri 0", "and this is bunri "),
        (
            "\"kind\": \"sqlite\"",
            "\"kind\": \"odbc\"",
            "a source of another kind (odbc",
        ),
        ("\"shape\": \"", "\"shape\": \"0", "not a staging manifest"),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(&manifest, text.replacen(from, to, 1)).unwrap();
        let told = refusal("sample = 1");
        assert!(told.contains(says), "{told}");
    }
    fs::write(&manifest, text).unwrap();
    story.list(
        "t",
        KEY,
        &[
            ("a", "text"),
            ("b", "int"),
            ("v", "text"),
            ("n", "text(any)"),
            ("changed", "timestamp"),
        ],
    );
    assert!(refusal("sample = 1").contains("other tables, columns, types or keys"));
    fs::remove_dir_all(story.path("earlier")).unwrap();
    assert!(refusal("sample = 1").contains("there is no complete staging"));
}
