//! The task of a unit, written down and done elsewhere: in a folder that has the files which the task names and no others, with the
//! catalogue, the decisions and the secrets read anew. The stores are the same byte for byte, and what is not what
//! the task was written with is refused.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use arrow_array::RecordBatch;
use bunri_catalogue::{Catalogue, Store};
use bunri_columnar::{STAGING_PART_ROWS, Silent};
use bunri_decisions::Decisions;
use bunri_job::{RekeySecrets, load_decisions, load_job, load_rekey_secrets};
use bunri_parse::load;
use bunri_split::{
    SplitError, StoreRoots, TaskError, TaskPlace, UnitExecutor, UnitLeft, UnitSink, UnitTask,
    split_by,
};
use serde_json::{Value, json};

use crate::rekey::contracts;
use crate::rig::Rig;
use crate::small::POINT;
use crate::trees::differences;
use crate::units::{copy_staged, job, staged, trees};

/// What becomes of a unit's rows, kept.
#[derive(Default)]
struct Kept {
    rows: Vec<(Store, RecordBatch)>,
    heirs: Vec<Vec<RecordBatch>>,
    decided: u64,
}

impl UnitSink for Kept {
    fn rows(&mut self, store: Store, rows: RecordBatch) -> Result<(), SplitError> {
        self.rows.push((store, rows));
        Ok(())
    }

    fn heirs(&mut self, lines: &[RecordBatch]) -> Result<(), SplitError> {
        self.heirs.push(lines.to_vec());
        Ok(())
    }

    fn decided(&mut self, rows: u64) {
        self.decided += rows;
    }
}

/// Does tasks in folders of their own.
pub(crate) struct Elsewhere {
    pub(crate) catalogue: Catalogue,
    pub(crate) decisions: Decisions,
    pub(crate) secrets: RekeySecrets,
    /// Where the run's files are.
    pub(crate) custody: PathBuf,
    /// The tasks that were done, as text.
    pub(crate) done: Mutex<Vec<String>>,
}

impl Elsewhere {
    fn run(
        &self,
        task: &UnitTask,
        folder: &Path,
        sink: &mut dyn UnitSink,
    ) -> Result<UnitLeft, SplitError> {
        let temporary = tempfile::tempdir().unwrap();
        let place = TaskPlace {
            catalogue: &self.catalogue,
            custody: folder,
            decisions: &self.decisions,
            secrets: &self.secrets,
            temporary: temporary.path(),
            sort_memory: 1 << 20,
            observer: &Silent,
        };
        task.run(&place, sink)
    }

    /// A folder with the task's files.
    fn folder(&self, task: &UnitTask) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in task.files() {
            let to = file.below(folder.path());
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(file.below(&self.custody), &to).unwrap();
        }
        folder
    }
}

impl UnitExecutor for Elsewhere {
    fn execute(&self, task: &UnitTask, sink: &mut dyn UnitSink) -> Result<UnitLeft, SplitError> {
        let text = String::from_utf8(task.to_bytes().unwrap()).unwrap();
        let read = UnitTask::parse(text.as_bytes()).unwrap();
        assert_eq!(read, *task);
        self.done.lock().unwrap().push(text);
        let folder = self.folder(&read);
        let mut kept = Kept::default();
        let left = self.run(&read, folder.path(), &mut kept)?;
        assert_eq!(kept.decided, read.rows());
        for (store, rows) in kept.rows {
            sink.rows(store, rows)?;
        }
        kept.heirs.iter().try_for_each(|lines| sink.heirs(lines))?;
        sink.decided(kept.decided);
        let left = serde_json::to_vec(&left).unwrap();
        Ok(serde_json::from_slice(&left).unwrap())
    }
}

/// A staged system.
struct System {
    rig: Rig,
    staged: String,
}

impl System {
    fn new(rig: Rig, part_rows: usize) -> Self {
        let staged = staged(&rig, part_rows);
        Self { rig, staged }
    }

