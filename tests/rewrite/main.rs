//! Rewrites Parquet files for the leak mutants (tests/python/mutants.py): once more through the canonical writer, so that
//! only the content can tell; or with one choice of the writer made otherwise, so that only the bytes can.
//!
//! ```text
//! bunri-rewrite canonical FROM TO [FROM TO ...]
//! bunri-rewrite careless CHOICE FROM TO           CHOICE: one of careless.rs
//! bunri-rewrite statistics UNSPLIT FROM TO        the bounds of another file's columns in this file's footer
//! ```

mod careless;
mod statistics;

use std::error::Error;
use std::fs::File;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use bunri_columnar::{CanonicalWriter, open_parquet};

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["canonical", files @ ..] if files.len().is_multiple_of(2) => files
            .chunks_exact(2)
            .try_for_each(|pair| canonical(Path::new(pair[0]), Path::new(pair[1]))),
        ["careless", choice, from, to] => careless::rewrite(choice, Path::new(from), Path::new(to)),
        ["statistics", unsplit, from, to] => {
            statistics::graft(Path::new(unsplit), Path::new(from), Path::new(to))
        }
        _ => Err("see the head of tests/rewrite/main.rs".into()),
    }
}

/// All rows of a file, and its columns without what another writer said of them.
fn read(path: &Path) -> Result<(SchemaRef, Vec<RecordBatch>), Box<dyn Error>> {
    let reader = open_parquet(path)?.build()?;
    let schema = arrow_array::RecordBatchReader::schema(&reader);
    Ok((schema, reader.collect::<Result<_, _>>()?))
}

fn canonical(from: &Path, to: &Path) -> Outcome {
    let (schema, batches) = read(from)?;
    let mut writer = CanonicalWriter::new(File::create(to)?, schema, to)?;
    for batch in &batches {
        writer.write(batch)?;
    }
    writer.finish()?;
    Ok(())
}
