//! The files of a catalogue as they lie there, waiting or not.

use std::fs;
use std::path::Path;

use bunri_text::{Log, Problems, SourceFile, decode, parse_toml, read_file};
use toml::Spanned;
use toml::de::DeTable;

/// `catalogue.toml`, and then the tables by the names of their files.
pub(crate) fn read(folder: &Path) -> Result<Vec<SourceFile>, Problems> {
    let tables = folder.join("tables");
    let unreadable = |error: std::io::Error| {
        Problems::whole(&tables, format!("the folder cannot be read: {error}"))
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(&tables).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path();
        // Hidden files are an editor's, here as in `bunri check`.
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden && path.extension().is_some_and(|ending| ending == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.insert(0, folder.join("catalogue.toml"));
    let mut log = Log::default();
    let mut files = Vec::new();
    for (number, path) in paths.into_iter().enumerate() {
        let bytes = read_file(&path).map_err(|why| Problems::whole(&path, why))?;
        files.push(decode(number, path, bytes, &mut log));
    }
    if log.is_empty() {
        Ok(files)
    } else {
        Err(log.into_problems(&files))
    }
}

/// The files as TOML, in the same order.
pub(crate) fn trees(files: &[SourceFile]) -> Result<Vec<Spanned<DeTable<'_>>>, Problems> {
    let mut log = Log::default();
    let trees = files.iter().enumerate();
    let trees: Vec<_> = trees
        .filter_map(|(number, file)| parse_toml(number, &file.text, &mut log))
        .collect();
    if log.is_empty() && trees.len() == files.len() {
        Ok(trees)
    } else {
        Err(log.into_problems(files))
    }
}
