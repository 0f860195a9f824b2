//! Run again: what is complete is kept, what is not is made again, what is another's is refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use bunri_columnar::{Event, Observer, Silent};
use bunri_extract::ExtractError;

use crate::parts::cut;
use crate::story::{Story, contents};

/// Writes down what it hears; stops after this many tables.
struct Scribe {
    heard: Mutex<Vec<String>>,
    tables: usize,
    stop: AtomicBool,
}

impl Scribe {
    fn new(tables: usize) -> Self {
        Self {
            heard: Mutex::new(Vec::new()),
            tables,
            stop: AtomicBool::new(false),
        }
    }

    fn heard(self) -> Vec<String> {
        self.heard.into_inner().unwrap()
    }
}

impl Observer for Scribe {
    fn event(&self, event: Event<'_>) {
        let mut heard = self.heard.lock().unwrap();
        heard.push(match event {
            Event::Stage { name, rows } => format!("{name} {rows}"),
            Event::Table { id } => format!("begin {id}"),
            Event::Rows { rows } => format!("rows {rows}"),
            Event::TableDone { id, rows } => format!("done {id} {rows}"),
            Event::TableKept { id, rows } => format!("kept {id} {rows}"),
        });
        let done = heard.iter().filter(|line| line.starts_with("done")).count();
        self.stop.store(done >= self.tables, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

fn story() -> Story {
    let sql = "CREATE TABLE t (k TEXT); INSERT INTO t VALUES ('b'), (x'01'), ('a');
        INSERT INTO code_retailer VALUES ('99010'), ('99020')";
    Story::new(sql, r#"["k"]"#, &[("k", "text")])
}

fn run(story: &Story, tables: usize) -> (Result<(), ExtractError>, Vec<String>) {
    let scribe = Scribe::new(tables);
    let outcome = story
        .extract_with(&story.custody(), 1 << 26, 1, &scribe)
        .map(drop);
    (outcome, scribe.heard())
}

#[test]
fn an_interrupted_run_goes_on_where_it_stopped() {
    let story = story();
    let whole = {
        let custody = story.path("whole");
        story
            .extract_with(&custody, 1 << 26, 1, &Scribe::new(9))
            .unwrap();
        contents(&custody)
    };
    let (outcome, heard) = run(&story, 1);
    assert!(
        matches!(outcome, Err(ExtractError::Interrupted)),
        "{outcome:?}"
    );
    assert_eq!(
        heard,
        [
            "extract 5",
            "begin t",
            "rows 1",
            "rows 1",
            "rows 1",
            "done t 3"
        ]
    );
    let (outcome, heard) = run(&story, 9);
    outcome.unwrap();
    assert_eq!(heard[..3], ["kept t 3", "extract 2", "begin code_retailer"]);
    assert_eq!(contents(&story.custody()), whole);
    let (outcome, heard) = run(&story, 9);
    outcome.unwrap();
    assert_eq!(
        heard,
        ["kept code_retailer 2", "kept supply_period 0", "kept t 3"]
    );
}

/// Stops when so many parts are there.
struct Halting {
    last: PathBuf,
}

impl Observer for Halting {
    fn event(&self, _: Event<'_>) {}

    fn cancelled(&self) -> bool {
        self.last.exists()
    }
}

fn part(custody: &Path, number: usize) -> PathBuf {
    custody.join(format!("staging/t/part-{number:05}.parquet"))
}

/// Stops when there are so many more parts than there are now.
fn halting_in(custody: &Path, more: usize) -> Halting {
    let there = (0..).take_while(|it| part(custody, *it).exists()).count();
    Halting {
        last: part(custody, there + more - 1),
    }
}

fn halting(story: &Story, more: usize) -> Halting {
    halting_in(&story.custody(), more)
}

/// Stops when it has heard of some rows.
#[derive(Default)]
struct Hasty(AtomicBool);

impl Observer for Hasty {
    fn event(&self, event: Event<'_>) {
        if let Event::Rows { .. } = event {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A hundred rows with keys of two columns, NULLs and all storage classes among them; every ninth is rejected.
fn hundred(create: &str) -> Story {
    let sql = format!(
        "{create};
         WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 100)
         INSERT INTO t SELECT n / 10, printf('%03d', n), CASE WHEN n % 9 = 0 THEN x'00' ELSE n END FROM s;
         INSERT INTO t VALUES (-5, '', 1), ('bad', 'a', 2), (3, x'61', 3)"
    );
    let columns = [("a", "int"), ("b", "text"), ("n", "int")];
    Story::new(&sql, r#"["a", "b"]"#, &columns)
}

const ORDERED: &str = "CREATE TABLE t (a, b TEXT, n, PRIMARY KEY (a, b)) WITHOUT ROWID";
const PART: usize = 7;

#[cfg(unix)]
fn inodes(story: &Story) -> Vec<u64> {
    use std::os::unix::fs::MetadataExt as _;
    let inode = |number: usize| {
        let path = part(&story.custody(), number);
        let inode = path.metadata().ok()?.ino();
        // Held by a second name, so that no later file can have its number.
        let _ = fs::hard_link(&path, story.path(&format!("held-{inode}")));
        Some(inode)
    };
    (0..).map_while(inode).collect()
}

fn whole(story: &Story) -> Vec<(PathBuf, Vec<u8>)> {
    let custody = story.path("whole");
    story.extract_as(&custody, &cut(PART), &Silent).unwrap();
    contents(&custody)
}

#[cfg(unix)]
#[test]
fn a_table_that_was_stopped_between_its_parts_goes_on_behind_the_last_one() {
    for create in [
        ORDERED,
        "CREATE TABLE t (a, b TEXT, n, PRIMARY KEY (a, b))",
        "CREATE TABLE t (a INTEGER, b TEXT, n); CREATE UNIQUE INDEX i ON t (a, b)",
    ] {
        let story = hundred(create);
        let whole = whole(&story);
        for parts in [1, 2, 5, 12] {
            let _ = fs::remove_dir_all(story.custody());
            let outcome = story.extract_as(&story.custody(), &cut(PART), &halting(&story, parts));
            assert!(matches!(outcome, Err(ExtractError::Interrupted)));
            let kept = inodes(&story);
            assert_eq!(kept.len(), parts, "{create}");
            story
                .extract_as(&story.custody(), &cut(PART), &Silent)
                .unwrap();
            assert_eq!(inodes(&story)[..parts], kept, "{create}");
            assert_eq!(contents(&story.custody()), whole, "{create}");
        }
    }
}

#[test]
fn a_table_that_is_stopped_again_and_again_comes_to_its_end() {
    let story = hundred(ORDERED);
    let whole = whole(&story);
    let mut runs = 0;
    while let Err(stopped) = story.extract_as(&story.custody(), &cut(PART), &halting(&story, 3)) {
        assert!(matches!(stopped, ExtractError::Interrupted), "{stopped}");
        runs += 1;
        assert!(runs < 20, "it never ends");
    }
    assert!(runs > 2, "{runs} runs were stopped");
    assert_eq!(contents(&story.custody()), whole);
}

#[cfg(unix)]
#[test]
fn what_is_not_as_it_was_noted_is_begun_again() {
    let damages: [fn(&Story); 4] = [
        |story| {
            let part = story.custody().join("staging/t/part-00001.parquet");
            fs::write(part, "").unwrap();
        },
        |story| {
            let aside = story.custody().join("tmp/extract-t.rejects-00000.jsonl");
            fs::write(aside, "{}\n").unwrap();
        },
        |story| fs::write(story.custody().join("tmp/extract-t.seam.json"), "{").unwrap(),
        |story| story.sql("UPDATE t SET n = 7 WHERE n = 50"),
    ];
    for (number, damage) in damages.into_iter().enumerate() {
        let story = hundred(ORDERED);
        let outcome = story.extract_as(&story.custody(), &cut(PART), &halting(&story, 5));
        assert!(matches!(outcome, Err(ExtractError::Interrupted)));
        let before = inodes(&story);
        damage(&story);
        story
            .extract_as(&story.custody(), &cut(PART), &Silent)
            .unwrap();
        assert_ne!(inodes(&story)[..1], before[..1], "damage {number}");
        assert_eq!(contents(&story.custody()), whole(&story));
    }
}

/// A kill may come between a file and the note of it.
#[test]
fn files_that_nobody_noted_are_made_again() {
    let story = hundred(ORDERED);
    let whole = whole(&story);
    let outcome = story.extract_as(&story.custody(), &cut(PART), &halting(&story, 5));
    assert!(matches!(outcome, Err(ExtractError::Interrupted)));
    let aside = |number: usize| {
        let name = format!("tmp/extract-t.rejects-{number:05}.jsonl");
        story.custody().join(name)
    };
    let noted = (0..).take_while(|number| aside(*number).exists()).count();
    assert!(noted > 0);
    for name in [
        aside(noted),
        story.custody().join("staging/t/part-00005.parquet"),
        story
            .custody()
            .join("staging/t/.bunri-tmp-part-00009.parquet-x"),
    ] {
        fs::write(name, "half").unwrap();
    }
    story
        .extract_as(&story.custody(), &cut(PART), &Silent)
        .unwrap();
    assert_eq!(contents(&story.custody()), whole);
}

#[test]
fn parts_of_another_size_are_not_gone_on_with() {
    let story = hundred(ORDERED);
    let outcome = story.extract_as(&story.custody(), &cut(PART + 1), &halting(&story, 5));
    assert!(matches!(outcome, Err(ExtractError::Interrupted)));
    story
        .extract_as(&story.custody(), &cut(PART), &Silent)
        .unwrap();
    assert_eq!(contents(&story.custody()), whole(&story));
}

#[test]
fn a_table_that_is_sorted_here_begins_again() {
    let story = hundred("CREATE TABLE t (a, b TEXT, n)");
    let whole = whole(&story);
    for _ in 0..2 {
        let outcome = story.extract_as(&story.custody(), &cut(PART), &Hasty::default());
        assert!(matches!(outcome, Err(ExtractError::Interrupted)));
    }
    story
        .extract_as(&story.custody(), &cut(PART), &Silent)
        .unwrap();
    assert_eq!(contents(&story.custody()), whole);
}

/// As texts '10' to '59' come before '6'; as numbers they do not. Parts are full by then, and noted.
#[cfg(unix)]
#[test]
fn an_order_that_breaks_behind_a_seam_breaks_for_who_goes_on_there_too() {
    let sql = "CREATE TABLE t (k TEXT PRIMARY KEY, n) WITHOUT ROWID;
         WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 59)
         INSERT INTO t SELECT n, CASE WHEN n % 9 = 0 THEN x'00' ELSE n END FROM s WHERE n > 9 OR n IN (6, 7)";
    let story = Story::new(sql, r#"["k"]"#, &[("k", "decimal(9,0)"), ("n", "int")]);
    let whole = whole(&story);
    let noted = story.custody().join("tmp/extract-t.seam.json");
    let mut resumed = 0;
    for parts in 1..16 {
        let outcome = story.extract_as(&story.custody(), &cut(PART), &halting(&story, parts));
        let stopped = matches!(outcome, Err(ExtractError::Interrupted));
        assert!(stopped || outcome.is_ok());
        // Once rows are sorted, nothing is noted, and no part of the old order is left among those of the new one.
        resumed += u32::from(noted.exists());
        assert!(noted.exists() || !stopped || parts > 5, "{parts}");
        story
            .extract_as(&story.custody(), &cut(PART), &Silent)
            .unwrap();
        assert_eq!(contents(&story.custody()), whole, "{parts}");
        fs::remove_dir_all(story.custody()).unwrap();
    }
    assert!(resumed > 3, "{resumed}");
}

/// The second row of the key would be passed over by whoever goes on behind the first one.
#[test]
fn a_key_that_is_doubled_over_a_seam_is_told_as_if_nobody_had_stopped() {
    let sql = "CREATE TABLE t (k TEXT, n INTEGER); CREATE INDEX i ON t (k);
        INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3), ('c', 4), ('d', 5), ('e', 6)";
    let story = Story::new(sql, r#"["k"]"#, &[("k", "text"), ("n", "int")]);
    let told = |custody: &str| {
        let outcome = story.extract_as(&story.path(custody), &cut(3), &Silent);
        outcome.unwrap_err().to_string()
    };
    let whole = told("whole");
    assert!(whole.contains("2 rows share their key"), "{whole}");
    let outcome = story.extract_as(
        &story.path("stopped"),
        &cut(3),
        &halting_in(&story.path("stopped"), 1),
    );
    assert!(matches!(outcome, Err(ExtractError::Interrupted)));
    assert_eq!(told("stopped"), whole);
}

#[test]
fn without_its_manifest_tables_are_believed_by_their_notes_and_made_again_without() {
    let story = story();
    story.extract().unwrap();
    let before = contents(&story.custody());
    let manifest = story.custody().join("staging/manifest.json");
    fs::remove_file(&manifest).unwrap();
    let (outcome, heard) = run(&story, 9);
    outcome.unwrap();
    assert!(
        heard[..3].iter().all(|line| line.starts_with("kept")),
        "{heard:?}"
    );
    assert_eq!(contents(&story.custody()), before);
    fs::remove_file(&manifest).unwrap();
    for id in ["code_retailer", "supply_period", "t"] {
        fs::remove_file(story.custody().join(format!("tmp/extract-{id}.json"))).unwrap();
    }
    let (outcome, heard) = run(&story, 9);
    outcome.unwrap();
    assert!(
        !heard.iter().any(|line| line.starts_with("kept")),
        "{heard:?}"
    );
    assert_eq!(contents(&story.custody()), before);
}

#[test]
fn a_kept_table_whose_files_are_not_what_was_written_is_made_again() {
    let story = story();
    let (_, _) = run(&story, 1);
    fs::write(story.custody().join("rejects/t.jsonl"), "{}\n").unwrap();
    let (outcome, heard) = run(&story, 9);
    outcome.unwrap();
    assert!(heard.contains(&"begin t".to_owned()), "{heard:?}");
    assert_eq!(story.rejected("t"), [r#"k not_text Blob("01")"#]);
}

#[test]
fn tables_of_another_source_are_not_kept() {
    let story = story();
    let (_, _) = run(&story, 1);
    story.sql("UPDATE t SET k = 'c' WHERE k = x'01'");
    run(&story, 9).0.unwrap();
    assert_eq!(story.staged("t"), ["a", "b", "c"]);
    assert!(story.rejected("t").is_empty());
    assert!(!story.custody().join("rejects/t.jsonl").exists());
}

#[test]
fn a_complete_staging_of_another_source_or_shape_is_not_replaced() {
    let story = story();
    story.extract().unwrap();
    let before = contents(&story.custody());
    story.sql("INSERT INTO t VALUES ('z')");
    assert!(
        story
            .refusal()
            .contains("extracted from another database file")
    );
    story.sql("ALTER TABLE t ADD COLUMN more TEXT");
    story.list("t", r#"["k"]"#, &[("k", "text"), ("more", "text")]);
    assert!(matches!(
        story.extract(),
        Err(ExtractError::Occupied { .. })
    ));
    assert_eq!(contents(&story.custody()), before);
}

#[test]
fn a_complete_staging_that_lost_a_file_says_so() {
    let story = story();
    story.extract().unwrap();
    fs::remove_file(story.custody().join("staging/t/part-00000.parquet")).unwrap();
    let said = story.refusal();
    assert!(
        said.contains("`staging/t/part-00000.parquet` is not there whole"),
        "{said}"
    );
}

#[test]
fn a_complete_staging_with_damage_of_the_same_length_is_not_believed() {
    let story = story();
    story.extract().unwrap();
    let part = story.custody().join("staging/t/part-00000.parquet");
    let mut bytes = fs::read(&part).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&part, bytes).unwrap();
    let said = story.refusal();
    assert!(
        said.contains("`staging/t/part-00000.parquet` is not there whole, as it was written"),
        "{said}"
    );
}

/// Stops once the work has begun.
struct Impatient(AtomicBool);

impl Observer for Impatient {
    fn event(&self, _: Event<'_>) {}

    fn cancelled(&self) -> bool {
        // The digest of the source asks first.
        self.0.swap(true, Ordering::Relaxed)
    }
}

#[test]
fn a_statement_that_never_ends_is_interrupted() {
    let endless = "CREATE VIEW t AS
        WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s) SELECT n FROM s";
    let story = Story::new(endless, "\"none\"", &[("n", "int")]);
    let observer = Impatient(AtomicBool::new(false));
    let outcome = story.extract_with(&story.custody(), 1 << 26, 2, &observer);
    assert!(
        matches!(outcome, Err(ExtractError::Interrupted)),
        "{outcome:?}"
    );
}

#[cfg(unix)]
#[test]
fn custody_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let story = story();
    story.extract().unwrap();
    assert_eq!(
        story.custody().metadata().unwrap().permissions().mode() & 0o777,
        0o700
    );
}
