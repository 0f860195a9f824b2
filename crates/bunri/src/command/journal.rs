//! `journal.jsonl`: what was begun and what was finished, one line each, for the person who comes in the morning.
//! Nothing is decided by it: stages find their own finished work.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use bunri_columnar::{ColumnarError, CustodyLayout};
use serde_json::json;

/// Appends a line and makes it durable.
pub(crate) fn note(custody: &Path, stage: &str, state: &str) -> Result<(), ColumnarError> {
    let path = CustodyLayout::new(custody).journal();
    let line = format!("{}\n", json!({"stage": stage, "state": state}));
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| {
            file.write_all(line.as_bytes())
                .and_then(|()| file.sync_all())
        })
        .map_err(ColumnarError::io("write", &path))
}
