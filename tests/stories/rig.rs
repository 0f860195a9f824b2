//! The rig of a story: a folder that vanishes, a sample in it, and the real binary to run there.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::job::Job;

/// The folders of the stores, as ordinary jobs name them.
pub(crate) const STORES: [&str; 3] = ["retail", "custody/transmission", "custody/quarantine"];

/// The folder in which a story happens.
pub(crate) struct Rig {
    folder: TempDir,
}

/// How a program ended and everything it printed.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Rig {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self {
            folder: tempfile::Builder::new()
                .prefix("bunri-story-")
                .tempdir()
                .unwrap(),
        }
    }

    /// The fictional utility's legacy system in `legacy.db`, and an ordinary job in `job.toml`.
    pub(crate) fn with_sample(points: u32) -> Self {
        let rig = Self::empty();
        let points = points.to_string();
        rig.bunri(["sample", "--points", &points, "--out", "legacy.db"])
            .must(0);
        rig.job(&Job::default());
        rig
    }

    /// The smallest sample, split and ready to be verified.
    pub(crate) fn split() -> Self {
        let rig = Self::with_sample(60);
        rig.bunri(["extract", "job.toml"]).must(1);
        rig.bunri(["split", "job.toml"]).must(1);
        rig
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Writes `job.toml`.
    pub(crate) fn job(&self, job: &Job) {
        self.write("job.toml", job.text());
    }

    pub(crate) fn write(&self, below: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(below), content).unwrap();
    }

    pub(crate) fn read(&self, below: &str) -> String {
        std::fs::read_to_string(self.path(below)).unwrap_or_else(|error| panic!("{below}: {error}"))
    }

    pub(crate) fn json(&self, below: &str) -> Value {
        serde_json::from_str(&self.read(below)).unwrap_or_else(|error| panic!("{below}: {error}"))
    }

    /// Replaces a text that must be there.
    pub(crate) fn edit(&self, below: &str, from: &str, to: &str) {
        let text = self.read(below);
        assert!(text.contains(from), "{below} does not hold {from:?}");
        self.write(below, text.replace(from, to));
    }

    /// The shipped catalogue as a copy of this story's own, in `catalogue/`.
    pub(crate) fn own_catalogue(&self) {
        copy_folder(
            &repository().join("schemas/denryoku"),
            &self.path("catalogue"),
        );
        self.job(&Job {
            catalogue: "catalogue".to_owned(),
            ..Job::default()
        });
    }

    /// Changes the legacy system.
    pub(crate) fn sql(&self, statements: &str) {
        let database = rusqlite::Connection::open(self.path("legacy.db")).unwrap();
        database.execute_batch(statements).unwrap();
    }

    /// Runs the real binary in the rig's folder.
    pub(crate) fn bunri<const N: usize>(&self, arguments: [&str; N]) -> Ended {
        Ended::of(self.command().args(arguments))
    }

    /// The real binary, about to start in the rig's folder.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(binary());
        command.current_dir(self.root());
        command
    }

    /// Runs a command on the job that must end early with this code: no store looks complete afterwards, and
    /// nothing printed or noted holds a value of a record.
    #[track_caller]
    pub(crate) fn refused(&self, command: &str, code: i32) -> Ended {
        let ended = self.bunri([command, "job.toml"]).must(code);
        for store in STORES {
            assert!(
                !self.path(store).join("manifest.json").exists(),
                "{store} looks complete; {ended}"
            );
        }
        self.holds_no_value(&ended);
        ended
    }

    /// Nothing printed holds a planted value. Values of keys may be named; codes, days and numbers are too short to tell.
    #[track_caller]
    pub(crate) fn holds_no_value(&self, ended: &Ended) {
        let list = self.json("legacy.db.planted.json");
        let entries = list.as_array().unwrap().iter();
        let values: Vec<&str> = entries
            .filter(|entry| {
                entry["key"]
                    .get(entry["column"].as_str().unwrap())
                    .is_none()
            })
            .filter_map(|entry| entry["value"].as_str())
            .filter(|value| {
                value.chars().count() > 6 && value.chars().any(|sign| !sign.is_ascii_digit())
            })
            // A day may be another row's key.
            .filter(|value| !begins_with_a_year(value))
            .collect();
        assert!(
            values.len() > 300,
            "{} planted values are too few to look for",
            values.len()
        );
        for value in values {
            assert!(
                !ended.out.contains(value) && !ended.err.contains(value),
                "{value:?} was printed; {ended}"
            );
        }
    }

    /// Runs one of `tests/python` in the rig's folder, in the environment that `make test` makes.
    pub(crate) fn python<I, S>(&self, script: &str, arguments: I) -> Ended
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let script = repository().join("tests/python").join(script);
        let mut python = Command::new(python());
        // No traces of a test run in the checkout.
        python
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(self.root());
        Ended::of(python.arg(script).args(arguments))
    }

    /// Documents that must be as a published schema says.
    #[track_caller]
    pub(crate) fn is_as(&self, schema: &str, documents: &[&str]) {
        let schema = repository().join("schemas").join(schema);
        let schema = schema.to_str().unwrap().to_owned();
        let arguments = std::iter::once(schema.as_str()).chain(documents.iter().copied());
        self.python("schemas.py", arguments)
            .must(0)
            .prints(" 0 complaints");
    }

    /// A key of this name in `NAME.pem`; its public half, in hex.
    pub(crate) fn key(&self, who: &str) -> String {
        let file = format!("{who}.pem");
        let ended = self.bunri(["key", "new", "--out", &file]).must(0);
        let line = ended
            .out
            .lines()
            .find_map(|line| line.strip_prefix("public key"));
        line.unwrap().trim().to_owned()
    }

    /// The first planted cell of this trap in a column of a table that has this fate in retail.
    pub(crate) fn planted(&self, trap: &str, table: &str, column: &str, retail: &str) -> Value {
        let list = self.json("legacy.db.planted.json");
        let wanted = |entry: &&Value| {
            entry["trap"] == trap
                && entry["table"] == table
                && entry["column"] == column
                && entry["expect"]["retail"] == retail
        };
        let found = list.as_array().unwrap().iter().find(wanted);
        found
            .unwrap_or_else(|| panic!("nothing planted as {trap} in {table}.{column}"))
            .clone()
    }

    /// Damages a table of a store and reseals the store, so that every digest is right again.
    pub(crate) fn tamper<const N: usize>(&self, store: &str, table: &str, edits: [Value; N]) {
        let damage = json!({"table": table, "edits": edits.to_vec()});
        self.write("damage.json", damage.to_string());
        self.python("tamper.py", [store, "damage.json"]).must(0);
    }
}