    /// Splits into new folders by units of so many rows.
    fn split(
        &self,
        unit_rows: u64,
        executor: impl FnOnce(Elsewhere) -> Box<dyn UnitExecutor>,
    ) -> (tempfile::TempDir, StoreRoots, Result<(), SplitError>) {
        let (folder, roots) = self.place();
        let (catalogue, mut options, _) = job(&self.rig);
        options.threads = 2;
        options.unit_rows = NonZeroU64::new(unit_rows);
        let executor = executor(self.elsewhere(&roots));
        let ended = split_by(Some(&*executor), &catalogue, &roots, &options, &Silent);
        (folder, roots, ended.map(|_| ()))
    }

    /// Folders for stores, with the staging.
    fn place(&self) -> (tempfile::TempDir, StoreRoots) {
        let folder = tempfile::tempdir().unwrap();
        let roots = StoreRoots {
            custody: folder.path().join("custody"),
            retail: folder.path().join("retail"),
        };
        copy_staged(&self.rig, &self.staged, &roots.custody);
        (folder, roots)
    }

    fn elsewhere(&self, roots: &StoreRoots) -> Elsewhere {
        let job = load_job(&self.rig.path("job.toml")).unwrap();
        let catalogue = load(&job.catalogue).unwrap();
        Elsewhere {
            decisions: load_decisions(&job, &catalogue).unwrap(),
            secrets: load_rekey_secrets(&job, &catalogue).unwrap(),
            catalogue,
            custody: roots.custody.clone(),
            done: Mutex::default(),
        }
    }

    /// The stores are the same from this process and from tasks; the tasks, and what they were done with.
    fn same_elsewhere(&self, unit_rows: u64) -> Vec<Value> {
        let (_kept, here) = self.place();
        let (catalogue, options, _) = job(&self.rig);
        split_by(None, &catalogue, &here, &options, &Silent).unwrap();
        let (_kept, there) = self.place();
        let (_, mut options, _) = job(&self.rig);
        options.threads = 2;
        options.unit_rows = NonZeroU64::new(unit_rows);
        let elsewhere = self.elsewhere(&there);
        split_by(Some(&elsewhere), &catalogue, &there, &options, &Silent).unwrap();
        for (found, expected) in trees(&there).iter().zip(&trees(&here)) {
            assert!(expected.len() > 3);
            assert_eq!(differences(found, expected), Vec::<String>::new());
        }
        let done = elsewhere.done.into_inner().unwrap();
        let tasks = done.iter().map(|text| serde_json::from_str(text).unwrap());
        tasks.collect()
    }
}

/// Contracts with replaced keys, of which 1003 and 1004 were signed while nobody supplied; people say whose they are.
fn decided_contracts() -> Rig {
    let rig = contracts();
    rig.sql("UPDATE supply_period SET valid_from = '2026-03-01' WHERE retailer_code = '99020'");
    let approved = "\"meeting of 2026-05-11, point 3\",甲野太郎,2026-05-12";
    rig.write(
        "decisions.csv",
        format!("table,key,ownership,basis,approver,date\ncontract,1003,own,{approved}\ncontract,1004,other,{approved}\n"),
    );
    let job = rig.read("job.toml");
    rig.write("job.toml", job + "[decisions]\npath = \"decisions.csv\"\n");
    rig
}

#[test]
fn units_that_are_done_elsewhere_give_the_same_bytes() {
    let sample = System::new(Rig::with_sample(60), 40);
    let tasks = sample.same_elsewhere(30);
    let parts = |task: &Value| task["staging"].as_array().unwrap().len();
    // Units begin and end within parts, and name those alone that hold a row of theirs.
    assert!(tasks.iter().any(|task| parts(task) == 2));
    for task in &tasks {
        let number = |value: &Value| value.as_u64().unwrap();
        let staging = task["staging"].as_array().unwrap();
        let rows: Vec<u64> = staging.iter().map(|part| number(&part["rows"])).collect();
        let (first, end) = (
            number(&task["first_row"]),
            number(&task["first_row"]) + number(&task["rows"]),
        );
        assert!(first < rows[0] && end <= rows.iter().sum(), "{task}");
        assert!(end > rows[..rows.len() - 1].iter().sum(), "{task}");
    }
    assert!(tasks.iter().any(|task| task["first_row"] != 0));
    assert!(
        tasks
            .iter()
            .any(|task| task["parents"].as_array().is_some_and(|it| it.len() > 1))
    );
    for unit_rows in [1, 3, u64::MAX] {
        let rig = decided_contracts();
        // A table without rows is one unit, of none.
        if unit_rows == 3 {
            rig.sql("DELETE FROM remark");
        }
        let system = System::new(rig, STAGING_PART_ROWS);
        let tasks = system.same_elsewhere(unit_rows);
        let is_empty = |task: &Value| task["rows"] == 0;
        assert_eq!(tasks.iter().any(is_empty), unit_rows == 3);
        assert!(
            tasks
                .iter()
                .all(|task| task["terms"]["decisions"].is_string())
        );
        assert!(
            tasks
                .iter()
                .all(|task| task["terms"]["secrets"]["contract"].is_string())
        );
    }
}

