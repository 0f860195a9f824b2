//! From a folder to a checked catalogue: its files found, read, understood, and handed on to be looked up and checked.

use std::fs;
use std::path::{Path, PathBuf};

use bunri_catalogue::draft::{CatalogueDraft, TableDraft, Written};
use bunri_catalogue::{Catalogue, digest_files};
use bunri_text::{Log, Problems, Section, SourceFile, Spot, decode, parse_toml, read_file};

use crate::read;

pub(crate) const MAIN: &str = "catalogue.toml";
const TABLES: &str = "tables";

/// Reads and checks a catalogue: a folder with `catalogue.toml` and `tables/*.toml`, or that `catalogue.toml`.
///
/// # Errors
/// Every mistake at once, each with file, line and column.
pub fn load(path: &Path) -> Result<Catalogue, Problems> {
    let folder = folder_of(path)?;
    let mut relative = vec![MAIN.to_owned()];
    relative.extend(table_files(&folder)?);
    let contents = read_all(&folder, &relative)?;
    let digest = digest_files(&contents);

    let mut log = Log::default();
    let files: Vec<SourceFile> = contents
        .into_iter()
        .enumerate()
        .map(|(file, (name, bytes))| decode(file, folder.join(name), bytes, &mut log))
        .collect();
    match drafts(&files, &mut log) {
        Some((main, tables)) => {
            let written = Written {
                main,
                tables,
                names: &relative,
                files: &files,
                digest,
            };
            Catalogue::from_drafts(written, log)
        }
        None => Err(log.into_problems(&files)),
    }
}

pub(crate) fn folder_of(path: &Path) -> Result<PathBuf, Problems> {
    if path.is_dir() {
        return Ok(path.to_owned());
    }
    if !path.exists() {
        return Err(Problems::whole(path, "there is no such file or folder"));
    }
    if path.file_name().is_none_or(|name| name != MAIN) {
        let message =
            format!("a catalogue is a folder with `{MAIN}` and `{TABLES}/`, or that `{MAIN}`");
        return Err(Problems::whole(path, message));
    }
    Ok(path.parent().map(Path::to_owned).unwrap_or_default())
}

/// The table files by their path inside the catalogue, sorted. Hidden files are an editor's; any other stray
/// entry could be a table that somebody believes to be classified, so it is refused.
pub(crate) fn table_files(folder: &Path) -> Result<Vec<String>, Problems> {
    let tables = folder.join(TABLES);
    let unreadable = |error: std::io::Error| {
        Problems::whole(&tables, format!("the folder cannot be read: {error}"))
    };
    let mut names = Vec::new();
    let mut strays = Vec::new();
    for entry in fs::read_dir(&tables).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        if name.ends_with(".toml") && entry.path().is_file() {
            names.push(format!("{TABLES}/{name}"));
        } else {
            strays.push(entry.path());
        }
    }
    if !strays.is_empty() {
        strays.sort();
        return Err(refuse_strays(strays));
    }
    if names.is_empty() {
        return Err(Problems::whole(
            &tables,
            "no table: every table of the source needs a file here",
        ));
    }
    names.sort();
    Ok(names)
}

fn refuse_strays(strays: Vec<PathBuf>) -> Problems {
    let message =
        "not a table file: this folder holds one `*.toml` file per table and nothing else";
    let problems = strays
        .into_iter()
        .map(|stray| Problems::whole(stray, message));
    Problems(problems.flat_map(|problems| problems.0).collect())
}

pub(crate) fn read_all(
    folder: &Path,
    relative: &[String],
) -> Result<Vec<(String, Vec<u8>)>, Problems> {
    let mut contents = Vec::new();
    let mut problems = Vec::new();
    for name in relative {
        let path = folder.join(name);
        match read_file(&path) {
            Ok(bytes) => contents.push((name.clone(), bytes)),
            Err(why) => problems.extend(Problems::whole(path, why).0),
        }
    }
    if problems.is_empty() {
        Ok(contents)
    } else {
        Err(Problems(problems))
    }
}

/// Everything read, or [`None`] when a file is too broken for its names to be looked up.
fn drafts(files: &[SourceFile], log: &mut Log) -> Option<(CatalogueDraft, Vec<TableDraft>)> {
    let mut main = None;
    let mut tables = Vec::new();
    for (file, source) in files
        .iter()
        .enumerate()
        .filter(|(_, source)| source.readable)
    {
        let Some(tree) = parse_toml(file, &source.text, log) else {
            continue;
        };
        let section = Section::file(file, tree.get_ref());
        if file == 0 {
            main = Some(read::catalogue(section, log));
        } else {
            tables.push(read::table(section, Spot { file, offset: None }, log));
        }
    }
    (tables.len() + 1 == files.len()).then_some(())?;
    Some((main?, tables))
}
