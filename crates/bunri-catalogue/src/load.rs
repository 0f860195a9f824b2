//! From a folder to a checked catalogue.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::digest::{digest_files, digest_shape};
use crate::draft::{CatalogueDraft, TableDraft};
use crate::model::Catalogue;
use crate::problem::{Log, Problems, SourceFile, Spot};
use crate::section::Section;
use crate::{check, read, resolve, syntax};

const MAIN: &str = "catalogue.toml";
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
    let drafted = drafts(&files, &mut log);
    let catalogue = drafted.and_then(|(main, tables)| finish(main, tables, &relative, &mut log));
    match catalogue {
        Some(mut catalogue) if log.is_empty() => {
            catalogue.digest = digest;
            catalogue.shape_digest = digest_shape(&catalogue.tables);
            catalogue.warnings = log.into_warnings(&files);
            Ok(catalogue)
        }
        _ => Err(log.into_problems(&files)),
    }
}

/// Names looked up and everything checked that spans several files.
fn finish(
    main: CatalogueDraft,
    mut tables: Vec<TableDraft>,
    relative: &[String],
    log: &mut Log,
) -> Option<Catalogue> {
    tables.sort_by(|a, b| id(a).cmp(&id(b)));
    let resolved = resolve::resolve(&main, &tables, relative, log);
    check::check(&resolved, &tables, log);
    resolved.into_catalogue(main)
}

fn id(table: &TableDraft) -> Option<&str> {
    table.id.as_ref().map(|id| id.value.as_str())
}

fn folder_of(path: &Path) -> Result<PathBuf, Problems> {
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
fn table_files(folder: &Path) -> Result<Vec<String>, Problems> {
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

fn read_all(folder: &Path, relative: &[String]) -> Result<Vec<(String, Vec<u8>)>, Problems> {
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

/// Far more than anybody writes by hand, and little enough to be read, checked and told about in a moment.
const MOST_BYTES: u64 = 1 << 20;

/// A file that a person wrote; [`Err`] says why it is none.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("the file cannot be read: {error}");
    // A pipe would be waited for until somebody writes into it.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("not a file".to_owned());
    }
    let mut bytes = Vec::new();
    let mut file = fs::File::open(path)
        .map_err(unreadable)?
        .take(MOST_BYTES + 1);
    file.read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err("larger than 1 MiB: nobody wrote and reviewed that by hand".to_owned());
    }
    Ok(bytes)
}

/// Text must be UTF-8; the part before the first other byte is kept, to name the line.
pub(crate) fn decode(file: usize, path: PathBuf, bytes: Vec<u8>, log: &mut Log) -> SourceFile {
    match String::from_utf8(bytes) {
        Ok(text) => SourceFile {
            path,
            text,
            readable: true,
        },
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let message = "not UTF-8 from here on: save the file as UTF-8 (it may be Shift_JIS)";
            log.refuse(
                Spot {
                    file,
                    offset: Some(valid),
                },
                message,
            );
            let text = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
            SourceFile {
                path,
                text,
                readable: false,
            }
        }
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
        let Some(tree) = syntax::parse(file, &source.text, log) else {
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
