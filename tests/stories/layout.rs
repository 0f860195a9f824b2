//! The layout of design: arrows between the crates point one way, verification stands apart from what it verifies,
//! there is one Arrow, every licence is permissive, and no crate is too large. Asked of cargo and of the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::rig::{Ended, repository};

/// Crate, and the crates of ours that it knows: these and no others, so that the list is the picture.
const ARROWS: [(&str, &[&str]); 56] = [
    ("bunri-manifest", &[]),
    ("bunri-evidence", &["bunri-manifest"]),
    ("bunri-names", &[]),
    ("bunri-legacy", &[]),
    ("bunri-sample", &["bunri-legacy"]),
    ("bunri-spelling", &[]),
    ("bunri-types", &[]),
    ("bunri-work", &[]),
    ("bunri-fingerprint", &["bunri-types"]),
    ("bunri-report", &["bunri-manifest"]),
    ("bunri-text", &["bunri-types"]),
    ("bunri-catalogue", &["bunri-text", "bunri-types"]),
    ("bunri-security", &["bunri-text", "bunri-types"]),
    (
        "bunri-access",
        &["bunri-security", "bunri-types", "bunri-work"],
    ),
    (
        "bunri-supplier",
        &[
            "bunri-catalogue",
            "bunri-evaluator",
            "bunri-job",
            "bunri-source",
            "bunri-types",
        ],
    ),
    ("bunri-answers", &["bunri-catalogue", "bunri-text"]),
    (
        "bunri-residue",
        &["bunri-manifest", "bunri-report", "bunri-work"],
    ),
    (
        "bunri-columnar",
        &["bunri-catalogue", "bunri-manifest", "bunri-types"],
    ),
    (
        "bunri-decisions",
        &["bunri-catalogue", "bunri-text", "bunri-types"],
    ),
    ("bunri-terminal", &["bunri-columnar"]),
    ("bunri-explain", &["bunri-catalogue", "bunri-types"]),
    (
        "bunri-export",
        &["bunri-catalogue", "bunri-manifest", "bunri-types"],
    ),
    (
        "bunri-page",
        &["bunri-catalogue", "bunri-manifest", "bunri-report"],
    ),
    (
        "bunri-parse",
        &["bunri-catalogue", "bunri-text", "bunri-types"],
    ),
    (
        "bunri-evaluator",
        &["bunri-catalogue", "bunri-decisions", "bunri-types"],
    ),
    (
        "bunri-selection",
        &["bunri-manifest", "bunri-text", "bunri-types"],
    ),
    (
        "bunri-handover",
        &[
            "bunri-evidence",
            "bunri-job",
            "bunri-manifest",
            "bunri-selection",
            "bunri-text",
            "bunri-types",
        ],
    ),
    (
        "bunri-emergency",
        &[
            "bunri-evidence",
            "bunri-job",
            "bunri-manifest",
            "bunri-selection",
            "bunri-text",
        ],
    ),
    (
        "bunri-retire",
        &["bunri-columnar", "bunri-evidence", "bunri-manifest"],
    ),
    (
        "bunri-job",
        &[
            "bunri-catalogue",
            "bunri-decisions",
            "bunri-evidence",
            "bunri-text",
            "bunri-types",
        ],
    ),
    (
        "bunri-leak",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-manifest",
            "bunri-report",
            "bunri-spelling",
            "bunri-types",
            "bunri-work",
        ],
    ),
    (
        "bunri-extract",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-job",
            "bunri-manifest",
            "bunri-source",
            "bunri-types",
            "bunri-work",
        ],
    ),
    ("bunri-postgresql", &["bunri-job", "bunri-manifest"]),
    ("bunri-odbc", &["bunri-job", "bunri-manifest"]),
    (
        "bunri-source-odbc",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-job",
            "bunri-manifest",
            "bunri-odbc",
            "bunri-source-model",
            "bunri-types",
        ],
    ),
    (
        "bunri-load",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-fingerprint",
            "bunri-job",
            "bunri-manifest",
            "bunri-postgresql",
            "bunri-types",
            "bunri-work",
        ],
    ),
    (
        "bunri-source",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-job",
            "bunri-manifest",
            "bunri-odbc",
            "bunri-postgresql",
            "bunri-source-delimited",
            "bunri-source-model",
            "bunri-source-odbc",
            "bunri-types",
        ],
    ),
    (
        "bunri-source-delimited",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-job",
            "bunri-manifest",
            "bunri-source-model",
            "bunri-types",
        ],
    ),
    (
        "bunri-source-model",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-manifest",
            "bunri-odbc",
            "bunri-postgresql",
            "bunri-types",
            "bunri-work",
        ],
    ),
    (
        "bunri-inspect",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-job",
            "bunri-names",
            "bunri-source",
            "bunri-text",
            "bunri-types",
            "bunri-work",
        ],
    ),
    (
        "bunri-incident",
        &[
            "bunri-catalogue",
            "bunri-page",
            "bunri-security",
            "bunri-text",
            "bunri-types",
        ],
    ),
    (
        "bunri-redecide",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-decisions",
            "bunri-evaluator",
            "bunri-fingerprint",
            "bunri-job",
            "bunri-types",
        ],
    ),
    ("bunri-vectorized", &["bunri-catalogue", "bunri-types"]),
    (
        "bunri-index",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-manifest",
            "bunri-types",
            "bunri-vectorized",
            "bunri-work",
        ],
    ),
    (
        "bunri-split",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-decisions",
            "bunri-index",
            "bunri-job",
            "bunri-manifest",
            "bunri-text",
            "bunri-types",
            "bunri-vectorized",
            "bunri-work",
        ],
    ),
    (
        "bunri-prove",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-decisions",
            "bunri-fingerprint",
            "bunri-manifest",
            "bunri-redecide",
            "bunri-split",
            "bunri-types",
        ],
    ),
    (
        "bunri-plan",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-decisions",
            "bunri-evaluator",
            "bunri-explain",
            "bunri-manifest",
            "bunri-redecide",
            "bunri-report",
            "bunri-types",
            "bunri-work",
        ],
    ),
    (
        "bunri-reread",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-job",
            "bunri-manifest",
            "bunri-odbc",
            "bunri-postgresql",
            "bunri-report",
            "bunri-types",
            "bunri-work",
        ],
    ),
    (
        "bunri-compare",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-fingerprint",
            "bunri-leak",
            "bunri-manifest",
            "bunri-redecide",
            "bunri-report",
            "bunri-residue",
            "bunri-types",
            "bunri-work",
        ],
    ),
    (
        "bunri-control",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-job",
            "bunri-manifest",
            "bunri-report",
            "bunri-text",
            "bunri-types",
        ],
    ),
    (
        "bunri-records",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-decisions",
            "bunri-evidence",
            "bunri-manifest",
            "bunri-report",
            "bunri-types",
        ],
    ),
    (
        "bunri-verify",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-compare",
            "bunri-control",
            "bunri-decisions",
            "bunri-evaluator",
            "bunri-evidence",
            "bunri-fingerprint",
            "bunri-job",
            "bunri-leak",
            "bunri-manifest",
            "bunri-records",
            "bunri-redecide",
            "bunri-report",
            "bunri-residue",
            "bunri-text",
            "bunri-types",
            "bunri-work",
        ],
    ),
    ("bunri-arguments", &["bunri-terminal"]),
    (
        "bunri-review",
        &[
            "bunri-answers",
            "bunri-arguments",
            "bunri-columnar",
            "bunri-inspect",
            "bunri-job",
            "bunri-terminal",
        ],
    ),
    (
        "bunri-workplace",
        &[
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-control",
            "bunri-decisions",
            "bunri-extract",
            "bunri-job",
            "bunri-manifest",
            "bunri-parse",
            "bunri-plan",
            "bunri-records",
            "bunri-redecide",
            "bunri-retire",
            "bunri-source",
            "bunri-split",
            "bunri-text",
            "bunri-types",
            "bunri-verify",
        ],
    ),
    (
        "bunri",
        &[
            "bunri-access",
            "bunri-answers",
            "bunri-arguments",
            "bunri-catalogue",
            "bunri-columnar",
            "bunri-control",
            "bunri-decisions",
            "bunri-emergency",
            "bunri-evidence",
            "bunri-explain",
            "bunri-export",
            "bunri-extract",
            "bunri-handover",
            "bunri-incident",
            "bunri-inspect",
            "bunri-job",
            "bunri-load",
            "bunri-manifest",
            "bunri-page",
            "bunri-parse",
            "bunri-plan",
            "bunri-prove",
            "bunri-records",
            "bunri-redecide",
            "bunri-report",
            "bunri-reread",
            "bunri-residue",
            "bunri-retire",
            "bunri-review",
            "bunri-sample",
            "bunri-selection",
            "bunri-security",
            "bunri-source",
            "bunri-split",
            "bunri-supplier",
            "bunri-terminal",
            "bunri-text",
            "bunri-types",
            "bunri-verify",
            "bunri-workplace",
        ],
    ),
];

