//! Every job in `jobs/valid` is accepted together with its catalogue; every one in `jobs/invalid` is refused
//! with the exact text of the file `NAME.txt` beside `NAME.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use bunri_job::{JobKind, Source, check_job, load_decisions, load_job};
use bunri_parse::load;
use bunri_text::Problems;

use crate::samples::{agrees, entries, folder};

fn refusal(path: &Path) -> Result<(), Problems> {
    let job = load_job(path)?;
    let catalogue = load(&job.catalogue)?;
    check_job(&job, &catalogue)?;
    load_decisions(&job, &catalogue).map(|_| ())
}

#[test]
fn every_valid_job_is_accepted() {
    for path in entries(&folder("jobs/valid")) {
        if let Err(problems) = refusal(&path) {
            panic!("{problems}");
        }
    }
}

#[test]
fn every_invalid_job_is_refused_in_its_own_words() {
    let jobs = folder("jobs");
    let files = entries(&jobs.join("invalid"));
    let texts: Vec<PathBuf> = files
        .iter()
        .map(|file| file.with_extension("txt"))
        .collect();
    let mut wrong = Vec::new();
    for file in &files {
        assert!(
            texts.contains(&file.with_extension("txt")),
            "{} is stray",
            file.display()
        );
        if file
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let said = match refusal(file) {
                Ok(()) => "nothing: the job was accepted\n".to_owned(),
                Err(problems) => format!("{problems}\n")
                    .replace(&format!("{}/", jobs.display()), "")
                    .replace(
                        &format!("{}/", folder("").display()).replace("//", "/"),
                        "../",
                    ),
            };
            wrong.extend(agrees(&file.with_extension("txt"), &said).err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_job_without_limits_gets_two_gibibytes_and_paths_beside_its_file() {
    let path = folder("jobs/valid/rehearsal.toml");
    let job = load_job(&path).unwrap();
    let beside = path.parent().unwrap();
    assert_eq!(job.kind, JobKind::Rehearsal);
    assert_eq!(job.cutover, 20_544);
    assert_eq!(job.memory, 2 << 30);
    assert!((1..=64).contains(&job.threads));
    assert_eq!(job.source, Source::Sqlite(beside.join("legacy.db")));
    assert_eq!(job.retail, beside.join("out/retail"));
}

#[test]
fn a_cutover_with_the_right_pin_and_a_basis_everywhere_is_accepted() {
    let run = tempfile::tempdir().unwrap();
    crate::samples::overlay(&folder("valid/minimal"), &run.path().join("catalogue"));
    for table in entries(&run.path().join("catalogue/tables")) {
        let text = fs::read_to_string(&table).unwrap();
        fs::write(&table, format!("basis = \"guideline of 2023-12\"\n{text}")).unwrap();
    }
    let catalogue = load(&run.path().join("catalogue")).unwrap();
    assert!(catalogue.without_basis().is_empty());
    let digest = catalogue.digest;
    let text = fs::read_to_string(folder("jobs/valid/rehearsal.toml")).unwrap();
    let pinned = format!("path = \"catalogue\"\nblake3 = \"{digest}\"");
    let text = text
        .replace("kind = \"rehearsal\"", "kind = \"cutover\"")
        .replace("path = \"../../valid/minimal\"", &pinned);
    fs::write(run.path().join("job.toml"), text).unwrap();
    if let Err(problems) = refusal(&run.path().join("job.toml")) {
        panic!("{problems}");
    }
    // Whoever expects something of a cutover expects no less than that all its checks hold.
    let job = fs::read_to_string(run.path().join("job.toml")).unwrap();
    let expecting = format!("{job}\n[expect]\nclaims = [\"C1\", \"C2\", \"C3\", \"C5\"]\n");
    fs::write(run.path().join("job.toml"), expecting).unwrap();
    let refused = refusal(&run.path().join("job.toml")).unwrap_err();
    assert!(
        refused.to_string().contains("`claims` lacks `C4`, `C6`"),
        "{refused}"
    );
}

#[cfg(unix)]
#[test]
fn a_link_does_not_hide_that_retail_lies_inside_custody() {
    let run = tempfile::tempdir().unwrap();
    fs::create_dir_all(run.path().join("out/custody")).unwrap();
    std::os::unix::fs::symlink(run.path().join("out/custody"), run.path().join("elsewhere"))
        .unwrap();
    let text = fs::read_to_string(folder("jobs/valid/rehearsal.toml")).unwrap();
    let text = text.replace("out/retail", "elsewhere/retail");
    fs::write(run.path().join("job.toml"), text).unwrap();
    let refused = load_job(&run.path().join("job.toml")).unwrap_err();
    assert!(
        refused.to_string().contains("lie inside one another"),
        "{refused}"
    );
}