/// Does nothing of one table.
struct Fails {
    inner: Elsewhere,
    table: &'static str,
}

impl UnitExecutor for Fails {
    fn execute(&self, task: &UnitTask, sink: &mut dyn UnitSink) -> Result<UnitLeft, SplitError> {
        if task.table() == self.table {
            return Err(SplitError::LockPoisoned);
        }
        self.inner.execute(task, sink)
    }
}

#[test]
fn a_split_whose_executor_failed_goes_on_with_the_tables_that_are_not_finished() {
    let system = System::new(decided_contracts(), STAGING_PART_ROWS);
    let (catalogue, mut options, _) = job(&system.rig);
    options.unit_rows = NonZeroU64::new(5);
    let (_kept, whole) = system.place();
    split_by(None, &catalogue, &whole, &options, &Silent).unwrap();

    let (_kept, roots) = system.place();
    let fails = Fails {
        inner: system.elsewhere(&roots),
        table: "remark",
    };
    let failed = split_by(Some(&fails), &catalogue, &roots, &options, &Silent);
    assert!(matches!(failed, Err(SplitError::LockPoisoned)));
    assert!(!roots.retail.join("manifest.json").exists());
    let elsewhere = system.elsewhere(&roots);
    split_by(Some(&elsewhere), &catalogue, &roots, &options, &Silent).unwrap();
    for (found, expected) in trees(&roots).iter().zip(&trees(&whole)) {
        assert_eq!(differences(found, expected), Vec::<String>::new());
    }
    // The contracts are finished, and were decided again for the remarks on them: for no store.
    let mut stores = BTreeMap::new();
    for text in elsewhere.done.into_inner().unwrap() {
        let task: Value = serde_json::from_str(&text).unwrap();
        let table = task["table"].as_str().unwrap().to_owned();
        stores.insert(table, task["stores"].as_array().unwrap().len());
    }
    assert_eq!(stores.get("contract"), Some(&0), "{stores:?}");
    assert_eq!(stores.get("remark"), Some(&3), "{stores:?}");
}

/// The task of the contracts, as a folder has its files.
struct Brought {
    system: System,
    elsewhere: Elsewhere,
    folder: tempfile::TempDir,
    text: Value,
    _place: tempfile::TempDir,
}

/// Keeps the files of the unit of a table.
struct Keeps {
    inner: Elsewhere,
    table: &'static str,
    kept: PathBuf,
}

impl UnitExecutor for Keeps {
    fn execute(&self, task: &UnitTask, sink: &mut dyn UnitSink) -> Result<UnitLeft, SplitError> {
        if task.table() == self.table {
            let folder = self.inner.folder(task);
            crate::rig::copy_folder(folder.path(), &self.kept);
            std::fs::write(self.kept.join("task.json"), task.to_bytes().unwrap()).unwrap();
        }
        self.inner.execute(task, sink)
    }
}

/// The task of this table of the contracts, with its files in a folder.
fn brought(table: &'static str) -> Brought {
    let system = System::new(decided_contracts(), STAGING_PART_ROWS);
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let (place, roots, ended) =
        system.split(u64::MAX, |inner| Box::new(Keeps { inner, table, kept }));
    ended.unwrap();
    let text = std::fs::read(folder.path().join("kept/task.json")).unwrap();
    Brought {
        elsewhere: system.elsewhere(&roots),
        system,
        text: serde_json::from_slice(&text).unwrap(),
        folder,
        _place: place,
    }
}