/// Licences that ask for no more than to be named.
const PERMISSIVE: [&str; 15] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

fn cargo<const N: usize>(arguments: [&str; N]) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    Ended::of(
        cargo
            .current_dir(repository())
            .args(arguments)
            .args(["--offline", "--locked"]),
    )
    .must(0)
    .out
}

/// A larger crate is not read as a whole any more. See [`lines_without_tests`].
const MOST_LINES: usize = 6_000;

/// The crates of the workspace, as their manifests declare them.
fn metadata() -> Value {
    serde_json::from_str(&cargo(["metadata", "--no-deps", "--format-version", "1"])).unwrap()
}

/// Name, version and licence of everything that the workspace is built and tested with on this platform.
fn packages() -> BTreeSet<[String; 3]> {
    let edges = "normal,build,dev";
    let lines = cargo([
        "tree",
        "--workspace",
        "--edges",
        edges,
        "--prefix",
        "none",
        "--format",
        "{p}\t{l}",
    ]);
    let package = |line: &str| {
        let (package, licence) = line.split_once('\t').unwrap_or_else(|| panic!("{line:?}"));
        let mut words = package.split(' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        [word(), word(), licence.trim_end_matches(" (*)").to_owned()]
    };
    lines
        .lines()
        .filter(|line| !line.is_empty())
        .map(package)
        .collect()
}

/// What a crate is built from, by name, as its manifest declares it.
fn declared(metadata: &Value, of: &str) -> BTreeSet<String> {
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages
        .iter()
        .find(|package| package["name"] == of)
        .unwrap_or_else(|| panic!("{of} is missing"));
    let normal = package["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["kind"] != "dev");
    normal
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Names of everything that a crate is built from.
fn tree(of: &str) -> BTreeSet<String> {
    let lines = cargo([
        "tree",
        "--package",
        of,
        "--edges",
        "normal,build",
        "--prefix",
        "none",
    ]);
    lines
        .lines()
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect()
}

#[test]
fn every_arrow_between_our_crates_is_one_of_the_design() {
    let metadata = metadata();
    for (name, allowed) in ARROWS {
        let ours: BTreeSet<String> = declared(&metadata, name)
            .into_iter()
            .filter(|known| known.starts_with("bunri"))
            .collect();
        let listed = allowed.iter().map(|&known| known.to_owned()).collect();
        assert_eq!(ours, listed, "what {name} knows");
    }
}

#[test]
fn no_crate_of_the_workspace_is_left_out_of_the_design() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let members = metadata["workspace_members"].as_array().unwrap();
    let known: BTreeSet<&str> = ARROWS
        .iter()
        .map(|(name, _)| *name)
        .chain(["bunri-stories"])
        .collect();
    let there: BTreeSet<&str> = packages
        .iter()
        .filter(|package| members.contains(&package["id"]))
        .map(|package| package["name"].as_str().unwrap())
        .collect();
    assert_eq!(there, known);
}

#[test]
fn verification_and_what_it_asks_hold_neither_splitting_nor_extraction_nor_polars() {
    for of in ["bunri-redecide", "bunri-verify"] {
        let tree = tree(of);
        assert!(
            tree.contains("bunri-catalogue") && tree.contains("parquet"),
            "{of}: {tree:?}"
        );
        let forbidden: Vec<&String> = tree
            .iter()
            .filter(|name| {
                name.starts_with("polars")
                    || [
                        "bunri-split",
                        "bunri-index",
                        "bunri-vectorized",
                        "bunri-extract",
                        "bunri-source",
                        "rusqlite",
                    ]
                    .contains(&name.as_str())
            })
            .collect();
        assert!(forbidden.is_empty(), "{of}: {forbidden:?}");
    }
}

#[test]
fn text_catalogue_job_evaluator_explanation_and_manifest_know_no_arrow() {
    for name in [
        "bunri-types",
        "bunri-text",
        "bunri-answers",
        "bunri-catalogue",
        "bunri-names",
        "bunri-parse",
        "bunri-decisions",
        "bunri-job",
        "bunri-evaluator",
        "bunri-explain",
        "bunri-export",
        "bunri-manifest",
        "bunri-names",
        "bunri-page",
        "bunri-report",
        "bunri-spelling",
    ] {
        let arrow: Vec<String> = tree(name)
            .into_iter()
            .filter(|name| {
                name.starts_with("arrow") || name == "parquet" || name.starts_with("polars")
            })
            .collect();
        assert!(arrow.is_empty(), "{name}: {arrow:?}");
    }
}

/// Who decides depends on what a catalogue means, not on how its text is read: a changed syntax builds none of them anew.
#[test]
fn what_decides_does_not_hold_the_parser() {
    for of in [
        "bunri-evaluator",
        "bunri-index",
        "bunri-redecide",
        "bunri-split",
        "bunri-vectorized",
        "bunri-verify",
    ] {
        assert!(!tree(of).contains("bunri-parse"), "{of}");
    }
}

#[test]
fn polars_is_known_to_one_crate() {
    let metadata = metadata();
    let users: Vec<&str> = ARROWS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| {
            declared(&metadata, name)
                .iter()
                .any(|known| known.starts_with("polars"))
        })
        .collect();
    assert_eq!(users, ["bunri-vectorized"]);
}

#[test]
fn there_is_one_version_of_arrow_and_parquet() {
    let lock = std::fs::read_to_string(repository().join("Cargo.lock")).unwrap();
    let mut versions: BTreeMap<&str, u32> = BTreeMap::new();
    for name in lock
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
    {
        if name.starts_with("arrow-") || name == "parquet" {
            *versions.entry(name).or_default() += 1;
        }
    }
    assert!(versions.contains_key("arrow-array") && versions.contains_key("parquet"));
    assert!(
        versions.values().all(|&versions| versions == 1),
        "{versions:?}"
    );
}

/// Whether an SPDX expression can be satisfied with permissive licences: `OR` offers a choice, `AND` does not.
fn permissive(expression: &str) -> bool {
    let plain = expression.replace(['(', ')'], "").replace('/', " OR ");
    plain.split(" AND ").all(|all| {
        all.split(" OR ")
            .any(|one| PERMISSIVE.contains(&one.trim()))
    })
}

#[test]
fn every_licence_is_permissive() {
    let packages = packages();
    assert!(packages.len() > 100, "{} packages", packages.len());
    let others: Vec<_> = packages
        .iter()
        .filter(|[_, _, licence]| !permissive(licence))
        .collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn a_licence_that_is_not_permissive_would_be_seen() {
    for licence in [
        "GPL-3.0-only",
        "MIT AND AGPL-3.0-only",
        "none",
        "LGPL-2.1-or-later",
        "MPL-2.0",
    ] {
        assert!(!permissive(licence), "{licence}");
    }
    assert!(permissive("(MIT OR Apache-2.0) AND Unicode-3.0") && permissive("MIT OR GPL-2.0-only"));
}

/// The lines of a crate without tests: every line of every file below `src`, code, comments and blank lines alike, but for
/// modules behind `#[cfg(test)]`, whether they stand in a file of something else or in files of their own.
fn lines_without_tests(folder: &Path) -> usize {
    let mut files = BTreeMap::new();
    read_sources(folder, &mut files);
    let mut tests = BTreeSet::new();
    let mut lines = BTreeMap::new();
    for (path, text) in &files {
        let (kept, modules) = without_tests(text);
        lines.insert(path, kept);
        // A module's own modules lie beside it if it is the root of a folder, and below a folder of its name if not.
        let is_root = ["lib", "main", "mod"]
            .map(OsStr::new)
            .contains(&path.file_stem().unwrap());
        let below = if is_root {
            path.parent().unwrap().to_path_buf()
        } else {
            path.with_extension("")
        };
        tests.extend(modules.into_iter().map(|module| below.join(module)));
    }
    let is_test = |path: &Path| {
        path.ancestors()
            .any(|above| tests.contains(&above.with_extension("")))
    };
    let kept = lines.into_iter().filter(|(path, _)| !is_test(path));
    kept.map(|(_, lines)| lines).sum()
}

fn read_sources(folder: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_sources(&path, files);
        } else if path.extension() == Some(OsStr::new("rs")) {
            files.insert(path.clone(), std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// How many lines are no tests, and the names of modules of tests that stand in files of their own.
fn without_tests(text: &str) -> (usize, Vec<String>) {
    let lines: Vec<&str> = text.lines().collect();
    let (mut kept, mut modules, mut at) = (0, Vec::new(), 0);
    while at < lines.len() {
        if lines[at].trim() == "#[cfg(test)]" {
            // Other attributes may stand between.
            let attributes = lines[at..].iter();
            let item = at
                + attributes
                    .take_while(|line| line.trim().starts_with("#["))
                    .count();
            let (indent, words) =
                lines[item].split_at(lines[item].len() - lines[item].trim_start().len());
            let module = ["mod ", "pub mod ", "pub(crate) mod "]
                .iter()
                .find_map(|declared| words.strip_prefix(declared));
            // What is no module is code that is built for tests alone, and is counted.
            if let Some(module) = module {
                at = item + 1;
                if let Some(name) = module.strip_suffix(';') {
                    modules.push(name.to_owned());
                } else {
                    let end = format!("{indent}}}");
                    at += 1 + lines[at..].iter().position(|line| **line == end).unwrap();
                }
                continue;
            }
        }
        kept += 1;
        at += 1;
    }
    (kept, modules)
}

#[test]
fn no_crate_is_too_large_to_be_read_as_a_whole() {
    for (name, _) in ARROWS {
        let lines = lines_without_tests(&repository().join("crates").join(name).join("src"));
        assert!(
            lines <= MOST_LINES,
            "{name} has {lines} lines without tests"
        );
    }
}

/// An auditor reads every decision in an hour (docs/auditor.md).
const MOST_LINES_OF_DECISIONS: usize = 1_800;

#[test]
fn what_decides_is_read_in_an_hour() {
    let lines = lines_without_tests(&repository().join("crates/bunri-evaluator/src"));
    assert!(
        (1_000..MOST_LINES_OF_DECISIONS).contains(&lines),
        "{lines} lines"
    );
}

#[test]
fn what_is_a_test_is_not_counted_and_everything_else_is() {
    let text = "//! What.\n\nfn f() {}\n\n#[cfg(test)]\nmod other;\n\n#[cfg(test)]\nfn only_for_tests() {}\n\n\
                #[cfg(test)]\n#[path = \"x.rs\"]\nmod tests {\n    fn g() {\n    }\n}\nfn last() {}\n";
    // All but the two modules with their attributes.
    assert_eq!(without_tests(text), (9, vec!["other".to_owned()]));
}
