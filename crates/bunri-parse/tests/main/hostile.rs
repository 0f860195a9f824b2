//! Catalogues and jobs as chance and ill will write them: a valid value, or mistakes with file and line, in bounded time.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bunri_job::load_job;
use bunri_parse::load;
use bunri_text::Problems;
use proptest::prelude::*;

use crate::damage::places_exist;
use crate::samples::{entries, folder, minimal, overlay};

/// Far above what is needed, on a machine with something else to do; without bounds it would be hours.
const SOON: Duration = Duration::from_secs(60);

fn corpus(below: &str) -> Vec<PathBuf> {
    let files = entries(
        &Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../tests/corpus")
            .join(below),
    );
    assert!(files.len() > 10, "{} files in {below}", files.len());
    files
}

/// Goes on only if there is at least one mistake, each in a place that exists.
fn refused<T: std::fmt::Debug>(
    name: &Path,
    read: impl FnOnce() -> Result<T, Problems>,
) -> Problems {
    let begun = Instant::now();
    let problems = match read() {
        Ok(_) => panic!("{} was accepted", name.display()),
        Err(problems) => problems,
    };
    assert!(
        begun.elapsed() < SOON,
        "{}: {:?}",
        name.display(),
        begun.elapsed()
    );
    assert!(!problems.0.is_empty());
    places_exist(&problems);
    problems
}

/// The smallest catalogue with another text in place of its table of readings.
fn with_table(text: &[u8]) -> tempfile::TempDir {
    let catalogue = minimal();
    fs::write(catalogue.path().join("tables/meter_reading.toml"), text).unwrap();
    catalogue
}

fn job_file(text: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn every_hostile_table_file_is_refused_with_places() {
    for file in corpus("catalogues") {
        let catalogue = with_table(&fs::read(&file).unwrap());
        refused(&file, || load(catalogue.path()));
    }
}

#[test]
fn every_hostile_main_file_is_refused_with_places() {
    for file in corpus("catalogues") {
        let catalogue = minimal();
        fs::copy(&file, catalogue.path().join("catalogue.toml")).unwrap();
        refused(&file, || load(catalogue.path()));
    }
}

#[test]
fn every_hostile_job_is_refused_with_places() {
    for file in corpus("jobs") {
        let (_folder, job) = job_file(&fs::read(&file).unwrap());
        refused(&file, || load_job(&job));
    }
}

#[test]
fn a_file_of_ten_megabytes_is_refused_unread() {
    let text = "x = 1\n".repeat((10 << 20) / 6);
    let name = Path::new("ten megabytes");
    let catalogue = with_table(&text.clone().into_bytes());
    let said = refused(name, || load(catalogue.path())).to_string();
    assert!(said.contains("larger than 1 MiB"), "{said}");
    let (_folder, job) = job_file(text.as_bytes());
    refused(name, || load_job(&job));
}

/// As large as is read at all, and wrong wherever it is looked at.
#[test]
fn a_megabyte_of_mistakes_is_refused_in_bounded_time() {
    let valid =
        fs::read_to_string(folder("valid/minimal").join("tables/meter_reading.toml")).unwrap();
    let full = |piece: &str, rest: usize| piece.repeat((1_000_000 - rest) / piece.len());
    let numbered = |line: fn(usize) -> String, many: usize| (0..many).map(line).collect::<String>();
    let columns = numbered(|at| format!("c{at} = \"own_custmer\"\n"), 40_000);
    let types = numbered(|at| format!("t{at} = \"txt\"\n"), 30_000);
    let values = numbered(|at| format!("\"value{at}\","), 50_000);
    let same = "\"9\",".repeat(200_000);
    let texts = [
        full("x\n", 0),
        full("漢字 = 1\n", 0),
        full("[", 0),
        full("a = 1\n", 0),
        full("[[when]]\n", 0),
        full("é", 0),
        full("\u{feff}", 0),
        full("= ", 0),
        full("\"\"\"", 0),
        valid.replace("[columns]", &format!("[columns]\n{columns}")),
        format!("{valid}\n{types}"),
        valid.replace("key = [", &format!("key = [{values}")),
        valid.replace("key = [", &format!("key = [{same}")),
    ];
    for text in texts {
        assert!(text.len() < 1 << 20, "{}", text.len());
        let name = PathBuf::from(text.chars().take(20).collect::<String>());
        let catalogue = with_table(text.as_bytes());
        refused(&name, || load(catalogue.path()));
        let (_folder, job) = job_file(text.as_bytes());
        refused(&name, || load_job(&job));
    }
}

/// Reading a pipe would wait for ever.
#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("job.toml");
    let made = std::process::Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .unwrap();
    assert!(made.success());
    let said = refused(&pipe, || load_job(&pipe)).to_string();
    assert!(said.contains("not a file"), "{said}");
}