impl Ended {
    pub(crate) fn of(command: &mut Command) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = command
            .output()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("bunri prints UTF-8");
        Self {
            code: status.code(),
            out: text(stdout),
            err: text(stderr),
        }
    }

    /// Goes on only after this exit code; otherwise everything is shown.
    #[track_caller]
    pub(crate) fn must(self, code: i32) -> Self {
        assert!(
            self.code == Some(code),
            "exit code {code} was expected; {self}"
        );
        self
    }

    /// Goes on only if this was said on standard error.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(
            self.err.contains(text),
            "{text:?} was expected on standard error; {self}"
        );
        self
    }

    /// Goes on only if this was printed on standard output.
    #[track_caller]
    pub(crate) fn prints(self, text: &str) -> Self {
        assert!(
            unwrapped(&self.out).contains(&unwrapped(text)),
            "{text:?} was expected on standard output; {self}"
        );
        self
    }

    /// Goes on only if nothing printed holds this.
    #[track_caller]
    pub(crate) fn never_says(self, text: &str) -> Self {
        assert!(
            !self.err.contains(text) && !unwrapped(&self.out).contains(&unwrapped(text)),
            "{text:?} was printed; {self}"
        );
        self
    }
}

/// Words with one space between: where a line of the screen ends is its width's matter.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, out, err } = self;
        write!(
            formatter,
            "exit code {code:?}\n--- standard output\n{out}--- standard error\n{err}---"
        )
    }
}

/// The checkout that these tests were built from.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The binary stands beside the folder of the test executables: `cargo build --workspace` puts it there.
pub(crate) fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let binary = test.parent().and_then(Path::parent).unwrap().join("bunri");
    assert!(
        binary.is_file(),
        "{} is missing; type `make test`",
        binary.display()
    );
    binary
}

/// Python with what tests/requirements.txt pins.
pub(crate) fn python() -> PathBuf {
    let home = std::env::var_os("HOME")
        .map(PathBuf::from)
        .unwrap_or_default();
    let venv = std::env::var_os("BUNRI_VENV").map(PathBuf::from);
    let python = venv
        .unwrap_or_else(|| home.join(".cache/bunri/venv"))
        .join("bin/python");
    assert!(
        python.is_file(),
        "{} is missing; type `make test`",
        python.display()
    );
    python
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// As `2026-01-15` does, and `2026/01/15`.
fn begins_with_a_year(value: &str) -> bool {
    let mut signs = value.chars();
    let year = signs.by_ref().take(4).all(|sign| sign.is_ascii_digit());
    year && matches!(signs.next(), Some('-' | '/'))
}
