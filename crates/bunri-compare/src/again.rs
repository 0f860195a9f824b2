//! Files that could not be read, tried once more. A disk that fails for a moment must not be told as a broken claim: of rows
//! that were not read every comparison says that they are lost. What can be read now was not judged then, so nothing is.

use std::io;

use bunri_catalogue::Store;
use bunri_manifest::hash_file;
use bunri_report::{Findings, Rule};

use crate::CompareError;
use crate::files::StoreFiles;
use crate::reader::reads_whole;

/// Confirms that every file of which findings say that it could not be read cannot be read.
///
/// # Errors
/// When the system refuses one, or gives now what it did not give before.
pub fn confirm(stores: &[StoreFiles; 3], findings: &Findings) -> Result<(), CompareError> {
    for (store, files) in Store::ALL.into_iter().zip(stores) {
        for rule in [Rule::Unreadable, Rule::FileNotSearched] {
            for (table, file) in findings.places(rule, store.word()) {
                // Where only the table is known, each of its files may have been the one.
                let names = match (file, table) {
                    (Some(file), _) => vec![file.to_owned()],
                    (None, Some(table)) => files.parts(table),
                    (None, None) => continue,
                };
                let mut whole = true;
                for name in &names {
                    whole &= is_readable(files, name)?;
                }
                if let (true, Some(name)) = (whole, names.first()) {
                    return Err(CompareError::Io {
                        action: "read at the first attempt",
                        path: files.path_of(name),
                        source: io::Error::other("the second attempt read it whole"),
                    });
                }
            }
        }
    }
    Ok(())
}

/// A file that the audit did not admit is never opened; its reason is a finding of its own.
fn is_readable(files: &StoreFiles, name: &str) -> Result<bool, CompareError> {
    if files.admitted.batch_rows(name).is_none() {
        return Ok(false);
    }
    let path = files.path_of(name);
    hash_file(&path).map_err(CompareError::io("read", &path))?;
    Ok(reads_whole(files, name))
}