/// Pieces of the language, so that chance gets past the first sign.
fn piece() -> impl Strategy<Value = String> {
    let words = vec![
        "[columns]",
        "[types]",
        "[[when]]",
        "[ledger]",
        "[catalogue]",
        "[release]",
        "table",
        "key",
        "rows",
        "known_at",
        "by",
        "cases",
        "else",
        "if",
        "in",
        "at_least",
        "below",
        "change",
        "basis",
        "all",
        "parent",
        "ledger",
        "column",
        "during",
        "at",
        "match",
        "references",
        "compare",
        "\"own_customer\"",
        "\"any_retailer\"",
        "\"text\"",
        "\"decimal(9,2)\"",
        "\"decimal(99,99)\"",
        "\"\"",
        "\"none\"",
        "2026-04-01",
        "9999-99-99",
        "-9223372036854775809",
        "1e400",
        "nan",
        "true",
        "= ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\n",
        ".",
        "\"",
        "'''",
        "#",
        "\u{feff}",
        "\u{3000}",
        "\0",
        "供給地点",
        "\u{202e}",
        "\\u0000",
    ];
    prop_oneof![
        8 => prop::sample::select(words).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => any::<i64>().prop_map(|number| number.to_string()),
    ]
}

/// Pieces put into a text, or in place of some of it.
fn spoilt(text: &str, changes: &[(usize, usize, Vec<String>)]) -> String {
    let mut text = text.to_owned();
    for (at, gone, pieces) in changes {
        let begin = text.floor_char_boundary(at % (text.len() + 1));
        let end = text.floor_char_boundary((begin + gone).min(text.len()));
        text.replace_range(begin..end, &pieces.concat());
    }
    text
}

fn changes() -> impl Strategy<Value = Vec<(usize, usize, Vec<String>)>> {
    let gone = prop_oneof![Just(0_usize), 0..40_usize];
    prop::collection::vec(
        (any::<usize>(), gone, prop::collection::vec(piece(), 0..4)),
        1..4,
    )
}

/// A catalogue is loaded, or every mistake has a place.
fn loaded(path: &Path) {
    if let Err(problems) = load(path) {
        assert!(!problems.0.is_empty());
        places_exist(&problems);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_spoilt_catalogue_is_valid_or_refused_with_places(which in any::<prop::sample::Index>(), changes in changes()) {
        let copy = tempfile::tempdir().unwrap();
        overlay(&folder("valid/every_rule"), copy.path());
        let mut files = entries(&copy.path().join("tables"));
        files.push(copy.path().join("catalogue.toml"));
        let file = which.get(&files);
        fs::write(file, spoilt(&fs::read_to_string(file).unwrap(), &changes)).unwrap();
        loaded(copy.path());
    }

    #[test]
    fn a_spoilt_job_is_valid_or_refused_with_places(changes in changes()) {
        let valid = fs::read_to_string(folder("jobs/valid/limits_and_ranges.toml")).unwrap();
        let (_folder, path) = job_file(spoilt(&valid, &changes).as_bytes());
        if let Err(problems) = load_job(&path) {
            places_exist(&problems);
        }
    }

    #[test]
    fn any_bytes_are_refused_with_places(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let catalogue = with_table(&bytes);
        refused(Path::new("any bytes"), || load(catalogue.path()));
        let (_folder, job) = job_file(&bytes);
        refused(Path::new("any bytes"), || load_job(&job));
    }

    #[test]
    fn pieces_of_the_language_in_any_order_are_refused_with_places(pieces in prop::collection::vec(piece(), 0..60)) {
        let catalogue = with_table(pieces.concat().as_bytes());
        loaded(catalogue.path());
    }
}