impl Brought {
    fn file(&self, list: &str) -> PathBuf {
        let path = self.text[list][0]["path"].as_str().unwrap();
        self.folder.path().join("kept").join(path)
    }

    fn run(&self) -> Result<Kept, SplitError> {
        let mut sink = Kept::default();
        let task = UnitTask::parse(self.text.to_string().as_bytes())?;
        let folder = self.folder.path().join("kept");
        let ended = self.elsewhere.run(&task, &folder, &mut sink);
        if ended.is_err() {
            assert_eq!((sink.rows.len(), sink.decided), (0, 0), "rows were decided");
        }
        ended.map(|_| sink)
    }

    #[track_caller]
    fn refuses(&self, says: &str) {
        let Err(refused) = self.run() else {
            panic!("not refused: {says}");
        };
        assert!(matches!(refused, SplitError::Task(_)), "{refused:?}");
        let said = refused.to_string();
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn a_task_is_refused_where_a_file_is_not_the_one_that_it_was_written_for() {
    let task = brought("remark");
    assert_eq!(task.run().unwrap().decided, 12);
    for list in ["staging", "retailers", "indexes", "parents"] {
        let path = task.file(list);
        let bytes = std::fs::read(&path).unwrap();
        let mut damaged = bytes.clone();
        damaged[bytes.len() / 2] ^= 1;
        std::fs::write(&path, damaged).unwrap();
        task.refuses("is not the file that the task of table `remark` was written for");
        std::fs::remove_file(&path).unwrap();
        task.refuses("is not the file that the task of table `remark` was written for");
        std::fs::write(&path, bytes).unwrap();
    }
    task.run().unwrap();
    // A file that is there, and of which the task does not say what it should be.
    for list in ["indexes", "parents"] {
        let mut less = brought("remark");
        less.text[list] = json!([]);
        less.refuses("is not the file that the task of table `remark` was written for");
    }
}

#[test]
fn a_task_is_refused_where_anything_else_is_not_what_it_was_written_with() {
    let mut task = brought("contract");
    let written = task.text.clone();
    for (term, is, says) in [
        ("tool", "bunri 0.0.1", "is of another version of bunri"),
        (
            "layout",
            "bunri canonical 1",
            "is of another layout of files",
        ),
    ] {
        task.text["terms"][term] = json!(is);
        task.refuses(says);
        task.text = written.clone();
    }
    task.text["stores"] = json!(["retail", "attic"]);
    task.refuses("names the store `attic`");
    task.text = written.clone();
    task.text["table"] = json!("contracts");
    task.refuses("names the table `contracts`");
    task.text = written.clone();

    task.elsewhere.decisions = Decisions::none();
    task.refuses("is of another file of decisions");
    task.elsewhere = task.system.elsewhere(&StoreRoots {
        custody: task.elsewhere.custody.clone(),
        retail: PathBuf::new(),
    });
    task.elsewhere.secrets = RekeySecrets::of([("contract".to_owned(), vec![7; 40])]);
    task.refuses("is of another set of secrets");
    let catalogue = task.system.rig.path("catalogue/tables/remark.toml");
    let changed = std::fs::read_to_string(&catalogue).unwrap() + "# changed\n";
    std::fs::write(&catalogue, changed).unwrap();
    task.elsewhere = task.system.elsewhere(&StoreRoots {
        custody: task.elsewhere.custody.clone(),
        retail: PathBuf::new(),
    });
    task.refuses("is of another catalogue");

    // More rows than its parts have.
    let mut more = brought("contract");
    more.text["rows"] = json!(13);
    let refused = more.run().map(|_| ()).unwrap_err().to_string();
    assert!(
        refused.contains("has 12 rows here, and the rows 0 to 13"),
        "{refused}"
    );
}

#[test]
fn a_task_has_a_schema_and_is_read_by_its_format() {
    let task = brought("remark");
    let rig = &task.system.rig;
    rig.write("task.json", task.text.to_string());
    rig.is_as("split-task.schema.json", &["task.json"]);
    // It holds no value of a record, and no secret.
    let text = task.text.to_string();
    for value in [POINT, "fictional secret", "甲電力", "99010"] {
        assert!(!text.contains(value), "{value}");
    }
    let parsed = |change: &dyn Fn(&mut Value)| {
        let mut text = task.text.clone();
        change(&mut text);
        UnitTask::parse(text.to_string().as_bytes()).map(|_| ())
    };
    parsed(&|_| {}).unwrap();
    let refused = parsed(&|text| text["format"] = json!("bunri.split-task/2"));
    assert!(matches!(refused, Err(TaskError::Format { .. })));
    for change in [
        (|text: &mut Value| text["more"] = json!(1)) as fn(&mut Value),
        |text| text["rows"] = json!(-1),
        |text| text["staging"][0]["path"] = json!("../elsewhere.parquet"),
        |text| text["indexes"][0]["blake3"] = json!("00"),
        |text| text["terms"]["cutover"] = json!("2026-02-30"),
        |text| drop(text.as_object_mut().unwrap().remove("parents")),
    ] {
        let refused = parsed(&change);
        assert!(
            matches!(refused, Err(TaskError::Malformed(_))),
            "{refused:?}"
        );
    }
    assert!(UnitTask::parse(b"{").is_err());
}

/// Brings something else of one table than what its unit came to.
struct Wrong {
    inner: Elsewhere,
    table: &'static str,
    change: fn(&mut Kept, &mut UnitLeft),
}

impl UnitExecutor for Wrong {
    fn execute(&self, task: &UnitTask, sink: &mut dyn UnitSink) -> Result<UnitLeft, SplitError> {
        let mut kept = Kept::default();
        let folder = self.inner.folder(task);
        let mut left = self.inner.run(task, folder.path(), &mut kept)?;
        if task.table() == self.table {
            (self.change)(&mut kept, &mut left);
        }
        for (store, rows) in kept.rows {
            sink.rows(store, rows)?;
        }
        kept.heirs.iter().try_for_each(|lines| sink.heirs(lines))?;
        Ok(left)
    }
}

#[test]
fn what_cannot_be_of_a_units_rows_is_refused_and_no_store_is_finished() {
    let system = System::new(decided_contracts(), STAGING_PART_ROWS);
    type Change = (fn(&mut Kept, &mut UnitLeft), &'static str);
    let changes: [Change; 7] = [
        (
            |_, left| left.stats.staging_rows += 1,
            "another number of rows",
        ),
        (
            |_, left| drop(left.stats.ownership_rows.pop_first()),
            "another number of rows",
        ),
        (
            |_, left| left.stats.store_rows.extend([("retail".to_owned(), 1)]),
            "counts the rows of stores",
        ),
        (
            |_, left| left.met.push(2),
            "met a decision that nobody made",
        ),
        (
            |kept, _| {
                let at = |wanted| move |(store, _): &&(Store, RecordBatch)| *store == wanted;
                let rows = kept.rows.iter().find(at(Store::Transmission)).unwrap();
                let swapped = (Store::Retail, rows.1.clone());
                kept.rows.push(swapped);
            },
            "its columns are not those of the store",
        ),
        (
            |kept, _| kept.heirs[0].clear(),
            "lines for the table's children",
        ),
        (
            |kept, _| {
                let fewer: Vec<usize> = (1..kept.heirs[0][0].num_columns()).collect();
                kept.heirs[0][0] = kept.heirs[0][0].project(&fewer).unwrap();
            },
            "lines for the table's children",
        ),
    ];
    for (change, says) in changes {
        let (_kept, roots, ended) = system.split(u64::MAX, |inner| {
            Box::new(Wrong {
                inner,
                table: "contract",
                change,
            })
        });
        let refused = ended.unwrap_err();
        assert!(matches!(
            refused,
            SplitError::Task(TaskError::Results { .. })
        ));
        let said = refused.to_string();
        assert!(
            said.contains("table `contract`") && said.contains(says),
            "{said}"
        );
        for store in Store::ALL {
            assert!(!roots.of(store).join("manifest.json").exists());
        }
    }
    let (_kept, roots, ended) = system.split(u64::MAX, |inner| Box::new(inner));
    ended.unwrap();
    assert!(roots.retail.join("manifest.json").exists());
}
